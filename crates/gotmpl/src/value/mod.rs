//! Values a template works on: Go's kinds, with the type names that `%T` and error texts show.
//!
//! Strings are bytes, as in Go. Maps are handles: two clones of a [`Map`] see each other's writes, because
//! charts depend on it (`set`). Everything else is immutable and cheap to clone.

pub mod compare;
mod entries;
mod float;
mod list;
mod map;
pub mod number;
mod object;
pub mod print;
mod printable;
mod quote;
mod string;
pub mod truth;
mod types;

use std::cell::Cell;
use std::fmt;
use std::rc::Rc;

pub use entries::{Entries, Iter};
pub use list::List;
pub use map::{Map, begin_generation, note_watched_read, old_writes, watched_reads, writes};
pub use object::Object;
pub use string::{Str, lossy};
pub use types::{IntType, Kind, Type, UintType};

/// One value.
// With a tag of eight bytes a value is moved in aligned words; with one of a single byte the rest is copied from an odd place,
// for which the processor waits until what was just written there has reached the cache.
#[derive(Clone)]
#[repr(u64)]
pub enum Value {
    /// Go's nil: an absent key, YAML's null
    Nil,
    /// `bool`
    Bool(bool),
    /// a signed integer
    Int(IntType, i64),
    /// an unsigned integer
    Uint(UintType, u64),
    /// `float64`: every number that came from YAML or JSON
    Float(f64),
    /// `complex128`: only from literals such as `1i`
    Complex(f64, f64),
    /// `string`
    String(Str),
    /// a slice
    List(List),
    /// a map with string keys
    Map(Map),
    /// a value of a type that the host brings
    Object(Rc<dyn Object>),
}

/// Moves a list or map out of its place, leaving nil.
fn take_container(value: &mut Value, taken: &mut Vec<Value>) {
    if matches!(value, Value::List(_) | Value::Map(_)) {
        taken.push(std::mem::replace(value, Value::Nil));
    }
}

/// Takes containers apart one after the other, with all they hold: dropping them one inside the other would overflow the
/// stack on a list of a hundred thousand levels, which any template can build.
fn dismantle(mut containers: Vec<Value>) {
    while let Some(mut value) = containers.pop() {
        match &mut value {
            Value::List(list) => list.take_containers(&mut containers),
            Value::Map(map) => map.take_containers(&mut containers),
            _ => {}
        }
    }
}

thread_local! {
    /// how deep containers are being dropped within each other
    static DROPS: Cell<u32> = const { Cell::new(0) };
}

/// Drops what a container held. Deep within others it is taken apart, see [`dismantle`], with what `take` takes of it.
fn drop_held<T>(mut held: T, take: impl FnOnce(&mut T, &mut Vec<Value>)) {
    const MAX_DROPS: u32 = 32;
    let depth = DROPS.get();
    if depth < MAX_DROPS {
        DROPS.set(depth + 1);
        drop(held);
        DROPS.set(depth);
    } else {
        let mut nested = Vec::new();
        take(&mut held, &mut nested);
        dismantle(nested);
    }
}

impl fmt::Debug for Value {
    /// Shows the value as Go's `%#v` does: a map that contains itself must not hang a test.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = crate::printf::sprintf(b"%#v", std::slice::from_ref(self));
        f.write_str(&String::from_utf8_lossy(&text))
    }
}

impl Value {
    /// Makes a Go `int`.
    pub fn int(n: i64) -> Self {
        Self::Int(IntType::Int, n)
    }

    /// Makes a Go `int64`.
    pub fn int64(n: i64) -> Self {
        Self::Int(IntType::Int64, n)
    }

    /// Makes a string.
    pub fn string(text: impl Into<Str>) -> Self {
        Self::String(text.into())
    }

    /// Makes a `[]interface {}`.
    pub fn list(items: impl Into<Vec<Value>>) -> Self {
        Self::List(List::new(items))
    }

    /// Makes a `map[string]interface {}`.
    pub fn map<K: Into<Str>>(entries: impl IntoIterator<Item = (K, Value)>) -> Self {
        Self::Map(Map::new(entries.into_iter().collect()))
    }

    /// Gives the string's bytes, if this is a string.
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Self::String(s) => Some(s.as_bytes()),
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

    /// Gives the list, if this is one.
    pub fn as_list(&self) -> Option<&List> {
        match self {
            Self::List(list) => Some(list),
            _ => None,
        }
    }

    /// Gives the host's object of type `T`, if this is one.
    pub fn as_object<T: 'static>(&self) -> Option<&T> {
        match self {
            Self::Object(object) => object.as_any().downcast_ref(),
            _ => None,
        }
    }

    /// Gives Go's kind of the value: what Sprig's `kindOf` prints.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Nil => Kind::Invalid,
            Self::Bool(_) => Kind::Bool,
            Self::Int(ty, _) => Kind::Int(*ty),
            Self::Uint(ty, _) => Kind::Uint(*ty),
            Self::Float(_) => Kind::Float64,
            Self::Complex(..) => Kind::Complex128,
            Self::String(_) => Kind::String,
            Self::List(_) => Kind::Slice,
            Self::Map(_) => Kind::Map,
            Self::Object(object) => object.kind(),
        }
    }

    /// Tells whether this is nil, an untyped nil or YAML's null.
    pub fn is_nil(&self) -> bool {
        matches!(self, Self::Nil)
    }
}

impl From<bool> for Value {
    fn from(b: bool) -> Self {
        Self::Bool(b)
    }
}

impl From<f64> for Value {
    fn from(x: f64) -> Self {
        Self::Float(x)
    }
}

impl From<Str> for Value {
    fn from(s: Str) -> Self {
        Self::String(s)
    }
}

impl From<List> for Value {
    fn from(list: List) -> Self {
        Self::List(list)
    }
}

impl From<Map> for Value {
    fn from(map: Map) -> Self {
        Self::Map(map)
    }
}
