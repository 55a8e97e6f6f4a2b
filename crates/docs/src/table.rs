//! The rows of a values table: which values have one, and what it says.
//!
//! A value that holds no others has a row, and so has whatever is described; but what lies below a described value has one
//! only if it is described itself.
//!
//! Source: the public manual of helm-docs 1.14, and the behaviour of its `createValueRowsFromField`.

use std::cmp::Ordering;
use std::collections::HashMap;

use pintle_chart::Chart;
use pintle_yaml::json::{Layout, to_string};
use pintle_yaml::{Location, Map, Value};

use crate::DocsError;
use crate::comments::{Content, Document, MAX_DEPTH, Node, VALUES_YAML, text_of};
use crate::description::{self, Description};
use crate::scalar::Plain;

/// The most rows of a table.
pub(crate) const MAX_ROWS: usize = 100_000;

/// The most bytes of all defaults of a table: a described map is written out, and so is a described map in it.
pub(crate) const MAX_TABLE_BYTES: usize = 64 << 20;

/// The name that helm-docs has for what is in no section, where there are sections.
const OTHER_SECTION: &str = "Other Values";

/// A row of a values table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// the path of the value: `service.ports[0]."a key"`
    pub key: String,
    /// its type: one that helm-docs knows, or the one its comment gives
    pub value_type: String,
    /// what `@notationType` says of the way the default is written
    pub notation: String,
    /// the default, by the value itself or a comment that names the key
    pub default: String,
    /// the default, by the comment above the key
    pub auto_default: String,
    /// the description, by a comment that names the key
    pub description: String,
    /// the description, by the comment above the key
    pub auto_description: String,
    /// the section, or nothing
    pub section: String,
    /// the line of the key, from 1
    pub line: usize,
    /// the column of the key, from 1
    pub column: usize,
    /// the dependency whose value it is: its name, behind those of the charts between; nothing for the chart's own
    pub dependency: String,
    /// whether it is a global, where rows are those of several charts
    pub is_global: bool,
}

impl Row {
    /// Gives the default that a table shows.
    pub fn shown_default(&self) -> &str {
        if self.default.is_empty() { &self.auto_default } else { &self.default }
    }

    /// Gives the description that a table shows.
    pub fn shown_description(&self) -> &str {
        if self.description.is_empty() { &self.auto_description } else { &self.description }
    }

    /// Gives where the key is, in the values of the chart or the dependency it is of.
    pub fn place(&self) -> Location {
        Location { file: VALUES_YAML.to_owned(), line: self.line, column: self.column }
    }
}

/// The order of rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// by key, byte by byte
    #[default]
    Key,
    /// as in the file
    File,
}

/// Rows that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section<'a> {
    /// its name
    pub name: &'a str,
    /// what is in it
    pub rows: Vec<&'a Row>,
}

/// Reads the rows of a chart's values table; a chart without values has none.
///
/// # Errors
///
/// A `values.yaml` that is no YAML, or past a limit.
///
/// ```
/// use pintle_chart::{Chart, File};
///
/// let chart = Chart::from_files(vec![
///     File::new("Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n"),
///     File::new("values.yaml", "image:\n  # -- The tag to run\n  tag: v1\n"),
/// ])?;
/// let rows = pintle_docs::rows(&chart, pintle_docs::Order::Key)?;
/// assert_eq!(rows[0].key, "image.tag");
/// assert_eq!(rows[0].shown_default(), "`\"v1\"`");
/// assert_eq!(rows[0].shown_description(), "The tag to run");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn rows(chart: &Chart, order: Order) -> Result<Vec<Row>, DocsError> {
    let mut rows = unsorted(chart)?;
    sort(&mut rows, order);
    Ok(rows)
}

/// Puts rows in order: globals, then each chart's own, those of the outermost chart first.
pub(crate) fn sort(rows: &mut [Row], order: Order) {
    rows.sort_by(|a, b| {
        let within = || match order {
            Order::Key => a.key.cmp(&b.key),
            Order::File => (a.line, a.column).cmp(&(b.line, b.column)),
        };
        match (a.is_global, b.is_global) {
            (true, true) => within(),
            (false, false) => a.dependency.cmp(&b.dependency).then_with(within),
            (is_global, _) => {
                if is_global {
                    Ordering::Less
                } else {
                    Ordering::Greater
                }
            }
        }
    });
}

/// Reads the rows of a chart as they stand in the file.
pub(crate) fn unsorted(chart: &Chart) -> Result<Vec<Row>, DocsError> {
    let Some(file) = chart.raw_file(VALUES_YAML) else { return Ok(Vec::new()) };
    let text = text_of(VALUES_YAML, &file.data)?;
    let mut document = Document::read(VALUES_YAML, &text)?;
    document.remove_ignored();
    let described = description::by_key(&text);
    let mut table = Table { rows: Vec::new(), n_bytes: 0, described: &described };
    match document.root() {
        None => {}
        Some(root) => match root.content() {
            Content::Mapping(_) => table.add("", root, root, true, 0)?,
            Content::Scalar { plain: Plain::Null, .. } => {}
            _ => {
                let message = "values are not a map".to_owned();
                return Err(DocsError::Values { place: root.place(), message });
            }
        },
    }
    Ok(table.rows)
}

/// Groups rows by section, in the order of the first row of each; what is in no section comes last.
pub fn sections(rows: &[Row]) -> Vec<Section<'_>> {
    let mut sections: Vec<Section<'_>> = Vec::new();
    let mut index: HashMap<&str, usize> = HashMap::new();
    let mut others = Section { name: OTHER_SECTION, rows: Vec::new() };
    for row in rows {
        if row.section.is_empty() {
            others.rows.push(row);
            continue;
        }
        let at = *index.entry(&row.section).or_insert_with(|| {
            sections.push(Section { name: &row.section, rows: Vec::new() });
            sections.len() - 1
        });
        sections[at].rows.push(row);
    }
    sections.push(others);
    sections
}

struct Table<'a> {
    rows: Vec<Row>,
    n_bytes: usize,
    described: &'a HashMap<String, Description>,
}

/// What a table says of a map or a list.
struct Collection {
    value_type: &'static str,
    empty: fn() -> Value,
    /// what Go prints for an empty one
    go: &'static str,
}

const LIST: Collection =
    Collection { value_type: "list", empty: || Value::list(Vec::new()), go: "[]" };

const MAP: Collection =
    Collection { value_type: "object", empty: || Value::Map(Map::new()), go: "map[]" };

/// What comments say of one value.
struct Said<'a> {
    /// by a comment that names the key
    named: Option<&'a Description>,
    /// by the comment above the key
    above: Description,
}

impl Said<'_> {
    fn is_described(&self) -> bool {
        self.named.is_some() || !self.above.text.is_empty()
    }
}

impl<'d> Table<'d> {
    /// Adds the rows of a value. `key` is where the comment above it stands, `all` whether it has a row without one.
    fn add(
        &mut self,
        path: &str,
        key: Node<'_>,
        value: Node<'_>,
        all: bool,
        depth: usize,
    ) -> Result<(), DocsError> {
        if depth > MAX_DEPTH {
            return Err(DocsError::Limit { limit: "nesting", maximum: MAX_DEPTH });
        }
        match value.content() {
            Content::Mapping(_) => {
                let all = self.add_collection(path, key, value, all, &MAP)?;
                for (key, value) in value.entries() {
                    self.add(&join(path, key.text()), key, value, all, depth + 1)?;
                }
                Ok(())
            }
            Content::Sequence(_) => {
                let all = self.add_collection(path, key, value, all, &LIST)?;
                for (number, item) in value.items().enumerate() {
                    self.add(&format!("{path}[{number}]"), item, item, all, depth + 1)?;
                }
                Ok(())
            }
            Content::Scalar { plain, text, .. } => {
                let said = self.said(path, key);
                if !all && !said.is_described() {
                    return Ok(());
                }
                let default = if said.above.notation.is_empty() {
                    Default::Json(plain.into())
                } else {
                    Default::Text(match plain {
                        Plain::Null => String::new(),
                        Plain::Text(_) => text.clone(),
                        // What Go prints of a value that is no string.
                        Plain::Int(n) => format!("%!s(int={n})"),
                        Plain::Float(x) => {
                            format!("%!s(float64={})", pintle_yaml::json::shortest_float(*x))
                        }
                        Plain::Bool(b) => format!("%!s(bool={b})"),
                    })
                };
                let value_type = plain.type_name();
                if *plain == Plain::Null {
                    return self.push_null(path, key, said);
                }
                self.push(path, key, said, value_type, default)
            }
            Content::Alias(_) => Ok(()),
        }
    }

    /// Adds the row of a map or a list, if it has one; tells whether all that is in it has rows.
    fn add_collection(
        &mut self,
        path: &str,
        key: Node<'_>,
        value: Node<'_>,
        all: bool,
        kind: &Collection,
    ) -> Result<bool, DocsError> {
        let said = self.said(path, key);
        let is_described = said.is_described();
        let is_empty = value.items().len() == 0 && value.entries().len() == 0;
        if is_empty && !path.is_empty() && (all || is_described) {
            let default = empty(&said, (kind.empty)(), kind.go);
            self.push(path, key, said, kind.value_type, default)?;
        } else if !is_empty && is_described {
            let default = whole(&said, value)?;
            self.push(path, key, said, kind.value_type, default)?;
        }
        Ok(all && !is_described)
    }

    fn said(&self, path: &str, key: Node<'_>) -> Said<'d> {
        let above = description::of_head(key.head()).unwrap_or_default();
        Said { named: self.described.get(path), above }
    }

    /// Adds the row of a null, which is a string to helm-docs unless a comment says otherwise.
    fn push_null(&mut self, path: &str, key: Node<'_>, said: Said<'_>) -> Result<(), DocsError> {
        let named = said.named.cloned().unwrap_or_default();
        let above = said.above;
        let mut row = row(path, key, &named, &above);
        row.value_type = first([&named.value_type, &above.value_type, "string"]);
        if row.description.is_empty() {
            row.description = above.text;
        }
        if named.default.is_empty() && above.default.is_empty() {
            "`nil`".clone_into(&mut row.default);
        }
        self.keep(row)
    }

    fn push(
        &mut self,
        path: &str,
        key: Node<'_>,
        said: Said<'_>,
        value_type: &str,
        default: Default,
    ) -> Result<(), DocsError> {
        let named = said.named.cloned().unwrap_or_default();
        let above = said.above;
        let mut row = row(path, key, &named, &above);
        row.value_type = first([&named.value_type, &above.value_type, &above.notation, value_type]);
        if named.default.is_empty() && above.default.is_empty() {
            row.default = match default {
                Default::Text(text) => text,
                Default::Json(value) => {
                    let json = to_string(&value, Layout::Raw).map_err(|error| {
                        DocsError::Values { place: key.place(), message: error.to_string() }
                    })?;
                    format!("`{json}`")
                }
            };
        }
        self.keep(row)
    }

    fn keep(&mut self, row: Row) -> Result<(), DocsError> {
        self.n_bytes += row.key.len() + row.default.len() + row.description.len();
        if self.n_bytes > MAX_TABLE_BYTES {
            return Err(DocsError::Limit { limit: "size of the table", maximum: MAX_TABLE_BYTES });
        }
        if self.rows.len() >= MAX_ROWS {
            return Err(DocsError::Limit { limit: "rows of the table", maximum: MAX_ROWS });
        }
        self.rows.push(row);
        Ok(())
    }
}

/// Makes a row of all but the type and the default.
fn row(path: &str, key: Node<'_>, named: &Description, above: &Description) -> Row {
    Row {
        key: path.to_owned(),
        value_type: String::new(),
        notation: above.notation.clone(),
        default: named.default.clone(),
        auto_default: above.default.clone(),
        description: named.text.clone(),
        auto_description: above.text.clone(),
        section: first([&named.section, &above.section]),
        line: key.line(),
        column: key.column(),
        dependency: String::new(),
        is_global: false,
    }
}

/// How a default is shown.
enum Default {
    /// as code
    Json(Value),
    /// as it is
    Text(String),
}

/// Gives the default of a described collection, in the notation its comment asks for.
fn whole(said: &Said<'_>, value: Node<'_>) -> Result<Default, DocsError> {
    if said.named.is_some() || said.above.notation.is_empty() {
        return value.to_value().map(Default::Json);
    }
    if said.above.notation == "yaml" {
        let value = value.to_value()?;
        let text = pintle_yaml::to_string(&value).map_err(|error| DocsError::Values {
            place: Location { file: VALUES_YAML.to_owned(), line: 1, column: 1 },
            message: error.to_string(),
        })?;
        return Ok(Default::Text(text));
    }
    // Any other notation is up to a template, which finds nothing here in helm-docs either.
    Ok(Default::Text(String::new()))
}

fn empty(said: &Said<'_>, value: Value, go: &str) -> Default {
    if said.above.notation.is_empty() { Default::Json(value) } else { Default::Text(go.to_owned()) }
}

/// Gives the first text that is not empty.
fn first<const N: usize>(texts: [&str; N]) -> String {
    texts.into_iter().find(|text| !text.is_empty()).unwrap_or_default().to_owned()
}

/// Adds a key to a path; one with dots or spaces is quoted.
fn join(path: &str, key: &str) -> String {
    let quote = if key.contains(['.', ' ']) { "\"" } else { "" };
    let dot = if path.is_empty() { "" } else { "." };
    format!("{path}{dot}{quote}{key}{quote}")
}
