//! Numbers of schemas and values: exact decimals, and how messages show them.
//!
//! Values are compared by the decimal text Go would print for them, so 0.1 is a tenth here.

use std::cmp::Ordering;
use std::fmt;

use pintle_yaml::Value;
use pintle_yaml::json::shortest_float;

/// The largest power of ten that is told from any other.
const MAX_EXPONENT: i64 = 1 << 40;

/// Below this, a float that is an integer has all its digits.
const EXACT: f64 = 1e15;

/// A decimal number: an integer of these digits, times ten to the exponent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Decimal {
    is_negative: bool,
    /// without zeros at either end; empty for zero
    digits: Vec<u8>,
    exponent: i64,
}

impl Decimal {
    /// Reads a number as JSON and Go write it: `-1.5e+06`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (is_negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            // An exponent beyond 64 bits is cut off at the same limit.
            Some((mantissa, exponent)) => {
                let limit = if exponent.starts_with('-') { -MAX_EXPONENT } else { MAX_EXPONENT };
                (mantissa, exponent.parse().unwrap_or(limit))
            }
            None => (unsigned, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let mut digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
        if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let mut exponent =
            exponent.clamp(-MAX_EXPONENT, MAX_EXPONENT) - i64::try_from(fraction.len()).ok()?;
        while digits.last() == Some(&b'0') {
            digits.pop();
            exponent += 1;
        }
        let zeros = digits.iter().take_while(|&&digit| digit == b'0').count();
        digits.drain(..zeros);
        if digits.is_empty() {
            return Some(Self { is_negative: false, digits, exponent: 0 });
        }
        Some(Self { is_negative, digits, exponent })
    }

    fn of_integer(n: i64) -> Self {
        let mut rest = n.unsigned_abs();
        let mut exponent = 0;
        while rest != 0 && rest.is_multiple_of(10) {
            rest /= 10;
            exponent += 1;
        }
        let digits = if rest == 0 { Vec::new() } else { rest.to_string().into_bytes() };
        Self { is_negative: n < 0, digits, exponent }
    }

    /// Gives the number a value is.
    pub(super) fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Int(n) => Some(Self::of_integer(*n)),
            #[expect(clippy::cast_possible_truncation, reason = "such a float is an integer")]
            Value::Float(x) if x.fract() == 0.0 && x.abs() < EXACT => {
                Some(Self::of_integer(*x as i64))
            }
            Value::Float(x) => Self::parse(&shortest_float(*x)),
            _ => None,
        }
    }

    pub(super) fn is_integer(&self) -> bool {
        self.exponent >= 0
    }

    /// Gives the integer this is, the nearest limit of its type if it is larger.
    pub(super) fn to_integer(&self) -> Option<i64> {
        if !self.is_integer() {
            return None;
        }
        let limit = if self.is_negative { i64::MIN } else { i64::MAX };
        let zeros = usize::try_from(self.exponent).unwrap_or(usize::MAX);
        if self.digits.len().saturating_add(zeros) > 19 {
            return Some(if self.digits.is_empty() { 0 } else { limit });
        }
        let text = format!("{}{}", self.text(), "0".repeat(zeros));
        let amount = text.parse().unwrap_or(i64::MAX);
        Some(if text.is_empty() {
            0
        } else if self.is_negative {
            -amount
        } else {
            amount
        })
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.digits).unwrap_or_default()
    }

    /// Gives the nearest float.
    fn to_float(&self) -> f64 {
        let sign = if self.is_negative { "-" } else { "" };
        format!(
            "{sign}{}e{}",
            if self.digits.is_empty() { "0" } else { self.text() },
            self.exponent
        )
        .parse()
        .unwrap_or_default()
    }

    /// Tells whether this is a multiple of `divisor`, which is not zero.
    pub(super) fn is_multiple_of(&self, divisor: &Self) -> bool {
        if self.digits.is_empty() {
            return true;
        }
        let small = |number: &Self| number.text().parse::<u64>().ok().map(u128::from);
        let (Some(amount), Some(unit)) = (small(self), small(divisor)) else {
            // Beyond 19 digits floats must do.
            let quotient = self.to_float() / divisor.to_float();
            return quotient.fract() == 0.0;
        };
        if unit == 0 {
            return false;
        }
        let shift = self.exponent - divisor.exponent;
        if shift >= 0 {
            // (amount * 10^shift) mod unit, by squaring.
            let (mut rest, mut base, mut power) = (amount % unit, 10 % unit, shift);
            while power > 0 {
                if power & 1 == 1 {
                    rest = rest * base % unit;
                }
                base = base * base % unit;
                power >>= 1;
            }
            return rest == 0;
        }
        // No amount has so many zeros that a larger unit could fit.
        u32::try_from(-shift)
            .ok()
            .and_then(|shift| 10_u128.checked_pow(shift)?.checked_mul(unit))
            .is_some_and(|unit| amount % unit == 0)
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let sign = |number: &Self| match (number.digits.is_empty(), number.is_negative) {
            (true, _) => 0,
            (false, false) => 1,
            (false, true) => -1,
        };
        let size = |number: &Self| {
            number.exponent + i64::try_from(number.digits.len()).unwrap_or(i64::MAX >> 1)
        };
        sign(self).cmp(&sign(other)).then_with(|| {
            let sizes = size(self).cmp(&size(other)).then_with(|| self.digits.cmp(&other.digits));
            if self.is_negative { sizes.reverse() } else { sizes }
        })
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Decimal {
    /// Shows the number as a float in English: `1,234.5`, `1.5×10⁰⁶`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = shortest_float(self.to_float());
        let Some((digits, exponent)) = text.split_once('e') else {
            return f.write_str(&grouped(&text));
        };
        write!(f, "{digits}×10")?;
        for c in exponent.chars() {
            let superscript = match c {
                '-' => '⁻',
                '1' => '¹',
                '2' => '²',
                '3' => '³',
                '0' => '⁰',
                '4'..='9' => {
                    char::from_u32(u32::from('⁴') + u32::from(c) - u32::from('4')).unwrap_or(c)
                }
                _ => continue,
            };
            write!(f, "{superscript}")?;
        }
        Ok(())
    }
}

/// A count as messages show it: with a comma every three digits.
pub(super) fn count(n: i64) -> String {
    grouped(&n.to_string())
}

fn grouped(text: &str) -> String {
    let start = usize::from(text.starts_with('-'));
    let end = text.find('.').unwrap_or(text.len());
    let mut out = text[..start].to_owned();
    for (n, c) in text[start..end].char_indices() {
        if n > 0 && (end - start - n).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out.push_str(&text[end..]);
    out
}

#[cfg(test)]
mod tests {
    use super::{Decimal, count};

    fn decimal(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    #[test]
    fn numbers_are_shown_as_in_english() {
        let shown = |text| decimal(text).to_string();
        assert_eq!(shown("-1000.25"), "-1,000.25");
        assert_eq!(shown("1e6"), "1×10⁰⁶");
        assert_eq!(shown("1234567.891"), "1.234567891×10⁰⁶");
        assert_eq!(shown("0.00000015"), "1.5×10⁻⁰⁷");
        assert_eq!(shown("-0.0"), "0");
        assert_eq!(count(-1_234_567), "-1,234,567");
        assert_eq!(count(999), "999");
    }

    #[test]
    fn numbers_compare_and_divide_exactly() {
        assert!(decimal("0.1") < decimal("0.11"));
        assert!(decimal("-2") < decimal("-1.5"));
        assert!(decimal("9") < decimal("10"));
        assert_eq!(decimal("1.50e1"), decimal("15"));
        assert!(decimal("0.07").is_multiple_of(&decimal("0.01")));
        assert!(!decimal("0.075").is_multiple_of(&decimal("0.01")));
        assert!(!decimal("1e300").is_multiple_of(&decimal("3e299")));
        assert!(decimal("3e300").is_multiple_of(&decimal("0.3")));
        assert_eq!(decimal("12e2").to_integer(), Some(1200));
        assert_eq!(decimal("1.5").to_integer(), None);
        assert_eq!(decimal("-1e99").to_integer(), Some(i64::MIN));
        assert_eq!(decimal("0").to_integer(), Some(0));
    }
}
