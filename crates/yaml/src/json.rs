//! JSON as Go's `encoding/json` reads and writes it.

use crate::{Error, Value};

/// Reads JSON into a value; every number becomes a float.
///
/// # Errors
///
/// [`Error::Json`] with Go's words, such as `invalid character 'x' looking for beginning of value`.
pub fn from_str(_text: &str) -> Result<Value, Error> {
    unreachable!("being built")
}

/// How JSON is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// one line; `<`, `>` and `&` escaped
    Compact,
    /// one line; `<`, `>` and `&` as they are
    Raw,
    /// two spaces a level; `<`, `>` and `&` escaped
    Pretty,
}

/// Writes JSON as events come in, without a tree. Map keys come in byte order.
#[derive(Debug)]
pub struct Writer {
    out: Vec<u8>,
}

impl Writer {
    /// Starts a document.
    pub fn new(_layout: Layout) -> Self {
        Self { out: Vec::new() }
    }

    /// Writes `null`.
    pub fn null(&mut self) {}

    /// Writes a boolean.
    pub fn bool(&mut self, _b: bool) {}

    /// Writes an integer.
    pub fn int(&mut self, _n: i64) {}

    /// Writes a float in Go's JSON form.
    ///
    /// # Errors
    ///
    /// Infinities and NaN: `json: unsupported value: +Inf`.
    pub fn float(&mut self, _x: f64) -> Result<(), Error> {
        Ok(())
    }

    /// Writes a string, escaped as Go does; U+2028 and U+2029 always are.
    pub fn string(&mut self, _text: &str) {}

    /// Begins a list.
    pub fn begin_list(&mut self) {}

    /// Begins a map.
    pub fn begin_map(&mut self) {}

    /// Writes the key of the next entry.
    pub fn key(&mut self, _text: &str) {}

    /// Ends the innermost list or map.
    pub fn end(&mut self) {}

    /// Gives the text, without a final newline.
    pub fn finish(self) -> String {
        String::from_utf8(self.out).expect("only text was written")
    }
}

/// Writes a value. Infinities and NaN cannot be in one that was read.
///
/// # Errors
///
/// As [`Writer::float`].
pub fn to_string(_value: &Value, _layout: Layout) -> Result<String, Error> {
    unreachable!("being built")
}
