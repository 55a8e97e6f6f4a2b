//! Webhooks and policies of admission, and `APIService`.
//!
//! Source: `pkg/apis/admissionregistration/validation/validation.go`, `pkg/apis/admissionregistration/*/defaults.go`;
//! `pkg/apis/apiregistration/validation` of kube-aggregator.

mod expression;
mod policy;
mod rule;
mod url;
mod webhook;

pub(super) use expression::{Type, certain_type};
pub(super) use webhook::{webhook_service, webhook_url};

use std::collections::HashSet;

use super::Rules;
use crate::validate::at::{At, quoted};
use crate::validate::meta;
use crate::validate::names::{self, NameRule};
use expression::{Declared, Wanted};

const FAILURE_POLICIES: &[&str] = &["Fail", "Ignore"];
const MATCH_POLICIES: &[&str] = &["Equivalent", "Exact"];
const REINVOCATION_POLICIES: &[&str] = &["IfNeeded", "Never"];
/// The most conditions of one webhook or policy.
const MAX_CONDITIONS: usize = 64;
/// How many expressions of one list are looked at; nobody has as many, and reading one takes its time.
const MAX_EXPRESSIONS: usize = 1_000;

/// Gives the rules of the kinds of this file.
pub(super) fn rules(group: &str, kind: &str) -> Option<Rules> {
    let (name, check): (_, fn(At<'_>)) = match (group, kind) {
        ("apiregistration.k8s.io", "APIService") => (NameRule::Any, api_service),
        ("admissionregistration.k8s.io", _) => {
            let check: fn(At<'_>) = match kind {
                "ValidatingWebhookConfiguration" => |at| webhook::configuration(at, false),
                "MutatingWebhookConfiguration" => |at| webhook::configuration(at, true),
                "ValidatingAdmissionPolicy" => policy::validating,
                "ValidatingAdmissionPolicyBinding" => |at| policy::binding(at, false),
                "MutatingAdmissionPolicy" => policy::mutating,
                "MutatingAdmissionPolicyBinding" => |at| policy::binding(at, true),
                _ => return None,
            };
            (NameRule::Subdomain, check)
        }
        _ => return None,
    };
    Some(Rules { name, check })
}

/// Refuses a text that is set but none of those; what is not set has a default.
fn one_of_if_set(at: At<'_>, supported: &[&str]) {
    if at.is_set() && !supported.contains(&at.text()) {
        at.unsupported(supported);
    }
}

/// Checks conditions in CEL that must hold before a webhook or a policy is asked.
fn match_conditions(conditions: At<'_>, has_params: bool) {
    if conditions.len() > MAX_CONDITIONS {
        conditions.too_many(conditions.len(), MAX_CONDITIONS);
    }
    let mut seen = HashSet::new();
    for condition in conditions.items().take(MAX_EXPRESSIONS) {
        let (name, expression) = (condition.get("name"), condition.get("expression"));
        let declared = Declared { has_params, has_authorizer: true, ..Declared::default() };
        match expression.text().trim() {
            "" => expression.required(""),
            text => {
                expression::check(expression, text, &declared, Wanted::Bool);
            }
        }
        if name.text().is_empty() {
            name.required("");
            continue;
        }
        name.invalid_each(names::qualified_name(name.text()));
        if conditions.len() > 1 && !seen.insert(name.text()) {
            name.duplicate();
        }
    }
}

fn api_service(at: At<'_>) {
    let (metadata, spec) = (at.get("metadata"), at.get("spec"));
    let (group, version) = (spec.get("group"), spec.get("version"));
    api_service_name(metadata, version.text(), group.text());
    if group.text().is_empty() {
        if version.text() != "v1" {
            group.required("only v1 may have an empty group and it better be legacy kube");
        }
    } else {
        group.invalid_each(names::dns_subdomain(group.text()));
    }
    version.invalid_each(names::dns_1035_label(version.text()));
    for (name, most) in [("groupPriorityMinimum", 20_000), ("versionPriority", 1_000)] {
        let priority = spec.get(name);
        if !(1..=most).contains(&priority.number()) {
            let detail = format!("must be positive and less than {most}");
            priority.invalid_as(&priority.number().to_string(), &detail);
        }
    }
    let (service, bundle) = (spec.get("service"), spec.get("caBundle"));
    let skips_check = spec.get("insecureSkipTLSVerify");
    if !service.is_set() {
        if !bundle.text().is_empty() {
            bundle.invalid("local APIServices may not have a caBundle");
        }
        if skips_check.is_true() {
            skips_check.invalid("local APIServices may not have insecureSkipTLSVerify");
        }
        return;
    }
    for name in ["namespace", "name"] {
        if service.get(name).text().is_empty() {
            service.get(name).required("");
        }
    }
    service_port(service.get("port"));
    if skips_check.is_true() && !bundle.text().is_empty() {
        skips_check.invalid("may not be true if caBundle is present");
    }
}

/// Checks that a name is made of a version and a group.
fn api_service_name(metadata: At<'_>, version: &str, group: &str) {
    for name in [metadata.get("generateName"), metadata.get("name")] {
        let text = name.text();
        if text.is_empty() {
            continue;
        }
        let faults = NameRule::PathSegment.faults(text, false);
        let is_right =
            text.strip_prefix(version).and_then(|rest| rest.strip_prefix('.')) == Some(group);
        if !faults.is_empty() {
            name.invalid_each(faults);
        } else if !is_right {
            let wanted = quoted(&format!("{version}.{group}"));
            name.invalid(&format!("must be `spec.version+\".\"+spec.group`: {wanted}"));
        }
    }
}

/// Checks the port of a service that is called; without one it is 443.
fn service_port(port: At<'_>) {
    if let Some(number) = port.integer() {
        let faults = names::port_number(number);
        if !faults.is_empty() {
            port.invalid(&format!("port is not valid: {}", faults.join(", ")));
        }
    }
}

/// Checks a selector that is there.
fn selector(at: At<'_>) {
    if at.is_set() {
        meta::label_selector(at);
    }
}
