//! YAML, read and written.

use pintle_yaml::emit::Layout;
use pintle_yaml::{Emitter, Error, Value, json};

use super::case_snapshot;

/// Reads a document, then reads it strictly.
#[expect(clippy::unnecessary_wraps, reason = "other domains have cases that we cannot be asked")]
pub(crate) fn read(_: &str, case: &[String]) -> Option<String> {
    let shown = |value: Result<Value, Error>| json::to_string(&value?, json::Layout::Raw);
    let text = &case[0];
    let plain = case_snapshot("case", shown(pintle_yaml::from_str(text)));
    let strict = case_snapshot("case-strict", shown(pintle_yaml::from_str_strict(text)));
    // What a tree is made of must be the same as what is made at once.
    let tree = pintle_yaml::parse(text).and_then(|tree| tree.to_value());
    assert_eq!(plain, case_snapshot("case", shown(tree)), "the tree differs");
    Some(plain + "\n" + &strict)
}

/// Writes a value as `toYaml` and as `toYamlPretty`.
pub(crate) fn write(_: &str, case: &[String]) -> Option<String> {
    let value = json::from_str(&case[0]).ok()?;
    let written = |layout| {
        let mut emitter = Emitter::new(layout);
        emitter.value(&value);
        emitter.finish()
    };
    let plain = case_snapshot("case", written(Layout::V2));
    let pretty = case_snapshot("case-pretty", written(Layout::Pretty));
    Some(plain + "\n" + &pretty)
}
