//! Dates and durations: `now`, `date`, `duration` and Helm's duration helpers.
//!
//! The clock and the local time zone are the world's. A number that came from YAML is a float, which Sprig takes for no date
//! at all: the functions then show the present.
//!
//! Source: `date.go` in Sprig, the duration helpers in Helm's `pkg/engine/funcs.go`.

#![expect(clippy::unnecessary_wraps, reason = "every body has the type `Native`")]

mod duration;
mod layout;
mod methods;
#[cfg(test)]
mod tests;
mod time;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use pintle_gotmpl::value::{number, print};
use pintle_gotmpl::{Env, FuncError, Function, IntType, Type, Value};

use self::duration::Duration;
use self::time::{Time, Zone};
use super::arguments::bytes;
use crate::render::world;
use crate::world::World;

const TIME: Type = Type::Named("time.Time");

/// Shows a moment by a layout of Go's, as a clock does that is `offset` seconds east of UTC. Where that is the clock of
/// `local`, it bears the local name.
///
/// ```
/// use jiff::{Timestamp, tz::TimeZone};
///
/// let moment = Timestamp::new(1_600_000_000, 500_000_000)?;
/// let layout = "2006-01-02 15:04:05.999999999 -0700 MST";
/// let show = |offset| pintle_engine::format_time(moment, offset, layout, &TimeZone::UTC);
/// assert_eq!(show(0), "2020-09-13 12:26:40.5 +0000 UTC");
/// assert_eq!(show(7200), "2020-09-13 14:26:40.5 +0200 +0200");
/// # Ok::<(), jiff::Error>(())
/// ```
pub fn format_time(moment: Timestamp, offset: i32, layout: &str, local: &TimeZone) -> String {
    let zone = match Zone::Local(local.clone()) {
        _ if offset == 0 => Zone::Utc,
        here if local.to_offset(moment).seconds() == offset => here,
        _ => Zone::fixed(b"", offset),
    };
    let time = Time::of(moment, zone);
    String::from_utf8_lossy(&time.format(layout.as_bytes())).into_owned()
}

/// The functions of this family.
pub(crate) const FUNCTIONS: &[Function] = &[
    Function::new("now", &[], |env, _| Ok(Time::now(world(env)?).into())),
    Function::new("ago", &[Type::Any], ago),
    Function::new("date", &[Type::String, Type::Any], |env, args| {
        show(env, bytes(args, 0), &args[1], b"Local")
    }),
    Function::new("dateInZone", DATE_IN_ZONE, date_in_zone),
    Function::new("date_in_zone", DATE_IN_ZONE, date_in_zone),
    Function::new("htmlDate", &[Type::Any], |env, args| show(env, HTML_LAYOUT, &args[0], b"Local")),
    Function::new("htmlDateInZone", &[Type::Any, Type::String], |env, args| {
        show(env, HTML_LAYOUT, &args[0], bytes(args, 1))
    }),
    Function::new("dateModify", &[Type::String, TIME], date_modify),
    Function::new("date_modify", &[Type::String, TIME], date_modify),
    Function::new("mustDateModify", &[Type::String, TIME], must_date_modify),
    Function::new("must_date_modify", &[Type::String, TIME], must_date_modify),
    Function::new("toDate", &[Type::String, Type::String], |env, args| {
        let world = world(env)?;
        let zero = || Time::zero().at_place(world.local_time_zone());
        Ok(parse(world, args).unwrap_or_else(|_| zero()).into())
    }),
    Function::new("mustToDate", &[Type::String, Type::String], |env, args| {
        Ok(parse(world(env)?, args)?.into())
    }),
    Function::new("unixEpoch", &[TIME], |_, args| {
        Ok(Value::string(time(&args[0])?.unix().to_string()))
    }),
    Function::new("duration", &[Type::Any], duration),
    Function::new("durationRound", &[Type::Any], duration_round),
    Function::new("mustToDuration", &[Type::Any], |_, args| Ok(as_duration(&args[0])?.into())),
    Function::new("durationDays", &[Type::Any], |_, args| Ok((hours(args) / 24.0).into())),
    Function::new("durationHours", &[Type::Any], |_, args| Ok(hours(args).into())),
    Function::new("durationMicroseconds", &[Type::Any], |_, args| whole(args, 1_000)),
    Function::new("durationMilliseconds", &[Type::Any], |_, args| whole(args, 1_000_000)),
    Function::new("durationMinutes", &[Type::Any], |_, args| {
        Ok(as_duration(&args[0]).map_or(0.0, Duration::minutes).into())
    }),
    Function::new("durationNanoseconds", &[Type::Any], |_, args| whole(args, 1)),
    Function::new("durationSeconds", &[Type::Any], |_, args| {
        Ok(as_duration(&args[0]).map_or(0.0, Duration::seconds).into())
    }),
    Function::new("durationWeeks", &[Type::Any], |_, args| Ok((hours(args) / 24.0 / 7.0).into())),
    Function::new("durationRoundTo", &[Type::Any, Type::Any], |_, args| {
        by_unit(args, Duration::round)
    }),
    Function::new("durationTruncateTo", &[Type::Any, Type::Any], |_, args| {
        by_unit(args, Duration::truncate)
    }),
];

const DATE_IN_ZONE: &[Type] = &[Type::String, Type::Any, Type::String];

const HTML_LAYOUT: &[u8] = b"2006-01-02";

/// Gives a `time.Time` argument.
fn time(value: &Value) -> Result<&Time, FuncError> {
    value.as_object().ok_or_else(|| {
        let given = print::type_name(value);
        FuncError::new(format!("wrong type for value; expected time.Time; got {given}"))
    })
}

/// Gives the seconds since 1970 that an integer stands for, of the types Sprig knows.
fn seconds(value: &Value) -> Option<i64> {
    match value {
        Value::Int(IntType::Int | IntType::Int32 | IntType::Int64, seconds) => Some(*seconds),
        _ => None,
    }
}

fn show(env: &Env<'_, '_>, layout: &[u8], date: &Value, zone: &[u8]) -> Result<Value, FuncError> {
    let world = world(env)?;
    let time = match (date.as_object::<Time>(), seconds(date)) {
        (Some(time), _) => time.clone(),
        (None, Some(seconds)) => Time::from_unix(seconds, Zone::Utc),
        (None, None) => Time::now(world),
    };
    let zone = Zone::load(zone, world.local_time_zone()).unwrap_or(Zone::Utc);
    Ok(Value::string(time.in_zone(zone).format(layout)))
}

fn date_in_zone(env: &mut Env<'_, '_>, args: &[Value]) -> Result<Value, FuncError> {
    show(env, bytes(args, 0), &args[1], bytes(args, 2))
}

fn ago(env: &mut Env<'_, '_>, args: &[Value]) -> Result<Value, FuncError> {
    let now = Time::now(world(env)?);
    let time = match (&args[0], args[0].as_object::<Time>()) {
        (_, Some(time)) => time.clone(),
        (Value::Int(IntType::Int | IntType::Int64, seconds), None) => {
            Time::from_unix(*seconds, Zone::Utc)
        }
        _ => now.clone(),
    };
    Ok(Value::string(now.since(&time).round(Duration::from_seconds(1)).to_string()))
}

fn date_modify(_: &mut Env<'_, '_>, args: &[Value]) -> Result<Value, FuncError> {
    let time = time(&args[1])?;
    Ok(match Duration::parse(bytes(args, 0)) {
        Ok(duration) => time.plus(duration).into(),
        Err(_) => args[1].clone(),
    })
}

fn must_date_modify(_: &mut Env<'_, '_>, args: &[Value]) -> Result<Value, FuncError> {
    Ok(time(&args[1])?.plus(Duration::parse(bytes(args, 0))?).into())
}

fn parse(world: &dyn World, args: &[Value]) -> Result<Time, String> {
    let local = Zone::Local(world.local_time_zone());
    let time = layout::parse(bytes(args, 0), bytes(args, 1), &local)?;
    Ok(time.at_place(world.local_time_zone()))
}

fn duration(_: &mut Env<'_, '_>, args: &[Value]) -> Result<Value, FuncError> {
    let seconds = match &args[0] {
        Value::String(text) => parse_seconds(text.as_bytes()),
        Value::Int(IntType::Int64, seconds) => *seconds,
        _ => 0,
    };
    Ok(Value::string(Duration::from_seconds(seconds).to_string()))
}

/// Reads an integer as Go's `ParseInt` whose error is not looked at: too large a number is the largest.
fn parse_seconds(text: &[u8]) -> i64 {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] | digits => (false, digits),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return 0;
    }
    digits.iter().fold(0_i64, |value, digit| {
        let digit = i64::from(digit - b'0');
        let value = value.saturating_mul(10);
        if negative { value.saturating_sub(digit) } else { value.saturating_add(digit) }
    })
}

const SECOND: u64 = 1_000_000_000;
const DAY: u64 = 86_400 * SECOND;

fn duration_round(env: &mut Env<'_, '_>, args: &[Value]) -> Result<Value, FuncError> {
    let duration = match &args[0] {
        Value::String(text) => Duration::parse(text.as_bytes()).unwrap_or(Duration::new(0)),
        Value::Int(IntType::Int64, nanoseconds) => Duration::new(*nanoseconds),
        value => match value.as_object::<Time>() {
            Some(time) => Time::now(world(env)?).since(time),
            None => Duration::new(0),
        },
    };
    let units = [
        (365 * DAY, "y"),
        (30 * DAY, "mo"),
        (DAY, "d"),
        (3_600 * SECOND, "h"),
        (60 * SECOND, "m"),
        (SECOND, "s"),
    ];
    let size = duration.nanoseconds().unsigned_abs();
    // More than one unit, not exactly one: `60s` is `60s`.
    let text = match units.iter().find(|(unit, _)| size > *unit) {
        Some((unit, name)) => format!("{}{name}", size / unit),
        None => "0s".to_owned(),
    };
    Ok(Value::string(text))
}

/// Gives what Helm takes for a duration: one already, text with units, or a number of seconds.
fn as_duration(value: &Value) -> Result<Duration, FuncError> {
    if let Some(duration) = value.as_object::<Duration>() {
        return Ok(*duration);
    }
    let underlying = match value {
        Value::Object(object) => object.underlying(),
        _ => None,
    };
    match underlying.as_ref().unwrap_or(value) {
        Value::Nil => Err("invalid duration".into()),
        // Go asks for `string` itself here: a named string type is none.
        Value::String(text) if underlying.is_none() => {
            let trimmed = text.to_str_lossy();
            let trimmed = trimmed.trim();
            if trimmed.is_empty() {
                return Err("empty duration".into());
            }
            if let Ok(duration) = Duration::parse(trimmed.as_bytes()) {
                return Ok(duration);
            }
            let Ok(seconds) = number::parse_float(trimmed) else {
                let quoted = number::quote(text.as_bytes());
                return Err(format!("could not parse duration {quoted}").into());
            };
            duration_from_float(seconds)
        }
        Value::Int(_, seconds) => seconds
            .checked_mul(1_000_000_000)
            .map(Duration::new)
            .ok_or_else(|| format!("duration seconds overflow: {seconds}").into()),
        Value::Uint(_, seconds) => i64::try_from(*seconds)
            .ok()
            .and_then(|seconds| seconds.checked_mul(1_000_000_000))
            .map(Duration::new)
            .ok_or_else(|| format!("duration seconds overflow: {seconds}").into()),
        Value::Float(seconds) => duration_from_float(*seconds),
        _ => Err(format!("unsupported duration type {}", print::type_name(value)).into()),
    }
}

fn duration_from_float(seconds: f64) -> Result<Duration, FuncError> {
    let shown = |number: f64| String::from_utf8_lossy(&print::display(&number.into())).into_owned();
    if !seconds.is_finite() {
        return Err(format!("invalid duration seconds: {}", shown(seconds)).into());
    }
    #[expect(clippy::cast_precision_loss, reason = "Go's bound is this rounded number")]
    let most = i64::MAX as f64;
    if seconds.abs() > most / 1e9 {
        return Err(format!("duration seconds overflow: {}", shown(seconds)).into());
    }
    let nanoseconds = seconds * 1e9;
    if nanoseconds.abs() > most {
        return Err(format!("duration nanoseconds overflow: {}", shown(nanoseconds)).into());
    }
    // One float lies between the largest integer and the bound; on amd64 Go makes it the smallest integer.
    if nanoseconds >= most {
        return Ok(Duration::new(i64::MIN));
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "it is in range, and Go drops the fraction"
    )]
    let nanoseconds = nanoseconds as i64;
    Ok(Duration::new(nanoseconds))
}

fn hours(args: &[Value]) -> f64 {
    as_duration(&args[0]).map_or(0.0, Duration::hours)
}

/// Gives a duration in whole units of nanoseconds, 0 if it is none.
fn whole(args: &[Value], unit: i64) -> Result<Value, FuncError> {
    Ok(Value::int64(as_duration(&args[0]).map_or(0, |duration| duration.nanoseconds() / unit)))
}

fn by_unit(args: &[Value], apply: fn(Duration, Duration) -> Duration) -> Result<Value, FuncError> {
    let Ok(duration) = as_duration(&args[0]) else { return Ok(Duration::new(0).into()) };
    Ok(match as_duration(&args[1]) {
        Ok(unit) => apply(duration, unit).into(),
        Err(_) => duration.into(),
    })
}

/// The names of the zones that TOML in Go gives to what has none, and how it shows them.
const TOML_ZONES: [(&str, &[u8]); 3] = [
    ("datetime-local", b"2006-01-02T15:04:05.999999999"),
    ("date-local", b"2006-01-02"),
    ("time-local", b"15:04:05.999999999"),
];

/// Reads a date, a time or both as TOML has them, letters in upper case and a `T` between.
pub(super) fn time_from_toml(text: &str, world: &dyn World) -> Option<Value> {
    const LAYOUTS: [(&[u8], Option<&str>); 7] = [
        (b"2006-01-02T15:04:05.999999999Z07:00", None),
        (b"2006-01-02T15:04:05.999999999", Some("datetime-local")),
        (b"2006-01-02", Some("date-local")),
        (b"15:04:05.999999999", Some("time-local")),
        (b"2006-01-02T15:04Z07:00", None),
        (b"2006-01-02T15:04", Some("datetime-local")),
        (b"15:04", Some("time-local")),
    ];
    LAYOUTS.iter().find_map(|(layout, zone)| {
        let local = world.local_time_zone();
        let zone = match zone {
            None => Zone::Local(local.clone()),
            Some(name) => Zone::fixed(name.as_bytes(), local.to_offset(world.now()).seconds()),
        };
        let time = layout::parse(layout, text.as_bytes(), &zone).ok()?;
        // Go lets a leading zero be missing, TOML does not.
        let separators = layout.iter().take_while(|byte| !matches!(byte, b'.' | b'Z'));
        let stand_in_place = separators
            .enumerate()
            .all(|(at, byte)| byte.is_ascii_digit() || text.as_bytes().get(at) == Some(byte));
        Some(stand_in_place.then(|| time.at_place(local).into()))
    })?
}

/// Writes a time as TOML does; `None` for what is no time.
pub(super) fn time_as_toml(value: &Value) -> Option<Vec<u8>> {
    let time = value.as_object::<Time>()?;
    let (name, _) = time.zone_name_and_offset();
    let toml_zone = TOML_ZONES.iter().find(|(zone, _)| zone.as_bytes() == &*name);
    Some(match toml_zone {
        Some((_, layout)) => time.in_zone(Zone::Utc).format(layout),
        None => time.format(b"2006-01-02T15:04:05.999999999Z07:00"),
    })
}
