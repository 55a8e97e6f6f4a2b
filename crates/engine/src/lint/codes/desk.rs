//! The files that are looked at, and the warnings about them until they are sorted, placed and silenced.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::ops::Range;
use std::rc::Rc;

use pintle_chart::load;
use pintle_yaml::{Lines, Location, Tree};

use super::allow::Allowances;
use super::table::CODES;
use super::{CHART_YAML, Code, Finding, Whose};

/// How many warnings of one code a chart gets; of more, only their number is told.
pub(super) const MAX_FINDINGS: usize = 1_000;

/// How many warnings of one code are looked at, those that somebody allowed among them.
const MAX_NOTES: usize = 20_000;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// YAML, and which of its documents count
    Yaml(load::Documents),
    /// JSON
    Json,
    /// a template
    Template,
}

/// Documents of a file, and where each begins in it.
pub(super) type Documents<'a> = Rc<[(usize, Tree<'a>)]>;

/// A file on the desk.
#[derive(Debug)]
pub(super) struct Paper<'a> {
    pub(super) name: String,
    pub(super) whose: Whose,
    pub(super) kind: Kind,
    /// nothing is said about a file that is no text
    pub(super) text: &'a str,
    /// the documents of YAML that count; one that is no YAML is left out, as Helm has said so
    documents: Documents<'a>,
}

/// The number of a file on the desk.
pub(super) type PaperId = usize;

/// A warning without its line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Note {
    paper: PaperId,
    offset: usize,
    code: &'static Code,
    message: Cow<'static, str>,
}

/// Files, and warnings about them.
#[derive(Debug, Default)]
pub(super) struct Desk<'a> {
    pub(super) papers: Vec<Paper<'a>>,
    notes: Vec<Note>,
    /// how many there were of each code, in the order of the table
    n_notes: [usize; CODES.len()],
}

impl<'a> Desk<'a> {
    /// Puts a file on the desk, unless it is no text.
    pub(super) fn add(
        &mut self,
        name: &str,
        whose: Whose,
        kind: Kind,
        bytes: &'a [u8],
    ) -> Option<PaperId> {
        let text = std::str::from_utf8(bytes).ok()?;
        let documents = parse(text, kind).into();
        self.papers.push(Paper { name: name.to_owned(), whose, kind, text, documents });
        Some(self.papers.len() - 1)
    }

    /// Puts a template on the desk, unless it lies there.
    pub(super) fn template(&mut self, name: &str, bytes: &'a [u8]) -> Option<PaperId> {
        let is_it = |paper: &Paper<'_>| paper.kind == Kind::Template && paper.name == name;
        let known = self.papers.iter().position(is_it);
        known.or_else(|| self.add(name, Whose::Chart, Kind::Template, bytes))
    }

    /// Notes a warning.
    pub(super) fn note(
        &mut self,
        code: &'static Code,
        paper: PaperId,
        offset: usize,
        message: impl Into<Cow<'static, str>>,
    ) {
        let n_notes = &mut self.n_notes[number(code)];
        *n_notes += 1;
        if *n_notes <= MAX_NOTES {
            self.notes.push(Note { paper, offset, code, message: message.into() });
        }
    }

    /// Gives the numbers of the files that are YAML.
    pub(super) fn yaml_papers(&self) -> Vec<PaperId> {
        let is_yaml = |id: &PaperId| matches!(self.papers[*id].kind, Kind::Yaml(_));
        (0..self.papers.len()).filter(is_yaml).collect()
    }

    /// Gives the numbers of the files that are values.
    pub(super) fn values_papers(&self) -> Vec<PaperId> {
        let mut papers = self.yaml_papers();
        papers.retain(|id| {
            self.papers[*id].name != CHART_YAML || self.papers[*id].whose == Whose::User
        });
        papers
    }

    /// Gives the documents of a file of YAML that count, each with where it begins in the file.
    pub(super) fn documents(&self, paper: PaperId) -> Documents<'a> {
        Rc::clone(&self.papers[paper].documents)
    }

    /// Sorts the warnings, finds their lines, and leaves out what somebody allowed.
    pub(super) fn finish(mut self, allowed: &[&'static Code]) -> Vec<Finding> {
        let allowances: Vec<Allowances> =
            (0..self.papers.len()).map(|paper| Allowances::of_paper(&mut self, paper)).collect();
        self.notes.sort();
        self.notes.dedup();
        let mut findings = Vec::new();
        let mut n_found = self.n_notes.map(|n_notes| n_notes.saturating_sub(MAX_NOTES));
        let mut n_told = [0_usize; CODES.len()];
        let mut lines = Lines::default();
        let mut current = None;
        for note in self.notes {
            if allowed.contains(&note.code) {
                continue;
            }
            let paper = &self.papers[note.paper];
            if current != Some(note.paper) {
                current = Some(note.paper);
                lines = Lines::default();
            }
            let (line, column) = lines.go_to(paper.text, note.offset);
            if allowances[note.paper].covers(line, note.code.name) {
                continue;
            }
            let number = number(note.code);
            n_found[number] += 1;
            if n_told[number] == MAX_FINDINGS {
                continue;
            }
            n_told[number] += 1;
            let place = Location { file: paper.name.clone(), line, column };
            let message = note.message.into_owned();
            findings.push(Finding { code: note.code, place, whose: paper.whose, message });
        }
        for (number, code) in CODES.iter().enumerate() {
            let n_more = n_found[number] - n_told[number];
            let last = findings.iter_mut().rfind(|finding| finding.code == *code);
            if let Some(last) = last.filter(|_| n_more > 0) {
                write!(last.message, " (and {n_more} more of this code)")
                    .expect("a string takes everything");
            }
        }
        findings
    }
}

/// Gives the place of a code in the table.
fn number(code: &'static Code) -> usize {
    CODES.iter().position(|known| *known == code).expect("the table has every code")
}

/// Reads the documents of a file that count.
fn parse(text: &str, kind: Kind) -> Vec<(usize, Tree<'_>)> {
    let Kind::Yaml(which) = kind else { return Vec::new() };
    let read = |range: Range<usize>| {
        let tree = pintle_yaml::parse(text.get(range.clone())?).ok()?;
        Some((range.start, tree))
    };
    load::document_ranges(text.as_bytes(), which).into_iter().filter_map(read).collect()
}
