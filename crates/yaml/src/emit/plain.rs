//! Strings that must be quoted because, written plain, they would be read as something else.
//!
//! Source: `resolve.go` and `encode.go` of goyaml v2 and v3.

use super::Layout;

/// Tells whether `text`, written plain, would be read back as a string.
pub(super) fn is_string(text: &str, layout: Layout) -> bool {
    let bytes = text.as_bytes();
    let Some(&first) = bytes.first() else { return false };
    match first {
        b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~' => {
            !is_word(text)
        }
        b'.' => {
            !is_infinity(text)
                && !matches!(text, ".nan" | ".NaN" | ".NAN")
                && !is_dotted_float(bytes)
        }
        b'+' | b'-' => !is_infinity(&text[1..]) && is_string_after_sign_or_digit(bytes, layout),
        b'0'..=b'9' => is_string_after_sign_or_digit(bytes, layout),
        _ => true,
    }
}

/// Tells whether `text` is one of the booleans of YAML 1.1, or null. Both layouts quote them all.
fn is_word(text: &str) -> bool {
    // OK because the longest word has five letters.
    if text.len() > 5 {
        return false;
    }
    matches!(
        text,
        "y" | "Y"
            | "yes"
            | "Yes"
            | "YES"
            | "on"
            | "On"
            | "ON"
            | "true"
            | "True"
            | "TRUE"
            | "n"
            | "N"
            | "no"
            | "No"
            | "NO"
            | "off"
            | "Off"
            | "OFF"
            | "false"
            | "False"
            | "FALSE"
            | "~"
            | "null"
            | "Null"
            | "NULL"
    )
}

fn is_infinity(text: &str) -> bool {
    matches!(text, ".inf" | ".Inf" | ".INF")
}

/// Tells whether `bytes`, which begin with a dot, are a float to Go, which takes underscores between digits.
fn is_dotted_float(bytes: &[u8]) -> bool {
    if !bytes.contains(&b'_') {
        return is_float(bytes);
    }
    let is_digit_at = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let stand_between_digits =
        memchr::memchr_iter(b'_', bytes).all(|at| is_digit_at(at - 1) && is_digit_at(at + 1));
    stand_between_digits && is_float(&without_underscores(bytes))
}

fn without_underscores(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().copied().filter(|byte| *byte != b'_').collect()
}

fn is_string_after_sign_or_digit(bytes: &[u8], layout: Layout) -> bool {
    // A quick way out for words such as `-flag` and `10.0.0.1/8`: a number has no other letters than these.
    if bytes.len() > 1
        && bytes[1..].iter().all(u8::is_ascii_alphabetic)
        && !bytes[0].is_ascii_digit()
    {
        return true;
    }
    if is_timestamp(bytes) || is_base_60(bytes) {
        return false;
    }
    let joined;
    let bytes = if bytes.contains(&b'_') {
        joined = without_underscores(bytes);
        &joined
    } else {
        bytes
    };
    let is_number = is_integer(bytes)
        || is_float(bytes)
        || is_signed_radix(bytes, b"0b", 2)
        || layout == Layout::Pretty && is_signed_radix(bytes, b"0o", 8);
    !is_number
}

/// Tells whether Go's `ParseInt` or `ParseUint`, base 0, 64 bits, takes `bytes`.
fn is_integer(bytes: &[u8]) -> bool {
    let (sign, digits) = split_sign(bytes);
    let (radix, digits) = match digits {
        [b'0', b'x' | b'X', rest @ ..] => (16, rest),
        [b'0', b'o' | b'O', rest @ ..] => (8, rest),
        [b'0', b'b' | b'B', rest @ ..] => (2, rest),
        [b'0', rest @ ..] if !rest.is_empty() => (8, rest),
        _ => (10, digits),
    };
    fits(sign, digits, radix)
}

/// Tells whether `bytes` are `prefix` and then a number with a sign of its own, or a minus, `prefix` and a number:
/// what goyaml tries after Go's own forms.
fn is_signed_radix(bytes: &[u8], prefix: &[u8], radix: u32) -> bool {
    if let Some(rest) = bytes.strip_prefix(prefix) {
        let (sign, digits) = split_sign(rest);
        fits(sign, digits, radix)
    } else if let Some(rest) = bytes.strip_prefix(b"-").and_then(|rest| rest.strip_prefix(prefix)) {
        fits(Some(b'-'), rest, radix)
    } else {
        false
    }
}

fn split_sign(bytes: &[u8]) -> (Option<u8>, &[u8]) {
    match bytes {
        [sign @ (b'+' | b'-'), rest @ ..] => (Some(*sign), rest),
        _ => (None, bytes),
    }
}

/// Tells whether `digits` make an `int64`, or, without a sign, a `uint64`.
fn fits(sign: Option<u8>, digits: &[u8], radix: u32) -> bool {
    let max = match sign {
        None => u64::MAX,
        Some(b'-') => 1 << 63,
        Some(_) => (1 << 63) - 1,
    };
    let mut n: u64 = 0;
    for &b in digits {
        let Some(digit) = char::from(b).to_digit(radix) else { return false };
        let more = n.checked_mul(u64::from(radix)).and_then(|n| n.checked_add(u64::from(digit)));
        match more {
            Some(more) if more <= max => n = more,
            _ => return false,
        }
    }
    !digits.is_empty()
}

/// Tells whether `bytes` are a decimal float that does not overflow.
fn is_float(bytes: &[u8]) -> bool {
    let (_, rest) = split_sign(bytes);
    let whole = n_digits(rest);
    let rest = &rest[whole..];
    let rest = match rest {
        [b'.', rest @ ..] => {
            let fraction = n_digits(rest);
            if whole + fraction == 0 {
                return false;
            }
            &rest[fraction..]
        }
        _ if whole == 0 => return false,
        _ => rest,
    };
    let has_form = match rest {
        [] => true,
        [b'e' | b'E', exponent @ ..] => {
            let (_, digits) = split_sign(exponent);
            !digits.is_empty() && n_digits(digits) == digits.len()
        }
        _ => false,
    };
    has_form
        && std::str::from_utf8(bytes)
            .ok()
            .and_then(|text| text.parse::<f64>().ok())
            .is_some_and(f64::is_finite)
}

fn n_digits(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|b| b.is_ascii_digit()).count()
}

/// Tells whether `bytes` are a number in base 60, such as `1:30`: YAML 1.1 has them, goyaml only quotes them.
fn is_base_60(bytes: &[u8]) -> bool {
    if memchr::memchr(b':', bytes).is_none() {
        return false;
    }
    let (_, rest) = split_sign(bytes);
    if !rest.first().is_some_and(u8::is_ascii_digit) {
        return false;
    }
    let mut rest = &rest[rest.iter().take_while(|b| b.is_ascii_digit() || **b == b'_').count()..];
    let mut n_groups = 0;
    while let [b':', group @ ..] = rest {
        rest = match group {
            [b'0'..=b'5', b'0'..=b'9', after @ ..] | [b'0'..=b'9', after @ ..] => after,
            _ => return false,
        };
        n_groups += 1;
    }
    let has_end = match rest {
        [] => true,
        [b'.', fraction @ ..] => fraction.iter().all(|b| b.is_ascii_digit() || *b == b'_'),
        _ => false,
    };
    n_groups > 0 && has_end
}

/// Tells whether `bytes` are a date, or a date and a time, as goyaml reads them with Go's `time.Parse`.
pub(crate) fn is_timestamp(bytes: &[u8]) -> bool {
    if bytes.len() < 8 || n_digits(bytes) != 4 || bytes[4] != b'-' {
        return false;
    }
    let year = bytes[..4].iter().fold(0, |n, b| n * 10 + u32::from(b - b'0'));
    let Some((month, rest)) = one_or_two_digits(&bytes[5..]) else { return false };
    let [b'-', rest @ ..] = rest else { return false };
    let Some((day, rest)) = one_or_two_digits(rest) else { return false };
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let n_days = match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return false,
    };
    if day == 0 || day > n_days {
        return false;
    }
    match rest {
        [] => true,
        [b'T' | b't', rest @ ..] => is_time(rest).is_some_and(is_zone),
        [b' ', rest @ ..] => {
            // Go takes any number of spaces where the layout has one.
            let n_spaces = rest.iter().take_while(|b| **b == b' ').count();
            is_time(&rest[n_spaces..]).is_some_and(<[u8]>::is_empty)
        }
        _ => false,
    }
}

fn one_or_two_digits(bytes: &[u8]) -> Option<(u32, &[u8])> {
    match bytes {
        [a @ b'0'..=b'9', b @ b'0'..=b'9', rest @ ..] => {
            Some((u32::from(a - b'0') * 10 + u32::from(b - b'0'), rest))
        }
        [a @ b'0'..=b'9', rest @ ..] => Some((u32::from(a - b'0'), rest)),
        _ => None,
    }
}

/// Reads hours, minutes, seconds and perhaps a fraction, and gives what follows.
fn is_time(bytes: &[u8]) -> Option<&[u8]> {
    let mut rest = bytes;
    for (n, limit) in [24, 60, 60].into_iter().enumerate() {
        if n > 0 {
            rest = rest.strip_prefix(b":")?;
        }
        let (number, after) = one_or_two_digits(rest)?;
        if number >= limit {
            return None;
        }
        rest = after;
    }
    match rest {
        [b'.' | b',', b'0'..=b'9', ..] => Some(&rest[1 + n_digits(&rest[1..])..]),
        _ => Some(rest),
    }
}

/// Tells whether `bytes` are `Z` or an offset. Go lets 24 hours and 60 minutes pass.
fn is_zone(bytes: &[u8]) -> bool {
    match bytes {
        b"Z" => true,
        [b'+' | b'-', h1, h2, b':', m1, m2] => {
            let is_up_to = |a: &u8, b: &u8, max: u32| {
                one_or_two_digits(&[*a, *b]).is_some_and(|(n, rest)| rest.is_empty() && n <= max)
            };
            is_up_to(h1, h2, 24) && is_up_to(m1, m2, 60)
        }
        _ => false,
    }
}
