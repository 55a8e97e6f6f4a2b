//! Reading a YAML file into a type of ours, as Go reads it into a struct through JSON.
//!
//! Keys are met without regard to case, unknown ones are passed over, numbers and booleans become text where text is
//! wanted, and the first thing of a wrong type is reported with the Go type it is for. A file may be read on top of
//! another: what it does not say stays.
//!
//! Source: `yaml.go` of `sigs.k8s.io/yaml`; `encoding/json/decode.go`, Go.

use std::collections::BTreeMap;

use pintle_yaml::{Field, Map, Value, json};

use crate::metadata::Draft;
use crate::repository::Repository;
use crate::{Dependency, Error, Lock, Maintainer};

/// Reads a file into `target`. `go_package` is the package of Helm's types in messages.
pub(crate) fn decode<T: Decode + Default>(
    target: &mut T,
    data: &[u8],
    go_package: &'static str,
) -> Result<(), Error> {
    let value = pintle_yaml::from_slice_fields(data, &field)?;
    decode_value(target, &value, go_package)
}

/// Reads a value into `target`, as [`decode`] does.
pub(crate) fn decode_value<T: Decode>(
    target: &mut T,
    value: &Value,
    go_package: &'static str,
) -> Result<(), Error> {
    let mut decoder = Decoder { go_package, structs: Vec::new(), fields: Vec::new(), error: None };
    target.decode(value, &mut decoder);
    match decoder.error {
        None => Ok(()),
        Some(Found::Mistyped(error) | Found::Final(error)) => Err(error),
    }
}

/// Tells what the field at a path is read as: text where a field of any of our files is text.
fn field(path: &[&str]) -> Field {
    const TEXTS: [&str; 12] = [
        "name",
        "home",
        "version",
        "description",
        "icon",
        "apiVersion",
        "condition",
        "tags",
        "appVersion",
        "kubeVersion",
        "type",
        "digest",
    ];
    const LISTS: [&str; 2] = ["sources", "keywords"];
    const INNER_TEXTS: [(&str, &[&str]); 3] = [
        ("repositories", &["name", "url"]),
        ("maintainers", &["name", "email", "url"]),
        ("dependencies", &["name", "version", "repository", "condition", "alias"]),
    ];
    let is_one_of = |key: &str, names: &[&str]| names.iter().any(|name| folds_to(key, name));
    let is_inner = |key: &str, inner: &str| {
        INNER_TEXTS.iter().any(|(field, texts)| folds_to(key, field) && is_one_of(inner, texts))
    };
    match path {
        [key] if is_one_of(key, &TEXTS) => Field::Text,
        [key] if is_one_of(key, &LISTS) => Field::Texts,
        [key, _] if folds_to(key, "annotations") => Field::Text,
        [key, inner] if is_inner(key, inner) => Field::Text,
        [key, inner] if folds_to(key, "dependencies") && folds_to(inner, "tags") => Field::Texts,
        _ => Field::Any,
    }
}

/// Does as [`field`] for the index of a repository, whose entries are each like a `Chart.yaml`.
pub(crate) fn index_field(path: &[&str]) -> Field {
    match path {
        [key, _, inner] if folds_to(key, "entries") && folds_to(inner, "urls") => Field::Texts,
        [key, _, inner @ ..] if folds_to(key, "entries") => field(inner),
        [key] if folds_to(key, "apiVersion") => Field::Text,
        _ => Field::Any,
    }
}

/// Finds the first key of a `Chart.yaml` that is no field of it, keys in the order in which Go meets them.
pub(crate) fn unknown_field(value: &Value) -> Option<String> {
    let entries = |value: &Value| match value {
        Value::List(items) => items.to_vec(),
        _ => Vec::new(),
    };
    let fields = value.as_map()?;
    fields.iter().find_map(|(key, value)| {
        let is = |name: &&&str| folds_to(key, name);
        match METADATA.iter().find(is) {
            None => Some(key.to_string()),
            Some(&"maintainers") => {
                entries(value).iter().find_map(|entry| unknown_among(entry, MAINTAINER))
            }
            Some(&"dependencies") => {
                entries(value).iter().find_map(|entry| unknown_among(entry, DEPENDENCY))
            }
            Some(_) => None,
        }
    })
}

fn unknown_among(value: &Value, known: &[&str]) -> Option<String> {
    let mut keys = value.as_map()?.keys();
    keys.find(|key| !known.iter().any(|name| folds_to(key, name))).map(ToString::to_string)
}

/// The fields of a `Chart.yaml`.
const METADATA: &[&str] = &[
    "name",
    "home",
    "sources",
    "version",
    "description",
    "keywords",
    "maintainers",
    "icon",
    "apiVersion",
    "condition",
    "tags",
    "appVersion",
    "deprecated",
    "annotations",
    "kubeVersion",
    "dependencies",
    "type",
];

/// The fields of an entry of `maintainers`.
const MAINTAINER: &[&str] = &["name", "email", "url"];

/// The fields of an entry of `dependencies`.
const DEPENDENCY: &[&str] =
    &["name", "version", "repository", "condition", "tags", "enabled", "import-values", "alias"];

/// Says that a value is of another type than a map of anything, which has no name in Go.
pub(crate) fn not_a_map(value: &Value) -> Error {
    Error::Mistyped {
        value: json::type_name(value),
        place: "value".to_owned(),
        expected: "map[string]interface {}".to_owned(),
    }
}

/// A type that a YAML value can be read into.
pub(crate) trait Decode {
    /// Reads a value; a mistake is left with the decoder, and what can be read is.
    fn decode(&mut self, value: &Value, decoder: &mut Decoder);

    /// Gives the name of the Go type.
    fn go_type(go_package: &str) -> String;
}

/// Where reading is, and the first mistake.
#[derive(Debug)]
pub(crate) struct Decoder {
    go_package: &'static str,
    /// the names of the structs being read, the innermost last
    structs: Vec<&'static str>,
    /// the fields being read, the innermost last
    fields: Vec<&'static str>,
    error: Option<Found>,
}

#[derive(Debug)]
enum Found {
    /// what Go would go on after
    Mistyped(Error),
    /// what Go stops at, and reports even after a mistake of the other kind
    Final(Error),
}

impl Decoder {
    fn mistyped(&mut self, value: &Value, expected: String) {
        if self.error.is_some() {
            return;
        }
        let place = match self.structs.last() {
            None => "value".to_owned(),
            Some(name) => format!("struct field {name}.{}", self.fields.join(".")),
        };
        self.error = Some(Found::Mistyped(Error::Mistyped {
            value: json::type_name(value),
            place,
            expected,
        }));
    }

    fn stop(&mut self, error: Error) {
        if !matches!(self.error, Some(Found::Final(_))) {
            self.error = Some(Found::Final(error));
        }
    }

    /// Reads a map into the fields of a struct.
    fn fields(
        &mut self,
        map: &Map,
        name: &'static str,
        known: &[&'static str],
        mut decode_field: impl FnMut(&'static str, &Value, &mut Self),
    ) {
        for (key, value) in map.iter() {
            let exact = known.iter().find(|field| **field == &**key);
            let folded = || known.iter().find(|field| folds_to(key, field));
            let Some(&field) = exact.or_else(folded) else { continue };
            self.structs.push(name);
            self.fields.push(field);
            decode_field(field, value, self);
            self.structs.pop();
            self.fields.pop();
        }
    }
}

/// Tells whether a key is a field's name but for case, in Go's folding of it.
fn folds_to(key: &str, field: &str) -> bool {
    let fold = |c: char| match c {
        'ſ' => 's',
        '\u{212a}' => 'k',
        _ => c.to_ascii_lowercase(),
    };
    key.chars().map(fold).eq(field.chars().map(fold))
}

impl Decode for String {
    fn decode(&mut self, value: &Value, decoder: &mut Decoder) {
        match value {
            Value::Null => {}
            Value::Bool(b) => *self = b.to_string(),
            Value::Int(n) => *self = n.to_string(),
            Value::Float(x) => *self = json::shortest_float(*x),
            Value::String(text) => *self = text.to_string(),
            Value::List(_) | Value::Map(_) => decoder.mistyped(value, Self::go_type("")),
        }
    }

    fn go_type(_: &str) -> String {
        "string".to_owned()
    }
}

impl Decode for bool {
    fn decode(&mut self, value: &Value, decoder: &mut Decoder) {
        match value {
            Value::Null => {}
            Value::Bool(b) => *self = *b,
            _ => decoder.mistyped(value, Self::go_type("")),
        }
    }

    fn go_type(_: &str) -> String {
        "bool".to_owned()
    }
}

impl Decode for Value {
    fn decode(&mut self, value: &Value, _: &mut Decoder) {
        *self = value.clone();
    }

    fn go_type(_: &str) -> String {
        "interface {}".to_owned()
    }
}

impl<T: Decode + Default> Decode for Option<T> {
    fn decode(&mut self, value: &Value, decoder: &mut Decoder) {
        if value.is_null() {
            *self = None;
        } else {
            self.get_or_insert_default().decode(value, decoder);
        }
    }

    fn go_type(go_package: &str) -> String {
        format!("*{}", T::go_type(go_package))
    }
}

/// An item is read on top of the one that stood in its place.
impl<T: Decode + Default> Decode for Vec<T> {
    fn decode(&mut self, value: &Value, decoder: &mut Decoder) {
        match value {
            Value::Null => self.clear(),
            Value::List(items) => {
                self.resize_with(items.len(), T::default);
                for (target, item) in self.iter_mut().zip(items.iter()) {
                    target.decode(item, decoder);
                }
            }
            _ => decoder.mistyped(value, Self::go_type(decoder.go_package)),
        }
    }

    fn go_type(go_package: &str) -> String {
        format!("[]{}", T::go_type(go_package))
    }
}

impl Decode for BTreeMap<String, String> {
    fn decode(&mut self, value: &Value, decoder: &mut Decoder) {
        match value {
            Value::Null => self.clear(),
            Value::Map(map) => {
                for (key, value) in map.iter() {
                    let mut text = String::new();
                    text.decode(value, decoder);
                    self.insert(key.to_string(), text);
                }
            }
            _ => decoder.mistyped(value, Self::go_type("")),
        }
    }

    fn go_type(_: &str) -> String {
        "map[string]string".to_owned()
    }
}

macro_rules! decode_struct {
    ($type:ty, $name:literal, |$target:ident| { $($field:literal => $place:expr),* $(,)? }) => {
        impl Decode for $type {
            fn decode(&mut self, value: &Value, decoder: &mut Decoder) {
                let $target = self;
                match value {
                    Value::Null => {}
                    Value::Map(map) => {
                        decoder.fields(map, $name, &[$($field),*], |field, value, decoder| match field {
                            $($field => $place.decode(value, decoder),)*
                            _ => {}
                        });
                    }
                    _ => decoder.mistyped(value, Self::go_type(decoder.go_package)),
                }
            }

            fn go_type(go_package: &str) -> String {
                format!("{go_package}.{}", $name)
            }
        }
    };
}

decode_struct!(Draft, "Metadata", |draft| {
    "name" => draft.metadata.name,
    "home" => draft.metadata.home,
    "sources" => draft.metadata.sources,
    "version" => draft.metadata.version,
    "description" => draft.metadata.description,
    "keywords" => draft.metadata.keywords,
    "maintainers" => draft.maintainers,
    "icon" => draft.metadata.icon,
    "apiVersion" => draft.metadata.api_version,
    "condition" => draft.metadata.condition,
    "tags" => draft.metadata.tags,
    "appVersion" => draft.metadata.app_version,
    "deprecated" => draft.metadata.deprecated,
    "annotations" => draft.metadata.annotations,
    "kubeVersion" => draft.metadata.kube_version,
    "dependencies" => Listed(&mut draft.dependencies, &mut draft.metadata.lists_dependencies),
    "type" => draft.metadata.chart_type,
});

decode_struct!(Maintainer, "Maintainer", |maintainer| {
    "name" => maintainer.name,
    "email" => maintainer.email,
    "url" => maintainer.url,
});

decode_struct!(Dependency, "Dependency", |dependency| {
    "name" => dependency.name,
    "version" => dependency.version,
    "repository" => dependency.repository,
    "condition" => dependency.condition,
    "tags" => dependency.tags,
    "enabled" => dependency.enabled,
    "import-values" => dependency.import_values,
    "alias" => dependency.alias,
});

/// What Helm keeps in `repositories.yaml`.
#[derive(Debug, Default)]
pub(crate) struct RepositoryFile {
    generated: String,
    pub(crate) repositories: Vec<Option<Repository>>,
}

decode_struct!(RepositoryFile, "File", |file| {
    "generated" => Time(&mut file.generated),
    "repositories" => file.repositories,
});

decode_struct!(Repository, "Entry", |repository| {
    "name" => repository.name,
    "url" => repository.url,
});

/// What the index of a repository says of a chart beside its `Chart.yaml`.
#[derive(Debug, Default)]
pub(crate) struct IndexEntry {
    pub(crate) urls: Vec<String>,
    pub(crate) digest: String,
}

decode_struct!(IndexEntry, "ChartVersion", |entry| {
    "urls" => entry.urls,
    "digest" => entry.digest,
});

decode_struct!(Lock, "Lock", |lock| {
    "generated" => Time(&mut lock.generated),
    "digest" => lock.digest,
    "dependencies" => WithoutNulls(&mut lock.dependencies),
});

/// The one field Helm 4 reads before it decides how to load a chart.
#[derive(Debug, Default)]
pub(crate) struct ApiVersion(pub(crate) String);

impl Decode for ApiVersion {
    fn decode(&mut self, value: &Value, decoder: &mut Decoder) {
        match value {
            Value::Null => {}
            Value::Map(map) => {
                decoder.fields(map, "chartBase", &["apiVersion"], |_, value, decoder| {
                    self.0.decode(value, decoder);
                });
            }
            _ => decoder.mistyped(value, Self::go_type("")),
        }
    }

    fn go_type(_: &str) -> String {
        "loader.chartBase".to_owned()
    }
}

/// A time, kept as it is written.
struct Time<'a>(&'a mut String);

impl Decode for Time<'_> {
    fn decode(&mut self, value: &Value, decoder: &mut Decoder) {
        let checked = match value {
            Value::Null => return,
            Value::String(text) => crate::time::check(text).map(|()| text),
            _ => Err("Time.UnmarshalJSON: input is not a JSON string".to_owned()),
        };
        match checked {
            Ok(text) => text.as_ref().clone_into(self.0),
            Err(words) => decoder.stop(Error::Time(words)),
        }
    }

    fn go_type(_: &str) -> String {
        "time.Time".to_owned()
    }
}

/// A list, and whether there is one.
struct Listed<'a, T>(&'a mut Vec<T>, &'a mut bool);

impl<T: Decode + Default> Decode for Listed<'_, T> {
    fn decode(&mut self, value: &Value, decoder: &mut Decoder) {
        self.0.decode(value, decoder);
        *self.1 = value.as_list().is_some();
    }

    fn go_type(go_package: &str) -> String {
        Vec::<T>::go_type(go_package)
    }
}

/// The entries of a list that are there.
struct WithoutNulls<'a, T>(&'a mut Vec<T>);

impl<T: Decode + Default> Decode for WithoutNulls<'_, T> {
    fn decode(&mut self, value: &Value, decoder: &mut Decoder) {
        let mut entries: Vec<Option<T>> = Vec::new();
        entries.decode(value, decoder);
        *self.0 = entries.into_iter().flatten().collect();
    }

    fn go_type(go_package: &str) -> String {
        Vec::<Option<T>>::go_type(go_package)
    }
}
