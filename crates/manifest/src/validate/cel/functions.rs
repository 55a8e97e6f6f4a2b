//! The functions of CEL's standard library, and those for strings, lists and sets that Kubernetes adds.
//!
//! Source: the language definition of CEL; `ext` of cel-go; `pkg/cel/library` of k8s.io/apiserver.

use std::cmp::Ordering;
use std::rc::Rc;

use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE, Engine as _};
use cel::common::ast::operators;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::eval;
use super::texts::{self, MAX_REPLACED};
use super::value::{Result, Stop, Value, contains, no_overload};
use crate::validate::at::quoted;
use crate::validate::custom::{formats, patterns};

/// Names of functions that are called without a value before them, though they have a dot.
const GLOBAL: &[&str] = &[
    "sets.contains",
    "sets.equivalent",
    "sets.intersects",
    "lists.range",
    "optional.of",
    "optional.ofNonZeroValue",
    "optional.none",
    "strings.quote",
];

/// Tells whether a dotted name is a function's.
pub(super) fn is_global(name: &str) -> bool {
    GLOBAL.contains(&name) || name.starts_with("format.")
}

/// Finds a type by its name.
pub(super) fn type_named(name: &str) -> Option<&'static str> {
    const NAMES: &[&str] = &[
        "bool",
        "bytes",
        "double",
        "dyn",
        "google.protobuf.Duration",
        "google.protobuf.Timestamp",
        "int",
        "list",
        "map",
        "null_type",
        "optional_type",
        "string",
        "type",
        "uint",
        "net.IP",
        "net.CIDR",
        "kubernetes.URL",
        "kubernetes.Quantity",
        "kubernetes.Semver",
    ];
    NAMES.iter().find(|known| **known == name).copied()
}

/// The functions there are, besides operators and those of `kubernetes`; for names that nobody declared.
pub(super) const NAMES: &[&str] = &[
    "size",
    "contains",
    "startsWith",
    "endsWith",
    "matches",
    "int",
    "uint",
    "double",
    "string",
    "bytes",
    "bool",
    "duration",
    "timestamp",
    "dyn",
    "type",
    "charAt",
    "indexOf",
    "lastIndexOf",
    "join",
    "lowerAscii",
    "upperAscii",
    "replace",
    "split",
    "substring",
    "trim",
    "format",
    "reverse",
    "isSorted",
    "sum",
    "min",
    "max",
    "slice",
    "flatten",
    "distinct",
    "sort",
    "first",
    "last",
    "getDate",
    "getDayOfMonth",
    "getDayOfWeek",
    "getDayOfYear",
    "getFullYear",
    "getHours",
    "getMilliseconds",
    "getMinutes",
    "getMonth",
    "getSeconds",
    "hasValue",
    "value",
    "or",
    "orValue",
    "optMap",
    "optFlatMap",
    "all",
    "exists",
    "exists_one",
    "existsOne",
    "transformList",
    "transformMap",
    "transformMapEntry",
    "sortBy",
    "map",
    "filter",
    "has",
];

/// Calls a function or an operator; nothing for one that is not known.
pub(super) fn call<'a>(
    name: &str,
    is_member: bool,
    arguments: &[Value<'a>],
) -> Result<Option<Value<'a>>> {
    if let [a, b] = arguments
        && !is_member
        && let Some(value) = eval::operator(name, a, b)?
    {
        return Ok(Some(value));
    }
    let value = match (name, arguments) {
        (operators::LOGICAL_NOT, [Value::Bool(value)]) => Value::Bool(!value),
        (operators::NEGATE, [Value::Int(value)]) => {
            Value::Int(value.checked_neg().ok_or_else(overflow)?)
        }
        (operators::NEGATE, [Value::Double(value)]) => Value::Double(-value),
        ("size", [value]) => {
            let size = value.size().ok_or_else(no_overload)?;
            Value::Int(i64::try_from(size).unwrap_or(i64::MAX))
        }
        ("type", [value]) => Value::Type(value.type_name()),
        ("dyn", [value]) => value.clone(),
        (
            "int" | "uint" | "double" | "string" | "bytes" | "bool" | "duration" | "timestamp",
            [value],
        ) if !is_member => {
            return convert(name, value).map(Some);
        }
        _ if name.starts_with("sets.")
            || name.starts_with("lists.")
            || name.starts_with("optional.")
            || name.starts_with("strings.") =>
        {
            return of_namespace(name, arguments);
        }
        (_, [Value::Text(text), rest @ ..]) if is_member => {
            return texts::of_text(name, text, rest);
        }
        (_, [Value::Optional(optional), rest @ ..]) if is_member => {
            return of_optional(name, optional.as_ref(), rest);
        }
        (_, [Value::Time(time), rest @ ..]) if is_member => return of_time(name, *time, rest),
        (_, [Value::Duration(duration)]) if is_member => of_duration(name, *duration)?,
        ("matches", [Value::Text(text), Value::Text(pattern)]) => {
            Value::Bool(regex(pattern)?.is_match(text))
        }
        (_, [list, rest @ ..]) if is_member => {
            let Some(items) = list.items()? else { return known_or_none(name) };
            return of_list(name, &items, rest);
        }
        _ => return known_or_none(name),
    };
    Ok(Some(value))
}

/// A known function with the wrong arguments is an error of CEL; another is not known.
pub(super) fn known_or_none<'a>(name: &str) -> Result<Option<Value<'a>>> {
    if NAMES.contains(&name) || name.contains('_') { Err(no_overload()) } else { Ok(None) }
}

fn overflow() -> Stop {
    Stop::Error("integer overflow".to_owned())
}

pub(super) fn error(words: impl Into<String>) -> Stop {
    Stop::Error(words.into())
}

pub(super) fn regex(pattern: &str) -> Result<regex::Regex> {
    patterns::compile(pattern)
        .map_err(|reason| Stop::Unknown(format!("the pattern {}: {reason}", quoted(pattern))))
}

fn check_divisor(name: &str, is_zero: bool) -> Result<()> {
    match name {
        operators::DIVIDE if is_zero => Err(error("division by zero")),
        operators::MODULO if is_zero => Err(error("modulus by zero")),
        _ => Ok(()),
    }
}

/// What an operator makes of two integers of one type; nothing beyond its bounds.
macro_rules! checked {
    ($name:expr, $a:expr, $b:expr) => {
        match $name {
            operators::ADD => $a.checked_add($b),
            operators::SUBSTRACT => $a.checked_sub($b),
            operators::MULTIPLY => $a.checked_mul($b),
            operators::DIVIDE => $a.checked_div($b),
            _ => $a.checked_rem($b),
        }
    };
}

/// Adds, subtracts, multiplies or divides.
pub(super) fn arithmetic<'a>(name: &str, a: &Value<'a>, b: &Value<'a>) -> Result<Value<'a>> {
    let seconds = |time: &Timestamp| time.as_nanosecond();
    let time = |nanoseconds: i128| {
        let made = Timestamp::from_nanosecond(nanoseconds);
        made.map(Value::Time).map_err(|_| error("timestamp overflow"))
    };
    Ok(match (a, b) {
        (Value::Int(a), Value::Int(b)) => {
            check_divisor(name, *b == 0)?;
            Value::Int(checked!(name, *a, *b).ok_or_else(overflow)?)
        }
        (Value::Uint(a), Value::Uint(b)) => {
            check_divisor(name, *b == 0)?;
            Value::Uint(checked!(name, *a, *b).ok_or_else(overflow)?)
        }
        (Value::Double(a), Value::Double(b)) => Value::Double(match name {
            operators::ADD => a + b,
            operators::SUBSTRACT => a - b,
            operators::MULTIPLY => a * b,
            operators::DIVIDE => a / b,
            _ => return Err(no_overload()),
        }),
        (Value::Text(a), Value::Text(b)) if name == operators::ADD => {
            Value::text(format!("{a}{b}"))
        }
        (Value::Bytes(a), Value::Bytes(b)) if name == operators::ADD => {
            Value::Bytes(a.iter().chain(b.iter()).copied().collect())
        }
        (Value::Duration(a), Value::Duration(b)) => {
            let made = match name {
                operators::ADD => a.checked_add(*b),
                operators::SUBSTRACT => a.checked_sub(*b),
                _ => return Err(no_overload()),
            };
            Value::Duration(made.ok_or_else(overflow)?)
        }
        (Value::Time(at), Value::Duration(by)) | (Value::Duration(by), Value::Time(at))
            if name == operators::ADD =>
        {
            time(seconds(at) + i128::from(*by))?
        }
        (Value::Time(at), Value::Duration(by)) if name == operators::SUBSTRACT => {
            time(seconds(at) - i128::from(*by))?
        }
        (Value::Time(a), Value::Time(b)) if name == operators::SUBSTRACT => {
            Value::Duration(i64::try_from(seconds(a) - seconds(b)).map_err(|_| overflow())?)
        }
        (a, b) if name == operators::ADD => {
            let (Some(first), Some(second)) = (a.items()?, b.items()?) else {
                return Err(no_overload());
            };
            if a.ignores_order() {
                return Err(Stop::Unknown("the sum of sets or of lists with keys".to_owned()));
            }
            Value::list(first.iter().chain(second.iter()).cloned().collect())
        }
        _ => return Err(no_overload()),
    })
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "ranges are checked where CEL checks them"
)]
fn convert<'a>(to: &str, value: &Value<'a>) -> Result<Value<'a>> {
    let failed = || error(format!("type conversion error from '{}' to '{to}'", value.type_name()));
    Ok(match (to, value) {
        ("int", Value::Int(_))
        | ("uint", Value::Uint(_))
        | ("double", Value::Double(_))
        | ("string", Value::Text(_))
        | ("bytes", Value::Bytes(_))
        | ("bool", Value::Bool(_))
        | ("duration", Value::Duration(_))
        | ("timestamp", Value::Time(_)) => value.clone(),
        ("int", Value::Uint(value)) => Value::Int(i64::try_from(*value).map_err(|_| overflow())?),
        ("int", Value::Double(value)) => {
            if !value.is_finite() || value.abs() >= 9.223_372_036_854_776e18 {
                return Err(overflow());
            }
            Value::Int(*value as i64)
        }
        ("int", Value::Text(text)) => Value::Int(text.parse().map_err(|_| failed())?),
        ("int", Value::Time(time)) => Value::Int(time.as_second()),
        ("int", Value::Duration(duration)) => Value::Int(*duration),
        ("uint", Value::Int(value)) => Value::Uint(u64::try_from(*value).map_err(|_| overflow())?),
        ("uint", Value::Double(value)) => {
            if !(0.0..1.844_674_407_370_955_2e19).contains(value) {
                return Err(overflow());
            }
            Value::Uint(*value as u64)
        }
        ("uint", Value::Text(text)) => Value::Uint(text.parse().map_err(|_| failed())?),
        ("double", Value::Int(value)) => Value::Double(*value as f64),
        ("double", Value::Uint(value)) => Value::Double(*value as f64),
        ("double", Value::Text(text)) => Value::Double(text.parse().map_err(|_| failed())?),
        ("bool", Value::Text(text)) => Value::Bool(match text.as_ref() {
            "1" | "t" | "T" | "true" | "TRUE" | "True" => true,
            "0" | "f" | "F" | "false" | "FALSE" | "False" => false,
            _ => return Err(failed()),
        }),
        ("bytes", Value::Text(text)) => Value::Bytes(text.as_bytes().into()),
        ("duration", Value::Text(text)) => {
            Value::Duration(formats::go_duration(text).ok_or_else(failed)?)
        }
        ("timestamp", Value::Text(text)) => Value::Time(text.parse().map_err(|_| failed())?),
        ("timestamp", Value::Int(seconds)) => {
            Value::Time(Timestamp::from_second(*seconds).map_err(|_| failed())?)
        }
        ("string", value) => Value::text(shown(value).ok_or_else(failed)?),
        _ => return Err(no_overload()),
    })
}

/// Writes a value as `string()` does.
pub(super) fn shown(value: &Value<'_>) -> Option<String> {
    Some(match value {
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Uint(value) => value.to_string(),
        Value::Double(value) => value.to_string(),
        Value::Text(text) => text.to_string(),
        Value::Bytes(bytes) => String::from_utf8(bytes.to_vec()).ok()?,
        Value::Duration(nanoseconds) => seconds(*nanoseconds),
        Value::Time(time) => time.to_string(),
        Value::Ip(ip) => ip.to_string(),
        Value::Cidr(cidr) => cidr.to_string(),
        _ => return None,
    })
}

/// Writes a time span in seconds: `1.5s`.
fn seconds(nanoseconds: i64) -> String {
    let sign = if nanoseconds < 0 { "-" } else { "" };
    let (whole, rest) =
        (nanoseconds.unsigned_abs() / 1_000_000_000, nanoseconds.unsigned_abs() % 1_000_000_000);
    if rest == 0 {
        return format!("{sign}{whole}s");
    }
    let fraction = format!("{rest:09}");
    format!("{sign}{whole}.{}s", fraction.trim_end_matches('0'))
}

/// Reads base64, of either alphabet.
pub(super) fn base64(text: &str) -> Result<Rc<[u8]>> {
    let decoded = BASE64_URL_SAFE.decode(text).or_else(|_| BASE64_STANDARD.decode(text));
    decoded.map(Rc::from).map_err(|_| error("Invalid byte formatted string"))
}

fn of_list<'a>(
    name: &str,
    items: &Rc<Vec<Value<'a>>>,
    rest: &[Value<'a>],
) -> Result<Option<Value<'a>>> {
    let value = match (name, rest) {
        ("isSorted", []) => {
            let mut sorted = true;
            for pair in items.windows(2) {
                sorted &= pair[0].compare(&pair[1])?.is_some_and(Ordering::is_le);
            }
            Value::Bool(sorted)
        }
        ("sum", []) => {
            let mut items = items.iter();
            let Some(mut sum) = items.next().cloned() else { return Ok(Some(Value::Int(0))) };
            for item in items {
                sum = arithmetic(operators::ADD, &sum, item)?;
            }
            sum
        }
        ("min" | "max", []) => {
            let wanted = if name == "min" { Ordering::Less } else { Ordering::Greater };
            let mut items = items.iter();
            let first = items.next();
            let mut found = first.ok_or_else(|| error(format!("{name} called on empty list")))?;
            for item in items {
                if item.compare(found)? == Some(wanted) {
                    found = item;
                }
            }
            found.clone()
        }
        ("indexOf" | "lastIndexOf", [wanted]) => {
            let mut found = -1;
            for (index, item) in items.iter().enumerate() {
                if item.equals(wanted)? {
                    found = i64::try_from(index).unwrap_or(i64::MAX);
                    if name == "indexOf" {
                        break;
                    }
                }
            }
            Value::Int(found)
        }
        ("join", between) => {
            let between = match between {
                [] => "",
                [Value::Text(between)] => between.as_ref(),
                _ => return Err(no_overload()),
            };
            let mut joined = String::new();
            for (index, item) in items.iter().enumerate() {
                let Value::Text(text) = item else { return Err(no_overload()) };
                if index > 0 {
                    joined.push_str(between);
                }
                joined.push_str(text);
                if joined.len() > MAX_REPLACED {
                    return Err(Stop::Budget);
                }
            }
            Value::text(joined)
        }
        ("reverse", []) => Value::list(items.iter().rev().cloned().collect()),
        ("first", []) => Value::Optional(items.first().cloned().map(Rc::new)),
        ("last", []) => Value::Optional(items.last().cloned().map(Rc::new)),
        ("slice", [Value::Int(from), Value::Int(to)]) => {
            let range = usize::try_from(*from).ok().zip(usize::try_from(*to).ok());
            let range = range.filter(|(from, to)| from <= to && *to <= items.len());
            let (from, to) = range.ok_or_else(|| error("cannot slice: index out of range"))?;
            Value::list(items[from..to].to_vec())
        }
        ("distinct", []) => {
            let mut kept: Vec<Value<'a>> = Vec::new();
            few(items.len())?;
            for item in items.iter() {
                if !contains(&kept, item)? {
                    kept.push(item.clone());
                }
            }
            Value::list(kept)
        }
        ("flatten", depth) => {
            let depth = match depth {
                [] => 1,
                [Value::Int(depth)] => usize::try_from(*depth).unwrap_or_default().min(50),
                _ => return Err(no_overload()),
            };
            let mut flat = Vec::new();
            flatten(items, depth, &mut flat)?;
            Value::list(flat)
        }
        ("sort", []) => {
            let mut keyed: Vec<_> = items.iter().map(|item| (item.clone(), item.clone())).collect();
            sort(&mut keyed)?;
            Value::list(keyed.into_iter().map(|(_, item)| item).collect())
        }
        _ => return known_or_none(name),
    };
    Ok(Some(value))
}

/// Refuses what would be compared each with each too often.
fn few(n: usize) -> Result<()> {
    const MAX_COMPARED: usize = 5_000;
    if n > MAX_COMPARED { Err(Stop::Budget) } else { Ok(()) }
}

/// Refuses to compare each of many with each of many.
fn few_pairs(n: usize, m: usize) -> Result<()> {
    const MAX_PAIRS: usize = 2_000_000;
    if n.saturating_mul(m) > MAX_PAIRS { Err(Stop::Budget) } else { Ok(()) }
}

fn flatten<'a>(items: &[Value<'a>], depth: usize, flat: &mut Vec<Value<'a>>) -> Result<()> {
    for item in items {
        match item.items()? {
            Some(inner) if depth > 0 => flatten(&inner, depth - 1, flat)?,
            _ => flat.push(item.clone()),
        }
    }
    Ok(())
}

/// Sorts by keys.
pub(super) fn sort(keyed: &mut [(Value<'_>, Value<'_>)]) -> Result<()> {
    let mut failed = None;
    keyed.sort_by(|(a, _), (b, _)| match a.compare(b) {
        Ok(order) => order.unwrap_or(Ordering::Equal),
        Err(stop) => {
            failed = Some(stop);
            Ordering::Equal
        }
    });
    failed.map_or(Ok(()), Err)
}

fn of_namespace<'a>(name: &str, arguments: &[Value<'a>]) -> Result<Option<Value<'a>>> {
    let value = match (name, arguments) {
        ("sets.contains" | "sets.equivalent" | "sets.intersects", [a, b]) => {
            let (Some(a), Some(b)) = (a.items()?, b.items()?) else { return Err(no_overload()) };
            few_pairs(a.len(), b.len())?;
            let all = |items: &[Value<'a>], of: &[Value<'a>]| -> Result<bool> {
                for item in of {
                    if !contains(items, item)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            };
            Value::Bool(match name {
                "sets.contains" => all(&a, &b)?,
                "sets.equivalent" => all(&a, &b)? && all(&b, &a)?,
                _ => {
                    let mut found = false;
                    for item in a.iter() {
                        found |= contains(&b, item)?;
                    }
                    found
                }
            })
        }
        ("lists.range", [Value::Int(n)]) => {
            if *n > 1_000_000 {
                return Err(Stop::Budget);
            }
            Value::list((0..*n).map(Value::Int).collect())
        }
        ("optional.of", [value]) => value.clone().some(),
        ("strings.quote", [Value::Text(text)]) => Value::text(quoted(text)),
        ("optional.none", []) => Value::Optional(None),
        ("optional.ofNonZeroValue", [value]) => {
            let is_zero = match value {
                Value::Null | Value::Bool(false) | Value::Int(0) | Value::Uint(0) => true,
                Value::Double(value) => *value == 0.0,
                Value::Duration(value) => *value == 0,
                value => value.size() == Some(0),
            };
            if is_zero { Value::Optional(None) } else { value.clone().some() }
        }
        _ => return Ok(None),
    };
    Ok(Some(value))
}

fn of_optional<'a>(
    name: &str,
    optional: Option<&Rc<Value<'a>>>,
    rest: &[Value<'a>],
) -> Result<Option<Value<'a>>> {
    let value = match (name, rest) {
        ("hasValue", []) => Value::Bool(optional.is_some()),
        ("value", []) => {
            optional.ok_or_else(|| error("optional.none() dereference"))?.as_ref().clone()
        }
        ("orValue", [other]) => optional.map_or(other, Rc::as_ref).clone(),
        ("or", [other]) => match optional {
            Some(value) => Value::Optional(Some(Rc::clone(value))),
            None => other.clone(),
        },
        _ => return known_or_none(name),
    };
    Ok(Some(value))
}

fn of_duration<'a>(name: &str, nanoseconds: i64) -> Result<Value<'a>> {
    Ok(Value::Int(match name {
        "getHours" => nanoseconds / 3_600_000_000_000,
        "getMinutes" => nanoseconds / 60_000_000_000,
        "getSeconds" => nanoseconds / 1_000_000_000,
        "getMilliseconds" => nanoseconds / 1_000_000 % 1_000,
        _ => return Err(Stop::Unknown(format!("the function '{name}'"))),
    }))
}

fn of_time<'a>(name: &str, time: Timestamp, rest: &[Value<'a>]) -> Result<Option<Value<'a>>> {
    let zone = match rest {
        [] => TimeZone::UTC,
        [Value::Text(name)] => {
            TimeZone::get(name).map_err(|_| Stop::Unknown(format!("the time zone {name}")))?
        }
        _ => return Err(no_overload()),
    };
    let zoned = time.to_zoned(zone);
    Ok(Some(Value::Int(match name {
        "getFullYear" => i64::from(zoned.year()),
        "getMonth" => i64::from(zoned.month()) - 1,
        "getDate" => i64::from(zoned.day()),
        "getDayOfMonth" => i64::from(zoned.day()) - 1,
        "getDayOfWeek" => i64::from(zoned.weekday().to_sunday_zero_offset()),
        "getDayOfYear" => i64::from(zoned.day_of_year()) - 1,
        "getHours" => i64::from(zoned.hour()),
        "getMinutes" => i64::from(zoned.minute()),
        "getSeconds" => i64::from(zoned.second()),
        "getMilliseconds" => i64::from(zoned.millisecond()),
        _ => return known_or_none(name),
    })))
}
