//! The jobs of a run: one, or the first attempt of each step of a workflow, or one attempt that a controller asks for.

use std::borrow::Cow;

use serde_json::Value;

use super::admission;
use super::at::At;
use super::labels::{Labels, label_value};
use super::sources::Sources;
use super::{Attempt, Layer};
use crate::Reason;

/// What becomes one job.
pub(super) struct Unit<'a> {
    /// the step, counted from 0
    pub(super) step: Option<usize>,
    /// what its objects' names end in, besides what they are
    pub(super) suffix: Option<String>,
    /// labels of the step
    pub(super) labels: Labels,
    /// the workloads that shape it, the strongest first
    pub(super) workloads: Vec<(Layer, At<'a>)>,
    pub(super) parameters: Labels,
    pub(super) implementation: Cow<'a, Value>,
    /// where the implementation is named
    pub(super) field: String,
}

/// Gives what becomes jobs.
pub(super) fn units<'a>(sources: &Sources<'a>, attempt: Option<Attempt>) -> Vec<Unit<'a>> {
    let spec = sources.run.get("spec");
    let workload = (Layer::Run, spec.get("workload"));
    let of_run = sources.implementation(&spec);
    if spec.down(&["runtime", "type"]).text() != Some("workflow") {
        return vec![Unit {
            step: None,
            suffix: None,
            labels: Labels::new(),
            workloads: vec![workload],
            parameters: Sources::parameters(&spec),
            implementation: of_run.unwrap_or(Cow::Owned(Value::Null)),
            field: "spec.implementation".to_owned(),
        }];
    }
    let list = spec.down(&["workflow", "steps"]);
    let steps = list.items();
    if steps.is_empty() {
        list.fault("a workflow needs a step");
    }
    check_names(&steps);
    if let Some(attempt) = attempt.filter(|attempt| attempt.step >= steps.len()) {
        let message = format!("there is no step {}", attempt.step);
        sources.notes.fault(Reason::Invalid, &list.path, message);
    }
    let mut units = Vec::with_capacity(steps.len());
    for (index, step) in steps.into_iter().enumerate() {
        admission::parameters(&step);
        let workloads = vec![(Layer::Step, step.get("workload")), workload.clone()];
        check_loop(&step, &workloads);
        for key in ["retries", "retryBackoffSeconds", "timeoutSeconds"] {
            step.get(key).number();
        }
        if attempt.is_some_and(|attempt| attempt.step != index) {
            continue;
        }
        let (number, iteration) = match attempt {
            Some(attempt) => (attempt.attempt, attempt.iteration),
            None => (1, 1),
        };
        let mut labels = Labels::new();
        let mut label = |key: &str, value: String| {
            labels.insert(format!("agents.proompteng.ai/{key}"), value);
        };
        label("step", label_value(step.get("name").text().unwrap_or_default()));
        label("step-index", (index + 1).to_string());
        let is_loop = step.get("loop").is_set();
        let suffix = if is_loop {
            label("step-iteration", iteration.to_string());
            format!("step-{}-iter-{iteration}-attempt-{number}", index + 1)
        } else {
            format!("step-{}-attempt-{number}", index + 1)
        };
        let mut parameters = Sources::parameters(&spec);
        parameters.extend(Sources::parameters(&step));
        let own = sources.implementation(&step);
        let field = if own.is_some() { &step.path } else { &spec.path };
        units.push(Unit {
            step: Some(index),
            suffix: Some(suffix),
            labels,
            workloads,
            parameters,
            field: format!("{field}.implementation"),
            implementation: own.or_else(|| of_run.clone()).unwrap_or(Cow::Owned(Value::Null)),
        });
    }
    units
}

fn check_names(steps: &[At<'_>]) {
    let mut names: Vec<&str> = Vec::with_capacity(steps.len());
    for step in steps {
        let at = step.get("name");
        match at.text() {
            None => at.fault("must be given"),
            Some(name) if names.contains(&name) => {
                at.fault(format!("another step is named {name:?}"));
            }
            Some(name) => names.push(name),
        }
    }
}

/// Checks the loop of a step: what it asks after each round, and where it keeps its state.
fn check_loop(step: &At<'_>, workloads: &[(Layer, At<'_>)]) {
    let at = step.get("loop");
    if !at.is_set() {
        return;
    }
    let most = at.get("maxIterations");
    if most.number().is_none_or(|most| most < 1) {
        most.fault("must be at least 1");
    }
    let condition = at.get("condition");
    if condition.is_set() {
        let expression = condition.get("expression");
        if expression.text().is_none() {
            expression.fault("a condition needs an expression");
        }
        let path = condition.down(&["source", "path"]);
        if path.text().is_some_and(|path| !path.starts_with('/')) {
            path.fault("must be absolute");
        }
        for key in ["onMissing", "onInvalid"] {
            let at = condition.down(&["source", key]);
            if at.text().is_some_and(|text| !matches!(text, "stop" | "fail")) {
                at.fault("must be stop or fail");
            }
        }
    }
    let state = at.get("state");
    let names = state.get("volumeNames");
    let mut seen = Vec::new();
    for item in names.items() {
        let Some(name) = item.text() else { continue };
        if seen.contains(&name) {
            item.fault(format!("{name:?} is listed twice"));
        }
        seen.push(name);
        let volumes = workloads.iter().flat_map(|(_, workload)| workload.get("volumes").items());
        let volume = volumes.into_iter().find(|volume| volume.get("name").text() == Some(name));
        let is_claim = |volume: &At<'_>| {
            volume.get("type").text() == Some("pvc") && volume.get("claimName").text().is_some()
        };
        match volume {
            None => item.fault(format!("no volume is named {name:?}")),
            Some(volume) if !is_claim(&volume) => {
                item.fault(format!(
                    "the volume {name:?} is no claim, and would not outlive a round"
                ));
            }
            Some(_) => {}
        }
    }
    if state.get("required").flag() == Some(true) && seen.is_empty() {
        names.fault("the state is required, and no volume keeps it");
    }
}
