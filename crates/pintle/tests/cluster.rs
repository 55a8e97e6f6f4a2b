//! Releases on a real API server: this program beside real Helm, on the same records.
//!
//! `PINTLE_TEST_KUBECONFIG` says which server, else the one that `cargo xtask cluster up` starts; `HELM4` and `HELM3` name
//! real Helm.

#![expect(clippy::unwrap_used, reason = "what fails here fails a test")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use pintle::cluster::release::{Driver, Holder, Release, Storage};
use pintle::cluster::{Client, Connection};

fn root() -> PathBuf {
    fs::canonicalize(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")).unwrap()
}

fn kubeconfig() -> PathBuf {
    std::env::var_os("PINTLE_TEST_KUBECONFIG").map_or_else(
        || std::env::home_dir().unwrap().join(".cache/pintle/cluster/1.34.4/state/kubeconfig"),
        PathBuf::from,
    )
}

/// Calls a program, and gives how it ended and what it printed.
fn say(program: &str, profile: &str, line: &str) -> String {
    let mut command = Command::new(program);
    #[cfg(unix)]
    std::os::unix::process::CommandExt::arg0(&mut command, "helm");
    let output = command
        .current_dir(root())
        .env_clear()
        .envs([("HOME", "/nowhere"), ("PINTLE_PROFILE", profile)])
        .env("KUBECONFIG", kubeconfig())
        .args(line.split(' '))
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{:?}\n{}{}", output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// Puts the records of the fixtures into a namespace of their own.
async fn put(namespace: &str) -> Storage {
    let connection = Connection { kubeconfig: vec![kubeconfig()], ..Connection::default() };
    let client = Client::connect(&connection).await.unwrap();
    let body = format!(r#"{{"metadata": {{"name": "{namespace}"}}}}"#).into_bytes();
    let request = http::Request::post("/api/v1/namespaces")
        .header("Content-Type", "application/json")
        .body(body)
        .unwrap();
    client.kube().request::<serde_json::Value>(request).await.unwrap();
    let text = fs::read_to_string(root().join("fixtures/cli/releases/releases.yaml")).unwrap();
    let value = pintle_yaml::from_str(&text).unwrap();
    let json = pintle_yaml::json::to_string(&value, pintle_yaml::json::Layout::Raw).unwrap();
    let records: Vec<Release> = serde_json::from_str(&json).unwrap();
    let storage = Storage::new(client, Driver::Secrets, namespace);
    for mut release in records.into_iter().filter(|release| release.namespace == "default") {
        namespace.clone_into(&mut release.namespace);
        release.labels.insert("team".to_owned(), release.name[..1].to_owned());
        storage.create(&release, Some(&Holder::now("somebody"))).await.unwrap();
    }
    storage
}

const LINES: &[&str] = &[
    "list",
    "list -o json",
    "list -l team=w",
    "list -l status=failed",
    "list -l team!=w,owner",
    "list --superseded -o yaml",
    "history web",
    "status web",
    "status web -o json",
    "status web --revision 1",
    "status web --show-resources",
    "status nope",
    "status web --revision 9",
    "get all web",
    "get manifest web",
    "get hooks web",
    "get notes web",
    "get values web -a",
    "get metadata web",
    "get metadata web -o json",
    "get metadata web --revision 2",
    "get metadata web --revision 2 -o yaml",
];

#[tokio::test]
#[ignore = "needs a cluster and real Helm: cargo xtask cluster up, HELM4, HELM3"]
async fn records_are_told_as_real_helm_tells_them() {
    let namespace = format!("releases-told-{}", std::process::id());
    let storage = put(&namespace).await;
    let ours = env!("CARGO_BIN_EXE_pintle");
    let mut complaints = String::new();
    for (variable, profile) in [("HELM4", "helm-4.3"), ("HELM3", "helm-3.22")] {
        let helm = std::env::var(variable).unwrap();
        for line in LINES {
            let line = format!("{line} -n {namespace}");
            let (expected, got) = (say(&helm, profile, &line), say(ours, profile, &line));
            if expected != got {
                let _ = write!(
                    complaints,
                    "=== {profile} {line}\nexpected:\n{expected}\ngot:\n{got}\n"
                );
            }
        }
    }
    assert!(complaints.is_empty(), "{complaints}");
    // Helm writes over a record that somebody holds, and knows nothing of that.
    assert!(storage.get("web", 3).await.unwrap().holder.is_some());
    let line = format!("uninstall web --keep-history --no-hooks -n {namespace}");
    let helm = std::env::var("HELM4").unwrap();
    let said = say(&helm, "helm-4.3", &line);
    assert!(said.starts_with("Some(0)"), "{said}");
    let stored = storage.get("web", 3).await.unwrap();
    assert_eq!(stored.release.info.status.as_str(), "uninstalled");
    assert!(stored.holder.is_none());
}
