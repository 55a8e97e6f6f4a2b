//! What containers and pods ask for: processors, memory, and what else nodes have.
//!
//! Source: `validateResourceRequirements` in `pkg/apis/core/validation/validation.go`; names and sums are in
//! `pkg/apis/core/helper` and `k8s.io/component-helpers/resource`.

use std::collections::BTreeMap;

use super::Whole;
use crate::validate::at::{At, quoted, shown};
use crate::validate::finding::Code;
use crate::validate::names::{dns_label, qualified_name};
use crate::validate::quantity::{self, Quantity};
use crate::validate::seen::Seen;

/// The names without a domain that there are, beside those that are counted.
const MEASURED: [&str; 11] = [
    "cpu",
    "memory",
    "ephemeral-storage",
    "requests.cpu",
    "requests.memory",
    "requests.ephemeral-storage",
    "limits.cpu",
    "limits.memory",
    "limits.ephemeral-storage",
    "storage",
    "requests.storage",
];

/// Those that are counted.
const COUNTED: [&str; 9] = [
    "pods",
    "resourcequotas",
    "services",
    "replicationcontrollers",
    "secrets",
    "configmaps",
    "persistentvolumeclaims",
    "services.nodeports",
    "services.loadbalancers",
];

/// Tells whether a resource is one of those without a domain, large pages aside.
pub(in crate::validate::rules) fn is_standard_resource(name: &str) -> bool {
    MEASURED.contains(&name) || COUNTED.contains(&name)
}

/// Tells whether a resource is large pages of memory.
pub(in crate::validate::rules) fn is_hugepages(name: &str) -> bool {
    name.starts_with("hugepages-")
}

/// Tells whether a resource is Kubernetes' own.
fn is_native(name: &str) -> bool {
    !name.contains('/') || name.contains("kubernetes.io/")
}

/// Tells whether a resource is one that others add to nodes.
pub(in crate::validate::rules) fn is_extended_resource(name: &str) -> bool {
    !is_native(name)
        && !name.starts_with("requests.")
        && qualified_name(&format!("requests.{name}")).is_empty()
}

/// Tells whether a resource is counted.
pub(in crate::validate::rules) fn is_integer_resource(name: &str) -> bool {
    COUNTED.contains(&name) || is_extended_resource(name)
}

/// Tells whether less of a resource may be asked for than may be used.
pub(in crate::validate::rules) fn is_overcommit_allowed(name: &str) -> bool {
    is_native(name) && !is_hugepages(name)
}

/// Checks the name of a resource. Gives whether nothing is wrong.
pub(in crate::validate::rules) fn resource_name(at: At<'_>, name: &str) -> bool {
    let faults = qualified_name(name);
    if !faults.is_empty() {
        at.invalid_key(name, faults);
        return false;
    }
    let is_known = name.contains('/')
        || is_standard_resource(name)
        || is_hugepages(name)
        || name.starts_with("requests.hugepages-");
    if !is_known {
        at.invalid_as(&quoted(name), "must be a standard resource type or fully qualified");
    }
    is_known
}

/// Checks the name of a resource that containers ask for.
pub(in crate::validate::rules) fn container_resource_name(at: At<'_>, name: &str) {
    if matches!(name, "cpu" | "memory" | "ephemeral-storage") {
        return;
    }
    resource_name(at, name);
    if !name.contains('/') {
        if !is_hugepages(name) {
            at.invalid_as(&quoted(name), "must be a standard resource for containers");
        }
    } else if !is_native(name) && !is_extended_resource(name) {
        at.invalid_as(&quoted(name), "doesn't follow extended resource name standard");
    }
}

/// Checks the name of a resource that pods as a whole ask for.
fn pod_resource_name(at: At<'_>, name: &str) {
    let is_supported = matches!(name, "cpu" | "memory") || is_hugepages(name);
    if resource_name(at, name) && !is_supported {
        let supported = "supported values: \"cpu\", \"hugepages-\", \"memory\"";
        at.report(&Code::UNSUPPORTED, format!("Unsupported value: {}: {supported}", quoted(name)));
    }
}

/// Checks an amount of a resource.
pub(in crate::validate::rules) fn resource_quantity(at: At<'_>, name: &str) {
    let amount = rounded(at);
    if amount < Quantity::ZERO {
        at.invalid_as(&as_text(at), "must be greater than or equal to 0");
    }
    if !amount.is_whole() && is_integer_resource(name) {
        at.invalid_as(&as_text(at), "must be an integer");
    }
}

/// Gives an amount as Kubernetes keeps it.
fn rounded(at: At<'_>) -> Quantity {
    at.quantity().unwrap_or(Quantity::ZERO).in_milli()
}

/// Checks what a container asks for.
pub(super) fn container_resources(at: At<'_>, whole: &Whole<'_>) {
    if !at.is_set() {
        return;
    }
    let (requests, limits) = (at.get("requests"), at.get("limits"));
    let used = amounts(limits, container_resource_name);
    let asked = asked_within(requests, limits, container_resource_name);
    if used | asked == Kinds::PAGES {
        at.forbidden("HugePages require cpu or memory");
    }
    // Before 1.34 they are dropped.
    if whole.minor() >= 34 {
        claims(at.get("claims"), whole);
    }
}

/// Checks what a pod asks for beyond its containers.
pub(in crate::validate::rules) fn overhead(at: At<'_>) {
    let limits = at.called(at.get("limits"));
    if amounts(limits, container_resource_name) == Kinds::PAGES {
        at.forbidden("HugePages require cpu or memory");
    }
}

/// Of which kinds resources are: large pages, and what those cannot be without.
struct Kinds;

impl Kinds {
    const PAGES: u8 = 1;
    const BASE: u8 = 2;

    fn of(name: &str) -> u8 {
        match name {
            "cpu" | "memory" => Self::BASE,
            name if is_hugepages(name) => Self::PAGES,
            _ => 0,
        }
    }
}

/// Checks names and amounts.
fn amounts(at: At<'_>, check_name: fn(At<'_>, &str)) -> u8 {
    let mut kinds = 0;
    for (name, amount) in at.entries() {
        check_name(amount, name);
        resource_quantity(amount, name);
        whole_pages(amount, name);
        kinds |= Kinds::of(name);
    }
    kinds
}

/// Checks what is asked for, and that it is no more than may be used.
fn asked_within(requests: At<'_>, limits: At<'_>, check_name: fn(At<'_>, &str)) -> u8 {
    let mut kinds = 0;
    for (name, amount) in requests.entries() {
        check_name(amount, name);
        resource_quantity(amount, name);
        let said = |text: String| amount.called(requests).invalid_as(&as_text(amount), &text);
        let limit = limits.node().and_then(|node| node.get(name)).map(|_| limits.key(name));
        let is_fixed = !is_overcommit_allowed(name);
        let written = |limit| as_text(limit).trim_matches('"').to_owned();
        match limit {
            Some(limit) if is_fixed && rounded(amount) != rounded(limit) => {
                said(format!("must be equal to {name} limit of {}", written(limit)));
            }
            Some(limit) if !is_fixed && rounded(amount) > rounded(limit) => {
                said(format!("must be less than or equal to {name} limit of {}", written(limit)));
            }
            None if is_fixed => {
                limits.required("Limit must be set for non overcommitable resources");
            }
            _ => {}
        }
        whole_pages(amount, name);
        kinds |= Kinds::of(name);
    }
    kinds
}

/// Writes an amount as a text in quotes.
fn as_text(at: At<'_>) -> String {
    if !at.is_set() {
        return quoted("0");
    }
    let shown = shown(at.node());
    if shown.starts_with('"') { shown } else { quoted(&shown) }
}

/// Refuses a part of a large page.
fn whole_pages(at: At<'_>, name: &str) {
    let Some(size) = name.strip_prefix("hugepages-") else { return };
    let size = quantity::parse(size).ok().filter(|size| size.in_milli().is_whole());
    if !size.is_some_and(|size| rounded(at).is_multiple_of(size)) {
        let amount = as_text(at);
        let text =
            format!("{} is not positive integer multiple of {name}", amount.trim_matches('"'));
        at.invalid_as(&amount, &text);
    }
}

/// Checks which claims of its pod a container uses.
fn claims(at: At<'_>, whole: &Whole<'_>) {
    let (mut alone, mut used) = (Seen::default(), Seen::default());
    let mut by_request = std::collections::HashSet::new();
    for claim in at.items() {
        let (name, request) = (claim.get("name"), claim.get("request"));
        let duplicate = |text: &str| {
            claim.report(&Code::DUPLICATE, format!("Duplicate value: {}", quoted(text)));
        };
        let text = name.text();
        if text.is_empty() {
            claim.required("");
            continue;
        }
        if alone.has(text) {
            duplicate(text);
        } else if request.text().is_empty() {
            if used.has(text) {
                duplicate(text);
            }
            alone.note(text);
        } else {
            request.invalid_each(dns_label(request.text()));
            if !by_request.insert((text, request.text())) {
                duplicate(&format!("{text}/{}", request.text()));
            }
            used.note(text);
        }
        if !whole.claims.has(text) {
            let mut detail = "must be one of the names in pod.spec.resourceClaims".to_owned();
            if whole.claims.is_empty() {
                detail.push_str(" which is empty");
            }
            claim.report(&Code::NOT_FOUND, format!("Not found: {}: {detail}", quoted(text)));
        }
    }
}

/// Checks what a pod as a whole asks for.
pub(super) fn pod_resources(whole: &Whole<'_>) {
    let at = whole.spec.get("resources");
    if !at.is_set() {
        return;
    }
    if whole.is_for_windows() {
        at.forbidden("may not be set for a windows pod");
        return;
    }
    if at.get("claims").is_set() {
        at.get("claims").forbidden("claims may not be set for Resources at pod-level");
    }
    let (requests, limits) = (at.get("requests"), at.get("limits"));
    let used = amounts(limits, pod_resource_name);
    let asked = asked_within(requests, limits, pod_resource_name);
    if used | asked == Kinds::PAGES {
        at.forbidden("HugePages require cpu or memory");
    }
    claims(at.get("claims"), whole);
    covers_containers(whole, at);
}

/// What is summed up, by name.
type Sums<'a> = BTreeMap<&'a str, Quantity>;

fn add<'a>(sums: &mut Sums<'a>, amounts: impl Iterator<Item = (&'a str, Quantity)>) {
    for (name, amount) in amounts {
        let sum = sums.entry(name).or_insert(Quantity::ZERO);
        *sum = sum.plus(amount);
    }
}

/// Gives what a container asks for, or may use; in a pod it asks for what it may use, if it does not say.
fn of_container<'a>(container: At<'a>, name: &'static str, is_pod: bool) -> Sums<'a> {
    let resources = container.get("resources");
    let mut amounts = Sums::new();
    if is_pod && name == "requests" {
        let limits = resources.get("limits").entries();
        amounts.extend(limits.map(|(name, at)| (name, rounded(at))));
    }
    amounts.extend(resources.get(name).entries().map(|(name, at)| (name, rounded(at))));
    amounts
}

/// Sums up what the containers of a pod ask for or may use at the same time.
fn of_containers<'a>(whole: &Whole<'a>, name: &'static str) -> Sums<'a> {
    let mut sums = Sums::new();
    for container in whole.spec.get("containers").items() {
        add(&mut sums, of_container(container, name, whole.is_pod).into_iter());
    }
    let (mut sidecars, mut most) = (Sums::new(), Sums::new());
    for container in whole.spec.get("initContainers").items() {
        let mut now = of_container(container, name, whole.is_pod);
        if container.get("restartPolicy").text() == "Always" {
            add(&mut sums, now.iter().map(|(name, amount)| (*name, *amount)));
            add(&mut sidecars, now.into_iter());
            now = sidecars.clone();
        } else {
            add(&mut now, sidecars.iter().map(|(name, amount)| (*name, *amount)));
        }
        for (name, amount) in now {
            let entry = most.entry(name).or_insert(amount);
            *entry = (*entry).max(amount);
        }
    }
    for (name, amount) in most {
        let entry = sums.entry(name).or_insert(amount);
        *entry = (*entry).max(amount);
    }
    sums
}

/// Checks that a pod asks for no less than its containers, and that they may not use more than it.
fn covers_containers(whole: &Whole<'_>, at: At<'_>) {
    let (requests, limits) = (at.get("requests"), at.get("limits"));
    let given = |at: At<'_>, name: &str| at.node().is_some_and(|node| node.get(name).is_some());
    let asked = of_containers(whole, "requests");
    for (name, amount) in &asked {
        if given(requests, name) && *amount > rounded(requests.key(name)) {
            let text = "must be greater than or equal to aggregate container requests";
            requests.key(name).invalid(text);
        } else if whole.is_pod
            && !given(requests, name)
            && given(limits, name)
            && matches!(*name, "cpu" | "memory")
            && *amount > rounded(limits.key(name))
        {
            // The pod asks for what its containers do, which is more than it may use.
            let text = format!("must be less than or equal to {name} limit");
            requests.invalid_as(&quoted(name), &text);
        } else if whole.is_pod
            && !given(requests, name)
            && given(limits, name)
            && is_hugepages(name)
            && *amount > rounded(limits.key(name))
        {
            let text = "must be greater than or equal to aggregate container requests";
            requests.key(name).invalid_as(&quoted(name), text);
        }
    }
    for (name, amount) in of_containers(whole, "limits") {
        if is_hugepages(name) && given(limits, name) && amount > rounded(limits.key(name)) {
            let text = "must be greater than or equal to aggregate container limits";
            limits.key(name).invalid(text);
        }
    }
    for (index, container) in whole.spec.get("containers").items().enumerate() {
        for (name, limit) in container.get("resources").get("limits").entries() {
            if given(limits, name) && rounded(limit) > rounded(limits.key(name)) {
                let in_paths = at.get("containers").index(index).key(name).get("limits");
                let text = format!(
                    "must be less than or equal to pod limits of {}",
                    as_text(limits.key(name)).trim_matches('"')
                );
                limit.called(in_paths).invalid(&text);
            }
        }
    }
}
