//! A packed chart is the chart: it loads again as what it was, and the same chart gives the same bytes.

use std::path::Path;

use pintle_chart::load::ApiVersions;
use pintle_chart::package::{Times, file_name, package};
use pintle_chart::{Chart, File, LoadRules, Lock};

const RULES: LoadRules = LoadRules {
    documents: pintle_chart::load::Documents::All,
    api_versions: ApiVersions::Any,
    max_file_size: None,
    links: pintle_chart::load::Links::InsideChart,
    leading_slashes: pintle_chart::ignore::LeadingSlashes::One,
    reads: pintle_chart::load::Reads::AtOnce,
    go_package: "v2",
};

/// Gives what of a chart is to survive, for it and those it carries.
fn summary(chart: &Chart) -> String {
    let files = |files: &[File]| {
        files.iter().map(|file| (file.name.to_string(), file.data.to_vec())).collect::<Vec<_>>()
    };
    let lock = chart.lock.as_ref().map(|lock: &Lock| (&lock.digest, &lock.dependencies));
    let own = (files(&chart.templates), files(&chart.files), &chart.values, &chart.schema, lock);
    let carried: Vec<String> = chart.dependencies.iter().map(summary).collect();
    format!("{:?} {own:?} {carried:?}", chart.metadata)
}

#[test]
fn charts_survive() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/charts");
    let mut n_packed = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let Ok(chart) = RULES.load(entry.unwrap().path()) else { continue };
        let Ok(archive) = package(&chart, Times::Own(7)) else { continue };
        assert_eq!(archive, package(&chart, Times::Own(7)).unwrap(), "{}", chart.name());
        let again = RULES.from_archive(&archive).unwrap();
        assert_eq!(file_name(&again), file_name(&chart));
        if chart.metadata.api_version == "v2" {
            assert_eq!(summary(&again), summary(&chart));
        }
        n_packed += 1;
    }
    assert!(n_packed >= 10, "{n_packed}");
}

#[test]
fn files_keep_their_times() {
    let chart = RULES.from_files(vec![
        File::new("Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n").modified(Some(1000)),
        File::new("README.md", "read me"),
    ]);
    let times = |times| {
        let archive = package(chart.as_ref().unwrap(), times).unwrap();
        let files = RULES.unpack(&archive).unwrap();
        files.into_iter().map(|file| file.modified).collect::<Vec<_>>()
    };
    assert_eq!(times(Times::Own(7)), [Some(1000), Some(7)]);
    assert_eq!(times(Times::All(7)), [Some(7), Some(7)]);
}
