//! `cargo xtask check`: all that CI does.

use std::process::Command;

use crate::{Result, root, tidy};

/// Checks formatting, lints, tests, documentation and the house rules.
pub(crate) fn run() -> Result {
    crate::run("cargo", &["fmt", "--all", "--check"])?;
    crate::run(
        "cargo",
        &["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"],
    )?;
    crate::run("cargo", &["test", "--workspace", "--locked", "--quiet"])?;
    document()?;
    tidy::run()
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
