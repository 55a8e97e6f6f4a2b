//! `ResourceQuota` and `LimitRange`.
//!
//! Source: `ValidateResourceQuota` and `ValidateLimitRange` in `pkg/apis/core/validation/validation.go`.

use std::collections::{BTreeMap, HashSet};

use super::pod;
use crate::validate::at::{At, quoted, shown};
use crate::validate::names::qualified_name;
use crate::validate::quantity::Quantity;

/// What a quota can be restricted to.
const SCOPES: [&str; 7] = [
    "Terminating",
    "NotTerminating",
    "BestEffort",
    "NotBestEffort",
    "PriorityClass",
    "VolumeAttributesClass",
    "CrossNamespacePodAffinity",
];

/// Tells whether a quota can have a resource without a domain, large pages aside.
fn is_standard_quota_resource(name: &str) -> bool {
    pod::is_standard_resource(name) && name != "storage"
}

fn is_quota_resource(name: &str) -> bool {
    is_standard_quota_resource(name)
        || pod::is_hugepages(name)
        || name.starts_with("requests.hugepages-")
}

/// Tells whether a scope says anything about a resource.
fn has_scope(scope: &str, resource: &str) -> bool {
    let is_compute = matches!(
        resource,
        "cpu" | "memory" | "limits.cpu" | "limits.memory" | "requests.cpu" | "requests.memory"
    );
    match scope {
        "Terminating"
        | "NotTerminating"
        | "NotBestEffort"
        | "PriorityClass"
        | "CrossNamespacePodAffinity" => resource == "pods" || is_compute,
        "BestEffort" => resource == "pods",
        "VolumeAttributesClass" => {
            matches!(resource, "persistentvolumeclaims" | "requests.storage")
        }
        _ => true,
    }
}

/// Checks a quota.
pub(super) fn resource_quota(at: At<'_>) {
    let spec = at.get("spec");
    let hard = spec.get("hard");
    for (name, amount) in hard.entries() {
        pod::resource_name(amount, name);
        if !name.contains('/') && !is_quota_resource(name) {
            amount.invalid_as(&quoted(name), "must be a standard resource for quota");
        }
        pod::resource_quantity(amount, name);
    }
    let scopes = spec.get("scopes");
    // Pages of any size are alike, so that there are few names to ask about.
    let mut names: Vec<&str> = hard.texts().map(|(name, _)| name).collect();
    names.retain(|name| is_standard_quota_resource(name));
    let has_pages = hard.texts().any(|(name, _)| !names.contains(&name) && is_quota_resource(name));
    names.extend(has_pages.then_some("hugepages-"));
    let without_scope = |scope: &str| names.iter().filter(|name| !has_scope(scope, name)).count();
    for scope in scopes.items() {
        if !SCOPES.contains(&scope.text()) {
            scopes.invalid("unsupported scope");
        }
        if without_scope(scope.text()) > 0 {
            scopes.invalid("unsupported scope applied to resource");
        }
    }
    conflicts(scopes, scopes, &scopes.items().map(At::text).collect());
    scope_selector(spec, without_scope);
}

fn conflicts(at: At<'_>, scopes: At<'_>, given: &HashSet<&str>) {
    for (one, other) in [("BestEffort", "NotBestEffort"), ("Terminating", "NotTerminating")] {
        if given.contains(one) && given.contains(other) {
            at.invalid_as(&shown(scopes.node()), "conflicting scopes");
        }
    }
}

fn scope_selector(spec: At<'_>, without_scope: impl Fn(&str) -> usize) {
    let selector = spec.get("scopeSelector");
    let expressions = selector.get("matchExpressions");
    for expression in expressions.items() {
        // Kubernetes does not say which expression it is.
        let part = |name| expression.get(name).called(expressions.get(name));
        let (scope, operator, values) = (part("scopeName"), part("operator"), part("values"));
        if !SCOPES.contains(&scope.text()) {
            scope.invalid_as(&quoted(scope.text()), "unsupported scope");
        }
        if without_scope(scope.text()) > 0 {
            selector.called(expressions).invalid("unsupported scope applied to resource");
        }
        let must_exist = matches!(
            scope.text(),
            "BestEffort"
                | "NotBestEffort"
                | "Terminating"
                | "NotTerminating"
                | "CrossNamespacePodAffinity"
        );
        if must_exist && operator.text() != "Exists" {
            operator.invalid_as(
                &quoted(operator.text()),
                "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity",
            );
        }
        match operator.text() {
            "In" | "NotIn" => {
                if values.is_empty() {
                    values.required("must be at least one value when `operator` is 'In' or 'NotIn' for scope selector");
                }
            }
            "Exists" | "DoesNotExist" => {
                if !values.is_empty() {
                    values.invalid("must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector");
                }
            }
            text => operator.invalid_as(&quoted(text), "not a valid selector operator"),
        }
    }
    let given = expressions.items().map(|expression| expression.get("scopeName").text());
    conflicts(expressions, spec.get("scopes"), &given.collect());
}

/// The amounts that a limit has for one resource.
#[derive(Clone, Copy, Default)]
struct Amounts<'a> {
    least: Option<At<'a>>,
    most: Option<At<'a>>,
    default: Option<At<'a>>,
    request: Option<At<'a>>,
    ratio: Option<At<'a>>,
}

impl<'a> Amounts<'a> {
    fn set(&mut self, field: &str, amount: At<'a>) {
        let place = match field {
            "min" => &mut self.least,
            "max" => &mut self.most,
            "default" => &mut self.default,
            "defaultRequest" => &mut self.request,
            _ => &mut self.ratio,
        };
        *place = Some(amount);
    }

    /// Gives containers what they are given by default where that is not said.
    fn defaulted(mut self, limit: At<'a>, name: &str) -> Self {
        let called = |amount: Option<At<'a>>, field| {
            amount.map(|amount| amount.called(limit.get(field).key(name)))
        };
        self.default = self.default.or_else(|| called(self.most, "default"));
        self.request = self
            .request
            .or_else(|| called(self.default, "defaultRequest"))
            .or_else(|| called(self.least, "defaultRequest"));
        self
    }
}

/// Checks the limits of a namespace.
pub(super) fn limit_range(at: At<'_>) {
    let mut kinds = HashSet::new();
    for limit in at.get("spec").get("limits").items() {
        let kind = limit.get("type");
        limit_type(kind);
        if !kinds.insert(kind.text()) {
            kind.duplicate();
        }
        let is_pod = kind.text() == "Pod";
        let mut resources: BTreeMap<&str, Amounts<'_>> = BTreeMap::new();
        for field in ["max", "min", "default", "defaultRequest", "maxLimitRequestRatio"] {
            let amounts = limit.get(field);
            if is_pod && matches!(field, "default" | "defaultRequest") {
                if !amounts.is_empty() {
                    amounts.forbidden("may not be specified when `type` is 'Pod'");
                }
                continue;
            }
            for (name, amount) in amounts.entries() {
                resources.entry(name).or_default().set(field, amount);
                if matches!(kind.text(), "Pod" | "Container") {
                    pod::container_resource_name(amount, name);
                } else {
                    pod::resource_name(amount, name);
                }
            }
        }
        if kind.text() == "PersistentVolumeClaim" {
            let has_storage =
                |field| limit.get(field).node().is_some_and(|node| node.get("storage").is_some());
            if !has_storage("min") && !has_storage("max") {
                let detail =
                    "either minimum or maximum storage value is required, but neither was provided";
                limit.get("limits").required(detail);
            }
        }
        let is_container = kind.text() == "Container";
        for (name, amounts) in resources {
            let amounts = if is_container { amounts.defaulted(limit, name) } else { amounts };
            compare(name, &amounts);
        }
    }
}

fn limit_type(at: At<'_>) {
    let faults = qualified_name(at.text());
    if !faults.is_empty() {
        at.invalid_each(faults);
    } else if !at.text().contains('/')
        && !matches!(at.text(), "Pod" | "Container" | "PersistentVolumeClaim")
    {
        at.invalid("must be a standard limit type or fully qualified");
    }
}

/// Checks that the amounts of one resource fit each other.
fn compare(name: &str, amounts: &Amounts<'_>) {
    let of = |amount: Option<At<'_>>| amount.and_then(At::quantity);
    let text = |amount: At<'_>| match amount.text() {
        "" => shown(amount.node()),
        text => text.to_owned(),
    };
    let Amounts { least, most, default, request, ratio } = *amounts;
    let exceeds = |at: Option<At<'_>>, one: Option<At<'_>>, what, other: Option<At<'_>>, than| {
        if let (Some(at), Some(one), Some(other)) = (at, one, other)
            && of(Some(one)) > of(Some(other))
        {
            let (one, other) = (text(one), text(other));
            at.invalid(&format!("{what} value {one} is greater than {than} value {other}"));
        }
    };
    exceeds(least, least, "min", most, "max");
    exceeds(request, least, "min", request, "default request");
    exceeds(request, request, "default request", most, "max");
    exceeds(request, request, "default request", default, "default limit");
    exceeds(default, least, "min", default, "default");
    exceeds(default, default, "default", most, "max");
    if let Some(ratio) = ratio {
        let amount = ratio.quantity().unwrap_or(Quantity::ZERO);
        if amount < Quantity::whole(1) {
            ratio.invalid(&format!("ratio {} is less than 1", text(ratio)));
        }
        if let (Some(least), Some(most)) = (of(least), of(most)) {
            let limit = most.ratio_to(least);
            if amount.ratio_to(Quantity::whole(1)) > limit {
                let ratio_text = text(ratio);
                ratio.invalid(&format!("ratio {ratio_text} is greater than max/min = {limit:.6}"));
            }
        }
    }
    if let (Some(default), Some(request)) = (default, request)
        && !pod::is_overcommit_allowed(name)
        && default.quantity() != request.quantity()
    {
        let (one, other) = (text(default), text(request));
        request.invalid(&format!(
            "default value {one} must equal to defaultRequest value {other} in {name}"
        ));
    }
}
