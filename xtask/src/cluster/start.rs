//! Starting a control plane: etcd, the API server and the controllers.

use std::path::Path;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::json;

use super::place::Kind;
use super::{Client, NAMESPACE, Place, crds, keys, network, process, stop};
use crate::{Result, say};

/// How long each part may take until it answers.
const PATIENCE: Duration = Duration::from_secs(90);

/// How long to wait between two questions.
const PAUSE: Duration = Duration::from_millis(100);

/// What stores objects, and says so.
const STORE: [&str; 2] = ["kube-apiserver", "etcd"];

/// What makes accounts, and deletes what nobody owns.
const CONTROLLER: &str = "kube-controller-manager";

/// The controllers of a control plane without a node: those without which a deleted object or namespace would stay for
/// ever, a pod would miss its account, and a quota would count nothing.
///
/// There are none that make pods: no pod would run, and what a test says of a workload's status would not last.
const CONTROLLERS: &[&str] = &[
    "clusterrole-aggregation-controller",
    "garbage-collector-controller",
    "namespace-controller",
    "persistentvolume-protection-controller",
    "persistentvolumeclaim-protection-controller",
    "resourcequota-controller",
    "root-ca-certificate-publisher-controller",
    "serviceaccount-controller",
    "serviceaccount-token-controller",
];

/// Starts a control plane, unless it runs, and waits until it answers.
pub(super) fn up(place: &Place, port: u16) -> Result {
    let (start, state) = (Instant::now(), place.state());
    let runs = STORE.iter().all(|name| process::is_running(&state, name));
    if !runs {
        stop::down(place)?;
        keys::write(&state)?;
        store(place, port)?;
    }
    control(place)?;
    if !runs {
        say(&format!("the control plane is ready after {:.1} s", start.elapsed().as_secs_f64()));
    }
    crds::apply(&Client::of(place)?, place.kind)
}

/// Starts etcd and the API server.
pub(super) fn store(place: &Place, port: u16) -> Result {
    let state = place.state();
    keys::write_private(&state.join("port"), &port.to_string())?;
    let etcd_url = |offset: u16| format!("http://127.0.0.1:{}", port.saturating_add(offset));
    let etcd = [
        ("data-dir", text(&state.join("etcd"))),
        ("log-level", "error".to_owned()),
        ("listen-client-urls", etcd_url(1)),
        ("advertise-client-urls", etcd_url(1)),
        ("listen-peer-urls", etcd_url(2)),
        ("initial-advertise-peer-urls", etcd_url(2)),
        ("initial-cluster", format!("default={}", etcd_url(2))),
        ("unsafe-no-fsync", "true".to_owned()),
    ];
    start(place, "etcd", &etcd)?;
    let key = |name: &str| text(&state.join(name));
    let mut server = vec![
        ("etcd-servers", etcd_url(1)),
        ("secure-port", port.to_string()),
        ("service-cluster-ip-range", "10.96.0.0/16".to_owned()),
        ("authorization-mode", "Node,RBAC".to_owned()),
        ("allow-privileged", "true".to_owned()),
        ("tls-cert-file", key("server.crt")),
        ("tls-private-key-file", key("server.key")),
        ("token-auth-file", key("tokens.csv")),
        ("client-ca-file", key("ca.crt")),
        ("service-account-issuer", "https://kubernetes.default.svc.cluster.local".to_owned()),
        ("service-account-key-file", key("tokens.key")),
        ("service-account-signing-key-file", key("tokens.key")),
    ];
    match place.kind {
        Kind::ControlPlane => server.extend([
            ("bind-address", "127.0.0.1".to_owned()),
            ("advertise-address", "127.0.0.1".to_owned()),
            ("endpoint-reconciler-type", "none".to_owned()),
        ]),
        Kind::Node => server.extend([
            ("bind-address", "0.0.0.0".to_owned()),
            ("advertise-address", network::ADDRESS.to_owned()),
            ("enable-admission-plugins", "NodeRestriction".to_owned()),
            ("kubelet-client-certificate", key("kubelet-client.crt")),
            ("kubelet-client-key", key("kubelet-client.key")),
            ("kubelet-certificate-authority", key("ca.crt")),
            ("kubelet-preferred-address-types", "InternalIP".to_owned()),
        ]),
    }
    start(place, "kube-apiserver", &server)?;
    write_kubeconfig(place, port, "kubeconfig", "token")
}

/// Waits for the API server, and starts the controllers if they do not run.
pub(super) fn control(place: &Place) -> Result {
    let state = place.state();
    let client = Client::of(place)?;
    wait_until(place, &STORE, "the API server", || client.is_ready())?;
    furnish(&client)?;
    if !process::is_running(&state, CONTROLLER) {
        let file = |name: &str| text(&state.join(name));
        let mut manager = vec![
            ("kubeconfig", file("kubeconfig")),
            ("secure-port", "0".to_owned()),
            ("leader-elect", "false".to_owned()),
            ("service-account-private-key-file", file("tokens.key")),
            ("root-ca-file", file("ca.crt")),
            // Tests make and delete much at once.
            ("kube-api-qps", "300".to_owned()),
            ("kube-api-burst", "600".to_owned()),
            ("concurrent-namespace-syncs", "20".to_owned()),
        ];
        match place.kind {
            Kind::ControlPlane => manager.push(("controllers", CONTROLLERS.join(","))),
            Kind::Node => manager.extend([
                ("cluster-signing-cert-file", file("ca.crt")),
                ("cluster-signing-key-file", file("ca.key")),
                ("allocate-node-cidrs", "true".to_owned()),
                ("cluster-cidr", "10.244.0.0/16".to_owned()),
                ("service-cluster-ip-range", "10.96.0.0/16".to_owned()),
            ]),
        }
        start(place, CONTROLLER, &manager)?;
    }
    let account = "/api/v1/namespaces/default/serviceaccounts/default";
    wait_until(place, &["kube-apiserver", "etcd", CONTROLLER], "the controllers", || {
        client.get(account).is_ok_and(|(status, _)| status == 200)
    })
}

/// Starts one of Kubernetes' programs with flags.
pub(super) fn start(place: &Place, name: &str, flags: &[(&str, String)]) -> Result {
    let mut command = Command::new(place.program(name));
    command.args(flags.iter().map(|(name, value)| format!("--{name}={value}")));
    process::start(&place.state(), name, &mut command)
}

/// Waits for something, as long as the programs that bring it about run.
pub(super) fn wait_until(
    place: &Place,
    programs: &[&str],
    what: &str,
    is_so: impl Fn() -> bool,
) -> Result {
    let (start, state) = (Instant::now(), place.state());
    while !is_so() {
        if let Some(name) = programs.iter().find(|name| !process::is_running(&state, name)) {
            return Err(format!("{name} ended; see {}/{name}.log", state.display()));
        }
        if start.elapsed() > PATIENCE {
            let seconds = PATIENCE.as_secs();
            return Err(format!(
                "waited {seconds} s for {what}; see the logs in {}",
                state.display()
            ));
        }
        sleep(PAUSE);
    }
    Ok(())
}

/// Gives a path as a flag takes it.
pub(super) fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// Makes the namespace, and the account without which no pod is let in, since the controller may take its time.
fn furnish(client: &Client) -> Result {
    let namespace =
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}});
    client.create("/api/v1/namespaces", &namespace)?;
    let account =
        json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}});
    client.create(&format!("/api/v1/namespaces/{NAMESPACE}/serviceaccounts"), &account)
}

/// Writes the file by which a client finds the API server, with one of the tokens.
pub(super) fn write_kubeconfig(place: &Place, port: u16, name: &str, token: &str) -> Result {
    let state = place.state();
    let token =
        std::fs::read_to_string(state.join(token)).map_err(|error| format!("{token}: {error}"))?;
    // Every JSON text is YAML.
    let config = json!({
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "pintle",
        "contexts": [{"name": "pintle", "context": {"cluster": "pintle", "user": "admin", "namespace": NAMESPACE}}],
        "clusters": [{"name": "pintle", "cluster": {
            "server": format!("https://127.0.0.1:{port}"),
            "certificate-authority": state.join("ca.crt"),
        }}],
        "users": [{"name": "admin", "user": {"token": token}}],
    });
    keys::write_private(&state.join(name), &format!("{config:#}\n"))
}
