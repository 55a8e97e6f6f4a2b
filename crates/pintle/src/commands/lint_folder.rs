//! Charts as they lie on disk, for `lint`: even those that are none.
//!
//! Source: `lintChart` in `pkg/action/lint.go`, and `Expand` in `pkg/chart/v2/util/expand.go`, Helm v4.

use std::path::Path;
use std::{env, fs, io, process};

use pintle_chart::{Draft, File, LoadRules};
use pintle_engine::Profile;
use pintle_engine::lint::{Entry, Folder};
use pintle_gotmpl::value::number::quote;

use crate::chart_source::{absolute, any_version};
use crate::embedded;
use crate::print::Failure;
use crate::user_values::go_words;

/// Looks at a chart: a folder, an archive, or one of this program.
///
/// # Errors
///
/// A place without a chart.
pub(super) fn read(path: &str, ours: bool, profile: &Profile) -> Result<Folder, Failure> {
    let rules = any_version(profile);
    if ours && let Some(chart) = embedded::find(path) {
        return Ok(Folder::from_files(path.to_owned(), chart?.files(), rules));
    }
    if is_archive(path) {
        return archive(path, rules);
    }
    let chart_yaml = join(path, "Chart.yaml");
    if let Err(error) = fs::metadata(&chart_yaml) {
        let why = go_words(&error);
        return Err(Failure(format!(
            "unable to check Chart.yaml file in chart: stat {chart_yaml}: {why}"
        )));
    }
    let folder = absolute(Path::new(path));
    let entry = |name: &str| look_at(&folder.join(name));
    Ok(Folder {
        chart_yaml: entry("Chart.yaml"),
        values_yaml: entry("values.yaml"),
        schema: entry("values.schema.json"),
        templates: entry("templates"),
        crds: entry("crds"),
        chart: rules.load(&folder),
        path: folder.display().to_string(),
    })
}

fn is_archive(path: &str) -> bool {
    // Helm minds the case.
    [".tgz", ".tar.gz"].iter().any(|ending| path.ends_with(ending))
}

fn archive(path: &str, rules: LoadRules) -> Result<Folder, Failure> {
    let opened =
        |error| Failure(format!("unable to open tarball: open {path}: {}", go_words(&error)));
    let bytes = fs::read(path).map_err(opened)?;
    let failed = |why: &str| Failure(format!("unable to extract tarball: {why}"));
    let files = rules.unpack(&bytes).map_err(|error| failed(&error.text()))?;
    let name = chart_name(&files, rules).map_err(|why| failed(&why))?;
    // Helm unpacks into a folder that is gone afterwards; messages name it, so there is a name for it.
    let folder = format!("helm-lint{:010}", process::id());
    let path = env::temp_dir().join(folder).join(name).display().to_string();
    Ok(Folder::from_files(path, files, rules))
}

/// Gives the name of the folder an archive would be unpacked into.
fn chart_name(files: &[File], rules: LoadRules) -> Result<String, String> {
    let mut name = String::new();
    for file in files.iter().filter(|file| &*file.name == "Chart.yaml") {
        let draft = Draft::read(&file.data, rules.go_package)
            .map_err(|error| format!("cannot load Chart.yaml: {}", error.text()))?;
        name = draft.metadata.name;
    }
    match name.as_str() {
        "" => Err("chart name not specified".to_owned()),
        "." | ".." => Err(format!("chart name {} is not allowed", quote(&name))),
        _ if name.contains('/') => {
            Err(format!("chart name {} must not contain path separators", quote(&name)))
        }
        _ => Ok(name),
    }
}

/// Says what lies at a place, links followed.
fn look_at(path: &Path) -> Entry {
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Entry::Missing,
        Ok(found) if found.is_dir() => Entry::Folder,
        Ok(_) | Err(_) => match fs::read(path) {
            Ok(bytes) => Entry::File(bytes),
            Err(error) => {
                Entry::Unreadable(format!("open {}: {}", path.display(), go_words(&error)))
            }
        },
    }
}

/// Gives the charts below a chart's `charts/`: folders with a `Chart.yaml`, and archives, in order of their paths.
pub(super) fn subcharts(path: &str) -> Vec<String> {
    let mut found = Vec::new();
    walk(&join(path, "charts"), &mut found);
    found
}

fn walk(path: &str, found: &mut Vec<String>) {
    let Ok(about) = fs::symlink_metadata(path) else { return };
    if path.rsplit('/').next() == Some("Chart.yaml") {
        found.push(path.rsplit_once('/').map_or(".", |(folder, _)| folder).to_owned());
    } else if is_archive(path) {
        found.push(path.to_owned());
    }
    if !about.is_dir() {
        return;
    }
    let entries = fs::read_dir(path).map(|entries| entries.filter_map(Result::ok));
    let mut names: Vec<String> = entries
        .map(|entries| {
            entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
        })
        .unwrap_or_default();
    names.sort();
    for name in names {
        walk(&join(path, &name), found);
    }
}

/// Puts a path and a name together and cleans the result, as Go's `filepath.Join` does.
fn join(path: &str, name: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let is_absolute = path.starts_with('/');
    for part in path.split('/').chain([name]) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if is_absolute => {}
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    if is_absolute { format!("/{joined}") } else { joined }
}
