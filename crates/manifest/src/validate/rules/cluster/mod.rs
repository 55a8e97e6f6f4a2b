//! What belongs to a cluster or a namespace as a whole: `Namespace`, `ServiceAccount`, `Node`, `Lease`,
//! `PriorityClass`, `RuntimeClass`, `CertificateSigningRequest`, `Event`; and in the modules, quotas and ranges of
//! resources, the priorities of requests, and claims of devices.
//!
//! Source: `pkg/apis/{core,coordination,scheduling,node,certificates}/validation/validation.go`, and `events.go` in
//! `pkg/apis/core/validation`.

mod certificate;
mod device;
mod event;
mod flow;
mod quota;

use std::collections::HashSet;

use super::{Rules, pod};
use crate::pod_security::Policy;
use crate::validate::at::{At, shown};
use crate::validate::finding::Code;
use crate::validate::ip;
use crate::validate::meta::{self, not_negative};
use crate::validate::names::{self, NameRule, qualified_name};

/// The highest priority that users can give.
const MAX_PRIORITY: i64 = 1_000_000_000;

/// Gives the rules of the kinds of this file and its modules.
pub(super) fn rules(group: &str, kind: &str) -> Option<Rules> {
    let (name, check): (_, fn(At<'_>)) = match (group, kind) {
        ("", "Namespace") => (NameRule::Label, namespace),
        ("", "ServiceAccount") => (NameRule::Subdomain, |_| {}),
        ("", "LimitRange") => (NameRule::SubdomainOrNone, quota::limit_range),
        ("", "ResourceQuota") => (NameRule::Subdomain, quota::resource_quota),
        ("", "Node") => (NameRule::Subdomain, node),
        ("coordination.k8s.io", "Lease") => (NameRule::Subdomain, lease),
        ("scheduling.k8s.io", "PriorityClass") => (NameRule::Subdomain, priority_class),
        ("node.k8s.io", "RuntimeClass") => (NameRule::Subdomain, runtime_class),
        ("certificates.k8s.io", "CertificateSigningRequest") => {
            (NameRule::PathSegment, certificate::signing_request)
        }
        ("flowcontrol.apiserver.k8s.io", "FlowSchema") => (NameRule::Subdomain, flow::schema),
        ("flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration") => {
            (NameRule::Subdomain, flow::priority_level)
        }
        ("", "Event") => (NameRule::PathSegment, event::legacy),
        ("events.k8s.io", "Event") => (NameRule::Subdomain, event::event),
        ("resource.k8s.io", "DeviceClass") => (NameRule::Subdomain, device::class),
        ("resource.k8s.io", "ResourceClaim") => (NameRule::Subdomain, device::claim),
        ("resource.k8s.io", "ResourceClaimTemplate") => (NameRule::Subdomain, device::template),
        ("resource.k8s.io", "ResourceSlice") => (NameRule::Subdomain, device::slice),
        _ => return None,
    };
    Some(Rules { name, check })
}

fn namespace(at: At<'_>) {
    let finalizers = at.get("spec").get("finalizers");
    for finalizer in finalizers.items() {
        let name = finalizer.text();
        let place = finalizer.called(finalizers);
        place.invalid_each(qualified_name(name));
        meta::known_finalizer(place);
    }
    for label in Policy::of_labels(at.get("metadata").get("labels")).1 {
        label.at.invalid(label.detail);
    }
}

fn node(at: At<'_>) {
    let (metadata, spec, status) = (at.get("metadata"), at.get("spec"), at.get("status"));
    // Kubernetes calls taints a part of the metadata.
    taints(spec.get("taints").called(metadata.get("taints")));
    for name in ["capacity", "allocatable"] {
        let amounts = status.get(name);
        for (resource, amount) in amounts.entries() {
            pod::resource_quantity(amount.called(amounts.child(resource)), resource);
        }
    }
    let swap = status.get("nodeInfo").get("swap").get("capacity");
    if swap.integer().is_some_and(|capacity| capacity <= 0) {
        let place = metadata.get("nodeSwapStatus").get("capacity");
        swap.called(place).invalid("must be greater than zero");
    }
    pod_ranges(spec);
}

fn taints(at: At<'_>) {
    let mut seen = HashSet::new();
    for (index, taint) in at.items().enumerate() {
        let taint = taint.called(at.index(index));
        let part = |name| taint.get(name);
        let (key, value, effect) = (part("key"), part("value"), part("effect"));
        key.invalid_each(qualified_name(key.text()));
        let faults = names::label_value(value.text());
        if !faults.is_empty() {
            value.invalid(&faults.join(";"));
        }
        meta::one_of(effect, &["NoSchedule", "PreferNoSchedule", "NoExecute"]);
        if !seen.insert((key.text(), effect.text())) {
            let value = shown(taint.node());
            let detail = "taints must be unique by key and effect pair";
            taint.report(&Code::DUPLICATE, format!("Duplicate value: {value}: {detail}"));
        }
    }
}

/// Checks the ranges of addresses that the pods of a node have: one of each family.
fn pod_ranges(spec: At<'_>) {
    let (one, all) = (spec.get("podCIDR"), spec.get("podCIDRs"));
    let first = all.items().next().map_or("", At::text);
    // Where both fields differ, the older one counts.
    if !one.text().is_empty() && first != one.text() {
        ip::legacy_cidr(one.called(all.index(0)));
        return;
    }
    all.items().for_each(ip::legacy_cidr);
    let families = all.items().filter_map(|range| Some(ip::parse_cidr(range.text())?.family()));
    let n_of_version_6 = families.filter(|family| *family == ip::Family::V6).count();
    if all.len() > 2 || all.len() == 2 && n_of_version_6 != 1 {
        all.invalid("may specify no more than one CIDR for each IP family");
    }
}

fn lease(at: At<'_>) {
    let spec = at.get("spec");
    let (duration, transitions) = (spec.get("leaseDurationSeconds"), spec.get("leaseTransitions"));
    if duration.integer().is_some_and(|seconds| seconds <= 0) {
        duration.invalid("must be greater than 0");
    }
    // Who else may hold the lease is dropped, unless a feature is turned on.
    not_negative(transitions);
}

fn priority_class(at: At<'_>) {
    let (name, value) = (at.get("metadata").get("name"), at.get("value"));
    if name.text().starts_with("system-") {
        let known = match name.text() {
            "system-node-critical" => Some(2_000_001_000),
            "system-cluster-critical" => Some(2_000_000_000),
            _ => None,
        };
        let fault = match known {
            None => format!("{} is not a known system priority class", name.text()),
            Some(known) if known != value.number() => {
                format!("value of {} PriorityClass must be {known}", name.text())
            }
            Some(_) if at.get("globalDefault").is_true() => {
                format!("globalDefault of {} PriorityClass must be false", name.text())
            }
            Some(_) => String::new(),
        };
        if !fault.is_empty() {
            name.forbidden(&format!(
                "priority class names with 'system-' prefix are reserved for system use only. error: {fault}"
            ));
        }
    } else if value.number() > MAX_PRIORITY {
        let detail = format!("maximum allowed value of a user defined priority is {MAX_PRIORITY}");
        value.forbidden(&detail);
    }
    let preemption = at.get("preemptionPolicy");
    if preemption.is_set() {
        meta::one_of(preemption, &["PreemptLowerPriority", "Never"]);
    }
}

fn runtime_class(at: At<'_>) {
    let handler = at.get("handler");
    if handler.text().is_empty() && at.minor().number() >= 36 {
        handler.required("");
    } else {
        handler.invalid_each(names::dns_label(handler.text()));
    }
    let overhead = at.get("overhead");
    pod::overhead(overhead.get("podFixed").called(overhead));
    let scheduling = at.get("scheduling");
    meta::labels(scheduling.get("nodeSelector"));
    let tolerations = scheduling.get("tolerations");
    // Kubernetes once wrote the name of the field twice.
    let is_twice = at.minor().number() < 37;
    let place = if is_twice { tolerations.get("tolerations") } else { tolerations };
    pod::tolerations(tolerations.called(place));
    let mut seen = HashSet::new();
    for toleration in tolerations.items() {
        let part = |name| toleration.get(name).text();
        if !seen.insert((part("key"), part("operator"), part("value"), part("effect"))) {
            toleration.duplicate();
        }
    }
}
