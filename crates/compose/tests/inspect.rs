//! With `Compat::Inspect` a Compose file becomes what inspect-k8s-sandbox 0.14.0 makes of it, text for text.
//!
//! What that is, or that it fails, is recorded in `snapshots/inspect-0.14` by `xtask/oracle/compose.py`.

use std::fs;
use std::path::Path;

use pintle_compose::{Compat, NoFiles, Options, Source, SourceFile, convert};

/// The fewest cases that are recorded.
const MIN_CASES: usize = 140;

#[test]
fn values_are_those_of_the_public_converter() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let options = Options { compat: Compat::Inspect, ..Options::default() };
    let skipped = fs::read_to_string(root.join("fixtures/skip.txt")).unwrap();
    let (mut n_cases, mut different) = (0, Vec::new());
    for folder in ["compose", "compose-inspect"] {
        for entry in fs::read_dir(root.join("snapshots/inspect-0.14").join(folder)).unwrap() {
            let snapshot = entry.unwrap().path();
            let name = snapshot.file_stem().unwrap().to_str().unwrap();
            let input = match folder {
                "compose" => format!("fixtures/compose/{name}/compose.yaml"),
                _ => format!("fixtures/{folder}/{name}.yaml"),
            };
            let content = fs::read(root.join(input)).unwrap();
            let files = [SourceFile { name: "compose.yaml".to_owned(), content }];
            let got = convert(Source { files: &files, project: &NoFiles }, &options);
            let expected = fs::read_to_string(&snapshot).unwrap();
            n_cases += 1;
            let fails = snapshot.extension().is_some_and(|extension| extension == "err");
            let same = match &got {
                Ok(converted) => !fails && converted.to_yaml() == expected,
                Err(_) => fails,
            };
            let known = format!("inspect-0.14/{folder}/{name}: ");
            let is_skipped = skipped.lines().any(|line| line.starts_with(&known));
            if same == is_skipped {
                let got = match got {
                    Ok(converted) => converted.to_yaml().to_owned(),
                    Err(errors) => errors.to_string(),
                };
                different.push(format!(
                    "=== {folder}/{name}\n--- expected ---\n{expected}--- got ---\n{got}"
                ));
            }
        }
    }
    assert!(n_cases >= MIN_CASES, "only {n_cases} cases are recorded");
    assert!(different.is_empty(), "{} differ\n{}", different.len(), different.join("\n"));
}
