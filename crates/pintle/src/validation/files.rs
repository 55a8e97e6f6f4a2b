//! The files that are judged: found, read and judged on all cores.

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use pintle_chart::go::regex::Regex;
use pintle_manifest::validate::{Code, Definitions, Finding, Identity, Validator};
use walkdir::WalkDir;

use super::{Choice, Judged, Status, Told, judge_text};
use crate::all_cores;
use crate::print::Failure;
use crate::user_values::go_words;
use crate::whole_file::{self, NOT_TEXT};

/// The name of standard input.
pub(crate) const STANDARD_INPUT: &str = "-";

/// How files of manifests end.
pub(crate) const ENDINGS: [&str; 3] = [".yaml", ".yml", ".json"];

/// Lists the files of a path: itself, or those of the folder that may be manifests, in order of their names.
///
/// # Errors
///
/// A path where nothing is, or a folder that cannot be listed.
pub(crate) fn list(path: &str, ignored: &[Regex], files: &mut Vec<String>) -> Result<(), Failure> {
    let failed = |error: &io::Error| Failure(format!("{path}: {}", go_words(error)));
    if path == STANDARD_INPUT {
        files.push(path.to_owned());
        return Ok(());
    }
    if !fs::metadata(path).map_err(|error| failed(&error))?.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in WalkDir::new(path).sort_by_file_name() {
        let entry = entry.map_err(|error| match (error.path(), error.io_error()) {
            (Some(path), Some(why)) => Failure(format!("{}: {}", path.display(), go_words(why))),
            _ => Failure(error.to_string()),
        })?;
        let name = entry.path().to_string_lossy().into_owned();
        let is_manifest = ENDINGS.iter().any(|ending| name.ends_with(ending));
        let is_ignored = || ignored.iter().any(|pattern| pattern.is_match(&name));
        if entry.file_type().is_file() && is_manifest && !is_ignored() {
            files.push(name);
        }
    }
    Ok(())
}

/// A file that was read, or the line, the column and the reason why not.
#[derive(Debug)]
pub(crate) struct ReadFile {
    name: String,
    text: Result<String, (usize, usize, String)>,
}

/// Reads files, and takes the definitions of custom resources out of them.
pub(crate) fn read_all(files: Vec<String>, definitions: &mut Definitions) -> Vec<ReadFile> {
    let read = |name: String| {
        let text = match read(&name) {
            Ok(bytes) => whole_file::text_of(&name, bytes)
                .map_err(|place| (place.line, place.column, NOT_TEXT.to_owned())),
            Err(error) => Err((1, 1, go_words(&error))),
        };
        ReadFile { name, text }
    };
    let files: Vec<ReadFile> = files.into_iter().map(read).collect();
    for text in files.iter().filter_map(|file| file.text.as_ref().ok()) {
        definitions.read_definitions_of(text);
    }
    files
}

/// Reads definitions out of the files of `--schema`: a file, or those of a folder.
///
/// # Errors
///
/// A file that cannot be read, or holds no definition that can be used.
pub(crate) fn read_definitions(path: &str, definitions: &mut Definitions) -> Result<(), Failure> {
    if path.contains("://") {
        return Err(Failure(format!("--schema {path}: schemas are read from files, not fetched")));
    }
    let mut files = Vec::new();
    list(path, &[], &mut files).map_err(|Failure(reason)| Failure(format!("--schema {reason}")))?;
    // Files may name each other, but none outside of the folder.
    let given = Path::new(path);
    let folder = if given.is_dir() { Some(given) } else { given.parent() };
    let folder =
        folder.map(|folder| if folder.as_os_str().is_empty() { Path::new(".") } else { folder });
    let folder = folder.and_then(|folder| folder.canonicalize().ok());
    let mut load = |name: &str| {
        let is_inside = Path::new(name).canonicalize().ok()?.starts_with(folder.as_ref()?);
        is_inside.then(|| String::from_utf8(read(name).ok()?).ok())?
    };
    for file in files {
        let bytes = read(&file)
            .map_err(|error| Failure(format!("--schema {file}: {}", go_words(&error))))?;
        let text = whole_file::text_of(&file, bytes)
            .map_err(|place| Failure(format!("--schema {place}: {NOT_TEXT}")))?;
        let read = definitions.read_linked(&file, &text, &mut load);
        read.map_err(|error| Failure(format!("--schema {error}")))?;
    }
    Ok(())
}

/// Judges files on all cores; what was found comes in the order of the files.
pub(crate) fn judge(files: &[ReadFile], validator: &Validator, choice: &Choice) -> Vec<Judged> {
    let progress = Progress::new(files.len());
    let judged = all_cores::map(files, |at, file| {
        let judged = judge_file(file, validator, choice);
        progress.show(at);
        judged
    });
    progress.clear();
    judged.into_iter().flatten().collect()
}

/// Judges one file; what cannot be read is an object that cannot be judged.
fn judge_file(file: &ReadFile, validator: &Validator, choice: &Choice) -> Vec<Judged> {
    let ReadFile { name, text } = file;
    match text {
        Ok(text) => judge_text(name, text, validator, choice),
        Err((line, column, message)) => {
            let (line, column, message) = (*line, *column, message.clone());
            let finding =
                Finding { code: &Code::NOT_YAML, field: String::new(), message, offset: 0 };
            let told = Told { finding, line, column, printed: None };
            vec![Judged {
                file: name.clone(),
                identity: Identity::default(),
                is_known: false,
                status: Status::Error,
                findings: vec![told],
            }]
        }
    }
}

/// Reads a file, or standard input, of at most 256 MiB.
pub(crate) fn read(file: &str) -> io::Result<Vec<u8>> {
    if file == STANDARD_INPUT {
        return whole_file::read_all(io::stdin().lock());
    }
    whole_file::read_bytes(Path::new(file))
}

/// How far it has come, on a terminal, once it takes longer.
struct Progress {
    started: Instant,
    n_files: usize,
    is_shown: bool,
}

impl Progress {
    /// How long nothing is said.
    const PATIENCE: Duration = Duration::from_millis(500);
    /// How many files pass between two lines.
    const STEP: usize = 64;

    fn new(n_files: usize) -> Self {
        Self { started: Instant::now(), n_files, is_shown: io::stderr().is_terminal() }
    }

    fn show(&self, at: usize) {
        if self.is_shown && at.is_multiple_of(Self::STEP) && self.started.elapsed() > Self::PATIENCE
        {
            // A terminal that takes nothing is shown nothing.
            let _ = write!(io::stderr(), "\r{at} of {} files", self.n_files);
        }
    }

    fn clear(&self) {
        if self.is_shown && self.started.elapsed() > Self::PATIENCE {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}
