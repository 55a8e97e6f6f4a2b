//! What parsing and executing templates costs: `cargo bench -p pintle-gotmpl`.

use std::sync::Arc;

use divan::Bencher;
use divan::counter::BytesCount;
use pintle_gotmpl::{FuncMap, MissingKey, TemplateSet, Value};

fn main() {
    divan::main();
}

/// Ten manifests' worth of template, as charts have them.
fn actions() -> String {
    let one = r#"
{{- /* One service. */ -}}
{{- $root := . }}
{{- range $index, $item := .items }}
- name: {{ printf "%s-%d" $root.name $index | print }}
  {{- with $item.labels }}
  labels: {{ .tier }} {{ len . }}
  {{- end }}
  {{- if and $item.enabled (not $item.hidden) (gt (len $item.name) 2) }}
  port: {{ index $item.ports 0 }}
  {{- else if eq $item.name "none" }}
  port: none
  {{- end }}
  {{- template "footer" $item }}
{{- end }}
"#;
    format!("{{{{ define \"footer\" }}}}  # {{{{ .name }}}}{{{{ end }}}}{}", one.repeat(10))
}

fn items() -> Value {
    let items: Vec<Value> = (0..50)
        .map(|number| {
            Value::map([
                ("name", Value::string(format!("item-{number}"))),
                ("enabled", Value::from(true)),
                ("hidden", Value::from(false)),
                ("labels", Value::map([("tier", Value::string("web"))])),
                ("ports", Value::list(vec![Value::int(80), Value::int(443)])),
            ])
        })
        .collect();
    Value::map([("name", Value::string("demo")), ("items", Value::list(items))])
}

fn set() -> TemplateSet {
    TemplateSet::new(Arc::new(FuncMap::new())).with_missing_key(MissingKey::Zero)
}

fn parsed(text: &str) -> TemplateSet {
    let mut set = set();
    set.parse("bench", text).expect("the template is valid");
    set
}

/// Executes a template with the items, again and again.
fn execute(bencher: Bencher<'_, '_>, text: &str) {
    let set = parsed(text);
    let data = items();
    let mut out = Vec::new();
    bencher.bench_local(|| {
        out.clear();
        set.execute("bench", &data, &(), &mut out).expect("the data has what the template wants");
        out.len()
    });
}

/// Lexer alone, as far as it can be: text without an action becomes one node.
#[divan::bench]
fn lex(bencher: Bencher<'_, '_>) {
    let text = "  name: nothing to be done { here }\n".repeat(200);
    bencher.counter(BytesCount::of_str(&text)).bench(|| parsed(&text));
}

/// Lexer and parser: a text full of actions.
#[divan::bench]
fn parse(bencher: Bencher<'_, '_>) {
    let text = actions();
    bencher.counter(BytesCount::of_str(&text)).bench(|| parsed(&text));
}

/// A set made a layer over another, with one text parsed into it: what `tpl` does.
#[divan::bench]
fn parse_overlay(bencher: Bencher<'_, '_>) {
    let set = parsed(&actions());
    bencher.bench(|| {
        let mut overlay = set.overlay();
        overlay.parse("more", "{{ .name }}-{{ template \"footer\" . }}").map(|()| overlay)
    });
}

/// Everything that charts do, over 50 items.
#[divan::bench]
fn exec(bencher: Bencher<'_, '_>) {
    execute(bencher, &actions());
}

/// Fields of fields, printed.
#[divan::bench]
fn exec_fields(bencher: Bencher<'_, '_>) {
    execute(bencher, "{{ range .items }}{{ .labels.tier }}{{ .name }}{{ end }}");
}

/// Calls of builtins.
#[divan::bench]
fn exec_calls(bencher: Bencher<'_, '_>) {
    execute(bencher, "{{ range .items }}{{ printf \"%s-%d\" .name (len .ports) }}{{ end }}");
}

/// Variables set in a loop.
#[divan::bench]
fn exec_variables(bencher: Bencher<'_, '_>) {
    let text =
        "{{ $last := \"\" }}{{ range $i, $x := .items }}{{ $last = $x.name }}{{ end }}{{ $last }}";
    execute(bencher, text);
}

/// Templates executed by a template.
#[divan::bench]
fn exec_templates(bencher: Bencher<'_, '_>) {
    let text =
        "{{ define \"x\" }}{{ .name }}{{ end }}{{ range .items }}{{ template \"x\" . }}{{ end }}";
    execute(bencher, text);
}
