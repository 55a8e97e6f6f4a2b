//! What `install`, `upgrade`, `rollback`, `uninstall` and `test` read alike of their flags.

use std::time::Duration;

use pintle::cluster::action::{Hooks, MAX_DESCRIPTION, OnFailure, Options};
use pintle::cluster::apply::{Change, Validation};
use pintle::cluster::release::ApplyMethod;
use pintle::cluster::wait::Strategy;
use pintle_engine::{CommandLine, Profile};
use pintle_gotmpl::value::number::quote;

use crate::args::{Args, flags, parse_bool, parse_duration};
use crate::log::{Level, structured};
use crate::print::{Failure, Output};

/// How long one thing is waited for if nothing else is said. Source: the default of `--timeout` in Helm.
const DEFAULT_TIMEOUT: Duration = Duration::from_mins(5);

/// How many revisions are kept if nothing else is said. Source: `defaultMaxHistory` in `pkg/cli`, Helm v4.
const DEFAULT_MAX_HISTORY: usize = 10;

/// Who a dry run asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DryRun {
    /// it is none
    None,
    /// nobody
    Client,
    /// the cluster
    Server,
}

/// Reads what actions have in common.
pub(super) fn read(args: &Args, profile: &Profile) -> Options {
    let is_on = |flag| args.is_on(flag);
    let rolls_back = is_on(&flags::ATOMIC) || is_on(&flags::ROLLBACK_ON_FAILURE);
    let on_failure = match (rolls_back, is_on(&flags::CLEANUP_ON_FAIL)) {
        (true, _) => OnFailure::RollBack,
        (false, true) => OnFailure::CleanUp,
        (false, false) => OnFailure::Keep,
    };
    let strategy = match strategy(args, profile) {
        // What is rolled back on failure must be known to have failed.
        Strategy::HookOnly if rolls_back && profile.command_line == CommandLine::Helm3 => {
            Strategy::Legacy
        }
        Strategy::HookOnly if rolls_back => Strategy::Watcher,
        strategy => strategy,
    };
    let change = if is_on(&flags::FORCE) || is_on(&flags::FORCE_REPLACE) {
        Change::Replace
    } else if is_on(&flags::FORCE_CONFLICTS) {
        Change::TakeFields
    } else {
        Change::Merge
    };
    let timeout = args.text(&flags::TIMEOUT).and_then(|text| parse_duration(text).ok());
    Options {
        hooks: if is_on(&flags::NO_HOOKS) { Hooks::Skip } else { Hooks::Run },
        strategy,
        waits_for_jobs: is_on(&flags::WAIT_FOR_JOBS),
        timeout: timeout.unwrap_or(DEFAULT_TIMEOUT),
        change,
        validation: Validation::Strict,
        on_failure,
        description: args.text(&flags::DESCRIPTION).unwrap_or_default().to_owned(),
    }
}

fn strategy(args: &Args, profile: &Profile) -> Strategy {
    match profile.command_line {
        CommandLine::Helm3 if args.is_on(&flags::WAIT_3) => Strategy::Legacy,
        CommandLine::Helm3 => Strategy::HookOnly,
        CommandLine::Helm4 => match args.text(&flags::WAIT) {
            Some("legacy") => Strategy::Legacy,
            Some("watcher") => Strategy::Watcher,
            Some(text) if parse_bool(text) == Some(true) => Strategy::Watcher,
            _ => Strategy::HookOnly,
        },
    }
}

/// Reads `--dry-run` as commands do that act otherwise.
///
/// # Errors
///
/// A value that Helm does not take.
pub(super) fn dry_run(
    args: &Args,
    profile: &Profile,
    output: &mut Output,
) -> Result<DryRun, Failure> {
    if profile.command_line == CommandLine::Helm3 {
        return match args.text(&flags::DRY_RUN_3).unwrap_or("") {
            "" | "none" | "false" => Ok(DryRun::None),
            "client" | "true" => Ok(DryRun::Client),
            "server" => Ok(DryRun::Server),
            _ => Err(Failure(
                "Invalid dry-run flag. Flag must one of the following: false, true, none, client, server".to_owned(),
            )),
        };
    }
    let text = match args.text(&flags::DRY_RUN) {
        None | Some("none") => return Ok(DryRun::None),
        Some("client") => return Ok(DryRun::Client),
        Some("server") => return Ok(DryRun::Server),
        Some("unset") => {
            let text = "--dry-run is deprecated and should be replaced with '--dry-run=client'";
            output.complain(&structured(Level::Warn, text, &[]));
            return Ok(DryRun::Client);
        }
        Some(text) => text,
    };
    let Some(is_on) = parse_bool(text) else {
        let text = quote(text);
        return Err(Failure(format!(
            "invalid dry-run value ({text}). Must be \"none\", \"server\", or \"client\""
        )));
    };
    let (strategy, name) = if is_on { (DryRun::Client, "client") } else { (DryRun::None, "none") };
    let text = format!(
        "boolean '--dry-run={is_on}' flag is deprecated and must be replaced with '--dry-run={name}'"
    );
    output.complain(&structured(Level::Warn, &text, &[]));
    Ok(strategy)
}

/// Reads `--server-side` of commands that follow the last revision if nothing is said.
///
/// # Errors
///
/// A value that Helm does not take.
pub(super) fn method(args: &Args, profile: &Profile) -> Result<Option<ApplyMethod>, Failure> {
    if profile.command_line == CommandLine::Helm3 {
        return Ok(Some(ApplyMethod::ClientSide));
    }
    match args.text(&flags::SERVER_SIDE_AUTO).unwrap_or("auto") {
        "auto" => Ok(None),
        "true" => Ok(Some(ApplyMethod::ServerSide)),
        "false" => Ok(Some(ApplyMethod::ClientSide)),
        other => Err(Failure(format!("invalid/unknown release server-side apply method: {other}"))),
    }
}

/// Gives how many revisions are kept; 0 for all.
pub(super) fn max_history(args: &Args) -> usize {
    let given = args.text(&flags::HISTORY_MAX).map(str::to_owned);
    let given = given.or_else(|| crate::environment::variable("HELM_MAX_HISTORY"));
    given
        .and_then(|text| text.parse::<i64>().ok())
        .map_or(DEFAULT_MAX_HISTORY, |max| usize::try_from(max).unwrap_or(0))
}

/// Checks the length of a description.
///
/// # Errors
///
/// Helm's words.
pub(super) fn check_description(options: &Options) -> Result<(), Failure> {
    let n = options.description.chars().count();
    if n <= MAX_DESCRIPTION {
        return Ok(());
    }
    Err(Failure(format!("description must be {MAX_DESCRIPTION} characters or less, got {n}")))
}
