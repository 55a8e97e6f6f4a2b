//! The files of a Compose project on disk: read with a limit, and never from outside its folder.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use pintle_chart::origin::ForeignPlaces;
use pintle_compose::{
    Converted, FileError, MAX_FILE_BYTES, Note, Options, Project, Source, SourceFile,
    convert as convert_source,
};

use crate::args::Args;
use crate::commands::compose;
use crate::print::{Failure, Output};
use crate::user_values::go_words;

/// Converts the project of some Compose files, and says what there is to say about it.
///
/// # Errors
///
/// Everything that is wrong with the project.
pub(crate) fn convert(
    names: &[String],
    mut options: Options,
    args: &Args,
    output: &mut Output,
) -> Result<Converted, Failure> {
    compose::switches(&mut options, args);
    let files = read_all(names)?;
    let project = folder_of(names);
    let converted = convert_source(Source { files: &files, project: &project }, &options)?;
    for note in together(&converted.notes) {
        output.complain(&format!("note: {note}"));
    }
    Ok(converted)
}

/// Says once what is to know of many services: at the first place, with the number of the others.
fn together(notes: &[Note]) -> Vec<String> {
    // "`services.web.ports`: why" and "`volumes.data`: why" are like others but for the name.
    fn about(note: &Note) -> Option<(&str, [&str; 4])> {
        let (path, reason) = note.text.strip_prefix('`')?.split_once('`')?;
        let (section, rest) = path.split_once('.')?;
        let key = rest.split_once('.').map_or("", |(_, key)| key);
        Some((path, [&*note.location.file, section, key, reason]))
    }
    let mut n_like = BTreeMap::new();
    for (_, like) in notes.iter().filter_map(about) {
        *n_like.entry(like).or_insert(0) += 1;
    }
    let mut said = Vec::new();
    for note in notes {
        let Some((path, like)) = about(note) else {
            said.push(note.to_string());
            continue;
        };
        match std::mem::take(n_like.entry(like).or_default()) {
            0 => {}
            1 => said.push(note.to_string()),
            n_notes => {
                let (location, [_, _, _, reason]) = (&note.location, like);
                said.push(format!("{location}: `{path}` and {} others{reason}", n_notes - 1));
            }
        }
    }
    said
}

/// Gives where the values of a project come from.
///
/// # Errors
///
/// As [`convert`].
pub(crate) fn places(
    names: &[String],
    mut options: Options,
    args: &Args,
) -> Result<ForeignPlaces, Failure> {
    compose::switches(&mut options, args);
    let files = read_all(names)?;
    let project = folder_of(names);
    Ok(pintle_compose::places(Source { files: &files, project: &project }, &options)?)
}

/// Gives the folder of a project: that of its first file.
fn folder_of(names: &[String]) -> Folder {
    let folder = names
        .first()
        .map_or(Path::new(""), |name| Path::new(name).parent().unwrap_or(Path::new("")));
    Folder { path: folder.to_owned() }
}

/// Reads the files that the command line names.
pub(crate) fn read_all(names: &[String]) -> Result<Vec<SourceFile>, Failure> {
    let read = |name: &String| match read(Path::new(name)) {
        Ok(content) => Ok(SourceFile { name: name.clone(), content }),
        Err(FileError::NotFound) => Err(Failure(format!("open {name}: no such file or directory"))),
        Err(error) => Err(Failure(format!("{name}: {error}"))),
    };
    names.iter().map(read).collect()
}

/// Reads a file, but not one that is too large or not a file.
fn read(path: &Path) -> Result<Vec<u8>, FileError> {
    let failed = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => FileError::NotFound,
        _ => FileError::Unreadable(go_words(&error)),
    };
    let metadata = fs::metadata(path).map_err(failed)?;
    if metadata.is_dir() {
        return Err(FileError::Unreadable("it is a folder".to_owned()));
    }
    let limit = MAX_FILE_BYTES as u64 + 1;
    // A byte more than the file has shows its end without growing.
    let len = usize::try_from(metadata.len().min(limit - 1)).unwrap_or_default();
    let mut content = Vec::with_capacity(len + 1);
    File::open(path).and_then(|file| file.take(limit).read_to_end(&mut content)).map_err(failed)?;
    if content.len() > MAX_FILE_BYTES { Err(FileError::TooLarge) } else { Ok(content) }
}

/// The folder of a project.
#[derive(Debug)]
struct Folder {
    path: PathBuf,
}

impl Project for Folder {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        let place = self.path.join(path);
        let unreadable = |error: std::io::Error| match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => FileError::NotFound,
            _ => FileError::Unreadable(go_words(&error)),
        };
        let root = if self.path.as_os_str().is_empty() { Path::new(".") } else { &self.path };
        let root = fs::canonicalize(root).map_err(unreadable)?;
        // A link may lead out of the folder, whatever its path says.
        let real = fs::canonicalize(&place).map_err(unreadable)?;
        if real.starts_with(root) { read(&real) } else { Err(FileError::Outside) }
    }

    fn display_name(&self, path: &str) -> String {
        self.path.join(path).to_string_lossy().into_owned()
    }
}
