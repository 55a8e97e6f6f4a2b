//! `cargo xtask cluster check`: proves that a node is what it is said to be, by traffic between pods.

use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::process::quietly;
use super::{Client, Place};
use crate::{Result, say};

/// The namespace in which all of it happens, and which is deleted.
const NAMESPACE: &str = "pintle-check";

/// How long something may take to come about.
const PATIENCE: Duration = Duration::from_mins(1);

/// How long to wait between two looks.
const PAUSE: Duration = Duration::from_millis(300);

/// How long a command in a pod may take, in seconds.
const COMMAND_PATIENCE: &str = "15";

/// What is true of a fresh node, each by a command in a pod that succeeds or has to fail.
const FACTS: &[(&str, Pod, &str)] = &[
    ("gVisor is under a pod of its class", Pod::Client, "dmesg | grep -q 'Starting gVisor'"),
    ("no gVisor is under a pod of runc's class", Pod::Web, "! dmesg | grep -q 'Starting gVisor'"),
    ("a service's name is found", Pod::Client, "getent hosts web.pintle-check.svc.cluster.local"),
    ("its short name leads to its pod", Pod::Client, "curl -sf http://web/ | grep -q Welcome"),
    ("names of elsewhere do not exist", Pod::Client, "! getent hosts example.org"),
    ("nothing outside is reached", Pod::Client, "! curl -s -m 2 http://192.0.2.1/"),
    (
        "the API server is reached",
        Pod::Client,
        "curl -sk -o /dev/null https://kubernetes.default.svc/version",
    ),
    ("a volume is written by one pod", Pod::Web, "echo shared >/shared/file"),
    ("and read by the other", Pod::Client, "grep -q shared /shared/file"),
];

/// The pods of `files/check.yaml`.
#[derive(Clone, Copy)]
enum Pod {
    /// Under gVisor, with tools.
    Client,
    /// Under runc, and serves a page.
    Web,
}

/// Makes pods, tells of each fact whether it holds, deletes the pods, and fails unless all held.
pub(super) fn run(place: &Place) -> Result {
    let start = Instant::now();
    let client = Client::of(place)?;
    let check = Check { place, client, n_wrong: 0 };
    let result = check.run();
    // What cannot be deleted is told by the next check, which waits for it.
    let _ = quietly(kubectl(place).args(["delete", "namespace", NAMESPACE, "--wait=false"]));
    let n_wrong = result?;
    let seconds = start.elapsed().as_secs_f64();
    say(&format!("checked in {seconds:.0} s"));
    if n_wrong == 0 { Ok(()) } else { Err(format!("{n_wrong} of these do not hold")) }
}

/// Gives the tool that runs commands in pods.
fn kubectl(place: &Place) -> Command {
    let mut command = Command::new(place.program("kubectl"));
    command.arg("--kubeconfig").arg(place.kubeconfig()).args(["--request-timeout", "60s"]);
    command
}

struct Check<'place> {
    place: &'place Place,
    client: Client,
    n_wrong: usize,
}

impl Check<'_> {
    fn run(mut self) -> Result<usize> {
        self.kubectl(&["delete", "namespace", NAMESPACE, "--ignore-not-found", "--timeout=60s"])?;
        self.client.make(include_str!("files/check.yaml"))?;
        let seconds = format!("--timeout={}s", PATIENCE.as_secs());
        let ready = ["wait", "-n", NAMESPACE, "--for=condition=Ready", "pod", "--all", &seconds];
        let told = self.kubectl(&ready).map(drop);
        self.tell("pods of both runtime classes become ready", &told);
        if told.is_err() {
            return Ok(self.n_wrong);
        }
        for (what, pod, command) in FACTS {
            let told = self.in_pod(*pod, command);
            self.tell(what, &told);
        }
        let told = self.kubectl(&["logs", "-n", NAMESPACE, "web"]).map(drop);
        self.tell("a pod's log is read", &told);

        let page = "curl -sf -m 2 -o /dev/null http://web/";
        let name = "getent hosts web.pintle-check.svc.cluster.local";
        let other_name = "timeout 5 getent hosts kubernetes.default.svc.cluster.local";
        self.client.make(include_str!("files/check-deny.yaml"))?;
        let told = self.comes_about(|check| check.in_pod(Pod::Client, &format!("! {page}")));
        self.tell("a network policy that denies all stops traffic", &told);
        self.kubectl(&["delete", "-n", NAMESPACE, "networkpolicy", "deny"])?;
        let told = self.comes_about(|check| check.in_pod(Pod::Client, page));
        self.tell("and lets it through when it is gone", &told);

        self.client.make(include_str!("files/check-names.yaml"))?;
        let told = self.comes_about(|check| check.in_pod(Pod::Client, &format!("! {other_name}")));
        self.tell("a Cilium policy of names stops other names", &told);
        let told =
            self.comes_about(|check| check.in_pod(Pod::Client, &format!("{name} && {page}")));
        self.tell("and lets through the name and the port it allows", &told);
        let address = "curl -sk -m 2 -o /dev/null https://10.96.0.1/version";
        let told = self.in_pod(Pod::Client, &format!("! {address}"));
        self.tell("and nothing else", &told);
        Ok(self.n_wrong)
    }

    /// Tells whether something holds.
    fn tell(&mut self, what: &str, told: &Result) {
        match told {
            Ok(()) => say(&format!("ok    {what}")),
            Err(error) => {
                self.n_wrong += 1;
                say(&format!("WRONG {what}: {error}"));
            }
        }
    }

    fn kubectl(&self, args: &[&str]) -> Result<String> {
        quietly(kubectl(self.place).args(args))
    }

    /// Runs a command in a pod.
    fn in_pod(&self, pod: Pod, command: &str) -> Result {
        let name = match pod {
            Pod::Client => "client",
            Pod::Web => "web",
        };
        let limit = ["timeout", COMMAND_PATIENCE, "sh", "-c", command];
        let exec = ["exec", "-n", NAMESPACE, name, "--"];
        self.kubectl(&[&exec[..], &limit[..]].concat()).map(drop)
    }

    /// Waits until something holds.
    fn comes_about(&self, holds: impl Fn(&Self) -> Result) -> Result {
        let start = Instant::now();
        loop {
            match holds(self) {
                Err(_) if start.elapsed() < PATIENCE => sleep(PAUSE),
                result => return result,
            }
        }
    }
}
