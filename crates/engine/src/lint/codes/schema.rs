//! `open-schema`, `default-fails-schema`: a `values.schema.json` that refuses nothing, or too much.

use std::collections::HashMap;

use pintle_chart::Chart;
use pintle_chart::schema::{Schema, SchemaFault};
use pintle_chart::secret::is_secret;
use pintle_chart::value_path::{Step, ValuePath};
use pintle_yaml::{Map, Node, Value, json};

use super::desk::{Desk, Kind};
use super::keys::key_name;
use super::table::{DEFAULT_FAILS_SCHEMA, OPEN_SCHEMA};
use super::{Known, Whose};
use crate::SchemaCheck;

/// Keywords that refuse nothing.
const ANNOTATIONS: &[&str] = &[
    "$anchor",
    "$comment",
    "$defs",
    "$id",
    "$schema",
    "$vocabulary",
    "default",
    "definitions",
    "deprecated",
    "description",
    "examples",
    "id",
    "readOnly",
    "title",
    "writeOnly",
];

/// Keywords whose schemas refuse nothing where they refuse nothing themselves.
const APPLIED: &[&str] = &[
    "additionalItems",
    "additionalProperties",
    "items",
    "unevaluatedItems",
    "unevaluatedProperties",
];

/// How much of Helm's words a warning repeats, in bytes.
const MAX_WORDS: usize = 200;

/// Looks at the schema of a chart.
pub(super) fn check<'a>(
    desk: &mut Desk<'a>,
    chart: &'a Chart,
    known: &Known,
    schema_check: SchemaCheck,
) {
    let Some(schema) = &chart.schema else { return };
    let Ok(text) = std::str::from_utf8(schema) else { return };
    // One that cannot be read is an error by Helm's rules.
    let Ok(value) = json::from_str(text) else { return };
    if is_open(&value, true) {
        let paper = desk.add("values.schema.json", Whose::Chart, Kind::Json, schema);
        let offset = text.len() - text.trim_start().len();
        if let Some(paper) = paper {
            desk.note(&OPEN_SCHEMA, paper, offset, "this schema takes any values");
        }
        return;
    }
    if let (SchemaCheck::Checked, Some(defaults)) = (schema_check, known.defaults.last()) {
        defaults_pass(desk, schema, defaults);
    }
}

/// Tells whether a schema refuses nothing; at the top no map is refused, and there is nothing else.
fn is_open(schema: &Value, is_top: bool) -> bool {
    let Value::Map(keywords) = schema else { return *schema == Value::Bool(true) };
    keywords.iter().all(|(keyword, value)| match &**keyword {
        "type" => is_top && (value.as_str() == Some("object")),
        "properties" | "patternProperties" => {
            value.as_map().is_some_and(|inner| inner.iter().all(|(_, value)| is_open(value, false)))
        }
        "required" => value.as_list().is_some_and(<[Value]>::is_empty),
        keyword if APPLIED.contains(&keyword) => is_open(value, false),
        keyword => ANNOTATIONS.contains(&keyword),
    })
}

/// Checks the defaults alone; what they lack is for the user to give.
fn defaults_pass(desk: &mut Desk<'_>, schema: &[u8], defaults: &Map) {
    let faults = Schema::new(schema).faults(defaults);
    let papers = desk.values_papers();
    let Some(paper) = papers.into_iter().find(|id| desk.papers[*id].whose == Whose::Chart) else {
        return;
    };
    let documents = desk.documents(paper);
    let roots = documents.iter().rev().filter_map(|(start, tree)| Some((*start, tree.root()?)));
    let mut finders: Vec<Finder<'_, '_>> =
        roots.map(|(start, root)| Finder::new(start, root)).collect();
    let mut open: Vec<&SchemaFault> = faults.iter().collect();
    while let Some(fault) = open.pop() {
        open.extend(fault.alternatives.iter().flatten());
        if fault.keyword == "required" || !fault.alternatives.is_empty() {
            continue;
        }
        let path = &fault.path;
        let Some(offset) = finders.iter_mut().find_map(|finder| finder.find(path)) else {
            continue;
        };
        let mut message = format!("values.schema.json refuses the default of `{path}`");
        // The words may show the value.
        if !is_secret(defaults, path) {
            let words = match fault.keyword {
                "additionalProperties" => "additional properties are not allowed",
                _ => &fault.message[..fault.message.floor_char_boundary(MAX_WORDS)],
            };
            message = format!("{message}: {words}");
        }
        desk.note(&DEFAULT_FAILS_SCHEMA, paper, offset, message);
    }
}

/// Finds defaults in a document, and remembers the maps on the way.
struct Finder<'t, 'a> {
    start: usize,
    root: Node<'t, 'a>,
    /// keys and values of maps, by where these begin
    maps: HashMap<usize, HashMap<String, (Node<'t, 'a>, Node<'t, 'a>)>>,
}

impl<'t, 'a> Finder<'t, 'a> {
    fn new(start: usize, root: Node<'t, 'a>) -> Self {
        Self { start, root, maps: HashMap::new() }
    }

    /// Gives where a default is, by its key or as an item of a list.
    fn find(&mut self, path: &ValuePath) -> Option<usize> {
        let mut node = self.root;
        let mut offset = None;
        for step in &path.0 {
            let inner = node.target();
            match step {
                Step::Key(name) => {
                    let map = self.maps.entry(inner.span().start).or_insert_with(|| {
                        let entries = inner.entries();
                        entries
                            .filter_map(|(key, value)| Some((key_name(key)?, (key, value))))
                            .collect()
                    });
                    let (key, value) = map.get(&**name)?;
                    (offset, node) = (Some(key.span().start), *value);
                }
                Step::Index(index) => {
                    node = inner.items().nth(*index)?;
                    offset = Some(node.span().start);
                }
            }
        }
        Some(self.start + offset?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemas_that_refuse_nothing_are_open() {
        let is_open = |text| is_open(&json::from_str(text).expect("it is JSON"), true);
        for open in [
            "true",
            "{}",
            r#"{"$schema": "x", "type": "object", "title": "t"}"#,
            r#"{"type": "object", "additionalProperties": true, "properties": {"a": {}, "b": true}}"#,
        ] {
            assert!(is_open(open), "{open}");
        }
        for closed in [
            "false",
            r#"{"properties": {"a": {"type": "string"}}}"#,
            r#"{"additionalProperties": false}"#,
            r#"{"required": ["a"]}"#,
            r##"{"$ref": "#/definitions/a"}"##,
        ] {
            assert!(!is_open(closed), "{closed}");
        }
    }
}
