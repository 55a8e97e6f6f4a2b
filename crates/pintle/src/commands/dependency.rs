//! `dependency`: the charts that a chart asks for.
//!
//! Source: `pkg/cmd/dependency.go`, Helm v4.

use super::{certificates, dependency_build, dependency_list, dependency_update};
use crate::args::command::{Command, Count};
use crate::args::{Args, Flag, flags};
use crate::call::Call;
use crate::dependencies::Manager;
use crate::print::{Failure, Output};

pub(super) const COMMAND: Command = Command {
    name: "dependency",
    aliases: &["dep", "dependencies"],
    short: "manage the charts a chart asks for",
    long: "Manages the charts that a chart asks for: those that Chart.yaml lists in `dependencies`, and that stand in \
           charts/.\n\n\
           An entry has a `name`, a `version` or range of versions, and a `repository`. A repository file://PATH is the \
           folder of the chart, from the asking chart on unless PATH is absolute; an entry without one stands in \
           charts/ already. Of other repositories, what Helm keeps on disk is used: no connection is opened.",
    count: Count::Exactly(0),
    commands: &[dependency_build::COMMAND, dependency_list::COMMAND, dependency_update::COMMAND],
    ..Command::EMPTY
};

/// The flags of `build` and `update`.
pub(super) const FLAGS: &[&[&Flag]] = &[
    flags::DEPENDENCY_FLAGS,
    &[
        &flags::CA_FILE,
        &flags::CERT_FILE,
        &flags::INSECURE_SKIP_TLS_VERIFY,
        &flags::KEY_FILE,
        &flags::KEYRING,
        &flags::PASSWORD,
        &flags::PLAIN_HTTP,
        &flags::USERNAME,
        &flags::VERIFY,
    ],
];

/// Gives the path of the chart: the argument, or the current folder.
pub(super) fn chart_path(args: &Args) -> String {
    args.positional.first().map_or_else(|| ".".to_owned(), |path| pintle_chart::path::clean(path))
}

/// Makes ready what `build` and `update` need.
///
/// # Errors
///
/// Files of certificates that cannot be read, though no connection needs them.
pub(super) fn manager<'a>(call: &Call, output: &'a mut Output) -> Result<Manager<'a>, Failure> {
    let manager = Manager::new(call, &chart_path(&call.args), output)?.with_flags(call);
    certificates::check(&call.args, call.profile.command_line).map_err(|why| {
        Failure(format!("missing registry client: can't create TLS config for client: {why}"))
    })?;
    Ok(manager)
}
