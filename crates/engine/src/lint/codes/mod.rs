//! Warnings of ours: what Helm's rules do not see, and users lose hours to.
//!
//! Each has a [`Code`], under which it is documented and can be silenced, and a place in a file. A warning is given where it
//! is certain; what cannot be told is not complained about.
//!
//! `LINT.md` beside the sources is the manual.

mod allow;
mod desk;
mod keys;
mod nulls;
mod output;
mod scalars;
mod schema;
mod table;
mod unknown;
mod unused;

use pintle_chart::Chart;
use pintle_chart::coalesce::coalesce;
use pintle_chart::process::process_dependencies;
use pintle_chart::values::ValuesFile;
use pintle_yaml::{Location, Map, Value};

use super::reads::Reads;
use super::{Entry, Findings, Folder, LintSettings};
pub use allow::{Allowances, Comments};
use desk::{Desk, Kind};
pub use table::{CODES, Code};

/// The file that says what a chart is.
const CHART_YAML: &str = "Chart.yaml";

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

/// What values come to.
#[derive(Debug, Default)]
struct Known {
    /// what the user gives
    user: Map,
    /// what the chart may be rendered with: with every chart below it switched on, and as they are
    values: Vec<Map>,
    /// the same if the user gives nothing
    defaults: Vec<Map>,
}

/// Looks for what [`CODES`] lists, and gives it in order of files and places.
///
/// `findings` are what [`super::lint`] gave for the same chart. Nothing is said about what cannot be read at all: that is
/// an error by Helm's rules.
pub fn warnings(
    folder: &Folder,
    given: &Given<'_>,
    settings: &LintSettings,
    findings: &Findings,
) -> Vec<Finding> {
    let mut desk = Desk::default();
    let documents = settings.profile.values.documents;
    if let Entry::File(bytes) = &folder.chart_yaml {
        desk.add(CHART_YAML, Whose::Chart, Kind::Yaml(documents), bytes);
    }
    if let Entry::File(bytes) = &folder.values_yaml {
        desk.add("values.yaml", Whose::Chart, Kind::Yaml(documents), bytes);
    }
    for file in given.files {
        desk.add(&file.name, Whose::User, Kind::Yaml(documents), &file.content);
    }
    keys::check(&mut desk);
    let Ok(chart) = &folder.chart else {
        scalars::check(&mut desk, None);
        return desk.finish(&given.allowed);
    };
    let user = Value::Map(given.values.clone());
    let reads = Reads::of(chart, &user, &settings.profile);
    // Who carries a library reads its values in templates of their own.
    let reads = reads.filter(|_| !chart.is_library());
    let known = Known {
        user: given.values.clone(),
        values: possible_values(chart, &given.values, settings),
        defaults: possible_values(chart, &Map::new(), settings),
    };
    scalars::check(&mut desk, reads.as_ref());
    nulls::check(&mut desk, chart, &known, reads.as_ref(), &settings.profile);
    schema::check(&mut desk, chart, &known, settings.schema);
    output::check(&mut desk, chart, &findings.rendered);
    if let Some(reads) = &reads {
        unused::check(&mut desk, reads);
        unknown::check(&mut desk, chart, &known.values, reads);
    }
    let allowed = allow::of_chart(&mut desk, &given.allowed);
    desk.finish(&allowed)
}

/// Gives what a chart may be rendered with.
fn possible_values(chart: &Chart, values: &Map, settings: &LintSettings) -> Vec<Map> {
    let rules = settings.profile.coalesce;
    let mut switched = chart.clone();
    let is_processed = process_dependencies(&mut switched, values, rules).is_ok();
    let charts = [chart].into_iter().chain(is_processed.then_some(&switched));
    charts.filter_map(|chart| Some(coalesce(chart, values, rules).ok()?.values)).collect()
}
