//! Lint's report as JSON: charts, and for each what was found in it.

use serde_json::{Value, json};

use super::{Item, Report, word};

pub(super) fn write(report: &Report) -> String {
    let charts = report.charts.iter().map(|judged| {
        let findings: Vec<Value> = judged.items(report.is_quiet).map(|item| shown(&item)).collect();
        json!({
            "path": judged.path,
            "failed": judged.is_failed(report.fails),
            "findings": findings,
        })
    });
    let charts: Vec<Value> = charts.collect();
    format!("{:#}\n", json!({ "charts": charts, "failed": report.n_failed() }))
}

fn shown(item: &Item<'_>) -> Value {
    json!({
        "code": item.code,
        "severity": word(item.severity),
        "file": item.file,
        "line": item.place.map(|(line, _)| line),
        "column": item.place.map(|(_, column)| column),
        "message": item.message,
        "help": item.help,
    })
}
