//! Go's types and kinds, as far as templates can tell them apart.

use super::{List, Map, Value};

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
    /// a named type of the host that is an `int64`, such as `time.Duration`: as a parameter, takes an integer literal
    NamedInt(&'static str),
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
    pub fn zero(&'static self) -> Value {
        match *self {
            Self::Any | Self::Reflect | Self::Named(_) | Self::NamedInt(_) => Value::Nil,
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
