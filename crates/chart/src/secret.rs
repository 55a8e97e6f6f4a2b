//! Values that may be secrets: what our own texts do not print unless they are told to.
//!
//! The words that tell are those of [`pintle_yaml::secret`]; here they are asked of whole values. Switches
//! (`auth.enabled`) are no secrets.

use pintle_yaml::secret::{holds_secrets, is_harmless_key};
use pintle_yaml::{Map, Value};

use crate::value_path::{Step, ValuePath};

pub use pintle_yaml::secret::{MASK, is_secret_key, is_secret_text};

/// Tells whether the value at a path may be a secret.
///
/// `values` are those the path leads into: an item of a list such as `{name: DB_PASSWORD, value: …}` tells by its name.
/// Booleans, nulls and empty texts are no secrets.
pub fn is_secret(values: &Map, path: &ValuePath) -> bool {
    path.find(values).is_some_and(|value| is_secret_value(value, path, Some(values)))
}

/// Tells as [`is_secret`] does for a value at hand; without `values` it goes by the keys alone.
pub fn is_secret_value(value: &Value, path: &ValuePath, values: Option<&Map>) -> bool {
    let text = match value {
        Value::String(text) if text.is_empty() => return false,
        Value::String(text) => Some(&**text),
        Value::Int(_) | Value::Float(_) => None,
        Value::Null | Value::Bool(_) | Value::List(_) | Value::Map(_) => return false,
    };
    if text.is_some_and(is_secret_text) {
        return true;
    }
    if path.last_key().is_some_and(|key| is_secret_key(key)) {
        return !is_selector(path, values);
    }
    if text.is_some() && values.is_some_and(|values| is_in_secret(path, values)) {
        return true;
    }
    let holders = path.0.iter().rev().skip(1);
    let is_held = |step: &Step| matches!(step, Step::Key(key) if holds_secrets(key));
    if text.is_some() && holders.clone().any(is_held) && !is_harmless(path) {
        return true;
    }
    // An entry of an environment: the name beside the value tells.
    let Some((Step::Key(key), around)) = path.0.split_last() else { return false };
    let name = ValuePath(around.to_vec()).join(Step::Key("name".into()));
    &**key == "value"
        && values
            .and_then(|values| name.find(values))
            .and_then(Value::as_str)
            .is_some_and(is_secret_key)
}

/// Tells whether a path leads to the `key` of a toleration, a selector or a reference, which other entries beside it tell.
fn is_selector(path: &ValuePath, values: Option<&Map>) -> bool {
    let Some((Step::Key(key), around)) = path.0.split_last() else { return false };
    let beside = values.and_then(|values| ValuePath(around.to_vec()).find(values));
    &**key == "key"
        && beside.and_then(Value::as_map).is_some_and(|map| {
            ["operator", "effect", "name", "values"].iter().any(|key| map.contains_key(key))
        })
}

/// Tells whether a path leads into what an object of the kind Secret holds.
fn is_in_secret(path: &ValuePath, values: &Map) -> bool {
    let is_data =
        |step: &Step| matches!(step, Step::Key(key) if matches!(&**key, "data" | "stringData"));
    let mut data = path.0.iter().enumerate().filter(|(_, step)| is_data(step));
    data.any(|(n, _)| {
        let kind = ValuePath(path.0[..n].to_vec()).join(Step::Key("kind".into()));
        kind.find(values).and_then(Value::as_str) == Some("Secret")
    })
}

/// Tells whether the last key says that its value is no secret, whatever holds it.
fn is_harmless(path: &ValuePath) -> bool {
    let Some(Step::Key(key)) = path.0.last() else { return false };
    is_harmless_key(key)
}

/// Gives values with a mask in the place of each that may be a secret.
pub fn masked(values: &Map) -> Map {
    fn walk(value: &Value, path: &mut ValuePath, values: &Map) -> Value {
        match value {
            Value::Map(map) => map
                .iter()
                .map(|(key, value)| {
                    path.0.push(Step::Key(key.clone()));
                    let masked = crate::stack::with_room(|| walk(value, path, values));
                    path.0.pop();
                    (key.clone(), masked)
                })
                .collect::<Map>()
                .into(),
            Value::List(items) => Value::list(
                items
                    .iter()
                    .enumerate()
                    .map(|(index, value)| {
                        path.0.push(Step::Index(index));
                        let masked = crate::stack::with_room(|| walk(value, path, values));
                        path.0.pop();
                        masked
                    })
                    .collect(),
            ),
            value if is_secret_value(value, path, Some(values)) => Value::string(MASK),
            value => value.clone(),
        }
    }
    match walk(&Value::Map(values.clone()), &mut ValuePath::default(), values) {
        Value::Map(map) => map,
        _ => Map::new(),
    }
}

/// Gives a value that is given to a path with a mask in the place of each secret in it.
pub fn masked_at(value: &Value, path: &ValuePath) -> Value {
    let wrap = |value: Value, step: &Step| match step {
        Step::Key(key) => Map::from_iter([(key.clone(), value)]).into(),
        // What is beside an item in its list says nothing about it.
        Step::Index(_) => Value::list(vec![value]),
    };
    let whole = path.0.iter().rev().fold(value.clone(), wrap);
    let first = |step: &Step| match step {
        Step::Index(_) => Step::Index(0),
        key @ Step::Key(_) => key.clone(),
    };
    let inside = ValuePath(path.0.iter().map(first).collect());
    match whole {
        Value::Map(whole) => inside.find(&masked(&whole)).cloned().unwrap_or_default(),
        _ => Value::string(MASK),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let Ok(Value::Map(values)) = pintle_yaml::from_str(text) else { panic!("{text}") };
        pintle_yaml::to_string(&masked(&values).into()).unwrap()
    }

    #[test]
    fn secrets_are_known_by_their_keys_and_by_themselves() {
        assert_eq!(
            shown("auth: {enabled: true, rootPassword: x, username: joe}"),
            "auth:\n  enabled: true\n  rootPassword: '********'\n  username: joe\n"
        );
        assert_eq!(
            shown("credentials: {a: x, fileName: f}"),
            "credentials:\n  a: '********'\n  fileName: f\n"
        );
        assert_eq!(
            shown("env: [{name: DB_PASSWORD, value: x}, {name: A, value: b}]"),
            "env:\n- name: DB_PASSWORD\n  value: '********'\n- name: A\n  value: b\n"
        );
        assert_eq!(
            shown("u: postgres://a:b@db/x\nv: http://db/x@y"),
            "u: '********'\nv: http://db/x@y\n"
        );
        assert_eq!(shown("args: ['--api-token=x', '-v']"), "args:\n- '********'\n- -v\n");
        assert_eq!(
            shown("imagePullSecrets: []\ntlsSecretName: x\nexistingSecret: z"),
            "existingSecret: z\nimagePullSecrets: []\ntlsSecretName: x\n"
        );
    }
}
