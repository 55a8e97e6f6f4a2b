//! `get all`: all that is recorded of a release.
//!
//! Source: `pkg/cmd/get_all.go`, Helm v4.

use super::get;
use crate::args::command::Command;
use crate::args::flags;
use crate::call::Call;
use crate::print::{Failure, Output};
use crate::release_text::{Detail, ReleaseText};
use crate::releases;

pub(super) const COMMAND: Command = Command {
    name: "all",
    short: "show all that is recorded of a release",
    long: "Shows all that is recorded of a release: values, hooks, objects and notes.",
    flags: &[flags::REVISION_FLAGS, flags::GET_ALL_FLAGS],
    run: Some(run),
    ..get::ONE
};

fn run(call: &Call, output: &mut Output) -> Result<(), Failure> {
    let Some((_, stored)) = releases::read(call, output)? else { return Ok(()) };
    let text = ReleaseText {
        release: &stored.release,
        profile: &call.profile,
        detail: Detail::Full,
        hides_notes: false,
        resources: "",
        has_colour: call.has_colour(),
    };
    output.print_whole(text.write()?);
    Ok(())
}
