//! Where values come from and what is wrong with them, shown to people: for `values`, `--explain` and terminals.

pub(crate) mod commented;
mod draw;
pub(crate) mod json;
#[expect(dead_code, reason = "nobody asks for the lines of findings yet")]
pub(crate) mod lines;
mod schema;
pub(crate) mod show;
mod template;

pub(crate) use draw::are_wanted;

use pintle_chart::Chart;
use pintle_chart::coalesce::coalesce;
use pintle_chart::origin::{Origins, Question, place_of};
use pintle_chart::process::process_dependencies;
use pintle_chart::schema::{CheckedValues, SchemaError};
use pintle_chart::value_path::ValuePath;
use pintle_chart::values::{Sources, ValuesError};
use pintle_engine::origin::Input;
use pintle_engine::{Release, Renderer, TemplateError};

use crate::args::flags;
use crate::call::Call;
use crate::chart_source;
use crate::print::{Failure, Output};
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

/// Reports where a values file cannot be read. The failure is said in Helm's words.
pub(crate) fn broken(call: &Call, error: &ValuesError, sources: &Sources, output: &mut Output) {
    if !are_wanted(&call.args, call.is_ours()) {
        return;
    }
    let documents = call.profile.values.documents;
    let Some((text, offset)) = place_of(error, sources, documents) else { return };
    let shows_secrets = call.args.is_on(&flags::SHOW_SECRETS);
    let report = draw::Report::broken(&text, offset, shows_secrets);
    output.complain(&report.draw(&draw::renderer(&call.args)));
    output.complain("");
}

/// Reports why a render failed, if more can be shown than words, and gives the failure that is left to be said.
pub(crate) fn failure(
    call: &Call,
    error: &TemplateError,
    (renderer, release): (&Renderer, &Release),
    path: &str,
    given: &Given,
    output: &mut Output,
) -> Option<Failure> {
    let chart = renderer.chart();
    match error {
        TemplateError::Schema(error) => {
            let origins = trace(call, chart, path, given).ok()?;
            Some(schema_failure(call, error, &origins, output))
        }
        error => {
            let frames = error.frames();
            if frames.is_empty() {
                return None;
            }
            let origins = trace(call, chart, path, given).ok()?;
            let mut processed = chart.clone();
            process_dependencies(&mut processed, &given.values, call.profile.coalesce).ok()?;
            let shows_secrets = call.args.is_on(&flags::SHOW_SECRETS);
            let charts = template::Charts { loaded: chart, processed: &processed, folder: path };
            let file = frames.first().map_or("", |frame| frame.template.as_str());
            // A template that does not parse reads nothing.
            let read = renderer.last_reads(&given.values, release, file).unwrap_or_default();
            let read: Vec<ValuePath> = read
                .into_iter()
                .filter_map(|input| match input {
                    Input::Value(path) if !path.0.is_empty() => Some(path),
                    _ => None,
                })
                .collect();
            let report = template::report(&frames, charts, &origins, &read, shows_secrets)?;
            output.complain(&report.draw(&draw::renderer(&call.args)));
            output.complain("");
            None
        }
    }
}

/// Checks values against the schemas of their charts, and reports what is wrong.
///
/// # Errors
///
/// Values that do not fit the charts, or their schemas.
pub(crate) fn check(
    call: &Call,
    chart: &Chart,
    given: &Given,
    origins: &Origins,
    output: &mut Output,
) -> Result<(), Failure> {
    let rules = call.profile.coalesce;
    let mut chart = chart.clone();
    process_dependencies(&mut chart, &given.values, rules)?;
    let coalesced = coalesce(&chart, &given.values, rules)?;
    let checked = CheckedValues::check(&chart, &coalesced);
    checked.map(drop).map_err(|error| schema_failure(call, &error, origins, output))
}

/// Reports what is wrong with the values of a chart that is linted. What else is wrong with it, linting says.
pub(crate) fn lint(call: &Call, reference: &str, given: &Given, output: &mut Output) {
    let Ok(located) = chart_source::locate(reference, &call.args, call.is_ours()) else { return };
    let Ok(chart) = located.load(chart_source::any_version(&call.profile)) else { return };
    let path = reference.trim_end_matches('/');
    if let Ok(origins) = trace(call, &chart, path, given) {
        // The failure is one of linting, which words it.
        let _ = check(call, &chart, given, &origins, output);
    }
}

/// Reports what is wrong with values by the schemas of their charts, and gives the failure that is left to be said.
///
/// Where nothing can be shown, the failure has Helm's words.
pub(crate) fn schema_failure(
    call: &Call,
    error: &SchemaError,
    origins: &Origins,
    output: &mut Output,
) -> Failure {
    let faults = error.faults();
    if faults.is_empty() {
        return Failure(error.to_string());
    }
    let renderer = draw::renderer(&call.args);
    for report in schema::reports(faults, origins, call.args.is_on(&flags::SHOW_SECRETS)) {
        output.complain(&report.draw(&renderer));
        output.complain("");
    }
    let text = error.to_string();
    let first = text.lines().next().unwrap_or_default();
    let mut charts: Vec<&str> = faults.iter().map(|fault| fault.chart.as_str()).collect();
    charts.sort_unstable();
    charts.dedup();
    Failure(format!("{first} {}", charts.join(", ")))
}
