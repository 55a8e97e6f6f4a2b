//! Values as Go's `fmt` shows them with `%v` and `%t`.
//!
//! Helm puts whole values into its warnings this way.

use std::fmt::{self, Write as _};

use pintle_yaml::Value;

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
            Value::Float(x) => write!(f, "{}", Float(*x)),
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

/// A number that displays as Go's `%v` would: `100000`, `1e+06`, `0.5`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Float(pub(crate) f64);

impl fmt::Display for Float {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let x = self.0;
        if x.is_nan() {
            return f.write_str("NaN");
        }
        if x.is_infinite() {
            return f.write_str(if x > 0.0 { "+Inf" } else { "-Inf" });
        }
        // Rust's `{:e}` has the same shortest digits, without the sign and padding of the exponent.
        let scientific = format!("{x:e}");
        let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
        let exponent: i32 = exponent.parse().unwrap_or_default();
        if (-4..6).contains(&exponent) {
            return write!(f, "{x}");
        }
        let sign = if exponent < 0 { '-' } else { '+' };
        write!(f, "{digits}e{sign}{:02}", exponent.unsigned_abs())
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

#[cfg(test)]
mod tests {
    use super::Float;

    #[test]
    fn numbers_turn_to_exponents_where_go_does() {
        let shown = |x| Float(x).to_string();
        assert_eq!(shown(999_999.0), "999999");
        assert_eq!(shown(12_345_678.0), "1.2345678e+07");
        assert_eq!(shown(0.0001), "0.0001");
        assert_eq!(shown(-0.00001), "-1e-05");
        assert_eq!(shown(-0.0), "-0");
    }
}
