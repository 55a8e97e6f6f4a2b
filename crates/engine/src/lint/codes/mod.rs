//! Warnings of ours: what Helm's rules do not see, and users lose hours to.
//!
//! Each has a [`Code`], under which it is documented and can be silenced, and a place in a file. A warning is given where it
//! is certain; what cannot be told is not complained about.
//!
//! `LINT.md` beside the sources is the manual.

mod allow;
mod desk;
mod keys;
mod scalars;
mod table;

use pintle_chart::values::ValuesFile;
use pintle_yaml::{Location, Map};

use super::{Entry, Folder, LintSettings};
use desk::{Desk, Kind};
pub use table::{CODES, Code};

/// What the user gives beside the chart.
#[derive(Debug, Clone, Default)]
pub struct Given<'a> {
    /// the values, merged
    pub values: Map,
    /// the files they come from, the later over the earlier; those of the command line's flags have none
    pub files: &'a [ValuesFile],
    /// codes to be silent about
    pub allowed: Vec<&'static Code>,
}

/// Whose file a warning is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Whose {
    /// one of the chart; its name begins at the chart's folder
    Chart,
    /// one of the user's values, under the name that the user gave it
    User,
}

/// A warning: a code, a place and what is wrong there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// what kind of thing it is
    pub code: &'static Code,
    /// where it is
    pub place: Location,
    /// whose file that is
    pub whose: Whose,
    /// what is wrong: one clause
    pub message: String,
}

/// Looks for what [`CODES`] lists, and gives it in order of files and places.
///
/// Nothing is said where a chart cannot be read at all: that is an error by Helm's rules.
pub fn warnings(folder: &Folder, given: &Given<'_>, settings: &LintSettings) -> Vec<Finding> {
    let mut desk = Desk::default();
    let documents = settings.profile.values.documents;
    if let Entry::File(bytes) = &folder.chart_yaml {
        desk.add("Chart.yaml", Whose::Chart, Kind::Yaml(documents), bytes);
    }
    if let Entry::File(bytes) = &folder.values_yaml {
        desk.add("values.yaml", Whose::Chart, Kind::Yaml(documents), bytes);
    }
    for file in given.files {
        desk.add(&file.name, Whose::User, Kind::Yaml(documents), &file.content);
    }
    keys::check(&mut desk);
    scalars::check(&mut desk);
    desk.finish(&given.allowed)
}
