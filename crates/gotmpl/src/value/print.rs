//! Values as text: Go's `%v`, and the names of types as `%T` shows them.

use std::borrow::Cow;
use std::fmt;

use super::number::{append_float, append_int, append_uint};
use super::{IntType, Kind, Type, UintType, Value};
use crate::printf::Printer;

/// What a template action writes for no value at all.
pub const NO_VALUE: &str = "<no value>";

/// Appends what `%v` prints.
///
/// A map that contains itself, which Go cannot print, shows as `...` where it comes again; see
/// [`MAX_PRINT_DEPTH`](crate::printf::MAX_PRINT_DEPTH) and
/// [`MAX_PRINT_BYTES`](crate::printf::MAX_PRINT_BYTES) for the other limits.
pub fn append(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Nil => out.extend_from_slice(b"<nil>"),
        Value::Bool(b) => out.extend_from_slice(if *b { b"true" } else { b"false" }),
        Value::Int(_, n) => append_int(out, *n),
        Value::Uint(_, n) => append_uint(out, *n),
        Value::Float(x) => append_float(out, *x, b'g', -1),
        Value::String(s) => out.extend_from_slice(s.as_bytes()),
        Value::Complex(..) | Value::List(_) | Value::Map(_) | Value::Object(_) => {
            Printer::new(out).print(value);
        }
    }
}

/// Appends what a template action writes: `%v`, but [`NO_VALUE`] for nil, and what a pointer points to.
///
/// Source: `printableValue` in Go's `text/template/exec.go`.
pub fn append_output(out: &mut Vec<u8>, value: &Value) {
    if let Value::Object(object) = value
        && let Some(text) = object.display_through_pointer()
    {
        out.extend_from_slice(text.as_bytes());
        return;
    }
    append_argument(out, value);
}

/// Appends what `html` and its like write of an argument: as [`append_output`], but Go cannot take an argument's address.
///
/// Source: `evalArgs` in Go's `text/template/funcs.go`.
pub fn append_argument(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Nil => out.extend_from_slice(NO_VALUE.as_bytes()),
        Value::Object(object) if object.kind() == Kind::Ptr && object.display().is_none() => {
            Printer::new(out).print_pointee(&**object);
        }
        _ => append(out, value),
    }
}

/// Gives what `%v` prints, as bytes.
pub fn display(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    append(&mut out, value);
    out
}

/// Gives a value's dynamic type as `%T` shows it: `map[string]interface {}`; nil is `<nil>`.
pub fn type_name(value: &Value) -> String {
    type_text(value).into_owned()
}

/// Gives what [`type_name`] gives, mostly without allocating.
pub(crate) fn type_text(value: &Value) -> Cow<'static, str> {
    match value {
        Value::Nil => Cow::Borrowed("<nil>"),
        Value::Bool(_) => Type::Bool.text(),
        Value::Int(ty, _) => Type::Int(*ty).text(),
        Value::Uint(ty, _) => Type::Uint(*ty).text(),
        Value::Float(_) => Type::Float64.text(),
        Value::Complex(..) => Type::Complex128.text(),
        Value::String(_) => Type::String.text(),
        Value::List(list) => Type::Slice(list.element()).text(),
        Value::Map(map) => map.ty().text(),
        Value::Object(object) => object.type_name(),
    }
}

impl Type {
    /// Gives the type's name; only nested slices and maps need a new text.
    pub(crate) fn text(self) -> Cow<'static, str> {
        let text = match self {
            Self::Any => "interface {}",
            Self::Bool => "bool",
            Self::Int(ty) => ty.name(),
            Self::Uint(ty) => ty.name(),
            Self::Float64 => "float64",
            Self::Complex128 => "complex128",
            Self::String => "string",
            Self::Reflect => "reflect.Value",
            Self::Named(name) | Self::NamedInt(name) => name,
            Self::LIST => "[]interface {}",
            Self::STRINGS => "[]string",
            Self::BYTES => "[]uint8",
            Self::MAP => "map[string]interface {}",
            Self::STRING_MAP => "map[string]string",
            Self::Slice(element) => return Cow::Owned(format!("[]{element}")),
            Self::Map(element) => return Cow::Owned(format!("map[string]{element}")),
        };
        Cow::Borrowed(text)
    }
}

impl IntType {
    /// Gives Go's name of the type.
    pub fn name(self) -> &'static str {
        match self {
            Self::Int => "int",
            Self::Int8 => "int8",
            Self::Int16 => "int16",
            Self::Int32 => "int32",
            Self::Int64 => "int64",
        }
    }
}

impl UintType {
    /// Gives Go's name of the type.
    pub fn name(self) -> &'static str {
        match self {
            Self::Uint => "uint",
            Self::Uint8 => "uint8",
            Self::Uint16 => "uint16",
            Self::Uint32 => "uint32",
            Self::Uint64 => "uint64",
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text())
    }
}

impl Kind {
    /// Gives the kind's name, as Go's `reflect.Kind` prints it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Invalid => "invalid",
            Self::Bool => "bool",
            Self::Int(ty) => ty.name(),
            Self::Uint(ty) => ty.name(),
            Self::Float64 => "float64",
            Self::Complex128 => "complex128",
            Self::String => "string",
            Self::Slice => "slice",
            Self::Map => "map",
            Self::Ptr => "ptr",
            Self::Struct => "struct",
            Self::Func => "func",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
