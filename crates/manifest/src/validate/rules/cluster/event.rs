//! `Event`, of both groups.
//!
//! Source: `pkg/apis/core/validation/events.go`. Its rules know the names of the older group only, and so do the paths.

use crate::validate::at::{At, quoted};
use crate::validate::names::qualified_name;

/// The names that the fields have in a group.
struct Fields<'a> {
    involved: At<'a>,
    controller: At<'a>,
    message: At<'a>,
}

/// Checks an event of the core group.
pub(super) fn legacy(at: At<'_>) {
    common(
        at,
        &Fields {
            involved: at.get("involvedObject"),
            controller: at.get("reportingComponent"),
            message: at.get("message"),
        },
    );
}

/// Checks an event of `events.k8s.io`, of which more is asked.
pub(super) fn event(at: At<'_>) {
    common(
        at,
        &Fields {
            involved: at.get("regarding").called(at.get("involvedObject")),
            controller: at.get("reportingController"),
            message: at.get("note").called(at.get("message")),
        },
    );
    let series = at.get("series");
    if series.is_set() {
        let (count, last) = (series.get("count"), series.get("lastObservedTime"));
        if count.number() < 2 {
            count.invalid_as("\"\"", "should be at least 2");
        }
        if !last.is_set() {
            last.required("");
        }
    }
    if !at.get("eventTime").is_set() {
        at.get("eventTime").required("");
    }
    let kind = at.get("type");
    if !matches!(kind.text(), "Normal" | "Warning") {
        kind.invalid_as("\"\"", &format!("has invalid value: {}", kind.text()));
    }
    let unset = |field, name, is_given: bool| {
        if is_given {
            at.get(field).called(at.get(name)).invalid_as("\"\"", "needs to be unset");
        }
    };
    let first = at.get("deprecatedFirstTimestamp");
    unset("deprecatedFirstTimestamp", "firstTimestamp", first.is_set());
    let last = at.get("deprecatedLastTimestamp");
    unset("deprecatedLastTimestamp", "lastTimestamp", last.is_set());
    unset("deprecatedCount", "count", at.get("deprecatedCount").number() != 0);
    let source = at.get("deprecatedSource");
    let has_source =
        !source.get("component").text().is_empty() || !source.get("host").text().is_empty();
    unset("deprecatedSource", "source", has_source);
}

fn common(at: At<'_>, fields: &Fields<'_>) {
    // Without a namespace of its own, an event lies in the one it is sent to.
    let own = at.get("metadata").get("namespace").text();
    let involved = fields.involved.get("namespace");
    let does_not_match = "does not match event.namespace";
    if !at.get("eventTime").is_set() {
        let is_same = match involved.text() {
            "" => matches!(own, "" | "default"),
            text => own.is_empty() || own == text,
        };
        if !is_same {
            involved.invalid_as(&quoted(involved.text()), does_not_match);
        }
        return;
    }
    if involved.text().is_empty() && !matches!(own, "" | "default" | "kube-system") {
        involved.invalid_as("\"\"", does_not_match);
    }
    let controller = fields.controller;
    if controller.text().is_empty() {
        controller.required("");
    }
    for fault in qualified_name(controller.text()) {
        controller.invalid_as(&quoted(controller.text()), &fault);
    }
    for name in ["reportingInstance", "action", "reason"] {
        let at = at.get(name);
        if at.text().is_empty() {
            at.required("");
        }
        if at.text().len() > 128 {
            at.invalid_as("\"\"", "can have at most 128 characters");
        }
    }
    if fields.message.text().len() > 1024 {
        fields.message.invalid_as("\"\"", "can have at most 1024 characters");
    }
}
