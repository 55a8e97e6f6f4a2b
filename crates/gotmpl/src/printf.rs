//! Go's `fmt`: verbs, flags and the words it has for bad ones.
//!
//! Source: Go's `fmt/print.go` and `fmt/format.go`.

mod directive;
mod printer;

use crate::value::Value;

pub(crate) use directive::append_formatted;
pub(crate) use printer::Printer;

/// How many levels of nested values are printed; what is deeper shows as `...`.
pub const MAX_PRINT_DEPTH: usize = 10_000;

/// How many bytes one call may print, about; then it stops. A template can nest a value in itself so often
/// that its text would not fit in any memory.
pub const MAX_PRINT_BYTES: usize = 64 << 20;

/// Formats as Go's `fmt.Sprintf`. Never fails: bad verbs print Go's markers, such as `%!d(string=a)`.
pub fn sprintf(format: &[u8], args: &[Value]) -> Vec<u8> {
    let mut out = Vec::with_capacity(format.len() + 16);
    append_formatted(&mut out, format, args);
    out
}

/// Formats as Go's `fmt.Sprint`: a space between two operands that are both no strings.
pub fn sprint(args: &[Value]) -> Vec<u8> {
    let mut out = Vec::new();
    append_operands(&mut out, args, crate::value::print::append);
    out
}

/// Formats as Go's `fmt.Sprintln`.
pub fn sprintln(args: &[Value]) -> Vec<u8> {
    let mut out = Vec::new();
    for (idx, arg) in args.iter().enumerate() {
        if idx > 0 {
            out.push(b' ');
        }
        crate::value::print::append(&mut out, arg);
    }
    out.push(b'\n');
    out
}

/// Appends operands as `sprint` lays them out, each written by `append`.
pub(crate) fn append_operands(
    out: &mut Vec<u8>,
    args: &[Value],
    append: impl Fn(&mut Vec<u8>, &Value),
) {
    let mut previous_is_string = true;
    for arg in args {
        let is_string = arg.kind() == crate::Kind::String;
        if !is_string && !previous_is_string {
            out.push(b' ');
        }
        append(out, arg);
        previous_is_string = is_string;
    }
}
