//! Schedules of cron jobs: `*/5 0 * * mon-fri`, `@daily`, `@every 1h30m`.
//!
//! Source: `ParseStandard` of `github.com/robfig/cron/v3`, and `time.ParseDuration` of Go.

use crate::validate::at::quoted;

/// What numbers and names a field of a schedule can have.
struct Bounds {
    least: u64,
    most: u64,
    /// names of the numbers from the least on
    names: &'static [&'static str],
}

const FIELDS: [Bounds; 5] = [
    Bounds { least: 0, most: 59, names: &[] },
    Bounds { least: 0, most: 23, names: &[] },
    Bounds { least: 1, most: 31, names: &[] },
    Bounds {
        least: 1,
        most: 12,
        names: &[
            "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
        ],
    },
    Bounds { least: 0, most: 6, names: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"] },
];

/// Checks a schedule.
///
/// # Errors
///
/// What is wrong with it, in the parser's words.
pub(super) fn parse(text: &str) -> Result<(), String> {
    if text.starts_with('@') {
        return descriptor(text);
    }
    let fields: Vec<&str> = text.split_whitespace().collect();
    if fields.len() != FIELDS.len() {
        let n = fields.len();
        return Err(format!("expected exactly 5 fields, found {n}: [{}]", fields.join(" ")));
    }
    for (field, bounds) in fields.iter().zip(&FIELDS) {
        for range in field.split(',').filter(|range| !range.is_empty()) {
            check_range(range, bounds)?;
        }
    }
    Ok(())
}

fn descriptor(text: &str) -> Result<(), String> {
    if matches!(
        text,
        "@yearly" | "@annually" | "@monthly" | "@weekly" | "@daily" | "@midnight" | "@hourly"
    ) {
        return Ok(());
    }
    let Some(duration) = text.strip_prefix("@every ") else {
        return Err(format!("unrecognized descriptor: {text}"));
    };
    duration_fault(duration)
        .map_or(Ok(()), |fault| Err(format!("failed to parse duration {text}: time: {fault}")))
}

fn check_range(text: &str, bounds: &Bounds) -> Result<(), String> {
    let mut parts = text.split('/');
    let range = parts.next().unwrap_or_default();
    let (step, is_too_much) = (parts.next(), parts.next().is_some());
    let mut ends = range.split('-');
    let (first, last, rest) = (ends.next().unwrap_or_default(), ends.next(), ends.next());
    let (start, mut end) = if matches!(first, "*" | "?") {
        (bounds.least, bounds.most)
    } else {
        let start = number_or_name(first, bounds)?;
        match (last, rest) {
            (_, Some(_)) => return Err(format!("too many hyphens: {text}")),
            (Some(last), None) => (start, number_or_name(last, bounds)?),
            (None, None) => (start, start),
        }
    };
    if is_too_much {
        return Err(format!("too many slashes: {text}"));
    }
    let step = match step {
        Some(step) => {
            if last.is_none() {
                end = bounds.most;
            }
            number(step)?
        }
        None => 1,
    };
    let Bounds { least, most, .. } = *bounds;
    if start < least {
        return Err(format!("beginning of range ({start}) below minimum ({least}): {text}"));
    }
    if end > most {
        return Err(format!("end of range ({end}) above maximum ({most}): {text}"));
    }
    if start > end {
        return Err(format!("beginning of range ({start}) beyond end of range ({end}): {text}"));
    }
    if step == 0 {
        return Err(format!("step of range should be a positive number: {text}"));
    }
    Ok(())
}

fn number_or_name(text: &str, bounds: &Bounds) -> Result<u64, String> {
    let lower = text.to_lowercase();
    match (bounds.least..).zip(bounds.names).find(|(_, name)| **name == lower) {
        Some((number, _)) => Ok(number),
        None => number(text),
    }
}

fn number(text: &str) -> Result<u64, String> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let fault = |what: &str| {
        Err(format!(
            "failed to parse int from {text}: strconv.Atoi: parsing {}: {what}",
            quoted(text)
        ))
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return fault("invalid syntax");
    }
    let Ok(number) = digits.parse::<i64>() else { return fault("value out of range") };
    if text.starts_with('-') && number > 0 {
        return Err(format!("negative number (-{number}) not allowed: {text}"));
    }
    Ok(number.unsigned_abs())
}

/// Tells what is wrong with a duration: `1h30m`, `1.5h`, `-2us`.
fn duration_fault(text: &str) -> Option<String> {
    let invalid = || Some(format!("invalid duration {}", quoted(text)));
    let mut rest = text.strip_prefix(['+', '-']).unwrap_or(text);
    if rest == "0" {
        return None;
    }
    if rest.is_empty() {
        return invalid();
    }
    let mut total = 0_f64;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, after) = rest.split_at(end);
        let has_digit = number.bytes().any(|byte| byte.is_ascii_digit());
        if !has_digit || number.matches('.').count() > 1 {
            return invalid();
        }
        let end = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let (unit, after) = after.split_at(end);
        let nanoseconds = match unit {
            "" => return Some(format!("missing unit in duration {}", quoted(text))),
            "ns" => 1.0,
            "us" | "µs" | "μs" => 1e3,
            "ms" => 1e6,
            "s" => 1e9,
            "m" => 60e9,
            "h" => 3600e9,
            _ => {
                let (unit, text) = (quoted(unit), quoted(text));
                return Some(format!("unknown unit {unit} in duration {text}"));
            }
        };
        total += number.parse::<f64>().unwrap_or_default() * nanoseconds;
        // Go counts in 63 bits.
        if total > 9.223_372_036_854_775e18 {
            return invalid();
        }
        rest = after;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_of_all_forms_are_taken() {
        for text in [
            "* * * * *",
            "*/5 0-6/2 1,15 JAN-mar ?",
            "0 0 * * 6",
            "@daily",
            "@every 1h30m",
            "@every -1.5s",
            "@every 0",
            "59 23 31 12 sat",
            "5/15 * * * *",
            ", * * * *",
            "*-7 * * * *",
            "  0\t0 * * +1 ",
        ] {
            assert_eq!(parse(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn faults_are_told_in_the_words_of_the_parser() {
        for (text, fault) in [
            ("* * * *", "expected exactly 5 fields, found 4: [* * * *]"),
            ("60 * * * *", "end of range (60) above maximum (59): 60"),
            ("* * 0 * *", "beginning of range (0) below minimum (1): 0"),
            ("5-3 * * * *", "beginning of range (5) beyond end of range (3): 5-3"),
            ("*/0 * * * *", "step of range should be a positive number: */0"),
            ("1/2/3 * * * *", "too many slashes: 1/2/3"),
            ("1-2-3 * * * *", "too many hyphens: 1-2-3"),
            ("* * * * 7", "end of range (7) above maximum (6): 7"),
            (
                "* * * * monday",
                "failed to parse int from monday: strconv.Atoi: parsing \"monday\": invalid syntax",
            ),
            ("@often", "unrecognized descriptor: @often"),
            ("@every day", "failed to parse duration @every day: time: invalid duration \"day\""),
            ("@every 5", "failed to parse duration @every 5: time: missing unit in duration \"5\""),
            (
                "@every 1d",
                "failed to parse duration @every 1d: time: unknown unit \"d\" in duration \"1d\"",
            ),
        ] {
            assert_eq!(parse(text).as_ref().map_err(String::as_str), Err(fault), "{text}");
        }
    }
}
