//! Values to JSON and YAML and back.
//!
//! What is read is `map[string]interface {}`, `[]interface {}` and `float64` throughout. `fromYaml` and its like never fail: an
//! error is the entry `Error` of the map they give, or the only item of the list. `toYaml` and `toJson` give an empty text for
//! what cannot be written; their `mustTo…` twins fail.
//!
//! Source: `funcs.go` in Helm's `pkg/engine`; `defaults.go` in Sprig; `yaml.go` in sigs.k8s.io/yaml v1.6.0.

mod write;

use pintle_gotmpl::{Entries, FuncError, Function, List, Map, Str, Type, Value};
use pintle_yaml::emit;
use pintle_yaml::json::{self, Target};

use super::arguments::bytes;
use super::limits::{self, Walk};
use write::{Refusal, write_json, write_yaml};

/// The functions of this family.
pub(crate) const FUNCTIONS: &[Function] = &[
    Function::new("toJson", &[Type::Any], |_, args| {
        or_empty(write_json(&args[0], json::Layout::Compact))
    }),
    Function::new("mustToJson", &[Type::Any], |_, args| {
        or_fail(write_json(&args[0], json::Layout::Compact))
    }),
    Function::new("toPrettyJson", &[Type::Any], |_, args| {
        or_empty(write_json(&args[0], json::Layout::Pretty))
    }),
    Function::new("mustToPrettyJson", &[Type::Any], |_, args| {
        or_fail(write_json(&args[0], json::Layout::Pretty))
    }),
    Function::new("toRawJson", &[Type::Any], |_, args| {
        or_fail(write_json(&args[0], json::Layout::Raw))
    }),
    Function::new("mustToRawJson", &[Type::Any], |_, args| {
        or_fail(write_json(&args[0], json::Layout::Raw))
    }),
    Function::new("toYaml", &[Type::Any], |_, args| {
        or_empty(write_yaml(&args[0], emit::Layout::V2))
    }),
    Function::new("mustToYaml", &[Type::Any], |_, args| {
        or_fail(write_yaml(&args[0], emit::Layout::V2))
    }),
    Function::new("toYamlPretty", &[Type::Any], |_, args| {
        or_empty(write_yaml(&args[0], emit::Layout::Pretty))
    }),
    Function::new("fromJson", &[Type::String], |_, args| {
        let (value, error) = json::unmarshal(bytes(args, 0), Target::Map);
        if value.is_null() && error.is_none() {
            return Ok(Value::Map(Map::nil(&Type::MAP)));
        }
        map_or_error(&value, error.map(|error| error.to_string()))
    }),
    Function::new("fromJsonArray", &[Type::String], |_, args| {
        let (value, error) = json::unmarshal(bytes(args, 0), Target::List);
        let nil = List::nil(&Type::Any);
        list_or_error(&value, error.map(|error| error.to_string()), nil)
    }),
    Function::new("mustFromJson", &[Type::String], |_, args| any_of_json(args)),
    Function::new("fromYaml", &[Type::String], |_, args| {
        let (value, error) = read_yaml(args, Target::Map);
        map_or_error(&value, error)
    }),
    Function::new("fromYamlArray", &[Type::String], |_, args| {
        let (value, error) = read_yaml(args, Target::List);
        list_or_error(&value, error, List::new([]))
    }),
];

/// Sprig's own `fromJson`, which Helm replaces: any JSON, and nil for what is none.
pub(crate) const SPRIG_FROM_JSON: Function =
    Function::new("fromJson", &[Type::String], |_, args| {
        Ok(any_of_json(args).unwrap_or(Value::Nil))
    });

fn any_of_json(args: &[Value]) -> Result<Value, FuncError> {
    match json::unmarshal(bytes(args, 0), Target::Any) {
        (value, None) => from_yaml(&value),
        (_, Some(error)) => Err(error.to_string().into()),
    }
}

/// Writes a value as YAML with the last line's end: `Values.YAML`.
pub(crate) fn to_yaml(value: &Value) -> Result<Value, FuncError> {
    or_fail(write_yaml(value, emit::Layout::V2).map(|text| text + "\n"))
}

/// Gives what was written, or nothing. What is beyond a limit of ours is still an error.
fn or_empty(written: Result<String, Refusal>) -> Result<Value, FuncError> {
    match written {
        Ok(text) => Ok(Value::string(text)),
        Err(Refusal::Unsupported(_)) => Ok(Value::string("")),
        Err(Refusal::Panic(error) | Refusal::Limit(error)) => Err(error),
    }
}

fn or_fail(written: Result<String, Refusal>) -> Result<Value, FuncError> {
    match written {
        Ok(text) => Ok(Value::string(text)),
        Err(Refusal::Unsupported(message)) => Err(message.into()),
        Err(Refusal::Panic(error) | Refusal::Limit(error)) => Err(error),
    }
}

/// Reads YAML through JSON into a target; gives null and the words of `sigs.k8s.io/yaml` if it does not go in.
fn read_yaml(args: &[Value], target: Target) -> (pintle_yaml::Value, Option<String>) {
    match pintle_yaml::from_slice(bytes(args, 0)) {
        Err(error) => {
            (pintle_yaml::Value::Null, Some(format!("error converting YAML to JSON: {error}")))
        }
        Ok(value) => match target.mismatch(&value) {
            None => (value, None),
            Some(error) => (
                pintle_yaml::Value::Null,
                Some(format!("error unmarshaling JSON: while decoding JSON: {error}")),
            ),
        },
    }
}

/// Gives a map that was read, with an error in it if there was one. Null is an empty map.
fn map_or_error(value: &pintle_yaml::Value, error: Option<String>) -> Result<Value, FuncError> {
    let map = match from_yaml(value)? {
        Value::Map(map) => map,
        _ => Map::new(Entries::new()),
    };
    if let Some(error) = error {
        map.insert("Error", Value::string(error));
    }
    Ok(Value::Map(map))
}

/// Gives a list that was read, or its error in a list; for null gives `null`.
fn list_or_error(
    value: &pintle_yaml::Value,
    error: Option<String>,
    null: List,
) -> Result<Value, FuncError> {
    if let Some(error) = error {
        return Ok(Value::list([Value::string(error)]));
    }
    Ok(match from_yaml(value)? {
        Value::List(list) => Value::List(list),
        _ => Value::List(null),
    })
}

/// Makes a template's value of one that was read. Strings are shared, lists and maps are new.
///
/// # Errors
///
/// If it is deeper or larger than `limits` allows.
pub(crate) fn from_yaml(value: &pintle_yaml::Value) -> Result<Value, FuncError> {
    from_yaml_at(value, &mut Walk::default(), 0)
}

fn from_yaml_at(
    value: &pintle_yaml::Value,
    walk: &mut Walk,
    depth: usize,
) -> Result<Value, FuncError> {
    use pintle_yaml::Value as Yaml;
    Ok(match value {
        Yaml::Null => Value::Nil,
        Yaml::Bool(b) => Value::Bool(*b),
        Yaml::Int(n) => Value::int64(*n),
        Yaml::Float(x) => Value::Float(*x),
        Yaml::String(text) => Value::String(Str::from(text)),
        Yaml::List(items) => {
            walk.enter(depth, items.len())?;
            let items = limits::descend(|| {
                items
                    .iter()
                    .map(|item| from_yaml_at(item, walk, depth + 1))
                    .collect::<Result<Vec<_>, _>>()
            })?;
            Value::list(items)
        }
        Yaml::Map(map) => {
            walk.enter(depth, map.len())?;
            let entries = limits::descend(|| {
                map.iter()
                    .map(|(key, value)| {
                        Ok::<_, FuncError>((Str::from(key), from_yaml_at(value, walk, depth + 1)?))
                    })
                    .collect::<Result<Entries, _>>()
            })?;
            Value::Map(Map::new(entries))
        }
    })
}
