//! JSON is read and written as Go does: `fixtures/json` against `snapshots/go-1.26/json`.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where a panic is the answer")]

mod cases;

use cases::{Case, each_case};
use pintle_yaml::json::{self, Layout, Target, Writer};
use pintle_yaml::{Error, Value};

fn source(case: &Case) -> Vec<u8> {
    if !case.has("hex") {
        return case.body.clone();
    }
    let digits = std::str::from_utf8(&case.body).unwrap();
    let byte = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
    (0..digits.len()).step_by(2).map(byte).collect()
}

#[test]
fn documents_are_read_and_written_as_in_go() {
    each_case("json", "documents", 1, |case, snapshots| {
        let source = source(case);
        let mut lines = std::str::from_utf8(&snapshots[0].body).unwrap().lines();
        for target in [Target::Any, Target::Map, Target::List] {
            let (value, error) = json::unmarshal(&source, target);
            let mut seen = Writer::new(Layout::Compact);
            seen.begin_list();
            match error {
                None => seen.null(),
                Some(error) => seen.string(&error.to_string()),
            }
            seen.value(&value).unwrap();
            seen.end();
            assert_eq!(seen.finish(), lines.next().unwrap(), "{} {target:?}", case.name);
        }
        for (layout, line) in [Layout::Compact, Layout::Raw, Layout::Pretty].into_iter().zip(lines)
        {
            let expected: String = serde_json::from_str(line).unwrap();
            let value = json::from_slice(&source).unwrap();
            let text = json::to_string(&value, layout).unwrap();
            assert_eq!(text, expected, "{} {layout:?}", case.name);
        }
    });
}

#[test]
fn depth_is_limited_as_in_go() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    let value = json::from_str(&nested(json::MAX_DEPTH)).unwrap();
    assert_eq!(json::to_string(&value, Layout::Compact).unwrap(), nested(json::MAX_DEPTH));
    let error = json::from_str(&nested(json::MAX_DEPTH + 1)).unwrap_err();
    assert_eq!(error.to_string(), "invalid character '[' exceeded max depth");
}

#[test]
fn errors_have_a_place() {
    let Err(Error::Json { offset, .. }) = json::from_str("{\"a\": x}") else { panic!() };
    assert_eq!(offset, 6);
}

#[test]
fn infinities_are_an_error() {
    for (x, name) in [(f64::INFINITY, "+Inf"), (f64::NEG_INFINITY, "-Inf"), (f64::NAN, "NaN")] {
        let error = json::to_string(&Value::Float(x), Layout::Compact).unwrap_err();
        assert_eq!(error.to_string(), format!("json: unsupported value: {name}"));
    }
}
