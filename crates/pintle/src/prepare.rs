//! What Helm does alike for every command that renders a chart, before it renders: name the release, find the chart,
//! read the values, load and check the chart.
//!
//! Source: `runInstall` in `pkg/cmd/install.go` and `Install.NameAndChart` in `pkg/action/install.go`, Helm v4.

use std::path::Path;

use jiff::Timestamp;
use pintle_chart::load::Reads;
use pintle_chart::{Chart, LoadRules};
use pintle_engine::{CommandLine, Profile, Release, execute_name_template};

use crate::args::{Args, flags};
use crate::call::Call;
use crate::chart_source::{self, Located};
use crate::dependencies::{self, Manager};
use crate::environment;
use crate::log::{Level, structured};
use crate::print::{Failure, Output};
use crate::user_values::{self, Given};

/// A release that is ready to be rendered.
#[derive(Debug)]
pub(crate) struct Prepared {
    /// the chart
    pub(crate) chart: Chart,
    /// what stands before the paths of the chart's files where places are told
    pub(crate) path: String,
    /// the user's values
    pub(crate) given: Given,
    /// the release
    pub(crate) release: Release,
}

/// Prepares a release as the arguments say.
///
/// # Errors
///
/// The first thing that stands in the way, in Helm's order and words.
pub(crate) fn prepare(
    call: &Call,
    default_name: &str,
    output: &mut Output,
) -> Result<Prepared, Failure> {
    let args = &call.args;
    call.debug_version(output, "install.go", 225);
    let (name, reference) = name_and_chart(args, default_name)?;
    let release = Release::new(name);
    let prepared = gather(call, reference, release, output)?;
    let release = prepared.release.namespace(environment::namespace(args));
    Ok(Prepared { release, ..prepared })
}

/// Finds a chart, reads the values, loads and checks the chart.
///
/// # Errors
///
/// As [`prepare`].
pub(crate) fn gather(
    call: &Call,
    reference: String,
    release: Release,
    output: &mut Output,
) -> Result<Prepared, Failure> {
    let Call { args, profile, .. } = call;
    let located = chart_source::locate(&reference, args, call.is_ours())?;
    call.debug_path(output, &located.display());
    let given = user_values::read(call, output)?;
    let mut chart = load(&located, profile, output)?;
    check_installable(&chart)?;
    if chart.metadata.deprecated {
        output.complain(&match profile.command_line {
            CommandLine::Helm4 => structured(Level::Warn, "this chart is deprecated", &[]),
            CommandLine::Helm3 => "WARNING: This chart is deprecated".to_owned(),
        });
    }
    if let Err(missing) = check_dependencies(&chart, profile) {
        let Located::Path(path) = &located else { return Err(missing) };
        if !args.is_on(&flags::DEPENDENCY_UPDATE) {
            return Err(missing);
        }
        Manager::new(call, &path.to_string_lossy(), output)?.update()?;
        chart = load(&located, profile, output).map_err(|Failure(why)| {
            Failure(format!("failed reloading chart after repo update: {why}"))
        })?;
    }
    let path = match &located {
        Located::Path(_) => reference.trim_end_matches('/').to_owned(),
        Located::Embedded(_) => reference,
    };
    Ok(Prepared { chart, path, given, release })
}

/// Gives the release's name and what the chart is called by.
fn name_and_chart(args: &Args, default_name: &str) -> Result<(String, String), Failure> {
    let template = args.text(&flags::NAME_TEMPLATE).unwrap_or_default();
    match args.positional.as_slice() {
        [name, chart] => {
            if args.is_on(&flags::GENERATE_NAME) {
                return Err(Failure(
                    "cannot set --generate-name and also specify a name".to_owned(),
                ));
            }
            if !template.is_empty() {
                return Err(Failure(
                    "cannot set --name-template and also specify a name".to_owned(),
                ));
            }
            Ok((name.clone(), chart.clone()))
        }
        [chart] if !template.is_empty() => {
            let world = crate::commands::world(args);
            let name = execute_name_template(template, world).map_err(Failure)?;
            Ok((name, chart.clone()))
        }
        [chart] if !default_name.is_empty() => Ok((default_name.to_owned(), chart.clone())),
        [chart] if args.is_on(&flags::GENERATE_NAME) => Ok((generated_name(chart), chart.clone())),
        [_] => Err(Failure("must either provide a name or specify --generate-name".to_owned())),
        [_, _, others @ ..] => Err(Failure(format!(
            "expected at most two arguments, unexpected arguments: {}",
            others.join(", ")
        ))),
        [] => Err(Failure("expected a chart".to_owned())),
    }
}

/// Makes a name of the chart's file name and the time.
fn generated_name(chart: &str) -> String {
    let base = Path::new(chart).file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let base = match base.split('.').next() {
        _ if base.is_empty() => "chart",
        Some(stem) => stem.trim_start_matches('@'),
        None => "chart",
    };
    format!("{base}-{}", Timestamp::now().as_second())
}

/// Checks that a chart is no library.
fn check_installable(chart: &Chart) -> Result<(), Failure> {
    match chart.metadata.chart_type.as_str() {
        "" | "application" => Ok(()),
        other => Err(Failure(format!("{other} charts are not installable"))),
    }
}

/// Loads a chart, and says what there is to say about it.
fn load(located: &Located, profile: &Profile, output: &mut Output) -> Result<Chart, Failure> {
    let rules = LoadRules { reads: Reads::WhenNeeded, ..profile.load };
    let mut chart = located.load(rules)?;
    for warning in std::mem::take(&mut chart.warnings) {
        output.complain(&output.log.load(&warning));
    }
    Ok(chart)
}

/// Checks that the charts it asks for are in `charts/`.
fn check_dependencies(chart: &Chart, profile: &Profile) -> Result<(), Failure> {
    let missing = dependencies::missing(chart);
    if missing.is_empty() {
        return Ok(());
    }
    let advice = match profile.command_line {
        CommandLine::Helm4 => {
            "an error occurred while checking for chart dependencies. You may need to run 'helm dependency build' \
             to fetch missing dependencies"
        }
        CommandLine::Helm3 => {
            "An error occurred while checking for chart dependencies. You may need to run `helm dependency build` \
             to fetch missing dependencies"
        }
    };
    Err(Failure(format!(
        "{advice}: found in Chart.yaml, but missing in charts/ directory: {}",
        missing.join(", ")
    )))
}

/// Checks the release's name.
///
/// # Errors
///
/// Helm's words; Helm 4 logs them, too.
pub(crate) fn check_release_name(
    name: &str,
    profile: &Profile,
    output: &mut Output,
) -> Result<(), Failure> {
    let Err(reason) = Release::check_name(name) else { return Ok(()) };
    let text = format!("release name {}: {reason}", pintle_gotmpl::value::number::quote(name));
    match profile.command_line {
        CommandLine::Helm3 => Err(Failure(text)),
        CommandLine::Helm4 => {
            let attributes = [("error", text.as_str())];
            output.complain(&structured(Level::Error, "release name check failed", &attributes));
            Err(Failure(format!("release name check failed: {text}")))
        }
    }
}
