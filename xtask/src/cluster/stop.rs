//! Ending what was started, and removing what it left: processes by their recorded ids, then whatever else lives in a
//! node's own namespace, cgroup and folder.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::process::Command;
use std::thread::sleep;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value as Json;
use walkdir::WalkDir;

use super::node::{CILIUM_SOCKETS, SYSCTLS_BEFORE, cgroup_roots, ctr};
use super::place::{self, Kind};
use super::process::quietly;
use super::{Place, build, network, process};
use crate::Result;

/// What is ended first, so that nothing starts containers or makes objects again.
const FIRST: &[&str] = &[
    "kubelet",
    "cilium-agent",
    "local-path-provisioner",
    "kube-scheduler",
    "kube-controller-manager",
];

/// What is ended when the containers have.
const LAST: &[&str] = &["kube-proxy", "kube-apiserver", "etcd", "relay"];

/// How often to look again for processes that were killed.
const MAX_LOOKS: u32 = 50;

/// How long to wait between two looks.
const PAUSE: Duration = Duration::from_millis(100);

/// Ends what runs and deletes what was stored.
pub(super) fn down(place: &Place) -> Result {
    let state = place.state();
    if !state.exists() {
        return Ok(());
    }
    for name in FIRST {
        process::stop(&state, name)?;
    }
    let containers = match place.kind {
        Kind::Node => stop_containers(place)?,
        Kind::ControlPlane => Vec::new(),
    };
    for name in LAST {
        process::stop(&state, name)?;
    }
    if place.kind == Kind::Node {
        clear(&state, &containers)?;
    }
    fs::remove_dir_all(&state).map_err(|error| format!("{}: {error}", state.display()))
}

/// Ends all containers, then containerd, and gives the containers' ids.
fn stop_containers(place: &Place) -> Result<Vec<String>> {
    let (state, parts) = (place.state(), place::parts()?);
    let mut ids = Vec::new();
    if process::is_running(&state, "containerd") && build::programs(&parts).join("ctr").exists() {
        let list = |words: [&str; 3]| {
            let told = quietly(ctr(place, &parts).args(["--timeout", "20s"]).args(words));
            told.unwrap_or_default().lines().map(str::to_owned).collect::<Vec<_>>()
        };
        ids = list(["containers", "ls", "-q"]);
        for id in list(["tasks", "ls", "-q"]) {
            // One that has just ended needs no killing; what is left is found below.
            let _ = quietly(ctr(place, &parts).args(["tasks", "kill", "-s", "SIGKILL", "-a", &id]));
        }
    }
    process::stop(&state, "containerd")?;
    Ok(ids)
}

/// Removes what a node leaves outside its folder, and what is mounted inside it.
fn clear(state: &Path, containers: &[String]) -> Result {
    let sockets = shim_sockets();
    kill_all()?;
    unmount(state)?;
    if network::path().exists() {
        quietly(Command::new("ip").args(["netns", "del", network::NAME]))?;
    }
    for root in cgroup_roots() {
        let group = root.join(network::NAME);
        for folder in WalkDir::new(&group).contents_first(true).into_iter().flatten() {
            if folder.file_type().is_dir() {
                // The kernel may take a moment to let go of one; empty, it harms nobody.
                let _ = fs::remove_dir(folder.path());
            }
        }
    }
    for socket in sockets {
        let _ = fs::remove_file(socket);
    }
    forget_addresses(containers);
    restore_sysctls(state);
    if state.join("cilium").exists() && Path::new(CILIUM_SOCKETS).exists() {
        fs::remove_dir_all(CILIUM_SOCKETS).map_err(|error| format!("{CILIUM_SOCKETS}: {error}"))?;
    }
    Ok(())
}

/// Kills whatever is in the node's cgroup or namespace: containers, and the shims that look after them.
fn kill_all() -> Result {
    for _ in 0..MAX_LOOKS {
        let found = processes();
        if found.is_empty() {
            return Ok(());
        }
        for id in found {
            // It may have ended by itself.
            let _ = kill(Pid::from_raw(id), Signal::SIGKILL);
        }
        sleep(PAUSE);
    }
    Err(format!("processes of the node do not end: {:?}", processes()))
}

fn processes() -> BTreeSet<i32> {
    let mut ids = BTreeSet::new();
    for root in cgroup_roots() {
        for entry in WalkDir::new(root.join(network::NAME)).into_iter().flatten() {
            if entry.file_name() == "cgroup.procs" {
                let text = fs::read_to_string(entry.path()).unwrap_or_default();
                ids.extend(text.lines().filter_map(|id| id.parse::<i32>().ok()));
            }
        }
    }
    let Ok(ours) = fs::metadata(network::path()).map(|namespace| namespace.ino()) else {
        return ids;
    };
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Ok(id) = entry.file_name().to_string_lossy().parse::<i32>() else { continue };
        let inside = fs::metadata(entry.path().join("ns/net")).is_ok_and(|it| it.ino() == ours);
        if inside && id != std::process::id().cast_signed() {
            ids.insert(id);
        }
    }
    ids
}

/// Gives the sockets that containerd's shims have, outside of its own folder.
fn shim_sockets() -> Vec<String> {
    let list = Command::new("ip").args(["netns", "exec", network::NAME, "ss", "-xlH"]).output();
    let list = list.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let list = list.unwrap_or_default();
    let words = list.split_whitespace();
    words.filter(|word| word.starts_with("/run/containerd/s/")).map(str::to_owned).collect()
}

/// Unmounts what is mounted below a folder, the deepest first.
pub(super) fn unmount(folder: &Path) -> Result {
    let below = || -> Vec<String> {
        let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
        let points = mounts.lines().filter_map(|line| line.split(' ').nth(4)).map(unescape);
        let mut points: Vec<String> =
            points.filter(|point| Path::new(point).starts_with(folder)).collect();
        points.sort();
        points.reverse();
        points
    };
    // Several can lie on one another.
    for _ in 0..MAX_LOOKS {
        let points = below();
        if points.is_empty() {
            return Ok(());
        }
        for point in points {
            // What went with the one above it is not there any more.
            let _ = quietly(Command::new("umount").arg("-l").arg(point));
        }
    }
    Err(format!("still mounted: {}", below().join(", ")))
}

/// Gives a path as it is, of one in which the kernel wrote bytes as three octal digits.
fn unescape(path: &str) -> String {
    ["\\040", "\\011", "\\012", "\\134"]
        .iter()
        .zip([" ", "\t", "\n", "\\"])
        .fold(path.to_owned(), |path, (code, byte)| path.replace(code, byte))
}

/// Removes what network plugins remember of containers that are gone.
fn forget_addresses(containers: &[String]) {
    for entry in fs::read_dir("/var/lib/cni/results").into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if containers.iter().any(|id| name.contains(id.as_str())) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn restore_sysctls(state: &Path) {
    let text = fs::read_to_string(state.join(SYSCTLS_BEFORE)).unwrap_or_default();
    let before: Json = serde_json::from_str(&text).unwrap_or(Json::Null);
    for (name, value) in before.as_object().into_iter().flatten() {
        // The kernel may not let it be written at all, and then nothing changed it.
        let _ = fs::write(Path::new("/proc/sys").join(name), value.as_str().unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_path_is_read_as_the_kernel_writes_it() {
        assert_eq!(super::unescape(r"/a\040b\134c"), r"/a b\c");
    }
}
