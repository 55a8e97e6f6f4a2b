//! Methods of `.Values`, and of a template's whole context: both are Helm's `common.Values`.
//!
//! A method is found before a key of its name. Source: `pkg/chart/common/values.go`, Helm v4.

use pintle_gotmpl::value::number::quote;
use pintle_gotmpl::{Entries, FuncError, FuncMap, Function, Map, Native, Type, Value};

use crate::funcs::convert::to_yaml;
use crate::profile::ValuesPackage;

/// Adds the methods of a profile's type.
pub(crate) fn add_methods(functions: &mut FuncMap, package: ValuesPackage) {
    let Type::Named(type_name) = package.values_type() else { return };
    let table: Native = match package {
        ValuesPackage::Common => |_, args| table(args, ValuesPackage::Common),
        ValuesPackage::Chartutil => |_, args| table(args, ValuesPackage::Chartutil),
    };
    let methods = [
        Function::new("AsMap", &[], |_, args| Ok(as_map(receiver(args)))),
        // No value of a template is a writer, so that the call is refused before it gets here.
        Function::new("Encode", &[Type::Named("io.Writer")], |_, _| Ok(Value::Nil)),
        Function::new("PathValue", &[Type::String], |_, args| {
            path_value(receiver(args), text(args))
        }),
        Function::new("Table", &[Type::String], table),
        Function::new("YAML", &[], |_, args| to_yaml(&args[0])),
    ];
    for method in methods {
        functions.add_method(type_name, method);
    }
}

fn receiver(args: &[Value]) -> &Map {
    let Some(Value::Map(map)) = args.first() else {
        unreachable!("methods of a map type are called on maps");
    };
    map
}

fn text(args: &[Value]) -> &[u8] {
    args.get(1).and_then(Value::as_bytes).unwrap_or_default()
}

/// Gives the map under its plain type; an empty one is another map.
fn as_map(map: &Map) -> Value {
    let is_empty = map.is_empty();
    Value::Map(if is_empty { Map::new(Entries::new()) } else { map.with_type(&Type::MAP) })
}

/// Gives the map at a path of keys.
fn table(args: &[Value], package: ValuesPackage) -> Result<Value, FuncError> {
    let found = follow(receiver(args), text(args))?;
    Ok(Value::Map(found.with_type(package.values_type())))
}

fn follow(map: &Map, path: &[u8]) -> Result<Map, FuncError> {
    path.split(|byte| *byte == b'.').try_fold(map.clone(), |table, key| match table.get(key) {
        Some(Value::Map(found)) => Ok(found),
        _ => Err(FuncError::new(format!("{} is not a table", quote(key)))),
    })
}

/// Gives what is at a path of keys and is no plain map.
fn path_value(map: &Map, path: &[u8]) -> Result<Value, FuncError> {
    if path.is_empty() {
        return Err("YAML path cannot be empty".into());
    }
    let (above, key) = match path.iter().rposition(|byte| *byte == b'.') {
        None => (Some(map.clone()), path),
        Some(dot) => (follow(map, &path[..dot]).ok(), &path[dot + 1..]),
    };
    match above.and_then(|above| above.get(key)) {
        Some(Value::Map(found)) if *found.ty() == Type::MAP => None,
        other => other,
    }
    .ok_or_else(|| FuncError::new(format!("{} is not a value", quote(key))))
}
