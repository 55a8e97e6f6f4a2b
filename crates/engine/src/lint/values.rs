//! Rules on `values.yaml`.
//!
//! The file is checked against the chart's own schema, together with the user's values; the charts below are not
//! looked at. Source: `rules/values.go`.

use pintle_chart::coalesce::coalesce_tables;
use pintle_chart::schema::check_one;
use pintle_yaml::{Map, Value, json};

use super::Severity::{Error, Info};
use super::{Entry, Linter, Logged};
use crate::{CommandLine, SchemaCheck, Warning};

const PATH: &str = "values.yaml";

impl Linter<'_> {
    pub(super) fn values(&mut self) {
        if self.folder.values_yaml == Entry::Missing {
            self.rule(Info, PATH, Err("file does not exist".to_owned()));
            return;
        }
        let result = self.check_values();
        self.rule(Error, PATH, result);
    }

    fn check_values(&mut self) -> Result<(), String> {
        let unparsable = |why: String| format!("unable to parse YAML: {why}");
        let bytes = match &self.folder.values_yaml {
            Entry::File(bytes) => bytes,
            Entry::Unreadable(why) => return Err(unparsable(why.clone())),
            _ => {
                return Err(unparsable(format!(
                    "read {}/{PATH}: is a directory",
                    self.folder.path
                )));
            }
        };
        let profile = &self.settings.profile;
        let values = match pintle_yaml::from_slice(bytes) {
            Ok(Value::Map(values)) => values,
            Ok(Value::Null) => Map::new(),
            Ok(other) => {
                let shape = json::type_name(&other);
                return Err(unparsable(format!(
                    "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {shape} into Go value of \
                     type {}",
                    profile.values_package.values_type()
                )));
            }
            Err(error) => {
                return Err(unparsable(format!("error converting YAML to JSON: {error}")));
            }
        };
        let (values, warnings) = coalesce_tables(self.values, &values, profile.coalesce);
        let warnings = warnings.into_iter().map(|text| Logged::Warning(Warning::Values(text)));
        self.findings.logged.extend(warnings);
        let Some(schema) = self.folder.schema.bytes().filter(|schema| !schema.is_empty()) else {
            return Ok(());
        };
        // Helm 3 checks whatever the flags say.
        let is_helm_3 = profile.command_line == CommandLine::Helm3;
        if self.settings.schema == SchemaCheck::Checked || is_helm_3 {
            return check_one(schema, &values);
        }
        Ok(())
    }
}
