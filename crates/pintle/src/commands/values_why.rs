//! `values why`: every layer that has a say about one value, and which won.

use pintle_chart::near;
use pintle_chart::origin::{Effect, Origins, Touch};
use pintle_chart::value_path::{Step, ValuePath};
use pintle_engine::Release;
use pintle_yaml::{Map, Value};

use crate::args::command::{Command, Count};
use crate::args::flags;
use crate::call::Call;
use crate::explain;
use crate::explain::show;
use crate::prepare;
use crate::print::{Failure, Output};
use crate::table::text_width;

pub(super) const COMMAND: Command = Command {
    name: "why",
    arguments: "CHART KEY",
    short: "show every layer that has a say about a value, and which won",
    long: "Shows every layer that gives a value to KEY, the weakest first, what came of it, and which won: defaults of the \
           chart and of those it carries, globals, imports, files, --set and its sisters, nulls included.\n\n\
           KEY is written as in --set: a.b[0].c, with a backslash before a dot that is part of a name.",
    count: Count::Exactly(2),
    flags: &[
        flags::VALUE_FLAGS,
        flags::COMPOSE_FLAGS,
        flags::CHART_FLAGS,
        flags::EXPLAIN_FLAGS,
        &[&flags::DEVEL, &flags::DEPENDENCY_UPDATE],
    ],
    run: Some(run),
    ..Command::EMPTY
};

fn run(call: &Call, output: &mut Output) -> Result<(), Failure> {
    let [reference, key] = call.args.positional.as_slice() else {
        return Err(Failure("expected a chart and a key".to_owned()));
    };
    let path = ValuePath::parse(key)?;
    let release = Release::new("values");
    let prepared = prepare::gather(call, reference.clone(), release, output)?;
    let origins = explain::trace(call, &prepared.chart, &prepared.path, &prepared.given)?;
    let history = origins.history(&path);
    let found = path.find(origins.values());
    if history.is_empty() && found.is_none() {
        let mut text = missing(&path, origins.values());
        for line in switches(&origins, &path) {
            text.push('\n');
            text.push_str(line.trim_end());
        }
        return Err(Failure(text));
    }
    let shows_secrets = call.args.is_on(&flags::SHOW_SECRETS);
    let text =
        |value: &Value, path: &ValuePath| show::value(value, path, origins.values(), shows_secrets);
    output.print(match found {
        Some(value) => format!("{path}: {}\n", text(value, &path)),
        None => format!("{path} is not there\n"),
    });
    let rows: Vec<[String; 4]> = history.iter().map(|touch| row(touch, &path, &text)).collect();
    let width = |n: usize| rows.iter().map(|row| text_width(&row[n])).max().unwrap_or_default();
    let widths = [width(0), width(1), width(2)];
    for row in &rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(widths) {
            let space = width.saturating_sub(text_width(cell)) + 2;
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', space));
        }
        line.push_str(&row[3]);
        output.print(format!("  {}\n", line.trim_end()));
    }
    for line in switches(&origins, &path) {
        output.print(line);
    }
    Ok(())
}

/// Gives the cells of a line: where, what, what came of it, whether it won.
fn row(
    touch: &Touch,
    asked: &ValuePath,
    show: &dyn Fn(&Value, &ValuePath) -> String,
) -> [String; 4] {
    let value = show(&touch.value, &touch.path);
    let value = if touch.path == *asked { value } else { format!("{} = {value}", touch.path) };
    let effect = match (touch.effect, touch.value.is_null()) {
        (Effect::Nothing, true) => "null, without effect".to_owned(),
        (Effect::Nothing, false) => "passed over".to_owned(),
        (effect, _) => effect.to_string(),
    };
    let won = if touch.has_won { "<- this one" } else { "" };
    [touch.origin.to_string(), value, effect, won.to_owned()]
}

/// Says that a key is not there, and which keys are near it.
fn missing(path: &ValuePath, values: &Map) -> String {
    let mut n_there = 0;
    while n_there < path.0.len() && ValuePath(path.0[..=n_there].to_vec()).find(values).is_some() {
        n_there += 1;
    }
    let around = ValuePath(path.0[..n_there].to_vec());
    let inside = if n_there == 0 { None } else { around.find(values) };
    let (wanted, there) = match (&path.0[n_there], inside) {
        (Step::Key(key), None) => (key, values),
        (Step::Key(key), Some(Value::Map(map))) => (key, map),
        (Step::Index(_), Some(Value::List(items))) => {
            return format!("{path} is not there: {around} has {} items", items.len());
        }
        _ => {
            return format!(
                "{path} is not there: {around} is no {}",
                match &path.0[n_there] {
                    Step::Index(_) => "list",
                    Step::Key(_) => "map",
                }
            );
        }
    };
    let near = near::of(wanted, there.keys().map(|key| &**key));
    let shown: Vec<String> =
        near.into_iter().map(|key| around.join(Step::Key(key.into())).to_string()).collect();
    match shown.as_slice() {
        [] => format!("{path} is not there, and no layer gives it a value"),
        near => format!(
            "{path} is not there, and no layer gives it a value; there is {}",
            near.join(", ")
        ),
    }
}

/// Says which charts the value switches, and which charts that it is a value of are off.
fn switches(origins: &Origins, path: &ValuePath) -> Vec<String> {
    let mut lines = Vec::new();
    for switched in origins.switched() {
        let (chart, state) = (&switched.chart, if switched.is_on { "on" } else { "off" });
        if switched.by.as_ref() == Some(path) {
            lines.push(format!("  it switches the chart {chart} {state}\n"));
        } else if !switched.is_on && path.0.starts_with(&chart.0) {
            let why = switched.by.as_ref().map(|by| {
                let origin = origins.of(by).map(|origin| format!(" ({origin})"));
                format!(" by {by}{}", origin.unwrap_or_default())
            });
            let why = why.unwrap_or_default();
            lines.push(format!(
                "  the chart {chart} is switched off{why}: its defaults are left out\n"
            ));
        }
    }
    lines
}
