//! Decimal numbers of any size: what `addf`, `subf`, `mulf` and `divf` compute with.
//!
//! Source: shopspring/decimal v1.4.0.

use num_bigint::{BigInt, Sign};
use pintle_gotmpl::FuncError;

/// How many digits after the point a quotient has.
const DIVISION_DIGITS: i64 = 16;

/// The most digits before or after the point: more than a product of floats that a template can write down would have.
const MAX_DIGITS: i64 = 1 << 16;

/// A whole number of units of a power of ten.
#[derive(Debug, Clone)]
pub(super) struct Decimal {
    units: BigInt,
    exponent: i64,
}

impl Decimal {
    /// Gives the shortest decimal that reads back as `x`.
    pub(super) fn of(x: f64) -> Result<Self, FuncError> {
        if !x.is_finite() {
            let name = if x.is_nan() { "NaN" } else { ["+Inf", "-Inf"][usize::from(x < 0.0)] };
            return Err(format!("Cannot create a Decimal from {name}").into());
        }
        // Rust writes the fewest digits that read back the same, as `-1.25e-7`.
        let text = format!("{x:e}");
        let (digits, exponent) = text.split_once('e').expect("the format has an exponent");
        let n_after_point = digits.split_once('.').map_or(0, |(_, fraction)| fraction.len());
        let digits: String = digits.chars().filter(|digit| *digit != '.').collect();
        let units = digits.parse().expect("these are digits");
        let exponent: i64 = exponent.parse().expect("a float has a small exponent");
        Ok(Self { units, exponent: exponent - i64::try_from(n_after_point).unwrap_or(0) })
    }

    /// Gives the nearest float.
    pub(super) fn to_float(&self) -> f64 {
        // Rust reads a decimal of any length to the nearest float; what is too large becomes an infinity, as in Go.
        format!("{}e{}", self.units, self.exponent).parse().expect("this is a number")
    }

    pub(super) fn add(&self, other: &Self) -> Result<Self, FuncError> {
        let exponent = self.exponent.min(other.exponent);
        let units = self.units_of(exponent)? + other.units_of(exponent)?;
        Ok(Self { units, exponent })
    }

    pub(super) fn sub(&self, other: &Self) -> Result<Self, FuncError> {
        let exponent = self.exponent.min(other.exponent);
        let units = self.units_of(exponent)? - other.units_of(exponent)?;
        Ok(Self { units, exponent })
    }

    pub(super) fn mul(&self, other: &Self) -> Result<Self, FuncError> {
        let exponent = self.exponent + other.exponent;
        power_of_ten(exponent.abs())?;
        Ok(Self { units: &self.units * &other.units, exponent })
    }

    /// Divides to [`DIVISION_DIGITS`] digits after the point; a half is rounded away from zero.
    pub(super) fn div(&self, other: &Self) -> Result<Self, FuncError> {
        if other.units.sign() == Sign::NoSign {
            return Err("decimal division by 0".into());
        }
        let shift = self.exponent - other.exponent + DIVISION_DIGITS;
        let scale = power_of_ten(shift.abs())?;
        let (dividend, divisor) = if shift < 0 {
            (self.units.clone(), &other.units * scale)
        } else {
            (&self.units * scale, other.units.clone())
        };
        let quotient = &dividend / &divisor;
        let rest = dividend - &quotient * &divisor;
        let is_half = (rest * 2_u32).magnitude() >= divisor.magnitude();
        let away: BigInt = match (is_half, self.units.sign() == other.units.sign()) {
            (false, _) => BigInt::ZERO,
            (true, true) => 1.into(),
            (true, false) => (-1).into(),
        };
        Ok(Self { units: quotient + away, exponent: -DIVISION_DIGITS })
    }

    /// Gives the number in units of a smaller or the same power of ten.
    fn units_of(&self, exponent: i64) -> Result<BigInt, FuncError> {
        Ok(&self.units * power_of_ten(self.exponent - exponent)?)
    }
}

fn power_of_ten(exponent: i64) -> Result<BigInt, FuncError> {
    let exponent = u32::try_from(exponent).ok().filter(|_| exponent <= MAX_DIGITS);
    let exponent = exponent.ok_or_else(|| {
        FuncError::new(format!("a decimal has more digits than the limit of {MAX_DIGITS}"))
    })?;
    Ok(BigInt::from(10).pow(exponent))
}
