//! The user's values come out as in Helm: `--set` lines, files, and all classes together.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;
#[path = "common/sections.rs"]
mod sections;

use std::fmt::Write as _;

use common::compare;
use pintle_chart::load::Documents;
use pintle_chart::set;
use pintle_chart::values::{Sources, ValueRules, ValuesFile};
use pintle_yaml::json::{Layout, to_string};
use pintle_yaml::{Map, Value};
use sections::sections;

const HELM_3_22: ValueRules =
    ValueRules { documents: Documents::First, takes_json_objects: false, rejects_open_index: true };

fn rules() -> [(&'static str, ValueRules); 2] {
    [("helm-4.3", ValueRules::default()), ("helm-3.22", HELM_3_22)]
}

/// Writes a value as JSON, with a point in every float.
fn typed(value: &Value) -> String {
    let json = |value: &Value| to_string(value, Layout::Compact).unwrap();
    match value {
        Value::Map(map) => {
            let entries =
                map.iter().map(|(key, v)| format!("{}:{}", json(&Value::string(&**key)), typed(v)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(","))
        }
        Value::List(items) => {
            format!("[{}]", items.iter().map(typed).collect::<Vec<_>>().join(","))
        }
        Value::Float(x) if x.fract() == 0.0 => format!("{x}.0"),
        Value::Float(x) => x.to_string(),
        other => json(other),
    }
}

#[test]
fn set_lines_are_read_as_in_helm() {
    for (oracle, rules) in rules() {
        compare("values/set", oracle, |text| {
            let mut out = String::new();
            for line in text.split_terminator('\n') {
                let mut parts = line.splitn(3, ' ');
                let (kind, base, line) =
                    (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
                let Value::Map(mut values) = pintle_yaml::json::from_str(base).unwrap() else {
                    panic!("{base} is a map")
                };
                let mut read = |name: &str| match name {
                    name if name.starts_with("no") => {
                        Err(format!("open {name}: no such file or directory"))
                    }
                    name => Ok(format!("content of {name}").into_bytes()),
                };
                let result = match kind {
                    "set" => set::parse_into(line, &mut values, rules),
                    "string" => set::parse_string_into(line, &mut values, rules),
                    "json" => set::parse_json_into(line, &mut values, rules),
                    "file" => set::parse_file_into(line, &mut values, rules, &mut read),
                    "literal" => set::parse_literal_into(line, &mut values, rules),
                    kind => panic!("{kind} is no kind"),
                };
                match result {
                    Ok(()) => writeln!(out, "{}", typed(&values.into())).unwrap(),
                    // Helm hides what is wrong with JSON, and so do we.
                    Err(set::SetError::Json) => out.push_str("error: JSON\n"),
                    Err(error) => writeln!(out, "error: {error}").unwrap(),
                }
            }
            out
        });
    }
}

#[test]
fn sources_merge_as_in_helm() {
    for (oracle, rules) in rules() {
        compare("values/sources", oracle, |text| {
            let files = sections(text);
            let mut sources = Sources::default();
            for line in files["flags"].lines() {
                let (flag, value) = line.split_once(' ').unwrap();
                let value = value.to_owned();
                match flag {
                    "-f" => {
                        let content = files[&value].clone().into_bytes();
                        sources.files.push(ValuesFile { name: value, content });
                    }
                    "--set" => sources.set.push(value),
                    "--set-string" => sources.strings.push(value),
                    "--set-json" => sources.json.push(value),
                    "--set-file" => sources.set_files.push(value),
                    "--set-literal" => sources.literals.push(value),
                    flag => panic!("{flag} is no flag"),
                }
            }
            let mut read = |name: &str| match files.get(name) {
                Some(text) => Ok(text.clone().into_bytes()),
                None => Err(format!("open {name}: no such file or directory")),
            };
            match sources.merge(rules, &mut read) {
                Ok(values) => typed(&values.into()) + "\n",
                Err(error) => format!("error: {error}\n"),
            }
        });
    }
}

#[test]
fn deep_keys_end_in_an_error() {
    let line = format!("a{}=1", "[0]".repeat(100_000));
    let error = set::parse_into(&line, &mut Map::new(), ValueRules::default()).unwrap_err();
    assert_eq!(error.to_string(), "key depth exceeded: the limit is 1000");
    let line = format!("a{}=1", "[65536]".repeat(100));
    let error = set::parse_into(&line, &mut Map::new(), ValueRules::default()).unwrap_err();
    assert_eq!(error.to_string(), "list padding exceeded: the limit is 4194304");
}
