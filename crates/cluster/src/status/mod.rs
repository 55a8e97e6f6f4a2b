//! What state a live object is in: a function of the object alone.
//!
//! Three readers see the same object: [`status_of`] as kstatus does, with which Helm 4 waits; [`hook_status_of`] as Helm
//! does for hooks, which are done when their jobs and pods ended; and [`legacy`] as Helm 3 did.
//!
//! Source: `Compute` in `pkg/kstatus/status` of cli-utils, in the version that Helm 4.3 uses.

mod hook;
mod kinds;
pub mod legacy;
mod pods;

use std::fmt;

use jiff::Timestamp;
use serde_json::Value as Json;

pub use hook::{hook_status_of, job_status_of};
pub(crate) use pods::schedule_check;
pub use pods::with_pods;

/// How far an object has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// it is what was asked for
    Current,
    /// its controller works on it
    InProgress,
    /// its controller gave up
    Failed,
    /// it is being deleted
    Terminating,
    /// it is not there
    NotFound,
    /// nothing is known of it, or nothing that makes sense
    Unknown,
}

impl State {
    /// Gives the word that Helm prints.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Current => "Current",
            Self::InProgress => "InProgress",
            Self::Failed => "Failed",
            Self::Terminating => "Terminating",
            Self::NotFound => "NotFound",
            Self::Unknown => "Unknown",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The state of an object, and a sentence about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectStatus {
    /// how far it has come
    pub state: State,
    /// what kstatus says, such as `Ready: 0/1`; often the controller's own words
    pub message: String,
}

impl ObjectStatus {
    fn new(state: State, message: impl Into<String>) -> Self {
        Self { state, message: message.into() }
    }

    fn current(message: impl Into<String>) -> Self {
        Self::new(State::Current, message)
    }

    fn in_progress(message: impl Into<String>) -> Self {
        Self::new(State::InProgress, message)
    }

    fn failed(message: impl Into<String>) -> Self {
        Self::new(State::Failed, message)
    }

    /// Gives the status of what nobody has seen yet, or of an object whose fields are not what they should be.
    pub fn unknown() -> Self {
        Self::new(State::Unknown, "")
    }

    /// Gives the status of what was there and is not there any more.
    pub fn not_found() -> Self {
        Self::new(State::NotFound, "Resource not found")
    }
}

/// Tells the state of an object, as kstatus computes it.
///
/// The clock counts for one thing: a pod that nobody schedules has failed after 15 s.
pub fn status_of(object: &Json) -> ObjectStatus {
    status_at(object, Timestamp::now())
}

/// Tells the state of an object at a moment.
pub fn status_at(object: &Json, now: Timestamp) -> ObjectStatus {
    compute(object, now).unwrap_or_else(|Malformed| ObjectStatus::unknown())
}

/// A field is of a type that it should not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Malformed;

fn compute(object: &Json, now: Timestamp) -> Result<ObjectStatus, Malformed> {
    if let Some(status) = generic(object)? {
        return Ok(status);
    }
    if let Some(read) = kinds::reader(group(object), text(object, "/kind", "")) {
        return read(object, now);
    }
    if let Some(status) = ready_condition(object)? {
        return Ok(status);
    }
    Ok(ObjectStatus::current("Resource is current"))
}

/// Looks at what all kinds have: deletion, generations and the two standard conditions.
fn generic(object: &Json) -> Result<Option<ObjectStatus>, Malformed> {
    if !nested_text(object, &["metadata", "deletionTimestamp"])?.unwrap_or_default().is_empty() {
        let message = "Resource scheduled for deletion";
        return Ok(Some(ObjectStatus::new(State::Terminating, message)));
    }
    if let Some(generation) = nested_int(object, &["metadata", "generation"])?
        && let Some(observed) = nested_int(object, &["status", "observedGeneration"])?
        && observed != generation
    {
        let kind = text(object, "/kind", "");
        return Ok(Some(ObjectStatus::in_progress(format!(
            "{kind} generation is {generation}, but latest observed generation is {observed}"
        ))));
    }
    for condition in conditions(object)? {
        match (condition.name, condition.status) {
            ("Reconciling", "True") => {
                return Ok(Some(ObjectStatus::in_progress(condition.message)));
            }
            ("Stalled", "True") => return Ok(Some(ObjectStatus::failed(condition.message))),
            _ => {}
        }
    }
    Ok(None)
}

/// Looks at a condition `Ready`, which many custom resources have.
fn ready_condition(object: &Json) -> Result<Option<ObjectStatus>, Malformed> {
    for condition in conditions(object)?.iter().filter(|condition| condition.name == "Ready") {
        match condition.status {
            "True" => return Ok(Some(ObjectStatus::current("Resource is Ready"))),
            "False" | "Unknown" => {
                return Ok(Some(ObjectStatus::in_progress(condition.message)));
            }
            _ => {}
        }
    }
    Ok(None)
}

/// A condition of a status.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Condition<'a> {
    pub(crate) name: &'a str,
    pub(crate) status: &'a str,
    pub(crate) reason: &'a str,
    pub(crate) message: &'a str,
}

/// Gives the conditions of an object.
pub(crate) fn conditions(object: &Json) -> Result<Vec<Condition<'_>>, Malformed> {
    let list = match nested(object, &["status", "conditions"])? {
        None | Some(Json::Null) => return Ok(Vec::new()),
        Some(Json::Array(list)) => list,
        Some(_) => return Err(Malformed),
    };
    list.iter()
        .map(|item| {
            let field = |key: &str| match item.get(key) {
                None | Some(Json::Null) => Ok(""),
                Some(value) => value.as_str().ok_or(Malformed),
            };
            if !item.is_object() && !item.is_null() {
                return Err(Malformed);
            }
            Ok(Condition {
                name: field("type")?,
                status: field("status")?,
                reason: field("reason")?,
                message: field("message")?,
            })
        })
        .collect()
}

/// Gives the group of an object's `apiVersion`; the core group is empty.
pub(crate) fn group(object: &Json) -> &str {
    text(object, "/apiVersion", "").split_once('/').map_or("", |(group, _)| group)
}

/// Gives a field below maps, if it is there. What is on the way must be maps.
fn nested<'a>(object: &'a Json, path: &[&str]) -> Result<Option<&'a Json>, Malformed> {
    let mut value = object;
    for key in path {
        match value {
            Json::Object(map) => match map.get(*key) {
                Some(next) => value = next,
                None => return Ok(None),
            },
            // What is null has no fields, and is no fault.
            Json::Null => return Ok(None),
            _ => return Err(Malformed),
        }
    }
    Ok(Some(value))
}

/// Gives a text, if it is there.
fn nested_text<'a>(object: &'a Json, path: &[&str]) -> Result<Option<&'a str>, Malformed> {
    nested(object, path)?.map(|value| value.as_str().ok_or(Malformed)).transpose()
}

/// Gives a whole number, if it is there.
fn nested_int(object: &Json, path: &[&str]) -> Result<Option<i64>, Malformed> {
    nested(object, path)?.map(|value| value.as_i64().ok_or(Malformed)).transpose()
}

/// Gives a text, or `fallback` where there is none.
pub(crate) fn text<'a>(object: &'a Json, pointer: &str, fallback: &'a str) -> &'a str {
    object.pointer(pointer).and_then(Json::as_str).unwrap_or(fallback)
}

/// Gives a whole number, or `fallback` where there is none.
pub(crate) fn int(object: &Json, pointer: &str, fallback: i64) -> i64 {
    object.pointer(pointer).and_then(Json::as_i64).unwrap_or(fallback)
}

/// Gives the items of a list, or nothing where there is none.
pub(crate) fn items<'a>(object: &'a Json, pointer: &str) -> &'a [Json] {
    object.pointer(pointer).and_then(Json::as_array).map_or(&[], Vec::as_slice)
}
