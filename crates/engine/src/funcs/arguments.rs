//! Arguments as function bodies read them. Types were checked before the call, so a body only takes them out.

use pintle_gotmpl::value::print;
use pintle_gotmpl::{FuncError, Kind, List, Map, Str, Type, UintType, Value};

use crate::files::Bytes;

/// What Go says when Sprig asks nil for its type.
pub(super) const NIL_DEREFERENCE: &str =
    "runtime error: invalid memory address or nil pointer dereference";

/// Gives the bytes of a string argument.
pub(super) fn bytes(args: &[Value], at: usize) -> &[u8] {
    args.get(at).and_then(Value::as_bytes).unwrap_or_default()
}

/// Gives the text of a string argument; bytes that are no UTF-8 become U+FFFD.
pub(super) fn text(args: &[Value], at: usize) -> std::borrow::Cow<'_, str> {
    pintle_gotmpl::value::lossy(bytes(args, at))
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

/// Gives the map of a `map[string]interface {}` argument, whatever map type the caller has.
pub(super) fn map(args: &[Value], at: usize) -> Map {
    match args.get(at) {
        Some(Value::Map(map)) if *map.ty() == Type::MAP => map.clone(),
        Some(Value::Map(map)) => map.with_type(&Type::MAP),
        _ => Map::new(pintle_gotmpl::Entries::new()),
    }
}

/// Gives the slice a value is; for anything else an error that ends in the value's kind.
pub(super) fn slice(value: &Value, complaint: &str) -> Result<List, FuncError> {
    match value {
        Value::List(list) => return Ok(list.clone()),
        Value::Nil => return Err(NIL_DEREFERENCE.into()),
        Value::Object(object) if object.kind() == Kind::Slice => {
            if let Some(Value::List(list)) = object.underlying() {
                return Ok(list);
            }
        }
        _ => {}
    }
    Err(format!("{complaint} {}", value.kind().name()).into())
}

/// Gives the bytes of a `[]uint8`.
pub(super) fn byte_slice(list: &List) -> Option<Vec<u8>> {
    let byte = |item: &Value| match item {
        Value::Uint(_, byte) => u8::try_from(*byte).unwrap_or_default(),
        _ => 0,
    };
    (Type::Slice(list.element()) == Type::BYTES).then(|| list.iter().map(byte).collect())
}

/// Gives the text of any value as Sprig's `toString` does.
pub(super) fn string_of(value: &Value) -> Str {
    if let Some(bytes) = value.as_object::<Bytes>() {
        return Str::from(&*bytes.0);
    }
    match value {
        Value::String(text) => text.clone(),
        Value::List(list) => byte_slice(list).unwrap_or_else(|| print::display(value)).into(),
        _ => print::display(value).into(),
    }
}

/// Makes a `[]byte`.
pub(super) fn byte_list(bytes: &[u8]) -> Value {
    let items = bytes.iter().map(|byte| Value::Uint(UintType::Uint8, (*byte).into()));
    List::of(&Type::Uint(UintType::Uint8), items.collect::<Vec<Value>>()).into()
}
