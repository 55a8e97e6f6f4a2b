//! The cluster of a call: which one, as whom, and how this program waits for it.
//!
//! Source: `EnvSettings` in `pkg/cli/environment.go`, Helm v4.

use std::future::Future;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use pintle::cluster::action::Stop;
use pintle::cluster::progress::{Change, Reporter};
use pintle::cluster::release::{Driver, Storage};
use pintle::cluster::{Client, Connection, Error};
use pintle_engine::{CommandLine, Profile};
use tokio::runtime::Builder;
use tokio::sync::watch;

use crate::args::flags;
use crate::call::Call;
use crate::environment::{self, kubeconfig_paths, variable};
use crate::print::{Failure, Output};

/// Runs what waits for a cluster.
///
/// # Errors
///
/// Those of `work`, or that there are no threads to be had.
pub(crate) fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let mut builder = Builder::new_current_thread();
    let runtime = builder.enable_all().build()?;
    runtime.block_on(work)
}

/// Makes a client of the cluster that flags, environment and kubeconfig name. Nothing is asked of it yet.
///
/// # Errors
///
/// A configuration that cannot be used.
pub(crate) async fn client(call: &Call) -> Result<Client, Failure> {
    let args = &call.args;
    let text = |flag, name: &str| {
        let given = args.text(flag).map(str::to_owned).or_else(|| variable(name));
        given.filter(|text| !text.is_empty())
    };
    let skips = variable("HELM_KUBEINSECURE_SKIP_TLS_VERIFY");
    let mut groups = args.texts(&flags::KUBE_AS_GROUP).to_vec();
    if groups.is_empty() {
        let given = variable("HELM_KUBEASGROUPS").unwrap_or_default();
        groups = given.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect();
    }
    let connection = Connection {
        kubeconfig: kubeconfig_paths(args),
        context: text(&flags::KUBE_CONTEXT, "HELM_KUBECONTEXT"),
        server: text(&flags::KUBE_APISERVER, "HELM_KUBEAPISERVER"),
        token: text(&flags::KUBE_TOKEN, "HELM_KUBETOKEN"),
        ca_file: text(&flags::KUBE_CA_FILE, "HELM_KUBECAFILE").map(PathBuf::from),
        insecure_skip_tls_verify: args.is_on(&flags::KUBE_INSECURE_SKIP_TLS_VERIFY)
            || skips.is_some_and(|text| crate::args::parse_bool(&text) == Some(true)),
        tls_server_name: text(&flags::KUBE_TLS_SERVER_NAME, "HELM_KUBETLS_SERVER_NAME"),
        as_user: text(&flags::KUBE_AS_USER, "HELM_KUBEASUSER"),
        as_groups: groups,
    };
    Client::connect(&connection).await.map_err(|error| {
        let error = error.context("kubernetes cluster unreachable");
        Failure(told(&error, &call.profile))
    })
}

/// Asks whether the cluster is there.
///
/// # Errors
///
/// Helm's words if it is not.
pub(crate) async fn reach(client: &Client, profile: &Profile) -> Result<(), Failure> {
    client.version().await.map(drop).map_err(|error| Failure(told(&error, profile)))
}

/// Words an error of the cluster as the profile does: Helm 3 begins this sentence with a capital.
pub(crate) fn told(error: &Error, profile: &Profile) -> String {
    let text = error.to_string();
    match text.strip_prefix("kubernetes cluster unreachable") {
        Some(rest) if profile.command_line == CommandLine::Helm3 => {
            format!("Kubernetes cluster unreachable{rest}")
        }
        _ => text,
    }
}

pub(crate) use pintle::cluster::action::Actor;

/// Words why an action failed; what is known of objects that did not become ready is said before, where Helm is silent.
pub(crate) fn failed(call: &Call, error: &Error, output: &mut Output) -> Failure {
    if let Some(help) = error.help().filter(|_| call.is_ours()) {
        output.complain(&help);
    }
    Failure(error.to_string())
}

/// Gives where the releases of the call's namespace are recorded.
///
/// # Errors
///
/// A driver that `HELM_DRIVER` names and nobody knows.
pub(crate) fn storage(call: &Call, client: &Client) -> Result<Storage, Failure> {
    Ok(Storage::new(client.clone(), driver()?, environment::namespace(&call.args)))
}

/// Gives what kind of object holds records.
///
/// # Errors
///
/// A driver that `HELM_DRIVER` names and nobody knows.
pub(crate) fn driver() -> Result<Driver, Failure> {
    let name = variable("HELM_DRIVER").unwrap_or_default();
    Driver::by_name(&name).ok_or_else(|| Failure(format!("unknown driver {name:?}")))
}

/// Gives who acts in the call's namespace until a signal comes. `cancelled` is said on standard output then.
///
/// # Errors
///
/// As [`storage`].
pub(crate) fn actor(call: &Call, client: &Client, cancelled: &str) -> Result<Actor, Failure> {
    let storage = storage(call, client)?;
    let stop = Stop::on(signals(cancelled.to_owned()));
    Ok(Actor::new(client.clone(), storage, Arc::new(Lines { tells_changes: call.is_ours() }), stop))
}

/// Sends `true` when the program is told to end.
fn signals(cancelled: String) -> watch::Receiver<bool> {
    let (sender, receiver) = watch::channel(false);
    tokio::spawn(async move {
        told_to_end().await;
        // Nothing is lost if nobody reads it.
        let _ = std::io::stdout().write_all(cancelled.as_bytes());
        let _ = sender.send(true);
    });
    receiver
}

#[cfg(unix)]
async fn told_to_end() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut interrupt), Ok(mut terminate)) =
        (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

#[cfg(not(unix))]
async fn told_to_end() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}

/// Tells what happens in lines on standard error, as it happens.
#[derive(Debug)]
struct Lines {
    /// whether changes of objects are told, about which Helm is silent
    tells_changes: bool,
}

impl Reporter for Lines {
    fn say(&self, text: &str) {
        let _ = writeln!(std::io::stderr(), "{text}");
    }

    fn object(&self, change: &Change<'_>) {
        if let Some(line) = change.line().filter(|_| self.tells_changes) {
            self.say(&line);
        }
    }
}
