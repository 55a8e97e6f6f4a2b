//! The values of `format` that are checked, with the words of Helm's library.
//!
//! Source: `format.go` of santhosh-tekuri/jsonschema v6.

use crate::go::url::Url;
use crate::go::{ip, regex};
use crate::quote::{Quoted, QuotedChar};

/// A format of strings that is checked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Format {
    name: &'static str,
    check: Checker,
}

type Checker = fn(&str) -> Result<(), String>;

const FORMATS: &[(&str, Checker)] = &[
    ("json-pointer", json_pointer),
    ("relative-json-pointer", relative_json_pointer),
    ("uuid", uuid),
    ("duration", duration),
    ("period", period),
    ("ipv4", ipv4),
    ("ipv6", ipv6),
    ("hostname", hostname),
    ("email", email),
    ("date", date),
    ("time", time),
    ("date-time", date_time),
    ("uri", uri),
    ("iri", uri),
    ("uri-reference", uri_reference),
    ("iri-reference", uri_reference),
    ("uri-template", uri_template),
    ("semver", semver),
    ("regex", |text| regex::LazyRegex::new(text.as_bytes()).map(drop)),
];

impl Format {
    /// Gives a format by its name; others are not checked.
    pub(super) fn named(name: &str) -> Option<Self> {
        let (name, check) = FORMATS.iter().find(|(known, _)| *known == name)?;
        Some(Self { name, check: *check })
    }

    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    /// Checks a text.
    ///
    /// # Errors
    ///
    /// Why it is not of this format.
    pub(super) fn check(&self, text: &str) -> Result<(), String> {
        (self.check)(text)
    }
}

fn wrong<T>(text: impl Into<String>) -> Result<T, String> {
    Err(text.into())
}

fn json_pointer(text: &str) -> Result<(), String> {
    const ESCAPE: &str = "~ must be followed by 0 or 1";
    if text.is_empty() {
        return Ok(());
    }
    let Some(tokens) = text.strip_prefix('/') else { return wrong("not starting with /") };
    for token in tokens.split('/') {
        let mut parts = token.split('~').skip(1);
        if !parts.all(|part| part.starts_with(['0', '1'])) {
            return wrong(ESCAPE);
        }
    }
    Ok(())
}

fn relative_json_pointer(text: &str) -> Result<(), String> {
    let n_digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if n_digits == 0 {
        return wrong("must start with non-negative integer");
    }
    if n_digits > 1 && text.starts_with('0') {
        return wrong("starts with zero");
    }
    match &text[n_digits..] {
        "#" => Ok(()),
        pointer => json_pointer(pointer),
    }
}

fn uuid(text: &str) -> Result<(), String> {
    const LENGTHS: [usize; 5] = [8, 4, 4, 4, 12];
    let groups: Vec<_> = text.split('-').collect();
    if groups.len() != LENGTHS.len() {
        return wrong("must have 5 elements");
    }
    for (n, (group, len)) in groups.into_iter().zip(LENGTHS).enumerate() {
        if group.len() != len {
            return wrong(format!("element {} must be {len} characters long", n + 1));
        }
        if let Some(c) = group.chars().find(|c| !c.is_ascii_hexdigit()) {
            return wrong(format!("non-hex character {}", QuotedChar(c)));
        }
    }
    Ok(())
}

fn duration(text: &str) -> Result<(), String> {
    const UNITS: [&str; 2] = ["YMD", "HMS"];
    let Some(text) = text.strip_prefix('P') else { return wrong("must start with P") };
    if text.is_empty() {
        return wrong("nothing after P");
    }
    if let Some(weeks) = text.strip_suffix('W') {
        if weeks.is_empty() {
            return wrong("no number in week");
        }
        let is_number = weeks.bytes().all(|b| b.is_ascii_digit());
        return if is_number { Ok(()) } else { wrong("invalid week") };
    }
    for (n, part) in text.split('T').enumerate() {
        if n != 0 && part.is_empty() {
            return wrong("no time elements");
        }
        let Some(all) = UNITS.get(n) else { return wrong("more than one T") };
        let (mut left, mut part) = (*all, part);
        while !part.is_empty() {
            let n_digits = part.bytes().take_while(u8::is_ascii_digit).count();
            if n_digits == 0 {
                return wrong("missing number");
            }
            // Go looks at one byte, which may be a part of a character.
            let Some(&unit) = part.as_bytes().get(n_digits) else { return wrong("missing unit") };
            let unit = char::from(unit);
            let Some(at) = left.find(unit) else {
                let fault = if all.contains(unit) {
                    format!("unit {} out of order", QuotedChar(unit))
                } else {
                    format!("invalid unit {}", QuotedChar(unit))
                };
                return wrong(fault);
            };
            left = &left[at + 1..];
            part = &part[n_digits + 1..];
        }
    }
    Ok(())
}

fn period(text: &str) -> Result<(), String> {
    let Some((start, end)) = text.split_once('/') else { return wrong("missing slash") };
    let in_part = |part: &str| {
        let part = part.to_owned();
        move |error: String| format!("invalid {part}: {error}")
    };
    if start.starts_with('P') {
        duration(start).map_err(in_part("start duration"))?;
        return date_time(end).map_err(in_part("end date-time"));
    }
    date_time(start).map_err(in_part("start date-time"))?;
    if end.starts_with('P') {
        duration(end).map_err(in_part("end duration"))
    } else {
        date_time(end).map_err(in_part("end date-time"))
    }
}

/// Reads a number as Go's `Atoi`, with its words.
fn atoi(text: &str) -> Result<i64, String> {
    text.parse().map_err(|_| {
        let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
        let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        let why = if is_number { "value out of range" } else { "invalid syntax" };
        format!("strconv.Atoi: parsing {}: {why}", Quoted(text))
    })
}

fn ipv4(text: &str) -> Result<(), String> {
    let groups: Vec<_> = text.split('.').collect();
    if groups.len() != 4 {
        return wrong("expected four decimals");
    }
    for group in groups {
        if group.len() > 1 && group.starts_with('0') {
            return wrong("leading zeros");
        }
        if !(0..=255).contains(&atoi(group)?) {
            return wrong("decimal must be between 0 and 255");
        }
    }
    Ok(())
}

fn ipv6(text: &str) -> Result<(), String> {
    if !text.contains(':') {
        return wrong("missing colon");
    }
    let (_, has_zone) = ip::parse(text.as_bytes())?;
    if has_zone { wrong("zone id is not a part of ipv6 address") } else { Ok(()) }
}

fn hostname(text: &str) -> Result<(), String> {
    let text = text.strip_suffix('.').unwrap_or(text);
    if text.len() > 253 {
        return wrong("more than 253 characters long");
    }
    for label in text.split('.') {
        if label.is_empty() || label.len() > 63 {
            return wrong("label must be 1 to 63 characters long");
        }
        if label.starts_with('-') {
            return wrong("label starts with hyphen");
        }
        if label.ends_with('-') {
            return wrong("label ends with hyphen");
        }
        if let Some(c) = label.chars().find(|c| !c.is_ascii_alphanumeric() && *c != '-') {
            return wrong(format!("invalid character {}", QuotedChar(c)));
        }
    }
    Ok(())
}

fn email(text: &str) -> Result<(), String> {
    if text.len() > 254 {
        return wrong("more than 255 characters long");
    }
    let Some((local, domain)) = text.rsplit_once('@') else { return wrong("missing @") };
    if local.len() > 64 {
        return wrong("local part more than 64 characters long");
    }
    if local.len() > 1 && local.starts_with('"') && local.ends_with('"') {
        if local[1..local.len() - 1].contains(['\\', '"']) {
            return wrong("backslash and quote are not allowed within quoted local part");
        }
    } else {
        if local.starts_with('.') {
            return wrong("starts with dot");
        }
        if local.ends_with('.') {
            return wrong("ends with dot");
        }
        if local.contains("..") {
            return wrong("consecutive dots");
        }
        let is_good = |c: &char| c.is_ascii_alphanumeric() || ".!#$%&'*+-/=?^_`{|}~".contains(*c);
        if let Some(c) = local.chars().find(|c| !is_good(c)) {
            return wrong(format!("invalid character {}", QuotedChar(c)));
        }
    }
    if let Some(address) = domain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return match address.strip_prefix("IPv6:") {
            Some(address) => {
                ipv6(address).map_err(|error| format!("invalid ipv6 address: {error}"))
            }
            None => ipv4(address).map_err(|error| format!("invalid ipv4 address: {error}")),
        };
    }
    hostname(domain).map_err(|error| format!("invalid domain: {error}"))
}

/// Reads a date as Go's `time.Parse` with the layout `2006-01-02`, with its words.
fn date(text: &str) -> Result<(), String> {
    let shown = Quoted(text);
    let cannot = |rest: &str, part: &str| {
        let rest = Quoted(rest);
        wrong(format!("parsing time {shown} as \"2006-01-02\": cannot parse {rest} as \"{part}\""))
    };
    let digits = |text: &str, len: usize| -> Option<u32> {
        let digits = text.get(..len)?;
        digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok())?
    };
    let Some(year) = digits(text, 4) else { return cannot(text, "2006") };
    let Some(rest) = text[4..].strip_prefix('-') else { return cannot(&text[4..], "-") };
    let Some(month) = digits(rest, 2) else { return cannot(rest, "01") };
    if !(1..=12).contains(&month) {
        return wrong(format!("parsing time {shown}: month out of range"));
    }
    let Some(rest) = rest[2..].strip_prefix('-') else { return cannot(&rest[2..], "-") };
    let Some(day) = digits(rest, 2) else { return cannot(rest, "02") };
    let extra = &rest[2..];
    if !extra.is_empty() {
        return wrong(format!("parsing time {shown}: extra text: {}", Quoted(extra)));
    }
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let n_days = match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    if !(1..=n_days).contains(&day) {
        return wrong(format!("parsing time {shown}: day out of range"));
    }
    Ok(())
}

fn time(text: &str) -> Result<(), String> {
    let bytes = text.as_bytes();
    if bytes.len() < 9 {
        return wrong("less than 9 characters long");
    }
    if bytes[2] != b':' || bytes[5] != b':' {
        return wrong("missing colon in correct place");
    }
    let number = |bytes: &[u8]| -> Option<i64> { std::str::from_utf8(bytes).ok()?.parse().ok() };
    let mut parts = [0; 3];
    for (part, start) in parts.iter_mut().zip([0, 3, 6]) {
        let Some(n) = number(&bytes[start..start + 2]) else {
            return wrong("invalid hour/min/sec");
        };
        if n < 0 {
            return wrong("non-positive hour/min/sec");
        }
        *part = n;
    }
    let [mut hour, mut minute, second] = parts;
    if hour > 23 || minute > 59 || second > 60 {
        return wrong("hour/min/sec out of range");
    }
    let mut rest = &bytes[8..];
    if let Some(fraction) = rest.strip_prefix(b".") {
        let n_digits = fraction.iter().take_while(|b| b.is_ascii_digit()).count();
        if n_digits == 0 {
            return wrong("no digits in second fraction");
        }
        rest = &fraction[n_digits..];
    }
    if rest != b"z" && rest != b"Z" {
        if rest.len() != 6 {
            return wrong("offset must be 6 characters long");
        }
        let sign = match rest[0] {
            b'+' => -1,
            b'-' => 1,
            _ => return wrong("offset must begin with plus/minus"),
        };
        if rest[3] != b':' {
            return wrong("missing colon in offset in correct place");
        }
        let (Some(hours), Some(minutes)) = (number(&rest[1..3]), number(&rest[4..6])) else {
            return wrong("invalid hour/min in offset");
        };
        if hours < 0 || minutes < 0 {
            return wrong("non-positive hour/min in offset");
        }
        if hours > 23 || minutes > 59 {
            return wrong("hour/min in offset out of range");
        }
        let mut minutes = hour * 60 + minute + sign * (hours * 60 + minutes);
        if minutes < 0 {
            minutes += 24 * 60;
        }
        (hour, minute) = (minutes / 60, minutes % 60);
    }
    if second >= 60 && (hour != 23 || minute != 59) {
        return wrong("invalid leap second");
    }
    Ok(())
}

fn date_time(text: &str) -> Result<(), String> {
    if text.len() < 20 {
        return wrong("less than 20 characters long");
    }
    if !matches!(text.as_bytes()[10], b't' | b'T') {
        return wrong("11th character must be t or T");
    }
    // OK because the eleventh byte is a character of its own.
    date(&text[..10]).map_err(|error| format!("invalid date element: {error}"))?;
    time(&text[11..]).map_err(|error| format!("invalid time element: {error}"))
}

fn parse_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text.as_bytes())?;
    let host = String::from_utf8_lossy(url.hostname()).into_owned();
    if host.contains(':') {
        if !url.host.contains(&b'[') || !url.host.contains(&b']') {
            return wrong("ipv6 address not enclosed in brackets");
        }
        ipv6(&host).map_err(|error| format!("invalid ipv6 address: {error}"))?;
    }
    Ok(url)
}

fn uri(text: &str) -> Result<(), String> {
    let url = parse_url(text)?;
    if url.scheme.is_empty() { wrong("relative url") } else { Ok(()) }
}

fn uri_reference(text: &str) -> Result<(), String> {
    if text.contains('\\') {
        return wrong("contains \\");
    }
    parse_url(text).map(drop)
}

fn uri_template(text: &str) -> Result<(), String> {
    let url = parse_url(text)?;
    // Only a path whose own escapes are not the usual ones is kept as it was.
    let raw = String::from_utf8_lossy(url.raw_path()).into_owned();
    for token in raw.split('/') {
        let token =
            Url::unescape_path(token).map_err(|error| format!("percent decode failed: {error}"))?;
        let mut is_open = false;
        for c in token.chars().filter(|c| matches!(c, '{' | '}')) {
            if (c == '{') == is_open {
                return wrong("nested curly braces");
            }
            is_open = !is_open;
        }
        if is_open {
            return wrong("no matching closing brace");
        }
    }
    Ok(())
}

fn semver(text: &str) -> Result<(), String> {
    let is_good = |c: &char| c.is_ascii_alphanumeric() || *c == '-';
    let (text, build) = text.split_once('+').map_or((text, None), |(t, build)| (t, Some(build)));
    if let Some(build) = build {
        if build.is_empty() {
            return wrong("build is empty");
        }
        for identifier in build.split('.') {
            if identifier.is_empty() {
                return wrong("build identifier is empty");
            }
            if let Some(c) = identifier.chars().find(|c| !is_good(c)) {
                return wrong(format!("invalid character {} in build identifier", QuotedChar(c)));
            }
        }
    }
    let (core, pre_release) = text.split_once('-').map_or((text, None), |(t, p)| (t, Some(p)));
    for identifier in pre_release.into_iter().flat_map(|text| text.split('.')) {
        if identifier.is_empty() {
            return wrong("pre-release identifier is empty");
        }
        if let Some(c) = identifier.chars().find(|c| !is_good(c)) {
            return wrong(format!("invalid character {} in pre-release identifier", QuotedChar(c)));
        }
        let is_number = identifier.bytes().all(|b| b.is_ascii_digit());
        if is_number && identifier.len() > 1 && identifier.starts_with('0') {
            return wrong("pre-release numeric identifier starts with zero");
        }
    }
    let numbers: Vec<_> = core.split('.').collect();
    if numbers.len() != 3 {
        return wrong("versionCore must have 3 numbers separated by dot");
    }
    for (number, name) in numbers.into_iter().zip(["major", "minor", "patch"]) {
        if number.is_empty() {
            return wrong(format!("{name} is empty"));
        }
        if number.len() > 1 && number.starts_with('0') {
            return wrong(format!("{name} starts with zero"));
        }
        if !number.bytes().all(|b| b.is_ascii_digit()) {
            return wrong(format!("{name} contains non-digit"));
        }
    }
    Ok(())
}
