//! Environment files: `.env`, `--env-file` and a service's `env_file`.
//!
//! A line is `NAME=value` or `NAME: value`, `export` before it or not. A value in single quotes stands as it is; one in
//! double quotes has escapes; both may span lines. A value without quotes ends at ` #`. Variables are interpolated in
//! what is not single-quoted, from what is known and what stands above. A name alone takes the value it has already.
//!
//! Source: the Compose Specification, `env_file`; package `dotenv` of compose-go.

use crate::error::Problem;
use crate::interpolate::{interpolate, name_len};
use crate::report::{Place, Report};
use crate::variables::Variables;

/// How a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// with quotes, comments and variables
    Dotenv,
    /// `format: raw`: everything behind `=` is the value
    Raw,
}

/// Reads a file into pairs, in order; what is wrong goes into the report.
pub(crate) fn read(
    report: &mut Report,
    file: u32,
    format: Format,
    variables: &Variables,
) -> Vec<(String, String)> {
    let text = report.files.get(file as usize).map(|file| file.text.clone()).unwrap_or_default();
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let start = report.files.get(file as usize).map_or(0, |file| file.text.len()) - text.len();
    let mut reader = Reader {
        report,
        place: Place::start_of(file),
        start,
        text,
        at: 0,
        known: variables.clone(),
        pairs: Vec::new(),
    };
    while reader.at < text.len() {
        reader.line(format);
    }
    reader.pairs
}

struct Reader<'a, 'r> {
    report: &'r mut Report,
    place: Place,
    /// how many bytes of byte order mark stand before the text
    start: usize,
    text: &'a str,
    at: usize,
    known: Variables,
    pairs: Vec<(String, String)>,
}

impl<'a> Reader<'a, '_> {
    /// Reads one line, or the lines of a value in quotes.
    fn line(&mut self, format: Format) {
        let line = self.rest_of_line();
        let indent = line.len() - line.trim_start().len();
        let end = self.at + line.len();
        let next = (end + 1).min(self.text.len().max(end));
        let content = line.trim();
        if content.is_empty() || content.starts_with('#') {
            self.at = next.max(self.at + 1);
            return;
        }
        self.at += indent;
        let content = line[indent..].trim_end();
        let content = match content.strip_prefix("export") {
            Some(rest) if rest.starts_with([' ', '\t']) => {
                let trimmed = rest.trim_start();
                self.at += content.len() - trimmed.len();
                trimmed
            }
            _ => content,
        };
        let name_end = content.find(['=', ':']).unwrap_or(content.len());
        let name = content[..name_end].trim_end();
        let is_name = name_len(name) > 0
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-[]".contains(&b));
        if !is_name {
            self.error(
                self.at,
                "this line is not of the form NAME=value",
                "begin a comment with `#`; a name has letters, digits and `_`",
            );
            self.at = next.max(self.at + 1);
            return;
        }
        let name = name.to_owned();
        if name_end == content.len() {
            if let Some(value) = self.known.get(&name) {
                let value = value.to_owned();
                self.pairs.push((name, value));
            }
            self.at = next.max(self.at + 1);
            return;
        }
        self.at += name_end + 1;
        let behind = &self.text[self.at..end];
        let value = if format == Format::Raw {
            let value = behind.strip_suffix('\r').unwrap_or(behind).to_owned();
            self.at = next;
            value
        } else {
            self.at += behind.len() - behind.trim_start_matches([' ', '\t']).len();
            self.value(end, next)
        };
        self.known.set(name.clone(), value.clone());
        self.pairs.push((name, value));
    }

    fn value(&mut self, line_end: usize, next: usize) -> String {
        let rest = &self.text[self.at..];
        if let Some(quote @ ('\'' | '"')) = rest.chars().next() {
            self.quoted(quote)
        } else {
            let raw = &self.text[self.at..line_end.max(self.at)];
            let comment = raw.find(" #").or_else(|| raw.find("\t#"));
            let comment = if raw.starts_with('#') { Some(0) } else { comment };
            let value = raw[..comment.unwrap_or(raw.len())].trim_end();
            let at = self.at;
            self.at = next.max(line_end);
            self.interpolated(value, at)
        }
    }

    /// Reads a value in quotes; what follows it on its line can only be a comment.
    fn quoted(&mut self, quote: char) -> String {
        let open = self.at;
        let mut raw = String::new();
        let mut chars = self.text[open + 1..].char_indices();
        while let Some((at, c)) = chars.next() {
            if c == quote {
                self.at = open + 1 + at + 1;
                let line = self.rest_of_line();
                let behind = line.trim();
                if !behind.is_empty() && !behind.starts_with('#') {
                    self.error(self.at, "something stands behind the closing quote", "remove it");
                }
                self.at = (self.at + line.len() + 1).min(self.text.len());
                return if quote == '"' { self.interpolated(&raw, open) } else { raw };
            }
            if c != '\\' || quote == '\'' {
                raw.push(c);
                continue;
            }
            match chars.next() {
                Some((_, 'n')) => raw.push('\n'),
                Some((_, 'r')) => raw.push('\r'),
                Some((_, 't')) => raw.push('\t'),
                Some((_, '$')) => raw.push_str("$$"),
                Some((_, c @ ('"' | '\\'))) => raw.push(c),
                Some((_, other)) => {
                    raw.push('\\');
                    raw.push(other);
                }
                None => raw.push('\\'),
            }
        }
        self.error(open, "this quote is not closed", "end the value with the quote it begins with");
        self.at = self.text.len();
        raw
    }

    fn interpolated(&mut self, value: &str, at: usize) -> String {
        if !value.contains('$') {
            return value.to_owned();
        }
        match interpolate(value, &self.known) {
            Ok(done) => {
                for (_, name) in done.unset {
                    let text =
                        format!("the variable {name} is not set: it stands for nothing here");
                    self.report.note(self.place.at(self.start + at), text);
                }
                done.text
            }
            Err(fault) => {
                let place = self.place.at(self.start + at + fault.at.min(self.text.len() - at));
                self.report.error(place, fault.problem, fault.reason, fault.help);
                String::new()
            }
        }
    }

    fn rest_of_line(&self) -> &'a str {
        let rest = &self.text[self.at..];
        &rest[..rest.find('\n').unwrap_or(rest.len())]
    }

    fn error(&mut self, at: usize, reason: &str, help: &str) {
        self.report.error(self.place.at(self.start + at), Problem::Value, reason, help);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str, format: Format) -> Vec<(String, String)> {
        let mut report = Report::default();
        let file = report.add_file("x.env".to_owned(), text.to_owned(), String::new());
        let mut variables = Variables::default();
        variables.set("HOST", "db");
        let pairs = read(&mut report, file, format, &variables);
        report.finish().unwrap();
        pairs
    }

    #[test]
    fn values_are_read_as_compose_reads_them() {
        let text = "\u{feff}# first\n\nA=1\r\nexport B = two words # comment\nC='a $HOST # b'\nD=\"x\\n\\$HOST ${HOST}\"  # c\n\
                    E: yaml\nHOST\nNONE\nF=\nG=a#b\nH=\"two\nlines\"\nI=$A$HOST";
        let read: Vec<String> =
            pairs(text, Format::Dotenv).into_iter().map(|(k, v)| format!("{k}={v}")).collect();
        assert_eq!(
            read,
            [
                "A=1",
                "B=two words",
                "C=a $HOST # b",
                "D=x\n$HOST db",
                "E=yaml",
                "HOST=db",
                "F=",
                "G=a#b",
                "H=two\nlines",
                "I=1db"
            ]
        );
        assert_eq!(pairs("A=\"x\" $B\n", Format::Raw), [("A".to_owned(), "\"x\" $B".to_owned())]);
    }
}
