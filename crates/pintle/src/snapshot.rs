//! Snapshots of charts in tests of Rust programs, kept by `insta`.

use pintle_manifest::diff::Document;
use pintle_manifest::snapshot::{Snapshot, SnapshotRules};

use crate::{Chart, Release, Values, options};

/// Gives the snapshot of a render: what `pintle snapshot` stores of a case, as text.
///
/// Time stands still, random values follow from the seed 0, and in the place of secrets stand digests. A render that fails
/// is the words it fails with.
///
/// ```
/// use pintle::{Chart, Release, Values};
///
/// let chart = Chart::load("../../charts/agent-env")?;
/// let values = Values::from_yaml("services: {web: {}}")?;
/// let text = pintle::snapshot_text(&chart, &values, &Release::new("demo"));
/// assert!(text.starts_with("---\nfailure: |\n"), "{text}");
/// # Ok::<(), pintle::Error>(())
/// ```
pub fn snapshot_text(chart: &Chart, values: &Values, release: &Release) -> String {
    let rules = SnapshotRules::default();
    let rendered =
        options().seed(0).build(chart).and_then(|renderer| renderer.render(values, release));
    let written = rendered.map_err(|error| error.to_string()).and_then(|rendered| {
        let documents: Vec<Document<'_>> = rendered.objects().map(Document::of_object).collect();
        let notes = rendered.notes.as_deref();
        Snapshot::write(&documents, notes, &rules).map_err(|error| error.to_string())
    });
    written.unwrap_or_else(|words| Snapshot::write_failure(&words, &rules))
}

/// Compares what a chart renders to with a snapshot that `insta` keeps, and fails if it is another.
///
/// Takes the chart and the values, before them a name if there is to be one, behind them the release if it is to have
/// another name than `release-name`, and last, behind `@`, the snapshot itself if it is to stand in the test. `cargo insta
/// review` accepts what changed.
///
/// ```
/// use pintle::{Chart, File, Release, Values};
///
/// let chart = Chart::from_files(vec![
///     File::new("Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n"),
///     File::new("templates/a.yaml", "kind: Pod\napiVersion: v1\nmetadata: {name: {{ .Release.Name }}}\n"),
/// ])?;
/// pintle::assert_chart_snapshot!(chart, Values::default(), Release::new("demo"), @r"
/// ---
/// ## Source: web/templates/a.yaml
/// apiVersion: v1
/// kind: Pod
/// metadata:
///   name: demo
/// ");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[cfg(feature = "insta")]
#[macro_export]
macro_rules! assert_chart_snapshot {
    ($name:literal, $chart:expr, $values:expr $(,)?) => {
        $crate::assert_chart_snapshot!($name, $chart, $values, $crate::Release::new("release-name"))
    };
    ($name:literal, $chart:expr, $values:expr, $release:expr $(,)?) => {
        $crate::insta::assert_snapshot!($name, $crate::snapshot_text(&$chart, &$values, &$release))
    };
    ($chart:expr, $values:expr, @$inline:literal $(,)?) => {
        $crate::assert_chart_snapshot!($chart, $values, $crate::Release::new("release-name"), @$inline)
    };
    ($chart:expr, $values:expr, $release:expr, @$inline:literal $(,)?) => {
        $crate::insta::assert_snapshot!($crate::snapshot_text(&$chart, &$values, &$release), @$inline)
    };
    ($chart:expr, $values:expr $(,)?) => {
        $crate::assert_chart_snapshot!($chart, $values, $crate::Release::new("release-name"))
    };
    ($chart:expr, $values:expr, $release:expr $(,)?) => {
        $crate::insta::assert_snapshot!($crate::snapshot_text(&$chart, &$values, &$release))
    };
}
