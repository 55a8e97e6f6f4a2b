//! `SignalDelivery`: one telling of a `Signal`.

use std::collections::BTreeMap;

use kube::CustomResource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::common::{self, Condition, LocalRef};

/// One telling of a signal.
#[derive(CustomResource, Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[kube(
    group = "signals.proompteng.ai",
    version = "v1alpha1",
    kind = "SignalDelivery",
    namespaced,
    status = "SignalDeliveryStatus",
    doc = "One telling of a signal.",
    derive = "PartialEq",
    derive = "Default",
    printcolumn(name = "Phase", type_ = "string", json_path = ".status.phase"),
    printcolumn(name = "Signal", type_ = "string", json_path = ".spec.signalRef.name")
)]
#[serde(rename_all = "camelCase")]
pub struct SignalDeliverySpec {
    /// The signal.
    pub signal_ref: LocalRef,
    /// Two with the same one are one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery_id: Option<String>,
    /// What it carries.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(schema_with = "common::free")]
    pub payload: BTreeMap<String, Value>,
}

/// What became of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignalDeliveryStatus {
    /// How far it is, in one word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phase: Option<String>,
    /// When it was heard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "common::time")]
    pub delivered_at: Option<String>,
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
