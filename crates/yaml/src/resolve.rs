//! What a plain scalar stands for: YAML 1.1's words, Go's numbers.
//!
//! Source: `resolve.go` of goyaml v2; `ParseInt` and `ParseFloat` of `strconv`, `Parse` of `time`.

use std::borrow::Cow;

use crate::emit::plain;

/// The prefix that `!!` stands for.
pub(crate) const TAG_PREFIX: &str = "tag:yaml.org,2002:";

/// What a scalar resolves to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Resolved {
    /// `~`, `null`, nothing
    Null,
    /// `true`, `yes`, `on`, `y` and their opposites
    Bool(bool),
    /// an integer: decimal, `0x`, `0o`, `0b`, or octal with a leading zero
    Int(i64),
    /// an integer above the largest `i64`
    Uint(u64),
    /// a float, infinities and NaN among them
    Float(f64),
    /// the scalar's own text
    String,
}

impl Resolved {
    /// Resolves the text of a plain scalar without a tag.
    pub fn of_plain(text: &str) -> Self {
        match text.as_bytes().first() {
            None => Self::Null,
            Some(b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~') => {
                of_word(text)
            }
            Some(b'.') => of_point(text),
            Some(b'0'..=b'9' | b'+' | b'-') => of_number(text),
            _ => Self::String,
        }
    }

    /// Resolves the text of a scalar that has a tag.
    ///
    /// # Errors
    ///
    /// goyaml's words, if the text is not what the tag says.
    pub(crate) fn of_tagged(tag: &str, text: &str) -> Result<Self, String> {
        let short = tag.strip_prefix(TAG_PREFIX);
        let Some(short @ ("bool" | "int" | "float" | "null" | "timestamp")) = short else {
            return Ok(Self::String);
        };
        let is_timestamp = short == "timestamp" && plain::is_timestamp(text.as_bytes());
        let resolved = if is_timestamp { Self::String } else { Self::of_plain(text) };
        let found = match resolved {
            Self::Null => "null",
            Self::Bool(_) => "bool",
            Self::Int(_) | Self::Uint(_) => "int",
            Self::Float(_) => "float",
            Self::String if is_timestamp => "timestamp",
            Self::String => "str",
        };
        match resolved {
            _ if found == short => Ok(resolved),
            #[expect(clippy::cast_precision_loss, reason = "as Go converts it")]
            Self::Int(n) if short == "float" => Ok(Self::Float(n as f64)),
            _ => Err(format!("cannot decode !!{found} `{text}` as a !!{short}")),
        }
    }
}

fn of_word(text: &str) -> Resolved {
    // OK because the longest word has five letters.
    if text.len() > 5 {
        return Resolved::String;
    }
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Resolved::Bool(true)
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Resolved::Bool(false)
        }
        "~" | "null" | "Null" | "NULL" => Resolved::Null,
        _ => Resolved::String,
    }
}

/// Resolves what begins with a point. goyaml leaves underscores to Go's `ParseFloat`, which wants digits around them.
fn of_point(text: &str) -> Resolved {
    match text {
        ".nan" | ".NaN" | ".NAN" => return Resolved::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" => return Resolved::Float(f64::INFINITY),
        _ => {}
    }
    if !text.contains('_') {
        return of_float(text);
    }
    let bytes = text.as_bytes();
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let are_apart = (0..bytes.len())
        .all(|at| bytes[at] != b'_' || (at > 0 && is_digit(at - 1) && is_digit(at + 1)));
    if are_apart { of_float(&text.replace('_', "")) } else { Resolved::String }
}

/// Resolves what begins with a digit or a sign.
fn of_number(text: &str) -> Resolved {
    let bytes = text.as_bytes();
    if let [b'0'..=b'9'] = bytes {
        return Resolved::Int(i64::from(bytes[0] - b'0'));
    }
    match text {
        "+.inf" | "+.Inf" | "+.INF" => return Resolved::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => return Resolved::Float(f64::NEG_INFINITY),
        _ => {}
    }
    // A number has no other letters than these: most words that begin with a digit end here.
    let is_number_like = bytes.iter().all(|byte| {
        matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F' | b'+' | b'-' | b'.' | b'_' | b'x' | b'X' | b'o' | b'O')
    });
    if !is_number_like {
        return Resolved::String;
    }
    let plain =
        if text.contains('_') { Cow::Owned(text.replace('_', "")) } else { Cow::Borrowed(text) };
    if let Some(resolved) = of_integer(&plain) {
        return resolved;
    }
    match of_float(&plain) {
        Resolved::String => of_signed_binary(&plain),
        float => float,
    }
}

/// Resolves what Go's `ParseInt` or `ParseUint` take with base 0.
fn of_integer(text: &str) -> Option<Resolved> {
    let (is_negative, has_sign, digits) = match text.as_bytes() {
        [b'-', rest @ ..] => (true, true, rest),
        [b'+', rest @ ..] => (false, true, rest),
        all => (false, false, all),
    };
    let (radix, digits) = match digits {
        [b'0', b'x' | b'X', rest @ ..] => (16, rest),
        [b'0', b'o' | b'O', rest @ ..] => (8, rest),
        [b'0', b'b' | b'B', rest @ ..] => (2, rest),
        [b'0', rest @ ..] if !rest.is_empty() => (8, rest),
        all => (10, all),
    };
    let n = digits_value(digits, radix)?;
    if is_negative {
        return 0_i64.checked_sub_unsigned(n).map(Resolved::Int);
    }
    match i64::try_from(n) {
        Ok(n) => Some(Resolved::Int(n)),
        Err(_) => (!has_sign).then_some(Resolved::Uint(n)),
    }
}

/// Resolves `0b` and a number with a sign of its own, which goyaml tries after Go's own forms.
fn of_signed_binary(text: &str) -> Resolved {
    let (is_negative, digits) = match text.as_bytes() {
        [b'0', b'b', b'-', rest @ ..] => (true, rest),
        [b'0', b'b', b'+', rest @ ..] => (false, rest),
        _ => return Resolved::String,
    };
    let n = digits_value(digits, 2).and_then(|n| {
        if is_negative { 0_i64.checked_sub_unsigned(n) } else { i64::try_from(n).ok() }
    });
    n.map_or(Resolved::String, Resolved::Int)
}

fn digits_value(digits: &[u8], radix: u32) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u64, |n, byte| {
        let digit = char::from(*byte).to_digit(radix)?;
        n.checked_mul(u64::from(radix))?.checked_add(u64::from(digit))
    })
}

/// Resolves a decimal float; one that is too large for Go is a string.
fn of_float(text: &str) -> Resolved {
    let starts_well = text
        .as_bytes()
        .iter()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'));
    match text.parse::<f64>() {
        Ok(x) if starts_well && x.is_finite() => Resolved::Float(x),
        _ => Resolved::String,
    }
}
