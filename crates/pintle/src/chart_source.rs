//! Where a chart comes from: a folder, an archive, or this program.
//!
//! Source: `LocateChart` in `pkg/action/install.go`, Helm v4.

use std::fs;
use std::path::{self, Path, PathBuf};

use pintle_chart::load::ApiVersions;
use pintle_chart::{Chart, LoadRules};
use pintle_engine::Profile;
use pintle_gotmpl::value::number::quote;

use crate::args::{Args, flags};
use crate::embedded::{self, EmbeddedChart};
use crate::print::Failure;

/// A chart that has been found, but not read.
#[derive(Debug)]
pub(crate) enum Located {
    /// on disk, at an absolute path
    Path(PathBuf),
    /// in this program
    Embedded(&'static EmbeddedChart),
}

impl Located {
    /// Reads it.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, in Helm's words.
    pub(crate) fn load(&self, rules: LoadRules) -> Result<Chart, Failure> {
        let chart = match self {
            Self::Path(path) => rules.load(path),
            Self::Embedded(chart) => rules.from_files(chart.files()),
        };
        chart.map_err(|error| Failure(error.text()))
    }

    /// Shows where it is.
    pub(crate) fn display(&self) -> String {
        match self {
            Self::Path(path) => path.display().to_string(),
            Self::Embedded(chart) => format!("@{}", chart.name),
        }
    }
}

/// Gives the rules by which a chart is only looked at: whatever its `apiVersion`.
pub(crate) fn any_version(profile: &Profile) -> LoadRules {
    LoadRules { api_versions: ApiVersions::Any, ..profile.load }
}

/// Finds a chart by what the command line calls it. `ours` tells whether `@name` is one.
///
/// # Errors
///
/// A chart that is not there, or would have to be fetched.
pub(crate) fn locate(reference: &str, args: &Args, ours: bool) -> Result<Located, Failure> {
    if ours && let Some(chart) = embedded::find(reference) {
        return chart.map(Located::Embedded);
    }
    let name = reference.trim();
    if args.text(&flags::REPO).is_some_and(|url| !url.is_empty()) {
        return Err(needs_network(&format!(
            "--repo {}",
            args.text(&flags::REPO).unwrap_or_default()
        )));
    }
    // An empty path is the current folder to the standard library, and nothing to Go.
    if !name.is_empty()
        && let Ok(found) = fs::metadata(name)
    {
        if args.is_on(&flags::VERIFY) {
            return Err(Failure(if found.is_dir() {
                "unpacked charts cannot be verified".to_owned()
            } else {
                "this program does not verify charts: use it without --verify".to_owned()
            }));
        }
        return Ok(Located::Path(absolute(Path::new(name))));
    }
    if name.starts_with(['/', '.']) {
        return Err(Failure(format!("path {} not found", quote(name))));
    }
    if name.contains("://") {
        return Err(needs_network(name));
    }
    Err(Failure(match name.split_once('/') {
        Some((repository, _)) => format!("repo {repository} not found"),
        None => {
            format!("non-absolute URLs should be in form of repo_name/path_to_chart, got: {name}")
        }
    }))
}

fn needs_network(what: &str) -> Failure {
    Failure(format!(
        "cannot fetch {what}: this program does not use the network; fetch the chart first"
    ))
}

/// Makes a path absolute and cleans it as Go's `filepath.Abs` does: `..` goes up in the text, whatever links say.
pub(crate) fn absolute(path: &Path) -> PathBuf {
    let absolute = path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut clean = PathBuf::new();
    for component in absolute.components() {
        match component {
            path::Component::ParentDir => {
                clean.pop();
            }
            path::Component::CurDir => {}
            other => clean.push(other),
        }
    }
    clean
}
