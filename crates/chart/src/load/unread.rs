//! Reading the files that were found in a chart folder, by as many threads as come.
//!
//! A byte order mark at the beginning of a file is dropped.
#![expect(clippy::disallowed_methods, reason = "loading a chart folder is reading files")]

use std::fs::{self, File as OpenFile};
use std::io::{self, Read as _, Seek as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use super::dir::io_error;
use super::{LoadRules, MAX_CHART_SIZE, Reads};
use crate::data::without_mark;
use crate::{Data, Error, File, path};

/// How large the buffer for files is at least, in bytes.
const MIN_BUFFER: usize = 64 << 10;

/// The most files that are held open to be read later.
const MAX_DEFERRED: usize = 64;

/// How large a file is at least that is read later, in bytes.
const MIN_DEFERRED: u64 = 8 << 10;

/// A file that was found.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) path: PathBuf,
    /// its path from the root of the chart
    pub(super) name: String,
    /// where it stands, if a link led to it
    pub(super) target: Option<PathBuf>,
}

/// Files that were found, each to be read once.
#[derive(Debug)]
pub(super) struct Unread {
    found: Vec<Found>,
    rules: LoadRules,
    /// the number of the next file
    next: AtomicUsize,
    /// how many more bytes may be read
    budget: AtomicU64,
    /// how many more files may be held open
    n_deferrable: AtomicUsize,
}

/// Files that one thread has read, by their numbers.
pub(super) type Part = Result<Vec<(usize, File)>, Error>;

impl Unread {
    pub(super) fn new(found: Vec<Found>, rules: LoadRules) -> Self {
        let n_deferrable = if rules.reads == Reads::WhenNeeded { MAX_DEFERRED } else { 0 };
        Self {
            found,
            rules,
            next: AtomicUsize::new(0),
            budget: AtomicU64::new(MAX_CHART_SIZE),
            n_deferrable: AtomicUsize::new(n_deferrable),
        }
    }

    /// Reads files until there are no more, or one cannot be read.
    pub(super) fn read_some(&self) -> Part {
        let mut files = Vec::new();
        let mut buffer = Vec::new();
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(found) = self.found.get(number) else { return Ok(files) };
            match self.file(found, &mut buffer) {
                Ok(file) => files.push((number, file)),
                Err(error) => {
                    self.next.store(self.found.len(), Ordering::Relaxed);
                    return Err(error);
                }
            }
        }
    }

    /// Puts the parts together in the order in which the files were found.
    ///
    /// # Errors
    ///
    /// That of the first file that cannot be read.
    pub(super) fn files(self, parts: impl IntoIterator<Item = Part>) -> Result<Vec<File>, Error> {
        let parts: Result<Vec<_>, Error> = parts.into_iter().collect();
        let mut files = match parts {
            Ok(parts) => parts.concat(),
            // Which of several errors a thread met first is chance.
            Err(_) => Self::new(self.found, self.rules).read_some()?,
        };
        files.sort_unstable_by_key(|(number, _)| *number);
        Ok(files.into_iter().map(|(_, file)| file).collect())
    }

    fn file(&self, found: &Found, buffer: &mut Vec<u8>) -> Result<File, Error> {
        let Found { path, name, target } = found;
        let target = target.as_ref().unwrap_or(path);
        if let Some(maximum) = self.rules.max_file_size {
            let metadata = fs::metadata(target).map_err(io_error("lstat", target))?;
            if metadata.len() > maximum {
                let name = target.file_name().unwrap_or_default().to_string_lossy().into_owned();
                return Err(Error::FileTooLarge { name, maximum });
            }
        }
        let (data, modified) = self
            .data(path, name, buffer)
            .map_err(|source| Error::File { name: name.clone(), source: Box::new(source) })?;
        Ok(File { name: name.as_str().into(), data, modified })
    }

    /// Gives the bytes of a file and when it was last changed, in seconds since 1970. What is read goes through `buffer`.
    fn data(
        &self,
        path: &Path,
        name: &str,
        buffer: &mut Vec<u8>,
    ) -> Result<(Data, Option<i64>), Error> {
        let mut file = OpenFile::open(path).map_err(io_error("open", path))?;
        let metadata = file.metadata().map_err(io_error("stat", path))?;
        let modified = metadata.modified().ok().map(nearest_second);
        let n_bytes = metadata.len();
        let budget = self.budget.load(Ordering::Relaxed);
        let expected = usize::try_from(n_bytes).ok().filter(|_| n_bytes <= budget);
        let expected = expected.ok_or(TOO_LARGE)?;
        if n_bytes >= MIN_DEFERRED && is_hardly_needed(name) && take(&self.n_deferrable) {
            self.spend(expected)?;
            return Ok((Data::deferred(file, n_bytes), modified));
        }
        if expected > MIN_BUFFER
            && let Some(bytes) = whole(&mut file, expected).map_err(io_error("read", path))?
        {
            self.spend(expected)?;
            return Ok((bytes.into(), modified));
        }
        let mut n_read = 0;
        loop {
            // One byte more than there should be tells a file that has grown since.
            let wanted = expected.max(n_read) + 1;
            if buffer.len() < wanted {
                buffer.resize(wanted.max(MIN_BUFFER), 0);
            }
            match file.read(&mut buffer[n_read..]) {
                Ok(0) => break,
                Ok(n_bytes) => n_read += n_bytes,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(io_error("read", path)(error)),
            }
            if n_read as u64 > budget {
                return Err(TOO_LARGE);
            }
            // Less was read than there is room for, and as much as there should be: that is all.
            if n_read == expected {
                break;
            }
        }
        self.spend(n_read)?;
        Ok((Arc::<[u8]>::from(without_mark(&buffer[..n_read])).into(), modified))
    }

    /// Takes bytes that were read off the budget.
    fn spend(&self, n_bytes: usize) -> Result<(), Error> {
        let left = |budget: u64| budget.checked_sub(n_bytes as u64);
        let spent = self.budget.fetch_update(Ordering::Relaxed, Ordering::Relaxed, left);
        spent.map(drop).map_err(|_| TOO_LARGE)
    }
}

const TOO_LARGE: Error = Error::FolderTooLarge { maximum: MAX_CHART_SIZE };

/// Takes one off a number, unless there is none left.
fn take(number: &AtomicUsize) -> bool {
    let left = |number: usize| number.checked_sub(1);
    number.fetch_update(Ordering::Relaxed, Ordering::Relaxed, left).is_ok()
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
