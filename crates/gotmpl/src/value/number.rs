//! Numbers to text and back, as Go's `strconv` does.
//!
//! Source: Go's `strconv`: `atoi.go`, `atof.go`, `atob.go`, `ftoa.go`.

pub use super::float::{append_float, format_float};
pub use super::printable::is_print;
pub(crate) use super::quote::{
    Charset, append_quoted, append_quoted_rune, append_rune, can_backquote,
};
pub use super::quote::{
    SyntaxError, UnquotedChar, append_quote, quote, quote_ascii, quote_rune, quote_rune_ascii,
    unquote, unquote_char,
};

/// Appends a number in decimal digits.
pub fn append_uint(out: &mut Vec<u8>, n: u64) {
    append_padded_uint(out, n, 1);
}

/// Appends a number in decimal digits, with a sign if it is negative.
pub fn append_int(out: &mut Vec<u8>, n: i64) {
    if n < 0 {
        out.push(b'-');
    }
    append_uint(out, n.unsigned_abs());
}

pub(super) fn append_padded_uint(out: &mut Vec<u8>, mut n: u64, min_digits: usize) {
    let mut digits = [b'0'; 20];
    let mut start = digits.len();
    while n > 0 || start > digits.len() - min_digits {
        start -= 1;
        digits[start] = b'0' + (n % 10) as u8;
        n /= 10;
    }
    out.extend_from_slice(&digits[start..]);
}

/// Why Go would not parse a number, and what it returns beside the error.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct NumberError<T> {
    /// Go's text, such as `strconv.ParseInt: parsing "x": invalid syntax`
    pub message: String,
    /// the nearest number the type has if the text is out of range, zero if it is no number
    pub nearest: T,
}

impl<T> NumberError<T> {
    fn new(function: &str, text: &str, reason: &str, nearest: T) -> Self {
        Self { message: format!("strconv.{function}: parsing {}: {reason}", quote(text)), nearest }
    }
}

const INVALID_SYNTAX: &str = "invalid syntax";
const OUT_OF_RANGE: &str = "value out of range";

/// Parses an integer: Go's `strconv.ParseInt(text, base, 64)`; base 0 reads prefixes and underscores.
///
/// # Errors
///
/// Go's text, such as `strconv.ParseInt: parsing "x": invalid syntax`.
pub fn parse_int(text: &str, base: u32) -> Result<i64, String> {
    parse_int_of(text, base, 64).map_err(|error| error.message)
}

/// Parses an integer without a sign: Go's `strconv.ParseUint(text, base, 64)`.
///
/// # Errors
///
/// Go's text, such as `strconv.ParseUint: parsing "-1": invalid syntax`.
pub fn parse_uint(text: &str, base: u32) -> Result<u64, String> {
    parse_uint_of(text, base, 64).map_err(|error| error.message)
}

/// Parses an integer of `n_bits` bits, at most 64, 0 for an `int`: Go's `strconv.ParseInt`.
///
/// # Errors
///
/// [`NumberError`] with what Go returns beside the error.
pub fn parse_int_of(text: &str, base: u32, n_bits: u32) -> Result<i64, NumberError<i64>> {
    signed("ParseInt", text, base, n_bits)
}

/// Parses an integer without a sign, of `n_bits` bits as in [`parse_int_of`]: Go's `strconv.ParseUint`.
///
/// # Errors
///
/// [`NumberError`] with what Go returns beside the error.
pub fn parse_uint_of(text: &str, base: u32, n_bits: u32) -> Result<u64, NumberError<u64>> {
    magnitude(text, base, n_bits)
        .map_err(|refusal| NumberError::new("ParseUint", text, &refusal.reason, refusal.nearest))
}

/// Parses a decimal integer: Go's `strconv.Atoi`.
///
/// # Errors
///
/// [`NumberError`] with what Go returns beside the error.
pub fn atoi(text: &str) -> Result<i64, NumberError<i64>> {
    signed("Atoi", text, 10, 64)
}

fn signed(function: &str, text: &str, base: u32, n_bits: u32) -> Result<i64, NumberError<i64>> {
    let refused = |reason: &str, nearest| Err(NumberError::new(function, text, reason, nearest));
    if text.is_empty() {
        return refused(INVALID_SYNTAX, 0);
    }
    let negative = text.starts_with('-');
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let magnitude = match magnitude(digits, base, n_bits) {
        Ok(magnitude) => magnitude,
        Err(refusal) if refusal.reason == OUT_OF_RANGE => u64::MAX,
        Err(refusal) => return refused(&refusal.reason, 0),
    };
    let greatest = i64::MAX >> (64 - width(n_bits));
    match i64::try_from(magnitude) {
        Ok(n) if n <= greatest => Ok(if negative { -n } else { n }),
        _ if negative && magnitude == greatest.unsigned_abs() + 1 => Ok(-greatest - 1),
        _ => refused(OUT_OF_RANGE, if negative { -greatest - 1 } else { greatest }),
    }
}

fn width(n_bits: u32) -> u32 {
    if n_bits == 0 { 64 } else { n_bits.min(64) }
}

/// Why digits make no number.
struct Refusal {
    reason: String,
    nearest: u64,
}

fn magnitude(text: &str, base: u32, n_bits: u32) -> Result<u64, Refusal> {
    let refused = |reason: &str, nearest| Err(Refusal { reason: reason.to_owned(), nearest });
    if text.is_empty() {
        return refused(INVALID_SYNTAX, 0);
    }
    let (radix, digits) = match base {
        0 => prefix(text),
        2..=36 => (base, text),
        _ => return refused(&format!("invalid base {base}"), 0),
    };
    let greatest = u64::MAX >> (64 - width(n_bits));
    let mut n = 0_u64;
    let mut has_underscore = false;
    for c in digits.chars() {
        if c == '_' && base == 0 {
            has_underscore = true;
            continue;
        }
        let Some(digit) = c.to_digit(radix) else { return refused(INVALID_SYNTAX, 0) };
        // Go stops at the first digit too many, before it sees whether letters follow.
        n = match n.checked_mul(u64::from(radix)).and_then(|n| n.checked_add(u64::from(digit))) {
            Some(n) if n <= greatest => n,
            _ => return refused(OUT_OF_RANGE, greatest),
        };
    }
    if has_underscore && !underscores_fit(text) {
        return refused(INVALID_SYNTAX, 0);
    }
    Ok(n)
}

/// Splits off Go's prefix of an integer literal and gives the radix it stands for.
fn prefix(text: &str) -> (u32, &str) {
    let Some(rest) = text.strip_prefix('0') else { return (10, text) };
    if text.len() >= 3 {
        for (letters, radix) in [(['b', 'B'], 2), (['o', 'O'], 8), (['x', 'X'], 16)] {
            if let Some(digits) = rest.strip_prefix(letters) {
                return (radix, digits);
            }
        }
    }
    (8, rest)
}

/// Tells whether each underscore stands between digits, or between a prefix and a digit.
fn underscores_fit(text: &str) -> bool {
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    let after_prefix = text.strip_prefix('0').and_then(|rest| {
        rest.strip_prefix(['b', 'B', 'o', 'O', 'x', 'X']).map(|digits| (rest, digits))
    });
    let is_hex = after_prefix.is_some_and(|(rest, _)| rest.starts_with(['x', 'X']));
    let is_digit = |byte: u8| byte.is_ascii_digit() || (is_hex && byte.is_ascii_hexdigit());
    let mut previous_is_digit = after_prefix.is_some();
    let mut previous_is_underscore = false;
    for byte in after_prefix.map_or(text, |(_, digits)| digits).bytes() {
        let digit = is_digit(byte);
        if (byte == b'_' && !previous_is_digit) || (previous_is_underscore && !digit) {
            return false;
        }
        previous_is_digit = digit;
        previous_is_underscore = byte == b'_';
    }
    !previous_is_underscore
}

/// Parses a float: Go's `strconv.ParseFloat(text, 64)`.
///
/// # Errors
///
/// Go's text, such as `strconv.ParseFloat: parsing "x": invalid syntax`.
pub fn parse_float(text: &str) -> Result<f64, String> {
    parse_float_or_nearest(text).map_err(|error| error.message)
}

/// Parses a float, as [`parse_float`] does.
///
/// # Errors
///
/// [`NumberError`] with what Go returns beside the error: an infinity if the text is out of range.
pub fn parse_float_or_nearest(text: &str) -> Result<f64, NumberError<f64>> {
    let invalid = || NumberError::new("ParseFloat", text, INVALID_SYNTAX, 0.0);
    if text.eq_ignore_ascii_case("nan") {
        return Ok(f64::NAN);
    }
    let negative = text.starts_with('-');
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let sign = if negative { -1.0 } else { 1.0 };
    if unsigned.eq_ignore_ascii_case("inf") || unsigned.eq_ignore_ascii_case("infinity") {
        return Ok(f64::INFINITY * sign);
    }
    let is_hex = unsigned.len() > 2 && matches!(&unsigned.as_bytes()[..2], b"0x" | b"0X");
    if unsigned.contains('_') && !underscores_fit(text) {
        return Err(invalid());
    }
    let digits = unsigned.replace('_', "");
    let magnitude = if is_hex {
        parse_hexadecimal(&digits[2..]).ok_or_else(invalid)?
    } else if is_decimal_float(&digits) {
        digits.parse().map_err(|_| invalid())?
    } else {
        return Err(invalid());
    };
    if magnitude == f64::INFINITY {
        return Err(NumberError::new("ParseFloat", text, OUT_OF_RANGE, f64::INFINITY * sign));
    }
    Ok(magnitude * sign)
}

/// Tells whether a text is `digits[.digits][e±digits]` with a digit before the exponent.
fn is_decimal_float(text: &str) -> bool {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    (!whole.is_empty() || !fraction.is_empty())
        && are_digits(whole)
        && are_digits(fraction)
        && exponent.is_none_or(|exponent| {
            let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            !exponent.is_empty() && are_digits(exponent)
        })
}

/// The greatest exponent of a hexadecimal float that is looked at: no digits that fit in memory can make
/// good for more.
const MAX_EXPONENT: i64 = 1 << 40;

/// Parses `hex[.hex]p±digits`, what follows `0x`; infinity if it is out of range.
fn parse_hexadecimal(text: &str) -> Option<f64> {
    let (mantissa, exponent) = text.split_once(['p', 'P'])?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let sign = if exponent.starts_with('-') { -1 } else { 1 };
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    if exponent.is_empty() || !exponent.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let exponent = exponent.parse().unwrap_or(MAX_EXPONENT).min(MAX_EXPONENT) * sign;
    let mut bits = 0_u64;
    let mut exponent = exponent - 4 * i64::try_from(fraction.len()).ok()?;
    for c in whole.chars().chain(fraction.chars()) {
        let digit = u64::from(c.to_digit(16)?);
        if bits >> 60 == 0 {
            bits = bits << 4 | digit;
        } else {
            // What does not fit only has to be seen when rounding.
            exponent += 4;
            bits |= u64::from(digit != 0);
        }
    }
    Some(scale(bits, exponent))
}

/// Gives the float nearest to `bits` times two to the `exponent`, ties to even.
fn scale(bits: u64, exponent: i64) -> f64 {
    if bits == 0 {
        return 0.0;
    }
    let n_leading = bits.leading_zeros();
    let bits = bits << n_leading;
    let top = exponent + 63 - i64::from(n_leading);
    if top > 1023 {
        return f64::INFINITY;
    }
    // Below the normal range fewer bits are kept.
    let n_kept = if top >= -1022 { 53 } else { 53 - (-1022 - top) };
    let Ok(n_kept @ 0..) = i32::try_from(n_kept) else { return 0.0 };
    let n_dropped = 64 - n_kept.unsigned_abs();
    let (kept, rest, half) = if n_dropped == 64 {
        (0, bits, 1 << 63)
    } else {
        (bits >> n_dropped, bits & ((1 << n_dropped) - 1), 1_u64 << (n_dropped - 1))
    };
    let kept = kept + u64::from(rest > half || (rest == half && kept & 1 == 1));
    if top >= -1022 {
        // A carry out of the mantissa goes into the exponent by itself.
        let biased = u64::try_from(top + 1022).unwrap_or(0);
        f64::from_bits((biased << 52) + kept)
    } else {
        f64::from_bits(kept)
    }
}

/// Parses a truth value: Go's `strconv.ParseBool`.
///
/// # Errors
///
/// Go's text, such as `strconv.ParseBool: parsing "yes": invalid syntax`.
pub fn parse_bool(text: &str) -> Result<bool, String> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
        _ => Err(NumberError::new("ParseBool", text, INVALID_SYNTAX, ()).message),
    }
}
