//! JSON as Go's `encoding/json` reads it.
//!
//! Source: `scanner.go` and `decode.go`.

use std::sync::Arc;

use crate::{Error, Value};

/// The deepest nesting of lists and maps that is read, as in Go.
pub const MAX_DEPTH: usize = 10_000;

/// The Go variable that JSON is read into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// `interface {}`
    Any,
    /// `map[string]interface {}`
    Map,
    /// `[]interface {}`
    List,
}

impl Target {
    /// Tells what Go says when it is to store `value` here and cannot. Null fits all.
    ///
    /// ```
    /// use pintle_yaml::{Value, json::Target};
    ///
    /// let error = Target::Map.mismatch(&Value::list(Vec::new())).unwrap();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "json: cannot unmarshal array into Go value of type map[string]interface {}"
    /// );
    /// ```
    pub fn mismatch(self, value: &Value) -> Option<Error> {
        let kind = match (value, self) {
            (Value::Null, _)
            | (_, Self::Any)
            | (Value::Map(_), Self::Map)
            | (Value::List(_), Self::List) => return None,
            (Value::Bool(_), _) => "bool",
            (Value::Int(_) | Value::Float(_), _) => "number",
            (Value::String(_), _) => "string",
            (Value::List(_), _) => "array",
            (Value::Map(_), _) => "object",
        };
        let go_type = if self == Self::Map { "map[string]interface {}" } else { "[]interface {}" };
        Some(cannot_unmarshal(kind, go_type, 0))
    }
}

/// Reads JSON into a value; every number becomes a float. Of equal keys the last one wins.
///
/// # Errors
///
/// [`Error::Json`] with Go's words, such as `invalid character 'x' looking for beginning of value`.
pub fn from_str(text: &str) -> Result<Value, Error> {
    from_slice(text.as_bytes())
}

/// Reads JSON as [`from_str`] does; in a string, each byte that is not part of a character becomes U+FFFD.
///
/// # Errors
///
/// As [`from_str`].
pub fn from_slice(text: &[u8]) -> Result<Value, Error> {
    match unmarshal(text, Target::Any) {
        (value, None) => Ok(value),
        (_, Some(error)) => Err(error),
    }
}

/// Reads JSON and gives what Go's `Unmarshal` leaves behind, and its error.
///
/// A number that is too large is an error, and null in a value that is read otherwise. After any other error there is
/// no value: null, or for [`Target::Map`] and [`Target::List`] an empty one.
pub fn unmarshal(text: &[u8], target: Target) -> (Value, Option<Error>) {
    let empty = || match target {
        Target::Any => Value::Null,
        Target::Map => Value::Map(crate::Map::new()),
        Target::List => Value::list(Vec::new()),
    };
    let mut reader = Reader { text, at: 0, range_error: None };
    match reader.document() {
        // Go looks at a number only if the target can hold one. Null and this error come from one that is too large.
        Ok(Value::Null) if reader.range_error.is_some() && target != Target::Any => {
            (empty(), target.mismatch(&Value::Float(0.0)))
        }
        Ok(value) => match target.mismatch(&value) {
            None => (value, reader.range_error),
            Some(error) => (empty(), Some(error)),
        },
        Err(error) => (empty(), Some(error)),
    }
}

fn cannot_unmarshal(what: &str, go_type: &str, offset: usize) -> Error {
    let message = format!("json: cannot unmarshal {what} into Go value of type {go_type}");
    Error::Json { message, offset }
}

/// A list or map that is being read.
enum Open {
    List(Vec<Value>),
    /// the entries, and the key whose value comes next
    Map(Vec<(Arc<str>, Value)>, Arc<str>),
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    /// the first number that was too large
    range_error: Option<Error>,
}

impl Reader<'_> {
    fn document(&mut self) -> Result<Value, Error> {
        let mut open: Vec<Open> = Vec::new();
        loop {
            let mut value = match self.next_byte()? {
                bracket @ (b'[' | b'{') => {
                    if open.len() == MAX_DEPTH {
                        return Err(self.invalid("exceeded max depth"));
                    }
                    self.at += 1;
                    match (bracket, self.next_byte()?) {
                        (b'[', b']') => {
                            self.at += 1;
                            Value::list(Vec::new())
                        }
                        (b'{', b'}') => {
                            self.at += 1;
                            Value::Map(crate::Map::new())
                        }
                        (b'[', _) => {
                            open.push(Open::List(Vec::new()));
                            continue;
                        }
                        _ => {
                            let key = self.key()?;
                            open.push(Open::Map(Vec::new(), key));
                            continue;
                        }
                    }
                }
                b'"' => Value::String(self.string()?),
                b'-' | b'0'..=b'9' => self.number()?,
                b't' => self.word("true", Value::Bool(true))?,
                b'f' => self.word("false", Value::Bool(false))?,
                b'n' => self.word("null", Value::Null)?,
                _ => return Err(self.invalid("looking for beginning of value")),
            };
            // The value may end lists and maps, which then are the value.
            loop {
                match open.pop() {
                    None => {
                        return match self.skip_space() {
                            None => Ok(value),
                            Some(_) => Err(self.invalid("after top-level value")),
                        };
                    }
                    Some(Open::List(mut items)) => {
                        items.push(value);
                        match self.next_byte()? {
                            b',' => {
                                self.at += 1;
                                open.push(Open::List(items));
                                break;
                            }
                            b']' => {
                                self.at += 1;
                                value = Value::list(items);
                            }
                            _ => return Err(self.invalid("after array element")),
                        }
                    }
                    Some(Open::Map(mut entries, key)) => {
                        entries.push((key, value));
                        match self.next_byte()? {
                            b',' => {
                                self.at += 1;
                                self.next_byte()?;
                                let key = self.key()?;
                                open.push(Open::Map(entries, key));
                                break;
                            }
                            b'}' => {
                                self.at += 1;
                                value = Value::Map(entries.into_iter().collect());
                            }
                            _ => return Err(self.invalid("after object key:value pair")),
                        }
                    }
                }
            }
        }
    }

    /// Reads a key and its colon.
    fn key(&mut self) -> Result<Arc<str>, Error> {
        if self.text.get(self.at) != Some(&b'"') {
            return Err(self.invalid("looking for beginning of object key string"));
        }
        let key = self.string()?;
        if self.next_byte()? != b':' {
            return Err(self.invalid("after object key"));
        }
        self.at += 1;
        Ok(key)
    }

    fn skip_space(&mut self) -> Option<u8> {
        loop {
            match self.text.get(self.at)? {
                b' ' | b'\t' | b'\r' | b'\n' => self.at += 1,
                byte => return Some(*byte),
            }
        }
    }

    fn next_byte(&mut self) -> Result<u8, Error> {
        self.skip_space().ok_or_else(|| self.unexpected_end())
    }

    fn unexpected_end(&self) -> Error {
        Error::Json { message: "unexpected end of JSON input".to_owned(), offset: self.at }
    }

    /// Says that the byte here is wrong. Go takes the end of the text for a space.
    fn invalid(&self, context: &str) -> Error {
        let byte = self.text.get(self.at).copied().unwrap_or(b' ');
        let message = format!("invalid character {} {context}", quote_char(byte));
        Error::Json { message, offset: self.at }
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Value, Error> {
        for expected in word.bytes() {
            if self.text.get(self.at) != Some(&expected) {
                let expected = char::from(expected);
                return Err(self.invalid(&format!("in literal {word} (expecting '{expected}')")));
            }
            self.at += 1;
        }
        Ok(value)
    }

    fn digits(&mut self, context: &str) -> Result<(), Error> {
        let n = self.text[self.at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        if n == 0 {
            return Err(self.invalid(context));
        }
        self.at += n;
        Ok(())
    }

    fn number(&mut self) -> Result<Value, Error> {
        let start = self.at;
        if self.text[self.at] == b'-' {
            self.at += 1;
        }
        // A number has one leading zero at most.
        if self.text.get(self.at) == Some(&b'0') {
            self.at += 1;
        } else {
            self.digits("in numeric literal")?;
        }
        if self.text.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.digits("after decimal point in numeric literal")?;
        }
        if matches!(self.text.get(self.at), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.text.get(self.at), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits("in exponent of numeric literal")?;
        }
        let digits = std::str::from_utf8(&self.text[start..self.at]).unwrap_or_default();
        let x: f64 = digits.parse().unwrap_or(f64::INFINITY);
        if x.is_finite() {
            return Ok(Value::Float(x));
        }
        let error = cannot_unmarshal(&format!("number {digits}"), "float64", start);
        self.range_error.get_or_insert(error);
        Ok(Value::Null)
    }

    /// Reads a string, the quote being here.
    fn string(&mut self) -> Result<Arc<str>, Error> {
        self.at += 1;
        let start = self.at;
        let n = self.plain_len();
        self.at += n;
        if self.text.get(self.at) == Some(&b'"')
            && let Ok(text) = std::str::from_utf8(&self.text[start..self.at])
        {
            self.at += 1;
            return Ok(text.into());
        }
        self.at = start;
        let mut text = String::new();
        loop {
            let n = self.plain_len();
            text.push_str(&super::replace_invalid(&self.text[self.at..self.at + n]));
            self.at += n;
            match self.text.get(self.at) {
                None => return Err(self.unexpected_end()),
                Some(b'"') => {
                    self.at += 1;
                    return Ok(text.into());
                }
                Some(b'\\') => {
                    self.at += 1;
                    text.push(self.escape()?);
                }
                Some(_) => return Err(self.invalid("in string literal")),
            }
        }
    }

    /// Counts the bytes up to a quote, a backslash or a control character.
    fn plain_len(&self) -> usize {
        let rest = &self.text[self.at..];
        rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20)).unwrap_or(rest.len())
    }

    /// Reads an escape, the backslash being read.
    fn escape(&mut self) -> Result<char, Error> {
        let c = match self.text.get(self.at) {
            Some(b'b') => '\x08',
            Some(b'f') => '\x0c',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(byte @ (b'\\' | b'/' | b'"')) => char::from(*byte),
            Some(b'u') => {
                self.at += 1;
                return self.unicode_escape();
            }
            _ => return Err(self.invalid("in string escape code")),
        };
        self.at += 1;
        Ok(c)
    }

    /// Reads the digits of an escape, and another escape if both are a surrogate pair.
    fn unicode_escape(&mut self) -> Result<char, Error> {
        let unit = self.four_digits()?;
        if let Some(c) = char::from_u32(unit) {
            return Ok(c);
        }
        let after = self.at;
        if (0xd800..0xdc00).contains(&unit) && self.text[after..].starts_with(b"\\u") {
            self.at += 2;
            let low = self.four_digits()?;
            if (0xdc00..0xe000).contains(&low) {
                let code = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            // The second escape stands for itself.
            self.at = after;
        }
        Ok(char::REPLACEMENT_CHARACTER)
    }

    fn four_digits(&mut self) -> Result<u32, Error> {
        let mut unit = 0;
        for _ in 0..4 {
            let digit = self.text.get(self.at).and_then(|byte| char::from(*byte).to_digit(16));
            let Some(digit) = digit else {
                return Err(self.invalid("in \\u hexadecimal character escape"));
            };
            unit = unit << 4 | digit;
            self.at += 1;
        }
        Ok(unit)
    }
}

/// Quotes a byte as Go does in its error texts, taking it for a character of Latin 1.
fn quote_char(byte: u8) -> String {
    match byte {
        b'\'' => r"'\''".to_owned(),
        b'\\' => r"'\\'".to_owned(),
        0x07 => r"'\a'".to_owned(),
        0x08 => r"'\b'".to_owned(),
        0x0b => r"'\v'".to_owned(),
        0x0c => r"'\f'".to_owned(),
        b'\n' => r"'\n'".to_owned(),
        b'\r' => r"'\r'".to_owned(),
        b'\t' => r"'\t'".to_owned(),
        0..0x20 | 0x7f => format!("'\\x{byte:02x}'"),
        0x80..=0xa0 | 0xad => format!("'\\u{byte:04x}'"),
        _ => format!("'{}'", char::from(byte)),
    }
}
