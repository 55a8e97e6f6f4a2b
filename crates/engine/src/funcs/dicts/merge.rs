//! Merging of one map into another, with mergo's notion of what is empty.
//!
//! Maps merge key by key, in place; a map that was not there is not copied but shared. All else is replaced whole.
//!
//! Source: `deepMerge` in mergo v1.0.1.

use pintle_gotmpl::{FuncError, Kind, Map, Type, Value};

use crate::funcs::limits::{self, Walk};

/// Which values of the target give way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Overwrite {
    /// only zeros and empty values: the first map wins
    Empty,
    /// all: the last map wins, nil included
    All,
}

/// What mergo says of a pointer and a map at the same key.
pub(super) const DIFFERENT_TYPES: &str = "src and dst must be of same type";

/// Merges `source` into `target`.
pub(super) fn merge_into(
    target: &Map,
    source: &Map,
    overwrite: Overwrite,
) -> Result<(), FuncError> {
    merge_at(target, source, overwrite, &mut Walk::default(), 0)
}

fn merge_at(
    target: &Map,
    source: &Map,
    overwrite: Overwrite,
    walk: &mut Walk,
    depth: usize,
) -> Result<(), FuncError> {
    walk.enter(depth, source.len())?;
    if target.same(source) {
        return merge_with_itself(target, overwrite, walk, depth);
    }
    if *target.element() != Type::Any && target.element() != source.element() && !source.is_empty()
    {
        return Err(format!(
            "reflect.Value.SetMapIndex: value of type {} is not assignable to type {}",
            source.element(),
            target.element()
        )
        .into());
    }
    for (key, new) in source.snapshot() {
        if new.is_nil() && *source.element() == Type::Any {
            if overwrite == Overwrite::All {
                target.insert(key, new);
            }
            continue;
        }
        let old = target.get(&key);
        match (&old, &new) {
            (Some(Value::Map(old)), Value::Map(new)) => {
                limits::descend(|| merge_at(old, new, overwrite, walk, depth + 1))?;
                if !old.is_empty() {
                    continue;
                }
            }
            (Some(Value::Object(object)), Value::Map(_))
                if object.kind() == Kind::Ptr && overwrite == Overwrite::Empty =>
            {
                return Err(DIFFERENT_TYPES.into());
            }
            _ => {}
        }
        if overwrite == Overwrite::All || old.is_none_or(|old| is_empty(&old)) {
            target.insert(key, new);
        }
    }
    Ok(())
}

/// Merges a map into itself. Nothing changes, but Go walks on into nested maps, and without end into a circle.
fn merge_with_itself(
    map: &Map,
    overwrite: Overwrite,
    walk: &mut Walk,
    depth: usize,
) -> Result<(), FuncError> {
    for (_, value) in map.snapshot() {
        if let Value::Map(nested) = value {
            limits::descend(|| merge_at(&nested, &nested, overwrite, walk, depth + 1))?;
        }
    }
    Ok(())
}

/// Tells whether a value gives way to any other: nil, zero, false, or nothing in it.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Nil => true,
        Value::Bool(b) => !b,
        Value::Int(_, n) => *n == 0,
        Value::Uint(_, n) => *n == 0,
        Value::Float(x) => *x == 0.0,
        // Go's list of kinds leaves complex numbers out.
        Value::Complex(..) => false,
        Value::String(text) => text.is_empty(),
        Value::List(list) => list.is_empty(),
        Value::Map(map) => map.is_empty(),
        Value::Object(object) => object.underlying().is_some_and(|value| is_empty(&value)),
    }
}
