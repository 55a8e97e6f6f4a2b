//! What an object becomes when the client merges: the change from the last release to this one, made to what is there.
//!
//! Built-in kinds merge lists by key, as a strategic merge patch does on a server; custom resources take only what changed.
//!
//! Source: `createPatch` in `pkg/kube/client.go`, Helm v4; `k8s.io/apimachinery/pkg/util/strategicpatch`; the keys are the
//! `patchMergeKey` tags of `k8s.io/api`.

use serde_json::{Map, Value as Json};

/// How a list merges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ListRule {
    /// replaced whole
    Atomic,
    /// items with the same value of a field are one
    ByKey(&'static str),
    /// a set of plain values
    Set,
}

/// Gives how the list at a path of a built-in kind merges. Items of lists have no step of their own.
fn list_rule(kind: &str, path: &[&str]) -> ListRule {
    let last = path.last().copied().unwrap_or_default();
    let parent = path.len().checked_sub(2).map_or("", |n| path[n]);
    let in_container = matches!(parent, "containers" | "initContainers" | "ephemeralContainers");
    let is_service_port = kind == "Service" && path == ["spec", "ports"];
    ListRule::ByKey(match last {
        "finalizers" if parent == "metadata" => return ListRule::Set,
        "ownerReferences" if parent == "metadata" => "uid",
        "env" if !in_container => return ListRule::Atomic,
        "secrets" if kind != "ServiceAccount" => return ListRule::Atomic,
        "containers"
        | "initContainers"
        | "ephemeralContainers"
        | "volumes"
        | "imagePullSecrets"
        | "schedulingGates"
        | "resourceClaims"
        | "webhooks"
        | "env"
        | "secrets" => "name",
        "hostAliases" => "ip",
        "topologySpreadConstraints" => "topologyKey",
        "volumeMounts" if in_container => "mountPath",
        "volumeDevices" if in_container => "devicePath",
        "ports" if in_container => "containerPort",
        "ports" if is_service_port => "port",
        "conditions" if parent == "status" => "type",
        _ => return ListRule::Atomic,
    })
}

/// Tells whether a map keeps only the keys that are asked for: kinds of which an object has one.
fn retains_only_asked(kind: &str, path: &[&str]) -> bool {
    path.last() == Some(&"volumes") || kind == "Deployment" && path == ["spec", "strategy"]
}

/// Tells whether client-go knows a group's types, so that their lists merge by key.
pub(crate) fn is_built_in(api_version: &str) -> bool {
    let Some((group, _)) = api_version.split_once('/') else { return true };
    matches!(
        group,
        "apps"
            | "batch"
            | "autoscaling"
            | "policy"
            | "extensions"
            | "admissionregistration.k8s.io"
            | "apiextensions.k8s.io"
            | "apiregistration.k8s.io"
            | "authentication.k8s.io"
            | "authorization.k8s.io"
            | "certificates.k8s.io"
            | "coordination.k8s.io"
            | "discovery.k8s.io"
            | "events.k8s.io"
            | "flowcontrol.apiserver.k8s.io"
            | "internal.apiserver.k8s.io"
            | "networking.k8s.io"
            | "node.k8s.io"
            | "rbac.authorization.k8s.io"
            | "resource.k8s.io"
            | "scheduling.k8s.io"
            | "storage.k8s.io"
            | "storagemigration.k8s.io"
    )
}

/// Merges three states of an object of a built-in kind: what was asked for last, what is asked for, and what is there.
pub(crate) fn three_way(original: &Json, modified: &Json, live: &Json) -> Json {
    let kind = modified["kind"].as_str().unwrap_or_default().to_owned();
    Merge { kind: &kind }.value(original, modified, live, &mut Vec::new())
}

struct Merge<'k> {
    kind: &'k str,
}

impl Merge<'_> {
    fn value<'a>(
        &self,
        original: &'a Json,
        modified: &'a Json,
        live: &Json,
        path: &mut Vec<&'a str>,
    ) -> Json {
        match (modified, live) {
            (Json::Object(modified), Json::Object(live)) => {
                Json::Object(self.map(original.as_object(), modified, live, path))
            }
            (Json::Array(modified), Json::Array(live)) => {
                let original = original.as_array().map_or(&[][..], Vec::as_slice);
                Json::Array(self.list(original, modified, live, path))
            }
            // What is new has nothing to merge with, but nulls in it ask for nothing.
            (modified, _) => without_nulls(modified),
        }
    }

    fn map<'a>(
        &self,
        original: Option<&'a Map<String, Json>>,
        modified: &'a Map<String, Json>,
        live: &Map<String, Json>,
        path: &mut Vec<&'a str>,
    ) -> Map<String, Json> {
        let mut merged = live.clone();
        if retains_only_asked(self.kind, path) {
            merged.retain(|key, _| modified.contains_key(key));
        }
        let asked_last = original.into_iter().flat_map(Map::keys);
        for key in asked_last.filter(|key| !modified.contains_key(*key)) {
            merged.remove(key);
        }
        for (key, wanted) in modified {
            if wanted.is_null() {
                merged.remove(key);
                continue;
            }
            path.push(key);
            let old = original.and_then(|map| map.get(key)).unwrap_or(&Json::Null);
            let there = live.get(key).unwrap_or(&Json::Null);
            let value = self.value(old, wanted, there, path);
            path.pop();
            merged.insert(key.clone(), value);
        }
        merged
    }

    fn list<'a>(
        &self,
        original: &'a [Json],
        modified: &'a [Json],
        live: &[Json],
        path: &mut Vec<&'a str>,
    ) -> Vec<Json> {
        let key_of = |item: &Json| -> Option<Json> {
            match list_rule(self.kind, path) {
                ListRule::Atomic => None,
                ListRule::Set => Some(item.clone()),
                ListRule::ByKey(key) => item.get(key).filter(|value| !value.is_null()).cloned(),
            }
        };
        let keys = |items: &[Json]| items.iter().map(key_of).collect::<Option<Vec<Json>>>();
        let (Some(old_keys), Some(new_keys), Some(live_keys)) =
            (keys(original), keys(modified), keys(live))
        else {
            // Atomic, or an item without a key: the list is replaced.
            return modified.to_vec();
        };
        if list_rule(self.kind, path) == ListRule::Atomic {
            return modified.to_vec();
        }
        let place = |keys: &[Json], key: &Json| keys.iter().position(|known| known == key);
        let asked: Vec<(usize, Json)> = modified
            .iter()
            .zip(&new_keys)
            .map(|(item, key)| {
                let old = place(&old_keys, key).map_or(&Json::Null, |n| &original[n]);
                let there = place(&live_keys, key).map_or(&Json::Null, |n| &live[n]);
                let merged = self.value(old, item, there, path);
                (place(&live_keys, key).unwrap_or(usize::MAX), merged)
            })
            .collect();
        // What neither the last release nor this one asks for is another's, and stays.
        let others = live.iter().zip(&live_keys).enumerate().filter(|(_, (_, key))| {
            place(&new_keys, key).is_none() && place(&old_keys, key).is_none()
        });
        let mut others = others.map(|(n, (item, _))| (n, item.clone())).peekable();
        let mut merged = Vec::with_capacity(asked.len());
        for (n, item) in asked {
            while let Some((_, other)) = others.next_if(|(other, _)| n != usize::MAX && *other < n)
            {
                merged.push(other);
            }
            merged.push(item);
        }
        merged.extend(others.map(|(_, other)| other));
        merged
    }
}

/// Copies a value without the keys whose value is null.
fn without_nulls(value: &Json) -> Json {
    match value {
        Json::Object(map) => {
            let kept = map.iter().filter(|(_, value)| !value.is_null());
            Json::Object(kept.map(|(key, value)| (key.clone(), without_nulls(value))).collect())
        }
        value => value.clone(),
    }
}

/// Gives the JSON merge patch that makes `to` of `from`; nothing if they are the same. Source: RFC 7386.
pub(crate) fn merge_patch(from: &Json, to: &Json) -> Option<Json> {
    let (Json::Object(from_map), Json::Object(to_map)) = (from, to) else {
        return (from != to).then(|| to.clone());
    };
    let mut patch = Map::new();
    for key in from_map.keys().filter(|key| !to_map.contains_key(*key)) {
        patch.insert(key.clone(), Json::Null);
    }
    for (key, value) in to_map {
        let change = match from_map.get(key) {
            Some(old) => merge_patch(old, value),
            None => Some(value.clone()),
        };
        if let Some(change) = change {
            patch.insert(key.clone(), change);
        }
    }
    (!patch.is_empty()).then_some(Json::Object(patch))
}
