//! The objects that a run becomes.

use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::{ConfigMap, PersistentVolumeClaim, ServiceAccount};
use k8s_openapi::api::networking::v1::NetworkPolicy;
use k8s_openapi::api::rbac::v1::{Role, RoleBinding};

/// All that a run needs in its namespace, in the order in which it is created.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    /// The identity of the runners, where the settings make one.
    pub service_account: Option<ServiceAccount>,
    /// What that identity may do.
    pub role: Option<Role>,
    /// What binds the two.
    pub role_binding: Option<RoleBinding>,
    /// The claim that runs of the namespace share as their workspace.
    pub workspace: Option<PersistentVolumeClaim>,
    /// The policy for the runners' pods.
    pub network_policy: Option<NetworkPolicy>,
    /// One job for a run of type `job`; for a workflow the first attempt of each step, in order.
    pub jobs: Vec<PlannedJob>,
    /// Where each field of the jobs that some layer could set came from, sorted by step and field.
    pub origins: Vec<Origin>,
    /// What is allowed and yet worth a look, one lowercase clause each.
    pub warnings: Vec<String>,
}

/// A job with what is mounted into it.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedJob {
    /// The step of the workflow, counted from 0 in the order of the run; none for a run of type `job`.
    pub step: Option<usize>,
    /// The run as its runner reads it (`run.json`, `agent-runner.json`), and the provider's input files.
    pub config_maps: Vec<ConfigMap>,
    /// What runs.
    pub job: Job,
}

/// Who gave a field, weakest first: of two layers that give the same field, the later one wins.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// A rule of ours, where no layer says anything.
    BuiltIn,
    /// `controller.*` of the chart.
    Controller,
    /// `agentRun.*` of the chart outside of its defaults.
    Settings,
    /// `agentRun.defaults`.
    Defaults,
    /// `agentRun.profiles.<name>`.
    Profile(String),
    /// The agent's provider.
    Provider,
    /// `spec.runtime.config` of the run.
    RuntimeConfig,
    /// The run itself.
    Run,
    /// The step of its workflow.
    Step,
}

/// A field in one of the layers, such as `agentRun.defaults.job.backoffLimit`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Who says it.
    pub layer: Layer,
    /// The path there.
    pub field: String,
}

/// Where one field of a job came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The step, as in [`PlannedJob::step`].
    pub step: Option<usize>,
    /// The field of the job, such as `spec.template.spec.containers[0].resources.limits.cpu`.
    pub field: String,
    /// Its value as JSON on one line; `***` where it may be a secret.
    pub value: String,
    /// Who gave it.
    pub from: Place,
    /// Who said something else and lost, strongest first.
    pub overrides: Vec<Place>,
}
