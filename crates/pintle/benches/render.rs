//! What a render costs: `cargo bench -p pintle`.

use std::path::Path;

use pintle::{Chart, Release, Renderer, Values};

fn main() {
    divan::main();
}

fn agent_env() -> Chart {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../charts/agent-env");
    Chart::load(path).expect("the chart lies beside the crates")
}

fn two_services() -> Values {
    Values::from_yaml(include_str!("../../../fixtures/agent-env/two-services.yaml"))
        .expect("the fixture is valid")
}

/// Loading the chart from its folder.
#[divan::bench]
fn load() -> Chart {
    agent_env()
}

/// Parsing the templates of a loaded chart.
#[divan::bench]
fn compile(bencher: divan::Bencher<'_, '_>) {
    let chart = agent_env();
    bencher.bench(|| Renderer::new(&chart).expect("the chart is valid"));
}

/// One release by a compiled chart: values, schema, templates, objects.
#[divan::bench]
fn warm_render(bencher: divan::Bencher<'_, '_>) {
    let renderer = Renderer::new(&agent_env()).expect("the chart is valid");
    let values = two_services();
    let release = Release::new("demo").namespace("evals");
    bencher.bench(|| renderer.render(&values, &release).expect("the values are valid"));
}

/// The text of `template` for a rendered release.
#[divan::bench]
fn manifest(bencher: divan::Bencher<'_, '_>) {
    let renderer = Renderer::new(&agent_env()).expect("the chart is valid");
    let output =
        renderer.render(&two_services(), &Release::new("demo")).expect("the values are valid");
    bencher.bench(|| output.manifest());
}
