//! Versions and constraints judge each other as in Masterminds/semver.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::cmp::Ordering;
use std::fmt::{Display, Write as _};
use std::fs;
use std::path::Path;

use pintle_chart::semver::{Constraint, SemverError, Version};

fn said<T: Display>(value: &Result<T, SemverError>) -> String {
    match value {
        Ok(value) => value.to_string(),
        Err(error) => format!("error: {error}"),
    }
}

fn report(text: &str) -> String {
    let (versions, constraints) = text.split_once("---\n").expect("two lists");
    let mut out = String::new();
    let mut good = Vec::new();
    for line in versions.split_terminator('\n') {
        writeln!(out, "strict\t{line}\t{}", said(&Version::parse_strict(line))).unwrap();
        let version = Version::parse(line);
        writeln!(out, "version\t{line}\t{}", said(&version)).unwrap();
        let Ok(version) = version else { continue };
        let Version { major, minor, patch, prerelease, metadata, .. } = &version;
        writeln!(out, "parts\t{major}\t{minor}\t{patch}\t{prerelease}\t{metadata}").unwrap();
        let next = version.next_patch().unwrap();
        writeln!(out, "next\t{next}\t{}", next.original).unwrap();
        good.push(version);
    }
    for a in &good {
        let signs = good.iter().map(|b| match a.precedence(b) {
            Ordering::Less => '<',
            Ordering::Equal => '=',
            Ordering::Greater => '>',
        });
        writeln!(out, "order\t{}\t{}", a.original, signs.collect::<String>()).unwrap();
    }
    for line in constraints.split_terminator('\n') {
        let constraint = Constraint::parse(line);
        writeln!(out, "constraint\t{line}\t{}", said(&constraint)).unwrap();
        let Ok(constraint) = constraint else { continue };
        for version in &good {
            if constraint.check(version) {
                writeln!(out, "+ {}", version.original).unwrap();
            } else {
                let reasons = constraint.validate(version).expect_err("it does not hold");
                writeln!(out, "- {}: {}", version.original, reasons.join("; ")).unwrap();
            }
        }
    }
    out
}

#[test]
fn versions_and_constraints_match_masterminds() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for entry in fs::read_dir(root.join("fixtures/values/semver")).unwrap() {
        let path = entry.unwrap().path();
        let snapshot = root.join("snapshots/go-1.26/values/semver").join(path.file_name().unwrap());
        let (ours, recorded) =
            (report(&fs::read_to_string(&path).unwrap()), fs::read_to_string(snapshot).unwrap());
        for (n, (ours, recorded)) in ours.lines().zip(recorded.lines()).enumerate() {
            assert_eq!(ours, recorded, "line {} of {}", n + 1, path.display());
        }
        assert_eq!(ours.len(), recorded.len());
    }
}
