//! What Go's standard library makes of patterns, URLs and addresses, with its words for bad ones.
//!
//! Schemas need it for `pattern`, `$ref` and `format`; the engine's template functions share it.

mod classes;
pub mod ip;
mod machine;
pub mod regex;
mod small;
mod syntax;
pub mod unicode;
pub mod url;
