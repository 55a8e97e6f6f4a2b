//! Odd values end in a page, or in one error with its place: never in a crash, or without end.

#![expect(clippy::unwrap_used, reason = "what fails here fails a test")]

use std::fmt::Write as _;

use pintle_chart::{Chart, File};
use pintle_docs::{Maps, Order, infer, rows};
use pintle_engine::Profile;

/// Makes a chart of values that loading did not read.
fn chart(values: &[u8]) -> Chart {
    let chart_yaml = File::new("Chart.yaml", "apiVersion: v2\nname: odd\nversion: 0.1.0\n");
    let mut chart = Chart::from_files(vec![chart_yaml]).unwrap();
    chart.raw.push(File::new("values.yaml", values));
    chart
}

/// Gives the keys of the table, or why there is none; and the same of the schema.
fn outcome(values: &[u8]) -> (Result<Vec<String>, String>, Result<String, String>) {
    let chart = chart(values);
    let rows = rows(&chart, Order::Key);
    let keys = rows.map(|rows| rows.into_iter().map(|row| row.key).collect());
    (
        keys.map_err(|error| error.to_string()),
        infer(&chart, Maps::Closed, &Profile::default()).map_err(|error| error.to_string()),
    )
}

#[test]
fn values_without_values_have_no_rows() {
    for values in
        ["", "\n", "# words\n", "---\n", "null\n", "{}\n", "\u{feff}# words\n", "--- \n...\n"]
    {
        let (keys, schema) = outcome(values.as_bytes());
        assert_eq!(keys, Ok(Vec::new()), "{values:?}");
        assert!(schema.unwrap().contains("\"type\": \"object\""), "{values:?}");
    }
}

#[test]
fn broken_values_are_one_error_with_a_place() {
    let cases: &[(&[u8], &str)] = &[
        (b"a: 1\nb: [\n", "values.yaml:3:1: yaml: line 2: did not find expected node content"),
        (
            b"a: 1\n b: 2\n",
            "values.yaml:2:3: yaml: line 2: mapping values are not allowed in this context",
        ),
        (b"a: *x\n", "values.yaml:1:4: unknown anchor 'x' referenced"),
        (b"a: &a [*a]\n", "values.yaml:1:8: anchor 'a' value contains itself"),
        (b"a: 1\nb: \xff\xfe\n", "values.yaml:2:4: not text in UTF-8"),
        (b"\x00\x01", "values.yaml:1:1: yaml: control characters are not allowed"),
        (b"- a\n", "values.yaml:1:1: values are not a map"),
        (b"text\n", "values.yaml:1:1: values are not a map"),
    ];
    for (values, expected) in cases {
        let (keys, _) = outcome(values);
        assert_eq!(keys.unwrap_err(), *expected, "{}", String::from_utf8_lossy(values));
    }
}

#[test]
fn deep_values_are_refused() {
    let flow = format!("a: {}1{}", "[".repeat(5_000), "]".repeat(5_000));
    let mut block = String::new();
    for depth in 0..2_000 {
        writeln!(block, "{}a:", " ".repeat(depth)).unwrap();
    }
    for values in [flow, block] {
        let (keys, schema) = outcome(values.as_bytes());
        assert_eq!(keys.unwrap_err(), "values.yaml: nesting exceeded: the limit is 500");
        assert_eq!(schema.unwrap_err(), "values.yaml: nesting exceeded: the limit is 500");
    }
}

#[test]
fn values_that_aliases_make_large_are_refused() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..9 {
        let items = vec![format!("*a{}", level - 1); 10].join(", ");
        writeln!(bomb, "a{level}: &a{level} [{items}]").unwrap();
    }
    let (keys, schema) = outcome(bomb.as_bytes());
    assert_eq!(keys.unwrap_err(), "values.yaml: rows of the table exceeded: the limit is 100000");
    assert!(schema.unwrap_err().contains("number of values exceeded"));
    let (keys, _) = outcome(bomb.replace("a8:", "# -- All\na8:").as_bytes());
    assert!(keys.unwrap_err().contains("exceeded"));
}

#[test]
fn a_megabyte_of_values_is_read() {
    let mut values = String::new();
    for number in 0..20_000 {
        writeln!(values, "# -- Value {number}\nkey{number}:\n  text: 'é {number}'\n  list: [1, 2]")
            .unwrap();
    }
    assert!(values.len() > 1 << 20);
    let (keys, schema) = outcome(values.as_bytes());
    assert_eq!(keys.unwrap().len(), 20_000);
    assert!(schema.is_ok());
}
