//! What inspect-k8s-sandbox 0.14.0 makes of one Compose file, text for text, its rough edges included.
//!
//! Nothing is interpolated, commands are split at white space, unknown keys are errors. Errors are ours, with places. An
//! alias is a copy here; there it is shared, and changed by what is done to it first.
//!
//! Source: `compose/_converter.py` of inspect-k8s-sandbox 0.14.0.

mod dump;
pub(crate) mod resolve;
mod service;

use crate::Converted;
use crate::error::{ComposeErrors, Problem};
use crate::extension::{KEYS, out};
use crate::load::Loader;
use crate::node::{Dialect, Kind, Map, Node, read};
use crate::output::{Out, OutMap};
use crate::report::{Place, Report};
use crate::schema::{self, Numbers};
use crate::source::Source;

/// Converts the one file of a project.
pub(crate) fn convert(source: Source<'_>) -> Result<Converted, ComposeErrors> {
    let mut loader = Loader::new(source);
    let file = source.files.first().and_then(|file| loader.report.add_source(file, ""));
    if let Some(second) = source.files.get(1)
        && let Some(id) = loader.report.add_source(second, "")
    {
        let reason = "with `--compat inspect` there is one file: it merges none";
        loader.report.error(
            Place::start_of(id),
            Problem::Structure,
            reason,
            "leave `--compat inspect` out",
        );
    }
    let mut report = loader.report;
    let documents = file.and_then(|file| read(&mut report, file, Dialect::Python));
    let values = documents.and_then(|documents| model(documents, file.unwrap_or(0), &mut report));
    if let Some(values) = &values {
        let start = Place::start_of(file.unwrap_or(0));
        check_nulls(values, "", start, &mut report);
    }
    let notes = report.finish()?;
    let text = dump::text(&values.unwrap_or_default());
    Ok(Converted { notes, text })
}

fn model(documents: Vec<Node>, file: u32, report: &mut Report) -> Option<OutMap> {
    let mut documents = documents.into_iter();
    let start = Place::start_of(file);
    let document = documents.next().unwrap_or_else(|| Node::new(start, Kind::Null));
    if let Some(second) = documents.next() {
        report.error(second.place, Problem::Yaml, "there is a second document", "keep one");
        return None;
    }
    if document.map().is_none() {
        let reason = format!("a Compose file is a map, and this is {}", document.type_name());
        report.error(document.place, Problem::Schema, reason, "begin it with `services:`");
        return None;
    }
    schema::check(&document, Numbers::AsWritten, report);
    if report.has_errors() {
        return None;
    }
    let Kind::Map(mut top) = document.kind else { return None };
    let services = top.take("services").map(|entry| entry.value.kind);
    let Some(Kind::Map(services)) = services else {
        report.error(start, Problem::Schema, "there is no key `services`", "");
        return None;
    };
    let mut result: OutMap =
        vec![("services".into(), Out::Map(convert_services(services, report)))];
    if let Some(volumes) = taken(&mut top, "volumes") {
        result.push(("volumes".into(), Out::Map(convert_volumes(&volumes, report))));
    }
    if let Some(networks) = taken(&mut top, "networks") {
        result.push(("networks".into(), Out::Map(convert_networks(networks, report))));
    }
    if let Some(extension) = take_extension(&mut top, report).filter(is_truthy) {
        convert_extension(extension, &mut result, report);
    }
    top.take("version");
    for entry in &top.0 {
        let reason = format!("inspect-k8s-sandbox does not know the key `{}`", entry.key);
        report.error(entry.place, Problem::Refused, reason, "leave `--compat inspect` out");
    }
    Some(result)
}

/// Takes a map that is not empty.
fn taken(top: &mut Map, key: &str) -> Option<Map> {
    match top.take(key)?.value.kind {
        Kind::Map(map) if !map.0.is_empty() => Some(map),
        _ => None,
    }
}

/// Tells what Python takes for true.
fn is_truthy(node: &Node) -> bool {
    match &node.kind {
        Kind::Null => false,
        Kind::Bool(b) => *b,
        Kind::Int(n) => *n != 0,
        Kind::Float(x) => *x != 0.0,
        Kind::Text(text) => !text.is_empty(),
        Kind::List(items) => !items.is_empty(),
        Kind::Map(map) => !map.0.is_empty(),
    }
}

fn take_extension(map: &mut Map, report: &mut Report) -> Option<Node> {
    let mut found = KEYS.iter().filter_map(|key| map.take(key)).collect::<Vec<_>>().into_iter();
    let first = found.next()?;
    if let Some(second) = found.next() {
        let reason = "`x-k8s` and `x-inspect_k8s_sandbox` are two names of one thing";
        report.error(second.place, Problem::Value, reason, "put everything under one of them");
    }
    Some(first.value)
}

fn convert_services(services: Map, report: &mut Report) -> OutMap {
    let renamed = if services.entry("default").is_some() {
        None
    } else {
        let marked = services.0.iter().find(|entry| {
            entry.value.get("x-default").is_some_and(|node| matches!(node.kind, Kind::Bool(true)))
        });
        let first = services.0.first().filter(|_| services.0.len() > 1);
        marked.or(first).map(|entry| entry.key.clone())
    };
    let mut result = OutMap::new();
    for entry in services.0 {
        let is_renamed = renamed.as_ref() == Some(&entry.key);
        let name = if is_renamed { "default".to_owned() } else { entry.key.to_string() };
        let Kind::Map(map) = entry.value.kind else { continue };
        let converted = service::convert(&entry.key, entry.place, map, report);
        result.push((name.into(), Out::Map(converted)));
    }
    result
}

fn convert_volumes(volumes: &Map, report: &mut Report) -> OutMap {
    let mut result = OutMap::new();
    for entry in &volumes.0 {
        if is_truthy(&entry.value) {
            let reason = format!("`volumes.{}`: only an empty volume is converted", entry.key);
            report.error(entry.place, Problem::Refused, reason, "remove what it says");
        }
        let name = volume_name(&entry.key);
        match result.iter_mut().find(|(known, _)| *known == name) {
            Some(_) => {}
            None => result.push((name.into(), Out::Map(OutMap::new()))),
        }
    }
    result
}

/// Gives a volume the name that it has in Kubernetes, as far as that is looked after.
fn volume_name(name: &str) -> String {
    name.replace(['_', '.'], "-").to_lowercase()
}

fn convert_networks(networks: Map, report: &mut Report) -> OutMap {
    let mut result = OutMap::new();
    for entry in networks.0 {
        let Kind::Map(mut network) = entry.value.kind else {
            let reason = format!("`networks.{}` is not a map", entry.key);
            report.error(entry.place, Problem::Value, reason, "write `{}`");
            continue;
        };
        let driver = network.take("driver");
        if driver.as_ref().is_some_and(|driver| driver.value.str() != Some("bridge")) {
            let reason = format!("`networks.{}.driver`: only bridge is converted", entry.key);
            report.error(entry.place, Problem::Refused, reason, "write `driver: bridge`");
        }
        network.take("internal");
        for setting in &network.0 {
            let reason = format!(
                "`networks.{}`: inspect-k8s-sandbox does not know the key `{}`",
                entry.key, setting.key
            );
            report.error(setting.place, Problem::Refused, reason, "remove it");
        }
        result.push((entry.key.to_string().into(), Out::Map(OutMap::new())));
    }
    result
}

fn convert_extension(extension: Node, result: &mut OutMap, report: &mut Report) {
    let place = extension.place;
    let Kind::Map(mut map) = extension.kind else {
        report.error(place, Problem::Value, "`x-k8s` is not a map", "");
        return;
    };
    for (key, value) in [("allow_domains", "allowDomains"), ("allow_entities", "allowEntities")] {
        let Some(node) = map.take(key).map(|entry| entry.value).filter(is_truthy) else { continue };
        if node.list().is_none() {
            report.error(node.place, Problem::Value, format!("`x-k8s.{key}` is not a list"), "");
        }
        result.push((value.into(), out(&node)));
    }
    for (key, value) in [
        ("automount_service_account_token", "automountServiceAccountToken"),
        ("service_account_create", "serviceAccountCreate"),
    ] {
        let Some(entry) = map.take(key) else { continue };
        if !matches!(entry.value.kind, Kind::Bool(_)) {
            report.error(
                entry.place,
                Problem::Value,
                format!("`x-k8s.{key}` is not a boolean"),
                "",
            );
        }
        result.push((value.into(), out(&entry.value)));
    }
    if let Some(entry) = map.take("service_account_name") {
        if entry.value.str().is_none() {
            report.error(
                entry.place,
                Problem::Value,
                "`x-k8s.service_account_name` is not a string",
                "",
            );
        }
        result.push(("serviceAccountName".into(), out(&entry.value)));
    }
    for entry in &map.0 {
        let reason = format!("inspect-k8s-sandbox does not know the key `x-k8s.{}`", entry.key);
        report.error(entry.place, Problem::Refused, reason, "leave `--compat inspect` out");
    }
}

/// Refuses nulls, which older versions of Helm dropped; only a command may be one.
fn check_nulls(entries: &OutMap, path: &str, start: Place, report: &mut Report) {
    for (key, value) in entries {
        let inner = if path.is_empty() { key.to_string() } else { format!("{path}.{key}") };
        let is_command =
            key == "command" && path.starts_with("services.") && path.matches('.').count() == 1;
        if !(is_command && *value == Out::Null) {
            check_null(value, &inner, start, report);
        }
    }
}

fn check_null(value: &Out, path: &str, start: Place, report: &mut Report) {
    match value {
        Out::Null => {
            let reason = format!("the value `{path}` would be null");
            report.error(start, Problem::Value, reason, "give it a value");
        }
        Out::Map(entries) => check_nulls(entries, path, start, report),
        Out::List(items) => {
            for (n, item) in items.iter().enumerate() {
                check_null(item, &format!("{path}[{n}]"), start, report);
            }
        }
        _ => {}
    }
}
