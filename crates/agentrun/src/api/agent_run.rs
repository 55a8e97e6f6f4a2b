//! `AgentRun`: one piece of work for an agent.

use std::collections::BTreeMap;

use kube::CustomResource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::agent_run_status::AgentRunStatus;
use super::common::{self, LocalRef, SystemPromptRef};
use super::implementation_spec::Implementation;

/// One piece of work for an agent: what to do, where it runs, and with what.
#[derive(CustomResource, Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[kube(
    group = "agents.proompteng.ai",
    version = "v1alpha1",
    kind = "AgentRun",
    namespaced,
    status = "AgentRunStatus",
    doc = "One piece of work for an agent: what to do, where it runs, and with what.",
    derive = "PartialEq",
    printcolumn(name = "Phase", type_ = "string", json_path = ".status.phase"),
    printcolumn(name = "Agent", type_ = "string", json_path = ".spec.agentRef.name"),
    printcolumn(
        name = "Succeeded",
        type_ = "string",
        json_path = ".status.conditions[?(@.type==\"Succeeded\")].status"
    ),
    printcolumn(
        name = "Reason",
        type_ = "string",
        json_path = ".status.conditions[?(@.type==\"Succeeded\")].reason"
    ),
    printcolumn(name = "StartTime", type_ = "date", json_path = ".status.startedAt"),
    printcolumn(name = "CompletionTime", type_ = "date", json_path = ".status.finishedAt"),
    printcolumn(name = "Runtime", type_ = "string", json_path = ".spec.runtime.type")
)]
#[schemars(extend("x-kubernetes-validations" = common::rules(&[
    (
        "has(self.implementationSpecRef) || has(self.implementation)",
        "spec.implementationSpecRef or spec.implementation is required",
    ),
    (
        "!(has(self.systemPrompt) && has(self.systemPromptRef))",
        "Only one of spec.systemPrompt or spec.systemPromptRef may be set",
    ),
    (
        "!has(self.systemPrompt) && !has(self.systemPromptRef)",
        "AgentRun-level systemPrompt/systemPromptRef overrides are not allowed; configure Agent.spec.defaults instead",
    ),
    (
        "!has(self.parameters) || !('prompt' in self.parameters)",
        "spec.parameters.prompt is not allowed; use ImplementationSpec.spec.text",
    ),
])))]
#[serde(rename_all = "camelCase")]
pub struct AgentRunSpec {
    /// The agent that does it.
    pub agent_ref: LocalRef,
    /// The `ImplementationSpec` that says what to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub implementation_spec_ref: Option<LocalRef>,
    /// The same, said here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub implementation: Option<InlineImplementation>,
    /// What shall be reached, for runners that pursue goals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goal: Option<Goal>,
    /// What runs it.
    pub runtime: Runtime,
    /// The steps, for a run of type `workflow`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow: Option<Workflow>,
    /// Image, resources and volumes of the job.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workload: Option<Workload>,
    /// Texts that templates of the provider can use.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("maxProperties" = 100))]
    pub parameters: BTreeMap<String, String>,
    /// Secrets whose keys become variables of the runner.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<String>,
    /// Not allowed here: the agent's defaults have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 16_384))]
    pub system_prompt: Option<String>,
    /// Not allowed here: the agent's defaults have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system_prompt_ref: Option<SystemPromptRef>,
    /// The memory in place of the agent's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_ref: Option<LocalRef>,
    /// The version control provider in place of the agent's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vcs_ref: Option<LocalRef>,
    /// What the run may do to a repository.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vcs_policy: Option<VcsPolicy>,
    /// Two runs with the same key are one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
    /// After how many seconds the finished run is deleted; 0 keeps it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0))]
    pub ttl_seconds_after_finished: Option<i32>,
}

/// What to do, said in the run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InlineImplementation {
    /// What to do.
    pub inline: Implementation,
}

/// What shall be reached.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Goal {
    /// The goal, in words.
    #[schemars(length(min = 1, max = 8192))]
    pub objective: String,
    /// How many tokens it may cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub token_budget: Option<i64>,
}

/// What runs it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Runtime {
    /// The way.
    pub r#type: RuntimeType,
    /// Settings of that way: for jobs `profile`, `serviceAccount`, `backoffLimit`, `ttlSecondsAfterFinished`,
    /// `resources` and where pods may run.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(schema_with = "common::free")]
    pub config: BTreeMap<String, Value>,
}

/// Ways to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum RuntimeType {
    /// One job after another, by `workflow.steps`.
    #[serde(rename = "workflow")]
    Workflow,
    /// One job.
    #[serde(rename = "job")]
    Job,
    /// A workflow of Temporal.
    #[serde(rename = "temporal")]
    Temporal,
    /// Something behind an address.
    #[serde(rename = "custom")]
    Custom,
}

/// Steps, one after another.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Workflow {
    /// The steps in order.
    pub steps: Vec<WorkflowStep>,
}

/// One step.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WorkflowStep {
    /// Its name.
    pub name: String,
    /// What to do in place of the run's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub implementation_spec_ref: Option<LocalRef>,
    /// The same, said here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub implementation: Option<InlineImplementation>,
    /// Parameters over the run's.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("maxProperties" = 100), extend("x-kubernetes-validations" = common::rules(&[(
        "!('prompt' in self)",
        "workflow step parameters.prompt is not allowed; use ImplementationSpec.spec.text",
    )])))]
    pub parameters: BTreeMap<String, String>,
    /// Workload over the run's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workload: Option<Workload>,
    /// How often a failed attempt is repeated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retries: Option<i32>,
    /// How many seconds lie between attempts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_backoff_seconds: Option<i32>,
    /// After how many seconds an attempt has failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0))]
    pub timeout_seconds: Option<i32>,
    /// How the step repeats itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub r#loop: Option<WorkflowLoop>,
}

/// How a step repeats itself.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WorkflowLoop {
    /// How often at most.
    #[schemars(range(min = 1))]
    pub max_iterations: i32,
    /// What decides whether it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<WorkflowLoopCondition>,
    /// What is kept between iterations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<WorkflowLoopState>,
}

/// What decides whether a loop goes on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WorkflowLoopCondition {
    /// The language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub r#type: Option<LoopConditionType>,
    /// True to go on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expression: Option<String>,
    /// Where its input comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<WorkflowLoopSource>,
}

/// Languages of conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum LoopConditionType {
    /// The Common Expression Language.
    #[serde(rename = "cel")]
    Cel,
}

/// Where the input of a condition comes from.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WorkflowLoopSource {
    /// What it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub r#type: Option<LoopSourceType>,
    /// The file's path in the runner's container.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// What to do if it is not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_missing: Option<LoopFallback>,
    /// What to do if it cannot be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_invalid: Option<LoopFallback>,
}

/// What the input of a condition can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum LoopSourceType {
    /// A file that the iteration wrote.
    #[serde(rename = "file")]
    File,
}

/// What becomes of a loop whose condition has no input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum LoopFallback {
    /// It ends, and the step has succeeded.
    #[serde(rename = "stop")]
    Stop,
    /// The step has failed.
    #[serde(rename = "fail")]
    Fail,
}

/// What is kept between the iterations of a loop.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WorkflowLoopState {
    /// Whether there must be such volumes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required: Option<bool>,
    /// Volumes of the workload, backed by claims, that keep it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 20))]
    pub volume_names: Vec<String>,
}

/// Image, resources and volumes of a job.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Workload {
    /// The image in place of the provider's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// Resources over the provider's, key by key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resources: Option<WorkloadResources>,
    /// Volumes of the runner.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub volumes: Vec<WorkloadVolume>,
}

/// What a container asks for and may have.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WorkloadResources {
    /// Quantities that it asks for.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub requests: BTreeMap<String, String>,
    /// Quantities that it may have.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub limits: BTreeMap<String, String>,
}

/// A volume of the runner.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WorkloadVolume {
    /// What is behind it.
    pub r#type: VolumeType,
    /// Its name.
    pub name: String,
    /// Where the runner finds it.
    pub mount_path: String,
    /// Whether it cannot be written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_only: Option<bool>,
    /// The claim, for type `pvc`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim_name: Option<String>,
    /// The Secret, for type `secret`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_name: Option<String>,
    /// How large it may grow, for type `emptyDir`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_limit: Option<String>,
    /// What keeps it, for type `emptyDir`: `Memory`, or the node's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub medium: Option<String>,
}

/// What can be behind a volume.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum VolumeType {
    /// A folder as long as the pod.
    #[serde(rename = "emptyDir")]
    EmptyDir,
    /// A claim.
    #[serde(rename = "pvc")]
    Pvc,
    /// A Secret.
    #[serde(rename = "secret")]
    Secret,
}

/// What a run may do to a repository.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VcsPolicy {
    /// Whether the run needs one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required: Option<bool>,
    /// What it may do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<VcsMode>,
}

/// What a run may do to a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum VcsMode {
    /// Read and write.
    #[serde(rename = "read-write")]
    ReadWrite,
    /// Read.
    #[serde(rename = "read-only")]
    ReadOnly,
    /// Nothing.
    #[serde(rename = "none")]
    None,
}
