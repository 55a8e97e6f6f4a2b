//! `Service`, and `Endpoints` and `EndpointSlice`, which say where its traffic goes.
//!
//! Source: `validateService` in `pkg/apis/core/validation/validation.go`, `pkg/apis/discovery/validation`, and what an
//! API server allocates before it validates: `pkg/registry/core/service/storage/alloc.go`.

use std::collections::{HashMap, HashSet};

use super::Rules;
use crate::document::Content;
use crate::validate::at::{At, quoted};
use crate::validate::finding::Code;
use crate::validate::ip::{self, Family};
use crate::validate::meta;
use crate::validate::names::{self, NameRule};

mod endpoints;

/// The protocols of a port.
const PROTOCOLS: &[&str] = &["SCTP", "TCP", "UDP"];
/// The value of a cluster IP that asks for none.
const HEADLESS: &str = "None";
/// The ports that an API server gives out on nodes unless told otherwise.
const NODE_PORTS: std::ops::RangeInclusive<i64> = 30_000..=32_767;
/// The longest time in seconds that a client may be kept to one endpoint.
const MAX_AFFINITY: i64 = 86_400;
/// The first version in which a service's name may begin with a digit.
const RELAXED_NAMES_SINCE: u32 = 36;

/// Gives the rules of the kinds of this file.
pub(super) fn rules(group: &str, kind: &str) -> Option<Rules> {
    let (name, check): (_, fn(At<'_>)) = match (group, kind) {
        ("", "Service") => (NameRule::Any, service),
        ("", "Endpoints") => (NameRule::Subdomain, endpoints::endpoints),
        ("discovery.k8s.io", "EndpointSlice") => (NameRule::Subdomain, endpoints::endpoint_slice),
        _ => return None,
    };
    Some(Rules { name, check })
}

/// Gives the rule that names of services follow, which depends on the version.
pub(super) fn name_rule(at: At<'_>) -> NameRule {
    if at.minor().number() >= RELAXED_NAMES_SINCE { NameRule::Label } else { NameRule::Label1035 }
}

fn service(at: At<'_>) {
    let metadata = at.get("metadata");
    meta::names_of_object(metadata, name_rule(at));
    topology_annotations(metadata.get("annotations"));

    let spec = at.get("spec");
    let kind = spec.get("type").text_or("ClusterIP");
    let is_headless = cluster_ips(spec, kind);
    if spec.get("ports").is_empty() && !is_headless && kind != "ExternalName" {
        spec.get("ports").required("");
    }
    match kind {
        "LoadBalancer" | "NodePort" if is_headless => {
            let first = spec.get("clusterIPs").item(0);
            first.invalid_as(
                &quoted(HEADLESS),
                &format!("may not be set to 'None' for {kind} services"),
            );
        }
        "ExternalName" => external_name(spec),
        "ClusterIP" | "LoadBalancer" | "NodePort" => {}
        _ => {
            spec.get("type").unsupported(&[
                "ClusterIP",
                "ExternalName",
                "LoadBalancer",
                "NodePort",
            ]);
        }
    }
    ports(spec, kind);
    meta::labels(spec.get("selector"));
    session_affinity(spec);
    for address in spec.get("externalIPs").items() {
        if ip::legacy_ip(address) {
            ip::endpoint_ip(address);
        }
    }
    load_balancer(at, kind);
    traffic(spec, kind);
}

fn topology_annotations(annotations: At<'_>) {
    let hints = "service.kubernetes.io/topology-aware-hints";
    let mode = "service.kubernetes.io/topology-mode";
    let Some(node) = annotations.node() else { return };
    if let (Some(of_hints), Some(of_mode)) = (node.get(hints), node.get(mode))
        && of_hints.as_str() != of_mode.as_str()
    {
        let detail = format!("must match annotations[{hints}] when both are specified");
        annotations.key(mode).invalid(&detail);
    }
}

fn external_name(spec: At<'_>) {
    let refused = "may not be set for ExternalName services";
    if !spec.get("clusterIPs").is_empty() || !spec.get("clusterIP").text().is_empty() {
        spec.get("clusterIPs").forbidden(refused);
    }
    if !spec.get("ipFamilies").is_empty() {
        spec.get("ipFamilies").forbidden(refused);
    }
    if spec.get("ipFamilyPolicy").is_set() {
        spec.get("ipFamilyPolicy").forbidden(refused);
    }
    let name = spec.get("externalName");
    match name.text().strip_suffix('.').unwrap_or(name.text()) {
        "" => name.required(""),
        text => {
            for fault in names::dns_subdomain(text) {
                name.invalid_as(&quoted(text), &fault);
            }
        }
    }
}

/// Checks addresses and their families; tells whether the service has no address at all.
fn cluster_ips(spec: At<'_>, kind: &str) -> bool {
    let (single, list) = (spec.get("clusterIP"), spec.get("clusterIPs"));
    // Clients of old know only the single field, and the list is then made from it.
    let only_single = list.is_empty() && !single.text().is_empty();
    let n_addresses = if only_single { 1 } else { list.len() };
    let address = |index: usize| {
        let at = list.item(index);
        if only_single { single.called(at) } else { at }
    };
    let is_headless = n_addresses == 1 && address(0).text() == HEADLESS;
    if kind == "ExternalName" {
        return is_headless;
    }
    if !only_single && !list.is_empty() {
        if single.text().is_empty() {
            list.invalid("must be empty when `clusterIP` is not specified");
        } else if address(0).text() != single.text() {
            list.invalid("first value must match `clusterIP`");
        }
    }
    let families = spec.get("ipFamilies");
    for (index, family) in families.items().enumerate() {
        if !matches!(family.text(), "IPv4" | "IPv6") {
            family.unsupported(&["IPv4", "IPv6"]);
        }
        // There are two that are supported, so that looking at the first ones finds all of these.
        if families.items().take(index.min(2)).any(|other| other.text() == family.text()) {
            family.duplicate();
        }
    }
    let policy = spec.get("ipFamilyPolicy");
    let policies = ["PreferDualStack", "RequireDualStack", "SingleStack"];
    if policy.is_set() && !policies.contains(&policy.text()) {
        policy.unsupported(&policies);
    }
    let mut are_valid = true;
    for index in 0..n_addresses {
        let at = address(index);
        if index == 0 && at.text() == HEADLESS {
            if n_addresses > 1 {
                list.invalid("'None' must be the first and only value");
                are_valid = false;
            }
        } else {
            are_valid &= ip::legacy_ip(at);
        }
    }
    if n_addresses > 2 {
        list.invalid("may only hold up to 2 values");
    }
    if are_valid {
        address_families(spec, n_addresses, address, is_headless);
    }
    is_headless
}

/// Checks that valid addresses are of the families that were asked for.
fn address_families<'a>(
    spec: At<'a>,
    n_addresses: usize,
    address: impl Fn(usize) -> At<'a>,
    is_headless: bool,
) {
    let (list, families) = (spec.get("clusterIPs"), spec.get("ipFamilies"));
    let family = |index| ip::parse_ip(address(index).text()).map(ip::family);
    if n_addresses > 1 {
        let has = |wanted| (0..n_addresses).any(|index| family(index) == Some(wanted));
        if !(has(Family::V4) && has(Family::V6)) {
            list.invalid("may specify no more than one IP for each IP family");
        }
    }
    if !is_headless {
        for (index, wanted) in families.items().enumerate().take(n_addresses) {
            let is_right = match wanted.text() {
                "IPv4" => family(index) != Some(Family::V6),
                "IPv6" => family(index) == Some(Family::V6),
                _ => true,
            };
            if !is_right {
                let of = wanted.text();
                address(index).invalid(&format!(
                    "expected an {of} value as indicated by `ipFamilies[{index}]`"
                ));
            }
        }
    }
    let policy = spec.get("ipFamilyPolicy");
    let is_open = is_headless && spec.get("selector").is_empty();
    let is_single = match policy.text() {
        "" => !policy.is_set() && !is_open,
        policy => policy == "SingleStack",
    };
    if is_single {
        for (n, what) in [(n_addresses, "cluster IPs"), (families.len(), "IP families")] {
            if n == 2 {
                policy.invalid_as(
                    &quoted("SingleStack"),
                    &format!(
                        "must be 'RequireDualStack' or 'PreferDualStack' when multiple {what} are specified"
                    ),
                );
            }
        }
    }
}

fn ports(spec: At<'_>, kind: &str) {
    let ports = spec.get("ports");
    let has_many = ports.len() > 1;
    let mut seen_names = HashSet::new();
    let mut seen_ports = HashSet::new();
    let mut seen_node_ports = HashSet::new();
    for port in ports.items() {
        let name = port.get("name");
        if !name.text().is_empty() {
            name.invalid_each(names::dns_label(name.text()));
            if has_many && !seen_names.insert(name.text()) {
                name.duplicate();
            }
        } else if has_many {
            name.required("");
        }
        meta::port(port.get("port"));
        let protocol = port.get("protocol").text_or("TCP");
        if !PROTOCOLS.contains(&protocol) {
            port.get("protocol").unsupported(PROTOCOLS);
        }
        target_port(port);
        let app_protocol = port.get("appProtocol");
        if app_protocol.is_set() {
            app_protocol.invalid_each(names::qualified_name(app_protocol.text()));
        }
        let number = port.get("port").number();
        if has_many && !seen_ports.insert((protocol, number)) {
            let protocol = quoted(protocol);
            port.duplicate_as(&format!(
                "{{\"Name\":\"\",\"Protocol\":{protocol},\"AppProtocol\":null,\"Port\":{number},\"TargetPort\":0,\"NodePort\":0}}"
            ));
        }
        let node_port = port.get("nodePort");
        if node_port.number() != 0 {
            if kind == "ClusterIP" {
                node_port.forbidden("may not be used when `type` is 'ClusterIP'");
            }
            if has_many && !seen_node_ports.insert((protocol, node_port.number())) {
                node_port.duplicate();
            }
        }
    }
    if matches!(kind, "NodePort" | "LoadBalancer") {
        node_ports(spec, kind);
    }
}

/// Checks the port of the pods, which is the service's own if none is given.
fn target_port(port: At<'_>) {
    let target = port.get("targetPort");
    match target.node().map(|node| &node.content) {
        Some(Content::String(name)) if !name.is_empty() => {
            target.invalid_each(names::port_name(name));
        }
        Some(Content::Int(number)) if *number != 0 => meta::port(target),
        _ => {
            let number = port.get("port").number();
            for fault in names::port_number(number) {
                port.get("port").called(target).invalid_as(&number.to_string(), &fault);
            }
        }
    }
}

/// Goes through the ports on nodes as they are allocated, each number once; tells of those that are taken.
fn node_ports(spec: At<'_>, kind: &str) {
    const TAKEN: &str = "provided port is already allocated";
    let mut taken = HashSet::new();
    let mut of_port = HashMap::new();
    for port in spec.get("ports").items() {
        let number = port.get("nodePort").number();
        // Ports of one number may share a port on nodes, and the first that asks for one asks for all of them.
        if number != 0 {
            of_port.entry(port.get("port").number()).or_insert(number);
        }
    }
    let mut allocated = HashSet::new();
    for port in spec.get("ports").items() {
        let node_port = port.get("nodePort");
        let service_port = port.get("port").number();
        let Some(&shared) = of_port.get(&service_port) else { continue };
        let is_first = allocated.insert(service_port);
        let wanted = if is_first { shared } else { node_port.number() };
        if wanted == 0 || !is_first && wanted == shared {
            continue;
        }
        if taken.insert(wanted) {
            outside_node_ports(node_port, wanted);
        } else {
            node_port.invalid_as(&wanted.to_string(), TAKEN);
        }
    }
    let health = spec.get("healthCheckNodePort");
    if kind == "LoadBalancer"
        && spec.get("externalTrafficPolicy").text() == "Local"
        && health.number() != 0
    {
        if taken.contains(&health.number()) {
            health.invalid(TAKEN);
        }
        outside_node_ports(health, health.number());
    }
}

/// Warns of a port that clusters only give out when they are told to.
fn outside_node_ports(at: At<'_>, number: i64) {
    if !NODE_PORTS.contains(&number) {
        let (least, most) = (NODE_PORTS.start(), NODE_PORTS.end());
        at.report(
            &Code::NOT_BY_DEFAULT,
            format!(
                "Invalid value: {number}: provided port is not in the valid range. The range of valid ports is {least}-{most}"
            ),
        );
    }
}

fn session_affinity(spec: At<'_>) {
    let affinity = spec.get("sessionAffinity");
    match affinity.text_or("None") {
        "None" => {}
        "ClientIP" => {
            let config = spec.get("sessionAffinityConfig").get("clientIP");
            let timeout = config.get("timeoutSeconds");
            if timeout.integer().is_some_and(|seconds| !(1..=MAX_AFFINITY).contains(&seconds)) {
                timeout.invalid(&format!("must be greater than 0 and less than {MAX_AFFINITY}"));
            }
        }
        _ => affinity.unsupported(&["ClientIP", "None"]),
    }
}

fn load_balancer(at: At<'_>, kind: &str) {
    let spec = at.get("spec");
    let is_one = kind == "LoadBalancer";
    let only = "may only be used when `type` is 'LoadBalancer'";
    let ranges = spec.get("loadBalancerSourceRanges");
    let annotation = "service.beta.kubernetes.io/load-balancer-source-ranges";
    let annotations = at.get("metadata").get("annotations");
    if !ranges.is_empty() {
        // The path that Kubernetes writes begins the field with a capital.
        let ranges = ranges.called(spec.named("LoadBalancerSourceRanges"));
        if !is_one {
            ranges.forbidden(only);
        }
        for range in ranges.items() {
            ip::legacy_cidr_text(range, range.text().trim());
        }
    } else if annotations.node().is_some_and(|node| node.get(annotation).is_some()) {
        let annotation = annotations.key(annotation);
        if !is_one {
            annotation.forbidden(only);
        }
        if !annotation.text().trim().is_empty() {
            for range in annotation.text().trim().split(',') {
                ip::legacy_cidr_text(annotation, range.trim());
            }
        }
    }
    let allocate = spec.get("allocateLoadBalancerNodePorts");
    if allocate.is_set() && !is_one {
        allocate.forbidden(only);
    }
    let class = spec.get("loadBalancerClass");
    if class.is_set() {
        if is_one {
            class.invalid_each(names::qualified_name(class.text()));
        } else {
            class.forbidden(only);
        }
    }
}

fn traffic(spec: At<'_>, kind: &str) {
    let external = spec.get("externalTrafficPolicy");
    let is_reachable = match kind {
        "LoadBalancer" | "NodePort" => true,
        "ClusterIP" => !spec.get("externalIPs").is_empty(),
        _ => false,
    };
    if !is_reachable {
        if !external.text().is_empty() {
            external.invalid("may only be set for externally-accessible services");
        }
    } else if !matches!(external.text_or("Cluster"), "Cluster" | "Local") {
        external.unsupported(&["Cluster", "Local"]);
    }
    let health = spec.get("healthCheckNodePort");
    let needs_check = kind == "LoadBalancer" && external.text() == "Local";
    if health.number() != 0 {
        if needs_check {
            meta::port(health);
        } else {
            health.invalid(
                "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'",
            );
        }
    }
    let internal = spec.get("internalTrafficPolicy");
    if internal.is_set() && !matches!(internal.text(), "Cluster" | "Local") {
        internal.unsupported(&["Cluster", "Local"]);
    }
    let distribution = spec.get("trafficDistribution");
    let supported = ["PreferClose", "PreferSameZone", "PreferSameNode"];
    let n_supported = if at_least_34(spec) { supported.len() } else { 1 };
    let supported = &supported[..n_supported];
    if distribution.is_set() && !supported.contains(&distribution.text()) {
        distribution.unsupported(supported);
    }
}

/// Tells whether traffic may be kept to a node or a zone.
fn at_least_34(at: At<'_>) -> bool {
    at.minor().number() >= 34
}
