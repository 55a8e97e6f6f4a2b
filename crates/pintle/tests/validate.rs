//! Each finding of `validate` names the template line that printed it and the values key that fed it.
//!
//! The chart `faulty` says itself where its faults are: a line of a template with `fault KEY` prints what a cluster
//! refuses, and KEY is to blame.

#![expect(clippy::unwrap_used, reason = "what fails here fails a test")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

const CHART: &str = "fixtures/cli/charts/faulty";

/// A line with a fault: the template, the line, the key.
type Fault = (String, usize, String);

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Finds what the templates of a chart say of their faults.
fn marked(folder: &Path, path: &str, faults: &mut BTreeSet<Fault>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{path}/{}", entry.file_name().to_string_lossy());
        if entry.file_type().unwrap().is_dir() {
            marked(&entry.path(), &path, faults);
            continue;
        }
        let text = fs::read_to_string(entry.path()).unwrap();
        for (line, number) in text.lines().zip(1..) {
            if let Some((_, mark)) = line.split_once("/* fault ") {
                let (key, _) = mark.split_once(" */").unwrap();
                faults.insert((path.clone(), number, key.to_owned()));
            }
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[test]
fn findings_name_the_template_line_and_the_values_key() {
    let output = Command::new(env!("CARGO_BIN_EXE_pintle"))
        .args(["validate", CHART, "--kube-version", "1.34.0", "-o", "json"])
        .current_dir(root())
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let resources = report["resources"].as_array().unwrap();
    let found: BTreeSet<Fault> = resources
        .iter()
        .flat_map(|resource| resource["findings"].as_array().unwrap())
        .map(|finding| {
            let template = finding["templates"].as_array().unwrap().last().unwrap();
            let line = template["line"].as_u64().unwrap();
            let keys =
                finding["values"].as_array().unwrap().iter().map(|value| text(&value["key"]));
            // Helm's own objects, such as `.Release.Name`, begin with a point.
            let key = keys.into_iter().find(|key| !key.starts_with('.'));
            (text(&template["file"]), usize::try_from(line).unwrap(), key.unwrap_or_default())
        })
        .collect();
    let mut expected = BTreeSet::new();
    marked(&root().join(CHART), CHART, &mut expected);
    assert!(expected.len() > 10, "the marks were not found");
    assert_eq!(found, expected);
}
