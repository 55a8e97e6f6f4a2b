//! `lint`: what is wrong with charts, and what could be better.
//!
//! Source: `newLintCmd` in `pkg/cmd/lint.go` and `Lint.Run` in `pkg/action/lint.go`, Helm v4.

use pintle_engine::SchemaCheck;
use pintle_engine::lint::{LintSettings, Logged, Message, Severity, lint};
use pintle_yaml::Map;

use super::lint_folder;
use crate::args::command::{Command, Count};
use crate::args::flags;
use crate::call::Call;
use crate::environment;
use crate::print::{Failure, Output};

pub(super) const COMMAND: Command = Command {
    name: "lint",
    arguments: "PATH",
    short: "look for what is wrong with charts",
    long: "Judges charts by Helm's rules and prints what they find: errors will not work, warnings are not as they \
           should be.\n\nPATH is a folder, an archive, or @NAME for a chart that this program carries.",
    count: Count::AtLeastOneSinceHelm4,
    own_flags: &[flags::COMPOSE_FLAGS],
    flags: &[
        flags::LINT_FLAGS,
        flags::VALUE_FLAGS,
        &[&flags::KUBE_VERSION, &flags::SKIP_SCHEMA_VALIDATION],
    ],
    run: Some(run),
    ..Command::EMPTY
};

fn run(call: &Call, output: &mut Output) -> Result<(), Failure> {
    let Call { args, profile, .. } = call;
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
    let values = crate::user_values::read(call, output)?;
    let is_quiet = args.is_on(&flags::QUIET);
    let fails = if args.is_on(&flags::STRICT) { Severity::Warning } else { Severity::Error };
    let (mut n_failed, mut n_noted) = (0, 0);
    for path in &paths {
        let result = lint_one(path, call.is_ours(), &values, &settings, output);
        let messages = result.as_ref().map_or(&[][..], Vec::as_slice);
        let is_noted =
            result.is_err() || messages.iter().any(|message| message.severity > Severity::Info);
        n_noted += usize::from(is_noted);
        if is_quiet && !is_noted {
            continue;
        }
        output.print(format!("==> Linting {path}\n"));
        if let Err(Failure(why)) = &result {
            output.print(format!("Error {why}\n"));
        }
        for message in
            messages.iter().filter(|message| !is_quiet || message.severity > Severity::Info)
        {
            output.print(format!("{message}\n"));
        }
        output.print("\n");
        n_failed += usize::from(
            result.is_err() || messages.iter().any(|message| message.severity >= fails),
        );
    }
    let summary = format!("{} chart(s) linted, {n_failed} chart(s) failed", paths.len());
    if n_failed > 0 {
        return Err(Failure(summary));
    }
    if !is_quiet || n_noted > 0 {
        output.print(summary + "\n");
    }
    Ok(())
}

/// Judges one chart; fails if there is none to judge.
fn lint_one(
    path: &str,
    ours: bool,
    values: &Map,
    settings: &LintSettings,
    output: &mut Output,
) -> Result<Vec<Message>, Failure> {
    let folder = lint_folder::read(path, ours, &settings.profile)?;
    let findings = lint(&folder, values, settings);
    for logged in &findings.logged {
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
    Ok(findings.messages)
}
