//! Which requests a webhook or a policy is about: operations, groups, versions, resources.
//!
//! Source: `validateRuleWithOperations` and `validateRule`.

use std::collections::HashSet;

use super::one_of_if_set;
use crate::validate::at::At;
use crate::validate::names::NameRule;

const OPERATIONS: &[&str] = &["*", "CONNECT", "CREATE", "DELETE", "UPDATE"];
/// What can be changed on its way.
pub(super) const MUTATING_OPERATIONS: &[&str] = &["*", "CONNECT", "CREATE", "UPDATE"];
const SCOPES: &[&str] = &["*", "Cluster", "Namespaced"];

/// Checks the resources that a policy is about, and those that it is not.
pub(super) fn match_resources(at: At<'_>) {
    if !at.is_set() {
        return;
    }
    one_of_if_set(at.get("matchPolicy"), super::MATCH_POLICIES);
    super::selector(at.get("namespaceSelector"));
    super::selector(at.get("objectSelector"));
    for list in ["resourceRules", "excludeResourceRules"] {
        for rule in at.get(list).items() {
            let names = rule.get("resourceNames");
            let mut seen = HashSet::new();
            for name in names.items() {
                name.invalid_each(NameRule::PathSegment.faults(name.text(), false));
                if names.len() > 1 && !seen.insert(name.text()) {
                    name.duplicate();
                }
            }
            with_operations(rule);
        }
    }
}

/// Checks a rule of a webhook, or the common part of one of a policy.
pub(super) fn with_operations(rule: At<'_>) {
    let operations = rule.get("operations");
    if operations.is_empty() {
        operations.required("");
    }
    alone(operations, "operations");
    for operation in operations.items() {
        if !OPERATIONS.contains(&operation.text()) {
            operation.unsupported(OPERATIONS);
        }
    }
    let (groups, versions) = (rule.get("apiGroups"), rule.get("apiVersions"));
    if groups.is_empty() {
        groups.required("");
    }
    alone(groups, "API groups");
    if versions.is_empty() {
        versions.required("");
    }
    alone(versions, "API versions");
    for version in versions.items() {
        if version.text().is_empty() {
            version.required("");
        }
    }
    resources(rule.get("resources"));
    one_of_if_set(rule.get("scope"), SCOPES);
}

/// Refuses others beside `*`.
fn alone(list: At<'_>, what: &str) {
    if list.len() > 1 && list.items().any(|item| item.text() == "*") {
        list.invalid(&format!("if '*' is present, must not specify other {what}"));
    }
}

fn resources(list: At<'_>) {
    if list.is_empty() {
        list.required("");
    }
    let mut with_all_subresources = HashSet::new();
    let mut of_all_resources = HashSet::new();
    let (mut has_everything, mut has_all, mut has_plain) = (false, false, false);
    for item in list.items() {
        let text = item.text();
        has_everything |= text == "*/*";
        has_all |= text == "*";
        if text.is_empty() {
            item.required("");
            continue;
        }
        let Some((resource, subresource)) = text.split_once('/') else {
            // The last one counts, as in Kubernetes.
            has_plain = text != "*";
            continue;
        };
        let covered_by = |by: &str| {
            item.invalid(&format!("if '{by}' is present, must not specify {text}"));
        };
        if with_all_subresources.contains(resource) {
            covered_by(&format!("{resource}/*"));
        }
        if of_all_resources.contains(subresource) {
            covered_by(&format!("*/{subresource}"));
        }
        if subresource == "*" {
            with_all_subresources.insert(resource);
        }
        if resource == "*" {
            of_all_resources.insert(subresource);
        }
    }
    if list.len() > 1 && has_everything {
        list.invalid("if '*/*' is present, must not specify other resources");
    }
    if has_all && has_plain {
        list.invalid("if '*' is present, must not specify other resources without subresources");
    }
}
