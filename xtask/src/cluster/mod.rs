//! `cargo xtask cluster up | down | status | check | kubeconfig`: a real cluster on this machine.
//!
//! Everything comes through the Go module proxy and lies in the user's cache (see [`place`]). There are two kinds, which
//! may run at a time: a control plane alone, quick to start, where objects are judged and stored and no pod ever runs; and
//! a whole node in a network namespace of its own. What each needs and lacks is told in `xtask/README.md`.

mod build;
mod client;
mod crds;
mod keys;
mod place;
mod process;
mod start;

use std::path::PathBuf;

pub(crate) use client::Client;
pub(crate) use place::{DEFAULT_VERSION, Place};

use crate::{Result, say};
use place::Kind;

/// The namespace in which namespaced objects are judged.
pub(crate) const NAMESPACE: &str = "judge";

/// Names the cluster that tests use instead of one that runs here.
const GIVEN: &str = "PINTLE_TEST_KUBECONFIG";

const USAGE: &str = "\
usage: cargo xtask cluster COMMAND [--control-plane-only] [--version 1.34.4] [--port N]

  up           builds what is missing, starts what does not run, and applies the custom resources
  down         ends what up started, and deletes what it stored
  status       tells what runs; fails if something that was started does not
  kubeconfig   prints the file by which tests find their cluster: PINTLE_TEST_KUBECONFIG, else what runs here

  --control-plane-only   etcd, kube-apiserver and kube-controller-manager alone, on this machine's loopback
";

/// Does as the arguments say.
pub(crate) fn run(args: &[&str]) -> Result {
    let [command, options @ ..] = args else { return Err(USAGE.to_owned()) };
    let (mut version, mut port, mut kind) = (DEFAULT_VERSION, None, Kind::ControlPlane);
    let mut words = options.iter();
    while let Some(word) = words.next() {
        if *word == "--control-plane-only" {
            kind = Kind::ControlPlane;
            continue;
        }
        let value = words.next().ok_or_else(|| format!("{word} needs a value\n{USAGE}"))?;
        match *word {
            "--version" => version = value,
            "--port" => {
                let number = value.parse().map_err(|error| format!("--port {value}: {error}"))?;
                port = Some(number);
            }
            _ => return Err(USAGE.to_owned()),
        }
    }
    let place = Place::new(version, kind)?;
    match *command {
        "up" => {
            let _lock = place::lock()?;
            build::build(&place)?;
            start::up(&place, port.unwrap_or_else(|| kind.default_port()))?;
            crds::apply(&Client::of(&place)?)?;
            let kubeconfig = place.kubeconfig();
            say(&format!("Kubernetes {version} is up: KUBECONFIG={}", kubeconfig.display()));
            Ok(())
        }
        "down" => {
            let _lock = place::lock()?;
            start::down(&place)
        }
        "status" => status(),
        "kubeconfig" => print_kubeconfig(),
        _ => Err(USAGE.to_owned()),
    }
}

/// Prints a line for each cluster that was started, and fails unless all of them answer, or none was started.
fn status() -> Result {
    let places: Vec<Place> =
        Place::all()?.into_iter().filter(|place| place.state().exists()).collect();
    if places.is_empty() {
        return Err("no cluster is up".to_owned());
    }
    let mut n_broken = 0;
    for place in &places {
        let gone = start::gone(place);
        let is_ready = Client::of(place).is_ok_and(|client| client.is_ready());
        n_broken += usize::from(!is_ready || !gone.is_empty());
        let (version, kind) = (&place.version, place.kind.name());
        let ready = if is_ready { "answers" } else { "does not answer" };
        say(&format!(
            "{version} {kind}: the API server {ready} ({})",
            place.kubeconfig().display()
        ));
        for name in gone {
            say(&format!("  {name} has ended; see {}/{name}.log", place.state().display()));
        }
    }
    if n_broken == 0 { Ok(()) } else { Err("not all that was started runs".to_owned()) }
}

/// Gives the file by which tests find their cluster: the one that is given, else that of a running node, else that of a
/// running control plane.
///
/// # Errors
///
/// If none is given, and none runs.
pub(crate) fn test_kubeconfig() -> Result<PathBuf> {
    if let Some(path) = std::env::var_os(GIVEN).filter(|path| !path.is_empty()) {
        return Ok(path.into());
    }
    let node = Place::new(DEFAULT_VERSION, Kind::Node)?;
    let places = [node].into_iter().chain(Place::all()?);
    let running =
        places.into_iter().find(|place| place.state().exists() && start::gone(place).is_empty());
    let running = running.ok_or_else(|| {
        format!("no cluster: set {GIVEN}, or run cargo xtask cluster up --control-plane-only")
    })?;
    Ok(running.kubeconfig())
}

#[expect(clippy::print_stdout, reason = "the path is for the program that asked")]
fn print_kubeconfig() -> Result {
    println!("{}", test_kubeconfig()?.display());
    Ok(())
}
