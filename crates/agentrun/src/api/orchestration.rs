//! `Orchestration`: steps of agents, tools and other orchestrations.

use std::collections::BTreeMap;

use kube::CustomResource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::common::{self, LocalRef, PhaseStatus};

/// Steps of agents, tools and other orchestrations.
#[derive(CustomResource, Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[kube(
    group = "orchestration.proompteng.ai",
    version = "v1alpha1",
    kind = "Orchestration",
    namespaced,
    status = "PhaseStatus",
    doc = "Steps of agents, tools and other orchestrations.",
    derive = "PartialEq",
    derive = "Default",
    printcolumn(name = "Phase", type_ = "string", json_path = ".status.phase"),
    printcolumn(name = "Entrypoint", type_ = "string", json_path = ".spec.entrypoint")
)]
#[serde(rename_all = "camelCase")]
pub struct OrchestrationSpec {
    /// The step to begin with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entrypoint: Option<String>,
    /// The steps.
    pub steps: Vec<OrchestrationStep>,
    /// Rules for all of them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(schema_with = "common::free")]
    pub policies: BTreeMap<String, Value>,
}

/// One step; what its kind needs beside these fields is kept.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrchestrationStep {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: String,
    /// The agent that does it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_ref: Option<LocalRef>,
    /// The tool that does it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_ref: Option<LocalRef>,
    /// The orchestration that does it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orchestration_ref: Option<LocalRef>,
    /// The approval that it waits for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_ref: Option<String>,
    /// Steps that come before it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub depends_on: Vec<String>,
    /// Its parameters.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub with: BTreeMap<String, String>,
    /// How often a failed attempt is repeated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retries: Option<i32>,
    /// How many seconds lie between attempts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_backoff_seconds: Option<i32>,
    /// After how many seconds an attempt has failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_seconds: Option<i32>,
    /// Anything else.
    #[serde(flatten)]
    pub others: BTreeMap<String, Value>,
}
