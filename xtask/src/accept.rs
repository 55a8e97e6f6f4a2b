//! `cargo xtask accept`: what our programs say now becomes what they shall say, in `snapshots/ours`.
//!
//! Only where no Helm has a say. The difference is reviewed as every other change.

use std::process::Command;

use crate::{Result, root, say};

/// The tests that compare with `snapshots/ours`, by package, test file and name.
const TESTS: &[(&str, &str, &str)] = &[("pintle", "cli", "says_what_was_accepted")];

/// The variable that makes those tests write what they would compare.
const ACCEPT: &str = "PINTLE_ACCEPT";

/// Writes `snapshots/ours` anew.
pub(crate) fn run() -> Result {
    for (package, file, test) in TESTS {
        say(&format!("accepting {package}: {test}"));
        let status = Command::new("cargo")
            .args(["test", "--quiet", "--package", package, "--test", file, "--", "--exact", test])
            .env(ACCEPT, "1")
            .current_dir(root())
            .status()
            .map_err(|error| format!("cargo: {error}"))?;
        if !status.success() {
            return Err(format!("{package}: {test} failed"));
        }
    }
    Ok(())
}
