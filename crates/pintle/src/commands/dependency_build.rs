//! `dependency build`: the charts that a lock pins.
//!
//! Source: `newDependencyBuildCmd` in `pkg/cmd/dependency_build.go`, Helm v4.

use super::dependency;
use crate::args::command::{Command, Count};
use crate::call::Call;
use crate::print::{Failure, Output};

pub(super) const COMMAND: Command = Command {
    name: "build",
    arguments: "CHART",
    short: "bring charts/ to what Chart.lock pins",
    long: "Puts the charts into charts/ that Chart.lock pins, and fails if it was made for other dependencies than \
           Chart.yaml lists. Without a lock it does as `update`.",
    count: Count::AtMost(1),
    flags: dependency::FLAGS,
    run: Some(run),
    ..Command::EMPTY
};

fn run(call: &Call, output: &mut Output) -> Result<(), Failure> {
    Ok(dependency::manager(call, output)?.build()?)
}
