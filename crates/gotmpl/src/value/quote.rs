//! Go's string and character literals, written and read.
//!
//! Source: Go's `strconv/quote.go` and the Go specification's chapters on string and rune literals.

use super::printable::is_print;

/// What Go puts where no rune is: U+FFFD.
const REPLACEMENT: u32 = 0xfffd;

/// A literal that Go would not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("invalid syntax")]
pub struct SyntaxError;

/// Gives a string as a Go literal in double quotes: `strconv.Quote`.
///
/// Bytes that are no UTF-8 become `\xNN`, so any bytes give a text.
pub fn quote(bytes: impl AsRef<[u8]>) -> String {
    let bytes = bytes.as_ref();
    let mut out = Vec::with_capacity(bytes.len() + 2);
    append_quoted(&mut out, bytes, Charset::Printable);
    into_text(out)
}

/// Appends a string as a Go literal in double quotes: [`quote`] without the text of its own.
pub fn append_quote(out: &mut Vec<u8>, bytes: impl AsRef<[u8]>) {
    append_quoted(out, bytes.as_ref(), Charset::Printable);
}

/// Gives a string as a Go literal of ASCII bytes only: `strconv.QuoteToASCII`.
pub fn quote_ascii(bytes: impl AsRef<[u8]>) -> String {
    let bytes = bytes.as_ref();
    let mut out = Vec::with_capacity(bytes.len() + 2);
    append_quoted(&mut out, bytes, Charset::Ascii);
    into_text(out)
}

/// Gives a rune as a Go literal in single quotes: `strconv.QuoteRune`. What is no rune becomes U+FFFD.
pub fn quote_rune(rune: u32) -> String {
    let mut out = Vec::with_capacity(8);
    append_quoted_rune(&mut out, rune, Charset::Printable);
    into_text(out)
}

/// Gives a rune as a Go literal of ASCII bytes only: `strconv.QuoteRuneToASCII`.
pub fn quote_rune_ascii(rune: u32) -> String {
    let mut out = Vec::with_capacity(12);
    append_quoted_rune(&mut out, rune, Charset::Ascii);
    into_text(out)
}

/// Gives text whose bytes this crate wrote itself.
pub(super) fn into_text(out: Vec<u8>) -> String {
    String::from_utf8(out).expect("bytes that are no UTF-8 were escaped, numbers are ASCII")
}

/// Which runes stand in a literal as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Charset {
    /// all that Go takes for printable
    Printable,
    /// printable ASCII
    Ascii,
}

/// Appends a literal in double quotes.
pub(crate) fn append_quoted(out: &mut Vec<u8>, bytes: &[u8], charset: Charset) {
    out.reserve(bytes.len() + 2);
    out.push(b'"');
    // Most strings are plain ASCII.
    let is_escaped = |byte: &u8| !matches!(byte, b' ' | b'!' | b'#'..=b'[' | b']'..=b'~');
    let n_plain = bytes.iter().position(is_escaped).unwrap_or(bytes.len());
    out.extend_from_slice(&bytes[..n_plain]);
    for chunk in bytes[n_plain..].utf8_chunks() {
        let text = chunk.valid();
        let mut plain_from = 0;
        for (at, c) in text.char_indices() {
            if matches!(c, ' ' | '!' | '#'..='[' | ']'..='~') {
                continue;
            }
            out.extend_from_slice(&text.as_bytes()[plain_from..at]);
            append_escaped(out, u32::from(c), b'"', charset);
            plain_from = at + c.len_utf8();
        }
        out.extend_from_slice(&text.as_bytes()[plain_from..]);
        for byte in chunk.invalid() {
            append_hex(out, b'x', u32::from(*byte), 2);
        }
    }
    out.push(b'"');
}

/// Appends a literal in single quotes.
pub(crate) fn append_quoted_rune(out: &mut Vec<u8>, rune: u32, charset: Charset) {
    out.push(b'\'');
    append_escaped(out, valid_or_replacement(rune), b'\'', charset);
    out.push(b'\'');
}

/// Appends a rune in UTF-8; what is no rune becomes U+FFFD.
pub(crate) fn append_rune(out: &mut Vec<u8>, rune: u32) {
    let c = char::from_u32(rune).unwrap_or(char::REPLACEMENT_CHARACTER);
    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}

fn valid_or_replacement(rune: u32) -> u32 {
    if char::from_u32(rune).is_some() { rune } else { REPLACEMENT }
}

fn append_escaped(out: &mut Vec<u8>, rune: u32, quote: u8, charset: Charset) {
    if rune == u32::from(quote) || rune == u32::from(b'\\') {
        out.push(b'\\');
        append_rune(out, rune);
        return;
    }
    if (charset == Charset::Printable || rune < 0x80) && is_print(rune) {
        append_rune(out, rune);
        return;
    }
    let short = match rune {
        0x07 => b'a',
        0x08 => b'b',
        0x09 => b't',
        0x0a => b'n',
        0x0b => b'v',
        0x0c => b'f',
        0x0d => b'r',
        0..=0x1f | 0x7f => return append_hex(out, b'x', rune, 2),
        0x80..=0xffff => return append_hex(out, b'u', rune, 4),
        _ => return append_hex(out, b'U', rune, 8),
    };
    out.extend_from_slice(&[b'\\', short]);
}

/// Appends `\` with a letter and `n_digits` hexadecimal digits.
pub(crate) fn append_hex(out: &mut Vec<u8>, letter: u8, value: u32, n_digits: u32) {
    out.extend_from_slice(&[b'\\', letter]);
    for place in (0..n_digits).rev() {
        out.push(b"0123456789abcdef"[(value >> (4 * place) & 0xf) as usize]);
    }
}

/// Tells whether a string can stand in backquotes: one line, no backquote, no control but the tab.
pub(crate) fn can_backquote(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| {
        text.chars().all(|c| match c {
            '\t' => true,
            '`' | '\u{7f}' | '\u{feff}' => false,
            c => c >= ' ',
        })
    })
}

/// Reads a whole Go literal, in double, single or back quotes: `strconv.Unquote`.
///
/// The result is bytes, since `"\xff"` is no UTF-8.
///
/// # Errors
///
/// [`SyntaxError`], whatever is wrong.
pub fn unquote(literal: &str) -> Result<Vec<u8>, SyntaxError> {
    let bytes = literal.as_bytes();
    let [quote @ (b'"' | b'\'' | b'`'), _, ..] = *bytes else { return Err(SyntaxError) };
    if quote == b'`' {
        let inner = bytes[1..].strip_suffix(b"`").ok_or(SyntaxError)?;
        if inner.contains(&b'`') {
            return Err(SyntaxError);
        }
        // Go drops carriage returns from raw strings.
        return Ok(inner.iter().copied().filter(|&byte| byte != b'\r').collect());
    }
    let mut out = Vec::with_capacity(bytes.len() - 2);
    let mut rest = &literal[1..];
    let mut n_runes = 0_usize;
    while !rest.is_empty() && rest.as_bytes()[0] != quote {
        if rest.as_bytes()[0] == b'\n' || (quote == b'\'' && n_runes == 1) {
            return Err(SyntaxError);
        }
        let unquoted = unquote_char(rest, quote)?;
        if unquoted.multibyte {
            append_rune(&mut out, unquoted.value);
        } else {
            // OK because without `multibyte` the value is below 256.
            out.push((unquoted.value & 0xff) as u8);
        }
        rest = unquoted.tail;
        n_runes += 1;
    }
    if rest.len() == 1 { Ok(out) } else { Err(SyntaxError) }
}

/// The first character of a literal's inside, as [`unquote_char`] reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnquotedChar<'a> {
    /// the code point, or the byte of `\xNN` and `\NNN`
    pub value: u32,
    /// whether the value is a code point that takes several bytes in UTF-8
    pub multibyte: bool,
    /// what follows the character
    pub tail: &'a str,
}

/// Reads the first, perhaps escaped, character of a literal's inside: `strconv.UnquoteChar`.
///
/// `quote` is the quote around the literal: it alone may be escaped, and may not stand bare. With 0
/// neither quote may be escaped and both may stand.
///
/// # Errors
///
/// [`SyntaxError`] for an unknown or incomplete escape, a bare `quote` or an empty text.
pub fn unquote_char(text: &str, quote: u8) -> Result<UnquotedChar<'_>, SyntaxError> {
    let mut chars = text.chars();
    let first = chars.next().ok_or(SyntaxError)?;
    if first != '\\' {
        if quote != 0 && first == char::from(quote) {
            return Err(SyntaxError);
        }
        let value = u32::from(first);
        return Ok(UnquotedChar { value, multibyte: value >= 0x80, tail: chars.as_str() });
    }
    let escape = chars.next().ok_or(SyntaxError)?;
    let tail = chars.as_str();
    let byte = |value: u8| Ok(UnquotedChar { value: u32::from(value), multibyte: false, tail });
    match escape {
        'a' => byte(0x07),
        'b' => byte(0x08),
        'f' => byte(0x0c),
        'n' => byte(b'\n'),
        'r' => byte(b'\r'),
        't' => byte(b'\t'),
        'v' => byte(0x0b),
        '\\' => byte(b'\\'),
        '\'' | '"' if escape == char::from(quote) => byte(quote),
        'x' => {
            let (value, tail) = digits(tail, 2, 16)?;
            Ok(UnquotedChar { value, multibyte: false, tail })
        }
        'u' | 'U' => {
            let (value, tail) = digits(tail, if escape == 'u' { 4 } else { 8 }, 16)?;
            char::from_u32(value).ok_or(SyntaxError)?;
            Ok(UnquotedChar { value, multibyte: true, tail })
        }
        '0'..='7' => {
            let (value, tail) = digits(&text[1..], 3, 8)?;
            if value > 255 {
                return Err(SyntaxError);
            }
            Ok(UnquotedChar { value, multibyte: false, tail })
        }
        _ => Err(SyntaxError),
    }
}

/// Reads exactly `n_digits` digits, at most eight, and gives their value and what follows.
fn digits(text: &str, n_digits: usize, radix: u32) -> Result<(u32, &str), SyntaxError> {
    let (head, tail) = text.split_at_checked(n_digits).ok_or(SyntaxError)?;
    if head.starts_with('+') {
        return Err(SyntaxError);
    }
    Ok((u32::from_str_radix(head, radix).map_err(|_| SyntaxError)?, tail))
}
