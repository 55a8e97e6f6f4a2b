//! `cargo xtask codegen`: what is made from the types of `pintle-agentrun`.
//!
//! `charts/agents/crds/<group>_<plural>.yaml` are the definitions that the chart brings to a cluster;
//! `schemas/crds/<group>/<kind>.json` are the same without descriptions, which `pintle validate` judges by.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use pintle_agentrun::api::definitions;
use pintle_manifest::typed::Raw;

use crate::schemas::crds::without_what_only_clusters_need;
use crate::{Result, root, say};

/// The folder of the chart's definitions.
const CRDS: &str = "charts/agents/crds";

/// How large a definition may be as JSON: `kubectl apply` keeps it in an annotation, and all of those have 256 KiB.
const MAX_BYTES: usize = 256 << 10;

/// Writes everything anew, and removes definitions of kinds that are no more.
pub(crate) fn run() -> Result {
    let files = files()?;
    for (name, text) in &files {
        let to = root().join(name);
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        }
        if fs::read_to_string(&to).is_ok_and(|current| current == *text) {
            continue;
        }
        fs::write(&to, text).map_err(|error| format!("{}: {error}", to.display()))?;
        say(&format!("{name}: {} bytes", text.len()));
    }
    for name in stale(&files)? {
        fs::remove_file(root().join(&name)).map_err(|error| format!("{name}: {error}"))?;
        say(&format!("{name}: removed"));
    }
    Ok(())
}

/// Lists the files of the chart's definitions, by their paths below the root.
pub(crate) fn crds() -> Vec<String> {
    definitions().iter().map(|definition| format!("{CRDS}/{}.yaml", definition.name)).collect()
}

/// Gives each file's path below the root and its text.
fn files() -> Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    for definition in definitions() {
        let name = &definition.name;
        let broken = |error: &dyn std::fmt::Display| format!("{name}: {error}");
        let mut json = serde_json::to_value(&definition.resource).map_err(|e| broken(&e))?;
        let text = json.to_string();
        if text.len() > MAX_BYTES {
            return Err(format!("{name}: {} bytes are more than {MAX_BYTES}", text.len()));
        }
        let Raw(value) = serde_json::from_value(json.clone()).map_err(|error| broken(&error))?;
        let yaml = pintle_yaml::to_string(&value).map_err(|error| broken(&error))?;
        let head = "# Made by `cargo xtask codegen` from the types of the crate agentrun.\n";
        files.insert(format!("{CRDS}/{name}.yaml"), format!("{head}{yaml}"));
        let spec = &definition.resource.spec;
        let kind = spec.names.kind.to_lowercase();
        let file = format!("schemas/crds/{}/{kind}.json", spec.group);
        without_what_only_clusters_need(&mut json);
        files.insert(file, format!("{json}\n"));
    }
    Ok(files)
}

/// Lists definitions in the chart that no type makes.
fn stale(files: &BTreeMap<String, String>) -> Result<Vec<String>> {
    let folder = root().join(CRDS);
    let entries =
        fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut stale: Vec<String> = entries
        .filter_map(|entry| Some(format!("{CRDS}/{}", entry.ok()?.file_name().to_str()?)))
        .filter(|name| Path::new(name).extension().is_some_and(|ending| ending == "yaml"))
        .filter(|name| !files.contains_key(name))
        .collect();
    stale.sort();
    Ok(stale)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn what_is_generated_is_current() {
        let files = files().unwrap();
        for (name, text) in &files {
            let current = fs::read_to_string(root().join(name)).unwrap_or_default();
            assert_eq!(current, *text, "{name} is stale: run `cargo xtask codegen`");
        }
        assert_eq!(stale(&files).unwrap(), [""; 0], "run `cargo xtask codegen`");
    }

    #[test]
    fn all_twenty_kinds_are_defined() {
        let n_kinds = files().unwrap().keys().filter(|name| name.starts_with(CRDS)).count();
        assert_eq!(n_kinds, 20);
    }

    #[test]
    fn no_description_is_left_in_what_validate_judges_by() {
        for (name, text) in files().unwrap() {
            if name.starts_with("schemas/") {
                let json: Value = serde_json::from_str(&text).unwrap();
                let spec = &json["spec"]["versions"][0]["schema"]["openAPIV3Schema"];
                assert!(spec["description"].is_null(), "{name}");
            }
        }
    }
}
