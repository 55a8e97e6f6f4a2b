//! Where values come from, checked against the values themselves: no origin may be told that the value does not come from.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "common/sections.rs"]
mod sections;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use pintle_chart::coalesce::{Aliases, CoalesceRules, coalesce};
use pintle_chart::origin::{Effect, Origins, Question, TraceError};
use pintle_chart::process::process_dependencies;
use pintle_chart::secret;
use pintle_chart::value_path::ValuePath;
use pintle_chart::values::{Sources, ValuesFile};
use pintle_chart::{Chart, File};
use pintle_yaml::{Map, Value};
use sections::sections;

fn file(content: impl Into<Vec<u8>>) -> ValuesFile {
    ValuesFile { name: "user.yaml".to_owned(), content: content.into() }
}

fn chart(values: &str) -> Chart {
    let chart_yaml = "apiVersion: v2\nname: web\nversion: 0.1.0\n";
    Chart::from_files(vec![File::new("Chart.yaml", chart_yaml), File::new("values.yaml", values)])
        .unwrap()
}

fn trace(chart: &Chart, sources: &Sources) -> Result<Origins, TraceError> {
    Origins::trace(&Question::new(chart, sources), &mut |name| Ok(name.as_bytes().to_vec()))
}

fn path(text: &str) -> ValuePath {
    ValuePath::parse(text).unwrap()
}

/// Tells what is wrong with the origins of one case; gives the number of values.
fn judge(name: &str, text: &str, rules: CoalesceRules, faults: &mut String) -> usize {
    let mut files = sections(text);
    let user = files.remove("user.yaml").unwrap();
    let files = files.into_iter().map(|(name, text)| File::new(name, text)).collect();
    let mut chart = Chart::from_files(files).unwrap();
    let sources = Sources { files: vec![file(user)], ..Sources::default() };
    let question = Question { coalesce: rules, ..Question::new(&chart, &sources) };
    let Ok(origins) = Origins::trace(&question, &mut |_| Ok(Vec::new())) else { return 0 };
    let values = sources.merge(question.values, &mut |_| Ok(Vec::new())).unwrap();
    process_dependencies(&mut chart, &values, rules).unwrap();
    assert_eq!(*origins.values(), coalesce(&chart, &values, rules).unwrap().values, "{name}");
    let leaves = origins.leaves();
    for (path, value, origin) in &leaves {
        let made_by_helm = matches!(value, Value::Map(map) if map.is_empty());
        let Some(spotted) = origins.spot(path) else {
            if !made_by_helm && !value.is_null() {
                writeln!(faults, "{name}: {path} comes from nowhere").unwrap();
            }
            continue;
        };
        let written = spotted.value.clone().and_then(|span| spotted.text.text.get(span));
        let read = written.map(|text| pintle_yaml::from_str(text).unwrap());
        if read.as_ref() != Some(*value) {
            writeln!(faults, "{name}: {path} is {value:?}, at {origin:?} stands {read:?}").unwrap();
        }
        let history = origins.history(path);
        let won: Vec<_> = history.iter().filter(|touch| touch.has_won).collect();
        let is_told = won.iter().any(|touch| Some(&touch.origin) == origin.as_ref());
        if !is_told && !made_by_helm {
            writeln!(faults, "{name}: {path} comes from {origin:?}, its history: {history:?}")
                .unwrap();
        }
    }
    leaves.len()
}

#[test]
fn values_stand_where_they_come_from() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/values");
    let helm_3_22 = CoalesceRules { drops_null_defaults: false, aliases: Aliases::Together };
    let (mut faults, mut n_values) = (String::new(), 0);
    for folder in ["coalesce", "dependencies"] {
        for entry in fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let text = fs::read_to_string(&path).unwrap();
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            for rules in [CoalesceRules::default(), helm_3_22] {
                n_values += judge(&name, &text, rules, &mut faults);
            }
        }
    }
    assert!(faults.is_empty(), "{faults}");
    assert!(n_values > 500, "{n_values}");
}

#[test]
fn all_ways_to_give_a_value_are_told_apart() {
    let chart = chart("a: 1\nb: {c: 2}\n");
    let sources = Sources {
        files: vec![file("\u{feff}a: 2\r\nd: &x [1, {e: 2}]\r\nf: *x\r\n")],
        json: vec![r#"{"g": {"h": "i"}}"#.to_owned(), r#"j=[1,{"k":2}],l=3"#.to_owned()],
        set: vec![r"m=1,n={o,p},q\.r=s".to_owned(), "d[1].e=3".to_owned()],
        strings: vec!["t=1".to_owned()],
        set_files: vec!["u=name".to_owned()],
        literals: vec!["v=a,b=c".to_owned()],
    };
    let origins = trace(&chart, &sources).unwrap();
    let places = [
        ("a", "user.yaml:1:4", "2"),
        ("b.c", "web/values.yaml:2:8", "2"),
        ("d[0]", "user.yaml:2:8", "1"),
        ("d[1].e", "--set d[1].e", "3"),
        ("f[1].e", "user.yaml:2:15", "2"),
        ("g.h", "--set-json g", "\"i\""),
        ("j[1].k", "--set-json j", "2"),
        ("l", "--set-json l", "3"),
        ("m", "--set m", "1"),
        ("n[1]", "--set n", "{o,p}"),
        (r"q\.r", r"--set q\.r", "s"),
        ("t", "--set-string t", "1"),
        ("u", "--set-file u", "name"),
        ("v", "--set-literal v", "a,b=c"),
    ];
    for (key, origin, text) in places {
        let spotted = origins.spot(&path(key)).unwrap_or_else(|| panic!("{key}"));
        let shown = spotted.value.map(|span| &spotted.text.text[span]);
        let found = (spotted.origin.to_string(), shown);
        // An item of a list in braces has no place of its own.
        let is_item = key == "n[1]";
        assert_eq!(found.0, origin, "{key}");
        assert!(is_item || found.1 == Some(text), "{key}: {:?}", found.1);
    }
}

#[test]
fn a_null_is_told_for_what_it_removed() {
    let chart = chart("a: {b: 1, c: 2}\n");
    let sources = Sources { set: vec!["a.b=null".to_owned()], ..Sources::default() };
    let history = trace(&chart, &sources).unwrap().history(&path("a.b"));
    let told: Vec<_> = history.iter().map(|touch| (touch.effect, touch.has_won)).collect();
    assert_eq!(told, [(Effect::Set, false), (Effect::Deleted, true)]);
}

#[test]
fn deep_values_do_not_overflow_the_stack() {
    let levels = 5_000;
    let deep = format!("{}{{\"p\": 1}}{}", "{\"a\":".repeat(levels), "}".repeat(levels));
    let sources = Sources { json: vec![deep], ..Sources::default() };
    let origins = trace(&chart("a: {b: 1}\n"), &sources).unwrap();
    assert_eq!(origins.leaves().len(), 2);
    assert!(!secret::masked(origins.values()).is_empty());
    assert!(origins.secrets_in(0).is_empty());
}

#[test]
fn aliases_that_multiply_end_in_an_error_or_soon() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for n in 1..7 {
        let items = vec![format!("*a{}", n - 1); 10].join(", ");
        writeln!(bomb, "a{n}: &a{n} [{items}]").unwrap();
    }
    let holders = (0..200).map(|n| format!("b{n}: &b{n} {{<<: [{}]}}\n", "*b, ".repeat(200)));
    let keys: Vec<String> = (0..500).map(|n| format!("k{n}: {n}")).collect();
    let merged = format!("b: &b {{{}}}\n{}", keys.join(", "), holders.collect::<String>());
    for text in [bomb, merged] {
        let started = Instant::now();
        let sources = Sources { files: vec![file(text)], ..Sources::default() };
        drop(trace(&chart(""), &sources));
        assert!(started.elapsed() < Duration::from_mins(1));
    }
}

#[test]
fn many_deep_values_are_refused() {
    let levels = 900;
    let keys: Vec<String> = (0..50_000).map(|n| format!("k{n}: {n}")).collect();
    let deep = format!("{}{{{}}}{}", "{a: ".repeat(levels), keys.join(", "), "}".repeat(levels));
    let sources = Sources { files: vec![file(deep)], ..Sources::default() };
    assert!(matches!(trace(&chart(""), &sources), Err(TraceError::TooLarge)));
}

#[test]
fn what_cannot_be_read_is_an_error() {
    let chart = chart("");
    for content in ["a: [", "- a", "\0", "a: *b"] {
        let sources = Sources { files: vec![file(content)], ..Sources::default() };
        assert!(trace(&chart, &sources).is_err(), "{content:?}");
    }
    let latin = Sources { files: vec![file(b"a: \xe4".to_vec())], ..Sources::default() };
    assert!(trace(&chart, &latin).is_err());
    let empty = Sources { files: vec![file("")], ..Sources::default() };
    assert_eq!(*trace(&chart, &empty).unwrap().values(), Map::new());
}
