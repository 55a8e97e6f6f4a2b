//! TOML: `toToml`, `mustToToml` and `fromToml`.
//!
//! Source: `pkg/engine/funcs.go` in Helm, over BurntSushi/toml v1.6.0.

mod read;
mod scalar;
mod tables;
#[cfg(test)]
mod tests;
mod write;

use pintle_gotmpl::{FuncError, Function, Type, Value};

use super::arguments::bytes;
use crate::render::world;

pub(crate) use read::from_toml;
pub(crate) use write::to_toml;

/// The deepest nesting of lists and tables that is read or written. Go has no limit, and a map that holds itself ends it.
const MAX_DEPTH: usize = 500;

/// The native stack that a document of [`MAX_DEPTH`] levels needs, in bytes.
const STACK: usize = 1 << 20;

/// The functions of this family.
pub(crate) const FUNCTIONS: &[Function] = &[
    Function::new("toToml", &[Type::Any], |_, args| {
        Ok(Value::string(encode(args)?.unwrap_or_else(String::into_bytes)))
    }),
    Function::new("mustToToml", &[Type::Any], |_, args| Ok(Value::string(encode(args)??))),
    Function::new("fromToml", &[Type::String], |env, args| {
        Ok(from_toml(bytes(args, 0), world(env)?)
            .unwrap_or_else(|error| Value::map([("Error", Value::string(error))])))
    }),
];

/// Gives the text, or the error's, or the error that Go has over nil and that no function hides.
fn encode(args: &[Value]) -> Result<Result<Vec<u8>, String>, FuncError> {
    match args.first() {
        None | Some(Value::Nil) => {
            Err(FuncError::new("reflect: call of reflect.Value.Type on zero Value"))
        }
        // At the top Go does not ask what a value is before it writes it.
        Some(Value::Complex(..)) => Ok(Err("unsupported type for key '': complex128".to_owned())),
        Some(Value::List(list)) if list.is_nil() => Ok(Ok(b"[]".to_vec())),
        Some(value) => Ok(to_toml(value)),
    }
}
