//! Finding files by a pattern.
//!
//! Source: `Glob` in Go's `path/filepath/match.go`.

use std::fs;

use pintle_chart::ignore::{Pattern, PatternError};
use pintle_chart::path;

/// Gives the paths that match a pattern, in order of their folders and names. Folders that cannot be read hold nothing.
///
/// # Errors
///
/// A pattern that is none.
pub(crate) fn glob(pattern: &str) -> Result<Vec<String>, PatternError> {
    Pattern::parse(pattern)?;
    if !is_pattern(pattern) {
        let exists = fs::symlink_metadata(pattern).is_ok();
        return Ok(if exists { vec![pattern.to_owned()] } else { Vec::new() });
    }
    let (folder, name) = match pattern.rsplit_once('/') {
        None => (".", pattern),
        Some(("", name)) => ("/", name),
        Some((folder, name)) => (folder, name),
    };
    let folders = if is_pattern(folder) { glob(folder)? } else { vec![folder.to_owned()] };
    let pattern = Pattern::parse(name)?;
    Ok(folders.iter().flat_map(|folder| matching(folder, &pattern)).collect())
}

fn matching(folder: &str, pattern: &Pattern) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.filter(|name| pattern.matches(name)).collect();
    names.sort();
    names.iter().map(|name| path::join(folder, name)).collect()
}

fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '[', '\\'])
}
