//! What a schema may say in a definition, and whether its defaults and its rules hold.

use super::super::super::at::{At, quoted, shown};
use super::super::super::cel::{self, Environment, NotCompiled, Program};
use super::super::super::custom;
use super::super::super::custom::schema::{MAX_SCHEMA_DEPTH, Schema};
use super::super::super::finding::Code;
use super::structural;
use crate::validate::rules::admission::{Type, certain_type};

/// Judges the schema of a version. Gives it, if it can be used.
pub(super) fn schema(at: At<'_>, has_status: bool) -> Option<Schema> {
    if !at.is_set() {
        return None;
    }
    if is_too_deep(at, 0) {
        let words =
            format!("not checked: more than {MAX_SCHEMA_DEPTH} schemas lie within each other");
        at.report(&Code::UNCHECKED_RULE, words);
        return None;
    }
    if has_status {
        at_root_with_status(at);
    }
    if at.get("nullable").is_true() {
        at.get("nullable").forbidden("nullable cannot be true at the root");
    }
    let before = at.n_findings();
    structural::structural(at);
    let is_structural = at.n_findings() == before;
    let read = at.node().and_then(|node| custom::read_schema(node).ok());
    let mut holds = is_structural;
    if let Some(read) = read.as_ref().filter(|_| is_structural) {
        defaults(at, read, false, true);
        holds = at.n_findings() == before;
    }
    let walk = Walk { no_defaults: None, is_in_metadata: false, is_uncorrelated: false };
    keywords(at, walk, true, read.as_ref().filter(|_| holds));
    read
}

fn is_too_deep(at: At<'_>, depth: usize) -> bool {
    if depth > MAX_SCHEMA_DEPTH {
        return true;
    }
    let deeper = |at: At<'_>| at.is_set() && is_too_deep(at, depth + 1);
    ["items", "additionalProperties", "not"].into_iter().any(|name| deeper(at.get(name)))
        || ["allOf", "anyOf", "oneOf"].into_iter().any(|name| at.get(name).items().any(deeper))
        || at.get("properties").entries().any(|(_, at)| deeper(at))
}

/// Keywords that the top of a schema may have beside a status subresource.
const AT_ROOT: &[&str] = &[
    "description",
    "type",
    "format",
    "title",
    "maximum",
    "exclusiveMaximum",
    "minimum",
    "exclusiveMinimum",
    "maxLength",
    "minLength",
    "pattern",
    "maxItems",
    "minItems",
    "uniqueItems",
    "multipleOf",
    "required",
    "items",
    "properties",
    "externalDocs",
    "example",
    "x-kubernetes-preserve-unknown-fields",
    "x-kubernetes-validations",
];

fn at_root_with_status(at: At<'_>) {
    if !matches!(at.get("type").text(), "" | "object") {
        let words = "only \"object\" is allowed as the type at the root of the schema if the status subresource is enabled";
        at.get("type").invalid(words);
        return;
    }
    let is_zero = |at: At<'_>| {
        !at.is_set()
            || at.boolean() == Some(false)
            || at.node().is_some_and(|node| node.as_str() == Some(""))
    };
    if at.entries().any(|(name, value)| !AT_ROOT.contains(&name) && !is_zero(value)) {
        let words = "only [Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength MinLength Pattern MaxItems MinItems UniqueItems MultipleOf Required Items Properties ExternalDocs Example XPreserveUnknownFields XValidations] fields are allowed at the root of the schema if the status subresource is enabled";
        at.invalid(words);
    }
}

/// Judges defaults by the schemas they are defaults of.
fn defaults(at: At<'_>, schema: &Schema, is_in_metadata: bool, is_object: bool) {
    let default = at.get("default");
    if let Some(node) = default.node().filter(|node| !node.is_null())
        && !is_in_metadata
    {
        custom::default_faults(default, schema, node);
    }
    if let Some(items) = &schema.items {
        defaults(at.get("items"), items, is_in_metadata, items.is_embedded);
    }
    for (name, property) in at.get("properties").entries() {
        if let Some(schema) = schema.property(name) {
            let is_metadata = is_object && matches!(name, "metadata" | "apiVersion" | "kind");
            let is_in_metadata = (is_in_metadata || is_metadata) && !schema.is_embedded;
            defaults(property, schema, is_in_metadata, schema.is_embedded);
        }
    }
}

/// What is known of the way to a schema.
#[derive(Clone, Copy)]
struct Walk {
    /// why there may be no default
    no_defaults: Option<&'static str>,
    is_in_metadata: bool,
    /// whether values cannot be told to be those they were before
    is_uncorrelated: bool,
}

/// The types that a schema may name.
const TYPES: &[&str] = &["array", "boolean", "integer", "number", "object", "string"];

/// Judges the keywords of a schema. The schema is given where rules are to be judged, too.
fn keywords(at: At<'_>, walk: Walk, is_root: bool, schema: Option<&Schema>) {
    if !at.is_set() {
        return;
    }
    let before = at.n_findings();
    let kind = at.get("type").text();
    if !kind.is_empty() && !TYPES.contains(&kind) {
        at.get("type").unsupported(TYPES);
    }
    if let (true, Some(reason)) = (at.get("default").is_set(), walk.no_defaults) {
        at.get("default").forbidden(&format!("must not be set {reason}"));
    }
    for name in
        ["id", "additionalItems", "patternProperties", "definitions", "dependencies", "$ref"]
    {
        let keyword = at.get(name);
        let is_empty_text = keyword.node().is_some_and(|node| node.as_str() == Some(""));
        let is_empty_map =
            matches!(name, "patternProperties" | "definitions") && keyword.is_empty();
        if keyword.is_set() && !is_empty_text && !is_empty_map {
            keyword.forbidden(&format!("{name} is not supported"));
        }
    }
    if kind == "null" {
        at.get("type").forbidden("type cannot be set to null, use nullable as an alternative");
    }
    if at.get("items").items().len() > 0 {
        at.get("items").forbidden("items must be a schema object and not an array");
    }
    if walk.is_in_metadata && at.get("x-kubernetes-embedded-resource").is_true() {
        at.get("x-kubernetes-embedded-resource")
            .forbidden("must not be used inside of resource meta");
    }
    if at.get("uniqueItems").is_true() {
        at.get("uniqueItems").forbidden(
            "uniqueItems cannot be set to true since the runtime complexity becomes quadratic",
        );
    }
    below(at, walk, is_root, schema);
    extensions(at, kind);
    rules(at, walk, schema, at.n_findings() == before);
}

/// Judges the schemas within a schema.
fn below(at: At<'_>, walk: Walk, is_root: bool, schema: Option<&Schema>) {
    let additional = at.get("additionalProperties");
    if additional.is_set() {
        let is_true = additional.is_true();
        if !at.get("properties").is_empty() && !is_true {
            additional.forbidden("additionalProperties and properties are mutual exclusive");
        }
        let mut walk = walk;
        if walk.is_in_metadata {
            walk.no_defaults = Some("inside additionalProperties applying to object metadata");
        }
        if additional.boolean().is_none() {
            let schema = schema.and_then(Schema::additional);
            keywords(additional, walk, false, schema);
        }
    }
    let map_type = at.get("x-kubernetes-map-type").text();
    let is_correlated = matches!(map_type, "" | "granular" | "atomic");
    for (name, property) in at.get("properties").entries() {
        let mut walk = walk;
        walk.is_uncorrelated |= !is_correlated;
        let is_embedded = at.get("x-kubernetes-embedded-resource").is_true();
        if (is_root || is_embedded) && matches!(name, "metadata" | "kind" | "apiVersion") {
            walk.is_in_metadata = true;
            if is_root {
                walk.no_defaults = Some(match name {
                    "metadata" => "in top-level metadata",
                    "kind" => "in top-level kind",
                    _ => "in top-level apiVersion",
                });
            }
        }
        let schema = schema.and_then(|schema| schema.property(name));
        keywords(property, walk, false, schema);
    }
    keywords(at.get("not"), walk, false, None);
    for name in ["allOf", "oneOf", "anyOf"] {
        at.get(name).items().for_each(|part| keywords(part, walk, false, None));
    }
    let items = at.get("items");
    if items.items().len() == 0 {
        let mut walk = walk;
        walk.is_uncorrelated |= at.get("x-kubernetes-list-type").text() != "map";
        let schema = schema.and_then(|schema| schema.items.as_deref());
        keywords(items, walk, false, schema);
    }
}

/// Judges the keywords that Kubernetes adds.
fn extensions(at: At<'_>, kind: &str) {
    let keeps = at.get("x-kubernetes-preserve-unknown-fields");
    if keeps.boolean() == Some(false) {
        keeps.invalid("must be true or undefined");
    }
    let (map_type, list_type) = (at.get("x-kubernetes-map-type"), at.get("x-kubernetes-list-type"));
    let must_be = |wanted: &str, keyword: &str| {
        let words = format!("must be {wanted} if {keyword} is specified");
        if kind.is_empty() {
            at.get("type").required(&words);
        } else {
            at.get("type").invalid(&words);
        }
    };
    if map_type.is_set() && kind != "object" {
        must_be("object", "x-kubernetes-map-type");
    }
    if map_type.is_set() && !["atomic", "granular"].contains(&map_type.text()) {
        map_type.unsupported(&["atomic", "granular"]);
    }
    let items = at.get("items");
    let has_items = items.is_set() && items.items().len() == 0;
    if list_type.is_set() && kind != "array" {
        must_be("array", "x-kubernetes-list-type");
    } else if list_type.text() == "set" && has_items {
        let words = "must be atomic as item of a list with x-kubernetes-list-type=set";
        let (of_list, of_map) =
            (items.get("x-kubernetes-list-type"), items.get("x-kubernetes-map-type"));
        match items.get("type").text() {
            "array" if of_list.is_set() && of_list.text() != "atomic" => of_list.invalid(words),
            "object" if of_map.text() != "atomic" => of_map.invalid(words),
            _ => {}
        }
    }
    if list_type.is_set() && !["atomic", "set", "map"].contains(&list_type.text()) {
        list_type.unsupported(&["atomic", "set", "map"]);
    }
    let keys = at.get("x-kubernetes-list-map-keys");
    if !keys.is_empty() && list_type.text() != "map" {
        let words = "must be map if x-kubernetes-list-map-keys is non-empty";
        if list_type.is_set() { list_type.invalid(words) } else { list_type.required(words) }
    }
    if list_type.text() == "map" {
        list_map(at, keys, items);
    }
    if matches!(list_type.text(), "set" | "map") && has_items && items.get("nullable").is_true() {
        let words =
            format!("cannot be nullable when x-kubernetes-list-type is {}", list_type.text());
        items.get("nullable").forbidden(&words);
    }
}

fn list_map(at: At<'_>, keys: At<'_>, items: At<'_>) {
    if keys.is_empty() {
        keys.required("must not be empty if x-kubernetes-list-type is map");
    }
    if !items.is_set() {
        at.get("items").required("must have a schema if x-kubernetes-list-type is map");
        return;
    }
    if items.items().len() > 0 {
        items.invalid("must only have a single schema if x-kubernetes-list-type is map");
        return;
    }
    if items.get("type").text() != "object" {
        let words = "must be object if parent array's x-kubernetes-list-type is map";
        items.get("type").invalid_as(&quoted(items.get("type").text()), words);
        return;
    }
    let mut seen: Vec<&str> = Vec::new();
    for key in keys.items() {
        let property = items.get("properties").key(key.text());
        if !property.is_set() {
            keys.invalid("entries must all be names of item properties");
        } else if matches!(property.get("type").text(), "array" | "object") {
            let words = "must be a scalar type if parent array's x-kubernetes-list-type is map";
            property.get("type").invalid_as("\"object\"", words);
        }
        if seen.contains(&key.text()) {
            keys.invalid("must not contain duplicate entries");
        }
        seen.push(key.text());
        if !property.is_set() {
            continue;
        }
        let is_required = items.get("required").items().any(|name| name.text() == key.text());
        if !is_required && !property.get("default").is_set() {
            property.get("default").required(
                "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property",
            );
        }
        if property.get("nullable").is_true() {
            property.get("nullable").forbidden(
                "this property is in x-kubernetes-list-map-keys, so it cannot be nullable",
            );
        }
    }
}

const REASONS: &[&str] =
    &["FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"];

/// Judges the rules of a schema; expressions are read only where the schema is right.
fn rules(at: At<'_>, walk: Walk, schema: Option<&Schema>, is_right: bool) {
    let rules = at.get("x-kubernetes-validations");
    let before = at.n_findings();
    for rule in rules.items() {
        let (text, message) = (rule.get("rule"), rule.get("message"));
        let has_breaks = |text: &str| text.contains(['\n', '\r']);
        let (trimmed, words) = (text.text().trim(), message.text().trim());
        if trimmed.is_empty() {
            text.required("rule is not specified");
        } else if !message.text().is_empty() && words.is_empty() {
            message.invalid("must be non-empty if specified");
        } else if has_breaks(words) {
            message.invalid("must not contain line breaks");
        } else if has_breaks(trimmed) && words.is_empty() {
            message.required("message must be specified if rule contains line breaks");
        }
        let made = rule.get("messageExpression");
        if !made.text().is_empty() && made.text().trim().is_empty() {
            made.required("messageExpression must be non-empty if specified");
        }
        let reason = rule.get("reason");
        if reason.is_set() && !REASONS.contains(&reason.text()) {
            reason.unsupported(REASONS);
        }
        let path = rule.get("fieldPath");
        if !path.text().is_empty() {
            if path.text().trim().is_empty() {
                path.invalid("must be non-empty if specified");
            }
            if has_breaks(path.text()) {
                path.invalid("must not contain line breaks");
            }
            if schema.is_some_and(|schema| !is_path(path.text(), schema)) {
                path.invalid("must be a valid path");
            }
        }
    }
    let Some(schema) = schema.filter(|_| is_right && at.n_findings() == before) else { return };
    for rule in rules.items() {
        expressions(rule, walk, schema);
    }
}

fn expressions(rule: At<'_>, walk: Walk, schema: &Schema) {
    let shown = shown(rule.node());
    let text = rule.get("rule");
    match Program::compile(text.text(), Environment::Rule) {
        Ok(program) => {
            if let Some(field) = cel::undefined_field(&program, schema) {
                text.invalid_as(&shown, &format!("compilation failed: undefined field '{field}'"));
            } else if let Err(words) = certain_type(&program) {
                text.invalid_as(&shown, &format!("compilation failed: {words}"));
            } else if program.names("oldSelf") {
                if walk.is_uncorrelated {
                    text.invalid(
                        "oldSelf cannot be used on the uncorrelatable portion of the schema",
                    );
                }
            } else if rule.get("optionalOldSelf").is_set() {
                rule.get("optionalOldSelf")
                    .invalid("may not be set if oldSelf is not used in rule");
            }
            if certain_type(&program).is_ok_and(|found| !found.may_be(Type::Bool)) {
                text.invalid_as(&shown, "cel expression must evaluate to a bool");
            }
        }
        Err(NotCompiled::Refused(words)) => {
            text.invalid_as(&shown, &format!("compilation failed: {words}"));
        }
        Err(NotCompiled::TooLarge) => {
            text.report(&Code::UNCHECKED_RULE, "not checked: the rule is too long");
        }
    }
    let made = rule.get("messageExpression");
    if made.text().trim().is_empty() {
        return;
    }
    let found = match Program::compile(made.text(), Environment::Rule) {
        Ok(program) => certain_type(&program),
        Err(NotCompiled::Refused(words)) => Err(words),
        Err(NotCompiled::TooLarge) => return,
    };
    match found {
        Ok(found) if found.may_be(Type::Text) => {}
        Ok(_) => made.invalid_as(&shown, "messageExpression must evaluate to a string"),
        Err(words) => {
            made.invalid_as(&shown, &format!("messageExpression compilation failed: {words}"));
        }
    }
}

/// Tells whether a path such as `.spec['replicas']` leads to a field of a schema.
///
/// Source: `ValidFieldPath` in `pkg/apiserver/schema/cel/validation.go` of apiextensions-apiserver.
fn is_path(path: &str, schema: &Schema) -> bool {
    let (mut rest, mut schema) = (path, schema);
    while !rest.is_empty() {
        let name;
        if let Some(quoted) = rest.strip_prefix("['") {
            let Some((inside, behind)) = quoted.split_once("']") else { return false };
            if inside.contains('\\') {
                // What is escaped is not looked into.
                return true;
            }
            (name, rest) = (inside, behind);
        } else if let Some(plain) = rest.strip_prefix('.') {
            let end = plain.find(['.', '[', ']']).unwrap_or(plain.len());
            (name, rest) = plain.split_at(end);
        } else {
            return false;
        }
        schema = if schema.properties.is_empty() {
            match schema.additional() {
                Some(additional) => additional,
                None => return schema.takes_any(),
            }
        } else {
            match schema.property(name) {
                Some(property) => property,
                None => return false,
            }
        };
    }
    true
}
