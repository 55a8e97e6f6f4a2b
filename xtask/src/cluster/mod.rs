//! `cargo xtask cluster up | down | status`: a real etcd and a real `kube-apiserver` on this machine's loopback.
//!
//! Everything comes through the Go module proxy and lies in the user's cache, in `pintle/cluster/VERSION`: the programs in
//! `bin`, and in `state` what a running cluster writes, which `down` deletes. Nothing runs there besides these two, so
//! objects are judged and stored, but nothing acts on them. Admission is what a server has by default.

mod build;
mod client;
mod crds;
mod keys;
mod process;
mod start;

use std::fs;
use std::path::PathBuf;

pub(crate) use client::Client;

use crate::{Result, say};

/// The version of Kubernetes that is meant where none is named.
pub(crate) const DEFAULT_VERSION: &str = "1.34.4";

/// The API server's port where none is named; etcd takes the next two.
const DEFAULT_PORT: u16 = 17_443;

/// The namespace in which namespaced objects are judged.
pub(crate) const NAMESPACE: &str = "judge";

const USAGE: &str = "\
usage: cargo xtask cluster COMMAND [--version 1.34.4] [--port 17443]

  up       builds what is missing, starts etcd and kube-apiserver, applies the custom resources
  down     ends what up started, and deletes what it stored
  status   tells what runs
";

/// Where one version's programs and state lie.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    version: String,
    folder: PathBuf,
}

impl Place {
    /// Gives the place of a version, which need not be there yet.
    ///
    /// # Errors
    ///
    /// If the version is none, or there is no home.
    pub(crate) fn of(version: &str) -> Result<Self> {
        let numbers: Vec<&str> = version.split('.').collect();
        let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if numbers.len() != 3 || !numbers.iter().all(is_number) {
            return Err(format!("{version} is no version such as {DEFAULT_VERSION}"));
        }
        Ok(Self { version: version.to_owned(), folder: cache()?.join(version) })
    }

    fn minor(&self) -> &str {
        self.version.split('.').nth(1).unwrap_or_default()
    }

    fn program(&self, name: &str) -> PathBuf {
        self.folder.join("bin").join(name)
    }

    fn state(&self) -> PathBuf {
        self.folder.join("state")
    }
}

/// Gives the folder of all versions in the user's cache.
fn cache() -> Result<PathBuf> {
    let set =
        |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let cache = set("XDG_CACHE_HOME").or_else(|| Some(set("HOME")?.join(".cache")));
    let cache = cache.ok_or_else(|| "neither XDG_CACHE_HOME nor HOME is set".to_owned())?;
    Ok(cache.join("pintle/cluster"))
}

/// Does as the arguments say.
pub(crate) fn run(args: &[&str]) -> Result {
    let [command, options @ ..] = args else { return Err(USAGE.to_owned()) };
    let (mut version, mut port) = (DEFAULT_VERSION, DEFAULT_PORT);
    let mut words = options.iter();
    while let Some(word) = words.next() {
        let value = words.next().ok_or_else(|| format!("{word} needs a value"))?;
        match *word {
            "--version" => version = value,
            "--port" => port = value.parse().map_err(|error| format!("--port {value}: {error}"))?,
            _ => return Err(USAGE.to_owned()),
        }
    }
    let place = Place::of(version)?;
    match *command {
        "up" => {
            build::build(&place)?;
            start::up(&place, port)?;
            crds::apply(&Client::of(&place)?)?;
            let kubeconfig = place.state().join("kubeconfig");
            say(&format!("Kubernetes {version} is up: KUBECONFIG={}", kubeconfig.display()));
            Ok(())
        }
        "down" => start::down(&place),
        "status" => status(),
        _ => Err(USAGE.to_owned()),
    }
}

/// Prints a line for each version that is there, and fails unless one answers.
fn status() -> Result {
    let mut n_up = 0;
    let entries = fs::read_dir(cache()?).into_iter().flatten().filter_map(std::result::Result::ok);
    let mut versions: Vec<String> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    versions.sort();
    for place in versions.iter().filter_map(|version| Place::of(version).ok()) {
        let is_up =
            start::is_running(&place) && Client::of(&place).is_ok_and(|client| client.is_ready());
        n_up += usize::from(is_up);
        say(&format!("{} {}", place.version, if is_up { "is up" } else { "is down" }));
    }
    if n_up > 0 { Ok(()) } else { Err("no cluster is up".to_owned()) }
}
