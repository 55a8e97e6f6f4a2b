//! `ValidatingWebhookConfiguration` and `MutatingWebhookConfiguration`.
//!
//! Source: `validateValidatingWebhook` and `validateMutatingWebhook`; `pkg/util/webhook/validation.go` of apiserver.

use std::collections::HashSet;

use super::{one_of_if_set, rule, selector, service_port, url};
use crate::validate::at::{At, quoted};
use crate::validate::names;

/// What an API server may do without asking: webhooks that change nothing else.
const SIDE_EFFECTS: &[&str] = &["None", "NoneOnDryRun"];
/// The versions of `AdmissionReview`, one of which a webhook must know.
const REVIEW_VERSIONS: &[&str] = &["v1", "v1beta1"];

/// Checks all webhooks of an object.
pub(super) fn configuration(at: At<'_>, is_mutating: bool) {
    let mut seen = HashSet::new();
    let hooks = at.get("webhooks");
    for hook in hooks.items() {
        webhook(hook, is_mutating);
        review_versions(hook.get("admissionReviewVersions"));
        let name = hook.get("name");
        if hooks.len() > 1 && !name.text().is_empty() && !seen.insert(name.text()) {
            name.duplicate();
        }
    }
}

fn webhook(hook: At<'_>, is_mutating: bool) {
    qualified_domain_name(hook.get("name"));
    hook.get("rules").items().for_each(rule::with_operations);
    one_of_if_set(hook.get("failurePolicy"), super::FAILURE_POLICIES);
    one_of_if_set(hook.get("matchPolicy"), super::MATCH_POLICIES);
    let effects = hook.get("sideEffects");
    if effects.is_set() {
        one_of_if_set(effects, SIDE_EFFECTS);
    } else {
        effects.required(&format!("must specify one of {}", SIDE_EFFECTS.join(", ")));
    }
    let timeout = hook.get("timeoutSeconds");
    if timeout.integer().is_some_and(|seconds| !(1..=30).contains(&seconds)) {
        timeout.invalid("the timeout value must be between 1 and 30 seconds");
    }
    selector(hook.get("namespaceSelector"));
    selector(hook.get("objectSelector"));
    if is_mutating {
        one_of_if_set(hook.get("reinvocationPolicy"), super::REINVOCATION_POLICIES);
    }
    let client = hook.get("clientConfig");
    let (address, service) = (client.get("url"), client.get("service"));
    match (address.is_set(), service.is_set()) {
        (true, false) => webhook_url(address),
        (false, true) => webhook_service(service),
        _ => client.required("exactly one of url or service is required"),
    }
    super::match_conditions(hook.get("matchConditions"), false);
}

/// `IsFullyQualifiedName`: a domain of three parts.
fn qualified_domain_name(at: At<'_>) {
    if at.text().is_empty() {
        at.required("");
        return;
    }
    let faults = names::dns_subdomain(at.text());
    if !faults.is_empty() {
        at.invalid(&faults.join(","));
    } else if at.text().split('.').nth(2).is_none() {
        at.invalid("should be a domain with at least three segments separated by dots");
    }
}

fn review_versions(list: At<'_>) {
    let known = REVIEW_VERSIONS.join(", ");
    if list.is_empty() {
        list.required(&format!("must specify one of {known}"));
        return;
    }
    let mut seen = HashSet::new();
    for version in list.items() {
        if list.len() > 1 && !seen.insert(version.text()) {
            version.invalid("duplicate version");
            continue;
        }
        version.invalid_each(names::dns_1035_label(version.text()));
    }
    if !list.items().any(|version| REVIEW_VERSIONS.contains(&version.text())) {
        list.invalid(&format!("must include at least one of {known}"));
    }
}

/// Judges the address of a webhook.
pub(in crate::validate::rules) fn webhook_url(at: At<'_>) {
    const FORM: &str = "; desired format: https://host[/path]";
    let url = match url::parse(at.text()) {
        Ok(url) => url,
        Err(fault) => {
            let shown = quoted(at.text());
            at.required(&format!("url must be a valid URL: parse {shown}: {fault}{FORM}"));
            return;
        }
    };
    let invalid = |part: &str, detail: &str| at.invalid_as(&quoted(part), detail);
    if !url.scheme.eq_ignore_ascii_case("https") {
        invalid(url.scheme, &format!("'https' is the only allowed URL scheme{FORM}"));
    }
    if url.host.is_empty() {
        invalid("", &format!("host must be specified{FORM}"));
    }
    if url.has_user {
        // Who is let in is nobody's business, so that it is not shown.
        invalid("", "user information is not permitted in the URL");
    }
    if !url.fragment.is_empty() {
        invalid(url.fragment, "fragments are not permitted in the URL");
    }
    if !url.query.is_empty() {
        invalid("", "query parameters are not permitted in the URL");
    }
}

/// Judges the service that a webhook is behind.
pub(in crate::validate::rules) fn webhook_service(at: At<'_>) {
    // Kubernetes asks for the two in this order, and each under the other's name.
    for (asked, called) in [("namespace", "name"), ("name", "namespace")] {
        if at.get(asked).text().is_empty() {
            at.get(called).required("");
        }
    }
    service_port(at.get("port"));
    let path = at.get("path");
    let text = path.text();
    if matches!(text, "" | "/") {
        return;
    }
    if text == "//" {
        path.invalid("segment[0] may not be empty");
        return;
    }
    if !text.starts_with('/') {
        path.invalid("must start with a '/'");
    }
    let mut rest = text.chars();
    rest.next();
    let rest = rest.as_str();
    for (index, segment) in rest.strip_suffix('/').unwrap_or(rest).split('/').enumerate() {
        if segment.is_empty() {
            path.invalid(&format!("segment[{index}] may not be empty"));
            continue;
        }
        for fault in names::dns_subdomain(segment) {
            path.invalid(&format!("segment[{index}]: {fault}"));
        }
    }
}
