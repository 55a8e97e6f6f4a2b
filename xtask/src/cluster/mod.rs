//! `cargo xtask cluster up | down | status | check | test | build | built | kubeconfig`: a real cluster on this machine.
//!
//! Everything comes through the Go module proxy and lies in the user's cache (see [`place`]). There are two kinds, which
//! may run at a time: a control plane alone, quick to start, where objects are judged and stored and no pod ever runs; and
//! a whole node in a network namespace of its own. What each needs and lacks is told in `xtask/README.md`.

mod build;
mod check;
mod client;
mod crds;
mod images;
mod keys;
mod network;
mod node;
mod place;
mod process;
mod start;
mod stop;
mod test;

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

  up           builds what is missing, starts a node, and waits until its pods find names; as root
  down         ends what up started, and deletes what it stored; without a flag, node and control plane
  status       tells what runs; fails if something that was started does not
  check        proves by pods and traffic that the node works
  test         runs the tests that need a cluster, as far as this machine can have one; says which were not run
  build        builds what is missing, and starts nothing
  built        fails, and says what is missing, unless up would start at once
  kubeconfig   prints the file by which tests find their cluster: PINTLE_TEST_KUBECONFIG, else what runs here

  --control-plane-only   etcd, kube-apiserver and kube-controller-manager alone, on this machine's loopback
  --node-only            of down: the node, and not the control plane
";

/// What the command line asks for.
struct Plan {
    version: String,
    port: Option<u16>,
    /// The one kind that was named.
    kind: Option<Kind>,
}

impl Plan {
    fn of(options: &[&str]) -> Result<Self> {
        let mut plan = Self { version: DEFAULT_VERSION.to_owned(), port: None, kind: None };
        let mut words = options.iter();
        while let Some(word) = words.next() {
            let kind = match *word {
                "--control-plane-only" => Some(Kind::ControlPlane),
                "--node-only" => Some(Kind::Node),
                _ => None,
            };
            if kind.is_some() {
                if plan.kind.is_some() && plan.kind != kind {
                    return Err("only one of two cannot be meant twice".to_owned());
                }
                plan.kind = kind;
                continue;
            }
            let value = words.next().ok_or_else(|| format!("{word} needs a value\n\n{USAGE}"))?;
            match *word {
                "--version" => (*value).clone_into(&mut plan.version),
                "--port" => {
                    let port = value.parse::<u16>().ok().filter(|port| *port > 0);
                    plan.port = Some(port.ok_or_else(|| format!("{value} is no port"))?);
                }
                _ => return Err(format!("{word} is no option\n\n{USAGE}")),
            }
        }
        Ok(plan)
    }

    /// Gives the place of the kind that was named, or of a node.
    fn place(&self) -> Result<Place> {
        Place::new(&self.version, self.kind.unwrap_or(Kind::Node))
    }
}

/// Does as the arguments say.
pub(crate) fn run(args: &[&str]) -> Result {
    let [command, options @ ..] = args else { return Err(USAGE.to_owned()) };
    // Only `up` calls it so.
    if let ["relay", port] = args {
        return network::relay(port.parse().map_err(|_| format!("{port} is no port"))?);
    }
    let plan = Plan::of(options)?;
    match *command {
        "up" => up(&plan),
        "down" => down(&plan),
        "status" => status(),
        "check" => check::run(&Place::new(&plan.version, Kind::Node)?),
        "test" => test::run(&plan.version),
        "build" => {
            let _lock = place::lock()?;
            make(&plan.place()?)
        }
        "built" => is_built(&plan.place()?),
        "kubeconfig" => print_kubeconfig(),
        _ => Err(USAGE.to_owned()),
    }
}

fn up(plan: &Plan) -> Result {
    let _lock = place::lock()?;
    let place = plan.place()?;
    make(&place)?;
    let port = plan.port.unwrap_or_else(|| place.kind.default_port());
    match place.kind {
        Kind::ControlPlane => start::up(&place, port)?,
        Kind::Node => node::up(&place, port)?,
    }
    let (kind, version) = (place.kind.name(), &place.version);
    say(&format!("the {kind} of Kubernetes {version} is up; on this machine it is reached by"));
    say(&format!("  export KUBECONFIG={}", place.kubeconfig().display()));
    if place.kind == Kind::Node {
        say(&format!("  {} get pods -A", place.program("kubectl").display()));
    }
    Ok(())
}

/// Builds what a cluster has to have before it starts.
fn make(place: &Place) -> Result {
    if place.kind == Kind::Node {
        node::check_machine(place)?;
    }
    build::build(place)?;
    if place.kind == Kind::Node {
        images::make(&place::parts()?)?;
    }
    Ok(())
}

/// Fails, with what is missing, unless a cluster could start at once.
fn is_built(place: &Place) -> Result {
    if place.kind == Kind::Node {
        node::check_machine(place)?;
    }
    let mut missing = build::missing(place)?;
    if place.kind == Kind::Node {
        missing.extend(images::missing(&place::parts()?));
    }
    if missing.is_empty() {
        return Ok(());
    }
    Err(format!("cargo xtask cluster build has yet to make {}", missing.join(", ")))
}

fn down(plan: &Plan) -> Result {
    let _lock = place::lock()?;
    for kind in [Kind::Node, Kind::ControlPlane] {
        if plan.kind.is_none_or(|only| only == kind) {
            let place = Place::new(&plan.version, kind)?;
            if place.state().exists() {
                stop::down(&place)?;
                say(&format!("the {} of Kubernetes {} is down", kind.name(), place.version));
            }
        }
    }
    Ok(())
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
        let gone = process::gone(&place.state());
        let is_ready = Client::of(place).is_ok_and(|client| client.is_ready());
        n_broken += usize::from(!is_ready || !process::all_run(&place.state()));
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
    let running = places.into_iter().find(|place| process::all_run(&place.state()));
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
