//! `dependency list`: the charts that a chart asks for, and how they stand in `charts/`.
//!
//! Source: `Dependency.List` in `pkg/action/dependency.go`, Helm v4.

use std::fs;
use std::path::Path;

use pintle_chart::semver::{Constraint, Version};
use pintle_chart::{Chart, Dependency, Error, LoadRules, path};
use pintle_gotmpl::value::number::quote;

use super::dependency::chart_path;
use crate::args::command::{Command, Count};
use crate::args::flags;
use crate::call::Call;
use crate::chart_source::any_version;
use crate::glob::glob;
use crate::print::{Failure, Output};
use crate::table;
use crate::user_values::go_words;

pub(super) const COMMAND: Command = Command {
    name: "list",
    aliases: &["ls"],
    arguments: "CHART",
    short: "list the charts a chart asks for",
    long: "Lists the charts that a chart asks for, and how they stand in charts/. CHART is a folder or an archive.",
    count: Count::AtMost(1),
    flags: &[flags::DEPENDENCY_LIST_FLAGS],
    run: Some(run),
    ..Command::EMPTY
};

/// How wide a column may be where the command line does not say.
const MAX_COL_WIDTH: u64 = 80;

fn run(call: &Call, output: &mut Output) -> Result<(), Failure> {
    let chart_path = chart_path(&call.args);
    let mut list = List { rules: any_version(&call.profile), output };
    let chart = list.load(&chart_path).map_err(|error| Failure(error.text()))?;
    let folder = path::join(&chart_path, "charts");
    if !chart.lists_dependencies() {
        list.output.print(format!("WARNING: no dependencies at {folder}\n"));
        return Ok(());
    }
    let asked = &chart.metadata.dependencies;
    let mut rows = vec![["NAME", "VERSION", "REPOSITORY", "STATUS"].map(str::to_owned)];
    for dependency in asked {
        let status = list.status(dependency, &folder, &chart).to_owned();
        let Dependency { name, version, repository, .. } = dependency.clone();
        rows.push([name, version, repository, status]);
    }
    let width = call.args.unsigned(&flags::MAX_COL_WIDTH).unwrap_or(MAX_COL_WIDTH);
    let table = table::layout(&rows, usize::try_from(width).unwrap_or(usize::MAX));
    list.output.print(format!("{table}\n\n"));
    list.warn_of_others(asked, &folder);
    Ok(())
}

struct List<'a> {
    rules: LoadRules,
    output: &'a mut Output,
}

impl List<'_> {
    fn load(&mut self, path: &str) -> Result<Chart, Error> {
        let mut chart = self.rules.load(Path::new(path))?;
        for warning in std::mem::take(&mut chart.warnings) {
            self.output.complain(&self.output.log.load(&warning));
        }
        Ok(chart)
    }

    /// Tells how a chart that is asked for stands in `charts/`: first by its archive, then by what was loaded.
    fn status(&mut self, asked: &Dependency, folder: &str, parent: &Chart) -> &'static str {
        let Ok(mut archives) = glob(&path::join(folder, &format!("{}-*.tgz", asked.name))) else {
            return "bad pattern";
        };
        if archives.len() > 1 {
            archives.retain(|archive| has_version(archive, &asked.name));
            if archives.len() > 1 {
                return "too many matches";
            }
        }
        if let Some(archive) = archives.first()
            && fs::metadata(archive).is_ok()
        {
            return match self.load(archive) {
                Err(_) => "corrupt",
                Ok(chart) if chart.name() != asked.name => "misnamed",
                Ok(chart) => fault_of_version(&chart, asked).unwrap_or("ok"),
            };
        }
        // The last of several wins, as in Helm.
        match parent.dependencies.iter().rfind(|chart| chart.name() == asked.name) {
            None => "missing",
            Some(chart) => fault_of_version(chart, asked).unwrap_or("unpacked"),
        }
    }

    /// Warns of charts in `charts/` that are not asked for.
    fn warn_of_others(&mut self, asked: &[Dependency], folder: &str) {
        let paths = match glob(&path::join(folder, "*")) {
            Ok(paths) => paths,
            Err(error) => return self.output.print(format!("{error}\n")),
        };
        for found in paths {
            let is_folder = match fs::metadata(&found) {
                Ok(about) => about.is_dir(),
                Err(error) => {
                    let why = go_words(&error);
                    self.output.print(format!("Warning: stat {found}: {why}\n"));
                    continue;
                }
            };
            if !is_folder && path::extension(&found) != ".tgz" {
                continue;
            }
            match self.load(&found) {
                Err(_) => {
                    self.output.print(format!("WARNING: {} is not a chart.\n", quote(&found)));
                }
                Ok(chart) if asked.iter().any(|asked| asked.name == chart.name()) => {}
                Ok(_) => {
                    self.output
                        .print(format!("WARNING: {} is not in Chart.yaml.\n", quote(&found)));
                }
            }
        }
    }
}

/// Tells whether an archive is named `NAME-VERSION.tgz`, and the version is a strict one.
fn has_version(archive: &str, name: &str) -> bool {
    let file = path::base(archive);
    let stem = file.strip_suffix(".tgz").unwrap_or(file);
    let behind = stem.strip_prefix(name).and_then(|rest| rest.strip_prefix('-')).unwrap_or(stem);
    Version::parse_strict(behind).is_ok()
}

/// Tells what is wrong with a chart's version, seen from what is asked for.
fn fault_of_version(chart: &Chart, asked: &Dependency) -> Option<&'static str> {
    let version = &chart.metadata.version;
    if *version == asked.version {
        return None;
    }
    match (Constraint::parse(&asked.version), Version::parse(version)) {
        (Ok(range), Ok(version)) => (!range.check(&version)).then_some("wrong version"),
        _ => Some("invalid version"),
    }
}
