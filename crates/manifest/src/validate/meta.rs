//! What all objects have: `metadata`; and label selectors.
//!
//! Source: `pkg/api/validation/objectmeta.go` and `pkg/apis/meta/v1/validation` of apimachinery.

use std::collections::HashSet;

use super::at::{At, quoted, shown};
use super::finding::Code;
use super::names::{self, NameRule, dns_label, label_value, qualified_name};

/// How large all annotations of an object may be, in bytes.
const MAX_ANNOTATIONS: usize = 256 << 10;

/// Checks the metadata of an object that is to be created.
pub(crate) fn metadata(at: At<'_>, rule: NameRule) {
    names_of_object(at, rule);
    let is_nameless = at.get("name").text().is_empty() && at.get("generateName").text().is_empty();
    if is_nameless && rule != NameRule::SubdomainOrNone {
        at.get("name").required("name or generateName is required");
    }
    let namespace = at.get("namespace");
    if !namespace.text().is_empty() {
        namespace.invalid_each(dns_label(namespace.text()));
    }
    not_negative(at.get("generation"));
    labels(at.get("labels"));
    annotations(at.get("annotations"));
    owner_references(at.get("ownerReferences"));
    finalizers(at.get("finalizers"));
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

/// Completes a name as an API server does, but for chance.
fn generated_name(beginning: &str) -> String {
    const MAX_BEGINNING: usize = names::MAX_LABEL - "xxxxx".len();
    let mut end = beginning.len().min(MAX_BEGINNING);
    while !beginning.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}xxxxx", &beginning[..end])
}

/// Checks the labels and annotations of a template: nothing else of its metadata counts.
pub(crate) fn template_metadata(at: At<'_>) {
    labels(at.get("labels"));
    annotations(at.get("annotations"));
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
        let version = api_version.split_once('/').map_or(api_version, |(_, version)| version);
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
