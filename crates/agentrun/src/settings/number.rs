//! Whole numbers of values: bounded, and read as Helm writes them.

use std::fmt;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// A whole number of at least `MIN` and at most `MAX`. `3.0` is one, as JSON Schema has it; `"3"` and `true` are not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Whole<const MIN: i64, const MAX: i64>(i64);

/// Any count that Kubernetes takes.
pub type Count = Whole<0, { i32::MAX as i64 }>;

/// How long a finished job may stay, in seconds. Kubernetes deletes at once at 0, controllers of agents keep for good:
/// `null` says the latter.
pub type JobTtl = Whole<30, 604_800>;

/// How long a job may run, in seconds.
pub type Deadline = Whole<1, 604_800>;

impl<const MIN: i64, const MAX: i64> Whole<MIN, MAX> {
    /// Gives the number, if it is within the bounds.
    pub fn new(number: i64) -> Option<Self> {
        (MIN..=MAX).contains(&number).then_some(Self(number))
    }

    /// Gives the number.
    pub fn get(self) -> i64 {
        self.0
    }
}

impl<'de, const MIN: i64, const MAX: i64> Deserialize<'de> for Whole<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader<const MIN: i64, const MAX: i64>;

impl<const MIN: i64, const MAX: i64> Visitor<'_> for Reader<MIN, MAX> {
    type Value = Whole<MIN, MAX>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a whole number from {MIN} to {MAX}")
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        Whole::new(number)
            .ok_or_else(|| E::custom(format_args!("{number} is not from {MIN} to {MAX}")))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        self.visit_i64(i64::try_from(number).unwrap_or(i64::MAX))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        if number.fract() != 0.0 {
            return Err(E::custom(format_args!("{number} is not a whole number")));
        }
        #[expect(clippy::cast_possible_truncation, reason = "what is cut off is out of all bounds")]
        self.visit_i64(number as i64)
    }
}
