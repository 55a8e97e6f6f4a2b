//! `upgrade`: renders a chart and makes another revision of a release of it.
//!
//! Source: `newUpgradeCmd` in `pkg/cmd/upgrade.go` and `Upgrade.prepareUpgrade` in `pkg/action/upgrade.go`, Helm v4.

use pintle::cluster::Error;
use pintle::cluster::action::{Install, Upgrade};
use pintle::cluster::release::{ApplyMethod, Release as Record, Status, Time};
use pintle::{Capabilities, Chart, Installer, Request, Values};
use pintle_chart::coalesce::{coalesce, coalesce_tables};
use pintle_engine::{CommandLine, Profile, Release};
use pintle_yaml::{Map, Value};

use super::action_options::{self, DryRun};
use super::action_report;
use super::install::{self, EXCLUSIVE, How, dry, hides_only_when_dry, labels, settings};
use super::template_flags;
use super::template_report::{failure_of, say};
use crate::args::command::{Command, Count};
use crate::args::flags;
use crate::call::Call;
use crate::cluster;
use crate::log::{Level, structured};
use crate::prepare::{self, Prepared};
use crate::print::{Failure, Output};

pub(super) const COMMAND: Command = Command {
    name: "upgrade",
    arguments: "[RELEASE] [CHART]",
    short: "upgrade a release",
    long: "Renders a chart and makes another revision of a release of it.\n\n\
           CHART is a folder, an archive, or @NAME for a chart that this program carries.",
    count: Count::Exactly(2),
    own_flags: &[flags::COMPOSE_FLAGS, flags::EXPLAIN_FLAGS],
    flags: &[
        flags::INSTALL_FLAGS,
        flags::RELEASE_FLAGS,
        flags::UPGRADE_FLAGS,
        flags::VALUE_FLAGS,
        flags::CHART_FLAGS,
    ],
    exclusive: EXCLUSIVE,
    run: Some(run),
    ..Command::EMPTY
};

fn run(call: &Call, output: &mut Output) -> Result<(), Failure> {
    let Call { args, profile, .. } = call;
    let dry_run = action_options::dry_run(args, profile, output)?;
    let method = action_options::method(args, profile)?;
    template_flags::check_post_renderer(args)?;
    let name = &args.positional[0];
    let (is_for_people, notes) = (action_report::is_for_people(call), action_report::notes(call));
    if args.is_on(&flags::INSTALL)
        && let Some(replaces) = is_missing(call, name)?
    {
        if is_for_people {
            output.print(format!("Release {name:?} does not exist. Installing it now.\n"));
        }
        let install = Install {
            options: action_options::read(args, profile),
            creates_namespace: args.is_on(&flags::CREATE_NAMESPACE),
            replaces,
            takes_ownership: args.is_on(&flags::TAKE_OWNERSHIP),
        };
        let default = match profile.command_line {
            CommandLine::Helm4 => ApplyMethod::ServerSide,
            CommandLine::Helm3 => ApplyMethod::ClientSide,
        };
        let how = How { dry_run, install, method: method.unwrap_or(default) };
        let record = install::install(call, &how, output)?;
        return action_report::print(call, &record, notes, output);
    }
    let release = Release::new(name.clone());
    let prepared = prepare::gather(call, args.positional[1].clone(), release, output)?;
    let record = upgrade(call, dry_run, method, prepared, output)?;
    if is_for_people {
        output.print(format!("Release {name:?} has been upgraded. Happy Helming!\n"));
    }
    action_report::print(call, &record, notes, output)
}

/// Tells whether there is no such release, and if so whether one was uninstalled and its record kept.
fn is_missing(call: &Call, name: &str) -> Result<Option<bool>, Failure> {
    cluster::block_on(async {
        let client = cluster::client(call).await?;
        cluster::reach(&client, &call.profile).await?;
        let storage = cluster::storage(call, &client)?;
        Ok(match storage.last(name).await {
            Err(Error::ReleaseNotFound) => Some(false),
            Err(error) => return Err(error.into()),
            Ok(last) if last.release.info.status == Status::Uninstalled => Some(true),
            Ok(_) => None,
        })
    })
}

fn upgrade(
    call: &Call,
    dry_run: DryRun,
    method: Option<ApplyMethod>,
    prepared: Prepared,
    output: &mut Output,
) -> Result<Record, Failure> {
    let Call { args, profile, .. } = call;
    let failed = |Failure(text)| Failure(format!("UPGRADE FAILED: {text}"));
    let Prepared { mut chart, given, release, .. } = prepared;
    let name = release.name;
    let cancelled = format!("Release {name} has been cancelled.\n");
    let upgrade = Upgrade {
        options: action_options::read(args, profile),
        takes_ownership: args.is_on(&flags::TAKE_OWNERSHIP),
        max_history: action_options::max_history(args),
    };
    let work = cluster::block_on(async {
        let client = cluster::client(call).await?;
        cluster::reach(&client, profile).await?;
        if Release::check_name(&name).is_err() {
            return Err(Failure(format!("release name is invalid: {name}")));
        }
        hides_only_when_dry(call, dry_run)?;
        let actor = cluster::actor(call, &client, &cancelled)?;
        let base = upgrade.base(&actor, &name).await?;
        let values = reused(call, &mut chart, &base.current, given.values, profile)?;
        let revision = base.last.version + 1;
        let namespace = base.current.namespace.clone();
        let release = Release::new(&*name).namespace(&*namespace).upgrade(revision.into());
        let method = method.unwrap_or_else(|| base.apply_method());
        let settings = settings(call, Capabilities::default());
        let installer = Installer::ready(client, chart, settings).await?.apply_method(method);
        let request = Request {
            name: name.clone(),
            namespace,
            values: Values::from(values),
            labels: base.labels(&labels(call)?),
        };
        let (rendered, report) = installer.render(request.values.as_map(), release).await;
        say(&report, profile, output);
        let rendered = rendered.map_err(|error| failure_of(&error, profile, output))?;
        let mut record = installer.record(&rendered, &request, revision)?;
        record.info.first_deployed = base.current.info.first_deployed;
        record.info.last_deployed = Some(Time::now());
        if dry_run != DryRun::None {
            upgrade.objects(&actor, &base.current, &record).await?;
            dry(&mut record, Status::PendingUpgrade);
            return Ok(record);
        }
        let done = upgrade.run(&actor, base, record).await;
        done.map_err(|(record, error)| {
            if record.is_some() && profile.command_line == CommandLine::Helm4 {
                let attributes = [("name", &*name), ("error", &error.to_string())];
                output.complain(&structured(Level::Warn, "upgrade failed", &attributes));
            }
            cluster::failed(call, &error, output)
        })
    });
    work.map_err(failed)
}

/// Gives the values of the next revision: what was given, over those of the current one as the flags say.
fn reused(
    call: &Call,
    chart: &mut Chart,
    current: &Record,
    given: Map,
    profile: &Profile,
) -> Result<Map, Failure> {
    let args = &call.args;
    if args.is_on(&flags::RESET_VALUES) {
        return Ok(given);
    }
    let config = map(current.config.as_ref().map(|config| serde_json::json!(config)))?;
    if args.is_on(&flags::REUSE_VALUES) {
        let recorded = match &current.chart {
            None => serde_json::Value::Null,
            Some(chart) => serde_json::from_str(chart.get())?,
        };
        let old = Chart {
            metadata: pintle::Metadata {
                name: recorded["metadata"]["name"].as_str().unwrap_or_default().to_owned(),
                ..Default::default()
            },
            values: map(Some(recorded["values"].clone()))?,
            ..Chart::default()
        };
        let coalesced = coalesce(&old, &config, profile.coalesce)
            .map_err(|error| Failure(format!("failed to rebuild old values: {error}")))?;
        chart.values = coalesced.values;
        return Ok(coalesce_tables(&given, &config, profile.coalesce).0);
    }
    if args.is_on(&flags::RESET_THEN_REUSE_VALUES) {
        return Ok(coalesce_tables(&given, &config, profile.coalesce).0);
    }
    Ok(if given.is_empty() { config } else { given })
}

/// Reads a map of a record as values.
fn map(json: Option<serde_json::Value>) -> Result<Map, Failure> {
    let Some(json) = json.filter(|json| !json.is_null()) else { return Ok(Map::new()) };
    match pintle_yaml::json::from_str(&json.to_string()) {
        Ok(Value::Map(map)) => Ok(map),
        _ => Err(Failure("the values of the release's record are no map".to_owned())),
    }
}
