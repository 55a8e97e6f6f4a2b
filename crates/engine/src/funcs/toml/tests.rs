//! TOML is read and written as `BurntSushi`'s library does.

use serde_json::{Value as Json, json};

use super::{from_toml, to_toml};
use crate::funcs::grids::{bytes, check, shown};
use crate::world::Still;
use pintle_gotmpl::value::print;
use pintle_gotmpl::{Map, Value};

/// Makes of JSON what Helm makes of it: every number is a float.
fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Nil,
        Json::Bool(b) => Value::Bool(*b),
        Json::Number(number) => Value::Float(number.as_f64().unwrap()),
        Json::String(text) => Value::string(text.as_str()),
        Json::Array(items) => Value::list(items.iter().map(value).collect::<Vec<_>>()),
        Json::Object(entries) => {
            Value::map(entries.iter().map(|(key, item)| (key.as_str(), value(item))))
        }
    }
}

fn written(value: &Value) -> Json {
    match to_toml(value) {
        Ok(toml) => json!({"toml": shown(&toml)}),
        Err(error) => json!({"error": error}),
    }
}

#[test]
fn rows_are_read_and_written_as_in_go() {
    let world = Still::new(0);
    check("toml", |row| {
        if !row["read"].is_string() {
            return written(&value(&row["write"]));
        }
        match from_toml(&bytes(&row["read"]), &world) {
            Err(error) => json!({"error": shown(error.as_bytes())}),
            Ok(value) => {
                let mut answer = written(&value);
                answer["value"] = shown(&print::display(&value));
                answer
            }
        }
    });
}

#[test]
fn depth_is_limited() {
    let world = Still::new(0);
    let nested = |depth: usize| format!("a = {}{}", "[".repeat(depth), "]".repeat(depth));
    let deepest = nested(super::MAX_DEPTH - 1);
    let value = from_toml(deepest.as_bytes(), &world).unwrap();
    assert_eq!(to_toml(&value).unwrap(), (deepest + "\n").into_bytes());
    let error = from_toml(nested(100_000).as_bytes(), &world).unwrap_err();
    assert_eq!(error, "toml: line 1 (last key \"a\"): exceeded max depth of 500");
    let key = "a.".repeat(100_000) + "a = 1";
    assert!(from_toml(key.as_bytes(), &world).is_err());
}

#[test]
fn a_map_that_holds_itself_is_an_error() {
    let map = Map::new(pintle_gotmpl::Entries::new());
    map.insert("self", Value::Map(map.clone()));
    assert_eq!(to_toml(&Value::Map(map)).unwrap_err(), "toml: exceeded max depth of 500");
}
