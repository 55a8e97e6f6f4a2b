//! `history`: the revisions of a release.
//!
//! Source: `pkg/cmd/history.go` and `pkg/action/history.go`, Helm v4.

use pintle::cluster::release::Stored;
use pintle_engine::{CommandLine, Release};
use pintle_yaml::json::{Layout, Writer};

use crate::args::command::{Command, Count};
use crate::args::flags;
use crate::call::Call;
use crate::cluster::{self, told};
use crate::environment;
use crate::print::{Failure, Output};
use crate::releases::{ANSIC, Form, NO_TIME, Releases, chart_cells, show_time};
use crate::table;

pub(super) const COMMAND: Command = Command {
    name: "history",
    aliases: &["hist"],
    arguments: "RELEASE_NAME",
    short: "list the revisions of a release",
    long: "Lists the revisions of a release, oldest first.",
    count: Count::Exactly(1),
    flags: &[flags::HISTORY_FLAGS, flags::FORMAT_FLAGS],
    run: Some(run),
    ..Command::EMPTY
};

/// How many revisions are shown where the command line does not say.
const MAX: i64 = 256;

fn run(call: &Call, output: &mut Output) -> Result<(), Failure> {
    let name = call.args.positional.first().map(String::as_str).unwrap_or_default();
    let namespace = environment::namespace(&call.args);
    let found = cluster::block_on(async {
        let Some(releases) = Releases::open(call, &namespace, output).await? else {
            return Ok(None);
        };
        releases.reach(call).await?;
        if Release::check_name(name).is_err() {
            return Err(Failure(format!("release name is invalid: {name}")));
        }
        let history = releases.storage.history(name).await;
        history.map(Some).map_err(|error| Failure(told(&error, &call.profile)))
    })?;
    let Some(mut history) = found else { return Ok(()) };
    let max = call.args.integer(&flags::HISTORY_MAX_SHOWN).unwrap_or(MAX);
    let n_passed = history.len().saturating_sub(usize::try_from(max).unwrap_or_default());
    history.drain(..n_passed);
    match Form::of(call) {
        Form::Table => {
            output.print_whole(table(call, &history));
            Ok(())
        }
        form => form.print(json(call, &history), output),
    }
}

fn table(call: &Call, history: &[Stored]) -> String {
    let shows_rollback = call.args.is_on(&flags::SHOW_ROLLBACK_REVISION);
    let heads =
        ["REVISION", "UPDATED", "STATUS", "CHART", "APP VERSION", "ROLLBACK", "DESCRIPTION"];
    let mut rows = vec![heads.map(str::to_owned)];
    for Stored { release, .. } in history {
        let (chart, app_version) = chart_cells(release);
        let info = &release.info;
        let rollback = match info.rollback_revision {
            0 => String::new(),
            revision => revision.to_string(),
        };
        rows.push([
            release.version.to_string(),
            info.last_deployed.map_or(NO_TIME.to_owned(), |time| show_time(time, ANSIC)),
            info.status.to_string(),
            chart,
            app_version,
            rollback,
            info.description.clone(),
        ]);
    }
    let text = if shows_rollback {
        table::layout(&rows, 0)
    } else {
        let rows: Vec<[String; 6]> =
            rows.into_iter().map(|[a, b, c, d, e, _, f]| [a, b, c, d, e, f]).collect();
        table::layout(&rows, 0)
    };
    text + "\n"
}

fn json(call: &Call, history: &[Stored]) -> String {
    let is_helm_3 = call.profile.command_line == CommandLine::Helm3;
    let mut json = Writer::new(Layout::Compact);
    json.begin_list();
    for Stored { release, .. } in history {
        let (chart, app_version) = chart_cells(release);
        let info = &release.info;
        json.begin_map();
        json.key("revision");
        json.int(release.version.into());
        if info.last_deployed.is_some() || is_helm_3 {
            json.key("updated");
            json.string(&info.last_deployed.map(|time| time.to_string()).unwrap_or_default());
        }
        for (key, text) in
            [("status", info.status.as_str()), ("chart", &chart), ("app_version", &app_version)]
        {
            json.key(key);
            json.string(text);
        }
        if info.rollback_revision != 0 && !is_helm_3 {
            json.key("rollback_revision");
            json.int(info.rollback_revision.into());
        }
        json.key("description");
        json.string(&info.description);
        json.end();
    }
    json.end();
    json.finish()
}
