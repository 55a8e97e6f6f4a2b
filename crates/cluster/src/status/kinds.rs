//! The kinds that kstatus knows by name.
//!
//! Source: `pkg/kstatus/status/core.go` of cli-utils.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value as Json;

use super::{Malformed, ObjectStatus, conditions, int, nested, nested_int, text};

/// How long a pod may be without a node before it counts as failed.
pub(super) const SCHEDULE_WINDOW: SignedDuration = SignedDuration::from_secs(15);

/// Reads the status of one kind.
type Read = fn(&Json, Timestamp) -> Result<ObjectStatus, Malformed>;

/// Gives what reads a kind, if it is known by name.
pub(super) fn reader(group: &str, kind: &str) -> Option<Read> {
    Some(match (group, kind) {
        ("", "Secret" | "ConfigMap") | ("batch", "CronJob") => {
            |_, _| Ok(ObjectStatus::current("Resource is always ready"))
        }
        ("", "Service") => |object, _| Ok(service(object)),
        ("", "Pod") => pod,
        ("", "PersistentVolumeClaim") => |object, _| Ok(claim(object)),
        ("apps", "StatefulSet") => |object, _| Ok(stateful_set(object)),
        ("apps" | "extensions", "DaemonSet") => |object, _| daemon_set(object),
        ("apps" | "extensions", "Deployment") => |object, _| deployment(object),
        ("apps" | "extensions", "ReplicaSet") => |object, _| replica_set(object),
        ("policy", "PodDisruptionBudget") => {
            |_, _| Ok(ObjectStatus::current("AllowedDisruptions has been computed."))
        }
        ("batch", "Job") => |object, _| job(object),
        ("apiextensions.k8s.io", "CustomResourceDefinition") => |object, _| definition(object),
        _ => return None,
    })
}

fn stateful_set(object: &Json) -> ObjectStatus {
    if text(object, "/spec/updateStrategy/type", "") == "OnDelete" {
        return ObjectStatus::current("StatefulSet is using the ondelete update strategy");
    }
    let wanted = int(object, "/spec/replicas", 1);
    let ready = int(object, "/status/readyReplicas", 0);
    let current = int(object, "/status/currentReplicas", 0);
    let updated = int(object, "/status/updatedReplicas", 0);
    let replicas = int(object, "/status/replicas", 0);
    let partition = int(object, "/spec/updateStrategy/rollingUpdate/partition", -1);
    if wanted > replicas {
        return ObjectStatus::in_progress(format!("Replicas: {replicas}/{wanted}"));
    }
    if wanted > ready {
        return ObjectStatus::in_progress(format!("Ready: {ready}/{wanted}"));
    }
    if replicas > wanted {
        let surplus = replicas - wanted;
        return ObjectStatus::in_progress(format!("Pending termination: {surplus}"));
    }
    if partition != -1 {
        let above = wanted.saturating_sub(partition);
        return if updated < above {
            ObjectStatus::in_progress(format!("updated: {updated}/{above}"))
        } else {
            ObjectStatus::current(format!("Partition rollout complete. updated: {updated}"))
        };
    }
    if wanted > current {
        return ObjectStatus::in_progress(format!("current: {current}/{wanted}"));
    }
    if text(object, "/status/currentRevision", "") != text(object, "/status/updateRevision", "") {
        return ObjectStatus::in_progress("Waiting for updated revision to match current");
    }
    ObjectStatus::current(format!("All replicas scheduled as expected. Replicas: {replicas}"))
}

fn deployment(object: &Json) -> Result<ObjectStatus, Malformed> {
    // Without a deadline the controller never says whether it makes progress.
    let without_deadline = i64::from(i32::MAX);
    let mut is_progressing =
        int(object, "/spec/progressDeadlineSeconds", without_deadline) == without_deadline;
    let mut is_available = false;
    for condition in conditions(object)? {
        match condition.name {
            "Progressing" if condition.reason == "ProgressDeadlineExceeded" => {
                return Ok(ObjectStatus::failed("Progress deadline exceeded"));
            }
            "Progressing"
                if condition.status == "True" && condition.reason == "NewReplicaSetAvailable" =>
            {
                is_progressing = true;
            }
            "Available" if condition.status == "True" => is_available = true,
            _ => {}
        }
    }
    let wanted = int(object, "/spec/replicas", 1);
    let replicas = int(object, "/status/replicas", 0);
    let updated = int(object, "/status/updatedReplicas", 0);
    let ready = int(object, "/status/readyReplicas", 0);
    let available = int(object, "/status/availableReplicas", 0);
    Ok(if wanted > replicas {
        ObjectStatus::in_progress(format!("Replicas: {replicas}/{wanted}"))
    } else if wanted > updated {
        ObjectStatus::in_progress(format!("Updated: {updated}/{wanted}"))
    } else if replicas > wanted {
        ObjectStatus::in_progress(format!("Pending termination: {}", replicas - wanted))
    } else if updated > available {
        ObjectStatus::in_progress(format!("Available: {available}/{updated}"))
    } else if wanted > ready {
        ObjectStatus::in_progress(format!("Ready: {ready}/{wanted}"))
    } else if !is_progressing {
        ObjectStatus::in_progress("ReplicaSet not Available")
    } else if !is_available {
        ObjectStatus::in_progress("Deployment not Available")
    } else {
        ObjectStatus::current(format!("Deployment is available. Replicas: {replicas}"))
    })
}

fn replica_set(object: &Json) -> Result<ObjectStatus, Malformed> {
    let has_failed = |condition: &super::Condition<'_>| {
        condition.name == "ReplicaFailure" && condition.status == "True"
    };
    if conditions(object)?.iter().any(has_failed) {
        return Ok(ObjectStatus::in_progress("Replica Failure condition. Check Pods"));
    }
    let wanted = int(object, "/spec/replicas", 1);
    let replicas = int(object, "/status/replicas", 0);
    let ready = int(object, "/status/readyReplicas", 0);
    let available = int(object, "/status/availableReplicas", 0);
    let labelled = int(object, "/status/fullyLabeledReplicas", 0);
    Ok(if wanted > labelled {
        ObjectStatus::in_progress(format!("Labelled: {labelled}/{wanted}"))
    } else if wanted > available {
        ObjectStatus::in_progress(format!("Available: {available}/{wanted}"))
    } else if wanted > ready {
        ObjectStatus::in_progress(format!("Ready: {ready}/{wanted}"))
    } else if replicas > wanted {
        ObjectStatus::in_progress(format!("Pending termination: {}", replicas - wanted))
    } else {
        ObjectStatus::current(format!("ReplicaSet is available. Replicas: {replicas}"))
    })
}

fn daemon_set(object: &Json) -> Result<ObjectStatus, Malformed> {
    let kind = text(object, "/kind", "");
    // Its controller always sets both, so what has none was not seen by it.
    if nested_int(object, &["metadata", "generation"])?.is_none() {
        return Ok(ObjectStatus::in_progress(format!("{kind} metadata.generation not found")));
    }
    if nested_int(object, &["status", "observedGeneration"])?.is_none() {
        let message = format!("{kind} status.observedGeneration not found");
        return Ok(ObjectStatus::in_progress(message));
    }
    let desired = int(object, "/status/desiredNumberScheduled", -1);
    let current = int(object, "/status/currentNumberScheduled", 0);
    let updated = int(object, "/status/updatedNumberScheduled", 0);
    let available = int(object, "/status/numberAvailable", 0);
    let ready = int(object, "/status/numberReady", 0);
    Ok(if desired == -1 {
        ObjectStatus::in_progress("Missing .status.desiredNumberScheduled")
    } else if desired > current {
        ObjectStatus::in_progress(format!("Current: {current}/{desired}"))
    } else if desired > updated {
        ObjectStatus::in_progress(format!("Updated: {updated}/{desired}"))
    } else if desired > available {
        ObjectStatus::in_progress(format!("Available: {available}/{desired}"))
    } else if desired > ready {
        ObjectStatus::in_progress(format!("Ready: {ready}/{desired}"))
    } else {
        ObjectStatus::current(format!("All replicas scheduled as expected. Replicas: {desired}"))
    })
}

fn claim(object: &Json) -> ObjectStatus {
    match text(object, "/status/phase", "unknown") {
        "Bound" => ObjectStatus::current("PVC is Bound"),
        phase => ObjectStatus::in_progress(format!("PVC is not Bound. phase: {phase}")),
    }
}

fn pod(object: &Json, now: Timestamp) -> Result<ObjectStatus, Malformed> {
    let conditions = conditions(object)?;
    Ok(match text(object, "/status/phase", "") {
        "Succeeded" => ObjectStatus::current("Pod has completed successfully"),
        "Failed" => ObjectStatus::current("Pod has completed, but not successfully"),
        "Running" => {
            if conditions.iter().any(|one| one.name == "Ready" && one.status == "True") {
                return Ok(ObjectStatus::current("Pod is Ready"));
            }
            let crashing = crashing(object)?;
            if crashing.is_empty() {
                ObjectStatus::in_progress("Pod is running but is not Ready")
            } else {
                let names = crashing.join(",");
                ObjectStatus::failed(format!("Containers in CrashLoop state: {names}"))
            }
        }
        "Pending" => {
            let refused =
                conditions.iter().find(|one| one.name == "PodScheduled" && one.status == "False");
            if refused.is_none_or(|condition| condition.reason != "Unschedulable") {
                return Ok(ObjectStatus::in_progress("Pod is in the Pending phase"));
            }
            if schedule_deadline(object) > now {
                ObjectStatus::in_progress("Pod has not been scheduled")
            } else {
                ObjectStatus::failed("Pod could not be scheduled")
            }
        }
        "" => ObjectStatus::in_progress("Pod phase not available"),
        _ => return Err(Malformed),
    })
}

/// Gives the moment at which a pod should have a node.
pub(super) fn schedule_deadline(pod: &Json) -> Timestamp {
    let created = text(pod, "/metadata/creationTimestamp", "").parse::<Timestamp>();
    let created = created.unwrap_or(Timestamp::UNIX_EPOCH);
    created.checked_add(SCHEDULE_WINDOW).unwrap_or(Timestamp::MAX)
}

/// Gives the names of the containers that end again and again.
fn crashing(pod: &Json) -> Result<Vec<&str>, Malformed> {
    let list = match nested(pod, &["status", "containerStatuses"])? {
        None => return Ok(Vec::new()),
        Some(list) => list.as_array().ok_or(Malformed)?,
    };
    let is_crashing =
        |status: &&Json| text(status, "/state/waiting/reason", "") == "CrashLoopBackOff";
    Ok(list.iter().filter(is_crashing).map(|status| text(status, "/name", "")).collect())
}

fn job(object: &Json) -> Result<ObjectStatus, Malformed> {
    let completions = completions(object);
    let succeeded = int(object, "/status/succeeded", 0);
    let active = int(object, "/status/active", 0);
    let failed = int(object, "/status/failed", 0);
    if let Some(status) = ended_job(object, completions)? {
        return Ok(status);
    }
    Ok(if text(object, "/status/startTime", "").is_empty() {
        ObjectStatus::in_progress("Job not started")
    } else {
        ObjectStatus::current(format!(
            "Job in progress. success:{succeeded}, active: {active}, failed: {failed}"
        ))
    })
}

/// Gives how many pods of a job must succeed.
pub(super) fn completions(job: &Json) -> i64 {
    int(job, "/spec/completions", int(job, "/spec/parallelism", 1))
}

/// Gives the status of a job that ended.
pub(super) fn ended_job(job: &Json, completions: i64) -> Result<Option<ObjectStatus>, Malformed> {
    for condition in conditions(job)?.iter().filter(|condition| condition.status == "True") {
        match condition.name {
            "Complete" => {
                let succeeded = int(job, "/status/succeeded", 0);
                let message = format!("Job Completed. succeeded: {succeeded}/{completions}");
                return Ok(Some(ObjectStatus::current(message)));
            }
            "Failed" => {
                let failed = int(job, "/status/failed", 0);
                let message = format!("Job Failed. failed: {failed}/{completions}");
                return Ok(Some(ObjectStatus::failed(message)));
            }
            _ => {}
        }
    }
    Ok(None)
}

fn service(object: &Json) -> ObjectStatus {
    if text(object, "/spec/type", "ClusterIP") == "LoadBalancer"
        && text(object, "/spec/clusterIP", "").is_empty()
    {
        return ObjectStatus::in_progress("ClusterIP not set. Service type: LoadBalancer");
    }
    ObjectStatus::current("Service is ready")
}

fn definition(object: &Json) -> Result<ObjectStatus, Malformed> {
    for condition in conditions(object)? {
        match (condition.name, condition.status) {
            ("NamesAccepted", "False") => return Ok(ObjectStatus::failed(condition.message)),
            ("Established", "False") if condition.reason != "Installing" => {
                return Ok(ObjectStatus::failed(condition.message));
            }
            ("Established", "True") => return Ok(ObjectStatus::current("CRD is established")),
            _ => {}
        }
    }
    Ok(ObjectStatus::in_progress("Install in progress"))
}
