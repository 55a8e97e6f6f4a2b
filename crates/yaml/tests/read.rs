//! YAML is read as Go reads it: `fixtures/yaml/read` against `snapshots/go-1.26/yaml/read`.

mod cases;

use cases::{Case, each_case};
use pintle_yaml::json::{self, Layout};
use pintle_yaml::{Error, Field, Parser, Value};

const FILES: [&str; 14] = [
    "anchors",
    "blocks",
    "bytes",
    "documents",
    "flow",
    "keys",
    "limits",
    "merges",
    "numbers",
    "plain",
    "quoted",
    "structure",
    "tags",
    "words",
];

/// Calls `check` with each case, what Go says for it, and what it says if keys may be set once only.
fn each_document(check: impl Fn(&Case, Result<String, String>, Result<String, String>)) {
    let said = |snapshot: &Case| {
        let body = String::from_utf8_lossy(&snapshot.body).into_owned();
        if snapshot.has("error") { Err(body) } else { Ok(body) }
    };
    for file in FILES {
        each_case("yaml/read", file, 2, |case, snapshots| {
            check(case, said(&snapshots[0]), said(&snapshots[1]));
        });
    }
}

fn show(result: Result<Value, Error>) -> Result<String, String> {
    let value = result.map_err(|error| error.to_string())?;
    json::to_string(&value, Layout::Raw).map_err(|error| error.to_string())
}

#[test]
fn documents_are_read_as_go_reads_them() {
    each_document(|case, expected, _| {
        assert_eq!(show(pintle_yaml::from_slice(&case.body)), expected, "{}", case.name);
    });
}

#[test]
fn documents_are_read_strictly_as_go_reads_them() {
    each_document(|case, _, expected| {
        assert_eq!(show(pintle_yaml::from_slice_strict(&case.body)), expected, "{}", case.name);
    });
}

#[test]
fn trees_become_the_same_values() {
    each_document(|case, expected, _| {
        if let Ok(text) = std::str::from_utf8(&case.body) {
            let value = pintle_yaml::parse(text).and_then(|tree| tree.to_value());
            assert_eq!(show(value), expected, "{}", case.name);
        }
    });
}

#[test]
fn fields_that_are_skipped_are_checked() {
    each_document(|case, expected, _| {
        if let Ok(text) = std::str::from_utf8(&case.body) {
            let nothing = pintle_yaml::from_str_fields(text, &|_| Field::Skipped);
            assert_eq!(show(nothing).err(), expected.err(), "{}", case.name);
        }
    });
}

#[test]
fn places_are_in_the_text() {
    each_document(|case, _, _| {
        let Ok(text) = std::str::from_utf8(&case.body) else { return };
        for event in Parser::new(text).map_while(Result::ok) {
            assert!(text.get(event.span.clone()).is_some(), "{} {event:?}", case.name);
        }
    });
}

#[test]
fn fields_are_read_as_go_reads_a_struct() {
    let read = |text: &str| {
        let mut fields = pintle_yaml::from_str_fields(text, &|path| match path {
            ["any", ..] => Field::Any,
            ["text" | "map"] | ["map", _] => Field::Text,
            ["texts"] => Field::Texts,
            _ => Field::Skipped,
        })?;
        // Go leaves a field as it is if it is to become null.
        if fields.as_map().and_then(|map| map.get("text")).is_some_and(Value::is_null) {
            fields.as_map_mut().and_then(|map| map.remove("text"));
        }
        Ok(fields)
    };
    each_case("yaml/fields", "fields", 1, |case, snapshots| {
        let text = String::from_utf8_lossy(&case.body);
        let expected = String::from_utf8_lossy(&snapshots[0].body);
        let expected = if snapshots[0].has("error") {
            // What the library puts before an error is its callers' to say.
            let prefix = "error converting YAML to JSON: ";
            Err(expected.strip_prefix(prefix).unwrap_or(&expected).to_owned())
        } else {
            Ok(expected.into_owned())
        };
        assert_eq!(show(read(&text)), expected, "{}", case.name);
    });
}

#[test]
fn deep_documents_end_in_an_error() {
    for (open, close) in [("[", "]"), ("{a: ", "}"), ("- ", ""), ("[[a]: ", "]")] {
        for depth in [999, 1_001, 9_999, 20_000] {
            let text = format!("{}x{}", open.repeat(depth), close.repeat(depth));
            let read = pintle_yaml::from_str(&text);
            assert!(depth < 1_000 || read.is_err(), "{open} {depth}");
            drop(pintle_yaml::parse(&text));
            drop(pintle_yaml::from_str_fields(&text, &|_| Field::Skipped));
        }
    }
}
