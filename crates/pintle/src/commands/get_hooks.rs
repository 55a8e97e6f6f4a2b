//! `get hooks`: the hooks of a release.
//!
//! Source: `pkg/cmd/get_hooks.go`, Helm v4.

use super::get;
use crate::args::command::Command;
use crate::call::Call;
use crate::print::{Failure, Output};
use crate::{release_text, releases};

pub(super) const COMMAND: Command = Command {
    name: "hooks",
    short: "show the hooks of a release",
    long: "Shows the hooks of a release as YAML documents.",
    run: Some(run),
    ..get::ONE
};

fn run(call: &Call, output: &mut Output) -> Result<(), Failure> {
    if let Some((_, stored)) = releases::read(call, output)? {
        output.print_whole(release_text::hooks(&stored.release));
    }
    Ok(())
}
