//! What all objects have: `metadata`; and label selectors.
//!
//! Source: `pkg/api/validation/objectmeta.go` and `pkg/apis/meta/v1/validation` of apimachinery.

use std::borrow::Cow;
use std::collections::HashSet;

use super::at::{At, quoted, shown};
use super::finding::Code;
use super::names::{self, NameRule, dns_label, label_value, qualified_name};
use super::types::Minor;
use crate::document::Content;

/// How large all annotations of an object may be, in bytes.
const MAX_ANNOTATIONS: usize = 256 << 10;

/// What tells the metadata of one kind from that of another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Traits {
    /// whether a namespace is read at all: an object of the whole cluster loses it first
    keeps_namespace: bool,
    /// whether the generation is read: most kinds begin with 1 whatever is sent
    keeps_generation: bool,
    /// whether finalizers without a domain must be Kubernetes' own
    has_known_finalizers: bool,
}

impl Traits {
    /// Those of objects that lie within others.
    pub(crate) const EMBEDDED: Self =
        Self { keeps_namespace: true, keeps_generation: true, has_known_finalizers: false };

    /// Those of custom resources.
    pub(crate) const CUSTOM: Self = Self { keeps_generation: false, ..Self::EMBEDDED };

    /// Those of custom resources of the whole cluster.
    pub(crate) const CUSTOM_OF_CLUSTER: Self = Self { keeps_namespace: false, ..Self::CUSTOM };

    /// Gives those of a kind of Kubernetes' own.
    ///
    /// Source: `PrepareForCreate` of each kind's `strategy.go`, and which `ValidateObjectMeta` its validation calls.
    pub(crate) fn of(minor: Minor, group: &str, kind: &str, is_namespaced: bool) -> Self {
        let begins_with_one = match group {
            "admissionregistration.k8s.io"
            | "apiextensions.k8s.io"
            | "batch"
            | "flowcontrol.apiserver.k8s.io"
            | "policy" => true,
            "" => matches!(kind, "Pod" | "PodTemplate" | "ReplicationController"),
            "apps" => kind != "ControllerRevision",
            "autoscaling" => minor.number() >= 37,
            "discovery.k8s.io" => kind == "EndpointSlice",
            "networking.k8s.io" => matches!(kind, "Ingress" | "IngressClass" | "NetworkPolicy"),
            "resource.k8s.io" => {
                matches!(kind, "DeviceClass" | "DeviceTaintRule" | "ResourceSlice")
            }
            "scheduling.k8s.io" => kind == "PriorityClass",
            _ => false,
        };
        let takes_any_finalizer = matches!(
            group,
            "admissionregistration.k8s.io"
                | "apiextensions.k8s.io"
                | "apiregistration.k8s.io"
                | "coordination.k8s.io"
                | "events.k8s.io"
                | "node.k8s.io"
                | "policy"
        ) || kind == "Event";
        Self {
            keeps_namespace: is_namespaced,
            keeps_generation: !begins_with_one,
            has_known_finalizers: !takes_any_finalizer,
        }
    }
}

/// Checks the metadata of an object that is to be created.
pub(crate) fn metadata(at: At<'_>, rule: NameRule, traits: Traits) {
    names_of_object(at, rule);
    let is_nameless = at.get("name").text().is_empty() && at.get("generateName").text().is_empty();
    if is_nameless && rule != NameRule::SubdomainOrNone {
        at.get("name").required("name or generateName is required");
    }
    let namespace = at.get("namespace");
    if traits.keeps_namespace && !namespace.text().is_empty() {
        namespace.invalid_each(dns_label(namespace.text()));
    }
    if traits.keeps_generation {
        not_negative(at.get("generation"));
    }
    labels(at.get("labels"));
    annotations(at.get("annotations"));
    owner_references(at.get("ownerReferences"));
    finalizers(at.get("finalizers"));
    if traits.has_known_finalizers {
        for finalizer in at.get("finalizers").items() {
            known_finalizer(finalizer);
        }
    }
}

/// Refuses a finalizer that has no domain and is none of Kubernetes' own.
pub(crate) fn known_finalizer(at: At<'_>) {
    let name = at.text();
    if !name.contains('/') && !matches!(name, "kubernetes" | "orphan" | "foregroundDeletion") {
        at.invalid("name is neither a standard finalizer name nor is it fully qualified");
    }
}

/// Checks the name of an object, or what one will be made of.
pub(crate) fn names_of_object(at: At<'_>, rule: NameRule) {
    let (name, beginning) = (at.get("name"), at.get("generateName"));
    if !beginning.text().is_empty() {
        beginning.invalid_each(rule.faults(beginning.text(), true));
    }
    if !name.text().is_empty() {
        name.invalid_each(rule.faults(name.text(), false));
    } else if !beginning.text().is_empty() {
        let generated = generated_name(beginning.text());
        for fault in rule.faults(&generated, false) {
            beginning.called(name).invalid_as(&quoted(&generated), &fault);
        }
    }
}

/// Gives the name that an object will have, but for chance if it is to be completed.
pub(crate) fn name_to_be(metadata: At<'_>) -> Cow<'_, str> {
    match (metadata.get("name").text(), metadata.get("generateName").text()) {
        ("", "") => Cow::Borrowed(""),
        ("", beginning) => Cow::Owned(generated_name(beginning)),
        (name, _) => Cow::Borrowed(name),
    }
}

/// Completes a name as an API server does, but for chance.
pub(crate) fn generated_name(beginning: &str) -> String {
    const MAX_BEGINNING: usize = names::MAX_LABEL - "xxxxx".len();
    let mut end = beginning.len().min(MAX_BEGINNING);
    while !beginning.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}xxxxx", &beginning[..end])
}

/// The parts of metadata that a template of a claim may not have.
const NOT_IN_TEMPLATES: [(&str, &str); 13] = [
    ("name", "name"),
    ("generateName", "generateName"),
    ("namespace", "namespace"),
    ("selfLink", "selfLink"),
    ("uid", "uID"),
    ("resourceVersion", "resourceVersion"),
    ("generation", "generation"),
    ("creationTimestamp", "creationTimestamp"),
    ("deletionTimestamp", "deletionTimestamp"),
    ("deletionGracePeriodSeconds", "deletionGracePeriodSeconds"),
    ("ownerReferences", "ownerReferences"),
    ("finalizers", "finalizers"),
    ("managedFields", "managedFields"),
];

/// Checks the metadata of the template of a claim, which may have nothing but labels and annotations.
pub(crate) fn claim_metadata(metadata: At<'_>) {
    annotations(metadata.get("annotations"));
    labels(metadata.get("labels"));
    for (name, in_paths) in NOT_IN_TEMPLATES {
        let at = metadata.get(name);
        let is_zero = match at.node().map(|node| &node.content) {
            Some(Content::String(text)) => text.is_empty(),
            Some(Content::Int(number)) => *number == 0 && name != "deletionGracePeriodSeconds",
            _ => !at.is_set(),
        };
        if !is_zero {
            at.called(metadata.get(in_paths)).forbidden("cannot be set");
        }
    }
}

/// Refuses a number below zero.
pub(crate) fn not_negative(at: At<'_>) {
    if at.number() < 0 {
        at.invalid("must be greater than or equal to 0");
    }
}

/// Checks labels.
pub(crate) fn labels(at: At<'_>) {
    for (key, value) in at.texts() {
        let at = at.near_key(key);
        for fault in qualified_name(key) {
            at.invalid_as(&quoted(key), &fault);
        }
        for fault in label_value(value) {
            at.invalid_as(&quoted(value), &fault);
        }
    }
}

/// Checks annotations: keys are told apart from those of labels only by case.
pub(crate) fn annotations(at: At<'_>) {
    let mut size = 0;
    for (key, value) in at.texts() {
        size += key.len() + value.len();
        for fault in qualified_name(&key.to_lowercase()) {
            at.near_key(key).invalid_as(&quoted(key), &fault);
        }
    }
    if size > MAX_ANNOTATIONS {
        at.too_long(MAX_ANNOTATIONS);
    }
}

/// Checks who owns the object: of those that are the same one is kept, and paths leave their number out.
fn owner_references(at: At<'_>) {
    let mut controller = None;
    let mut known = HashSet::new();
    for owner in at.items().filter(|owner| known.insert(shown(owner.node()))) {
        let owner = at.standing_for(owner);
        let must_not_be_empty = |name, is_empty: bool, detail: &str| {
            if is_empty {
                owner.get(name).invalid_as(&quoted(owner.get(name).text()), detail);
            }
        };
        let (api_version, kind) = (owner.get("apiVersion").text(), owner.get("kind").text());
        // One with more slashes is none.
        let version = match api_version.split_once('/') {
            None => api_version,
            Some((_, version)) if version.contains('/') => "",
            Some((_, version)) => version,
        };
        must_not_be_empty("apiVersion", version.is_empty(), "version must not be empty");
        for name in ["kind", "name", "uid"] {
            must_not_be_empty(name, owner.get(name).text().is_empty(), "must not be empty");
        }
        if api_version == "v1" && kind == "Event" {
            owner.invalid("/v1, Kind=Event is disallowed from being an owner");
        }
        if owner.get("controller").is_true() {
            let name = format!("{kind}/{}", owner.get("name").text());
            match &controller {
                None => controller = Some(name),
                Some(first) => at.invalid(&format!(
                    "Only one reference can have Controller set to true. Found \"true\" in references for {first} and {name}"
                )),
            }
        }
    }
}

fn finalizers(at: At<'_>) {
    let mut of_garbage = 0;
    for finalizer in at.items() {
        for fault in qualified_name(finalizer.text()) {
            at.invalid_as(&quoted(finalizer.text()), &fault);
        }
        of_garbage |= match finalizer.text() {
            "orphan" => 1,
            "foregroundDeletion" => 2,
            _ => 0,
        };
    }
    if of_garbage == 3 {
        at.invalid("finalizer orphan and foregroundDeletion cannot be both set");
    }
}

/// Checks a label selector, if one is set.
pub(crate) fn label_selector(at: At<'_>) {
    labels(at.get("matchLabels"));
    for expression in at.get("matchExpressions").items() {
        let (operator, values) = (expression.get("operator"), expression.get("values"));
        if !values_of_operator(operator.text(), values) {
            operator.invalid_as(&quoted(operator.text()), "not a valid selector operator");
        }
        let key = expression.get("key");
        key.invalid_each(qualified_name(key.text()));
        for value in values.items() {
            value.invalid_each(label_value(value.text()));
        }
    }
}

/// Checks whether there are values where an operator of selectors takes some; tells whether it is one.
pub(crate) fn values_of_operator(operator: &str, values: At<'_>) -> bool {
    match operator {
        "In" | "NotIn" => {
            if values.is_empty() {
                values.required("must be specified when `operator` is 'In' or 'NotIn'");
            }
        }
        "Exists" | "DoesNotExist" => {
            if !values.is_empty() {
                values.forbidden(
                    "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
                );
            }
        }
        _ => return false,
    }
    true
}

/// Tells whether a selector is there but selects by nothing.
pub(crate) fn is_empty_selector(at: At<'_>) -> bool {
    at.get("matchLabels").is_empty() && at.get("matchExpressions").is_empty()
}

/// Tells whether Kubernetes can select by a label selector; by none that is set it can.
pub(crate) fn is_valid_selector(selector: At<'_>) -> bool {
    let has_names = |at: At<'_>| {
        at.texts()
            .all(|(key, value)| qualified_name(key).is_empty() && label_value(value).is_empty())
    };
    has_names(selector.get("matchLabels"))
        && selector.get("matchExpressions").items().all(|expression| {
            let values = expression.get("values");
            let has_values = match expression.get("operator").text() {
                "In" | "NotIn" => !values.is_empty(),
                "Exists" | "DoesNotExist" => values.is_empty(),
                _ => return false,
            };
            has_values
                && qualified_name(expression.get("key").text()).is_empty()
                && values.items().all(|value| label_value(value.text()).is_empty())
        })
}

/// Tells whether a label selector matches labels; one with a fault matches nothing.
pub(crate) fn selects(selector: At<'_>, labels: At<'_>) -> bool {
    selects_by(selector, |wanted| labels.text_of(wanted))
}

/// Tells whether a label selector matches labels that are looked up; one with a fault matches nothing.
pub(crate) fn selects_by<'t>(selector: At<'_>, label: impl Fn(&str) -> Option<&'t str>) -> bool {
    let has_labels =
        selector.get("matchLabels").texts().all(|(key, value)| label(key) == Some(value));
    has_labels
        && selector.get("matchExpressions").items().all(|expression| {
            let found = label(expression.get("key").text());
            let is_listed = || {
                let mut values = expression.get("values").items();
                found.is_some_and(|found| values.any(|value| value.text() == found))
            };
            match expression.get("operator").text() {
                "In" => is_listed(),
                "NotIn" => !is_listed(),
                "Exists" => found.is_some(),
                "DoesNotExist" => found.is_none(),
                _ => false,
            }
        })
}

/// Checks the name of another object: `Required value` without one.
pub(crate) fn object_name(at: At<'_>, rule: NameRule) {
    if at.text().is_empty() {
        at.required("");
    } else {
        at.invalid_each(rule.faults(at.text(), false));
    }
}

/// Refuses a text that is none of those; `Required value` when it is empty.
pub(crate) fn one_of(at: At<'_>, supported: &[&str]) {
    if at.text().is_empty() {
        at.required("");
    } else if !supported.contains(&at.text()) {
        at.unsupported(supported);
    }
}

/// Refuses a number that is no port.
pub(crate) fn port(at: At<'_>) {
    at.invalid_each(names::port_number(at.number()));
}

/// Warns of a field that a newer way replaces.
pub(crate) fn deprecated(at: At<'_>, detail: &str) {
    at.report(&Code::DEPRECATED_API, detail);
}
