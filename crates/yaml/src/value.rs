//! The value a YAML document stands for once it has been through JSON, as Helm reads it.

use std::sync::Arc;

use crate::Map;

/// A JSON value as Helm holds it: every number read from YAML or JSON is a float, `--set` adds integers.
///
/// A clone shares its lists and maps; writing copies only what is shared ([`Arc::make_mut`]).
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// `null`
    #[default]
    Null,
    /// `true`, `false`
    Bool(bool),
    /// an integer that did not come from YAML or JSON: Go's `int64`
    Int(i64),
    /// any number of a document: Go's `float64`
    Float(f64),
    /// a string
    String(Arc<str>),
    /// a list
    List(Arc<Vec<Value>>),
    /// a map
    Map(Map),
}

impl Value {
    /// Makes a string.
    pub fn string(text: impl Into<Arc<str>>) -> Self {
        Self::String(text.into())
    }

    /// Makes a list.
    pub fn list(items: Vec<Value>) -> Self {
        Self::List(Arc::new(items))
    }

    /// Gives the text, if this is a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// Gives the map, if this is one.
    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Self::Map(map) => Some(map),
            _ => None,
        }
    }

    /// Gives the map for writing, if this is one.
    pub fn as_map_mut(&mut self) -> Option<&mut Map> {
        match self {
            Self::Map(map) => Some(map),
            _ => None,
        }
    }

    /// Gives the items, if this is a list.
    pub fn as_list(&self) -> Option<&[Value]> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    /// Tells whether this is null.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

impl From<Map> for Value {
    fn from(map: Map) -> Self {
        Self::Map(map)
    }
}

impl From<bool> for Value {
    fn from(b: bool) -> Self {
        Self::Bool(b)
    }
}
