//! `dependency update`: the charts that `Chart.yaml` asks for, and a lock that pins them.
//!
//! Source: `newDependencyUpdateCmd` in `pkg/cmd/dependency_update.go`, Helm v4.

use super::dependency;
use crate::args::command::{Command, Count};
use crate::call::Call;
use crate::print::{Failure, Output};

pub(super) const COMMAND: Command = Command {
    name: "update",
    aliases: &["up"],
    arguments: "CHART",
    short: "bring charts/ to what Chart.yaml asks for",
    long: "Finds the newest versions that Chart.yaml allows, puts them into charts/, deletes archives of other versions \
           there, and writes Chart.lock if that pins something new.",
    count: Count::AtMost(1),
    flags: dependency::FLAGS,
    run: Some(run),
    ..Command::EMPTY
};

fn run(call: &Call, output: &mut Output) -> Result<(), Failure> {
    Ok(dependency::manager(call, output)?.update()?)
}
