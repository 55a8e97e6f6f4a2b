//! The definitions of custom resources that are known without asking: `schemas/crds/<group>/<kind>.json`.
//!
//! They are the files of Go modules, without descriptions and without what only a cluster's discovery needs.
//! `schemas/crds/SOURCES` names the file that each came from, and its checksum.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::{hex, module};
use crate::{Result, root, say};

/// A Go module that has definitions: its path, its version, the folder, and the files.
struct Source {
    module: &'static str,
    version: &'static str,
    folder: &'static str,
    files: &'static [&'static str],
}

const SOURCES: &[Source] = &[
    Source {
        module: "github.com/cilium/cilium",
        version: "v1.20.2",
        folder: "pkg/k8s/apis/cilium.io/client/crds/v2",
        files: &["ciliumclusterwidenetworkpolicies.yaml", "ciliumnetworkpolicies.yaml"],
    },
    Source {
        module: "sigs.k8s.io/agent-sandbox",
        version: "v0.1.1",
        folder: "k8s/crds",
        files: &[
            "agents.x-k8s.io_sandboxes.yaml",
            "extensions.agents.x-k8s.io_sandboxclaims.yaml",
            "extensions.agents.x-k8s.io_sandboxtemplates.yaml",
            "extensions.agents.x-k8s.io_sandboxwarmpools.yaml",
        ],
    },
    Source {
        module: "github.com/prometheus-operator/prometheus-operator",
        version: "v0.85.0",
        folder: "example/prometheus-operator-crd",
        files: &[
            "monitoring.coreos.com_alertmanagerconfigs.yaml",
            "monitoring.coreos.com_alertmanagers.yaml",
            "monitoring.coreos.com_podmonitors.yaml",
            "monitoring.coreos.com_probes.yaml",
            "monitoring.coreos.com_prometheusagents.yaml",
            "monitoring.coreos.com_prometheuses.yaml",
            "monitoring.coreos.com_prometheusrules.yaml",
            "monitoring.coreos.com_scrapeconfigs.yaml",
            "monitoring.coreos.com_servicemonitors.yaml",
            "monitoring.coreos.com_thanosrulers.yaml",
        ],
    },
];

/// Gives the files of all definitions as their owners publish them; needs Go.
pub(crate) fn files() -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for source in SOURCES {
        let from = module(source.module, source.version)?.join(source.folder);
        files.extend(source.files.iter().map(|file| from.join(file)));
    }
    Ok(files)
}

/// Writes all definitions anew.
pub(super) fn run() -> Result {
    let folder = root().join("schemas/crds");
    let mut sources =
        String::from("# made by `cargo xtask schemas`: file, source, SHA-256 of the source\n");
    for source in SOURCES {
        let from = module(source.module, source.version)?.join(source.folder);
        for file in source.files {
            let path = from.join(file);
            let bytes = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            let name = write(&folder, &definition(&bytes, &path)?)?;
            let _ = writeln!(
                sources,
                "{name} {}@{}/{}/{file} {}",
                source.module,
                source.version,
                source.folder,
                hex(&Sha256::digest(&bytes))
            );
        }
    }
    let to = folder.join("SOURCES");
    fs::write(&to, sources).map_err(|error| format!("{}: {error}", to.display()))
}

/// Reads a definition, and drops what does not decide about objects.
fn definition(bytes: &[u8], path: &Path) -> Result<Value> {
    let broken = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let value = pintle_yaml::from_slice(bytes).map_err(|error| broken(&error))?;
    let json = pintle_yaml::json::to_string(&value, pintle_yaml::json::Layout::Raw)
        .map_err(|error| broken(&error))?;
    let mut definition: Value = serde_json::from_str(&json).map_err(|error| broken(&error))?;
    without_what_only_clusters_need(&mut definition);
    Ok(definition)
}

/// Drops what does not decide about objects.
pub(crate) fn without_what_only_clusters_need(definition: &mut Value) {
    if let Some(definition) = definition.as_object_mut() {
        definition.remove("status");
    }
    let name = definition["metadata"]["name"].take();
    definition["metadata"] = Value::from(Map::from_iter([("name".to_owned(), name)]));
    for version in definition["spec"]["versions"].as_array_mut().into_iter().flatten() {
        if let Some(version) = version.as_object_mut() {
            version.remove("additionalPrinterColumns");
        }
        without_descriptions(&mut version["schema"]["openAPIV3Schema"]);
    }
}

/// Drops the descriptions of a schema; a property may have that name, too.
fn without_descriptions(schema: &mut Value) {
    let Some(keywords) = schema.as_object_mut() else { return };
    keywords.remove("description");
    for (keyword, value) in keywords {
        match keyword.as_str() {
            "properties" => {
                value
                    .as_object_mut()
                    .into_iter()
                    .flatten()
                    .for_each(|(_, property)| without_descriptions(property));
            }
            "allOf" | "anyOf" | "oneOf" => {
                value.as_array_mut().into_iter().flatten().for_each(without_descriptions);
            }
            "items" | "additionalProperties" | "not" => without_descriptions(value),
            _ => {}
        }
    }
}

/// Writes a definition; gives its place below the folder.
fn write(folder: &Path, definition: &Value) -> Result<String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let spec = &definition["spec"];
    let name =
        format!("{}/{}.json", text(&spec["group"]), text(&spec["names"]["kind"]).to_lowercase());
    let to = folder.join(&name);
    if let Some(around) = to.parent() {
        fs::create_dir_all(around).map_err(|error| format!("{}: {error}", around.display()))?;
    }
    let mut json = definition.to_string();
    json.push('\n');
    fs::write(&to, &json).map_err(|error| format!("{}: {error}", to.display()))?;
    say(&format!("{}: {} bytes", to.display(), json.len()));
    Ok(name)
}
