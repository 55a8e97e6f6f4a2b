//! A place in a resource: its path, and the value there, if any. What has another type than it must is a fault.

use pintle_manifest::typed;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::notes::Notes;
use crate::Reason;

/// A place.
#[derive(Debug, Clone)]
pub(super) struct At<'a> {
    notes: &'a Notes,
    value: Option<&'a Value>,
    /// the path from the top, as faults have it
    pub(super) path: String,
}

impl<'a> At<'a> {
    /// Begins at the top of a resource, whose paths begin with a word; that of the run is empty.
    pub(super) fn top(notes: &'a Notes, value: Option<&'a Value>, word: &str) -> Self {
        Self { notes, value: value.filter(|value| !value.is_null()), path: word.to_owned() }
    }

    /// Goes to a field, there or not; null is absent.
    pub(super) fn get(&self, key: &str) -> Self {
        let value = self.value.and_then(|value| value.get(key)).filter(|value| !value.is_null());
        let path = if self.path.is_empty() { key.to_owned() } else { join(&self.path, key) };
        Self { notes: self.notes, value, path }
    }

    /// Goes down several fields.
    pub(super) fn down(&self, keys: &[&str]) -> Self {
        keys.iter().fold(self.clone(), |at, key| at.get(key))
    }

    /// Tells whether there is a value.
    pub(super) fn is_set(&self) -> bool {
        self.value.is_some()
    }

    /// Gives the value.
    pub(super) fn value(&self) -> Option<&'a Value> {
        self.value
    }

    /// Reports a fault here.
    pub(super) fn fault(&self, message: impl Into<String>) {
        self.notes.fault(Reason::Invalid, &self.path, message);
    }

    /// Gives the text without blanks around it; an empty one is none.
    pub(super) fn text(&self) -> Option<&'a str> {
        match self.value? {
            Value::String(text) => Some(text.trim()).filter(|text| !text.is_empty()),
            other => self.wrong(other, "a text"),
        }
    }

    /// Gives the text as it is.
    pub(super) fn raw_text(&self) -> Option<&'a str> {
        match self.value? {
            Value::String(text) => Some(text),
            other => self.wrong(other, "a text"),
        }
    }

    /// Gives the boolean.
    pub(super) fn flag(&self) -> Option<bool> {
        match self.value? {
            Value::Bool(flag) => Some(*flag),
            other => self.wrong(other, "true or false"),
        }
    }

    /// Gives the number without its fraction.
    pub(super) fn number(&self) -> Option<i64> {
        match self.value? {
            Value::Number(number) => {
                #[expect(clippy::cast_possible_truncation, reason = "the fraction is cut off")]
                let cut = || number.as_f64().map(|number| number.trunc() as i64);
                number.as_i64().or_else(cut)
            }
            other => self.wrong(other, "a number"),
        }
    }

    /// Goes through the items of a list.
    pub(super) fn items(&self) -> Vec<Self> {
        let items = match self.value {
            None => return Vec::new(),
            Some(Value::Array(items)) => items,
            Some(other) => {
                return self.wrong::<()>(other, "a list").map_or_else(Vec::new, |()| Vec::new());
            }
        };
        let at = |(index, value): (usize, &'a Value)| Self {
            notes: self.notes,
            value: Some(value).filter(|value| !value.is_null()),
            path: format!("{}[{index}]", self.path),
        };
        items.iter().enumerate().map(at).collect()
    }

    /// Gives the map.
    pub(super) fn map(&self) -> Option<&'a Map<String, Value>> {
        match self.value? {
            Value::Object(map) => Some(map),
            other => self.wrong(other, "a map"),
        }
    }

    /// Goes through the texts of a map.
    pub(super) fn texts(&self) -> Vec<(&'a str, &'a str)> {
        let Some(map) = self.map() else { return Vec::new() };
        let text = |key: &'a String| Some((key.as_str(), self.get(key).raw_text()?));
        map.keys().filter_map(text).collect()
    }

    /// Gives the texts of a list that are not blank.
    pub(super) fn list(&self) -> Vec<&'a str> {
        self.items().iter().filter_map(Self::text).collect()
    }

    /// Reads the value as a type of Kubernetes, strictly.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Option<T> {
        let value = self.value?;
        match typed::read(&value.to_string()) {
            Ok(read) => Some(read),
            Err(error) => {
                let field = match error.field.as_str() {
                    "" => self.path.clone(),
                    list if list.starts_with('[') => format!("{}{list}", self.path),
                    field => format!("{}.{field}", self.path),
                };
                self.notes.fault(Reason::Invalid, &field, error.message);
                None
            }
        }
    }

    fn wrong<T>(&self, value: &Value, expected: &str) -> Option<T> {
        let kind = match value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a text",
            Value::Array(_) => "a list",
            Value::Object(_) => "a map",
        };
        self.fault(format!("must be {expected}, not {kind}"));
        None
    }
}

/// Joins a path and a key: `a.b`, or `a[b/c]` for a key that a path could not bear.
pub(super) fn join(path: &str, key: &str) -> String {
    let is_plain = !key.is_empty() && !key.contains(['.', '/', '[', ']', ' ']);
    if is_plain { format!("{path}.{key}") } else { format!("{path}[{key}]") }
}
