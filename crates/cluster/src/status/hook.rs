//! What Helm itself reads: jobs that ended, and the pods of hooks.
//!
//! Source: `internal/statusreaders` of Helm v4.

use serde_json::Value as Json;

use super::{Malformed, ObjectStatus, group, kinds, text};

/// Tells the state of a hook: jobs and pods must end, all else has only to be there.
pub fn hook_status_of(object: &Json) -> ObjectStatus {
    match (group(object), text(object, "/kind", "")) {
        ("batch", "Job") => job_status_of(object),
        ("", "Pod") => pod(object),
        _ => ObjectStatus::current("Resource is current"),
    }
}

/// Tells the state of a job that must end.
pub fn job_status_of(job: &Json) -> ObjectStatus {
    match kinds::ended_job(job, kinds::completions(job)) {
        Err(Malformed) => ObjectStatus::unknown(),
        Ok(Some(status)) => status,
        Ok(None) => ObjectStatus::in_progress("Job in progress"),
    }
}

fn pod(pod: &Json) -> ObjectStatus {
    let name = text(pod, "/metadata/name", "");
    match text(pod, "/status/phase", "") {
        "Succeeded" => ObjectStatus::current(format!("pod {name} succeeded")),
        "Failed" => ObjectStatus::failed(format!("pod {name} failed")),
        _ => ObjectStatus::in_progress("Pod in progress"),
    }
}
