//! What `install`, `upgrade` and `test` print of the revision they made.

use pintle::cluster::release::Release;

use crate::args::flags;
use crate::call::Call;
use crate::print::{Failure, Output};

/// Whether the notes of a chart are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Notes {
    /// they are
    Shown,
    /// they are not: `--hide-notes`
    Hidden,
}

/// Reads whether notes are shown.
pub(super) fn notes(call: &Call) -> Notes {
    if call.args.is_on(&flags::RELEASE_HIDE_NOTES) { Notes::Hidden } else { Notes::Shown }
}

/// Tells whether what is printed is for people.
pub(super) fn is_for_people(call: &Call) -> bool {
    matches!(call.args.text(&flags::RELEASE_OUTPUT), None | Some("table"))
}

/// Prints a revision.
#[expect(clippy::unnecessary_wraps, reason = "other forms may fail")]
pub(super) fn print(
    _call: &Call,
    release: &Release,
    _notes: Notes,
    output: &mut Output,
) -> Result<(), Failure> {
    output.print(format!(
        "NAME: {}\nSTATUS: {}\nREVISION: {}\nDESCRIPTION: {}\n",
        release.name, release.info.status, release.version, release.info.description
    ));
    Ok(())
}
