//! What judging objects came to, as text and in forms that machines read.
//!
//! In the forms for machines standard output is one document and nothing else. The exit code is the same in all.

mod github;
mod json;
mod junit;
mod sarif;
mod text;

use pintle_manifest::validate::{Identity, Severity};

use super::{Judged, Status};
use crate::print::Failure;

/// What is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// a line for each finding
    Text,
    /// kubeconform's document, with our findings
    Json,
    /// the report of `JUnit`, for machines that show tests
    Junit,
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
    pub(crate) fn by_name(name: &str) -> Result<Self, Failure> {
        Ok(match name {
            "text" | "" => Self::Text,
            "json" => Self::Json,
            "junit" => Self::Junit,
            "sarif" => Self::Sarif,
            "github" => Self::Github,
            _ => {
                return Err(Failure(format!(
                    "--output {name} is unknown: there are text, json, junit, sarif and github"
                )));
            }
        })
    }
}

/// What judging came to.
#[derive(Debug)]
pub(crate) struct Report {
    /// object by object
    pub(crate) judged: Vec<Judged>,
    /// whether objects are listed in which nothing is wrong
    pub(crate) is_verbose: bool,
    /// whether the counts are printed
    pub(crate) has_summary: bool,
}

/// How many objects came to what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Counts {
    valid: usize,
    invalid: usize,
    errors: usize,
    skipped: usize,
}

impl Report {
    /// Writes it down.
    pub(crate) fn write(&self, format: Format) -> String {
        match format {
            Format::Text => text::write(self),
            Format::Json => json::write(self),
            Format::Junit => junit::write(self),
            Format::Sarif => sarif::write(self),
            Format::Github => github::write(self),
        }
    }

    /// Gives the last line if something is wrong.
    pub(crate) fn failure(&self) -> Option<Failure> {
        let Counts { invalid, errors, .. } = self.counts();
        let (n_refused, n_objects) = (invalid + errors, self.judged.len());
        (n_refused > 0)
            .then(|| Failure(format!("{n_refused} of {n_objects} objects are not valid")))
    }

    fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for judged in &self.judged {
            match judged.status {
                Status::Valid => counts.valid += 1,
                Status::Invalid => counts.invalid += 1,
                Status::Error => counts.errors += 1,
                Status::Skipped => counts.skipped += 1,
            }
        }
        counts
    }

    /// Gives the objects that are listed.
    fn listed(&self) -> impl Iterator<Item = &Judged> {
        self.judged.iter().filter(|judged| {
            let is_quiet = matches!(judged.status, Status::Valid | Status::Skipped);
            self.is_verbose || !is_quiet || !judged.findings.is_empty()
        })
    }
}

/// Calls an object by its kind and name.
fn name_of(identity: &Identity) -> String {
    let Identity { kind, namespace, name, .. } = identity;
    let kind = if kind.is_empty() { "object" } else { kind };
    match (namespace.as_str(), name.as_str()) {
        (_, "") => kind.to_owned(),
        ("", name) => format!("{kind} {name}"),
        (namespace, name) => format!("{kind} {namespace}/{name}"),
    }
}

/// Gives the word for how grave something is.
fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}
