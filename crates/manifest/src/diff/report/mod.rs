//! What changes, written down: for people, for programs, and for comments on pull requests.

mod json;
mod markdown;
mod text;

pub use json::json;
pub use markdown::{MAX_MARKDOWN, markdown};
pub use text::{Colour, text, text_change};

use std::fmt::Write as _;

use pintle_yaml::Value;

use super::{Counts, Delta, FieldChange, ObjectDiff, Side, TextChange};
use crate::validate::Identity;

/// The longest line of a value that is shown whole, in bytes.
const MAX_LINE: usize = 2_000;

/// How much of a longer one is shown before the first difference, in bytes.
const BEFORE_DIFFERENCE: usize = 200;

/// What a line of a report says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    /// it goes
    Old,
    /// it comes
    New,
    /// it stays
    Both,
    /// it is about those below
    Note,
}

impl Mark {
    fn sign(self) -> &'static str {
        match self {
            Self::Old => "- ",
            Self::New => "+ ",
            Self::Both => "  ",
            Self::Note => "@ ",
        }
    }
}

/// Gives the lines that show what an object's fields become, for each field its path and its lines.
fn fields(object: &ObjectDiff) -> impl Iterator<Item = (String, Vec<(Mark, String)>)> {
    object.fields.iter().map(|field| (plain(&field.path.to_string()), lines(field)))
}

fn lines(field: &FieldChange) -> Vec<(Mark, String)> {
    let mut lines = Vec::new();
    match &field.delta {
        Delta::Added(value) => put(&mut lines, Mark::New, value, 0),
        Delta::Removed(value) => put(&mut lines, Mark::Old, value, 0),
        Delta::Changed { old, new } => {
            if field.is_secret {
                return vec![(Mark::Note, "a secret, with another value".to_owned())];
            }
            let from = match (old, new) {
                (Value::String(old), Value::String(new)) => {
                    let n_same = old.bytes().zip(new.bytes()).take_while(|(a, b)| a == b).count();
                    n_same.saturating_sub(BEFORE_DIFFERENCE)
                }
                _ => 0,
            };
            put(&mut lines, Mark::Old, old, from);
            put(&mut lines, Mark::New, new, from);
        }
        Delta::Reordered { old, new } => {
            lines.push((Mark::Note, "in another order".to_owned()));
            lines.push((Mark::Old, plain(&old.join(", "))));
            lines.push((Mark::New, plain(&new.join(", "))));
        }
        Delta::Text(change) => put_text(&mut lines, change),
    }
    lines
}

/// Adds the lines of a text that change.
fn put_text(lines: &mut Vec<(Mark, String)>, change: &TextChange) {
    if change.only_line_endings {
        lines.push((Mark::Note, "only line endings change".to_owned()));
    }
    let mut next = None;
    for line in &change.lines {
        let mark = match line.side {
            Side::Old => Mark::Old,
            Side::New => Mark::New,
            Side::Both => Mark::Both,
        };
        // Lines that go are counted on their own side: they follow what stands before them.
        let is_far = line.side != Side::Old && next.is_some_and(|next| next < line.number);
        if next.is_none() || is_far {
            lines.push((Mark::Note, format!("line {}", line.number)));
        }
        next =
            if line.side == Side::Old { next.or(Some(line.number)) } else { Some(line.number + 1) };
        lines.push((mark, cut(&plain(&line.text), 0)));
    }
    if let Some(comes) = change.final_newline {
        let verb = if comes { "comes" } else { "goes" };
        lines.push((Mark::Note, format!("the line feed at the end {verb}")));
    }
}

/// Adds the lines of a value, in YAML.
fn put(lines: &mut Vec<(Mark, String)>, mark: Mark, value: &Value, from: usize) {
    let text = match value {
        Value::String(text) if text.len() > MAX_LINE && !text.contains('\n') => cut(text, from),
        value => pintle_yaml::to_string(value).unwrap_or_else(|error| error.to_string()),
    };
    lines.extend(text.lines().map(|line| (mark, cut(&plain(line), 0))));
}

/// Shortens a long line to what begins at an offset.
fn cut(line: &str, from: usize) -> String {
    if line.len() <= MAX_LINE {
        return line.to_owned();
    }
    let begin = line.floor_char_boundary(from.min(line.len()));
    let end = line.floor_char_boundary((begin + MAX_LINE).min(line.len()));
    let (before, behind) =
        (if begin > 0 { "…" } else { "" }, if end < line.len() { "…" } else { "" });
    format!("{before}{}{behind} ({} bytes)", &line[begin..end], line.len())
}

/// Takes out of a line what would do more to a terminal than be shown.
fn plain(line: &str) -> String {
    let is_harmless = |c: char| {
        !c.is_control()
            && !matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if line.chars().all(|c| c == '\t' || is_harmless(c)) {
        return line.to_owned();
    }
    let mut shown = String::with_capacity(line.len());
    for c in line.chars() {
        if c == '\t' || is_harmless(c) {
            shown.push(c);
        } else {
            shown.extend(c.escape_unicode());
        }
    }
    shown
}

/// Names an object: `StatefulSet default/web`.
fn name(identity: &Identity) -> String {
    let kind = if identity.kind.is_empty() { "a document without a kind" } else { &identity.kind };
    let mut text = plain(kind);
    if !identity.name.is_empty() {
        let place = if identity.namespace.is_empty() {
            String::new()
        } else {
            format!("{}/", identity.namespace)
        };
        let _ = write!(text, " {}{}", plain(&place), plain(&identity.name));
    }
    text
}

/// Says how many objects change.
fn summary(counts: Counts) -> String {
    let Counts { added, removed, changed, renamed, same } = counts;
    let parts: Vec<String> =
        [(added, "added"), (removed, "removed"), (changed, "changed"), (renamed, "renamed")]
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{count} {word}"))
            .collect();
    let same = format!("{same} the same");
    if parts.is_empty() {
        format!("nothing changes: {same}")
    } else {
        format!("{}; {same}", parts.join(", "))
    }
}
