//! What is said of a release as a whole.
//!
//! A case is a file in `fixtures/release`: the objects of one release, which goes to the namespace `prod`. What is found
//! lies in `snapshots/ours/release`, an object and a finding a line.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use pintle_manifest::validate::{Definitions, Minor, Validator};
use pintle_manifest::{SplitRules, split};

/// The variable that makes the test write what it would compare.
const ACCEPT: &str = "PINTLE_ACCEPT";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn found(text: &str) -> String {
    let documents = split(text, SplitRules::LINE_START);
    let texts: Vec<&str> = documents.iter().map(|document| document.text).collect();
    let mut definitions = Definitions::default();
    definitions.read_definitions_of(text);
    let validator = Validator::new(Minor::near(34)).with_definitions(definitions);
    let inspected = validator.inspect_release(&texts, "prod");
    let mut found = String::new();
    for object in inspected.iter().flatten() {
        for finding in &object.findings {
            let (identity, code) = (&object.identity, finding.code.name);
            let _ = writeln!(found, "{}/{}: {finding} ({code})", identity.kind, identity.name);
        }
    }
    found
}

#[test]
fn findings_are_what_was_accepted() {
    let mut wrong = Vec::new();
    let cases = fs::read_dir(root().join("fixtures/release")).expect("the cases are there");
    for case in cases.flatten() {
        let text = fs::read_to_string(case.path()).expect("a case is text");
        let found = found(&text);
        let name = case.path().with_extension("txt");
        let name = name.file_name().expect("a case has a name");
        let snapshot = root().join("snapshots/ours/release").join(name);
        if std::env::var_os(ACCEPT).is_some() {
            fs::create_dir_all(snapshot.parent().expect("it has one")).expect("it can be made");
            fs::write(&snapshot, &found).expect("it can be written");
        }
        let accepted = fs::read_to_string(&snapshot).unwrap_or_default();
        if accepted != found {
            wrong.push(format!("{}\n accepted: {accepted}\n now: {found}", name.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
