//! `agentRun.defaults`, and the profiles over it: what a run gets unless it says otherwise.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{
    Affinity, PodSecurityContext, SecurityContext, Toleration, TopologySpreadConstraint,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::number::{Count, Deadline, JobTtl};
use super::said::Said;

/// What a run gets unless it says otherwise.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Defaults {
    /// The runner's image.
    pub image: Image,
    /// Fields of the job.
    pub job: JobDefaults,
    /// Fields of its pods.
    pub pod: PodDefaults,
    /// Fields of the runner's container.
    pub container: ContainerDefaults,
    /// The container's environment.
    pub env: EnvDefaults,
}

/// Any part of [`Defaults`].
pub type Profile = Defaults;

/// An image by its parts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Image {
    /// The name without tag and digest.
    #[serde(skip_serializing_if = "Said::is_nothing")]
    pub repository: Said<String>,
    /// The tag; empty where the digest says enough.
    #[serde(skip_serializing_if = "Said::is_nothing")]
    pub tag: Said<String>,
    /// `sha256:` and 64 hexadecimal digits; stands behind the tag.
    #[serde(skip_serializing_if = "Said::is_nothing")]
    pub digest: Said<String>,
    /// When the image is pulled: `Always`, `IfNotPresent` or `Never`.
    #[serde(skip_serializing_if = "Said::is_nothing")]
    pub pull_policy: Said<String>,
    /// The Secrets with the logins of registries.
    #[serde(skip_serializing_if = "Said::is_nothing")]
    pub pull_secrets: Said<Vec<PullSecret>>,
}

/// A Secret with the login of a registry: its name, or a map with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum PullSecret {
    /// The name alone.
    Name(String),
    /// As Kubernetes writes it.
    Reference {
        /// The name.
        name: String,
    },
}

impl PullSecret {
    /// Gives the name.
    pub fn name(&self) -> &str {
        match self {
            Self::Name(name) | Self::Reference { name } => name,
        }
    }
}

/// Fields of the job.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct JobDefaults {
    /// How often a failed pod is replaced.
    #[serde(skip_serializing_if = "Said::is_nothing")]
    pub backoff_limit: Said<Count>,
    /// After how many seconds a finished job is deleted.
    #[serde(skip_serializing_if = "Said::is_nothing")]
    pub ttl_seconds_after_finished: Said<JobTtl>,
    /// After how many seconds a running job is stopped.
    #[serde(skip_serializing_if = "Said::is_nothing")]
    pub active_deadline_seconds: Said<Deadline>,
    /// How many pods must succeed.
    #[serde(skip_serializing_if = "Said::is_nothing")]
    pub completions: Said<Count>,
    /// How many pods may run at once.
    #[serde(skip_serializing_if = "Said::is_nothing")]
    pub parallelism: Said<Count>,
}

impl JobDefaults {
    /// Takes the silence of each field for `null`.
    pub(super) fn close(&mut self) {
        self.backoff_limit.close();
        self.ttl_seconds_after_finished.close();
        self.active_deadline_seconds.close();
        self.completions.close();
        self.parallelism.close();
    }
}

/// Fields of a job's pods.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PodDefaults {
    /// Labels beside those that every run has.
    #[serde(skip_serializing_if = "Said::is_nothing")]
    pub labels: Said<BTreeMap<String, String>>,
    /// Annotations.
    #[serde(skip_serializing_if = "Said::is_nothing")]
    pub annotations: Said<BTreeMap<String, String>>,
    /// The priority class; empty for none.
    #[serde(skip_serializing_if = "Said::is_nothing")]
    pub priority_class_name: Said<String>,
    /// The scheduler; empty for the cluster's own.
    #[serde(skip_serializing_if = "Said::is_nothing")]
    pub scheduler_name: Said<String>,
    /// Labels that a node must have.
    #[serde(skip_serializing_if = "Said::is_nothing")]
    pub node_selector: Said<BTreeMap<String, String>>,
    /// Taints that are tolerated.
    #[serde(skip_serializing_if = "Said::is_nothing")]
    pub tolerations: Said<Vec<Toleration>>,
    /// Where pods shall or shall not run.
    #[serde(skip_serializing_if = "Said::is_nothing")]
    pub affinity: Said<Affinity>,
    /// How pods spread.
    #[serde(skip_serializing_if = "Said::is_nothing")]
    pub topology_spread_constraints: Said<Vec<TopologySpreadConstraint>>,
    /// The security context of the pod.
    #[serde(skip_serializing_if = "Said::is_nothing")]
    pub security_context: Said<PodSecurityContext>,
}

/// Fields of the runner's container.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ContainerDefaults {
    /// What is put where nothing is said; none said is [`Hardening::Restricted`].
    #[serde(skip_serializing_if = "Said::is_nothing")]
    pub hardening: Said<Hardening>,
    /// The security context of the container.
    #[serde(skip_serializing_if = "Said::is_nothing")]
    pub security_context: Said<SecurityContext>,
    /// What the container asks for, and what it may have.
    #[serde(skip_serializing_if = "Said::is_nothing")]
    pub resources: Said<Resources>,
}

/// How much the container's security context says on its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Hardening {
    /// What the pod security level `restricted` asks for, field by field, where no layer says otherwise.
    #[default]
    Restricted,
    /// Nothing.
    None,
}

/// What a container asks for and may have: quantities by the resource's name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Resources {
    /// What it asks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requests: Option<BTreeMap<String, String>>,
    /// What it may have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limits: Option<BTreeMap<String, String>>,
}

/// Variables of the runner's container.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct EnvDefaults {
    /// Values by name; no secrets.
    #[serde(skip_serializing_if = "Said::is_nothing")]
    pub vars: Said<BTreeMap<String, String>>,
    /// Variables from Secrets.
    #[serde(skip_serializing_if = "Said::is_nothing")]
    pub secrets: Said<Vec<SecretVariable>>,
    /// Variables from `ConfigMaps`.
    #[serde(skip_serializing_if = "Said::is_nothing")]
    pub config: Said<Vec<ConfigVariable>>,
}

/// A variable whose value is in a Secret.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SecretVariable {
    /// The variable.
    pub name: String,
    /// The Secret.
    pub secret_name: String,
    /// The key there; `value` if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

/// A variable whose value is in a `ConfigMap`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConfigVariable {
    /// The variable.
    pub name: String,
    /// The `ConfigMap`.
    pub config_map_name: String,
    /// The key there; the variable's name if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

impl SecretVariable {
    /// Gives the key in the Secret.
    pub fn key(&self) -> &str {
        self.key.as_deref().filter(|key| !key.is_empty()).unwrap_or("value")
    }
}

impl ConfigVariable {
    /// Gives the key in the `ConfigMap`.
    pub fn key(&self) -> &str {
        self.key.as_deref().filter(|key| !key.is_empty()).unwrap_or(&self.name)
    }
}

impl Defaults {
    /// Gives what holds where `weaker` is the layer below: maps are merged key by key, security contexts and the affinity
    /// field by field, variables by name; lists are replaced whole, and `null` takes back.
    #[must_use]
    pub fn over(self, weaker: Self) -> Self {
        Self {
            image: Image {
                repository: self.image.repository.over(weaker.image.repository, replace),
                tag: self.image.tag.over(weaker.image.tag, replace),
                digest: self.image.digest.over(weaker.image.digest, replace),
                pull_policy: self.image.pull_policy.over(weaker.image.pull_policy, replace),
                pull_secrets: self.image.pull_secrets.over(weaker.image.pull_secrets, replace),
            },
            job: JobDefaults {
                backoff_limit: self.job.backoff_limit.over(weaker.job.backoff_limit, replace),
                ttl_seconds_after_finished: self
                    .job
                    .ttl_seconds_after_finished
                    .over(weaker.job.ttl_seconds_after_finished, replace),
                active_deadline_seconds: self
                    .job
                    .active_deadline_seconds
                    .over(weaker.job.active_deadline_seconds, replace),
                completions: self.job.completions.over(weaker.job.completions, replace),
                parallelism: self.job.parallelism.over(weaker.job.parallelism, replace),
            },
            pod: self.pod.over(weaker.pod),
            container: ContainerDefaults {
                hardening: self.container.hardening.over(weaker.container.hardening, replace),
                security_context: self
                    .container
                    .security_context
                    .over(weaker.container.security_context, |a, b| by_field(a, &b)),
                resources: self.container.resources.over(weaker.container.resources, |a, b| {
                    Resources {
                        requests: either(a.requests, b.requests),
                        limits: either(a.limits, b.limits),
                    }
                }),
            },
            env: EnvDefaults {
                vars: self.env.vars.over(weaker.env.vars, by_key),
                secrets: self
                    .env
                    .secrets
                    .over(weaker.env.secrets, |a, b| by_name(a, b, |v| &v.name)),
                config: self.env.config.over(weaker.env.config, |a, b| by_name(a, b, |v| &v.name)),
            },
        }
    }
}

impl PodDefaults {
    fn over(self, weaker: Self) -> Self {
        Self {
            labels: self.labels.over(weaker.labels, by_key),
            annotations: self.annotations.over(weaker.annotations, by_key),
            priority_class_name: self.priority_class_name.over(weaker.priority_class_name, replace),
            scheduler_name: self.scheduler_name.over(weaker.scheduler_name, replace),
            node_selector: self.node_selector.over(weaker.node_selector, by_key),
            tolerations: self.tolerations.over(weaker.tolerations, replace),
            affinity: self.affinity.over(weaker.affinity, |a, b| by_field(a, &b)),
            topology_spread_constraints: self
                .topology_spread_constraints
                .over(weaker.topology_spread_constraints, replace),
            security_context: self
                .security_context
                .over(weaker.security_context, |a, b| by_field(a, &b)),
        }
    }
}

fn replace<T>(stronger: T, _weaker: T) -> T {
    stronger
}

type Texts = BTreeMap<String, String>;

fn by_key(stronger: Texts, mut weaker: Texts) -> Texts {
    weaker.extend(stronger);
    weaker
}

fn either(stronger: Option<Texts>, weaker: Option<Texts>) -> Option<Texts> {
    match (stronger, weaker) {
        (Some(stronger), Some(weaker)) => Some(by_key(stronger, weaker)),
        (stronger, weaker) => stronger.or(weaker),
    }
}

/// Keeps the order of the weaker list, in which stronger items take the place of their namesakes; others come after it.
fn by_name<T>(stronger: Vec<T>, mut weaker: Vec<T>, name: impl Fn(&T) -> &String) -> Vec<T> {
    for item in stronger {
        match weaker.iter().position(|other| name(other) == name(&item)) {
            Some(index) => weaker[index] = item,
            None => weaker.push(item),
        }
    }
    weaker
}

/// Merges two of Kubernetes' own types, which have no merge that replaces lists.
fn by_field<T: Serialize + DeserializeOwned>(stronger: T, weaker: &T) -> T {
    let as_json = |value: &T| serde_json::to_value(value).unwrap_or(Value::Null);
    let mut merged = as_json(weaker);
    lay_over(&mut merged, as_json(&stronger));
    serde_json::from_value(merged).unwrap_or(stronger)
}

fn lay_over(weaker: &mut Value, stronger: Value) {
    match (weaker, stronger) {
        (Value::Object(weaker), Value::Object(stronger)) => {
            for (key, value) in stronger {
                lay_over(weaker.entry(key).or_insert(Value::Null), value);
            }
        }
        (weaker, stronger) => *weaker = stronger,
    }
}
