//! Values are checked against schemas as in Helm, with its words.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::compare;
use pintle_chart::Chart;
use pintle_chart::coalesce::Coalesced;
use pintle_chart::schema::CheckedValues;
use pintle_yaml::Value;

#[derive(Default)]
struct Fault {
    line: String,
    causes: Vec<Fault>,
}

impl Fault {
    fn key(&self) -> String {
        let causes = self.causes.iter().map(|cause| format!("\n{}", cause.key()));
        self.line.clone() + &causes.collect::<String>()
    }

    fn sort(&mut self, level: usize) {
        self.causes.iter_mut().for_each(|cause| cause.sort(level + 1));
        if level > 0 {
            self.causes.sort_by_key(Self::key);
        }
    }

    fn write(&self, out: &mut String) {
        for cause in &self.causes {
            out.push_str(&cause.line);
            out.push('\n');
            cause.write(out);
        }
    }
}

/// Sorts what Go's maps leave in any order, as the recorder does.
fn sort_faults(text: &str) -> String {
    let mut root = Fault::default();
    for line in text.trim_end_matches('\n').split('\n') {
        let trimmed = line.trim_start_matches(' ');
        let is_item = trimmed.starts_with("- at '");
        let mut level = if is_item { (line.len() - trimmed.len()) / 2 + 1 } else { 0 };
        let mut line = line.to_owned();
        if let (true, Some(at)) = (is_item, line.find(": invalid propertyName ")) {
            line = format!("{}- at ?{}", " ".repeat(line.len() - trimmed.len()), &line[at..]);
        }
        if let Some(start) = line.find("additional properties ")
            && let Some(names) = line[start + 22..].strip_suffix(" not allowed")
        {
            let mut names: Vec<_> = names.split(", ").collect();
            names.sort_unstable();
            line = format!("{}{} not allowed", &line[..start + 22], names.join(", "));
        }
        let mut outer = &mut root;
        while level > 0 && !outer.causes.is_empty() {
            outer = outer.causes.last_mut().unwrap();
            level -= 1;
        }
        outer.causes.push(Fault { line, causes: Vec::new() });
    }
    root.sort(0);
    let mut out = String::new();
    root.write(&mut out);
    out
}

fn check(schema: &str, values: &str) -> Result<CheckedValues, String> {
    let mut chart = Chart { schema: Some(schema.as_bytes().into()), ..Chart::default() };
    "c".clone_into(&mut chart.metadata.name);
    let Value::Map(values) = pintle_yaml::json::from_str(values).unwrap() else {
        panic!("{values} is a map")
    };
    CheckedValues::check(&chart, &Coalesced { values, ..Coalesced::default() })
        .map_err(|error| error.to_string())
}

fn report(text: &str) -> String {
    let mut out = String::new();
    let mut schema = "";
    let text = format!("\n{text}");
    for section in text.split("\n-- ").skip(1) {
        let (head, body) = section.split_once(" --\n").unwrap();
        if head == "schema" {
            schema = body;
            out.push_str("-- schema --\n");
            continue;
        }
        match check(schema, body) {
            Ok(_) => out.push_str("ok\n"),
            Err(error) => {
                let faults = error.split_once('\n').unwrap().1;
                out.push_str(&sort_faults(faults));
            }
        }
    }
    out
}

#[test]
fn values_are_checked_as_in_helm() {
    for oracle in ["helm-4.3", "helm-3.22"] {
        compare("values/schema", oracle, report);
    }
}

#[test]
fn faults_are_sorted_and_in_place() {
    let schema = r#"{"properties": {"l": {"items": {"type": "string"}}, "z": {"propertyNames":
        {"maxLength": 1}}, "a": {"type": "null"}}, "required": ["q"]}"#;
    let list = format!("[{}]", ["1"; 11].join(","));
    let error =
        check(schema, &format!(r#"{{"z": {{"ab": 1}}, "l": {list}, "a": 1}}"#)).unwrap_err();
    let lines: Vec<_> = error.lines().collect();
    assert_eq!(
        lines[0],
        "values don't meet the specifications of the schema(s) in the following chart(s):"
    );
    assert_eq!(lines[1], "c:");
    assert_eq!(lines[2], "- at '': missing property 'q'");
    assert_eq!(lines[3], "- at '/a': got number, want null");
    assert_eq!(lines[4], "- at '/l': validation failed");
    assert_eq!(lines[14], "  - at '/l/9': got number, want string");
    assert_eq!(lines[15], "  - at '/l/10': got number, want string");
    assert_eq!(lines[16], "- at '/z': invalid propertyName 'ab'");
    assert_eq!(lines[17], "  - at '': maxLength: got 2, want 1");
    assert!(error.ends_with("want 1\n"));
}

#[test]
fn nothing_is_fetched() {
    for (url, scheme) in
        [("https://example.com/s.json", ""), ("file:///etc/passwd", ""), ("x.json", "file:///")]
    {
        let error = check(&format!(r#"{{"$ref": "{url}"}}"#), "{}").unwrap_err();
        let url = format!("{scheme}{url}");
        assert!(
            error.ends_with(&format!(
                "c:\nfailing loading \"{url}\": schemas are read from the chart only, not from files or the network"
            )),
            "{error}"
        );
    }
    let checked = check(r#"{"$ref": "urn:example:thing"}"#, "{}").unwrap();
    assert_eq!(checked.unresolved_urns(), ["urn:example:thing"]);
}

#[test]
fn work_that_doubles_is_bounded() {
    use std::fmt::Write as _;
    let mut schema = r#"{"$defs": {"a40": {"required": ["x"]}"#.to_owned();
    for n in 0..40 {
        let next = format!(r##"{{"$ref": "#/$defs/a{}"}}"##, n + 1);
        write!(schema, r#", "a{n}": {{"anyOf": [{next}, {next}]}}"#).unwrap();
    }
    schema.push_str(r##"}, "$ref": "#/$defs/a0"}"##);
    let error = check(&schema, "{}").unwrap_err();
    assert!(error.contains("schema takes too long to check"), "{error}");
}

#[test]
fn deep_schemas_and_values_end_well() {
    let depth = 9_990;
    let schema = r##"{"properties": {"a": {"$ref": "#"}}, "additionalProperties": false}"##;
    let values = format!("{}{{\"b\": 1}}{}", "{\"a\":".repeat(depth), "}".repeat(depth));
    let error = check(schema, &values).unwrap_err();
    assert!(error.contains("additional properties 'b' not allowed"));
    let nested = |depth| format!("{}true{}", "{\"not\":".repeat(depth), "}".repeat(depth));
    check(&nested(500), "{}").unwrap();
    check(&nested(depth), "{}").unwrap();
    let error = check(&nested(depth + 1), "{}").unwrap_err();
    assert!(error.contains("'not' failed"), "{error}");
    // What the metaschema has to judge takes more.
    let error = check(&nested(depth).replace("true", "1"), "{}").unwrap_err();
    assert!(error.contains("schema takes too long to check"), "{error}");
}
