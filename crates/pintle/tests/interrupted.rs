//! Commands that are killed or refused at every request they send, against a real API server.
//!
//! Whatever is left, the next command of the same kind finishes or undoes: afterwards the release is what was asked for, and
//! nothing is left when it is uninstalled.

#![expect(clippy::unwrap_used, reason = "what fails here fails a test")]
#![expect(clippy::print_stdout, reason = "it tells how much was tried")]

mod proxy;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use futures_util::future::join_all;
use pintle::cluster::{Client, Connection};
use proxy::{Fault, Plan, Proxy};
use serde_json::Value as Json;

/// What is done to a release, and what is done before that.
struct Scene {
    name: &'static str,
    before: &'static [&'static [&'static str]],
    command: &'static [&'static str],
    /// the objects of the release afterwards
    after: &'static [&'static str],
}

const INSTALL: &[&str] = &["install", "demo", "CHART", "--set", "names={a,b,c}"];
const CHANGE: &[&str] = &["upgrade", "demo", "CHART", "--set", "names={b,c,d}"];
const SCENES: &[Scene] = &[
    Scene { name: "install", before: &[], command: INSTALL, after: &["a", "b", "c"] },
    Scene { name: "upgrade", before: &[INSTALL], command: CHANGE, after: &["b", "c", "d"] },
    Scene {
        name: "upgrade-install",
        before: &[],
        command: &["upgrade", "--install", "demo", "CHART", "--set", "names={a}"],
        after: &["a"],
    },
    Scene {
        name: "rollback",
        before: &[INSTALL, CHANGE],
        command: &["rollback", "demo", "1"],
        after: &["a", "b", "c"],
    },
    Scene {
        name: "uninstall",
        before: &[INSTALL, CHANGE],
        command: &["uninstall", "demo"],
        after: &[],
    },
];

/// The most requests a command may send: more is a loop.
const MAX_REQUESTS: usize = 200;

/// How many namespaces were made: tests of one program run at once.
static N_NAMESPACES: AtomicUsize = AtomicUsize::new(0);

/// A cluster to test with.
struct Cluster {
    client: Client,
    folder: tempfile::TempDir,
}

/// How a program ended, and what it said.
struct Ended {
    is_good: bool,
    text: String,
}

impl Cluster {
    async fn connect() -> Self {
        let file = std::env::var("PINTLE_TEST_KUBECONFIG")
            .expect("PINTLE_TEST_KUBECONFIG names a kubeconfig");
        let connection =
            Connection { kubeconfig: vec![PathBuf::from(file)], ..Connection::default() };
        let client = Client::connect(&connection).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        write_chart(&folder.path().join("chart"));
        Self { client, folder }
    }

    /// Makes a namespace that no other test has.
    async fn namespace(&self, name: &str) -> String {
        let n = N_NAMESPACES.fetch_add(1, Ordering::SeqCst);
        let name = format!("it-{name}-{}-{n}", std::process::id());
        let body =
            format!(r#"{{"apiVersion":"v1","kind":"Namespace","metadata":{{"name":"{name}"}}}}"#);
        let request = http::Request::post("/api/v1/namespaces").body(body.into_bytes()).unwrap();
        let _: Json = self.client.kube().request(request).await.unwrap();
        name
    }

    async fn forget(&self, namespace: &str) {
        let path = format!("/api/v1/namespaces/{namespace}");
        let request = http::Request::delete(path).body(Vec::new()).unwrap();
        let _ = self.client.kube().request_text(request).await;
    }

    /// Runs the program; with a fault, something happens at one of its requests.
    async fn run(
        &self,
        namespace: &str,
        words: &[&str],
        fault: Option<(usize, Fault)>,
    ) -> (Ended, usize) {
        let child: Arc<Mutex<Option<std::process::Child>>> = Arc::default();
        let kill = {
            let child = Arc::clone(&child);
            Box::new(move || {
                let mut child = child.lock().unwrap();
                let child = child.as_mut().expect("the program runs");
                child.kill().unwrap();
                child.wait().unwrap();
            })
        };
        let plan = fault.map(|(at, fault)| Plan { at, fault, kill });
        let proxy = Proxy::start(self.client.clone(), plan).await;
        let chart = self.folder.path().join("chart");
        let words =
            words.iter().map(|word| if *word == "CHART" { chart.to_str().unwrap() } else { word });
        let output = self.folder.path().join(format!("{namespace}.out"));
        let file = fs::File::create(&output).unwrap();
        // The lock is held until the child is in its place: the first request waits for it.
        {
            let mut place = child.lock().unwrap();
            let spawned = Command::new(env!("CARGO_BIN_EXE_pintle"))
                .args(words)
                .args([
                    "--namespace",
                    namespace,
                    "--kubeconfig",
                    "/dev/null",
                    "--kube-apiserver",
                    &proxy.url,
                ])
                .env_clear()
                .env("HOME", self.folder.path())
                .stdin(Stdio::null())
                .stdout(file.try_clone().unwrap())
                .stderr(file)
                .spawn();
            *place = Some(spawned.unwrap());
        }
        let status = loop {
            if let Some(status) = child.lock().unwrap().as_mut().unwrap().try_wait().unwrap() {
                break status;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        };
        let text = fs::read_to_string(&output).unwrap();
        (Ended { is_good: status.success(), text }, proxy.n_requests())
    }

    /// Gives the names of the config maps of a release, in order.
    async fn objects(&self, namespace: &str) -> Vec<String> {
        let path = format!(
            "/api/v1/namespaces/{namespace}/configmaps?labelSelector=app.kubernetes.io%2Fmanaged-by%3DHelm"
        );
        let list: Json = self.client.get(&path).await.unwrap();
        let items = list["items"].as_array().into_iter().flatten();
        let mut names: Vec<String> =
            items.map(|item| item["metadata"]["name"].as_str().unwrap().to_owned()).collect();
        names.sort();
        names
    }

    /// Gives the states of the release's revisions, in order.
    async fn states(&self, namespace: &str) -> Vec<String> {
        let path = format!("/api/v1/namespaces/{namespace}/secrets?labelSelector=owner%3Dhelm");
        let list: Json = self.client.get(&path).await.unwrap();
        let items = list["items"].as_array().into_iter().flatten();
        items
            .map(|item| item["metadata"]["labels"]["status"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Prepares a scene, disturbs it, and lets the same command come after. Gives whether anything was disturbed.
    async fn play(&self, scene: &Scene, at: usize, fault: Fault) -> bool {
        let namespace = self.namespace(scene.name).await;
        let place = format!("{} {fault:?} at request {at}", scene.name);
        for words in scene.before {
            let (ended, _) = self.run(&namespace, words, None).await;
            assert!(ended.is_good, "{place}: before: {}", ended.text);
        }
        let (ended, n_requests) = self.run(&namespace, scene.command, Some((at, fault))).await;
        let is_disturbed = n_requests >= at;
        assert!(n_requests <= MAX_REQUESTS, "{place}: {n_requests} requests");
        let is_kill = matches!(fault, Fault::KillBefore | Fault::KillAfter);
        if is_disturbed && is_kill {
            assert!(!ended.is_good, "{place}: it should have been killed");
            self.settle(scene, &namespace, &place).await;
        } else {
            assert!(ended.is_good, "{place}: {}", ended.text);
        }
        assert_eq!(self.objects(&namespace).await, scene.after, "{place}");
        let states = self.states(&namespace).await;
        let n_deployed = states.iter().filter(|state| *state == "deployed").count();
        assert_eq!(n_deployed, usize::from(!scene.after.is_empty()), "{place}: {states:?}");
        assert!(!states.iter().any(|state| state.starts_with("pending")), "{place}: {states:?}");
        if !scene.after.is_empty() {
            let (ended, _) = self.run(&namespace, &["uninstall", "demo"], None).await;
            assert!(ended.is_good, "{place}: uninstall: {}", ended.text);
        }
        assert!(self.objects(&namespace).await.is_empty(), "{place}: objects are left");
        assert!(self.states(&namespace).await.is_empty(), "{place}: records are left");
        self.forget(&namespace).await;
        is_disturbed
    }

    /// Gives the command again that was killed.
    async fn settle(&self, scene: &Scene, namespace: &str, place: &str) {
        let (ended, _) = self.run(namespace, scene.command, None).await;
        let is_done_already = match scene.name {
            // The record was gone, or said deployed, when the program was killed.
            "uninstall" => ended.text.contains("release: not found"),
            "install" => ended.text.contains("cannot reuse a name that is still in use"),
            _ => false,
        };
        assert!(ended.is_good || is_done_already, "{place}: the next command: {}", ended.text);
    }
}

fn write_chart(folder: &Path) {
    let map = "{{- range .Values.names }}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ . }}}\n\
               data: {revision: '{{ $.Release.Revision }}'}\n{{- end }}\n";
    let hook = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: hook\n  annotations:\n    helm.sh/hook: \
                pre-install,post-upgrade\n    helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded\n";
    fs::create_dir_all(folder.join("templates")).unwrap();
    fs::write(folder.join("Chart.yaml"), "apiVersion: v2\nname: maps\nversion: 0.1.0\n").unwrap();
    fs::write(folder.join("templates/maps.yaml"), map).unwrap();
    fs::write(folder.join("templates/hook.yaml"), hook).unwrap();
}

async fn play_all(faults: &[Fault]) {
    let cluster = Cluster::connect().await;
    // Scenes play at once, each in namespaces of its own: most of the time they wait.
    let scenes = SCENES.iter().map(|scene| async {
        for fault in faults {
            let mut at = 1;
            while cluster.play(scene, at, *fault).await {
                at += 1;
            }
            println!("{} {fault:?}: {} requests", scene.name, at - 1);
        }
    });
    join_all(scenes).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a cluster: PINTLE_TEST_KUBECONFIG"]
async fn a_command_that_is_killed_at_any_request_is_finished_by_the_next() {
    play_all(&[Fault::KillBefore, Fault::KillAfter]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a cluster: PINTLE_TEST_KUBECONFIG"]
async fn a_request_that_fails_for_a_moment_is_sent_again() {
    play_all(&[Fault::Refuse(503), Fault::Cut]).await;
}
