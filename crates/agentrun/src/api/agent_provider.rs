//! `AgentProvider`: a program that does the work, and how it is called.

use std::collections::BTreeMap;

use kube::CustomResource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::agent_run::WorkloadResources;
use super::common::{self, OutputArtifact, ReadyStatus};

/// A program that does the work of agents, and how it is called.
#[derive(CustomResource, Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[kube(
    group = "agents.proompteng.ai",
    version = "v1alpha1",
    kind = "AgentProvider",
    namespaced,
    status = "ReadyStatus",
    doc = "A program that does the work of agents, and how it is called.",
    derive = "PartialEq",
    derive = "Default",
    printcolumn(
        name = "Ready",
        type_ = "string",
        json_path = ".status.conditions[?(@.type==\"Ready\")].status"
    )
)]
#[serde(rename_all = "camelCase")]
pub struct AgentProviderSpec {
    /// The program.
    pub binary: String,
    /// Its arguments; `{{ a.b }}` stands for a field of the run's context.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub args_template: Vec<String>,
    /// Its variables, with the same templates.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub env_template: BTreeMap<String, String>,
    /// Variables from Secrets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secret_env: Vec<SecretEnvVar>,
    /// Files that it finds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub input_files: Vec<InputFile>,
    /// What it leaves behind.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub output_artifacts: Vec<OutputArtifact>,
    /// What becomes of it when its model has no capacity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health: Option<ProviderHealth>,
    /// What runs get unless they say otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workload: Option<ProviderWorkload>,
    /// Settings of the runner that calls the program.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(schema_with = "common::free")]
    pub adapter: BTreeMap<String, Value>,
}

/// What runs of a provider get.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProviderWorkload {
    /// The image of runs that name none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// Resources below those of the run, key by key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resources: Option<WorkloadResources>,
    /// The service account of runs that name none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_account_name: Option<String>,
    /// A token for one audience in place of the cluster's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_account_token: Option<ServiceAccountToken>,
}

/// A short-lived token for one audience.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ServiceAccountToken {
    /// Whom it is for.
    #[schemars(length(min = 1, max = 253))]
    pub audience: String,
    /// How long it is good for.
    #[schemars(range(min = 600, max = 3600))]
    pub expiration_seconds: i64,
    /// The folder in which the runner finds it.
    #[schemars(length(min = 2, max = 1024), regex(pattern = "^/"))]
    pub mount_path: String,
}

/// What becomes of a provider without capacity.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProviderHealth {
    /// What becomes of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity_failure_policy: Option<CapacityFailurePolicy>,
}

/// What becomes of a provider without capacity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum CapacityFailurePolicy {
    /// It stays ready, and is marked.
    #[serde(rename = "degrade")]
    Degrade,
    /// It is no longer ready.
    #[serde(rename = "block")]
    Block,
}

/// A variable whose value is in a Secret.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SecretEnvVar {
    /// The variable.
    pub name: String,
    /// The Secret.
    pub secret_name: String,
    /// The key there.
    pub key: String,
    /// Whether runs start without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub optional: Option<bool>,
}

/// A file that a program finds.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InputFile {
    /// Where.
    pub path: String,
    /// What is in it, as it is.
    pub content: String,
}
