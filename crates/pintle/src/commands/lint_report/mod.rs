//! What linting came to, as text and in forms that machines read.
//!
//! In the forms for machines standard output is one document and nothing else. The exit code is the same in all.

mod github;
mod json;
mod sarif;
mod text;

use std::fmt::Write as _;

use pintle_engine::lint::codes::{Finding, Whose};
use pintle_engine::lint::{Message, Severity};

use crate::print::Failure;

/// The code under which forms for machines show what Helm's own rules say.
const HELM: &str = "helm";

/// What is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// Helm's lines, then ours
    Text,
    /// a document of our own
    Json,
    /// the Static Analysis Results Interchange Format, 2.1.0
    Sarif,
    /// commands of GitHub's workflows, which become annotations
    Github,
}

impl Format {
    /// Finds a form by its name.
    ///
    /// # Errors
    ///
    /// A name that none has.
    pub(super) fn by_name(name: &str) -> Result<Self, Failure> {
        Ok(match name {
            "text" | "" => Self::Text,
            "json" => Self::Json,
            "sarif" => Self::Sarif,
            "github" => Self::Github,
            _ => {
                return Err(Failure(format!(
                    "--format {name} is unknown: there are text, json, sarif and github"
                )));
            }
        })
    }
}

/// What linting one chart came to.
#[derive(Debug)]
pub(super) struct Judged {
    /// where the chart is, as the user wrote it
    pub(super) path: String,
    /// why there is none
    pub(super) error: Option<String>,
    /// what Helm's rules say
    pub(super) messages: Vec<Message>,
    /// what ours say
    pub(super) findings: Vec<Finding>,
}

impl Judged {
    /// Tells whether there is more than advice.
    fn is_noted(&self) -> bool {
        self.is_failed(Severity::Warning)
    }

    /// Gives what was found, as forms for machines show it.
    fn items(&self, is_quiet: bool) -> impl Iterator<Item = Item<'_>> {
        let is_told = move |message: &&Message| !is_quiet || message.severity > Severity::Info;
        let errors = self.error.iter().map(|error| Item::error(&self.path, error));
        let messages = self.messages.iter().filter(is_told);
        let messages = messages.map(|message| Item::message(&self.path, message));
        let findings = self.findings.iter().map(|finding| Item::finding(&self.path, finding));
        errors.chain(messages).chain(findings)
    }

    /// Tells whether there is something as grave as this.
    fn is_failed(&self, fails: Severity) -> bool {
        self.error.is_some()
            || self.messages.iter().any(|message| message.severity >= fails)
            || (fails <= Severity::Warning && !self.findings.is_empty())
    }
}

/// What linting came to.
#[derive(Debug)]
pub(super) struct Report {
    /// chart by chart, in the order they were asked for
    pub(super) charts: Vec<Judged>,
    /// what makes a chart fail
    pub(super) fails: Severity,
    /// whether advice is left out
    pub(super) is_quiet: bool,
}

impl Report {
    /// Writes it down, up to what is said when it is a failure.
    pub(super) fn write(&self, format: Format) -> String {
        match format {
            Format::Text => text::write(self),
            Format::Json => json::write(self),
            Format::Sarif => sarif::write(self),
            Format::Github => github::write(self),
        }
    }

    fn n_failed(&self) -> usize {
        self.charts.iter().filter(|judged| judged.is_failed(self.fails)).count()
    }

    /// Gives the last line if charts failed.
    pub(super) fn failure(&self) -> Option<Failure> {
        (self.n_failed() > 0).then(|| Failure(self.summary()))
    }

    fn summary(&self) -> String {
        let (n_linted, n_failed) = (self.charts.len(), self.n_failed());
        format!("{n_linted} chart(s) linted, {n_failed} chart(s) failed")
    }

    /// Gives everything that was found, in the order of text.
    fn items(&self) -> impl Iterator<Item = Item<'_>> {
        self.charts.iter().flat_map(|judged| judged.items(self.is_quiet))
    }
}

/// One thing that was found.
#[derive(Debug)]
struct Item<'a> {
    /// the code of ours, or [`HELM`]
    code: &'static str,
    severity: Severity,
    /// the file or folder, from where the user stands
    file: String,
    /// line and column
    place: Option<(usize, usize)>,
    message: &'a str,
    help: Option<&'static str>,
}

impl<'a> Item<'a> {
    fn error(chart: &str, error: &'a str) -> Self {
        Self {
            code: HELM,
            severity: Severity::Error,
            file: below(chart, ""),
            place: None,
            message: error,
            help: None,
        }
    }

    fn message(chart: &str, message: &'a Message) -> Self {
        // Some of Helm's rules are about the chart, and give its path.
        let inner = if message.path.starts_with('/') { "" } else { &message.path };
        let (severity, file) = (message.severity, below(chart, inner));
        Self { code: HELM, severity, file, place: None, message: &message.text, help: None }
    }

    fn finding(chart: &str, finding: &'a Finding) -> Self {
        let place = &finding.place;
        let file = match finding.whose {
            Whose::Chart => below(chart, &place.file),
            Whose::User => below("", &place.file),
        };
        Self {
            code: finding.code.name,
            severity: Severity::Warning,
            file,
            place: Some((place.line, place.column)),
            message: &finding.message,
            help: Some(finding.code.help),
        }
    }
}

/// Joins the path of a chart and one within it, without `.` at the start.
fn below(chart: &str, inner: &str) -> String {
    let joined = format!("{chart}/{inner}");
    let absolute = if chart.starts_with('/') { "/" } else { "" };
    let parts = joined.split('/').filter(|part| !matches!(*part, "" | "."));
    let joined = format!("{absolute}{}", parts.collect::<Vec<_>>().join("/"));
    if joined.is_empty() { ".".to_owned() } else { joined }
}

/// Gives the word for how grave something is.
fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

fn add(text: &mut String, words: std::fmt::Arguments<'_>) {
    text.write_fmt(words).expect("a string takes everything");
}
