//! Values, checked against the `values.schema.json` of each chart.
//!
//! [`CheckedValues`] is what rendering takes. [`CheckedValues::check`] makes it of values that pass,
//! [`CheckedValues::unchecked`] of any, which is `--skip-schema-validation`.
//!
//! The engine is our own because the messages of Helm's library are what users know: no Rust crate
//! gives its tree of faults with its words, the numbers as the schema writes them, and Go's patterns.
//! Nothing is fetched: a `$ref` to a file or a URL is an error.
//!
//! Source: `ValidateAgainstSchema` in `pkg/chart/common/util/jsonschema.go`, Helm v4;
//! santhosh-tekuri/jsonschema v6.

mod compile;
mod doc;
mod draft;
mod fault;
mod format;
mod number;
mod validate;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use pintle_yaml::{Map, Value};

use crate::Chart;
use crate::coalesce::Coalesced;
use crate::show::type_name;
use crate::stack;

use compile::{Formats, compile};
use doc::Doc;
pub use validate::MAX_STEPS;

/// Where Helm pretends the schema of a chart is.
const SCHEMA_URL: &str = "file:///values.schema.json";

/// Values that may be rendered.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckedValues {
    values: Map,
    warnings: Vec<String>,
}

/// Values that do not fit the schema of one chart or of several, in Helm's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("values don't meet the specifications of the schema(s) in the following chart(s):\n{0}")]
pub struct SchemaError(String);

impl CheckedValues {
    /// Checks coalesced values of a chart, and of all charts below it, against their schemas.
    ///
    /// # Errors
    ///
    /// [`SchemaError`] with everything that is wrong, sorted by place, or with why a schema cannot
    /// be used.
    pub fn check(chart: &Chart, coalesced: &Coalesced) -> Result<Self, SchemaError> {
        let mut unresolved = BTreeSet::new();
        let mut text = String::new();
        check_chart(chart, &coalesced.values, &mut text, &mut unresolved);
        if !text.is_empty() {
            return Err(SchemaError(text));
        }
        let values = coalesced.values.clone();
        Ok(Self { values, warnings: unresolved.into_iter().collect() })
    }

    /// Takes coalesced values without a look at any schema: `--skip-schema-validation`.
    pub fn unchecked(coalesced: &Coalesced) -> Self {
        Self { values: coalesced.values.clone(), warnings: Vec::new() }
    }

    /// Gives the values.
    pub fn values(&self) -> &Map {
        &self.values
    }

    /// Gives the URNs that schemas refer to and that nothing is known of; they take everything.
    ///
    /// Helm 4 logs `unresolved URN reference ignored; using permissive schema` with `urn` for each.
    pub fn unresolved_urns(&self) -> &[String] {
        &self.warnings
    }
}

fn check_chart(chart: &Chart, values: &Map, text: &mut String, unresolved: &mut BTreeSet<String>) {
    if let Some(schema) = &chart.schema
        && let Err(error) = check_values(schema, values, unresolved)
    {
        text.push_str(chart.name());
        text.push_str(":\n");
        text.push_str(&error);
    }
    for dependency in &chart.dependencies {
        match values.get(dependency.name()) {
            None | Some(Value::Null) => {}
            Some(Value::Map(inner)) => {
                stack::with_room(|| check_chart(dependency, inner, text, unresolved));
            }
            Some(other) => {
                let (name, found) = (dependency.name(), type_name(other));
                writeln!(
                    text,
                    "{name}:\ninvalid type for values: expected object (map), got {found}"
                )
                .expect("a string takes everything");
            }
        }
    }
}

/// Checks values against one schema.
fn check_values(
    schema: &[u8],
    values: &Map,
    unresolved: &mut BTreeSet<String>,
) -> Result<(), String> {
    let doc = read_schema(schema)?;
    let mut compiled = compile(SCHEMA_URL, doc, Formats::ByDraft)?;
    unresolved.append(&mut compiled.unresolved);
    let header = format!("jsonschema validation failed with '{SCHEMA_URL}#'\n");
    validate::validate(&compiled, &values.clone().into())
        .map_err(|text| text.strip_prefix(&header).unwrap_or(&text).to_owned() + "\n")
}

/// Reads a schema, with the words of Go's JSON decoder when it is none.
fn read_schema(schema: &[u8]) -> Result<Doc, String> {
    let text = pintle_yaml::json::replace_invalid(schema);
    if let Err(error) = pintle_yaml::json::from_str(&text) {
        let is_blank = text.bytes().all(|b| matches!(b, b' ' | b'\t' | b'\r' | b'\n'));
        let is_at_end =
            matches!(&error, pintle_yaml::Error::Json { offset, .. } if *offset >= text.len());
        let error = error.to_string();
        return Err(match &*error {
            _ if is_at_end && is_blank => "EOF".to_owned(),
            _ if is_at_end => "unexpected EOF".to_owned(),
            // A decoder reads one value and leaves the rest; the library then looks for more.
            error if error.ends_with("after top-level value") => {
                "invalid character after top-level value".to_owned()
            }
            error => error.to_owned(),
        });
    }
    Ok(Doc::read(&text))
}
