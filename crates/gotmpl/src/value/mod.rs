//! Values a template works on: Go's kinds, with the type names that `%T` and error texts show.
//!
//! Strings are bytes, as in Go. Maps are handles: two clones of a [`Map`] see each other's writes, because
//! charts depend on it (`set`). Everything else is immutable and cheap to clone.

pub mod compare;
mod float;
pub mod number;
pub mod print;
mod printable;
mod quote;
pub mod truth;

use std::any::Any;
use std::borrow::Cow;
use std::cell::{Ref, RefCell, RefMut};
use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use crate::func::FuncError;

/// An immutable Go string: any bytes, usually UTF-8. A clone shares the bytes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Str(Arc<[u8]>);

impl Str {
    /// Gives the bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Gives the text, if the bytes are UTF-8.
    pub fn as_str(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }

    /// Gives the text with each invalid byte sequence replaced by U+FFFD.
    pub fn to_str_lossy(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.0)
    }

    /// Gives the length in bytes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Tells whether there are no bytes.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Str {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.to_str_lossy(), f)
    }
}

impl std::borrow::Borrow<[u8]> for Str {
    fn borrow(&self) -> &[u8] {
        &self.0
    }
}

impl From<&str> for Str {
    fn from(text: &str) -> Self {
        Self(text.as_bytes().into())
    }
}

impl From<String> for Str {
    fn from(text: String) -> Self {
        Self(text.into_bytes().into())
    }
}

impl From<Arc<str>> for Str {
    /// Shares the text.
    fn from(text: Arc<str>) -> Self {
        Self(text.into())
    }
}

impl From<&[u8]> for Str {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }
}

impl From<Vec<u8>> for Str {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes.into())
    }
}

impl From<Cow<'_, str>> for Str {
    fn from(text: Cow<'_, str>) -> Self {
        Self(text.as_bytes().into())
    }
}

/// Which of Go's signed integer types a [`Value::Int`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IntType {
    /// `int`, 64 bits here
    Int,
    /// `int8`
    Int8,
    /// `int16`
    Int16,
    /// `int32`, also `rune`
    Int32,
    /// `int64`
    Int64,
}

/// Which of Go's unsigned integer types a [`Value::Uint`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UintType {
    /// `uint`, 64 bits here
    Uint,
    /// `uint8`, also `byte`: what indexing a string gives
    Uint8,
    /// `uint16`
    Uint16,
    /// `uint32`
    Uint32,
    /// `uint64`
    Uint64,
}

/// A Go type, as far as templates can tell types apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Type {
    /// `interface {}`
    Any,
    /// `bool`
    Bool,
    /// a signed integer
    Int(IntType),
    /// an unsigned integer
    Uint(UintType),
    /// `float64`
    Float64,
    /// `complex128`
    Complex128,
    /// `string`
    String,
    /// `[]T`
    Slice(&'static Type),
    /// `map[string]T`
    Map(&'static Type),
    /// `reflect.Value`: as a parameter, takes anything as it is, a missing value included
    Reflect,
    /// a named type of the host, printed as given: `time.Time`, `*semver.Version`, `common.Values`
    Named(&'static str),
}

impl Type {
    /// `int`
    pub const INT: Type = Type::Int(IntType::Int);
    /// `int64`
    pub const INT64: Type = Type::Int(IntType::Int64);
    /// `[]interface {}`
    pub const LIST: Type = Type::Slice(&Type::Any);
    /// `[]string`
    pub const STRINGS: Type = Type::Slice(&Type::String);
    /// `[]uint8`, what Go calls `[]byte`
    pub const BYTES: Type = Type::Slice(&Type::Uint(UintType::Uint8));
    /// `map[string]interface {}`
    pub const MAP: Type = Type::Map(&Type::Any);
    /// `map[string]string`
    pub const STRING_MAP: Type = Type::Map(&Type::String);
}

impl Type {
    /// Gives the zero value of the type: what an absent key of a `map[string]T` gives.
    pub fn zero(self) -> Value {
        match self {
            Self::Any | Self::Reflect | Self::Named(_) => Value::Nil,
            Self::Bool => Value::Bool(false),
            Self::Int(ty) => Value::Int(ty, 0),
            Self::Uint(ty) => Value::Uint(ty, 0),
            Self::Float64 => Value::Float(0.0),
            Self::Complex128 => Value::Complex(0.0, 0.0),
            Self::String => Value::string(""),
            Self::Slice(element) => Value::List(List::nil(element)),
            Self::Map(_) => Value::Map(Map::nil(self)),
        }
    }
}

/// Go's `reflect.Kind` of a value, as far as values here have kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// no value
    Invalid,
    /// `bool`
    Bool,
    /// any signed integer; the type tells which
    Int(IntType),
    /// any unsigned integer; the type tells which
    Uint(UintType),
    /// `float64`
    Float64,
    /// `complex128`
    Complex128,
    /// `string`
    String,
    /// a slice
    Slice,
    /// a map
    Map,
    /// a pointer
    Ptr,
    /// a struct
    Struct,
    /// a function
    Func,
}

/// One value.
#[derive(Clone)]
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

/// A Go slice: immutable here, since no template function writes into one.
#[derive(Clone)]
pub struct List {
    element: &'static Type,
    /// `None` is Go's nil slice, which JSON shows as `null`
    items: Option<Rc<[Value]>>,
}

impl List {
    /// Makes a `[]interface {}`.
    pub fn new(items: impl Into<Rc<[Value]>>) -> Self {
        Self { element: &Type::Any, items: Some(items.into()) }
    }

    /// Makes a slice of another element type, such as `[]string`.
    pub fn of(element: &'static Type, items: impl Into<Rc<[Value]>>) -> Self {
        Self { element, items: Some(items.into()) }
    }

    /// Makes a nil slice.
    pub fn nil(element: &'static Type) -> Self {
        Self { element, items: None }
    }

    /// Makes a `[]string`.
    pub fn strings<S: Into<Str>>(items: impl IntoIterator<Item = S>) -> Self {
        let items: Vec<Value> = items.into_iter().map(|s| Value::String(s.into())).collect();
        Self::of(&Type::String, items)
    }

    /// Gives the element type.
    pub fn element(&self) -> &'static Type {
        self.element
    }

    /// Tells whether this is Go's nil slice.
    pub fn is_nil(&self) -> bool {
        self.items.is_none()
    }

    /// Gives the elements.
    pub fn items(&self) -> &[Value] {
        self.items.as_deref().unwrap_or(&[])
    }

    /// Gives what tells this slice from others while it lives, and whether others hold it too.
    pub(crate) fn identity(&self) -> (usize, bool) {
        self.items.as_ref().map_or((0, false), |rc| {
            (Rc::as_ptr(rc).cast::<Value>().addr(), Rc::strong_count(rc) > 1)
        })
    }
}

impl Drop for List {
    /// Takes nested containers apart one after the other: dropping them one inside the other would
    /// overflow the stack on a list of a hundred thousand levels, which any template can build.
    fn drop(&mut self) {
        let Some(items) = self.items.as_mut().and_then(Rc::get_mut) else { return };
        let mut nested = Vec::new();
        take_containers(items.iter_mut(), &mut nested);
        dismantle(nested);
    }
}

impl std::ops::Deref for List {
    type Target = [Value];

    fn deref(&self) -> &[Value] {
        self.items()
    }
}

/// The entries of a map, in the byte order of their keys: the order in which Go templates range.
pub type Entries = BTreeMap<Str, Value>;

/// A handle to a Go map with string keys. Clones are the same map; [`Map::copy`] makes another one.
#[derive(Clone)]
pub struct Map {
    ty: Type,
    entries: Rc<RefCell<Entries>>,
    /// whether this is Go's nil map, which JSON shows as `null` and nobody can write to
    is_nil: bool,
}

impl Map {
    /// Makes a `map[string]interface {}`.
    pub fn new(entries: Entries) -> Self {
        Self::of(Type::MAP, entries)
    }

    /// Makes a map of another type: [`Type::STRING_MAP`], or a named one such as `common.Values`.
    pub fn of(ty: Type, entries: Entries) -> Self {
        Self { ty, entries: Rc::new(RefCell::new(entries)), is_nil: false }
    }

    /// Makes a nil map. Functions that would write to one must fail instead.
    pub fn nil(ty: Type) -> Self {
        Self { ty, entries: Rc::default(), is_nil: true }
    }

    /// Tells whether this is Go's nil map.
    pub fn is_nil(&self) -> bool {
        self.is_nil
    }

    /// Gives the map's own type.
    pub fn ty(&self) -> Type {
        self.ty
    }

    /// Gives a clone of the value at `key`.
    pub fn get(&self, key: impl AsRef<[u8]>) -> Option<Value> {
        self.entries.borrow().get(key.as_ref()).cloned()
    }

    /// Sets `key` for all who hold this map.
    pub fn insert(&self, key: impl Into<Str>, value: Value) {
        self.entries.borrow_mut().insert(key.into(), value);
    }

    /// Takes `key` away for all who hold this map.
    pub fn remove(&self, key: impl AsRef<[u8]>) -> Option<Value> {
        self.entries.borrow_mut().remove(key.as_ref())
    }

    /// Tells whether `key` is there, be its value nil or not.
    pub fn contains_key(&self, key: impl AsRef<[u8]>) -> bool {
        self.entries.borrow().contains_key(key.as_ref())
    }

    /// Gives the number of entries.
    pub fn len(&self) -> usize {
        self.entries.borrow().len()
    }

    /// Tells whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Reads the entries in key order. Do not call back into a template while the guard lives.
    pub fn entries(&self) -> Ref<'_, Entries> {
        self.entries.borrow()
    }

    /// Opens the entries for writing. Do not call back into a template while the guard lives.
    pub fn entries_mut(&self) -> RefMut<'_, Entries> {
        self.entries.borrow_mut()
    }

    /// Gives a snapshot of the entries that later writes do not touch; values are still shared.
    pub fn snapshot(&self) -> Vec<(Str, Value)> {
        self.entries.borrow().iter().map(|(k, v)| (k.clone(), v.clone())).collect()
    }

    /// Makes another map with the same entries: Go's shallow copy.
    #[must_use]
    pub fn copy(&self) -> Self {
        Self::of(self.ty, self.entries.borrow().clone())
    }

    /// Gives the same map under another type: Go's conversion between map types.
    #[must_use]
    pub fn with_type(&self, ty: Type) -> Self {
        Self { ty, entries: Rc::clone(&self.entries), is_nil: self.is_nil }
    }

    /// Tells whether both handles are one map.
    pub fn same(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.entries, &other.entries)
    }

    /// Gives the type of the values: `interface {}` for a named map type.
    pub fn element(&self) -> Type {
        match self.ty {
            Type::Map(element) => *element,
            _ => Type::Any,
        }
    }

    /// Gives what tells this map from others while it lives, and whether others hold it too.
    pub(crate) fn identity(&self) -> (usize, bool) {
        (Rc::as_ptr(&self.entries).addr(), Rc::strong_count(&self.entries) > 1)
    }
}

impl Drop for Map {
    /// Takes nested containers apart one after the other, as a [`List`] does.
    fn drop(&mut self) {
        let Some(entries) = Rc::get_mut(&mut self.entries) else { return };
        let mut nested = Vec::new();
        take_containers(entries.get_mut().values_mut(), &mut nested);
        dismantle(nested);
    }
}

/// Moves the lists and maps out of `values`, leaving nil.
fn take_containers<'a>(values: impl Iterator<Item = &'a mut Value>, taken: &mut Vec<Value>) {
    for value in values {
        if matches!(value, Value::List(_) | Value::Map(_)) {
            taken.push(std::mem::replace(value, Value::Nil));
        }
    }
}

fn dismantle(mut containers: Vec<Value>) {
    while let Some(mut value) = containers.pop() {
        match &mut value {
            Value::List(list) => {
                if let Some(items) = list.items.as_mut().and_then(Rc::get_mut) {
                    take_containers(items.iter_mut(), &mut containers);
                }
            }
            Value::Map(map) => {
                if let Some(entries) = Rc::get_mut(&mut map.entries) {
                    take_containers(entries.get_mut().values_mut(), &mut containers);
                }
            }
            _ => {}
        }
    }
}

/// A value of a type that the host brings: a struct, a pointer to one, a named type with methods.
///
/// Only what templates can observe is asked for. Defaults fit a plain struct.
pub trait Object: fmt::Debug {
    /// Gives Go's name of the type: `time.Time`, `*common.Capabilities`.
    fn type_name(&self) -> Cow<'static, str>;

    /// Gives Go's kind.
    fn kind(&self) -> Kind {
        Kind::Struct
    }

    /// Gives an exported field.
    fn field(&self, _name: &str) -> Option<Value> {
        None
    }

    /// Calls an exported method; `None` if the type has no such method.
    fn call(&self, _name: &str, _args: &[Value]) -> Option<Result<Value, FuncError>> {
        None
    }

    /// Gives the parameter types of an exported method and whether it is variadic, if the type has it and
    /// wants its arguments checked before [`Object::call`]; otherwise `call` gets them as they come.
    fn signature(&self, _method: &str) -> Option<(&'static [Type], bool)> {
        None
    }

    /// Gives what `%v` prints, if that is not the fields in braces: a `String()` method, say.
    fn display(&self) -> Option<Str> {
        None
    }

    /// Gives the fields in their order of declaration, for printing and for JSON. Those with a small first letter are only
    /// printed.
    fn fields(&self) -> Vec<(&'static str, Value)> {
        Vec::new()
    }

    /// Gives the value of the underlying basic, slice or map type, for a named type such as
    /// `time.Duration`; comparison, truth, length, indexing, range and printf verbs use it.
    fn underlying(&self) -> Option<Value> {
        None
    }

    /// Gives what an action prints of a value it reaches through a pointer, if that is not what `%v` prints: a `String()` method
    /// of the pointer's type.
    fn display_through_pointer(&self) -> Option<Str> {
        None
    }

    /// Gives the members `encoding/json` writes of a struct, in its order, if those are not [`Object::fields`] by name.
    fn json_fields(&self) -> Option<Vec<(Cow<'static, str>, Value)>> {
        None
    }

    /// Gives what `encoding/json` would marshal, if that is no struct.
    fn to_json(&self) -> Option<Value> {
        None
    }

    /// Gives what a copy field by field makes of the object, if that is not the same: fields with a small first letter are lost.
    fn deep_copy(&self) -> Option<Value> {
        None
    }

    /// Gives the object itself, for the host to recognise its own types.
    fn as_any(&self) -> &dyn Any;
}

impl fmt::Debug for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&Value::List(self.clone()), f)
    }
}

impl fmt::Debug for Map {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.entries.try_borrow() {
            Ok(_) => fmt::Debug::fmt(&Value::Map(self.clone()), f),
            Err(_) => f.write_str("map (being written)"),
        }
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
    pub fn list(items: impl Into<Rc<[Value]>>) -> Self {
        Self::List(List::new(items))
    }

    /// Makes a `map[string]interface {}`.
    pub fn map<K: Into<Str>>(entries: impl IntoIterator<Item = (K, Value)>) -> Self {
        Self::Map(Map::new(entries.into_iter().map(|(k, v)| (k.into(), v)).collect()))
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

impl AsRef<[u8]> for Str {
    fn as_ref(&self) -> &[u8] {
        &self.0
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
