//! The report for people.

use std::fmt::Write as _;

use super::{Mark, fields, name, plain, put, put_text, summary};
use crate::diff::{Change, Diff, ObjectDiff, Origin, TextChange};

/// Whether a report has colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// none
    Plain,
    /// those of a terminal
    Ansi,
}

const RED: &str = "31";
const GREEN: &str = "32";
const YELLOW: &str = "33";
const CYAN: &str = "36";
const BOLD: &str = "1";

/// Writes what changes: each object, its effects, and its fields with what they were and what they become.
pub fn text(diff: &Diff, colour: Colour) -> String {
    let mut out = Writer { text: String::new(), colour };
    for object in &diff.objects {
        out.object(object);
        out.text.push('\n');
    }
    out.text.push_str(&summary(diff.counts()));
    out.text.push('\n');
    out.text
}

/// Writes what changes in a text, under a title.
pub fn text_change(title: &str, change: &TextChange, colour: Colour) -> String {
    let mut out = Writer { text: String::new(), colour };
    out.line("", BOLD, title);
    let mut lines = Vec::new();
    put_text(&mut lines, change);
    out.marked("  ", &lines);
    out.text
}

struct Writer {
    text: String,
    colour: Colour,
}

impl Writer {
    fn line(&mut self, indent: &str, code: &str, line: &str) {
        self.text.push_str(indent);
        if self.colour == Colour::Ansi && !code.is_empty() {
            self.text.extend(["\x1b[", code, "m", line, "\x1b[0m"]);
        } else {
            // Lines that are empty but for their mark have no blanks at the end.
            self.text.push_str(line.trim_end());
        }
        self.text.push('\n');
    }

    fn object(&mut self, object: &ObjectDiff) {
        let (sign, code) = match object.change {
            Change::Added => ("+", GREEN),
            Change::Removed => ("-", RED),
            Change::Changed => ("~", YELLOW),
            Change::Renamed { .. } => (">", YELLOW),
        };
        let mut title = format!("{sign} {}", name(&object.identity));
        if let Change::Renamed { from } = &object.change {
            let _ = write!(title, ", was {}", plain(&from.name));
        }
        if let Some(events) = &object.hook {
            let _ = write!(title, ", hook: {}", plain(events));
        }
        let origin = object.new.as_ref().or(object.old.as_ref());
        if let Some(Origin { source, line }) = origin.filter(|origin| !origin.source.is_empty()) {
            let _ = match line {
                0 => write!(title, "  ({})", plain(source)),
                line => write!(title, "  ({}:{line})", plain(source)),
            };
        }
        let code =
            if self.colour == Colour::Ansi { format!("{BOLD};{code}") } else { String::new() };
        self.line("", &code, &title);
        for effect in &object.effects {
            self.line("  ", YELLOW, &format!("! {}", plain(&effect.text)));
        }
        for (path, lines) in fields(object) {
            self.line("  ", BOLD, &path);
            self.marked("    ", &lines);
        }
        if let Some(whole) = &object.whole {
            let mut lines = Vec::new();
            put(
                &mut lines,
                if object.change == Change::Added { Mark::New } else { Mark::Old },
                whole,
                0,
            );
            self.marked("  ", &lines);
        }
    }

    fn marked(&mut self, indent: &str, lines: &[(Mark, String)]) {
        for (mark, line) in lines {
            let code = match mark {
                Mark::Old => RED,
                Mark::New => GREEN,
                Mark::Note => CYAN,
                Mark::Both => "",
            };
            self.line(indent, code, &format!("{}{line}", mark.sign()));
        }
    }
}
