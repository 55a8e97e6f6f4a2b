//! The report as text: a line for each finding, in the form that compilers have.

use std::fmt::Write as _;

use super::{Counts, Report, name_of, word};
use crate::explain::lines::{Fed, Printed, TemplateLine};
use crate::validation::Status;

pub(super) fn write(report: &Report) -> String {
    let mut text = String::new();
    for judged in report.listed() {
        let name = name_of(&judged.identity);
        for told in &judged.findings {
            let (finding, file) = (&told.finding, &judged.file);
            let severity = word(finding.severity());
            let _ = writeln!(
                text,
                "{file}:{}:{}: {severity}: {name}: {} ({})",
                told.line,
                told.column,
                printable(&finding.to_string()),
                finding.code.name
            );
            if let Some(printed) = &told.printed {
                write_origin(printed, &mut text);
            }
        }
        if judged.findings.is_empty() {
            let status = match judged.status {
                Status::Skipped => "skipped",
                _ => "valid",
            };
            let _ = writeln!(text, "{}: {name}: {status}", judged.file);
        }
    }
    if report.has_summary {
        let Counts { valid, invalid, errors, skipped } = report.counts();
        let n_objects = report.judged.len();
        let _ = writeln!(
            text,
            "Summary: {n_objects} objects - Valid: {valid}, Invalid: {invalid}, Errors: {errors}, Skipped: {skipped}"
        );
    }
    text
}

/// Adds what printed a line, outermost first, and the values keys that are printed in it.
fn write_origin(printed: &Printed, text: &mut String) {
    for TemplateLine { location, action, .. } in &printed.templates {
        let place = location.as_ref().map_or("in tpl".to_owned(), |at| format!("at {at}"));
        let _ = writeln!(text, "    {place}: {}", printable(action.trim()));
    }
    for Fed { name, origin, .. } in &printed.values {
        let _ = match origin {
            Some(origin) => writeln!(text, "    value {name}, set by {origin}"),
            None => writeln!(text, "    value {name}"),
        };
    }
}

/// Takes out of a text what would do more to a terminal than be shown.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
