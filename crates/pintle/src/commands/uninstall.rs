//! `uninstall`: removes releases.
//!
//! Source: `newUninstallCmd` in `pkg/cmd/uninstall.go`, Helm v4.

use pintle::cluster::action::{KindOrder, Uninstall};
use pintle::cluster::apply::Propagation;
use pintle_engine::{CommandLine, Release};
use pintle_manifest::{UNINSTALL_ORDER, UNINSTALL_ORDER_WITHOUT_WEBHOOKS};

use super::action_options;
use crate::args::command::{Command, Count};
use crate::args::flags;
use crate::call::Call;
use crate::cluster;
use crate::print::{Failure, Output};

pub(super) const COMMAND: Command = Command {
    name: "uninstall",
    aliases: &["del", "delete", "un"],
    arguments: "RELEASE_NAME [...]",
    short: "uninstall a release",
    long: "Removes releases: their objects, and then the records of all their revisions.",
    count: Count::AtLeast(1),
    flags: &[flags::UNINSTALL_FLAGS, flags::UNINSTALL_SHARED_FLAGS],
    run: Some(run),
    ..Command::EMPTY
};

fn run(call: &Call, output: &mut Output) -> Result<(), Failure> {
    let Call { args, profile, .. } = call;
    let cascade = args.text(&flags::CASCADE).unwrap_or("background");
    let propagation = match cascade {
        "background" => Propagation::Background,
        "foreground" => Propagation::Foreground,
        "orphan" => Propagation::Orphan,
        other => {
            return Err(Failure(format!(
                "invalid cascade value ({other}). Must be \"background\", \"foreground\", or \"orphan\""
            )));
        }
    };
    let order = match profile.command_line {
        CommandLine::Helm4 => UNINSTALL_ORDER,
        CommandLine::Helm3 => UNINSTALL_ORDER_WITHOUT_WEBHOOKS,
    };
    let uninstall = Uninstall {
        options: action_options::read(args, profile),
        propagation,
        keeps_history: args.is_on(&flags::KEEP_HISTORY),
        order: KindOrder(order),
    };
    cluster::block_on(async {
        let client = cluster::client(call).await?;
        for name in &args.positional {
            cluster::reach(&client, profile).await?;
            let actor = cluster::actor(call, &client, "")?;
            let kept = one(call, &uninstall, &actor, name).await?;
            if !kept.is_empty() {
                output.print(format!("{kept}\n"));
            }
            output.print(format!("release \"{name}\" uninstalled\n"));
        }
        Ok(())
    })
}

/// Removes one release; gives what was kept of it.
async fn one(
    call: &Call,
    uninstall: &Uninstall,
    actor: &cluster::Actor,
    name: &str,
) -> Result<String, Failure> {
    let ignores = call.args.is_on(&flags::IGNORE_NOT_FOUND);
    let is_dry = call.args.is_on(&flags::UNINSTALL_DRY_RUN);
    if !is_dry && Release::check_name(name).is_err() {
        return Err(Failure(format!("uninstall: Release name is invalid: {name}")));
    }
    let done =
        if is_dry { uninstall.check(actor, name).await } else { uninstall.run(actor, name).await };
    match done {
        Ok(done) => Ok(done.kept),
        Err(error) if ignores && error.to_string().ends_with("release: not found") => {
            Ok(String::new())
        }
        Err(error) => Err(Failure(error.to_string())),
    }
}
