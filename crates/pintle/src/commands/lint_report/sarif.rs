//! Lint's report as SARIF, which code hosts and editors read.
//!
//! Source: Static Analysis Results Interchange Format 2.1.0, OASIS.

use std::fmt::Write as _;

use pintle_engine::lint::Severity;
use pintle_engine::lint::codes::CODES;
use serde_json::{Value, json};

use super::{HELM, Item, Report};

pub(super) fn write(report: &Report) -> String {
    let helm = json!({
        "id": HELM,
        "shortDescription": { "text": "a rule of Helm's own lint" },
        "help": { "text": "see the message" },
        "defaultConfiguration": { "level": "error" },
    });
    let ours = CODES.iter().map(|code| {
        json!({
            "id": code.name,
            "shortDescription": { "text": code.meaning },
            "help": { "text": code.help },
            "defaultConfiguration": { "level": "warning" },
        })
    });
    let rules: Vec<Value> = std::iter::once(helm).chain(ours).collect();
    let results: Vec<Value> = report.items().map(|item| result(&item)).collect();
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

fn result(item: &Item<'_>) -> Value {
    // Helm's rule is the first of the list.
    let rule = CODES.iter().position(|code| code.name == item.code).map_or(0, |at| at + 1);
    let level = match item.severity {
        Severity::Info => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    };
    let mut location = json!({ "artifactLocation": { "uri": uri(&item.file) } });
    if let Some((line, column)) = item.place {
        location["region"] = json!({ "startLine": line, "startColumn": column });
    }
    json!({
        "ruleId": item.code,
        "ruleIndex": rule,
        "level": level,
        "message": { "text": item.message },
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
            write!(uri, "%{byte:02X}").expect("a string takes everything");
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
