//! `status`: how a release stands.
//!
//! Source: `pkg/cmd/status.go` and `pkg/action/status.go`, Helm v4.

use pintle::cluster::live;
use pintle_engine::CommandLine;

use crate::args::command::{Command, Count};
use crate::args::flags;
use crate::call::Call;
use crate::print::{Failure, Output};
use crate::release_text::{Detail, ReleaseText};
use crate::releases::{self, Form};
use crate::{cluster, release_json};

pub(super) const COMMAND: Command = Command {
    name: "status",
    arguments: "RELEASE_NAME",
    short: "show how a release stands",
    long: "Shows how a release stands: its state and revision, its objects in the cluster, how its tests went, and its \
           notes.",
    count: Count::Exactly(1),
    flags: &[flags::REVISION_FLAGS, flags::STATUS_FLAGS, flags::FORMAT_FLAGS],
    run: Some(run),
    ..Command::EMPTY
};

fn run(call: &Call, output: &mut Output) -> Result<(), Failure> {
    let Some((releases, mut stored)) = releases::read(call, output)? else { return Ok(()) };
    stored.release.chart = None;
    let release = &stored.release;
    let generation = call.profile.command_line;
    let form = Form::of(call);
    let shows_objects = generation == CommandLine::Helm4 || call.args.is_on(&flags::SHOW_RESOURCES);
    let objects = if shows_objects && !releases.is_from_file {
        let work = live::live(
            &releases.client,
            &release.manifest,
            &release.namespace,
            form == Form::Table,
        );
        cluster::block_on(async {
            work.await.map_err(|error| Failure(cluster::told(&error, &call.profile)))
        })?
    } else {
        Vec::new()
    };
    if form != Form::Table {
        return form.print(release_json::release(release, &objects, generation)?, output);
    }
    let text = ReleaseText {
        release,
        profile: &call.profile,
        detail: if call.args.is_on(&flags::SHOW_DESC) { Detail::Described } else { Detail::Short },
        hides_notes: false,
        resources: &live::tables(&objects),
        has_colour: call.has_colour(),
    };
    output.print_whole(text.write()?);
    Ok(())
}
