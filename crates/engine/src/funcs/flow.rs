//! Stopping a render, and a greeting.
//!
//! Source: `functions.go` in Sprig.

use pintle_gotmpl::{FuncError, Function, Type, Value};

use super::arguments::text;

/// The functions of this family.
pub(crate) const FUNCTIONS: &[Function] = &[
    Function::new("fail", &[Type::String], |_, args| Err(FuncError::new(text(args, 0)))),
    Function::new("hello", &[], |_, _| Ok(Value::string("Hello!"))),
];
