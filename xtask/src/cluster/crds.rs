//! The custom resources that charts use most, from the modules of those who define them, and our own.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value as Json;

use super::place::cache;
use super::{Client, build};
use crate::{Result, root, say};

/// How long a server may take until it serves a kind.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long to wait between two questions.
const PAUSE: Duration = Duration::from_millis(100);

/// Where custom resources are made.
const PATH: &str = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

/// A module, and the files of it that define kinds.
struct Source {
    module: &'static str,
    folder: &'static str,
    files: &'static [&'static str],
}

const SOURCES: &[Source] = &[
    Source {
        module: "github.com/cilium/cilium@v1.20.2",
        folder: "pkg/k8s/apis/cilium.io/client/crds/v2",
        files: &["ciliumnetworkpolicies.yaml", "ciliumclusterwidenetworkpolicies.yaml"],
    },
    Source {
        module: "sigs.k8s.io/agent-sandbox@v0.1.1",
        folder: "k8s/crds",
        files: &[
            "agents.x-k8s.io_sandboxes.yaml",
            "extensions.agents.x-k8s.io_sandboxclaims.yaml",
            "extensions.agents.x-k8s.io_sandboxtemplates.yaml",
            "extensions.agents.x-k8s.io_sandboxwarmpools.yaml",
        ],
    },
    Source {
        module: "github.com/prometheus-operator/prometheus-operator@v0.85.0",
        folder: "example/prometheus-operator-crd",
        files: &[
            "monitoring.coreos.com_podmonitors.yaml",
            "monitoring.coreos.com_probes.yaml",
            "monitoring.coreos.com_prometheusrules.yaml",
            "monitoring.coreos.com_servicemonitors.yaml",
        ],
    },
];

/// Makes all kinds, and waits until they are served.
pub(super) fn apply(client: &Client) -> Result {
    let start = Instant::now();
    let mut paths = Vec::new();
    for source in SOURCES {
        let folder = fetched(source)?;
        paths.extend(source.files.iter().map(|file| folder.join(file)));
    }
    paths.extend(crate::codegen::crds().into_iter().map(|name| root().join(name)));
    let mut names = Vec::new();
    for path in paths {
        let broken = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
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

/// Gives the folder of a source's files.
fn fetched(source: &Source) -> Result<PathBuf> {
    let cache = cache()?;
    let told = build::download(&cache, source.module)?;
    let folder = told["Dir"].as_str().ok_or_else(|| format!("{}: no folder", source.module))?;
    Ok(Path::new(folder).join(source.folder))
}
