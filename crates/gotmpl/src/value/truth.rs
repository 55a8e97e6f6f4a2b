//! Truth: which values `if`, `and`, `or` and `not` take for false.
//!
//! Source: `IsTrue` in Go's `text/template/exec.go`.

use super::Value;

/// Tells whether a value is true: not the zero of its type, not empty.
///
/// A host's struct, pointer or function is true; a named basic, slice or map type is what it is made of.
pub fn is_true(value: &Value) -> bool {
    match value {
        Value::Nil => false,
        Value::Bool(b) => *b,
        Value::Int(_, n) => *n != 0,
        Value::Uint(_, n) => *n != 0,
        Value::Float(x) => *x != 0.0,
        Value::Complex(re, im) => *re != 0.0 || *im != 0.0,
        Value::String(s) => !s.is_empty(),
        Value::List(list) => !list.items().is_empty(),
        Value::Map(map) => !map.is_empty(),
        Value::Object(object) => match object.underlying() {
            Some(Value::Object(_)) | None => true,
            Some(underlying) => is_true(&underlying),
        },
    }
}
