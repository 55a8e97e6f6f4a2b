//! What we make of a case, written as the recorder writes what Go makes of it.

pub(crate) mod helmignore;
pub(crate) mod json;
pub(crate) mod render;
pub(crate) mod schema;
pub(crate) mod semver;
pub(crate) mod template;
pub(crate) mod values;
pub(crate) mod yaml;

use std::collections::BTreeMap;
use std::fmt::Display;

/// Writes a snapshot with one case.
fn case_snapshot(name: &str, result: Result<String, impl Display>) -> String {
    match result {
        Ok(body) => format!("--- {name} ---\n{body}\n"),
        Err(error) => format!("--- {name} error ---\n{error}\n"),
    }
}

/// Gives the files of a case, which stand in it as `-- path --` sections.
fn sections(text: &str) -> BTreeMap<String, String> {
    let mut files = BTreeMap::<String, String>::new();
    let mut name = String::new();
    for line in text.split_inclusive('\n') {
        match line.strip_prefix("-- ").and_then(|rest| rest.strip_suffix(" --\n")) {
            Some(header) => {
                header.clone_into(&mut name);
                files.insert(name.clone(), String::new());
            }
            None => files.entry(name.clone()).or_default().push_str(line),
        }
    }
    files.remove("");
    files
}
