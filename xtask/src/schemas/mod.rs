//! `schemas`: what is known of Kubernetes' types, made from what Kubernetes publishes.

pub(crate) mod crds;
mod kubernetes;

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Command;

use crate::Result;

/// Makes the folders `schemas/kubernetes` and `schemas/crds` anew; needs Go, whose module proxy has the sources.
pub(crate) fn run() -> Result {
    kubernetes::run()?;
    crds::run()
}

/// Gives the OpenAPI document of a release of Kubernetes; needs Go.
pub(crate) fn openapi(release: &str) -> Result<serde_json::Value> {
    kubernetes::openapi(release)
        .and_then(|bytes| serde_json::from_slice(&bytes).map_err(|error| error.to_string()))
}

/// Gives the folder of a Go module, fetched if it is not there.
fn module(path: &str, version: &str) -> Result<PathBuf> {
    let output = Command::new("go")
        .args(["mod", "download", "-json", &format!("{path}@{version}")])
        .current_dir(std::env::temp_dir())
        .output()
        .map_err(|error| format!("go: {error}"))?;
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("go mod download {path}@{version}: {error}"))?;
    match answer["Dir"].as_str() {
        Some(dir) => Ok(PathBuf::from(dir)),
        None => Err(format!("go mod download {path}@{version}: {}", answer["Error"])),
    }
}

/// Writes bytes in hexadecimal.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
