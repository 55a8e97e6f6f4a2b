//! Processor and memory: `cpus`, `mem_limit` and their kin, `deploy`, and `resources` of `x-k8s`.
//!
//! Requests are the limits unless something says otherwise, so that the pod is of the class Guaranteed.

use super::{Draft, Service};
use crate::context::Context;
use crate::extension;
use crate::node::{Kind, Map, Node};
use crate::output::{Out, OutMap};
use crate::units;

/// What `cpu_quota` is a part of unless `cpu_period` says so, in microseconds.
const DEFAULT_CPU_PERIOD: f64 = 100_000.0;

/// Keys of `deploy` that have no effect, and why.
const NOTED: [(&str, &str); 5] = [
    ("endpoint_mode", "services find each other by name"),
    ("labels", "they are those of a service of Swarm, not of its containers"),
    ("restart_policy", "a container of a sandbox is always started again"),
    ("rollback_config", "releases are installed whole"),
    ("update_config", "releases are installed whole"),
];

pub(super) fn convert(service: Service<'_>, draft: &mut Draft, context: &mut Context<'_>) {
    if let Some(deploy) = service.get("deploy").and_then(Node::map) {
        self::deploy(service, deploy, context);
    }
    let resources = service.get("deploy").and_then(|deploy| deploy.get("resources"));
    match resources.and_then(Node::map).filter(|map| !map.0.is_empty()) {
        Some(resources) => {
            of_deploy(service, resources, draft, context);
            for key in ["mem_limit", "cpus", "mem_reservation", "cpu_quota", "cpu_count"] {
                if let Some(entry) = service.map.entry(key).filter(|entry| !entry.value.is_null()) {
                    let text = "has no effect: `deploy.resources` is set, which comes first";
                    service.note(context, entry.place, key, text);
                }
            }
        }
        None => of_shortcuts(service, draft, context),
    }
    if draft.requests.is_empty() {
        draft.requests.clone_from(&draft.limits);
    }
    if let Some((_, extension)) = extension::find(service.map, &mut context.report) {
        extension::service(extension, draft, &mut context.report);
    }
}

fn of_shortcuts(service: Service<'_>, draft: &mut Draft, context: &mut Context<'_>) {
    for (key, is_limit) in [("mem_limit", true), ("mem_reservation", false)] {
        if let Some(node) = service.get(key)
            && let Some(quantity) = memory(service, key, node, context)
        {
            let section = if is_limit { &mut draft.limits } else { &mut draft.requests };
            section.push(("memory".into(), quantity.into()));
        }
    }
    let cpus = service.get("cpus").or_else(|| service.get("cpu_count"));
    let cpu = match cpus {
        Some(node) => cpu(service, "cpus", node, context),
        None => of_quota(service, context),
    };
    if let Some(cpu) = cpu {
        draft.limits.push(("cpu".into(), cpu.clone()));
        if !draft.requests.is_empty() {
            draft.requests.push(("cpu".into(), cpu));
        }
    }
}

/// Gives `cpu_quota` as a part of `cpu_period`, in thousandths of a processor.
fn of_quota(service: Service<'_>, context: &mut Context<'_>) -> Option<Out> {
    let mut number = |key: &str| {
        let node = service.get(key)?;
        let number = microseconds(node);
        if number.is_none() {
            service.wrong(
                context,
                node.place,
                key,
                "this is no number of microseconds",
                "write `cpus: NUMBER`",
            );
        }
        number
    };
    let quota = number("cpu_quota")?;
    let period = number("cpu_period").unwrap_or(DEFAULT_CPU_PERIOD);
    if quota <= 0.0 || period <= 0.0 {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "it is rounded, and bounded")]
    let thousandths = (quota / period * 1000.0).ceil().min(1e9) as i64;
    Some(Out::Text(format!("{thousandths}m")))
}

fn microseconds(node: &Node) -> Option<f64> {
    let text = node.scalar_text()?;
    if let Ok(number) = text.parse::<f64>() {
        return number.is_finite().then_some(number);
    }
    let (number, unit) = text.split_at(text.find(|c: char| c.is_ascii_alphabetic())?);
    let factor = match unit {
        "us" => 1.0,
        "ms" => 1e3,
        "s" => 1e6,
        _ => return None,
    };
    number.parse::<f64>().ok().map(|number| number * factor)
}

fn of_deploy(service: Service<'_>, resources: &Map, draft: &mut Draft, context: &mut Context<'_>) {
    for entry in &resources.0 {
        let Some(map) = entry.value.map() else { continue };
        let mut section = OutMap::new();
        for item in &map.0 {
            let key = format!("deploy.resources.{}.{}", entry.key, item.key);
            match &*item.key {
                _ if item.value.is_null() => {}
                "cpus" => {
                    if let Some(cpu) = cpu(service, &key, &item.value, context) {
                        section.push(("cpu".into(), cpu));
                    }
                }
                "memory" => {
                    if let Some(memory) = memory(service, &key, &item.value, context) {
                        section.push(("memory".into(), memory.into()));
                    }
                }
                "pids" => service.refuse(
                    context,
                    item.place,
                    &key,
                    "the limit of processes is set on the node",
                    "remove it, and set the kubelet's podPidsLimit",
                ),
                "devices" | "generic_resources" => service.refuse(
                    context,
                    item.place,
                    &key,
                    "which resource a device is depends on the cluster",
                    "write `x-k8s: {resources: {limits: {nvidia.com/gpu: 1}}}`",
                ),
                _ => {}
            }
        }
        match &*entry.key {
            "limits" => draft.limits = section,
            "reservations" => draft.requests = section,
            _ => {}
        }
    }
}

fn deploy(service: Service<'_>, deploy: &Map, context: &mut Context<'_>) {
    for entry in &deploy.0 {
        let key = format!("deploy.{}", entry.key);
        let node = &entry.value;
        match &*entry.key {
            _ if node.is_null() => {}
            "replicas" if node.int() != Some(1) => service.refuse(
                context,
                node.place,
                &key,
                "a service is one pod",
                "copy the service under another name, or remove it",
            ),
            "mode" if node.str() != Some("replicated") => {
                service.refuse(context, node.place, &key, "a service is one pod", "remove it");
            }
            "placement" if node.map().is_some_and(|map| !map.0.is_empty()) => service.refuse(
                context,
                entry.place,
                &key,
                "it is about nodes of a swarm",
                "write `platform: linux/amd64`, or set `nodeSelector` in a values file of its own",
            ),
            name => {
                if let Some((_, why)) = NOTED.iter().find(|(known, _)| *known == name) {
                    service.note(context, entry.place, &key, &format!("has no effect: {why}"));
                }
            }
        }
    }
}

/// Gives a number of processors as it is written, number or text; nothing for none.
fn cpu(service: Service<'_>, key: &str, node: &Node, context: &mut Context<'_>) -> Option<Out> {
    let text = node.scalar_text().unwrap_or_default();
    match text.parse::<f64>() {
        Ok(0.0) => None,
        Ok(number) if number.is_finite() && number > 0.0 => Some(match &node.kind {
            Kind::Int(n) => Out::Int(*n),
            Kind::Float(x) => Out::Float(*x),
            _ => Out::Text(text),
        }),
        _ => {
            let help = "write `0.5`, `2`";
            service.wrong(context, node.place, key, "this is no number of processors", help);
            None
        }
    }
}

/// Gives a size; nothing for none.
fn memory(
    service: Service<'_>,
    key: &str,
    node: &Node,
    context: &mut Context<'_>,
) -> Option<String> {
    let quantity = node.scalar_text().and_then(|text| units::quantity(&text));
    if quantity.is_none() {
        let help = "write a number with a unit: 512m, 2g";
        service.wrong(context, node.place, key, "this is no size", help);
    }
    quantity.filter(|quantity| !units::is_zero(quantity))
}
