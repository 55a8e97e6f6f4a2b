//! Custom resources, judged by their definitions as an API server does.
//!
//! An object goes through its metadata, the fields that its schema does not have (`prepare`), the schema (`values`),
//! lists with keys and objects within it (`shapes`), the paths of its scale subresource, and its rules (`rules`).
//!
//! Source: `pkg/registry/customresource` and `pkg/apiserver` of apiextensions-apiserver.

mod bundled;
mod definitions;
mod faults;
pub(crate) mod formats;
pub(crate) mod patterns;
mod prepare;
mod rules;
pub(crate) mod schema;
mod shapes;
mod values;

use std::sync::Arc;

use pintle_yaml::near;

pub use definitions::{DefinitionError, Definitions};

use super::Identity;
use super::at::{At, quoted, shown};
use super::decode;
use super::finding::Code;
use super::meta::{self, Traits};
use super::names::NameRule;
use super::types::Types;
use crate::document::{Content, Node};
use definitions::{Known, Scale, Version};
use faults::Fault;
use schema::Schema;

/// Judges a custom resource. Gives whether anything is known of its kind.
pub(super) fn inspect(at: At<'_>, definitions: &Definitions, identity: &Identity) -> bool {
    let Some(node) = at.node() else { return false };
    match definitions.find(&identity.api_version, &identity.kind) {
        None => return false,
        Some(Known::Schema(schema, named)) => by_schema(at, node, schema, named),
        Some(Known::Version(_, version)) if !version.is_served => return false,
        Some(Known::Version(definition, version)) => {
            let of_namespace = definition.is_namespaced;
            let traits = if of_namespace { Traits::CUSTOM } else { Traits::CUSTOM_OF_CLUSTER };
            by_definition(at, node, version, traits);
        }
    }
    true
}

fn by_schema(at: At<'_>, node: &Node<'_>, schema: &Schema, named: &[Arc<Schema>]) {
    if metadata_fits(at) {
        meta::metadata(at.get("metadata"), NameRule::Any, Traits::CUSTOM);
    }
    report(at, values::faults(schema, named, node, at.minor()));
}

fn by_definition(at: At<'_>, node: &Node<'_>, version: &Version, traits: Traits) {
    if let Some(words) = &version.deprecation {
        at.get("apiVersion").report(&Code::DEPRECATED_API, words.to_string());
    }
    let schema = &version.schema;
    for unknown in prepare::unknown_fields(schema, node, true) {
        let mut message = format!("unknown field {}", quoted(&unknown.path));
        let names = unknown.schema.into_iter().flat_map(|schema| &schema.properties);
        if let [nearest, ..] = near::of(&unknown.name, names.map(|(name, _)| name.as_ref()))[..] {
            message = format!("{message}; did you mean {}?", quoted(nearest));
        }
        at.report_field(&Code::UNKNOWN_FIELD, unknown.path, message, unknown.offset);
    }
    if !metadata_fits(at) {
        return;
    }
    meta::metadata(at.get("metadata"), NameRule::Subdomain, traits);
    let prepared = prepare::prepared(schema, node, version.has_status);
    let prepared = prepared.as_ref();
    let minor = at.minor();
    let mut faults = values::faults(schema, &[], prepared, minor);
    if let Some(scale) = &version.scale {
        scale_paths(scale, prepared, &mut faults);
    }
    if schema.has_shapes {
        faults.extend(shapes::faults(schema, prepared, minor));
    }
    let hides_rules = faults.iter().any(Fault::hides_rules);
    report(at, faults);
    if schema.has_rules && !hides_rules {
        report(at, rules::faults(schema, prepared, minor, true));
    }
}

/// Tells whether two values are the same.
pub(super) fn is_same(a: &Node<'_>, b: &Node<'_>) -> bool {
    values::is_equal(a, b)
}

/// Reads the schema of a definition.
pub(super) fn read_schema(node: &Node<'_>) -> Result<schema::Schema, String> {
    schema::structural(node)
}

/// Judges a default by the schema that it is a default of.
pub(super) fn default_faults(at: At<'_>, schema: &schema::Schema, node: &Node<'_>) {
    if !prepare::unknown_fields(schema, node, schema.is_embedded).is_empty() {
        at.invalid("must not have unknown fields");
    }
    let minor = at.minor();
    let mut faults = shapes::faults_of_default(schema, node, minor);
    if faults.is_empty() {
        faults = values::faults(schema, &[], node, minor);
    }
    if faults.is_empty() && schema.has_rules {
        faults = rules::faults(schema, node, minor, false);
    }
    for fault in faults {
        let around = at.path();
        let field = match fault.field.as_str() {
            "" => around,
            below if below.starts_with('[') => format!("{around}{below}"),
            below => format!("{around}.{below}"),
        };
        at.report_field(fault.code, field, fault.message, fault.offset);
    }
}

/// Judges the types and names of the fields that all objects have.
fn metadata_fits(at: At<'_>) -> bool {
    let types = Types::of(at.minor());
    let id = types.id("meta.v1.ObjectMeta");
    id.is_none_or(|id| decode::decode_value(at.get("metadata"), types, id))
}

fn report(at: At<'_>, faults: Vec<Fault>) {
    for fault in faults {
        at.report_field(fault.code, fault.field, fault.message, fault.offset);
    }
}

/// Judges the numbers that a scale subresource shows.
fn scale_paths(scale: &Scale, root: &Node<'_>, faults: &mut Vec<Fault>) {
    for path in [&scale.spec_replicas, &scale.status_replicas] {
        let (place, found) = at_path(root, path);
        // Here the server keeps the dot in front.
        let mut push = |fault| faults.push(Fault { field: path.to_string(), ..fault });
        match found.map(|node| &node.content) {
            Some(Content::Int(value)) if *value < 0 => {
                push(place.invalid(&value.to_string(), "should be a non-negative integer"));
            }
            Some(Content::Int(value)) if i32::try_from(*value).is_err() => {
                let detail = format!("should be less than or equal to {}", i32::MAX);
                push(place.invalid(&value.to_string(), &detail));
            }
            None | Some(Content::Int(_)) => {}
            Some(_) => {
                let detail = accessor_error(path, found, "int64");
                push(place.invalid("0", &detail));
            }
        }
    }
    if !scale.label_selector.is_empty() {
        let path = &scale.label_selector;
        let (place, found) = at_path(root, path);
        if found.is_some_and(|node| node.as_str().is_none()) {
            let detail = accessor_error(path, found, "string");
            let fault = place.invalid("\"\"", &detail);
            faults.push(Fault { field: path.to_string(), ..fault });
        }
    }
}

fn accessor_error(path: &str, found: Option<&Node<'_>>, wanted: &str) -> String {
    let kind = match found.map(|node| &node.content) {
        Some(Content::String(_)) => "string",
        Some(Content::Bool(_)) => "bool",
        Some(Content::Float(_)) => "float64",
        Some(Content::List(_)) => "[]interface {}",
        Some(Content::Map(_)) => "map[string]interface {}",
        Some(Content::Int(_)) => "int64",
        None | Some(Content::Null) => "<nil>",
    };
    format!("{path} accessor error: {} is of the type {kind}, expected {wanted}", shown(found))
}

/// Goes down a path of names with dots before them.
fn at_path<'p, 'n, 'd>(
    root: &'n Node<'d>,
    path: &'p str,
) -> (faults::Place<'p>, Option<&'n Node<'d>>) {
    let mut found = Some(root);
    for name in path.trim_start_matches('.').split('.') {
        found = found.and_then(|node| node.get(name));
    }
    let offset = found.map_or(root.offset, |node| node.offset);
    (faults::Place { path, offset }, found)
}
