//! What a node takes from Debian instead of building it, and how to get it.

use std::env;
use std::path::{Path, PathBuf};

use crate::Result;

/// Programs and files, and the packages that have them.
const NEEDED: &[(&str, &str)] = &[
    ("bpftool", "bpftool"),
    ("busybox", "busybox-static"),
    ("debootstrap", "debootstrap"),
    ("ip", "iproute2"),
    ("iptables", "iptables"),
    ("mount", "mount"),
    ("runc", "runc"),
    ("setcap", "libcap2-bin"),
    ("ss", "iproute2"),
    ("tar", "tar"),
    ("/usr/lib/cni/loopback", "containernetworking-plugins"),
];

/// The compilers that the Cilium agent can do with, the one it was tried with first.
const CLANG: &[&str] = &["clang-19", "clang-18", "clang-17", "clang-20", "clang-21", "clang"];

/// Where programs of the administrator may lie, whoever asks.
pub(in crate::cluster) const FOLDERS: &str =
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Checks that all is there.
///
/// # Errors
///
/// Names every package that is not, and the command that installs them.
pub(in crate::cluster) fn check() -> Result {
    let mut packages: Vec<&str> = NEEDED
        .iter()
        .filter(|(name, _)| find(name).is_none())
        .map(|(_, package)| *package)
        .collect();
    if clang().is_err() {
        packages.push(CLANG[0]);
    }
    packages.dedup();
    if packages.is_empty() {
        return Ok(());
    }
    let packages = packages.join(" ");
    Err(format!("a node needs more of Debian: apt-get install --no-install-recommends {packages}"))
}

/// Gives the path of a compiler.
pub(super) fn clang() -> Result<PathBuf> {
    CLANG
        .iter()
        .find_map(|name| find(name))
        .ok_or_else(|| format!("there is no {}", CLANG.join(", no ")))
}

/// Gives the path of a program.
pub(in crate::cluster) fn find(name: &str) -> Option<PathBuf> {
    if name.starts_with('/') {
        return Some(PathBuf::from(name)).filter(|path| path.exists());
    }
    let given = env::var("PATH").unwrap_or_default();
    let folders = given.split(':').chain(FOLDERS.split(':'));
    folders.map(|folder| Path::new(folder).join(name)).find(|path| path.exists())
}
