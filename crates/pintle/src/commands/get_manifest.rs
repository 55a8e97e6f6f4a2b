//! `get manifest`: the objects of a release, as they were rendered.
//!
//! Source: `pkg/cmd/get_manifest.go`, Helm v4.

use super::get;
use crate::args::command::Command;
use crate::call::Call;
use crate::print::{Failure, Output};
use crate::releases;

pub(super) const COMMAND: Command = Command {
    name: "manifest",
    short: "show the objects of a release",
    long: "Shows the objects of a release as they were rendered, without its hooks.",
    run: Some(run),
    ..get::ONE
};

fn run(call: &Call, output: &mut Output) -> Result<(), Failure> {
    if let Some((_, stored)) = releases::read(call, output)? {
        output.print_whole(stored.release.manifest);
        output.print("\n");
    }
    Ok(())
}
