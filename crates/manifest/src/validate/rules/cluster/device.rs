//! Devices that pods can claim: `DeviceClass`, `ResourceClaim`, `ResourceClaimTemplate`, `ResourceSlice`.
//!
//! Types of expressions that select devices are not checked. The oldest versions of the API, where requests have another
//! form, are not looked into: they are off unless asked for.
//!
//! Source: `pkg/apis/resource/validation/validation.go`.

use std::collections::{HashMap, HashSet};

use super::pod;
use crate::document::Content;
use crate::validate::at::{At, quoted};
use crate::validate::cel::{Environment, NotCompiled, Program};
use crate::validate::finding::Code;
use crate::validate::meta;
use crate::validate::names::{
    self, NameRule, dns_label, dns_subdomain, identifier, qualified_name,
};
use crate::validate::rules::admission::{Type, certain_type};
use crate::validate::rules::pod::volume::csi_driver_name;

/// The most requests, constraints, selectors or configurations there are in one list.
const MAX_ITEMS: usize = 32;
/// The most alternatives of a request.
const MAX_ALTERNATIVES: usize = 8;
/// The most devices of a slice.
const MAX_DEVICES: usize = 128;
/// The most bytes of an expression, and of the parameters of a driver.
const MAX_SIZE: usize = 10 << 10;
/// The most bytes of the name of an attribute.
const MAX_IDENTIFIER: usize = 32;
/// The most bytes of an attribute's value.
const MAX_VALUE: usize = 64;

const ONE_REQUEST: &str = "exactly one of `exactly` or `firstAvailable` is required";
const REQUEST_NAME: &str = "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'";

/// Tells whether an object is of a version whose requests have today's form.
fn is_current(at: At<'_>) -> bool {
    matches!(at.get("apiVersion").text(), "resource.k8s.io/v1" | "resource.k8s.io/v1beta2")
}

/// Checks a class.
pub(super) fn class(at: At<'_>) {
    let spec = at.get("spec");
    selectors(spec.get("selectors"));
    let configurations = spec.get("config");
    configurations.items().for_each(configuration);
    at_most(configurations, MAX_ITEMS);
    let name = spec.get("extendedResourceName");
    // Before 1.36 the field is dropped, unless a feature is turned on.
    let is_on = spec.minor().number() >= 36;
    if is_on && name.is_set() && !pod::is_extended_resource(name.text()) {
        name.invalid("must be a valid extended resource name");
    }
}

/// Checks a claim.
pub(super) fn claim(at: At<'_>) {
    if is_current(at) {
        devices(at.get("spec").get("devices"));
    }
}

/// Checks a template of claims.
pub(super) fn template(at: At<'_>) {
    if is_current(at) {
        meta::claim_metadata(at.get("spec").get("metadata"));
        devices(at.get("spec").get("spec").get("devices"));
    }
}

fn at_most(at: At<'_>, maximum: usize) {
    if at.len() > maximum {
        at.too_many(at.len(), maximum);
    }
}

fn devices(at: At<'_>) {
    let requests = at.get("requests");
    let mut names: HashMap<&str, HashSet<&str>> = HashMap::new();
    for request in requests.items() {
        request_of_devices(request);
        let alternatives = request.get("firstAvailable").items();
        let alternatives = alternatives.map(|request| request.get("name").text()).collect();
        if names.insert(request.get("name").text(), alternatives).is_some() {
            request.get("name").duplicate();
        }
    }
    at_most(requests, MAX_ITEMS);
    let constraints = at.get("constraints");
    for constraint in constraints.items() {
        request_names(constraint.get("requests"), &names);
        let (same, distinct) =
            (constraint.get("matchAttribute"), constraint.get("distinctAttribute"));
        // Before 1.36 the second field stays in the object but cannot be used.
        if same.is_set() {
            attribute_name(same, same.text(), true);
        } else if distinct.is_set() {
            attribute_name(distinct, distinct.text(), true);
        } else if at.minor().number() >= 36 {
            constraint.required("exactly one of \"matchAttribute\" or \"distinctAttribute\" is required, but multiple fields are set");
        } else {
            same.required("");
        }
    }
    at_most(constraints, MAX_ITEMS);
    let configurations = at.get("config");
    for of_request in configurations.items() {
        request_names(of_request.get("requests"), &names);
        configuration(of_request);
    }
    at_most(configurations, MAX_ITEMS);
}

fn request_names(at: At<'_>, names: &HashMap<&str, HashSet<&str>>) {
    let mut seen = HashSet::new();
    for name in at.items() {
        let text = name.text();
        if !seen.insert(text) {
            name.duplicate();
        }
        let (request, alternative) = match text.split_once('/') {
            Some((request, alternative)) => (request, Some(alternative)),
            None => (text, None),
        };
        if alternative.is_some_and(|alternative| alternative.contains('/')) {
            name.invalid(REQUEST_NAME);
            continue;
        }
        for part in [Some(request), alternative].into_iter().flatten() {
            for fault in dns_label(part) {
                name.invalid_as(&quoted(part), &fault);
            }
        }
        let is_known = names.get(request).is_some_and(|alternatives| {
            alternative.is_none_or(|alternative| alternatives.contains(alternative))
        });
        if !is_known {
            name.invalid(REQUEST_NAME);
        }
    }
    at_most(at, MAX_ITEMS);
}

fn request_of_devices(at: At<'_>) {
    let name = at.get("name");
    name.invalid_each(dns_label(name.text()));
    let (exactly, alternatives) = (at.get("exactly"), at.get("firstAvailable"));
    let mut seen = HashSet::new();
    for alternative in alternatives.items() {
        let name = alternative.get("name");
        name.invalid_each(dns_label(name.text()));
        if !seen.insert(name.text()) {
            name.duplicate();
        }
        wanted(alternative);
    }
    at_most(alternatives, MAX_ALTERNATIVES);
    if exactly.is_set() {
        wanted(exactly);
    }
    match (exactly.is_set(), alternatives.is_empty()) {
        (false, true) => at.required(ONE_REQUEST),
        (true, false) => {
            at.invalid_as("null", &format!("{ONE_REQUEST}, but multiple fields are set"));
        }
        _ => {}
    }
}

/// Checks which devices a request wants, and how many.
fn wanted(at: At<'_>) {
    meta::object_name(at.get("deviceClassName"), NameRule::Subdomain);
    selectors(at.get("selectors"));
    let (mode, count) = (at.get("allocationMode"), at.get("count"));
    match mode.text_or("ExactCount") {
        "All" => {
            if count.number() != 0 {
                count.invalid("must not be specified when allocationMode is 'All'");
            }
        }
        "ExactCount" => {
            if count.number() < 0 {
                count.invalid("must be greater than zero");
            }
        }
        _ => mode.unsupported(&["All", "ExactCount"]),
    }
    // Before 1.36 taints of devices are a feature that is off, but tolerations are looked at.
    for toleration in at.get("tolerations").items() {
        let (key, operator) = (toleration.get("key"), toleration.get("operator"));
        let (value, effect) = (toleration.get("value"), toleration.get("effect"));
        if !key.text().is_empty() {
            key.invalid_each(qualified_name(key.text()));
        }
        match operator.text_or("Equal") {
            "Exists" => {
                if !value.text().is_empty() {
                    value.invalid("must be empty for operator `Exists`");
                }
            }
            "Equal" => value.invalid_each(names::label_value(value.text())),
            _ => operator.unsupported(&["Equal", "Exists"]),
        }
        match effect.text() {
            "" | "NoSchedule" | "NoExecute" => {}
            "None" if at.minor().number() >= 35 => {}
            _ => effect.unsupported(&["NoExecute", "NoSchedule"]),
        }
    }
}

fn selectors(at: At<'_>) {
    for selector in at.items() {
        let language = selector.get("cel");
        let expression = language.get("expression");
        if !language.is_set() {
            language.required("");
        } else if expression.text().len() > MAX_SIZE {
            expression.too_long(MAX_SIZE);
        } else if !expression.text().contains("cel.bind(") {
            // What binds names may be right, and is not looked into.
            truth(expression);
        }
    }
    at_most(at, MAX_ITEMS);
}

/// Checks an expression that tells whether a device will do.
fn truth(at: At<'_>) {
    let refuse = |detail: &str| at.invalid_as(&quoted(at.text()), detail);
    match Program::compile(at.text(), Environment::Device) {
        Err(NotCompiled::TooLarge) => {}
        Err(NotCompiled::Refused(fault)) => refuse(&format!("compilation failed: {fault}")),
        Ok(program) => match certain_type(&program) {
            Err(fault) => refuse(&format!("compilation failed: {fault}")),
            Ok(found) if !found.may_be(Type::Bool) => {
                let found = found.name();
                refuse(&format!("must evaluate to bool or the unknown type, not {found}"));
            }
            Ok(_) => {}
        },
    }
}

fn configuration(at: At<'_>) {
    let opaque = at.get("opaque");
    if !opaque.is_set() {
        opaque.required("");
        return;
    }
    csi_driver_name(opaque.get("driver"));
    let parameters = opaque.get("parameters");
    match parameters.node().map(|node| &node.content) {
        None | Some(Content::Null) => parameters.required(""),
        Some(Content::Map(_)) => {}
        Some(_) => parameters.invalid_as("\"<value omitted>\"", "must be a valid JSON object"),
    }
}

/// Checks the name of an attribute: `name`, or `example.com/name`.
fn attribute_name(at: At<'_>, text: &str, must_have_domain: bool) {
    if text.is_empty() {
        at.required("name required");
        return;
    }
    let (domain, name) = match text.split_once('/') {
        Some((_, name)) if name.contains('/') => return,
        Some((domain, name)) => (Some(domain), name),
        None => (None, text),
    };
    if let Some(domain) = domain {
        if domain.is_empty() {
            at.required("the domain must not be empty");
        } else {
            if domain.len() > names::MAX_LABEL {
                at.too_long(names::MAX_LABEL);
            }
            for fault in dns_subdomain(&domain.to_lowercase()) {
                at.invalid_as(&quoted(domain), &fault);
            }
        }
    } else if must_have_domain {
        at.invalid_as(&quoted(text), "must include a domain");
    }
    if name.is_empty() {
        at.required("the name must not be empty");
        return;
    }
    if name.len() > MAX_IDENTIFIER {
        at.too_long(MAX_IDENTIFIER);
    }
    for fault in identifier(name) {
        at.invalid_as(&quoted(name), &fault);
    }
}

/// Checks a slice of the devices of a driver.
pub(super) fn slice(at: At<'_>) {
    if !is_current(at) {
        return;
    }
    let spec = at.get("spec");
    csi_driver_name(spec.get("driver"));
    let pool = spec.get("pool");
    pool_name(pool.get("name"));
    let (count, generation) = (pool.get("resourceSliceCount"), pool.get("generation"));
    if count.number() <= 0 {
        count.invalid_as(&count.number().to_string(), "must be greater than zero");
    }
    if generation.number() < 0 {
        generation.invalid("must be greater than or equal to zero");
    }
    nodes(spec);
    let devices = spec.get("devices");
    let mut seen = HashSet::new();
    for device in devices.items() {
        let name = device.get("name");
        name.invalid_each(dns_label(name.text()));
        if !seen.insert(name.text()) {
            name.duplicate();
        }
        attributes(device);
    }
    at_most(devices, MAX_DEVICES);
}

fn pool_name(at: At<'_>) {
    if at.text().is_empty() {
        at.required("");
        return;
    }
    if at.text().len() > names::MAX_SUBDOMAIN {
        at.too_long(names::MAX_SUBDOMAIN);
    }
    for part in at.text().split('/') {
        for fault in dns_subdomain(part) {
            at.invalid_as(&quoted(part), &fault);
        }
    }
}

/// Checks by which nodes the devices of a slice can be reached.
fn nodes(spec: At<'_>) {
    let (name, selector) = (spec.get("nodeName"), spec.get("nodeSelector"));
    let mut given = Vec::new();
    if name.is_set() {
        if name.text().is_empty() {
            name.invalid("must be either unset or set to a non-empty string");
        } else {
            given.push("`nodeName`");
            name.invalid_each(dns_subdomain(name.text()));
        }
    }
    if selector.is_set() {
        given.push("`nodeSelector`");
        pod::node_selector(selector);
        let terms = selector.get("nodeSelectorTerms");
        if terms.len() != 1 {
            terms.invalid("must have exactly one node selector term");
        }
    }
    for (field, shown, since) in
        [("allNodes", "`allNodes`", 0), ("perDeviceNodeSelection", "`perDeviceNodeSelection`", 36)]
    {
        let at = spec.get(field);
        // What a feature that is off brings is dropped.
        if !at.is_set() || spec.minor().number() < since {
            continue;
        }
        if at.is_true() {
            given.push(shown);
        } else {
            at.invalid("must be either unset or set to true");
        }
    }
    let one = "exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required";
    match given.len() {
        0 => spec.required(one),
        1 => {}
        _ => {
            let given = quoted(&format!("{{{}}}", given.join(", ")));
            spec.invalid_as(&given, &format!("{one}, but multiple fields are set"));
        }
    }
}

fn attributes(device: At<'_>) {
    let (attributes, capacity) = (device.get("attributes"), device.get("capacity"));
    let n_entries = attributes.len() + capacity.len();
    if n_entries > MAX_ITEMS {
        let detail =
            format!("the total number of attributes and capacities must not exceed {MAX_ITEMS}");
        device.invalid_as(&n_entries.to_string(), &detail);
    }
    for (name, attribute) in attributes.entries() {
        attribute_name(attribute, name, false);
        let (text, version) = (attribute.get("string"), attribute.get("version"));
        if text.text().len() > MAX_VALUE {
            text.too_long(MAX_VALUE);
        }
        if version.is_set() && !is_semantic(version.text()) {
            version.invalid("must be a string compatible with semver.org spec 2.0.0");
        }
        if version.text().len() > MAX_VALUE {
            version.too_long(MAX_VALUE);
        }
        let fields = ["bool", "bools", "int", "ints", "string", "strings", "version", "versions"];
        match fields.iter().filter(|field| attribute.get(field).is_set()).count() {
            0 => attribute.required("exactly one value must be specified"),
            1 => {}
            _ => attribute.report(
                &Code::INVALID,
                "Invalid value: exactly one value must be specified".to_owned(),
            ),
        }
    }
    for (name, amount) in capacity.entries() {
        attribute_name(amount, name, false);
    }
}

/// Tells whether a text is a version as semver.org has it.
fn is_semantic(text: &str) -> bool {
    let (text, build) = match text.split_once('+') {
        Some((text, build)) => (text, Some(build)),
        None => (text, None),
    };
    let (core, before) = match text.split_once('-') {
        Some((core, before)) => (core, Some(before)),
        None => (text, None),
    };
    let is_word = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let has_zeros = |part: &str| part.len() > 1 && part.starts_with('0');
    let is_number = |part: &str| !part.is_empty() && is_digits(part) && !has_zeros(part);
    core.split('.').count() == 3
        && core.split('.').all(is_number)
        && before.is_none_or(|before| {
            before.split('.').all(|part| is_word(part) && (!is_digits(part) || is_number(part)))
        })
        && build.is_none_or(|build| build.split('.').all(is_word))
}
