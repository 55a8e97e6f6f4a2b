//! What there is to say of runs: what is wrong, and where each field came from.

use std::fmt::Write as _;

use pintle_agentrun::{Layer, Origin, Place};
use serde_json::{Value, json};

use super::resources::Fault;
use super::{Form, Judgement};
use crate::table;

/// How many characters of a value the table shows.
const MAX_VALUE: usize = 60;

impl Fault {
    /// Shows it as compilers do: `run.yaml:3:7: AgentRun fix: spec.runtime: what (Invalid)`.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut line = String::new();
        if let Some(place) = &self.place {
            let _ = write!(line, "{place}: ");
        }
        for part in [&self.subject, &self.field] {
            if !part.is_empty() {
                let _ = write!(line, "{part}: ");
            }
        }
        let _ = write!(line, "{} ({})", self.message, self.reason);
        let mut lines = vec![printable(&line)];
        lines.extend(self.help.iter().map(|help| format!("    help: {}", printable(help))));
        lines
    }

    fn to_json(&self) -> Value {
        let place = self.place.as_ref();
        json!({
            "reason": self.reason,
            "object": self.subject,
            "field": self.field,
            "message": self.message,
            "help": self.help,
            "file": place.map(|place| &place.file),
            "line": place.map(|place| place.line),
            "column": place.map(|place| place.column),
        })
    }
}

/// Lists what an admission of runs comes to.
pub(crate) fn list(judgements: &[Judgement<'_>], others: &[Fault], form: Form) -> String {
    if form == Form::Json {
        let runs: Vec<Value> = judgements
            .iter()
            .map(|judgement| {
                let faults: Vec<Value> = judgement.faults.iter().map(Fault::to_json).collect();
                json!({
                    "name": judgement.run.name,
                    "namespace": judgement.namespace,
                    "allowed": faults.is_empty(),
                    "reason": judgement.faults.first().map(|fault| &fault.reason),
                    "faults": faults,
                    "warnings": judgement.warnings(),
                })
            })
            .collect();
        let others: Vec<Value> = others.iter().map(Fault::to_json).collect();
        let text = serde_json::to_string_pretty(&json!({"runs": runs, "faults": others}));
        return text.unwrap_or_default() + "\n";
    }
    let mut text = String::new();
    for fault in others {
        text.extend(fault.lines().into_iter().map(|line| line + "\n"));
    }
    for judgement in judgements {
        let name = printable(&judgement.run.subject());
        let place = judgement.run.place("");
        match judgement.faults.first() {
            None => text.extend([format!("{place}: {name}: allowed\n")]),
            Some(fault) => text.extend([format!("{place}: {name}: denied: {}\n", fault.reason)]),
        }
        for fault in &judgement.faults {
            text.extend(fault.lines().into_iter().map(|line| format!("  {line}\n")));
        }
        for warning in judgement.warnings() {
            text.extend([format!("  warning: {}\n", printable(warning))]);
        }
    }
    text
}

/// Tells where each field of the jobs came from, and who lost.
pub(crate) fn table(judgements: &[Judgement<'_>], form: Form) -> String {
    let planned =
        judgements.iter().filter_map(|judgement| Some((judgement, judgement.plan.as_ref()?)));
    if form == Form::Json {
        let runs: Vec<Value> = planned
            .map(|(judgement, plan)| {
                let origins: Vec<Value> = plan.origins.iter().map(origin).collect();
                json!({
                    "name": judgement.run.name,
                    "namespace": judgement.namespace,
                    "fields": origins,
                })
            })
            .collect();
        return serde_json::to_string_pretty(&json!({"runs": runs})).unwrap_or_default();
    }
    let mut tables = Vec::new();
    for (judgement, plan) in planned {
        let header = ["STEP", "FIELD", "VALUE", "FROM", "OVERRIDES"].map(str::to_owned);
        let row = |origin: &Origin| {
            let overrides: Vec<&str> =
                origin.overrides.iter().map(|it| it.field.as_str()).collect();
            [
                origin.step.map(|step| step.to_string()).unwrap_or_default(),
                printable(&origin.field),
                shortened(&printable(&origin.value)),
                printable(&origin.from.field),
                printable(&overrides.join(", ")),
            ]
        };
        let rows: Vec<[String; 5]> =
            std::iter::once(header).chain(plan.origins.iter().map(row)).collect();
        let lines = table::layout(&rows, 0);
        let lines: Vec<&str> = lines.lines().map(str::trim_end).collect();
        tables.push(format!("{}\n{}", judgement.run.subject(), lines.join("\n")));
    }
    tables.join("\n\n")
}

fn origin(origin: &Origin) -> Value {
    let place = |place: &Place| {
        let layer = match &place.layer {
            Layer::Profile(name) => format!("Profile {name}"),
            layer => format!("{layer:?}"),
        };
        json!({"layer": layer, "field": place.field})
    };
    let overrides: Vec<Value> = origin.overrides.iter().map(place).collect();
    json!({
        "step": origin.step,
        "field": origin.field,
        "value": origin.value,
        "from": place(&origin.from),
        "overrides": overrides,
    })
}

/// Cuts a long value.
fn shortened(value: &str) -> String {
    match value.char_indices().nth(MAX_VALUE) {
        Some((end, _)) => format!("{}...", &value[..end]),
        None => value.to_owned(),
    }
}

/// Takes out of a text what would do more to a terminal than be shown.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
