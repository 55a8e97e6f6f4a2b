//! Lint's report as text: what Helm prints, and behind its lines for a chart ours, which look the same.

use pintle_engine::lint::Severity;

use super::{Report, add};

pub(super) fn write(report: &Report) -> String {
    let mut text = String::new();
    for judged in report.charts.iter().filter(|judged| !report.is_quiet || judged.is_noted()) {
        add(&mut text, format_args!("==> Linting {}\n", judged.path));
        if let Some(why) = &judged.error {
            add(&mut text, format_args!("Error {why}\n"));
        }
        for message in &judged.messages {
            if !report.is_quiet || message.severity > Severity::Info {
                add(&mut text, format_args!("{message}\n"));
            }
        }
        for finding in &judged.findings {
            let (place, message, code) = (&finding.place, &finding.message, finding.code.name);
            add(&mut text, format_args!("[WARNING] {place}: {message} ({code})\n"));
        }
        text.push('\n');
    }
    let has_failed = report.n_failed() > 0;
    let is_told = !report.is_quiet || report.charts.iter().any(super::Judged::is_noted);
    if !has_failed && is_told {
        add(&mut text, format_args!("{}\n", report.summary()));
    }
    text
}
