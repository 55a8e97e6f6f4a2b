//! `get notes`: the notes of a release.
//!
//! Source: `pkg/cmd/get_notes.go`, Helm v4.

use super::get;
use crate::args::command::Command;
use crate::call::Call;
use crate::print::{Failure, Output};
use crate::releases;

pub(super) const COMMAND: Command = Command {
    name: "notes",
    short: "show the notes of a release",
    long: "Shows the notes that the chart of a release gave.",
    run: Some(run),
    ..get::ONE
};

fn run(call: &Call, output: &mut Output) -> Result<(), Failure> {
    if let Some((_, stored)) = releases::read(call, output)? {
        let notes = stored.release.info.notes;
        if !notes.is_empty() {
            output.print_whole(format!("NOTES:\n{notes}\n"));
        }
    }
    Ok(())
}
