//! The programs of a cluster, built where they are missing.
//!
//! The versions are written down here and in the files below; whatever was built of another version, or of sources with
//! other edits, is built anew.

pub(super) mod debian;
mod go;
mod kubernetes;
mod parts;
mod source;

use std::path::Path;

pub(super) use go::download;
pub(super) use parts::{CILIUM, cilium_library};

use super::place::{self, Kind, Place};
use crate::Result;

/// Builds what a cluster of this kind needs and has not.
pub(super) fn build(place: &Place) -> Result {
    kubernetes::build(place)?;
    match place.kind {
        Kind::ControlPlane => Ok(()),
        Kind::Node => parts::build(&place::parts()?),
    }
}

/// Gives the programs that a cluster of this kind needs and that are not built.
pub(super) fn missing(place: &Place) -> Result<Vec<String>> {
    let mut missing = kubernetes::missing(place);
    if place.kind == Kind::Node {
        missing.extend(parts::missing(&place::parts()?));
    }
    Ok(missing.into_iter().map(str::to_owned).collect())
}

/// Gives the folder of the programs that are no part of Kubernetes.
pub(super) fn programs(parts: &Path) -> std::path::PathBuf {
    parts.join("bin")
}
