//! `.helmignore` rules ignore what Helm ignores, for every case of `fixtures/helmignore`.
//!
//! What Helm says is recorded by `xtask/oracle/helmignore.go`.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its cases has failed")]

mod comparison;

use pintle_chart::ignore::Rules;
use serde_json::{Value, json};

use comparison::{Comparison, read_json, repository};

#[test]
fn rules_ignore_what_helm_ignores() {
    let mut comparison = Comparison::default();
    let cases = read_json(&repository().join("fixtures/helmignore/rules.json"));
    for oracle in ["helm-4.3", "helm-3.22"] {
        let path = format!("snapshots/{oracle}/helmignore/rules.json");
        let snapshot = read_json(&repository().join(path));
        for (name, case) in cases.as_object().unwrap() {
            let case_name = format!("helmignore/rules.json/{}", name.escape_debug());
            comparison.expect(&case_name, oracle, &snapshot[name], &run(case));
        }
    }
    comparison.finish();
}

fn run(case: &Value) -> Value {
    let rules = match Rules::parse(case["rules"].as_str().unwrap()) {
        Ok(rules) => rules,
        Err(error) => return json!({ "error": error.to_string() }),
    };
    let mut result = json!({});
    for (kind, is_folder) in [("files", false), ("folders", true)] {
        let paths = case["paths"].as_array().unwrap().iter();
        let ignored: Vec<_> =
            paths.filter(|path| rules.ignores(path.as_str().unwrap(), is_folder)).collect();
        if !ignored.is_empty() {
            result[kind] = json!(ignored);
        }
    }
    result
}
