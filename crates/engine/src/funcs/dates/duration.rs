//! Go's `time.Duration`: a count of nanoseconds, written as `1h2m3.5s`.
//!
//! Source: `Duration` in Go's `time/time.go`, `ParseDuration` in `time/format.go`.

use std::any::Any;
use std::borrow::Cow;
use std::rc::Rc;

use pintle_gotmpl::{FuncError, IntType, Kind, Object, Str, Type, Value};

use super::layout::quote;

/// The type as a parameter.
pub(super) const DURATION: Type = Type::NamedInt("time.Duration");

const MICROSECOND: u64 = 1_000;
const MILLISECOND: u64 = 1_000 * MICROSECOND;
const SECOND: u64 = 1_000 * MILLISECOND;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;

/// A length of time in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Duration(i64);

impl Duration {
    /// Makes a duration of nanoseconds.
    pub(super) const fn new(nanoseconds: i64) -> Self {
        Self(nanoseconds)
    }

    /// Makes a duration of seconds, which wraps around as Go's multiplication does.
    pub(super) const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.wrapping_mul(1_000_000_000))
    }

    /// Gives the nanoseconds.
    pub(super) const fn nanoseconds(self) -> i64 {
        self.0
    }

    /// Gives a value as a duration: one already, or an integer, as Go takes a constant for one.
    pub(super) fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Int(_, nanoseconds) => Some(Self(*nanoseconds)),
            _ => value.as_object().copied(),
        }
    }

    /// Reads a duration such as `-1.5h` or `2h45m`: Go's `ParseDuration`.
    ///
    /// # Errors
    ///
    /// Go's text, such as `time: invalid duration "x"`.
    pub(super) fn parse(text: &[u8]) -> Result<Self, String> {
        let invalid = || format!("time: invalid duration {}", quote(text));
        let (negative, mut rest) = match text {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] | rest => (false, rest),
        };
        if rest == b"0" {
            return Ok(Self(0));
        }
        if rest.is_empty() {
            return Err(invalid());
        }
        // A negative duration may be one nanosecond longer than a positive one.
        let most = 1_u64 << 63;
        let mut total = 0_u64;
        while !rest.is_empty() {
            let whole_len = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            let whole = rest[..whole_len]
                .iter()
                .try_fold(0_u64, |value, digit| {
                    value.checked_mul(10)?.checked_add(u64::from(digit - b'0'))
                })
                .filter(|whole| *whole <= most)
                .ok_or_else(invalid)?;
            rest = &rest[whole_len..];
            let (mut fraction, mut scale, mut fraction_len) = (0, 1.0, 0);
            if let Some(digits) = rest.strip_prefix(b".") {
                (fraction, scale, fraction_len) = leading_fraction(digits);
                rest = &digits[fraction_len..];
            }
            if whole_len == 0 && fraction_len == 0 {
                return Err(invalid());
            }
            let unit_len =
                rest.iter().take_while(|byte| **byte != b'.' && !byte.is_ascii_digit()).count();
            if unit_len == 0 {
                return Err(format!("time: missing unit in duration {}", quote(text)));
            }
            let (unit_text, after) = rest.split_at(unit_len);
            rest = after;
            let unit = match unit_text {
                b"ns" => 1,
                b"us" | b"\xC2\xB5s" | b"\xCE\xBCs" => MICROSECOND,
                b"ms" => MILLISECOND,
                b"s" => SECOND,
                b"m" => MINUTE,
                b"h" => HOUR,
                _ => {
                    let unit = quote(unit_text);
                    return Err(format!("time: unknown unit {unit} in duration {}", quote(text)));
                }
            };
            if whole > most / unit {
                return Err(invalid());
            }
            let mut value = whole * unit;
            if fraction > 0 {
                #[expect(
                    clippy::cast_precision_loss,
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "Go rounds here too, and the product is below one hour"
                )]
                let part = (fraction as f64 * (unit as f64 / scale)) as u64;
                value += part;
            }
            total = total.checked_add(value).filter(|total| *total <= most).ok_or_else(invalid)?;
        }
        if negative {
            return Ok(Self(0_i64.wrapping_sub_unsigned(total)));
        }
        i64::try_from(total).map(Self).map_err(|_| invalid())
    }

    /// Gives the nearest multiple of `unit`, halves away from zero: Go's `Round`.
    pub(super) fn round(self, unit: Self) -> Self {
        if unit.0 <= 0 {
            return self;
        }
        let remainder = self.0 % unit.0;
        let size = remainder.unsigned_abs();
        if size < unit.0.unsigned_abs() - size {
            return Self(self.0 - remainder);
        }
        let away = if self.0 < 0 { -unit.0 } else { unit.0 };
        let limit = if self.0 < 0 { i64::MIN } else { i64::MAX };
        Self((self.0 - remainder).checked_add(away).unwrap_or(limit))
    }

    /// Gives the multiple of `unit` nearer to zero: Go's `Truncate`.
    pub(super) fn truncate(self, unit: Self) -> Self {
        if unit.0 <= 0 { self } else { Self(self.0 - self.0 % unit.0) }
    }

    /// Gives the duration in a unit of nanoseconds: whole units plus the rest, as Go adds them.
    fn in_units(self, unit: u64) -> f64 {
        let unit = i64::try_from(unit).unwrap_or(1);
        #[expect(clippy::cast_precision_loss, reason = "Go converts the same way")]
        let sum = (self.0 / unit) as f64 + (self.0 % unit) as f64 / unit as f64;
        sum
    }

    /// Gives the duration in seconds.
    pub(super) fn seconds(self) -> f64 {
        self.in_units(SECOND)
    }

    /// Gives the duration in minutes.
    pub(super) fn minutes(self) -> f64 {
        self.in_units(MINUTE)
    }

    /// Gives the duration in hours.
    pub(super) fn hours(self) -> f64 {
        self.in_units(HOUR)
    }
}

/// Reads digits after a point: their value, ten to the power of their number, and their number. Digits that no longer fit
/// are skipped.
fn leading_fraction(text: &[u8]) -> (u64, f64, usize) {
    let len = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (mut value, mut scale) = (0_u64, 1.0);
    for digit in &text[..len] {
        if value > i64::MAX.unsigned_abs() / 10 {
            break;
        }
        let next = value * 10 + u64::from(digit - b'0');
        if next > 1 << 63 {
            break;
        }
        value = next;
        scale *= 10.0;
    }
    (value, scale, len)
}

impl std::fmt::Display for Duration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let size = self.0.unsigned_abs();
        if self.0 < 0 {
            f.write_str("-")?;
        }
        match size {
            0 => f.write_str("0s"),
            1..MICROSECOND => write!(f, "{size}ns"),
            MICROSECOND..MILLISECOND => write_decimal(f, size, MICROSECOND, "µs"),
            MILLISECOND..SECOND => write_decimal(f, size, MILLISECOND, "ms"),
            _ => {
                if size >= HOUR {
                    write!(f, "{}h", size / HOUR)?;
                }
                if size >= MINUTE {
                    write!(f, "{}m", size % HOUR / MINUTE)?;
                }
                write_decimal(f, size % MINUTE, SECOND, "s")
            }
        }
    }
}

fn write_decimal(
    f: &mut std::fmt::Formatter<'_>,
    size: u64,
    unit: u64,
    name: &str,
) -> std::fmt::Result {
    write!(f, "{}", size / unit)?;
    if !size.is_multiple_of(unit) {
        let width = unit.ilog10() as usize;
        let fraction = format!("{:0width$}", size % unit);
        write!(f, ".{}", fraction.trim_end_matches('0'))?;
    }
    f.write_str(name)
}

impl From<Duration> for Value {
    fn from(duration: Duration) -> Self {
        Self::Object(Rc::new(duration))
    }
}

impl Object for Duration {
    fn type_name(&self) -> Cow<'static, str> {
        "time.Duration".into()
    }

    fn kind(&self) -> Kind {
        Kind::Int(IntType::Int64)
    }

    fn call(&self, name: &str, args: &[Value]) -> Option<Result<Value, FuncError>> {
        let unit = || args.first().and_then(Self::of).unwrap_or(Self(0));
        Some(Ok(match name {
            "Abs" => Self(self.0.saturating_abs()).into(),
            "Hours" => self.hours().into(),
            "Microseconds" => Value::int64(self.0 / 1_000),
            "Milliseconds" => Value::int64(self.0 / 1_000_000),
            "Minutes" => self.minutes().into(),
            "Nanoseconds" => Value::int64(self.0),
            "Round" => self.round(unit()).into(),
            "Seconds" => self.seconds().into(),
            "String" => Value::string(self.to_string()),
            "Truncate" => self.truncate(unit()).into(),
            _ => return None,
        }))
    }

    fn signature(&self, method: &str) -> Option<(&'static [Type], bool)> {
        match method {
            "Abs" | "Hours" | "Microseconds" | "Milliseconds" | "Minutes" | "Nanoseconds"
            | "Seconds" | "String" => Some((&[], false)),
            "Round" | "Truncate" => Some((&[DURATION], false)),
            _ => None,
        }
    }

    fn display(&self) -> Option<Str> {
        Some(self.to_string().into())
    }

    fn underlying(&self) -> Option<Value> {
        Some(Value::int64(self.0))
    }

    fn to_json(&self) -> Option<Value> {
        self.underlying()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
