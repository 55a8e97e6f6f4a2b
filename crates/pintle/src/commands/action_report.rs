//! What `install`, `upgrade` and `test` print of the revision they made.

use pintle::cluster::release::Release;

use crate::args::flags;
use crate::call::Call;
use crate::print::{Failure, Output};
use crate::release_json;
use crate::release_text::{Detail, ReleaseText};
use crate::releases::Form;

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
///
/// # Errors
///
/// Values that have no YAML or JSON.
pub(super) fn print(
    call: &Call,
    release: &Release,
    notes: Notes,
    output: &mut Output,
) -> Result<(), Failure> {
    let form = Form::of(call);
    if form != Form::Table {
        let json = release_json::release(release, &[], call.profile.command_line)?;
        return form.print(json, output);
    }
    let text = ReleaseText {
        release,
        profile: &call.profile,
        detail: if output.log.debug { Detail::Debug } else { Detail::Short },
        hides_notes: notes == Notes::Hidden,
        resources: "",
        has_colour: call.has_colour(),
    };
    output.print(text.write()?);
    Ok(())
}
