//! The programs of Kubernetes, and etcd, built from the modules that the Go proxy has.
//!
//! `k8s.io/kubernetes` names its own parts as folders beside it, which its module lacks. They are published under the same
//! number with a zero for the one, so a module of ours replaces each with that. etcd is the version that this Kubernetes
//! requires.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::go;
use crate::Result;
use crate::cluster::place::{Kind, Place};

/// The programs of every cluster.
const CONTROL_PLANE: &[&str] = &["etcd", "kube-apiserver", "kube-controller-manager"];

/// What a node has besides.
const NODE: &[&str] = &["kube-scheduler", "kube-proxy", "kubelet", "kubectl"];

/// Where Kubernetes' own version is kept.
const VERSION_PACKAGE: &str = "k8s.io/component-base/version";

/// Builds what is not there yet.
pub(super) fn build(place: &Place) -> Result {
    let missing = missing(place);
    if missing.is_empty() {
        return Ok(());
    }
    let module = place.folder.join("module");
    write_module(place, &module)?;
    for name in missing {
        let (mut package, mut flags) =
            (format!("k8s.io/kubernetes/cmd/{name}"), "-s -w".to_owned());
        if name == "etcd" {
            "go.etcd.io/etcd/server/v3".clone_into(&mut package);
        } else {
            write!(
                flags,
                " -X {VERSION_PACKAGE}.gitVersion=v{} -X {VERSION_PACKAGE}.gitMajor=1 -X {VERSION_PACKAGE}.gitMinor={}",
                place.version,
                place.minor()
            )
            .expect("a string can be written to");
        }
        go::build(&module, &package, &["-ldflags".to_owned(), flags], &place.program(name))?;
    }
    Ok(())
}

/// Gives the programs that are not there yet.
pub(super) fn missing(place: &Place) -> Vec<&'static str> {
    let of_node: &[&str] = if place.kind == Kind::Node { NODE } else { &[] };
    let all = CONTROL_PLANE.iter().chain(of_node).copied();
    all.filter(|name| !place.program(name).exists()).collect()
}

fn write_module(place: &Place, module: &Path) -> Result {
    fs::create_dir_all(module).map_err(|error| format!("{}: {error}", module.display()))?;
    if module.join("go.sum").exists() {
        return Ok(());
    }
    let version = format!("v{}", place.version);
    let kubernetes = go::download(module, &format!("k8s.io/kubernetes@{version}"))?;
    let path = kubernetes["GoMod"].as_str().unwrap_or_default();
    let theirs = fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
    let mut ours = "module pintle.dev/cluster\n\ngo 1.26\n\n".to_owned();
    for line in theirs.lines() {
        let line = line.trim().trim_start_matches("replace ");
        let Some((name, folder)) = line.split_once(" => ") else { continue };
        if folder.starts_with("./staging/") {
            let number = version.replacen("v1.", "v0.", 1);
            writeln!(ours, "replace {name} => {name} {number}")
                .expect("a string can be written to");
        }
    }
    writeln!(ours, "\nrequire k8s.io/kubernetes {version}").expect("a string can be written to");
    fs::write(module.join("go.mod"), ours).map_err(|error| format!("go.mod: {error}"))
}
