//! What a job makes of pods that fail or succeed.
//!
//! Source: `validatePodFailurePolicy` and `validateSuccessPolicy` in `pkg/apis/batch/validation/validation.go`.

use std::collections::HashSet;

use crate::validate::at::{At, quoted};
use crate::validate::finding::Code;
use crate::validate::meta::not_negative;
use crate::validate::names::qualified_name;

/// The most rules of a policy, and the most conditions of one rule.
const MAX_RULES: usize = 20;
/// The most exit codes of one rule.
const MAX_EXIT_CODES: usize = 255;
/// The most bytes that list indexes.
const MAX_INDEXES_SIZE: usize = 64 << 10;

/// Checks what happens when pods fail.
pub(super) fn pod_failure_policy(spec: At<'_>) {
    let at = spec.get("podFailurePolicy");
    if !at.is_set() {
        return;
    }
    let rules = at.get("rules");
    if rules.len() > MAX_RULES {
        rules.too_many(rules.len(), MAX_RULES);
    }
    let has_limit = spec.get("backoffLimitPerIndex").is_set();
    let pod = spec.get("template").get("spec");
    for rule in rules.items() {
        let action = rule.get("action");
        let actions = ["Count", "FailIndex", "FailJob", "Ignore"];
        match action.text() {
            "" => action.required("valid values: [\"Count\" \"FailIndex\" \"FailJob\" \"Ignore\"]"),
            "FailIndex" if !has_limit => {
                action.invalid("requires the backoffLimitPerIndex to be set");
            }
            text if !actions.contains(&text) => action.unsupported(&actions),
            _ => {}
        }
        let (codes, conditions) = (rule.get("onExitCodes"), rule.get("onPodConditions"));
        if codes.is_set() {
            exit_codes(codes, pod);
        }
        pod_conditions(conditions);
        let detail = match (codes.is_set(), conditions.is_empty()) {
            (true, false) => "specifying both OnExitCodes and OnPodConditions is not supported",
            (false, true) => "specifying one of OnExitCodes and OnPodConditions is required",
            _ => continue,
        };
        rule.report(&Code::INVALID, format!("Invalid value: {detail}"));
    }
}

fn pod_conditions(at: At<'_>) {
    if at.len() > MAX_RULES {
        at.too_many(at.len(), MAX_RULES);
    }
    for condition in at.items() {
        let (kind, status) = (condition.get("type"), condition.get("status"));
        kind.invalid_each(qualified_name(kind.text()));
        let supported = ["False", "True", "Unknown"];
        if !supported.contains(&status.text_or("True")) {
            status.unsupported(&supported);
        }
    }
}

fn exit_codes(at: At<'_>, pod: At<'_>) {
    let (operator, name, values) = (at.get("operator"), at.get("containerName"), at.get("values"));
    match operator.text() {
        "" => operator.required("valid values: [\"In\" \"NotIn\"]"),
        "In" | "NotIn" => {}
        _ => operator.unsupported(&["In", "NotIn"]),
    }
    let is_container = |list| {
        let mut containers = pod.get(list).items();
        containers.any(|container| container.get("name").text() == name.text())
    };
    if name.is_set() && !is_container("containers") && !is_container("initContainers") {
        name.invalid("must be one of the container or initContainer names in the pod template");
    }
    if values.is_empty() {
        values.invalid("at least one value is required");
    } else if values.len() > MAX_EXIT_CODES {
        values.too_many(values.len(), MAX_EXIT_CODES);
    }
    let mut seen = HashSet::new();
    let mut before = None;
    let mut is_ordered = true;
    for value in values.items() {
        if operator.text() == "In" && value.number() == 0 {
            value.invalid("must not be 0 for the In operator");
        }
        if !seen.insert(value.number()) {
            value.duplicate();
        }
        is_ordered &= before.is_none_or(|before| before <= value.number());
        before = Some(value.number());
    }
    if !is_ordered {
        values.invalid("must be ordered");
    }
}

/// Checks when a job has succeeded although not all of its pods have.
pub(super) fn success_policy(spec: At<'_>, is_indexed: bool, completions: Option<i64>) {
    let at = spec.get("successPolicy");
    if !at.is_set() {
        return;
    }
    if !is_indexed {
        at.invalid("requires indexed completion mode");
        return;
    }
    let rules = at.get("rules");
    if rules.is_empty() {
        let detail = "at least one rules must be specified when the successPolicy is specified";
        rules.required(detail);
    }
    if rules.len() > MAX_RULES {
        rules.too_many(rules.len(), MAX_RULES);
    }
    // An API server breaks down without completions, which it misses before.
    let completions = completions.unwrap_or(i64::MAX);
    for rule in rules.items() {
        let (count, indexes) = (rule.get("succeededCount"), rule.get("succeededIndexes"));
        if !count.is_set() && !indexes.is_set() {
            let detail = "at least one of succeededCount or succeededIndexes must be specified";
            rule.required(detail);
        }
        let mut n_indexes = 0;
        if indexes.is_set() {
            if indexes.text().len() > MAX_INDEXES_SIZE {
                indexes.too_long(MAX_INDEXES_SIZE);
            }
            match count_indexes(indexes.text(), completions) {
                Ok(n) => n_indexes = n,
                Err(error) => {
                    indexes.invalid(&format!("error parsing succeededIndexes: {error}"));
                }
            }
        }
        if !count.is_set() {
            continue;
        }
        not_negative(count);
        let at_most = |most: i64, of: &str| {
            if count.number() > most {
                count
                    .invalid(&format!("must be less than or equal to {most} (the number of {of})"));
            }
        };
        at_most(completions, "specified completions");
        if indexes.is_set() {
            at_most(n_indexes, "indexes in the specified succeededIndexes field");
        }
    }
}

/// Counts the indexes of a text like `1,3-5,7`.
fn count_indexes(text: &str, completions: i64) -> Result<i64, String> {
    if text.is_empty() {
        return Ok(0);
    }
    let mut last = None;
    let mut n_indexes = 0;
    for interval in text.split(',') {
        let mut ends = interval.split('-');
        let (first, second) = (ends.next().unwrap_or_default(), ends.next());
        if ends.next().is_some() {
            let interval = quoted(interval);
            return Err(format!(
                "the fragment {interval} violates the requirement that an index interval can have at most two parts separated by '-'"
            ));
        }
        let start = index(first, completions)?;
        let end = second.map_or(Ok(start), |second| index(second, completions))?;
        let out_of_order = match last {
            _ if second.is_some() && start >= end => Some((start, end)),
            Some(last) if last >= start => Some((last, start)),
            _ => None,
        };
        if let Some((previous, current)) = out_of_order {
            return Err(format!("non-increasing order, previous: {previous}, current: {current}"));
        }
        n_indexes += end - start + 1;
        last = Some(end);
    }
    Ok(n_indexes)
}

fn index(text: &str, completions: i64) -> Result<i64, String> {
    let digits = text.strip_prefix('+').unwrap_or(text);
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let Some(index) = digits.parse::<i64>().ok().filter(|_| is_number) else {
        return Err(format!("cannot convert string to integer for index: {}", quoted(text)));
    };
    if index >= completions {
        return Err(format!("too large index: {}", quoted(text)));
    }
    Ok(index)
}
