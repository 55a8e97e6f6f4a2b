//! The objects that a run becomes.
//!
//! Each field of a job is decided by layers, weakest first as [`Layer`] has them: what a stronger layer says of a field
//! replaces what a weaker one says. Maps (resources, labels, the container's security context) are merged key by key,
//! `env` and `volumes` by name; what says where pods run (tolerations, affinity and their like) is replaced as a whole.
//!
//! ```
//! use pintle_agentrun::settings::Settings;
//! use pintle_agentrun::{Inputs, plan};
//!
//! let run = serde_json::json!({
//!     "metadata": {"name": "fix-7"},
//!     "spec": {
//!         "agentRef": {"name": "coder"},
//!         "runtime": {"type": "job", "config": {"backoffLimit": 2}},
//!         "implementation": {"inline": {"text": "Fix the issue."}},
//!     },
//! });
//! let settings = Settings::read("defaults: {image: {repository: example.org/runner, tag: '1'}}")?;
//! let plan = plan(&Inputs::new(&run, &settings))?;
//! let job = &plan.jobs[0].job;
//! assert_eq!(job.metadata.name.as_deref(), Some("fix-7-job"));
//! assert_eq!(job.spec.as_ref().and_then(|spec| spec.backoff_limit), Some(2));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod admission;
mod artifacts;
mod at;
mod check;
mod env;
mod event;
mod identity;
mod job;
mod labels;
mod names;
mod network;
mod notes;
mod pod;
mod policy;
mod report;
mod resources;
mod run_spec;
mod sources;
mod system_prompt;
mod telemetry;
mod template;
mod version_control;
mod volumes;
mod workflow;
mod workspace;

use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::{ConfigMap, PersistentVolumeClaim, ServiceAccount};
use k8s_openapi::api::networking::v1::NetworkPolicy;
use k8s_openapi::api::rbac::v1::{Role, RoleBinding};
use pintle_manifest::pod_security::Level;
use pintle_manifest::typed::cilium::CiliumNetworkPolicy;
use serde_json::Value;

use crate::Faults;
use crate::settings::Settings;
use notes::Notes;
use report::Report;
use sources::Sources;

/// What a plan is made of: resources as JSON, as an API server gives them, and the settings of the chart.
///
/// A resource that is not at hand is planned as if it said nothing, with a warning.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// The `AgentRun`.
    pub run: &'a Value,
    /// The `Agent` that it names.
    pub agent: Option<&'a Value>,
    /// The `AgentProvider` that the agent names.
    pub provider: Option<&'a Value>,
    /// Each `ImplementationSpec` that the run or one of its steps names, in any order.
    pub implementations: &'a [&'a Value],
    /// The `Memory` that the run or its agent names.
    pub memory: Option<&'a Value>,
    /// The `VersionControlProvider` that the run, its implementation or its agent names.
    pub version_control: Option<&'a Value>,
    /// What the agent's system prompt says, where that is a reference.
    pub system_prompt: Option<&'a str>,
    /// The settings.
    pub settings: &'a Settings,
    /// The namespace of the run, and of all that is made.
    pub namespace: &'a str,
    /// The release of the chart.
    pub release: &'a str,
    /// The one attempt of a workflow's step that is wanted; else the first of each step is planned.
    pub attempt: Option<Attempt>,
}

/// One attempt of a workflow's step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// The step, counted from 0.
    pub step: usize,
    /// The round of the step's loop, counted from 1; a step without a loop has none.
    pub iteration: u32,
    /// The attempt, counted from 1.
    pub attempt: u32,
}

impl<'a> Inputs<'a> {
    /// Begins with a run and the settings: release and namespace are called `agents`, all else is not at hand.
    pub fn new(run: &'a Value, settings: &'a Settings) -> Self {
        Self {
            run,
            agent: None,
            provider: None,
            implementations: &[],
            memory: None,
            version_control: None,
            system_prompt: None,
            settings,
            namespace: "agents",
            release: "agents",
            attempt: None,
        }
    }
}

/// Plans a run: what a controller would create for it, and which layer gave each field.
///
/// # Errors
///
/// All that is wrong with the run, its resources and the settings, in the order in which a controller would ask.
pub fn plan(inputs: &Inputs<'_>) -> Result<Plan, Faults> {
    let notes = Notes::default();
    let report = Report::default();
    let mut plan = Plan::default();
    {
        let sources = Sources::new(inputs, &notes);
        admission::check(&sources);
        let mut account = None;
        for unit in workflow::units(&sources, inputs.attempt) {
            report.turn_to(unit.step);
            let (mut planned, found) = job::job(&sources, &report, &unit);
            // What is wrong already would only be said once more, in other words.
            if notes.is_good() {
                check::job(&sources, &report, &mut planned);
            }
            plan.jobs.push(planned);
            account = account.or(found.name.filter(|_| found.is_made));
        }
        if let Some(name) = account {
            identity::objects(&sources, &name, &mut plan);
        }
        plan.workspace = workspace::claim(&sources);
        network::add(&sources, &mut plan);
    }
    let (faults, warnings) = notes.into_parts();
    Faults::check(faults)?;
    plan.origins = report.into_origins();
    plan.warnings = warnings;
    Ok(plan)
}

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
    /// The same in Cilium's form, where the settings ask for that.
    pub cilium_network_policy: Option<CiliumNetworkPolicy>,
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
    /// The strictest pod security level that its pods meet.
    pub pod_security: Option<Level>,
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
