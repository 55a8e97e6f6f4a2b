//! Go's `text/template` in Rust: parse once, execute any number of times.
//!
//! Output, error texts and their places are those of Go 1.26, byte for byte. Nothing here knows of files,
//! YAML or Helm: a host brings its functions, types and data.
//!
//! ```
//! use std::sync::Arc;
//!
//! use pintle_gotmpl::{FuncMap, Function, MissingKey, TemplateSet, Type, Value};
//!
//! let mut functions = FuncMap::new();
//! functions.add(Function::new("shout", &[Type::String], |_, args| {
//!     let text = args[0].as_bytes().unwrap_or_default().to_ascii_uppercase();
//!     Ok(Value::string(text))
//! }));
//!
//! let mut set = TemplateSet::new(Arc::new(functions)).with_missing_key(MissingKey::Zero);
//! set.parse("list.txt", "{{ range .names }}{{ template \"item\" . }}{{ end }}")?;
//! set.parse("_item.txt", "{{ define \"item\" }}- {{ shout . }}\n{{ end }}")?;
//!
//! let names = Value::list(vec![Value::string("ada"), Value::string("grace")]);
//! let data = Value::map([("names", names)]);
//! let mut out = Vec::new();
//! set.execute("list.txt", &data, &(), &mut out)?;
//! assert_eq!(out, b"- ADA\n- GRACE\n");
//!
//! let result = set.execute("list.txt", &Value::map([("names", true.into())]), &(), &mut out);
//! assert_eq!(
//!     result.unwrap_err().to_string(),
//!     r#"template: list.txt:1:9: executing "list.txt" at <.names>: range can't iterate over true"#,
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A text goes through [`TemplateSet::parse`]: the lexer makes tokens, the parser a tree in one arena, with
//! names interned and functions resolved. [`TemplateSet::execute`] walks the tree and appends to a buffer.
//! Functions get an [`Env`], through which they execute further templates; [`Value`] is what they take and
//! give. A template that is not trusted cannot exhaust the stack, and its loops, output and nesting have
//! limits with errors of their own.

#![cfg_attr(not(test), warn(clippy::disallowed_methods))]

mod ast;
mod builtins;
mod error;
mod exec;
mod func;
#[doc(hidden)]
pub mod inspect;
mod intern;
mod lexer;
mod literal;
mod parser;
mod print;
pub mod printf;
pub mod syntax;
mod template;
mod token;
pub mod trace;
mod unicode;
pub mod value;

pub use error::{CallError, ExecError, ParseError, Place};
pub use exec::{MAX_NESTED_EXECUTIONS, MAX_OUTPUT, MAX_STEPS, MAX_TEMPLATE_DEPTH};
pub use func::{Env, FuncError, FuncMap, Function, Native};
pub use template::{Limits, MissingKey, TemplateSet};
pub use value::{Entries, IntType, Kind, List, Map, Object, Str, Type, UintType, Value};
