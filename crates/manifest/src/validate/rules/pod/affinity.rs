//! Which nodes pods are drawn to, and which other pods.
//!
//! Source: `validateAffinity` in `pkg/apis/core/validation/validation.go`.

use super::Whole;
use crate::validate::at::{At, quoted};
use crate::validate::meta;
use crate::validate::names::{dns_label, dns_subdomain, label_value, qualified_name};
use crate::validate::seen::Seen;

const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";

/// Checks where pods are drawn to.
pub(super) fn affinity(whole: &Whole<'_>) {
    let at = whole.spec.get("affinity");
    if !at.is_set() {
        return;
    }
    let nodes = at.get("nodeAffinity");
    let required = nodes.get(REQUIRED);
    if required.is_set() {
        node_selector(required);
    }
    for term in nodes.get(PREFERRED).items() {
        weight(term.get("weight"));
        node_selector_term(term.get("preference"), true);
    }
    for name in ["podAffinity", "podAntiAffinity"] {
        let pods = at.get(name);
        for term in pods.get(REQUIRED).items() {
            pod_term(term, whole);
        }
        for term in pods.get(PREFERRED).items() {
            weight(term.get("weight"));
            pod_term(term.get("podAffinityTerm"), whole);
        }
    }
}

fn weight(at: At<'_>) {
    if !(1..=100).contains(&at.number()) {
        at.invalid_as(&at.number().to_string(), "must be in the range 1-100");
    }
}

/// Checks a key of a label.
pub(super) fn label_name(at: At<'_>) {
    at.invalid_each(qualified_name(at.text()));
}

/// Checks which nodes are selected, by one of several terms.
pub(in crate::validate::rules) fn node_selector(at: At<'_>) {
    let terms = at.get("nodeSelectorTerms");
    if terms.is_empty() {
        terms.required("must have at least one node selector term");
    }
    for term in terms.items() {
        node_selector_term(term, false);
    }
}

/// Checks a term by which nodes are selected; values of labels may have any form where it is only preferred.
fn node_selector_term(at: At<'_>, has_any_values: bool) {
    for expression in at.get("matchExpressions").items() {
        let (operator, values) = (expression.get("operator"), expression.get("values"));
        match operator.text() {
            "Gt" | "Lt" => {
                if values.len() != 1 {
                    let text = "must be specified single value when `operator` is 'Lt' or 'Gt'";
                    values.required(text);
                }
            }
            name if meta::values_of_operator(name, values) => {}
            _ => super::invalid_text(operator, "not a valid selector operator"),
        }
        label_name(expression.get("key"));
        if !has_any_values {
            for value in values.items() {
                value.invalid_each(label_value(value.text()));
            }
        }
    }
    for expression in at.get("matchFields").items() {
        let (operator, values) = (expression.get("operator"), expression.get("values"));
        if !matches!(operator.text(), "In" | "NotIn") {
            super::invalid_text(operator, "not a valid selector operator");
        } else if values.len() != 1 {
            values.required(
                "must be only one value when `operator` is 'In' or 'NotIn' for node field selector",
            );
        }
        let key = expression.get("key");
        if key.text() == "metadata.name" {
            for value in values.items() {
                value.invalid_each(dns_subdomain(value.text()));
            }
        } else {
            super::invalid_text(key, "not a valid field selector key");
        }
    }
}

/// Checks a term by which other pods are selected.
fn pod_term(at: At<'_>, whole: &Whole<'_>) {
    for name in ["labelSelector", "namespaceSelector"] {
        meta::label_selector(at.get(name));
    }
    for namespace in at.get("namespaces").items() {
        namespace.called(at.get("namespace")).invalid_each(dns_label(namespace.text()));
    }
    match_label_keys(at, whole);
    let key = at.get("topologyKey");
    if key.text().is_empty() {
        key.required("can not be empty");
    }
    label_name(key);
}

/// Checks keys of labels of the pod itself that a selector is to have too. Gives whether there are any to look at.
pub(super) fn label_keys(at: At<'_>, selector: At<'_>) -> bool {
    if at.is_empty() {
        return false;
    }
    if !selector.is_set() {
        at.forbidden("must not be specified when labelSelector is not set");
        return false;
    }
    at.items().for_each(label_name);
    true
}

/// Checks the keys of labels of the pod itself that a selector is to have too, or is not to have.
pub(super) fn match_label_keys(at: At<'_>, whole: &Whole<'_>) {
    let (same, other) = (at.get("matchLabelKeys"), at.get("mismatchLabelKeys"));
    let selector = at.get("labelSelector");
    label_keys(same, selector);
    label_keys(other, selector);
    if same.is_empty() {
        return;
    }
    if selector.is_set() {
        let mut indices = Seen::default();
        for (index, key) in same.items().enumerate().rev() {
            indices.insert(key.text(), index);
        }
        let mut keys = Seen::default();
        for (key, _) in selector.get("matchLabels").texts() {
            keys.note(key);
        }
        let mut seen = |key| {
            let is_new = keys.note(key);
            if let Some(index) = indices.get(key).filter(|_| !is_new) {
                // Kubernetes leaves the field's name out of this path.
                at.index(*index)
                    .invalid_as(&quoted(key), "exists in both matchLabelKeys and labelSelector");
            }
        };
        for expression in selector.get("matchExpressions").items() {
            seen(expression.get("key").text());
        }
        // By now a pod's own labels are part of the selector; a template's are not.
        if whole.is_pod {
            let labels = whole.metadata.get("labels");
            for key in same.items().chain(other.items()) {
                if labels.node().is_some_and(|labels| labels.get(key.text()).is_some()) {
                    seen(key.text());
                }
            }
        }
    }
    let mut others = Seen::default();
    for key in other.items() {
        others.note(key.text());
    }
    for key in same.items().filter(|key| others.has(key.text())) {
        key.invalid("exists in both matchLabelKeys and mismatchLabelKeys");
    }
}
