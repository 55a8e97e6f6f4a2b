//! Values as text: Go's `%v`, and the names of types as `%T` shows them.

use super::{Type, Value};

/// Appends what `%v` prints.
pub fn append(_out: &mut Vec<u8>, _value: &Value) {
    unreachable!("being built")
}

/// Gives what `%v` prints, as bytes.
pub fn display(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    append(&mut out, value);
    out
}

/// Gives a value's dynamic type as `%T` shows it: `map[string]interface {}`; nil is `<nil>`.
pub fn type_name(_value: &Value) -> String {
    unreachable!("being built")
}

impl std::fmt::Display for Type {
    fn fmt(&self, _f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        unreachable!("being built")
    }
}
