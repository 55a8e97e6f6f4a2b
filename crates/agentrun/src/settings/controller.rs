//! `controller` of the chart, as far as runs depend on it: what holds where `agentRun` says nothing.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{
    Affinity, PodSecurityContext, Toleration, TopologySpreadConstraint,
};
use pintle_manifest::typed::Raw;
use serde::{Deserialize, Serialize};

use super::defaults::{PullSecret, Resources};
use super::number::Count;
use super::said::Said;

/// Settings of the controllers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Controller {
    /// Namespaces that are watched; none for the release's own.
    pub namespaces: Vec<String>,
    /// After how many seconds the control plane deletes a finished job.
    #[serde(skip_serializing_if = "Said::is_nothing")]
    pub job_ttl_seconds: Said<Count>,
    /// After how many seconds the controllers do.
    #[serde(skip_serializing_if = "Said::is_nothing")]
    pub job_ttl_seconds_after_finished: Said<Count>,
    /// The login of the model's provider.
    pub auth_secret: AuthSecret,
    /// What every job gets.
    pub default_workload: DefaultWorkload,
    /// What runs do not depend on.
    #[serde(flatten)]
    pub others: BTreeMap<String, Raw>,
}

/// The Secret with the login of the model's provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AuthSecret {
    /// Its name; empty for none.
    pub name: String,
    /// The key there.
    pub key: String,
    /// The folder where runners find it.
    pub mount_path: String,
}

impl Default for AuthSecret {
    fn default() -> Self {
        Self {
            name: String::new(),
            key: "auth.json".to_owned(),
            mount_path: "/root/.codex".to_owned(),
        }
    }
}

/// What every job gets. Empty is the same as absent here.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(missing_docs, reason = "as the fields of pods that they become")]
pub struct DefaultWorkload {
    pub service_account_name: String,
    pub node_selector: BTreeMap<String, String>,
    pub tolerations: Vec<Toleration>,
    pub affinity: Affinity,
    pub topology_spread_constraints: Vec<TopologySpreadConstraint>,
    pub pod_security_context: PodSecurityContext,
    pub resources: Resources,
    pub image_pull_secrets: Vec<PullSecret>,
    pub priority_class_name: String,
    pub scheduler_name: String,
}
