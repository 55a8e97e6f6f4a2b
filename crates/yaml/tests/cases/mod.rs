//! Cases in files: `--- name words ---`, then a body of any bytes, up to the blank line before the next header.

use std::path::Path;

/// One case of a file.
pub(crate) struct Case {
    pub(crate) name: String,
    words: Vec<String>,
    pub(crate) body: Vec<u8>,
}

impl Case {
    /// Tells whether `word` stands in the header.
    pub(crate) fn has(&self, word: &str) -> bool {
        self.words.iter().any(|other| other == word)
    }
}

/// Calls `check` with each case of a fixture file and the `n_snapshots` cases that Go says for it.
pub(crate) fn each_case(
    domain: &str,
    file: &str,
    n_snapshots: usize,
    check: impl Fn(&Case, &[Case]),
) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let read = |folder: &str| {
        let path = root.join(folder).join(domain).join(format!("{file}.txt"));
        let text =
            std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        parse(&text)
    };
    let cases = read("fixtures");
    let snapshots = read("snapshots/go-1.26");
    assert_eq!(snapshots.len(), cases.len() * n_snapshots, "{file}: record the snapshots again");
    for (case, snapshots) in cases.iter().zip(snapshots.chunks(n_snapshots)) {
        assert_eq!(snapshots[0].name, case.name, "{file}: record the snapshots again");
        check(case, snapshots);
    }
}

fn parse(text: &[u8]) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.iter().position(|byte| *byte == b'\n').expect("a line ends");
        let mut words = header(&rest[..end]).expect("a header").into_iter();
        let body = &rest[end + 1..];
        let next = (0..body.len()).find(|at| is_header_at(body, *at));
        let (body, after) = match next {
            Some(at) => (&body[..at], &body[at + 2..]),
            None => (body.strip_suffix(b"\n").expect("a case ends in a newline"), &b""[..]),
        };
        let name = words.next().expect("a header has a name");
        cases.push(Case { name, words: words.collect(), body: body.to_vec() });
        rest = after;
    }
    cases
}

/// Tells whether a newline, an empty line and a header begin at `at`.
fn is_header_at(text: &[u8], at: usize) -> bool {
    text[at..].strip_prefix(b"\n\n").is_some_and(|line| {
        let end = line.iter().position(|byte| *byte == b'\n').unwrap_or(line.len());
        header(&line[..end]).is_some()
    })
}

fn header(line: &[u8]) -> Option<Vec<String>> {
    let line = std::str::from_utf8(line).ok()?;
    let words = line.strip_prefix("--- ")?.strip_suffix(" ---")?;
    let words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
    (!words.is_empty()).then_some(words)
}
