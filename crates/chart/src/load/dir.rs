//! Finding the files of a chart folder.
//!
//! Folders are walked in order of their names' bytes, and what `.helmignore` names is passed over. Symbolic links are
//! followed; by default only within the chart.
//!
//! Source: `pkg/chart/v2/loader/directory.go`, `internal/sympath/walk.go`, Helm v4.
#![cfg_attr(
    not(test),
    expect(clippy::disallowed_methods, reason = "loading a chart folder is reading files")
)]

use std::fs::{self, File as OpenFile, FileType};
use std::io::{self, Read as _};
use std::path::{Component, Path, PathBuf};

use super::files::CHART_YAML;
use super::unread::{Found, Unread};
use super::{Links, LoadRules, MAX_CHART_SIZE, MAX_FOLDER_ENTRIES, Warning};
use crate::Error;
use crate::ignore::{self, Rules};

/// Tells whether a chart is a folder, or else an archive.
pub(super) fn is_folder(path: &Path) -> Result<bool, Error> {
    Ok(fs::metadata(path).map_err(io_error("stat", path))?.is_dir())
}

/// Gives the absolute path, `..` resolved by name as Go does it.
pub(super) fn absolute(path: &Path) -> Result<PathBuf, Error> {
    let mut cleaned = PathBuf::new();
    for component in std::path::absolute(path).map_err(io_error("getwd", path))?.components() {
        match component {
            Component::ParentDir => {
                cleaned.pop();
            }
            Component::CurDir => {}
            other => cleaned.push(other),
        }
    }
    Ok(cleaned)
}

/// Reads the `Chart.yaml` of a folder.
pub(super) fn chart_yaml(folder: &Path, links: Links) -> Result<Vec<u8>, Error> {
    let path = folder.join(CHART_YAML);
    if links == Links::InsideChart
        && fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_symlink())
        && let (Ok(root), Ok(resolved)) = (fs::canonicalize(folder), fs::canonicalize(&path))
        && !resolved.starts_with(root)
    {
        return Err(link_outside(&path, &resolved));
    }
    let data = OpenFile::open(&path).map_err(io_error("open", &path)).and_then(|file| {
        let mut data = Vec::new();
        let read = file.take(MAX_CHART_SIZE).read_to_end(&mut data);
        read.map(|_| data).map_err(io_error("read", &path))
    });
    data.map_err(|error| Error::NotAChart {
        path: path.display().to_string(),
        source: Box::new(error),
    })
}

/// Finds the files of a chart folder, given by its absolute path: those to be read, and why the search ended before
/// its end.
pub(super) fn find(
    folder: &Path,
    rules: LoadRules,
    warnings: &mut Vec<Warning>,
) -> (Unread, Result<(), Error>) {
    let mut found = Vec::new();
    let result =
        Walk::new(folder, rules, warnings, &mut found).and_then(|mut walk| walk.folder(folder, ""));
    (Unread::new(found, rules), result)
}

fn ignore_rules(folder: &Path, root: &Path, rules: LoadRules) -> Result<Rules, Error> {
    let path = folder.join(ignore::FILE_NAME);
    let Ok(metadata) = fs::symlink_metadata(&path) else { return Ok(Rules::default()) };
    if metadata.is_symlink() {
        let Ok(resolved) = fs::canonicalize(&path) else { return Ok(Rules::default()) };
        if rules.links == Links::InsideChart && !resolved.starts_with(root) {
            return Err(link_outside(&path, &resolved));
        }
    }
    let file = OpenFile::open(&path).map_err(io_error("open", &path))?;
    let mut data = Vec::new();
    file.take(MAX_CHART_SIZE).read_to_end(&mut data).map_err(io_error("read", &path))?;
    Ok(Rules::parse_with(&String::from_utf8_lossy(&data), rules.leading_slashes)?)
}

struct Walk<'a> {
    rules: LoadRules,
    ignored: Rules,
    warnings: &'a mut Vec<Warning>,
    found: &'a mut Vec<Found>,
    n_entries: usize,
    /// the folders being walked, without links in their paths, the innermost last
    open_folders: Vec<PathBuf>,
}

impl<'a> Walk<'a> {
    fn new(
        folder: &Path,
        rules: LoadRules,
        warnings: &'a mut Vec<Warning>,
        found: &'a mut Vec<Found>,
    ) -> Result<Self, Error> {
        let root = fs::canonicalize(folder).map_err(io_error("lstat", folder))?;
        let ignored = ignore_rules(folder, &root, rules)?.with_defaults();
        Ok(Self { rules, ignored, warnings, found, n_entries: 0, open_folders: vec![root] })
    }
}

impl Walk<'_> {
    /// Walks a folder. `prefix` is its path from the root of the chart, with a `/` at the end.
    fn folder(&mut self, folder: &Path, prefix: &str) -> Result<(), Error> {
        let list = || {
            let entries = fs::read_dir(folder)?;
            entries.map(|entry| entry.map(|entry| (entry.file_name(), entry))).collect()
        };
        let entries: io::Result<Vec<_>> = list();
        let mut entries = entries.map_err(io_error("open", folder))?;
        entries.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        for (name, entry) in entries {
            self.n_entries += 1;
            if self.n_entries > MAX_FOLDER_ENTRIES {
                return Err(Error::TooManyFiles { maximum: MAX_FOLDER_ENTRIES });
            }
            let path = folder.join(&name);
            // The folder tells the type of nearly all files, so that they need not be looked up once more.
            let file_type = entry.file_type().map_err(io_error("lstat", &path))?;
            self.entry(path, format!("{prefix}{}", name.to_string_lossy()), file_type)?;
        }
        Ok(())
    }

    fn entry(&mut self, path: PathBuf, name: String, file_type: FileType) -> Result<(), Error> {
        if file_type.is_symlink() {
            return self.link(path, name);
        }
        if self.ignored.ignores(&name, file_type.is_dir()) {
            return Ok(());
        }
        if file_type.is_dir() {
            let parent = self.open_folders.last().expect("the root is open");
            let resolved = parent.join(path.file_name().unwrap_or_default());
            return self.open_folder(&path, &name, resolved);
        }
        self.file(Found { path, name, target: None }, file_type)
    }

    fn link(&mut self, path: PathBuf, name: String) -> Result<(), Error> {
        let resolved = fs::canonicalize(&path).map_err(|error| {
            let target = fs::read_link(&path).unwrap_or_default();
            let target = path.parent().unwrap_or(&path).join(target);
            let source = Box::new(io_error("lstat", &target)(error));
            Error::BrokenLink { path: path.display().to_string(), source }
        })?;
        self.warnings.push(Warning::SymbolicLink {
            path: path.display().to_string(),
            resolved: resolved.display().to_string(),
        });
        let metadata = fs::metadata(&resolved).map_err(io_error("lstat", &resolved))?;
        if self.ignored.ignores(&name, metadata.is_dir()) {
            return Ok(());
        }
        let root = self.open_folders.first().expect("the root is open");
        if self.rules.links == Links::InsideChart && !resolved.starts_with(root) {
            return Err(link_outside(&path, &resolved));
        }
        if metadata.is_dir() {
            return self.open_folder(&path, &name, resolved);
        }
        self.file(Found { path, name, target: Some(resolved) }, metadata.file_type())
    }

    /// Walks a folder that was met at `path` and stands at `resolved`.
    fn open_folder(&mut self, path: &Path, name: &str, resolved: PathBuf) -> Result<(), Error> {
        // Only links lead back: a folder that stands in itself is one that a link led to.
        if self.open_folders.contains(&resolved) {
            return Err(Error::LinkLoop {
                path: path.display().to_string(),
                target: resolved.display().to_string(),
            });
        }
        self.open_folders.push(resolved);
        self.folder(path, &format!("{name}/"))?;
        self.open_folders.pop();
        Ok(())
    }

    fn file(&mut self, found: Found, file_type: FileType) -> Result<(), Error> {
        if !file_type.is_file() {
            return Err(Error::IrregularFile { path: found.path.display().to_string() });
        }
        self.found.push(found);
        Ok(())
    }
}

fn link_outside(path: &Path, target: &Path) -> Error {
    Error::LinkOutside { path: path.display().to_string(), target: target.display().to_string() }
}

/// Says what was tried on which path, in front of what the system said.
pub(super) fn io_error(operation: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Error {
    move |reason| Error::Io { operation, path: path.display().to_string(), reason }
}
