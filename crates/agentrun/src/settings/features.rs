//! The parts of `agentRun` that are no defaults of a job: workspaces, artifacts, identity, network, telemetry, retention.
//!
//! What is absent is as the chart ships it.

use std::collections::BTreeMap;

use k8s_openapi::api::networking::v1::NetworkPolicyEgressRule;
use k8s_openapi::api::rbac::v1::PolicyRule;
use pintle_manifest::typed::cilium::EgressRule;
use serde::{Deserialize, Serialize};

use super::number::{Count, JobTtl};
use super::said::Said;

/// The claim that runs share.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Workspaces {
    /// Whether there is one.
    pub enabled: bool,
    /// What it is made of.
    pub default: WorkspaceDefaults,
    /// Labels of the claim.
    pub labels: BTreeMap<String, String>,
    /// Annotations of the claim.
    pub annotations: BTreeMap<String, String>,
}

/// What a workspace is made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct WorkspaceDefaults {
    /// The storage class; empty for the cluster's own.
    pub storage_class_name: String,
    /// How it may be mounted.
    pub access_modes: Vec<String>,
    /// Its size, as a quantity.
    pub size: String,
    /// Whether runs mount it read-only.
    pub read_only: bool,
    /// For how many seconds a run's own workspace outlives it.
    #[serde(skip_serializing_if = "Said::is_nothing")]
    pub ttl_seconds_after_finished: Said<Count>,
}

impl Default for WorkspaceDefaults {
    fn default() -> Self {
        Self {
            storage_class_name: String::new(),
            access_modes: vec!["ReadWriteOnce".to_owned()],
            size: "10Gi".to_owned(),
            read_only: false,
            ttl_seconds_after_finished: Said::Nothing,
        }
    }
}

/// Where runs put what they make.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Artifacts {
    /// Whether they do.
    pub enabled: bool,
    /// With whom.
    pub provider: ArtifactProvider,
    /// A store that speaks S3.
    pub s3: S3,
    /// A folder.
    pub filesystem: Filesystem,
}

/// Who stores artifacts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ArtifactProvider {
    /// A store that speaks S3; runners upload to it themselves.
    #[default]
    S3,
    /// Google Cloud Storage; runners have no uploader for it.
    Gcs,
    /// Azure Blob Storage; runners have no uploader for it.
    Azure,
    /// A folder in the runner's container.
    Filesystem,
}

impl ArtifactProvider {
    /// Gives the word in the values.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::S3 => "s3",
            Self::Gcs => "gcs",
            Self::Azure => "azure",
            Self::Filesystem => "filesystem",
        }
    }
}

/// A bucket of a store that speaks S3.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct S3 {
    /// The store's address; empty for that of the region.
    pub endpoint: String,
    /// The bucket.
    pub bucket: String,
    /// The region.
    pub region: String,
    /// Where the keys are.
    pub secret_ref: S3SecretRef,
    /// Whether the chart makes that Secret.
    pub create_secret: CreateSecret,
    /// Encryption by the store.
    pub sse: Sse,
}

/// The Secret with a store's keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct S3SecretRef {
    /// Its name.
    pub name: String,
    /// Where the id of the access key is.
    pub access_key_id_key: String,
    /// Where the access key's secret is.
    pub secret_access_key_key: String,
}

impl Default for S3SecretRef {
    fn default() -> Self {
        Self {
            name: String::new(),
            access_key_id_key: "accessKeyId".to_owned(),
            secret_access_key_key: "secretAccessKey".to_owned(),
        }
    }
}

/// The keys of a store, for the chart to put into a Secret. They are never shown, and never written again.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CreateSecret {
    /// Whether to make the Secret.
    pub enabled: bool,
    /// The id of the access key.
    #[serde(skip_serializing)]
    pub access_key_id: String,
    /// Its secret.
    #[serde(skip_serializing)]
    pub secret_access_key: String,
}

impl std::fmt::Debug for CreateSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CreateSecret").field("enabled", &self.enabled).finish_non_exhaustive()
    }
}

/// Encryption by the store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Sse {
    /// Whether to ask for it.
    pub enabled: bool,
    /// `AES256` or `aws:kms`.
    pub r#type: String,
}

impl Default for Sse {
    fn default() -> Self {
        Self { enabled: false, r#type: "AES256".to_owned() }
    }
}

/// A folder for artifacts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Filesystem {
    /// Its path in the runner's container.
    pub base_path: String,
}

impl Default for Filesystem {
    fn default() -> Self {
        Self { base_path: "/var/agents/artifacts".to_owned() }
    }
}

/// The identity of runners.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RunnerAccount {
    /// Whether the chart makes one, and runs use it.
    pub enabled: bool,
    /// Its name; empty for `<fullname>-runner`.
    pub name: String,
    /// Its annotations.
    pub annotations: BTreeMap<String, String>,
    /// Whether pods find its token.
    pub automount_token: bool,
    /// What it may do.
    pub rbac: RunnerRbac,
}

impl Default for RunnerAccount {
    fn default() -> Self {
        Self {
            enabled: true,
            name: String::new(),
            annotations: BTreeMap::new(),
            automount_token: true,
            rbac: RunnerRbac::default(),
        }
    }
}

/// What runners may do.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RunnerRbac {
    /// Whether the chart makes a Role and binds it.
    pub create: bool,
    /// The Role's rules.
    pub rules: Vec<PolicyRule>,
}

/// One identity in each namespace of runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AccountPerNamespace {
    /// Whether there is one.
    pub enabled: bool,
    /// A template of its name.
    pub name_template: String,
}

impl Default for AccountPerNamespace {
    fn default() -> Self {
        Self { enabled: false, name_template: "agentrun-{{ .Release.Name }}".to_owned() }
    }
}

/// The network of runners' pods.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NetworkSettings {
    /// Whether it is restricted.
    pub enabled: bool,
    /// `Ingress`, `Egress` or both.
    pub policy_types: Vec<String>,
    /// What may be reached.
    pub egress: Vec<NetworkPolicyEgressRule>,
    /// Annotations of the policy.
    pub annotations: BTreeMap<String, String>,
    /// The same for Cilium.
    pub cilium: CiliumSettings,
}

impl Default for NetworkSettings {
    fn default() -> Self {
        Self {
            enabled: false,
            policy_types: vec!["Egress".to_owned()],
            egress: Vec::new(),
            annotations: BTreeMap::new(),
            cilium: CiliumSettings::default(),
        }
    }
}

/// A policy of Cilium in place of the cluster's own.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CiliumSettings {
    /// Whether it is one.
    pub enabled: bool,
    /// Its rules, in place of `egress`.
    pub egress: Vec<EgressRule>,
}

/// Pod security levels of the namespace of runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PodSecuritySettings {
    /// What pods must meet.
    pub enforce: PodSecurityLevel,
    /// What they are warned of.
    pub warn: PodSecurityLevel,
    /// What is written down.
    pub audit: PodSecurityLevel,
}

impl Default for PodSecuritySettings {
    fn default() -> Self {
        Self {
            enforce: PodSecurityLevel::Baseline,
            warn: PodSecurityLevel::Restricted,
            audit: PodSecurityLevel::Restricted,
        }
    }
}

/// A level of pod security.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PodSecurityLevel {
    /// Anything goes.
    Privileged,
    /// Nothing that is known to break out.
    Baseline,
    /// What is held to be good practice.
    Restricted,
}

impl PodSecurityLevel {
    /// Gives the word in the label of a namespace.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Privileged => "privileged",
            Self::Baseline => "baseline",
            Self::Restricted => "restricted",
        }
    }
}

/// What runs and controllers tell of themselves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Telemetry {
    /// Whether they do.
    pub enabled: bool,
    /// Traces.
    pub otel: Otel,
    /// Metrics of controllers.
    pub prometheus: Prometheus,
}

impl Default for Telemetry {
    fn default() -> Self {
        Self { enabled: true, otel: Otel::default(), prometheus: Prometheus::default() }
    }
}

/// Traces, as the environment of OpenTelemetry has them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Otel {
    /// Whether they are sent.
    pub enabled: bool,
    /// Where to.
    pub endpoint: String,
    /// `key=value` pairs that are no secrets.
    pub headers: String,
    /// The Secret with headers that are.
    pub headers_secret_ref: HeadersSecretRef,
    /// Whether to send without TLS.
    pub insecure: bool,
    /// Which traces are kept.
    pub sampler: String,
    /// How many of them, from 0 to 1.
    pub sample_rate: f64,
}

impl Default for Otel {
    fn default() -> Self {
        Self {
            enabled: false,
            endpoint: String::new(),
            headers: String::new(),
            headers_secret_ref: HeadersSecretRef::default(),
            insecure: false,
            sampler: "parentbased_traceidratio".to_owned(),
            sample_rate: 0.1,
        }
    }
}

/// The Secret with headers for traces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct HeadersSecretRef {
    /// Its name; empty for none.
    pub name: String,
    /// The key there.
    pub key: String,
}

impl Default for HeadersSecretRef {
    fn default() -> Self {
        Self { name: String::new(), key: "headers".to_owned() }
    }
}

/// Metrics of controllers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Prometheus {
    /// Whether there are any.
    pub enabled: bool,
    /// Whether Prometheus is told of them.
    pub service_monitor: ServiceMonitorSettings,
}

/// How Prometheus is told of metrics.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ServiceMonitorSettings {
    /// Whether it is.
    pub enabled: bool,
    /// How often it asks.
    pub interval: String,
    /// How long it waits.
    pub scrape_timeout: String,
    /// Labels of the object.
    pub labels: BTreeMap<String, String>,
}

impl Default for ServiceMonitorSettings {
    fn default() -> Self {
        Self {
            enabled: false,
            interval: "30s".to_owned(),
            scrape_timeout: "10s".to_owned(),
            labels: BTreeMap::new(),
        }
    }
}

/// How long things are kept, in seconds; `null` for good.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Retention {
    /// Jobs, where no stronger layer says so.
    #[serde(skip_serializing_if = "Said::is_nothing")]
    pub job_ttl_seconds: Said<JobTtl>,
    /// Artifacts.
    #[serde(skip_serializing_if = "Said::is_nothing")]
    pub artifact_ttl_seconds: Said<Count>,
    /// Events.
    #[serde(skip_serializing_if = "Said::is_nothing")]
    pub event_ttl_seconds: Said<Count>,
}
