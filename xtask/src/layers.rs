//! Which crate may use which: the picture in `crates/README.md` as a table.

use std::collections::BTreeMap;
use std::process::Command;

use crate::{Result, root};

/// Each crate of ours, and those of ours it may use in its library.
const MAY_USE: &[(&str, &[&str])] = &[
    ("pintle-gotmpl", &[]),
    ("pintle-yaml", &[]),
    ("pintle-chart", &["pintle-yaml"]),
    ("pintle-manifest", &["pintle-yaml"]),
    ("pintle-agentrun", &["pintle-manifest", "pintle-yaml"]),
    ("pintle-cluster", &["pintle-manifest", "pintle-yaml"]),
    ("pintle-compose", &["pintle-chart", "pintle-yaml"]),
    ("pintle-engine", &["pintle-chart", "pintle-gotmpl", "pintle-manifest", "pintle-yaml"]),
    ("pintle-docs", &["pintle-chart", "pintle-engine", "pintle-gotmpl", "pintle-yaml"]),
    (
        "pintle",
        &[
            "pintle-agentrun",
            "pintle-chart",
            "pintle-cluster",
            "pintle-compose",
            "pintle-docs",
            "pintle-engine",
            "pintle-gotmpl",
            "pintle-manifest",
            "pintle-yaml",
        ],
    ),
    (
        "xtask",
        &[
            "pintle",
            "pintle-agentrun",
            "pintle-chart",
            "pintle-engine",
            "pintle-gotmpl",
            "pintle-manifest",
            "pintle-yaml",
        ],
    ),
];

/// Compares the table with what the manifests say.
pub(crate) fn check() -> Result {
    let output = Command::new("cargo")
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(root())
        .output()
        .map_err(|error| format!("cargo metadata: {error}"))?;
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("cargo metadata: {error}"))?;
    let allowed: BTreeMap<&str, &[&str]> = MAY_USE.iter().copied().collect();
    let packages = metadata["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
    for package in packages {
        let name = package["name"].as_str().unwrap_or_default();
        let Some(may_use) = allowed.get(name) else {
            return Err(format!("{name} has no line in the table of layers"));
        };
        let dependencies =
            package["dependencies"].as_array().map(Vec::as_slice).unwrap_or_default();
        for dependency in dependencies {
            let used = dependency["name"].as_str().unwrap_or_default();
            let is_ours = allowed.contains_key(used);
            let in_library = dependency["kind"].is_null();
            if is_ours && in_library && !may_use.contains(&used) {
                return Err(format!("{name} may not use {used}"));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn crates_use_only_what_lies_below_them() {
        super::check().unwrap();
    }
}
