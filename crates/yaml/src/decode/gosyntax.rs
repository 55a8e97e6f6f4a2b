//! Values in Go's syntax, as `%#v` writes them into error texts.

use std::cmp::Ordering;
use std::fmt::Write as _;

use super::{GoScalar, GoValue};
use crate::json::shortest_float;
use crate::resolve::Resolved;

/// The longest text, in bytes, after which nothing more is written; Go has no such limit.
const MAX_BYTES: usize = 1 << 20;

/// Writes a value.
pub(super) fn write(value: &GoValue) -> String {
    let mut out = String::new();
    match value {
        GoValue::Scalar(GoScalar::Resolved(Resolved::Null)) => out.push_str("<nil>"),
        value => write_into(&mut out, value),
    }
    out
}

fn write_into(out: &mut String, value: &GoValue) {
    if out.len() > MAX_BYTES {
        return;
    }
    match value {
        GoValue::Scalar(scalar) => write_scalar(out, scalar),
        GoValue::List(items) => {
            out.push_str("[]interface {}{");
            for (n, item) in items.iter().enumerate() {
                if n > 0 {
                    out.push_str(", ");
                }
                write_into(out, item);
            }
            out.push('}');
        }
        GoValue::Map(map) => {
            out.push_str("map[interface {}]interface {}{");
            let mut entries: Vec<_> = map.entries.iter().collect();
            entries.sort_by(|a, b| compare(&a.0, &b.0));
            for (n, (key, value)) in entries.into_iter().enumerate() {
                if n > 0 {
                    out.push_str(", ");
                }
                write_scalar(out, key);
                out.push(':');
                write_into(out, value);
            }
            out.push('}');
        }
    }
}

fn write_scalar(out: &mut String, scalar: &GoScalar) {
    let resolved = match scalar {
        GoScalar::String(text) => return write_quoted(out, text.as_bytes()),
        GoScalar::Bytes(bytes) => return write_quoted(out, bytes),
        GoScalar::Resolved(resolved) => *resolved,
    };
    let written = match resolved {
        Resolved::Null | Resolved::String => {
            out.push_str("interface {}(nil)");
            Ok(())
        }
        Resolved::Bool(b) => write!(out, "{b}"),
        Resolved::Int(n) => write!(out, "{n}"),
        Resolved::Uint(n) => write!(out, "{n:#x}"),
        Resolved::Float(x) => {
            out.push_str(&shortest_float(x));
            Ok(())
        }
    };
    written.expect("a string takes all that is written");
}

fn write_quoted(out: &mut String, bytes: &[u8]) {
    out.push('"');
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            if out.len() > MAX_BYTES {
                return;
            }
            write_char(out, c).expect("a string takes all that is written");
        }
        for byte in chunk.invalid() {
            write!(out, "\\x{byte:02x}").expect("a string takes all that is written");
        }
    }
    out.push('"');
}

fn write_char(out: &mut String, c: char) -> std::fmt::Result {
    match c {
        '"' | '\\' => write!(out, "\\{c}"),
        '\x07' => write!(out, "\\a"),
        '\x08' => write!(out, "\\b"),
        '\x0c' => write!(out, "\\f"),
        '\n' => write!(out, "\\n"),
        '\r' => write!(out, "\\r"),
        '\t' => write!(out, "\\t"),
        '\x0b' => write!(out, "\\v"),
        '\0'..='\x1f' | '\x7f' => write!(out, "\\x{:02x}", u32::from(c)),
        _ if c.is_ascii() || is_printable(c) => write!(out, "{c}"),
        '\u{80}'..='\u{ffff}' => write!(out, "\\u{:04x}", u32::from(c)),
        _ => write!(out, "\\U{:08x}", u32::from(c)),
    }
}

fn is_printable(c: char) -> bool {
    // A text may begin with a letter so that marks that join it are not escaped.
    let text = String::from_iter(['a', c]);
    c != '\u{a0}' && text.escape_debug().nth(1) == Some(c)
}

/// Compares keys as `fmt` sorts them: nil, then by type, in the order in which Go's linker happens to place the
/// types, then by value.
fn compare(a: &GoScalar, b: &GoScalar) -> Ordering {
    let rank = |scalar: &GoScalar| match scalar {
        GoScalar::Resolved(Resolved::Null | Resolved::String) => 0,
        GoScalar::String(_) | GoScalar::Bytes(_) => 1,
        GoScalar::Resolved(Resolved::Uint(_)) => 2,
        GoScalar::Resolved(Resolved::Int(_)) => 3,
        GoScalar::Resolved(Resolved::Float(_)) => 4,
        GoScalar::Resolved(Resolved::Bool(_)) => 5,
    };
    let text = |scalar: &'_ GoScalar| match scalar {
        GoScalar::String(text) => Some(text.as_bytes().to_vec()),
        GoScalar::Bytes(bytes) => Some(bytes.to_vec()),
        GoScalar::Resolved(_) => None,
    };
    match (a, b) {
        (GoScalar::String(a), GoScalar::String(b)) => a.cmp(b),
        (GoScalar::Bytes(_), _) | (_, GoScalar::Bytes(_)) if rank(a) == rank(b) => {
            text(a).cmp(&text(b))
        }
        (GoScalar::Resolved(a), GoScalar::Resolved(b)) => match (a, b) {
            (Resolved::Uint(a), Resolved::Uint(b)) => a.cmp(b),
            (Resolved::Int(a), Resolved::Int(b)) => a.cmp(b),
            (Resolved::Bool(a), Resolved::Bool(b)) => a.cmp(b),
            (Resolved::Float(a), Resolved::Float(b)) => {
                // NaN comes first.
                a.partial_cmp(b).unwrap_or_else(|| b.is_nan().cmp(&a.is_nan()))
            }
            _ => rank(&GoScalar::Resolved(*a)).cmp(&rank(&GoScalar::Resolved(*b))),
        },
        _ => rank(a).cmp(&rank(b)),
    }
}
