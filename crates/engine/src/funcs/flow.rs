//! Stopping a render, and a greeting.
//!
//! Source: `initFunMap` in `pkg/engine/engine.go`, Helm v4; `functions.go` in Sprig.

use pintle_gotmpl::{Env, FuncError, Function, Type, Value};

use super::arguments::text;
use crate::error::{MESSAGE_END, MESSAGE_START};
use crate::render::{Notice, host};

/// The functions of this family.
pub(crate) const FUNCTIONS: &[Function] = &[
    Function::new("required", &[Type::String, Type::Any], required),
    Function::new("fail", &[Type::String], fail),
    Function::new("hello", &[], |_, _| Ok(Value::string("Hello!"))),
];

/// `required TEXT VALUE`: gives the value, or fails with the text if it is nil or an empty string.
///
/// A lint render gives an empty string instead, and a notice.
fn required(env: &mut Env<'_, '_>, args: &[Value]) -> Result<Value, FuncError> {
    let value = &args[1];
    let is_empty = match value {
        Value::Nil => true,
        Value::String(text) => text.is_empty(),
        _ => false,
    };
    if !is_empty {
        return Ok(value.clone());
    }
    let message = text(args, 0).into_owned();
    if !host(env).lint {
        return Err(marked(&message));
    }
    let notice = if value.is_nil() {
        Notice::RequiredIsNil { message }
    } else {
        Notice::RequiredIsEmpty { message }
    };
    host(env).notice(notice);
    Ok(Value::string(""))
}

/// `fail TEXT`: fails with the text. A lint render gives an empty string instead, and a notice.
fn fail(env: &mut Env<'_, '_>, args: &[Value]) -> Result<Value, FuncError> {
    let message = text(args, 0).into_owned();
    if !host(env).lint {
        return Err(marked(&message));
    }
    host(env).notice(Notice::Failed { message });
    Ok(Value::string(""))
}

/// Marks a text so that it is found again in the chain of errors it ends up in.
fn marked(message: &str) -> FuncError {
    FuncError::new(format!("{MESSAGE_START}{message}{MESSAGE_END}"))
}
