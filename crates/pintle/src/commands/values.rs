//! `values`: the values that a chart's templates see, and where each comes from.

use pintle_chart::coalesce::coalesce;
use pintle_chart::process::process_dependencies;
use pintle_chart::secret;
use pintle_engine::Release;
use pintle_yaml::json::{self, Layout};
use pintle_yaml::{Map, Value};

use super::values_why;
use crate::args::command::{Command, Count};
use crate::args::flags;
use crate::call::Call;
use crate::explain::{self, commented};
use crate::prepare;
use crate::print::{Failure, Output};

pub(super) const COMMAND: Command = Command {
    name: "values",
    arguments: "CHART",
    short: "print the values that templates see, and where they come from",
    long: "Prints the values that the templates of a chart see: its defaults, those of the charts it carries, and what \
           the flags give, merged. Values that may be secrets are masked.\n\n\
           With --origin each value is followed by where it comes from. With --explain they are checked against the \
           schemas of the charts, and what is wrong is shown where it stands.",
    count: Count::Exactly(1),
    flags: &[
        flags::VALUE_FLAGS,
        flags::COMPOSE_FLAGS,
        flags::CHART_FLAGS,
        flags::ORIGIN_FLAGS,
        flags::EXPLAIN_FLAGS,
        &[&flags::DEVEL, &flags::DEPENDENCY_UPDATE],
    ],
    run: Some(run),
    commands: &[values_why::COMMAND],
    is_ours: true,
    ..Command::EMPTY
};

/// In what form values are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Yaml,
    Json,
}

fn run(call: &Call, output: &mut Output) -> Result<(), Failure> {
    let args = &call.args;
    let form = match args.text(&flags::VALUES_OUTPUT) {
        None | Some("" | "yaml") => Form::Yaml,
        Some("json") => Form::Json,
        Some(other) => {
            return Err(Failure(format!("--output {other} is unknown: there are yaml and json")));
        }
    };
    let reference = args.positional.first().cloned().unwrap_or_default();
    let prepared = prepare::gather(call, reference, Release::new("values"), output)?;
    let shows_secrets = args.is_on(&flags::SHOW_SECRETS);
    let shown = |values: &Map| if shows_secrets { values.clone() } else { secret::masked(values) };
    let is_explained = args.is_on(&flags::EXPLAIN);
    if !args.is_on(&flags::ORIGIN) && !is_explained {
        let rules = call.profile.coalesce;
        let mut chart = prepared.chart;
        process_dependencies(&mut chart, &prepared.given.values, rules)?;
        let values = shown(&coalesce(&chart, &prepared.given.values, rules)?.values);
        output.print_whole(plain(values, form)?);
        return Ok(());
    }
    let origins = explain::trace(call, &prepared.chart, &prepared.path, &prepared.given)?;
    let values = shown(origins.values());
    output.print_whole(match form {
        _ if !args.is_on(&flags::ORIGIN) => plain(values, form)?,
        Form::Yaml => commented::write(&values, &mut |path| Some(origins.of(path)?.to_string()))?,
        Form::Json => {
            let leaves = origins.leaves().into_iter().map(|(path, _, origin)| {
                let value = path.find(&values).cloned().unwrap_or_default();
                let origin = origin.as_ref().map_or(Value::Null, explain::json::origin);
                let path = Value::string(path.to_string());
                Map::from_iter([("path", path), ("value", value), ("origin", origin)]).into()
            });
            json::to_string(&Value::list(leaves.collect()), Layout::Pretty)? + "\n"
        }
    });
    if !is_explained {
        return Ok(());
    }
    explain::check(call, &prepared.chart, &prepared.given, &origins, output)
}

fn plain(values: Map, form: Form) -> Result<String, pintle_yaml::Error> {
    match form {
        Form::Yaml => pintle_yaml::to_string(&values.into()),
        Form::Json => Ok(json::to_string(&values.into(), Layout::Pretty)? + "\n"),
    }
}
