//! The scalars of a TOML document: strings, numbers, dates and the two words.
//!
//! Source: `lex.go` and `parse.go` in BurntSushi/toml.

use pintle_gotmpl::Value;
use pintle_gotmpl::value::number::{parse_float, parse_int, quote};

use super::super::dates;
use super::super::unicode::is_letter;
use super::read::{Reader, Wrong, quote_char};

impl Reader<'_> {
    /// Reads `true` or `false`, the first letter being read.
    pub(super) fn word(&mut self) -> Result<Value, Wrong> {
        self.back();
        let start = self.at;
        self.skip_while(is_letter)?;
        match self.since(start) {
            b"true" => Ok(true.into()),
            b"false" => Ok(false.into()),
            other => {
                let message = format!("expected value but found {} instead", quote(other));
                Err(self.wrong(message))
            }
        }
    }

    /// Reads a string, the quote being read.
    pub(super) fn string(&mut self) -> Result<String, Wrong> {
        let start = self.at;
        loop {
            match self.next()? {
                None => return Err(self.wrong("unexpected EOF; expected '\"'")),
                Some('\n' | '\r') => {
                    return Err(self.wrong_before("strings cannot contain newlines"));
                }
                Some('\\') => self.escape(start)?,
                Some('"') => break,
                Some(_) => {}
            }
        }
        let text = String::from_utf8_lossy(&self.text[start..self.at - 1]);
        self.unescape(&text)
    }

    pub(super) fn multiline_string(&mut self) -> Result<String, Wrong> {
        let start = self.at;
        loop {
            match self.next()? {
                None => return Err(self.wrong("unexpected EOF; expected '\"\"\"'")),
                Some('\\') => {
                    if !matches!(self.next()?, Some('\n' | '\r')) {
                        self.back();
                        self.escape(start)?;
                    }
                }
                Some('"') => {
                    if self.ends_with_three('"', start)? {
                        break;
                    }
                }
                Some(_) => {}
            }
        }
        let text = String::from_utf8_lossy(&self.text[start..self.at - 3]);
        let text = without_line_ends(without_first_line_end(&text));
        self.unescape(&text)
    }

    /// Reads two more quotes, if they end the string: up to two quotes may stand before the three that do.
    fn ends_with_three(&mut self, mark: char, start: usize) -> Result<bool, Wrong> {
        if !self.accept(mark)? {
            return Ok(false);
        }
        if !self.accept(mark)? {
            self.back();
            return Ok(false);
        }
        if self.peek()? != Some(mark) {
            return Ok(true);
        }
        let five = [mark as u8; 5];
        let (before, is_five) = match self.since(start).strip_suffix(&five[..]) {
            Some(before) => (before, true),
            None => (&b""[..], false),
        };
        if is_five && !(mark == '"' && before.ends_with(b"\\")) {
            let marks = String::from(mark).repeat(6);
            let outer = if mark == '"' { '\'' } else { '"' };
            return Err(self.wrong(format!("unexpected {outer}{marks}{outer}")));
        }
        self.back();
        self.back();
        Ok(false)
    }

    pub(super) fn raw_string(&mut self) -> Result<String, Wrong> {
        let start = self.at;
        loop {
            match self.next()? {
                None => return Err(self.wrong("unexpected EOF; expected \"'\"")),
                Some('\n' | '\r') => {
                    return Err(self.wrong_before("strings cannot contain newlines"));
                }
                Some('\'') => break,
                Some(_) => {}
            }
        }
        Ok(String::from_utf8_lossy(&self.text[start..self.at - 1]).into_owned())
    }

    pub(super) fn multiline_raw_string(&mut self) -> Result<String, Wrong> {
        let start = self.at;
        loop {
            match self.next()? {
                None => return Err(self.wrong("unexpected EOF; expected \"'''\"")),
                Some('\'') => {
                    if self.ends_with_three('\'', start)? {
                        break;
                    }
                }
                Some(_) => {}
            }
        }
        let text = String::from_utf8_lossy(&self.text[start..self.at - 3]);
        Ok(without_first_line_end(&text).to_owned())
    }

    /// Reads over an escape of the string that began at `start`, the backslash being read.
    fn escape(&mut self, start: usize) -> Result<(), Wrong> {
        let (n_digits, name, letter) = match self.next()? {
            Some('e' | 'b' | 't' | 'n' | 'f' | 'r' | '"' | ' ' | '\t' | '\\') => return Ok(()),
            Some('x') => (2, "two", 'x'),
            Some('u') => (4, "four", 'u'),
            Some('U') => (8, "eight", 'U'),
            c => {
                let message = format!("invalid escape in string '\\{}'", c.unwrap_or('\0'));
                return Err(if c.is_none() {
                    self.wrong_before(message)
                } else {
                    self.wrong(message)
                });
            }
        };
        for _ in 0..n_digits {
            if !self.next()?.is_some_and(|c| c.is_ascii_hexdigit()) {
                let so_far = quote(self.since(start));
                return Err(self.wrong(format!(
                    "expected {name} hexadecimal digits after '\\{letter}', \
                     but got {so_far} instead"
                )));
            }
        }
        Ok(())
    }

    /// Replaces escapes, which have been read over once.
    fn unescape(&self, text: &str) -> Result<String, Wrong> {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('\\') {
            out.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            let mut chars = rest.chars();
            let letter = chars.next().unwrap_or('\\');
            rest = chars.as_str();
            let n_digits = match letter {
                'x' => 2,
                'u' => 4,
                'U' => 8,
                _ => {
                    out.push(match letter {
                        'b' => '\x08',
                        't' => '\t',
                        'n' => '\n',
                        'f' => '\x0c',
                        'r' => '\r',
                        'e' => '\x1b',
                        '"' | '\\' => letter,
                        _ => {
                            return Err(self.wrong_token(format!("invalid escape: '\\{letter}'")));
                        }
                    });
                    continue;
                }
            };
            let (digits, after) = rest.split_at(n_digits);
            let code = u32::from_str_radix(digits, 16).unwrap_or(u32::MAX);
            let c = char::from_u32(code).ok_or_else(|| {
                self.wrong_token(format!("Escaped character '\\u{digits}' is not valid UTF-8."))
            })?;
            out.push(c);
            rest = after;
        }
        out.push_str(rest);
        Ok(out)
    }

    /// Reads a value that begins with a digit.
    pub(super) fn number_or_date(&mut self) -> Result<Value, Wrong> {
        let start = self.at;
        let first = self.next()?;
        let mut c = self.next()?;
        if first == Some('0')
            && let Some(letter @ ('b' | 'o' | 'x')) = c
        {
            return self.radix_integer(start, letter);
        }
        while c.is_some_and(|c| c.is_ascii_digit()) {
            c = self.next()?;
        }
        match c {
            // After a single zero, a date could not go on.
            Some('-' | ':') if self.since(start).len() > 2 || first != Some('0') => {
                self.date(start)
            }
            Some('_') => self.decimal(start),
            Some('.' | 'e' | 'E') => self.float_digits(start),
            _ => {
                self.back();
                self.integer(start)
            }
        }
    }

    fn radix_integer(&mut self, start: usize, letter: char) -> Result<Value, Wrong> {
        let (radix, name) = match letter {
            'b' => (2, "a binary"),
            'o' => (8, "an octal"),
            _ => (16, "a hexadecimal"),
        };
        let c = self.peek()?;
        if !c.is_some_and(|c| c.is_digit(radix)) {
            let so_far = String::from_utf8_lossy(self.since(start)).into_owned();
            let c = c.unwrap_or('\0');
            return Err(self.wrong(format!("not {name} number: '{so_far}{c}'")));
        }
        self.skip_while(|c| c == '_' || c.is_digit(radix))?;
        self.integer(start)
    }

    /// Reads a number whose sign is read.
    pub(super) fn signed_number(&mut self, start: usize) -> Result<Value, Wrong> {
        match self.next()? {
            Some(first @ ('i' | 'n')) => {
                let [second, third] = if first == 'i' { ['n', 'f'] } else { ['a', 'n'] };
                if !self.accept(second)? || !self.accept(third)? {
                    let so_far = String::from_utf8_lossy(self.since(start)).into_owned();
                    return Err(self.wrong(format!("invalid float: '{so_far}'")));
                }
                return self.float(start);
            }
            Some('0') => {
                if let Some(letter @ ('b' | 'o' | 'x')) = self.peek()? {
                    let so_far = String::from_utf8_lossy(self.since(start)).into_owned();
                    return Err(self.wrong(format!(
                        "cannot use sign with non-decimal numbers: '{so_far}{letter}'"
                    )));
                }
            }
            Some('1'..='9') => {}
            Some('.') => return Err(self.wrong("floats must start with a digit, not '.'")),
            c => {
                return Err(self.wrong(format!("expected a digit but got {}", quote_char(c))));
            }
        }
        self.decimal(start)
    }

    /// Reads the rest of a decimal number.
    fn decimal(&mut self, start: usize) -> Result<Value, Wrong> {
        self.skip_while(|c| c == '_' || c.is_ascii_digit())?;
        if matches!(self.next()?, Some('.' | 'e' | 'E')) {
            return self.float_digits(start);
        }
        self.back();
        self.integer(start)
    }

    fn float_digits(&mut self, start: usize) -> Result<Value, Wrong> {
        self.skip_while(|c| c.is_ascii_digit() || matches!(c, '_' | '.' | '-' | '+' | 'e' | 'E'))?;
        self.float(start)
    }

    fn integer(&mut self, start: usize) -> Result<Value, Wrong> {
        let text = String::from_utf8_lossy(self.since(start)).into_owned();
        let invalid =
            |why: &str| self.wrong_token(format!("Invalid integer {}: {why}", quote(&text)));
        if !has_good_underscores(&text) {
            return Err(invalid("underscores must be surrounded by digits"));
        }
        if has_leading_zero(&text) {
            return Err(invalid("cannot have leading zeroes"));
        }
        parse_int(&text, 0)
            .map(Value::int64)
            .map_err(|_| self.wrong_token(format!("{text} is out of range for int64")))
    }

    pub(super) fn float(&mut self, start: usize) -> Result<Value, Wrong> {
        let text = String::from_utf8_lossy(self.since(start)).into_owned();
        let invalid =
            |why: &str| self.wrong_token(format!("Invalid float {}: {why}", quote(&text)));
        let mut parts = text.split(['.', 'e', 'E']).filter(|part| !part.is_empty()).peekable();
        let first = parts.peek().copied().unwrap_or_default();
        if !parts.all(has_good_underscores) {
            return Err(invalid("underscores must be surrounded by digits"));
        }
        if has_leading_zero(first) {
            return Err(invalid("cannot have leading zeroes"));
        }
        let is_followed = |(at, _)| text[at + 1..].starts_with(|c: char| c.is_ascii_digit());
        if !text.match_indices('.').all(is_followed) {
            return Err(invalid("'.' must be followed by one or more digits"));
        }
        let number = text.replace('_', "");
        match number.as_str() {
            "nan" | "+nan" => return Ok(f64::NAN.copysign(1.0).into()),
            "-nan" => return Ok(f64::NAN.copysign(-1.0).into()),
            _ => {}
        }
        parse_float(&number).map(Value::Float).map_err(|error| {
            self.wrong_token(if error.contains("out of range") {
                format!("{text} is out of range for float64")
            } else {
                format!("Invalid float value: {}", quote(&text))
            })
        })
    }

    fn date(&mut self, start: usize) -> Result<Value, Wrong> {
        self.skip_while(|c| {
            c.is_ascii_digit() || matches!(c, '-' | ':' | 'T' | 't' | ' ' | '.' | 'Z' | 'z' | '+')
        })?;
        let text = String::from_utf8_lossy(self.since(start));
        let text = text.trim().replace('z', "Z").replace(['t', ' '], "T");
        dates::time_from_toml(&text, self.world)
            .ok_or_else(|| self.wrong_token(format!("invalid datetime: {}", quote(&text))))
    }
}

/// Tells whether each underscore of a number stands after a digit or letter, and another one ends the number.
fn has_good_underscores(number: &str) -> bool {
    if matches!(number, "nan" | "+nan" | "-nan" | "inf" | "-inf" | "+inf") {
        return true;
    }
    let mut is_good = false;
    for c in number.chars() {
        if c == '_' && !is_good {
            return false;
        }
        is_good = c.is_ascii_hexdigit();
    }
    is_good
}

fn has_leading_zero(number: &str) -> bool {
    match number.as_bytes() {
        [b'0', second, ..] => !matches!(second, b'b' | b'o' | b'x'),
        [b'-' | b'+', b'0', _, ..] => true,
        _ => false,
    }
}

fn without_first_line_end(text: &str) -> &str {
    text.strip_prefix('\n').or_else(|| text.strip_prefix("\r\n")).unwrap_or(text)
}

/// Takes away backslashes at the end of a line, with all space up to the next character.
fn without_line_ends(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let after = &rest[at + 1..];
        if let Some(after) = after.strip_prefix('\\') {
            out.push_str(&rest[..at + 2]);
            rest = after;
            continue;
        }
        let next = after.trim_start_matches([' ', '\t', '\r', '\n']);
        if after[..after.len() - next.len()].contains('\n') {
            out.push_str(&rest[..at]);
            rest = next;
        } else {
            out.push_str(&rest[..=at]);
            rest = after;
        }
    }
    out.push_str(rest);
    out
}
