//! Comparison by kind: what `eq`, `lt` and their like make of two values, and Go's `reflect.DeepEqual`.

use super::Value;

/// Tells whether two values are deeply equal, types included: Go's `reflect.DeepEqual`.
pub fn deep_equal(_a: &Value, _b: &Value) -> bool {
    unreachable!("being built")
}
