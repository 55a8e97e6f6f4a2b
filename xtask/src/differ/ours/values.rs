//! The user's values, and what charts make of them.

use std::fmt::Write as _;

use pintle_chart::coalesce::{CoalesceError, CoalesceRules, Coalesced, coalesce, merge};
use pintle_chart::process::{ProcessWarning, process_dependencies};
use pintle_chart::set::{self, SetError};
use pintle_chart::values::{Sources, ValuesFile};
use pintle_chart::{Chart, Dependency, File};
use pintle_yaml::json::{Layout, from_str, to_string};
use pintle_yaml::{Map, Value};

use super::sections;
use super::template::profile;

fn json(value: impl Into<Value>) -> String {
    to_string(&value.into(), Layout::Compact).unwrap_or_default()
}

/// Writes a value as JSON, with a point in every float.
fn typed(value: &Value) -> String {
    match value {
        Value::Map(map) => {
            let entries =
                map.iter().map(|(key, v)| format!("{}:{}", json(Value::string(&**key)), typed(v)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(","))
        }
        Value::List(items) => {
            format!("[{}]", items.iter().map(typed).collect::<Vec<_>>().join(","))
        }
        Value::Float(x) if x.fract() == 0.0 => format!("{x}.0"),
        Value::Float(x) => x.to_string(),
        other => json(other.clone()),
    }
}

fn read_file(name: &str) -> Result<Vec<u8>, String> {
    match name {
        name if name.starts_with("no") => Err(format!("open {name}: no such file or directory")),
        name => Ok(format!("content of {name}").into_bytes()),
    }
}

/// Merges a line of one of the `--set` flags into values.
pub(crate) fn set(oracle: &str, case: &[String]) -> Option<String> {
    let [kind, base, line] = case else { return None };
    let rules = profile(oracle).values;
    let Ok(Value::Map(mut values)) = from_str(base) else { return None };
    let result = match kind.as_str() {
        "set" => set::parse_into(line, &mut values, rules),
        "string" => set::parse_string_into(line, &mut values, rules),
        "json" => set::parse_json_into(line, &mut values, rules),
        "file" => set::parse_file_into(line, &mut values, rules, &mut read_file),
        "literal" => set::parse_literal_into(line, &mut values, rules),
        _ => return None,
    };
    Some(match result {
        Ok(()) => typed(&values.into()) + "\n",
        // Helm hides what is wrong with JSON, and so do we.
        Err(SetError::Json) => "error: JSON\n".to_owned(),
        Err(error) => format!("error: {error}\n"),
    })
}

/// Merges files and flags to the user's values.
pub(crate) fn sources(oracle: &str, case: &[String]) -> Option<String> {
    let files = sections(&case[0]);
    let mut sources = Sources::default();
    for line in files.get("flags")?.strip_suffix('\n')?.split('\n') {
        let (flag, value) = line.split_once(' ')?;
        let value = value.to_owned();
        match flag {
            "-f" => {
                let content = files.get(&value)?.clone().into_bytes();
                sources.files.push(ValuesFile { name: value, content });
            }
            "--set" => sources.set.push(value),
            "--set-string" => sources.strings.push(value),
            "--set-json" => sources.json.push(value),
            "--set-file" => sources.set_files.push(value),
            "--set-literal" => sources.literals.push(value),
            _ => return None,
        }
    }
    let mut read = |name: &str| match files.get(name) {
        Some(text) => Ok(text.clone().into_bytes()),
        None => Err(format!("open {name}: no such file or directory")),
    };
    Some(match sources.merge(profile(oracle).values, &mut read) {
        Ok(values) => typed(&values.into()) + "\n",
        Err(error) => format!("error: {error}\n"),
    })
}

/// Coalesces values, and processes dependencies.
pub(crate) fn dependencies(oracle: &str, case: &[String]) -> Option<String> {
    let mut files = sections(&case[0]);
    let Ok(Value::Map(user)) = from_str(&files.remove("user.yaml")?) else { return None };
    let files = files.into_iter().map(|(name, text)| File::new(name, text)).collect();
    let mut chart = profile(oracle).load.from_files(files).ok()?;
    write_steps(oracle, &mut chart, &user).ok()
}

fn write_steps(oracle: &str, chart: &mut Chart, user: &Map) -> Result<String, std::fmt::Error> {
    let rules: CoalesceRules = profile(oracle).coalesce;
    let mut out = String::new();
    write_coalesced(&mut out, "coalesce", coalesce(chart, user, rules))?;
    write_coalesced(&mut out, "merge", merge(chart, user, rules))?;
    match process_dependencies(chart, user, rules) {
        Ok(warnings) => {
            out.push_str("process \"ok\"\n");
            let mut lines: Vec<_> = warnings
                .iter()
                .map(|w| if oracle == "helm-4.3" { structured(w) } else { w.to_string() })
                .collect();
            lines.sort();
            for line in lines {
                writeln!(out, "{line}")?;
            }
            write_tree(&mut out, chart.name(), chart)?;
        }
        Err(error) => writeln!(out, "process error: {error}")?,
    }
    write_coalesced(&mut out, "render", coalesce(chart, user, rules))?;
    Ok(out)
}

fn write_coalesced(
    out: &mut String,
    step: &str,
    result: Result<Coalesced, CoalesceError>,
) -> std::fmt::Result {
    match result {
        Ok(Coalesced { values, mut warnings, .. }) => {
            writeln!(out, "{step} {}", json(values))?;
            warnings.sort();
            for warning in warnings {
                writeln!(out, "{warning}")?;
            }
        }
        Err(error) => writeln!(out, "{step} error: {error}")?,
    }
    Ok(())
}

/// Writes a warning as Helm 4's logger does.
fn structured(warning: &ProcessWarning) -> String {
    let Some((message, attributes)) = warning.attributes() else { return warning.to_string() };
    let mut out = format!("level=WARN msg=\"{message}\"");
    for (key, value) in attributes {
        if value.is_empty() || value.contains([' ', '"', '=']) {
            out += &format!(" {key}={value:?}");
        } else {
            out += &format!(" {key}={value}");
        }
    }
    out
}

fn write_tree(out: &mut String, path: &str, chart: &Chart) -> std::fmt::Result {
    writeln!(out, "chart {path} {}", json(chart.values.clone()))?;
    for Dependency { name, enabled, import_values, .. } in &chart.metadata.dependencies {
        let imports = if import_values.is_empty() {
            "-".to_owned()
        } else {
            json(Value::list(import_values.clone()))
        };
        writeln!(out, "  {name} enabled={enabled} imports={imports}")?;
    }
    let mut dependencies: Vec<_> = chart.dependencies.iter().collect();
    dependencies.sort_by_key(|dependency| dependency.name());
    for dependency in dependencies {
        write_tree(out, &format!("{path}/{}", dependency.name()), dependency)?;
    }
    Ok(())
}
