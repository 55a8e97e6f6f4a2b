//! Go's time layouts: the reference time `Mon Jan 2 15:04:05 MST 2006` shows how a time is written.
//!
//! Source: Go's `time/format.go`.

use std::fmt::Write;

use super::time::{Time, Zone, days_before_month, days_in_month, is_leap_year};

/// One element of a layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Element {
    /// `January`
    LongMonth,
    /// `Jan`
    Month,
    /// `1` or `01`
    MonthNumber { zero: bool },
    /// `Monday`
    LongWeekday,
    /// `Mon`
    Weekday,
    /// `2`, `_2` or `02`
    Day(Pad),
    /// `__2` or `002`
    YearDay(Pad),
    /// `15`
    Hour,
    /// `3` or `03`
    Hour12 { zero: bool },
    /// `4` or `04`
    Minute { zero: bool },
    /// `5` or `05`
    Second { zero: bool },
    /// `2006`
    LongYear,
    /// `06`
    Year,
    /// `PM` or `pm`
    HalfDay { upper: bool },
    /// `MST`
    ZoneName,
    /// `-0700` and its like
    Offset(Offset),
    /// `.000`, `,000`, `.999` or `,999`
    Fraction { digits: usize, trim: bool, separator: u8 },
}

/// What fills a number up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pad {
    Nothing,
    Space,
    Zero,
}

/// How an offset from UTC is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Offset {
    /// whether UTC itself is `Z`
    zulu: bool,
    colon: bool,
    precision: Precision,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Precision {
    Hours,
    Minutes,
    Seconds,
}

/// The ways to write an offset after its `-` or `Z`, in the order in which Go tries them.
const OFFSETS: [(&[u8], bool, Precision); 5] = [
    (b"070000", false, Precision::Seconds),
    (b"07:00:00", true, Precision::Seconds),
    (b"0700", false, Precision::Minutes),
    (b"07:00", true, Precision::Minutes),
    (b"07", false, Precision::Hours),
];

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const WEEKDAYS: [&str; 7] =
    ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// Gives the name of a month from 1.
pub(super) fn month_name(month: u8) -> &'static str {
    MONTHS[usize::from(month.clamp(1, 12)) - 1]
}

/// Gives the name of a day of the week from 0, Sunday.
pub(super) fn weekday_name(weekday: u8) -> &'static str {
    WEEKDAYS[usize::from(weekday.min(6))]
}

/// Finds the first element of a layout: where it begins, where it ends, what it is.
fn next_element(layout: &[u8]) -> Option<(usize, usize, Element)> {
    for (at, &byte) in layout.iter().enumerate() {
        let rest = &layout[at..];
        let (len, element) = match byte {
            b'J' if rest.starts_with(b"January") => (7, Element::LongMonth),
            b'J' if starts_word(rest, b"Jan") => (3, Element::Month),
            b'M' if rest.starts_with(b"Monday") => (6, Element::LongWeekday),
            b'M' if starts_word(rest, b"Mon") => (3, Element::Weekday),
            b'M' if rest.starts_with(b"MST") => (3, Element::ZoneName),
            b'0' => match rest.get(1) {
                Some(b'1') => (2, Element::MonthNumber { zero: true }),
                Some(b'2') => (2, Element::Day(Pad::Zero)),
                Some(b'3') => (2, Element::Hour12 { zero: true }),
                Some(b'4') => (2, Element::Minute { zero: true }),
                Some(b'5') => (2, Element::Second { zero: true }),
                Some(b'6') => (2, Element::Year),
                Some(b'0') if rest.get(2) == Some(&b'2') => (3, Element::YearDay(Pad::Zero)),
                _ => continue,
            },
            b'1' if rest.get(1) == Some(&b'5') => (2, Element::Hour),
            b'1' => (1, Element::MonthNumber { zero: false }),
            b'2' if rest.starts_with(b"2006") => (4, Element::LongYear),
            b'2' => (1, Element::Day(Pad::Nothing)),
            // Not `_2`: the year, after a literal underscore.
            b'_' if rest.starts_with(b"_2006") => return Some((at + 1, at + 5, Element::LongYear)),
            b'_' if rest.starts_with(b"_2") => (2, Element::Day(Pad::Space)),
            b'_' if rest.starts_with(b"__2") => (3, Element::YearDay(Pad::Space)),
            b'3' => (1, Element::Hour12 { zero: false }),
            b'4' => (1, Element::Minute { zero: false }),
            b'5' => (1, Element::Second { zero: false }),
            b'P' if rest.starts_with(b"PM") => (2, Element::HalfDay { upper: true }),
            b'p' if rest.starts_with(b"pm") => (2, Element::HalfDay { upper: false }),
            b'-' | b'Z' => match OFFSETS.iter().find(|(text, ..)| rest[1..].starts_with(text)) {
                Some(&(text, colon, precision)) => {
                    let zulu = byte == b'Z';
                    (1 + text.len(), Element::Offset(Offset { zulu, colon, precision }))
                }
                None => continue,
            },
            b'.' | b',' => match fraction(rest) {
                Some(found) => found,
                None => continue,
            },
            _ => continue,
        };
        return Some((at, at + len, element));
    }
    None
}

/// Tells whether text begins with a word that does not go on in lower case.
fn starts_word(rest: &[u8], word: &[u8]) -> bool {
    rest.strip_prefix(word).is_some_and(|after| !after.first().is_some_and(u8::is_ascii_lowercase))
}

/// Reads `.000` or `.999`: one digit repeated, and no other digit after it.
fn fraction(rest: &[u8]) -> Option<(usize, Element)> {
    let &digit = rest.get(1).filter(|digit| matches!(digit, b'0' | b'9'))?;
    let digits = rest[1..].iter().take_while(|byte| **byte == digit).count();
    if rest.get(1 + digits).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    // Go keeps the number of digits in twelve bits.
    let kept = digits & 0xfff;
    let element = Element::Fraction { digits: kept, trim: digit == b'9', separator: rest[0] };
    Some((1 + digits, element))
}

/// Appends a time as a layout shows it: Go's `Time.Format`.
pub(super) fn format(time: &Time, layout: &[u8]) -> Vec<u8> {
    let (name, offset) = time.zone_name_and_offset();
    let civil = time.civil();
    let mut out = Vec::with_capacity(layout.len() + 10);
    let mut rest = layout;
    while let Some((start, end, element)) = next_element(rest) {
        out.extend_from_slice(&rest[..start]);
        rest = &rest[end..];
        match element {
            Element::LongMonth => out.extend_from_slice(month_name(civil.month).as_bytes()),
            Element::Month => out.extend_from_slice(&month_name(civil.month).as_bytes()[..3]),
            Element::LongWeekday => out.extend_from_slice(weekday_name(civil.weekday).as_bytes()),
            Element::Weekday => {
                out.extend_from_slice(&weekday_name(civil.weekday).as_bytes()[..3]);
            }
            Element::MonthNumber { zero } => push_number(&mut out, civil.month.into(), zero),
            Element::Day(pad) => {
                if pad == Pad::Space && civil.day < 10 {
                    out.push(b' ');
                }
                push_number(&mut out, civil.day.into(), pad == Pad::Zero);
            }
            Element::YearDay(Pad::Zero) => push_padded(&mut out, civil.year_day.into(), 3),
            Element::YearDay(_) => {
                out.extend_from_slice(format!("{:3}", civil.year_day).as_bytes());
            }
            Element::Hour => push_padded(&mut out, civil.hour.into(), 2),
            Element::Hour12 { zero } => {
                let hour = if civil.hour.is_multiple_of(12) { 12 } else { civil.hour % 12 };
                push_number(&mut out, hour.into(), zero);
            }
            Element::Minute { zero } => push_number(&mut out, civil.minute.into(), zero),
            Element::Second { zero } => push_number(&mut out, civil.second.into(), zero),
            Element::LongYear => push_padded(&mut out, civil.year, 4),
            Element::Year => push_padded(&mut out, civil.year.abs() % 100, 2),
            Element::HalfDay { upper } => out.extend_from_slice(match (civil.hour >= 12, upper) {
                (true, true) => b"PM",
                (true, false) => b"pm",
                (false, true) => b"AM",
                (false, false) => b"am",
            }),
            Element::ZoneName if !name.is_empty() => out.extend_from_slice(&name),
            Element::ZoneName => push_offset(
                &mut out,
                offset,
                Offset { zulu: false, colon: false, precision: Precision::Minutes },
            ),
            Element::Offset(style) if style.zulu && offset == 0 => out.push(b'Z'),
            Element::Offset(style) => push_offset(&mut out, offset, style),
            Element::Fraction { digits, trim, separator } => {
                push_fraction(&mut out, time.nanosecond(), digits, trim, separator);
            }
        }
    }
    out.extend_from_slice(rest);
    out
}

fn push_number(out: &mut Vec<u8>, number: i64, zero: bool) {
    push_padded(out, number, if zero { 2 } else { 0 });
}

fn push_padded(out: &mut Vec<u8>, number: i64, width: usize) {
    let sign = if number < 0 { "-" } else { "" };
    out.extend_from_slice(format!("{sign}{:0width$}", number.unsigned_abs()).as_bytes());
}

fn push_offset(out: &mut Vec<u8>, offset: i32, style: Offset) {
    // Go takes the sign from the minutes, so that half a minute west of Greenwich is `+0000`.
    let negative = offset / 60 < 0;
    let minutes = (offset / 60).abs();
    out.push(if negative { b'-' } else { b'+' });
    push_padded(out, (minutes / 60).into(), 2);
    if style.precision == Precision::Hours {
        return;
    }
    if style.colon {
        out.push(b':');
    }
    push_padded(out, (minutes % 60).into(), 2);
    if style.precision == Precision::Seconds {
        if style.colon {
            out.push(b':');
        }
        let unsigned = if negative { -offset } else { offset };
        push_padded(out, (unsigned % 60).into(), 2);
    }
}

fn push_fraction(out: &mut Vec<u8>, nanosecond: u32, digits: usize, trim: bool, separator: u8) {
    if trim && (digits == 0 || nanosecond == 0) {
        return;
    }
    let text = format!("{nanosecond:09}");
    let mut shown = &text[..digits.min(9)];
    if trim {
        shown = shown.trim_end_matches('0');
        if shown.is_empty() {
            return;
        }
    }
    out.push(separator);
    out.extend_from_slice(shown.as_bytes());
}

/// Why a piece of text is no time.
enum Bad {
    /// no such element
    Element,
    /// an element out of its range
    Range(&'static str),
}

/// What has been read of a time.
struct Fields {
    year: i64,
    month: Option<i64>,
    day: Option<i64>,
    year_day: Option<i64>,
    hour: i64,
    minute: i64,
    second: i64,
    nanosecond: u32,
    afternoon: bool,
    forenoon: bool,
    utc: bool,
    offset: Option<i32>,
    zone_name: Vec<u8>,
}

/// Reads a time as a layout shows it: Go's `time.ParseInLocation`.
///
/// # Errors
///
/// Go's text, such as `parsing time "x" as "2006": cannot parse "x" as "2006"`.
pub(super) fn parse(layout: &[u8], value: &[u8], local: &Zone) -> Result<Time, String> {
    let cannot = |element: &[u8], part: &[u8]| {
        format!(
            "parsing time {} as {}: cannot parse {} as {}",
            quote(value),
            quote(layout),
            quote(part),
            quote(element)
        )
    };
    let refuse = |reason: &str| format!("parsing time {}: {reason}", quote(value));
    let mut fields = Fields {
        year: 0,
        month: None,
        day: None,
        year_day: None,
        hour: 0,
        minute: 0,
        second: 0,
        nanosecond: 0,
        afternoon: false,
        forenoon: false,
        utc: false,
        offset: None,
        zone_name: Vec::new(),
    };
    let mut text = value;
    let mut rest = layout;
    loop {
        let next = next_element(rest);
        let prefix = next.map_or(rest, |(start, ..)| &rest[..start]);
        text = skip(text, prefix).map_err(|at| cannot(prefix, at))?;
        let Some((start, end, element)) = next else {
            if !text.is_empty() {
                return Err(refuse(&format!("extra text: {}", quote(text))));
            }
            break;
        };
        let element_text = &rest[start..end];
        rest = &rest[end..];
        let hold = text;
        match fields.read(element, &mut text, rest) {
            Ok(()) => {}
            Err(Bad::Element) => return Err(cannot(element_text, hold)),
            Err(Bad::Range(what)) => return Err(refuse(&format!("{what} out of range"))),
        }
    }
    fields.time(local).map_err(refuse)
}

impl Fields {
    /// Reads one element from the front of `text`. `layout` is what follows it.
    fn read(&mut self, element: Element, text: &mut &[u8], layout: &[u8]) -> Result<(), Bad> {
        match element {
            Element::Year => {
                let year = signed(take(text, 2)?)?;
                self.year = year + if year >= 69 { 1900 } else { 2000 };
            }
            Element::LongYear => {
                if !text.first().is_some_and(u8::is_ascii_digit) {
                    return Err(Bad::Element);
                }
                self.year = signed(take(text, 4)?)?;
            }
            Element::Month => self.month = Some(name(text, &MONTHS, 3)? + 1),
            Element::LongMonth => self.month = Some(name(text, &MONTHS, usize::MAX)? + 1),
            Element::MonthNumber { zero } => {
                let month = number(text, zero)?;
                self.month = Some(month);
                if !(1..=12).contains(&month) {
                    return Err(Bad::Range("month"));
                }
            }
            Element::Weekday => {
                name(text, &WEEKDAYS, 3)?;
            }
            Element::LongWeekday => {
                name(text, &WEEKDAYS, usize::MAX)?;
            }
            Element::Day(pad) => {
                if pad == Pad::Space {
                    skip_space(text);
                }
                self.day = Some(number(text, pad == Pad::Zero)?);
            }
            Element::YearDay(pad) => {
                if pad == Pad::Space {
                    skip_space(text);
                    skip_space(text);
                }
                self.year_day = Some(number3(text, pad == Pad::Zero)?);
            }
            Element::Hour => self.hour = below(24, number(text, false)?, "hour")?,
            Element::Hour12 { zero } => self.hour = below(13, number(text, zero)?, "hour")?,
            Element::Minute { zero } => self.minute = below(60, number(text, zero)?, "minute")?,
            Element::Second { zero } => {
                self.second = below(60, number(text, zero)?, "second")?;
                // A fraction is read even if the layout has none, unless it comes as the next element.
                if let &[b'.' | b',', b'0'..=b'9', ..] = *text
                    && !matches!(next_element(layout), Some((.., Element::Fraction { .. })))
                {
                    let len = 1 + text[1..].iter().take_while(|c| c.is_ascii_digit()).count();
                    self.nanosecond = nanoseconds(take(text, len)?)?;
                }
            }
            Element::HalfDay { upper } => {
                let word = take(text, 2)?;
                match (upper, word) {
                    (true, b"PM") | (false, b"pm") => self.afternoon = true,
                    (true, b"AM") | (false, b"am") => self.forenoon = true,
                    _ => return Err(Bad::Element),
                }
            }
            Element::Offset(style) => {
                if style.zulu && text.first() == Some(&b'Z') {
                    take(text, 1)?;
                    self.utc = true;
                } else {
                    self.offset = Some(offset(text, style)?);
                }
            }
            Element::ZoneName => {
                if text.starts_with(b"UTC") {
                    take(text, 3)?;
                    self.utc = true;
                } else {
                    let len = zone_name_len(text).ok_or(Bad::Element)?;
                    self.zone_name = take(text, len)?.to_vec();
                }
            }
            Element::Fraction { digits, trim: false, .. } => {
                self.nanosecond = nanoseconds(take(text, 1 + digits)?)?;
            }
            Element::Fraction { trim: true, .. } => {
                // Any number of digits, none included.
                if let &[b'.' | b',', b'0'..=b'9', ..] = *text {
                    let len = 1 + text[1..].iter().take_while(|c| c.is_ascii_digit()).count();
                    self.nanosecond = nanoseconds(take(text, len)?)?;
                }
            }
        }
        Ok(())
    }

    /// Makes a time of what was read, or tells why there is none.
    fn time(mut self, local: &Zone) -> Result<Time, &'static str> {
        if self.afternoon && self.hour < 12 {
            self.hour += 12;
        } else if self.forenoon && self.hour == 12 {
            self.hour = 0;
        }
        if let Some(year_day) = self.year_day {
            let (month, day) =
                month_and_day(self.year, year_day).ok_or("day-of-year out of range")?;
            if self.month.is_some_and(|given| given != month) {
                return Err("day-of-year does not match month");
            }
            if self.day.is_some_and(|given| given != day) {
                return Err("day-of-year does not match day");
            }
            (self.month, self.day) = (Some(month), Some(day));
        }
        let month = self.month.unwrap_or(1);
        let day = self.day.unwrap_or(1);
        if day < 1 || day > days_in_month(self.year, month) {
            return Err("day out of range");
        }
        let at = |zone| {
            let clock = (self.hour * 60 + self.minute) * 60 + self.second;
            Time::from_civil((self.year, month, day), clock, self.nanosecond, zone)
        };
        if self.utc {
            return Ok(at(Zone::Utc));
        }
        // Go marks "no offset" by -1 and so takes one second west of Greenwich for none.
        if let Some(offset) = self.offset.filter(|offset| *offset != -1) {
            let time = at(Zone::Utc).plus_seconds(-i64::from(offset));
            let (local_name, local_offset) = local.name_and_offset(time.unix());
            let is_local = local_offset == offset
                && (self.zone_name.is_empty() || *local_name == *self.zone_name);
            return Ok(time.in_zone(if is_local {
                local.clone()
            } else {
                Zone::fixed(&self.zone_name, offset)
            }));
        }
        if !self.zone_name.is_empty() {
            let time = at(Zone::Utc);
            if let Some(offset) = local.offset_of_name(&self.zone_name, time.unix()) {
                return Ok(time.plus_seconds(-i64::from(offset)).in_zone(local.clone()));
            }
            let hours = self.zone_name.strip_prefix(b"GMT").and_then(|hours| signed(hours).ok());
            let offset = hours.and_then(|hours| i32::try_from(hours * 3600).ok()).unwrap_or(0);
            return Ok(time.in_zone(Zone::fixed(&self.zone_name, offset)));
        }
        Ok(at(local.clone()))
    }
}

/// Gives the month and day of a day of the year.
fn month_and_day(year: i64, mut year_day: i64) -> Option<(i64, i64)> {
    if is_leap_year(year) {
        if year_day == 60 {
            return Some((2, 29));
        }
        if year_day > 60 {
            year_day -= 1;
        }
    }
    if !(1..=365).contains(&year_day) {
        return None;
    }
    let mut month = (year_day - 1) / 31 + 1;
    if days_before_month(month + 1) < year_day {
        month += 1;
    }
    Some((month, year_day - days_before_month(month)))
}

/// Skips what a layout has between two elements. A run of spaces there stands for any run of spaces, even for none at the end.
fn skip<'v>(mut text: &'v [u8], mut prefix: &[u8]) -> Result<&'v [u8], &'v [u8]> {
    while let Some(&byte) = prefix.first() {
        if byte == b' ' {
            if text.first().is_some_and(|next| *next != b' ') {
                return Err(text);
            }
            prefix = trim_spaces(prefix);
            text = trim_spaces(text);
            continue;
        }
        if text.first() != Some(&byte) {
            return Err(text);
        }
        prefix = &prefix[1..];
        text = &text[1..];
    }
    Ok(text)
}

fn trim_spaces(text: &[u8]) -> &[u8] {
    let spaces = text.iter().take_while(|byte| **byte == b' ').count();
    &text[spaces..]
}

fn skip_space(text: &mut &[u8]) {
    if let Some(rest) = text.strip_prefix(b" ") {
        *text = rest;
    }
}

fn take<'v>(text: &mut &'v [u8], len: usize) -> Result<&'v [u8], Bad> {
    let (taken, rest) = text.split_at_checked(len).ok_or(Bad::Element)?;
    *text = rest;
    Ok(taken)
}

fn below(end: i64, number: i64, what: &'static str) -> Result<i64, Bad> {
    if number < end { Ok(number) } else { Err(Bad::Range(what)) }
}

/// Reads digits with a sign before them, all of the text.
fn signed(text: &[u8]) -> Result<i64, Bad> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] | digits => (false, digits),
    };
    if !digits.iter().all(u8::is_ascii_digit) {
        return Err(Bad::Element);
    }
    let value = digits.iter().try_fold(0_i64, |value, digit| {
        value.checked_mul(10)?.checked_add(i64::from(digit - b'0'))
    });
    let value = value.ok_or(Bad::Element)?;
    Ok(if negative { -value } else { value })
}

/// Reads one digit or two; with `fixed` always two.
fn number(text: &mut &[u8], fixed: bool) -> Result<i64, Bad> {
    let digits = text.iter().take(2).take_while(|byte| byte.is_ascii_digit()).count();
    if digits == 0 || fixed && digits == 1 {
        return Err(Bad::Element);
    }
    signed(take(text, digits)?)
}

/// Reads one to three digits; with `fixed` always three.
fn number3(text: &mut &[u8], fixed: bool) -> Result<i64, Bad> {
    let digits = text.iter().take(3).take_while(|byte| byte.is_ascii_digit()).count();
    if digits == 0 || fixed && digits != 3 {
        return Err(Bad::Element);
    }
    signed(take(text, digits)?)
}

/// Reads one of some names, or its first `len` letters, in any case; gives its place.
fn name(text: &mut &[u8], names: &[&str], len: usize) -> Result<i64, Bad> {
    for (place, name) in (0..).zip(names) {
        let name = &name.as_bytes()[..len.min(name.len())];
        if text.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)) {
            *text = &text[name.len()..];
            return Ok(place);
        }
    }
    Err(Bad::Element)
}

/// Reads a separator and the digits of a fraction of a second; digits after the ninth do not count.
fn nanoseconds(text: &[u8]) -> Result<u32, Bad> {
    let (Some(b'.' | b','), digits) = (text.first(), text.get(1..).unwrap_or_default()) else {
        return Err(Bad::Element);
    };
    let digits = &digits[..digits.len().min(9)];
    let value = signed(digits)?;
    if value < 0 {
        return Err(Bad::Range("fractional second"));
    }
    let scale = 10_i64.pow(9 - u32::try_from(digits.len()).unwrap_or(9));
    u32::try_from(value * scale).map_err(|_| Bad::Element)
}

/// Reads an offset such as `-07:00`, in seconds.
fn offset(text: &mut &[u8], style: Offset) -> Result<i32, Bad> {
    let parts = match style.precision {
        Precision::Hours => 1,
        Precision::Minutes => 2,
        Precision::Seconds => 3,
    };
    let colons = if style.colon { parts - 1 } else { 0 };
    let written = take(text, 1 + 2 * parts + colons)?;
    let step = if style.colon { 3 } else { 2 };
    if style.colon && (1..parts).any(|part| written[part * step] != b':') {
        return Err(Bad::Element);
    }
    let mut numbers = [0_i64; 3];
    let mut bad = false;
    for (part, value) in numbers.iter_mut().enumerate().take(parts) {
        let start = 1 + part * step;
        let Ok(number) = number(&mut &written[start..start + 2], true) else {
            bad = true;
            break;
        };
        *value = number;
    }
    let [hours, minutes, seconds] = numbers;
    // The last of these wins, and any of them wins over text that is no number.
    for (number, most, what) in [
        (seconds, 60, "time zone offset second"),
        (minutes, 60, "time zone offset minute"),
        (hours, 24, "time zone offset hour"),
    ] {
        if number > most {
            return Err(Bad::Range(what));
        }
    }
    let offset = i32::try_from((hours * 60 + minutes) * 60 + seconds).map_err(|_| Bad::Element)?;
    match written[0] {
        _ if bad => Err(Bad::Element),
        b'+' => Ok(offset),
        b'-' => Ok(-offset),
        _ => Err(Bad::Element),
    }
}

/// Gives the length of the abbreviation of a zone at the front of text, if there is one Go knows as such.
fn zone_name_len(text: &[u8]) -> Option<usize> {
    if text.len() < 3 {
        return None;
    }
    if text.starts_with(b"ChST") || text.starts_with(b"MeST") {
        return Some(4);
    }
    if let Some(hours) = text.strip_prefix(b"GMT") {
        return Some(3 + signed_offset_len(hours));
    }
    if matches!(text[0], b'+' | b'-') {
        return Some(signed_offset_len(text)).filter(|len| *len > 0);
    }
    match text.iter().take(6).take_while(|byte| byte.is_ascii_uppercase()).count() {
        5 if text[4] == b'T' => Some(5),
        4 if text[3] == b'T' || text.starts_with(b"WITA") => Some(4),
        3 => Some(3),
        _ => None,
    }
}

/// Gives the length of a sign and up to 23 hours, 0 if that is not what comes.
fn signed_offset_len(text: &[u8]) -> usize {
    if !matches!(text.first(), Some(b'+' | b'-')) {
        return 0;
    }
    let digits = text[1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    match signed(&text[1..=digits]) {
        Ok(0..=23) if digits > 0 => 1 + digits,
        _ => 0,
    }
}

/// Quotes text as the errors of Go's `time` do: all that is not ASCII byte by byte.
pub(super) fn quote(text: &[u8]) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for &byte in text {
        match byte {
            b'"' | b'\\' => out.extend(['\\', char::from(byte)]),
            b' '..=0x7f => out.push(char::from(byte)),
            _ => write!(out, "\\x{byte:02x}").expect("a String takes any text"),
        }
    }
    out.push('"');
    out
}
