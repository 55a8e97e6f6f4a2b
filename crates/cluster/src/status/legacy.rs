//! Whether an object is ready, as Helm 3 saw it: with `--wait=legacy` Helm 4 sees it so too.
//!
//! Source: `pkg/kube/ready.go` and `internal/third_party/k8s.io/kubernetes/deployment/util` of Helm v4.

use serde_json::Value as Json;

use super::{conditions, int, items, text};

/// What else than the object itself must be known of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// nothing, not even the object: its kind is always ready
    Nothing,
    /// the object
    Object,
    /// the object, and the replica sets that its selector chooses
    ReplicaSets,
    /// the object, and the pods that its selector chooses
    Pods,
}

/// Tells what must be known of an object of this kind.
pub fn needs(api_version: &str, kind: &str, with_jobs: bool) -> Needs {
    match (api_version, kind) {
        ("apps/v1", "Deployment") => Needs::ReplicaSets,
        ("apps/v1", "ReplicaSet") | ("v1", "ReplicationController") => Needs::Pods,
        ("batch/v1", "Job") if with_jobs => Needs::Object,
        ("v1", "Pod" | "PersistentVolumeClaim" | "Service")
        | ("apps/v1", "DaemonSet" | "StatefulSet")
        | (
            "apiextensions.k8s.io/v1" | "apiextensions.k8s.io/v1beta1",
            "CustomResourceDefinition",
        ) => Needs::Object,
        _ => Needs::Nothing,
    }
}

/// Tells whether an object is ready; `related` are the replica sets or pods that it [`needs`].
///
/// # Errors
///
/// Helm's words for a job that failed.
pub fn is_ready(object: &Json, related: &[&Json], with_jobs: bool) -> Result<bool, String> {
    let kind = text(object, "/kind", "");
    if needs(text(object, "/apiVersion", ""), kind, with_jobs) == Needs::Nothing {
        return Ok(true);
    }
    Ok(match kind {
        "Pod" => is_pod_ready(object),
        "Job" => return is_job_done(object),
        "Deployment" => is_deployment_ready(object, related),
        "PersistentVolumeClaim" => text(object, "/status/phase", "") == "Bound",
        "Service" => is_service_ready(object),
        "DaemonSet" => is_daemon_set_ready(object),
        "CustomResourceDefinition" => is_definition_ready(object),
        "StatefulSet" => is_stateful_set_ready(object),
        _ => is_observed(object) && related.iter().all(|pod| is_pod_ready(pod)),
    })
}

/// Tells whether the controller saw the newest version of an object.
fn is_observed(object: &Json) -> bool {
    int(object, "/status/observedGeneration", 0) == int(object, "/metadata/generation", 0)
}

fn is_pod_ready(pod: &Json) -> bool {
    conditions(pod)
        .unwrap_or_default()
        .iter()
        .any(|condition| condition.name == "Ready" && condition.status == "True")
}

fn is_job_done(job: &Json) -> Result<bool, String> {
    // The server writes 6 where nothing is given.
    if int(job, "/status/failed", 0) > int(job, "/spec/backoffLimit", 6) {
        let (namespace, name) =
            (text(job, "/metadata/namespace", ""), text(job, "/metadata/name", ""));
        return Err(format!("job is failed: {namespace}/{name}"));
    }
    let completions = int(job, "/spec/completions", 0);
    Ok(int(job, "/status/succeeded", 0) >= completions)
}

fn is_service_ready(service: &Json) -> bool {
    let kind = text(service, "/spec/type", "");
    if kind == "ExternalName" {
        return true;
    }
    if text(service, "/spec/clusterIP", "").is_empty() {
        return false;
    }
    kind != "LoadBalancer"
        || !items(service, "/spec/externalIPs").is_empty()
        || service.pointer("/status/loadBalancer/ingress").is_some_and(Json::is_array)
}

fn is_definition_ready(definition: &Json) -> bool {
    // A conflict of names is for others to tell.
    conditions(definition).unwrap_or_default().iter().any(|condition| {
        matches!(
            (condition.name, condition.status),
            ("Established", "True") | ("NamesAccepted", "False")
        )
    })
}

fn is_daemon_set_ready(object: &Json) -> bool {
    if !is_observed(object) {
        return false;
    }
    if text(object, "/spec/updateStrategy/type", "") != "RollingUpdate" {
        return true;
    }
    let desired = int(object, "/status/desiredNumberScheduled", 0);
    if int(object, "/status/updatedNumberScheduled", 0) != desired {
        return false;
    }
    let most = object.pointer("/spec/updateStrategy/rollingUpdate/maxUnavailable");
    // What is no number lets all be unavailable.
    let unavailable = most.and_then(|most| scaled(most, desired, true)).unwrap_or(desired);
    int(object, "/status/numberReady", 0) >= desired - unavailable
}

fn is_stateful_set_ready(object: &Json) -> bool {
    if !is_observed(object) {
        return false;
    }
    if text(object, "/spec/updateStrategy/type", "") != "RollingUpdate" {
        return true;
    }
    let partition = int(object, "/spec/updateStrategy/rollingUpdate/partition", 0);
    let replicas = int(object, "/spec/replicas", 1);
    if int(object, "/status/updatedReplicas", 0) < replicas.saturating_sub(partition)
        || int(object, "/status/readyReplicas", 0) != replicas
    {
        return false;
    }
    partition != 0
        || text(object, "/status/currentRevision", "") == text(object, "/status/updateRevision", "")
}

fn is_deployment_ready(deployment: &Json, replica_sets: &[&Json]) -> bool {
    if deployment.pointer("/spec/paused") == Some(&Json::Bool(true)) {
        return true;
    }
    let Some(newest) = newest_replica_set(deployment, replica_sets) else { return false };
    if !is_observed(newest) || !is_observed(deployment) {
        return false;
    }
    let replicas = int(deployment, "/spec/replicas", 1);
    int(newest, "/status/readyReplicas", 0) >= replicas - max_unavailable(deployment, replicas)
}

/// Finds the replica set that has a deployment's own template; of several the oldest.
fn newest_replica_set<'a>(deployment: &Json, replica_sets: &[&'a Json]) -> Option<&'a Json> {
    let uid = text(deployment, "/metadata/uid", "");
    let is_owned = |set: &Json| {
        items(set, "/metadata/ownerReferences").iter().any(|owner| {
            owner.get("controller") == Some(&Json::Bool(true)) && text(owner, "/uid", "") == uid
        })
    };
    let template = plain(deployment.pointer("/spec/template")?);
    let has_template =
        |set: &Json| set.pointer("/spec/template").is_some_and(|own| plain(own) == template);
    let age = |set: &Json| {
        let place = |pointer| text(set, pointer, "").to_owned();
        (place("/metadata/creationTimestamp"), place("/metadata/name"))
    };
    let owned = replica_sets.iter().copied().filter(|set| is_owned(set) && has_template(set));
    owned.min_by_key(|set| age(set))
}

/// Gives a template without the hash that a deployment puts on its replica sets, and without empty lists, which
/// are the same to the server as none.
fn plain(template: &Json) -> Json {
    let mut template = template.clone();
    if let Some(labels) = template.pointer_mut("/metadata/labels").and_then(Json::as_object_mut) {
        labels.remove("pod-template-hash");
    }
    prune(&mut template);
    template
}

fn prune(value: &mut Json) {
    match value {
        Json::Object(map) => {
            map.values_mut().for_each(prune);
            // An `emptyDir: {}` says something, so empty maps stay.
            map.retain(|_, value| {
                !(value.is_null() || value.as_array().is_some_and(Vec::is_empty))
            });
        }
        Json::Array(list) => list.iter_mut().for_each(prune),
        _ => {}
    }
}

/// Gives how many pods a deployment may be without while it rolls.
fn max_unavailable(deployment: &Json, replicas: i64) -> i64 {
    if text(deployment, "/spec/strategy/type", "") != "RollingUpdate" || replicas == 0 {
        return 0;
    }
    let field = |name: &str| deployment.pointer(&format!("/spec/strategy/rollingUpdate/{name}"));
    let or_none = |name, rounds_up| field(name).map_or(Some(0), |v| scaled(v, replicas, rounds_up));
    let surge = or_none("maxSurge", true);
    let unavailable = or_none("maxUnavailable", false);
    match (surge, unavailable) {
        // With neither nothing could ever move.
        (Some(0), Some(0)) => 1,
        (Some(_), Some(unavailable)) => unavailable.min(replicas),
        _ => 0,
    }
}

/// Gives a number, or that share of `total` if it is written in percent; nothing if it is neither.
fn scaled(value: &Json, total: i64, rounds_up: bool) -> Option<i64> {
    if let Some(number) = value.as_i64() {
        return Some(number);
    }
    let percent: i64 = value.as_str()?.strip_suffix('%')?.parse().ok()?;
    let share = percent.saturating_mul(total);
    Some(if rounds_up { share.saturating_add(99).div_euclid(100) } else { share.div_euclid(100) })
}
