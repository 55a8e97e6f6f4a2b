//! Rendered files, cut into documents and read as Kubernetes' own tools read them.
//!
//! Lint does not cut as rendering does: a file that begins with `{` is first taken for a stream of JSON, and a separator
//! may have nothing but a comment behind it. Source: `YAMLOrJSONDecoder` in
//! `k8s.io/apimachinery/pkg/util/yaml/decoder.go`.

use pintle_yaml::{Error, Field, Map, Value, json};

/// What Helm 4 calls the struct it reads objects into.
pub(super) const STRUCT_4: &str = "k8sYamlStruct";

/// What Helm 3 calls it.
pub(super) const STRUCT_3: &str = "K8sYamlStruct";

/// How far into a file the first brace is looked for, in bytes.
const GUESSED_BYTES: usize = 4096;

/// What lint reads of an object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Object {
    pub(super) api_version: String,
    pub(super) kind: String,
    pub(super) name: String,
}

/// The objects of a file, or why there are no more; empty documents are passed over.
#[derive(Debug)]
pub(super) struct Documents<'a> {
    rest: &'a str,
    /// how many objects were read while the file was taken for JSON; `None` once it is YAML
    json: Option<usize>,
    /// the bytes before `rest`
    consumed: usize,
    struct_name: &'static str,
    has_failed: bool,
}

impl<'a> Documents<'a> {
    /// Begins a file. `struct_name` is what Helm calls the struct.
    pub(super) fn new(text: &'a str, struct_name: &'static str) -> Self {
        let head = &text.as_bytes()[..text.len().min(GUESSED_BYTES)];
        let head = String::from_utf8_lossy(head);
        let json = head.trim_start().starts_with('{').then_some(0);
        Self { rest: text, json, consumed: 0, struct_name, has_failed: false }
    }

    /// Reads the next object of a stream of JSON; `Err` says why it is none, in Go's words.
    fn next_json(&mut self, n_read: usize) -> Option<Result<Object, String>> {
        let text = self.rest.trim_start_matches([' ', '\t', '\r', '\n']);
        if text.is_empty() {
            return None;
        }
        let skipped = self.rest.len() - text.len();
        let (value, end) = match first_value(text) {
            Ok(found) => found,
            Err(Error::Json { message, offset }) if offset < text.len() => {
                let place = self.consumed + skipped + offset + 1;
                let raw = n_read > 1;
                return Some(Err(if raw {
                    message
                } else {
                    format!("json: offset {place}: {message}")
                }));
            }
            Err(_) => return Some(Err("unexpected EOF".to_owned())),
        };
        let object = Object::read(&value, self.struct_name, Scalars::Strings);
        if object.is_ok() {
            self.advance(skipped + end);
            self.json = Some(n_read + 1);
        }
        Some(object)
    }

    /// Reads the next document of YAML, and gives the object in it; `None` for an empty one.
    fn next_yaml(&mut self) -> Option<Result<Option<Object>, String>> {
        let mut document = String::new();
        while let Some(line) = self.rest.split_inclusive('\n').next() {
            let bare = line.strip_suffix('\n').unwrap_or(line);
            let bare = bare.strip_suffix('\r').unwrap_or(bare);
            if let Some(behind) = bare.strip_prefix("---") {
                let behind = behind.trim();
                if !behind.is_empty() && !behind.starts_with('#') {
                    return Some(Err(format!("invalid Yaml document separator: {behind}")));
                }
                if !document.is_empty() {
                    self.advance(line.len());
                    return Some(self.read_yaml(&document));
                }
            }
            document.push_str(bare);
            document.push('\n');
            self.advance(line.len());
        }
        (!document.is_empty()).then(|| self.read_yaml(&document))
    }

    fn read_yaml(&self, document: &str) -> Result<Option<Object>, String> {
        let value = pintle_yaml::from_str_fields(document, &field)
            .map_err(|error| format!("error converting YAML to JSON: {error}"))?;
        if value.is_null() {
            return Ok(None);
        }
        Object::read(&value, self.struct_name, Scalars::Converted)
            .map(Some)
            .map_err(|why| format!("error unmarshaling JSON: while decoding JSON: {why}"))
    }

    fn advance(&mut self, n_bytes: usize) {
        self.rest = &self.rest[n_bytes..];
        self.consumed += n_bytes;
    }

    /// Goes on in YAML, behind white space up to the end of a line.
    fn leave_json(&mut self) {
        self.json = None;
        let blank = self.rest.len() - self.rest.trim_start().len();
        let line = self.rest[..blank].find('\n').map_or(blank, |at| at + 1);
        self.advance(line);
    }
}

impl Iterator for Documents<'_> {
    type Item = Result<Object, String>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.has_failed {
            return None;
        }
        let mut first_error = None;
        if let Some(n_read) = self.json {
            match self.next_json(n_read)? {
                Ok(object) => return Some(Ok(object)),
                Err(why) if n_read > 1 => {
                    self.has_failed = true;
                    return Some(Err(why));
                }
                Err(why) => {
                    first_error = Some(why);
                    self.leave_json();
                }
            }
        }
        loop {
            match self.next_yaml() {
                Some(Ok(Some(object))) => return Some(Ok(object)),
                Some(Ok(None)) => first_error = None,
                Some(Err(why)) => {
                    self.has_failed = true;
                    return Some(Err(first_error.unwrap_or(why)));
                }
                None => return None,
            }
        }
    }
}

/// Reads the first value of a text, and tells where it ends.
fn first_value(text: &str) -> Result<(Value, usize), Error> {
    match json::from_str(text) {
        Ok(value) => Ok((value, text.len())),
        Err(Error::Json { message, offset }) if message.ends_with("after top-level value") => {
            json::from_str(&text[..offset]).map(|value| (value, offset))
        }
        Err(error) => Err(error),
    }
}

/// Tells what is read of a document; everything else is only checked.
fn field(path: &[&str]) -> Field {
    let is = |key: &str, name: &str| key.eq_ignore_ascii_case(name);
    match path {
        [key] if ["apiVersion", "kind", "metadata"].iter().any(|name| is(key, name)) => Field::Text,
        [outer, key]
            if is(outer, "metadata") && ["name", "namespace"].iter().any(|name| is(key, name)) =>
        {
            Field::Text
        }
        _ => Field::Skipped,
    }
}

/// Whether numbers and booleans are taken where text is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scalars {
    /// they are, as text: YAML
    Converted,
    /// only strings are: JSON
    Strings,
}

impl Object {
    fn read(value: &Value, struct_name: &str, scalars: Scalars) -> Result<Self, String> {
        let mut object = Self::default();
        let fields = match value {
            Value::Null => return Ok(object),
            Value::Map(fields) => fields,
            other => {
                let shape = json::type_name(other);
                return Err(format!(
                    "json: cannot unmarshal {shape} into Go value of type rules.{struct_name}"
                ));
            }
        };
        // Go goes on after a field of the wrong shape and reports the first one.
        let mut first_error = None;
        for (key, value) in fields.iter() {
            let is = |name: &str| key.eq_ignore_ascii_case(name);
            let result = if is("apiVersion") {
                read_text(value, &mut object.api_version, scalars)
                    .map_err(|shape| mismatch(shape, struct_name, "apiVersion"))
            } else if is("kind") {
                read_text(value, &mut object.kind, scalars)
                    .map_err(|shape| mismatch(shape, struct_name, "Kind"))
            } else if is("metadata") {
                match value {
                    Value::Null => Ok(()),
                    Value::Map(metadata) => object.read_metadata(metadata, scalars),
                    other => Err(format!(
                        "json: cannot unmarshal {} into Go struct field {struct_name}.Metadata of type \
                         rules.k8sYamlMetadata",
                        json::type_name(other)
                    )),
                }
            } else {
                Ok(())
            };
            if let Err(why) = result {
                first_error.get_or_insert(why);
            }
        }
        first_error.map_or(Ok(object), Err)
    }

    fn read_metadata(&mut self, metadata: &Map, scalars: Scalars) -> Result<(), String> {
        let mut first_error = None;
        let mut namespace = String::new();
        for (key, value) in metadata.iter() {
            let (place, name) = if key.eq_ignore_ascii_case("name") {
                (&mut self.name, "Metadata.Name")
            } else if key.eq_ignore_ascii_case("namespace") {
                (&mut namespace, "Metadata.Namespace")
            } else {
                continue;
            };
            if let Err(shape) = read_text(value, place, scalars) {
                first_error.get_or_insert_with(|| mismatch(shape, "k8sYamlMetadata", name));
            }
        }
        first_error.map_or(Ok(()), Err)
    }
}

fn read_text(value: &Value, into: &mut String, scalars: Scalars) -> Result<(), &'static str> {
    match value {
        Value::Null => {}
        Value::String(text) => text.as_ref().clone_into(into),
        Value::Bool(b) if scalars == Scalars::Converted => *into = b.to_string(),
        Value::Int(n) if scalars == Scalars::Converted => *into = n.to_string(),
        Value::Float(x) if scalars == Scalars::Converted => *into = x.to_string(),
        other => return Err(json::type_name(other)),
    }
    Ok(())
}

fn mismatch(shape: &str, struct_name: &str, field: &str) -> String {
    format!(
        "json: cannot unmarshal {shape} into Go struct field {struct_name}.{field} of type string"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Result<String, String>> {
        Documents::new(text, STRUCT_4).map(|object| object.map(|object| object.kind)).collect()
    }

    #[test]
    fn json_may_turn_into_yaml() {
        let ok = |kind: &str| Ok(kind.to_owned());
        assert_eq!(read("{\"kind\": \"A\"}{\"kind\": \"B\"}\n"), [ok("A"), ok("B")]);
        assert_eq!(
            read("{\"kind\": \"A\"}\n---\nkind: B\n---\n\n--- # x\nkind: C"),
            [ok("A"), ok("B"), ok("C")]
        );
        assert_eq!(read("{kind: A}"), [ok("A")]);
        assert_eq!(read("{\"kind\": \"A\""), [Err("unexpected EOF".to_owned())]);
        assert_eq!(
            read("{{ if }}"),
            [Err(
                "json: offset 2: invalid character '{' looking for beginning of object key string"
                    .to_owned()
            )]
        );
    }

    #[test]
    fn a_separator_has_nothing_behind_it() {
        assert_eq!(
            read("kind: A\n---kind: B"),
            [Err("invalid Yaml document separator: kind: B".to_owned())]
        );
    }
}
