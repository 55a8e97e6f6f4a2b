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
const PROGRAMS: [&str; 2] = ["kube-apiserver", "etcd"];

/// Starts etcd and the API server, unless they run, and waits until they answer.
pub(super) fn up(place: &Place, port: u16) -> Result {
    let state = place.state();
    if is_running(place) {
        let client = Client::of(place)?;
        return wait(place, &client).and_then(|()| furnish(&client));
    }
    down(place)?;
    let start = Instant::now();
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
        ("service-account-issuer", "https://kubernetes.default.svc.cluster.local".to_owned()),
        ("service-account-key-file", key("tokens.key")),
        ("service-account-signing-key-file", key("tokens.key")),
    ];
    process::start(&state, "kube-apiserver", &place.program("kube-apiserver"), &flags(&server))?;
    write_kubeconfig(place, port)?;
    let client = Client::of(place)?;
    wait(place, &client)?;
    furnish(&client)?;
    say(&format!("the API server answers after {:.1} s", start.elapsed().as_secs_f64()));
    Ok(())
}

/// Waits until the server answers.
fn wait(place: &Place, client: &Client) -> Result {
    let (start, state) = (Instant::now(), place.state());
    while !client.is_ready() {
        if let Some(name) = PROGRAMS.iter().find(|name| !process::is_running(&state, name)) {
            return Err(format!("{name} ended; see {}/{name}.log", state.display()));
        }
        if start.elapsed() > PATIENCE {
            return Err(format!("no answer in {} s; see {}", PATIENCE.as_secs(), state.display()));
        }
        sleep(PAUSE);
    }
    Ok(())
}

fn flags(pairs: &[(&str, String)]) -> Vec<String> {
    pairs.iter().map(|(name, value)| format!("--{name}={value}")).collect()
}

/// Makes the namespace, and the account without which no Pod is let in: no controller makes it here.
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

/// Tells whether both programs run.
pub(super) fn is_running(place: &Place) -> bool {
    PROGRAMS.iter().all(|name| process::is_running(&place.state(), name))
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
