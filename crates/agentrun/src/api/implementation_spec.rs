//! `ImplementationSpec`: what an agent shall do.

use kube::CustomResource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::common::{self, Condition, LocalRef};

/// What an agent shall do.
#[derive(CustomResource, Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[kube(
    group = "agents.proompteng.ai",
    version = "v1alpha1",
    kind = "ImplementationSpec",
    namespaced,
    status = "ImplementationStatus",
    doc = "What an agent shall do.",
    derive = "PartialEq",
    derive = "Default",
    printcolumn(
        name = "Ready",
        type_ = "string",
        json_path = ".status.conditions[?(@.type==\"Ready\")].status"
    ),
    printcolumn(name = "Source", type_ = "string", json_path = ".spec.source.provider"),
    printcolumn(name = "Updated", type_ = "date", json_path = ".status.syncedAt")
)]
#[serde(rename_all = "camelCase")]
pub struct Implementation {
    /// What to do, in words.
    #[schemars(length(max = 131_072))]
    pub text: String,
    /// The same in one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 256))]
    pub summary: Option<String>,
    /// What is around it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 131_072))]
    pub description: Option<String>,
    /// When it is done.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 50))]
    pub acceptance_criteria: Vec<String>,
    /// Words to find it by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
    /// Where it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<ImplementationOrigin>,
    /// The version control provider for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vcs_ref: Option<LocalRef>,
    /// Which parameters it needs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract: Option<ImplementationContract>,
}

/// Where an implementation came from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImplementationOrigin {
    /// Who has it.
    pub provider: OriginProvider,
    /// What it is called there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// Where it can be seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// Who has implementations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum OriginProvider {
    /// An issue of GitHub.
    #[serde(rename = "github")]
    GitHub,
    /// An issue of Linear.
    #[serde(rename = "linear")]
    Linear,
    /// Someone wrote it.
    #[serde(rename = "manual")]
    Manual,
    /// Something else.
    #[serde(rename = "custom")]
    Custom,
}

/// Which parameters an implementation needs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImplementationContract {
    /// Parameters that a run must have.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 50))]
    pub required_keys: Vec<String>,
    /// Other names of parameters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 100))]
    pub mappings: Vec<ContractMapping>,
}

/// Another name of a parameter.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ContractMapping {
    /// What runs call it.
    #[schemars(length(max = 256))]
    pub from: String,
    /// What the implementation calls it.
    #[schemars(length(max = 256))]
    pub to: String,
}

/// What a controller knows of an implementation.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImplementationStatus {
    /// When it was last fetched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "common::time")]
    pub synced_at: Option<String>,
    /// Which version that was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_version: Option<String>,
    /// What is known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
    /// When this was last written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "common::time")]
    pub updated_at: Option<String>,
    /// For which generation it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
}
