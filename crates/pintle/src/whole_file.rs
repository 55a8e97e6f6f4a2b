//! Files that are read up to a limit, and written whole or not at all.

use std::fs;
use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;

use pintle_yaml::Location;

use crate::print::Failure;
use crate::user_values::go_words;

/// The largest file that is read, in bytes.
const MAX_FILE_BYTES: u64 = 256 << 20;

/// What is said of a file that is no text.
pub(crate) const NOT_TEXT: &str = "not text in UTF-8";

/// Writes a file whole or not at all: beside its place first, then moved there.
///
/// What is no file, such as a device or a pipe, is written to where it is, and a link stays one.
///
/// # Errors
///
/// A place that cannot be written to.
pub(crate) fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let written = match fs::metadata(path) {
        Ok(there) if there.is_dir() => Err(ErrorKind::IsADirectory.into()),
        Ok(there) if !there.is_file() => fs::write(path, text),
        Ok(there) => {
            fs::canonicalize(path).and_then(|path| replace(&path, text, Some(there.permissions())))
        }
        Err(_) => replace(path, text, None),
    };
    written.map_err(|error| Failure(format!("write {}: {}", path.display(), go_words(&error))))
}

fn replace(path: &Path, text: &str, permissions: Option<fs::Permissions>) -> io::Result<()> {
    let folder =
        path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let partial = folder.join(format!(".{name}.{}.partial", std::process::id()));
    // One that an earlier process of this number has left, or a link that someone else put there.
    let _ = fs::remove_file(&partial);
    let written = fs::File::create_new(&partial)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .and_then(|()| {
            permissions.map_or(Ok(()), |as_before| fs::set_permissions(&partial, as_before))
        })
        .and_then(|()| fs::rename(&partial, path));
    if written.is_err() {
        // What is left of it is of no use to anyone.
        let _ = fs::remove_file(&partial);
    }
    written
}

/// Reads a file of at most 256 MiB.
pub(crate) fn read_bytes(path: &Path) -> io::Result<Vec<u8>> {
    read_all(fs::File::open(path)?)
}

/// Reads what comes, at most 256 MiB.
pub(crate) fn read_all(source: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        let why = format!("the file is larger than {} MiB", MAX_FILE_BYTES >> 20);
        return Err(io::Error::other(why));
    }
    Ok(bytes)
}

/// Takes bytes as text, or gives the place of the first that is none.
pub(crate) fn text_of(name: &str, bytes: Vec<u8>) -> Result<String, Location> {
    String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        let before = String::from_utf8_lossy(&error.as_bytes()[..offset]);
        Location::of(name, &before, offset)
    })
}

/// Reads a file as text; gives nothing if there is none.
///
/// # Errors
///
/// A file that cannot be read, or is no text.
pub(crate) fn read_if_there(path: &Path) -> Result<Option<String>, Failure> {
    let name = path.display().to_string();
    match read_bytes(path) {
        Ok(bytes) => {
            text_of(&name, bytes).map(Some).map_err(|place| Failure(format!("{place}: {NOT_TEXT}")))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure(format!("open {name}: {}", go_words(&error)))),
    }
}

/// Reads the text of a file that is about to be written; gives nothing where there is none, as in a device or a pipe.
///
/// # Errors
///
/// As [`read_if_there`].
pub(crate) fn read_old(path: &Path) -> Result<Option<String>, Failure> {
    if path.is_file() { read_if_there(path) } else { Ok(None) }
}

/// Reads a file as text.
///
/// # Errors
///
/// A file that is not there, cannot be read, or is no text.
pub(crate) fn read(path: &Path) -> Result<String, Failure> {
    let missing = || Failure(format!("open {}: no such file or directory", path.display()));
    read_if_there(path)?.ok_or_else(missing)
}
