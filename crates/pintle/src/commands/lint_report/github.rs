//! Lint's report as commands of GitHub's workflows, one a line.
//!
//! Source: `escapeData` and `escapeProperty` in `packages/core/src/command.ts` of actions/toolkit.

use pintle_engine::lint::Severity;

use super::{Report, add};

pub(super) fn write(report: &Report) -> String {
    let mut text = String::new();
    for item in report.items() {
        let command = match item.severity {
            Severity::Info => "notice",
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        add(&mut text, format_args!("::{command} file={}", property(&item.file)));
        if let Some((line, column)) = item.place {
            add(&mut text, format_args!(",line={line},col={column}"));
        }
        let help = item.help.map(|help| format!("\n{help}")).unwrap_or_default();
        let message = data(&format!("{}{help}", item.message));
        add(&mut text, format_args!(",title={}::{message}\n", property(item.code)));
    }
    text
}

/// Escapes what stands behind the second pair of colons.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes the value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_stay_on_their_line() {
        assert_eq!(data("50%:\r\na, b"), "50%25:%0D%0Aa, b");
        assert_eq!(property("c:d,e%"), "c%3Ad%2Ce%25");
    }
}
