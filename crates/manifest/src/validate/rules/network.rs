//! `Ingress`, `IngressClass`, `NetworkPolicy`, `IPAddress` and `ServiceCIDR`.
//!
//! Source: `pkg/apis/networking/validation/validation.go`, `pkg/apis/networking/v1/defaults.go`.

use super::{Rules, service};
use crate::document::Content;
use crate::validate::at::{At, quoted};
use crate::validate::ip;
use crate::validate::meta;
use crate::validate::names::{self, NameRule};

/// The annotation that named the class of an ingress before there was a field.
const CLASS_ANNOTATION: &str = "kubernetes.io/ingress.class";
/// The most bytes of the name of a controller.
const MAX_CONTROLLER: usize = 250;

/// Gives the rules of the kinds of this file.
pub(super) fn rules(group: &str, kind: &str) -> Option<Rules> {
    if group != "networking.k8s.io" {
        return None;
    }
    let (name, check): (_, fn(At<'_>)) = match kind {
        "Ingress" => (NameRule::Subdomain, ingress),
        "IngressClass" => (NameRule::Subdomain, ingress_class),
        "NetworkPolicy" => (NameRule::Subdomain, network_policy),
        "IPAddress" => (NameRule::Any, ip_address),
        "ServiceCIDR" => (NameRule::Subdomain, service_cidr),
        _ => return None,
    };
    Some(Rules { name, check })
}

fn ingress(at: At<'_>) {
    let spec = at.get("spec");
    let rules = spec.get("rules");
    let default_backend = spec.get("defaultBackend");
    if rules.is_empty() && !default_backend.is_set() {
        spec.invalid_as("null", "either `defaultBackend` or `rules` must be specified");
    }
    if default_backend.is_set() {
        backend(default_backend);
    }
    for rule in rules.items() {
        let host = rule.get("host");
        if !host.text().is_empty() {
            if ip::parse_ip(host.text()).is_some() {
                host.invalid("must be a DNS name, not an IP address");
            }
            host_name(host);
        }
        let http = rule.get("http");
        if http.is_set() {
            let paths = http.get("paths");
            if paths.is_empty() {
                paths.required("");
            }
            paths.items().for_each(ingress_path);
        }
    }
    for tls in spec.get("tls").items() {
        tls.get("hosts").items().for_each(host_name);
        let secret = tls.get("secretName");
        if !secret.text().is_empty() {
            secret.invalid_each(names::dns_subdomain(secret.text()));
        }
    }
    let class = spec.get("ingressClassName");
    if class.is_set() {
        class.invalid_each(names::dns_subdomain(class.text()));
        let annotation = at.get("metadata").get("annotations").key(CLASS_ANNOTATION);
        if annotation.node().is_some() && annotation.text() != class.text() {
            let at = annotation.called(at.named("annotations").named(CLASS_ANNOTATION));
            at.invalid("must match `ingressClassName` when both are specified");
        }
    }
}

fn host_name(host: At<'_>) {
    let faults = if host.text().contains('*') {
        names::wildcard_subdomain(host.text())
    } else {
        names::dns_subdomain(host.text())
    };
    host.invalid_each(faults);
}

fn ingress_path(path: At<'_>) {
    let path_type = path.get("pathType");
    let at = path.get("path");
    let text = at.text();
    if !path_type.is_set() {
        path_type.required("pathType must be specified");
        return;
    }
    let relative = "must be an absolute path";
    match path_type.text() {
        "Exact" | "Prefix" => {
            if !text.starts_with('/') {
                at.invalid_as(&quoted(text), relative);
            }
            for sequence in ["//", "/./", "/../", "%2f", "%2F"] {
                if text.contains(sequence) {
                    at.invalid(&format!("must not contain '{sequence}'"));
                }
            }
            for suffix in ["/..", "/."] {
                if text.ends_with(suffix) {
                    at.invalid(&format!("cannot end with '{suffix}'"));
                }
            }
        }
        "ImplementationSpecific" => {
            if !text.is_empty() && !text.starts_with('/') {
                at.invalid(relative);
            }
        }
        _ => path_type.unsupported(&["Exact", "ImplementationSpecific", "Prefix"]),
    }
    backend(path.get("backend"));
}

fn backend(at: At<'_>) {
    let (of_resource, of_service) = (at.get("resource"), at.get("service"));
    match (of_resource.is_set(), of_service.is_set()) {
        (true, true) => at.invalid_as("\"\"", "cannot set both resource and service backends"),
        (true, false) => typed_reference(of_resource),
        (false, true) => {
            meta::object_name(of_service.get("name"), service::name_rule(at));
            service_port(at, of_service.get("port"));
        }
        (false, false) => at.invalid_as("\"\"", "resource or service backend is required"),
    }
}

fn service_port(backend: At<'_>, port: At<'_>) {
    let (name, number) = (port.get("name"), port.get("number"));
    match (!name.text().is_empty(), number.number() != 0) {
        (true, true) => backend.invalid_as("\"\"", "cannot set both port name & port number"),
        (true, false) => name.invalid_each(names::port_name(name.text())),
        (false, true) => meta::port(number),
        (false, false) => backend.required("port name or number is required"),
    }
}

/// Checks what names an object of any kind.
fn typed_reference(at: At<'_>) {
    let group = at.get("apiGroup");
    if group.is_set() {
        group.invalid_each(names::dns_subdomain(group.text()));
    }
    meta::object_name(at.get("kind"), NameRule::PathSegment);
    meta::object_name(at.get("name"), NameRule::PathSegment);
}

fn ingress_class(at: At<'_>) {
    let spec = at.get("spec");
    let controller = spec.get("controller");
    if controller.text().len() > MAX_CONTROLLER {
        controller.too_long(MAX_CONTROLLER);
    }
    domain_prefixed_path(controller);
    let parameters = spec.get("parameters");
    if !parameters.is_set() {
        return;
    }
    typed_reference(parameters);
    let (scope, namespace) = (parameters.get("scope"), parameters.get("namespace"));
    let scope_text = if scope.is_set() { scope.text() } else { "Cluster" };
    match scope_text {
        "Cluster" => {
            if namespace.is_set() {
                namespace.forbidden("`parameters.scope` is set to 'Cluster'");
            }
        }
        "Namespace" => {
            if namespace.is_set() {
                namespace.invalid_each(names::dns_label(namespace.text()));
            } else {
                namespace.required("`parameters.scope` is set to 'Namespace'");
            }
        }
        _ => scope.unsupported(&["Cluster", "Namespace"]),
    }
}

/// `IsDomainPrefixedPath`: `acme.io/foo`.
fn domain_prefixed_path(at: At<'_>) {
    if at.text().is_empty() {
        at.required("");
        return;
    }
    let (host, path) = match at.text().split_once('/') {
        Some((host, path)) if !host.is_empty() && !path.is_empty() => (host, path),
        _ => return at.invalid("must be a domain-prefixed path (such as \"acme.io/foo\")"),
    };
    for fault in names::dns_subdomain(host) {
        at.invalid_as(&quoted(host), &fault);
    }
    let is_allowed =
        |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~%!$&'()*+,;=:".contains(&byte);
    if !path.bytes().all(is_allowed) {
        at.invalid_as(
            &quoted(path),
            "Invalid path (regex used for validation is '[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+')",
        );
    }
}

fn network_policy(at: At<'_>) {
    let spec = at.get("spec");
    meta::label_selector(spec.get("podSelector"));
    for (direction, peers) in [("ingress", "from"), ("egress", "to")] {
        for rule in spec.get(direction).items() {
            rule.get("ports").items().for_each(policy_port);
            rule.get(peers).items().for_each(peer);
        }
    }
    let types = spec.get("policyTypes");
    if types.len() > 2 {
        types.invalid("may not specify more than two policyTypes");
        return;
    }
    for policy_type in types.items() {
        if !matches!(policy_type.text(), "Ingress" | "Egress") {
            policy_type.unsupported(&["Ingress", "Egress"]);
        }
    }
}

fn policy_port(at: At<'_>) {
    let protocol = at.get("protocol");
    if protocol.is_set() && !matches!(protocol.text(), "TCP" | "UDP" | "SCTP") {
        protocol.unsupported(&["TCP", "UDP", "SCTP"]);
    }
    let (port, end) = (at.get("port"), at.get("endPort"));
    match port.node().map(|node| &node.content) {
        Some(Content::Int(number)) => {
            meta::port(port);
            if end.is_set() {
                if end.number() < *number {
                    // Until 1.37 Kubernetes shows the first port instead of the last.
                    let shown = if at.minor().number() < 37 { *number } else { end.number() };
                    end.invalid_as(&shown.to_string(), "must be greater than or equal to `port`");
                }
                meta::port(end);
            }
        }
        Some(Content::String(name)) => {
            if end.is_set() {
                end.invalid("may not be specified when `port` is non-numeric");
            }
            port.invalid_each(names::port_name(name));
        }
        _ => {
            if end.is_set() {
                end.invalid("may not be specified when `port` is not specified");
            }
        }
    }
}

fn peer(at: At<'_>) {
    let selectors = [at.get("podSelector"), at.get("namespaceSelector")];
    let block = at.get("ipBlock");
    let n_selectors = selectors.iter().filter(|selector| selector.is_set()).count();
    selectors.into_iter().for_each(meta::label_selector);
    if block.is_set() {
        ip_block(block);
        if n_selectors > 0 {
            at.forbidden("may not specify both ipBlock and another peer");
        }
    } else if n_selectors == 0 {
        at.required("must specify a peer");
    }
}

fn ip_block(at: At<'_>) {
    let cidr = at.get("cidr");
    if cidr.text().is_empty() {
        cidr.required("");
        return;
    }
    ip::legacy_cidr(cidr);
    let Some(whole) = ip::parse_cidr(cidr.text()) else { return };
    for except in at.get("except").items() {
        ip::legacy_cidr(except);
        if ip::parse_cidr(except.text()).is_some_and(|part| !whole.is_larger_than(part)) {
            except.invalid("must be a strict subset of `cidr`");
        }
    }
}

fn ip_address(at: At<'_>) {
    let metadata = at.get("metadata");
    for name in [metadata.get("generateName"), metadata.get("name")] {
        if !name.text().is_empty() {
            name.invalid_each(ip::canonical_ip(name.text()));
        }
    }
    let parent = at.get("spec").get("parentRef");
    if !parent.is_set() {
        parent.required("");
        return;
    }
    let group = parent.get("group");
    if !group.text().is_empty() {
        group.invalid_each(names::dns_subdomain(group.text()));
    }
    meta::object_name(parent.get("resource"), NameRule::PathSegment);
    meta::object_name(parent.get("name"), NameRule::PathSegment);
    let namespace = parent.get("namespace");
    namespace.invalid_each(NameRule::PathSegment.faults(namespace.text(), false));
}

fn service_cidr(at: At<'_>) {
    let cidrs = at.get("spec").get("cidrs");
    if cidrs.is_empty() {
        cidrs.required("at least one CIDR required");
        return;
    }
    if cidrs.len() > 2 {
        cidrs.invalid("may only hold up to 2 values");
        return;
    }
    let mut families = Vec::new();
    for cidr in cidrs.items() {
        cidr.invalid_each(ip::canonical_cidr(cidr.text()));
        families.extend(ip::parse_cidr(cidr.text()).map(ip::Cidr::family));
    }
    if let [first, second] = families[..]
        && first == second
    {
        cidrs.invalid(
            "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64",
        );
    }
}
