//! Truth: which values `if`, `and`, `or` and `not` take for false.
//!
//! Source: `IsTrue` in Go's `text/template/exec.go`.

use super::Value;

/// Tells whether a value is true: not the zero of its type, not empty.
pub fn is_true(_value: &Value) -> bool {
    unreachable!("being built")
}
