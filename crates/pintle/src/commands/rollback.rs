//! `rollback`: makes another revision with the content of an older one.
//!
//! Source: `newRollbackCmd` in `pkg/cmd/rollback.go`, Helm v4.

use pintle::cluster::action::Rollback;
use pintle_engine::{CommandLine, Release};
use pintle_gotmpl::value::number::quote;

use super::action_options::{self, DryRun};
use super::install::EXCLUSIVE;
use crate::args::command::{Command, Count};
use crate::args::flags;
use crate::call::Call;
use crate::cluster;
use crate::print::{Failure, Output};

pub(super) const COMMAND: Command = Command {
    name: "rollback",
    arguments: "<RELEASE> [REVISION]",
    short: "roll back a release to a previous revision",
    long: "Makes another revision of a release, with the content of an older one: REVISION, or the one before the last.",
    count: Count::AtLeast(1),
    flags: &[flags::ROLLBACK_FLAGS, flags::ROLLBACK_SHARED_FLAGS],
    exclusive: EXCLUSIVE,
    run: Some(run),
    ..Command::EMPTY
};

fn run(call: &Call, output: &mut Output) -> Result<(), Failure> {
    let Call { args, profile, .. } = call;
    let name = &args.positional[0];
    let version = match args.positional.get(1) {
        None => 0,
        Some(text) => revision(text)?,
    };
    let options = action_options::read(args, profile);
    action_options::check_description(&options)?;
    let dry_run = match profile.command_line {
        CommandLine::Helm4 => action_options::dry_run(args, profile, output)?,
        CommandLine::Helm3 if args.is_on(&flags::ROLLBACK_DRY_RUN_3) => DryRun::Client,
        CommandLine::Helm3 => DryRun::None,
    };
    let method = action_options::method(args, profile)?;
    let max_history = action_options::max_history(args);
    cluster::block_on(async {
        let client = cluster::client(call).await?;
        cluster::reach(&client, profile).await?;
        if Release::check_name(name).is_err() {
            return Err(Failure(format!("prepareRollback: Release name is invalid: {name}")));
        }
        let version =
            u32::try_from(version).map_err(|_| Failure("invalid release revision".to_owned()))?;
        let actor = cluster::actor(call, &client, "")?;
        let rollback = Rollback { options, version, method, max_history };
        if dry_run == DryRun::None {
            let done = rollback.run(&actor, name).await;
            done.map_err(|error| cluster::failed(call, &error, output))?;
        } else {
            rollback.check(&actor, name).await?;
        }
        Ok(())
    })?;
    output.print("Rollback was a success! Happy Helming!\n");
    Ok(())
}

fn revision(text: &str) -> Result<i64, Failure> {
    text.parse().map_err(|_| {
        let text = quote(text);
        Failure(format!(
            "could not convert revision to a number: strconv.Atoi: parsing {text}: invalid syntax"
        ))
    })
}
