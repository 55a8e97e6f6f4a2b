//! JSON as Go's `encoding/json` reads and writes it.

pub(crate) mod number;
mod read;
pub(crate) mod write;

pub use read::{MAX_DEPTH, Target, from_slice, from_str, unmarshal};
pub use write::{Layout, Writer, to_string};

use crate::Value;

/// Replaces each byte that is not part of a UTF-8 character by U+FFFD, as Go does: Rust's own replacement takes
/// several bytes of a broken character as one.
pub fn replace_invalid(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(std::iter::repeat_n('\u{fffd}', chunk.invalid().len()));
    }
    text
}

/// Gives a float as Go's `%v` shows it: `100000`, `1e+06`, `0.5`, `+Inf`.
pub fn shortest_float(x: f64) -> String {
    let mut digits = Vec::with_capacity(24);
    number::shortest(&mut digits, x);
    into_text(digits)
}

/// Gives the word that `encoding/json` has for a value in its errors.
pub fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Int(_) | Value::Float(_) => "number",
        Value::String(_) => "string",
        Value::List(_) => "array",
        Value::Map(_) => "object",
    }
}

/// Gives written bytes as text. They are whole characters; if that were ever wrong, broken ones are replaced.
pub(crate) fn into_text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| replace_invalid(error.as_bytes()))
}
