//! Runs of agents judged and planned: for `agentrun render` and `agentrun check`.

mod report;
mod resources;
mod settings;
mod written;

use pintle_agentrun::{Inputs, Plan, Reason, plan};
use pintle_manifest::validate::Minor;
use serde_json::Value;

pub(crate) use report::{list, table};
pub(crate) use resources::{Fault, Resource, Resources};
pub(crate) use settings::Known;
pub(crate) use written::{Form, objects, write};

/// The minor version of Kubernetes whose rules count.
const SERVER: u32 = 34;

/// Where runs are planned for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target<'a> {
    /// the namespace of runs that name none
    pub(crate) namespace: &'a str,
    /// the release of the chart
    pub(crate) release: &'a str,
    /// whether what a run refers to must be among the files
    pub(crate) references: References,
}

/// What becomes of a run that refers to what is not among the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum References {
    /// It is planned as if that said nothing.
    MayBeAbsent,
    /// It is refused.
    MustBeThere,
}

/// What became of a run.
#[derive(Debug)]
pub(crate) struct Judgement<'r> {
    pub(crate) run: &'r Resource,
    pub(crate) namespace: &'r str,
    /// none if there are faults
    pub(crate) plan: Option<Plan>,
    /// all that is wrong, in the order of admission
    pub(crate) faults: Vec<Fault>,
}

impl Judgement<'_> {
    /// Gives what is allowed and worth a look.
    pub(crate) fn warnings(&self) -> &[String] {
        self.plan.as_ref().map_or(&[], |plan| &plan.warnings)
    }
}

/// What a run refers to, as far as it is among the files.
#[derive(Debug, Default)]
struct Around<'r> {
    agent: Option<&'r Resource>,
    provider: Option<&'r Resource>,
    memory: Option<&'r Resource>,
    version_control: Option<&'r Resource>,
    implementations: Vec<&'r Resource>,
    system_prompt: Option<String>,
    missing: Vec<Missing>,
}

/// Something that is not among the files.
#[derive(Debug)]
struct Missing {
    reason: Reason,
    kind: &'static str,
    name: String,
    /// the field that refers to it, as faults have it
    field: String,
}

/// Judges and plans the runs of the files.
pub(crate) fn judge<'r>(
    resources: &'r Resources,
    known: &Known,
    target: Target<'r>,
) -> Vec<Judgement<'r>> {
    resources.runs().map(|run| judge_run(run, resources, known, target)).collect()
}

fn judge_run<'r>(
    run: &'r Resource,
    resources: &'r Resources,
    known: &Known,
    target: Target<'r>,
) -> Judgement<'r> {
    let namespace =
        if run.namespace.is_empty() { target.namespace } else { run.namespace.as_str() };
    let around = Around::of(run, resources, namespace);
    let mut faults: Vec<Fault> =
        around.resources(run).flat_map(|resource| resource.judge(Minor::near(SERVER))).collect();
    if target.references == References::MustBeThere {
        faults.extend(around.missing.iter().map(|missing| missing.fault(run, &around)));
    }
    let value = |resource: Option<&'r Resource>| resource.map(|resource| &resource.value);
    let implementations: Vec<&Value> =
        around.implementations.iter().map(|resource| &resource.value).collect();
    let inputs = Inputs {
        agent: value(around.agent),
        provider: value(around.provider),
        memory: value(around.memory),
        version_control: value(around.version_control),
        implementations: &implementations,
        namespace,
        release: target.release,
        system_prompt: around.system_prompt.as_deref(),
        ..Inputs::new(&run.value, &known.settings)
    };
    let planned = match plan(&inputs) {
        Ok(planned) => Some(planned),
        Err(found) => {
            let n_judged = faults.len();
            for fault in found.as_slice() {
                let fault = around.placed(fault, run, known);
                if !faults[..n_judged].iter_mut().any(|judged| judged.is_said_by(&fault)) {
                    faults.push(fault);
                }
            }
            None
        }
    };
    let plan = planned.filter(|_| faults.is_empty());
    Judgement { run, namespace, plan, faults }
}

impl<'r> Around<'r> {
    fn of(run: &'r Resource, resources: &'r Resources, namespace: &str) -> Self {
        let mut around = Self::default();
        let find = |kind: &str, name: &str| resources.find(kind, name, namespace);
        let mut missing = Vec::new();
        let mut reference = |reason, kind: &'static str, name: &str, field: &str| {
            if name.is_empty() {
                return None;
            }
            let found = find(kind, name);
            if found.is_none() {
                let (name, field) = (name.to_owned(), field.to_owned());
                missing.push(Missing { reason, kind, name, field });
            }
            found
        };
        let name = run.text_at(&["spec", "agentRef", "name"]);
        around.agent = reference(Reason::MissingAgent, "Agent", name, "spec.agentRef.name");
        let of_agent = |keys: &[&str]| around.agent.map_or("", |agent| agent.text_at(keys));
        let name = of_agent(&["spec", "providerRef", "name"]);
        let field = "agent.spec.providerRef.name";
        around.provider = reference(Reason::MissingProvider, "AgentProvider", name, field);
        around.implementations = resources.of_kind("ImplementationSpec", namespace);
        for (name, field) in implementations(&run.value) {
            let reason = Reason::MissingImplementation;
            reference(reason, "ImplementationSpec", name, &field);
        }
        let pick = |key: &str, of_implementation: &'r str| {
            let of_run = (run.text_at(&["spec", key, "name"]), "spec");
            let of_agent = (of_agent(&["spec", key, "name"]), "agent.spec");
            let all = [of_run, (of_implementation, "spec"), of_agent];
            let found = all.into_iter().find(|(name, _)| !name.is_empty());
            let (name, above) = found.unwrap_or_default();
            (name, format!("{above}.{key}.name"))
        };
        let (name, field) = pick("memoryRef", "");
        around.memory = reference(Reason::MissingMemory, "Memory", name, &field);
        let of_implementation = version_control_of_implementation(run, resources, namespace);
        let (name, field) = pick("vcsRef", of_implementation);
        around.version_control =
            reference(Reason::VersionControl, "VersionControlProvider", name, &field);
        around.system_prompt =
            around.agent.and_then(|agent| system_prompt(agent, resources, namespace));
        around.missing = missing;
        around
    }

    /// Gives the run and what it refers to.
    fn resources(&self, run: &'r Resource) -> impl Iterator<Item = &'r Resource> {
        let used = implementations(&run.value);
        let is_used =
            move |resource: &&'r Resource| used.iter().any(|(name, _)| *name == resource.name);
        std::iter::once(run)
            .chain(self.agent)
            .chain(self.provider)
            .chain(self.implementations.iter().copied().filter(is_used))
            .chain(self.memory)
            .chain(self.version_control)
    }

    /// Gives a fault of a plan its place: in the resource that its path begins with.
    fn placed(&self, fault: &pintle_agentrun::Fault, run: &Resource, known: &Known) -> Fault {
        let (resource, field) = self.resource_of(&fault.field, run);
        let mut placed = Fault {
            subject: resource.map_or_else(String::new, Resource::subject),
            place: resource.map(|resource| resource.place(field)),
            reason: fault.reason.as_str().to_owned(),
            field: field.to_owned(),
            message: fault.message.clone(),
            help: fault.help.clone(),
        };
        if resource.is_none() {
            known.place(&mut placed);
        }
        placed
    }

    /// Tells which resource a path is about, and the path there; none for the settings.
    fn resource_of<'p>(&self, path: &'p str, run: &'r Resource) -> (Option<&'r Resource>, &'p str) {
        let others = [
            ("agent", self.agent),
            ("provider", self.provider),
            ("memory", self.memory),
            ("versionControlProvider", self.version_control),
        ];
        for (word, resource) in others {
            let field = path.strip_prefix(word).and_then(|rest| rest.strip_prefix('.'));
            if let (Some(resource), Some(field)) = (resource, field) {
                return (Some(resource), field);
            }
        }
        let is_setting = ["agentRun.", "controller."].iter().any(|word| path.starts_with(word));
        ((!is_setting).then_some(run), path)
    }
}

impl Missing {
    fn fault<'r>(&self, run: &'r Resource, around: &Around<'r>) -> Fault {
        let (resource, field) = around.resource_of(&self.field, run);
        let resource = resource.unwrap_or(run);
        Fault {
            subject: resource.subject(),
            place: Some(resource.place(field)),
            reason: self.reason.as_str().to_owned(),
            field: field.to_owned(),
            message: format!("there is no {} {:?} among the files", self.kind, self.name),
            help: None,
        }
    }
}

/// Gives the names of the implementations that a run and its steps refer to, with the fields.
fn implementations(run: &Value) -> Vec<(&str, String)> {
    let mut found = Vec::new();
    if let Some(spec) = run.get("spec") {
        if let Some(name) = spec.pointer("/implementationSpecRef/name").and_then(Value::as_str) {
            found.push((name, "spec.implementationSpecRef.name".to_owned()));
        }
        let steps = spec.pointer("/workflow/steps").and_then(Value::as_array);
        for (index, step) in steps.into_iter().flatten().enumerate() {
            if let Some(name) = step.pointer("/implementationSpecRef/name").and_then(Value::as_str)
            {
                found.push((
                    name,
                    format!("spec.workflow.steps[{index}].implementationSpecRef.name"),
                ));
            }
        }
    }
    found
}

/// Gives the version control provider that the run's implementation asks for; empty if none.
fn version_control_of_implementation<'r>(
    run: &'r Resource,
    resources: &'r Resources,
    namespace: &str,
) -> &'r str {
    let inline = run.text_at(&["spec", "implementation", "inline", "vcsRef", "name"]);
    let name = run.text_at(&["spec", "implementationSpecRef", "name"]);
    match resources.find("ImplementationSpec", name, namespace) {
        Some(found) if inline.is_empty() => found.text_at(&["spec", "vcsRef", "name"]),
        _ => inline,
    }
}

/// Gives the system prompt that an agent refers to, if what keeps it is among the files in plain text.
fn system_prompt(agent: &Resource, resources: &Resources, namespace: &str) -> Option<String> {
    let of_reference = |key| agent.text_at(&["spec", "defaults", "systemPromptRef", key]);
    let (kind, name, key) = (of_reference("kind"), of_reference("name"), of_reference("key"));
    let found = resources.find(kind, name, namespace)?;
    let folder = if kind == "Secret" { "stringData" } else { "data" };
    Some(found.value.get(folder)?.get(key)?.as_str()?.to_owned())
}
