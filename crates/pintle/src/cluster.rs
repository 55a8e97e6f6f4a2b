//! The cluster of a call: which one, as whom, and how this program waits for it.
//!
//! Source: `EnvSettings` in `pkg/cli/environment.go`, Helm v4.

use std::future::Future;
use std::path::PathBuf;

use pintle::cluster::{Client, Connection, Error};
use pintle_engine::{CommandLine, Profile};
use tokio::runtime::Builder;

use crate::args::flags;
use crate::call::Call;
use crate::environment::{kubeconfig_paths, variable};
use crate::print::Failure;

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
