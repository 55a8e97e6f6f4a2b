//! What an API server makes of a custom resource before it judges it: fields that its schema does not have are
//! refused, nulls are dropped, and defaults are set.
//!
//! Source: `pkg/apiserver/schema/pruning` and `…/defaulting` of apiextensions-apiserver.

use std::borrow::Cow;

use super::schema::Schema;
use super::values::push_index;
use crate::document::{Content, Entry, Node};

/// The fields of any object, which its own schema need not have.
const META_FIELDS: [&str; 3] = ["apiVersion", "kind", "metadata"];

/// A field that the schema does not have.
#[derive(Debug)]
pub(super) struct Unknown<'s> {
    /// its path
    pub(super) path: String,
    /// its name
    pub(super) name: String,
    /// where it is in the text
    pub(super) offset: u32,
    /// what is known where it stands
    pub(super) schema: Option<&'s Schema>,
}

/// Finds the fields that a schema does not have; a whole object has some that its schema need not name.
pub(super) fn unknown_fields<'s>(
    schema: &'s Schema,
    root: &Node<'_>,
    is_object: bool,
) -> Vec<Unknown<'s>> {
    let mut finder = Finder { path: String::new(), found: Vec::new() };
    if schema.keeps_unknown {
        finder.kept(root, schema, is_object);
    } else {
        finder.value(root, Some(schema), is_object);
    }
    finder.found
}

struct Finder<'s> {
    path: String,
    found: Vec<Unknown<'s>>,
}

impl<'s> Finder<'s> {
    /// Looks at a value; none is for what the schema says nothing of.
    fn value(&mut self, node: &Node<'_>, schema: Option<&'s Schema>, is_object: bool) {
        if let Some(schema) = schema
            && schema.keeps_unknown
        {
            return self.kept(node, schema, is_object);
        }
        let before = self.path.len();
        for entry in node.entries() {
            let is_object = is_object || schema.is_some_and(|schema| schema.is_embedded);
            if is_object && META_FIELDS.contains(&entry.key.as_ref()) {
                continue;
            }
            let below = schema.and_then(|schema| property_or_additional(schema, &entry.key));
            self.push(&entry.key);
            match below {
                Some(below) => self.value(&entry.value, below, false),
                None => self.found.push(Unknown {
                    path: self.path.clone(),
                    name: entry.key.to_string(),
                    offset: entry.offset,
                    schema,
                }),
            }
            self.path.truncate(before);
        }
        for (index, item) in node.items().iter().enumerate() {
            push_index(&mut self.path, index);
            self.value(item, schema.and_then(|schema| schema.items.as_deref()), false);
            self.path.truncate(before);
        }
    }

    /// Looks at a value whose unknown fields are kept: only what is named is looked at.
    fn kept(&mut self, node: &Node<'_>, schema: &'s Schema, is_object: bool) {
        let before = self.path.len();
        for entry in node.entries() {
            if (is_object || schema.is_embedded) && META_FIELDS.contains(&entry.key.as_ref()) {
                continue;
            }
            if let Some(below) = property_or_additional(schema, &entry.key) {
                self.push(&entry.key);
                self.value(&entry.value, below, false);
                self.path.truncate(before);
            }
        }
        if let Some(items) = &schema.items {
            for (index, item) in node.items().iter().enumerate() {
                push_index(&mut self.path, index);
                self.kept(item, items, false);
                self.path.truncate(before);
            }
        }
    }

    fn push(&mut self, name: &str) {
        if !self.path.is_empty() {
            self.path.push('.');
        }
        self.path.push_str(name);
    }
}

/// Gives what is said of a property: nothing, that it may be anything, or a schema.
#[expect(
    clippy::option_option,
    reason = "what may be anything is another thing than what may not be"
)]
fn property_or_additional<'s>(schema: &'s Schema, name: &str) -> Option<Option<&'s Schema>> {
    use super::schema::Additional;
    if let Some(property) = schema.property(name) {
        return Some(Some(property));
    }
    match &schema.additional {
        Additional::Schema(additional) => Some(Some(additional)),
        Additional::Any => Some(None),
        Additional::Unsaid | Additional::Forbidden => None,
    }
}

/// Gives the object as it is judged. One without nulls, of a schema without defaults, is as it was.
pub(super) fn prepared<'n>(
    schema: &Schema,
    root: &'n Node<'n>,
    drops_status: bool,
) -> Cow<'n, Node<'n>> {
    let has_status = drops_status && root.get("status").is_some();
    if !schema.has_defaults && !has_null(root) && !has_status {
        return Cow::Borrowed(root);
    }
    let mut root = root.clone();
    drop_nulls(&mut root, Some(schema));
    set_defaults(&mut root, schema);
    if let Content::Map(entries) = &mut root.content
        && has_status
    {
        entries.retain(|entry| entry.key != "status");
    }
    Cow::Owned(root)
}

fn has_null(node: &Node<'_>) -> bool {
    match &node.content {
        Content::Null => true,
        Content::List(items) => items.iter().any(has_null),
        Content::Map(entries) => entries.iter().any(|entry| has_null(&entry.value)),
        _ => false,
    }
}

/// Drops nulls of fields that cannot be null and have no default.
fn drop_nulls(node: &mut Node<'_>, schema: Option<&Schema>) {
    match &mut node.content {
        Content::Map(entries) => entries.retain_mut(|entry| {
            let below = schema
                .and_then(|schema| schema.property(&entry.key).or_else(|| schema.additional()));
            if let Some(below) = below
                && entry.value.is_null()
                && !below.nullable
                && below.default_value().is_none()
            {
                return false;
            }
            drop_nulls(&mut entry.value, below);
            true
        }),
        Content::List(items) => {
            let below = schema.and_then(|schema| schema.items.as_deref());
            for item in items {
                drop_nulls(item, below);
            }
        }
        _ => {}
    }
}

/// Sets the defaults of what is missing; they stand where what is around them does.
fn set_defaults(node: &mut Node<'_>, schema: &Schema) {
    if !schema.has_defaults {
        return;
    }
    let offset = node.offset;
    let takes_default = |value: &Node<'_>, schema: &Schema| value.is_null() && !schema.nullable;
    match &mut node.content {
        Content::Map(entries) => {
            for (name, property) in &schema.properties {
                let Some(default) = property.default_value() else { continue };
                match entries.iter_mut().find(|entry| entry.key == name.as_ref()) {
                    Some(entry) if takes_default(&entry.value, property) => {
                        entry.value = placed(default, entry.value.offset);
                    }
                    Some(_) => {}
                    None => entries.push(Entry {
                        key: Cow::Owned(name.to_string()),
                        offset,
                        value: placed(default, offset),
                    }),
                }
            }
            for entry in entries {
                if let Some(property) = schema.property(&entry.key) {
                    set_defaults(&mut entry.value, property);
                } else if let Some(additional) = schema.additional() {
                    if takes_default(&entry.value, additional)
                        && let Some(default) = additional.default_value()
                    {
                        entry.value = placed(default, entry.value.offset);
                    }
                    set_defaults(&mut entry.value, additional);
                }
            }
        }
        Content::List(items) => {
            let Some(below) = &schema.items else { return };
            for item in items {
                if takes_default(item, below)
                    && let Some(default) = below.default_value()
                {
                    *item = placed(default, item.offset);
                }
                set_defaults(item, below);
            }
        }
        _ => {}
    }
}

/// Copies a value to a place in the text.
fn placed<'n>(node: &Node<'static>, offset: u32) -> Node<'n> {
    let content = match &node.content {
        Content::List(items) => {
            Content::List(items.iter().map(|item| placed(item, offset)).collect())
        }
        Content::Map(entries) => Content::Map(
            entries
                .iter()
                .map(|entry| Entry {
                    key: entry.key.clone(),
                    offset,
                    value: placed(&entry.value, offset),
                })
                .collect(),
        ),
        other => other.clone(),
    };
    Node { offset, content }
}
