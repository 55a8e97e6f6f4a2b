//! `get`: what is recorded of a release.
//!
//! Source: `pkg/cmd/get.go` and its neighbours, Helm v4.

use super::{get_all, get_hooks, get_manifest, get_metadata, get_notes, get_values};
use crate::args::command::{Command, Count};
use crate::args::flags;

pub(super) const COMMAND: Command = Command {
    name: "get",
    short: "show what is recorded of a release",
    long: "Shows what is recorded of a release: its values, hooks, objects, notes and metadata.",
    count: Count::Exactly(0),
    commands: &[
        get_all::COMMAND,
        get_hooks::COMMAND,
        get_manifest::COMMAND,
        get_metadata::COMMAND,
        get_notes::COMMAND,
        get_values::COMMAND,
    ],
    ..Command::EMPTY
};

/// What all commands below it have in common.
pub(super) const ONE: Command = Command {
    arguments: "RELEASE_NAME",
    count: Count::Exactly(1),
    flags: &[flags::REVISION_FLAGS],
    ..Command::EMPTY
};
