//! Lint's report as commands of GitHub's workflows, one a line.

use pintle_engine::lint::Severity;

use super::Report;
use crate::workflow_command;

pub(super) fn write(report: &Report) -> String {
    let mut text = String::new();
    for item in report.items() {
        let command = match item.severity {
            Severity::Info => "notice",
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        let help = item.help.map(|help| format!("\n{help}")).unwrap_or_default();
        let message = format!("{}{help}", item.message);
        workflow_command::write(&mut text, command, &item.file, item.place, item.code, &message);
    }
    text
}
