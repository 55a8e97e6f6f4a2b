//! Lines of `--set` and its siblings: whatever is escaped comes back, and the same line says the same again.

use pintle_chart::set::{
    SetError, parse_file_into, parse_into, parse_json_into, parse_literal_into, parse_string_into,
};
use pintle_chart::values::ValueRules;
use pintle_yaml::{Map, Value, json};

/// The most digits in a row that are looked at: with more, an index makes a list of many thousand nulls.
const MAX_DIGITS: usize = 3;

/// Checks what a line does to values.
///
/// # Panics
///
/// If the parser is at fault.
pub fn check(data: &[u8]) {
    let Some((choice, rest)) = data.split_first() else { return };
    let Ok(line) = std::str::from_utf8(rest) else { return };
    let rules = ValueRules { rejects_open_index: choice & 1 == 1, ..ValueRules::default() };
    check_escaped(line, rules);
    let has_large_index = line.split('[').skip(1).any(|after| {
        let index = after.split(']').next().unwrap_or_default();
        index.chars().filter(char::is_ascii_digit).count() > MAX_DIGITS
    });
    if has_large_index {
        return;
    }
    let base = base(choice >> 1 & 1 == 1);
    check_twice(&base, |values| parse_into(line, values, rules));
    check_twice(&base, |values| parse_string_into(line, values, rules));
    check_twice(&base, |values| parse_json_into(line, values, rules));
    check_twice(&base, |values| parse_literal_into(line, values, rules));
    check_twice(&base, |values| {
        parse_file_into(line, values, rules, &mut |path| match path {
            "" => Err("open : no such file or directory".to_owned()),
            path => Ok(path.as_bytes().to_vec()),
        })
    });
}

/// Gives the values that a line meets: none, or some of each kind.
fn base(is_filled: bool) -> Map {
    if !is_filled {
        return Map::new();
    }
    let inner: Map = [("b", Value::Int(1)), ("c", Value::Null)].into_iter().collect();
    let list = Value::list(vec![Value::Null, Value::string("x"), inner.clone().into()]);
    [("a", inner.into()), ("l", list), ("s", Value::string("text"))].into_iter().collect()
}

/// Checks that a line says the same twice, that what it leaves can be written, and that nothing shared was changed.
fn check_twice(base: &Map, parse: impl Fn(&mut Map) -> Result<(), SetError>) {
    let before = format!("{base:?}");
    let mut values = base.clone();
    let mut again = base.clone();
    let result = parse(&mut values);
    let result_again = parse(&mut again);
    assert_eq!(result, result_again);
    assert_eq!(values, again);
    assert_eq!(format!("{base:?}"), before, "what was shared has changed");
    if let Err(error) = result {
        assert!(!error.to_string().is_empty(), "an error without words");
    }
    json::to_string(&values.into(), json::Layout::Raw).expect("all is finite");
}

/// Checks that a text comes back that is a key or a value, with all escaped that has a meaning.
fn check_escaped(text: &str, rules: ValueRules) {
    let mut escaped = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if matches!(c, '\\' | ',' | '=' | '.' | '[' | ']' | '{' | '}') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    let is =
        |key: &str, value: &str| -> Map { [(key, Value::string(value))].into_iter().collect() };
    let mut values = Map::new();
    let result = parse_string_into(&format!("k={escaped}"), &mut values, rules);
    assert_eq!((result, &values), (Ok(()), &is("k", text)), "as a value");
    let mut values = Map::new();
    let result = parse_string_into(&format!("{escaped}=v"), &mut values, rules);
    let expected = if text.is_empty() { Map::new() } else { is(text, "v") };
    assert_eq!((result, values), (Ok(()), expected), "as a key");
    let mut values = Map::new();
    let result = parse_literal_into(&format!("k={text}"), &mut values, rules);
    assert_eq!((result, values), (Ok(()), is("k", text)), "literally");
    let mut values = Map::new();
    let quoted = json::to_string(&Value::string(text), json::Layout::Raw).expect("a string");
    let result = parse_json_into(&format!("k={quoted}"), &mut values, rules);
    assert_eq!((result, values), (Ok(()), is("k", text)), "as JSON");
}
