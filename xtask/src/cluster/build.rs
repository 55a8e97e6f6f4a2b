//! The programs of Kubernetes and etcd, built from the modules that the Go proxy has.
//!
//! `k8s.io/kubernetes` names its own parts as folders beside it, which its module lacks. They are published under the same
//! number with a zero for the one, so a module of ours replaces each with that. etcd is the version that this Kubernetes
//! requires.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value as Json;

use super::Place;
use crate::{Result, say};

/// The programs, and the packages they are made of.
const PROGRAMS: &[(&str, &str)] = &[
    ("etcd", "go.etcd.io/etcd/server/v3"),
    ("kube-apiserver", "k8s.io/kubernetes/cmd/kube-apiserver"),
    ("kube-controller-manager", "k8s.io/kubernetes/cmd/kube-controller-manager"),
];

/// Where Kubernetes' own version is kept.
const VERSION_PACKAGE: &str = "k8s.io/component-base/version";

/// Builds what is not there yet.
pub(super) fn build(place: &Place) -> Result {
    let missing: Vec<_> =
        PROGRAMS.iter().filter(|(name, _)| !place.program(name).exists()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let module = place.folder.join("module");
    write_module(place, &module)?;
    fs::create_dir_all(place.folder.join("bin")).map_err(|error| format!("bin: {error}"))?;
    for (name, package) in missing {
        say(&format!("building {name} for Kubernetes {} …", place.version));
        let mut flags = "-s -w".to_owned();
        if *name != "etcd" {
            write!(
                flags,
                " -X {VERSION_PACKAGE}.gitVersion=v{} -X {VERSION_PACKAGE}.gitMajor=1 -X {VERSION_PACKAGE}.gitMinor={}",
                place.version,
                place.minor()
            )
            .expect("a string can be written to");
        }
        // A build that was broken off leaves no program under its name.
        let unfinished = place.program(&format!(".{name}"));
        let out = unfinished.to_string_lossy().into_owned();
        go(&module, &["build", "-ldflags", &flags, "-o", &out, package])?;
        fs::rename(&unfinished, place.program(name)).map_err(|error| format!("{name}: {error}"))?;
    }
    Ok(())
}

fn write_module(place: &Place, module: &Path) -> Result {
    fs::create_dir_all(module).map_err(|error| format!("{}: {error}", module.display()))?;
    if module.join("go.sum").exists() {
        return Ok(());
    }
    let version = format!("v{}", place.version);
    let kubernetes = download(module, &format!("k8s.io/kubernetes@{version}"))?;
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

/// Fetches a module, and gives what Go tells of it, such as its folder as `Dir`.
///
/// # Errors
///
/// If Go is not there, or the proxy has no such module.
pub(super) fn download(folder: &Path, module: &str) -> Result<Json> {
    let output = command(folder)
        .args(["mod", "download", "-json", module])
        .output()
        .map_err(|error| format!("go: {error}"))?;
    let told: Json = serde_json::from_slice(&output.stdout)
        .map_err(|_| format!("{module}: {}", String::from_utf8_lossy(&output.stderr)))?;
    match told["Error"].as_str() {
        Some(error) => Err(format!("{module}: {error}")),
        None => Ok(told),
    }
}

fn command(folder: &Path) -> Command {
    let mut command = Command::new("go");
    command
        .current_dir(folder)
        .env("GOFLAGS", "-mod=mod -buildvcs=false")
        .env("GOTOOLCHAIN", "local")
        .env("CGO_ENABLED", "0");
    command
}

fn go(folder: &Path, args: &[&str]) -> Result {
    let status = command(folder).args(args).status().map_err(|error| format!("go: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("go {} failed", args.join(" "))) }
}
