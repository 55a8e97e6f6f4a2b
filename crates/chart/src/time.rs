//! Checking a time as Go reads it from JSON.
//!
//! Source: `Parse` in `time/format.go`, Go, with the layout of RFC 3339.

use crate::quote::Quoted;

const LAYOUT: &str = "2006-01-02T15:04:05Z07:00";

/// Checks that `text` is a time of RFC 3339 as Go takes it, which is a little more than the standard allows.
///
/// Gives Go's words when it is not.
pub(crate) fn check(text: &str) -> Result<(), String> {
    let mut reader = Reader { whole: text, rest: text };
    let year = reader.number("2006", 4, 4)?;
    reader.literal("-")?;
    let month = reader.ranged("01", 2, 1..=12, "month")?;
    reader.literal("-")?;
    let day = reader.number("02", 2, 2)?;
    reader.literal("T")?;
    reader.ranged("15", 1, 0..=23, "hour")?;
    reader.literal(":")?;
    reader.ranged("04", 2, 0..=59, "minute")?;
    reader.literal(":")?;
    reader.ranged("05", 2, 0..=59, "second")?;
    reader.fraction();
    reader.zone()?;
    if !reader.rest.is_empty() {
        return Err(reader.says(&format!(": extra text: {}", Quoted(reader.rest))));
    }
    if !(1..=days_in(month, year)).contains(&day) {
        return Err(reader.says(": day out of range"));
    }
    Ok(())
}

struct Reader<'a> {
    whole: &'a str,
    rest: &'a str,
}

impl Reader<'_> {
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

    /// Takes a fraction of a second, if there is one.
    fn fraction(&mut self) {
        let Some(fraction) = self.rest.strip_prefix(['.', ',']) else { return };
        let rest = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
        if rest.len() < fraction.len() {
            self.rest = rest;
        }
    }

    fn zone(&mut self) -> Result<(), String> {
        const ELEMENT: &str = "Z07:00";
        if let Some(rest) = self.rest.strip_prefix('Z') {
            self.rest = rest;
            return Ok(());
        }
        let bytes = self.rest.as_bytes();
        let [b'+' | b'-', h1, h2, b':', m1, m2, ..] = bytes else {
            return Err(self.cannot_parse(ELEMENT));
        };
        if ![h1, h2, m1, m2].into_iter().all(u8::is_ascii_digit) {
            return Err(self.cannot_parse(ELEMENT));
        }
        let number = |tens: &u8, ones: &u8| 10 * (tens - b'0') + (ones - b'0');
        if number(h1, h2) > 24 {
            return Err(self.says(": time zone offset hour out of range"));
        }
        if number(m1, m2) > 60 {
            return Err(self.says(": time zone offset minute out of range"));
        }
        // OK because the six bytes are ASCII, as was just seen.
        self.rest = &self.rest[6..];
        Ok(())
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
