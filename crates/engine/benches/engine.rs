//! What rendering costs, part by part: `cargo bench -p pintle-engine`.

use std::path::Path;
use std::sync::Arc;

use divan::Bencher;
use pintle_chart::{Chart, File};
use pintle_engine::world::Still;
use pintle_engine::{Release, Renderer, Settings};
use pintle_yaml::Map;

fn main() {
    divan::main();
}

fn agent_env() -> Chart {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../charts/agent-env");
    Chart::load(path).expect("the chart lies beside the crates")
}

fn two_services() -> Map {
    let text = include_str!("../../../fixtures/agent-env/two-services.yaml");
    let values = pintle_yaml::from_str(text).expect("the fixture is valid");
    values.as_map().cloned().expect("the fixture is a map")
}

fn renderer(chart: Chart) -> Renderer {
    let renderer = Renderer::new(chart, Settings::new(Arc::new(Still::new(1))));
    renderer.compile().expect("the chart is valid");
    renderer
}

/// A chart of one template, with a partial and some values.
fn small_chart(template: &str) -> Chart {
    let values = "name: web\nport: 80\nlabels: {tier: web, team: core}\nhosts: [b.example.com, a.example.com]\n";
    let names = r#"{{ define "name" }}{{ .Release.Name }}-{{ .Values.name }}{{ end }}"#;
    Chart::from_files(vec![
        File::new("Chart.yaml", "apiVersion: v2\nname: bench\nversion: 0.1.0\n"),
        File::new("values.yaml", values),
        File::new("templates/_names.tpl", names),
        File::new("templates/bench.yaml", template),
    ])
    .expect("the chart is valid")
}

/// Renders a chart of one template that does the same a hundred times.
fn hundred_times(bencher: Bencher<'_, '_>, action: &str) {
    let template = format!("{{{{ range $i := until 100 }}}}{action}{{{{ end }}}}");
    let renderer = renderer(small_chart(&template));
    let (values, release) = (Map::new(), Release::new("demo"));
    bencher.bench(|| renderer.render_files(&values, &release).expect("the template is valid"));
}

/// Templates parsed.
#[divan::bench]
fn compile(bencher: Bencher<'_, '_>) {
    let chart = agent_env();
    bencher.bench(|| renderer(chart.clone()));
}

/// Values made, checked, and put where templates find them; nothing is rendered.
#[divan::bench]
fn context(bencher: Bencher<'_, '_>) {
    let mut chart = agent_env();
    chart.templates.clear();
    let renderer = renderer(chart);
    let (values, release) = (two_services(), Release::new("demo"));
    bencher.bench(|| renderer.render_files(&values, &release).expect("the values are valid"));
}

/// Templates executed, too.
#[divan::bench]
fn render_files(bencher: Bencher<'_, '_>) {
    let renderer = renderer(agent_env());
    let (values, release) = (two_services(), Release::new("demo"));
    bencher.bench(|| renderer.render_files(&values, &release).expect("the values are valid"));
}

/// Objects made of them, too.
#[divan::bench]
fn render(bencher: Bencher<'_, '_>) {
    let renderer = renderer(agent_env());
    let (values, release) = (two_services(), Release::new("demo"));
    bencher.bench(|| renderer.render(&values, &release).expect("the values are valid"));
}

/// `include`, a hundred times.
#[divan::bench]
fn include(bencher: Bencher<'_, '_>) {
    hundred_times(bencher, r#"{{ include "name" $ }}"#);
}

/// `tpl` of one text, a hundred times.
#[divan::bench]
fn tpl_same(bencher: Bencher<'_, '_>) {
    hundred_times(bencher, r#"{{ tpl "{{ .Values.name }}" $ }}"#);
}

/// `tpl` of a hundred texts.
#[divan::bench]
fn tpl_different(bencher: Bencher<'_, '_>) {
    hundred_times(bencher, r#"{{ tpl (printf "{{ .Values.name }}-%d" $i) $ }}"#);
}

/// Functions that charts call most, each a hundred times.
#[divan::bench(args = FUNCTIONS)]
fn funcs(bencher: Bencher<'_, '_>, action: &str) {
    hundred_times(bencher, action);
}

const FUNCTIONS: &[&str] = &[
    "{{ $.Values.name | quote }}",
    "{{ toYaml $.Values | nindent 4 }}",
    "{{ toJson $.Values }}",
    "{{ fromYaml \"a: {b: [1, 2]}\" }}",
    "{{ printf \"%s-%d\" $.Values.name $i }}",
    "{{ default \"x\" $.Values.missing }}",
    "{{ trimSuffix \"b\" (trunc 63 $.Values.name) }}",
    "{{ dict \"a\" 1 \"b\" $i | len }}",
    "{{ merge (dict) $.Values.labels | len }}",
    "{{ append $.Values.hosts \"c\" | sortAlpha | join \",\" }}",
    "{{ has \"a.example.com\" $.Values.hosts }}",
    "{{ dig \"tier\" \"\" $.Values.labels }}",
    "{{ regexReplaceAll \"[^a-z]+\" $.Values.name \"-\" }}",
    "{{ semverCompare \">=1.20-0\" $.Capabilities.KubeVersion.Version }}",
    "{{ sha256sum $.Values.name }}",
    "{{ b64enc $.Values.name }}",
    "{{ set (dict) \"k\" $i | len }}",
    "{{ required \"is missing\" $.Values.name }}",
    "{{ kindIs \"map\" $.Values.labels }}",
    "{{ add $i 1 }}",
];
