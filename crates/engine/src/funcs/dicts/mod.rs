//! Dictionaries: make, read, change, merge.
//!
//! `set`, `unset` and the merges change the very map they are given, and give it back. What Go prints in random order comes in
//! the byte order of the keys.
//!
//! Source: `dict.go` in Sprig; `merge.go` in mergo v1.0.1; copystructure v1.2.0.

mod merge;

use pintle_gotmpl::value::print;
use pintle_gotmpl::{Entries, Env, FuncError, Function, List, Map, Str, Type, Value};

use super::arguments::{bytes, map, string_of};
use super::limits::{self, Walk};
use merge::{Overwrite, merge_into};

/// The functions of this family.
pub(crate) const FUNCTIONS: &[Function] = &[
    Function::variadic("dict", &[Type::Any], |_, args| Ok(dict(args))),
    Function::new("get", &[Type::MAP, Type::String], |_, args| {
        Ok(map(args, 0).get(bytes(args, 1)).unwrap_or_else(|| Value::string("")))
    }),
    Function::new("set", &[Type::MAP, Type::String, Type::Any], set),
    Function::new("unset", &[Type::MAP, Type::String], |_, args| {
        let map = map(args, 0);
        map.remove(bytes(args, 1));
        Ok(Value::Map(map))
    }),
    Function::new("hasKey", &[Type::MAP, Type::String], |_, args| {
        Ok(Value::Bool(map(args, 0).contains_key(bytes(args, 1))))
    }),
    Function::variadic("pluck", &[Type::String, Type::MAP], |_, args| Ok(pluck(args))),
    Function::variadic("keys", &[Type::MAP], |_, args| keys(args)),
    Function::variadic("pick", &[Type::MAP, Type::String], |_, args| Ok(pick(args))),
    Function::variadic("omit", &[Type::MAP, Type::String], |_, args| Ok(omit(args))),
    Function::new("values", &[Type::MAP], |_, args| {
        Ok(Value::list(map(args, 0).entries().values().cloned().collect::<Vec<_>>()))
    }),
    Function::variadic("merge", &[Type::MAP, Type::MAP], |_, args| {
        merge(args, Overwrite::Empty).map_or_else(swallowed, Ok)
    }),
    Function::variadic("mustMerge", &[Type::MAP, Type::MAP], |_, args| {
        merge(args, Overwrite::Empty)
    }),
    Function::variadic("mergeOverwrite", &[Type::MAP, Type::MAP], |_, args| {
        merge(args, Overwrite::All).map_or_else(swallowed, Ok)
    }),
    Function::variadic("mustMergeOverwrite", &[Type::MAP, Type::MAP], |_, args| {
        merge(args, Overwrite::All)
    }),
    Function::new("deepCopy", &[Type::Any], |_, args| deep_copy(&args[0])),
    Function::new("mustDeepCopy", &[Type::Any], |_, args| deep_copy(&args[0])),
    Function::variadic("dig", &[Type::Any], |_, args| dig(args)),
];

/// Makes a map of keys and values in turn; a last key without a value gets an empty text.
fn dict(args: &[Value]) -> Value {
    let mut entries = Entries::new();
    for pair in args.chunks(2) {
        let value = pair.get(1).cloned().unwrap_or_else(|| Value::string(""));
        entries.insert(string_of(&pair[0]), value);
    }
    Value::Map(Map::new(entries))
}

/// What Go says when a nil map is written to.
const NIL_MAP: &str = "assignment to entry in nil map";

fn set(env: &mut Env<'_, '_>, args: &[Value]) -> Result<Value, FuncError> {
    if env.is_typed_nil(0) {
        return Err(NIL_MAP.into());
    }
    let map = map(args, 0);
    if map.is_nil() {
        return Err(NIL_MAP.into());
    }
    map.insert(bytes(args, 1), args[2].clone());
    Ok(Value::Map(map))
}

fn pluck(args: &[Value]) -> Value {
    let key = bytes(args, 0);
    let found = (1..args.len()).filter_map(|at| map(args, at).get(key));
    Value::list(found.collect::<Vec<_>>())
}

fn keys(args: &[Value]) -> Result<Value, FuncError> {
    let mut keys = Vec::new();
    for at in 0..args.len() {
        let map = map(args, at);
        limits::list_len(keys.len() + map.len())?;
        keys.extend(map.entries().keys().cloned());
    }
    Ok(Value::List(List::strings(keys)))
}

fn pick(args: &[Value]) -> Value {
    let map = map(args, 0);
    let entries = map.entries();
    let keys = (1..args.len()).map(|at| bytes(args, at));
    let picked = keys.filter_map(|key| Some((Str::from(key), entries.get(key)?.clone())));
    Value::Map(Map::new(picked.collect()))
}

fn omit(args: &[Value]) -> Value {
    let map = map(args, 0);
    let mut left = map.entries().clone();
    for at in 1..args.len() {
        left.remove(bytes(args, at));
    }
    Value::Map(Map::new(left))
}

/// Merges all further maps into the first one.
fn merge(args: &[Value], overwrite: Overwrite) -> Result<Value, FuncError> {
    let mut target = map(args, 0);
    if target.is_nil() {
        // Sprig's own variable is filled; whoever holds the nil map does not see it.
        target = Map::new(Entries::new());
    }
    for at in 1..args.len() {
        merge_into(&target, &map(args, at), overwrite)?;
    }
    Ok(Value::Map(target))
}

/// What becomes of a merge that failed: an empty text if mergo refused it, but a panic stays one.
fn swallowed(error: FuncError) -> Result<Value, FuncError> {
    if error.message == merge::DIFFERENT_TYPES { Ok(Value::string("")) } else { Err(error) }
}

/// Copies a value with all that is in it.
fn deep_copy(value: &Value) -> Result<Value, FuncError> {
    if value.is_nil() {
        return Err("reflect: call of reflect.Value.Type on zero Value".into());
    }
    copy(value, &mut Walk::default(), 0)
}

fn copy(value: &Value, walk: &mut Walk, depth: usize) -> Result<Value, FuncError> {
    match value {
        Value::List(list) if !list.is_nil() => {
            walk.enter(depth, list.len())?;
            let items = limits::descend(|| {
                list.iter().map(|item| copy(item, walk, depth + 1)).collect::<Result<Vec<_>, _>>()
            })?;
            Ok(Value::List(List::of(list.element(), items)))
        }
        Value::Map(map) if !map.is_nil() => {
            walk.enter(depth, map.len())?;
            let entries = limits::descend(|| {
                let entries = map.entries();
                let copied = entries.iter().map(|(key, value)| {
                    Ok::<_, FuncError>((key.clone(), copy(value, walk, depth + 1)?))
                });
                copied.collect::<Result<Entries, _>>()
            })?;
            Ok(Value::Map(Map::of(map.ty(), entries)))
        }
        Value::Object(object) => Ok(object.deep_copy().unwrap_or_else(|| value.clone())),
        other => Ok(other.clone()),
    }
}

/// Follows keys into nested maps: `dig "a" "b" default map`.
fn dig(args: &[Value]) -> Result<Value, FuncError> {
    let [path @ .., default, map] = args else {
        return Err("dig needs at least three arguments".into());
    };
    if path.is_empty() {
        return Err("dig needs at least three arguments".into());
    }
    let mut map = as_dict(map)?.clone();
    let mut keys = Vec::with_capacity(path.len());
    for key in path {
        keys.push(key.as_bytes().ok_or_else(|| conversion(key, "string"))?);
    }
    let Some((last, parents)) = keys.split_last() else { return Ok(default.clone()) };
    for key in parents {
        let Some(step) = map.get(key) else { return Ok(default.clone()) };
        map = as_dict(&step)?.clone();
    }
    Ok(map.get(last).unwrap_or_else(|| default.clone()))
}

/// Gives the map of a value whose type is `map[string]interface {}` and no other.
fn as_dict(value: &Value) -> Result<&Map, FuncError> {
    let map = value.as_map().filter(|map| *map.ty() == Type::MAP);
    map.ok_or_else(|| conversion(value, "map[string]interface {}"))
}

/// Says what Go's runtime says of a type assertion that does not hold.
fn conversion(value: &Value, wanted: &str) -> FuncError {
    let found = if value.is_nil() { "nil".to_owned() } else { print::type_name(value) };
    format!("interface conversion: interface {{}} is {found}, not {wanted}").into()
}
