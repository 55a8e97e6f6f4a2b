//! The head of a document: what Helm reads of it to sort it.
//!
//! Helm decodes each document into a small struct, through JSON. Keys match whatever their case, scalars become
//! strings where a string is wanted, and anything else of the wrong shape fails the render in the words of Go's
//! `encoding/json`. Source: `SimpleHead` in Helm's release utilities, `sigs.k8s.io/yaml`.

use std::cell::Cell;
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
    if Part::at(path).is_some() { Field::Text } else { Field::Skipped }
}

/// The fields of a head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    ApiVersion,
    Kind,
    Metadata,
    Name,
    Annotations,
    Annotation,
}

impl Part {
    /// Gives the field at a path of a document, if that is one of a head. Keys match whatever their case.
    fn at(path: &[&str]) -> Option<Self> {
        let is = |key: &str, name: &str| key.eq_ignore_ascii_case(name);
        match path {
            [key] if is(key, "kind") => Some(Self::Kind),
            [key] if is(key, "apiVersion") => Some(Self::ApiVersion),
            [key] if is(key, "metadata") => Some(Self::Metadata),
            [metadata, key] if is(metadata, "metadata") && is(key, "name") => Some(Self::Name),
            [metadata, key] if is(metadata, "metadata") && is(key, "annotations") => {
                Some(Self::Annotations)
            }
            [metadata, annotations, _]
                if is(metadata, "metadata") && is(annotations, "annotations") =>
            {
                Some(Self::Annotation)
            }
            _ => None,
        }
    }
}

impl Head {
    /// Reads the head of a document in which each field is set once at most, to what Helm wants there; gives nothing for
    /// another.
    ///
    /// That is nearly every document, and to make a value of the head first costs more than to read it.
    pub(crate) fn of_plain(document: &str) -> Option<Self> {
        let mut head = Self::default();
        let seen = Cell::new(0_u8);
        let is_set_twice = Cell::new(false);
        let field = |path: &[&str]| {
            let Some(part) = Part::at(path) else { return Field::Skipped };
            if part != Part::Annotation {
                let bit = 1 << part as u8;
                is_set_twice.set(is_set_twice.get() || seen.get() & bit != 0);
                seen.set(seen.get() | bit);
            }
            if matches!(part, Part::Metadata | Part::Annotations) {
                Field::Any
            } else {
                Field::Text
            }
        };
        pintle_yaml::visit(document, &field, &mut |path, text| {
            let string = match Part::at(path) {
                Some(Part::ApiVersion) => &mut head.api_version,
                Some(Part::Kind) => &mut head.kind,
                Some(Part::Name) => &mut head.name,
                _ => {
                    let key = path.last().copied().unwrap_or_default();
                    head.annotations.insert(key.to_owned(), text.to_owned());
                    return;
                }
            };
            text.clone_into(string);
        })?;
        (!is_set_twice.get()).then_some(head)
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_the_same_however_it_is_read() {
        let documents = [
            "apiVersion: v1\nkind: \"Pod\"\nmetadata:\n  name: web # x\nspec: {}\n",
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n  annotations:\n    a/b: \"c d\"\n    e: 'f'\n",
            "kind: A\nkind: B\n",
            "kind: B\nKind: A\n",
            "Kind: A\nKIND: B\n",
            "metadata:\n  name: a\nmetadata:\n  labels:\n    x: y\n",
            "metadata:\n  name: a\nmetadata:\n",
            "metadata:\n  name: a\nMetadata:\n  Name: b\n",
            "metadata:\n  annotations:\n    a:\n    b: c\n",
            "metadata:\n  annotations:\n    a: v\n    a: w\n",
            "metadata:\n  annotations:\n    a: x\n  Annotations:\n    b: y\n",
            "metadata:\n  annotations: {}\n  name: 1.10\n",
            "kind: yes\napiVersion: ~\nmetadata:\n  name:\n",
            "kind:\n  a: b\nmetadata:\n  name: x\n",
            "metadata: x\n",
            "- a\n",
            "x\n",
            "",
            "# only a comment\n",
        ];
        let mut n_plain = 0;
        for document in documents {
            if let Some(head) = Head::of_plain(document) {
                n_plain += 1;
                let value = pintle_yaml::from_str_fields(document, &field).unwrap();
                assert_eq!(Head::read(&value, "x"), Ok(head), "{document:?}");
            }
        }
        assert_eq!(n_plain, 4);
    }
}
