//! Who reaches a service, and by which names: `networks`, `network_mode`, `ports`, `expose`, `links`, `depends_on`,
//! `hostname`, `container_name`.

use super::{Draft, Service};
use crate::context::Context;
use crate::error::Problem;
use crate::names::{is_dns_name, nearest};
use crate::node::{Kind, Node};
use crate::report::Place;
use crate::source::Ports;

/// The most ports of one range.
const MAX_RANGE: u16 = 256;

/// Keys of a service's network that are about addresses.
const ADDRESS_KEYS: [&str; 4] = ["ipv4_address", "ipv6_address", "link_local_ips", "mac_address"];

/// Collects the further names of all services, which must be known before any is converted.
pub(crate) fn aliases(services: &[Service<'_>], context: &mut Context<'_>) {
    for service in services {
        if service.new_name != service.name {
            claim(service.new_name, service.name, service.place, context);
        }
        for key in ["container_name", "hostname"] {
            if let Some(node) = service.get(key)
                && let Some(name) = node.scalar_text().filter(|name| name != service.name)
            {
                claim(service.new_name, &name, node.place, context);
                if key == "hostname" {
                    let text = "other services find it by this name; inside, the host name is that of its pod";
                    service.note(context, node.place, key, text);
                }
            }
        }
        for entry in service.get("networks").and_then(Node::map).map_or(&[][..], |map| &map.0) {
            for alias in entry.value.get("aliases").and_then(Node::list).unwrap_or_default() {
                if let Some(name) = alias.scalar_text().filter(|name| name != service.name) {
                    claim(service.new_name, &name, alias.place, context);
                }
            }
        }
        for link in service.get("links").and_then(Node::list).unwrap_or_default() {
            let Some(text) = link.scalar_text() else { continue };
            let (target, alias) = text.split_once(':').unwrap_or((&text, &text));
            match known(*service, "links", target, link.place, context) {
                Some(new_name) if alias != target => claim(&new_name, alias, link.place, context),
                _ => {}
            }
        }
    }
}

/// Gives a service another name, unless a different one has it.
fn claim(new_name: &str, alias: &str, place: Place, context: &mut Context<'_>) {
    if !is_dns_name(alias) {
        let reason = format!("`{alias}` is no name that can be looked up");
        context.report.error(
            place,
            Problem::Value,
            reason,
            "write letters, digits, `-`, `_` and `.`",
        );
        return;
    }
    let owner = context
        .aliases
        .iter()
        .find(|(_, names)| names.iter().any(|name| name == alias))
        .map(|(owner, _)| owner.as_str())
        .or_else(|| context.services.values().map(String::as_str).find(|name| *name == alias));
    match owner {
        Some(owner) if owner == new_name => {}
        Some(owner) => {
            let reason = format!("the name {alias} is that of the service {owner} already");
            let help = "give each name to one service: a lookup finds one of them";
            context.report.error(place, Problem::Reference, reason, help);
        }
        None => context.aliases.entry(new_name.to_owned()).or_default().push(alias.to_owned()),
    }
}

/// Gives the new name of a service that another one refers to.
fn known(
    service: Service<'_>,
    key: &str,
    target: &str,
    place: Place,
    context: &mut Context<'_>,
) -> Option<String> {
    if let Some(new_name) = context.services.get(target) {
        return Some(new_name.clone());
    }
    let (reason, help) = if context.inactive.iter().any(|name| name == target) {
        let reason = format!("the service {target} is left out: no profile of its is active");
        (reason, "activate one with `--profile`".to_owned())
    } else {
        let near = nearest(target, context.services.keys().map(String::as_str));
        let help = near.map_or_else(String::new, |near| format!("did you mean `{near}`?"));
        (format!("there is no service {target}"), help)
    };
    context.report.error(place, Problem::Reference, service.about(key, &reason), help);
    None
}

pub(super) fn convert(service: Service<'_>, draft: &mut Draft, context: &mut Context<'_>) {
    dependencies(service, context);
    ports(service, draft, context);
    let mode = service.get("network_mode");
    let text = mode.and_then(Node::scalar_text).unwrap_or_default();
    match (text.as_str(), mode, service.get("networks")) {
        ("none", Some(mode), Some(_)) => service.wrong(
            context,
            mode.place,
            "network_mode",
            "none and `networks` exclude each other",
            "keep one of the two",
        ),
        ("none", ..) => draft.is_isolated = true,
        ("" | "bridge", _, Some(networks)) => joined(service, networks, draft, context),
        ("" | "bridge", ..) => {
            // Beside networks of their own, the others still share the default one.
            if context.has_networks {
                draft.networks.push(context.networks.get("default").cloned().unwrap_or_default());
            }
        }
        (_, Some(mode), _) => {
            let reason = format!("`{text}`: a pod has a network of its own");
            let help = "remove it, or write none or bridge; services reach each other by name";
            service.refuse(context, mode.place, "network_mode", &reason, help);
        }
        (_, None, _) => {}
    }
}

fn joined(service: Service<'_>, networks: &Node, draft: &mut Draft, context: &mut Context<'_>) {
    let mut join = |name: &str, place: Place, context: &mut Context<'_>| {
        if let Some(new_name) = context.networks.get(name) {
            draft.networks.push(new_name.clone());
            return;
        }
        let near = nearest(name, context.networks.keys().map(String::as_str));
        let near = near.map(str::to_owned);
        let reason = format!("there is no network {name}");
        let declaration = format!("networks: {{{name}: {{}}}}");
        let about = ("networks", reason.as_str());
        service.missing(context, place, about, near.as_deref(), &declaration);
    };
    match &networks.kind {
        Kind::List(items) => {
            for item in items {
                join(&item.scalar_text().unwrap_or_default(), item.place, context);
            }
        }
        Kind::Map(map) => {
            for entry in &map.0 {
                join(&entry.key, entry.place, context);
                for setting in entry.value.map().map_or(&[][..], |map| &map.0) {
                    let key = format!("networks.{}.{}", entry.key, setting.key);
                    if ADDRESS_KEYS.contains(&&*setting.key) {
                        let help = "remove it; services find each other by name";
                        let reason = "a pod does not choose its address";
                        service.refuse(context, setting.place, &key, reason, help);
                    } else if &*setting.key != "aliases" && !setting.key.starts_with("x-") {
                        service.note(context, setting.place, &key, "has no effect on a pod");
                    }
                }
            }
        }
        _ => {}
    }
}

fn dependencies(service: Service<'_>, context: &mut Context<'_>) {
    let Some(entry) = service.map.entry("depends_on") else { return };
    let mut ends = None;
    match &entry.value.kind {
        Kind::List(items) => {
            for item in items {
                known(
                    service,
                    "depends_on",
                    &item.scalar_text().unwrap_or_default(),
                    item.place,
                    context,
                );
            }
        }
        Kind::Map(map) => {
            for dependency in &map.0 {
                let is_optional =
                    dependency.value.get("required").and_then(Node::bool) == Some(false);
                if !is_optional || context.services.contains_key(&*dependency.key) {
                    known(service, "depends_on", &dependency.key, dependency.place, context);
                }
                let condition = dependency.value.get("condition");
                if condition.and_then(Node::str) == Some("service_completed_successfully") {
                    ends = condition;
                }
            }
        }
        _ => return,
    }
    if let Some(condition) = ends {
        let help = "make it part of this service's command, or wait for what it leaves";
        let reason = "a service of a sandbox does not end: nothing can wait for that";
        service.refuse(context, condition.place, "depends_on", reason, help);
    }
    let text = "all services start at once; the release is ready when every health check passes";
    service.note(context, entry.place, "depends_on", text);
}

fn ports(service: Service<'_>, draft: &mut Draft, context: &mut Context<'_>) {
    let mut listed = Vec::new();
    for key in ["ports", "expose"] {
        for item in service.get(key).and_then(Node::list).unwrap_or_default() {
            match port(item) {
                Ok(ports) => listed.extend(ports),
                Err(reason) => service.wrong(
                    context,
                    item.place,
                    key,
                    &reason,
                    "write `80`, `8080:80` or `53/udp`",
                ),
            }
        }
    }
    if context.options.ports == Ports::Listed {
        for port in listed {
            if !draft.ports.contains(&port) {
                draft.ports.push(port);
            }
        }
        return;
    }
    if let Some(entry) = service.map.entry("ports").filter(|_| !listed.is_empty()) {
        let text = "no port is published to a host; other services reach every port, as in Compose (`--listed-ports` closes the others)";
        service.note(context, entry.place, "ports", text);
    }
}

/// Reads one item of `ports` or `expose`: the ports of the container, with their protocol.
fn port(item: &Node) -> Result<Vec<(u16, String)>, String> {
    let (target, protocol) = if let Kind::Map(map) = &item.kind {
        let target = map.get("target").and_then(Node::scalar_text).ok_or("there is no `target`")?;
        let protocol = map.get("protocol").and_then(Node::scalar_text);
        (target, protocol.unwrap_or_else(|| "tcp".to_owned()))
    } else {
        let text = item.scalar_text().ok_or("this is no port")?;
        let (ports, protocol) = text.split_once('/').unwrap_or((&text, "tcp"));
        let target = ports.rsplit(':').next().unwrap_or_default();
        (target.to_owned(), protocol.to_owned())
    };
    let protocol = protocol.to_ascii_uppercase();
    if !["TCP", "UDP", "SCTP"].contains(&&*protocol) {
        return Err(format!("`{protocol}` is no protocol"));
    }
    let number = |text: &str| text.trim().parse::<u16>().ok().filter(|port| *port > 0);
    let (first, last) = target.split_once('-').unwrap_or((&target, &target));
    let (Some(first), Some(last)) = (number(first), number(last)) else {
        return Err(format!("`{target}` is no port"));
    };
    if last < first || last - first >= MAX_RANGE {
        return Err(format!("`{target}` is no range of up to {MAX_RANGE} ports"));
    }
    Ok((first..=last).map(|port| (port, protocol.clone())).collect())
}
