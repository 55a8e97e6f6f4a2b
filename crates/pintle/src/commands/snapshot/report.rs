//! What there is to say about cases.

use std::fmt::Write as _;
use std::path::PathBuf;

use pintle_manifest::diff::{Colour, text, text_change};
use pintle_manifest::snapshot::SnapshotDiff;

use super::case::{Judged, Verdict};

/// Says how a case compares; nothing for one that is the same.
pub(super) fn case(judged: &Judged, note: &str, colour: Colour) -> String {
    let name = &judged.case.name;
    match &judged.verdict {
        Verdict::Same => String::new(),
        Verdict::Rewritten => {
            let path = judged.case.stored.display();
            format!(
                "{name}: the same in other words; {path} was edited, `pintle snapshot accept` writes it anew\n"
            )
        }
        Verdict::New if note.is_empty() => format!("{name}: new\n"),
        Verdict::New => format!("{name}: new, {note}\n"),
        Verdict::Changed(diff) => {
            format!("{name}: changed\n{}\n", indented(&changes(diff, colour)))
        }
        Verdict::Fails(words) => {
            let mut text = format!("{name}: fails\n{}\n", indented(words));
            text.push_str("  help: if it must fail, say `fails: true` for the case, or begin its name with err-\n");
            text
        }
        Verdict::Renders => format!("{name}: renders, and must fail\n"),
        Verdict::Broken(why) => format!("{name}: broken\n{}\n", indented(why)),
    }
}

fn changes(diff: &SnapshotDiff, colour: Colour) -> String {
    let mut out = String::new();
    if let Some(change) = &diff.failure {
        out.push_str(&text_change("the words it fails with", change, colour));
    }
    if let Some(change) = &diff.notes {
        out.push_str(&text_change("the notes", change, colour));
    }
    if !diff.objects.is_empty() {
        out.push_str(&text(&diff.objects, colour));
    }
    out
}

fn indented(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        let _ = writeln!(out, "{}{line}", if line.is_empty() { "" } else { "  " });
    }
    out.truncate(out.trim_end().len());
    out
}

/// Lists snapshots without a case.
pub(super) fn unreferenced(paths: &[PathBuf], note: &str) -> String {
    let mut out = String::new();
    for path in paths {
        let _ = writeln!(out, "{}: a snapshot without a case", path.display());
    }
    if !paths.is_empty() && !note.is_empty() {
        let _ = writeln!(out, "  help: {note}");
    }
    out
}

/// Counts cases by how they compare.
pub(super) fn summary(judged: &[Judged]) -> String {
    let count =
        |is_it: fn(&Verdict) -> bool| judged.iter().filter(|judged| is_it(&judged.verdict)).count();
    let counts = [
        (count(|verdict| matches!(verdict, Verdict::Same | Verdict::Rewritten)), "the same"),
        (count(|verdict| matches!(verdict, Verdict::Changed(_))), "changed"),
        (count(|verdict| matches!(verdict, Verdict::New)), "new"),
        (count(|verdict| matches!(verdict, Verdict::Fails(_))), "failed"),
        (count(|verdict| matches!(verdict, Verdict::Renders)), "rendered, and must fail"),
        (count(|verdict| matches!(verdict, Verdict::Broken(_))), "broken"),
    ];
    let parts: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    let cases = if judged.len() == 1 { "case" } else { "cases" };
    format!("{} {cases}: {}\n", judged.len(), parts.join(", "))
}
