//! Lint's report as SARIF.

use pintle_engine::lint::Severity;
use pintle_engine::lint::codes::CODES;

use super::{HELM, Report};
use crate::sarif::{self, Finding, Rule};

pub(super) fn write(report: &Report) -> String {
    let helm = Rule {
        id: HELM,
        meaning: "a rule of Helm's own lint",
        help: "see the message",
        level: "error",
    };
    let ours = CODES.iter().map(|code| Rule {
        id: code.name,
        meaning: code.meaning,
        help: code.help,
        level: "warning",
    });
    let rules: Vec<Rule> = std::iter::once(helm).chain(ours).collect();
    let items: Vec<_> = report.items().collect();
    let findings = items.iter().map(|item| Finding {
        rule: item.code,
        level: match item.severity {
            Severity::Info => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        },
        message: item.message,
        file: &item.file,
        place: item.place,
    });
    sarif::document(&rules, findings)
}
