//! Writing values as JSON and YAML, without a tree between.
//!
//! `toYaml` writes what `encoding/json` would make of a value, `toYamlPretty` what goyaml v3 makes of it directly. That shows in
//! structs, byte slices and durations.
//!
//! Source: `encode.go` in Go's `encoding/json`; `encode.go` in goyaml v3.

use std::borrow::Cow;

use pintle_gotmpl::value::print;
use pintle_gotmpl::{FuncError, Kind, List, Map, Object, Value};
use pintle_yaml::json::{self, Writer};
use pintle_yaml::{Emitter, Error, emit};

use crate::funcs::arguments::byte_slice;
use crate::funcs::encoding::base64_encode;
use crate::funcs::limits::{self, Walk};

/// From this depth on Go's JSON encoder looks for a map that contains itself.
const CYCLE_SEARCH_DEPTH: usize = 1000;

/// Why a value was not written.
#[derive(Debug)]
pub(super) enum Refusal {
    /// Go cannot write it either; in its words
    Unsupported(String),
    /// Go's writer panics over it
    Panic(FuncError),
    /// it is beyond a limit of ours
    Limit(FuncError),
}

impl From<FuncError> for Refusal {
    fn from(error: FuncError) -> Self {
        Self::Limit(error)
    }
}

/// Writes a value as JSON.
pub(super) fn write_json(value: &Value, layout: json::Layout) -> Result<String, Refusal> {
    let indent = if layout == json::Layout::Pretty { 2 } else { 0 };
    let mut writing = Writing::new(Writer::new(layout), indent);
    writing.value(value, 0)?;
    Ok(writing.sink.finish())
}

/// Writes a value as YAML, without the last line's end.
pub(super) fn write_yaml(value: &Value, layout: emit::Layout) -> Result<String, Refusal> {
    let sink = Yaml { emitter: Emitter::new(layout), layout };
    let mut writing = Writing::new(sink, 2);
    writing.value(value, 0).map_err(|refusal| match refusal {
        Refusal::Unsupported(message) if layout == emit::Layout::V2 => {
            Refusal::Unsupported(format!("error marshaling into JSON: {message}"))
        }
        other => other,
    })?;
    let mut text =
        writing.sink.emitter.finish().map_err(|error| Refusal::Unsupported(error.to_string()))?;
    if text.ends_with('\n') {
        text.pop();
    }
    Ok(text)
}

/// What JSON and YAML are written to.
trait Sink {
    fn null(&mut self);
    fn bool(&mut self, b: bool);
    fn int(&mut self, n: i64);
    fn uint(&mut self, n: u64);
    fn float(&mut self, x: f64) -> Result<(), Error>;
    fn bytes(&mut self, text: &[u8]);
    fn timestamp(&mut self, text: &str);
    fn begin_list(&mut self, len: usize);
    fn begin_map(&mut self, len: usize);
    fn key(&mut self, text: &[u8]);
    fn end(&mut self);

    /// Puts the entries of a map, which come in byte order of their keys, in the order in which they are written.
    fn sort(&self, _entries: &mut [(&[u8], &Value)]) {}

    /// Tells whether values go through `encoding/json` first.
    fn is_json(&self) -> bool {
        true
    }
}

impl Sink for Writer {
    fn null(&mut self) {
        self.null();
    }

    fn bool(&mut self, b: bool) {
        self.bool(b);
    }

    fn int(&mut self, n: i64) {
        self.int(n);
    }

    fn uint(&mut self, n: u64) {
        self.uint(n);
    }

    fn float(&mut self, x: f64) -> Result<(), Error> {
        self.float(x)
    }

    fn bytes(&mut self, text: &[u8]) {
        self.bytes(text);
    }

    fn timestamp(&mut self, text: &str) {
        self.string(text);
    }

    fn begin_list(&mut self, _len: usize) {
        self.begin_list();
    }

    fn begin_map(&mut self, _len: usize) {
        self.begin_map();
    }

    fn key(&mut self, text: &[u8]) {
        self.key_bytes(text);
    }

    fn end(&mut self) {
        self.end();
    }
}

/// An emitter, and the layout it was made for.
struct Yaml {
    emitter: Emitter,
    layout: emit::Layout,
}

impl Sink for Yaml {
    fn null(&mut self) {
        self.emitter.null();
    }

    fn bool(&mut self, b: bool) {
        self.emitter.bool(b);
    }

    fn int(&mut self, n: i64) {
        self.emitter.int(n);
    }

    fn uint(&mut self, n: u64) {
        self.emitter.uint(n);
    }

    fn float(&mut self, x: f64) -> Result<(), Error> {
        if self.is_json() && !x.is_finite() {
            return Writer::new(json::Layout::Compact).float(x);
        }
        self.emitter.float(x);
        Ok(())
    }

    fn bytes(&mut self, text: &[u8]) {
        self.emitter.bytes(text);
    }

    fn timestamp(&mut self, text: &str) {
        self.emitter.timestamp(text);
    }

    fn begin_list(&mut self, len: usize) {
        self.emitter.begin_list(len);
    }

    fn begin_map(&mut self, len: usize) {
        self.emitter.begin_map(len);
    }

    fn key(&mut self, text: &[u8]) {
        self.emitter.key_bytes(text);
    }

    fn end(&mut self) {
        self.emitter.end();
    }

    fn sort(&self, entries: &mut [(&[u8], &Value)]) {
        entries.sort_by(|(a, _), (b, _)| {
            self.layout.compare_keys(&String::from_utf8_lossy(a), &String::from_utf8_lossy(b))
        });
    }

    fn is_json(&self) -> bool {
        self.layout == emit::Layout::V2
    }
}

/// One value being written.
struct Writing<S> {
    sink: S,
    walk: Walk,
    /// how many spaces each level is indented
    indent: usize,
    /// the maps that are open, from [`CYCLE_SEARCH_DEPTH`] on
    path: Vec<Map>,
}

impl<S: Sink> Writing<S> {
    fn new(sink: S, indent: usize) -> Self {
        Self { sink, walk: Walk::default(), indent, path: Vec::new() }
    }

    /// Counts the items of a list or map, and what stands before and after each.
    fn enter(&mut self, depth: usize, len: usize) -> Result<(), Refusal> {
        self.walk.enter(depth, len)?;
        self.walk.text(len.saturating_mul(self.indent * depth + 2))?;
        Ok(())
    }

    fn value(&mut self, value: &Value, depth: usize) -> Result<(), Refusal> {
        match value {
            Value::Nil => self.sink.null(),
            Value::Bool(b) => self.sink.bool(*b),
            Value::Int(_, n) => self.sink.int(*n),
            Value::Uint(_, n) => self.sink.uint(*n),
            Value::Float(x) => {
                self.sink.float(*x).map_err(|error| Refusal::Unsupported(error.to_string()))?;
            }
            Value::Complex(..) => return Err(self.unsupported(value)),
            Value::String(text) => {
                self.walk.text(text.len())?;
                self.sink.bytes(text.as_bytes());
            }
            Value::List(list) => return self.list(list, depth),
            Value::Map(map) => return self.map(map, depth),
            Value::Object(object) => return self.object(&**object, value, depth),
        }
        Ok(())
    }

    fn list(&mut self, list: &List, depth: usize) -> Result<(), Refusal> {
        if self.sink.is_json() {
            if list.is_nil() {
                self.sink.null();
                return Ok(());
            }
            if let Some(data) = byte_slice(list) {
                self.walk.text(data.len())?;
                self.sink.bytes(base64_encode(&data).as_bytes());
                return Ok(());
            }
        }
        self.enter(depth, list.len())?;
        self.sink.begin_list(list.len());
        limits::descend(|| list.iter().try_for_each(|item| self.value(item, depth + 1)))?;
        self.sink.end();
        Ok(())
    }

    fn map(&mut self, map: &Map, depth: usize) -> Result<(), Refusal> {
        if map.is_nil() && self.sink.is_json() {
            self.sink.null();
            return Ok(());
        }
        let is_searched = depth >= CYCLE_SEARCH_DEPTH;
        if is_searched {
            if self.path.iter().any(|open| open.same(map)) {
                let ty = print::type_name(&Value::Map(map.clone()));
                return Err(Refusal::Unsupported(format!(
                    "json: unsupported value: encountered a cycle via {ty}"
                )));
            }
            self.path.push(map.clone());
        }
        let entries = map.entries();
        let mut entries: Vec<(&[u8], &Value)> =
            entries.iter().map(|(key, value)| (key.as_bytes(), value)).collect();
        self.sink.sort(&mut entries);
        self.entries(&entries, depth)?;
        if is_searched {
            self.path.pop();
        }
        Ok(())
    }

    /// Writes a map's or a struct's entries in the order they come in.
    fn entries(&mut self, entries: &[(&[u8], &Value)], depth: usize) -> Result<(), Refusal> {
        self.enter(depth, entries.len())?;
        self.sink.begin_map(entries.len());
        limits::descend(|| {
            entries.iter().try_for_each(|(key, value)| {
                self.walk.text(key.len())?;
                self.sink.key(key);
                self.value(value, depth + 1)
            })
        })?;
        self.sink.end();
        Ok(())
    }

    fn object(&mut self, object: &dyn Object, value: &Value, depth: usize) -> Result<(), Refusal> {
        if object.kind() == Kind::Func {
            return Err(self.unsupported(value));
        }
        let is_json = self.sink.is_json();
        if !is_json && object.type_name() == "time.Duration" {
            self.sink.bytes(&print::display(value));
            return Ok(());
        }
        if is_json && let Some(error) = object.json_error() {
            return Err(Refusal::Unsupported(error));
        }
        if is_json && let Some(fields) = object.json_fields() {
            let mut entries: Vec<(&[u8], &Value)> =
                fields.iter().map(|(name, value)| (name.as_bytes(), value)).collect();
            self.sink.sort(&mut entries);
            return self.entries(&entries, depth);
        }
        if !is_json
            && object.type_name() == "time.Time"
            && let Some(Value::String(text)) = object.to_json()
        {
            self.sink.timestamp(&text.to_str_lossy());
            return Ok(());
        }
        let fields = object.fields();
        if !is_json {
            // goyaml v3 knows nothing of base 64: bytes are a list of numbers.
            if matches!(object.kind(), Kind::Slice | Kind::Map)
                && let Some(value) = object.underlying()
            {
                return limits::descend(|| self.value(&value, depth));
            }
            if let Some(value @ Value::String(_)) = object.to_json() {
                return self.value(&value, depth);
            }
        }
        if is_json || fields.is_empty() {
            if let Some(value) = object.to_json() {
                return limits::descend(|| self.value(&value, depth));
            }
            if let Some(value) = object.underlying() {
                return limits::descend(|| self.value(&value, depth));
            }
        }
        // goyaml v3 names fields in small letters.
        let fields: Vec<(Cow<'_, str>, Value)> = fields
            .into_iter()
            .filter(|(name, _)| name.starts_with(|letter: char| letter.is_uppercase()))
            .map(|(name, value)| {
                (if is_json { Cow::from(name) } else { Cow::from(name.to_lowercase()) }, value)
            })
            .collect();
        let mut entries: Vec<(&[u8], &Value)> =
            fields.iter().map(|(name, value)| (name.as_bytes(), value)).collect();
        if is_json {
            self.sink.sort(&mut entries);
        }
        self.entries(&entries, depth)
    }

    fn unsupported(&self, value: &Value) -> Refusal {
        let ty = print::type_name(value);
        if self.sink.is_json() {
            Refusal::Unsupported(format!("json: unsupported type: {ty}"))
        } else {
            Refusal::Panic(format!("cannot marshal type: {ty}").into())
        }
    }
}
