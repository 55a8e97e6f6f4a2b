//! YAML as Helm reads and writes it: goyaml's rules, through JSON.
//!
//! ```
//! let values = pintle_yaml::from_str("replicas: 0x10\non: [yes, 1.50, 2024-01-02]\n")?;
//! assert_eq!(pintle_yaml::json::to_string(&values, pintle_yaml::json::Layout::Raw)?,
//!     r#"{"replicas":16,"true":[true,1.5,"2024-01-02"]}"#);
//!
//! let error = pintle_yaml::from_str("a: 1\nb\nc: 2\n").unwrap_err();
//! assert_eq!(error.to_string(), "yaml: line 3: could not find expected ':'");
//! # Ok::<(), pintle_yaml::Error>(())
//! ```
//!
//! A text goes through `reader` (encodings). Nearly all are then read line by line (`lines`); the others go through
//! `scanner` (tokens) and `parser` (events: [`Parser`]). From there a plain document becomes a [`Value`] at once
//! (`compose`, with `resolve` for its scalars); one with anchors, tags, merges or something wrong becomes a [`Tree`]
//! first and a value step by step, as in Go (`tree`, `decode`). [`emit`] writes.

#![cfg_attr(not(test), warn(clippy::disallowed_methods))]

mod compose;
mod decode;
pub mod emit;
mod error;
pub mod json;
mod lines;
mod location;
mod map;
pub mod near;
mod parser;
mod reader;
mod resolve;
mod scanner;
pub mod secret;
pub mod sort;
pub mod tokens;
mod tree;
mod value;

pub use compose::{Field, MAX_DEPTH};
pub use emit::{Emitter, to_string};
pub use error::Error;
pub use location::{Lines, Location};
pub use map::Map;
pub use parser::{Event, EventKind, Parser, Properties, Scalar};
pub use resolve::Resolved;
pub use scanner::Style;
pub use tree::{Node, NodeKind, Tree, parse};
pub use value::Value;

use reader::{Input, with_input};

/// The largest text that is read, in bytes: no chart or manifest that works is as large.
pub const MAX_TEXT_BYTES: usize = 256 << 20;

/// Reads the first document of a text as Helm reads a values file: YAML, through JSON, every number a float.
///
/// What follows the first document is not looked at. A text without a document is null.
///
/// # Errors
///
/// [`Error`] in goyaml's words, without the `error converting YAML to JSON: ` that `sigs.k8s.io/yaml` puts before them.
pub fn from_str(text: &str) -> Result<Value, Error> {
    check_size(text.len())?;
    read(Input::of_text(text), None)
}

/// Reads bytes as [`from_str`] reads text: UTF-8, or UTF-16 with a byte order mark.
///
/// # Errors
///
/// As [`from_str`], and for bytes that are no text, such as `yaml: invalid leading UTF-8 octet`.
pub fn from_slice(bytes: &[u8]) -> Result<Value, Error> {
    check_size(bytes.len())?;
    with_input(bytes, |input| read(input, None))
}

/// Reads the fields of a document that a Go struct has, and only checks the others.
///
/// `field` is asked for each key, with the keys that lead to it and itself; lists add nothing to that path. What is
/// refused is refused wherever it is. A number where a string is wanted has the digits that Go finds in the text:
/// `1.10` becomes `1.1`, and `1e3` becomes `1000`.
///
/// # Errors
///
/// As [`from_str`].
///
/// ```
/// use pintle_yaml::Field;
///
/// let text = "kind: Pod\nmetadata: {name: 12, labels: {a: b}}\nspec: {}\n";
/// let head = pintle_yaml::from_str_fields(text, &|path| match path {
///     ["kind" | "metadata"] | ["metadata", "name"] => Field::Text,
///     _ => Field::Skipped,
/// })?;
/// assert_eq!(head, pintle_yaml::from_str("{kind: Pod, metadata: {name: '12'}}")?);
/// # Ok::<(), pintle_yaml::Error>(())
/// ```
pub fn from_str_fields(text: &str, field: &dyn Fn(&[&str]) -> Field) -> Result<Value, Error> {
    check_size(text.len())?;
    read(Input::of_text(text), Some(field))
}

/// Shows strings of a document in their order, without making a value of it, and only checks what else is there.
///
/// `field` is asked for each key, as by [`from_str_fields`]. Where it says [`Field::Any`] there is to be a map, where it says
/// [`Field::Text`] a string, which `show` gets with its path.
///
/// Gives nothing, perhaps after some strings were shown, for a document in which something else is there, or that is not in
/// the form that nearly all have: [`from_str_fields`] reads those, or knows what is wrong with them.
///
/// ```
/// use pintle_yaml::Field;
///
/// let mut name = String::new();
/// let text = "kind: Pod\nmetadata:\n  name: web\nspec: {}\n";
/// let field = |path: &[&str]| match path {
///     ["metadata"] => Field::Any,
///     ["metadata", "name"] => Field::Text,
///     _ => Field::Skipped,
/// };
/// let read = pintle_yaml::visit(text, &field, &mut |_, text| name.push_str(text));
/// assert_eq!((read, name.as_str()), (Some(()), "web"));
/// ```
pub fn visit(
    text: &str,
    field: &dyn Fn(&[&str]) -> Field,
    show: &mut dyn FnMut(&[&str], &str),
) -> Option<()> {
    check_size(text.len()).ok()?;
    lines::visit(Input::of_text(text), field, show)
}

/// Reads bytes as [`from_str_fields`] reads text.
///
/// # Errors
///
/// As [`from_slice`].
pub fn from_slice_fields(bytes: &[u8], field: &dyn Fn(&[&str]) -> Field) -> Result<Value, Error> {
    check_size(bytes.len())?;
    with_input(bytes, |input| read(input, Some(field)))
}

/// Reads a document as [`from_str`] does, but refuses keys that are set twice.
///
/// # Errors
///
/// As [`from_str`], and `yaml: unmarshal errors:` with a line for each such key.
pub fn from_str_strict(text: &str) -> Result<Value, Error> {
    from_slice_strict(text.as_bytes())
}

/// Reads bytes as [`from_str_strict`] reads text.
///
/// # Errors
///
/// As [`from_slice`] and [`from_str_strict`].
pub fn from_slice_strict(bytes: &[u8]) -> Result<Value, Error> {
    check_size(bytes.len())?;
    with_input(bytes, |input| Tree::of_input(input)?.to_value_of(None, true))
}

fn read(input: Input<'_>, fields: Option<compose::Fields<'_>>) -> Result<Value, Error> {
    if let Some(value) = lines::read(input, fields) {
        return Ok(value);
    }
    match compose::compose(input, fields)? {
        Some(value) => Ok(value),
        None => Tree::of_input(input)?.to_value_of(fields, false),
    }
}

fn check_size(n_bytes: usize) -> Result<(), Error> {
    if n_bytes > MAX_TEXT_BYTES {
        return Err(Error::Limit { limit: "document size", maximum: MAX_TEXT_BYTES });
    }
    Ok(())
}
