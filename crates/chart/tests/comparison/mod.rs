//! Comparing what we say with what is recorded, case by case.

use std::path::{Path, PathBuf};

use serde_json::Value;

/// The root of the repository.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Reads a file of fixtures or snapshots.
pub(crate) fn read_json(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// Collects what differs and tells all of it, unless `fixtures/skip.txt` names it.
#[derive(Debug, Default)]
pub(crate) struct Comparison {
    differences: Vec<String>,
}

impl Comparison {
    /// Compares what an oracle says of one case.
    pub(crate) fn expect(&mut self, case: &str, oracle: &str, expected: &Value, found: &Value) {
        let names = [format!("{case}:"), format!("{case} {oracle}:")];
        let skipped =
            std::fs::read_to_string(repository().join("fixtures/skip.txt")).is_ok_and(|list| {
                list.lines().any(|line| names.iter().any(|name| line.starts_with(name)))
            });
        match (expected == found, skipped) {
            (true, true) => self.differences.push(format!("{case} {oracle}: skipped, and agrees")),
            (false, false) => {
                let difference = first_difference(expected, found);
                self.differences.push(format!("{case} {oracle}{difference}"));
            }
            _ => {}
        }
    }

    /// Fails the test if anything differs.
    pub(crate) fn finish(self) {
        let n_differences = self.differences.len();
        assert!(n_differences == 0, "{n_differences} differ:\n{}", self.differences.join("\n"));
    }
}

/// Shows the innermost place where two values begin to differ.
fn first_difference(expected: &Value, found: &Value) -> String {
    let places: Vec<String> = match (expected, found) {
        (Value::Object(map), Value::Object(other)) => {
            map.keys().chain(other.keys()).cloned().collect()
        }
        (Value::Array(items), Value::Array(others)) if items.len() == others.len() => {
            (0..items.len()).map(|idx| idx.to_string()).collect()
        }
        _ => Vec::new(),
    };
    for place in places {
        let pointer = format!("/{}", place.replace('~', "~0").replace('/', "~1"));
        let inner = |value: &Value| value.pointer(&pointer).cloned().unwrap_or_default();
        let (expected, found) = (inner(expected), inner(found));
        if expected != found {
            return format!("/{place}{}", first_difference(&expected, &found));
        }
    }
    format!(": expected {expected}, found {found}")
}
