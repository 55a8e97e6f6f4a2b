//! The network namespace in which a node lives alone, and the way into it.
//!
//! Nothing of the machine's own network is changed: a node's links, addresses, routes, rules and programs are all inside.
//! From outside one port of the loopback leads in, to the API server, through a process of ours that carries bytes.

use std::fs::File;
use std::io;
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use nix::sched::{CloneFlags, setns};

use super::process::{self, quietly};
use crate::Result;

/// The namespace's name, and that of the pods' cgroup.
pub(super) const NAME: &str = "pintle";

/// The node's name.
pub(super) const NODE: &str = "node1";

/// The node's address inside.
pub(super) const ADDRESS: &str = "172.31.255.1";

/// Where packets for everywhere else go, and are lost.
const NOWHERE: &str = "172.31.255.254";

/// Gives the file that stands for the namespace.
pub(super) fn path() -> PathBuf {
    Path::new("/run/netns").join(NAME)
}

/// Checks that a namespace can be made here.
///
/// # Errors
///
/// Without root, or if the system forbids it.
pub(super) fn check() -> Result {
    if !nix::unistd::geteuid().is_root() {
        return Err("a node needs root: for namespaces, mounts and cgroups".to_owned());
    }
    quietly(Command::new("unshare").args(["--net", "true"]))
        .map(drop)
        .map_err(|error| format!("a node needs network namespaces: {error}"))
}

/// Makes the namespace, with one address besides the loopback's.
///
/// # Errors
///
/// If there is one of that name, which is not ours.
pub(super) fn make() -> Result {
    if path().exists() {
        return Err(format!(
            "there is a network namespace {NAME} already: ip netns del {NAME}, if it is of no use"
        ));
    }
    ip("netns add", &[NAME])?;
    let inside = |words: &str, rest: &[&str]| ip(&format!("-n {NAME} {words}"), rest);
    inside("link set lo up", &[])?;
    inside("link add node type veth peer name beyond", &[])?;
    inside("addr add", &[&format!("{ADDRESS}/24"), "dev", "node"])?;
    inside("link set node up", &[])?;
    inside("link set beyond up", &[])?;
    inside("route add default via", &[NOWHERE, "dev", "node"])?;
    ip(&format!("netns exec {NAME}"), &["sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward"])
}

fn ip(words: &str, rest: &[&str]) -> Result {
    quietly(Command::new("ip").args(words.split(' ')).args(rest)).map(drop)
}

/// Takes this thread, and what it starts, into the namespace.
pub(super) fn enter() -> Result {
    let complain = |error: &dyn std::fmt::Display| format!("{}: {error}", path().display());
    let file = File::open(path()).map_err(|error| complain(&error))?;
    setns(file, CloneFlags::CLONE_NEWNET).map_err(|error| complain(&error))
}

/// Starts the process that leads from a port of the machine's loopback to the same port inside.
pub(super) fn start_relay(state: &Path, port: u16) -> Result {
    // Told here, as the process itself can only write it into its log.
    drop(
        TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .map_err(|error| format!("port {port} of this machine: {error}"))?,
    );
    let program = std::env::current_exe().map_err(|error| format!("this program: {error}"))?;
    let port = port.to_string();
    process::start(state, "relay", Command::new(program).args(["cluster", "relay", &port]))
}

/// Carries bytes between a port outside and the same inside, until it is killed.
pub(super) fn relay(port: u16) -> Result {
    let address = (Ipv4Addr::LOCALHOST, port);
    // A socket stays where it was made.
    let listener = TcpListener::bind(address).map_err(|error| format!("port {port}: {error}"))?;
    enter()?;
    for outside in listener.incoming() {
        let outside = outside.map_err(|error| format!("port {port}: {error}"))?;
        let Ok(inside) = TcpStream::connect(address) else { continue };
        for (from, to) in [(&outside, &inside), (&inside, &outside)] {
            let (Ok(from), Ok(to)) = (from.try_clone(), to.try_clone()) else { continue };
            thread::spawn(move || carry(from, to));
        }
    }
    Ok(())
}

/// Carries what comes from one to the other, to its end.
fn carry(mut from: TcpStream, mut to: TcpStream) {
    // What one side has, the other shall not wait for.
    let is_whole = to.set_nodelay(true).is_ok() && io::copy(&mut from, &mut to).is_ok();
    let (from_end, to_end) =
        if is_whole { (Shutdown::Read, Shutdown::Write) } else { (Shutdown::Both, Shutdown::Both) };
    // Whichever side is closed already needs no closing.
    let _ = from.shutdown(from_end);
    let _ = to.shutdown(to_end);
}
