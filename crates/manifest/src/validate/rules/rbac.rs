//! `Role`, `ClusterRole`, `RoleBinding` and `ClusterRoleBinding`.
//!
//! Source: `pkg/apis/rbac/validation/validation.go`, `pkg/apis/rbac/v1/defaults.go`.

use super::Rules;
use crate::validate::at::At;
use crate::validate::meta;
use crate::validate::names::NameRule;

/// The API group of roles and of those who have them.
const GROUP: &str = "rbac.authorization.k8s.io";

/// Gives the rules of the kinds of this file.
pub(super) fn rules(group: &str, kind: &str) -> Option<Rules> {
    if group != GROUP {
        return None;
    }
    let check: fn(At<'_>) = match kind {
        "Role" => |at| policy_rules(at, true),
        "ClusterRole" => cluster_role,
        "RoleBinding" => |at| binding(at, true),
        "ClusterRoleBinding" => |at| binding(at, false),
        _ => return None,
    };
    Some(Rules { name: NameRule::PathSegment, check })
}

fn cluster_role(at: At<'_>) {
    policy_rules(at, false);
    let aggregation = at.get("aggregationRule");
    if aggregation.is_set() {
        let selectors = aggregation.get("clusterRoleSelectors");
        if selectors.is_empty() {
            selectors.required(
                "at least one clusterRoleSelector required if aggregationRule is non-nil",
            );
        }
        selectors.items().for_each(meta::label_selector);
    }
}

fn policy_rules(at: At<'_>, is_namespaced: bool) {
    for rule in at.get("rules").items() {
        let get = |name| rule.get(name);
        if get("verbs").is_empty() {
            get("verbs").required("verbs must contain at least one value");
        }
        let urls = get("nonResourceURLs");
        if urls.is_empty() {
            if get("apiGroups").is_empty() {
                get("apiGroups").required("resource rules must supply at least one api group");
            }
            if get("resources").is_empty() {
                get("resources").required("resource rules must supply at least one resource");
            }
            continue;
        }
        if is_namespaced {
            urls.invalid("namespaced rules cannot apply to non-resource URLs");
        }
        if ["apiGroups", "resources", "resourceNames"].iter().any(|name| !get(name).is_empty()) {
            urls.invalid("rules cannot apply to both regular resources and non-resource URLs");
        }
    }
}

fn binding(at: At<'_>, is_namespaced: bool) {
    let role = at.get("roleRef");
    if role.get("apiGroup").text_or(GROUP) != GROUP {
        role.get("apiGroup").unsupported(&[GROUP]);
    }
    let kinds: &[&str] = if is_namespaced { &["Role", "ClusterRole"] } else { &["ClusterRole"] };
    if !kinds.contains(&role.get("kind").text()) {
        role.get("kind").unsupported(kinds);
    }
    meta::object_name(role.get("name"), NameRule::PathSegment);
    for subject in at.get("subjects").items() {
        self::subject(subject, is_namespaced);
    }
}

fn subject(at: At<'_>, is_namespaced: bool) {
    let (name, group) = (at.get("name"), at.get("apiGroup"));
    if name.text().is_empty() {
        name.required("");
    }
    match at.get("kind").text() {
        "ServiceAccount" => {
            if !name.text().is_empty() {
                name.invalid_each(NameRule::Subdomain.faults(name.text(), false));
            }
            if !group.text().is_empty() {
                group.unsupported(&[""]);
            }
            if !is_namespaced && at.get("namespace").text().is_empty() {
                at.get("namespace").required("");
            }
        }
        "User" | "Group" => {
            if group.text_or(GROUP) != GROUP {
                group.unsupported(&[GROUP]);
            }
        }
        _ => at.get("kind").unsupported(&["ServiceAccount", "User", "Group"]),
    }
}
