//! `cargo xtask conform`: renders a folder of charts, and compares with what real Helm made of them.
//!
//! A case is a chart with its defaults, named as its folder, or with one file of its `ci/`, named `chart@file`. The golden folder
//! holds `CASE.json` with `rc`, `out` and `err` of `helm template rel CHART --namespace judge --include-crds --kube-version
//! 1.34.0`, and in `mask` the lines that differ between two runs of Helm itself; `loose` marks those whose number of
//! lines does.

use std::fs;
use std::path::{Path, PathBuf};

use pintle::{Crds, Profile, Release, Values};
use serde_json::Value as Json;

use crate::{Result, say};

/// Renders every case and prints each that differs, then how many are the same.
pub(crate) fn run(charts: &Path, golden: &Path) -> Result {
    let mut same = 0;
    let mut total = 0;
    for (name, chart, values) in cases(charts)? {
        let Ok(text) = fs::read_to_string(golden.join(format!("{name}.json"))) else { continue };
        let golden: Json =
            serde_json::from_str(&text).map_err(|error| format!("{name}: {error}"))?;
        total += 1;
        match difference(&golden, render(&chart, values.as_deref())) {
            None => same += 1,
            Some(why) => say(&format!("DIFF {name} {why}")),
        }
    }
    say(&format!("same {same} of {total}"));
    if same == total { Ok(()) } else { Err(format!("{} cases differ", total - same)) }
}

type Case = (String, PathBuf, Option<PathBuf>);

fn cases(charts: &Path) -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    for chart in sorted(charts)? {
        if !chart.join("Chart.yaml").exists() {
            continue;
        }
        let name = file_name(&chart);
        cases.push((name.clone(), chart.clone(), None));
        for values in sorted(&chart.join("ci")).unwrap_or_default() {
            if values.extension().is_some_and(|ending| ending == "yaml" || ending == "yml") {
                let stem = values.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                cases.push((format!("{name}@{stem}"), chart.clone(), Some(values)));
            }
        }
    }
    Ok(cases)
}

fn sorted(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    Ok(paths)
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn render(chart: &Path, values: Option<&Path>) -> std::result::Result<String, pintle::Error> {
    let name = std::env::var("PINTLE_PROFILE").unwrap_or_default();
    let profile = Profile::by_name(&name).unwrap_or_default();
    let chart = profile.load.load(chart)?;
    let values = match values.map(fs::read_to_string) {
        Some(Ok(text)) => Values::from_yaml(&text)?,
        _ => Values::default(),
    };
    let renderer = pintle::options().profile(profile).kube_version("1.34.0")?.build(&chart)?;
    let release = renderer.render(&values, &Release::new("rel").namespace("judge"))?;
    Ok(release.text(Crds::Included, |_| true))
}

/// Tells how a render differs from the recorded one, if it does.
fn difference(golden: &Json, ours: std::result::Result<String, pintle::Error>) -> Option<String> {
    let helm_failed = golden["rc"].as_i64() != Some(0);
    let ours = match ours {
        Err(_) if helm_failed => return None,
        Err(error) => {
            return Some(error.to_string().lines().take(3).collect::<Vec<_>>().join(" / "));
        }
        Ok(_) if helm_failed => return Some("Helm refuses this".to_owned()),
        Ok(ours) => ours,
    };
    let helm = golden["out"].as_str().unwrap_or_default();
    if golden["loose"].as_bool() == Some(true) {
        let sources = |text: &str| -> Vec<String> {
            text.lines().filter(|line| line.starts_with("# Source")).map(str::to_owned).collect()
        };
        return (sources(helm) != sources(&ours)).then(|| "other sources".to_owned());
    }
    let masked: Vec<u64> =
        golden["mask"].as_array().into_iter().flatten().filter_map(Json::as_u64).collect();
    let mut helm_lines = helm.split('\n');
    let mut our_lines = ours.split('\n');
    for number in 0_u64.. {
        match (helm_lines.next(), our_lines.next()) {
            (None, None) => return None,
            (Some(_), Some(_)) if masked.contains(&number) => {}
            (a, b) if a == b => {}
            (a, b) => {
                let show = |line: Option<&str>| {
                    line.map_or("(end)".to_owned(), |line| line.chars().take(90).collect())
                };
                return Some(format!(
                    "line {}: helm {:?} | ours {:?}",
                    number + 1,
                    show(a),
                    show(b)
                ));
            }
        }
    }
    None
}
