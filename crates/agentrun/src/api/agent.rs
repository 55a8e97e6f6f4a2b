//! `Agent`: a provider with its configuration, and what its runs may use.

use std::collections::BTreeMap;

use kube::CustomResource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::common::{self, EnvVar, LocalRef, ReadyStatus, SystemPromptRef};

/// A provider with its configuration, and what runs of it may use.
#[derive(CustomResource, Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[kube(
    group = "agents.proompteng.ai",
    version = "v1alpha1",
    kind = "Agent",
    namespaced,
    status = "ReadyStatus",
    doc = "A provider with its configuration, and what runs of it may use.",
    derive = "PartialEq",
    derive = "Default",
    printcolumn(
        name = "Ready",
        type_ = "string",
        json_path = ".status.conditions[?(@.type==\"Ready\")].status"
    ),
    printcolumn(name = "Provider", type_ = "string", json_path = ".spec.providerRef.name")
)]
#[serde(rename_all = "camelCase")]
pub struct AgentSpec {
    /// The provider.
    pub provider_ref: LocalRef,
    /// Anything that templates of the provider can use.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(schema_with = "common::free")]
    pub config: BTreeMap<String, Value>,
    /// Variables that templates of the provider can use.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub env: Vec<EnvVar>,
    /// What runs may use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub security: Option<AgentSecurity>,
    /// The memory of runs that name none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_ref: Option<LocalRef>,
    /// The version control provider of runs that name none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vcs_ref: Option<LocalRef>,
    /// What runs get unless they say otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub defaults: Option<AgentDefaults>,
}

/// What runs of an agent may use; an absent list allows all.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AgentSecurity {
    /// Service accounts; a run without one uses `default`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed_service_accounts: Vec<String>,
    /// Secrets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed_secrets: Vec<String>,
    /// Where implementations may come from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed_implementation_source_providers: Vec<String>,
}

/// What runs of an agent get.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("x-kubernetes-validations" = common::rules(&[
    (
        "!(has(self.systemPrompt) && has(self.systemPromptRef))",
        "Only one of systemPrompt or systemPromptRef may be set",
    ),
])))]
#[serde(rename_all = "camelCase")]
pub struct AgentDefaults {
    /// After how many seconds a run has failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0))]
    pub timeout_seconds: Option<i32>,
    /// How often a failed run is repeated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0))]
    pub retry_limit: Option<i32>,
    /// What the model is told first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 16_384))]
    pub system_prompt: Option<String>,
    /// Where that is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system_prompt_ref: Option<SystemPromptRef>,
}
