//! Sandboxes on a real node: commands, files, names and what they may not do.

#![expect(clippy::unwrap_used, reason = "what fails here fails a test")]

use std::time::{Duration, Instant};

use pintle::cluster::exec::Exit;
use pintle::cluster::{Client, Connection};
use pintle::{Chart, Installer, Sandbox, SandboxOptions, Values, options};

const VALUES: &str = r#"
services:
  default:
    image: "python:3.12-bookworm"
    command: ["tail", "-f", "/dev/null"]
    resources: {limits: {cpu: 100m, memory: 512Mi}, requests: {cpu: 100m, memory: 512Mi}}
  web:
    image: "nginx:1.27.2"
    dnsRecord: true
    resources: {limits: {cpu: 100m, memory: 128Mi}, requests: {cpu: 100m, memory: 128Mi}}
corednsImage: "coredns/coredns:local"
"#;

/// How many bytes of a file are moved.
const FILE: usize = 100_000_000;

async fn installer() -> Installer {
    let file =
        std::env::var("PINTLE_TEST_KUBECONFIG").expect("PINTLE_TEST_KUBECONFIG names a kubeconfig");
    let connection = Connection { kubeconfig: vec![file.into()], ..Connection::default() };
    let client = Client::connect(&connection).await.unwrap();
    let chart =
        Chart::load(concat!(env!("CARGO_MANIFEST_DIR"), "/../../charts/agent-env")).unwrap();
    Installer::new(client, chart, options()).await.unwrap()
}

#[tokio::test]
#[ignore = "needs a node: PINTLE_TEST_KUBECONFIG"]
async fn a_sandbox_runs_commands_moves_files_and_leaves_nothing() {
    let installer = installer().await;
    let client = installer.client().clone();
    let values = Values::from_yaml(VALUES).unwrap();
    let sandbox = Sandbox::install(&installer, &values, SandboxOptions::default()).await.unwrap();

    let out = sandbox.exec("default", ["python3", "-c", "print(6 * 7)"]).run().await.unwrap();
    assert_eq!((out.exit, out.stdout.as_slice()), (Exit::Code(0), &b"42\n"[..]), "{out:?}");
    let out = sandbox.exec("default", ["sh", "-c", "cat; exit 7"]).stdin("in").run().await.unwrap();
    assert_eq!((out.exit, out.stdout.as_slice()), (Exit::Code(7), &b"in"[..]));
    let out = sandbox.exec("default", ["dmesg"]).run().await.unwrap();
    assert!(String::from_utf8_lossy(&out.stdout).contains("gVisor"), "gVisor is underneath");
    let out = sandbox.exec("default", ["getent", "hosts", "web"]).run().await.unwrap();
    assert_eq!(out.exit, Exit::Code(0), "the sidecar resolves names: {out:?}");
    let page =
        "import urllib.request; print(urllib.request.urlopen('http://web', timeout=5).status)";
    let out = sandbox.exec("default", ["python3", "-c", page]).run().await.unwrap();
    assert_eq!(out.stdout, b"200\n", "{out:?}");
    let outside = "import socket; socket.create_connection(('8.8.8.8', 53), timeout=3)";
    let out = sandbox.exec("default", ["python3", "-c", outside]).run().await.unwrap();
    assert_ne!(out.exit, Exit::Code(0), "there is no way out");

    let started = Instant::now();
    let out = sandbox
        .exec("default", ["sleep", "600"])
        .timeout(Duration::from_secs(2))
        .run()
        .await
        .unwrap();
    assert_eq!(out.exit, Exit::TimedOut { is_killed: true });
    assert!(started.elapsed() < Duration::from_secs(30));
    let out = sandbox
        .exec("default", ["sh", "-c", "ps ax || cat /proc/[0-9]*/cmdline"])
        .run()
        .await
        .unwrap();
    assert!(!String::from_utf8_lossy(&out.stdout).contains("sleep 600"), "it is killed: {out:?}");

    let bytes: Vec<u8> = (0..FILE).map(|n| u8::try_from(n % 251).unwrap()).collect();
    sandbox.write_file("default", "/tmp/deep/down/a b", bytes.clone()).await.unwrap();
    assert!(sandbox.read_file("default", "/tmp/deep/down/a b").await.unwrap() == bytes);
    assert!(sandbox.read_file("default", "/tmp/none").await.is_err());

    let name = sandbox.name().to_owned();
    sandbox.uninstall().await.unwrap();
    let path = format!(
        "/api/v1/namespaces/default/configmaps?labelSelector=app.kubernetes.io%2Finstance%3D{name}"
    );
    let left: serde_json::Value = client.get(&path).await.unwrap();
    assert_eq!(left["items"], serde_json::json!([]));
}
