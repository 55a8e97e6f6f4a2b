//! `cargo xtask tidy`: the house rules that no linter knows.

use std::fs;
use std::path::Path;

use walkdir::WalkDir;

use crate::{Result, layers, root};

/// The largest source file, in lines; beyond it a file is one table or one grammar, and listed.
const MAX_LINES: usize = 800;

/// Files that are one table or one grammar.
const LARGE: &[&str] = &[];

/// Everything that may lie at the top besides dotfiles.
const TOP_LEVEL: &[&str] = &[
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "charts",
    "crates",
    "fixtures",
    "schemas",
    "snapshots",
    "target",
    "xtask",
];

/// Checks the layers, the top level, and the size and first line of each source file.
pub(crate) fn run() -> Result {
    layers::check()?;
    let complaints = complaints(&root());
    if complaints.is_empty() { Ok(()) } else { Err(complaints.join("\n")) }
}

fn complaints(root: &Path) -> Vec<String> {
    let mut complaints = Vec::new();
    let top = WalkDir::new(root).max_depth(1).min_depth(1).sort_by_file_name();
    for entry in top.into_iter().filter_map(std::result::Result::ok) {
        let name = entry.file_name().to_string_lossy();
        if !name.starts_with('.') && !TOP_LEVEL.contains(&&*name) {
            complaints.push(format!("{name} does not belong at the top level"));
        }
    }
    for folder in ["crates", "xtask"] {
        let files = WalkDir::new(root.join(folder)).sort_by_file_name();
        // The fuzz targets are built by themselves.
        let files = files.into_iter().filter_entry(|entry| entry.file_name() != "target");
        for entry in files.filter_map(std::result::Result::ok) {
            if entry.path().extension().is_some_and(|extension| extension == "rs") {
                complaints.extend(complaints_of(root, entry.path()));
            }
        }
    }
    complaints
}

fn complaints_of(root: &Path, path: &Path) -> Vec<String> {
    let name = path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/");
    let Ok(text) = fs::read_to_string(path) else {
        return vec![format!("{name} is not readable text")];
    };
    let mut complaints = Vec::new();
    if !text.starts_with("//!") {
        complaints.push(format!("{name} does not begin with what it is (`//!`)"));
    }
    let lines = text.lines().count();
    if lines > MAX_LINES && !LARGE.contains(&&*name) {
        complaints.push(format!(
            "{name} has {lines} lines; split it, or list it as one table or one grammar"
        ));
    }
    for unfinished in [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("to", "do!("),
        concat!("unimpl", "emented!("),
    ] {
        if text.contains(unfinished) {
            complaints.push(format!("{name} has an unfinished place: {unfinished}"));
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_house_is_tidy() {
        assert_eq!(complaints(&root()), Vec::<String>::new());
    }
}
