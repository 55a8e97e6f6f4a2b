//! The head of a document: what Helm reads of it to sort it.
//!
//! Helm decodes each document into a small struct, through JSON. Keys match whatever their case, scalars become
//! strings where a string is wanted, and anything else of the wrong shape fails the render in the words of Go's
//! `encoding/json`. Source: `SimpleHead` in Helm's release utilities, `sigs.k8s.io/yaml`.

use std::collections::BTreeMap;

use pintle_yaml::{Field, Map, Value, json};

/// What Helm reads of a document; what is not there is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Head {
    /// `apiVersion`
    pub api_version: String,
    /// `kind`
    pub kind: String,
    /// `metadata.name`
    pub name: String,
    /// `metadata.annotations`
    pub annotations: BTreeMap<String, String>,
}

/// Tells how the field at a path of a document is read: what is no part of a head is only checked.
pub(crate) fn field(path: &[&str]) -> Field {
    let is = |key: &str, name: &str| key.eq_ignore_ascii_case(name);
    match path {
        [key] if is(key, "apiVersion") || is(key, "kind") || is(key, "metadata") => Field::Text,
        [metadata, key]
            if is(metadata, "metadata") && (is(key, "name") || is(key, "annotations")) =>
        {
            Field::Text
        }
        [metadata, annotations, _]
            if is(metadata, "metadata") && is(annotations, "annotations") =>
        {
            Field::Text
        }
        _ => Field::Skipped,
    }
}

impl Head {
    /// Reads the head of a document. `type_name` is what Helm calls the struct.
    ///
    /// # Errors
    ///
    /// The words of Go's `encoding/json` for the first field of the wrong shape.
    pub(crate) fn read(document: &Value, type_name: &str) -> Result<Self, String> {
        let mut head = Self::default();
        let fields = match document {
            Value::Null => return Ok(head),
            Value::Map(fields) => fields,
            other => {
                return Err(format!(
                    "json: cannot unmarshal {} into Go value of type {type_name}",
                    json::type_name(other)
                ));
            }
        };
        // Go goes on after a field of the wrong shape and reports the first one.
        let mut first_error = None;
        let struct_name = type_name.rsplit('.').next().unwrap_or(type_name);
        for (key, value) in fields.iter() {
            let result = if key.eq_ignore_ascii_case("apiVersion") {
                read_string(value, &mut head.api_version)
                    .map_err(|shape| mismatch(shape, struct_name, "apiVersion"))
            } else if key.eq_ignore_ascii_case("kind") {
                read_string(value, &mut head.kind)
                    .map_err(|shape| mismatch(shape, struct_name, "kind"))
            } else if key.eq_ignore_ascii_case("metadata") {
                head.read_metadata(value, struct_name)
            } else {
                Ok(())
            };
            if let Err(message) = result {
                first_error.get_or_insert(message);
            }
        }
        first_error.map_or(Ok(head), Err)
    }

    fn read_metadata(&mut self, metadata: &Value, struct_name: &str) -> Result<(), String> {
        let fields = match metadata {
            Value::Null => return Ok(()),
            Value::Map(fields) => fields,
            other => {
                return Err(format!(
                    "json: cannot unmarshal {} into Go struct field {struct_name}.metadata of type struct {{ Name \
                     string \"json:\\\"name\\\"\"; Annotations map[string]string \"json:\\\"annotations\\\"\" }}",
                    json::type_name(other)
                ));
            }
        };
        let mut first_error = None;
        for (key, value) in fields.iter() {
            let result = if key.eq_ignore_ascii_case("name") {
                read_string(value, &mut self.name)
                    .map_err(|shape| mismatch(shape, "", "metadata.name"))
            } else if key.eq_ignore_ascii_case("annotations") {
                match value {
                    Value::Null => Ok(()),
                    Value::Map(annotations) => self.read_annotations(annotations),
                    other => Err(format!(
                        "json: cannot unmarshal {} into Go struct field .metadata.annotations of type map[string]string",
                        json::type_name(other)
                    )),
                }
            } else {
                Ok(())
            };
            if let Err(message) = result {
                first_error.get_or_insert(message);
            }
        }
        first_error.map_or(Ok(()), Err)
    }

    fn read_annotations(&mut self, annotations: &Map) -> Result<(), String> {
        let mut first_error = None;
        for (key, value) in annotations.iter() {
            let mut text = String::new();
            if let Err(shape) = read_string(value, &mut text) {
                first_error.get_or_insert_with(|| mismatch(shape, "", "metadata.annotations"));
            }
            self.annotations.insert(key.to_string(), text);
        }
        first_error.map_or(Ok(()), Err)
    }
}

/// Reads a scalar into a string, or gives the shape that stands there instead. Null leaves what is there.
fn read_string(value: &Value, into: &mut String) -> Result<(), &'static str> {
    match value {
        Value::Null => {}
        Value::String(text) => text.as_ref().clone_into(into),
        Value::Bool(b) => *into = b.to_string(),
        Value::Int(n) => *into = n.to_string(),
        Value::Float(x) => *into = json::shortest_float(*x),
        other => return Err(json::type_name(other)),
    }
    Ok(())
}

fn mismatch(shape: &str, struct_name: &str, name: &str) -> String {
    format!(
        "json: cannot unmarshal {shape} into Go struct field {struct_name}.{name} of type string"
    )
}
