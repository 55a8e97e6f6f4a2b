//! Values as Go's `fmt` shows them with `%v` and `%t`.
//!
//! Helm puts whole values into its warnings this way.

use std::fmt::{self, Write as _};

use pintle_yaml::Value;
use pintle_yaml::json::shortest_float;

use crate::stack;

/// A value that displays as Go's `%v` would: `map[a:1 b:[x <nil>]]`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shown<'a>(pub(crate) &'a Value);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Value::Null => f.write_str("<nil>"),
            Value::Bool(b) => write!(f, "{b}"),
            Value::Int(n) => write!(f, "{n}"),
            Value::Float(x) => f.write_str(&shortest_float(*x)),
            Value::String(text) => f.write_str(text),
            Value::List(items) => {
                f.write_char('[')?;
                for (n, item) in items.iter().enumerate() {
                    f.write_str(if n == 0 { "" } else { " " })?;
                    stack::with_room(|| write!(f, "{}", Shown(item)))?;
                }
                f.write_char(']')
            }
            Value::Map(map) => {
                f.write_str("map[")?;
                for (n, (key, item)) in map.iter().enumerate() {
                    f.write_str(if n == 0 { "" } else { " " })?;
                    write!(f, "{key}:")?;
                    stack::with_room(|| write!(f, "{}", Shown(item)))?;
                }
                f.write_char(']')
            }
        }
    }
}

/// A value that displays as Go's `%t` would, which fits booleans only: `%!t(string=a)`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ShownAsBool<'a>(pub(crate) &'a Value);

impl fmt::Display for ShownAsBool<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Go complains about the elements of a list or map one by one, but not about null in them.
        let write_item = |f: &mut fmt::Formatter<'_>, item: &Value| match item {
            Value::Null => f.write_str("<nil>"),
            item => stack::with_room(|| write!(f, "{}", ShownAsBool(item))),
        };
        match self.0 {
            Value::Null => f.write_str("%!t(<nil>)"),
            Value::Bool(b) => write!(f, "{b}"),
            Value::List(items) => {
                f.write_char('[')?;
                for (n, item) in items.iter().enumerate() {
                    f.write_str(if n == 0 { "" } else { " " })?;
                    write_item(f, item)?;
                }
                f.write_char(']')
            }
            Value::Map(map) => {
                f.write_str("map[")?;
                for (n, (key, item)) in map.iter().enumerate() {
                    f.write_str(if n == 0 { "" } else { " " })?;
                    write!(f, "%!t(string={key}):")?;
                    write_item(f, item)?;
                }
                f.write_char(']')
            }
            scalar => write!(f, "%!t({}={})", type_name(scalar), Shown(scalar)),
        }
    }
}

/// Gives the name of the Go type that holds a value.
pub(crate) fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "nil",
        Value::Bool(_) => "bool",
        Value::Int(_) => "int64",
        Value::Float(_) => "float64",
        Value::String(_) => "string",
        Value::List(_) => "[]interface {}",
        Value::Map(_) => "map[string]interface {}",
    }
}
