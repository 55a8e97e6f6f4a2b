//! Go's `text/template` in Rust: parse once, execute any number of times.

mod ast;
mod builtins;
mod error;
mod exec;
mod func;
mod intern;
mod lexer;
mod literal;
mod parser;
mod print;
pub mod printf;
mod template;
mod token;
mod unicode;
pub mod value;

pub use error::{CallError, ExecError, ParseError, Place};
pub use func::{Env, FuncError, FuncMap, Function, Native};
pub use template::{MissingKey, TemplateSet};
pub use value::{Entries, IntType, Kind, List, Map, Object, Str, Type, UintType, Value};
