//! What pods say of the workload they are of.
//!
//! Source: `podControllerStatusReader` in `pkg/kstatus/polling/statusreaders` of cli-utils.

use jiff::Timestamp;
use serde_json::Value as Json;

use super::{ObjectStatus, State, conditions, group, kinds, status_at, text};

/// Tells the state of a stateful set or replica set, for which its pods count too: it has failed with them.
///
/// Pods that wait for a node or are being deleted do not count. `pods` are those that its selector chooses.
pub fn with_pods(status: ObjectStatus, pods: &[&Json], now: Timestamp) -> ObjectStatus {
    if status.state != State::InProgress {
        return status;
    }
    let has_failed = |pod: &&&Json| {
        status_at(pod, now).state == State::Failed
            && text(pod, "/metadata/deletionTimestamp", "").is_empty()
            && !is_unschedulable(pod)
    };
    match pods.iter().filter(has_failed).count() {
        0 => status,
        n_failed => ObjectStatus::failed(format!("{n_failed} pods have failed")),
    }
}

/// Tells whether the scheduler finds no node for a pod.
fn is_unschedulable(object: &Json) -> bool {
    group(object).is_empty()
        && text(object, "/kind", "") == "Pod"
        && conditions(object).is_ok_and(|conditions| {
            conditions.iter().any(|condition| {
                condition.name == "PodScheduled"
                    && condition.status == "False"
                    && condition.reason == "Unschedulable"
            })
        })
}

/// Gives the moment at which the clock alone changes the state of an object.
pub(crate) fn schedule_check(object: &Json) -> Option<Timestamp> {
    is_unschedulable(object).then(|| kinds::schedule_deadline(object))
}
