//! Values on one line.

use pintle_chart::secret::{MASK, is_secret_value, masked_at};
use pintle_chart::value_path::ValuePath;
use pintle_yaml::json::{self, Layout};
use pintle_yaml::{Map, Value};

/// The longest value that is shown whole, in characters.
const MAX_SHOWN: usize = 60;

/// Shows a value that is given to a path of `values` on one line, without its secrets unless they are wanted.
pub(crate) fn value(value: &Value, path: &ValuePath, values: &Map, shows_secrets: bool) -> String {
    if shows_secrets || path.0.is_empty() {
        return short(value);
    }
    if is_secret_value(value, path, Some(values)) {
        return MASK.to_owned();
    }
    short(&masked_at(value, path))
}

/// Shows a value on one line: as JSON, if that is short.
fn short(value: &Value) -> String {
    match value {
        Value::Map(map) if map.len() == 1 => return "a map of 1 key".to_owned(),
        Value::Map(map) if !map.is_empty() => return format!("a map of {} keys", map.len()),
        _ => {}
    }
    let text = json::to_string(value, Layout::Raw).unwrap_or_default();
    match value {
        Value::List(items) if text.chars().count() > MAX_SHOWN => {
            format!("a list of {} items", items.len())
        }
        _ if text.chars().count() > MAX_SHOWN => {
            let begin: String = text.chars().take(MAX_SHOWN).collect();
            format!("{begin}…")
        }
        _ => text,
    }
}
