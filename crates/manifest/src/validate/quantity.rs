//! Quantities: `500m`, `1.5Gi`, `1e3`.
//!
//! Source: `quantity.go` of `k8s.io/apimachinery/pkg/api/resource`.

/// What Kubernetes says of a text in the wrong form.
pub(crate) const FORMAT_ERROR: &str =
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
/// What Kubernetes says of a number without digits.
const NUMBER_ERROR: &str = "unable to parse numeric part of quantity";
/// What Kubernetes says of an unknown unit.
const SUFFIX_ERROR: &str = "unable to parse quantity's suffix";

/// An amount in units of 10⁻⁹, rounded away from zero; beyond 10²⁸ all are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quantity(i128);

/// How many parts a unit has.
const NANO: i128 = 1_000_000_000;

/// The largest amount.
const MAX: i128 = 10_i128.pow(37);

impl Quantity {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// Gives a whole number.
    pub(crate) fn whole(value: i64) -> Self {
        Self(i128::from(value) * NANO)
    }

    /// Rounds up to thousandths, as Kubernetes does with what containers ask for.
    pub(crate) fn in_milli(self) -> Self {
        let rest = self.0 % (NANO / 1000);
        match rest {
            0 => self,
            1.. => Self(self.0 - rest + NANO / 1000),
            _ => Self(self.0 - rest - NANO / 1000),
        }
    }

    /// Tells whether it is a multiple of another, both rounded up to whole numbers; nothing is one of none.
    pub(crate) fn is_multiple_of(self, other: Self) -> bool {
        let whole = |value: i128| (value + NANO - 1).div_euclid(NANO);
        let other = whole(other.0);
        other > 0 && whole(self.0) % other == 0
    }

    /// Adds; the sum ends at the largest amount.
    #[must_use]
    pub(crate) fn plus(self, other: Self) -> Self {
        Self((self.0 + other.0).clamp(-MAX, MAX))
    }

    /// Gives it in units of 10⁻⁹.
    pub(crate) fn in_nano(self) -> i128 {
        self.0
    }

    /// Divides it by another, both rounded to thousandths.
    #[expect(clippy::cast_precision_loss, reason = "Kubernetes computes with floats, too")]
    pub(crate) fn ratio_to(self, other: Self) -> f64 {
        self.in_milli().0 as f64 / other.in_milli().0 as f64
    }

    /// Tells whether it has no fraction.
    pub(crate) fn is_whole(self) -> bool {
        self.0 % NANO == 0
    }
}

/// Takes off the space around a quantity that an API server takes off.
///
/// It looks at the JSON text, in which a control character is no space but an escape.
pub(crate) fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() && !c.is_ascii_control())
}

/// Reads a quantity.
///
/// # Errors
///
/// Kubernetes' words.
pub fn parse(text: &str) -> Result<Quantity, &'static str> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_negative = text.starts_with('-');
    if text.is_empty() {
        return Err(FORMAT_ERROR);
    }
    let end = |text: &str| text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (whole, rest) = unsigned.split_at(end(unsigned));
    let (fraction, suffix) = match rest.strip_prefix('.') {
        Some(rest) => rest.split_at(end(rest)),
        None => ("", rest),
    };
    let letters = suffix.trim_start_matches(|c: char| "eEinumkKMGTP".contains(c));
    let digits = letters.strip_prefix(['+', '-']).unwrap_or(letters);
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(FORMAT_ERROR);
    }
    let (multiplier, exponent) = unit(suffix).ok_or(SUFFIX_ERROR)?;
    // Without a digit it is nothing, unless the unit is smaller than Kubernetes counts.
    if whole.is_empty() && fraction.is_empty() && exponent < -9 {
        return Err(NUMBER_ERROR);
    }
    let amount = amount(whole, fraction, multiplier, exponent + 9);
    Ok(Quantity(if is_negative { -amount } else { amount }))
}

/// Gives what a suffix multiplies with: a power of 1024, and an exponent of ten.
fn unit(suffix: &str) -> Option<(i128, i32)> {
    let decimal = |exponent| Some((1, exponent));
    let binary = |power: u32| Some((1024_i128.pow(power), 0));
    match suffix {
        "" => decimal(0),
        "n" => decimal(-9),
        "u" => decimal(-6),
        "m" => decimal(-3),
        "k" => decimal(3),
        "M" => decimal(6),
        "G" => decimal(9),
        "T" => decimal(12),
        "P" => decimal(15),
        "E" => decimal(18),
        "Ki" => binary(1),
        "Mi" => binary(2),
        "Gi" => binary(3),
        "Ti" => binary(4),
        "Pi" => binary(5),
        "Ei" => binary(6),
        _ => {
            let exponent = suffix.strip_prefix(['e', 'E'])?;
            // OK because an exponent of more digits is larger than any amount is.
            decimal(exponent.parse::<i64>().ok()?.clamp(-1_000, 1_000).try_into().ok()?)
        }
    }
}

/// Computes digits times a multiplier times a power of ten, rounded up.
fn amount(whole: &str, fraction: &str, multiplier: i128, exponent: i32) -> i128 {
    let mut amount: i128 = 0;
    let mut left = exponent;
    let mut is_rounded = false;
    let digits = whole.bytes().map(|digit| (digit, false));
    for (digit, is_fraction) in digits.chain(fraction.bytes().map(|digit| (digit, true))) {
        if is_fraction {
            left -= 1;
        }
        if amount > MAX / 10 {
            if is_fraction {
                left += 1;
                is_rounded |= digit != b'0';
                continue;
            }
            return MAX;
        }
        amount = amount * 10 + i128::from(digit - b'0');
    }
    amount = match amount.checked_mul(multiplier) {
        Some(amount) if amount <= MAX => amount,
        _ => return MAX,
    };
    while left > 0 && amount > 0 {
        if amount > MAX / 10 {
            return MAX;
        }
        amount *= 10;
        left -= 1;
    }
    while left < 0 && amount > 0 {
        is_rounded |= amount % 10 != 0;
        amount /= 10;
        left += 1;
    }
    amount + i128::from(is_rounded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_compare_across_units() {
        let quantity = |text| parse(text).unwrap();
        assert_eq!(quantity("1Gi"), quantity("1073741824"));
        assert_eq!(quantity("0.5"), quantity("500m"));
        assert_eq!(quantity("1e3"), quantity("1k"));
        assert_eq!(quantity("+.5"), quantity("5e-1"));
        assert_eq!(quantity("1.0000000001"), quantity("1.000000001"));
        assert!(quantity("-1") < Quantity::ZERO);
        assert!(quantity("1E") > quantity("1P"));
        assert_eq!(quantity("1e999"), quantity("99999999999999999999999999999999999999999"));
        assert_eq!(quantity("0e999"), Quantity::ZERO);
        assert_eq!(quantity("1e-999"), Quantity(1));
        for nothing in [".", "+", "-.", "Gi", "m", "e9", "e-9"] {
            assert_eq!(quantity(nothing), Quantity::ZERO, "{nothing}");
        }
        assert!(quantity("2").is_whole() && !quantity("2m").is_whole());
    }

    #[test]
    fn other_texts_are_refused() {
        assert_eq!(parse(""), Err(FORMAT_ERROR));
        assert_eq!(parse("1.5.2"), Err(FORMAT_ERROR));
        assert_eq!(parse("lots"), Err(FORMAT_ERROR));
        assert_eq!(parse("10GB"), Err(FORMAT_ERROR));
        assert_eq!(parse("1ee"), Err(SUFFIX_ERROR));
        assert_eq!(parse("1e"), Err(SUFFIX_ERROR));
        assert_eq!(parse("e-10"), Err(NUMBER_ERROR));
        assert_eq!(parse("1 Gi"), Err(FORMAT_ERROR));
    }
}
