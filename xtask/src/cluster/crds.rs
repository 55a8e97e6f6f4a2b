//! The custom resources that charts use most: most of the definitions that are known without asking, and our own.

use std::fmt::Display;
use std::fs;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value as Json;

use super::place::{Kind, cache};
use super::{Client, build};
use crate::schemas::crds;
use crate::{Result, codegen, root, say};

/// How long a server may take until it serves a kind.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long to wait between two questions.
const PAUSE: Duration = Duration::from_millis(100);

/// Where custom resources are made.
const PATH: &str = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

/// Definitions of which there is no object to judge.
const LEFT_OUT: &[&str] = &[
    "monitoring.coreos.com_alertmanagerconfigs.yaml",
    "monitoring.coreos.com_alertmanagers.yaml",
    "monitoring.coreos.com_prometheusagents.yaml",
    "monitoring.coreos.com_prometheuses.yaml",
    "monitoring.coreos.com_scrapeconfigs.yaml",
    "monitoring.coreos.com_thanosrulers.yaml",
];

/// What a node's Cilium agent keeps for itself. Its policies are among those that every cluster has.
const CILIUM: &[&str] = &[
    "v2/ciliumendpoints.yaml",
    "v2/ciliumexternalworkloads.yaml",
    "v2/ciliumidentities.yaml",
    "v2/ciliumnodes.yaml",
    "v2alpha1/ciliumcidrgroups.yaml",
    "v2alpha1/ciliuml2announcementpolicies.yaml",
    "v2alpha1/ciliumloadbalancerippools.yaml",
    "v2alpha1/ciliumnodeconfigs.yaml",
    "v2alpha1/ciliumpodippools.yaml",
];

/// Makes all kinds that a cluster has, and waits until they are served.
pub(super) fn apply(client: &Client, kind: Kind) -> Result {
    let start = Instant::now();
    let mut paths = crds::files()?;
    if kind == Kind::Node {
        let told = build::download(&cache()?, build::CILIUM)?;
        let folder = told["Dir"].as_str().ok_or_else(|| format!("{}: no folder", build::CILIUM))?;
        let folder = Path::new(folder).join("pkg/k8s/apis/cilium.io/client/crds");
        paths.extend(CILIUM.iter().map(|file| folder.join(file)));
    }
    paths.retain(|path| !LEFT_OUT.iter().any(|file| path.ends_with(file)));
    paths.extend(codegen::crds().into_iter().map(|name| root().join(name)));
    let mut names = Vec::new();
    for path in paths {
        let broken = |error: &dyn Display| format!("{}: {error}", path.display());
        let text = fs::read_to_string(&path).map_err(|error| broken(&error))?;
        let crd = crate::judge::json(&text).map_err(|error| broken(&error))?;
        names.push(crd["metadata"]["name"].as_str().unwrap_or_default().to_owned());
        client.create(PATH, &crd)?;
    }
    for name in &names {
        while !is_served(client, name)? {
            if start.elapsed() > PATIENCE {
                return Err(format!("{name} is not served after {} s", PATIENCE.as_secs()));
            }
            sleep(PAUSE);
        }
    }
    say(&format!("{} custom resources are served", names.len()));
    Ok(())
}

fn is_served(client: &Client, name: &str) -> Result<bool> {
    let (_, text) = client.get(&format!("{PATH}/{name}"))?;
    let crd: Json = serde_json::from_str(&text).map_err(|error| format!("{name}: {error}"))?;
    let conditions = crd["status"]["conditions"].as_array().into_iter().flatten();
    Ok(conditions
        .filter(|condition| condition["type"] == "Established")
        .any(|condition| condition["status"] == "True"))
}
