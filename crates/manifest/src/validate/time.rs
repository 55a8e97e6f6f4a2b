//! Times as Go reads them from JSON, and Go's words for those that it does not.
//!
//! Source: `Parse` of Go's `time` with the layout of RFC 3339, which is kinder than that: an hour may have one digit, a
//! second any fraction.

use std::fmt::Write as _;

use jiff::civil::Date;

/// How precisely a field keeps a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Precision {
    /// seconds, with or without a fraction in the text
    Seconds,
    /// millionths of a second: the text has just six digits of them
    Micros,
}

impl Precision {
    fn layout(self) -> &'static str {
        match self {
            Self::Seconds => "2006-01-02T15:04:05Z07:00",
            Self::Micros => "2006-01-02T15:04:05.000000Z07:00",
        }
    }
}

/// Reads a time, and tells what is wrong with it.
///
/// # Errors
///
/// Go's words.
pub(crate) fn check(text: &str, precision: Precision) -> Result<(), String> {
    let mut rest = Rest { text, layout: precision.layout(), left: text };
    let year = rest.digits(4, "2006")?;
    rest.literal("-")?;
    let month = rest.in_range(2, "01", 1..=12, "month")?;
    rest.literal("-")?;
    let day = rest.digits(2, "02")?;
    rest.literal("T")?;
    let is_short = rest.left.as_bytes().get(1).is_none_or(|byte| !byte.is_ascii_digit());
    rest.in_range(if is_short { 1 } else { 2 }, "15", 0..=23, "hour")?;
    rest.literal(":")?;
    rest.in_range(2, "04", 0..=59, "minute")?;
    rest.literal(":")?;
    rest.in_range(2, "05", 0..=59, "second")?;
    let n_digits = match rest.left.strip_prefix(['.', ',']) {
        Some(fraction) => fraction.bytes().take_while(u8::is_ascii_digit).count(),
        None => 0,
    };
    match precision {
        Precision::Seconds if n_digits == 0 => {}
        Precision::Seconds => rest.left = &rest.left[1 + n_digits..],
        Precision::Micros if n_digits < 6 => return Err(rest.cannot_parse(rest.left, ".000000")),
        Precision::Micros => rest.left = &rest.left["0.00000".len()..],
    }
    rest.zone()?;
    if !rest.left.is_empty() {
        return Err(rest.error(&format!(": extra text: {}", quoted(rest.left))));
    }
    if !has_day(year, month, day) {
        return Err(rest.error(": day out of range"));
    }
    Ok(())
}

/// Tells whether a month has a day; years have four digits.
fn has_day(year: u32, month: u32, day: u32) -> bool {
    let date = (i16::try_from(year), i8::try_from(month), i8::try_from(day));
    matches!(date, (Ok(year), Ok(month), Ok(day)) if Date::new(year, month, day).is_ok())
}

/// A time that is being read, and what is left of it.
struct Rest<'a> {
    text: &'a str,
    layout: &'static str,
    left: &'a str,
}

impl Rest<'_> {
    /// Reads so many digits; `element` is what stands for them in the layout.
    fn digits(&mut self, n: usize, element: &str) -> Result<u32, String> {
        let digits = self.left.get(..n).filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()));
        // OK because four digits are a number.
        let value = digits.and_then(|digits| digits.parse().ok());
        let value = value.ok_or_else(|| self.cannot_parse(self.left, element))?;
        self.left = &self.left[n..];
        Ok(value)
    }

    fn in_range(
        &mut self,
        n: usize,
        element: &str,
        range: std::ops::RangeInclusive<u32>,
        what: &str,
    ) -> Result<u32, String> {
        let value = self.digits(n, element)?;
        if range.contains(&value) {
            Ok(value)
        } else {
            Err(self.error(&format!(": {what} out of range")))
        }
    }

    fn literal(&mut self, literal: &str) -> Result<(), String> {
        match self.left.strip_prefix(literal) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => Err(self.cannot_parse(self.left, literal)),
        }
    }

    fn zone(&mut self) -> Result<(), String> {
        if let Some(left) = self.left.strip_prefix('Z') {
            self.left = left;
            return Ok(());
        }
        let start = self.left;
        let bad = |rest: &Self| rest.cannot_parse(start, "Z07:00");
        let bytes = start.as_bytes();
        let is_shaped = bytes.len() >= "+00:00".len()
            && matches!(bytes[0], b'+' | b'-')
            && bytes[3] == b':'
            && [1, 2, 4, 5].iter().all(|at| bytes[*at].is_ascii_digit());
        if !is_shaped {
            return Err(bad(self));
        }
        let number = |at: usize| u32::from(bytes[at] - b'0') * 10 + u32::from(bytes[at + 1] - b'0');
        // Go takes 24 hours and 60 minutes.
        match (number(1) > 24, number(4) > 60) {
            (_, true) => Err(self.error(": time zone offset minute out of range")),
            (true, _) => Err(self.error(": time zone offset hour out of range")),
            _ => {
                self.left = &start["+00:00".len()..];
                Ok(())
            }
        }
    }

    fn cannot_parse(&self, left: &str, element: &str) -> String {
        let (layout, left, element) = (quoted(self.layout), quoted(left), quoted(element));
        self.error(&format!(" as {layout}: cannot parse {left} as {element}"))
    }

    fn error(&self, detail: &str) -> String {
        format!("parsing time {}{detail}", quoted(self.text))
    }
}

/// Quotes as Go's `time` does: what is not ASCII byte by byte.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => quoted.extend(['\\', char::from(byte)]),
            b' '..=b'~' | 0x7f => quoted.push(char::from(byte)),
            _ => {
                let _ = write!(quoted, "\\x{byte:02x}");
            }
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_go_reads_them() {
        let seconds = [
            ("2024-01-01T00:00:00Z", None),
            ("2024-02-29T5:00:00,1234567890123+24:60", None),
            ("0000-01-01T00:00:00-00:00", None),
            ("2024-02-30T00:00:00Z", Some("\"2024-02-30T00:00:00Z\": day out of range")),
            ("2024-01-01T24:00:00Z", Some("\"2024-01-01T24:00:00Z\": hour out of range")),
            (
                "2024-01-01T00:00:00Zé",
                Some("\"2024-01-01T00:00:00Z\\xc3\\xa9\": extra text: \"\\xc3\\xa9\""),
            ),
            (
                "2024é",
                Some(
                    "\"2024\\xc3\\xa9\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"\\xc3\\xa9\" as \"-\"",
                ),
            ),
            ("", Some("\"\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"\" as \"2006\"")),
            (
                "2024-01-01T00:00:00.Z",
                Some(
                    "\"2024-01-01T00:00:00.Z\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \".Z\" as \"Z07:00\"",
                ),
            ),
        ];
        for (text, words) in seconds {
            let words = words.map(|words| format!("parsing time {words}"));
            assert_eq!(check(text, Precision::Seconds).err(), words, "{text}");
        }
        assert_eq!(check("2024-01-01T00:00:00.123456Z", Precision::Micros), Ok(()));
        for text in
            ["2024-01-01T00:00:00Z", "2024-01-01T00:00:00.1234567Z", "2024-01-01T00:00:00.12Z"]
        {
            assert!(check(text, Precision::Micros).is_err(), "{text}");
        }
    }
}
