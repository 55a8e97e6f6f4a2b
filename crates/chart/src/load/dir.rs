//! Reading the files of a chart folder.
//!
//! Folders are walked in order of their names' bytes, what `.helmignore` names is passed over, and a byte order mark
//! at the beginning of a file is dropped. Symbolic links are followed; by default only within the chart.
//!
//! Source: `pkg/chart/v2/loader/directory.go`, `internal/sympath/walk.go`, Helm v4.
#![cfg_attr(
    not(test),
    expect(clippy::disallowed_methods, reason = "loading a chart folder is reading files")
)]

use std::fs::{self, File as OpenFile, FileType};
use std::io::{self, Read as _, Seek as _};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::files::CHART_YAML;
use super::{Links, LoadRules, MAX_CHART_SIZE, MAX_FOLDER_ENTRIES, Reads, Warning};
use crate::data::without_mark;
use crate::ignore::{self, Rules};
use crate::{Data, Error, File, path};

/// How large the buffer for files is at least, in bytes.
const MIN_BUFFER: usize = 64 << 10;

/// The most files that are held open to be read later.
const MAX_DEFERRED: usize = 64;

/// How large a file is at least that is read later, in bytes.
const MIN_DEFERRED: u64 = 8 << 10;

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

/// Reads the files of a chart folder, given by its absolute path.
pub(super) fn read(
    folder: &Path,
    rules: LoadRules,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<File>, Error> {
    let root = fs::canonicalize(folder).map_err(io_error("lstat", folder))?;
    let mut walk = Walk {
        rules,
        ignored: ignore_rules(folder, &root, rules)?.with_defaults(),
        warnings,
        files: Vec::new(),
        n_entries: 0,
        budget: MAX_CHART_SIZE,
        open_folders: vec![root],
        n_deferrable: if rules.reads == Reads::WhenNeeded { MAX_DEFERRED } else { 0 },
        buffer: Vec::new(),
    };
    walk.folder(folder, "")?;
    Ok(walk.files)
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
    files: Vec<File>,
    n_entries: usize,
    /// how many more bytes may be read
    budget: u64,
    /// the folders being walked, without links in their paths, the innermost last
    open_folders: Vec<PathBuf>,
    /// how many more files may be held open
    n_deferrable: usize,
    /// what was read last, one file after another: its memory is the same for all
    buffer: Vec<u8>,
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
            self.entry(&path, &format!("{prefix}{}", name.to_string_lossy()), file_type)?;
        }
        Ok(())
    }

    fn entry(&mut self, path: &Path, name: &str, file_type: FileType) -> Result<(), Error> {
        if file_type.is_symlink() {
            return self.link(path, name);
        }
        if self.ignored.ignores(name, file_type.is_dir()) {
            return Ok(());
        }
        if file_type.is_dir() {
            let parent = self.open_folders.last().expect("the root is open");
            let resolved = parent.join(path.file_name().unwrap_or_default());
            return self.open_folder(path, name, resolved);
        }
        self.file(path, name, path, file_type)
    }

    fn link(&mut self, path: &Path, name: &str) -> Result<(), Error> {
        let resolved = fs::canonicalize(path).map_err(|error| {
            let target = fs::read_link(path).unwrap_or_default();
            let target = path.parent().unwrap_or(path).join(target);
            let source = Box::new(io_error("lstat", &target)(error));
            Error::BrokenLink { path: path.display().to_string(), source }
        })?;
        self.warnings.push(Warning::SymbolicLink {
            path: path.display().to_string(),
            resolved: resolved.display().to_string(),
        });
        let metadata = fs::metadata(&resolved).map_err(io_error("lstat", &resolved))?;
        if self.ignored.ignores(name, metadata.is_dir()) {
            return Ok(());
        }
        let root = self.open_folders.first().expect("the root is open");
        if self.rules.links == Links::InsideChart && !resolved.starts_with(root) {
            return Err(link_outside(path, &resolved));
        }
        if metadata.is_dir() {
            return self.open_folder(path, name, resolved);
        }
        self.file(path, name, &resolved, metadata.file_type())
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

    /// Reads the file that was met at `path` and stands at `resolved`.
    fn file(
        &mut self,
        path: &Path,
        name: &str,
        resolved: &Path,
        file_type: FileType,
    ) -> Result<(), Error> {
        if !file_type.is_file() {
            return Err(Error::IrregularFile { path: path.display().to_string() });
        }
        if let Some(maximum) = self.rules.max_file_size {
            let metadata = fs::metadata(resolved).map_err(io_error("lstat", resolved))?;
            if metadata.len() > maximum {
                let name = resolved.file_name().unwrap_or_default().to_string_lossy().into_owned();
                return Err(Error::FileTooLarge { name, maximum });
            }
        }
        let (data, modified) = self
            .data(path, name)
            .map_err(|source| Error::File { name: name.to_owned(), source: Box::new(source) })?;
        self.files.push(File { name: name.into(), data, modified });
        Ok(())
    }

    /// Gives the bytes of a file and when it was last changed, in seconds since 1970.
    fn data(&mut self, path: &Path, name: &str) -> Result<(Data, Option<i64>), Error> {
        let mut file = OpenFile::open(path).map_err(io_error("open", path))?;
        let metadata = file.metadata().map_err(io_error("stat", path))?;
        let modified = metadata.modified().ok().map(nearest_second);
        let expected = metadata.len();
        let too_large = || Error::FolderTooLarge { maximum: MAX_CHART_SIZE };
        if expected > self.budget {
            return Err(too_large());
        }
        if self.n_deferrable > 0
            && (MIN_DEFERRED..=self.budget).contains(&expected)
            && is_hardly_needed(name)
        {
            self.n_deferrable -= 1;
            self.budget -= expected;
            return Ok((Data::deferred(file, expected), modified));
        }
        let expected = usize::try_from(expected).map_err(|_| too_large())?;
        if expected > MIN_BUFFER
            && let Some(bytes) = whole(&mut file, expected).map_err(io_error("read", path))?
        {
            self.budget -= expected as u64;
            return Ok((bytes.into(), modified));
        }
        let mut n_read = 0;
        loop {
            // One byte more than there should be tells a file that has grown since.
            let wanted = expected.max(n_read) + 1;
            if self.buffer.len() < wanted {
                self.buffer.resize(wanted.max(MIN_BUFFER), 0);
            }
            match file.read(&mut self.buffer[n_read..]) {
                Ok(0) => break,
                Ok(n_bytes) => n_read += n_bytes,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(io_error("read", path)(error)),
            }
            if n_read as u64 > self.budget {
                return Err(too_large());
            }
            // Less was read than there is room for, and as much as there should be: that is all.
            if n_read == expected {
                break;
            }
        }
        self.budget -= n_read as u64;
        Ok((Arc::<[u8]>::from(without_mark(&self.buffer[..n_read])).into(), modified))
    }
}

/// Reads a large file where it is to stay; if it is not as long as expected, goes back to its start.
fn whole(file: &mut OpenFile, expected: usize) -> io::Result<Option<Arc<[u8]>>> {
    let mut bytes: Arc<[u8]> = std::iter::repeat_n(0, expected).collect();
    let is_whole = match Arc::get_mut(&mut bytes).map(|place| file.read_exact(place)) {
        Some(Ok(())) => file.read(&mut [0])? == 0,
        Some(Err(error)) if error.kind() != io::ErrorKind::UnexpectedEof => return Err(error),
        _ => false,
    };
    if !is_whole {
        file.rewind()?;
        return Ok(None);
    }
    let unmarked = without_mark(&bytes);
    Ok(Some(if unmarked.len() < expected { unmarked.into() } else { bytes }))
}

/// Gives a time in seconds since 1970, to the nearest one as archives have it.
fn nearest_second(time: SystemTime) -> i64 {
    const HALF_A_SECOND: Duration = Duration::from_millis(500);
    let seconds = |duration: Duration| i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
    match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => seconds(after.saturating_add(HALF_A_SECOND)),
        Err(before) => -seconds(before.duration().saturating_add(HALF_A_SECOND)),
    }
}

/// Tells whether a file is a definition of `crds/`, of whatever chart, or documentation.
fn is_hardly_needed(name: &str) -> bool {
    let mut folders = name.split('/').rev().skip(1);
    let is_definition = folders.clone().any(|folder| folder == "crds");
    let extension = path::extension(name);
    (is_definition || extension == ".md")
        && extension != ".tgz"
        && !folders.any(|folder| folder == "templates")
}

fn link_outside(path: &Path, target: &Path) -> Error {
    Error::LinkOutside { path: path.display().to_string(), target: target.display().to_string() }
}

/// Says what was tried on which path, in front of what the system said.
pub(super) fn io_error(operation: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Error {
    move |reason| Error::Io { operation, path: path.display().to_string(), reason }
}
