//! Starting and ending one cluster.

use std::fs;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::json;

use super::{Client, NAMESPACE, Place, keys, process};
use crate::{Result, say};

/// How long a server may take until it answers.
const PATIENCE: Duration = Duration::from_secs(90);

/// How long to wait between two questions.
const PAUSE: Duration = Duration::from_millis(200);

/// The programs, in the order in which they are ended.
const PROGRAMS: [&str; 3] = ["kube-controller-manager", "kube-apiserver", "etcd"];

/// What stores objects, and says so.
const STORE: [&str; 2] = ["kube-apiserver", "etcd"];

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

/// Starts etcd, the API server and the controllers, unless they run, and waits until they answer.
pub(super) fn up(place: &Place, port: u16) -> Result {
    let state = place.state();
    let start = Instant::now();
    if STORE.iter().all(|name| process::is_running(&state, name)) {
        return finish(place);
    }
    down(place)?;
    let text = |path: &Path| path.to_string_lossy().into_owned();
    keys::write(&state)?;
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
    process::start(&state, "etcd", &place.program("etcd"), &flags(&etcd))?;
    let key = |name: &str| text(&state.join(name));
    let server = [
        ("etcd-servers", etcd_url(1)),
        ("bind-address", "127.0.0.1".to_owned()),
        ("advertise-address", "127.0.0.1".to_owned()),
        ("endpoint-reconciler-type", "none".to_owned()),
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
    process::start(&state, "kube-apiserver", &place.program("kube-apiserver"), &flags(&server))?;
    write_kubeconfig(place, port)?;
    finish(place)?;
    say(&format!("the control plane is ready after {:.1} s", start.elapsed().as_secs_f64()));
    Ok(())
}

/// Waits for the API server, and starts the controllers if they do not run.
fn finish(place: &Place) -> Result {
    let state = place.state();
    let client = Client::of(place)?;
    wait(place, &client)?;
    furnish(&client)?;
    let name = "kube-controller-manager";
    if !process::is_running(&state, name) {
        let file = |name: &str| state.join(name).to_string_lossy().into_owned();
        let manager = [
            ("kubeconfig", file("kubeconfig")),
            ("secure-port", "0".to_owned()),
            ("leader-elect", "false".to_owned()),
            ("controllers", CONTROLLERS.join(",")),
            ("service-account-private-key-file", file("tokens.key")),
            ("root-ca-file", file("ca.crt")),
            // Tests make and delete much at once.
            ("kube-api-qps", "300".to_owned()),
            ("kube-api-burst", "600".to_owned()),
            ("concurrent-namespace-syncs", "20".to_owned()),
        ];
        process::start(&state, name, &place.program(name), &flags(&manager))?;
    }
    let account = "/api/v1/namespaces/default/serviceaccounts/default";
    wait_until(place, &PROGRAMS, "the controllers", || {
        client.get(account).is_ok_and(|(status, _)| status == 200)
    })
}

/// Waits until the server answers.
fn wait(place: &Place, client: &Client) -> Result {
    wait_until(place, &STORE, "the API server", || client.is_ready())
}

/// Waits for something, as long as the programs that bring it about run.
fn wait_until(place: &Place, programs: &[&str], what: &str, is_so: impl Fn() -> bool) -> Result {
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

fn flags(pairs: &[(&str, String)]) -> Vec<String> {
    pairs.iter().map(|(name, value)| format!("--{name}={value}")).collect()
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

/// Ends what runs and deletes what was stored.
pub(super) fn down(place: &Place) -> Result {
    let state = place.state();
    for name in PROGRAMS {
        process::stop(&state, name)?;
    }
    match fs::remove_dir_all(&state) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(format!("{}: {error}", state.display()))
        }
        _ => Ok(()),
    }
}

/// Gives the programs that were started and do not run any more.
pub(super) fn gone(place: &Place) -> Vec<&'static str> {
    PROGRAMS.into_iter().filter(|name| !process::is_running(&place.state(), name)).collect()
}

fn write_kubeconfig(place: &Place, port: u16) -> Result {
    let state = place.state();
    let token =
        fs::read_to_string(state.join("token")).map_err(|error| format!("token: {error}"))?;
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
    keys::write_private(&state.join("kubeconfig"), &format!("{config:#}\n"))
}
