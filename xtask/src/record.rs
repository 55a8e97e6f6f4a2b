//! `cargo xtask record`: records snapshots anew, with Go and with real Helm.
//!
//! The recorders are one Go program in `xtask/oracle`. `HELM4` and `HELM3` name the binaries of Helm 4.3.1 and 3.22.0 for
//! the domains that ask Helm itself, `HELM_DOCS` that of helm-docs 1.14.2.

use std::process::Command;

use crate::{Result, root, say};

/// What Go and its libraries say, whatever Helm.
const GO: &[&str] = &["go-1.26"];

/// What each Helm says, or the libraries it is made of.
const HELM: &[&str] = &["helm-4.3", "helm-3.22"];

/// What Helm 4 says, where Helm 3 has nothing like it or the same.
const HELM_4: &[&str] = &["helm-4.3"];

/// What helm-docs says.
const HELM_DOCS: &[&str] = &["helm-docs-1.14"];

/// Each domain, and the folders of `snapshots/` it is recorded to.
const DOMAINS: &[(&str, &[&str])] = &[
    ("agent-env", HELM),
    ("agents", HELM),
    ("chart-load", HELM),
    ("cli", HELM),
    ("coalesce", HELM),
    ("dependencies", HELM),
    ("deprecations", GO),
    ("docs", HELM_DOCS),
    ("fmt", GO),
    ("functions", HELM),
    ("gotmpl", GO),
    ("gotmpl-host", GO),
    ("helmignore", HELM),
    ("json", GO),
    ("layout", GO),
    ("pod-security", GO),
    ("regex", GO),
    ("render", HELM),
    ("schema", HELM),
    ("semver", GO),
    ("set", HELM),
    ("sources", HELM),
    ("status", HELM_4),
    ("toml", GO),
    ("unicode", GO),
    ("yaml-fields", GO),
    ("yaml-read", GO),
    ("yaml-write", GO),
];

/// Records the named domains, or all.
pub(crate) fn run(names: &[&str]) -> Result {
    let unknown = names.iter().find(|name| !DOMAINS.iter().any(|(domain, _)| domain == *name));
    if let Some(name) = unknown {
        let known: Vec<&str> = DOMAINS.iter().map(|(domain, _)| *domain).collect();
        return Err(format!("no domain {name}; there are {}", known.join(" ")));
    }
    let root = root();
    for (domain, oracles) in DOMAINS {
        if !names.is_empty() && !names.contains(domain) {
            continue;
        }
        for oracle in *oracles {
            say(&format!("recording {domain} for {oracle}"));
            let status = Command::new("go")
                .args(["run", ".", domain])
                .arg(root.join("fixtures"))
                .arg(root.join("snapshots").join(oracle))
                .current_dir(root.join("xtask/oracle"))
                .env("GOFLAGS", "-mod=mod")
                .status()
                .map_err(|error| format!("go: {error}"))?;
            if !status.success() {
                return Err(format!("recording {domain} for {oracle} failed"));
            }
        }
    }
    Ok(())
}
