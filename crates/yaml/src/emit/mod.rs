//! Writing YAML as Helm's `toYaml` and `toYamlPretty` do, byte for byte.
//!
//! `toYaml` is `Marshal` of `sigs.k8s.io/yaml` 1.6: the value becomes JSON, the JSON is read by goyaml v2 and written
//! by it. `toYamlPretty` is the encoder of goyaml v3 with an indent of two, without the way through JSON. Both write
//! block style, and `{}` and `[]` for what is empty.
//!
//! Text goes straight into one buffer. What remains of goyaml's emitter is its idea of where it stands: the indent,
//! and whether only indentation and indicators are on the current line.

pub(crate) mod plain;
mod scalar;
mod through_json;

use std::cmp::Ordering;
use std::slice;

use self::scalar::Analysis;
use crate::{Error, Value, json, sort};

/// The deepest nesting of lists and maps that goyaml v2 reads back from JSON.
pub const MAX_DEPTH: usize = 10_000;

/// The longest key, in bytes, that is written before a colon; a longer one is written after a question mark.
const MAX_SIMPLE_KEY: usize = 128;

/// Writes YAML as events come in, without a tree: Helm's `toYaml` layout, or `toYamlPretty`'s.
///
/// Events come in document order: a scalar, or `begin_*`, its content, `end`. Within a map each `key` is followed by
/// one node, and the caller gives keys in the order of [`Layout::compare_keys`]; [`sort::keys`] makes that order.
///
/// What cannot be written does not stop the events; [`Emitter::finish`] tells.
///
/// ```
/// use pintle_yaml::emit::{Emitter, Layout};
///
/// let mut yaml = Emitter::new(Layout::V2);
/// yaml.begin_map(1);
/// yaml.key("ports");
/// yaml.begin_list(2);
/// yaml.int(80);
/// yaml.string("443");
/// yaml.end();
/// yaml.end();
/// assert_eq!(yaml.finish().unwrap(), "ports:\n- 80\n- \"443\"\n");
/// ```
#[derive(Debug)]
pub struct Emitter {
    out: Vec<u8>,
    layout: Layout,
    /// where the current line begins in `out`
    line_start: usize,
    /// the last byte separates: no space is needed before what follows
    whitespace: bool,
    /// nothing but indentation, `-`, `?` and `:` is on the current line
    indention: bool,
    stack: Vec<Frame>,
    /// lines of the JSON in between that goyaml counts before the current place, for its error texts
    json_line: usize,
    error: Option<Error>,
}

/// The two layouts Helm writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// goyaml v2: sequences are not indented under their key
    V2,
    /// goyaml v3 with an indent of two: sequences are indented
    Pretty,
}

impl Layout {
    /// Compares two keys in the order in which this layout writes them.
    pub fn compare_keys(self, a: &str, b: &str) -> Ordering {
        match self {
            Self::V2 => sort::compare(a, b),
            Self::Pretty => sort::compare_pretty(a, b),
        }
    }
}

/// An open list or map.
#[derive(Debug, Clone, Copy)]
struct Frame {
    is_list: bool,
    /// `[]` or `{}`: written already
    is_empty: bool,
    /// the column of its items or keys
    indent: usize,
}

impl Emitter {
    /// Starts a document.
    pub fn new(layout: Layout) -> Self {
        Self {
            out: Vec::with_capacity(256),
            layout,
            line_start: 0,
            whitespace: true,
            indention: true,
            stack: Vec::new(),
            json_line: 0,
            error: None,
        }
    }

    /// Writes `null`.
    pub fn null(&mut self) {
        self.literal(b"null");
    }

    /// Writes a boolean.
    pub fn bool(&mut self, b: bool) {
        self.literal(if b { b"true" } else { b"false" });
    }

    /// Writes a time in RFC 3339's form without quotes, as goyaml v3 writes Go's `time.Time`.
    pub fn timestamp(&mut self, text: &str) {
        self.literal(text.as_bytes());
    }

    /// Writes an integer.
    pub fn int(&mut self, n: i64) {
        self.begin_scalar();
        json::number::int(&mut self.out, n);
    }

    /// Writes an unsigned integer.
    pub fn uint(&mut self, n: u64) {
        self.begin_scalar();
        json::number::uint(&mut self.out, n);
    }

    /// Writes a float: `5` stays `5` and 1e20 becomes `1e+20`; in [`Layout::Pretty`] 1e6 becomes `1e+06`.
    ///
    /// An infinity or NaN is an error in [`Layout::V2`], and `.inf`, `-.inf` or `.nan` in [`Layout::Pretty`].
    pub fn float(&mut self, x: f64) {
        self.begin_scalar();
        match self.layout {
            Layout::Pretty if x.is_nan() => self.out.extend_from_slice(b".nan"),
            Layout::Pretty if x.is_infinite() => {
                self.out.extend_from_slice(if x > 0.0 { b".inf" } else { b"-.inf" });
            }
            Layout::Pretty => json::number::shortest(&mut self.out, x),
            Layout::V2 if x.is_finite() => json::number::through_json(&mut self.out, x),
            Layout::V2 => {
                let message =
                    format!("error marshaling into JSON: {}", json::write::unsupported(x));
                self.fail(Error::Json { message, offset: 0 });
            }
        }
    }

    /// Writes a string in the style goyaml picks for it.
    ///
    /// In [`Layout::V2`] a control character that is not allowed in YAML (U+007F, U+0080 to U+009F, U+FFFE, U+FFFF)
    /// is an error, and U+0085 becomes a space or line breaks, since goyaml reads it raw in the JSON.
    pub fn string(&mut self, text: &str) {
        self.begin_node();
        match self.layout {
            Layout::V2 => match through_json::value(text, &mut self.json_line) {
                Ok(text) => self.write_value(&text),
                Err(error) => self.fail(error),
            },
            Layout::Pretty => self.write_value(text),
        }
    }

    /// Writes a string that may not be UTF-8.
    ///
    /// In [`Layout::V2`] each invalid byte becomes U+FFFD; in [`Layout::Pretty`] the string becomes `!!binary`.
    pub fn bytes(&mut self, text: &[u8]) {
        match std::str::from_utf8(text) {
            Ok(text) => self.string(text),
            Err(_) if self.layout == Layout::V2 => self.string(&json::replace_invalid(text)),
            Err(_) => {
                self.begin_node();
                self.write_binary(text, false);
            }
        }
    }

    /// Begins a list of `len` items.
    pub fn begin_list(&mut self, len: usize) {
        self.begin(true, len, b"[]");
    }

    /// Begins a map of `len` entries.
    pub fn begin_map(&mut self, len: usize) {
        self.begin(false, len, b"{}");
    }

    /// Writes the key of the next entry.
    pub fn key(&mut self, text: &str) {
        match self.layout {
            Layout::V2 => match through_json::key(text, &mut self.json_line) {
                Ok(text) => self.write_key(&text),
                Err(error) => self.fail(error),
            },
            Layout::Pretty => self.write_key(text),
        }
    }

    /// Writes the key of the next entry, which may not be UTF-8, as [`Emitter::bytes`] does.
    pub fn key_bytes(&mut self, text: &[u8]) {
        match std::str::from_utf8(text) {
            Ok(text) => self.key(text),
            Err(_) if self.layout == Layout::V2 => self.key(&json::replace_invalid(text)),
            Err(_) => {
                self.write_indent(self.indent());
                let encoded = scalar::base64(text);
                let is_simple =
                    !encoded.contains('\n') && "!!binary".len() + encoded.len() <= MAX_SIMPLE_KEY;
                self.begin_key(is_simple);
                self.write_binary(text, is_simple);
                self.end_key(is_simple);
            }
        }
    }

    /// Ends the innermost list or map.
    pub fn end(&mut self) {
        self.stack.pop();
    }

    /// Ends the document and gives the text, its last line ended.
    ///
    /// # Errors
    ///
    /// The first thing that could not be written, in Go's words: [`Error::Json`] for an infinity or NaN,
    /// [`Error::Yaml`] for a text that goyaml cannot read back from JSON. `toYaml` shows an empty text then, and
    /// `mustToYaml` the error.
    pub fn finish(mut self) -> Result<String, Error> {
        if let Some(error) = self.error {
            return Err(error);
        }
        if !self.out.is_empty() {
            self.write_indent(0);
        }
        Ok(json::into_text(self.out))
    }

    /// Gives the column of the items or keys of the innermost list or map.
    fn indent(&self) -> usize {
        self.stack.last().map_or(0, |frame| frame.indent)
    }

    fn fail(&mut self, error: Error) {
        self.error.get_or_insert(error);
    }

    fn begin(&mut self, is_list: bool, len: usize, empty: &[u8]) {
        self.begin_node();
        let indent = match self.stack.last() {
            None => 0,
            // A sequence stands under its key, unless a question mark and a colon are all that is on the line.
            Some(parent)
                if is_list && self.layout == Layout::V2 && !parent.is_list && !self.indention =>
            {
                parent.indent
            }
            Some(parent) => parent.indent + 2,
        };
        if len == 0 {
            self.write_indicator(empty, false);
        }
        self.stack.push(Frame { is_list, is_empty: len == 0, indent });
        if self.layout == Layout::V2 && self.stack.len() > MAX_DEPTH {
            let message = format!("exceeded max depth of {MAX_DEPTH}");
            self.fail(Error::Yaml { message, offset: 0 });
        }
    }

    /// Writes what comes before a node: the dash of a list.
    fn begin_node(&mut self) {
        if let Some(frame) = self.stack.last()
            && frame.is_list
            && !frame.is_empty
        {
            self.write_indent(frame.indent);
            self.write_indicator(b"-", true);
        }
    }

    /// Writes what comes before a plain scalar that needs no looking at.
    fn begin_scalar(&mut self) {
        self.begin_node();
        self.write_space();
        self.whitespace = false;
        self.indention = false;
    }

    fn literal(&mut self, text: &[u8]) {
        self.begin_scalar();
        self.out.extend_from_slice(text);
    }

    fn write_value(&mut self, text: &str) {
        self.write_string(text, Analysis::of(text, self.layout), false);
    }

    fn write_key(&mut self, text: &str) {
        self.write_indent(self.indent());
        let analysis = Analysis::of(text, self.layout);
        let is_simple = text.len() <= MAX_SIMPLE_KEY && !analysis.has_break;
        self.begin_key(is_simple);
        self.write_string(text, analysis, is_simple);
        self.end_key(is_simple);
    }

    fn begin_key(&mut self, is_simple: bool) {
        if !is_simple {
            self.write_indicator(b"?", true);
        }
    }

    fn end_key(&mut self, is_simple: bool) {
        if is_simple {
            self.out.push(b':');
            self.whitespace = false;
            self.indention = false;
        } else {
            self.write_indent(self.indent());
            self.write_indicator(b":", true);
        }
    }

    /// Goes to `column`: on this line if only indentation and indicators are on it, else on the next.
    fn write_indent(&mut self, column: usize) {
        // OK to count bytes: a line on which `indention` holds is ASCII.
        let here = self.out.len() - self.line_start;
        if !self.indention || here > column || (here == column && !self.whitespace) {
            self.write_break();
        }
        let here = self.out.len() - self.line_start;
        self.out.resize(self.out.len() + column.saturating_sub(here), b' ');
        self.whitespace = true;
        self.indention = true;
    }

    fn write_break(&mut self) {
        self.out.push(b'\n');
        self.line_start = self.out.len();
        self.indention = true;
    }

    fn write_space(&mut self) {
        if !self.whitespace {
            self.out.push(b' ');
        }
    }

    fn write_indicator(&mut self, indicator: &[u8], keeps_indention: bool) {
        self.write_space();
        self.out.extend_from_slice(indicator);
        self.whitespace = false;
        self.indention &= keeps_indention;
    }
}

/// What is left to write of an open list or map.
enum Rest<'a> {
    List(slice::Iter<'a, Value>),
    Map(std::vec::IntoIter<(&'a str, &'a Value)>),
}

/// Writes a value as `Marshal` of `sigs.k8s.io/yaml` does, its last line ended.
///
/// # Errors
///
/// As [`Emitter::finish`].
pub fn to_string(value: &Value) -> Result<String, Error> {
    let mut emitter = Emitter::new(Layout::V2);
    emitter.value(value);
    emitter.finish()
}

impl Emitter {
    /// Writes a whole value, however deep, its keys in this layout's order.
    pub fn value(&mut self, value: &Value) {
        let mut open: Vec<Rest<'_>> = Vec::new();
        let mut next = Some(value);
        loop {
            if let Some(value) = next.take() {
                match value {
                    Value::Null => self.null(),
                    Value::Bool(b) => self.bool(*b),
                    Value::Int(n) => self.int(*n),
                    Value::Float(x) => self.float(*x),
                    Value::String(text) => self.string(text),
                    Value::List(items) => {
                        self.begin_list(items.len());
                        open.push(Rest::List(items.iter()));
                    }
                    Value::Map(map) => {
                        self.begin_map(map.len());
                        let mut entries: Vec<(&str, &Value)> =
                            map.iter().map(|(key, value)| (&**key, value)).collect();
                        sort::keys(&mut entries, self.layout, |(key, _)| *key);
                        open.push(Rest::Map(entries.into_iter()));
                    }
                }
            }
            next = match open.last_mut() {
                None => return,
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
}
