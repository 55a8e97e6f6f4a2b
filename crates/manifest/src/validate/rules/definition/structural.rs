//! Whether a schema is structural: each value has its type outside of `allOf`, `anyOf`, `oneOf` and `not`.
//!
//! Source: `pkg/apiserver/schema/validation.go` and `complete.go` of apiextensions-apiserver.

use super::super::super::at::{At, quoted};
use super::super::super::custom::patterns;

/// Judges the whole schema of a version.
pub(super) fn structural(at: At<'_>) {
    invariants(at, Level::Root);
    completeness(at, at);
}

/// Where a schema stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Root,
    Item,
    Field,
}

fn invariants(at: At<'_>, level: Level) {
    let kind = at.get("type").text();
    let items = at.get("items");
    if kind == "array" && !items.is_set() {
        items.required("must be specified");
    }
    if items.is_set() {
        invariants(items, Level::Item);
    }
    for (_, property) in at.get("properties").entries() {
        invariants(property, Level::Field);
    }
    let additional = at.get("additionalProperties");
    if additional.is_set() {
        if level == Level::Root {
            additional.forbidden("must not be used at the root");
        }
        if additional.boolean().is_none() {
            invariants(additional, Level::Field);
        }
    }
    let is_int_or_string = at.get("x-kubernetes-int-or-string").is_true();
    let keeps_unknown = at.get("x-kubernetes-preserve-unknown-fields");
    let embedded = at.get("x-kubernetes-embedded-resource");
    if is_int_or_string && keeps_unknown.is_true() {
        keeps_unknown.invalid("must be false if x-kubernetes-int-or-string is true");
    }
    if is_int_or_string && embedded.is_true() {
        embedded.invalid("must be false if x-kubernetes-int-or-string is true");
    }
    validations(at, is_integer_or_string(at.get("anyOf")), first_of_all_is(at));
    if embedded.is_true() && kind != "object" {
        let words = "must be object if x-kubernetes-embedded-resource is true";
        if kind.is_empty() { at.get("type").required(words) } else { at.get("type").invalid(words) }
    } else if kind.is_empty() && !is_int_or_string && !keeps_unknown.is_true() {
        at.get("type").required(match level {
            Level::Root => "must not be empty at the root",
            Level::Item => "must not be empty for specified array items",
            Level::Field => "must not be empty for specified object fields",
        });
    }
    if embedded.is_true() && additional.is_set() {
        additional.forbidden("must not be used if x-kubernetes-embedded-resource is set");
    }
    if level == Level::Root && !kind.is_empty() && kind != "object" {
        at.get("type").invalid("must be object at the root");
    }
    if level == Level::Root || embedded.is_true() {
        for name in ["kind", "apiVersion"] {
            let property = at.get("properties").key(name);
            if property.is_set() && property.get("type").text() != "string" {
                let value = quoted(property.get("type").text());
                property.get("type").invalid_as(&value, "must be string");
            }
        }
        let metadata = at.get("properties").key("metadata");
        if metadata.is_set() {
            of_metadata(metadata, level);
        }
    }
    if embedded.is_true() && !keeps_unknown.is_true() && at.get("properties").is_empty() {
        at.get("properties").required(
            "must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields",
        );
    }
}

/// Metadata may say nothing but what names look like.
fn of_metadata(metadata: At<'_>, level: Level) {
    if metadata.get("type").text() != "object" {
        let value = quoted(metadata.get("type").text());
        metadata.get("type").invalid_as(&value, "must be object");
    }
    if level != Level::Root {
        return;
    }
    let mut properties = metadata.get("properties").entries();
    let says_more = properties.any(|(name, _)| !matches!(name, "name" | "generateName"))
        || metadata.entries().any(|(name, value)| {
            !matches!(name, "type" | "properties" | "default")
                && value.is_set()
                && value.boolean() != Some(false)
        });
    if says_more {
        metadata.forbidden(
            "must not specify anything other than name and generateName, but metadata is implicitly specified",
        );
    }
}

/// Tells whether alternatives are an integer and a string, and nothing else.
fn is_integer_or_string(any_of: At<'_>) -> bool {
    let mut items = any_of.items();
    let is_plain = |item: Option<At<'_>>, kind: &str| {
        item.is_some_and(|item| item.len() == 1 && item.get("type").text() == kind)
    };
    is_plain(items.next(), "integer") && is_plain(items.next(), "string") && items.next().is_none()
}

fn first_of_all_is(at: At<'_>) -> bool {
    at.get("allOf").items().next().is_some_and(|first| is_integer_or_string(first.get("anyOf")))
}

fn validations(at: At<'_>, skips_any: bool, skips_first_all: bool) {
    if !skips_any {
        at.get("anyOf").items().for_each(|part| nested(part, false));
    }
    for (index, part) in at.get("allOf").items().enumerate() {
        nested(part, skips_first_all && index == 0);
    }
    at.get("oneOf").items().for_each(|part| nested(part, false));
    if at.get("not").is_set() {
        nested(at.get("not"), false);
    }
    let pattern = at.get("pattern");
    if let Some(reason) = patterns::syntax_error(pattern.text()) {
        let words = format!("must be a valid regular expression, but isn't: {reason}");
        pattern.invalid(&words);
    }
}

/// Judges a schema within `allOf` and its like.
fn nested(at: At<'_>, skips_any: bool) {
    validations(at, skips_any, false);
    if at.get("items").is_set() {
        nested(at.get("items"), false);
    }
    for (name, property) in at.get("properties").entries() {
        nested(property, false);
        if name == "metadata" {
            property.forbidden("must not be specified in a nested context");
        }
    }
    let forbid = |name: &'static str, is_given: bool, words: &str| {
        if is_given {
            at.get(name).forbidden(&format!("must be {words} to be structural"));
        }
    };
    for name in ["type", "title", "description"] {
        forbid(name, !at.get(name).text().is_empty(), "empty");
    }
    for name in
        ["additionalProperties", "default", "x-kubernetes-list-type", "x-kubernetes-map-type"]
    {
        forbid(name, at.get(name).is_set(), "undefined");
    }
    for name in [
        "nullable",
        "x-kubernetes-preserve-unknown-fields",
        "x-kubernetes-embedded-resource",
        "x-kubernetes-int-or-string",
    ] {
        forbid(name, at.get(name).is_true(), "false");
    }
    for name in ["x-kubernetes-list-map-keys", "x-kubernetes-validations"] {
        forbid(name, !at.get(name).is_empty(), "empty");
    }
}

/// Asks that what a schema says within `allOf` and its like is said of something that has a type.
fn completeness(validation: At<'_>, schema: At<'_>) {
    for name in ["allOf", "anyOf", "oneOf"] {
        validation.get(name).items().for_each(|part| nested_completeness(part, schema));
    }
    if validation.get("not").is_set() {
        nested_completeness(validation.get("not"), schema);
    }
}

fn nested_completeness(part: At<'_>, schema: At<'_>) {
    let because = |at: At<'_>| format!("because it is defined in {}", at.path());
    completeness(part, schema);
    let (items, of_schema) = (part.get("items"), schema.get("items"));
    if items.is_set() {
        if of_schema.is_set() {
            nested_completeness(items, of_schema);
        } else {
            of_schema.required(&because(items));
        }
    }
    for (name, property) in part.get("properties").entries() {
        let of_schema = schema.get("properties").key(name);
        if of_schema.is_set() {
            nested_completeness(property, of_schema);
        } else {
            of_schema.required(&because(property));
        }
    }
}
