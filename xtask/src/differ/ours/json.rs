//! JSON, read and written.

use pintle_yaml::json::{self, Layout, Target, Writer};

/// Reads a document into the three types that functions read into, and writes it in three layouts.
pub(crate) fn read_and_write(_: &str, case: &[String]) -> Option<String> {
    let source = case[0].as_bytes();
    let mut lines = Vec::new();
    for target in [Target::Any, Target::Map, Target::List] {
        let (value, error) = json::unmarshal(source, target);
        let mut seen = Writer::new(Layout::Compact);
        seen.begin_list();
        match error {
            None => seen.null(),
            Some(error) => seen.string(&error.to_string()),
        }
        seen.value(&value).ok()?;
        seen.end();
        lines.push(seen.finish());
    }
    if let Ok(value) = json::from_slice(source) {
        for layout in [Layout::Compact, Layout::Raw, Layout::Pretty] {
            let text = json::to_string(&value, layout).ok()?;
            let mut seen = Writer::new(Layout::Compact);
            seen.string(&text);
            lines.push(seen.finish());
        }
    }
    Some(format!("--- case ---\n{}\n", lines.join("\n")))
}
