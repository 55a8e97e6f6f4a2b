//! `cargo xtask record`: records snapshots anew, with Go and with real Helm.
//!
//! The recorders are one Go program in `xtask/oracle`. `HELM4` and `HELM3` name the binaries of Helm 4.3.1 and 3.22.0 for
//! the domains that ask Helm itself.

use std::process::Command;

use crate::{Result, root, say};

/// Each domain, and the folder of `snapshots/` it is recorded to.
const DOMAINS: &[(&str, &[&str])] = &[];

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
