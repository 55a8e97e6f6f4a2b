//! The commands, one file each.

mod action_options;
mod action_report;
mod agentrun;
mod certificates;
mod chart;
pub(crate) mod compose;
mod dependency;
mod dependency_build;
mod dependency_list;
mod dependency_update;
mod diff;
mod docs;
mod docs_rows;
mod get;
mod get_all;
mod get_hooks;
mod get_manifest;
mod get_metadata;
mod get_notes;
mod get_values;
mod history;
mod install;
mod install_batch;
mod jsonpath;
mod lint;
mod lint_folder;
mod lint_report;
mod list;
mod output_dir;
mod rollback;
mod schema;
mod show;
mod show_only;
mod snapshot;
mod status;
mod template;
mod template_flags;
mod template_report;
mod test;
mod uninstall;
mod upgrade;
mod validate;
mod values;
mod values_why;
mod version;

use std::sync::Arc;

use pintle::{Host, Still};
use pintle_engine::{KubeVersion, Profile, World};

use crate::args::command::Command;
use crate::args::{Args, flags};
use crate::call::Call;
use crate::print::{Failure, Output};

/// What a command does.
pub(crate) type Run = fn(&Call, &mut Output) -> Result<(), Failure>;

/// All commands, below the program itself.
pub(crate) static ROOT: Command = Command {
    short: "renders Helm charts, and installs them",
    long: "Renders, checks and shows Helm charts, byte for byte as Helm does, and makes releases of them on a cluster.",
    commands: &[
        agentrun::COMMAND,
        chart::COMMAND,
        compose::COMMAND,
        dependency::COMMAND,
        diff::COMMAND,
        docs::COMMAND,
        get::COMMAND,
        history::COMMAND,
        install::COMMAND,
        lint::COMMAND,
        list::COMMAND,
        rollback::COMMAND,
        schema::COMMAND,
        show::COMMAND,
        snapshot::COMMAND,
        status::COMMAND,
        template::COMMAND,
        test::COMMAND,
        uninstall::COMMAND,
        upgrade::COMMAND,
        validate::COMMAND,
        values::COMMAND,
        version::COMMAND,
    ],
    ..Command::EMPTY
};

/// Gives the version of Kubernetes that charts see: `--kube-version`, or the one Helm assumes.
fn kube_version(args: &Args, profile: &Profile) -> Result<KubeVersion, Failure> {
    match args.text(&flags::KUBE_VERSION) {
        None | Some("") => Ok(KubeVersion::default()),
        Some(text) => KubeVersion::parse(text, profile.kube_version)
            .map_err(|reason| Failure(format!("invalid kube version '{text}': {reason}"))),
    }
}

/// Gives the world templates may ask: this machine, or one that stands still.
pub(crate) fn world(args: &Args) -> Arc<dyn World> {
    match args.unsigned(&flags::SEED) {
        Some(seed) => Arc::new(Still::new(seed)),
        None if args.is_on(&flags::ENABLE_DNS) => Arc::new(Host::default().with_dns()),
        None => Arc::new(Host::default()),
    }
}
