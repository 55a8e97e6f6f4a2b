//! What `PyYAML` takes plain words for: YAML 1.1 with sexagesimal numbers.
//!
//! Source: `resolver.py` and `constructor.py` of `PyYAML` 6.

use crate::node::Kind;

/// Resolves a plain scalar without a tag.
pub(crate) fn plain(text: &str) -> Kind {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Kind::Null,
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            return Kind::Bool(true);
        }
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            return Kind::Bool(false);
        }
        _ => {}
    }
    if !text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)) {
        return Kind::Text(text.into());
    }
    int(text)
        .map(Kind::Int)
        .or_else(|| float(text).map(Kind::Float))
        .unwrap_or_else(|| Kind::Text(text.into()))
}

/// Tells whether a plain text would be read as something else than itself.
pub(super) fn is_ambiguous(text: &str) -> bool {
    !matches!(plain(text), Kind::Text(_)) || is_timestamp(text) || text == "=" || text == "<<"
}

fn signed(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

fn int(text: &str) -> Option<i64> {
    let (is_negative, rest) = signed(text);
    let digits = |text: &str, radix: u32| {
        let plain = text.replace('_', "");
        let is_good = !text.is_empty() && text.chars().all(|c| c == '_' || c.is_digit(radix));
        if is_good { i64::from_str_radix(&plain, radix).ok() } else { None }
    };
    let number = if let Some(rest) = rest.strip_prefix("0b") {
        digits(rest, 2)
    } else if let Some(rest) = rest.strip_prefix("0x") {
        digits(rest, 16)
    } else if rest == "0" {
        Some(0)
    } else if let Some(rest) = rest.strip_prefix('0') {
        digits(rest, 8)
    } else if rest.contains(':') {
        let (first, others) = rest.split_once(':')?;
        if !first.starts_with(|c: char| matches!(c, '1'..='9')) {
            return None;
        }
        sexagesimal(first, others).and_then(|parts| {
            parts.into_iter().try_fold(0_i64, |sum, part| sum.checked_mul(60)?.checked_add(part))
        })
    } else if rest.starts_with(|c: char| matches!(c, '1'..='9')) {
        digits(rest, 10)
    } else {
        None
    }?;
    Some(if is_negative { -number } else { number })
}

/// Reads `12:34:56`, each part behind the first below 60.
fn sexagesimal(first: &str, others: &str) -> Option<Vec<i64>> {
    let is_number = |text: &str| text.chars().all(|c| c == '_' || c.is_ascii_digit());
    let mut parts = vec![first.replace('_', "").parse().ok().filter(|_| is_number(first))?];
    for part in others.split(':') {
        let is_good = matches!(part.as_bytes(), [b'0'..=b'9'] | [b'0'..=b'5', b'0'..=b'9']);
        parts.push(part.parse().ok().filter(|_| is_good)?);
    }
    Some(parts)
}

fn float(text: &str) -> Option<f64> {
    let (is_negative, rest) = signed(text);
    match rest {
        ".inf" | ".Inf" | ".INF" => {
            return Some(if is_negative { f64::NEG_INFINITY } else { f64::INFINITY });
        }
        ".nan" | ".NaN" | ".NAN" if rest == text => return Some(f64::NAN),
        _ => {}
    }
    let (mantissa, exponent) = match rest.find(['e', 'E']) {
        Some(at) => (&rest[..at], Some(&rest[at + 1..])),
        None => (rest, None),
    };
    let (whole, fraction) = mantissa.split_once('.')?;
    let is_number = |text: &str| text.chars().all(|c| c == '_' || c.is_ascii_digit());
    if whole.contains(':') {
        let (first, others) = whole.split_once(':')?;
        if !is_number(fraction)
            || exponent.is_some()
            || !first.starts_with(|c: char| c.is_ascii_digit())
        {
            return None;
        }
        let parts = sexagesimal(first, others)?;
        #[expect(clippy::cast_precision_loss, reason = "as Python converts it")]
        let whole = parts.into_iter().fold(0.0, |sum, part| sum * 60.0 + part as f64);
        let fraction: f64 = format!("0.{}0", fraction.replace('_', "")).parse().ok()?;
        let number = whole + fraction;
        return Some(if is_negative { -number } else { number });
    }
    // The resolver wants a sign before the exponent, and a digit before or behind the point.
    let is_good = is_number(whole)
        && is_number(fraction)
        && (whole.starts_with(|c: char| c.is_ascii_digit())
            || (whole.is_empty()
                && !is_negative
                && rest == text
                && fraction.starts_with(|c: char| c.is_ascii_digit())))
        && exponent.is_none_or(|exponent| {
            exponent.strip_prefix(['+', '-']).is_some_and(|digits| {
                !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
            })
        });
    if !is_good {
        return None;
    }
    text.replace('_', "").parse().ok()
}

/// Tells whether a text is a date, or a date and a time.
pub(crate) fn is_timestamp(text: &str) -> bool {
    let digits = |text: &str, at_least: usize, at_most: usize| {
        (at_least..=at_most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
    };
    if text.len() == 10 {
        let parts: Vec<&str> = text.split('-').collect();
        return matches!(parts.as_slice(), [y, m, d] if digits(y, 4, 4) && digits(m, 2, 2) && digits(d, 2, 2));
    }
    let Some(at) = text.find(['T', 't', ' ', '\t']) else { return false };
    let (date, time) = (&text[..at], text[at + 1..].trim_start());
    let parts: Vec<&str> = date.split('-').collect();
    let is_date = matches!(parts.as_slice(), [y, m, d] if digits(y, 4, 4) && digits(m, 1, 2) && digits(d, 1, 2));
    let clock = time.get(..time.len().min(8)).unwrap_or_default();
    let parts: Vec<&str> = clock.split(':').collect();
    is_date
        && matches!(parts.as_slice(), [h, m, s] if digits(h, 1, 2) && digits(m, 2, 2) && s.len() >= 2 && digits(&s[..2], 2, 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn say(text: &str) -> String {
        match plain(text) {
            Kind::Null => "null".to_owned(),
            Kind::Bool(b) => b.to_string(),
            Kind::Int(n) => format!("i{n}"),
            Kind::Float(x) => format!("f{x}"),
            _ => "text".to_owned(),
        }
    }

    #[test]
    fn words_are_those_of_yaml_1_1() {
        for (text, expected) in [
            ("", "null"),
            ("yes", "true"),
            ("y", "text"),
            ("Off", "false"),
            ("12", "i12"),
            ("012", "i10"),
            ("08", "text"),
            ("0x1F", "i31"),
            ("0o17", "text"),
            ("-0b11", "i-3"),
            ("1_000", "i1000"),
            ("22:22", "i1342"),
            ("8080:80", "text"),
            ("1:30:00", "i5400"),
            ("1.5", "f1.5"),
            (".5", "f0.5"),
            ("1.", "f1"),
            ("1e3", "text"),
            ("1.0e+3", "f1000"),
            ("1.0e3", "text"),
            ("1:30.5", "f90.5"),
            ("-.inf", "f-inf"),
            ("1.2.3", "text"),
            ("-", "text"),
            (".", "text"),
        ] {
            assert_eq!(say(text), expected, "{text}");
        }
    }
}
