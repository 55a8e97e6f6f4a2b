//! `get metadata`: what a release is, and of which chart.
//!
//! Source: `pkg/cmd/get_metadata.go` and `pkg/action/get_metadata.go`, Helm v4.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use pintle::cluster::release::{ApplyMethod, Stored};
use pintle_engine::CommandLine;
use pintle_yaml::json::{self, Layout, Writer};
use serde_json::Value as Json;

use super::get;
use crate::args::command::Command;
use crate::args::flags;
use crate::call::Call;
use crate::print::{Failure, Output};
use crate::releases::{self, ChartMetadata, Form, chart, show_time};

pub(super) const COMMAND: Command = Command {
    name: "metadata",
    short: "show what a release is",
    long: "Shows what a release is, and of which chart.",
    flags: &[flags::REVISION_FLAGS, flags::FORMAT_FLAGS],
    run: Some(run),
    ..get::ONE
};

/// How Go shows a time as RFC 3339.
const RFC3339: &str = "2006-01-02T15:04:05Z07:00";

/// The fields of a dependency, in the order of Go's struct. The first three are always there but `version`.
const DEPENDENCY: [&str; 8] =
    ["name", "version", "repository", "condition", "tags", "enabled", "import-values", "alias"];

fn run(call: &Call, output: &mut Output) -> Result<(), Failure> {
    let Some((_, stored)) = releases::read(call, output)? else { return Ok(()) };
    let about = chart(&stored.release).metadata.unwrap_or_default();
    let deployed = stored.release.info.last_deployed;
    let deployed =
        deployed.map_or("0001-01-01T00:00:00Z".to_owned(), |time| show_time(time, RFC3339));
    let is_helm_4 = call.profile.command_line == CommandLine::Helm4;
    match Form::of(call) {
        Form::Table => {
            output.print_whole(table(&stored, &about, &deployed, is_helm_4));
            Ok(())
        }
        form => form.print(json(&stored, &about, &deployed, is_helm_4)?, output),
    }
}

fn table(stored: &Stored, about: &ChartMetadata, deployed: &str, is_helm_4: bool) -> String {
    let release = &stored.release;
    let pairs = |map: &BTreeMap<String, String>| {
        map.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(",")
    };
    let mut names: Vec<&str> = about
        .dependencies
        .iter()
        .flatten()
        .map(|dependency| dependency["name"].as_str().unwrap_or_default())
        .collect();
    names.sort_unstable();
    let mut text = format!(
        "NAME: {}\nCHART: {}\nVERSION: {}\nAPP_VERSION: {}\nANNOTATIONS: {}\n",
        release.name,
        about.name,
        about.version,
        about.app_version,
        about.annotations.as_ref().map(pairs).unwrap_or_default()
    );
    if is_helm_4 {
        let _ = writeln!(text, "LABELS: {}", pairs(&stored.labels));
    }
    let _ = writeln!(
        text,
        "DEPENDENCIES: {}\nNAMESPACE: {}\nREVISION: {}\nSTATUS: {}\nDEPLOYED_AT: {deployed}",
        names.join(","),
        release.namespace,
        release.version,
        release.info.status
    );
    if is_helm_4 {
        let method = match release.apply_method {
            None => "client-side apply (defaulted)",
            Some(ApplyMethod::ClientSide) => "client-side apply",
            Some(ApplyMethod::ServerSide) => "server-side apply",
        };
        let _ = writeln!(text, "APPLY_METHOD: {method}");
    }
    text
}

fn json(
    stored: &Stored,
    about: &ChartMetadata,
    deployed: &str,
    is_helm_4: bool,
) -> Result<String, pintle_yaml::Error> {
    let release = &stored.release;
    let mut out = Writer::new(Layout::Compact);
    let text = |out: &mut Writer, key: &str, text: &str| {
        out.key(key);
        out.string(text);
    };
    let pairs = |out: &mut Writer, key: &str, map: &BTreeMap<String, String>| {
        if !map.is_empty() {
            out.key(key);
            out.begin_map();
            for (key, value) in map {
                out.key(key);
                out.string(value);
            }
            out.end();
        }
    };
    out.begin_map();
    text(&mut out, "name", &release.name);
    text(&mut out, "chart", &about.name);
    text(&mut out, "version", &about.version);
    text(&mut out, "appVersion", &about.app_version);
    pairs(&mut out, "annotations", about.annotations.as_ref().unwrap_or(&BTreeMap::new()));
    if is_helm_4 {
        pairs(&mut out, "labels", &stored.labels);
    }
    let dependencies = about.dependencies.as_deref().unwrap_or_default();
    if !dependencies.is_empty() {
        out.key("dependencies");
        out.begin_list();
        for dependency in dependencies {
            out.begin_map();
            for key in DEPENDENCY {
                let value = match dependency.get(key) {
                    Some(value) if !value.is_null() => value.clone(),
                    _ if ["name", "repository"].contains(&key) => Json::String(String::new()),
                    _ => continue,
                };
                out.key(key);
                out.value(&json::from_str(&value.to_string())?)?;
            }
            out.end();
        }
        out.end();
    }
    text(&mut out, "namespace", &release.namespace);
    out.key("revision");
    out.int(release.version.into());
    text(&mut out, "status", release.info.status.as_str());
    text(&mut out, "deployedAt", deployed);
    if is_helm_4 && let Some(method) = release.apply_method {
        text(
            &mut out,
            "applyMethod",
            match method {
                ApplyMethod::ClientSide => "csa",
                ApplyMethod::ServerSide => "ssa",
            },
        );
    }
    out.end();
    Ok(out.finish())
}
