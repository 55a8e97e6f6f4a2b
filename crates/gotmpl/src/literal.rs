//! Literals: Go's quoted strings, character constants and numbers.
//!
//! Source: `Unquote` and `UnquoteChar` in Go's `strconv`; `newNumber` in `text/template/parse/node.go`.

use crate::ast::Number;
use crate::token::{Span, TokenKind};
use crate::value::number;

/// What `strconv` says of a malformed quoted string.
const INVALID_SYNTAX: &str = "invalid syntax";

/// Decodes the first character: an invalid byte is U+FFFD, one byte long; empty input has length 0.
pub(crate) fn decode_rune(text: &[u8]) -> (char, usize) {
    const INVALID: (char, usize) = (char::REPLACEMENT_CHARACTER, 1);
    let Some(first) = text.first() else {
        return (char::REPLACEMENT_CHARACTER, 0);
    };
    let width = match first {
        0..0x80 => return (char::from(*first), 1),
        0xC2..0xE0 => 2,
        0xE0..0xF0 => 3,
        0xF0..0xF5 => 4,
        _ => return INVALID,
    };
    let Some(bytes) = text.get(..width) else {
        return INVALID;
    };
    match std::str::from_utf8(bytes).ok().and_then(|text| text.chars().next()) {
        Some(rune) => (rune, width),
        None => INVALID,
    }
}

/// Gives the bytes a string literal stands for.
///
/// # Errors
///
/// Go's text for a malformed escape.
pub(crate) fn unquote(literal: &[u8]) -> Result<Vec<u8>, String> {
    let quote = *literal.first().ok_or(INVALID_SYNTAX)?;
    let body = literal.get(1..literal.len().saturating_sub(1)).ok_or(INVALID_SYNTAX)?;
    if quote == b'`' {
        // Go drops carriage returns from raw strings.
        return Ok(body.iter().copied().filter(|byte| *byte != b'\r').collect());
    }
    if !body.contains(&b'\\') && std::str::from_utf8(body).is_ok() {
        return Ok(body.to_vec());
    }
    let mut out = Vec::with_capacity(body.len());
    let mut rest = body;
    while !rest.is_empty() {
        let (unit, after) = unquote_unit(rest, quote)?;
        match unit {
            Unit::Byte(byte) => out.push(byte),
            Unit::Rune(rune) => out.extend_from_slice(rune.encode_utf8(&mut [0; 4]).as_bytes()),
        }
        rest = after;
    }
    Ok(out)
}

/// One element of a quoted string.
enum Unit {
    Byte(u8),
    Rune(char),
}

/// Reads one character or escape within `quote`s, and gives what follows it.
fn unquote_unit(text: &[u8], quote: u8) -> Result<(Unit, &[u8]), String> {
    let first = *text.first().ok_or(INVALID_SYNTAX)?;
    if first == quote {
        return Err(INVALID_SYNTAX.to_owned());
    }
    if first >= 0x80 {
        let (rune, width) = decode_rune(text);
        return Ok((Unit::Rune(rune), &text[width..]));
    }
    if first != b'\\' {
        return Ok((Unit::Byte(first), &text[1..]));
    }
    let escape = *text.get(1).ok_or(INVALID_SYNTAX)?;
    let rest = &text[2..];
    let byte = match escape {
        b'a' => 0x07,
        b'b' => 0x08,
        b'f' => 0x0C,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 0x0B,
        b'\\' => b'\\',
        b'\'' | b'"' if escape == quote => escape,
        b'x' => {
            let (value, rest) = digits(rest, 2, 16)?;
            return Ok((Unit::Byte(u8::try_from(value).map_err(|_| INVALID_SYNTAX)?), rest));
        }
        b'u' | b'U' => {
            let (value, rest) = digits(rest, if escape == b'u' { 4 } else { 8 }, 16)?;
            return Ok((Unit::Rune(char::from_u32(value).ok_or(INVALID_SYNTAX)?), rest));
        }
        b'0'..=b'7' => {
            let (value, rest) = digits(&text[1..], 3, 8)?;
            return Ok((Unit::Byte(u8::try_from(value).map_err(|_| INVALID_SYNTAX)?), rest));
        }
        _ => return Err(INVALID_SYNTAX.to_owned()),
    };
    Ok((Unit::Byte(byte), rest))
}

/// Reads exactly `count` digits.
fn digits(text: &[u8], count: usize, base: u32) -> Result<(u32, &[u8]), String> {
    let head = text.get(..count).ok_or(INVALID_SYNTAX)?;
    let mut value: u32 = 0;
    for digit in head {
        let digit = char::from(*digit).to_digit(base).ok_or(INVALID_SYNTAX)?;
        value = value.checked_mul(base).and_then(|v| v.checked_add(digit)).ok_or(INVALID_SYNTAX)?;
    }
    Ok((value, &text[count..]))
}

/// Reads a number or a character constant in every type that can hold it.
///
/// # Errors
///
/// Go's text.
pub(crate) fn parse_number(kind: TokenKind, span: Span, source: &[u8]) -> Result<Number, String> {
    let bytes = span.of(source);
    let mut number = Number {
        text: span,
        int: None,
        uint: None,
        float: None,
        complex: None,
        looks_like_float: false,
    };
    if kind == TokenKind::CharConstant {
        let (unit, tail) = unquote_unit(&bytes[1..], b'\'')?;
        if tail != b"'" {
            let text = String::from_utf8_lossy(bytes);
            return Err(format!("malformed character constant: {text}"));
        }
        let code = match unit {
            Unit::Byte(byte) => u32::from(byte),
            Unit::Rune(rune) => u32::from(rune),
        };
        number.int = Some(i64::from(code));
        number.uint = Some(u64::from(code));
        number.float = Some(f64::from(code));
        return Ok(number);
    }
    if let Some(int) = plain_decimal(bytes) {
        number.int = Some(int);
        number.uint = Some(int.cast_unsigned());
        number.float = Some(as_float_i64(int));
        return Ok(number);
    }
    // OK because the lexer only takes ASCII into numbers.
    let text = std::str::from_utf8(bytes).map_err(|_| INVALID_SYNTAX)?;
    if kind == TokenKind::Complex {
        let (re, im) = complex_parts(text).ok_or("syntax error scanning complex number")?;
        let re = number::parse_float(re)?;
        let im = number::parse_float(im)?;
        set_complex(&mut number, re, im);
        return Ok(number);
    }
    if let Some(imaginary) = text.strip_suffix('i')
        && let Ok(im) = number::parse_float(imaginary)
    {
        set_complex(&mut number, 0.0, im);
        return Ok(number);
    }
    number.uint = number::parse_uint(text, 0).ok();
    number.int = number::parse_int(text, 0).ok();
    if number.int == Some(0) && number.uint.is_none() {
        // `-0` is an unsigned zero as well.
        number.uint = Some(0);
    }
    if let Some(int) = number.int {
        number.float = Some(as_float_i64(int));
    } else if let Some(uint) = number.uint {
        number.float = Some(as_float_u64(uint));
    } else if let Ok(float) = number::parse_float(text) {
        if !text.contains(['.', 'e', 'E', 'p', 'P']) {
            return Err(format!("integer overflow: {}", number::quote(bytes)));
        }
        number.float = Some(float);
        number.int = exact_int(float);
        number.uint = exact_uint(float);
    } else {
        return Err(format!("illegal number syntax: {}", number::quote(bytes)));
    }
    let is_hex_int = bytes.len() > 2
        && bytes[0] == b'0'
        && matches!(bytes[1], b'x' | b'X')
        && !text.contains(['p', 'P']);
    number.looks_like_float = !is_hex_int && text.contains(['.', 'e', 'E', 'p', 'P']);
    Ok(number)
}

/// Gives the value of a number that is only a few decimal digits, which most are.
fn plain_decimal(text: &[u8]) -> Option<i64> {
    const SAFE_LEN: usize = 18;
    if text.len() > SAFE_LEN || text.len() > 1 && text[0] == b'0' {
        return None;
    }
    let digit = |byte: &u8| byte.is_ascii_digit().then(|| i64::from(byte - b'0'));
    text.iter().try_fold(0, |value, byte| Some(value * 10 + digit(byte)?))
}

/// Splits `1+2i` before the sign of its imaginary part, and takes the `i` off.
fn complex_parts(text: &str) -> Option<(&str, &str)> {
    let body = text.strip_suffix('i')?;
    let bytes = body.as_bytes();
    let is_hex =
        body.trim_start_matches(['+', '-']).get(..2).is_some_and(|p| p.eq_ignore_ascii_case("0x"));
    let at = (1..bytes.len()).find(|i| {
        let before = bytes[i - 1].to_ascii_lowercase();
        let in_exponent = if is_hex { before == b'p' } else { before == b'e' };
        matches!(bytes[*i], b'+' | b'-') && !in_exponent
    })?;
    Some(body.split_at(at))
}

fn set_complex(number: &mut Number, re: f64, im: f64) {
    number.complex = Some((re, im));
    if im == 0.0 {
        number.float = Some(re);
        number.int = exact_int(re);
        number.uint = exact_uint(re);
    }
}

#[expect(clippy::cast_precision_loss, reason = "Go's float64(int64) rounds the same way")]
fn as_float_i64(int: i64) -> f64 {
    int as f64
}

#[expect(clippy::cast_precision_loss, reason = "Go's float64(uint64) rounds the same way")]
fn as_float_u64(uint: u64) -> f64 {
    uint as f64
}

/// Gives the integer a float is, if it is one that `int64` holds.
#[expect(
    clippy::cast_possible_truncation,
    clippy::float_cmp,
    reason = "the range is checked, and a whole number is equal to itself"
)]
fn exact_int(float: f64) -> Option<i64> {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    (float.trunc() == float && (-LIMIT..LIMIT).contains(&float)).then_some(float as i64)
}

/// Gives the integer a float is, if it is one that `uint64` holds.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::float_cmp,
    reason = "the range is checked"
)]
fn exact_uint(float: f64) -> Option<u64> {
    const LIMIT: f64 = 18_446_744_073_709_551_616.0;
    (float.trunc() == float && (0.0..LIMIT).contains(&float)).then_some(float as u64)
}
