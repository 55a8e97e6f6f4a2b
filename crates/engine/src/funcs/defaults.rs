//! What to take when a value is empty.
//!
//! Source: `defaults.go` in Sprig.

use pintle_gotmpl::{Function, Kind, Type, Value};

/// The functions of this family.
pub(crate) const FUNCTIONS: &[Function] = &[
    Function::variadic("default", &[Type::Any, Type::Any], |_, args| {
        let given = args.get(1).filter(|given| !is_empty(given));
        Ok(given.unwrap_or(&args[0]).clone())
    }),
    Function::new("empty", &[Type::Any], |_, args| Ok(Value::Bool(is_empty(&args[0])))),
    Function::variadic("coalesce", &[Type::Any], |_, args| {
        Ok(args.iter().find(|value| !is_empty(value)).cloned().unwrap_or(Value::Nil))
    }),
    Function::variadic("all", &[Type::Any], |_, args| Ok(Value::Bool(!args.iter().any(is_empty)))),
    Function::variadic("any", &[Type::Any], |_, args| Ok(Value::Bool(!args.iter().all(is_empty)))),
    Function::new("ternary", &[Type::Any, Type::Any, Type::Bool], |_, args| {
        Ok(args[usize::from(!matches!(args[2], Value::Bool(true)))].clone())
    }),
];

/// Tells whether a value is nil, zero, false, or has nothing in it. A struct never is.
pub(super) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Nil => true,
        Value::Bool(b) => !b,
        Value::Int(_, n) => *n == 0,
        Value::Uint(_, n) => *n == 0,
        Value::Float(x) => *x == 0.0,
        Value::Complex(re, im) => *re == 0.0 && *im == 0.0,
        Value::String(text) => text.is_empty(),
        Value::List(list) => list.is_empty(),
        Value::Map(map) => map.is_empty(),
        Value::Object(object) => match object.kind() {
            Kind::Struct | Kind::Ptr | Kind::Func => false,
            _ => object.underlying().is_some_and(|value| is_empty(&value)),
        },
    }
}
