//! Starting a whole node: the control plane, the container runtime, the kubelet and the network of the pods.

use std::ffi::OsString;
use std::fs;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use serde_json::Value as Json;

use super::build::{self, debian};
use super::network::{ADDRESS, NAME, NODE};
use super::process::quietly;
use super::start::{start, store, text, wait_until, write_kubeconfig};
use super::{Client, Place, crds, images, keys, network, place, process, start as plane, stop};
use crate::{Result, say};

/// Where the kernel shows groups of processes.
const CGROUPS: &str = "/sys/fs/cgroup";

/// The longest state folder: a socket's path has at most 107 bytes, and programs add to it.
const MAX_STATE: usize = 60;

/// What the kubelet and Cilium change for the whole machine, and `down` puts back.
const SYSCTLS: &[&str] = &[
    "vm/overcommit_memory",
    "kernel/panic",
    "kernel/panic_on_oops",
    "kernel/timer_migration",
    "kernel/keys/root_maxkeys",
    "kernel/keys/root_maxbytes",
];

/// The program that is started when all others are.
const LAST_STARTED: &str = "local-path-provisioner";

/// What has to run for pods to run.
const WORKERS: &[&str] = &["kubelet", "containerd", "cilium-agent", "kube-apiserver"];

/// The file in which the state folder keeps what those were.
pub(super) const SYSCTLS_BEFORE: &str = "sysctls.json";

/// Where the Cilium agent has its sockets, whatever it is told.
pub(super) const CILIUM_SOCKETS: &str = "/run/cilium";

/// Checks that a node can run here at all.
///
/// # Errors
///
/// Says what is missing: root, namespaces, packages, a file system.
pub(super) fn check_machine(place: &Place) -> Result {
    network::check()?;
    debian::check()?;
    let kernel = fs::read_to_string("/proc/filesystems").unwrap_or_default();
    for name in ["overlay", "bpf"] {
        if !kernel.lines().any(|line| line.ends_with(&format!("\t{name}"))) {
            return Err(format!("a node needs the file system {name}, which the kernel has not"));
        }
    }
    let state = text(&place.state());
    if state.len() > MAX_STATE {
        return Err(format!("{state} is too long for the paths of sockets; set XDG_CACHE_HOME"));
    }
    Ok(())
}

/// Starts a node, unless it runs, and waits until its pods find names.
pub(super) fn up(place: &Place, port: u16) -> Result {
    let state = place.state();
    if process::is_running(&state, LAST_STARTED) && process::all_run(&state) {
        let client = Client::of(place)?;
        return wait_for_node(place, &client).and_then(|()| wait_for_names(place, &client));
    }
    let parts = place::parts()?;
    let archives = images::make(&parts)?;
    stop::down(place)?;
    if Path::new(CILIUM_SOCKETS).exists() {
        return Err(format!("{CILIUM_SOCKETS} is there: does another Cilium run here?"));
    }
    let begin = Instant::now();
    keys::write(&state)?;
    remember_sysctls(&state)?;
    network::make()?;
    network::start_relay(&state, port)?;
    // From here on this program and what it starts are inside.
    network::enter()?;
    store(place, port)?;
    start_containerd(place, &parts)?;
    import(place, &parts, &archives)?;
    plane::control(place)?;
    let client = Client::of(place)?;
    crds::apply(&client, place.kind)?;
    let scheduler =
        [("kubeconfig", text(&place.kubeconfig())), ("leader-elect", "false".to_owned())];
    start(place, "kube-scheduler", &scheduler)?;
    make_cgroups()?;
    start_kubelet(place, &parts, port)?;
    let config = configure(place, "kube-proxy.yaml", include_str!("files/kube-proxy.yaml"))?;
    start(place, "kube-proxy", &[("config", config)])?;
    start_cilium(place, &parts)?;
    client.make(include_str!("files/base.yaml"))?;
    start_volumes(place, &parts)?;
    wait_for_node(place, &client)?;
    let ready = begin.elapsed().as_secs_f64();
    wait_for_names(place, &client)?;
    let names = begin.elapsed().as_secs_f64();
    say(&format!("the node is ready after {ready:.1} s, its names after {names:.1} s"));
    Ok(())
}

/// Waits until the kubelet says that it takes pods.
fn wait_for_node(place: &Place, client: &Client) -> Result {
    let path = format!("/api/v1/nodes/{NODE}");
    wait_until(place, WORKERS, "the node", || holds(client, &path, "Ready"))
}

/// Waits until pods find names.
fn wait_for_names(place: &Place, client: &Client) -> Result {
    let path = "/apis/apps/v1/namespaces/kube-system/deployments/coredns";
    wait_until(place, WORKERS, "CoreDNS", || holds(client, path, "Available"))
}

/// Tells whether an object has a condition that is true.
fn holds(client: &Client, path: &str, condition: &str) -> bool {
    let Ok((200, answer)) = client.get(path) else { return false };
    let object: Json = serde_json::from_str(&answer).unwrap_or(Json::Null);
    let conditions = object["status"]["conditions"].as_array().into_iter().flatten();
    conditions.into_iter().any(|one| one["type"] == condition && one["status"] == "True")
}

/// Writes a file of settings into the state folder, and gives its path.
fn configure(place: &Place, name: &str, template: &str) -> Result<String> {
    let programs = build::programs(&place::parts()?);
    let filled = template
        .replace("@STATE@", &text(&place.state()))
        .replace("@PROGRAMS@", &text(&programs))
        .replace("@NETWORK@", NAME)
        .replace("@ADDRESS@", ADDRESS)
        .replace("@NODE@", NODE);
    let path = place.state().join(name);
    fs::write(&path, filled).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(text(&path))
}

/// Gives the folders in which programs find each other: ours first.
fn search_path(parts: &Path) -> Result<OsString> {
    let ours = [build::cilium_library(parts).join("bin"), build::programs(parts)];
    let given = std::env::var_os("PATH").unwrap_or_default();
    let theirs: Vec<PathBuf> = std::env::split_paths(&given).collect();
    let system = debian::FOLDERS.split(':').map(PathBuf::from);
    std::env::join_paths(ours.into_iter().chain(theirs).chain(system))
        .map_err(|error| format!("PATH: {error}"))
}

fn start_containerd(place: &Place, parts: &Path) -> Result {
    let state = place.state();
    let complain = |error: std::io::Error| format!("{}: {error}", state.display());
    let network = format!(
        r#"{{"cniVersion": "1.0.0", "name": "pintle", "plugins": [{{"type": "cilium-cni", "log-file": "{}"}}]}}"#,
        text(&state.join("cilium-cni.log"))
    );
    fs::create_dir_all(state.join("cni")).map_err(complain)?;
    fs::write(state.join("cni/10-pintle.conflist"), network).map_err(complain)?;
    configure(place, "runsc.toml", "root = \"@STATE@/runsc\"\n")?;
    let config = configure(place, "containerd.toml", include_str!("files/containerd.toml"))?;
    let mut command = Command::new(build::programs(parts).join("containerd"));
    command.args(["--config", &config]).env("PATH", search_path(parts)?);
    process::start(&state, "containerd", &mut command)?;
    let socket = state.join("containerd.sock");
    wait_until(place, &["containerd"], "containerd", || UnixStream::connect(&socket).is_ok())
}

/// Gives the tool that speaks with containerd, about the kubelet's containers.
pub(super) fn ctr(place: &Place, parts: &Path) -> Command {
    let mut command = Command::new(build::programs(parts).join("ctr"));
    command.arg("-a").arg(place.state().join("containerd.sock")).args(["-n", "k8s.io"]);
    command
}

fn import(place: &Place, parts: &Path, archives: &[PathBuf]) -> Result {
    for archive in archives {
        quietly(ctr(place, parts).args(["images", "import"]).arg(archive))?;
    }
    for (name, alias) in images::ALIASES {
        quietly(ctr(place, parts).args(["images", "tag", name, alias]))?;
    }
    Ok(())
}

/// Makes the group under which all pods are, in every hierarchy.
fn make_cgroups() -> Result {
    for parent in cgroup_roots() {
        let folder = parent.join(NAME);
        let complain = |error: std::io::Error| format!("{}: {error}", folder.display());
        fs::create_dir_all(&folder).map_err(complain)?;
        // A new set of processors is empty, and would take nobody.
        for file in ["cpuset.cpus", "cpuset.mems"] {
            if !is_unified() && parent.join(file).exists() {
                let all = fs::read_to_string(parent.join(file)).map_err(complain)?;
                fs::write(folder.join(file), all).map_err(complain)?;
            }
        }
    }
    Ok(())
}

fn is_unified() -> bool {
    Path::new(CGROUPS).join("cgroup.controllers").exists()
}

/// Gives the roots of all hierarchies: one, or one a controller.
pub(super) fn cgroup_roots() -> Vec<PathBuf> {
    if is_unified() {
        return vec![PathBuf::from(CGROUPS)];
    }
    let entries = fs::read_dir(CGROUPS).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| path.join("cgroup.procs").exists()).collect()
}

fn start_kubelet(place: &Place, parts: &Path, port: u16) -> Result {
    let state = place.state();
    configure(place, "resolv.conf", "")?;
    write_kubeconfig(place, port, "kubelet.kubeconfig", "kubelet.token")?;
    let config = configure(place, "kubelet.yaml", include_str!("files/kubelet.yaml"))?;
    let mut command = Command::new(place.program("kubelet"));
    command
        .args(["--config", &config, "--hostname-override", NODE, "--node-ip", ADDRESS])
        .arg("--kubeconfig")
        .arg(state.join("kubelet.kubeconfig"))
        .arg("--root-dir")
        .arg(state.join("kubelet"))
        .args(["--node-labels", "pintle.dev/test=node"])
        .env("PATH", search_path(parts)?);
    process::start(&state, "kubelet", &mut command)
}

/// Starts the agent that links the pods and enforces policies. Services are kube-proxy's.
fn start_cilium(place: &Place, parts: &Path) -> Result {
    let state = place.state();
    let complain = |error: std::io::Error| format!("{}: {error}", state.display());
    let (maps, own) = (state.join("bpf"), state.join("cilium"));
    fs::create_dir_all(&maps).map_err(complain)?;
    fs::create_dir_all(&own).map_err(complain)?;
    quietly(Command::new("mount").args(["-t", "bpf", "bpf"]).arg(&maps))?;
    let groups =
        if is_unified() { PathBuf::from(CGROUPS) } else { Path::new(CGROUPS).join("unified") };
    let flags = [
        ("k8s-kubeconfig-path", text(&place.kubeconfig())),
        ("cluster-name", NAME.to_owned()),
        ("lib-dir", text(&build::cilium_library(parts))),
        ("state-dir", text(&own)),
        ("bpf-root", text(&maps)),
        ("cgroup-root", text(&groups)),
        ("devices", "node".to_owned()),
        ("ipam", "kubernetes".to_owned()),
        ("enable-ipv4", "true".to_owned()),
        ("enable-ipv6", "false".to_owned()),
        ("routing-mode", "native".to_owned()),
        ("ipv4-native-routing-cidr", "10.244.0.0/16".to_owned()),
        ("enable-ipv4-masquerade", "false".to_owned()),
        ("kube-proxy-replacement", "false".to_owned()),
        ("bpf-lb-sock", "false".to_owned()),
        ("identity-allocation-mode", "crd".to_owned()),
        ("enable-health-checking", "false".to_owned()),
        ("enable-endpoint-health-checking", "false".to_owned()),
        ("enable-hubble", "false".to_owned()),
        // One that is outside, and is not there: names are ruled by the agent itself.
        ("external-envoy-proxy", "true".to_owned()),
        ("enable-envoy-config", "false".to_owned()),
    ];
    let mut command = Command::new(build::programs(parts).join("cilium-agent"));
    command
        .args(flags.iter().map(|(name, value)| format!("--{name}={value}")))
        .env("K8S_NODE_NAME", NODE)
        .env("PATH", search_path(parts)?);
    process::start(&state, "cilium-agent", &mut command)
}

/// Starts what makes a folder of this machine out of every claim.
fn start_volumes(place: &Place, parts: &Path) -> Result {
    let state = place.state();
    let folder = r#"{"sharedFileSystemPath": "@STATE@/volumes"}"#;
    let config = configure(place, "volumes.json", folder)?;
    let pod = configure(place, "volume-pod.yaml", include_str!("files/volume-pod.yaml"))?;
    fs::create_dir_all(state.join("volumes"))
        .map_err(|error| format!("{}: {error}", state.display()))?;
    let mut command = Command::new(build::programs(parts).join("local-path-provisioner"));
    command
        .args(["start", "--config", &config, "--helper-pod-file", &pod, "--kubeconfig"])
        .arg(place.kubeconfig())
        .args(["--namespace", "local-path-storage", "--service-account-name", "default"])
        .args(["--configmap-name", "local-path-config"])
        .args(["--provisioner-name", "rancher.io/local-path"]);
    process::start(&state, "local-path-provisioner", &mut command)
}

fn remember_sysctls(state: &Path) -> Result {
    let values = SYSCTLS.iter().filter_map(|name| {
        let value = fs::read_to_string(Path::new("/proc/sys").join(name)).ok()?;
        Some(((*name).to_owned(), Json::from(value.trim())))
    });
    let values = Json::Object(values.collect());
    keys::write_private(&state.join(SYSCTLS_BEFORE), &values.to_string())
}
