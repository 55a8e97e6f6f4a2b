//! `FlowSchema` and `PriorityLevelConfiguration`: which requests an API server answers first.
//!
//! Source: `pkg/apis/flowcontrol/validation/validation.go`.

use std::collections::HashSet;

use crate::validate::at::{At, quoted};
use crate::validate::names::{NameRule, dns_label, in_range};

/// The largest precedence of a schema.
const MAX_PRECEDENCE: i64 = 10_000;
/// The most queues of a priority level.
const MAX_QUEUES: i64 = 10_000_000;
/// How many bits a hand of queues may take.
const MAX_HASH_BITS: i64 = 60;

const VERBS: [&str; 9] =
    ["create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"];

/// Checks a flow schema.
pub(super) fn schema(at: At<'_>) {
    let (name, spec) = (at.get("metadata").get("name").text(), at.get("spec"));
    let precedence = spec.get("matchingPrecedence");
    if precedence.number() < 0 {
        precedence.invalid("must be a positive value");
    }
    if precedence.number() > MAX_PRECEDENCE {
        precedence.invalid(&format!("must not be greater than {MAX_PRECEDENCE}"));
    }
    if precedence.number() == 1 && name != "exempt" {
        precedence.invalid("only the schema named 'exempt' may have matchingPrecedence 1");
    }
    let method = spec.get("distinguisherMethod");
    let kind = method.get("type");
    if method.is_set() && !matches!(kind.text(), "ByNamespace" | "ByUser") {
        kind.unsupported(&["ByNamespace", "ByUser"]);
    }
    let level = spec.get("priorityLevelConfiguration").get("name");
    if level.text().is_empty() {
        level.required("must reference a priority level");
    } else {
        level.invalid_each(NameRule::Subdomain.faults(level.text(), false));
    }
    for rule in spec.get("rules").items() {
        let subjects = rule.get("subjects");
        if subjects.is_empty() {
            subjects.required("subjects must contain at least one value");
        }
        subjects.items().for_each(subject);
        let (resources, others) = (rule.get("resourceRules"), rule.get("nonResourceRules"));
        if resources.is_empty() && others.is_empty() {
            let detail = "at least one of resourceRules and nonResourceRules has to be non-empty";
            rule.required(detail);
        }
        resources.items().for_each(resource_rule);
        others.items().for_each(other_rule);
    }
    conditions(at);
}

fn conditions(at: At<'_>) {
    let mut seen = HashSet::new();
    for condition in at.get("status").get("conditions").items() {
        let kind = condition.get("type");
        if !seen.insert(kind.text()) {
            kind.duplicate();
        }
        if kind.text().is_empty() {
            kind.required("");
        }
    }
}

fn subject(at: At<'_>) {
    let kinds = [("ServiceAccount", "serviceAccount"), ("User", "user"), ("Group", "group")];
    let kind = at.get("kind");
    if !kinds.iter().any(|(name, _)| *name == kind.text()) {
        kind.unsupported(&["Group", "ServiceAccount", "User"]);
        return;
    }
    for (name, field) in kinds {
        let given = at.get(field);
        if name != kind.text() {
            if given.is_set() {
                let detail = format!("{field} is forbidden when subject kind is not '{name}'");
                given.forbidden(&detail);
            }
            continue;
        }
        if !given.is_set() {
            given.required(&format!("{field} is required when subject kind is '{name}'"));
            continue;
        }
        let named = given.get("name");
        if named.text().is_empty() {
            named.required("");
        } else if name == "ServiceAccount" && named.text() != "*" {
            named.invalid_each(NameRule::Subdomain.faults(named.text(), false));
        }
        if name == "ServiceAccount" {
            let namespace = given.get("namespace");
            if namespace.text().is_empty() {
                namespace.required("must specify namespace for service account");
            } else {
                namespace.invalid_each(dns_label(namespace.text()));
            }
        }
    }
}

fn has_wildcard(at: At<'_>) -> bool {
    at.items().any(|item| item.text() == "*")
}

fn verbs(at: At<'_>) {
    if at.is_empty() {
        at.required("verbs must contain at least one value");
    } else if has_wildcard(at) {
        if at.len() > 1 {
            at.invalid("if '*' is present, must not specify other verbs");
        }
    } else if !at.items().all(|verb| VERBS.contains(&verb.text())) {
        at.unsupported(&VERBS);
    }
}

/// Checks a list that is not empty, and whose wildcard stands alone.
fn wildcard_alone(at: At<'_>, if_empty: &str, others: &str) {
    if at.is_empty() {
        at.required(if_empty);
    } else if at.len() > 1 && has_wildcard(at) {
        at.invalid(&format!("if '*' is present, must not specify other {others}"));
    }
}

fn resource_rule(at: At<'_>) {
    verbs(at.get("verbs"));
    let groups = "resource rules must supply at least one api group";
    wildcard_alone(at.get("apiGroups"), groups, "api groups");
    let resources = "resource rules must supply at least one resource";
    wildcard_alone(at.get("resources"), resources, "resources");
    let namespaces = at.get("namespaces");
    if namespaces.is_empty() {
        if !at.get("clusterScope").is_true() {
            let detail =
                "resource rules that are not cluster scoped must supply at least one namespace";
            namespaces.required(detail);
        }
    } else if has_wildcard(namespaces) {
        if namespaces.len() > 1 {
            namespaces.invalid("if '*' is present, must not specify other namespaces");
        }
    } else {
        for namespace in namespaces.items() {
            for fault in dns_label(namespace.text()) {
                let detail =
                    format!("each member of this list must be '*' or a DNS-1123 label; {fault}");
                namespace.invalid(&detail);
            }
        }
    }
}

fn other_rule(at: At<'_>) {
    verbs(at.get("verbs"));
    let urls = at.get("nonResourceURLs");
    let if_empty = "nonResourceURLs must contain at least one value";
    wildcard_alone(urls, if_empty, "non-resource URLs");
    if has_wildcard(urls) {
        return;
    }
    for url in urls.items() {
        if let Some(fault) = url_fault(url.text()) {
            url.invalid_as(&quoted(url.text()), fault);
        }
    }
}

fn url_fault(path: &str) -> Option<&'static str> {
    let n_wildcards = path.matches('*').count();
    match path {
        "" => Some("must not be empty"),
        "/" => None,
        _ if !path.starts_with('/') => Some("must start with slash"),
        _ if path.contains(' ') => Some("must not contain white-space"),
        _ if path.contains("//") => Some("must not contain double slash"),
        _ if n_wildcards > 1 || n_wildcards == 1 && !path.ends_with("/*") => {
            Some("wildcard can only do suffix matching")
        }
        _ => None,
    }
}

/// Checks a priority level.
pub(super) fn priority_level(at: At<'_>) {
    let (metadata, spec) = (at.get("metadata"), at.get("spec"));
    let zero = "flowcontrol.k8s.io/v1beta3-preserve-zero-concurrency-shares";
    let annotations = metadata.get("annotations");
    if annotations.text_of(zero).is_some() {
        annotations.forbidden(&format!("annotation '{zero}' is forbidden"));
    }
    let (kind, limited, exempt) = (spec.get("type"), spec.get("limited"), spec.get("exempt"));
    let is_named = metadata.get("name").text() == "exempt";
    if is_named != (kind.text() == "Exempt") {
        let detail = "must be 'Exempt' if and only if `name` is 'exempt'";
        kind.invalid_as(&quoted(kind.text()), detail);
    }
    match kind.text() {
        "Exempt" => {
            if limited.is_set() {
                limited.forbidden("must be nil if the type is not Limited");
            }
            shares(exempt);
        }
        "Limited" => {
            if exempt.is_set() {
                exempt.forbidden("must be nil if the type is Limited");
            }
            if limited.is_set() {
                limited_level(limited);
            } else {
                limited.required("must not be empty when type is Limited");
            }
        }
        _ => kind.unsupported(&["Exempt", "Limited"]),
    }
    conditions(at);
}

fn shares(at: At<'_>) {
    let shares = at.get("nominalConcurrencyShares");
    if shares.number() < 0 {
        shares.invalid("must be a non-negative integer");
    }
    let lendable = at.get("lendablePercent");
    lendable.invalid_each(in_range(lendable.number(), 0, 100));
}

fn limited_level(at: At<'_>) {
    shares(at);
    let borrowing = at.get("borrowingLimitPercent");
    if borrowing.number() < 0 {
        borrowing.invalid("if specified, must be a non-negative integer");
    }
    let response = at.get("limitResponse");
    let (kind, queuing) = (response.get("type"), response.get("queuing"));
    match kind.text() {
        "Reject" => {
            if queuing.is_set() {
                queuing.forbidden("must be nil if limited.limitResponse.type is not Limited");
            }
        }
        "Queue" => {
            if queuing.is_set() {
                self::queuing(queuing);
            } else {
                queuing.required("must not be empty if limited.limitResponse.type is Limited");
            }
        }
        _ => kind.unsupported(&["Queue", "Reject"]),
    }
}

fn queuing(at: At<'_>) {
    let number = |name, default| match at.get(name).number() {
        0 => default,
        number => number,
    };
    let (queues, hand) = (at.get("queues"), at.get("handSize"));
    let (n_queues, n_hand) = (number("queues", 64), number("handSize", 8));
    if number("queueLengthLimit", 50) <= 0 {
        at.get("queueLengthLimit").invalid("must be positive");
    }
    if n_queues <= 0 {
        queues.invalid("must be positive");
    } else if n_queues > MAX_QUEUES {
        queues.invalid(&format!("must not be greater than {MAX_QUEUES}"));
    }
    let shown = n_hand.to_string();
    if n_hand <= 0 {
        hand.invalid("must be positive");
    } else if n_hand > n_queues {
        hand.invalid_as(&shown, &format!("should not be greater than queues ({n_queues})"));
    } else if hash_bits(n_queues, n_hand) > MAX_HASH_BITS {
        hand.invalid_as(
            &shown,
            &format!(
                "required entropy bits of deckSize {n_queues} and handSize {n_hand} should not be greater than {MAX_HASH_BITS}"
            ),
        );
    }
}

/// Computes how many bits tell the hands of a deck of queues apart.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "Kubernetes computes with floats, too; there are few queues"
)]
fn hash_bits(deck: i64, hand: i64) -> i64 {
    ((deck as f64).log2() * hand as f64).ceil() as i64
}
