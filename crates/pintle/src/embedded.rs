//! The charts this program carries within itself: `@agent-env` and its sisters.

use pintle_chart::File;
use pintle_gotmpl::value::number::quote;

use crate::print::Failure;

/// A chart and its files, by path.
#[derive(Debug)]
pub(crate) struct EmbeddedChart {
    /// its name, without `@`
    pub(crate) name: &'static str,
    /// path and bytes, sorted by folder
    pub(crate) files: &'static [(&'static str, &'static [u8])],
}

include!(concat!(env!("OUT_DIR"), "/charts.rs"));

impl EmbeddedChart {
    /// Gives the files as a chart is loaded from.
    pub(crate) fn files(&self) -> Vec<File> {
        self.files.iter().map(|(path, bytes)| File::new(*path, bytes)).collect()
    }
}

/// Finds a chart by `@name`; `None` for a reference without `@`.
///
/// # Errors
///
/// A name that no chart has.
pub(crate) fn find(reference: &str) -> Option<Result<&'static EmbeddedChart, Failure>> {
    let name = reference.strip_prefix('@')?;
    let found = CHARTS.iter().find(|chart| chart.name == name);
    Some(found.ok_or_else(|| {
        let names: Vec<String> = CHARTS.iter().map(|chart| format!("@{}", chart.name)).collect();
        let quoted = quote(reference);
        Failure(format!("no chart {quoted} in this program: there is {}", names.join(", ")))
    }))
}
