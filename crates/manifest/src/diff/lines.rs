//! Texts of many lines: which lines change, with some around them.

use super::align::{Stretch, align};

/// How many lines that stay are shown before and behind those that change.
const CONTEXT: usize = 3;

/// What changes in a text of many lines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TextChange {
    /// the lines that change, and some around them
    pub lines: Vec<Line>,
    /// whether nothing changes but line endings
    pub only_line_endings: bool,
    /// whether a line feed at the end comes (`true`) or goes
    pub final_newline: Option<bool>,
}

/// A line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// on which side it stands
    pub side: Side,
    /// its number on that side, on the new one if it stands on both, from 1
    pub number: usize,
    /// the text, secrets masked
    pub text: String,
}

/// On which side a line stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// only on the old one: it goes
    Old,
    /// only on the new one: it comes
    New,
    /// on both: it stays
    Both,
}

/// Compares two texts; `masked` gives a text without its secrets, line by line.
pub(super) fn compare(old: &str, new: &str, masked: &dyn Fn(&str) -> String) -> TextChange {
    let final_newline = (old.ends_with('\n') != new.ends_with('\n')).then(|| new.ends_with('\n'));
    let (a, b): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let (shown_old, shown_new) = (masked(old), masked(new));
    let (shown_old, shown_new): (Vec<&str>, Vec<&str>) =
        (shown_old.lines().collect(), shown_new.lines().collect());
    let mut change = TextChange { final_newline, ..TextChange::default() };
    let stretches = align(&a, &b);
    let last = stretches.len().saturating_sub(1);
    let mut put = |side, at: usize, shown: &[&str]| {
        let text = shown.get(at).copied().unwrap_or_default().to_owned();
        change.lines.push(Line { side, number: at + 1, text });
    };
    for (n, Stretch { old, new, is_same }) in stretches.into_iter().enumerate() {
        if !is_same {
            old.for_each(|at| put(Side::Old, at, &shown_old));
            new.for_each(|at| put(Side::New, at, &shown_new));
            continue;
        }
        let behind = if n == 0 { 0 } else { CONTEXT };
        let before = if n == last { 0 } else { CONTEXT };
        if new.len() <= behind + before {
            new.for_each(|at| put(Side::Both, at, &shown_new));
        } else {
            (new.start..new.start + behind).for_each(|at| put(Side::Both, at, &shown_new));
            (new.end - before..new.end).for_each(|at| put(Side::Both, at, &shown_new));
        }
    }
    if change.lines.iter().all(|line| line.side == Side::Both) {
        change.lines.clear();
        change.only_line_endings = final_newline.is_none();
    }
    change
}
