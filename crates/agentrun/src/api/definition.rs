//! The definitions of the kinds, as clusters want them.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{
    CustomResourceDefinition, CustomResourceValidation,
};
use kube::CustomResourceExt;
use serde_json::{Value, json};

use super::{
    Agent, AgentProvider, AgentRun, ApprovalPolicy, Artifact, Budget, ImplementationSource,
    ImplementationSpec, Memory, Orchestration, OrchestrationRun, Schedule, SecretBinding, Signal,
    SignalDelivery, Swarm, Tool, ToolRun, VersionControlProvider, Workspace,
};

/// The definition of a kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Definition {
    /// `<group>_<plural>`, which names its file.
    pub name: String,
    /// What a cluster is told.
    pub resource: CustomResourceDefinition,
}

/// Whether an object of a kind can do without a spec.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Spec {
    Required,
    Optional,
}

/// Gives the definitions of all kinds, sorted by name.
pub fn definitions() -> Vec<Definition> {
    let mut definitions = vec![
        finish(Agent::crd(), Spec::Required),
        finish(AgentProvider::crd(), Spec::Required),
        finish(AgentRun::crd(), Spec::Required),
        finish(ImplementationSource::crd(), Spec::Required),
        finish(ImplementationSpec::crd(), Spec::Required),
        finish(Memory::crd(), Spec::Required),
        finish(VersionControlProvider::crd(), Spec::Required),
        finish(ApprovalPolicy::crd(), Spec::Optional),
        finish(Artifact::crd(), Spec::Optional),
        finish(Budget::crd(), Spec::Optional),
        finish(Orchestration::crd(), Spec::Optional),
        finish(OrchestrationRun::crd(), Spec::Optional),
        finish(Schedule::crd(), Spec::Optional),
        finish(SecretBinding::crd(), Spec::Optional),
        finish(Signal::crd(), Spec::Optional),
        finish(SignalDelivery::crd(), Spec::Optional),
        finish(Swarm::crd(), Spec::Optional),
        finish(Tool::crd(), Spec::Optional),
        finish(ToolRun::crd(), Spec::Optional),
        finish(Workspace::crd(), Spec::Optional),
    ];
    definitions.sort_by(|a, b| a.name.cmp(&b.name));
    definitions
}

/// Says what the derived definition leaves to the server, and takes back what it says too much.
fn finish(mut resource: CustomResourceDefinition, spec: Spec) -> Definition {
    resource.spec.names.list_kind = Some(format!("{}List", resource.spec.names.kind));
    for version in &mut resource.spec.versions {
        let schema = version.schema.as_ref().and_then(|schema| schema.open_api_v3_schema.as_ref());
        let mut schema = serde_json::to_value(schema).unwrap_or_default();
        tidy(&mut schema);
        let properties = &mut schema["properties"];
        properties["apiVersion"] = json!({
            "description": "The group and version of the kind.", "type": "string"
        });
        properties["kind"] = json!({"description": "The kind.", "type": "string"});
        properties["metadata"] = json!({"type": "object"});
        if let Some(root) = schema.as_object_mut() {
            root.remove("required");
            if spec == Spec::Required {
                root.insert("required".to_owned(), json!(["spec"]));
            }
        }
        let open_api_v3_schema = serde_json::from_value(schema).ok();
        version.schema = Some(CustomResourceValidation { open_api_v3_schema });
    }
    let name = format!("{}_{}", resource.spec.group, resource.spec.names.plural);
    Definition { name, resource }
}

/// Removes `nullable`, which an absent field is not, and titles.
fn tidy(schema: &mut Value) {
    let Some(keywords) = schema.as_object_mut() else { return };
    keywords.remove("nullable");
    if keywords.get("title").is_some_and(Value::is_string) {
        keywords.remove("title");
    }
    for (keyword, value) in keywords {
        match (keyword.as_str(), value) {
            ("properties", Value::Object(properties)) => properties.values_mut().for_each(tidy),
            ("items" | "additionalProperties", value) => tidy(value),
            _ => {}
        }
    }
}
