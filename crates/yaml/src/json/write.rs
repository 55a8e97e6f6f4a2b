//! JSON as Go's `encoding/json` writes it.
//!
//! Source: `appendString` and `floatEncoder` in `encode.go`, `indent.go`.

use std::slice;

use super::number;
use crate::Map;
use crate::{Error, Value};

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
///
/// ```
/// use pintle_yaml::json::{Layout, Writer};
///
/// let mut json = Writer::new(Layout::Compact);
/// json.begin_map();
/// json.key("a");
/// json.string("<b>");
/// json.end();
/// assert_eq!(json.finish(), r#"{"a":"\u003cb\u003e"}"#);
/// ```
#[derive(Debug)]
pub struct Writer {
    out: Vec<u8>,
    layout: Layout,
    stack: Vec<Frame>,
    is_after_key: bool,
}

#[derive(Debug, Clone, Copy)]
struct Frame {
    close: u8,
    is_empty: bool,
}

impl Writer {
    /// Starts a document.
    pub fn new(layout: Layout) -> Self {
        Self { out: Vec::with_capacity(128), layout, stack: Vec::new(), is_after_key: false }
    }

    /// Writes `null`.
    pub fn null(&mut self) {
        self.begin_value();
        self.out.extend_from_slice(b"null");
    }

    /// Writes a boolean.
    pub fn bool(&mut self, b: bool) {
        self.begin_value();
        self.out.extend_from_slice(if b { b"true" } else { b"false" });
    }

    /// Writes an integer.
    pub fn int(&mut self, n: i64) {
        self.begin_value();
        number::int(&mut self.out, n);
    }

    /// Writes an unsigned integer.
    pub fn uint(&mut self, n: u64) {
        self.begin_value();
        number::uint(&mut self.out, n);
    }

    /// Writes a float in Go's JSON form.
    ///
    /// # Errors
    ///
    /// Infinities and NaN: `json: unsupported value: +Inf`.
    pub fn float(&mut self, x: f64) -> Result<(), Error> {
        if !x.is_finite() {
            return Err(Error::Json { message: unsupported(x), offset: self.out.len() });
        }
        self.begin_value();
        number::json(&mut self.out, x);
        Ok(())
    }

    /// Writes a string, escaped as Go does; U+2028 and U+2029 always are.
    pub fn string(&mut self, text: &str) {
        self.begin_value();
        self.quote(text.as_bytes());
    }

    /// Writes a string that may not be UTF-8: each invalid byte becomes `\ufffd`.
    pub fn bytes(&mut self, text: &[u8]) {
        self.begin_value();
        self.quote(text);
    }

    /// Begins a list.
    pub fn begin_list(&mut self) {
        self.begin(b'[', b']');
    }

    /// Begins a map.
    pub fn begin_map(&mut self) {
        self.begin(b'{', b'}');
    }

    /// Writes the key of the next entry.
    pub fn key(&mut self, text: &str) {
        self.key_bytes(text.as_bytes());
    }

    /// Writes the key of the next entry, which may not be UTF-8.
    pub fn key_bytes(&mut self, text: &[u8]) {
        self.begin_item();
        self.quote(text);
        self.out.push(b':');
        if self.layout == Layout::Pretty {
            self.out.push(b' ');
        }
        self.is_after_key = true;
    }

    /// Ends the innermost list or map.
    pub fn end(&mut self) {
        if let Some(frame) = self.stack.pop() {
            if !frame.is_empty {
                self.new_line();
            }
            self.out.push(frame.close);
        }
    }

    /// Gives the text, without a final newline.
    pub fn finish(self) -> String {
        super::into_text(self.out)
    }

    /// Writes a whole value, however deep.
    ///
    /// # Errors
    ///
    /// As [`Writer::float`].
    pub fn value(&mut self, value: &Value) -> Result<(), Error> {
        let mut open: Vec<Rest<'_>> = Vec::new();
        let mut next = Some(value);
        loop {
            if let Some(value) = next.take() {
                match value {
                    Value::Null => self.null(),
                    Value::Bool(b) => self.bool(*b),
                    Value::Int(n) => self.int(*n),
                    Value::Float(x) => self.float(*x)?,
                    Value::String(text) => self.string(text),
                    Value::List(items) => {
                        self.begin_list();
                        open.push(Rest::List(items.iter()));
                    }
                    Value::Map(map) => {
                        self.begin_map();
                        open.push(Rest::Map(entries(map)));
                    }
                }
            }
            next = match open.last_mut() {
                None => return Ok(()),
                Some(Rest::List(items)) => items.next(),
                Some(Rest::Map(entries)) => entries.next().map(|(key, value)| {
                    self.key(key);
                    value
                }),
            };
            if next.is_none() {
                open.pop();
                self.end();
            }
        }
    }

    fn begin(&mut self, open: u8, close: u8) {
        self.begin_value();
        self.out.push(open);
        self.stack.push(Frame { close, is_empty: true });
    }

    fn begin_value(&mut self) {
        if self.is_after_key {
            self.is_after_key = false;
        } else {
            self.begin_item();
        }
    }

    /// Writes what comes before an item of a list or an entry of a map.
    fn begin_item(&mut self) {
        let Some(frame) = self.stack.last_mut() else { return };
        if !std::mem::replace(&mut frame.is_empty, false) {
            self.out.push(b',');
        }
        self.new_line();
    }

    fn new_line(&mut self) {
        if self.layout == Layout::Pretty {
            self.out.push(b'\n');
            self.out.resize(self.out.len() + 2 * self.stack.len(), b' ');
        }
    }

    fn quote(&mut self, text: &[u8]) {
        let escapes_html = self.layout != Layout::Raw;
        self.out.push(b'"');
        let mut written = 0;
        let mut at = 0;
        while let Some(&byte) = text.get(at) {
            let is_safe = match byte {
                b'"' | b'\\' | 0..0x20 => false,
                b'<' | b'>' | b'&' => !escapes_html,
                _ => byte < 0x80,
            };
            if is_safe {
                at += 1;
                continue;
            }
            let width = if byte < 0x80 {
                1
            } else {
                match char_width(&text[at..]) {
                    Some(3) if matches!(text[at..at + 3], [0xe2, 0x80, 0xa8 | 0xa9]) => 3,
                    Some(width) => {
                        at += width;
                        continue;
                    }
                    None => 1,
                }
            };
            self.out.extend_from_slice(&text[written..at]);
            self.escape(text[at], text.get(at + 2).copied(), width);
            at += width;
            written = at;
        }
        self.out.extend_from_slice(&text[written..]);
        self.out.push(b'"');
    }

    fn escape(&mut self, byte: u8, third: Option<u8>, width: usize) {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        let short = match byte {
            b'"' | b'\\' => byte,
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            0x08 => b'b',
            0x0c => b'f',
            _ if width == 3 => {
                let is_line = third == Some(0xa8);
                return self.out.extend_from_slice(if is_line { b"\\u2028" } else { b"\\u2029" });
            }
            0x80.. => return self.out.extend_from_slice(b"\\ufffd"),
            _ => {
                self.out.extend_from_slice(b"\\u00");
                let digits = [HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 0xf)]];
                return self.out.extend_from_slice(&digits);
            }
        };
        self.out.extend_from_slice(&[b'\\', short]);
    }
}

/// Gives the width of the UTF-8 character at the start of `bytes`, if there is one.
fn char_width(bytes: &[u8]) -> Option<usize> {
    let width = match bytes.first()? {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return None,
    };
    std::str::from_utf8(bytes.get(..width)?).is_ok().then_some(width)
}

/// Counts the characters of a string as [`Layout::Compact`] writes it, with its quotes.
pub(crate) fn quoted_len(text: &str) -> usize {
    let mut writer = Writer::new(Layout::Compact);
    writer.string(text);
    writer.finish().chars().count()
}

/// Says in Go's words that a float has no JSON form.
pub(crate) fn unsupported(x: f64) -> String {
    let name = if x.is_nan() {
        "NaN"
    } else if x > 0.0 {
        "+Inf"
    } else {
        "-Inf"
    };
    format!("json: unsupported value: {name}")
}

/// What is left to write of an open list or map.
enum Rest<'a> {
    List(slice::Iter<'a, Value>),
    Map(Box<dyn Iterator<Item = (&'a str, &'a Value)> + 'a>),
}

fn entries(map: &Map) -> Box<dyn Iterator<Item = (&str, &Value)> + '_> {
    Box::new(map.iter().map(|(key, value)| (&**key, value)))
}

/// Writes a value. Infinities and NaN cannot be in one that was read.
///
/// # Errors
///
/// As [`Writer::float`].
pub fn to_string(value: &Value, layout: Layout) -> Result<String, Error> {
    let mut writer = Writer::new(layout);
    writer.value(value)?;
    Ok(writer.finish())
}
