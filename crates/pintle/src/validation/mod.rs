//! Objects judged as an API server would judge them, with the place of each finding in the file it stands in.
//!
//! A comment on a line of that file, or on a line of a template that printed it, silences what is found there.

pub(crate) mod files;
pub(crate) mod report;

use pintle_engine::Rendered;
use pintle_engine::lint::codes::{Allowances, Comments};
use pintle_engine::origin::Line;
use pintle_manifest::validate::{Code, Finding, Identity, Inspected, Severity, Validator};
use pintle_manifest::{Object, SplitRules, split};
use pintle_yaml::Lines;

use crate::call::Call;
use crate::explain;
use crate::explain::lines::{Printed, Subject};

/// One object, and what was found in it.
#[derive(Debug, Clone)]
pub(crate) struct Judged {
    /// the file, as the user named it, or the template within its chart
    pub(crate) file: String,
    /// which object it is
    pub(crate) identity: Identity,
    /// whether it was judged by the schema of its kind
    pub(crate) is_known: bool,
    /// what it came to
    pub(crate) status: Status,
    /// what was found
    pub(crate) findings: Vec<Told>,
}

/// What the judgement of an object came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    /// a cluster takes it
    Valid,
    /// a cluster refuses it
    Invalid,
    /// it could not be judged: no YAML, no object
    Error,
    /// it was not judged, as its kind is unknown or was to be left out
    Skipped,
}

/// A finding, and its place in the file.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    /// what was found
    pub(crate) finding: Finding,
    /// the line, from 1
    pub(crate) line: usize,
    /// the column in characters, from 1
    pub(crate) column: usize,
    /// what printed that line, and the values that fed it; nothing for a file that was not rendered
    pub(crate) printed: Option<Printed>,
}

impl Told {
    /// Gives the place in a file that the user can edit: the template that wrote the line, or the line itself.
    pub(crate) fn place<'t>(&'t self, judged: &'t Judged) -> (&'t str, usize, usize) {
        let mut templates = self.printed.iter().flat_map(|printed| printed.templates.iter().rev());
        match templates.find_map(|template| template.location.as_ref()) {
            Some(location) => (&location.file, location.line, location.column),
            None => (&judged.file, self.line, self.column),
        }
    }
}

/// What is left out, and what counts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Choice {
    /// kinds that are not judged: `Kind`, or `group/version/Kind`
    pub(crate) skipped: Vec<String>,
    /// findings of which nothing is said
    pub(crate) allowed: Vec<&'static Code>,
    /// whether warnings are faults as well
    pub(crate) is_strict: bool,
}

impl Choice {
    fn skips(&self, identity: &Identity) -> bool {
        let is_named = |skipped: &String| {
            let Identity { api_version, kind, .. } = identity;
            skipped == kind || skipped.rsplit_once('/') == Some((api_version, kind))
        };
        self.skipped.iter().any(is_named)
    }

    fn judged(
        &self,
        file: &str,
        inspected: Inspected,
        place: &mut dyn FnMut(usize) -> (usize, usize),
    ) -> Judged {
        let Inspected { identity, is_known, findings } = inspected;
        let is_skipped = self.skips(&identity);
        let findings: Vec<Told> = findings
            .into_iter()
            .filter(|finding| !is_skipped && !self.allowed.contains(&finding.code))
            .map(|finding| {
                let (line, column) = place(finding.offset);
                Told { finding, line, column, printed: None }
            })
            .collect();
        let is_known = is_known && !is_skipped;
        let status = self.status(&findings, is_known);
        Judged { file: file.to_owned(), identity, is_known, status, findings }
    }

    /// Takes out what comments allow.
    fn silence(&self, judged: &mut Judged, is_allowed: impl Fn(&Told) -> bool) {
        judged.findings.retain(|told| !is_allowed(told));
        judged.status = self.status(&judged.findings, judged.is_known);
    }

    fn status(&self, findings: &[Told], is_known: bool) -> Status {
        let is_unreadable =
            |told: &Told| [&Code::NOT_YAML, &Code::NO_KIND].contains(&told.finding.code);
        let is_fault = |told: &Told| self.is_strict || told.finding.severity() == Severity::Error;
        if findings.iter().any(is_unreadable) {
            Status::Error
        } else if findings.iter().any(is_fault) {
            Status::Invalid
        } else if is_known {
            Status::Valid
        } else {
            Status::Skipped
        }
    }
}

/// Judges the objects of a file.
pub(crate) fn judge_text(
    file: &str,
    text: &str,
    validator: &Validator,
    choice: &Choice,
) -> Vec<Judged> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines = Lines::default();
    let allowances = Allowances::read(text, Comments::Yaml);
    let mut judged = Vec::new();
    for document in split(text, SplitRules::LINE_START) {
        let begin = document.text.as_ptr() as usize - text.as_ptr() as usize;
        for inspected in validator.inspect(document.text) {
            let mut place = |offset: usize| lines.go_to(text, begin + offset);
            let mut object = choice.judged(file, inspected, &mut place);
            choice
                .silence(&mut object, |told| allowances.covers(told.line, told.finding.code.name));
            judged.push(object);
        }
    }
    judged
}

/// Judges the objects of a render, each and then all together, definitions of `crds/` first.
pub(crate) fn judge_rendered(
    call: &Call,
    subject: Subject<'_>,
    rendered: &Rendered,
    validator: &Validator,
    choice: &Choice,
) -> Vec<Judged> {
    let mut judged = Vec::new();
    let objects: Vec<&Object> = rendered.objects().collect();
    let texts: Vec<&str> = objects.iter().map(|object| &*object.text).collect();
    let inspected = validator.inspect_release(&texts, &subject.release.namespace);
    for (object, inspected) in objects.iter().zip(inspected) {
        let mut lines = Lines::default();
        for inspected in inspected {
            let mut place = |offset: usize| {
                let (line, column) = lines.go_to(&object.text, offset);
                (object.line + line - 1, column)
            };
            judged.push(choice.judged(&object.source, inspected, &mut place));
        }
    }
    add_origins(call, subject, &mut judged);
    for object in &mut judged {
        choice.silence(object, |told| {
            let mut templates = told.printed.iter().flat_map(|printed| &printed.templates);
            templates.any(|template| template.allowed.contains(&told.finding.code.name))
        });
    }
    let definitions = rendered.crds.iter();
    definitions
        .flat_map(|(path, file)| judge_text(path, &file.text(), validator, choice))
        .chain(judged)
        .collect()
}

/// Adds what printed each line in which something was found.
fn add_origins(call: &Call, subject: Subject<'_>, judged: &mut [Judged]) {
    let line = |file: &str, told: &Told| Line { file: file.to_owned(), line: told.line };
    let lines: Vec<Line> = judged
        .iter()
        .flat_map(|judged| judged.findings.iter().map(|told| line(&judged.file, told)))
        .collect();
    // What was found is told all the same if nobody knows where it comes from.
    let Ok(printed) = explain::lines::printed(call, subject, &lines) else { return };
    let told = judged.iter_mut().flat_map(|judged| &mut judged.findings);
    for (told, printed) in told.zip(printed) {
        told.printed = printed;
    }
}
