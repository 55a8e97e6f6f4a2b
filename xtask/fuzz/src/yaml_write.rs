//! Values are read back as they were written.

use pintle_yaml::emit::{Emitter, Layout};
use pintle_yaml::{Map, Value, json};

use super::bytes::Bytes;

/// Checks how a value is written that is made from the input.
///
/// # Panics
///
/// If what is written is not what was meant.
pub fn check(data: &[u8]) {
    let mut bytes = Bytes(data);
    let choice = bytes.byte();
    let value = bytes.value();
    let expected = with_floats(&value);
    let layout = match choice % 4 {
        0 | 1 => Layout::V2,
        2 => Layout::Pretty,
        _ => {
            let text = json::to_string(&value, json::Layout::Raw).expect("all is finite");
            assert_eq!(json::from_str(&text), Ok(expected), "through JSON: {text}");
            return;
        }
    };
    let mut emitter = Emitter::new(layout);
    emitter.value(&value);
    match emitter.finish() {
        Ok(text) if comes_back(&value, layout) => check_text(&text, &expected),
        Ok(_) => {}
        Err(error) => assert!(is_odd(&value), "{layout:?}: {error}"),
    }
}

fn check_text(text: &str, expected: &Value) {
    let read = pintle_yaml::from_str(text);
    assert_eq!(read.as_ref(), Ok(expected), "{text}");
    let through_tree = pintle_yaml::parse(text).and_then(|tree| tree.to_value());
    assert_eq!(through_tree, read, "through a tree: {text}");
}

/// Gives a value with floats for integers, which is how YAML and JSON are read.
fn with_floats(value: &Value) -> Value {
    match value {
        #[expect(clippy::cast_precision_loss, reason = "so do readers")]
        Value::Int(n) => Value::Float(*n as f64),
        Value::List(items) => Value::list(items.iter().map(with_floats).collect()),
        Value::Map(map) => {
            let entries = map.iter().map(|(key, value)| (key.clone(), with_floats(value)));
            Value::Map(entries.collect::<Map>())
        }
        _ => value.clone(),
    }
}

/// Tells whether a value comes back by Go's rules as it was.
///
/// U+0085 is folded as a line break when goyaml v2 reads the JSON in between; `<<` is written without quotes, so that
/// it is a merge; and goyaml v3 writes tabs at the beginning of a block, where goyaml v2 refuses them.
pub(crate) fn comes_back(value: &Value, layout: Layout) -> bool {
    let is_changed = |text: &str| match layout {
        Layout::V2 => text == "<<" || text.contains('\u{85}'),
        Layout::Pretty => text == "<<" || text.contains('\t') && text.contains('\n'),
    };
    !any_string(value, &is_changed)
}

/// Tells whether a value has a string that not every layout can write: one with control characters, a long key.
fn is_odd(value: &Value) -> bool {
    let is_odd_char = |c: char| matches!(c, '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}');
    any_string(value, &|text| text.len() > 1024 / 6 || text.contains(is_odd_char))
}

fn any_string(value: &Value, is_one: &dyn Fn(&str) -> bool) -> bool {
    match value {
        Value::String(text) => is_one(text),
        Value::List(items) => items.iter().any(|item| any_string(item, is_one)),
        Value::Map(map) => map.iter().any(|(key, item)| is_one(key) || any_string(item, is_one)),
        _ => false,
    }
}
