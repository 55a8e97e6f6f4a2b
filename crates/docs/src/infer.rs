//! A `values.schema.json` made of values and the comments beside them.
//!
//! - The draft is 7: the newest that every Helm with schemas reads; Helm before 3.18 knows no later one.
//! - A default gives the type. A null gives none, unless its description does: `# -- (int) …`.
//! - A map whose keys the templates read one by one takes these and those it has, and no others: a misspelt one would be
//!   ignored without a word. One that is handed on whole, to `toYaml` say, takes any ([`Maps`]).
//! - Items of a list are merged into one schema, and their maps stay open: a list shows examples.
//! - `global`, the charts of `charts/` and those of `dependencies` are maps of any keys: their own schemas check them.
//! - `# @schema` says the rest, and wins ([`crate::schema_comment`]).
//!
//! Keys are in byte order, so that a schema changes only where values do. Defaults are left out for the same reason.

use std::collections::{BTreeSet, HashMap};

use pintle_chart::Chart;
use pintle_engine::Profile;
use pintle_engine::lint::ValueReads;
use pintle_yaml::json::{Layout, to_string};
use pintle_yaml::{Map, Resolved, Value};

use crate::comments::{Content, Document, MAX_DEPTH, Node, VALUES_YAML, text_of};
use crate::description::{self, Description};
use crate::{DocsError, schema_comment};

/// The draft of schemas.
const DRAFT: &str = "http://json-schema.org/draft-07/schema#";

/// The most values that a schema is made of, aliases followed.
const MAX_VALUES: usize = 200_000;

/// Which maps take other keys than the default values have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Maps {
    /// those that templates do not read key by key; the others take what templates read
    #[default]
    ByTemplates,
    /// those that are empty
    Closed,
    /// all
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
/// use pintle_engine::Profile;
///
/// let chart = Chart::from_files(vec![
///     File::new("Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n"),
///     File::new("values.yaml", "replicas: 2 # @schema minimum:1\n"),
/// ])?;
/// assert!(infer(&chart, Maps::Closed, &Profile::default())?.contains(r#"
///     "replicas": {
///       "minimum": 1,
///       "type": "integer"
///     }"#));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn infer(chart: &Chart, maps: Maps, profile: &Profile) -> Result<String, DocsError> {
    let text = chart
        .raw_file(VALUES_YAML)
        .map_or(Ok(String::new()), |file| text_of(VALUES_YAML, &file.data))?;
    let document = Document::read(VALUES_YAML, &text)?;
    let described = description::by_key(&text);
    let reads = match maps {
        Maps::ByTemplates => ValueReads::of(chart, profile),
        Maps::Closed | Maps::Open => None,
    };
    // Of a chart that cannot be told what it reads, no map is closed.
    let maps = if maps == Maps::ByTemplates && reads.is_none() { Maps::Open } else { maps };
    let mut inference = Inference { described: &described, reads, trail: Vec::new(), n_values: 0 };
    let foreign = foreign(chart);
    let root = document.root().filter(|root| matches!(root.content(), Content::Mapping(_)));
    let mut root = match root {
        Some(root) => inference.map("", root, maps, &foreign, 0)?,
        None => of_type("object"),
    };
    let mut properties = map_of(root.get("properties"));
    let has_tags = chart.metadata.dependencies.iter().any(|one| !one.tags.is_empty());
    let tags = has_tags.then(|| "tags".to_owned());
    for name in foreign.into_iter().chain(tags) {
        // A key that only templates know of says nothing yet.
        let says = properties.get(&name).and_then(Value::as_map).is_some_and(|map| !map.is_empty());
        if !says {
            properties.insert(name, Value::Map(of_type("object")));
        }
    }
    // Templates know a chart below by its own name, values by its alias.
    let aliased = chart.metadata.dependencies.iter().filter(|one| !one.alias.is_empty());
    for name in aliased.map(|one| &one.name) {
        if properties.get(name).is_some_and(|known| *known == Value::Map(Map::new())) {
            properties.remove(name);
        }
    }
    root.insert("properties", Value::Map(properties));
    // What is imported from other charts, no file of this one names.
    if chart.metadata.dependencies.iter().any(|one| !one.import_values.is_empty()) {
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
    reads: Option<ValueReads>,
    /// the keys that lead to the map at hand
    trail: Vec<String>,
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

    /// Tells whether the map at hand takes no other keys, and adds those that only templates know of.
    fn closes(&self, properties: &mut Map, is_empty: bool, maps: Maps) -> bool {
        match maps {
            Maps::Open => false,
            Maps::Closed => !is_empty,
            Maps::ByTemplates => {
                let names = self.reads.as_ref().and_then(|reads| reads.keys(&self.trail));
                for name in names.iter().flatten() {
                    // A chart has what it exports in its own values.
                    let is_new = !properties.contains_key(name) && *name != "exports";
                    if is_new {
                        properties.insert(*name, Value::Map(Map::new()));
                    }
                }
                names.is_some()
            }
        }
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
        let mut is_empty = true;
        let mut hidden: Vec<&str> = Vec::new();
        for (key, value) in node.entries() {
            let name = key.text();
            if name == "<<" && !matches!(value.content(), Content::Scalar { .. }) {
                merges.push(value);
                continue;
            }
            is_empty = false;
            let said = schema_comment::of_key(key.head(), key.line_comment(), &key.place())?;
            if said.get("hidden") == Some(&Value::Bool(true)) {
                hidden.push(name);
                continue;
            }
            let below = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
            let inner = if foreign.contains(name) { Maps::Open } else { maps };
            self.trail.push(name.to_owned());
            let mut property = self.value(&below, value, inner, depth + 1)?;
            self.trail.pop();
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
            is_empty = false;
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
        // What is hidden is a key all the same.
        if self.closes(&mut properties, is_empty, maps) && hidden.is_empty() {
            schema.insert("additionalProperties", Value::Bool(false));
        }
        for name in hidden {
            properties.remove(name);
        }
        if !properties.is_empty() {
            schema.insert("properties", Value::Map(properties));
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
