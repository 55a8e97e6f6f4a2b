//! Where values come from and what is wrong with them, shown to people: for `values`, `--explain` and terminals.

pub(crate) mod commented;
pub(crate) mod json;
pub(crate) mod near;

use pintle_chart::Chart;
use pintle_chart::origin::{Origins, Question};

use crate::call::Call;
use crate::print::Failure;
use crate::user_values::Given;

/// Traces the values of a chart. `path` stands before the paths of its files.
///
/// # Errors
///
/// Values that do not fit the chart, or are too many.
pub(crate) fn trace(
    call: &Call,
    chart: &Chart,
    path: &str,
    given: &Given,
) -> Result<Origins, Failure> {
    let profile = &call.profile;
    let question = Question {
        chart_path: path.to_owned(),
        documents: profile.load.documents,
        values: profile.values,
        coalesce: profile.coalesce,
        foreign: given.foreign(&call.args)?,
        ..Question::new(chart, &given.sources)
    };
    Ok(Origins::trace(&question, &mut |name| given.file(name))?)
}
