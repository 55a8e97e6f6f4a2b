//! `cargo xtask check`: all that CI does.

use std::process::Command;

use crate::{Result, root, tidy};

/// Checks formatting, lints, the house rules, documentation and tests, what is quickest first.
pub(crate) fn run() -> Result {
    crate::run("cargo", &["fmt", "--all", "--check"])?;
    crate::run(
        "cargo",
        &["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"],
    )?;
    // What is told in seconds is told before the tests, which take minutes.
    tidy::run()?;
    document()?;
    crate::run("cargo", &["test", "--workspace", "--locked", "--quiet"])
}

/// Builds the documentation with every warning an error.
fn document() -> Result {
    let status = Command::new("cargo")
        .args(["doc", "--workspace", "--no-deps", "--locked", "--quiet"])
        .env("RUSTDOCFLAGS", "-D warnings")
        .current_dir(root())
        .status()
        .map_err(|error| format!("cargo doc: {error}"))?;
    if status.success() { Ok(()) } else { Err("cargo doc failed".to_owned()) }
}
