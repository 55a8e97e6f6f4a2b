//! `--against FILE`: verdicts that were recorded elsewhere, one JSON object a line.
//!
//! A line has `id`, `kind`, `how` and `path` of the change, `ok`, the server's `msg`, and the whole `object`.

use std::fs;
use std::path::Path;

use serde_json::{Value as Json, json};

use super::ours;
use super::report::{Case, Report, Shown};
use super::server::Verdict;
use crate::Result;

/// Writes a verdict as it is read here.
pub(super) fn line(case: &Case, object: &Json) -> String {
    let Case { name, kind, how, place, server, .. } = case;
    let (ok, msg) = match server {
        Verdict::Accepted => (true, ""),
        Verdict::Refused(words) => (false, words.as_str()),
    };
    let row = json!({"id": name, "kind": kind, "how": how, "path": place, "ok": ok, "msg": msg, "object": object});
    format!("{row}\n")
}

/// Compares our verdicts with those of a file.
pub(super) fn compare(file: &Path, kube_version: &str, shown: &Shown) -> Result<Report> {
    let text = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let mut report = Report::default();
    for (number, line) in text.lines().enumerate() {
        let row: Json = serde_json::from_str(line)
            .map_err(|error| format!("{}:{}: {error}", file.display(), number + 1))?;
        let word = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
        let document = row["object"].to_string();
        let server = match row["ok"].as_bool() {
            Some(true) => Verdict::Accepted,
            _ => Verdict::Refused(word("msg")),
        };
        let ours = ours::findings(&document, kube_version);
        let (name, kind, how, place) = (word("id"), word("kind"), word("how"), word("path"));
        report.add(&Case { name, kind, how, place, server, ours, document }, shown);
    }
    Ok(report)
}
