//! YAML is written as Go writes it: `fixtures/yaml/write` against `snapshots/go-1.26/yaml/write`.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where a panic is the answer")]

mod cases;

use cases::{Case, each_case};
use pintle_yaml::emit::Layout;
use pintle_yaml::{Emitter, Value, json};

fn write(value: &Value, layout: Layout) -> Result<String, String> {
    let mut emitter = Emitter::new(layout);
    emitter.value(value);
    emitter.finish().map_err(|error| error.to_string())
}

fn read(case: &Case) -> Value {
    json::from_slice(&case.body).unwrap_or_else(|error| panic!("{}: {error}", case.name))
}

#[test]
fn documents_are_written_as_go_writes_them() {
    for file in ["documents", "keys"] {
        each_case("yaml/write", file, 2, |case, snapshots| {
            for (layout, snapshot) in [Layout::V2, Layout::Pretty].into_iter().zip(snapshots) {
                let expected = String::from_utf8(snapshot.body.clone()).unwrap();
                let expected = if snapshot.has("error") { Err(expected) } else { Ok(expected) };
                assert_eq!(write(&read(case), layout), expected, "{} {layout:?}", case.name);
            }
        });
    }
}

#[test]
fn strings_are_written_as_go_writes_them() {
    each_case("yaml/write", "strings", 1, |case, snapshots| {
        let texts = expand(&read(case));
        let snapshot = std::str::from_utf8(&snapshots[0].body).unwrap();
        assert_eq!(texts.len(), snapshot.lines().count(), "{}", case.name);
        for (text, line) in texts.iter().zip(snapshot.lines()) {
            let expected: [Option<String>; 4] = serde_json::from_str(line).unwrap();
            let text = Value::string(text.as_str());
            let value = Value::Map([("k", text.clone())].into_iter().collect());
            let key = Value::Map([(text.as_str().unwrap(), Value::Null)].into_iter().collect());
            for (node, expected) in [(value, &expected[..2]), (key, &expected[2..])] {
                let plain = write(&node, Layout::V2).ok();
                let pretty = write(&node, Layout::Pretty).ok();
                assert_eq!(plain, expected[0], "{} {text:?}", case.name);
                let is_same = expected[1].as_deref() == Some("");
                assert_eq!(&pretty, &expected[usize::from(!is_same)], "{} {text:?}", case.name);
            }
        }
    });
}

/// Makes every combination of one string of each list in turn.
fn expand(lists: &Value) -> Vec<String> {
    let mut all = vec![String::new()];
    for list in lists.as_list().unwrap() {
        let items = list.as_list().unwrap();
        all = all
            .iter()
            .flat_map(|start| items.iter().map(move |item| start.clone() + item.as_str().unwrap()))
            .collect();
    }
    all
}

#[test]
fn integers_keep_their_digits() {
    for layout in [Layout::V2, Layout::Pretty] {
        let mut emitter = Emitter::new(layout);
        emitter.begin_list(4);
        emitter.int(i64::MIN);
        emitter.int(1_000_000);
        emitter.int(0);
        emitter.uint(u64::MAX);
        emitter.end();
        let expected = "- -9223372036854775808\n- 1000000\n- 0\n- 18446744073709551615\n";
        assert_eq!(emitter.finish().unwrap(), expected);
    }
}

#[test]
fn infinities_are_an_error_or_words() {
    let mut emitter = Emitter::new(Layout::V2);
    emitter.float(f64::INFINITY);
    let error = emitter.finish().unwrap_err().to_string();
    assert_eq!(error, "error marshaling into JSON: json: unsupported value: +Inf");

    let mut emitter = Emitter::new(Layout::Pretty);
    emitter.begin_list(3);
    emitter.float(f64::INFINITY);
    emitter.float(f64::NEG_INFINITY);
    emitter.float(f64::NAN);
    emitter.end();
    assert_eq!(emitter.finish().unwrap(), "- .inf\n- -.inf\n- .nan\n");
}

#[test]
fn invalid_utf8_is_replaced_or_binary() {
    let bytes = b"a\xe2\x82b";
    let mut emitter = Emitter::new(Layout::V2);
    emitter.bytes(bytes);
    assert_eq!(emitter.finish().unwrap(), "a\u{fffd}\u{fffd}b\n");
    let mut emitter = Emitter::new(Layout::Pretty);
    emitter.bytes(bytes);
    assert_eq!(emitter.finish().unwrap(), "!!binary YeKCYg==\n");
}

#[test]
fn depth_is_limited_as_in_go() {
    let nested = |depth: usize| {
        let mut emitter = Emitter::new(Layout::V2);
        for _ in 0..depth {
            emitter.begin_list(1);
        }
        for _ in 0..depth {
            emitter.end();
        }
        emitter.finish()
    };
    assert!(nested(10_000).is_ok());
    let error = nested(10_001).unwrap_err().to_string();
    assert_eq!(error, "yaml: exceeded max depth of 10000");
}

#[test]
fn keys_without_an_order_are_sorted_all_the_same() {
    let mut keys: Vec<String> =
        (0..3000).flat_map(|n| [format!("{n}"), format!("{n}a"), format!("{n}-")]).collect();
    let n_keys = keys.len();
    pintle_yaml::sort::keys(&mut keys, Layout::V2, |key| key.as_str());
    assert_eq!(keys.len(), n_keys);
}
