//! Strings as Go's `%q` shows them.
//!
//! Helm puts keys, versions and constraints into its messages this way.

use std::fmt::{self, Write as _};

/// Text that displays as Go's `%q` would: in double quotes, with Go's escapes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Quoted<'a>(pub(crate) &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for c in self.0.chars() {
            if c == '"' {
                f.write_str("\\\"")?;
            } else {
                write_char(f, c)?;
            }
        }
        f.write_char('"')
    }
}

/// Bytes that display as Go's `%q` would show them as a string: what is not UTF-8 byte by byte.
#[derive(Debug, Clone, Copy)]
pub(crate) struct QuotedBytes<'a>(pub(crate) &'a [u8]);

impl fmt::Display for QuotedBytes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for chunk in self.0.utf8_chunks() {
            let quoted = Quoted(chunk.valid()).to_string();
            f.write_str(&quoted[1..quoted.len() - 1])?;
            for byte in chunk.invalid() {
                write!(f, "\\x{byte:02x}")?;
            }
        }
        f.write_char('"')
    }
}

/// A character that displays as Go's `%q` of a rune would: in single quotes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct QuotedChar(pub(crate) char);

impl fmt::Display for QuotedChar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('\'')?;
        if self.0 == '\'' {
            f.write_str("\\'")?;
        } else {
            write_char(f, self.0)?;
        }
        f.write_char('\'')
    }
}

fn write_char(f: &mut impl fmt::Write, c: char) -> fmt::Result {
    match c {
        '\\' => f.write_str("\\\\"),
        '\x07' => f.write_str("\\a"),
        '\x08' => f.write_str("\\b"),
        '\x0c' => f.write_str("\\f"),
        '\n' => f.write_str("\\n"),
        '\r' => f.write_str("\\r"),
        '\t' => f.write_str("\\t"),
        '\x0b' => f.write_str("\\v"),
        ' '..='~' => f.write_char(c),
        _ if u32::from(c) < 0x80 => write!(f, "\\x{:02x}", u32::from(c)),
        _ if is_printable(c) => f.write_char(c),
        _ if u32::from(c) < 0x1_0000 => write!(f, "\\u{:04x}", u32::from(c)),
        _ => write!(f, "\\U{:08x}", u32::from(c)),
    }
}

/// Tells whether a character outside ASCII is a letter, mark, number, punctuation or symbol.
///
/// The standard library keeps the same table for `str::escape_debug`; a letter stands in front
/// because it escapes a mark at the beginning of a string, which Go does not.
pub(crate) fn is_printable(c: char) -> bool {
    let mut text = String::with_capacity(5);
    text.push('a');
    text.push(c);
    text.escape_debug().nth(1) == Some(c)
}

#[cfg(test)]
mod tests {
    use super::{Quoted, QuotedBytes, QuotedChar};

    #[test]
    fn controls_and_unprintable_characters_are_escaped_as_in_go() {
        let shown = Quoted("a\"b\\\n\u{7f}\u{e9}\u{301}\u{200b}\u{feff}\u{10ffff}'").to_string();
        assert_eq!(shown, "\"a\\\"b\\\\\\n\\x7f\u{e9}\u{301}\\u200b\\ufeff\\U0010ffff'\"");
        assert_eq!(QuotedBytes(b"a\xff\"\xc3").to_string(), r#""a\xff\"\xc3""#);
        assert_eq!(QuotedChar('\'').to_string(), r"'\''");
        assert_eq!(QuotedChar('"').to_string(), "'\"'");
    }
}
