//! A time as Go reads it from JSON, and writes it again.
//!
//! Source: `Parse` in `time/format.go`, Go, with the layout of RFC 3339.

use crate::quote::Quoted;

const LAYOUT: &str = "2006-01-02T15:04:05Z07:00";

/// The most digits of a fraction of a second that Go keeps.
const MAX_FRACTION_DIGITS: usize = 9;

/// Checks that `text` is a time of RFC 3339 as Go takes it, which is a little more than the standard allows.
///
/// Gives Go's words when it is not.
pub(crate) fn check(text: &str) -> Result<(), String> {
    Time::parse(text).map(drop)
}

/// A time of RFC 3339, in its parts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Time<'a> {
    year: u32,
    month: u32,
    day: u32,
    hour: u32,
    minute: u32,
    second: u32,
    /// the digits of a fraction of a second
    fraction: &'a str,
    /// how far the local time is ahead of UTC, in minutes
    offset: i32,
}

impl<'a> Time<'a> {
    /// Reads a time.
    ///
    /// Gives Go's words for what is none.
    pub(crate) fn parse(text: &'a str) -> Result<Self, String> {
        let mut reader = Reader { whole: text, rest: text };
        let year = reader.number("2006", 4, 4)?;
        reader.literal("-")?;
        let month = reader.ranged("01", 2, 1..=12, "month")?;
        reader.literal("-")?;
        let day = reader.number("02", 2, 2)?;
        reader.literal("T")?;
        let hour = reader.ranged("15", 1, 0..=23, "hour")?;
        reader.literal(":")?;
        let minute = reader.ranged("04", 2, 0..=59, "minute")?;
        reader.literal(":")?;
        let second = reader.ranged("05", 2, 0..=59, "second")?;
        let fraction = reader.fraction();
        let offset = reader.zone()?;
        if !reader.rest.is_empty() {
            return Err(reader.says(&format!(": extra text: {}", Quoted(reader.rest))));
        }
        if !(1..=days_in(month, year)).contains(&day) {
            return Err(reader.says(": day out of range"));
        }
        Ok(Self { year, month, day, hour, minute, second, fraction, offset })
    }

    /// Writes the time as Go does: no zeros at the end of a fraction, `Z` for no offset.
    pub(crate) fn text(&self) -> String {
        let Self { year, month, day, hour, minute, second, fraction, offset } = self;
        let digits = &fraction[..fraction.len().min(MAX_FRACTION_DIGITS)];
        let digits = digits.trim_end_matches('0');
        let point = if digits.is_empty() { "" } else { "." };
        let zone = match offset {
            0 => "Z".to_owned(),
            minutes => {
                let sign = if *minutes < 0 { '-' } else { '+' };
                format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
            }
        };
        format!(
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{point}{digits}{zone}"
        )
    }

    /// Gives the seconds since 1970 in UTC, without the fraction.
    pub(crate) fn seconds(&self) -> i64 {
        let before = i64::from(self.year) - 1;
        let leap_days = before / 4 - before / 100 + before / 400;
        let months = (1..self.month).map(|month| i64::from(days_in(month, self.year)));
        // 719,162 days lie between the first day of the year 1 and that of 1970.
        let days =
            before * 365 + leap_days + months.sum::<i64>() + i64::from(self.day) - 1 - 719_162;
        let minutes = i64::from(self.hour * 60 + self.minute) - i64::from(self.offset);
        days * 86_400 + minutes * 60 + i64::from(self.second)
    }
}

struct Reader<'a> {
    whole: &'a str,
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn says(&self, what: &str) -> String {
        format!("parsing time {}{what}", Quoted(self.whole))
    }

    fn cannot_parse(&self, element: &str) -> String {
        let (layout, rest, element) = (Quoted(LAYOUT), Quoted(self.rest), Quoted(element));
        self.says(&format!(" as {layout}: cannot parse {rest} as {element}"))
    }

    fn literal(&mut self, literal: &str) -> Result<(), String> {
        self.rest = self.rest.strip_prefix(literal).ok_or_else(|| self.cannot_parse(literal))?;
        Ok(())
    }

    /// Takes from `least` to `most` digits.
    fn number(&mut self, element: &str, least: usize, most: usize) -> Result<u32, String> {
        let digits = self.rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
        if digits < least {
            return Err(self.cannot_parse(element));
        }
        let (number, rest) = self.rest.split_at(digits);
        let number = number.parse().map_err(|_| self.cannot_parse(element))?;
        self.rest = rest;
        Ok(number)
    }

    fn ranged(
        &mut self,
        element: &str,
        least: usize,
        range: std::ops::RangeInclusive<u32>,
        name: &str,
    ) -> Result<u32, String> {
        let number = self.number(element, least, 2)?;
        if range.contains(&number) {
            Ok(number)
        } else {
            Err(self.says(&format!(": {name} out of range")))
        }
    }

    /// Takes a fraction of a second, if there is one; gives its digits.
    fn fraction(&mut self) -> &'a str {
        let Some(fraction) = self.rest.strip_prefix(['.', ',']) else { return "" };
        let rest = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
        let digits = &fraction[..fraction.len() - rest.len()];
        if !digits.is_empty() {
            self.rest = rest;
        }
        digits
    }

    /// Takes the offset of the local time, and gives it in minutes.
    fn zone(&mut self) -> Result<i32, String> {
        const ELEMENT: &str = "Z07:00";
        if let Some(rest) = self.rest.strip_prefix('Z') {
            self.rest = rest;
            return Ok(0);
        }
        let bytes = self.rest.as_bytes();
        let [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2, ..] = bytes else {
            return Err(self.cannot_parse(ELEMENT));
        };
        if ![h1, h2, m1, m2].into_iter().all(u8::is_ascii_digit) {
            return Err(self.cannot_parse(ELEMENT));
        }
        let number = |tens: &u8, ones: &u8| i32::from(10 * (tens - b'0') + (ones - b'0'));
        let (hours, minutes) = (number(h1, h2), number(m1, m2));
        if hours > 24 {
            return Err(self.says(": time zone offset hour out of range"));
        }
        if minutes > 60 {
            return Err(self.says(": time zone offset minute out of range"));
        }
        // OK because the six bytes are ASCII, as was just seen.
        self.rest = &self.rest[6..];
        let offset = hours * 60 + minutes;
        Ok(if *sign == b'-' { -offset } else { offset })
    }
}

fn days_in(month: u32, year: u32) -> u32 {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}
