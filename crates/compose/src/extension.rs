//! `x-k8s`, or `x-inspect_k8s_sandbox`: what Compose has no words for.
//!
//! At the top: domains, entities and addresses that may be reached, and the service account. In a service: resources.

use crate::error::Problem;
use crate::node::{Entry, Kind, Map, Node};
use crate::output::{Out, OutMap};
use crate::report::Report;
use crate::service::Draft;

/// The names of the extension.
pub(crate) const KEYS: [&str; 2] = ["x-inspect_k8s_sandbox", "x-k8s"];

/// What a setting must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Want {
    List,
    Bool,
    Text,
}

/// The settings at the top, and the values they become.
const SETTINGS: [(&str, &str, Want); 7] = [
    ("allow_domains", "allowDomains", Want::List),
    ("allow_domains_ports", "allowDomainsPorts", Want::List),
    ("allow_entities", "allowEntities", Want::List),
    ("allow_cidr", "allowCIDR", Want::List),
    ("automount_service_account_token", "automountServiceAccountToken", Want::Bool),
    ("service_account_create", "serviceAccountCreate", Want::Bool),
    ("service_account_name", "serviceAccountName", Want::Text),
];

/// Finds the extension in a map. Both names at once are an error.
pub(crate) fn find<'n>(map: &'n Map, report: &mut Report) -> Option<(&'n Entry, &'n Map)> {
    let mut found = KEYS.iter().filter_map(|key| map.entry(key));
    let first = found.next()?;
    if let Some(second) = found.next() {
        let reason = "`x-k8s` and `x-inspect_k8s_sandbox` are two names of one thing";
        report.error(second.place, Problem::Value, reason, "put everything under one of them");
    }
    match &first.value.kind {
        Kind::Map(map) => Some((first, map)),
        Kind::Null => None,
        _ => {
            let reason =
                format!("`{}` is {}, and should be a map", first.key, first.value.type_name());
            report.error(first.place, Problem::Value, reason, "");
            None
        }
    }
}

/// Converts the extension at the top.
pub(crate) fn top(extension: &Map, values: &mut OutMap, report: &mut Report) {
    for entry in &extension.0 {
        let Some((_, key, want)) = SETTINGS.iter().find(|(name, ..)| **name == *entry.key) else {
            let known = SETTINGS.iter().map(|(name, ..)| *name);
            let near = crate::names::nearest(&entry.key, known);
            let help = near.map_or_else(String::new, |near| format!("did you mean `{near}`?"));
            report.error(
                entry.place,
                Problem::Value,
                format!("`x-k8s` has no key `{}`", entry.key),
                help,
            );
            continue;
        };
        let node = &entry.value;
        let value = match (want, &node.kind) {
            (_, Kind::Null) => continue,
            (Want::List, Kind::List(items)) if items.is_empty() => continue,
            (Want::List, Kind::List(_)) | (Want::Text, Kind::Text(_)) => Some(out(node)),
            (Want::Bool, _) => node.bool().map(Out::Bool),
            _ => None,
        };
        let Some(value) = value else {
            let wanted = match want {
                Want::List => "a list",
                Want::Bool => "true or false",
                Want::Text => "a string",
            };
            let reason =
                format!("`x-k8s.{}` is {}, and should be {wanted}", entry.key, node.type_name());
            report.error(node.place, Problem::Value, reason, "");
            continue;
        };
        values.push(((*key).into(), value));
    }
}

/// Merges the extension of a service into its resources.
pub(crate) fn service(extension: &Map, draft: &mut Draft, report: &mut Report) {
    for entry in &extension.0 {
        if &*entry.key != "resources" {
            let reason = format!("`x-k8s` of a service has no key `{}`", entry.key);
            report.error(entry.place, Problem::Value, reason, "it has only `resources`");
            continue;
        }
        for section in entry.value.map().map_or(&[][..], |map| &map.0) {
            let target = match &*section.key {
                "limits" => &mut draft.limits,
                "requests" => &mut draft.requests,
                _ => {
                    let reason = format!("`x-k8s.resources` has no key `{}`", section.key);
                    report.error(
                        section.place,
                        Problem::Value,
                        reason,
                        "it has `limits` and `requests`",
                    );
                    continue;
                }
            };
            for item in section.value.map().map_or(&[][..], |map| &map.0) {
                if target.iter().any(|(key, _)| **key == *item.key) {
                    let reason = format!(
                        "`{}.{}` is set by Compose's own keys already",
                        section.key, item.key
                    );
                    report.error(item.place, Problem::Value, reason, "set it in one place");
                    continue;
                }
                target.push((item.key.to_string().into(), out(&item.value)));
            }
        }
    }
}

/// Takes a tree as it is.
pub(crate) fn out(node: &Node) -> Out {
    match &node.kind {
        Kind::Null => Out::Null,
        Kind::Bool(b) => Out::Bool(*b),
        Kind::Int(n) => Out::Int(*n),
        Kind::Float(x) => Out::Float(*x),
        Kind::Text(text) => Out::Text(text.to_string()),
        Kind::List(items) => Out::List(items.iter().map(out).collect()),
        Kind::Map(map) => Out::Map(
            map.0.iter().map(|entry| (entry.key.to_string().into(), out(&entry.value))).collect(),
        ),
    }
}
