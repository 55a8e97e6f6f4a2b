//! Files that are written whole or not at all, and read as text.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use crate::print::Failure;
use crate::user_values::go_words;

/// Writes a file whole or not at all: beside its place first, then moved there.
///
/// # Errors
///
/// A place that cannot be written to.
pub(crate) fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let failed = |error| Failure(format!("write {}: {}", path.display(), go_words(&error)));
    let folder =
        path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let partial = folder.join(format!(".{name}.{}.partial", std::process::id()));
    let written = fs::write(&partial, text).and_then(|()| fs::rename(&partial, path));
    if written.is_err() {
        // What is left of it is of no use to anyone.
        let _ = fs::remove_file(&partial);
    }
    written.map_err(failed)
}

/// Reads a file as text; gives nothing if there is none.
///
/// # Errors
///
/// A file that cannot be read, or is no text.
pub(crate) fn read_if_there(path: &Path) -> Result<Option<String>, Failure> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(Failure(format!("open {}: {}", path.display(), go_words(&error))));
        }
    };
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Some(text)),
        Err(_) => Err(Failure(format!("{}: not text in UTF-8", path.display()))),
    }
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
