//! The user's values: files and `--set` flags, merged into one map.
//!
//! The classes have a fixed order, whatever the order on the command line: files, `--set-json`,
//! `--set`, `--set-string`, `--set-file`, `--set-literal`. Later ones win; maps merge key by key,
//! everything else is replaced whole, and a null is a value like any other here.
//!
//! Source: `Options.MergeValues` in `pkg/cli/values/options.go`; `LoadValues` and `MergeMaps` in
//! `pkg/chart/v2/loader/load.go`, Helm v4.

use pintle_yaml::{Map, Value};

use crate::Error;
use crate::load::{Documents, read_values};
use crate::set::{self, ReadFile, SetError};
use crate::stack;

/// In what versions of Helm differ when they read the user's values. The default is Helm 4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ValueRules {
    /// which documents of a values file count
    pub documents: Documents,
    /// whether a value of `--set-json` may be a whole object, not only `key=json`
    pub takes_json_objects: bool,
    /// whether a `[` that is not closed in a `--set` line is an error, not just the end of the line
    pub rejects_open_index: bool,
}

impl Default for ValueRules {
    fn default() -> Self {
        Self { documents: Documents::All, takes_json_objects: true, rejects_open_index: false }
    }
}

/// What the user gave, class by class, each in the order it was given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sources {
    /// values files
    pub files: Vec<ValuesFile>,
    /// lines or objects of `--set-json`
    pub json: Vec<String>,
    /// lines of `--set`
    pub set: Vec<String>,
    /// lines of `--set-string`
    pub strings: Vec<String>,
    /// lines of `--set-file`
    pub set_files: Vec<String>,
    /// lines of `--set-literal`
    pub literals: Vec<String>,
}

/// A values file that has been read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValuesFile {
    /// its name, as the user wrote it
    pub name: String,
    /// its bytes
    pub content: Vec<u8>,
}

/// Values that cannot be read, in Helm's words.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ValuesError {
    /// a values file that is no YAML, or no map
    #[error("failed to parse {name}: {}", error.text())]
    File {
        /// the name of the file
        name: String,
        /// what is wrong with it
        error: Error,
    },
    /// an object of `--set-json` that is no JSON
    #[error("failed parsing --set-json data JSON: {0}")]
    JsonObject(String),
    /// a line of `--set-json` that cannot be read
    #[error("failed parsing --set-json data {0}")]
    Json(String),
    /// a line of `--set`, `--set-string`, `--set-file` or `--set-literal` that cannot be read
    #[error("failed parsing {flag} data: {error}")]
    Set {
        /// the flag
        flag: &'static str,
        /// what is wrong with the line
        error: SetError,
    },
}

impl Sources {
    /// Merges all classes into one map. `read` is asked for the files that `--set-file` names.
    ///
    /// # Errors
    ///
    /// [`ValuesError`] for the first source that cannot be read.
    pub fn merge(&self, rules: ValueRules, read: ReadFile<'_>) -> Result<Map, ValuesError> {
        let mut values = Map::new();
        for file in &self.files {
            let next = read_values(&file.content, rules.documents)
                .map_err(|error| ValuesError::File { name: file.name.clone(), error })?;
            values = merge_maps(&values, &next);
        }
        for line in &self.json {
            let object = line.trim();
            if rules.takes_json_objects && object.starts_with('{') {
                let Ok(Value::Map(next)) = pintle_yaml::json::from_str(object) else {
                    return Err(ValuesError::JsonObject(line.clone()));
                };
                values = merge_maps(&values, &next);
            } else {
                set::parse_json_into(line, &mut values, rules)
                    .map_err(|_| ValuesError::Json(line.clone()))?;
            }
        }
        let of_flag = |flag| move |error| ValuesError::Set { flag, error };
        for line in &self.set {
            set::parse_into(line, &mut values, rules).map_err(of_flag("--set"))?;
        }
        for line in &self.strings {
            set::parse_string_into(line, &mut values, rules).map_err(of_flag("--set-string"))?;
        }
        for line in &self.set_files {
            set::parse_file_into(line, &mut values, rules, &mut *read)
                .map_err(of_flag("--set-file"))?;
        }
        for line in &self.literals {
            set::parse_literal_into(line, &mut values, rules).map_err(of_flag("--set-literal"))?;
        }
        Ok(values)
    }
}

/// Merges two maps; where both have something that is not two maps, `over` wins.
pub fn merge_maps(under: &Map, over: &Map) -> Map {
    if under.is_empty() {
        return over.clone();
    }
    let mut merged = under.clone();
    for (key, value) in over.iter() {
        let value = match (under.get(key), value) {
            (Some(Value::Map(under)), Value::Map(over)) => {
                stack::with_room(|| merge_maps(under, over)).into()
            }
            _ => value.clone(),
        };
        merged.insert(key.clone(), value);
    }
    merged
}
