//! Values are coalesced, and dependencies processed, as in Helm.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;
#[path = "common/sections.rs"]
mod sections;

use std::fmt::Write as _;

use common::compare;
use pintle_chart::coalesce::{CoalesceError, CoalesceRules, Coalesced, coalesce, merge};
use pintle_chart::process::{ProcessWarning, process_dependencies};
use pintle_chart::{Chart, Dependency, File};
use pintle_yaml::Value;
use pintle_yaml::json::{Layout, from_str, to_string};
use sections::sections;

fn rules() -> [(&'static str, CoalesceRules); 2] {
    let helm_4_3 = CoalesceRules::default();
    [("helm-4.3", helm_4_3), ("helm-3.22", CoalesceRules { drops_null_defaults: false })]
}

fn json(value: impl Into<Value>) -> String {
    to_string(&value.into(), Layout::Compact).unwrap()
}

fn write_coalesced(out: &mut String, step: &str, result: Result<Coalesced, CoalesceError>) {
    match result {
        Ok(Coalesced { values, warnings, .. }) => {
            writeln!(out, "{step} {}", json(values)).unwrap();
            for warning in warnings {
                writeln!(out, "{warning}").unwrap();
            }
        }
        Err(error) => writeln!(out, "{step} error: {error}").unwrap(),
    }
}

/// Writes a warning as Helm 4's logger does.
fn structured(warning: &ProcessWarning) -> String {
    let Some((message, attributes)) = warning.attributes() else { return warning.to_string() };
    let mut out = format!("level=WARN msg=\"{message}\"");
    for (key, value) in attributes {
        if value.is_empty() || value.contains([' ', '"', '=']) {
            write!(out, " {key}={value:?}").unwrap();
        } else {
            write!(out, " {key}={value}").unwrap();
        }
    }
    out
}

fn write_tree(out: &mut String, path: &str, chart: &Chart) {
    writeln!(out, "chart {path} {}", json(chart.values.clone())).unwrap();
    for Dependency { name, enabled, import_values, .. } in &chart.metadata.dependencies {
        let imports = if import_values.is_empty() {
            "-".to_owned()
        } else {
            json(Value::list(import_values.clone()))
        };
        writeln!(out, "  {name} enabled={enabled} imports={imports}").unwrap();
    }
    let mut dependencies: Vec<_> = chart.dependencies.iter().collect();
    dependencies.sort_by_key(|dependency| dependency.name());
    for dependency in dependencies {
        write_tree(out, &format!("{path}/{}", dependency.name()), dependency);
    }
}

fn report(oracle: &str, rules: CoalesceRules, text: &str) -> String {
    let mut files = sections(text);
    let user = from_str(&files.remove("user.yaml").unwrap()).unwrap();
    let user = user.as_map().unwrap();
    let files = files.into_iter().map(|(name, text)| File::new(name, text)).collect();
    let mut chart = Chart::from_files(files).unwrap();
    let mut out = String::new();
    write_coalesced(&mut out, "coalesce", coalesce(&chart, user, rules));
    write_coalesced(&mut out, "merge", merge(&chart, user, rules));
    match process_dependencies(&mut chart, user, rules) {
        Ok(warnings) => {
            out.push_str("process \"ok\"\n");
            let mut lines: Vec<_> = warnings
                .iter()
                .map(|w| if oracle == "helm-4.3" { structured(w) } else { w.to_string() })
                .collect();
            lines.sort();
            for line in lines {
                writeln!(out, "{line}").unwrap();
            }
            write_tree(&mut out, chart.name(), &chart);
        }
        Err(error) => writeln!(out, "process error: {error}").unwrap(),
    }
    write_coalesced(&mut out, "render", coalesce(&chart, user, rules));
    out
}

#[test]
fn values_coalesce_as_in_helm() {
    for (oracle, rules) in rules() {
        compare("values/coalesce", oracle, |text| report(oracle, rules, text));
    }
}

#[test]
fn dependencies_are_processed_as_in_helm() {
    for (oracle, rules) in rules() {
        compare("values/dependencies", oracle, |text| report(oracle, rules, text));
    }
}
