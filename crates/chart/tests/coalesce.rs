//! Values are coalesced, and dependencies processed, as in Helm.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;
#[path = "common/sections.rs"]
mod sections;

use std::fmt::Write as _;

use common::compare;
use pintle_chart::coalesce::{Aliases, CoalesceError, CoalesceRules, Coalesced, coalesce, merge};
use pintle_chart::process::{ProcessWarning, process_dependencies};
use pintle_chart::{Chart, Dependency, File};
use pintle_yaml::Value;
use pintle_yaml::json::{Layout, from_str, to_string};
use sections::sections;

fn rules() -> [(&'static str, CoalesceRules); 2] {
    let helm_4_3 = CoalesceRules::default();
    let helm_3_22 = CoalesceRules { drops_null_defaults: false, aliases: Aliases::Together };
    [("helm-4.3", helm_4_3), ("helm-3.22", helm_3_22)]
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

#[test]
fn deep_values_do_not_overflow_the_stack() {
    let deep = |leaf: &str| {
        let levels = 9_990;
        let text = format!("{}{{\"{leaf}\": 1}}{}", "{\"a\":".repeat(levels), "}".repeat(levels));
        from_str(&text).unwrap()
    };
    let (Value::Map(defaults), Value::Map(user)) = (deep("x"), deep("y")) else { unreachable!() };
    let mut chart = Chart { values: defaults, ..Chart::default() };
    let rules = CoalesceRules::default();
    process_dependencies(&mut chart, &user, rules).unwrap();
    let coalesced = coalesce(&chart, &user, rules).unwrap();
    assert!(json(coalesced.values).contains(r#"{"x":1,"y":1}"#));
    let mut table = Chart { values: user, ..Chart::default() };
    let clash = from_str(r#"{"a": [1]}"#).unwrap();
    let merged = merge(&table, clash.as_map().unwrap(), rules).unwrap();
    assert!(merged.warnings.is_empty());
    table.values = std::iter::once(("b", table.values.into())).collect();
    let clash = from_str(r#"{"b": {"a": [1]}}"#).unwrap();
    let merged = merge(&table, clash.as_map().unwrap(), rules).unwrap();
    assert_eq!(merged.warnings.len(), 1);
}

#[test]
fn what_nothing_changes_is_shared() {
    let Value::Map(defaults) = from_str(r#"{"a": {"b": {"c": 1}}, "s": {"t": {"u": 1}}}"#).unwrap()
    else {
        unreachable!()
    };
    let chart = Chart { values: defaults.clone(), ..Chart::default() };
    let user = from_str(r#"{"s": {"v": 1}}"#).unwrap();
    let values = coalesce(&chart, user.as_map().unwrap(), CoalesceRules::default()).unwrap().values;
    let at = |map: &pintle_yaml::Map, path: [&str; 2]| {
        map.get(path[0]).unwrap().as_map().unwrap().get(path[1]).unwrap().as_map().unwrap().clone()
    };
    assert!(at(&values, ["a", "b"]).is_same(&at(&defaults, ["a", "b"])));
    assert!(at(&values, ["s", "t"]).is_same(&at(&defaults, ["s", "t"])));
}

#[test]
fn imports_that_hold_themselves_are_refused() {
    let files = [
        (
            "Chart.yaml",
            r#"{"apiVersion": "v2", "name": "root", "version": "1.0.0", "dependencies": [{"name": "a",
                "version": "*", "import-values": [{"child": "x", "parent": "p"},
                {"child": "x.y", "parent": "p.q"}, {"child": "x", "parent": "p.q.r"}]}]}"#,
        ),
        ("charts/a/Chart.yaml", r#"{"apiVersion": "v2", "name": "a", "version": "1.0.0"}"#),
        ("charts/a/values.yaml", r#"{"x": {"y": {"z": 1}}}"#),
    ];
    let files = files.into_iter().map(|(name, text)| File::new(name, text)).collect();
    let mut chart = Chart::from_files(files).unwrap();
    let error =
        process_dependencies(&mut chart, &pintle_yaml::Map::new(), CoalesceRules::default())
            .unwrap_err();
    assert_eq!(
        error.to_string(),
        "import-values of chart root make values too large: the limit is 20000 levels"
    );
}
