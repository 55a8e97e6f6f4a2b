//! `Endpoints` and `EndpointSlice`.
//!
//! Source: `ValidateEndpoints` in `pkg/apis/core/validation/validation.go`, `pkg/apis/discovery/validation`.

use std::collections::HashSet;

use super::{PROTOCOLS, at_least_34};
use crate::validate::at::{At, quoted};
use crate::validate::ip::{self, Family};
use crate::validate::meta;
use crate::validate::names::{self, dns_label, dns_subdomain, qualified_name};

/// The most endpoints of a slice.
const MAX_ENDPOINTS: usize = 1_000;
/// The most addresses of an endpoint.
const MAX_ADDRESSES: usize = 100;
/// The most ports of a slice.
const MAX_PORTS: usize = 20_000;
/// The most zones, and the most nodes, that an endpoint is meant for.
const MAX_HINTS: usize = 8;

/// Checks `Endpoints`.
pub(super) fn endpoints(at: At<'_>) {
    for subset in at.get("subsets").items() {
        let (ready, not_ready) = (subset.get("addresses"), subset.get("notReadyAddresses"));
        if ready.is_empty() && not_ready.is_empty() {
            subset.required("must specify `addresses` or `notReadyAddresses`");
        }
        for address in ready.items().chain(not_ready.items()) {
            ip::legacy_ip(address.get("ip"));
            let hostname = address.get("hostname");
            if !hostname.text().is_empty() {
                hostname.invalid_each(dns_label(hostname.text()));
            }
            node_name(address.get("nodeName"));
            ip::endpoint_ip(address.get("ip"));
        }
        let ports = subset.get("ports");
        for port in ports.items() {
            let name = port.get("name");
            if !name.text().is_empty() {
                name.invalid_each(dns_label(name.text()));
            } else if ports.len() > 1 {
                name.required("");
            }
            meta::port(port.get("port"));
            if !PROTOCOLS.contains(&port.get("protocol").text_or("TCP")) {
                port.get("protocol").unsupported(PROTOCOLS);
            }
            app_protocol(port);
        }
    }
}

/// Checks an `EndpointSlice`.
pub(super) fn endpoint_slice(at: At<'_>) {
    meta::one_of(at.get("addressType"), &["FQDN", "IPv4", "IPv6"]);
    slice_ports(at.get("ports"));
    let endpoints = at.get("endpoints");
    if endpoints.len() > MAX_ENDPOINTS {
        endpoints.too_many(endpoints.len(), MAX_ENDPOINTS);
        return;
    }
    let kind = at.get("addressType").text();
    for endpoint in endpoints.items() {
        let addresses = endpoint.get("addresses");
        if addresses.is_empty() {
            addresses.required("must contain at least 1 address");
        } else if addresses.len() > MAX_ADDRESSES {
            addresses.too_many(addresses.len(), MAX_ADDRESSES);
        }
        for address in addresses.items() {
            slice_address(addresses, address, kind);
        }
        node_name(endpoint.get("nodeName"));
        let hostname = endpoint.get("hostname");
        if hostname.is_set() {
            hostname.invalid_each(dns_label(hostname.text()));
        }
        hints(endpoint.get("hints"));
    }
}

fn slice_address(addresses: At<'_>, address: At<'_>, kind: &str) {
    let text = address.text();
    let wanted = match kind {
        "IPv4" => {
            if !ip::legacy_ip(address) {
                return;
            }
            Family::V4
        }
        "IPv6" => {
            let faults = ip::canonical_ip(text);
            if !faults.is_empty() {
                address.invalid_each(faults);
                return;
            }
            Family::V6
        }
        "FQDN" => return domain_name(address),
        _ => return,
    };
    if ip::parse_ip(text).map(ip::family) != Some(wanted) {
        addresses.invalid_as(&quoted(text), &format!("must be an {kind} address"));
    }
    ip::endpoint_ip(address);
}

/// `IsFullyQualifiedDomainName`.
fn domain_name(at: At<'_>) {
    if at.text().is_empty() {
        at.required("");
        return;
    }
    let name = at.text().strip_suffix('.').unwrap_or(at.text());
    let faults = dns_subdomain(name);
    if !faults.is_empty() {
        at.invalid_as(&quoted(name), &faults.join(","));
    } else if !name.contains('.') {
        at.invalid_as(
            &quoted(name),
            "should be a domain with at least two segments separated by dots",
        );
    } else if let Some(label) = name.split('.').find(|label| label.len() > names::MAX_LABEL) {
        at.invalid_as(&quoted(label), &dns_label(label).join(","));
    }
}

fn slice_ports(ports: At<'_>) {
    if ports.len() > MAX_PORTS {
        ports.too_many(ports.len(), MAX_PORTS);
        return;
    }
    let mut seen = HashSet::new();
    for port in ports.items() {
        let name = port.get("name");
        if !name.text().is_empty() {
            name.invalid_each(dns_label(name.text()));
        }
        if ports.len() > 1 && !seen.insert(name.text()) {
            name.duplicate_as(&quoted(name.text()));
        }
        let protocol = port.get("protocol");
        if protocol.is_set() && !PROTOCOLS.contains(&protocol.text()) {
            protocol.unsupported(PROTOCOLS);
        }
        app_protocol(port);
    }
}

fn hints(hints: At<'_>) {
    let zones = hints.get("forZones");
    if zones.len() > MAX_HINTS {
        zones.too_many(zones.len(), MAX_HINTS);
        return;
    }
    hinted_names(zones, names::label_value);
    // What asks for nodes is dropped by versions that do not know it yet.
    let nodes = hints.get("forNodes");
    if !at_least_34(nodes) {
        return;
    }
    if nodes.len() > MAX_HINTS {
        nodes.too_many(nodes.len(), MAX_HINTS);
        return;
    }
    hinted_names(nodes, dns_subdomain);
}

fn hinted_names(list: At<'_>, faults: fn(&str) -> names::Faults) {
    for (index, item) in list.items().enumerate() {
        let name = item.get("name");
        let before = |other: At<'_>| other.get("name").text() == name.text();
        if list.items().take(index).any(before) {
            name.duplicate_as(&quoted(name.text()));
        }
        name.invalid_each(faults(name.text()));
    }
}

fn node_name(at: At<'_>) {
    if at.is_set() {
        at.invalid_each(dns_subdomain(at.text()));
    }
}

fn app_protocol(port: At<'_>) {
    let at = port.get("appProtocol");
    if at.is_set() {
        at.invalid_each(qualified_name(at.text()));
    }
}
