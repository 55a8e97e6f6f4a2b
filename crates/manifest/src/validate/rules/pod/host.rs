//! Names and addresses of pods, and what they share with their node.
//!
//! Source: `validatePodDNSConfig`, `ValidateHostAliases`, `validatePodHostNetworkDeps` and `validateHostUsers` in
//! `pkg/apis/core/validation/validation.go`.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::Whole;
use crate::validate::at::At;
use crate::validate::names::{dns_subdomain, dns_subdomain_with_underscore};

/// Checks that ports of pods in the network of their node are the node's.
pub(super) fn ports_match(whole: &Whole<'_>) {
    if !whole.is_in_host_network() {
        return;
    }
    for container in whole.spec.get("containers").items() {
        for port in container.get("ports").items() {
            let host = port.get("hostPort");
            if host.number() != 0 && host.number() != port.get("containerPort").number() {
                host.invalid("must match `containerPort` when `hostNetwork` is true");
            }
        }
    }
}

/// Checks the name of a pod on its network, which is not the pod's own.
pub(super) fn hostname_override(whole: &Whole<'_>) {
    let name = whole.spec.get("hostnameOverride");
    if !name.is_set() {
        return;
    }
    if whole.spec.get("setHostnameAsFQDN").is_true() {
        name.forbidden("may not be specified when setHostnameAsFQDN is true");
    }
    if whole.is_in_host_network() {
        name.forbidden("may not be specified when hostNetwork is true");
    }
    if name.text().len() > 64 {
        name.too_long(64);
    }
    name.invalid_each(dns_subdomain(name.text()));
}

/// Checks what pods with users of their own may not share.
pub(super) fn own_users(whole: &Whole<'_>) {
    if !whole.has_own_users() {
        return;
    }
    let detail = match whole.minor() {
        ..=33 => "when `pod.Spec.HostUsers` is false",
        _ => "when `hostUsers` is false",
    };
    // Kubernetes calls two of them by the names that they have in Go.
    for (name, in_paths) in
        [("hostNetwork", "hostNetwork"), ("hostPID", "HostPID"), ("hostIPC", "HostIPC")]
    {
        let at = whole.spec.get(name);
        if at.is_true() {
            at.called(whole.spec.get(in_paths)).forbidden(detail);
        }
    }
    if whole.minor() >= 34 {
        for container in whole.containers() {
            let devices = container.get("volumeDevices");
            if !devices.is_empty() {
                devices.forbidden(detail);
            }
        }
    }
}

/// How many servers and domains of names a pod can have, and how long the domains are together.
const MAX_SERVERS: usize = 3;
const MAX_SEARCHES: usize = 32;
const MAX_SEARCH_LENGTH: usize = 2048;

/// Checks where a pod looks up names.
pub(super) fn dns_config(at: At<'_>, policy: &str) {
    let (servers, searches) = (at.get("nameservers"), at.get("searches"));
    if policy == "None" {
        if !at.is_set() {
            at.required("must provide `dnsConfig` when `dnsPolicy` is None");
            return;
        }
        if servers.is_empty() {
            let text = "must provide at least one DNS nameserver when `dnsPolicy` is None";
            servers.required(text);
            return;
        }
    }
    if servers.len() > MAX_SERVERS {
        servers.invalid(&format!("must not have more than {MAX_SERVERS} nameservers"));
    }
    servers.items().for_each(address);
    if searches.len() > MAX_SEARCHES {
        searches.invalid(&format!("must not have more than {MAX_SEARCHES} search paths"));
    }
    let length = searches.items().map(|search| search.text().len() + 1).sum::<usize>();
    if length > MAX_SEARCH_LENGTH + 1 {
        let text = format!(
            "must not have more than {MAX_SEARCH_LENGTH} characters (including spaces) in the search list"
        );
        searches.invalid(&text);
    }
    for search in searches.items().filter(|search| search.text() != ".") {
        let domain = search.text().strip_suffix('.').unwrap_or(search.text());
        search.invalid_each(dns_subdomain_with_underscore(domain));
    }
    for option in at.get("options").items() {
        if option.get("name").text().is_empty() {
            option.required("must not be empty");
        }
    }
}

/// Checks names that a pod knows by itself.
pub(super) fn aliases(at: At<'_>) {
    for alias in at.items() {
        address(alias.get("ip"));
        for name in alias.get("hostnames").items() {
            name.invalid_each(dns_subdomain(name.text()));
        }
    }
}

/// Checks an IP address; older versions take zeros before the numbers of one of four.
fn address(at: At<'_>) {
    let text = at.text();
    let is_strict = at.minor().number() >= 36;
    if text.contains(':') {
        match text.parse::<Ipv6Addr>() {
            Err(_) => invalid_address(at),
            Ok(address) if is_strict && address.to_ipv4_mapped().is_some() => {
                at.invalid("must not be an IPv4-mapped IPv6 address");
            }
            Ok(_) => {}
        }
    } else if text.parse::<Ipv4Addr>().is_err() {
        let is_byte = |part: &str| {
            let digits = part.trim_start_matches('0');
            !part.is_empty()
                && part.bytes().all(|byte| byte.is_ascii_digit())
                && (digits.is_empty() || digits.parse::<u8>().is_ok())
        };
        if text.split('.').count() != 4 || !text.split('.').all(is_byte) {
            invalid_address(at);
        } else if is_strict {
            at.invalid("must not have leading 0s");
        }
    }
}

fn invalid_address(at: At<'_>) {
    super::invalid_text(at, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
}
