//! The status of a `Swarm`, as controllers write it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::common::{self, Condition};

/// What is known of a swarm.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SwarmStatus {
    /// How far it is, in one word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phase: Option<String>,
    /// For which generation it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// When this was last written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "common::time")]
    pub updated_at: Option<String>,
    /// When work was last found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "common::time")]
    pub last_discover_at: Option<String>,
    /// When work was last planned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "common::time")]
    pub last_plan_at: Option<String>,
    /// When something was last built.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "common::time")]
    pub last_implement_at: Option<String>,
    /// When something was last checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "common::time")]
    pub last_verify_at: Option<String>,
    /// How much work there is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "common::integer")]
    pub active_missions: Option<i64>,
    /// How much waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "common::integer")]
    pub queued_needs: Option<i64>,
    /// What became of what was asked of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requirements: Option<SwarmRequirements>,
    /// How much was found in a day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "common::integer")]
    pub discoveries24h: Option<i64>,
    /// How much was done in a day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "common::integer")]
    pub missions24h: Option<i64>,
    /// How much of that succeeded without people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "common::number")]
    pub autonomous_success_rate24h: Option<f64>,
    /// The last change that was shipped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_production_change_ref: Option<String>,
    /// Why it stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub freeze: Option<SwarmFreeze>,
    /// How far each stage is.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(schema_with = "common::free")]
    pub stage_states: BTreeMap<String, Value>,
    /// What is known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
}

/// What became of what was asked of a swarm.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SwarmRequirements {
    /// How many wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "common::integer")]
    pub pending: Option<i64>,
    /// How many were handed on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "common::integer")]
    pub dispatched: Option<i64>,
    /// How many cannot go on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "common::integer")]
    pub blocked: Option<i64>,
    /// How many were not let in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "common::integer")]
    pub admission_blocked: Option<i64>,
    /// How many no stage takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "common::integer")]
    pub stage_clearance_blocked: Option<i64>,
    /// How many are done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "common::integer")]
    pub completed: Option<i64>,
    /// How many came the wrong way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "common::integer")]
    pub invalid_channel: Option<i64>,
    /// How many were refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "common::integer")]
    pub rejected: Option<i64>,
    /// How many came twice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "common::integer")]
    pub duplicates: Option<i64>,
    /// Whether none are taken now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused: Option<bool>,
    /// What let them in.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(schema_with = "common::free")]
    pub admission: BTreeMap<String, Value>,
    /// Which stages take them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(schema_with = "common::free")]
    pub stage_clearance: BTreeMap<String, Value>,
    /// Why none are taken, in one word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause_reason: Option<String>,
    /// Why none are taken, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause_message: Option<String>,
    /// What failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Why a swarm stopped.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SwarmFreeze {
    /// Why, in one word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "common::time")]
    pub until: Option<String>,
    /// How many failures there were in a row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "common::integer")]
    pub consecutive_failures: Option<i64>,
    /// How many there may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "common::integer")]
    pub threshold: Option<i64>,
    /// Since when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "common::time")]
    pub entered_at: Option<String>,
    /// For how many milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "common::integer")]
    pub duration_ms: Option<i64>,
    /// What was seen.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(schema_with = "common::free")]
    pub evidence: BTreeMap<String, Value>,
}
