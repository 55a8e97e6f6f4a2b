//! `Swarm`: agents that find, plan, build and check work by themselves.

use kube::CustomResource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::common;
use super::swarm_status::SwarmStatus;

/// Agents that find, plan, build and check work by themselves.
#[derive(CustomResource, Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[kube(
    group = "swarm.proompteng.ai",
    version = "v1alpha1",
    kind = "Swarm",
    namespaced,
    status = "SwarmStatus",
    doc = "Agents that find, plan, build and check work by themselves.",
    derive = "PartialEq",
    printcolumn(name = "Phase", type_ = "string", json_path = ".status.phase"),
    printcolumn(name = "Mode", type_ = "string", json_path = ".spec.mode"),
    printcolumn(
        name = "Ready",
        type_ = "string",
        json_path = ".status.conditions[?(@.type==\"Ready\")].status"
    )
)]
#[serde(rename_all = "camelCase")]
pub struct SwarmSpec {
    /// Who answers for it.
    pub owner: SwarmOwner,
    /// Where it talks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub integrations: Option<SwarmIntegrations>,
    /// What it works on.
    #[schemars(length(min = 1))]
    pub domains: Vec<String>,
    /// What it shall reach.
    #[schemars(length(min = 1))]
    pub objectives: Vec<String>,
    /// Whether people help.
    pub mode: SwarmMode,
    /// In which time zone it lives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// How often each stage runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cadence: Option<SwarmCadence>,
    /// Where it finds work.
    pub discovery: SwarmDiscovery,
    /// How its work goes out.
    pub delivery: SwarmDelivery,
    /// What holds it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk: Option<SwarmRisk>,
    /// What its work is measured by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mission: Option<SwarmMission>,
    /// What runs in each stage.
    pub execution: SwarmExecution,
}

/// Whether people help a swarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum SwarmMode {
    /// They do.
    #[serde(rename = "assisted")]
    Assisted,
    /// They do not.
    #[serde(rename = "lights-out")]
    LightsOut,
}

/// Who answers for a swarm.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SwarmOwner {
    /// Who.
    pub id: String,
    /// Where they can be reached.
    pub channel: String,
}

/// Where a swarm talks.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SwarmIntegrations {
    /// Over NATS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nats: Option<SwarmNats>,
}

/// How a swarm talks over NATS.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SwarmNats {
    /// The server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// What subjects begin with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject_prefix: Option<String>,
    /// The channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// Who talks.
    pub personas: SwarmPersonas,
}

/// Who talks for a swarm.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SwarmPersonas {
    /// Who plans.
    pub architect: SwarmPersona,
    /// Who builds.
    pub engineer: SwarmPersona,
    /// Who ships.
    pub deployer: SwarmPersona,
}

/// Someone who talks for a swarm.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SwarmPersona {
    /// The name for people.
    pub human_name: String,
    /// The name for programs.
    pub worker_identity: String,
}

/// How often each stage runs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SwarmCadence {
    /// Finding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discover_every: Option<String>,
    /// Planning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan_every: Option<String>,
    /// Building.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub implement_every: Option<String>,
    /// Checking.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verify_every: Option<String>,
}

/// Where a swarm finds work.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SwarmDiscovery {
    /// How many sources must agree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "common::integer", extend("minimum" = 1))]
    pub min_citations: Option<i64>,
    /// How sure it must be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "common::number", extend("minimum" = 0), extend("maximum" = 1))]
    pub min_confidence: Option<f64>,
    /// Where it looks.
    #[schemars(length(min = 1))]
    pub sources: Vec<SwarmSource>,
}

/// A place to find work.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SwarmSource {
    /// Its name.
    pub name: String,
    /// What it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Its address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// How the work of a swarm goes out.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SwarmDelivery {
    /// Repositories that it may change.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub repo_allowlist: Vec<String>,
    /// Checks that must pass.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub required_checks: Vec<String>,
    /// How changes are taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merge_policy: Option<SwarmMergePolicy>,
    /// Where they are shipped.
    pub deployment_targets: Vec<String>,
    /// How they are shipped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollout: Option<SwarmRollout>,
}

/// How changes of a swarm are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum SwarmMergePolicy {
    /// As soon as checks pass.
    #[serde(rename = "auto-merge")]
    AutoMerge,
    /// One after another.
    #[serde(rename = "merge-queue")]
    MergeQueue,
}

/// How changes are shipped.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SwarmRollout {
    /// The way.
    pub strategy: SwarmRolloutStrategy,
    /// Its steps.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<SwarmRolloutStep>,
    /// What decides whether it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub analysis_template_ref: Option<String>,
}

/// Ways to ship changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum SwarmRolloutStrategy {
    /// To a few first.
    #[serde(rename = "canary")]
    Canary,
}

/// A step of shipping.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SwarmRolloutStep {
    /// How many of a hundred get it.
    #[schemars(schema_with = "common::integer", extend("minimum" = 1), extend("maximum" = 100))]
    pub set_weight: i64,
    /// How long to wait then.
    pub pause: String,
}

/// What holds a swarm back.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SwarmRisk {
    /// What it may spend.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget_ref: Option<String>,
    /// Who must agree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval_policy_ref: Option<String>,
    /// After how many failures it stops.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "common::integer", extend("minimum" = 1))]
    pub freeze_after_failures: Option<i64>,
    /// For how long it stops.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub freeze_duration: Option<String>,
}

/// What the work of a swarm is measured by.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SwarmMission {
    /// Where it is written down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ledger_ref: Option<String>,
    /// The design that it follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_design: Option<String>,
    /// The number that shall change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub business_metric: Option<String>,
    /// What must be shown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub validation_contract: Vec<String>,
    /// What must be reached before it goes on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub value_gates: Vec<String>,
    /// What must be said when work is handed on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub handoff_required_fields: Vec<String>,
}

/// What runs in each stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SwarmExecution {
    /// Finding.
    pub discover: SwarmStage,
    /// Planning.
    pub plan: SwarmStage,
    /// Building.
    pub implement: SwarmStage,
    /// Checking.
    pub verify: SwarmStage,
}

/// What runs in a stage.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SwarmStage {
    /// Whether anything does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// How often.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<String>,
    /// What.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_ref: Option<SwarmTarget>,
}

/// What runs in a stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SwarmTarget {
    /// Its kind.
    pub kind: SwarmTargetKind,
    /// Its name.
    pub name: String,
    /// Its namespace; the swarm's own if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
}

/// What can run in a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum SwarmTargetKind {
    /// A run of an agent.
    AgentRun,
    /// A run of an orchestration.
    OrchestrationRun,
}
