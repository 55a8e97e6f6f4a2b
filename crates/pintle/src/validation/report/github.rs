//! The report as commands of GitHub's workflows, one a line.

use super::{Report, name_of, word};
use crate::workflow_command;

pub(super) fn write(report: &Report) -> String {
    let mut text = String::new();
    for judged in report.listed() {
        let name = name_of(&judged.identity);
        for told in &judged.findings {
            let finding = &told.finding;
            let (file, line, column) = told.place(judged);
            workflow_command::write(
                &mut text,
                word(finding.severity()),
                file,
                Some((line, column)),
                finding.code.name,
                &format!("{name}: {finding}"),
            );
        }
    }
    text
}
