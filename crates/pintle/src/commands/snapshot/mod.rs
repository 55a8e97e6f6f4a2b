//! `snapshot`: what a chart renders to, kept beside it and compared.

mod case;
mod report;
mod review;
mod settings;

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use pintle_engine::Release;
use pintle_manifest::diff::Colour;

use crate::args::command::{Command, Count};
use crate::args::{Flag, flags};
use crate::call::Call;
use crate::environment;
use crate::prepare;
use crate::print::{Failure, Output};
use crate::user_values::go_words;
use crate::whole_file;
use case::{HEADER, Judged, Verdict};
use settings::Settings;

pub(super) const COMMAND: Command = Command {
    name: "snapshot",
    short: "keep what a chart renders to, and compare",
    long: "Renders the cases of a chart and compares them with what is stored: objects by field, notes and failures by \
           line.\n\n\
           A case is a values file in CHART/tests/cases (or CHART/ci); what it comes to is stored in \
           CHART/tests/snapshots as YAML. A case whose name begins with err- must fail. Time stands still, random \
           values follow from a seed, and secrets are stored as digests. CHART/tests/snapshot.yaml may say how cases \
           are rendered: release, namespace, kubeVersion, apiVersions, profile, seed, now, values, set, setString, \
           mask, secrets, includeCrds, isUpgrade, fails; below cases, by name, for one of them. Add tests/ to \
           .helmignore, so that packages of the chart leave it out.",
    count: Count::Exactly(0),
    is_ours: true,
    commands: &[
        Command {
            name: "test",
            arguments: "[CHART]",
            short: "fail if a case renders to something else than is stored",
            long: "Renders the cases of a chart (default: the one in this folder) and shows what changes. Snapshots of new \
                   cases are written, but not where the variable CI is set: there they fail.",
            count: Count::AtMost(1),
            flags: &[flags::SNAPSHOT_FLAGS, flags::SNAPSHOT_TEST_FLAGS],
            run: Some(test),
            ..Command::EMPTY
        },
        Command {
            name: "accept",
            arguments: "[CHART]",
            short: "store what the cases render to",
            long: "Renders the cases of a chart (default: the one in this folder) and stores what is new or changes.",
            count: Count::AtMost(1),
            flags: &[flags::SNAPSHOT_FLAGS, flags::SNAPSHOT_ACCEPT_FLAGS],
            run: Some(accept),
            ..Command::EMPTY
        },
        Command {
            name: "review",
            arguments: "[CHART]",
            short: "walk through what changes, and accept or reject it",
            long: "Renders the cases of a chart (default: the one in this folder), shows what is new or changes one by one, and \
                   asks what to do about it. Needs a terminal.",
            count: Count::AtMost(1),
            flags: &[flags::SNAPSHOT_FLAGS],
            run: Some(review),
            ..Command::EMPTY
        },
    ],
    ..Command::EMPTY
};

/// What was found out about a chart's cases.
struct Found {
    judged: Vec<Judged>,
    /// snapshots without a case
    unreferenced: Vec<PathBuf>,
}

fn find(call: &Call, output: &mut Output) -> Result<Found, Failure> {
    let args = &call.args;
    let reference = args.positional.first().cloned().unwrap_or_else(|| ".".to_owned());
    let settings = Settings::read(args, &reference)?;
    let cases = case::find(&settings)?;
    let patterns = args.texts(&flags::SNAPSHOT_CASE);
    let stored: Vec<PathBuf> = cases.iter().map(|case| case.stored.clone()).collect();
    let unreferenced =
        if patterns.is_empty() { unreferenced(&settings.snapshots, &stored)? } else { Vec::new() };
    let cases = case::choose(cases, patterns)?;
    let prepared = prepare::gather(call, reference, Release::new("snapshot"), output)?;
    call.profile.load.check_renderable(&prepared.chart).map_err(|error| Failure(error.text()))?;
    Ok(Found { judged: case::judge(call, &prepared.chart, &settings, cases), unreferenced })
}

/// Finds snapshots that no case has; other files are none.
fn unreferenced(folder: &Path, referenced: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => {
            return Err(Failure(format!("open {}: {}", folder.display(), go_words(&error))));
        }
    };
    let is_ours = |path: &PathBuf| {
        path.extension().is_some_and(|ending| ending == "yaml")
            && !referenced.contains(path)
            && fs::read(path).is_ok_and(|bytes| bytes.starts_with(HEADER.trim_end().as_bytes()))
    };
    let mut paths: Vec<PathBuf> =
        entries.filter_map(Result::ok).map(|entry| entry.path()).filter(is_ours).collect();
    paths.sort();
    Ok(paths)
}

/// What is done about snapshots without a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unreferenced {
    Warn,
    Reject,
    Delete,
}

impl Unreferenced {
    fn by_name(call: &Call, flag: &'static Flag, other: (&str, Self)) -> Result<Self, Failure> {
        match call.args.text(flag) {
            None | Some("" | "warn") => Ok(Self::Warn),
            Some(name) if name == other.0 => Ok(other.1),
            Some(name) => Err(Failure(format!(
                "--unreferenced {name} is unknown: there are warn and {}",
                other.0
            ))),
        }
    }
}

fn colour(call: &Call) -> Colour {
    let has_colour = environment::has_colour(&call.args, io::stdout().is_terminal());
    if has_colour { Colour::Ansi } else { Colour::Plain }
}

/// Stores what a case renders to.
fn store(judged: &Judged) -> Result<(), Failure> {
    let path = &judged.case.stored;
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| {
            Failure(format!("mkdir {}: {}", folder.display(), go_words(&error)))
        })?;
    }
    whole_file::write(path, &judged.text)
}

fn test(call: &Call, output: &mut Output) -> Result<(), Failure> {
    let unreferenced =
        Unreferenced::by_name(call, &flags::UNREFERENCED, ("reject", Unreferenced::Reject))?;
    let found = find(call, output)?;
    let is_ci = environment::is_ci();
    let colour = colour(call);
    let mut n_bad = 0;
    for judged in &found.judged {
        let is_written = matches!(judged.verdict, Verdict::New) && !is_ci;
        if is_written {
            store(judged)?;
        }
        let is_good = is_written || matches!(judged.verdict, Verdict::Same | Verdict::Rewritten);
        n_bad += usize::from(!is_good);
        let note = match judged.verdict {
            Verdict::New if is_written => "written",
            Verdict::New => "not stored: run `pintle snapshot accept`, and commit what it writes",
            _ => "",
        };
        output.print(report::case(judged, note, colour));
    }
    let note = if unreferenced == Unreferenced::Reject {
        ""
    } else {
        "`pintle snapshot accept --unreferenced=delete` deletes them"
    };
    output.print(report::unreferenced(&found.unreferenced, note));
    output.print(report::summary(&found.judged));
    if n_bad > 0 {
        let cases = if n_bad == 1 { "case is" } else { "cases are" };
        return Err(Failure(format!("{n_bad} {cases} not as stored")));
    }
    if unreferenced == Unreferenced::Reject && !found.unreferenced.is_empty() {
        return Err(Failure(format!("{} snapshots have no case", found.unreferenced.len())));
    }
    Ok(())
}

fn accept(call: &Call, output: &mut Output) -> Result<(), Failure> {
    let unreferenced =
        Unreferenced::by_name(call, &flags::UNREFERENCED_ACCEPT, ("delete", Unreferenced::Delete))?;
    let found = find(call, output)?;
    let mut n_bad = 0;
    for judged in &found.judged {
        match &judged.verdict {
            Verdict::Same => {}
            Verdict::Rewritten | Verdict::New | Verdict::Changed(_) => {
                store(judged)?;
                output.print(format!("{}: written\n", judged.case.name));
            }
            Verdict::Fails(_) | Verdict::Renders | Verdict::Broken(_) => {
                n_bad += 1;
                output.print(report::case(judged, "", colour(call)));
            }
        }
    }
    if unreferenced == Unreferenced::Delete {
        for path in &found.unreferenced {
            delete(path)?;
            output.print(format!("{}: deleted\n", path.display()));
        }
    } else {
        output
            .print(report::unreferenced(&found.unreferenced, "--unreferenced=delete deletes them"));
    }
    output.print(report::summary(&found.judged));
    if n_bad > 0 {
        let cases = if n_bad == 1 { "case" } else { "cases" };
        return Err(Failure(format!("{n_bad} {cases} could not be stored")));
    }
    Ok(())
}

fn delete(path: &Path) -> Result<(), Failure> {
    fs::remove_file(path)
        .map_err(|error| Failure(format!("remove {}: {}", path.display(), go_words(&error))))
}

fn review(call: &Call, output: &mut Output) -> Result<(), Failure> {
    if !io::stdin().is_terminal() {
        return Err(Failure(
            "a review asks questions, and standard input is no terminal: use `pintle snapshot test` and `pintle snapshot accept`"
                .to_owned(),
        ));
    }
    let found = find(call, output)?;
    let (mut input, mut out) = (io::stdin().lock(), io::stdout().lock());
    // What there is to say about the chart stands before the first question.
    let _ = io::stderr().write_all(&std::mem::take(&mut output.err));
    review::walk(&found, colour(call), &mut input, &mut out, &mut store, &mut delete)
}
