//! `${VAR}` in texts.
//!
//! `$VAR` and `${VAR}` stand for the variable or nothing, `:-` and `-` for a default, `:?` and `?` for an error, `:+` and
//! `+` for a text in place of what is set; the forms with a colon take an empty value for none. `$$` is a dollar sign.
//! Keys are left alone.
//!
//! Source: the Compose Specification, chapter *Interpolation*; `template/template.go` of compose-go.

use crate::error::Problem;
use crate::node::{Kind, Node};
use crate::report::{Place, Report};
use crate::variables::Variables;

/// How deep `${A:-${B:-…}}` may nest.
pub(crate) const MAX_NESTING: usize = 32;

/// The longest text that interpolation may make of one value, in bytes.
pub(crate) const MAX_TEXT_BYTES: usize = 1 << 20;

/// The most text that interpolation may make of one file, in bytes.
pub(crate) const MAX_TOTAL_BYTES: usize = 16 << 20;

/// What is wrong with a text: where in it, what, and what to do.
pub(crate) struct Fault {
    pub(crate) at: usize,
    pub(crate) problem: Problem,
    pub(crate) reason: String,
    pub(crate) help: String,
}

/// A text with its variables put in, and the names of those that were not set.
#[derive(Debug, Default)]
pub(crate) struct Text {
    pub(crate) text: String,
    pub(crate) unset: Vec<(usize, String)>,
}

/// Interpolates every text of a tree.
pub(crate) fn tree(node: &mut Node, variables: &Variables, report: &mut Report) {
    let mut left = MAX_TOTAL_BYTES;
    walk(node, variables, report, &mut left);
}

fn walk(node: &mut Node, variables: &Variables, report: &mut Report, left: &mut usize) {
    match &mut node.kind {
        Kind::Text(text) if text.contains('$') => match interpolate(text, variables) {
            Ok(done) => {
                for (at, name) in done.unset {
                    let place = place_within(report, node.place, text, at);
                    report.note(
                        place,
                        format!("the variable {name} is not set: it stands for nothing here"),
                    );
                }
                let Some(rest) = left.checked_sub(done.text.len()) else {
                    let reason = format!(
                        "interpolation makes more than {MAX_TOTAL_BYTES} bytes of this file"
                    );
                    report.error(node.place, Problem::Limit, reason, "set shorter variables");
                    return;
                };
                *left = rest;
                *text = done.text.into();
            }
            Err(fault) => {
                let place = place_within(report, node.place, text, fault.at);
                report.error(place, fault.problem, fault.reason, fault.help);
            }
        },
        Kind::List(items) => {
            for item in items {
                walk(item, variables, report, left);
            }
        }
        Kind::Map(map) => {
            for entry in &mut map.0 {
                walk(&mut entry.value, variables, report, left);
            }
        }
        _ => {}
    }
}

/// Gives the place of what stands at an offset of a scalar's text: exact where the file has the text as it is.
fn place_within(report: &Report, place: Place, text: &str, at: usize) -> Place {
    let source = report.text_from(place);
    let start = source.len() - source.trim_start_matches(['"', '\'']).len();
    let needle = &text[at..];
    let needle = &needle[..needle.find(['\n', '\\', '"', '\'']).unwrap_or(needle.len())];
    let near = source.get(start..).unwrap_or_default();
    if near.starts_with(text.get(..at + needle.len()).unwrap_or(text)) {
        return place.at(place.offset as usize + start + at);
    }
    match source.find(needle) {
        Some(found) if found <= 2 * text.len() + 64 => place.at(place.offset as usize + found),
        _ => place,
    }
}

/// Puts variables into a text.
///
/// # Errors
///
/// [`Fault`] for the first thing that is wrong.
pub(crate) fn interpolate(text: &str, variables: &Variables) -> Result<Text, Fault> {
    let mut done = Text::default();
    let mut reader = Reader { whole: text, at: 0, variables, depth: 0 };
    reader.run(&mut done, text.len(), true)?;
    Ok(done)
}

struct Reader<'a> {
    whole: &'a str,
    at: usize,
    variables: &'a Variables,
    depth: usize,
}

impl Reader<'_> {
    /// Reads up to `end`. What is read for nothing is only looked through, so that its variables need not be set.
    fn run(&mut self, done: &mut Text, end: usize, is_wanted: bool) -> Result<(), Fault> {
        while self.at < end {
            let rest = &self.whole[self.at..end];
            let literal = rest.find('$').unwrap_or(rest.len());
            if is_wanted {
                push(done, &rest[..literal], self.at)?;
            }
            self.at += literal;
            if self.at < end {
                self.dollar(done, end, is_wanted)?;
            }
        }
        Ok(())
    }

    fn dollar(&mut self, done: &mut Text, end: usize, is_wanted: bool) -> Result<(), Fault> {
        let start = self.at;
        let rest = &self.whole[start + 1..end];
        let name_len = name_len(rest);
        if rest.starts_with('$') {
            if is_wanted {
                push(done, "$", start)?;
            }
            self.at += 2;
            return Ok(());
        }
        if name_len > 0 {
            let name = &rest[..name_len];
            self.at += 1 + name_len;
            if is_wanted {
                self.put(done, name, start)?;
            }
            return Ok(());
        }
        if !rest.starts_with('{') {
            return Err(invalid(start, "`$` stands before nothing that is a variable"));
        }
        self.depth += 1;
        if self.depth > MAX_NESTING {
            return Err(Fault {
                at: start,
                problem: Problem::Limit,
                reason: format!("interpolation nests deeper than {MAX_NESTING} levels"),
                help: "set the variables in an environment file instead".to_owned(),
            });
        }
        let Some(close) = closing_brace(self.whole, start, end) else {
            return Err(Fault {
                at: start,
                problem: Problem::Variable,
                reason: "`${` is not closed".to_owned(),
                help: "end it with `}`, or write `$$` for a dollar sign".to_owned(),
            });
        };
        self.braced(done, start, close, is_wanted)?;
        self.at = close + 1;
        self.depth -= 1;
        Ok(())
    }

    /// Reads what stands between braces.
    fn braced(
        &mut self,
        done: &mut Text,
        start: usize,
        close: usize,
        is_wanted: bool,
    ) -> Result<(), Fault> {
        let inner = &self.whole[start + 2..close];
        let name = &inner[..name_len(inner)];
        if name.is_empty() {
            return Err(invalid(start, "there is no variable's name behind `${`"));
        }
        let behind = &inner[name.len()..];
        let (operator, takes_empty) = match behind.strip_prefix(':') {
            Some(operator) => (operator.chars().next(), true),
            None => (behind.chars().next(), false),
        };
        let value = self.variables.get(name).filter(|value| !takes_empty || !value.is_empty());
        let word = start + 2 + name.len() + usize::from(takes_empty) + 1;
        match operator {
            None if !takes_empty => {
                if is_wanted {
                    self.put(done, name, start)?;
                }
                Ok(())
            }
            Some('-') => {
                if is_wanted && let Some(value) = value {
                    push(done, value, start)?;
                }
                self.at = word;
                self.run(done, close, is_wanted && value.is_none())
            }
            Some('+') => {
                self.at = word;
                self.run(done, close, is_wanted && value.is_some())
            }
            Some('?') => {
                if let Some(value) = value {
                    if is_wanted {
                        push(done, value, start)?;
                    }
                    return Ok(());
                }
                if !is_wanted {
                    return Ok(());
                }
                self.at = word;
                let mut words = Text::default();
                self.run(&mut words, close, true)?;
                let state = if self.variables.get(name).is_some() { "empty" } else { "not set" };
                let said =
                    if words.text.is_empty() { String::new() } else { format!(": {}", words.text) };
                Err(Fault {
                    at: start,
                    problem: Problem::Variable,
                    reason: format!("the variable {name} is required and {state}{said}"),
                    help: format!("give it with `--env {name}=VALUE`, or in `.env`"),
                })
            }
            _ => {
                Err(invalid(start, &format!("`{behind}` behind the variable {name} means nothing")))
            }
        }
    }

    fn put(&self, done: &mut Text, name: &str, at: usize) -> Result<(), Fault> {
        if let Some(value) = self.variables.get(name) {
            push(done, value, at)
        } else {
            done.unset.push((at, name.to_owned()));
            Ok(())
        }
    }
}

fn push(done: &mut Text, text: &str, at: usize) -> Result<(), Fault> {
    if done.text.len() + text.len() > MAX_TEXT_BYTES {
        return Err(Fault {
            at,
            problem: Problem::Limit,
            reason: format!("interpolation makes more than {MAX_TEXT_BYTES} bytes of this text"),
            help: "set shorter variables".to_owned(),
        });
    }
    done.text.push_str(text);
    Ok(())
}

fn invalid(at: usize, reason: &str) -> Fault {
    Fault {
        at,
        problem: Problem::Variable,
        reason: reason.to_owned(),
        help: "write `$$` for a dollar sign, `${NAME}` or `${NAME:-default}` for a variable"
            .to_owned(),
    }
}

/// Gives the length of the variable's name that a text begins with.
pub(crate) fn name_len(text: &str) -> usize {
    let is_letter = |byte: &u8| byte.is_ascii_alphabetic() || *byte == b'_';
    if !text.as_bytes().first().is_some_and(is_letter) {
        return 0;
    }
    text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count()
}

/// Finds the brace that closes the `${` at `start`.
fn closing_brace(text: &str, start: usize, end: usize) -> Option<usize> {
    let bytes = &text.as_bytes()[..end];
    let mut depth = 0_usize;
    let mut at = start;
    while at < bytes.len() {
        match bytes[at] {
            b'$' if bytes.get(at + 1) == Some(&b'$') => at += 1,
            b'$' if bytes.get(at + 1) == Some(&b'{') => {
                depth += 1;
                at += 1;
            }
            b'}' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn say(text: &str) -> String {
        let mut variables = Variables::default();
        variables.set("SET", "value");
        variables.set("EMPTY", "");
        match interpolate(text, &variables) {
            Ok(done) => done.text,
            Err(fault) => format!("{}: {}", fault.at, fault.reason),
        }
    }

    #[test]
    fn every_form_means_what_compose_says() {
        for (text, expected) in [
            ("a $SET b", "a value b"),
            ("${SET}s", "values"),
            ("$$SET", "$SET"),
            ("$${SET}", "${SET}"),
            ("${NONE}|$NONE", "|"),
            ("${NONE:-d}", "d"),
            ("${EMPTY:-d}", "d"),
            ("${EMPTY-d}", ""),
            ("${NONE-d}", "d"),
            ("${SET:+r}", "r"),
            ("${EMPTY:+r}|${EMPTY+r}|${NONE+r}", "|r|"),
            ("${NONE:-${SET}/$SET}", "value/value"),
            ("${NONE:-a:b-c?d}", "a:b-c?d"),
            ("${SET:?no}${EMPTY?no}", "value"),
            ("${SET:-${NONE:?not looked at}}", "value"),
            ("${NONE:?say $SET}", "0: the variable NONE is required and not set: say value"),
            ("x ${EMPTY:?}", "2: the variable EMPTY is required and empty"),
            ("${SET", "0: `${` is not closed"),
            ("${NONE:-${SET}", "0: `${` is not closed"),
            ("a$", "1: `$` stands before nothing that is a variable"),
            ("${}", "0: there is no variable's name behind `${`"),
            ("${SET!}", "0: `!` behind the variable SET means nothing"),
        ] {
            assert_eq!(say(text), expected, "{text}");
        }
    }

    #[test]
    fn nesting_ends() {
        let text = "${A:-".repeat(MAX_NESTING + 1) + &"}".repeat(MAX_NESTING + 1);
        assert!(say(&text).ends_with("interpolation nests deeper than 32 levels"));
    }
}
