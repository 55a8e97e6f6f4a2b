//! Checking the value of a flag, in the words of Go's `strconv`, `time` and pflag.

use std::time::Duration;

use pintle_gotmpl::value::number::quote;

use super::{Kind, csv};

/// Checks a value, and takes it apart if it is a list.
///
/// # Errors
///
/// Why the flag does not take it.
pub(crate) fn check(kind: Kind, text: &str) -> Result<Vec<String>, String> {
    match kind {
        Kind::Text | Kind::OptionalText(_) | Kind::Texts => {}
        Kind::Bool => {
            parse_bool(text).ok_or_else(|| syntax("ParseBool", text))?;
        }
        Kind::Integer => {
            parse_integer(text)?;
        }
        Kind::Format => check_format(text)?,
        Kind::Unsigned => {
            parse_unsigned(text)?;
        }
        Kind::Float => check_float(text)?,
        Kind::Duration => {
            parse_duration(text)?;
        }
        Kind::Wait => check_wait(text)?,
        Kind::Plugin => check_plugin(text)?,
        Kind::Program => check_program(text)?,
        Kind::List => return csv::fields(text),
        Kind::Pairs => return pairs(text),
    }
    Ok(vec![text.to_owned()])
}

/// Reads a boolean as Go's `strconv.ParseBool` does.
pub(crate) fn parse_bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

/// Reads a whole number from 0, with a base before it or not.
pub(crate) fn parse_unsigned(text: &str) -> Result<u64, String> {
    let (radix, digits) = radix(text);
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return Err(syntax("ParseUint", text));
    }
    u64::from_str_radix(&digits, radix).map_err(|_| range("ParseUint", text))
}

fn check_format(text: &str) -> Result<(), String> {
    match text {
        "table" | "json" | "yaml" => Ok(()),
        _ => Err("invalid format type".to_owned()),
    }
}

/// Reads a whole number, with a base before it or not.
pub(crate) fn parse_integer(text: &str) -> Result<i64, String> {
    let (radix, digits) = radix(text.strip_prefix(['+', '-']).unwrap_or(text));
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return Err(syntax("ParseInt", text));
    }
    let signed = if text.starts_with('-') { format!("-{digits}") } else { digits };
    i64::from_str_radix(&signed, radix).map_err(|_| range("ParseInt", text))
}

/// Gives the base a number says, and its digits without underscores between them.
fn radix(text: &str) -> (u32, String) {
    let lower = text.to_ascii_lowercase();
    let (radix, digits) = match (lower.get(..2), lower.as_bytes()) {
        (Some("0x"), _) => (16, &lower[2..]),
        (Some("0o"), _) => (8, &lower[2..]),
        (Some("0b"), _) => (2, &lower[2..]),
        (_, [b'0', _, ..]) => (8, &lower[1..]),
        _ => (10, &*lower),
    };
    (radix, digits.replace('_', ""))
}

fn check_float(text: &str) -> Result<(), String> {
    let body = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_name = ["inf", "infinity", "nan"].iter().any(|name| body.eq_ignore_ascii_case(name));
    match body.parse::<f32>() {
        Ok(number) if number.is_infinite() && !is_name => Err(range("ParseFloat", text)),
        Ok(_) => Ok(()),
        Err(_) => Err(syntax("ParseFloat", text)),
    }
}

/// Checks a duration such as `-1h2.5m`.
///
/// Source: `ParseDuration` in Go's `time/format.go`.
/// Reads a time as Go's `time.ParseDuration` does; one before zero is zero.
///
/// # Errors
///
/// Go's words.
pub(crate) fn parse_duration(text: &str) -> Result<Duration, String> {
    let quoted = quote(text);
    let invalid = || Err(format!("time: invalid duration {quoted}"));
    let mut rest = text.strip_prefix(['+', '-']).unwrap_or(text);
    if rest == "0" {
        return Ok(Duration::ZERO);
    }
    if rest.is_empty() {
        return invalid();
    }
    let mut total = 0.0_f64;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, behind) = rest.split_at(end);
        if number.matches('.').count() > 1 || !number.contains(|c: char| c.is_ascii_digit()) {
            return invalid();
        }
        let end = behind.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(behind.len());
        let (unit, behind) = behind.split_at(end);
        let seconds = match unit {
            "" => return Err(format!("time: missing unit in duration {quoted}")),
            "ns" => 1e-9,
            "us" | "µs" | "μs" => 1e-6,
            "ms" => 1e-3,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            unit => {
                let unit = quote(unit);
                return Err(format!("time: unknown unit {unit} in duration {quoted}"));
            }
        };
        total += number.parse::<f64>().unwrap_or(f64::INFINITY) * seconds;
        rest = behind;
    }
    // Go counts nanoseconds in 63 bits.
    if total * 1e9 >= 9_223_372_036_854_775_808.0 {
        return invalid();
    }
    Ok(if text.starts_with('-') { Duration::ZERO } else { Duration::from_secs_f64(total) })
}

fn check_wait(text: &str) -> Result<(), String> {
    match text {
        "watcher" | "legacy" | "hookOnly" | "true" | "false" => Ok(()),
        _ => Err(format!(
            "invalid wait input {}. Valid inputs are watcher, hookOnly, and legacy",
            quote(text)
        )),
    }
}

fn check_plugin(text: &str) -> Result<(), String> {
    match text {
        "" => Ok(()),
        name => Err(format!("plugin: {{Name:{name} Type:postrenderer/v1}} not found")),
    }
}

/// Checks that a program without a folder before its name is to be found.
fn check_program(text: &str) -> Result<(), String> {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let is_found = || std::env::split_paths(&paths).any(|folder| folder.join(text).is_file());
    if text.is_empty() || text.contains('/') || is_found() {
        return Ok(());
    }
    let quoted = quote(text);
    Err(format!(
        "unable to find binary at {text}: exec: {quoted}: executable file not found in $PATH"
    ))
}

/// Takes `key=value` pairs apart. A text with exactly one `=` is one pair, commas and all.
fn pairs(text: &str) -> Result<Vec<String>, String> {
    let pairs = match text.matches('=').count() {
        0 => return Err(format!("{text} must be formatted as key=value")),
        1 => vec![text.trim_matches('"').to_owned()],
        _ => csv::fields(text)?,
    };
    match pairs.iter().find(|pair| !pair.contains('=')) {
        Some(pair) => Err(format!("{pair} must be formatted as key=value")),
        None => Ok(pairs),
    }
}

fn syntax(function: &str, text: &str) -> String {
    format!("strconv.{function}: parsing {}: invalid syntax", quote(text))
}

fn range(function: &str, text: &str) -> String {
    format!("strconv.{function}: parsing {}: value out of range", quote(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_those_of_go() {
        for good in ["0", "5m0s", "-1.5h", "1h2m3.5s", "100µs", ".5s", "2540400h"] {
            assert_eq!(check(Kind::Duration, good), Ok(vec![good.to_owned()]));
        }
        let says = |text| check(Kind::Duration, text).unwrap_err();
        assert_eq!(says("5"), "time: missing unit in duration \"5\"");
        assert_eq!(says("5y"), "time: unknown unit \"y\" in duration \"5y\"");
        for bad in ["", "s", "1.2.3s", "2562048h"] {
            assert_eq!(says(bad), format!("time: invalid duration \"{bad}\""));
        }
    }

    #[test]
    fn pairs_are_split_only_where_there_are_two() {
        assert_eq!(check(Kind::Pairs, "no,a=1"), Ok(vec!["no,a=1".to_owned()]));
        assert_eq!(check(Kind::Pairs, "a=1,b=2"), Ok(vec!["a=1".to_owned(), "b=2".to_owned()]));
        assert_eq!(check(Kind::Pairs, "a=b=c,d").unwrap_err(), "d must be formatted as key=value");
    }

    #[test]
    fn numbers_may_say_their_base() {
        for good in ["0", "-12", "+0x1F", "0b11", "017", "9223372036854775807", "1_0"] {
            assert!(check(Kind::Integer, good).is_ok(), "{good}");
        }
        assert!(
            check(Kind::Integer, "9223372036854775808")
                .unwrap_err()
                .ends_with("value out of range")
        );
        assert!(check(Kind::Integer, "1.0").unwrap_err().ends_with("invalid syntax"));
        assert_eq!(parse_unsigned("0x10"), Ok(16));
    }
}
