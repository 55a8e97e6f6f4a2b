//! What is written on a pod: `labels` and `annotations`.
//!
//! Compose has labels of any text. What Kubernetes takes for a label becomes one; the others become annotations, whose values
//! may be any text too. Labels by which the chart's own policies and other programs find its pods stay the chart's.
//!
//! Source: `IsQualifiedName` and `IsValidLabelValue` in `util/validation` of k8s.io/apimachinery.

use std::borrow::Cow;

use rustc_hash::FxHashSet;

use super::{Draft, Service};
use crate::context::Context;
use crate::merge::pairs_to_map;
use crate::node::Entry;
use crate::output::Out;
use crate::report::Place;

/// The longest name in a key, and the longest value of a label, in bytes.
const MAX_NAME: usize = 63;

/// The longest prefix of a key, in bytes.
const MAX_PREFIX: usize = 253;

/// The prefixes of labels that the chart itself gives its pods.
const OWN_PREFIXES: [&str; 4] = ["app.kubernetes.io", "helm.sh", "inspect", "aisi.gov.uk"];

pub(super) fn convert(service: Service<'_>, draft: &mut Draft, context: &mut Context<'_>) {
    let mut known = FxHashSet::default();
    for (key, value, place) in pairs(service, "annotations") {
        if is_key(&key) {
            known.insert(key.clone());
            draft.annotations.push((key.into(), Out::Text(value)));
        } else {
            no_key(service, "annotations", &key, place, context);
        }
    }
    for (key, value, place) in pairs(service, "labels") {
        if is_label(&key, &value) {
            draft.labels.push((key.into(), Out::Text(value)));
        } else if !is_key(&key) {
            no_key(service, "labels", &key, place, context);
        } else if !known.contains(&key) {
            draft.annotations.push((key.into(), Out::Text(value)));
        }
    }
}

/// Gives the names and values under a key of a service, each name once, with its place.
fn pairs(service: Service<'_>, key: &str) -> Vec<(String, String, Place)> {
    let Some(node) = service.get(key) else { return Vec::new() };
    let mut node = Cow::Borrowed(node);
    if node.map().is_none() {
        pairs_to_map(node.to_mut(), &['=']);
    }
    let entries = node.map().map_or(&[][..], |map| &map.0);
    // A label without a value has an empty one.
    let value = |entry: &Entry| entry.value.scalar_text().unwrap_or_default();
    entries.iter().map(|entry| (entry.key.to_string(), value(entry), entry.place)).collect()
}

fn no_key(service: Service<'_>, section: &str, key: &str, place: Place, context: &mut Context<'_>) {
    let text = format!("`{key}` is left out: it is no key that Kubernetes takes");
    service.note(context, place, section, &text);
}

fn is_label(key: &str, value: &str) -> bool {
    let is_own = key.split_once('/').is_some_and(|(prefix, _)| OWN_PREFIXES.contains(&prefix));
    is_key(key) && !is_own && (value.is_empty() || is_name(value))
}

/// Tells whether something is a key of a label or an annotation: a name, or a domain, `/` and a name.
fn is_key(key: &str) -> bool {
    match key.split_once('/') {
        None => is_name(key),
        Some((prefix, name)) => is_domain(prefix) && is_name(name),
    }
}

fn is_name(text: &str) -> bool {
    let is_end = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = text.as_bytes();
    bytes.len() <= MAX_NAME
        && is_end(bytes.first())
        && is_end(bytes.last())
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
}

fn is_domain(text: &str) -> bool {
    let is_end = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_part = |part: &str| {
        let bytes = part.as_bytes();
        bytes.first().is_some_and(is_end)
            && bytes.last().is_some_and(is_end)
            && bytes.iter().all(|byte| is_end(byte) || *byte == b'-')
    };
    text.len() <= MAX_PREFIX && text.split('.').all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_those_of_kubernetes() {
        assert!(
            is_label("team", "shop") && is_label("com.example/tier", "") && is_label("a", "1.0_x")
        );
        assert!(!is_label("team", "two words") && !is_label("team", "-x"));
        assert!(!is_label("a b", "x") && !is_label("a/b/c", "x") && !is_label("UP.example/x", "x"));
        assert!(!is_label("", "x") && !is_label("/x", "x") && !is_label("x/", "x"));
        assert!(!is_label(&"a".repeat(64), "x") && !is_label("a", &"x".repeat(64)));
        assert!(!is_label("inspect/service", "x") && is_key("inspect/service"));
    }
}
