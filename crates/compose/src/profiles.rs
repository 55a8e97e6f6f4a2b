//! `profiles`: services that are there only when asked for.
//!
//! Source: the Compose Specification, chapter *Profiles*.

use crate::error::Problem;
use crate::node::{Map, Node};
use crate::report::Report;

/// Takes services away of which no profile is active; gives their names.
pub(crate) fn select(services: &mut Map, active: &[String], report: &mut Report) -> Vec<String> {
    let mut left_out = Vec::new();
    let mut known: Vec<String> = Vec::new();
    services.0.retain(|entry| {
        let Some(profiles) = entry.value.get("profiles") else { return true };
        let names: Vec<String> =
            profiles.list().unwrap_or_default().iter().filter_map(Node::scalar_text).collect();
        let is_active = names.is_empty()
            || names.iter().any(|name| active.iter().any(|active| active == name || active == "*"));
        if !is_active {
            let text = format!(
                "the service {} is left out: none of its profiles ({}) is active",
                entry.key,
                names.join(", ")
            );
            report.note(profiles.place, text);
            left_out.push(entry.key.to_string());
        }
        known.extend(names);
        is_active
    });
    if services.0.is_empty()
        && let Some(first) = left_out.first()
    {
        known.sort_unstable();
        known.dedup();
        let place = crate::report::Place::start_of(0);
        let reason = format!(
            "no service is left: {first} and all others are in profiles that are not active"
        );
        let help = format!("activate one with `--profile`: {}", known.join(", "));
        report.error(place, Problem::Reference, reason, help);
    }
    left_out
}
