//! The user's values, as a program builds them up.

use pintle_chart::set;
use pintle_chart::values::{Sources, ValueRules, ValuesError, ValuesFile, merge_maps};
use pintle_yaml::Map;

/// Values to render a chart with: what a values file and `--set` say. Empty by default.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Values(Map);

impl Values {
    /// Reads values from YAML, or from JSON, which is YAML too.
    ///
    /// # Errors
    ///
    /// [`ValuesError`] if it is neither, or not a map.
    pub fn from_yaml(text: &str) -> Result<Self, ValuesError> {
        let file = ValuesFile { name: "values".to_owned(), content: text.as_bytes().to_vec() };
        let sources = Sources { files: vec![file], ..Sources::default() };
        let read = &mut |_: &str| Ok(Vec::new());
        Ok(Self(sources.merge(ValueRules::default(), read)?))
    }

    /// Sets values by a line of Helm's `--set`: `a.b=1,c[0]=x`.
    ///
    /// # Errors
    ///
    /// [`ValuesError::Set`]; the values may then be set in part.
    pub fn set(&mut self, line: &str) -> Result<(), ValuesError> {
        set::parse_into(line, &mut self.0, ValueRules::default())
            .map_err(|error| ValuesError::Set { flag: "--set", error })
    }

    /// Puts other values over these: maps merge key by key, everything else is replaced.
    #[must_use]
    pub fn merged(&self, over: &Self) -> Self {
        Self(merge_maps(&self.0, &over.0))
    }

    /// Gives the map.
    pub fn as_map(&self) -> &Map {
        &self.0
    }
}

impl From<Map> for Values {
    fn from(map: Map) -> Self {
        Self(map)
    }
}
