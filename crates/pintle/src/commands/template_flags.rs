//! Flags of `template` that ask for a cluster, or pretend to.
//!
//! Source: `cmdGetDryRunFlagStrategy` in `pkg/cmd/helpers.go`, Helm v4; `validateDryRunOptionFlag` in
//! `cmd/helm/install.go`, Helm v3.

use pintle_engine::{CommandLine, Profile};
use pintle_gotmpl::value::number::quote;

use crate::args::{Args, Flag, flags, parse_bool};
use crate::call::Call;
use crate::log::{Level, structured};
use crate::print::{Failure, Output};

/// Checks what the flags ask for; gives the one that needs a cluster, if any does.
///
/// # Errors
///
/// A value of `--dry-run` that Helm 4 does not take.
pub(super) fn check(call: &Call, output: &mut Output) -> Result<Option<&'static str>, Failure> {
    let Call { args, profile, .. } = call;
    let asks_server = match profile.command_line {
        CommandLine::Helm4 => dry_run(args, output)? == Strategy::Server,
        CommandLine::Helm3 => args.text(&flags::DRY_RUN_3) == Some("server"),
    };
    check_post_renderer(args)?;
    // What is Helm's to ask a cluster, this program judges by itself.
    Ok(if args.is_on(&flags::VALIDATE) && !call.is_ours() {
        Some("--validate")
    } else if asks_server {
        Some("--dry-run=server")
    } else {
        None
    })
}

/// Refuses post-renderers, which this program does not run.
///
/// # Errors
///
/// If there is one.
pub(super) fn check_post_renderer(args: &Args) -> Result<(), Failure> {
    match args.text(&flags::POST_RENDERER_3).filter(|program| !program.is_empty()) {
        None => Ok(()),
        Some(program) => {
            Err(Failure(format!("cannot run the post-renderer {program}: this program runs none")))
        }
    }
}

/// Checks what Helm 3 checks only when the chart has been loaded.
///
/// # Errors
///
/// A value of `--dry-run` that it does not take.
pub(super) fn check_late(args: &Args, profile: &Profile) -> Result<(), Failure> {
    let given = args.text(&flags::DRY_RUN_3).unwrap_or("true");
    let known = ["", "false", "true", "none", "client", "server"];
    if profile.command_line == CommandLine::Helm3 && !known.contains(&given) {
        return Err(Failure(
            "Invalid dry-run flag. Flag must one of the following: false, true, none, client, server".to_owned(),
        ));
    }
    Ok(())
}

/// Checks that no label of the release is one that Helm sets itself.
///
/// # Errors
///
/// Helm's words.
pub(super) fn check_labels(args: &Args) -> Result<(), Failure> {
    const RESERVED: [&str; 6] = ["name", "owner", "status", "version", "createdAt", "modifiedAt"];
    let mut keys = args.texts(&flags::LABELS).iter().filter_map(|pair| pair.split('=').next());
    if keys.any(|key| RESERVED.contains(&key)) {
        return Err(Failure(format!(
            "user supplied labels contains system reserved label name. System labels: [{}]",
            RESERVED.join(" ")
        )));
    }
    Ok(())
}

/// Who a dry run asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Strategy {
    Client,
    Server,
}

fn dry_run(args: &Args, output: &mut Output) -> Result<Strategy, Failure> {
    let flag: &Flag = &flags::DRY_RUN;
    let invalid = |value: &str, names: &str| {
        Err(Failure(format!("invalid dry-run value ({}). Must be {names}", quote(value))))
    };
    let only_two = r#""server" or "client""#;
    match args.text(flag) {
        None | Some("client") => return Ok(Strategy::Client),
        Some("server") => return Ok(Strategy::Server),
        Some("none") => return invalid("none", only_two),
        Some("unset") => {
            let text = "--dry-run is deprecated and should be replaced with '--dry-run=client'";
            output.complain(&structured(Level::Warn, text, &[]));
        }
        Some(value) => match parse_bool(value) {
            None => return invalid(value, r#""none", "server", or "client""#),
            Some(false) => return invalid(value, only_two),
            Some(true) => {
                let text = format!(
                    "boolean '--dry-run={value}' flag is deprecated and must be replaced with '--dry-run=client'"
                );
                output.complain(&structured(Level::Warn, &text, &[]));
            }
        },
    }
    Ok(Strategy::Client)
}
