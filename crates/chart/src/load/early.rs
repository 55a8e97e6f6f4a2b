//! Values files of a chart folder, made sense of by another thread while the folder is walked.
//!
//! A large chart has some hundred files to open, and some hundred kilobytes of values to make sense of: the one waits
//! for the system, the other for the processor. What was read early counts only for a file that turns out to hold the
//! very same bytes, so nothing here decides what a chart is, or what is wrong with it.
#![expect(clippy::disallowed_methods, reason = "loading a chart folder is reading files")]

use std::fs;
use std::path::{Path, PathBuf};

use pintle_yaml::Map;

use super::files::VALUES_YAML;
use super::{Documents, read_values};
use crate::data::without_mark;

/// How large a values file is at least for which it is worth it to begin a thread, in bytes.
const MIN_FIRST: u64 = 48 << 10;

/// How large those of the charts below are at least, in bytes.
const MIN_OTHER: u64 = 4 << 10;

/// The largest file that is read early, in bytes.
const MAX_BYTES: u64 = 16 << 20;

/// The most files that are read early.
const MAX_FILES: usize = 64;

/// A values file that can be read, and what it says.
pub(super) struct Early {
    bytes: Vec<u8>,
    values: Map,
}

impl Early {
    /// Gives what a file says, if it is this one.
    pub(super) fn values_of(&self, bytes: &[u8]) -> Option<&Map> {
        (without_mark(&self.bytes) == bytes).then_some(&self.values)
    }
}

/// Tells whether the chart in a folder has so much to read that it is worth it to begin a thread.
pub(super) fn is_worth_a_thread(folder: &Path) -> bool {
    is_file_of(&folder.join(VALUES_YAML), MIN_FIRST)
}

fn is_file_of(path: &Path, min_bytes: u64) -> bool {
    // Links are left to the walk, which knows where they may lead.
    fs::symlink_metadata(path)
        .is_ok_and(|found| found.is_file() && (min_bytes..=MAX_BYTES).contains(&found.len()))
}

/// Reads the values files of the chart in a folder and of those below it, as far as they are large.
pub(super) fn read_all(folder: &Path, documents: Documents) -> Vec<Early> {
    let first = folder.join(VALUES_YAML);
    let below = fs::read_dir(folder.join("charts")).into_iter().flatten().flatten();
    let below = below.filter(|entry| entry.file_type().is_ok_and(|found| found.is_dir()));
    let below = below.map(|entry| entry.path().join(VALUES_YAML));
    let others = below.take(MAX_FILES).filter(|path| is_file_of(path, MIN_OTHER));
    let read = |path: PathBuf| {
        let bytes = fs::read(path).ok()?;
        let values = read_values(without_mark(&bytes), documents).ok()?;
        Some(Early { bytes, values })
    };
    std::iter::once(first).chain(others).filter_map(read).collect()
}
