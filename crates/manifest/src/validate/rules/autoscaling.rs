//! `HorizontalPodAutoscaler` and `PodDisruptionBudget`.
//!
//! Source: `pkg/apis/autoscaling/validation/validation.go` and `pkg/apis/policy/validation/validation.go`.

use super::workload::{at_most_all, int_or_percent};
use super::{Rules, pod};
use crate::validate::at::{At, quoted};
use crate::validate::meta;
use crate::validate::names::{NameRule, dns_label};
use crate::validate::quantity::Quantity;

/// The kinds of metrics: their names, and the fields that hold them, in the order in which Kubernetes looks.
const METRICS: [(&str, &str); 5] = [
    ("Object", "object"),
    ("External", "external"),
    ("Pods", "pods"),
    ("Resource", "resource"),
    ("ContainerResource", "containerResource"),
];

/// The longest time that recommendations are looked back at, in seconds.
const MAX_WINDOW: i64 = 3_600;
/// The longest time that a policy counts changes in, in seconds.
const MAX_PERIOD: i64 = 1_800;

/// Gives the rules of the kinds of this file.
pub(super) fn rules(group: &str, kind: &str) -> Option<Rules> {
    let (name, check): (_, fn(At<'_>)) = match (group, kind) {
        ("autoscaling", "HorizontalPodAutoscaler") => (NameRule::Subdomain, autoscaler),
        // Kubernetes never asks more of their names.
        ("policy", "PodDisruptionBudget") => (NameRule::PathSegment, disruption_budget),
        _ => return None,
    };
    Some(Rules { name, check })
}

fn disruption_budget(at: At<'_>) {
    let spec = at.get("spec");
    let (available, unavailable) = (spec.get("minAvailable"), spec.get("maxUnavailable"));
    if available.is_set() && unavailable.is_set() {
        spec.invalid("minAvailable and maxUnavailable cannot be both set");
    }
    for amount in [available, unavailable] {
        if amount.is_set() {
            int_or_percent(amount);
            at_most_all(amount);
        }
    }
    meta::label_selector(spec.get("selector"));
    let eviction = spec.get("unhealthyPodEvictionPolicy");
    let policies = ["AlwaysAllow", "IfHealthyBudget"];
    if eviction.is_set() && !policies.contains(&eviction.text()) {
        eviction.unsupported(&policies);
    }
}

fn autoscaler(at: At<'_>) {
    let spec = at.get("spec");
    let (least, most) = (spec.get("minReplicas"), spec.get("maxReplicas"));
    let n_least = least.integer().unwrap_or(1);
    let lower_bound = i64::from(spec.minor().number() < 37);
    if n_least < lower_bound {
        least.invalid(&format!("must be greater than or equal to {lower_bound}"));
    }
    let shown = most.number().to_string();
    if most.number() < 1 {
        if spec.minor().number() >= 37 && most.number() == 0 {
            most.required("must be set and greater than 0");
        } else {
            most.invalid_as(&shown, "must be greater than 0");
        }
    }
    if most.number() < n_least {
        most.invalid_as(&shown, "must be greater than or equal to `minReplicas`");
    }
    let target = spec.get("scaleTargetRef");
    let is_of_core = target.get("kind").text() == "ReplicationController";
    object_reference(target, is_of_core);
    if at.get("apiVersion").text() == "autoscaling/v1" {
        let percentage = spec.get("targetCPUUtilizationPercentage");
        let metrics = spec.get("metrics");
        if percentage.integer().is_some_and(|percentage| percentage < 1) {
            // Kubernetes looks at what the field becomes in the newest version.
            let place = metrics.index(0).get("resource").get("target").get("averageUtilization");
            percentage.called(place).invalid("must be greater than 0");
        }
        if n_least == 0 {
            metrics.forbidden(SCALES_TO_ZERO);
        }
        return;
    }
    self::metrics(spec.get("metrics"), n_least);
    let behavior = spec.get("behavior");
    for name in ["scaleUp", "scaleDown"] {
        scaling_rules(behavior.get(name));
    }
}

const SCALES_TO_ZERO: &str =
    "must specify at least one Object or External metric to support scaling to zero replicas";

/// Checks a reference to what is scaled or measured.
fn object_reference(at: At<'_>, may_be_of_core: bool) {
    for name in ["kind", "name"] {
        meta::object_name(at.get(name), NameRule::PathSegment);
    }
    let version = at.get("apiVersion");
    if version.minor().number() < 34 {
        return;
    }
    let text = version.text();
    let shown = quoted(text);
    match text.split_once('/') {
        Some((_, rest)) if rest.contains('/') => {
            let detail = format!("unexpected GroupVersion string: {text}");
            version.invalid_as(&shown, &detail);
        }
        None | Some(("", _)) if !may_be_of_core => {
            version.invalid_as(&shown, "apiVersion must specify API group");
        }
        _ => {}
    }
}

fn metrics(at: At<'_>, n_least: i64) {
    let mut can_scale_to_zero = false;
    for metric in at.items() {
        can_scale_to_zero |= matches!(metric.get("type").text(), "Object" | "External");
        self::metric(metric);
    }
    if n_least == 0 && !can_scale_to_zero {
        at.forbidden(SCALES_TO_ZERO);
    }
}

fn metric(at: At<'_>) {
    let kind = at.get("type");
    let supported = ["ContainerResource", "External", "Object", "Pods", "Resource"];
    if kind.text().is_empty() {
        kind.required("must specify a metric source type");
    }
    let expected = METRICS.iter().find(|(name, _)| *name == kind.text()).map(|(_, field)| *field);
    if expected.is_none() {
        kind.unsupported(&supported);
    }
    let mut given = METRICS.iter().map(|(_, field)| at.get(field)).filter(|at| at.is_set());
    let n_given = given.clone().count();
    if let Some(first) = given.next() {
        let field = METRICS.iter().find(|(_, field)| at.get(field).is_set());
        source(first, field.map_or("", |(_, field)| field));
    }
    if let Some(field) = expected
        && !at.get(field).is_set()
    {
        at.get(field).required("must populate information for the given metric source");
    }
    if n_given == 1 {
        return;
    }
    for (_, field) in METRICS {
        if at.get(field).is_set() && Some(field) != expected {
            at.get(field).forbidden("must populate the given metric source only");
        }
    }
}

fn source(at: At<'_>, field: &str) {
    let target = at.get("target");
    let is_set = |name| target.get(name).is_set();
    match field {
        "object" => {
            object_reference(at.get("describedObject"), true);
            identifier(at.get("metric"));
            metric_target(target);
            if !is_set("value") && !is_set("averageValue") {
                let detail = "must set either a target value or averageValue";
                target.get("averageValue").required(detail);
            }
        }
        "external" => {
            identifier(at.get("metric"));
            metric_target(target);
            match (is_set("value"), is_set("averageValue")) {
                (false, false) => {
                    let detail = "must set either a target value for metric or a per-pod target";
                    target.get("averageValue").required(detail);
                }
                (true, true) => {
                    let detail = "may not set both a target value for metric and a per-pod target";
                    target.get("value").forbidden(detail);
                }
                _ => {}
            }
        }
        "pods" => {
            identifier(at.get("metric"));
            metric_target(target);
            if !is_set("averageValue") {
                target.get("averageValue").required("must specify a positive target averageValue");
            }
        }
        _ => resource(at, field == "containerResource"),
    }
}

fn resource(at: At<'_>, is_of_container: bool) {
    let (name, container, target) = (at.get("name"), at.get("container"), at.get("target"));
    if name.text().is_empty() {
        name.required("must specify a resource name");
    } else if is_of_container {
        pod::container_resource_name(name, name.text());
    }
    if is_of_container {
        if container.text().is_empty() {
            container.required("must specify a container");
        } else {
            container.invalid_each(dns_label(container.text()));
        }
    }
    metric_target(target);
    let (utilization, value) = (target.get("averageUtilization"), target.get("averageValue"));
    match (utilization.is_set(), value.is_set()) {
        (false, false) => {
            utilization.required("must set either a target raw value or a target utilization");
        }
        (true, true) => {
            value.forbidden("may not set both a target raw value and a target utilization");
        }
        _ => {}
    }
}

fn identifier(at: At<'_>) {
    let name = at.get("name");
    if name.text().is_empty() {
        name.required("must specify a metric name");
    } else {
        name.invalid_each(NameRule::PathSegment.faults(name.text(), false));
    }
}

fn metric_target(at: At<'_>) {
    let kind = at.get("type");
    if kind.text().is_empty() {
        kind.required("must specify a metric target type");
    }
    if !matches!(kind.text(), "Utilization" | "Value" | "AverageValue") {
        kind.invalid_as(&quoted(kind.text()), "must be either Utilization, Value, or AverageValue");
    }
    for name in ["value", "averageValue"] {
        let value = at.get(name);
        if value.is_set() && value.quantity() <= Some(Quantity::ZERO) {
            value.invalid("must be positive");
        }
    }
    let utilization = at.get("averageUtilization");
    if utilization.integer().is_some_and(|utilization| utilization < 1) {
        utilization.invalid("must be greater than 0");
    }
}

fn scaling_rules(at: At<'_>) {
    let window = at.get("stabilizationWindowSeconds");
    if window.number() < 0 {
        window.invalid("must be greater than or equal to zero");
    }
    if window.number() > MAX_WINDOW {
        window.invalid(&format!("must be less than or equal to {MAX_WINDOW}"));
    }
    let select = at.get("selectPolicy");
    let selections = ["Disabled", "Max", "Min"];
    if select.is_set() && !selections.contains(&select.text()) {
        select.unsupported(&selections);
    }
    let policies = at.get("policies");
    if policies.is_set() && policies.is_empty() {
        policies.required("must specify at least one Policy");
    }
    for policy in policies.items() {
        let (kind, value) = (policy.get("type"), policy.get("value"));
        let period = policy.get("periodSeconds");
        if !matches!(kind.text(), "Pods" | "Percent") {
            kind.unsupported(&["Percent", "Pods"]);
        }
        for at in [value, period] {
            if at.number() <= 0 {
                at.invalid_as(&at.number().to_string(), "must be greater than zero");
            }
        }
        if period.number() > MAX_PERIOD {
            period.invalid(&format!("must be less than or equal to {MAX_PERIOD}"));
        }
    }
    let tolerance = at.get("tolerance");
    // Before 1.35 the field is dropped, unless a feature is turned on.
    let is_on = at.minor().number() >= 35;
    if is_on && tolerance.quantity().is_some_and(|amount| amount < Quantity::ZERO) {
        tolerance.invalid("must be greater than or equal to 0");
    }
}
