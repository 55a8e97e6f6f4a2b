//! Where a cluster's programs and state lie: in the user's cache, in `pintle/cluster`.
//!
//! ```text
//! 1.34.4/bin      the programs of one version of Kubernetes
//! 1.34.4/state    what a running control plane writes: keys, logs, ids of processes, data; deleted by `down`
//! 1.34.4/node     the same of a running node
//! parts/          what a node has besides: programs, images, sources with our edits
//! ```

use std::fs::{self, File};
use std::path::PathBuf;

use crate::Result;

/// The version of Kubernetes that is meant where none is named.
pub(crate) const DEFAULT_VERSION: &str = "1.34.4";

/// What of a cluster there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// etcd, the API server and the controllers that keep the stored objects in order.
    ControlPlane,
    /// Everything, down to the network of the pods.
    Node,
}

impl Kind {
    /// The API server's port where none is named; etcd takes the next two.
    pub(super) fn default_port(self) -> u16 {
        match self {
            Self::ControlPlane => 17_443,
            Self::Node => 17_543,
        }
    }

    /// What a person calls it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::ControlPlane => "control plane",
            Self::Node => "node",
        }
    }
}

/// Where one version's programs and the state of one kind of cluster lie.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// The version of Kubernetes, such as `1.34.4`.
    pub(super) version: String,
    /// What runs there.
    pub(super) kind: Kind,
    /// The folder of the version.
    pub(super) folder: PathBuf,
}

impl Place {
    /// Gives the place of a version's control plane, which need not be there yet.
    ///
    /// # Errors
    ///
    /// If the version is none, or there is no home.
    pub(crate) fn of(version: &str) -> Result<Self> {
        Self::new(version, Kind::ControlPlane)
    }

    /// Gives the place of a version's cluster of one kind, which need not be there yet.
    ///
    /// # Errors
    ///
    /// If the version is none, or there is no home.
    pub(super) fn new(version: &str, kind: Kind) -> Result<Self> {
        let numbers: Vec<&str> = version.split('.').collect();
        let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if numbers.len() != 3 || !numbers.iter().all(is_number) {
            return Err(format!("{version} is no version such as {DEFAULT_VERSION}"));
        }
        Ok(Self { version: version.to_owned(), kind, folder: cache()?.join(version) })
    }

    /// Gives the places of all versions that are in the cache.
    pub(super) fn all() -> Result<Vec<Self>> {
        let entries = fs::read_dir(cache()?).into_iter().flatten().flatten();
        let mut versions: Vec<String> =
            entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        versions.sort();
        let both = |version: &String| {
            [Kind::ControlPlane, Kind::Node].map(|kind| Self::new(version, kind))
        };
        Ok(versions.iter().flat_map(both).flatten().collect())
    }

    pub(super) fn minor(&self) -> &str {
        self.version.split('.').nth(1).unwrap_or_default()
    }

    /// Gives the path of one of Kubernetes' own programs, or etcd's.
    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.folder.join("bin").join(name)
    }

    pub(super) fn state(&self) -> PathBuf {
        self.folder.join(match self.kind {
            Kind::ControlPlane => "state",
            Kind::Node => "node",
        })
    }

    /// Gives the path of the file by which every client finds the cluster.
    pub(super) fn kubeconfig(&self) -> PathBuf {
        self.state().join("kubeconfig")
    }
}

/// Gives the folder of all versions in the user's cache.
pub(super) fn cache() -> Result<PathBuf> {
    let set =
        |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let cache = set("XDG_CACHE_HOME").or_else(|| Some(set("HOME")?.join(".cache")));
    let cache = cache.ok_or_else(|| "neither XDG_CACHE_HOME nor HOME is set".to_owned())?;
    Ok(cache.join("pintle/cluster"))
}

/// Gives the folder of what all versions share.
pub(super) fn parts() -> Result<PathBuf> {
    Ok(cache()?.join("parts"))
}

/// Waits until no other starts or ends a cluster of this user, and keeps them waiting until it is dropped.
pub(super) fn lock() -> Result<File> {
    let path = cache()?.join("lock");
    let complain = |error: std::io::Error| format!("{}: {error}", path.display());
    fs::create_dir_all(cache()?).map_err(complain)?;
    let file = File::create(&path).map_err(complain)?;
    file.lock().map_err(complain)?;
    Ok(file)
}
