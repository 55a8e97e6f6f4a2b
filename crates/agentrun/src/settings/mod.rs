//! `agentRun` of the chart's values: what runs get, and what is around them.
//!
//! Reading is strict: a key that the chart does not have is an error with its path. A field of the defaults knows three
//! states, [`Said`]: absent, `null`, and a value.

mod controller;
mod defaults;
mod features;
mod number;
mod said;

use std::collections::BTreeMap;

use pintle_manifest::typed::{self, Raw, TypedError};
use serde::{Deserialize, Serialize};

pub use controller::{AuthSecret, Controller, DefaultWorkload};
pub use defaults::{
    ConfigVariable, ContainerDefaults, Defaults, EnvDefaults, Hardening, Image, JobDefaults,
    PodDefaults, Profile, PullSecret, Resources, SecretVariable,
};
pub use features::{
    AccountPerNamespace, ArtifactProvider, Artifacts, CiliumSettings, CreateSecret, Filesystem,
    HeadersSecretRef, NetworkSettings, Otel, PodSecurityLevel, PodSecuritySettings, Prometheus,
    Retention, RunnerAccount, RunnerRbac, S3, S3SecretRef, ServiceMonitorSettings, Sse, Telemetry,
    WorkspaceDefaults, Workspaces,
};
pub use number::{Count, Deadline, JobTtl, Whole};
pub use said::Said;

use crate::{Fault, Reason};

/// The profile that is always there: what controllers did before there were settings.
pub const COMPAT: &str = "compat";

/// All that a chart says of runs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Settings {
    /// What a run gets unless it says otherwise.
    pub defaults: Defaults,
    /// Named settings over the defaults.
    pub profiles: BTreeMap<String, Profile>,
    /// The claim that runs share.
    pub workspaces: Workspaces,
    /// Where runs put what they make.
    pub artifacts: Artifacts,
    /// The identity of runners.
    pub service_account: RunnerAccount,
    /// The same, once in each namespace.
    pub service_account_per_namespace: AccountPerNamespace,
    /// The network of runners' pods.
    pub network_policy: NetworkSettings,
    /// Pod security levels of the namespace of runs.
    pub pod_security: PodSecuritySettings,
    /// What runs and controllers tell of themselves.
    pub telemetry: Telemetry,
    /// How long things are kept.
    pub retention: Retention,
    /// `controller` of the chart, which stands beside `agentRun`.
    #[serde(skip)]
    pub controller: Controller,
    /// The names that the chart gives its objects.
    #[serde(skip)]
    pub names: Names,
}

/// What the chart's names are made of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// `nameOverride`: in place of the chart's name.
    pub name_override: String,
    /// `fullnameOverride`: in place of release and name.
    pub fullname_override: String,
    /// `namespaceOverride`: in place of the release's namespace.
    pub namespace_override: String,
}

/// The values of a chart, of which only some keys concern runs.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Values {
    agent_run: Settings,
    controller: Controller,
    name_override: String,
    fullname_override: String,
    namespace_override: String,
    #[serde(flatten)]
    _others: BTreeMap<String, Raw>,
}

impl Settings {
    /// Reads the block `agentRun`, as YAML or JSON.
    ///
    /// # Errors
    ///
    /// What does not fit, with the path of its field below `agentRun`.
    pub fn read(text: &str) -> Result<Self, TypedError> {
        Ok(typed::read::<Self>(text)?.with_compat())
    }

    /// Reads the values of a whole chart, after they were merged: `agentRun`, and what else concerns runs.
    ///
    /// # Errors
    ///
    /// What does not fit, with the path of its field.
    pub fn from_values(text: &str) -> Result<Self, TypedError> {
        let values: Values = typed::read(text)?;
        let names = Names {
            name_override: values.name_override,
            fullname_override: values.fullname_override,
            namespace_override: values.namespace_override,
        };
        Ok(Self { controller: values.controller, names, ..values.agent_run }.with_compat())
    }

    /// Takes a field of the job that the defaults do not have for `null`, as the file does that the chart mounts.
    ///
    /// For values that were merged over the chart's own, which have all fields: there, only a `null` takes one out, and
    /// leaves nothing behind.
    #[must_use]
    pub fn with_absent_as_null(mut self) -> Self {
        self.defaults.job.close();
        self
    }

    /// Takes other defaults, such as those of the file that the chart mounts.
    ///
    /// # Errors
    ///
    /// What does not fit, with the path of its field below `agentRun.defaults`.
    pub fn with_defaults(self, text: &str) -> Result<Self, TypedError> {
        Ok(Self { defaults: typed::read(text)?, ..self })
    }

    /// Takes other profiles, such as those of the file that the chart mounts.
    ///
    /// # Errors
    ///
    /// What does not fit, with the path of its field below `agentRun.profiles`.
    pub fn with_profiles(self, text: &str) -> Result<Self, TypedError> {
        Ok(Self { profiles: typed::read(text)?, ..self }.with_compat())
    }

    fn with_compat(mut self) -> Self {
        self.profiles.entry(COMPAT.to_owned()).or_insert_with(compat);
        self
    }

    /// Gives a profile by its name.
    ///
    /// # Errors
    ///
    /// [`Reason::MissingProfile`] at the field of the run that names profiles.
    pub fn profile(&self, name: &str) -> Result<&Profile, Fault> {
        self.profiles.get(name).ok_or_else(|| {
            let known: Vec<&str> = self.profiles.keys().map(String::as_str).collect();
            Fault {
                reason: Reason::MissingProfile,
                field: "spec.runtime.config.profile".to_owned(),
                message: format!("there is no profile {name:?}"),
                help: (!known.is_empty()).then(|| format!("there is {}", known.join(", "))),
            }
        })
    }

    /// Gives the defaults with a profile laid over them.
    ///
    /// # Errors
    ///
    /// As [`profile`](Self::profile).
    pub fn with_profile(&self, name: &str) -> Result<Defaults, Fault> {
        Ok(self.profile(name)?.clone().over(self.defaults.clone()))
    }
}

/// Reads the profile that the chart ships.
fn compat() -> Profile {
    let text = include_str!("../../../../charts/agents/profiles/compat.json");
    typed::read(text).expect("the chart's own profile fits, which a test below shows")
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEFAULTS: &str = r#"
defaults:
  image: {repository: example.org/runner, tag: "1", pullSecrets: [a, {name: b}]}
  job: {backoffLimit: 1, ttlSecondsAfterFinished: 86400.0, activeDeadlineSeconds: null}
  pod: {labels: {a: "1", b: "1"}, tolerations: [{key: x, operator: Exists}], securityContext: {fsGroup: 1}}
  container: {resources: {requests: {cpu: "1"}}, securityContext: {runAsUser: 1, capabilities: {drop: [ALL]}}}
  env: {vars: {A: "1"}, secrets: [{name: S, secretName: s}, {name: T, secretName: t, key: k}]}
profiles:
  small:
    job: {backoffLimit: null, activeDeadlineSeconds: 60}
    pod: {labels: {b: "2"}, tolerations: []}
    container: {resources: {requests: {cpu: 100m}, limits: {cpu: "1"}}, securityContext: {runAsUser: 2}}
    env: {vars: {B: "2"}, secrets: [{name: S, secretName: other}, {name: U, secretName: u}]}
"#;

    #[test]
    fn profiles_are_laid_over_the_defaults() {
        let settings = Settings::read(DEFAULTS).unwrap();
        assert_eq!(settings.defaults.job.parallelism, Said::Nothing);
        assert_eq!(settings.defaults.job.active_deadline_seconds, Said::Null);
        let merged = settings.with_profile("small").unwrap();
        assert_eq!(
            serde_json::to_value(&merged).unwrap(),
            serde_json::json!({
                "image": {
                    "repository": "example.org/runner", "tag": "1", "pullSecrets": ["a", {"name": "b"}]
                },
                "job": {
                    "backoffLimit": null, "ttlSecondsAfterFinished": 86400, "activeDeadlineSeconds": 60
                },
                "pod": {
                    "labels": {"a": "1", "b": "2"}, "tolerations": [], "securityContext": {"fsGroup": 1}
                },
                "container": {
                    "resources": {"requests": {"cpu": "100m"}, "limits": {"cpu": "1"}},
                    "securityContext": {"runAsUser": 2, "capabilities": {"drop": ["ALL"]}}
                },
                "env": {
                    "vars": {"A": "1", "B": "2"},
                    "secrets": [
                        {"name": "S", "secretName": "other"},
                        {"name": "T", "secretName": "t", "key": "k"},
                        {"name": "U", "secretName": "u"}
                    ]
                }
            })
        );
        assert_eq!(merged.container.hardening, Said::Nothing);
    }

    #[test]
    fn a_profile_that_is_not_there_is_a_fault() {
        let fault = Settings::read(DEFAULTS).unwrap().with_profile("large").unwrap_err();
        assert_eq!(fault.reason, Reason::MissingProfile);
        assert_eq!(fault.to_string(), "spec.runtime.config.profile: there is no profile \"large\"");
        assert_eq!(fault.help.as_deref(), Some("there is compat, small"));
    }

    #[test]
    fn compat_takes_the_defaults_back() {
        let merged = Settings::read(DEFAULTS).unwrap().with_profile(COMPAT).unwrap();
        assert_eq!(merged.container.resources, Said::Null);
        assert_eq!(merged.job.ttl_seconds_after_finished.value().map(|ttl| ttl.get()), Some(600));
    }

    #[test]
    fn what_does_not_fit_has_a_path() {
        let error = |text: &str| Settings::read(text).unwrap_err().to_string();
        assert_eq!(
            error("defaults: {job: {backoffLimit: \"1\"}}"),
            "defaults.job.backoffLimit: invalid type: string \"1\", expected a whole number from 0 to 2147483647"
        );
        assert_eq!(
            error("defaults: {job: {ttlSecondsAfterFinished: 0}}"),
            "defaults.job.ttlSecondsAfterFinished: 0 is not from 30 to 604800"
        );
        assert_eq!(
            error("profiles: {x: {pod: {tolerations: [{keys: a}]}}}"),
            "profiles.x.pod.tolerations[0].keys: unknown field"
        );
        assert_eq!(error("workspace: {}"), "workspace: unknown field");
        let error = |text: &str| Settings::from_values(text).unwrap_err().to_string();
        assert_eq!(
            error("other: 1\nagentRun: {podSecurity: {enforce: high}}"),
            "agentRun.podSecurity.enforce: unknown variant `high`, expected one of `privileged`, `baseline`, `restricted`"
        );
    }

    #[test]
    fn only_some_values_of_the_chart_concern_runs() {
        let settings = Settings::from_values(
            "replicaCount: 1\nfullnameOverride: web\nagentRun: {defaults: {}}\n\
             controller: {enabled: true, jobTtlSeconds: 600, authSecret: {name: login}}\n",
        )
        .unwrap();
        assert_eq!(settings.controller.auth_secret.name, "login");
        assert_eq!(settings.controller.auth_secret.key, "auth.json");
        assert_eq!(settings.names.fullname_override, "web");
        assert_eq!(settings.defaults.job.completions, Said::Nothing);
        assert_eq!(settings.with_absent_as_null().defaults.job.completions, Said::Null);
    }

    #[test]
    fn keys_of_stores_are_not_shown() {
        let settings = Settings::read(
            "artifacts: {s3: {createSecret: {enabled: true, accessKeyId: one, secretAccessKey: two}}}",
        )
        .unwrap();
        let shown = format!("{settings:?}{}", serde_json::to_string(&settings).unwrap());
        assert!(!shown.contains("\"one\"") && !shown.contains("\"two\""), "{shown}");
    }
}
