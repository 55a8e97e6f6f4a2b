//! What a run's parameters and its implementation say of the issue, the repository and the branches: the event that
//! runners read, and the prompt.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::labels::Labels;
use super::report::to_json;
use super::template::Context;

/// Other names of parameters, in the order in which they are looked at; the first that is there counts.
const ALIASES: [(&str, &str); 16] = [
    ("repo", "repository"),
    ("issueRepository", "repository"),
    ("issue", "issueNumber"),
    ("issueId", "issueNumber"),
    ("issue_id", "issueNumber"),
    ("issue_number", "issueNumber"),
    ("title", "issueTitle"),
    ("body", "issueBody"),
    ("url", "issueUrl"),
    ("baseBranch", "base"),
    ("base_ref", "base"),
    ("baseRef", "base"),
    ("headBranch", "head"),
    ("head_ref", "head"),
    ("headRef", "head"),
    ("codexStage", "stage"),
];

/// The event as runners read it; what is empty is left out.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Event {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) prompt: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) repository: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) issue_number: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) issue_title: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) issue_body: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) issue_url: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) base: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) head: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) stage: String,
    #[serde(skip_serializing_if = "Metadata::is_empty")]
    pub(super) metadata: Metadata,
}

/// All that is known, by name.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(super) struct Metadata {
    pub(super) map: BTreeMap<String, String>,
}

impl Metadata {
    fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    /// Gives a text; what is not there is empty.
    pub(super) fn text(&self, key: &str) -> String {
        self.map.get(key).cloned().unwrap_or_default()
    }

    fn set_if_missing(&mut self, key: &str, value: &str) {
        if !value.is_empty() && self.map.get(key).is_none_or(String::is_empty) {
            self.map.insert(key.to_owned(), value.to_owned());
        }
    }

    fn map_to(&mut self, from: &str, to: &str) {
        let value = self.text(from);
        self.set_if_missing(to, &value);
    }
}

/// Makes the event of an implementation and the parameters of a run.
pub(super) fn event(implementation: &Value, parameters: &Labels) -> Event {
    let text = |value: &Value, key: &str| {
        value.get(key).and_then(Value::as_str).map(str::trim).unwrap_or_default().to_owned()
    };
    let mut metadata = Metadata::default();
    for (key, value) in parameters {
        let value = value.trim();
        if !value.is_empty() && !key.trim().eq_ignore_ascii_case("prompt") {
            metadata.map.insert(key.clone(), value.to_owned());
        }
    }
    for (from, to) in ALIASES {
        metadata.map_to(from, to);
    }
    let mappings = implementation.get("contract").and_then(|contract| contract.get("mappings"));
    for mapping in mappings.and_then(Value::as_array).into_iter().flatten() {
        let (from, to) = (text(mapping, "from"), text(mapping, "to"));
        if !from.is_empty() && !to.is_empty() {
            metadata.map_to(&from, &to);
        }
    }

    let source = implementation.get("source").unwrap_or(&Value::Null);
    let issue_url = match metadata.text("issueUrl") {
        url if url.is_empty() => text(source, "url"),
        url => url,
    };
    if text(source, "provider") == "github" {
        let external = text(source, "externalId");
        let mut parts = external.split('#').map(str::trim);
        let (repository, number) = (parts.next().unwrap_or_default(), parts.next());
        if let Some(number) = number.filter(|number| !number.is_empty() && !repository.is_empty()) {
            metadata.set_if_missing("repository", repository);
            metadata.set_if_missing("issueNumber", number);
        }
    }
    metadata.set_if_missing("issueUrl", &issue_url);
    metadata.set_if_missing("url", &issue_url);

    let (said_title, said_body) = (metadata.text("issueTitle"), metadata.text("issueBody"));
    let number = metadata.text("issueNumber");
    let (summary, body) = (text(implementation, "summary"), text(implementation, "text"));
    let texts = [&said_title, &said_body, &summary, &body];
    let context = if texts.iter().any(|text| text.contains("{{") || text.contains("${")) {
        context(&metadata, parameters)
    } else {
        Context::default()
    };
    let summary = context.render_all(&summary);
    let body = context.render_all(&body);
    let otherwise = |said: &str, rendered: &str| match said {
        "" if number.is_empty() => String::new(),
        "" => context.render_all(rendered),
        said => context.render_all(said),
    };
    let issue_title = otherwise(&said_title, &summary);
    let issue_body = otherwise(&said_body, &body);
    let prompt = if body.is_empty() { summary } else { body };
    metadata.set_if_missing("issueTitle", &issue_title);
    metadata.set_if_missing("issueBody", &issue_body);
    metadata.set_if_missing("prompt", &prompt);
    Event {
        prompt,
        repository: metadata.text("repository"),
        issue_number: number,
        issue_title,
        issue_body,
        issue_url,
        base: metadata.text("base"),
        head: metadata.text("head"),
        stage: metadata.text("stage"),
        metadata,
    }
}

/// Gives the keys that an implementation asks for and that the event does not have.
pub(super) fn missing_keys(implementation: &Value, event: &Event) -> Vec<String> {
    let keys = implementation.get("contract").and_then(|contract| contract.get("requiredKeys"));
    let mut missing: Vec<String> = Vec::new();
    for key in keys.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
        let key = key.trim();
        let is_new = !missing.iter().any(|other| other == key);
        if !key.is_empty() && is_new && event.metadata.text(key).is_empty() {
            missing.push(key.to_owned());
        }
    }
    missing
}

fn context<'a>(metadata: &'a Metadata, parameters: &'a Labels) -> Context<'a> {
    let mut context = Context::default();
    for (key, value) in metadata.map.iter().chain(parameters) {
        context.add_text(key, value);
    }
    let parameters = to_json(parameters);
    context.add("metadata", Cow::Owned(to_json(&metadata.map)));
    context.add("parameters", Cow::Owned(parameters.clone()));
    context.add("inputs", Cow::Owned(parameters));
    context
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parameters(entries: &[(&str, &str)]) -> Labels {
        entries.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn names_are_known_by_others() {
        let event = event(
            &json!({
                "text": "Do {{ issueTitle }} in ${repository}",
                "source": {"provider": "github", "externalId": "o/r#7", "url": "https://h/7"}
            }),
            &parameters(&[("title", " T "), ("baseBranch", "main"), ("prompt", "x"), ("e", " ")]),
        );
        assert_eq!(event.prompt, "Do T in o/r");
        assert_eq!((&*event.issue_number, &*event.repository), ("7", "o/r"));
        assert_eq!((&*event.base, &*event.issue_url), ("main", "https://h/7"));
        assert_eq!(event.issue_body, "Do T in o/r");
        assert!(!event.metadata.map.contains_key("e"));
    }

    #[test]
    fn contracts_ask_for_keys() {
        let implementation = json!({
            "text": "x",
            "contract": {
                "requiredKeys": ["a", "b", "b", " ", "repository"],
                "mappings": [{"from": "c", "to": "a"}]
            }
        });
        let event = event(&implementation, &parameters(&[("c", "1")]));
        assert_eq!(missing_keys(&implementation, &event), ["b", "repository"]);
    }
}
