//! `list`: the releases of a namespace, or of all.
//!
//! Source: `pkg/cmd/list.go` and `pkg/action/list.go`, Helm v4.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use pintle::cluster::release::{Release, Status};
use pintle_chart::go::regex::Regex;
use pintle_engine::CommandLine;
use pintle_yaml::json::{Layout, Writer};

use crate::args::command::{Command, Count};
use crate::args::{Args, flags};
use crate::call::Call;
use crate::cluster::{self, told};
use crate::environment;
use crate::label_selector::Selector;
use crate::log::{Level, structured};
use crate::print::{Failure, Output};
use crate::release_text::{header, namespace, status};
use crate::releases::{Form, Releases, chart_cells, show_time};
use crate::table;

pub(super) const COMMAND: Command = Command {
    name: "list",
    aliases: &["ls"],
    short: "list releases",
    long: "Lists the releases of a namespace, or of all. Each is shown in its newest revision.",
    count: Count::Exactly(0),
    flags: &[flags::LIST_FLAGS, flags::FORMAT_FLAGS],
    run: Some(run),
    ..Command::EMPTY
};

/// How many releases are shown where the command line does not say.
const MAX: i64 = 256;

/// How Go shows a time that is asked for no layout.
const TIME: &str = "2006-01-02 15:04:05.999999999 -0700 MST";

/// What is kept of a record.
struct Row {
    name: String,
    namespace: String,
    revision: u32,
    seconds: i64,
    updated: String,
    status: Status,
    chart: String,
    app_version: String,
    labels: BTreeMap<String, String>,
}

impl Row {
    fn new(release: &Release, labels: BTreeMap<String, String>, layout: &str) -> Self {
        let (chart, app_version) = chart_cells(release);
        let time = release.info.last_deployed;
        Self {
            name: release.name.clone(),
            namespace: release.namespace.clone(),
            revision: release.version,
            // Go's zero time comes before all others.
            seconds: time.map_or(i64::MIN, |time| time.timestamp.as_second()),
            updated: time.map_or_else(|| "-".to_owned(), |time| show_time(time, layout)),
            status: release.info.status,
            chart,
            app_version,
            labels,
        }
    }
}

fn run(call: &Call, output: &mut Output) -> Result<(), Failure> {
    let args = &call.args;
    let scope = if args.is_on(&flags::LIST_ALL_NAMESPACES) {
        String::new()
    } else {
        environment::namespace(args)
    };
    let Some(rows) = cluster::block_on(rows(call, &scope, output))? else { return Ok(()) };
    print(call, &rows, output)
}

/// Reads the records and chooses those to show.
async fn rows(call: &Call, scope: &str, output: &mut Output) -> Result<Option<Vec<Row>>, Failure> {
    let args = &call.args;
    let Some(releases) = Releases::open(call, scope, output).await? else { return Ok(None) };
    releases.reach(call).await?;
    let filter = match args.text(&flags::LIST_FILTER).filter(|text| !text.is_empty()) {
        Some(pattern) => Some(Regex::new(pattern.as_bytes()).map_err(Failure)?),
        None => None,
    };
    let layout = args.text(&flags::LIST_TIME_FORMAT).filter(|text| !text.is_empty());
    let layout = layout.unwrap_or(TIME);
    let listing = releases.storage.list(|stored| {
        let release = &stored.release;
        let is_meant = filter.as_ref().is_none_or(|filter| filter.is_match(&release.name));
        is_meant.then(|| Row::new(release, stored.labels, layout))
    });
    let listing = listing.await.map_err(|error| Failure(told(&error, &call.profile)))?;
    if output.log.debug && call.profile.command_line == CommandLine::Helm4 {
        for error in &listing.skipped {
            let text = error.to_string();
            let message = "list failed to decode release";
            output.complain(&structured(Level::Debug, message, &[("error", &text)]));
        }
    }
    let mut rows = listing.items;
    if rows.is_empty() {
        return Ok(Some(rows));
    }
    let states = states(args, call.profile.command_line);
    if states != [Status::Superseded] {
        rows = newest(rows);
    }
    rows.retain(|row| states.contains(&row.status));
    let selector = Selector::parse(args.text(&flags::LIST_SELECTOR).unwrap_or_default());
    let selector = selector.map_err(Failure)?;
    rows.retain(|row| selector.is_match(&row.labels));
    sort(args, &mut rows);
    let offset = args.integer(&flags::LIST_OFFSET).unwrap_or_default();
    let max = args.integer(&flags::LIST_MAX).unwrap_or(MAX);
    let offset = usize::try_from(offset)
        .map_err(|_| Failure(format!("--offset {offset} is less than nothing")))?;
    rows.drain(..offset.min(rows.len()));
    // Nothing, and less, is no limit.
    if let Some(max) = usize::try_from(max).ok().filter(|max| *max > 0) {
        rows.truncate(max);
    }
    Ok(Some(rows))
}

/// Gives the states to show.
fn states(args: &Args, generation: CommandLine) -> Vec<Status> {
    const PENDING: [Status; 3] =
        [Status::PendingInstall, Status::PendingRollback, Status::PendingUpgrade];
    let all = [
        (&flags::LIST_DEPLOYED, &[Status::Deployed][..]),
        (&flags::LIST_UNINSTALLED, &[Status::Uninstalled]),
        (&flags::LIST_UNINSTALLING, &[Status::Uninstalling]),
        (&flags::LIST_PENDING, &PENDING),
        (&flags::LIST_FAILED, &[Status::Failed]),
        (&flags::LIST_SUPERSEDED, &[Status::Superseded]),
    ];
    let wants_all = args.is_on(&flags::LIST_ALL);
    let chosen = all.iter().filter(|(flag, _)| wants_all || args.is_on(flag));
    let chosen: Vec<Status> = chosen.flat_map(|(_, states)| states.iter().copied()).collect();
    match generation {
        _ if !chosen.is_empty() => chosen,
        CommandLine::Helm3 => vec![Status::Deployed, Status::Failed],
        CommandLine::Helm4 => all.iter().flat_map(|(_, states)| states.iter().copied()).collect(),
    }
}

/// Keeps the newest revision of each release.
fn newest(rows: Vec<Row>) -> Vec<Row> {
    let mut newest: BTreeMap<(String, String), Row> = BTreeMap::new();
    for row in rows {
        match newest.entry((row.namespace.clone(), row.name.clone())) {
            Entry::Vacant(place) => drop(place.insert(row)),
            Entry::Occupied(mut place) => {
                if place.get().revision <= row.revision {
                    place.insert(row);
                }
            }
        }
    }
    newest.into_values().collect()
}

fn sort(args: &Args, rows: &mut [Row]) {
    let name = |row: &Row| (row.name.clone(), row.namespace.clone(), row.revision);
    match (args.is_on(&flags::LIST_DATE), args.is_on(&flags::LIST_REVERSE)) {
        (true, false) => rows.sort_by_cached_key(|row| (row.seconds, name(row))),
        (true, true) => rows.sort_by_cached_key(|row| Reverse((row.seconds, name(row)))),
        (false, false) => rows.sort_by_cached_key(name),
        (false, true) => rows.sort_by_cached_key(|row| Reverse(name(row))),
    }
}

fn print(call: &Call, rows: &[Row], output: &mut Output) -> Result<(), Failure> {
    let args = &call.args;
    let form = Form::of(call);
    let is_short = args.is_on(&flags::LIST_SHORT);
    if form == Form::Table {
        let text = if is_short {
            rows.iter().flat_map(|row| [row.name.as_str(), "\n"]).collect()
        } else {
            table(call, rows)
        };
        output.print_whole(text);
        return Ok(());
    }
    let mut json = Writer::new(Layout::Compact);
    json.begin_list();
    for row in rows {
        if is_short {
            json.string(&row.name);
            continue;
        }
        json.begin_map();
        for (key, text) in [
            ("name", row.name.as_str()),
            ("namespace", &row.namespace),
            ("revision", &row.revision.to_string()),
            ("updated", &row.updated),
            ("status", row.status.as_str()),
            ("chart", &row.chart),
            ("app_version", &row.app_version),
        ] {
            json.key(key);
            json.string(text);
        }
        json.end();
    }
    json.end();
    form.print(json.finish(), output)
}

fn table(call: &Call, rows: &[Row]) -> String {
    let args = &call.args;
    let has_colour = call.has_colour();
    let mut lines = Vec::with_capacity(rows.len() + 1);
    if !args.is_on(&flags::LIST_NO_HEADERS) {
        lines.push(
            ["NAME", "NAMESPACE", "REVISION", "UPDATED", "STATUS", "CHART", "APP VERSION"]
                .map(|text| header(text, has_colour)),
        );
    }
    for row in rows {
        lines.push([
            row.name.clone(),
            namespace(&row.namespace, has_colour),
            row.revision.to_string(),
            row.updated.clone(),
            status(row.status, has_colour),
            row.chart.clone(),
            row.app_version.clone(),
        ]);
    }
    table::layout(&lines, 0) + "\n"
}
