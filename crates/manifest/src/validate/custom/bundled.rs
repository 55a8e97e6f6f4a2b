//! The definitions that come with this crate, read when the first object of their kind is judged.
//!
//! `schemas/crds/SOURCES` says where they come from; those of `proompteng.ai` are made from the types of `pintle-agentrun`.

use std::sync::OnceLock;

use super::definitions::Definition;
use crate::document::Document;

/// A definition: its group, its kind, its text.
struct Bundled {
    group: &'static str,
    kind: &'static str,
    text: &'static str,
    read: OnceLock<Option<Definition>>,
}

macro_rules! bundled {
    ($($group:literal $kind:literal $file:literal,)*) => {
        static BUNDLED: [Bundled; [$($kind),*].len()] = [$(Bundled {
            group: $group,
            kind: $kind,
            text: include_str!(concat!("../../../../../schemas/crds/", $group, "/", $file, ".json")),
            read: OnceLock::new(),
        }),*];
    };
}

bundled! {
    "agents.proompteng.ai" "Agent" "agent",
    "agents.proompteng.ai" "AgentProvider" "agentprovider",
    "agents.proompteng.ai" "AgentRun" "agentrun",
    "agents.proompteng.ai" "ImplementationSource" "implementationsource",
    "agents.proompteng.ai" "ImplementationSpec" "implementationspec",
    "agents.proompteng.ai" "Memory" "memory",
    "agents.proompteng.ai" "VersionControlProvider" "versioncontrolprovider",
    "agents.x-k8s.io" "Sandbox" "sandbox",
    "approvals.proompteng.ai" "ApprovalPolicy" "approvalpolicy",
    "artifacts.proompteng.ai" "Artifact" "artifact",
    "budgets.proompteng.ai" "Budget" "budget",
    "cilium.io" "CiliumClusterwideNetworkPolicy" "ciliumclusterwidenetworkpolicy",
    "cilium.io" "CiliumNetworkPolicy" "ciliumnetworkpolicy",
    "extensions.agents.x-k8s.io" "SandboxClaim" "sandboxclaim",
    "extensions.agents.x-k8s.io" "SandboxTemplate" "sandboxtemplate",
    "extensions.agents.x-k8s.io" "SandboxWarmPool" "sandboxwarmpool",
    "monitoring.coreos.com" "Alertmanager" "alertmanager",
    "monitoring.coreos.com" "AlertmanagerConfig" "alertmanagerconfig",
    "monitoring.coreos.com" "PodMonitor" "podmonitor",
    "monitoring.coreos.com" "Probe" "probe",
    "monitoring.coreos.com" "Prometheus" "prometheus",
    "monitoring.coreos.com" "PrometheusAgent" "prometheusagent",
    "monitoring.coreos.com" "PrometheusRule" "prometheusrule",
    "monitoring.coreos.com" "ScrapeConfig" "scrapeconfig",
    "monitoring.coreos.com" "ServiceMonitor" "servicemonitor",
    "monitoring.coreos.com" "ThanosRuler" "thanosruler",
    "orchestration.proompteng.ai" "Orchestration" "orchestration",
    "orchestration.proompteng.ai" "OrchestrationRun" "orchestrationrun",
    "schedules.proompteng.ai" "Schedule" "schedule",
    "security.proompteng.ai" "SecretBinding" "secretbinding",
    "signals.proompteng.ai" "Signal" "signal",
    "signals.proompteng.ai" "SignalDelivery" "signaldelivery",
    "swarm.proompteng.ai" "Swarm" "swarm",
    "tools.proompteng.ai" "Tool" "tool",
    "tools.proompteng.ai" "ToolRun" "toolrun",
    "workspaces.proompteng.ai" "Workspace" "workspace",
}

/// Finds a definition.
pub(super) fn find(group: &str, kind: &str) -> Option<&'static Definition> {
    let found = BUNDLED.iter().find(|known| known.group == group && known.kind == kind)?;
    let read = || Definition::read(&Document::read(found.text).ok()?.root).ok();
    found.read.get_or_init(read).as_ref()
}

/// Tells whether kinds of a group are among the definitions.
pub(super) fn has_group(group: &str) -> bool {
    BUNDLED.iter().any(|known| known.group == group)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_definition_can_be_read_and_is_of_its_kind() {
        for known in &BUNDLED {
            let definition = find(known.group, known.kind).unwrap();
            assert_eq!(
                (definition.group.as_ref(), definition.kind.as_ref()),
                (known.group, known.kind)
            );
        }
    }
}
