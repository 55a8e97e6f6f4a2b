//! The custom resources of `proompteng.ai`: one file per kind, and their definitions for clusters.
//!
//! Names, types and rules are those of the public definitions; reading is as strict as an API server that is asked to be.

#![expect(clippy::duplicated_attributes, reason = "columns are alike in parts")]

mod agent;
mod agent_provider;
mod agent_run;
mod agent_run_status;
mod approval_policy;
mod artifact;
mod budget;
mod common;
mod definition;
mod implementation_source;
mod implementation_spec;
mod memory;
mod orchestration;
mod orchestration_run;
mod schedule;
mod secret_binding;
mod signal;
mod signal_delivery;
mod swarm;
mod swarm_status;
mod tool;
mod tool_run;
mod version_control_provider;
mod workspace;

use std::collections::BTreeMap;

pub use agent::{Agent, AgentDefaults, AgentSecurity, AgentSpec};
pub use agent_provider::{
    AgentProvider, AgentProviderSpec, CapacityFailurePolicy, InputFile, ProviderHealth,
    ProviderWorkload, SecretEnvVar, ServiceAccountToken,
};
pub use agent_run::{
    AgentRun, AgentRunSpec, Goal, InlineImplementation, LoopConditionType, LoopFallback,
    LoopSourceType, Runtime, RuntimeType, VcsMode, VcsPolicy, VolumeType, Workflow, WorkflowLoop,
    WorkflowLoopCondition, WorkflowLoopSource, WorkflowLoopState, WorkflowStep, Workload,
    WorkloadResources, WorkloadVolume,
};
pub use agent_run_status::{
    AgentRunStatus, ContractStatus, JobRef, VcsStatus, WorkflowIterationStatus, WorkflowLoopStatus,
    WorkflowStatus, WorkflowStepStatus,
};
pub use approval_policy::{ApprovalPolicy, ApprovalPolicySpec, ApprovalPolicyStatus};
pub use artifact::{Artifact, ArtifactLifecycle, ArtifactSpec, ArtifactStatus, StorageRef};
pub use budget::{Budget, BudgetLimits, BudgetSpec, BudgetStatus, BudgetUsed};
pub use common::{
    Condition, ConditionStatus, ConfigMapRef, EnvVar, LocalRef, OutputArtifact, PhaseStatus,
    ReadyStatus, SecretRef, Subject, SystemPromptKind, SystemPromptRef,
};
pub use definition::{Definition, definitions};
pub use implementation_source::{
    ImplementationSource, ImplementationSourceSpec, ImplementationSourceStatus, SourceAuth,
    SourceProvider, SourceScope, SourceWebhook, WebhookStatus,
};
pub use implementation_spec::{
    ContractMapping, Implementation, ImplementationContract, ImplementationOrigin,
    ImplementationSpec, ImplementationStatus, OriginProvider,
};
pub use memory::{Memory, MemoryConnection, MemorySpec, MemoryStatus, MemoryType};
pub use orchestration::{Orchestration, OrchestrationSpec, OrchestrationStep};
pub use orchestration_run::{OrchestrationRun, OrchestrationRunSpec, OrchestrationRunStatus};
pub use schedule::{Schedule, ScheduleSpec, ScheduleStatus, ScheduleTarget};
pub use secret_binding::{SecretBinding, SecretBindingSpec};
pub use signal::{Signal, SignalSpec, SignalStatus};
pub use signal_delivery::{SignalDelivery, SignalDeliverySpec, SignalDeliveryStatus};
pub use swarm::{
    Swarm, SwarmCadence, SwarmDelivery, SwarmDiscovery, SwarmExecution, SwarmIntegrations,
    SwarmMergePolicy, SwarmMission, SwarmMode, SwarmNats, SwarmOwner, SwarmPersona, SwarmPersonas,
    SwarmRisk, SwarmRollout, SwarmRolloutStep, SwarmRolloutStrategy, SwarmSource, SwarmSpec,
    SwarmStage, SwarmTarget, SwarmTargetKind,
};
pub use swarm_status::{SwarmFreeze, SwarmRequirements, SwarmStatus};
pub use tool::{Tool, ToolSpec};
pub use tool_run::{ToolRun, ToolRunSpec, ToolRunStatus};
pub use version_control_provider::{
    CloneProtocol, PullRequestDefaults, RepositoryPolicy, VcsAppAuth, VcsAuth, VcsAuthMethod,
    VcsCapabilities, VcsDefaults, VcsProvider, VcsSshAuth, VcsTokenAuth, VcsTokenType,
    VersionControlProvider, VersionControlProviderSpec, VersionControlProviderStatus,
};
pub use workspace::{Workspace, WorkspaceSpec, WorkspaceStatus};

use kube::Resource;
use pintle_manifest::typed::{self, Raw, TypedError};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// The head of any object.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Head {
    api_version: String,
    kind: String,
    #[serde(flatten)]
    _others: BTreeMap<String, Raw>,
}

/// Reads an object of a kind, as YAML or JSON.
///
/// # Errors
///
/// An object of another kind or version, and whatever [`typed::read`] finds.
pub fn read<T: Resource<DynamicType = ()> + DeserializeOwned>(text: &str) -> Result<T, TypedError> {
    let head: Head = typed::read(text)?;
    let is = |field: &str, found: &str, wanted: &str| {
        if found == wanted {
            return Ok(());
        }
        let message = format!("{wanted} was expected, not {found:?}");
        Err(TypedError { field: field.to_owned(), message, offset: 0 })
    };
    is("apiVersion", &head.api_version, &T::api_version(&()))?;
    is("kind", &head.kind, &T::kind(&()))?;
    typed::read(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_read_strictly() {
        let text = "
apiVersion: agents.proompteng.ai/v1alpha1
kind: AgentRun
metadata: {name: fix}
spec:
  agentRef: {name: builder}
  implementation: {inline: {text: Fix it.}}
  runtime: {type: job, config: {profile: small, resources: {limits: {cpu: 2}}}}
  workload: {volumes: [{type: pvc, name: state, mountPath: /state, claimName: state}]}
";
        let run: AgentRun = read(text).unwrap();
        assert_eq!(run.spec.runtime.r#type, RuntimeType::Job);
        assert_eq!(run.spec.runtime.config["resources"]["limits"]["cpu"], 2);
        assert_eq!(run.metadata.name.as_deref(), Some("fix"));
        let error = |from: &str, to: &str| {
            assert!(text.contains(from));
            read::<AgentRun>(&text.replace(from, to)).unwrap_err().to_string()
        };
        assert_eq!(error("claimName", "claim"), "spec.workload.volumes[0].claim: unknown field");
        assert_eq!(
            error("type: job", "type: jobs"),
            "spec.runtime.type: unknown variant `jobs`, expected one of `workflow`, `job`, `temporal`, `custom`"
        );
        assert_eq!(error("{name: fix}", "{nam: fix}"), "metadata.nam: unknown field");
        assert_eq!(
            error("kind: AgentRun", "kind: Agent"),
            "kind: AgentRun was expected, not \"Agent\""
        );
        assert_eq!(
            error("v1alpha1", "v1"),
            "apiVersion: agents.proompteng.ai/v1alpha1 was expected, not \"agents.proompteng.ai/v1\""
        );
    }
}
