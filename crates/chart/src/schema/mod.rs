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
mod explain;
mod fault;
mod format;
mod number;
mod plain;
mod root;
mod validate;

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use pintle_yaml::{Map, Value, json};

use crate::Chart;
use crate::coalesce::Coalesced;
use crate::show::type_name;
use crate::stack;
use crate::value_path::{Step, ValuePath};

use compile::{Compiled, Formats, compile};
use doc::Doc;
use explain::Explain;
pub use explain::{MAX_FAULTS, SchemaFault};
use fault::{Fault, Places};
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
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("values don't meet the specifications of the schema(s) in the following chart(s):\n{text}")]
pub struct SchemaError {
    text: String,
    faults: Vec<SchemaFault>,
}

impl SchemaError {
    /// Gives what is wrong, fault by fault, sorted by place in the values. There is none if a schema cannot be used.
    pub fn faults(&self) -> &[SchemaFault] {
        &self.faults
    }
}

impl CheckedValues {
    /// Checks coalesced values of a chart, and of all charts below it, against their schemas.
    ///
    /// # Errors
    ///
    /// [`SchemaError`] with everything that is wrong, sorted by place, or with why a schema cannot
    /// be used.
    pub fn check(chart: &Chart, coalesced: &Coalesced) -> Result<Self, SchemaError> {
        Self::check_with(&Schemas::default(), chart, coalesced)
    }

    /// Checks as [`CheckedValues::check`] does, with the schemas that earlier checks have compiled.
    ///
    /// # Errors
    ///
    /// As [`CheckedValues::check`].
    pub fn check_with(
        schemas: &Schemas,
        chart: &Chart,
        coalesced: &Coalesced,
    ) -> Result<Self, SchemaError> {
        let mut checking = Checking::new(schemas);
        checking.chart(chart, &coalesced.values, "", &ValuePath::default());
        let Checking { text, mut faults, unresolved, .. } = checking;
        if !text.is_empty() {
            faults.sort_by(|a, b| a.path.cmp(&b.path));
            return Err(SchemaError { text, faults });
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

/// Compiled schemas of charts, shared by threads.
#[derive(Debug, Default)]
pub struct Schemas {
    /// By the address of the schema's text, which is kept so that the address stays its own.
    kept: Mutex<HashMap<usize, Kept>>,
}

/// A schema's text, and what compiling it came to.
type Kept = (Arc<[u8]>, Arc<Result<Compiled, String>>);

/// How many compiled schemas are kept.
const MAX_KEPT: usize = 256;

impl Schemas {
    fn get(&self, schema: &Arc<[u8]>) -> Arc<Result<Compiled, String>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, compiled)) = kept.get(&(schema.as_ptr() as usize)) {
            return Arc::clone(compiled);
        }
        let compiled = Arc::new(Schema::new(schema).0);
        if kept.len() >= MAX_KEPT {
            kept.clear();
        }
        kept.insert(schema.as_ptr() as usize, (Arc::clone(schema), Arc::clone(&compiled)));
        compiled
    }
}

/// A check of a chart and of all charts below it.
struct Checking<'s> {
    schemas: &'s Schemas,
    text: String,
    faults: Vec<SchemaFault>,
    unresolved: BTreeSet<String>,
}

impl<'s> Checking<'s> {
    fn new(schemas: &'s Schemas) -> Self {
        Self { schemas, text: String::new(), faults: Vec::new(), unresolved: BTreeSet::new() }
    }

    /// Checks a chart. `outer` has the names of the charts that carry it, `at` is where its values are.
    fn chart(&mut self, chart: &Chart, values: &Map, outer: &str, at: &ValuePath) {
        // Only what is wrong needs a name.
        let name =
            |own: &str| if outer.is_empty() { own.to_owned() } else { format!("{outer}.{own}") };
        if let Some(schema) = &chart.schema {
            let compiled = self.schemas.get(schema);
            let tell = |faults: &[Fault], places: &Places| {
                if let Ok(compiled) = &*compiled {
                    let chart = &name(chart.name());
                    let explain = Explain { compiled, places, values, chart, at };
                    self.faults.extend(explain.all(faults));
                }
            };
            let checked = check_values(&compiled, values, &mut self.unresolved, tell);
            if let Err(error) = checked {
                self.text.push_str(chart.name());
                self.text.push_str(":\n");
                self.text.push_str(&error);
            }
        }
        for dependency in &chart.dependencies {
            let below = || at.join(Step::Key(dependency.name().into()));
            match values.get(dependency.name()) {
                None | Some(Value::Null) => {}
                Some(Value::Map(inner)) => stack::with_room(|| {
                    self.chart(dependency, inner, &name(chart.name()), &below());
                }),
                Some(other) => {
                    let found = type_name(other);
                    let message =
                        format!("invalid type for values: expected object (map), got {found}");
                    let outer = format!("{}.{}", name(chart.name()), dependency.name());
                    writeln!(self.text, "{}:\n{message}", dependency.name())
                        .expect("a string takes everything");
                    self.faults.push(SchemaFault::not_a_map(outer, below(), message));
                }
            }
        }
    }
}

/// A schema by itself, compiled to check any number of values.
#[derive(Debug)]
pub struct Schema(Result<Compiled, String>);

impl Schema {
    /// Compiles the text of a schema. What is wrong with it is told by [`Schema::check`].
    pub fn new(text: &[u8]) -> Self {
        Self(read_schema(text).and_then(|doc| compile(SCHEMA_URL, doc, Formats::ByDraft)))
    }

    /// Checks values.
    ///
    /// # Errors
    ///
    /// What is wrong, a line for each fault, sorted by place; or why the schema cannot be used.
    pub fn check(&self, values: &Map) -> Result<(), String> {
        check_values(&self.0, values, &mut BTreeSet::new(), |_, _| ())
    }

    /// Gives what is wrong with values, in no order; nothing of a schema that cannot be used.
    pub fn faults(&self, values: &Map) -> Vec<SchemaFault> {
        let mut all = Vec::new();
        let Ok(compiled) = &self.0 else { return all };
        let tell = |faults: &[Fault], places: &Places| {
            let at = &ValuePath::default();
            all = Explain { compiled, places, values, chart: "", at }.all(faults);
        };
        // The words are not asked for.
        let _ = check_values(&self.0, values, &mut BTreeSet::new(), tell);
        all
    }
}

/// Checks values against the text of one schema, as linting does.
///
/// # Errors
///
/// As [`Schema::check`].
pub fn check_one(schema: &[u8], values: &Map) -> Result<(), String> {
    Schema::new(schema).check(values)
}

/// Checks values against one schema.
fn check_values(
    compiled: &Result<Compiled, String>,
    values: &Map,
    unresolved: &mut BTreeSet<String>,
    tell: impl FnOnce(&[Fault], &Places),
) -> Result<(), String> {
    let compiled = compiled.as_ref().map_err(Clone::clone)?;
    unresolved.extend(compiled.unresolved.iter().cloned());
    let header = format!("jsonschema validation failed with '{SCHEMA_URL}#'\n");
    validate::validate_telling(compiled, &values.clone().into(), tell)
        .map_err(|text| text.strip_prefix(&header).unwrap_or(&text).to_owned() + "\n")
}

/// Reads a schema, with the words of Go's JSON decoder when it is none.
fn read_schema(schema: &[u8]) -> Result<Doc, String> {
    let text = match std::str::from_utf8(schema) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(json::replace_invalid(schema)),
    };
    match Doc::read(&text) {
        Some((doc, false)) => Ok(doc),
        read => match json::from_str(&text) {
            Err(error) => Err(decoder_words(&text, &error)),
            Ok(_) => Ok(read.map_or_else(Doc::permissive, |(doc, _)| doc)),
        },
    }
}

/// Puts what is wrong with a schema into the words of a decoder, which reads one value from a stream.
fn decoder_words(text: &str, error: &pintle_yaml::Error) -> String {
    let is_blank = text.bytes().all(|b| matches!(b, b' ' | b'\t' | b'\r' | b'\n'));
    let is_at_end =
        matches!(error, pintle_yaml::Error::Json { offset, .. } if *offset >= text.len());
    let error = error.to_string();
    match &*error {
        _ if is_at_end && is_blank => "EOF".to_owned(),
        _ if is_at_end => "unexpected EOF".to_owned(),
        // A decoder reads one value and leaves the rest; the library then looks for more.
        error if error.ends_with("after top-level value") => {
            "invalid character after top-level value".to_owned()
        }
        error => error.to_owned(),
    }
}
