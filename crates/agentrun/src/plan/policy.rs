//! What the controllers admit: `controller.admissionPolicy` of the chart, lists of patterns in which `*` is anything.

use serde_json::Value;

use super::report::to_json;
use super::sources::Sources;
use crate::Reason;

/// The lists, as JSON.
pub(super) struct Policy(Value);

impl Policy {
    /// Reads the lists; what is not there is empty.
    pub(super) fn of(sources: &Sources<'_>) -> Self {
        let policy = sources.settings.controller.others.get("admissionPolicy");
        Self(policy.map(to_json).unwrap_or_default())
    }

    fn list(&self, of: &str, kind: &str) -> Vec<&str> {
        let list = self.0.get(of).and_then(|lists| lists.get(kind)).and_then(Value::as_array);
        let texts = list.into_iter().flatten().filter_map(Value::as_str).map(str::trim);
        texts.filter(|text| !text.is_empty()).collect()
    }

    /// Checks the labels of the run.
    pub(super) fn labels(&self, sources: &Sources<'_>) {
        let at = sources.run.down(&["metadata", "labels"]);
        let labels = at.texts();
        let field = "metadata.labels";
        let has = |key: &&str| {
            labels.iter().any(|(found, value)| found == key && !value.trim().is_empty())
        };
        let missing: Vec<&str> =
            self.list("labels", "required").into_iter().filter(|key| !has(key)).collect();
        if !missing.is_empty() {
            let message = format!("the controllers ask for {}", missing.join(", "));
            sources.notes.fault(Reason::MissingRequiredLabels, field, message);
        }
        let (denied, allowed) = (self.list("labels", "denied"), self.list("labels", "allowed"));
        for (key, _) in &labels {
            let place = at.get(key);
            if matches_any(key, &denied) {
                let message = "the controllers refuse this label";
                sources.notes.fault(Reason::LabelBlocked, &place.path, message);
            } else if !allowed.is_empty() && !matches_any(key, &allowed) {
                let message = "the controllers do not allow this label";
                sources.notes.fault(Reason::LabelNotAllowed, &place.path, message);
            }
        }
    }

    /// Checks an image, and says where it is named.
    pub(super) fn image(&self, sources: &Sources<'_>, field: &str, image: &str) {
        let allowed = self.list("images", "allowed");
        if matches_any(image, &self.list("images", "denied")) {
            let message = format!("the controllers refuse the image {image}");
            sources.notes.fault(Reason::ImageBlocked, field, message);
        } else if !allowed.is_empty() && !matches_any(image, &allowed) {
            let message = format!("the controllers do not allow the image {image}");
            sources.notes.fault(Reason::ImageNotAllowed, field, message);
        }
    }

    /// Checks a Secret, and says where it is named.
    pub(super) fn secret(&self, sources: &Sources<'_>, field: &str, secret: &str) {
        if self.list("secrets", "blocked").contains(&secret) {
            let message = format!("the controllers refuse the Secret {secret}");
            sources.notes.fault(Reason::SecretBlocked, field, message);
        }
    }
}

/// Tells whether a text fits one of the patterns.
pub(super) fn matches_any(text: &str, patterns: &[&str]) -> bool {
    patterns.iter().any(|pattern| matches(text, pattern))
}

/// Tells whether a text fits a pattern whose `*` stands for anything.
fn matches(text: &str, pattern: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.len() >= last.len() && rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_whole_texts() {
        assert!(matches("o/r", "*") && matches("o/r", "o/*"));
        assert!(matches("o/r", "o/r") && matches("abcabc", "a*c*c"));
        assert!(!matches("o/r", "o/") && !matches("o/rx", "o/r"));
        assert!(!matches("ab", "ab*b") && !matches("o.r", "o?r"));
    }
}
