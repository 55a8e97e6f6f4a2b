//! `.helmignore` rules ignore what Helm ignores, for every case of `fixtures/helmignore`.
//!
//! What Helm says is recorded by `xtask/oracle/helmignore.go`.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its cases has failed")]

mod comparison;

use pintle_chart::ignore::{LeadingSlashes, Rules};
use serde_json::{Value, json};

use comparison::{Comparison, read_json, repository};

#[test]
fn rules_ignore_what_helm_ignores() {
    let mut comparison = Comparison::default();
    let cases = read_json(&repository().join("fixtures/helmignore/rules.json"));
    let oracles = [("helm-4.3", LeadingSlashes::One), ("helm-3.22", LeadingSlashes::OneEachTime)];
    for (oracle, leading_slashes) in oracles {
        let path = format!("snapshots/{oracle}/helmignore/rules.json");
        let snapshot = read_json(&repository().join(path));
        for (name, case) in cases.as_object().unwrap() {
            let case_name = format!("helmignore/rules.json/{}", name.escape_debug());
            comparison.expect(&case_name, oracle, &snapshot[name], &run(case, leading_slashes));
        }
    }
    comparison.finish();
}

fn run(case: &Value, leading_slashes: LeadingSlashes) -> Value {
    let rules = match Rules::parse_with(case["rules"].as_str().unwrap(), leading_slashes) {
        Ok(rules) => rules,
        Err(error) => return json!({ "error": error.to_string() }),
    };
    // Each path is asked as a file and then as a folder: rules may count how often they are asked.
    let (mut files, mut folders) = (Vec::new(), Vec::new());
    for path in case["paths"].as_array().unwrap() {
        let name = path.as_str().unwrap();
        for (ignored, is_folder) in [(&mut files, false), (&mut folders, true)] {
            if rules.ignores(name, is_folder) {
                ignored.push(path);
            }
        }
    }
    let mut result = json!({});
    for (kind, ignored) in [("files", files), ("folders", folders)] {
        if !ignored.is_empty() {
            result[kind] = json!(ignored);
        }
    }
    result
}
