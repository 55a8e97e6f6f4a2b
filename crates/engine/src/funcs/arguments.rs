//! Arguments as function bodies read them. Types were checked before the call, so a body only takes them out.

use pintle_gotmpl::Value;

/// Gives the bytes of a string argument.
pub(super) fn bytes(args: &[Value], at: usize) -> &[u8] {
    args.get(at).and_then(Value::as_bytes).unwrap_or_default()
}

/// Gives the text of a string argument; bytes that are no UTF-8 become U+FFFD.
pub(super) fn text(args: &[Value], at: usize) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(bytes(args, at))
}

/// Gives an integer argument.
pub(super) fn int(args: &[Value], at: usize) -> i64 {
    match args.get(at) {
        Some(Value::Int(_, number)) => *number,
        _ => 0,
    }
}

/// Gives the items of a list argument; nil has none.
pub(super) fn items(args: &[Value], at: usize) -> &[Value] {
    args.get(at).and_then(Value::as_list).map_or(&[], |list| list.items())
}
