//! `lint`: what is wrong with charts, and what could be better.
//!
//! Source: `newLintCmd` in `pkg/cmd/lint.go` and `Lint.Run` in `pkg/action/lint.go`, Helm v4.

use pintle_chart::values::ValuesFile;
use pintle_engine::SchemaCheck;
use pintle_engine::lint::codes::{CODES, Code, Given, warnings};
use pintle_engine::lint::{LintSettings, Logged, Severity, lint};

use super::lint_folder;
use super::lint_report::{Format, Judged, Report};
use crate::args::command::{Command, Count};
use crate::args::{Args, flags};
use crate::call::Call;
use crate::environment;
use crate::explain;
use crate::print::{Failure, Output};

pub(super) const COMMAND: Command = Command {
    name: "lint",
    arguments: "PATH",
    short: "look for what is wrong with charts",
    long: "Judges charts by Helm's rules and prints what they find: errors will not work, warnings are not as they \
           should be.\n\nPATH is a folder, an archive, or @NAME for a chart that this program carries.",
    count: Count::AtLeastOneSinceHelm4,
    own_flags: &[flags::COMPOSE_FLAGS, flags::EXPLAIN_FLAGS, flags::OWN_LINT_FLAGS],
    flags: &[
        flags::LINT_FLAGS,
        flags::VALUE_FLAGS,
        &[&flags::KUBE_VERSION, &flags::SKIP_SCHEMA_VALIDATION],
    ],
    alone: &[&flags::LIST_CODES],
    run: Some(run),
    ..Command::EMPTY
};

fn run(call: &Call, output: &mut Output) -> Result<(), Failure> {
    let Call { args, profile, .. } = call;
    if args.is_on(&flags::LIST_CODES) {
        output.print(list_of_codes());
        return Ok(());
    }
    let format = Format::by_name(args.text(&flags::FORMAT).unwrap_or_default())?;
    let allowed = allowed(args)?;
    let kube_version = super::kube_version(args, profile)?;
    let mut paths = args.positional.clone();
    if paths.is_empty() {
        paths.push(".".to_owned());
    }
    if args.is_on(&flags::WITH_SUBCHARTS) {
        let subcharts: Vec<String> =
            paths.iter().flat_map(|path| lint_folder::subcharts(path)).collect();
        paths.extend(subcharts);
    }
    let skip_schema = args.is_on(&flags::SKIP_SCHEMA_VALIDATION);
    let settings = LintSettings {
        profile: *profile,
        kube_version,
        namespace: environment::namespace(args),
        schema: if skip_schema { SchemaCheck::Skipped } else { SchemaCheck::Checked },
        world: super::world(args),
    };
    let read = crate::user_values::read(call, output)?;
    if !skip_schema && explain::are_wanted(args, call.is_ours()) {
        for path in &paths {
            explain::lint(call, path, &read, output);
        }
    }
    let files = values_files(args, read.sources.files);
    let given = Given { values: read.values, files: &files, allowed };
    let charts = paths
        .into_iter()
        .map(|path| lint_one(path, call.is_ours(), &given, &settings, output))
        .collect();
    let report = Report {
        charts,
        fails: if args.is_on(&flags::STRICT) { Severity::Warning } else { Severity::Error },
        is_quiet: args.is_on(&flags::QUIET),
    };
    output.print_whole(report.write(format));
    report.failure().map_or(Ok(()), Err)
}

/// Gives the codes that the command line allows.
fn allowed(args: &Args) -> Result<Vec<&'static Code>, Failure> {
    let find = |name: &String| {
        Code::by_name(name.trim()).ok_or_else(|| {
            Failure(format!(
                "--allow {name} is unknown: `pintle lint --list-codes` lists the codes there are"
            ))
        })
    };
    args.texts(&flags::ALLOW).iter().map(find).collect()
}

/// Leaves those out that are made of Compose files, where no line is the user's.
fn values_files(args: &Args, mut files: Vec<ValuesFile>) -> Vec<ValuesFile> {
    let projects = args.texts(&flags::COMPOSE);
    files.retain(|file| {
        !pintle_compose::is_compose_file(&file.name) && !projects.contains(&file.name)
    });
    files
}

/// Lists the codes, each with what it means and what to do.
fn list_of_codes() -> String {
    let entry = |code: &&Code| {
        let Code { name, meaning, help } = *code;
        [name, "\n  ", meaning, "\n  help: ", help, "\n"]
    };
    CODES.iter().flat_map(entry).collect()
}

/// Judges one chart.
fn lint_one(
    path: String,
    ours: bool,
    given: &Given<'_>,
    settings: &LintSettings,
    output: &mut Output,
) -> Judged {
    let folder = match lint_folder::read(&path, ours, &settings.profile) {
        Ok(folder) => folder,
        Err(Failure(why)) => {
            return Judged { path, error: Some(why), messages: Vec::new(), findings: Vec::new() };
        }
    };
    let found = lint(&folder, &given.values, settings);
    for logged in &found.logged {
        match logged {
            Logged::Warning(warning) => output.complain(&output.log.warning(warning)),
            Logged::Loading => {
                let loading = folder.chart.as_ref().map_or(&[][..], |chart| &chart.warnings);
                for warning in loading {
                    output.complain(&output.log.load(warning));
                }
            }
        }
    }
    let findings = if ours { warnings(&folder, given, settings, &found) } else { Vec::new() };
    Judged { path, error: None, messages: found.messages, findings }
}
