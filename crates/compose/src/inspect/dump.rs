//! Values as `PyYAML` writes them with `sort_keys=False`: block style, 80 columns, ASCII.
//!
//! Source: `emitter.py` and `representer.py` of `PyYAML` 6.

use super::resolve::is_ambiguous;
use crate::output::{Out, OutMap};

/// The column behind which a line is broken at the next space.
const BEST_WIDTH: usize = 80;

/// Writes a map.
pub(super) fn text(entries: &OutMap) -> String {
    let mut dumper = Dumper { out: String::new(), column: 0 };
    if entries.is_empty() {
        return "{}\n".to_owned();
    }
    dumper.map(entries, 0, true);
    dumper.out.push('\n');
    dumper.out
}

struct Dumper {
    out: String,
    column: usize,
}

/// How a string is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    Plain,
    Single,
    Double,
}

impl Dumper {
    fn push(&mut self, text: &str) {
        self.out.push_str(text);
        self.column += text.chars().count();
    }

    fn line(&mut self, indent: usize) {
        self.out.push('\n');
        self.column = 0;
        self.push(&" ".repeat(indent));
    }

    /// Writes entries; the first stands where the line is already.
    fn map(&mut self, entries: &OutMap, indent: usize, is_here: bool) {
        for (n, (key, value)) in entries.iter().enumerate() {
            if n > 0 || !is_here {
                self.line(indent);
            }
            self.string(key, indent + 2, true);
            self.push(":");
            match value {
                Out::Map(entries) if !entries.is_empty() => self.map(entries, indent + 2, false),
                Out::List(items) if !items.is_empty() => self.list(items, indent, false),
                scalar => {
                    self.push(" ");
                    self.scalar(scalar, indent + 2);
                }
            }
        }
    }

    fn list(&mut self, items: &[Out], indent: usize, is_here: bool) {
        for (n, item) in items.iter().enumerate() {
            if n > 0 || !is_here {
                self.line(indent);
            }
            self.push("- ");
            match item {
                Out::Map(entries) if !entries.is_empty() => self.map(entries, indent + 2, true),
                Out::List(items) if !items.is_empty() => self.list(items, indent + 2, true),
                scalar => self.scalar(scalar, indent + 2),
            }
        }
    }

    fn scalar(&mut self, out: &Out, indent: usize) {
        match out {
            Out::Null => self.push("null"),
            Out::Bool(b) => self.push(if *b { "true" } else { "false" }),
            Out::Int(n) => self.push(&n.to_string()),
            Out::Float(x) => self.push(&float(*x)),
            Out::Text(text) => self.string(text, indent, false),
            Out::List(_) => self.push("[]"),
            Out::Map(_) => self.push("{}"),
        }
    }

    /// Writes a string; `indent` is that of further lines, which a key has none of.
    fn string(&mut self, text: &str, indent: usize, is_key: bool) {
        let chars: Vec<char> = text.chars().collect();
        match style(text, &chars, is_key) {
            Style::Plain => self.plain(&chars, indent, is_key),
            Style::Single => self.single(&chars, indent, is_key),
            Style::Double => self.double(&chars, indent, is_key),
        }
    }

    /// Writes text word by word; a line ends at a single space beyond the width.
    fn plain(&mut self, chars: &[char], indent: usize, is_key: bool) {
        let mut at = 0;
        while at < chars.len() {
            let end = run(chars, at, |c| c == ' ');
            if chars[at] == ' ' {
                if end == at + 1 && self.column > BEST_WIDTH && !is_key {
                    self.line(indent);
                } else {
                    self.push(&chars[at..end].iter().collect::<String>());
                }
            } else {
                self.push(&chars[at..end].iter().collect::<String>());
            }
            at = end;
        }
    }

    fn single(&mut self, chars: &[char], indent: usize, is_key: bool) {
        self.push("'");
        let mut at = 0;
        while at < chars.len() {
            match chars[at] {
                ' ' => {
                    let end = run(chars, at, |c| c == ' ');
                    let breaks = end == at + 1
                        && self.column > BEST_WIDTH
                        && !is_key
                        && at != 0
                        && end != chars.len();
                    if breaks {
                        self.line(indent);
                    } else {
                        self.push(&" ".repeat(end - at));
                    }
                    at = end;
                }
                '\n' => {
                    let end = run(chars, at, |c| c == '\n');
                    self.out.push_str(&"\n".repeat(end - at));
                    self.line(indent);
                    at = end;
                }
                '\'' => {
                    self.push("''");
                    at += 1;
                }
                _ => {
                    let start = at;
                    while at < chars.len() && !matches!(chars[at], ' ' | '\n' | '\'') {
                        at += 1;
                    }
                    self.push(&chars[start..at].iter().collect::<String>());
                }
            }
        }
        self.push("'");
    }

    fn double(&mut self, chars: &[char], indent: usize, is_key: bool) {
        self.push("\"");
        let (mut start, mut end) = (0, 0);
        while end <= chars.len() {
            let c = chars.get(end).copied();
            let is_plain = c.is_some_and(|c| (' '..='~').contains(&c) && c != '"' && c != '\\');
            if !is_plain {
                if start < end {
                    self.push(&chars[start..end].iter().collect::<String>());
                    start = end;
                }
                if let Some(c) = c {
                    self.push(&escaped(c));
                    start = end + 1;
                }
            }
            let pending = end.saturating_sub(start);
            if 0 < end
                && end + 1 < chars.len()
                && (c == Some(' ') || start >= end)
                && self.column + pending > BEST_WIDTH
                && !is_key
            {
                if start < end {
                    self.push(&chars[start..end].iter().collect::<String>());
                    start = end;
                }
                self.push("\\");
                self.line(indent);
                if chars[start] == ' ' {
                    self.push("\\");
                }
            }
            end += 1;
        }
        self.push("\"");
    }
}

/// Gives the end of a run of characters that are all alike in one respect.
fn run(chars: &[char], start: usize, is_kind: impl Fn(char) -> bool) -> usize {
    let kind = is_kind(chars[start]);
    (start..chars.len()).find(|&at| is_kind(chars[at]) != kind).unwrap_or(chars.len())
}

fn escaped(c: char) -> String {
    let short = match c {
        '\0' => '0',
        '\x07' => 'a',
        '\x08' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\x0b' => 'v',
        '\x0c' => 'f',
        '\r' => 'r',
        '\x1b' => 'e',
        '"' => '"',
        '\\' => '\\',
        '\u{85}' => 'N',
        '\u{a0}' => '_',
        '\u{2028}' => 'L',
        '\u{2029}' => 'P',
        c if c <= '\u{ff}' => return format!("\\x{:02X}", u32::from(c)),
        c if c <= '\u{ffff}' => return format!("\\u{:04X}", u32::from(c)),
        c => return format!("\\U{:08X}", u32::from(c)),
    };
    format!("\\{short}")
}

/// Chooses the first style that can hold a text: plain, single quotes, double quotes.
fn style(text: &str, chars: &[char], is_key: bool) -> Style {
    if chars.is_empty() {
        return Style::Single;
    }
    let is_break = |c: char| matches!(c, '\n' | '\u{85}' | '\u{2028}' | '\u{2029}');
    let is_white = |at: usize| {
        chars.get(at).is_none_or(|&c| matches!(c, '\0' | ' ' | '\t' | '\r') || is_break(c))
    };
    let mut has_indicators = text.starts_with("---") || text.starts_with("...");
    let (mut is_special, mut has_space_break, mut has_break_space) = (false, false, false);
    for (at, &c) in chars.iter().enumerate() {
        let followed = is_white(at + 1);
        has_indicators |= match c {
            '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%'
            | '@' | '`'
                if at == 0 =>
            {
                true
            }
            '?' | '-' => at == 0 && followed,
            ':' => followed,
            '#' => is_white(at - 1),
            _ => false,
        };
        is_special |= c != '\n' && !(' '..='~').contains(&c);
        if at > 0 {
            has_break_space |= c == ' ' && is_break(chars[at - 1]);
            has_space_break |= is_break(c) && chars[at - 1] == ' ';
        }
    }
    let is_edge = |c: char| c == ' ' || is_break(c);
    let has_edges = is_edge(chars[0]) || is_edge(chars[chars.len() - 1]);
    let is_multiline = chars.iter().copied().any(is_break);
    let takes_quotes = !has_break_space && !has_space_break && !is_special;
    if takes_quotes && !has_edges && !is_multiline && !has_indicators && !is_ambiguous(text) {
        Style::Plain
    } else if takes_quotes && !(is_key && is_multiline) {
        Style::Single
    } else {
        Style::Double
    }
}

/// Writes a float as Python's `repr` does, with a point that YAML 1.1 asks for.
fn float(x: f64) -> String {
    if x.is_nan() {
        return ".nan".to_owned();
    }
    if x.is_infinite() {
        return if x > 0.0 { ".inf" } else { "-.inf" }.to_owned();
    }
    let exponent = format!("{x:e}");
    let (digits, power) = exponent.split_once('e').unwrap_or((&exponent, "0"));
    let power: i32 = power.parse().unwrap_or(0);
    if x != 0.0 && !(-4..16).contains(&power) {
        let point = if digits.contains('.') { "" } else { ".0" };
        let sign = if power < 0 { '-' } else { '+' };
        return format!("{digits}{point}e{sign}{:02}", power.abs());
    }
    let text = format!("{x}");
    if text.contains('.') { text } else { text + ".0" }
}
