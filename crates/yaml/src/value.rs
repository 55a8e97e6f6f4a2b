//! The value a YAML document stands for once it has been through JSON, as Helm reads it.

use std::collections::BTreeMap;
use std::sync::Arc;

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

/// A map with string keys, in byte order of the keys.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Map(Arc<BTreeMap<Arc<str>, Value>>);

impl Map {
    /// Makes an empty map.
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives the value at `key`.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }

    /// Gives the value at `key` for writing.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        if self.0.contains_key(key) { Arc::make_mut(&mut self.0).get_mut(key) } else { None }
    }

    /// Sets `key`, and gives what was there.
    pub fn insert(&mut self, key: impl Into<Arc<str>>, value: Value) -> Option<Value> {
        Arc::make_mut(&mut self.0).insert(key.into(), value)
    }

    /// Takes `key` away.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        if self.0.contains_key(key) { Arc::make_mut(&mut self.0).remove(key) } else { None }
    }

    /// Tells whether `key` is there, be its value null or not.
    pub fn contains_key(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    /// Gives the entries in byte order of the keys.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&Arc<str>, &Value)> + ExactSizeIterator {
        self.0.iter()
    }

    /// Gives the entries for writing.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&Arc<str>, &mut Value)> {
        Arc::make_mut(&mut self.0).iter_mut()
    }

    /// Gives the keys in byte order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &Arc<str>> + ExactSizeIterator {
        self.0.keys()
    }

    /// Gives the number of entries.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Tells whether this and `other` share one body, which makes them equal without a look inside.
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Tells whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<K: Into<Arc<str>>> FromIterator<(K, Value)> for Map {
    fn from_iter<I: IntoIterator<Item = (K, Value)>>(entries: I) -> Self {
        Self(Arc::new(entries.into_iter().map(|(key, value)| (key.into(), value)).collect()))
    }
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
