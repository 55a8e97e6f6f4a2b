//! What keeps pods from nodes or spreads them: tolerations, gates, constraints.
//!
//! Source: `ValidateTolerations`, `validateSchedulingGates` and `validateTopologySpreadConstraints` in
//! `pkg/apis/core/validation/validation.go`.

use std::collections::HashSet;

use super::Whole;
use super::affinity::{label_keys, label_name, match_label_keys};
use crate::validate::at::{At, quoted};
use crate::validate::finding::Code;
use crate::validate::meta;
use crate::validate::names::{label_value, qualified_name};
use crate::validate::seen::Seen;

/// What a taint does.
const EFFECTS: [&str; 3] = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

/// Checks which taints pods tolerate.
pub(in crate::validate::rules) fn tolerations(at: At<'_>) {
    for toleration in at.items() {
        let (key, operator) = (toleration.get("key"), toleration.get("operator"));
        let (value, effect) = (toleration.get("value"), toleration.get("effect"));
        if !key.text().is_empty() {
            label_name(key);
        } else if operator.text() != "Exists" {
            super::invalid_text(
                operator,
                "operator must be Exists when `key` is empty, which means \"match all values and all keys\"",
            );
        }
        if toleration.get("tolerationSeconds").is_set() && effect.text() != "NoExecute" {
            let text = "effect must be 'NoExecute' when `tolerationSeconds` is set";
            super::invalid_text(effect, text);
        }
        match operator.text() {
            "" | "Equal" => {
                let faults = label_value(value.text());
                if !faults.is_empty() {
                    operator.invalid_as(&quoted(value.text()), &faults.join(";"));
                }
            }
            "Exists" => {
                if !value.text().is_empty() {
                    let text = "value must be empty when `operator` is 'Exists'";
                    operator.invalid_as(&quoted(value.text()), text);
                }
            }
            "Lt" | "Gt" if at.minor().number() >= 35 => {
                operator.unsupported(&["Equal", "Exists", "Lt", "Gt"]);
            }
            _ => operator.unsupported(&["Equal", "Exists"]),
        }
        if !effect.text().is_empty() {
            meta::one_of(effect, &EFFECTS);
        }
    }
}

/// Checks what must be lifted before pods get a node.
pub(super) fn gates(at: At<'_>) {
    let mut names = Seen::default();
    for gate in at.items() {
        let name = gate.get("name");
        name.called(gate).invalid_each(qualified_name(name.text()));
        if !names.note(name.text()) {
            let text = format!("Duplicate value: {}", quoted(name.text()));
            gate.report(&Code::DUPLICATE, text);
        }
    }
}

/// What is done when a pod cannot be spread as it should.
const ACTIONS: [&str; 2] = ["DoNotSchedule", "ScheduleAnyway"];

/// Checks how pods are spread.
pub(super) fn spread_constraints(whole: &Whole<'_>) {
    let at = whole.spec.get("topologySpreadConstraints");
    if at.is_empty() {
        return;
    }
    let repeated = repeated(at);
    for (constraint, is_repeated) in at.items().zip(repeated) {
        positive(constraint.get("maxSkew"));
        let (key, action) = (constraint.get("topologyKey"), constraint.get("whenUnsatisfiable"));
        if key.text().is_empty() {
            key.required("can not be empty");
        }
        if !ACTIONS.contains(&action.text()) {
            action.unsupported(&ACTIONS);
        }
        if is_repeated {
            let text = format!("{{{}, {}}}", key.text(), action.text());
            constraint
                .child("{topologyKey, whenUnsatisfiable}")
                .report(&Code::DUPLICATE, format!("Duplicate value: {}", quoted(&text)));
        }
        let domains = constraint.get("minDomains");
        if domains.is_set() {
            positive(domains);
            if action.text() != "DoNotSchedule" {
                let text = format!(
                    "can only use minDomains if whenUnsatisfiable=DoNotSchedule, not {}",
                    action.text()
                );
                domains.invalid(&text);
            }
        }
        for name in ["nodeAffinityPolicy", "nodeTaintsPolicy"] {
            let policy = constraint.get(name);
            if policy.is_set() && !matches!(policy.text(), "Honor" | "Ignore") {
                policy.unsupported(&["Honor", "Ignore"]);
            }
        }
        let selector = constraint.get("labelSelector");
        if whole.minor() >= 34 {
            match_label_keys(constraint, whole);
        } else {
            label_keys_apart(constraint.get("matchLabelKeys"), selector);
        }
        meta::label_selector(selector);
    }
}

/// Tells of each constraint whether one like it follows.
fn repeated(at: At<'_>) -> Vec<bool> {
    if at.len() == 1 {
        return vec![false];
    }
    let mut seen = HashSet::new();
    let mut repeated: Vec<bool> = at
        .items()
        .rev()
        .map(|constraint| {
            let (key, action) =
                (constraint.get("topologyKey"), constraint.get("whenUnsatisfiable"));
            !seen.insert((key.text(), action.text()))
        })
        .collect();
    repeated.reverse();
    repeated
}

fn positive(at: At<'_>) {
    if at.number() <= 0 {
        at.invalid_as(&at.number().to_string(), "must be greater than zero");
    }
}

/// Refuses labels whose keys the selector has too, as versions before 1.34 do.
fn label_keys_apart(at: At<'_>, selector: At<'_>) {
    if !label_keys(at, selector) {
        return;
    }
    let mut keys = Seen::default();
    for (key, _) in selector.get("matchLabels").texts() {
        keys.note(key);
    }
    for expression in selector.get("matchExpressions").items() {
        keys.note(expression.get("key").text());
    }
    for key in at.items().filter(|key| keys.has(key.text())) {
        key.invalid("exists in both matchLabelKeys and labelSelector");
    }
}
