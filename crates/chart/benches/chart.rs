//! What loading a chart and making its values costs: `cargo bench -p pintle-chart`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use divan::Bencher;
use divan::counter::ItemsCount;
use flate2::Compression;
use flate2::write::GzEncoder;
use pintle_chart::coalesce::{CoalesceRules, coalesce};
use pintle_chart::process::process_dependencies;
use pintle_chart::schema::{CheckedValues, Schemas};
use pintle_chart::values::{Sources, ValueRules, ValuesFile};
use pintle_chart::{Chart, File, LoadRules, set};
use pintle_yaml::Map;

fn main() {
    divan::main();
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../charts/agent-env")
}

fn agent_env() -> Chart {
    Chart::load(folder()).expect("the chart lies beside the crates")
}

fn archive() -> Vec<u8> {
    let mut builder = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::default()));
    builder.append_dir_all("agent-env", folder()).expect("the folder can be read");
    builder.into_inner().and_then(GzEncoder::finish).expect("memory takes everything")
}

fn sources() -> Sources {
    let content = include_bytes!("../../../fixtures/agent-env/two-services.yaml").to_vec();
    let file = ValuesFile { name: "two-services.yaml".to_owned(), content };
    Sources { files: vec![file], ..Sources::default() }
}

fn user_values() -> Map {
    sources().merge(ValueRules::default(), &mut |_| Ok(Vec::new())).expect("the fixture is valid")
}

/// A chart with values of so many keys, and a chart below it that gets as many.
fn wide_chart(n_keys: usize) -> Chart {
    let mut values = String::new();
    let mut below = String::from("part:\n");
    for number in 0..n_keys {
        let _ = writeln!(values, "key-{number}: {{enabled: true, name: value-{number}}}");
        let _ = writeln!(below, "  key-{number}: {{enabled: false}}");
    }
    Chart::from_files(vec![
        File::new("Chart.yaml", "apiVersion: v2\nname: wide\nversion: 0.1.0\n"),
        File::new("values.yaml", values.clone() + &below),
        File::new("charts/part/Chart.yaml", "apiVersion: v2\nname: part\nversion: 0.1.0\n"),
        File::new("charts/part/values.yaml", values),
    ])
    .expect("the chart is valid")
}

/// A chart from its folder.
#[divan::bench]
fn load_folder() -> Chart {
    agent_env()
}

/// A chart from an archive in memory.
#[divan::bench]
fn load_archive(bencher: Bencher<'_, '_>) {
    let archive = archive();
    bencher.bench(|| LoadRules::default().from_archive(&archive));
}

/// The user's values from a file.
#[divan::bench]
fn read_values(bencher: Bencher<'_, '_>) {
    let sources = sources();
    bencher.bench(|| sources.merge(ValueRules::default(), &mut |_| Ok(Vec::new())));
}

/// Lines of `--set`.
#[divan::bench]
fn set_lines(bencher: Bencher<'_, '_>) {
    let line = "image.tag=1.2,replicas=3,env[0].name=LEVEL,env[0].value=info,hosts={a,b},on=true";
    bencher.counter(ItemsCount::new(line.split(',').count())).bench(|| {
        let mut values = Map::new();
        set::parse_into(line, &mut values, ValueRules::default()).map(|()| values)
    });
}

/// The user's values and the chart's.
#[divan::bench]
fn coalesce_agent_env(bencher: Bencher<'_, '_>) {
    let chart = agent_env();
    let values = user_values();
    bencher.bench(|| coalesce(&chart, &values, CoalesceRules::default()));
}

/// Values that grow, without any of the user's.
#[divan::bench(args = [100, 1000, 10_000])]
fn coalesce_wide(bencher: Bencher<'_, '_>, n_keys: usize) {
    let chart = wide_chart(n_keys);
    let values = Map::new();
    bencher
        .counter(ItemsCount::new(n_keys))
        .bench(|| coalesce(&chart, &values, CoalesceRules::default()));
}

/// Which dependencies are on, and what is imported from them.
#[divan::bench]
fn dependencies(bencher: Bencher<'_, '_>) {
    let chart = wide_chart(100);
    let values = Map::new();
    bencher.with_inputs(|| chart.clone()).bench_values(|mut chart| {
        process_dependencies(&mut chart, &values, CoalesceRules::default()).map(|_| chart)
    });
}

/// Values checked against a schema that is compiled.
#[divan::bench]
fn check_schema(bencher: Bencher<'_, '_>) {
    let chart = agent_env();
    let values = coalesce(&chart, &user_values(), CoalesceRules::default());
    let values = values.expect("the fixture fits the chart");
    let schemas = Schemas::default();
    bencher.bench(|| CheckedValues::check_with(&schemas, &chart, &values));
}

/// A schema compiled, and values checked against it.
#[divan::bench]
fn compile_schema(bencher: Bencher<'_, '_>) {
    let chart = agent_env();
    let values = coalesce(&chart, &user_values(), CoalesceRules::default());
    let values = values.expect("the fixture fits the chart");
    bencher.bench(|| CheckedValues::check(&chart, &values));
}
