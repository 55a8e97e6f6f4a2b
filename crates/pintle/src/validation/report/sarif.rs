//! The report as SARIF.

use pintle_manifest::validate::CODES;

use super::{Report, name_of, word};
use crate::sarif::{self, Finding, Rule};

pub(super) fn write(report: &Report) -> String {
    let rules: Vec<Rule> = CODES
        .iter()
        .map(|code| Rule {
            id: code.name,
            meaning: code.meaning,
            help: "see the message",
            level: word(code.severity),
        })
        .collect();
    let found: Vec<_> = report
        .listed()
        .flat_map(|judged| judged.findings.iter().map(move |told| (judged, told)))
        .map(|(judged, told)| {
            (judged, told, format!("{}: {}", name_of(&judged.identity), told.finding))
        })
        .collect();
    let findings = found.iter().map(|(judged, told, message)| {
        let (file, line, column) = told.place(judged);
        Finding {
            rule: told.finding.code.name,
            level: word(told.finding.severity()),
            message,
            file,
            place: Some((line, column)),
        }
    });
    sarif::document(&rules, findings)
}
