//! Go's `text/template` in Rust: parse once, execute any number of times.

mod builtins;
mod error;
mod exec;
mod func;
pub mod printf;
mod template;
pub mod value;

pub use error::{CallError, ExecError, ParseError, Place};
pub use func::{Env, FuncError, FuncMap, Function, Native};
pub use template::TemplateSet;
pub use value::{Entries, IntType, Kind, List, Map, Object, Str, Type, UintType, Value};
