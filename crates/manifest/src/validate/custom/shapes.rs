//! Lists whose items must differ, and whole objects within objects.
//!
//! Source: `pkg/apiserver/schema/listtype` and `…/objectmeta` of apiextensions-apiserver.

use std::collections::HashSet;

use super::faults::{Fault, Place};
use super::schema::{ListType, Schema};
use super::values::push_index;
use crate::document::{Content, Node};
use crate::validate::at::{Check, canonical, quoted, shown};
use crate::validate::decode;
use crate::validate::finding::Code;
use crate::validate::meta;
use crate::validate::names::{NameRule, dns_1035_label};
use crate::validate::types::{Minor, Types};

/// Judges the lists and the objects within an object.
pub(super) fn faults(schema: &Schema, root: &Node<'_>, minor: Minor) -> Vec<Fault> {
    let mut judge = Judge { minor, path: String::new(), faults: Vec::new() };
    // The object itself was judged as one already.
    judge.below(schema, root);
    judge.faults
}

/// Judges the objects within a default.
pub(super) fn faults_of_default(schema: &Schema, node: &Node<'_>, minor: Minor) -> Vec<Fault> {
    let mut judge = Judge { minor, path: String::new(), faults: Vec::new() };
    judge.value(schema, node);
    judge.faults.retain(|fault| fault.code != &Code::DUPLICATE);
    judge.faults
}

struct Judge {
    minor: Minor,
    path: String,
    faults: Vec<Fault>,
}

impl Judge {
    fn value(&mut self, schema: &Schema, node: &Node<'_>) {
        if !schema.has_shapes {
            return;
        }
        if schema.is_embedded && matches!(node.content, Content::Map(_)) {
            self.whole_object(node);
        }
        self.below(schema, node);
    }

    fn below(&mut self, schema: &Schema, node: &Node<'_>) {
        let before = self.path.len();
        for entry in node.entries() {
            if let Some(property) = schema.property(&entry.key) {
                if before > 0 {
                    self.path.push('.');
                }
                self.path.push_str(&entry.key);
                self.value(property, &entry.value);
            } else if let Some(additional) = schema.additional() {
                self.path.extend(["[", &entry.key, "]"]);
                self.value(additional, &entry.value);
            }
            self.path.truncate(before);
        }
        if let Content::List(items) = &node.content {
            match schema.rare.as_deref().map(|rare| &rare.list) {
                Some(ListType::Set) => {
                    let keys = items.iter().map(|item| (canonical(item), shown(Some(item))));
                    self.duplicates(items, keys);
                }
                Some(ListType::Map(keys)) => self.list_map(items, keys),
                _ => {}
            }
            if let Some(below) = schema.items.as_deref() {
                for (index, item) in items.iter().enumerate() {
                    push_index(&mut self.path, index);
                    self.value(below, item);
                    self.path.truncate(before);
                }
            }
        }
    }

    fn list_map(&mut self, items: &[Node<'_>], keys: &[Box<str>]) {
        let before = self.path.len();
        for (index, item) in items.iter().enumerate() {
            if !matches!(item.content, Content::Map(_) | Content::Null) {
                push_index(&mut self.path, index);
                let place = Place { path: &self.path, offset: item.offset };
                let detail = "must be an object for an array of list-type map";
                self.faults.push(place.invalid(&shown(Some(item)), detail));
                self.path.truncate(before);
                return;
            }
        }
        let key_of = |item: &Node<'_>| {
            let mut sorted: Vec<&str> = keys.iter().map(AsRef::as_ref).collect();
            sorted.sort_unstable();
            let parts: Vec<String> = sorted
                .into_iter()
                .filter_map(|key| {
                    item.get(key).map(|value| format!("{}:{}", quoted(key), canonical(value)))
                })
                .collect();
            format!("{{{}}}", parts.join(","))
        };
        let keys = items.iter().map(|item| {
            let key = key_of(item);
            (key.clone(), key)
        });
        self.duplicates(items, keys);
    }

    /// Reports what occurs a second time; a third is not worth more words.
    fn duplicates(&mut self, items: &[Node<'_>], keys: impl Iterator<Item = (String, String)>) {
        if items.len() < 2 {
            return;
        }
        let before = self.path.len();
        let (mut seen, mut reported) = (HashSet::new(), HashSet::new());
        for (index, (item, (key, shown))) in items.iter().zip(keys).enumerate() {
            if !seen.contains(&key) {
                seen.insert(key);
            } else if reported.insert(key) {
                push_index(&mut self.path, index);
                let place = Place { path: &self.path, offset: item.offset };
                self.faults.push(place.duplicate(&shown));
                self.path.truncate(before);
            }
        }
    }

    /// Judges what an object within another is called, and its metadata.
    fn whole_object(&mut self, node: &Node<'_>) {
        for name in ["apiVersion", "kind"] {
            let path = if self.path.is_empty() {
                name.to_owned()
            } else {
                format!("{}.{name}", self.path)
            };
            let Some(value) = node.get(name) else {
                let place = Place { path: &path, offset: node.offset };
                self.faults.push(place.required());
                continue;
            };
            let place = Place { path: &path, offset: value.offset };
            let shown = shown(Some(value));
            match value.as_str() {
                None => self.faults.push(place.invalid(&shown, "must be a string")),
                Some("") => self.faults.push(place.invalid(&shown, "must not be empty")),
                Some(text) if name == "apiVersion" => {
                    if text.matches('/').count() > 1 {
                        let detail = format!("unexpected GroupVersion string: {text}");
                        self.faults.push(place.invalid(&shown, &detail));
                    }
                }
                Some(text) => {
                    let wrong = dns_1035_label(&text.to_lowercase());
                    if !wrong.is_empty() {
                        let detail = format!(
                            "may have mixed case, but should otherwise match: {}",
                            wrong.join(",")
                        );
                        self.faults.push(place.invalid(&shown, &detail));
                    }
                }
            }
        }
        self.metadata(node);
    }

    fn metadata(&mut self, node: &Node<'_>) {
        let types = Types::of(self.minor);
        let Some(id) = types.id("meta.v1.ObjectMeta") else { return };
        let check = Check::new(self.minor);
        let metadata = check.top(node).get("metadata");
        if decode::decode_value(metadata, types, id) {
            meta::metadata(metadata, NameRule::PathSegment, meta::Traits::EMBEDDED);
        }
        for finding in check.into_findings() {
            // An object within another need not have a name.
            if finding.code == &Code::REQUIRED && finding.field == "metadata.name" {
                continue;
            }
            let dot = if self.path.is_empty() { "" } else { "." };
            self.faults.push(Fault {
                code: finding.code,
                field: format!("{}{dot}{}", self.path, finding.field),
                message: finding.message,
                offset: u32::try_from(finding.offset).unwrap_or(u32::MAX),
            });
        }
    }
}
