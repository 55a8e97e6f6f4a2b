//! `install`: renders a chart and makes a release of it on the cluster.
//!
//! Source: `newInstallCmd` in `pkg/cmd/install.go` and `Install.RunWithContext` in `pkg/action/install.go`, Helm v4.

use std::collections::BTreeMap;

use pintle::cluster::action::Install;
use pintle::cluster::apply::Apply;
use pintle::cluster::release::{ApplyMethod, Release as Record, Status};
use pintle::installer::{install_crds, record_without_cluster};
use pintle::{Capabilities, Installer, KubeVersion, Request, Values};
use pintle_engine::{CommandLine, Guards, Renderer, Report, SchemaCheck, Settings};

use super::action_options::{self, DryRun};
use super::action_report;
use super::install_batch;
use super::template_report::{failure_of, say};
use super::{template_flags, world};
use crate::args::command::{Command, Count};
use crate::args::flags;
use crate::call::Call;
use crate::cluster;
use crate::log::{Level, structured};
use crate::prepare::{self, Prepared};
use crate::print::{Failure, Output};

pub(super) const COMMAND: Command = Command {
    name: "install",
    arguments: "[NAME] [CHART]",
    short: "install a chart",
    long: "Renders a chart and makes a release of it on the cluster.\n\n\
           CHART is a folder, an archive, or @NAME for a chart that this program carries.",
    count: Count::AtLeast(1),
    own_flags: &[flags::BATCH_FLAGS, flags::COMPOSE_FLAGS, flags::EXPLAIN_FLAGS],
    flags: &[
        flags::INSTALL_FLAGS,
        flags::INSTALL_NAME_FLAGS,
        flags::RELEASE_FLAGS,
        flags::VALUE_FLAGS,
        flags::CHART_FLAGS,
    ],
    exclusive: EXCLUSIVE,
    run: Some(run),
    ..Command::EMPTY
};

/// Flags of which one is given at most.
pub(super) const EXCLUSIVE: &[&[&crate::args::Flag]] =
    &[&[&flags::FORCE, &flags::FORCE_CONFLICTS], &[&flags::FORCE_REPLACE, &flags::FORCE_CONFLICTS]];

fn run(call: &Call, output: &mut Output) -> Result<(), Failure> {
    let dry_run = action_options::dry_run(&call.args, &call.profile, output)?;
    let how = How::of(call, dry_run);
    if let Some(file) = call.args.text(&flags::BATCH).filter(|_| call.is_ours()) {
        return install_batch::run(call, file, &how, output);
    }
    let named = |Failure(text)| Failure(format!("INSTALLATION FAILED: {text}"));
    let record = install(call, &how, output).map_err(named)?;
    action_report::print(call, &record, action_report::notes(call), output)
}

/// How a release is installed.
#[derive(Debug, Clone)]
pub(super) struct How {
    pub(super) dry_run: DryRun,
    pub(super) install: Install,
    pub(super) method: ApplyMethod,
}

impl How {
    /// Reads the flags of `install`.
    fn of(call: &Call, dry_run: DryRun) -> Self {
        let Call { args, profile, .. } = call;
        let is_client_side =
            args.text(&flags::SERVER_SIDE).is_some() && !args.is_on(&flags::SERVER_SIDE);
        let method = match profile.command_line {
            CommandLine::Helm3 => ApplyMethod::ClientSide,
            CommandLine::Helm4 if is_client_side => ApplyMethod::ClientSide,
            CommandLine::Helm4 => ApplyMethod::ServerSide,
        };
        let install = Install {
            options: action_options::read(args, profile),
            creates_namespace: args.is_on(&flags::CREATE_NAMESPACE),
            replaces: args.is_on(&flags::REPLACE),
            takes_ownership: args.is_on(&flags::TAKE_OWNERSHIP),
        };
        Self { dry_run, install, method }
    }
}

/// Installs what the arguments say.
pub(super) fn install(call: &Call, how: &How, output: &mut Output) -> Result<Record, Failure> {
    template_flags::check_post_renderer(&call.args)?;
    let prepared = prepare::prepare(call, "", output)?;
    if how.dry_run == DryRun::Client {
        return pretend(call, how, prepared, output);
    }
    let cancelled = format!("Release {} has been cancelled.\n", call.args.positional[0]);
    cluster::block_on(async {
        let client = cluster::client(call).await?;
        if let Err(error) = client.version().await {
            let text = cluster::told(&error, &call.profile);
            return Err(refuse("cluster reachability check failed", &text, call, output));
        }
        hides_only_when_dry(call, how.dry_run)?;
        let actor = cluster::actor(call, &client, &cancelled)?;
        prepare::check_release_name(&prepared.release.name, &call.profile, output)?;
        if how.dry_run == DryRun::None
            && let Err(error) = how.install.check_name(&actor, &prepared.release.name).await
        {
            let text = error.to_string();
            return Err(refuse("release name check failed", &text, call, output));
        }
        if !call.args.is_on(&flags::SKIP_CRDS) && how.dry_run == DryRun::None {
            let apply = Apply { method: how.method, ..Apply::default() };
            install_crds(&client, &prepared.chart, apply).await?;
        }
        let Prepared { chart, given, release, .. } = prepared;
        let settings = settings(call, Capabilities::default());
        let installer = Installer::ready(client, chart, settings).await?.apply_method(how.method);
        let values = Values::from(given.values);
        let request = Request {
            name: release.name.clone(),
            namespace: release.namespace.clone(),
            values,
            labels: labels(call)?,
        };
        let (rendered, report) = installer.render(request.values.as_map(), release).await;
        say(&report, &call.profile, output);
        let rendered = rendered.map_err(|error| failure_of(&error, &call.profile, output))?;
        let mut record = installer.record(&rendered, &request, 1)?;
        if how.dry_run == DryRun::Server {
            how.install.check(&actor, &record).await?;
            dry(&mut record, Status::PendingInstall);
            return Ok(record);
        }
        let done = how.install.run(&actor, record).await;
        done.map_err(|(_, error)| cluster::failed(call, &error, output))
    })
}

/// Fails as a check that Helm 4 logs, too.
fn refuse(check: &str, text: &str, call: &Call, output: &mut Output) -> Failure {
    match call.profile.command_line {
        CommandLine::Helm3 => Failure(text.to_owned()),
        CommandLine::Helm4 => {
            let line = if check.starts_with("cluster") {
                structured(Level::Error, &format!("{check}: {text}"), &[])
            } else {
                structured(Level::Error, check, &[("error", text)])
            };
            output.complain(&line);
            Failure(format!("{check}: {text}"))
        }
    }
}

/// Refuses to hide Secrets of what is installed.
pub(super) fn hides_only_when_dry(call: &Call, dry_run: DryRun) -> Result<(), Failure> {
    if dry_run == DryRun::None && call.args.is_on(&flags::HIDE_SECRET) {
        let first = if call.profile.command_line == CommandLine::Helm3 { 'H' } else { 'h' };
        return Err(Failure(format!("{first}iding Kubernetes secrets requires a dry-run mode")));
    }
    Ok(())
}

/// Gives what a render is given.
pub(super) fn settings(call: &Call, capabilities: Capabilities) -> Settings {
    let skips = call.args.is_on(&flags::SKIP_SCHEMA_VALIDATION);
    Settings {
        profile: call.profile,
        capabilities,
        world: world(&call.args),
        schema: if skips { SchemaCheck::Skipped } else { SchemaCheck::Checked },
        guards: Guards::Stop,
    }
}

/// Reads the labels of a release's record.
pub(super) fn labels(call: &Call) -> Result<BTreeMap<String, String>, Failure> {
    template_flags::check_labels(&call.args)?;
    let pairs = call.args.texts(&flags::LABELS).iter();
    Ok(pairs
        .filter_map(|pair| pair.split_once('='))
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect())
}

/// Marks a record as one that is only shown.
pub(super) fn dry(record: &mut Record, status: Status) {
    record.info.status = status;
    "Dry run complete".clone_into(&mut record.info.description);
}

/// Renders what would be installed, without a cluster.
fn pretend(
    call: &Call,
    how: &How,
    prepared: Prepared,
    output: &mut Output,
) -> Result<Record, Failure> {
    prepare::check_release_name(&prepared.release.name, &call.profile, output)?;
    let Prepared { chart, given, release, .. } = prepared;
    let settings = settings(call, Capabilities::new(KubeVersion::default(), [""; 0]));
    let request = Request {
        name: release.name.clone(),
        namespace: release.namespace.clone(),
        values: Values::from(given.values),
        labels: labels(call)?,
    };
    let ready = Renderer::new(chart, settings);
    let mut report = Report::default();
    let rendered = ready.render_reporting(request.values.as_map(), &release, &mut report);
    say(&report, &call.profile, output);
    let rendered = rendered.map_err(|error| failure_of(&error, &call.profile, output))?;
    let mut record = record_without_cluster(&ready, &rendered, &request)?;
    record.apply_method = Some(how.method);
    dry(&mut record, Status::PendingInstall);
    Ok(record)
}
