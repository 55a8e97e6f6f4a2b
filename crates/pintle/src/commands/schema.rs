//! `schema`: a chart's `values.schema.json` from its values, and whether its defaults pass it.

use std::path::{Path, PathBuf};

use pintle_chart::Chart;
use pintle_chart::coalesce::coalesce;
use pintle_chart::process::process_dependencies;
use pintle_chart::schema::CheckedValues;
use pintle_docs::{Maps, difference, infer};
use pintle_yaml::Map;

use crate::args::command::{Command, Count};
use crate::args::{Args, flags};
use crate::call::Call;
use crate::chart_source::{self, Located, any_version};
use crate::explain;
use crate::print::{Failure, Output};
use crate::user_values::Given;
use crate::whole_file;

/// The file in a chart that says what values it takes.
const SCHEMA: &str = "values.schema.json";

pub(super) const COMMAND: Command = Command {
    name: "schema",
    short: "make and check the schema of a chart's values",
    long: "Makes the values.schema.json of a chart, and checks its default values by it.",
    count: Count::Exactly(0),
    is_ours: true,
    commands: &[
        Command {
            name: "infer",
            arguments: "CHART",
            short: "print the schema that values and comments show",
            long: "Prints a values.schema.json (draft 7) that the default values pass: types from values, descriptions from \
                   `# --` comments, the rest from `# @schema` comments, one line or a block. A map whose keys the templates \
                   read one by one takes these and those it has, and no others; one that is handed on whole takes any.",
            count: Count::Exactly(1),
            flags: &[flags::SCHEMA_INFER_FLAGS],
            exclusive: &[&[&flags::SCHEMA_OUTPUT, &flags::SCHEMA_WRITE]],
            run: Some(run_infer),
            ..Command::EMPTY
        },
        Command {
            name: "check",
            arguments: "CHART",
            short: "tell whether the default values pass the schema",
            long: "Checks the default values of a chart, and of the charts it carries, against their schemas. With --inferred \
                   the chart's schema must also be what `schema infer` makes.",
            count: Count::Exactly(1),
            flags: &[flags::SCHEMA_CHECK_FLAGS, flags::EXPLAIN_FLAGS, &[&flags::SCHEMA_MAPS]],
            run: Some(run_check),
            ..Command::EMPTY
        },
    ],
    ..Command::EMPTY
};

fn maps(args: &Args) -> Result<Maps, Failure> {
    match args.text(&flags::SCHEMA_MAPS) {
        None | Some("" | "templates") => Ok(Maps::ByTemplates),
        Some("closed") => Ok(Maps::Closed),
        Some("open") => Ok(Maps::Open),
        Some(other) => {
            Err(Failure(format!("--maps {other} is unknown: there are templates, closed and open")))
        }
    }
}

/// Gives what stands before the names of a chart's files in messages.
fn folder(reference: &str) -> &str {
    reference.trim().trim_end_matches('/')
}

fn load(call: &Call, reference: &str) -> Result<(Located, Chart), Failure> {
    let located = chart_source::locate(reference, &call.args, true)?;
    let chart = located.load(any_version(&call.profile))?;
    Ok((located, chart))
}

fn run_infer(call: &Call, output: &mut Output) -> Result<(), Failure> {
    let args = &call.args;
    let reference = args.positional.first().map_or("", String::as_str);
    let (located, chart) = load(call, reference)?;
    let text = infer(&chart, maps(args)?, &call.profile)
        .map_err(|error| error.within(folder(reference)))?;
    let target = match args.text(&flags::SCHEMA_OUTPUT).filter(|name| !name.is_empty()) {
        Some(name) => (name != "-").then(|| PathBuf::from(name)),
        None if args.is_on(&flags::SCHEMA_WRITE) => match &located {
            Located::Path(path) if path.is_dir() => Some(path.join(SCHEMA)),
            _ => return Err(Failure(format!("{} is no folder: use --output", located.display()))),
        },
        None => None,
    };
    match target {
        None => output.print(text),
        Some(path) if whole_file::read_old(&path)?.as_ref() == Some(&text) => {}
        Some(path) => whole_file::write(&path, &text)?,
    }
    Ok(())
}

fn run_check(call: &Call, output: &mut Output) -> Result<(), Failure> {
    let reference = call.args.positional.first().map_or("", String::as_str);
    let (_, mut chart) = load(call, reference)?;
    let name = Path::new(reference.trim()).join(SCHEMA).display().to_string();
    let Some(schema) = chart.schema.clone() else {
        return Err(Failure(format!(
            "{name} is not there: `pintle schema infer {reference} --write` makes one"
        )));
    };
    if call.args.is_on(&flags::SCHEMA_INFERRED) {
        let is = String::from_utf8_lossy(&schema);
        let shall_be = infer(&chart, maps(&call.args)?, &call.profile);
        let shall_be = shall_be.map_err(|error| error.within(folder(reference)))?;
        if is != shall_be {
            output.print(difference(&name, &is, &shall_be));
            return Err(Failure(format!("not up to date: {name}")));
        }
    }
    if explain::are_wanted(&call.args, true) {
        let given = Given::default();
        let origins = explain::trace(call, &chart, folder(reference), &given)?;
        explain::check(call, &chart, &given, &origins, output)?;
    }
    let rules = call.profile.coalesce;
    for warning in process_dependencies(&mut chart, &Map::new(), rules)? {
        output.complain(&output.log.warning(&pintle_engine::Warning::Dependencies(warning)));
    }
    let coalesced = coalesce(&chart, &Map::new(), rules)?;
    CheckedValues::check(&chart, &coalesced)?;
    output.print(format!("{name}: the defaults pass\n"));
    Ok(())
}
