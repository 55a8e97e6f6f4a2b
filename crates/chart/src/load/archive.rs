//! Unpacking a chart archive in memory: gzip, tar, one folder that holds all.
//!
//! The first element of every path is dropped, whatever it is. Links become empty files, as with Helm: nothing is ever
//! written, so none can lead anywhere.
//!
//! Source: `pkg/chart/loader/archive/archive.go`, Helm v4.
#![cfg_attr(
    not(test),
    expect(clippy::disallowed_methods, reason = "loading a chart archive is reading a file")
)]

use std::fs::File as OpenFile;
use std::io::{self, Cursor, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use tar::{Entry, EntryType};

use super::MAX_CHART_SIZE;
use super::dir::io_error;
use super::sniff;
use crate::data::without_mark;
use crate::{Error, File, path};

/// What Go says of bytes that are not gzip.
pub(super) const BAD_HEADER: &str = "gzip: invalid header";

/// The most an archive may unpack to in all, its headers and what is passed over included, in bytes.
const MAX_STREAM_SIZE: u64 = 2 * MAX_CHART_SIZE + (64 << 20);

/// The bit of a mode that says folder.
const MODE_FOLDER: u32 = 0o040_000;
const MODE_TYPE: u32 = 0o170_000;

/// The type of an entry of an old archive, where a name that ends in `/` is a folder.
const OLD_REGULAR: u8 = 0;

/// Opens an archive file, and looks whether it is one.
pub(super) fn open(path: &Path) -> Result<impl Read, Error> {
    let mut file = OpenFile::open(path).map_err(io_error("open", path))?;
    let mut head = Vec::with_capacity(sniff::HEAD_LEN);
    let read = file.by_ref().take(sniff::HEAD_LEN as u64).read_to_end(&mut head);
    read.map_err(io_error("read", path))?;
    let mut padded = [0; sniff::HEAD_LEN];
    padded[..head.len()].copy_from_slice(&head);
    if !padded.starts_with(sniff::GZIP) {
        let path = path.display().to_string();
        return Err(if matches!(path::extension(&path), ".yml" | ".yaml") {
            Error::YamlAsArchive { path }
        } else {
            // Helm looks at the zeros behind a short file, too, and finds no text in them.
            Error::NotAnArchive { path, content_type: sniff::content_type(&padded) }
        });
    }
    Ok(Cursor::new(head).chain(file))
}

/// Unpacks an archive to at most `budget` bytes; gives its files and how many bytes they are.
pub(super) fn unpack(
    archive: impl Read,
    max_file_size: Option<u64>,
    budget: u64,
) -> Result<(Vec<File>, u64), Error> {
    let stream = MultiGzDecoder::new(checked_header(archive)?).take(MAX_STREAM_SIZE);
    let mut archive = tar::Archive::new(stream);
    let mut files = Vec::new();
    let mut remaining = budget;
    // What was read last, one file after another: its memory is the same for all.
    let mut data = Vec::new();
    for entry in archive.entries().map_err(|error| damaged(&error))? {
        let mut entry = entry.map_err(|error| damaged(&error))?;
        if is_folder(&entry) || entry.header().entry_type() == EntryType::XGlobalHeader {
            continue;
        }
        let full_name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let name = name_within(&full_name)?;
        let too_large = || {
            let limit = if max_file_size.is_some() { "file size" } else { "size" };
            Error::ArchiveTooLarge { limit, maximum: MAX_CHART_SIZE }
        };
        let size = if has_data(entry.header().entry_type()) { entry.size() } else { 0 };
        if size > remaining {
            return Err(too_large());
        }
        if let Some(maximum) = max_file_size.filter(|maximum| size > *maximum) {
            return Err(Error::ArchivedFileTooLarge { name: full_name, maximum });
        }
        data.clear();
        let read = entry.by_ref().take(size).read_to_end(&mut data);
        let n_bytes = read.map_err(|error| damaged(&error))? as u64;
        if n_bytes < size {
            return Err(Error::Archive("unexpected EOF".to_owned()));
        }
        remaining -= n_bytes;
        if remaining == 0 {
            return Err(too_large());
        }
        let modified = entry.header().mtime().ok().and_then(|seconds| i64::try_from(seconds).ok());
        files.push(File::new(name, without_mark(&data)).modified(modified));
    }
    if files.is_empty() {
        return Err(Error::EmptyArchive);
    }
    Ok((files, budget - remaining))
}

/// Looks at the first bytes for what Go says of them.
fn checked_header(mut archive: impl Read) -> Result<impl Read, Error> {
    const HEADER_LEN: usize = 10;
    let mut head = Vec::with_capacity(HEADER_LEN);
    let read = archive.by_ref().take(HEADER_LEN as u64).read_to_end(&mut head);
    read.map_err(|error| damaged(&error))?;
    let words = match head.len() {
        0 => "EOF",
        HEADER_LEN if head.starts_with(sniff::GZIP) => return Ok(Cursor::new(head).chain(archive)),
        HEADER_LEN => BAD_HEADER,
        _ => "unexpected EOF",
    };
    Err(Error::Archive(words.to_owned()))
}

fn is_folder<R: Read>(entry: &Entry<'_, R>) -> bool {
    let header = entry.header();
    let is_old = header.as_bytes()[156] == OLD_REGULAR;
    header.entry_type().is_dir()
        || header.mode().is_ok_and(|mode| mode & MODE_TYPE == MODE_FOLDER)
        || (is_old && entry.path_bytes().ends_with(b"/"))
}

fn has_data(entry_type: EntryType) -> bool {
    !matches!(
        entry_type,
        EntryType::Link | EntryType::Symlink | EntryType::Char | EntryType::Block | EntryType::Fifo
    )
}

/// Gives the path within the chart of a file of the archive.
fn name_within(full_name: &str) -> Result<String, Error> {
    // An archive that was packed on Windows may have its paths with backslashes.
    let delimiter = if full_name.contains('\\') { '\\' } else { '/' };
    let (folder, within) = full_name.split_once(delimiter).unwrap_or((full_name, ""));
    let within = within.replace(delimiter, "/");
    if within.starts_with('/') {
        return Err(Error::AbsolutePath);
    }
    let within = path::clean(&within);
    if within == "." {
        return Err(Error::OutsideBaseDirectory { name: full_name.to_owned() });
    }
    if within.starts_with("..") {
        return Err(Error::ParentDirectory);
    }
    if let [drive, b':', b'/', ..] = within.as_bytes()
        && drive.is_ascii_alphabetic()
    {
        return Err(Error::IllegalName);
    }
    if folder == "Chart.yaml" {
        return Err(Error::ChartYamlOutsideBase);
    }
    Ok(within)
}

/// Puts what is wrong with an archive into Go's words.
fn damaged(error: &io::Error) -> Error {
    let text = error.to_string();
    let words = if error.kind() == io::ErrorKind::UnexpectedEof {
        "unexpected EOF"
    } else if text.contains("gzip header") {
        BAD_HEADER
    } else if text.contains("checksum") && text.contains("gzip") {
        "gzip: invalid checksum"
    } else if text.contains("deflate") {
        "flate: corrupt input"
    } else {
        "archive/tar: invalid tar header"
    };
    Error::Archive(words.to_owned())
}
