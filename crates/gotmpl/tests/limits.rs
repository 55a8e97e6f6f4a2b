//! Values that Go could only print or compare until its stack or memory is full.

use pintle_gotmpl::Value;
use pintle_gotmpl::printf::{MAX_PRINT_BYTES, sprint, sprintf};
use pintle_gotmpl::value::compare::deep_equal;
use pintle_gotmpl::value::print::display;

/// More levels than any thread's stack has room for.
const N_LEVELS: usize = 100_000;

fn nested_lists() -> Value {
    (0..N_LEVELS).fold(Value::int(1), |inner, _| Value::list([inner]))
}

fn nested_maps() -> Value {
    (0..N_LEVELS).fold(Value::int(1), |inner, _| Value::map([("k", inner)]))
}

fn map_in_itself() -> Value {
    let value = Value::map([("a", Value::int(1))]);
    if let Value::Map(map) = &value {
        map.insert("self", Value::list([value.clone()]));
    }
    value
}

#[test]
fn deep_values_are_printed_so_far_and_dropped() {
    for value in [nested_lists(), nested_maps()] {
        let text = display(&value);
        assert!(text.windows(3).any(|window| window == b"..."));
    }
}

#[test]
fn deep_values_are_compared() {
    assert!(deep_equal(&nested_lists(), &nested_lists()));
    assert!(deep_equal(&nested_maps(), &nested_maps()));
    assert!(!deep_equal(&nested_maps(), &nested_lists()));
}

#[test]
fn a_map_in_itself_is_printed_once() {
    let value = map_in_itself();
    assert_eq!(display(&value), b"map[a:1 self:[...]]");
    assert_eq!(
        format!("{value:?}"),
        r#"map[string]interface {}{"a":1, "self":[]interface {}{...}}"#
    );
    assert_eq!(sprintf(b"%d", &[value]), b"map[%!d(string=a):1 %!d(string=self):[...]]");
}

#[test]
fn a_map_in_two_places_is_printed_twice() {
    let map = Value::map([("a", Value::int(1))]);
    assert_eq!(sprint(&[Value::list([map.clone(), map])]), b"[map[a:1] map[a:1]]");
}

#[test]
fn maps_in_themselves_are_compared() {
    assert!(deep_equal(&map_in_itself(), &map_in_itself()));
    let other = map_in_itself();
    if let Value::Map(map) = &other {
        map.insert("a", Value::int(2));
    }
    assert!(!deep_equal(&map_in_itself(), &other));
}

#[test]
fn a_value_nested_in_itself_again_and_again_stops_printing() {
    let shared = || (0..200).fold(Value::int(1), |inner, _| Value::list([inner.clone(), inner]));
    let text = display(&shared());
    assert!(text.len() < MAX_PRINT_BYTES + 10_000);
    assert!(deep_equal(&shared(), &shared()));
}
