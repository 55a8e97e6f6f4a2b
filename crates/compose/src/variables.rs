//! The variables of a project: what `--env` gives, then `--env-file` or `.env`, never the process's own.

use std::collections::BTreeMap;

/// Variables by name. Those of an included project know those around it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Variables {
    values: BTreeMap<String, String>,
}

impl Variables {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// Sets a variable that may be set already.
    pub(crate) fn set(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.values.insert(name.into(), value.into());
    }

    /// Sets a variable that nothing nearer has set.
    pub(crate) fn set_default(&mut self, name: String, value: String) {
        self.values.entry(name).or_insert(value);
    }
}
