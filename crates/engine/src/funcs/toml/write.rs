//! Values as TOML.
//!
//! Keys without tables come first, then tables; both in byte order. Each table is indented by two spaces for each level
//! above it. What is nil is left out, which inside an inline table leaves its comma behind.
//!
//! Source: `encode.go` in BurntSushi/toml.

use pintle_gotmpl::value::number::{append_float, append_int, append_uint};
use pintle_gotmpl::{Entries, Kind, List, Map, Value};

use super::super::dates;
use super::{MAX_DEPTH, STACK};

/// Writes a value as TOML. The bytes are UTF-8 if all strings of the value are.
///
/// # Errors
///
/// `BurntSushi`'s texts, such as `toml: cannot encode array with nil element`.
pub(crate) fn to_toml(value: &Value) -> Result<Vec<u8>, String> {
    stacker::maybe_grow(STACK, STACK, || {
        let mut writer = Writer { out: Vec::new(), key: Vec::new(), depth: 0 };
        writer.entry(&Shown::of(value))?;
        Ok(writer.out)
    })
}

/// What TOML sees of a value.
enum Shown {
    /// nothing is written
    Nil,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f64),
    String(Vec<u8>),
    /// a time in TOML's form
    Time(Vec<u8>),
    List(List),
    Map(Map),
    /// a struct: its fields in their order
    Struct(Vec<(&'static str, Value)>),
    /// what has no form
    Other(&'static str),
}

impl Shown {
    fn of(value: &Value) -> Self {
        match value {
            Value::Nil => Self::Nil,
            Value::Bool(b) => Self::Bool(*b),
            Value::Int(_, n) => Self::Int(*n),
            Value::Uint(_, n) => Self::Uint(*n),
            Value::Float(x) => Self::Float(*x),
            Value::Complex(..) => Self::Other("complex128"),
            Value::String(text) => Self::String(text.as_bytes().to_vec()),
            Value::List(list) if list.is_nil() => Self::Nil,
            Value::List(list) => Self::List(list.clone()),
            Value::Map(map) if map.is_nil() => Self::Nil,
            Value::Map(map) => Self::Map(map.clone()),
            Value::Object(object) => {
                if let Some(time) = dates::time_as_toml(value) {
                    return Self::Time(time);
                }
                // A duration is written as it prints; other types that marshal themselves to text do so in JSON too.
                if object.type_name() == "time.Duration" {
                    return Self::String(
                        object.display().map_or_else(Vec::new, |text| text.as_bytes().to_vec()),
                    );
                }
                if object.kind() != Kind::Slice
                    && let Some(Value::String(text)) = object.to_json()
                {
                    return Self::String(text.as_bytes().to_vec());
                }
                match object.underlying() {
                    Some(value @ Value::Object(_)) => Self::Struct(vec![("", value)]),
                    Some(value) => Self::of(&value),
                    None => {
                        let is_exported = |name: &str| name.starts_with(char::is_uppercase);
                        let fields = object.fields().into_iter();
                        Self::Struct(fields.filter(|(name, _)| is_exported(name)).collect())
                    }
                }
            }
        }
    }
}

/// What decides where a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Nil,
    Inline,
    Table,
    Tables,
}

/// Tells how a value is written. A list is looked through, since nil in it has no form.
fn form(value: &Shown, depth: usize) -> Result<Form, String> {
    match value {
        Shown::Nil => Ok(Form::Nil),
        Shown::Map(_) | Shown::Struct(_) => Ok(Form::Table),
        Shown::Other(kind) => Err(format!("unsupported type: {kind}")),
        Shown::List(list) => {
            if depth > MAX_DEPTH {
                return Err(too_deep());
            }
            let mut are_tables = !list.is_empty();
            for item in list.iter() {
                match form(&Shown::of(item), depth + 1)? {
                    Form::Nil => {
                        return Err("toml: cannot encode array with nil element".to_owned());
                    }
                    item => are_tables &= item == Form::Table,
                }
            }
            Ok(if are_tables { Form::Tables } else { Form::Inline })
        }
        _ => Ok(Form::Inline),
    }
}

fn too_deep() -> String {
    format!("toml: exceeded max depth of {MAX_DEPTH}")
}

struct Writer {
    out: Vec<u8>,
    /// the key of what is being written
    key: Vec<Vec<u8>>,
    depth: usize,
}

impl Writer {
    /// Writes a value under its key: as `key = value` or as a table.
    fn entry(&mut self, value: &Shown) -> Result<(), String> {
        match (form(value, 0)?, value) {
            (Form::Nil, _) => Ok(()),
            (Form::Table, _) => {
                if self.key.len() == 1 {
                    self.end_line();
                }
                if !self.key.is_empty() {
                    self.header("[", "]");
                }
                self.table(value, false)
            }
            (Form::Tables, Shown::List(list)) => {
                if self.key.is_empty() {
                    return Err("toml: top-level values must be Go maps or structs".to_owned());
                }
                for item in list.iter() {
                    self.end_line();
                    self.header("[[", "]]");
                    self.table(&Shown::of(item), false)?;
                }
                Ok(())
            }
            _ => {
                if self.key.is_empty() {
                    return self.inline(value);
                }
                self.indent();
                if let Some(key) = self.key.last() {
                    write_key(&mut self.out, key);
                }
                self.out.extend_from_slice(b" = ");
                self.inline(value)?;
                self.end_line();
                Ok(())
            }
        }
    }

    fn indent(&mut self) {
        let n_spaces = 2 * self.key.len().saturating_sub(1);
        self.out.resize(self.out.len() + n_spaces, b' ');
    }

    fn header(&mut self, open: &str, close: &str) {
        self.indent();
        self.out.extend_from_slice(open.as_bytes());
        for (n, part) in self.key.iter().enumerate() {
            if n > 0 {
                self.out.push(b'.');
            }
            write_key(&mut self.out, part);
        }
        self.out.extend_from_slice(close.as_bytes());
        self.end_line();
    }

    /// Ends a line, unless nothing is written yet.
    fn end_line(&mut self) {
        if !self.out.is_empty() {
            self.out.push(b'\n');
        }
    }

    /// Writes the entries of a table, in braces if it is inline.
    fn table(&mut self, table: &Shown, is_inline: bool) -> Result<(), String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(too_deep());
        }
        if is_inline {
            self.out.push(b'{');
        }
        match table {
            Shown::Map(map) => self.map_entries(&map.entries(), is_inline)?,
            Shown::Struct(fields) => self.fields(fields, is_inline)?,
            _ => {}
        }
        if is_inline {
            self.out.push(b'}');
        }
        self.depth -= 1;
        Ok(())
    }

    fn map_entries(&mut self, entries: &Entries, is_inline: bool) -> Result<(), String> {
        let mut direct = Vec::new();
        let mut tables = Vec::new();
        for (key, value) in entries {
            let value = Shown::of(value);
            match form(&value, 0)? {
                Form::Table | Form::Tables => tables.push((key, value)),
                Form::Nil | Form::Inline => direct.push((key, value)),
            }
        }
        let n_direct = direct.len();
        let n_entries = n_direct + tables.len();
        for (n, (key, value)) in direct.into_iter().chain(tables).enumerate() {
            self.pair(key.as_bytes(), &value, is_inline, n + 1 < n_entries)?;
        }
        Ok(())
    }

    fn fields(&mut self, fields: &[(&str, Value)], is_inline: bool) -> Result<(), String> {
        for tables in [false, true] {
            for (n, (name, value)) in fields.iter().enumerate() {
                let value = Shown::of(value);
                if tables == matches!(form(&value, 0)?, Form::Table | Form::Tables) {
                    self.pair(name.as_bytes(), &value, is_inline, n + 1 < fields.len())?;
                }
            }
        }
        Ok(())
    }

    fn pair(
        &mut self,
        key: &[u8],
        value: &Shown,
        is_inline: bool,
        has_comma: bool,
    ) -> Result<(), String> {
        if matches!(value, Shown::Nil) {
            return Ok(());
        }
        if !is_inline {
            self.key.push(key.to_vec());
            self.entry(value)?;
            self.key.pop();
            return Ok(());
        }
        write_key(&mut self.out, key);
        self.out.extend_from_slice(b" = ");
        self.inline(value)?;
        if has_comma {
            self.out.extend_from_slice(b", ");
        }
        Ok(())
    }

    /// Writes a value on one line.
    fn inline(&mut self, value: &Shown) -> Result<(), String> {
        match value {
            Shown::Nil => {}
            Shown::Bool(b) => self.out.extend_from_slice(if *b { b"true" } else { b"false" }),
            Shown::Int(n) => append_int(&mut self.out, *n),
            Shown::Uint(n) => append_uint(&mut self.out, *n),
            Shown::Float(x) => write_float(&mut self.out, *x),
            Shown::String(text) => write_quoted(&mut self.out, text),
            Shown::Time(text) => self.out.extend_from_slice(text),
            Shown::List(list) => {
                self.depth += 1;
                if self.depth > MAX_DEPTH {
                    return Err(too_deep());
                }
                self.out.push(b'[');
                for (n, item) in list.iter().enumerate() {
                    if n > 0 {
                        self.out.extend_from_slice(b", ");
                    }
                    self.inline(&Shown::of(item))?;
                }
                self.out.push(b']');
                self.depth -= 1;
            }
            Shown::Map(_) | Shown::Struct(_) => self.table(value, true)?,
            Shown::Other(kind) => return Err(format!("unexpected type: {kind}")),
        }
        Ok(())
    }
}

/// Writes a float so that TOML does not take it for an integer.
fn write_float(out: &mut Vec<u8>, x: f64) {
    if x.is_nan() {
        out.extend_from_slice(if x.is_sign_negative() { b"-nan" } else { b"nan" });
    } else if x.is_infinite() {
        out.extend_from_slice(if x < 0.0 { b"-inf" } else { b"inf" });
    } else {
        let start = out.len();
        append_float(out, x, b'g', -1);
        if !out[start..].iter().any(|byte| matches!(byte, b'e' | b'.')) {
            out.extend_from_slice(b".0");
        }
    }
}

/// Writes a key, quoted unless it is of ASCII letters, digits, `_` and `-`.
fn write_key(out: &mut Vec<u8>, key: &[u8]) {
    if super::tables::is_bare_key(key) {
        out.extend_from_slice(key);
    } else {
        write_quoted(out, key);
    }
}

/// Writes a string between double quotes. Bytes that are not UTF-8 stay as they are.
pub(super) fn write_quoted(out: &mut Vec<u8>, text: &[u8]) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    out.push(b'"');
    for &byte in text {
        let letter = match byte {
            b'"' | b'\\' => byte,
            0x08 => b'b',
            b'\t' => b't',
            b'\n' => b'n',
            0x0c => b'f',
            b'\r' => b'r',
            0..0x20 | 0x7f => {
                out.extend_from_slice(b"\\u00");
                out.push(HEX[usize::from(byte >> 4)]);
                out.push(HEX[usize::from(byte & 0xf)]);
                continue;
            }
            _ => {
                out.push(byte);
                continue;
            }
        };
        out.extend_from_slice(&[b'\\', letter]);
    }
    out.push(b'"');
}
