//! When an object is what it should be, and what is said of those that are not.

use jiff::Timestamp;
use serde_json::Value as Json;

use super::{Goal, Unready, UnreadyObject};
use crate::status::legacy::{self, Needs};
use crate::status::{conditions, group, hook_status_of, job_status_of, status_at, text, with_pods};
use crate::watch::Source;
use crate::{Error, ObjectStatus, State, Target};

/// What is waited for, and by whose rules.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules {
    pub(super) goal: Goal,
    /// Helm 3's rules
    pub(super) is_legacy: bool,
}

/// What else than an object itself its status depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depends {
    Alone,
    OnPods,
    OnReplicaSets,
}

impl Rules {
    /// Tells whether an object is waited for at all.
    pub(super) fn concern(self, target: &Target) -> bool {
        match (self.goal, self.is_legacy) {
            (Goal::Gone, _) => true,
            (Goal::HookDone, true) => matches!(target.kind.as_str(), "Job" | "Pod"),
            (_, true) => {
                legacy::needs(&target.api_version, &target.kind, self.with_jobs()) != Needs::Nothing
            }
            // A deployment that is paused never gets ready.
            (_, false) => {
                (target.api_version.as_str(), target.kind.as_str()) != ("apps/v1", "Deployment")
                    || target.json.pointer("/spec/paused") != Some(&Json::Bool(true))
            }
        }
    }

    fn with_jobs(self) -> bool {
        self.goal == Goal::ReadyWithJobs
    }

    fn is_ready_goal(self) -> bool {
        matches!(self.goal, Goal::Ready | Goal::ReadyWithJobs)
    }

    /// Tells what the status of an object depends on.
    pub(super) fn depends(self, target: &Target) -> Depends {
        if !self.is_ready_goal() {
            return Depends::Alone;
        }
        if self.is_legacy {
            return match legacy::needs(&target.api_version, &target.kind, self.with_jobs()) {
                Needs::ReplicaSets => Depends::OnReplicaSets,
                Needs::Pods => Depends::OnPods,
                Needs::Nothing | Needs::Object => Depends::Alone,
            };
        }
        let is_workload = group(&target.json) == "apps"
            && matches!(target.kind.as_str(), "StatefulSet" | "ReplicaSet");
        if is_workload { Depends::OnPods } else { Depends::Alone }
    }

    /// Tells whether the metadata of an object suffices.
    pub(super) fn is_metadata(target: &Target) -> bool {
        target.api_version == "v1" && matches!(target.kind.as_str(), "Secret" | "ConfigMap")
    }

    /// Tells whether an object that is ready may become unready without anybody changing it.
    pub(super) fn is_lively(self, target: &Target) -> bool {
        let group = target.api_version.split_once('/').map_or("", |(group, _)| group);
        let is_workload = matches!(
            target.kind.as_str(),
            "Pod" | "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet"
        );
        // Whose group is not the cluster's own has a controller that says what it likes.
        let is_custom = group.contains('.') && !group.ends_with(".k8s.io");
        self.is_ready_goal() && !self.is_legacy && (is_workload || is_custom)
    }

    /// Tells the status of an object. `related` is what it depends on, or nothing if that is not known.
    pub(super) fn status(
        self,
        live: &Json,
        related: Option<&[&Json]>,
        now: Timestamp,
    ) -> ObjectStatus {
        if self.is_legacy {
            return match self.goal {
                Goal::Gone => status_at(live, now),
                Goal::HookDone => legacy_hook(live),
                Goal::Ready | Goal::ReadyWithJobs => {
                    legacy_status(live, related.unwrap_or_default(), self.with_jobs(), now)
                }
            };
        }
        let is_job = || group(live) == "batch" && text(live, "/kind", "") == "Job";
        match self.goal {
            Goal::HookDone => hook_status_of(live),
            Goal::ReadyWithJobs if is_job() => job_status_of(live),
            Goal::Gone => status_at(live, now),
            Goal::Ready | Goal::ReadyWithJobs => {
                let status = status_at(live, now);
                match related {
                    Some(pods) => with_pods(status, pods, now),
                    None => status,
                }
            }
        }
    }

    /// Tells the status of an object that is not there.
    pub(super) fn status_of_absent(self, was_seen: bool) -> ObjectStatus {
        // Helm says so of what it has seen; the rest it knows nothing of.
        if was_seen || self.goal == Goal::Gone {
            ObjectStatus::not_found()
        } else {
            ObjectStatus::unknown()
        }
    }

    /// Tells whether an object that is not there ends the wait.
    pub(super) fn fails_if_absent(self) -> bool {
        self.is_legacy && self.is_ready_goal()
    }

    /// Gives the API server's words for an object that is not there.
    pub(super) fn absent(source: &Source, name: &str) -> Error {
        let plural = source.path.rsplit('/').next().unwrap_or_default();
        let group = source.api_version.split_once('/').map_or("", |(group, _)| group);
        let dot = if group.is_empty() { "" } else { "." };
        Error::Said(format!("{plural}{dot}{group} {name:?} not found"))
    }

    /// Tells whether an object is what it should be.
    pub(super) fn is_done(self, status: &ObjectStatus) -> bool {
        match (self.goal, status.state) {
            (Goal::Gone, state) => state == State::NotFound,
            // Helm 3 takes a hook that somebody deletes for done.
            (Goal::HookDone, State::NotFound) => self.is_legacy,
            (_, state) => state == State::Current,
        }
    }

    /// Tells whether nothing is waited for any more.
    pub(super) fn is_settled<'a>(self, all: impl Iterator<Item = &'a ObjectStatus>) -> bool {
        let mut is_settled = true;
        for status in all {
            let has_failed = self.goal != Goal::Gone && status.state == State::Failed;
            // Helm 3 looks at one after the other, and ends at the first that cannot be.
            if has_failed && self.is_legacy && self.is_ready_goal() {
                return true;
            }
            is_settled &= has_failed || self.is_done(status);
        }
        is_settled
    }

    /// Tells how the wait ended; `objects` are those that are not what they should be.
    pub(super) fn result(
        self,
        objects: Vec<UnreadyObject>,
        has_timed_out: bool,
    ) -> Result<(), Error> {
        if objects.is_empty() && !has_timed_out {
            return Ok(());
        }
        let mut lines: Vec<String> = Vec::new();
        if self.is_legacy {
            let failed = objects.iter().filter(|object| object.status.state == State::Failed);
            lines.extend(failed.map(|object| object.status.message.clone()));
            match self.goal {
                _ if !has_timed_out => {}
                Goal::HookDone => {
                    let waiting = objects.len() - lines.len();
                    let words = "timed out waiting for the condition".to_owned();
                    lines.extend(std::iter::repeat_n(words, waiting));
                }
                _ => lines = vec!["context deadline exceeded".to_owned()],
            }
        } else {
            let words = if self.goal == Goal::Gone { "still exists" } else { "not ready" };
            lines.extend(objects.iter().map(|object| {
                let UnreadyObject { kind, namespace, name, status, .. } = object;
                let namespace = namespace.as_deref().unwrap_or_default();
                let ObjectStatus { state, message } = status;
                format!(
                    "resource {kind}/{namespace}/{name} {words}. status: {state}, message: {message}"
                )
            }));
            if has_timed_out {
                lines.push("context deadline exceeded".to_owned());
            }
        }
        Err(Error::Waited(Box::new(Unready { text: lines.join("\n"), has_timed_out, objects })))
    }
}

/// Tells the status of a job or pod that is a hook, as Helm 3 saw it.
fn legacy_hook(live: &Json) -> ObjectStatus {
    let name = text(live, "/metadata/name", "");
    if text(live, "/kind", "") == "Pod" {
        return match text(live, "/status/phase", "") {
            "Succeeded" => told(State::Current, format!("Pod {name} succeeded")),
            "Failed" => told(State::Failed, format!("pod {name} failed")),
            _ => told(State::InProgress, "Pod in progress".to_owned()),
        };
    }
    for condition in conditions(live).unwrap_or_default() {
        match (condition.name, condition.status) {
            ("Complete", "True") => return told(State::Current, "Job Completed".to_owned()),
            ("Failed", "True") => {
                let message = format!("job {name} failed: {}", condition.reason);
                return told(State::Failed, message);
            }
            _ => {}
        }
    }
    told(State::InProgress, "Job in progress".to_owned())
}

/// Tells the status of an object as Helm 3 saw it, with kstatus' words for what is missing.
fn legacy_status(live: &Json, related: &[&Json], with_jobs: bool, now: Timestamp) -> ObjectStatus {
    match legacy::is_ready(live, related, with_jobs) {
        Ok(true) => told(State::Current, "Resource is ready".to_owned()),
        Ok(false) => {
            let status = status_at(live, now);
            let message = match status.state {
                State::Current => "Resource is not ready".to_owned(),
                _ => status.message,
            };
            told(State::InProgress, message)
        }
        Err(words) => told(State::Failed, words),
    }
}

fn told(state: State, message: String) -> ObjectStatus {
    ObjectStatus { state, message }
}
