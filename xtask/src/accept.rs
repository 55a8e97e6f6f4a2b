//! `cargo xtask accept`: what our programs say now becomes what they shall say, in `snapshots/ours`, and tables that are
//! made of code are written into the documents that show them.
//!
//! Only where no Helm has a say. The difference is reviewed as every other change.

use std::process::Command;

use crate::{Result, root, say};

/// The tests that compare with `snapshots/ours`, by package, test file and name.
const TESTS: &[(&str, &str, &str)] = &[
    ("pintle", "cli", "says_what_was_accepted"),
    ("pintle", "cli", "explain::reports_are_what_was_accepted_and_point_at_the_text"),
    ("pintle", "compose", "projects_become_what_was_accepted"),
    ("pintle", "snapshot", "our_charts_render_to_what_is_stored"),
    ("pintle", "insta", "a_snapshot_has_a_file_of_its_own"),
    ("pintle-manifest", "diff", "changes_are_what_was_accepted"),
    ("pintle-engine", "lint", "every_code_fires_and_keeps_quiet"),
    ("pintle-manifest", "release", "findings_are_what_was_accepted"),
    ("pintle-agentrun", "plan", "runs_become_what_was_accepted"),
    ("pintle-engine", "origin", "lines_come_from_where_was_accepted"),
];

/// The tests within libraries that keep a document of ours, by package and name.
const DOCUMENTS: &[(&str, &str)] = &[
    ("pintle-compose", "table::tests::the_readme_has_the_tables"),
    ("pintle-engine", "lint::codes::table::tests::the_manual_has_the_table"),
];

/// The variable that makes those tests write what they would compare.
const ACCEPT: &str = "PINTLE_ACCEPT";

/// Writes `snapshots/ours` anew.
pub(crate) fn run() -> Result {
    for (package, file, test) in TESTS {
        accept(package, &["--test", file], test)?;
    }
    for (package, test) in DOCUMENTS {
        accept(package, &["--lib"], test)?;
    }
    Ok(())
}

fn accept(package: &str, target: &[&str], test: &str) -> Result {
    say(&format!("accepting {package}: {test}"));
    let status = Command::new("cargo")
        .args(["test", "--quiet", "--package", package])
        .args(target)
        .args(["--", "--exact", test])
        .env(ACCEPT, "1")
        .env("INSTA_UPDATE", "always")
        .current_dir(root())
        .status()
        .map_err(|error| format!("cargo: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{package}: {test} failed")) }
}
