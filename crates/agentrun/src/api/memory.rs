//! `Memory`: a store that agents remember with.

use kube::CustomResource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::common::{self, Condition, SecretRef};

/// A store that agents remember with.
#[derive(CustomResource, Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[kube(
    group = "agents.proompteng.ai",
    version = "v1alpha1",
    kind = "Memory",
    namespaced,
    status = "MemoryStatus",
    doc = "A store that agents remember with.",
    derive = "PartialEq",
    printcolumn(
        name = "Ready",
        type_ = "string",
        json_path = ".status.conditions[?(@.type==\"Ready\")].status"
    ),
    printcolumn(name = "Type", type_ = "string", json_path = ".spec.type"),
    printcolumn(name = "Default", type_ = "boolean", json_path = ".spec.default")
)]
#[serde(rename_all = "camelCase")]
pub struct MemorySpec {
    /// What it is.
    pub r#type: MemoryType,
    /// How to reach it.
    pub connection: MemoryConnection,
    /// What it can keep: `vector`, `kv`, `blob`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub capabilities: Vec<String>,
    /// Whether runs without one use it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("default" = false))]
    pub default: Option<bool>,
}

/// What a memory can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum MemoryType {
    /// `PostgreSQL`.
    #[serde(rename = "postgres")]
    Postgres,
    /// Redis.
    #[serde(rename = "redis")]
    Redis,
    /// Weaviate.
    #[serde(rename = "weaviate")]
    Weaviate,
    /// Pinecone.
    #[serde(rename = "pinecone")]
    Pinecone,
    /// Something else.
    #[serde(rename = "custom")]
    Custom,
}

/// How to reach a memory.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MemoryConnection {
    /// The Secret with its address.
    pub secret_ref: SecretRef,
}

/// What a controller knows of a memory.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MemoryStatus {
    /// When it was last reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "common::time")]
    pub last_checked_at: Option<String>,
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
