//! What is found while a project is read and converted: errors and notes, by place.

use std::sync::Arc;

use pintle_yaml::{Lines, Location};
use rustc_hash::FxHashSet;

use crate::error::{ComposeError, ComposeErrors, Note, Problem};
use crate::source::{MAX_FILE_BYTES, SourceFile};

/// The most errors that are reported; what follows them is not looked at by anyone.
pub(crate) const MAX_ERRORS: usize = 1_000;

/// A place in one of the files of a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Place {
    /// the number of the file
    pub(crate) file: u32,
    /// the offset in its text, in bytes
    pub(crate) offset: u32,
}

impl Place {
    /// The beginning of a file.
    pub(crate) fn start_of(file: u32) -> Self {
        Self { file, offset: 0 }
    }

    /// A place in the same file.
    pub(crate) fn at(self, offset: usize) -> Self {
        Self { offset: u32::try_from(offset).unwrap_or(u32::MAX), ..self }
    }
}

/// A file that has been read.
#[derive(Debug)]
pub(crate) struct KnownFile {
    /// how it is called in messages
    pub(crate) name: String,
    pub(crate) text: Arc<str>,
    /// the folder, within the project, that paths in it start from
    pub(crate) folder: String,
}

/// The files read so far, and what was found in them.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) files: Vec<KnownFile>,
    errors: Vec<(Place, Problem, String, String)>,
    notes: Vec<(Place, String)>,
    seen: FxHashSet<(Place, String)>,
}

impl Report {
    /// Adds a file; gives its number.
    pub(crate) fn add_file(
        &mut self,
        name: String,
        text: impl Into<Arc<str>>,
        folder: String,
    ) -> u32 {
        self.files.push(KnownFile { name, text: text.into(), folder });
        u32::try_from(self.files.len() - 1).unwrap_or(u32::MAX)
    }

    /// Adds a file if it is text and not too large, and gives its number; else says what is wrong.
    pub(crate) fn add_source(&mut self, file: &SourceFile, folder: &str) -> Option<u32> {
        const HELP: &str = "save it as UTF-8 text";
        let n_bytes = file.content.len();
        let (text, wrong) = match std::str::from_utf8(&file.content) {
            _ if n_bytes > MAX_FILE_BYTES => {
                let reason =
                    format!("the file has {n_bytes} bytes, and the limit is {MAX_FILE_BYTES}");
                ("", Some((Problem::Limit, reason, "")))
            }
            Ok(text) => match text.split_once('\0') {
                None => (text, None),
                Some((before, _)) => {
                    let reason = "the file is binary, not text".to_owned();
                    (before, Some((Problem::File, reason, HELP)))
                }
            },
            Err(error) => {
                let before = &file.content[..error.valid_up_to()];
                let reason = "the file is not UTF-8 text".to_owned();
                let before = std::str::from_utf8(before).unwrap_or_default();
                (before, Some((Problem::File, reason, HELP)))
            }
        };
        let id = self.add_file(file.name.clone(), text, folder.to_owned());
        let Some((problem, reason, help)) = wrong else { return Some(id) };
        self.error(Place::start_of(id).at(text.len()), problem, reason, help);
        None
    }

    /// Gives the folder that paths at a place start from.
    pub(crate) fn folder(&self, place: Place) -> &str {
        self.files.get(place.file as usize).map_or("", |file| &file.folder)
    }

    /// Gives the text of a file from a place on.
    pub(crate) fn text_from(&self, place: Place) -> &str {
        let text = self.files.get(place.file as usize).map_or("", |file| &file.text);
        text.get(place.offset as usize..).unwrap_or_default()
    }

    pub(crate) fn error(
        &mut self,
        place: Place,
        problem: Problem,
        reason: impl Into<String>,
        help: impl Into<String>,
    ) {
        let reason = reason.into();
        // What an anchor holds is met once for each alias.
        if self.errors.len() < MAX_ERRORS && self.seen.insert((place, reason.clone())) {
            self.errors.push((place, problem, reason, help.into()));
        }
    }

    pub(crate) fn note(&mut self, place: Place, text: impl Into<String>) {
        let text = text.into();
        if self.notes.len() < MAX_ERRORS && self.seen.insert((place, text.clone())) {
            self.notes.push((place, text));
        }
    }

    /// Tells whether files do not fit together, so that something may be missing from the model.
    pub(crate) fn is_incomplete(&self) -> bool {
        self.errors.iter().any(|error| {
            matches!(error.1, Problem::Structure | Problem::Limit | Problem::File | Problem::Yaml)
        })
    }

    pub(crate) fn has_errors(&self) -> bool {
        !self.errors.is_empty()
    }

    /// Gives the notes, or the errors if there are any.
    pub(crate) fn finish(mut self) -> Result<Vec<Note>, ComposeErrors> {
        if self.errors.is_empty() {
            let mut notes = std::mem::take(&mut self.notes);
            notes.sort_by_key(|(place, _)| *place);
            let mut lines = (0, Lines::default());
            let located =
                notes.into_iter().map(|(place, text)| (self.locate(place, &mut lines), text));
            return Ok(located.map(|(location, text)| Note { location, text }).collect());
        }
        let mut errors = std::mem::take(&mut self.errors);
        errors.sort_by_key(|(place, ..)| *place);
        let mut lines = (0, Lines::default());
        let located = errors.into_iter().map(|(place, problem, reason, help)| ComposeError {
            location: self.locate(place, &mut lines),
            problem,
            reason,
            help,
        });
        Err(ComposeErrors::new(located.collect()))
    }

    /// Gives line and column of a place; `lines` has the file of the last one, and how far in it that was.
    fn locate(&self, place: Place, (of_file, lines): &mut (u32, Lines)) -> Location {
        let Some(file) = self.files.get(place.file as usize) else {
            return Location { file: String::new(), line: 1, column: 1 };
        };
        if *of_file != place.file {
            (*of_file, *lines) = (place.file, Lines::default());
        }
        let (line, column) = lines.go_to(&file.text, place.offset as usize);
        Location { file: file.name.clone(), line, column }
    }
}
