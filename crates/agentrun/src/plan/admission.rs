//! What a run must be before anything is planned for it, in the order in which a controller asks.

use serde_json::Value;

use super::at::At;
use super::names::{MAX_LABEL, is_subdomain};
use super::policy::Policy;
use super::sources::Sources;
use crate::Reason;

/// How many parameters a run or a step may have.
const MAX_PARAMETERS: usize = 100;

/// How many bytes the value of a parameter may have.
const MAX_PARAMETER: usize = 2048;

/// Checks a run and what it names.
pub(super) fn check(sources: &Sources<'_>) {
    name(sources);
    rules(sources);
    runtime(sources);
    parameters(&sources.run.get("spec"));
    Policy::of(sources).labels(sources);
    resources(sources);
    secrets(sources);
    memory(sources);
    let annotations = sources.run.down(&["metadata", "annotations"]);
    if annotations.get("agents.proompteng.ai/template").text() == Some("true") {
        sources.notes.warn("the run is a template of schedules: controllers do not run it");
    }
}

fn name(sources: &Sources<'_>) {
    let at = sources.run.down(&["metadata", "name"]);
    let Some(name) = at.text() else {
        let help = "a name that a server generates is not known beforehand";
        sources.notes.fault_with_help(Reason::Invalid, &at.path, "must be given", help);
        return;
    };
    if name.len() > MAX_LABEL {
        let message = format!(
            "has {} characters, and may have {MAX_LABEL}: a label of every object holds it",
            name.len()
        );
        at.fault(message);
    }
    if !is_subdomain(name) {
        at.fault("must have small letters, digits, '-' and '.' alone, and a letter or digit at both ends");
    }
}

/// Checks the rules that the run's definition has.
fn rules(sources: &Sources<'_>) {
    let spec = sources.run.get("spec");
    if !spec.get("implementationSpecRef").is_set() && !spec.get("implementation").is_set() {
        let message = "spec.implementationSpecRef or spec.implementation is required";
        sources.notes.fault(Reason::MissingImplementation, &spec.path, message);
    }
    let prompts = ["systemPrompt", "systemPromptRef"].map(|key| spec.get(key));
    if prompts.iter().all(At::is_set) {
        spec.fault("Only one of spec.systemPrompt or spec.systemPromptRef may be set");
    }
    for prompt in prompts.iter().filter(|prompt| prompt.is_set()) {
        prompt.fault(
            "AgentRun-level systemPrompt/systemPromptRef overrides are not allowed; configure Agent.spec.defaults \
             instead",
        );
    }
    let agent = spec.down(&["agentRef", "name"]);
    if agent.text().is_none() {
        sources.notes.fault(Reason::MissingAgent, &agent.path, "must be given");
    }
}

fn runtime(sources: &Sources<'_>) {
    let kind = sources.run.down(&["spec", "runtime", "type"]);
    let message = match kind.text() {
        Some("job" | "workflow") => return,
        Some(other @ ("temporal" | "custom")) => format!("runs of type {other} become no jobs"),
        Some(other) => format!("there is no runtime {other:?}"),
        None => "must be given".to_owned(),
    };
    let help = "job, or workflow for a run of several steps";
    sources.notes.fault_with_help(Reason::MissingRuntime, &kind.path, message, help);
}

/// Checks the parameters of a run or of a step.
pub(super) fn parameters(at: &At<'_>) {
    let parameters = at.get("parameters");
    let texts = parameters.texts();
    if texts.len() > MAX_PARAMETERS {
        parameters.fault(format!("has {} entries, and may have {MAX_PARAMETERS}", texts.len()));
    }
    for (key, value) in texts {
        let place = parameters.get(key);
        if key.trim().eq_ignore_ascii_case("prompt") {
            place.fault("is not allowed; use ImplementationSpec.spec.text");
        }
        if value.len() > MAX_PARAMETER {
            place.fault(format!("has {} bytes, and may have {MAX_PARAMETER}", value.len()));
        }
    }
}

/// Checks that the resources are those that are named; one that is not at hand is left out.
fn resources(sources: &Sources<'_>) {
    let run = sources.run.get("spec");
    let agent = sources.agent.get("spec");
    let reference = |at: At<'_>| at.get("name").text().map(str::to_owned);
    let memory = reference(run.get("memoryRef")).or_else(|| reference(agent.get("memoryRef")));
    let named = [
        (
            Reason::MissingAgent,
            "Agent",
            &sources.agent,
            reference(run.get("agentRef")),
            "spec.agentRef.name",
        ),
        (
            Reason::MissingProvider,
            "AgentProvider",
            &sources.provider,
            reference(agent.get("providerRef")),
            "agent.spec.providerRef.name",
        ),
        (Reason::MissingMemory, "Memory", &sources.memory, memory, "spec.memoryRef.name"),
    ];
    for (reason, kind, at, name, field) in named {
        let found = at.down(&["metadata", "name"]).text();
        match (name, found) {
            (Some(name), Some(found)) if name != found => {
                let message = format!("names the {kind} {name:?}, and {found:?} was given");
                sources.notes.fault(reason, field, message);
            }
            (Some(name), None) => sources.notes.warn(format!(
                "{field}: the {kind} {name} is not at hand: the run is planned as if it said nothing"
            )),
            (None, None) if kind == "AgentProvider" && sources.agent.is_set() => {
                sources.notes.fault(reason, field, "must be given");
            }
            (None, None) if kind == "AgentProvider" => {
                sources.notes.warn("no AgentProvider is at hand: the run is planned as if it said nothing");
            }
            _ => {}
        }
    }
}

fn secrets(sources: &Sources<'_>) {
    let policy = Policy::of(sources);
    let list = sources.run.down(&["spec", "secrets"]);
    for secret in list.items() {
        let Some(name) = secret.text() else { continue };
        if !is_subdomain(name) {
            secret.fault("is no name of a Secret");
        }
        if !sources.allows_secret(name) {
            not_allowed(sources, &secret.path, name);
        }
        policy.secret(sources, &secret.path, name);
    }
    // A mounted Secret is read as well as one in the environment, so the same list holds for both.
    let steps = sources.run.down(&["spec", "workflow", "steps"]);
    let workloads = std::iter::once(sources.run.down(&["spec"])).chain(steps.items());
    for volume in workloads.flat_map(|at| at.down(&["workload", "volumes"]).items()) {
        let secret = volume.get("secretName");
        if volume.get("type").text() != Some("secret") {
            continue;
        }
        let Some(name) = secret.text() else { continue };
        if !sources.allows_secret(name) {
            not_allowed(sources, &secret.path, name);
        }
        policy.secret(sources, &secret.path, name);
    }
    let login = &sources.settings.controller.auth_secret.name;
    policy.secret(sources, "controller.authSecret.name", login);
    if !login.is_empty() && !sources.allows_secret(login) {
        not_allowed(sources, "controller.authSecret.name", login);
    }
}

fn not_allowed(sources: &Sources<'_>, field: &str, secret: &str) {
    let message = format!("the agent does not allow the Secret {secret}");
    let help = "the agent lists those it allows in spec.security.allowedSecrets";
    sources.notes.fault_with_help(Reason::SecretNotAllowed, field, message, help);
}

fn memory(sources: &Sources<'_>) {
    let secret = sources.memory.down(&["spec", "connection", "secretRef", "name"]);
    let Some(name) = secret.text() else { return };
    Policy::of(sources).secret(sources, &secret.path, name);
    if !sources.allows_secret(name) {
        not_allowed(sources, &secret.path, name);
    }
    let of_run = sources.secrets();
    if !of_run.is_empty() && !of_run.contains(&name) {
        let message = format!("the Secret {name} of the memory is not in spec.secrets");
        sources.notes.fault(Reason::SecretNotAllowed, "spec.secrets", message);
    }
}

/// Checks that the agent allows where an implementation comes from.
pub(super) fn implementation(sources: &Sources<'_>, field: &str, implementation: &Value) {
    let security = sources.agent.down(&["spec", "security"]);
    let allowed = security.get("allowedImplementationSourceProviders").list();
    let source = implementation.get("source").and_then(|source| source.get("provider"));
    let source = source.and_then(Value::as_str).unwrap_or_default();
    if !allowed.is_empty() && !allowed.contains(&source) {
        let message = match source {
            "" => "the implementation names no source, and the agent asks for one".to_owned(),
            source => format!("the agent does not allow implementations from {source}"),
        };
        let reason = Reason::ImplementationSourceProviderNotAllowed;
        let help = format!("it allows {}", allowed.join(", "));
        sources.notes.fault_with_help(reason, field, message, help);
    }
}
