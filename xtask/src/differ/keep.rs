//! Keeping a case: it becomes a fixture of its domain.

use std::fs;
use std::path::Path;

use serde_json::Value as Json;

use super::domain::{Domain, HEADER};
use crate::{Result, say};

/// Where cases of a domain are kept, below `fixtures/`.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Keep {
    /// as a case of a file with headers
    Case(&'static str),
    /// as a line of a file
    Line(&'static str),
    /// as an entry of a JSON object in a file
    Entry(&'static str),
    /// as a file of its own in a folder
    File(&'static str),
}

/// Writes a case to the fixtures, unless it is there.
pub(crate) fn keep(root: &Path, domain: &Domain, case: &[String]) -> Result {
    let text = (domain.fixture)(case).ok_or("the case cannot be written")?;
    let name = format!("differ-{:08x}", hash(&text));
    let fixtures = root.join("fixtures");
    match domain.keep {
        Keep::Case(file) => {
            let body = text.strip_prefix(HEADER).unwrap_or(&text);
            add(&fixtures.join(file), &format!("--- {name} ---\n{body}"), "\n", &name)
        }
        Keep::Line(file) => add(&fixtures.join(file), &text, "", text.trim_end_matches('\n')),
        Keep::Entry(file) => add_entry(&fixtures.join(file), &name, &text),
        Keep::File(folder) => write(&fixtures.join(folder).join(name + ".txt"), &text),
    }
}

/// Adds text to a file, unless `mark` stands there already.
fn add(path: &Path, text: &str, separator: &str, mark: &str) -> Result {
    let mut all = fs::read_to_string(path).unwrap_or_default();
    if all.lines().any(|line| line.contains(mark)) {
        return Ok(());
    }
    if !all.is_empty() {
        all.push_str(separator);
    }
    write(path, &(all + text))
}

fn add_entry(path: &Path, name: &str, text: &str) -> Result {
    let read = |text: &str| serde_json::from_str(text).unwrap_or_else(|_| Json::from(()));
    let mut all = fs::read_to_string(path).map_or_else(|_| read("{}"), |text| read(&text));
    all[name] = read(text)["case"].take();
    write(path, &format!("{all:#}\n"))
}

fn write(path: &Path, text: &str) -> Result {
    say(&format!("  kept in {}", path.display()));
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

/// Names a text by what is in it: FNV-1a, 32 bits.
fn hash(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}
