//! The report for comments on pull requests.

use std::fmt::Write as _;

use super::{Mark, fields, name, plain, put, summary};
use crate::diff::{Change, Diff, ObjectDiff};

/// The longest report, in bytes: a comment on GitHub takes 65,536 characters.
pub const MAX_MARKDOWN: usize = 60_000;

/// How much of it the list of objects may take, in bytes.
const MAX_LIST: usize = 20_000;

/// Writes what changes: a list of objects with their effects, then the fields of each, folded.
///
/// What does not fit into [`MAX_MARKDOWN`] is left out, and said to be.
pub fn markdown(diff: &Diff, title: &str) -> String {
    let mut out = format!("### {}\n\n{}\n", inline(title), summary(diff.counts()));
    if diff.is_empty() {
        return out;
    }
    out.push_str("\n| | Object | Effect |\n|---|---|---|\n");
    for (n, object) in diff.objects.iter().enumerate() {
        let row = row(object);
        if out.len() + row.len() > MAX_LIST {
            let _ = writeln!(out, "| … | {} more | |", diff.objects.len() - n);
            break;
        }
        out.push_str(&row);
    }
    let mut n_left_out = 0;
    for object in &diff.objects {
        let details = details(object, MAX_MARKDOWN);
        // Some room is kept for what is said at the end.
        if details.len() > (MAX_MARKDOWN - 200).saturating_sub(out.len()) {
            n_left_out += 1;
        } else {
            out.push_str(&details);
        }
    }
    if n_left_out > 0 {
        let objects = if n_left_out == 1 { "object is" } else { "objects are" };
        let _ = write!(
            out,
            "\nThe fields of {n_left_out} {objects} left out: they do not fit into a comment.\n"
        );
    }
    out
}

fn row(object: &ObjectDiff) -> String {
    let mut names = code(&name(&object.identity));
    if let Change::Renamed { from } = &object.change {
        let _ = write!(names, ", was {}", code(&from.name));
    }
    if let Some(events) = &object.hook {
        let _ = write!(names, ", hook: {}", code(events));
    }
    let effects: Vec<String> = object.effects.iter().map(|effect| inline(&effect.text)).collect();
    format!("| {} | {names} | {} |\n", object.change.name(), effects.join("<br>"))
}

/// Writes the fields of an object, up to a length.
fn details(object: &ObjectDiff, max: usize) -> String {
    let mut lines: Vec<(Mark, String)> = Vec::new();
    for (path, of_field) in fields(object) {
        lines.push((Mark::Note, path));
        lines.extend(of_field);
    }
    if let Some(whole) = &object.whole {
        put(
            &mut lines,
            if object.change == Change::Added { Mark::New } else { Mark::Old },
            whole,
            0,
        );
    }
    let longest = lines.iter().map(|(_, line)| run_of_backticks(line)).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    let title = format!("{} {}", object.change.name(), name(&object.identity));
    let mut out = format!("\n<details><summary>{}</summary>\n\n{fence}diff\n", html(&title));
    for (mark, line) in lines {
        let line = format!("{}{line}", mark.sign());
        out.push_str(line.trim_end());
        out.push('\n');
        if out.len() > max {
            break;
        }
    }
    let _ = write!(out, "{fence}\n\n</details>\n");
    out
}

fn run_of_backticks(line: &str) -> usize {
    line.split(|c| c != '`').map(str::len).max().unwrap_or_default()
}

/// Writes a text as code within a cell.
fn code(text: &str) -> String {
    let text = plain(text).replace('`', "'").replace('|', "\\|");
    format!("`{text}`")
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Writes a text so that none of it is markup.
fn inline(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in plain(text).chars() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' => out.extend(['\\', c]),
            '@' => out.push_str("&#64;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            c => out.push(c),
        }
    }
    out
}
