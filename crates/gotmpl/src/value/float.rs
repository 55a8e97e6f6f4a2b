//! Floats as text, as Go's `strconv` writes them.
//!
//! Source: Go's `strconv/ftoa.go`.

use std::io::Write as _;

use super::number::{append_padded_uint, append_uint};
use super::quote::into_text;

/// More digits than any float has: the smallest one ends 1,074 places after the point, the greatest has
/// 309 before it. What is asked for beyond is zeros.
const MAX_FLOAT_DIGITS: usize = 1_100;

/// Room for a float with all its digits, its sign, point and exponent.
const ALL_DIGITS: usize = 309 + MAX_FLOAT_DIGITS + 16;

/// Room for the fewest digits that read back the same, at most 17, with point and exponent.
const FEWEST_DIGITS: usize = 32;

/// The first whole number that `%v` shows with an exponent.
const FIRST_WITH_EXPONENT: f64 = 1e6;

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
        b'e' | b'E' => append_exponential(out, x, format, precision),
        b'g' | b'G' => append_general(out, x, format, precision),
        _ => out.extend_from_slice(&[b'%', format]),
    }
}

/// The significant digits of a float that is not negative, and where its point is.
struct Decimal<const N: usize> {
    /// `d.ddd…e±x` as Rust writes it, cut after the digits
    text: StackText<N>,
    /// how many digits there are without zeros at the end; 0 for zero
    n_digits: usize,
    /// the exponent of the first digit
    exponent: i32,
}

impl Decimal<FEWEST_DIGITS> {
    /// Gives the fewest digits that read back the same.
    fn fewest(x: f64) -> Self {
        let mut decimal = Self::of(StackText::of(format_args!("{x:e}")));
        decimal.prefer_even(x);
        decimal
    }
}

impl Decimal<ALL_DIGITS> {
    /// Gives `n_digits` digits, correctly rounded.
    fn rounded(x: f64, n_digits: usize) -> Self {
        let n_after_point = n_digits.saturating_sub(1).min(MAX_FLOAT_DIGITS);
        Self::of(StackText::of(format_args!("{x:.n_after_point$e}")))
    }
}

impl<const N: usize> Decimal<N> {
    fn of(text: StackText<N>) -> Self {
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
        let mut even = StackText::<ALL_DIGITS>::of(format_args!("{x:.MAX_FLOAT_DIGITS$e}"));
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
            let n_bytes = even.len.min(N);
            self.text.bytes[..n_bytes].copy_from_slice(&even.bytes[..n_bytes]);
            self.text.len = n_bytes;
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

    /// Appends `d.ddde±dd` with `n_after_point` digits after the point.
    fn append_exponent(&self, out: &mut Vec<u8>, n_after_point: usize, letter: u8) {
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
        let decimal = Decimal::fewest(x);
        let n_after_point =
            usize::try_from(as_i32(decimal.n_digits) - 1 - decimal.exponent).unwrap_or(0);
        return decimal.append_plain(out, if decimal.n_digits == 0 { 0 } else { n_after_point });
    };
    let n_after_point = precision.min(MAX_FLOAT_DIGITS);
    let text = StackText::<ALL_DIGITS>::of(format_args!("{x:.n_after_point$}"));
    out.extend_from_slice(text.as_bytes());
    out.resize(out.len() + (precision - n_after_point), b'0');
}

fn append_exponential(out: &mut Vec<u8>, x: f64, format: u8, precision: Option<usize>) {
    match precision {
        None => {
            let decimal = Decimal::fewest(x);
            decimal.append_exponent(out, decimal.n_digits.saturating_sub(1), format);
        }
        Some(n) => Decimal::rounded(x, n + 1).append_exponent(out, n, format),
    }
}

fn append_general(out: &mut Vec<u8>, x: f64, format: u8, precision: Option<usize>) {
    match precision.map(|precision| precision.max(1)) {
        None if x < FIRST_WITH_EXPONENT && x.fract() == 0.0 => {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a whole number from 0 to a million"
            )]
            append_uint(out, x as u64);
        }
        // Go's `%v` goes over to exponents where C's `%g` of six digits does.
        None => append_either(out, &Decimal::fewest(x), format, 6),
        Some(precision) => {
            let decimal = Decimal::rounded(x, precision);
            let n_digits = decimal.n_digits;
            let has_all = precision > n_digits && as_i32(n_digits) > decimal.exponent;
            let first_with_exponent = as_i32(if has_all { n_digits } else { precision });
            append_either(out, &decimal, format, first_with_exponent);
        }
    }
}

/// Appends the digits with or without an exponent, as the number's size asks for.
fn append_either<const N: usize>(
    out: &mut Vec<u8>,
    decimal: &Decimal<N>,
    format: u8,
    first_with_exponent: i32,
) {
    let n_digits = decimal.n_digits;
    if n_digits == 0 {
        out.push(b'0');
    } else if decimal.exponent < -4 || decimal.exponent >= first_with_exponent {
        // `e` comes two letters before `g`, in either case.
        decimal.append_exponent(out, n_digits - 1, format - 2);
    } else {
        let n_after_point = as_i32(n_digits) - 1 - decimal.exponent;
        decimal.append_plain(out, usize::try_from(n_after_point).unwrap_or(0));
    }
}

fn as_i32(n: usize) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
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
