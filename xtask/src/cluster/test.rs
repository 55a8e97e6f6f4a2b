//! `cargo xtask cluster test`: the tests that need a cluster, with whatever cluster this machine can have in time.
//!
//! A cluster that is given is used for all of them. Else a control plane is built where Go is, within a limit, and a node
//! is started where root, namespaces and its programs are there already. What is not run is said, with the reason.

use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use walkdir::WalkDir;

use super::place::Kind;
use super::{GIVEN, Place, build, is_built, process};
use crate::{Result, root, say};

/// How long the programs of a control plane may take to be built. From nothing, two cores need about ten minutes.
const BUILD_PATIENCE: Duration = Duration::from_mins(15);

/// How long a cluster may take to start, be checked or end.
const CLUSTER_PATIENCE: Duration = Duration::from_mins(5);

/// How long one package's tests may take, with what it takes to build them.
const TEST_PATIENCE: Duration = Duration::from_mins(20);

/// How long to wait between two looks whether a program has ended.
const PAUSE: Duration = Duration::from_millis(100);

/// The packages with tests that need a cluster, and their folders.
const PACKAGES: &[(&str, &str)] =
    &[("pintle-cluster", "crates/cluster"), ("pintle", "crates/pintle")];

/// How a test says that an API server suffices for it.
const NEEDS_CLUSTER: &str = "#[ignore = \"needs a cluster";

/// How a test says that it needs pods.
const NEEDS_NODE: &str = "#[ignore = \"needs a node";

/// How a test says that it needs real Helm besides, in both of the variables that `record` takes it from.
const NEEDS_HELM: &str = "and real Helm";

/// A file of tests.
struct Tests {
    package: &'static str,
    name: String,
    kind: Kind,
    needs_helm: bool,
}

impl Tests {
    /// Finds the files that have tests of either kind. One with tests of both is run with a node.
    fn all(root: &Path) -> Vec<Self> {
        let mut all = Vec::new();
        for (package, folder) in PACKAGES {
            let files = WalkDir::new(root.join(folder).join("tests")).max_depth(1);
            for file in files.sort_by_file_name().into_iter().flatten() {
                let text = std::fs::read_to_string(file.path()).unwrap_or_default();
                let kind = match (text.contains(NEEDS_NODE), text.contains(NEEDS_CLUSTER)) {
                    (true, _) => Kind::Node,
                    (false, true) => Kind::ControlPlane,
                    (false, false) => continue,
                };
                let name = file.path().file_stem().unwrap_or_default();
                let name = name.to_string_lossy().into_owned();
                all.push(Self { package, name, kind, needs_helm: text.contains(NEEDS_HELM) });
            }
        }
        all
    }
}

/// Runs the tests for which there is a cluster, says which were not run, and fails if one fails.
pub(super) fn run(version: &str) -> Result {
    let given = std::env::var(GIVEN).unwrap_or_default();
    let mut wrong = Vec::new();
    for kind in [Kind::ControlPlane, Kind::Node] {
        // A control plane of ours that is given is one that has no pods.
        let is_too_little = kind == Kind::Node
            && Path::new(&given) == Place::new(version, Kind::ControlPlane)?.kubeconfig();
        let result = if given.is_empty() || is_too_little {
            with_cluster(&Place::new(version, kind)?)
        } else {
            tests(kind, &given)
        };
        wrong.extend(result.err());
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
}

/// Runs one kind's tests, with a cluster of that kind, which is ended unless it ran before.
fn with_cluster(place: &Place) -> Result {
    let runs = process::all_run(&place.state());
    if !runs {
        if let Err(reason) = prepare(place) {
            let kind = place.kind.name();
            say(&format!("NOT RUN: the tests that need a {kind}: {reason}"));
            return Ok(());
        }
        cluster("up", place, CLUSTER_PATIENCE)?;
    }
    let is_checked = match place.kind {
        Kind::ControlPlane => Ok(()),
        Kind::Node => cluster("check", place, CLUSTER_PATIENCE),
    };
    let result = is_checked.and_then(|()| tests(place.kind, &place.kubeconfig().to_string_lossy()));
    if runs { result } else { result.and(cluster("down", place, CLUSTER_PATIENCE)) }
}

/// Sees to it that a cluster can start.
///
/// # Errors
///
/// Says why it cannot.
fn prepare(place: &Place) -> Result {
    if place.kind == Kind::Node {
        // It takes half an hour to build one.
        return is_built(place);
    }
    build::debian::find("go").ok_or("there is no Go")?;
    if build::missing(place)?.is_empty() {
        return Ok(());
    }
    let start = Instant::now();
    cluster("build", place, BUILD_PATIENCE)?;
    say(&format!("built a control plane in {:.0} s", start.elapsed().as_secs_f64()));
    Ok(())
}

/// Runs one kind's tests against a cluster.
fn tests(kind: Kind, kubeconfig: &str) -> Result {
    let mut wrong = Vec::new();
    let mut all = Tests::all(&root());
    all.retain(|it| it.kind == kind);
    if ["HELM4", "HELM3"].iter().any(|name| std::env::var_os(name).is_none()) {
        for Tests { package, name, .. } in all.extract_if(.., |it| it.needs_helm) {
            say(&format!("NOT RUN: {name} of {package}: it needs real Helm in HELM4 and HELM3"));
        }
    }
    for (package, _) in PACKAGES {
        let of_package = all.iter().filter(|it| it.package == *package);
        let names = of_package.flat_map(|it| ["--test", it.name.as_str()]);
        let words: Vec<&str> = ["-p", package].into_iter().chain(names).collect();
        if words.len() == 2 {
            continue;
        }
        say(&format!("$ cargo test {} -- --ignored", words.join(" ")));
        let mut command = Command::new("cargo");
        command
            .args(["test", "--locked", "--quiet"])
            .args(words)
            .args(["--", "--ignored"])
            .env(GIVEN, kubeconfig)
            .current_dir(root());
        wrong.extend(within(TEST_PATIENCE, &mut command).err());
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
}

/// Runs another command about clusters.
fn cluster(verb: &str, place: &Place, patience: Duration) -> Result {
    // A process of its own: one that starts a node stays in the node's network.
    let program = std::env::current_exe().map_err(|error| format!("this program: {error}"))?;
    let mut command = Command::new(program);
    command.args(["cluster", verb, "--version", &place.version]);
    match (place.kind, verb) {
        (Kind::ControlPlane, _) => command.arg("--control-plane-only"),
        (Kind::Node, "down") => command.arg("--node-only"),
        (Kind::Node, _) => &mut command,
    };
    within(patience, &mut command)
}

/// Runs a program, its output on the terminal, and kills it with all that it started once its time is over.
fn within(patience: Duration, command: &mut Command) -> Result {
    let name = format!("{command:?}").replace('"', "");
    let start = Instant::now();
    let mut child = command.process_group(0).spawn().map_err(|error| format!("{name}: {error}"))?;
    loop {
        match child.try_wait().map_err(|error| format!("{name}: {error}"))? {
            Some(status) if status.success() => return Ok(()),
            Some(status) => return Err(format!("{name}: {status}")),
            None if start.elapsed() < patience => sleep(PAUSE),
            None => break,
        }
    }
    // Its group bears its own number.
    killpg(Pid::from_raw(child.id().cast_signed()), Signal::SIGKILL)
        .map_err(|error| format!("{name}: {error}"))?;
    child.wait().map_err(|error| format!("{name}: {error}"))?;
    Err(format!("{name}: not done in {} minutes", patience.as_secs() / 60))
}

#[cfg(test)]
mod unit {
    use super::*;

    #[test]
    fn a_program_that_takes_too_long_is_ended_with_what_it_started() {
        let start = Instant::now();
        let mut command = Command::new("sh");
        command.args(["-c", "sleep 60 & sleep 60"]);
        let error = within(Duration::from_millis(300), &mut command).unwrap_err();
        assert!(error.contains("not done in"), "{error}");
        assert!(start.elapsed() < Duration::from_secs(30));
    }

    #[test]
    fn a_program_that_fails_is_told_with_its_status() {
        let error =
            within(CLUSTER_PATIENCE, Command::new("sh").args(["-c", "exit 3"])).unwrap_err();
        assert!(error.ends_with("exit status: 3"), "{error}");
    }
}
