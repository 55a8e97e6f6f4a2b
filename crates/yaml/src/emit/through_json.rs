//! What becomes of a string on the way through JSON, which goyaml v2 reads as YAML.
//!
//! Nearly every string stays as it is. `encoding/json` leaves U+007F to U+009F, U+FFFE and U+FFFF unescaped, and these
//! mean something to goyaml: U+0085 is a line break, which it folds, and the others it does not allow. A map key must
//! be on one line and end within 1024 characters, or goyaml does not see that it is a key.
//!
//! Source: `yaml_parser_scan_flow_scalar` and `yaml_simple_key_is_valid` in `scannerc.go`, `readerc.go`.

use std::borrow::Cow;

use crate::{Error, json};

/// The most characters between the beginning of a key and its colon.
const MAX_KEY_CHARS: usize = 1024;

/// Gives what goyaml reads for `text`, counting in `line` the line breaks it meets.
pub(super) fn value<'a>(text: &'a str, line: &mut usize) -> Result<Cow<'a, str>, Error> {
    match memchr::memchr3(0x7f, 0xc2, 0xef, text.as_bytes()) {
        None => Ok(Cow::Borrowed(text)),
        Some(at) => odd_value(text, at, line),
    }
}

/// Does as [`value`] for a map key.
pub(super) fn key<'a>(text: &'a str, line: &mut usize) -> Result<Cow<'a, str>, Error> {
    let first_line = *line;
    let value = value(text, line)?;
    // OK because JSON makes at most six characters of one byte.
    let is_long = text.len() > MAX_KEY_CHARS / 6 && json::write::quoted_len(text) > MAX_KEY_CHARS;
    if is_long || *line > first_line {
        return Err(error(*line, "did not find expected ',' or '}'"));
    }
    Ok(value)
}

fn odd_value<'a>(text: &'a str, from: usize, line: &mut usize) -> Result<Cow<'a, str>, Error> {
    let mut has_break = false;
    for c in text[from..].chars() {
        match c {
            '\u{85}' => has_break = true,
            '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => {
                return Err(error(0, "control characters are not allowed"));
            }
            _ => {}
        }
    }
    if has_break { fold(text, line).map(Cow::Owned) } else { Ok(Cow::Borrowed(text)) }
}

/// Folds the line breaks U+0085: one becomes a space, more become one line feed less than they are. Spaces around
/// them go.
fn fold(text: &str, line: &mut usize) -> Result<String, Error> {
    let mut folded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\u{85}') {
        folded.push_str(rest[..at].trim_end_matches(' '));
        let after = rest[at..].trim_start_matches([' ', '\u{85}']);
        let blanks = &rest[at..rest.len() - after.len()];
        let n_breaks = blanks.matches('\u{85}').count();
        *line += n_breaks;
        match n_breaks {
            1 => folded.push(' '),
            _ => folded.extend(std::iter::repeat_n('\n', n_breaks - 1)),
        }
        // At the beginning of a line, three dashes or dots and a blank would begin or end a document.
        let is_line_start = blanks.ends_with('\u{85}');
        if is_line_start
            && (after.starts_with("---") || after.starts_with("..."))
            && after[3..].starts_with([' ', '\u{85}'])
        {
            return Err(error(*line + 1, "found unexpected document indicator"));
        }
        rest = after;
    }
    folded.push_str(rest);
    Ok(folded)
}

fn error(line: usize, problem: &str) -> Error {
    let message = if line == 0 { problem.to_owned() } else { format!("line {line}: {problem}") };
    Error::Yaml { message, offset: 0 }
}
