//! Cases in files, and their comparison with what Go said about them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use pintle_gotmpl::{MissingKey, Value};

/// One place in a file of cases: a header of a name and words, then a body.
pub(crate) struct Case<'t> {
    pub(crate) name: &'t str,
    pub(crate) words: Vec<&'t str>,
    pub(crate) body: &'t str,
}

impl Case<'_> {
    /// Gives the case's data, the line of JSON before the template.
    pub(crate) fn data(&self) -> Value {
        let (data, _) = self.body.split_once('\n').unwrap();
        value_of(&serde_json::from_str(data).unwrap())
    }

    /// Gives the case's template.
    pub(crate) fn template(&self) -> &str {
        self.body.split_once('\n').unwrap().1
    }

    /// Gives the option the header's words set.
    pub(crate) fn missing_key(&self) -> MissingKey {
        match self.words[..] {
            [] => MissingKey::Invalid,
            ["missingkey=zero"] => MissingKey::Zero,
            ["missingkey=error"] => MissingKey::Error,
            _ => panic!("{}: no such option: {:?}", self.name, self.words),
        }
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Splits a file at its headers; a body ends before the blank line that precedes the next one.
pub(crate) fn parse_cases(text: &str) -> Vec<Case<'_>> {
    let mut cases = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (header, after) = rest.split_once('\n').unwrap();
        let mut words = header_words(header).unwrap();
        let name = words.remove(0);
        let end = after
            .match_indices("\n\n--- ")
            .map(|(at, _)| at)
            .find(|at| after[at + 2..].lines().next().and_then(header_words).is_some());
        let (body, next) = match end {
            Some(end) => (&after[..end], &after[end + 2..]),
            None => (after.strip_suffix('\n').unwrap(), ""),
        };
        cases.push(Case { name, words, body });
        rest = next;
    }
    cases
}

fn header_words(line: &str) -> Option<Vec<&str>> {
    let inner = line.strip_prefix("--- ")?.strip_suffix(" ---")?;
    let words: Vec<&str> = inner.split_whitespace().collect();
    (!words.is_empty()).then_some(words)
}

fn value_of(json: &serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::Nil,
        serde_json::Value::Bool(b) => Value::Bool(*b),
        serde_json::Value::Number(n) => Value::Float(n.as_f64().unwrap()),
        serde_json::Value::String(s) => Value::string(s.as_str()),
        serde_json::Value::Array(items) => {
            Value::list(items.iter().map(value_of).collect::<Vec<_>>())
        }
        serde_json::Value::Object(entries) => {
            Value::map(entries.iter().map(|(key, value)| (key.as_str(), value_of(value))))
        }
    }
}

/// Gives the known gaps of a domain: `DOMAIN/FILE/CASE: reason`.
fn known_gaps(domain: &str) -> BTreeSet<String> {
    let text = std::fs::read_to_string(root().join("fixtures/skip.txt")).unwrap_or_default();
    text.lines()
        .filter_map(|line| line.split_once(": "))
        .map(|(case, _)| case.to_owned())
        .filter(|case| case.split('/').next() == Some(domain))
        .collect()
}

/// Executes every case of a domain and fails with all that differ from the snapshots.
pub(crate) fn compare(domain: &str, execute: impl Fn(&Case<'_>) -> Result<Vec<u8>, String>) {
    let gaps = known_gaps(domain);
    let mut met_gaps = BTreeSet::new();
    let mut differences = Vec::new();
    let mut n_cases = 0;
    let folder = root().join("fixtures").join(domain);
    let files: BTreeMap<String, PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "txt"))
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), path))
        .collect();
    for (file, path) in files {
        let text = std::fs::read_to_string(path).unwrap();
        let snapshot = root().join("snapshots/go-1.26").join(domain).join(&file);
        // Some outputs are not UTF-8; their bytes compare as U+FFFD, as ours do.
        let snapshot = std::fs::read(snapshot).unwrap();
        let snapshot = String::from_utf8_lossy(&snapshot);
        let cases = parse_cases(&text);
        let wanted = parse_cases(&snapshot);
        assert_eq!(cases.len(), wanted.len(), "{file}: record fixtures/{domain} again");
        for (case, wanted) in cases.iter().zip(&wanted) {
            assert_eq!(case.name, wanted.name, "{file}: record fixtures/{domain} again");
            n_cases += 1;
            let is_error = wanted.words.last() == Some(&"error");
            let wanted = if is_error { Err(wanted.body) } else { Ok(wanted.body) };
            let got = execute(case).map(|out| String::from_utf8_lossy(&out).into_owned());
            let is_same = got.as_deref().map_err(String::as_str) == wanted;
            let id = format!("{domain}/{file}/{}", case.name);
            if gaps.contains(&id) {
                assert!(!is_same, "{id} is a known gap no more: take it from fixtures/skip.txt");
                met_gaps.insert(id);
            } else if !is_same {
                differences.push(format!("{id}\n  Go:   {wanted:?}\n  ours: {got:?}"));
            }
        }
    }
    assert!(
        differences.is_empty(),
        "{} of {n_cases} cases differ from Go:\n{}",
        differences.len(),
        differences.join("\n")
    );
    assert_eq!(met_gaps, gaps, "fixtures/skip.txt names cases that are not there");
    assert!(n_cases > 0, "fixtures/{domain} is empty");
}
