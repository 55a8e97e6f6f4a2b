//! The charts a chart asks for: entries of `dependencies`.
//!
//! Source: `pkg/chart/v2/dependency.go`, Helm v4.

use pintle_yaml::Value;

use crate::Error;
use crate::metadata::sanitize;
use crate::quote::Quoted;

/// A chart that another chart asks for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Dependency {
    /// the name in the other chart's `Chart.yaml`
    pub name: String,
    /// the version, or the range of versions
    pub version: String,
    /// where to fetch it from: a URL, `file://…`, `oci://…`, `@alias`
    pub repository: String,
    /// values paths, comma separated: the first that exists switches the chart on or off
    pub condition: String,
    /// names that switch charts on or off together, below `tags` in values
    pub tags: Vec<String>,
    /// whether processing found it switched on
    pub enabled: bool,
    /// what to copy from its values to ours: names below `exports`, or maps of `child` and `parent`
    pub import_values: Vec<Value>,
    /// the name it goes by here
    pub alias: String,
}

impl Dependency {
    /// Cleans the texts of the entry and checks its alias.
    pub(crate) fn validate(&mut self) -> Result<(), Error> {
        for text in [&mut self.name, &mut self.version, &mut self.repository, &mut self.condition] {
            sanitize(text);
        }
        self.tags.iter_mut().for_each(sanitize);
        let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        if self.alias.chars().all(is_plain) {
            Ok(())
        } else {
            Err(Error::Validation(format!(
                "dependency {} has disallowed characters in the alias",
                Quoted(&self.name)
            )))
        }
    }
}
