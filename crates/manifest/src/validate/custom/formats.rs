//! The formats of strings and numbers that an API server knows.
//!
//! Source: `pkg/validation/strfmt` of kube-openapi; `pkg/apiserver/validation/formats.go` of apiextensions-apiserver.

use std::net::Ipv6Addr;

use super::schema::Type;
use crate::document::{Content, Node};
use crate::validate::types::Minor;

macro_rules! formats {
    ($($name:ident $text:literal,)*) => {
        /// A format, by the name that it is written with.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Format {
            $($name,)*
        }

        impl Format {
            const ALL: &[(Self, &str)] = &[$((Self::$name, $text)),*];
        }
    };
}

formats! {
    BsonObjectId "bsonobjectid",
    Uri "uri",
    Email "email",
    Hostname "hostname",
    Ipv4 "ipv4",
    Ipv6 "ipv6",
    Cidr "cidr",
    Mac "mac",
    Uuid "uuid",
    Uuid3 "uuid3",
    Uuid4 "uuid4",
    Uuid5 "uuid5",
    Isbn "isbn",
    Isbn10 "isbn10",
    Isbn13 "isbn13",
    CreditCard "creditcard",
    Ssn "ssn",
    HexColor "hexcolor",
    RgbColor "rgbcolor",
    Byte "byte",
    Password "password",
    Date "date",
    Duration "duration",
    DateTime "date-time",
    PlainDateTime "datetime",
    ShortName "k8s-short-name",
    LongName "k8s-long-name",
    Int32 "int32",
    Int64 "int64",
    Float "float",
    Double "double",
}

/// The version that knows short and long names.
const KNOWS_NAMES: u32 = 35;
/// The version that knows the formats of numbers.
const KNOWS_NUMBERS: u32 = 36;

impl Format {
    /// Finds a format; one that no API server knows is none.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(format, _)| *format)
    }

    /// Gives its name.
    pub(super) fn name(self) -> &'static str {
        Self::ALL.iter().find(|(format, _)| *format == self).map_or("", |(_, name)| name)
    }

    /// Tells whether it is for strings.
    pub(super) fn is_of_strings(self) -> bool {
        !matches!(self, Self::Int32 | Self::Int64 | Self::Float | Self::Double)
    }

    /// Tells whether a version asks for it; the type is that of the schema, if there is one alone.
    pub(super) fn is_known(self, only: Option<Type>, minor: Minor) -> bool {
        let minor = minor.number();
        match self {
            Self::Int32 | Self::Int64 => minor >= KNOWS_NUMBERS && only == Some(Type::Integer),
            Self::Float | Self::Double => minor >= KNOWS_NUMBERS && only == Some(Type::Number),
            Self::ShortName | Self::LongName if minor < KNOWS_NAMES => false,
            _ => minor < KNOWS_NUMBERS || matches!(only, None | Some(Type::String)),
        }
    }

    /// Tells whether a number is within the range of a format.
    pub(super) fn holds(self, node: &Node<'_>) -> bool {
        match (self, &node.content) {
            (Self::Int32, Content::Int(value)) => i32::try_from(*value).is_ok(),
            (Self::Float, Content::Float(value)) => value.abs() <= f64::from(f32::MAX),
            _ => true,
        }
    }

    /// Tells whether a text has the format.
    pub(crate) fn fits(self, text: &str) -> bool {
        match self {
            Self::BsonObjectId => text.len() == 24 && is_hexadecimal(text),
            Self::Uri => is_request_uri(text),
            // What else an address may look like is not told from what it may not.
            Self::Email => text.contains('@') && !text.starts_with('@') && !text.ends_with('@'),
            Self::Hostname => is_hostname(text),
            Self::Ipv4 => is_ipv4(text),
            Self::Ipv6 => is_ipv6(text),
            Self::Cidr => is_cidr(text),
            Self::Mac => is_mac(text),
            Self::Uuid => is_uuid(text, None),
            Self::Uuid3 => is_uuid(text, Some('3')),
            Self::Uuid4 => is_uuid(text, Some('4')),
            Self::Uuid5 => is_uuid(text, Some('5')),
            Self::Isbn => is_isbn10(text) || is_isbn13(text),
            Self::Isbn10 => is_isbn10(text),
            Self::Isbn13 => is_isbn13(text),
            Self::CreditCard => is_credit_card(text),
            Self::Ssn => is_ssn(text),
            Self::HexColor => {
                let digits = text.strip_prefix('#').unwrap_or(text);
                matches!(digits.len(), 3 | 6) && is_hexadecimal(digits)
            }
            Self::RgbColor => is_rgb_color(text),
            Self::Byte => is_base64(text),
            Self::Date => is_date(text),
            Self::Duration => is_duration(text),
            Self::DateTime | Self::PlainDateTime => is_date_time(text),
            Self::ShortName => text.len() <= 63 && is_name(text),
            Self::LongName => text.len() <= 253 && text.split('.').all(is_name),
            Self::Password | Self::Int32 | Self::Int64 | Self::Float | Self::Double => true,
        }
    }
}

fn is_hexadecimal(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Tells whether Go reads a text as the target of a request: a path, or with a scheme.
fn is_request_uri(text: &str) -> bool {
    if text.is_empty() || text.chars().any(|c| c.is_ascii_control()) {
        return false;
    }
    if text.starts_with('/') || text == "*" {
        return has_whole_escapes(text);
    }
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    is_scheme && !rest.contains(' ') && has_whole_escapes(rest)
}

fn has_whole_escapes(text: &str) -> bool {
    let path = text.split(['?', '#']).next().unwrap_or_default();
    let mut escapes = path.split('%');
    escapes.next();
    escapes.all(|escape| escape.get(..2).is_some_and(is_hexadecimal))
}

/// Tells whether a text is a name of a host: labels of letters, digits, symbols and dashes.
fn is_hostname(text: &str) -> bool {
    let is_part =
        |c: char| c.is_alphanumeric() && !c.is_numeric() || c.is_ascii_digit() || !c.is_ascii();
    let labels: Vec<&str> = text.split('.').collect();
    let is_label = |label: &&str| {
        !label.is_empty()
            && label.len() <= 63
            && label.starts_with(is_part)
            && label.ends_with(is_part)
            && label.chars().all(|c| is_part(c) || c == '-')
    };
    let is_top = |label: &str| {
        label.chars().count() >= 2
            && label.chars().all(|c| c.is_ascii_alphabetic() || !c.is_ascii())
    };
    text.len() <= 255
        && labels.iter().all(is_label)
        && (labels.len() == 1 || labels.last().is_some_and(|label| is_top(label)))
}

/// Reads an address of four numbers; zeroes may lead.
fn is_ipv4(text: &str) -> bool {
    if text.contains(':') {
        return text.contains('.') && is_ipv6(text);
    }
    let mut n = 0;
    text.split('.').all(|part| {
        n += 1;
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_digit())
            && part.trim_start_matches('0').len() <= 3
            && part.parse::<u32>().is_ok_and(|value| value < 256)
    }) && n == 4
}

fn is_ipv6(text: &str) -> bool {
    text.contains(':') && text.parse::<Ipv6Addr>().is_ok()
}

fn is_cidr(text: &str) -> bool {
    let Some((address, bits)) = text.split_once('/') else { return false };
    let most = if is_ipv6(address) {
        128
    } else if is_ipv4(address) {
        32
    } else {
        return false;
    };
    !bits.is_empty()
        && bits.len() <= 3
        && bits.bytes().all(|byte| byte.is_ascii_digit())
        && bits.parse::<u32>().is_ok_and(|bits| bits <= most)
}

/// Tells whether a text is an address of 6, 8 or 20 bytes as Go writes hardware addresses.
fn is_mac(text: &str) -> bool {
    let Some(separator) = text.chars().find(|c| !c.is_ascii_hexdigit()) else { return false };
    if !":-.".contains(separator) {
        return false;
    }
    let digits = if separator == '.' { 4 } else { 2 };
    let mut n = 0;
    let fits = text.split(separator).all(|part| {
        n += digits / 2;
        part.len() == digits && is_hexadecimal(part)
    });
    fits && matches!(n, 6 | 8 | 20)
}

fn is_uuid(text: &str, version: Option<char>) -> bool {
    let mut digits = String::with_capacity(32);
    let mut rest = text;
    for (index, length) in [8, 4, 4, 4, 12].into_iter().enumerate() {
        if index > 0 {
            rest = rest.strip_prefix('-').unwrap_or(rest);
        }
        let Some((part, behind)) = rest.split_at_checked(length) else { return false };
        digits.push_str(part);
        rest = behind;
    }
    let has_version = version.is_none_or(|version| digits.chars().nth(12) == Some(version));
    let has_variant = !matches!(version, Some('4' | '5'))
        || digits.chars().nth(16).is_some_and(|c| "89abAB".contains(c));
    rest.is_empty() && is_hexadecimal(&digits) && has_version && has_variant
}

fn without_separators(text: &str) -> String {
    text.chars().filter(|c| !c.is_ascii_whitespace() && *c != '-').collect()
}

fn is_isbn10(text: &str) -> bool {
    let text = without_separators(text);
    if text.len() != 10 {
        return false;
    }
    let mut sum = 0;
    for (index, c) in text.chars().enumerate() {
        let value = match c {
            'X' if index == 9 => 10,
            c => match c.to_digit(10) {
                Some(digit) => digit,
                None => return false,
            },
        };
        sum += (u32::try_from(index).unwrap_or_default() + 1) * value;
    }
    sum % 11 == 0
}

fn is_isbn13(text: &str) -> bool {
    let text = without_separators(text);
    let digits: Option<Vec<u32>> = text.chars().map(|c| c.to_digit(10)).collect();
    digits.is_some_and(|digits| {
        let weigh = |(index, digit): (usize, &u32)| if index % 2 == 0 { *digit } else { digit * 3 };
        digits.len() == 13 && digits.iter().enumerate().map(weigh).sum::<u32>() % 10 == 0
    })
}

fn is_credit_card(text: &str) -> bool {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(10)).collect();
    let luhn = |(index, digit): (usize, &u32)| match index % 2 {
        0 => *digit,
        _ if *digit > 4 => digit * 2 - 9,
        _ => digit * 2,
    };
    (13..=16).contains(&digits.len())
        && digits.iter().rev().enumerate().map(luhn).sum::<u32>() % 10 == 0
}

fn is_ssn(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 11
        && bytes.iter().enumerate().all(|(index, byte)| match index {
            3 | 6 => matches!(byte, b'-' | b' '),
            _ => byte.is_ascii_digit(),
        })
}

fn is_rgb_color(text: &str) -> bool {
    let Some(inside) = text.strip_prefix("rgb(").and_then(|rest| rest.strip_suffix(')')) else {
        return false;
    };
    let parts: Vec<&str> = inside.split(',').map(str::trim).collect();
    parts.len() == 3
        && parts.iter().all(|part| {
            part.bytes().all(|byte| byte.is_ascii_digit())
                && (part.len() == 1 || !part.starts_with('0'))
                && part.parse::<u8>().is_ok()
        })
}

fn is_base64(text: &str) -> bool {
    let digits = text.trim_end_matches('=');
    let n_padding = text.len() - digits.len();
    !text.is_empty()
        && text.len().is_multiple_of(4)
        && n_padding <= 2
        && digits.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
}

/// Tells whether a text is a day: `2006-01-02`.
fn is_date(text: &str) -> bool {
    text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok()
}

/// Tells whether a text is a day and a time with its zone.
fn is_date_time(text: &str) -> bool {
    let lower = text.to_lowercase();
    let Some((date, rest)) = lower.split_once('t') else { return false };
    let time = rest.split('t').next().unwrap_or_default();
    let bytes = time.as_bytes();
    let two = |at: usize, most: &str| {
        time.get(at..at + 2)
            .is_some_and(|two| two.bytes().all(|byte| byte.is_ascii_digit()) && two <= most)
    };
    is_date(date)
        && two(0, "23")
        && bytes.get(2) == Some(&b':')
        && two(3, "59")
        && bytes.get(5) == Some(&b':')
        && two(6, "59")
        && is_end_of_time(time.get(8..).unwrap_or_default())
}

/// Tells whether a time ends so: perhaps a fraction behind any character, and the zone.
fn is_end_of_time(text: &str) -> bool {
    let is_zone = |zone: &str| {
        zone == "z"
            || zone.strip_prefix(['+', '-']).is_some_and(|zone| {
                zone.len() == 5
                    && zone.bytes().enumerate().all(|(index, byte)| match index {
                        2 => byte == b':',
                        _ => byte.is_ascii_digit(),
                    })
            })
    };
    let mut behind_first = text.chars();
    let is_first_there = behind_first.next().is_some_and(|first| first != '\n');
    let behind_fraction = behind_first.as_str().trim_start_matches(|c: char| c.is_ascii_digit());
    let has_fraction = behind_fraction.len() < behind_first.as_str().len();
    is_zone(text) || is_first_there && has_fraction && is_zone(behind_fraction)
}

/// Tells whether a text is a time span: Go's `1h30m`, or numbers with the words of Scala.
fn is_duration(text: &str) -> bool {
    go_duration(text).is_some() || has_scala_duration(text)
}

/// Reads a time span as Go's `time.ParseDuration` does, in nanoseconds.
pub(crate) fn go_duration(text: &str) -> Option<i64> {
    const UNITS: [(&str, f64); 8] = [
        ("ns", 1.0),
        ("us", 1e3),
        ("\u{b5}s", 1e3),
        ("\u{3bc}s", 1e3),
        ("ms", 1e6),
        ("s", 1e9),
        ("m", 60e9),
        ("h", 3600e9),
    ];
    let mut rest = text.strip_prefix(['+', '-']).unwrap_or(text);
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut sum = 0_i128;
    while !rest.is_empty() {
        let number = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        let digits = &rest[..rest.len() - number.len()];
        let behind = number.trim_start_matches(|c: char| c != '.' && !c.is_ascii_digit());
        let unit = &number[..number.len() - behind.len()];
        let (_, unit) = UNITS.iter().find(|(name, _)| *name == unit)?;
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
            return None;
        }
        #[expect(
            clippy::cast_possible_truncation,
            reason = "units are whole numbers, and a part of one fits"
        )]
        {
            let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
            let part: f64 = format!("0.{fraction}0").parse().ok()?;
            sum = sum.checked_add(whole.checked_mul(*unit as i128)?)?;
            sum = sum.checked_add((part * unit) as i128)?;
        }
        rest = behind;
    }
    let sum = i64::try_from(sum).ok()?;
    Some(if text.starts_with('-') { -sum } else { sum })
}

/// Units of Scala's time spans; the last of each is what longer words may begin with.
const UNITS: &[&[&str]] = &[
    &["ns", "nano"],
    &["us", "\u{b5}s", "micro"],
    &["ms", "milli"],
    &["s", "sec"],
    &["m", "min"],
    &["h", "hr", "hour"],
    &["d", "day"],
    &["w", "wk", "week"],
];

fn has_scala_duration(text: &str) -> bool {
    let is_unit = |word: &str| {
        UNITS.iter().any(|names| {
            names.contains(&word) || names.last().is_some_and(|last| word.starts_with(last))
        })
    };
    let lower = text.to_lowercase();
    let mut rest = lower.as_str();
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        rest = rest[at..].trim_start_matches(|c: char| c.is_ascii_digit()).trim_start();
        let behind = rest.trim_start_matches(|c: char| c.is_ascii_alphabetic() || c == '\u{b5}');
        if is_unit(&rest[..rest.len() - behind.len()]) {
            return true;
        }
        rest = behind;
    }
    false
}

fn is_name(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    text.starts_with(is_part)
        && text.ends_with(is_part)
        && text.chars().all(|c| is_part(c) || c == '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_tell_what_they_name_from_what_they_do_not() {
        let cases: &[(&str, &[&str], &[&str])] = &[
            ("ipv4", &["10.0.0.1", "010.0.0.1"], &["10.0.0", "256.0.0.1", "::1"]),
            ("ipv6", &["::1", "fe80::1"], &["10.0.0.1", "::g"]),
            ("cidr", &["10.0.0.0/8", "::/0"], &["10.0.0.0", "10.0.0.0/33", "a/8"]),
            ("mac", &["00:1b:44:11:3a:b7", "001b.4411.3ab7"], &["00:1b:44", "001b44113ab7"]),
            (
                "uuid4",
                &["c56a4180-65aa-42ec-a945-5fd21dec0538"],
                &["c56a4180-65aa-12ec-a945-5fd21dec0538"],
            ),
            ("date", &["2024-02-29"], &["2023-02-29", "2024-2-9"]),
            (
                "date-time",
                &["2024-02-29T10:00:00Z", "2024-02-29t10:00:00.5+01:00"],
                &["2024-02-29", "2024-02-29T25:00:00Z"],
            ),
            (
                "duration",
                &["1h30m", "0", "-1.5s", "2 days", "3 weeks"],
                &["1", "h", "", "5 lightyears"],
            ),
            ("uri", &["https://a.b/c", "/a/b", "mailto:x"], &["a b", "", "%zz", "/a%zz"]),
            ("hostname", &["a", "a.example.com"], &["-a", "a_b", "a..b"]),
            ("byte", &["aGk="], &["aGk", "", "a==="]),
            ("k8s-long-name", &["a.b-c"], &["A", "a."]),
            ("isbn10", &["0321751043"], &["0321751044"]),
            ("hexcolor", &["#fff", "00ff00"], &["#ff"]),
        ];
        for (name, good, bad) in cases {
            let format = Format::named(name).unwrap();
            good.iter().for_each(|text| assert!(format.fits(text), "{name} {text}"));
            bad.iter().for_each(|text| assert!(!format.fits(text), "{name} {text}"));
        }
    }

    #[test]
    fn addresses_are_read_without_panic() {
        assert!(!is_ipv4(""));
        assert!(!Format::Cidr.fits("1.2.3.4/"));
        assert!(!Format::Uuid.fits("\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}"));
    }
}
