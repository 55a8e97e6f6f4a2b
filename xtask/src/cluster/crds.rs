//! The custom resources that charts use most: most of the definitions that are known without asking, and our own.

use std::fmt::Display;
use std::fs;
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value as Json;

use super::Client;
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

/// Makes all kinds, and waits until they are served.
pub(super) fn apply(client: &Client) -> Result {
    let start = Instant::now();
    let mut paths = crds::files()?;
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
