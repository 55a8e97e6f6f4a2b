//! What reading and writing YAML costs: `cargo bench -p pintle-yaml`.

use std::fmt::Write as _;

use divan::Bencher;
use divan::counter::BytesCount;
use pintle_yaml::emit::{Emitter, Layout};
use pintle_yaml::{Field, Parser, Value, json};

fn main() {
    divan::main();
}

/// A values file as charts have them: comments, maps in maps, lists, every kind of scalar, a block of text.
fn values() -> String {
    let mut text = String::new();
    for number in 0..50 {
        let _ = write!(
            text,
            r"
# What component {number} runs as, and where.
component-{number}:
  enabled: true
  image:
    repository: registry.example.com/team/component-{number}
    tag: '1.{number}'
  replicas: {number}
  resources: {{limits: {{cpu: 500m, memory: 1Gi}}, requests: {{cpu: 0.5}}}}
  env:
    - name: LEVEL
      value: info
    - name: ADDRESS
      value: http://component-{number}:8080/path
  config: |
    [server]
    port = 80{number:02}
    # as it is
  annotations: {{}}
"
        );
    }
    text
}

/// The same with an anchor, which takes the way over a tree.
fn values_with_anchor() -> String {
    format!("base: &base {{tier: web}}\nother:\n  <<: *base\n{}", values())
}

fn read() -> Value {
    pintle_yaml::from_str(&values()).expect("the text is valid")
}

/// Scanner and parser: a text to events.
#[divan::bench]
fn scan(bencher: Bencher<'_, '_>) {
    let text = values();
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| Parser::new(&text).collect::<Result<Vec<_>, _>>().map(|events| events.len()));
}

/// A text to a value.
#[divan::bench]
fn decode(bencher: Bencher<'_, '_>) {
    let text = values();
    bencher.counter(BytesCount::of_str(&text)).bench(|| pintle_yaml::from_str(&text));
}

/// A text to a value by way of a tree.
#[divan::bench]
fn decode_with_anchor(bencher: Bencher<'_, '_>) {
    let text = values_with_anchor();
    bencher.counter(BytesCount::of_str(&text)).bench(|| pintle_yaml::from_str(&text));
}

/// A text checked as a whole, of which one field is wanted.
#[divan::bench]
fn decode_one_field(bencher: Bencher<'_, '_>) {
    let text = values();
    let field = |path: &[&str]| if path == ["kind"] { Field::Text } else { Field::Skipped };
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| pintle_yaml::from_str_fields(&text, &field));
}

/// A value to text, as `toYaml` and `toYamlPretty` write it.
#[divan::bench(args = [Layout::V2, Layout::Pretty])]
fn emit(bencher: Bencher<'_, '_>, layout: Layout) {
    let value = read();
    bencher.bench(|| {
        let mut emitter = Emitter::new(layout);
        emitter.value(&value);
        emitter.finish()
    });
}

/// A value to JSON.
#[divan::bench]
fn write_json(bencher: Bencher<'_, '_>) {
    let value = read();
    bencher.bench(|| json::to_string(&value, json::Layout::Raw));
}

/// JSON to a value.
#[divan::bench]
fn read_json(bencher: Bencher<'_, '_>) {
    let text = json::to_string(&read(), json::Layout::Raw).expect("values are finite");
    bencher.counter(BytesCount::of_str(&text)).bench(|| json::from_str(&text));
}
