//! Go's `fmt`: verbs, flags and the words it has for bad ones.
//!
//! Source: Go's `fmt/print.go` and `fmt/format.go`.

use crate::value::Value;

/// Formats as Go's `fmt.Sprintf`. Never fails: bad verbs print Go's markers, such as `%!d(string=a)`.
pub fn sprintf(_format: &[u8], _args: &[Value]) -> Vec<u8> {
    unreachable!("being built")
}

/// Formats as Go's `fmt.Sprint`: a space between two operands that are both no strings.
pub fn sprint(_args: &[Value]) -> Vec<u8> {
    unreachable!("being built")
}

/// Formats as Go's `fmt.Sprintln`.
pub fn sprintln(_args: &[Value]) -> Vec<u8> {
    unreachable!("being built")
}
