//! `Deployment`, `StatefulSet`, `DaemonSet`, `ReplicaSet`, `ReplicationController`, `ControllerRevision`.
//!
//! Source: `pkg/apis/apps/validation/validation.go`, and `ValidateReplicationController` in
//! `pkg/apis/core/validation/validation.go`.

use super::{Rules, pod, storage};
use crate::document::Content;
use crate::validate::at::{At, quoted};
use crate::validate::meta::{self, not_negative};
use crate::validate::names::{self, NameRule, dns_label};

/// Gives the rules of the kinds of this file.
pub(super) fn rules(group: &str, kind: &str) -> Option<Rules> {
    let (name, check): (_, fn(At<'_>)) = match (group, kind) {
        ("apps", "Deployment") => (NameRule::Subdomain, deployment),
        ("apps", "StatefulSet") => (NameRule::Label, stateful_set),
        ("apps", "DaemonSet") => (NameRule::Subdomain, daemon_set),
        ("apps", "ReplicaSet") => (NameRule::Subdomain, replica_set),
        ("apps", "ControllerRevision") => (NameRule::Subdomain, controller_revision),
        ("", "ReplicationController") => (NameRule::Subdomain, replication_controller),
        _ => return None,
    };
    Some(Rules { name, check })
}

fn deployment(at: At<'_>) {
    let spec = at.get("spec");
    not_negative(spec.get("replicas"));
    required_selector(spec.get("selector"), "empty selector is invalid for deployment");
    selected_template(spec, "invalid label selector", |template| {
        pod::template(template);
        runs_always(template, "ReplicaSet");
    });
    deployment_strategy(spec.get("strategy"));
    for name in ["minReadySeconds", "revisionHistoryLimit"] {
        not_negative(spec.get(name));
    }
    let deadline = spec.get("progressDeadlineSeconds");
    not_negative(deadline);
    // The deadline is 600 seconds where none is given.
    let seconds = deadline.integer().unwrap_or(600);
    if seconds <= spec.get("minReadySeconds").number() {
        deadline.invalid_as(&seconds.to_string(), "must be greater than minReadySeconds");
    }
}

fn deployment_strategy(at: At<'_>) {
    let rolling = at.get("rollingUpdate");
    match at.get("type").text_or("RollingUpdate") {
        "Recreate" => {
            if rolling.is_set() {
                rolling.forbidden("may not be specified when strategy `type` is 'Recreate'");
            }
        }
        "RollingUpdate" => {
            let (unavailable, surge) = (rolling.get("maxUnavailable"), rolling.get("maxSurge"));
            int_or_percent(unavailable);
            int_or_percent(surge);
            // Both are 25 % where they are not given.
            let is_zero = |at: At<'_>| at.is_set() && amount(at) == 0;
            if is_zero(unavailable) && is_zero(surge) {
                unavailable.invalid("may not be 0 when `maxSurge` is 0");
            }
            at_most_all(unavailable);
        }
        _ => at.unsupported(&["Recreate", "RollingUpdate"]),
    }
}

fn replica_set(at: At<'_>) {
    let spec = at.get("spec");
    not_negative(spec.get("replicas"));
    not_negative(spec.get("minReadySeconds"));
    required_selector(spec.get("selector"), "empty selector is invalid for deployment");
    selected_template(spec, "invalid label selector", |template| {
        pod::template(template);
        runs_always(template, "ReplicaSet");
    });
}

fn stateful_set(at: At<'_>) {
    let spec = at.get("spec");
    let management = spec.get("podManagementPolicy");
    if !matches!(management.text(), "" | "OrderedReady" | "Parallel") {
        management.invalid("must be 'OrderedReady' or 'Parallel'");
    }
    stateful_strategy(spec.get("updateStrategy"));
    let retention = spec.get("persistentVolumeClaimRetentionPolicy");
    for name in ["whenDeleted", "whenScaled"] {
        let when = retention.get(name);
        if !matches!(when.text(), "" | "Retain" | "Delete") {
            when.unsupported(&["Retain", "Delete"]);
        }
    }
    let claims = spec.get("volumeClaimTemplates");
    // Until 1.33 neither claims nor the spec of the template were looked at.
    let is_whole = spec.minor().number() >= 34;
    if is_whole {
        claims.items().for_each(|claim| storage::claim_spec(claim.get("spec")));
    }
    not_negative(spec.get("replicas"));
    not_negative(spec.get("minReadySeconds"));
    not_negative(spec.get("ordinals").get("start"));
    let service = spec.get("serviceName");
    if !service.text().is_empty() {
        service.invalid_each(dns_label(service.text()));
    }
    required_selector(spec.get("selector"), "empty selector is invalid for statefulset");
    selected_template(spec, "", |template| {
        if is_whole {
            pod::template_of_set(template, claims);
        } else {
            pod::template_metadata(template);
        }
    });
    runs_always(spec.get("template"), "StatefulSet");
}

fn stateful_strategy(at: At<'_>) {
    let rolling = at.get("rollingUpdate");
    match at.get("type").text_or("RollingUpdate") {
        "OnDelete" => {
            if rolling.is_set() {
                rolling.invalid("only allowed for updateStrategy 'RollingUpdate'");
            }
        }
        "RollingUpdate" => {
            not_negative(rolling.get("partition"));
            let unavailable = rolling.get("maxUnavailable");
            // Before 1.37 the field is dropped, unless a feature is turned on.
            if unavailable.is_set() && at.minor().number() >= 37 {
                int_or_percent(unavailable);
                if amount(unavailable) == 0 {
                    unavailable.invalid("cannot be 0");
                }
                at_most_all(unavailable);
            }
        }
        _ => at.invalid("must be 'RollingUpdate' or 'OnDelete'"),
    }
}

fn daemon_set(at: At<'_>) {
    let spec = at.get("spec");
    let (selector, template) = (spec.get("selector"), spec.get("template"));
    meta::label_selector(selector);
    if meta::is_valid_selector(selector) && !selects(selector, template) {
        refuse_labels(template);
    }
    if selector.is_set() && meta::is_empty_selector(selector) {
        selector.invalid("empty selector is invalid for daemonset");
    }
    pod::template(template);
    runs_always(template, "DaemonSet");
    for name in ["minReadySeconds", "revisionHistoryLimit"] {
        not_negative(spec.get(name));
    }
    daemon_strategy(spec.get("updateStrategy"));
}

fn daemon_strategy(at: At<'_>) {
    let rolling = at.get("rollingUpdate");
    match at.get("type").text_or("RollingUpdate") {
        "OnDelete" => {}
        "RollingUpdate" => {
            let (unavailable, surge) = (rolling.get("maxUnavailable"), rolling.get("maxSurge"));
            int_or_percent(unavailable);
            int_or_percent(surge);
            at_most_all(unavailable);
            at_most_all(surge);
            let has_unavailable = !unavailable.is_set() || amount(unavailable) != 0;
            match (has_unavailable, amount(surge) != 0) {
                (true, true) => {
                    surge.invalid("may not be set when maxUnavailable is non-zero");
                }
                (false, false) => unavailable.required("cannot be 0 when maxSurge is 0"),
                _ => {}
            }
        }
        _ => at.unsupported(&["RollingUpdate", "OnDelete"]),
    }
}

fn replication_controller(at: At<'_>) {
    let spec = at.get("spec");
    not_negative(spec.get("minReadySeconds"));
    not_negative(spec.get("replicas"));
    let (selector, template) = (spec.get("selector"), spec.get("template"));
    // A selector that is not given is the template's labels, and so are the labels of the controller itself.
    let labels = template.get("metadata").get("labels");
    if at.get("metadata").get("labels").is_empty() {
        meta::labels(labels.called(at.get("metadata").get("labels")));
    }
    if selector.is_empty() && labels.is_empty() {
        selector.required("");
    }
    if !template.is_set() {
        template.required("");
        return;
    }
    if !selector.texts().all(|(key, value)| labels.text_of(key) == Some(value)) {
        refuse_labels(template);
    }
    pod::template(template);
    runs_always(template, "ReplicationController");
}

fn controller_revision(at: At<'_>) {
    not_negative(at.get("revision"));
    let data = at.get("data");
    match data.node().map(|node| &node.content) {
        None | Some(Content::Null) => data.required("data is mandatory"),
        Some(Content::Map(_)) => {}
        Some(_) => data.required("data must be a valid JSON object"),
    }
}

/// Checks a selector that must be there and select by something.
fn required_selector(at: At<'_>, if_empty: &str) {
    if !at.is_set() {
        at.required("");
        return;
    }
    meta::label_selector(at);
    if meta::is_empty_selector(at) {
        at.invalid(if_empty);
    }
}

/// Checks that a selector selects the template, and then the template; of a selector with a fault only that is said.
fn selected_template(spec: At<'_>, if_invalid: &str, check: impl FnOnce(At<'_>)) {
    let (selector, template) = (spec.get("selector"), spec.get("template"));
    if !meta::is_valid_selector(selector) {
        selector.invalid(if_invalid);
        return;
    }
    if !selects(selector, template) {
        refuse_labels(template);
    }
    check(template);
}

/// Tells whether a selector selects the pods of a template; one that is not there selects nothing.
fn selects(selector: At<'_>, template: At<'_>) -> bool {
    selector.is_set() && meta::selects(selector, template.get("metadata").get("labels"))
}

fn refuse_labels(template: At<'_>) {
    let labels = template.get("metadata").get("labels");
    labels.invalid("`selector` does not match template `labels`");
}

/// Refuses pods that end by themselves.
fn runs_always(template: At<'_>, kind: &str) {
    let spec = template.get("spec");
    if pod::restart_policy(spec) != "Always" {
        spec.get("restartPolicy").unsupported(&["Always"]);
    }
    let deadline = spec.get("activeDeadlineSeconds");
    if deadline.is_set() {
        deadline.forbidden(&format!("activeDeadlineSeconds in {kind} is not Supported"));
    }
}

/// Refuses what is neither a number from zero nor a percentage.
pub(super) fn int_or_percent(at: At<'_>) {
    match at.node().map(|node| &node.content) {
        Some(Content::String(text)) => {
            for fault in names::percent(text) {
                at.invalid_as(&quoted(text), &fault);
            }
        }
        _ => not_negative(at),
    }
}

/// Refuses more than 100 %.
pub(super) fn at_most_all(at: At<'_>) {
    if names::percent(at.text()).is_empty() && amount(at) > 100 {
        at.invalid("must not be greater than 100%");
    }
}

/// Gives the number of a percentage, or the number itself; a text without a number is zero.
fn amount(at: At<'_>) -> i64 {
    match at.node().map(|node| &node.content) {
        Some(Content::String(text)) => {
            let digits = text.strip_suffix('%').unwrap_or(text);
            if digits.len() > 1 && digits.bytes().all(|byte| byte.is_ascii_digit()) {
                return digits.parse().unwrap_or(i64::MAX);
            }
            digits.parse().unwrap_or_default()
        }
        _ => at.number(),
    }
}
