//! Labels of what is made.

use std::collections::BTreeMap;

use super::names::{APP_VERSION, CHART, CHART_VERSION, ChartNames, MAX_LABEL, lower};

/// The label that every object of a run bears, with the run's name.
pub(super) const AGENT_RUN: &str = "agents.proompteng.ai/agent-run";

/// The label by which an audit finds what runners may do.
pub(super) const AGENT_RUNNER: &str = "agents.proompteng.ai/agent-runner";

/// The value of [`AGENT_RUN`] on the claim that no single run owns.
pub(super) const SHARED_WORKSPACE: &str = "shared-workspace";

/// Labels by their keys.
pub(super) type Labels = BTreeMap<String, String>;

/// Makes a text a label's value.
pub(super) fn label_value(text: &str) -> String {
    let lowered = lower(text, |c| matches!(c, '_' | '.' | '-'));
    let is_end = |c: char| !c.is_ascii_alphanumeric();
    let value = lowered.trim_matches(is_end);
    if value.is_empty() {
        return "unknown".to_owned();
    }
    // OK because only signs of ASCII are left. A cut value must not end in a sign either.
    value[..value.len().min(MAX_LABEL)].trim_end_matches(is_end).to_owned()
}

/// Gives the labels that the chart gives its objects.
pub(super) fn of_chart(names: &ChartNames<'_>, release: &str) -> Labels {
    let labels = [
        ("app.kubernetes.io/name", names.name.to_string()),
        ("app.kubernetes.io/instance", release.to_owned()),
        ("helm.sh/chart", format!("{CHART}-{CHART_VERSION}")),
        ("app.kubernetes.io/version", APP_VERSION.to_owned()),
        ("app.kubernetes.io/managed-by", "Helm".to_owned()),
    ];
    labels.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_made_legal() {
        assert_eq!(label_value("My Agent/1"), "my-agent-1");
        assert_eq!(label_value("..a_b.."), "a_b");
        assert_eq!(label_value("ÄÖ"), "unknown");
        assert_eq!(label_value(&format!("{}-b", "a".repeat(62))), "a".repeat(62));
    }
}
