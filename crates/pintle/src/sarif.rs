//! The Static Analysis Results Interchange Format, which code hosts and editors read.
//!
//! Source: Static Analysis Results Interchange Format 2.1.0, OASIS.

use std::fmt::Write as _;

use serde_json::{Value, json};

/// A kind of result.
#[derive(Debug)]
pub(crate) struct Rule {
    /// its stable name
    pub(crate) id: &'static str,
    /// what it means
    pub(crate) meaning: &'static str,
    /// what to do about it
    pub(crate) help: &'static str,
    /// `note`, `warning` or `error`
    pub(crate) level: &'static str,
}

/// One result.
#[derive(Debug)]
pub(crate) struct Finding<'a> {
    /// the kind of result, one of the rules
    pub(crate) rule: &'a str,
    /// `note`, `warning` or `error`
    pub(crate) level: &'static str,
    /// what it says
    pub(crate) message: &'a str,
    /// the file, from where the user stands
    pub(crate) file: &'a str,
    /// line and column, from 1
    pub(crate) place: Option<(usize, usize)>,
}

/// Writes a document of one run.
pub(crate) fn document<'a>(rules: &[Rule], findings: impl Iterator<Item = Finding<'a>>) -> String {
    let results: Vec<Value> = findings.map(|finding| result(&finding, rules)).collect();
    let rules: Vec<Value> = rules
        .iter()
        .map(|rule| {
            json!({
                "id": rule.id,
                "shortDescription": { "text": rule.meaning },
                "help": { "text": rule.help },
                "defaultConfiguration": { "level": rule.level },
            })
        })
        .collect();
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "pintle",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    format!("{document:#}\n")
}

fn result(finding: &Finding<'_>, rules: &[Rule]) -> Value {
    let rule = rules.iter().position(|rule| rule.id == finding.rule).unwrap_or_default();
    let mut location = json!({ "artifactLocation": { "uri": uri(finding.file) } });
    if let Some((line, column)) = finding.place {
        location["region"] = json!({ "startLine": line, "startColumn": column });
    }
    json!({
        "ruleId": finding.rule,
        "ruleIndex": rule,
        "level": finding.level,
        "message": { "text": finding.message },
        "locations": [{ "physicalLocation": location }],
    })
}

/// Makes a URI of a path; a relative path stays relative.
fn uri(path: &str) -> String {
    let mut uri = if path.starts_with('/') { "file://".to_owned() } else { String::new() };
    for byte in path.bytes() {
        let is_plain = byte.is_ascii_alphanumeric() || b"-._~/@+!$&'()*,;=".contains(&byte);
        if is_plain {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_uris() {
        assert_eq!(uri("a b/ü:%.yaml"), "a%20b/%C3%BC%3A%25.yaml");
        assert_eq!(uri("/x"), "file:///x");
    }
}
