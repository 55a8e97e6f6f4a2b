//! Numbers as Go writes them.
//!
//! Source: `FormatFloat` of `strconv`, and the float encoder of `encoding/json`.

use std::fmt;
use std::io::Write as _;

/// The shortest decimal digits that give a float back, and where the point is.
struct Decimal {
    is_negative: bool,
    digits: [u8; 17],
    n_digits: usize,
    /// the exponent of the first digit: 1.5e3 has 3
    exponent: i32,
}

impl Decimal {
    fn of(x: f64) -> Self {
        let mut decimal = Self::read(format_args!("{x:e}"));
        decimal.round_half_to_even(x, |text| text.parse() == Ok(x));
        decimal
    }

    /// Gives the digits that tell a float from other floats of 32 bits.
    fn of_single(x: f32) -> Self {
        let mut decimal = Self::read(format_args!("{x:e}"));
        decimal.round_half_to_even(x.into(), |text| text.parse() == Ok(x));
        decimal
    }

    /// Reads a float as Rust writes it, `-1.5e-7`.
    fn read(text: fmt::Arguments<'_>) -> Self {
        // Seventeen digits, a sign, a point and an exponent at most.
        let mut buffer = [0_u8; 32];
        let mut rest = &mut buffer[..];
        rest.write_fmt(text).expect("32 bytes hold any finite float");
        let n_free = rest.len();
        let text = &buffer[..32 - n_free];
        let mut decimal = Self { is_negative: false, digits: [b'0'; 17], n_digits: 0, exponent: 0 };
        let mut is_exponent_negative = false;
        let mut is_exponent = false;
        for &byte in text {
            match byte {
                b'-' if is_exponent => is_exponent_negative = true,
                b'-' => decimal.is_negative = true,
                b'e' => is_exponent = true,
                b'0'..=b'9' if is_exponent => {
                    decimal.exponent = decimal.exponent * 10 + i32::from(byte - b'0');
                }
                b'0'..=b'9' => {
                    decimal.digits[decimal.n_digits] = byte;
                    decimal.n_digits += 1;
                }
                _ => {}
            }
        }
        if is_exponent_negative {
            decimal.exponent = -decimal.exponent;
        }
        decimal
    }

    /// Takes the even one of two shortest decimals where `x` is just between them: Go does, Rust takes the larger one.
    ///
    /// `is_same` tells whether a text reads back as `x`.
    fn round_half_to_even(&mut self, x: f64, is_same: impl FnOnce(&str) -> bool) {
        /// 5²⁵ has eighteen digits, one more than a shortest decimal can have.
        const MAX_POINT: u32 = 25;
        let last = self.digits[self.n_digits - 1];
        if last.is_multiple_of(2) {
            return;
        }
        // x is an odd integer over a power of two, so its decimal is that integer times as many fives, which is exact.
        let bits = x.to_bits();
        let fraction = bits & ((1 << 52) - 1);
        let biased = u32::try_from(bits >> 52 & 0x7ff).unwrap_or(0);
        let mantissa = if biased == 0 { fraction } else { fraction | 1 << 52 };
        let n_zeros = mantissa.trailing_zeros();
        let point = (1075 - i64::from(biased.max(1))) - i64::from(n_zeros);
        let Ok(point @ 1..=MAX_POINT) = u32::try_from(point) else { return };
        let exact = u128::from(mantissa >> n_zeros) * 5_u128.pow(point);
        if exact.ilog10() as usize != self.n_digits {
            return;
        }
        let rounded_up = std::mem::replace(&mut self.digits[self.n_digits - 1], last - 1);
        // Below a power of two, floats are closer, and the smaller decimal may be nearer to another one.
        let mut text = Vec::with_capacity(24);
        self.scientific(&mut text, false);
        if !std::str::from_utf8(&text).is_ok_and(is_same) {
            self.digits[self.n_digits - 1] = rounded_up;
        }
    }

    fn digits(&self) -> &[u8] {
        &self.digits[..self.n_digits]
    }

    /// Writes `-1.5e-07`: at least two digits of exponent if `is_wide`.
    fn scientific(&self, out: &mut Vec<u8>, is_wide: bool) {
        if self.is_negative {
            out.push(b'-');
        }
        let (first, rest) = self.digits().split_at(1);
        out.extend_from_slice(first);
        if !rest.is_empty() {
            out.push(b'.');
            out.extend_from_slice(rest);
        }
        out.extend_from_slice(if self.exponent < 0 { b"e-" } else { b"e+" });
        let exponent = self.exponent.unsigned_abs();
        if is_wide && exponent < 10 {
            out.push(b'0');
        }
        uint(out, u64::from(exponent));
    }

    /// Writes `-0.0015`.
    fn positional(&self, out: &mut Vec<u8>) {
        if self.is_negative {
            out.push(b'-');
        }
        let digits = self.digits();
        let Ok(n_whole) = usize::try_from(self.exponent + 1) else {
            out.extend_from_slice(b"0.");
            zeros(out, (self.exponent + 1).unsigned_abs() as usize);
            out.extend_from_slice(digits);
            return;
        };
        if n_whole == 0 {
            out.extend_from_slice(b"0.");
            out.extend_from_slice(digits);
        } else if n_whole >= digits.len() {
            out.extend_from_slice(digits);
            zeros(out, n_whole - digits.len());
        } else {
            out.extend_from_slice(&digits[..n_whole]);
            out.push(b'.');
            out.extend_from_slice(&digits[n_whole..]);
        }
    }
}

fn zeros(out: &mut Vec<u8>, n: usize) {
    out.resize(out.len() + n, b'0');
}

/// Writes an integer.
pub(crate) fn int(out: &mut Vec<u8>, n: i64) {
    if n < 0 {
        out.push(b'-');
    }
    uint(out, n.unsigned_abs());
}

/// Writes an unsigned integer.
pub(crate) fn uint(out: &mut Vec<u8>, mut n: u64) {
    let mut buffer = [0_u8; 20];
    let mut at = buffer.len();
    loop {
        at -= 1;
        buffer[at] = b'0' + u8::try_from(n % 10).expect("a digit");
        n /= 10;
        if n == 0 {
            break;
        }
    }
    out.extend_from_slice(&buffer[at..]);
}

/// Gives a float as an integer, if it is one that both write with the same digits.
fn as_small_int(x: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if x.abs() >= EXACT || x.fract() != 0.0 || (x == 0.0 && x.is_sign_negative()) {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "it is an integer, and small")]
    Some(x as i64)
}

/// Writes a float as Go's `%g` with the shortest digits does: `1e+06`, `0.0001`, `1e-05`, `+Inf`.
pub(crate) fn shortest(out: &mut Vec<u8>, x: f64) {
    if x.is_finite() {
        general(out, &Decimal::of(x));
    } else {
        out.extend_from_slice(not_finite(x));
    }
}

/// Writes a float as [`shortest`] does, with the digits of a 32-bit float.
pub(crate) fn shortest_single(out: &mut Vec<u8>, x: f32) {
    if x.is_finite() {
        general(out, &Decimal::of_single(x));
    } else {
        out.extend_from_slice(not_finite(x.into()));
    }
}

fn not_finite(x: f64) -> &'static [u8] {
    match x {
        f64::INFINITY => b"+Inf",
        f64::NEG_INFINITY => b"-Inf",
        _ => b"NaN",
    }
}

fn general(out: &mut Vec<u8>, decimal: &Decimal) {
    if decimal.exponent < -4 || decimal.exponent >= 6 {
        decimal.scientific(out, true);
    } else {
        decimal.positional(out);
    }
}

/// Writes a finite float as `encoding/json` does: `1000000`, `1e+21`, `1e-7`.
pub(crate) fn json(out: &mut Vec<u8>, x: f64) {
    if let Some(n) = as_small_int(x) {
        return int(out, n);
    }
    let decimal = Decimal::of(x);
    if x == 0.0 || (1e-6..1e21).contains(&x.abs()) {
        decimal.positional(out);
    } else {
        decimal.scientific(out, false);
    }
}

/// Writes a finite float as goyaml v2 writes what it read from JSON: an integer if the JSON is one of 64 bits,
/// else as [`shortest`].
pub(crate) fn through_json(out: &mut Vec<u8>, x: f64) {
    if x == 0.0 {
        return out.push(b'0');
    }
    if let Some(n) = as_small_int(x) {
        return int(out, n);
    }
    let start = out.len();
    json(out, x);
    let is_integer = std::str::from_utf8(&out[start..])
        .is_ok_and(|text| text.parse::<i64>().is_ok() || text.parse::<u64>().is_ok());
    if !is_integer {
        out.truncate(start);
        shortest(out, x);
    }
}
