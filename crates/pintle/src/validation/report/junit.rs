//! The report as the XML of `JUnit`: a suite for each file, a case for each object.

use std::fmt::Write as _;

use super::{Counts, Report, name_of};
use crate::validation::{Judged, Status};

pub(super) fn write(report: &Report) -> String {
    let Counts { invalid, errors, skipped, .. } = report.counts();
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let n_objects = report.judged.len();
    let _ = writeln!(
        text,
        "<testsuites name=\"pintle\" tests=\"{n_objects}\" failures=\"{invalid}\" errors=\"{errors}\" skipped=\"{skipped}\">"
    );
    for suite in report.judged.chunk_by(|one, next| one.file == next.file) {
        write_suite(suite, &mut text);
    }
    text.push_str("</testsuites>\n");
    text
}

fn write_suite(suite: &[Judged], text: &mut String) {
    let count = |status| suite.iter().filter(|judged| judged.status == status).count();
    let _ = writeln!(
        text,
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\">",
        escaped(suite.first().map_or("", |judged| &judged.file)),
        suite.len(),
        count(Status::Invalid),
        count(Status::Error),
        count(Status::Skipped),
    );
    for judged in suite {
        let name = escaped(&name_of(&judged.identity));
        let class = escaped(&judged.identity.api_version);
        let _ = write!(text, "    <testcase name=\"{name}\" classname=\"{class}\"");
        let tag = match judged.status {
            Status::Valid => {
                text.push_str("/>\n");
                continue;
            }
            Status::Invalid => "failure",
            Status::Error => "error",
            Status::Skipped => "skipped",
        };
        let lines = judged.findings.iter().map(|told| {
            let (line, column, code) = (told.line, told.column, told.finding.code.name);
            format!("{}:{line}:{column}: {} ({code})", judged.file, told.finding)
        });
        let lines: Vec<String> = lines.collect();
        let first = judged.findings.first().map(|told| told.finding.to_string());
        let message = escaped(&first.unwrap_or_default());
        let all = escaped(&lines.join("\n"));
        let _ =
            writeln!(text, ">\n      <{tag} message=\"{message}\">{all}</{tag}>\n    </testcase>");
    }
    text.push_str("  </testsuite>\n");
}

/// Escapes a text for XML; what XML cannot hold is replaced.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_xml() {
        assert_eq!(escaped("a<b> & \"c\"\u{1}"), "a&lt;b&gt; &amp; &quot;c&quot;\u{fffd}");
    }
}
