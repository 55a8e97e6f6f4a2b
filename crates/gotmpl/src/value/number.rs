//! Numbers to text and back, as Go's `strconv` does.
//!
//! Source: Go's `strconv`: `atoi.go`, `atof.go`, `atob.go`, `ftoa.go`.

use std::io::Write as _;

pub use super::printable::is_print;
use super::quote::into_text;
pub(crate) use super::quote::{
    Charset, append_quoted, append_quoted_rune, append_rune, can_backquote,
};
pub use super::quote::{
    SyntaxError, UnquotedChar, quote, quote_ascii, quote_rune, quote_rune_ascii, unquote,
    unquote_char,
};

/// More digits than any float has: the smallest one ends 1,074 places after the point, the greatest has
/// 309 before it. What is asked for beyond is zeros.
const MAX_FLOAT_DIGITS: usize = 1_100;

/// Room for a float with all its digits, its sign, point and exponent.
const FLOAT_BUFFER: usize = 309 + MAX_FLOAT_DIGITS + 16;

/// Text on the stack, for digits on their way into the output.
struct StackText<const N: usize> {
    bytes: [u8; N],
    len: usize,
}

impl<const N: usize> StackText<N> {
    fn of(text: std::fmt::Arguments<'_>) -> Self {
        let mut buffer = Self { bytes: [0; N], len: 0 };
        buffer.write_fmt(text).expect("N was chosen so that every float fits");
        buffer
    }

    fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

impl<const N: usize> std::io::Write for StackText<N> {
    fn write(&mut self, text: &[u8]) -> std::io::Result<usize> {
        let n_bytes = text.len().min(N - self.len);
        self.bytes[self.len..self.len + n_bytes].copy_from_slice(&text[..n_bytes]);
        self.len += n_bytes;
        Ok(n_bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Formats a float: Go's `strconv.FormatFloat(x, format, precision, 64)`.
///
/// `format` is one of `b e E f g G x X`; a `precision` of -1 means the fewest digits that read back the same.
pub fn format_float(x: f64, format: u8, precision: i32) -> String {
    let mut out = Vec::with_capacity(24);
    append_float(&mut out, x, format, precision);
    into_text(out)
}

/// Appends a float as [`format_float`] gives it, without allocating for the number's own sake.
pub fn append_float(out: &mut Vec<u8>, x: f64, format: u8, precision: i32) {
    if !x.is_finite() {
        let text = if x.is_nan() {
            "NaN"
        } else if x > 0.0 {
            "+Inf"
        } else {
            "-Inf"
        };
        out.extend_from_slice(text.as_bytes());
        return;
    }
    if x.is_sign_negative() {
        out.push(b'-');
    }
    let x = x.abs();
    let precision = usize::try_from(precision).ok();
    match format {
        b'b' => append_binary(out, x),
        b'x' | b'X' => append_hexadecimal(out, x, format, precision),
        b'f' => append_fixed(out, x, precision),
        b'e' | b'E' => {
            Decimal::of(x, precision.map(|p| p + 1)).append_exponent(out, precision, format);
        }
        b'g' | b'G' => append_general(out, x, format, precision),
        _ => out.extend_from_slice(&[b'%', format]),
    }
}

/// The significant digits of a float that is not negative, and where its point is.
struct Decimal {
    /// `d.ddd…e±x` as Rust writes it, cut after the digits
    text: StackText<FLOAT_BUFFER>,
    /// how many digits there are without zeros at the end; 0 for zero
    n_digits: usize,
    /// the exponent of the first digit
    exponent: i32,
}

impl Decimal {
    /// Gives `n_digits` digits, correctly rounded; `None` gives the fewest that read back the same.
    fn of(x: f64, requested: Option<usize>) -> Self {
        let text = match requested {
            None => StackText::<FLOAT_BUFFER>::of(format_args!("{x:e}")),
            Some(n) => {
                let n_after_point = n.saturating_sub(1).min(MAX_FLOAT_DIGITS);
                StackText::of(format_args!("{x:.n_after_point$e}"))
            }
        };
        let bytes = text.as_bytes();
        let end = bytes.iter().position(|&byte| byte == b'e').unwrap_or(bytes.len());
        let exponent = std::str::from_utf8(&bytes[(end + 1).min(bytes.len())..])
            .ok()
            .and_then(|exponent| exponent.parse().ok())
            .unwrap_or(0);
        let mut decimal = Self { text, n_digits: 0, exponent };
        // The point is the second byte, if there is one.
        let n_digits = end.saturating_sub(1).max(1);
        decimal.n_digits =
            (0..n_digits).rev().find(|&idx| decimal.digit(idx) != b'0').map_or(0, |last| last + 1);
        if requested.is_none() {
            decimal.prefer_even(x);
        }
        decimal
    }

    /// Turns the fewest digits to the even last one, if `x` is just as near to it.
    ///
    /// Rust takes the greater of two texts that are equally near, Go the even one.
    fn prefer_even(&mut self, x: f64) {
        // Two texts can only be equally near, and both be read back as `x`, where their last digits are
        // closer together than floats are; below the normal range no exact value is that short.
        const MIN_DIGITS: usize = 16;
        let n = self.n_digits;
        if n < MIN_DIGITS || self.digit(n - 1).is_multiple_of(2) {
            return;
        }
        let mut even = StackText::<FLOAT_BUFFER>::of(format_args!("{x:.MAX_FLOAT_DIGITS$e}"));
        // After the first digit and the point, `n - 1` digits are kept and the rest is half of their unit.
        let Some(rest) = even.as_bytes().get(n + 1..) else { return };
        let end = rest.iter().position(|&byte| byte == b'e').unwrap_or(rest.len());
        let is_half = rest.first() == Some(&b'5') && rest[1..end].iter().all(|&byte| byte == b'0');
        if !is_half {
            return;
        }
        let exponent_at = n + 1 + end;
        let n_exponent = even.len - exponent_at;
        even.bytes.copy_within(exponent_at..even.len, n + 1);
        even.len = n + 1 + n_exponent;
        let reads_back = std::str::from_utf8(even.as_bytes())
            .is_ok_and(|text| text.parse().is_ok_and(|read: f64| read.to_bits() == x.to_bits()));
        if reads_back {
            self.text = even;
        }
    }

    fn digit(&self, idx: usize) -> u8 {
        self.text.bytes[if idx == 0 { 0 } else { idx + 1 }]
    }

    fn append_digits(&self, out: &mut Vec<u8>, from: usize, to: usize) {
        let known = to.min(self.n_digits);
        if from < known {
            if from == 0 {
                out.push(self.digit(0));
            }
            let from = from.max(1);
            if from < known {
                out.extend_from_slice(&self.text.bytes[from + 1..=known]);
            }
        }
        out.resize(out.len() + to.saturating_sub(known.max(from)), b'0');
    }

    /// Appends `d.ddde±dd` with `n_after_point` digits after the point; `None` gives all there are.
    fn append_exponent(&self, out: &mut Vec<u8>, n_after_point: Option<usize>, letter: u8) {
        let n_after_point = n_after_point.unwrap_or(self.n_digits.saturating_sub(1));
        self.append_digits(out, 0, 1);
        if n_after_point > 0 {
            out.push(b'.');
            self.append_digits(out, 1, 1 + n_after_point);
        }
        out.push(letter);
        out.push(if self.exponent < 0 { b'-' } else { b'+' });
        append_padded_uint(out, u64::from(self.exponent.unsigned_abs()), 2);
    }

    /// Appends `ddd.ddd` with `n_after_point` digits after the point.
    fn append_plain(&self, out: &mut Vec<u8>, n_after_point: usize) {
        // `exponent` may be negative: then so many zeros precede the first digit.
        let n_before_point = usize::try_from(self.exponent + 1).unwrap_or(0);
        if n_before_point > 0 && self.n_digits > 0 {
            self.append_digits(out, 0, n_before_point);
        } else {
            out.push(b'0');
        }
        if n_after_point > 0 {
            out.push(b'.');
            let n_zeros = usize::try_from(-(self.exponent + 1)).unwrap_or(0).min(n_after_point);
            out.resize(out.len() + n_zeros, b'0');
            self.append_digits(out, n_before_point, n_before_point + n_after_point - n_zeros);
        }
    }
}

fn append_fixed(out: &mut Vec<u8>, x: f64, precision: Option<usize>) {
    let Some(precision) = precision else {
        let decimal = Decimal::of(x, None);
        let n_digits = i32::try_from(decimal.n_digits).unwrap_or(i32::MAX);
        let n_after_point = usize::try_from(n_digits - 1 - decimal.exponent).unwrap_or(0);
        return decimal.append_plain(out, if decimal.n_digits == 0 { 0 } else { n_after_point });
    };
    let n_after_point = precision.min(MAX_FLOAT_DIGITS);
    let text = StackText::<FLOAT_BUFFER>::of(format_args!("{x:.n_after_point$}"));
    out.extend_from_slice(text.as_bytes());
    out.resize(out.len() + (precision - n_after_point), b'0');
}

fn append_general(out: &mut Vec<u8>, x: f64, format: u8, precision: Option<usize>) {
    let decimal = Decimal::of(x, precision.map(|p| p.max(1)));
    let n_digits = decimal.n_digits;
    if n_digits == 0 {
        out.push(b'0');
        return;
    }
    let exponent = decimal.exponent;
    let first_with_exponent = match precision {
        // Go's `%v` goes over to exponents where C's `%g` of six digits does.
        None => 6,
        Some(precision) => {
            let precision = i32::try_from(precision.max(1)).unwrap_or(i32::MAX);
            let n_digits = i32::try_from(n_digits).unwrap_or(i32::MAX);
            if precision > n_digits && n_digits > exponent { n_digits } else { precision }
        }
    };
    if exponent < -4 || exponent >= first_with_exponent {
        // `e` comes two letters before `g`, in either case.
        decimal.append_exponent(out, Some(n_digits - 1), format - 2);
    } else {
        let n_digits = i32::try_from(n_digits).unwrap_or(i32::MAX);
        decimal.append_plain(out, usize::try_from(n_digits - 1 - exponent).unwrap_or(0));
    }
}

/// Splits a finite float that is not negative into its mantissa and the exponent of the mantissa's unit.
fn mantissa_and_exponent(x: f64) -> (u64, i32) {
    let bits = x.to_bits();
    let fraction = bits & ((1 << 52) - 1);
    match i32::try_from(bits >> 52 & 0x7ff).unwrap_or(0) {
        0 => (fraction, -1074),
        exponent => (fraction | 1 << 52, exponent - 1075),
    }
}

fn append_binary(out: &mut Vec<u8>, x: f64) {
    let (mantissa, exponent) = mantissa_and_exponent(x);
    append_uint(out, mantissa);
    out.push(b'p');
    out.push(if exponent < 0 { b'-' } else { b'+' });
    append_uint(out, u64::from(exponent.unsigned_abs()));
}

fn append_hexadecimal(out: &mut Vec<u8>, x: f64, format: u8, precision: Option<usize>) {
    let (mut mantissa, mut exponent) = mantissa_and_exponent(x);
    if mantissa == 0 {
        exponent = 0;
    } else {
        // The leading 1 goes to bit 60, fifteen digits of four bits below it.
        let shift = mantissa.leading_zeros() - 3;
        mantissa <<= shift;
        exponent += 60 - i32::try_from(shift).unwrap_or(0);
    }
    if let Some(precision) = precision.filter(|&precision| precision < 15) {
        let unit = 1_u64 << (60 - 4 * precision);
        let rest = mantissa & (unit - 1);
        mantissa -= rest;
        let half = unit / 2;
        if rest > half || (rest == half && mantissa & unit != 0) {
            mantissa += unit;
        }
        if mantissa & 1 << 61 != 0 {
            mantissa >>= 1;
            exponent += 1;
        }
    }
    let digits: &[u8; 16] = if format == b'X' { b"0123456789ABCDEF" } else { b"0123456789abcdef" };
    out.extend_from_slice(&[b'0', format, b'0' + u8::from(mantissa & 1 << 60 != 0)]);
    let mut fraction = mantissa << 4;
    let n_digits = match precision {
        Some(precision) => precision,
        None => (64 - fraction.trailing_zeros().min(64)).div_ceil(4) as usize,
    };
    if n_digits > 0 {
        out.push(b'.');
        for _ in 0..n_digits.min(16) {
            out.push(digits[(fraction >> 60) as usize]);
            fraction <<= 4;
        }
        out.resize(out.len() + n_digits.saturating_sub(16), b'0');
    }
    out.push(if format == b'X' { b'P' } else { b'p' });
    out.push(if exponent < 0 { b'-' } else { b'+' });
    append_padded_uint(out, u64::from(exponent.unsigned_abs()), 2);
}

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

fn append_padded_uint(out: &mut Vec<u8>, mut n: u64, min_digits: usize) {
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
