//! A `values.schema.json` made of values and the comments beside them.
//!
//! - The draft is 7: the newest that every Helm with schemas reads; Helm before 3.18 knows no later one.
//! - A default gives the type. A null gives none, unless its description does: `# -- (int) …`.
//! - A map with keys takes no others; an empty one takes all. What a user fills in (`nodeSelector`) is written as `{}`, and
//!   a misspelt key of the other kind is what values are most often wrong by. [`Maps::Open`] leaves all open.
//! - Items of a list are merged into one schema, and their maps stay open: a list shows examples.
//! - `global`, the charts of `charts/` and those of `dependencies` are maps of any keys: their own schemas check them.
//! - `# @schema` says the rest, and wins ([`crate::schema_comment`]).
//!
//! Keys are in byte order, so that a schema changes only where values do. Defaults are left out for the same reason.

use std::collections::{BTreeSet, HashMap};

use pintle_chart::Chart;
use pintle_yaml::json::{Layout, to_string};
use pintle_yaml::{Map, Resolved, Value};

use crate::comments::{Content, Document, MAX_DEPTH, Node, VALUES_YAML, text_of};
use crate::description::{self, Description};
use crate::{DocsError, schema_comment};

/// The draft of schemas.
const DRAFT: &str = "http://json-schema.org/draft-07/schema#";

/// The most values that a schema is made of, aliases followed.
const MAX_VALUES: usize = 200_000;

/// Whether maps that have keys take others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Maps {
    /// they do not
    #[default]
    Closed,
    /// they do
    Open,
}

/// Makes the schema of a chart's values, as the text of `values.schema.json`.
///
/// # Errors
///
/// A `values.yaml` that is no YAML, a `# @schema` comment that is no schema, or a limit.
///
/// ```
/// use pintle_chart::{Chart, File};
/// use pintle_docs::{Maps, infer};
///
/// let chart = Chart::from_files(vec![
///     File::new("Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n"),
///     File::new("values.yaml", "replicas: 2 # @schema minimum:1\n"),
/// ])?;
/// assert!(infer(&chart, Maps::Closed)?.contains(r#"
///     "replicas": {
///       "minimum": 1,
///       "type": "integer"
///     }"#));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn infer(chart: &Chart, maps: Maps) -> Result<String, DocsError> {
    let text = chart
        .raw_file(VALUES_YAML)
        .map_or(Ok(String::new()), |file| text_of(VALUES_YAML, &file.data))?;
    let document = Document::read(VALUES_YAML, &text)?;
    let described = description::by_key(&text);
    let mut inference = Inference { described: &described, n_values: 0 };
    let mut root = match document.root() {
        Some(root) if matches!(root.content(), Content::Mapping(_)) => {
            inference.map("", root, maps, &foreign(chart), 0)?
        }
        _ => of_type("object"),
    };
    let imports = chart.metadata.dependencies.iter().any(|one| !one.import_values.is_empty());
    let mut properties = map_of(root.get("properties"));
    let mut names = foreign(chart);
    if chart.metadata.dependencies.iter().any(|one| !one.tags.is_empty()) {
        names.insert("tags".to_owned());
    }
    for name in names {
        if !properties.contains_key(&name) {
            properties.insert(name, Value::Map(of_type("object")));
        }
    }
    root.insert("properties", Value::Map(properties));
    if maps == Maps::Closed && !imports {
        root.insert("additionalProperties", Value::Bool(false));
    } else {
        root.remove("additionalProperties");
    }
    apply(&mut root, &schema_comment::of_root(&text)?);
    root.insert("$schema", Value::string(DRAFT));
    let mut out = String::new();
    write(&Value::Map(root), 0, &mut out);
    out.push('\n');
    Ok(out)
}

/// Gives the keys whose maps are checked by other schemas.
fn foreign(chart: &Chart) -> BTreeSet<String> {
    let asked = chart
        .metadata
        .dependencies
        .iter()
        .map(|one| if one.alias.is_empty() { one.name.clone() } else { one.alias.clone() });
    let carried = chart.dependencies.iter().map(|one| one.name().to_owned());
    asked.chain(carried).chain(["global".to_owned()]).collect()
}

struct Inference<'a> {
    described: &'a HashMap<String, Description>,
    n_values: usize,
}

impl Inference<'_> {
    /// Makes the schema of a value, without what comments say of it.
    fn value(
        &mut self,
        path: &str,
        node: Node<'_>,
        maps: Maps,
        depth: usize,
    ) -> Result<Map, DocsError> {
        self.n_values += 1;
        if self.n_values > MAX_VALUES {
            return Err(DocsError::Limit { limit: "number of values", maximum: MAX_VALUES });
        }
        if depth > MAX_DEPTH {
            return Err(DocsError::Limit { limit: "nesting", maximum: MAX_DEPTH });
        }
        Ok(match node.content() {
            Content::Mapping(_) => self.map(path, node, maps, &BTreeSet::new(), depth)?,
            Content::Sequence(_) => {
                let mut items: Option<Map> = None;
                for item in node.items() {
                    let item = self.value(&format!("{path}[]"), item, Maps::Open, depth + 1)?;
                    items = Some(match items {
                        None => item,
                        Some(items) => merged(&items, &item),
                    });
                }
                let mut schema = of_type("array");
                if let Some(items) = items.filter(|items| !items.is_empty()) {
                    schema.insert("items", Value::Map(items));
                }
                schema
            }
            Content::Scalar { helm, .. } => match helm {
                Resolved::Null => Map::new(),
                Resolved::Bool(_) => of_type("boolean"),
                Resolved::Int(_) | Resolved::Uint(_) => of_type("integer"),
                Resolved::Float(_) => of_type("number"),
                Resolved::String => of_type("string"),
            },
            Content::Alias(_) => Map::new(),
        })
    }

    /// Makes the schema of a map; the keys in `foreign` are those that other schemas check.
    fn map(
        &mut self,
        path: &str,
        node: Node<'_>,
        maps: Maps,
        foreign: &BTreeSet<String>,
        depth: usize,
    ) -> Result<Map, DocsError> {
        let mut schema = of_type("object");
        let mut properties = Map::new();
        let mut required: BTreeSet<String> = BTreeSet::new();
        let mut merges = Vec::new();
        let mut has_keys = false;
        for (key, value) in node.entries() {
            let name = key.text();
            if name == "<<" && !matches!(value.content(), Content::Scalar { .. }) {
                merges.push(value);
                continue;
            }
            has_keys = true;
            let said = schema_comment::of_key(key.head(), key.line_comment(), &key.place())?;
            if said.get("hidden") == Some(&Value::Bool(true)) {
                continue;
            }
            let below = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
            let inner = if foreign.contains(name) { Maps::Open } else { maps };
            let mut property = self.value(&below, value, inner, depth + 1)?;
            let above = description::of_head(&schema_comment::without(key.head()));
            let named = self.described.get(&below);
            if let Some(description) = named.or(above.as_ref()) {
                describe(&mut property, description);
            }
            if said.get("required") == Some(&Value::Bool(true)) {
                required.insert(name.to_owned());
            } else {
                required.remove(name);
            }
            apply(&mut property, &said);
            properties.insert(name, Value::Map(property));
        }
        for merge in merges {
            has_keys = true;
            let sources: Vec<Node<'_>> = match merge.content() {
                Content::Sequence(_) => merge.items().collect(),
                _ => vec![merge],
            };
            for source in sources {
                let inherited = self.map(path, source, maps, &BTreeSet::new(), depth + 1)?;
                for (name, schema) in map_of(inherited.get("properties")).iter() {
                    if !properties.contains_key(name) {
                        properties.insert(name.clone(), schema.clone());
                    }
                }
            }
        }
        if !properties.is_empty() {
            schema.insert("properties", Value::Map(properties));
        }
        if has_keys && maps == Maps::Closed {
            schema.insert("additionalProperties", Value::Bool(false));
        }
        if !required.is_empty() {
            let names = required.into_iter().map(Value::string);
            schema.insert("required", Value::list(names.collect()));
        }
        Ok(schema)
    }
}

/// Adds a description, and the type it gives where the default gives none.
fn describe(schema: &mut Map, description: &Description) {
    if !description.text.is_empty() {
        schema.insert("description", Value::string(description.text.trim()));
    }
    if schema.contains_key("type") {
        return;
    }
    let name = match description.value_type.as_str() {
        "int" | "integer" => "integer",
        "float" | "number" => "number",
        "bool" | "boolean" => "boolean",
        "string" => "string",
        "list" | "array" => "array",
        "object" | "map" | "dict" => "object",
        _ => return,
    };
    schema.insert("type", Value::list(vec![Value::string(name), Value::string("null")]));
}

/// Lets what an author says win over what values show.
fn apply(schema: &mut Map, said: &Map) {
    if said.is_empty() {
        return;
    }
    let says = |keyword: &str| said.contains_key(keyword);
    if says("$ref") {
        // In draft 7 nothing beside a reference counts.
        for keyword in ["type", "properties", "items", "additionalProperties", "required"] {
            schema.remove(keyword);
        }
    } else if !says("type") && ["enum", "const", "anyOf", "oneOf"].into_iter().any(says) {
        schema.remove("type");
    }
    if said.get("skipProperties") == Some(&Value::Bool(true)) {
        schema.remove("properties");
        schema.remove("additionalProperties");
        schema.remove("required");
    }
    for (keyword, value) in said.iter() {
        match &**keyword {
            "hidden" | "skipProperties" => {}
            // Said of the key, not of what its map has.
            "required" if matches!(value, Value::Bool(_)) => {}
            _ => {
                schema.insert(keyword.clone(), value.clone());
            }
        }
    }
    if let Some(types) = said.get("type") {
        let names = names(types);
        if !names.contains("object") {
            for keyword in ["properties", "additionalProperties", "required"] {
                if !says(keyword) {
                    schema.remove(keyword);
                }
            }
        }
        if !names.contains("array") && !says("items") {
            schema.remove("items");
        }
    }
}

/// Makes one schema for what either of two takes: the items of a list.
fn merged(a: &Map, b: &Map) -> Map {
    // One that is known by a comment, or not at all, is taken as it is.
    if a == b {
        return a.clone();
    }
    let (Some(a_type), Some(b_type)) = (a.get("type"), b.get("type")) else { return Map::new() };
    let mut types = names(a_type);
    types.append(&mut names(b_type));
    if types.contains("number") {
        types.remove("integer");
    }
    let mut all = Map::new();
    let mut list: Vec<Value> = types.into_iter().map(Value::string).collect();
    all.insert("type", if list.len() == 1 { list.remove(0) } else { Value::list(list) });
    let properties = match (a.get("properties"), b.get("properties")) {
        (Some(Value::Map(a)), Some(Value::Map(b))) => {
            let mut both = a.clone();
            for (name, schema) in b.iter() {
                let schema = match (both.get(name), schema) {
                    (Some(Value::Map(known)), Value::Map(schema)) => {
                        Value::Map(merged(known, schema))
                    }
                    _ => schema.clone(),
                };
                both.insert(name.clone(), schema);
            }
            Some(Value::Map(both))
        }
        (one, None) | (None, one) => one.cloned(),
        _ => None,
    };
    let items = match (a.get("items"), b.get("items")) {
        (Some(Value::Map(a)), Some(Value::Map(b))) => Some(Value::Map(merged(a, b))),
        (one, None) | (None, one) => one.cloned(),
        _ => None,
    };
    for (keyword, value) in [("properties", properties), ("items", items)] {
        if let Some(value) = value {
            all.insert(keyword, value);
        }
    }
    if let Some(description) =
        a.get("description").filter(|text| b.get("description") == Some(text))
    {
        all.insert("description", description.clone());
    }
    all
}

fn of_type(name: &str) -> Map {
    Map::from_iter([("type", Value::string(name))])
}

fn map_of(value: Option<&Value>) -> Map {
    value.and_then(Value::as_map).cloned().unwrap_or_default()
}

/// Gives the names in a `type`.
fn names(types: &Value) -> BTreeSet<String> {
    match types {
        Value::List(items) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        other => other.as_str().map(str::to_owned).into_iter().collect(),
    }
}

/// Writes JSON with an indent of two, without the escapes that Go's encoder has for HTML.
fn write(value: &Value, indent: usize, out: &mut String) {
    let line = |indent: usize, out: &mut String| {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", indent));
    };
    match value {
        Value::Map(map) if !map.is_empty() => {
            out.push('{');
            for (number, (key, value)) in map.iter().enumerate() {
                out.push_str(if number == 0 { "" } else { "," });
                line(indent + 1, out);
                write(&Value::string(key.clone()), 0, out);
                out.push_str(": ");
                write(value, indent + 1, out);
            }
            line(indent, out);
            out.push('}');
        }
        Value::List(items)
            if items.iter().any(|item| matches!(item, Value::Map(_) | Value::List(_))) =>
        {
            out.push('[');
            for (number, item) in items.iter().enumerate() {
                out.push_str(if number == 0 { "" } else { "," });
                line(indent + 1, out);
                write(item, indent + 1, out);
            }
            line(indent, out);
            out.push(']');
        }
        Value::List(items) => {
            out.push('[');
            for (number, item) in items.iter().enumerate() {
                out.push_str(if number == 0 { "" } else { ", " });
                write(item, indent, out);
            }
            out.push(']');
        }
        // OK because no number of a document that was read is infinite.
        other => out.push_str(&to_string(other, Layout::Raw).unwrap_or_else(|_| "null".to_owned())),
    }
}
