//! Faults as data: what is asked of which value, where the schema asks it, and what would be right.
//!
//! The text that Helm prints is a tree; here it is a list. What only leads to a fault (`$ref`, `allOf`) is left out, several
//! keys that are not allowed are several faults, and of alternatives of which none fits the one that was meant is taken,
//! where that can be told.

use std::collections::BTreeSet;
use std::sync::Arc;

use pintle_yaml::{Map, Value};

use super::compile::{Additional, Compiled, Schema, SchemaId};
use super::doc::{NodeId, value_of};
use super::fault::{Fault, Kind, PlaceId, Places};
use crate::stack;
use crate::value_path::{Step, ValuePath};

/// The most faults that are told of one chart; Helm's text has them all.
pub const MAX_FAULTS: usize = 1_000;

/// One thing that is wrong with values, by the schema of one chart.
#[derive(Debug, Clone, PartialEq)]
pub struct SchemaFault {
    /// the chart: its name, and those of the charts that carry it before it, with dots between
    pub chart: String,
    /// where in the values of the outermost chart; for a key that is not allowed with that key
    pub path: ValuePath,
    /// the keyword that is not met: `type`, `required`; `false` for the schema that takes nothing
    pub keyword: &'static str,
    /// what is wrong, in the words of Helm's library
    pub message: String,
    /// where the schema asks for it: `#/properties/image/type`
    pub location: String,
    /// what the schema says about the value
    pub description: Option<String>,
    /// keys that are missing, each with what the schema says about it
    pub missing: Vec<(String, Option<String>)>,
    /// keys that a map may have
    pub known_keys: Vec<String>,
    /// the types, as the schema names them
    pub types: Vec<&'static str>,
    /// the values that are allowed, if they are listed; for `not` those that are not
    pub choices: Vec<Value>,
    /// what is wrong by each alternative of `anyOf` or `oneOf`, if none is nearer than the others
    pub alternatives: Vec<Vec<SchemaFault>>,
}

impl SchemaFault {
    /// Makes a fault about a value that no schema is asked about: the values of a chart that are no map.
    pub(super) fn not_a_map(chart: String, path: ValuePath, message: String) -> Self {
        Self {
            chart,
            path,
            keyword: "type",
            message,
            location: String::new(),
            description: None,
            missing: Vec::new(),
            known_keys: Vec::new(),
            types: vec!["object"],
            choices: Vec::new(),
            alternatives: Vec::new(),
        }
    }
}

/// Makes faults out of the tree that a check found.
pub(super) struct Explain<'c> {
    pub(super) compiled: &'c Compiled,
    pub(super) places: &'c Places,
    /// the values of the chart
    pub(super) values: &'c Map,
    pub(super) chart: &'c str,
    /// where the chart's values are in those of the outermost chart
    pub(super) at: &'c ValuePath,
}

impl Explain<'_> {
    /// Gives all faults, in no order.
    pub(super) fn all(&self, faults: &[Fault]) -> Vec<SchemaFault> {
        let mut found = Vec::new();
        for fault in faults {
            self.fault(fault, &mut found);
        }
        found
    }

    fn fault(&self, fault: &Fault, found: &mut Vec<SchemaFault>) {
        if found.len() >= MAX_FAULTS {
            return;
        }
        let (keyword, schema) = fault.rule;
        let Kind::Text(text) = &fault.kind else { return self.causes(fault, found) };
        match keyword {
            "allOf" => self.causes(fault, found),
            "anyOf" | "oneOf" if !fault.causes.is_empty() => {
                self.alternatives(fault, text, found);
            }
            "additionalProperties" => self.not_allowed(fault, found),
            "propertyNames" => self.name(fault, text, found),
            _ => found.push(self.one(fault.place, keyword, schema, text)),
        }
    }

    fn causes(&self, fault: &Fault, found: &mut Vec<SchemaFault>) {
        for cause in &fault.causes {
            stack::with_room(|| self.fault(cause, found));
        }
    }

    fn one(
        &self,
        place: PlaceId,
        keyword: &'static str,
        schema: SchemaId,
        message: &str,
    ) -> SchemaFault {
        let own = self.places.path(place);
        let compiled = &self.compiled.schemas[schema];
        let mut missing = Vec::new();
        if keyword == "required" {
            let here = self.map_at(&own);
            for key in &compiled.required {
                if here.is_none_or(|map| !map.contains_key(key)) {
                    let inner = compiled.properties.get(key);
                    let words = inner.and_then(|id| self.description(*id));
                    missing.push((key.to_string(), words));
                }
            }
        }
        let refused = compiled.not.map(|inner| &self.compiled.schemas[inner]);
        let choices: Vec<NodeId> = match keyword {
            "not" => refused
                .filter(|inner| inner.types.is_empty())
                .map(|inner| inner.choices.clone().unwrap_or(inner.constant.into_iter().collect()))
                .unwrap_or_default(),
            "enum" => compiled.choices.clone().unwrap_or_default(),
            "const" => compiled.constant.into_iter().collect(),
            _ => Vec::new(),
        };
        let doc = &self.compiled.roots[compiled.root].doc;
        SchemaFault {
            chart: self.chart.to_owned(),
            path: self.outer(own),
            keyword,
            message: message.to_owned(),
            location: self.location(compiled, keyword),
            description: self.description(schema),
            missing,
            known_keys: compiled.properties.keys().map(ToString::to_string).collect(),
            types: if keyword == "type" { compiled.types.names() } else { Vec::new() },
            choices: choices.into_iter().map(|node| value_of(doc, node)).collect(),
            alternatives: Vec::new(),
        }
    }

    /// Adds a fault for each key that is not allowed.
    fn not_allowed(&self, fault: &Fault, found: &mut Vec<SchemaFault>) {
        let (keyword, schema) = fault.rule;
        let compiled = &self.compiled.schemas[schema];
        let own = self.places.path(fault.place);
        let is_refused = |key: &str| {
            compiled.additional_properties == Additional::None
                && !compiled.properties.contains_key(key)
                && !compiled.pattern_properties.iter().any(|(p, _)| p.regex.is_match(key))
        };
        let keys = self.map_at(&own).into_iter().flat_map(Map::keys);
        for key in keys.filter(|key| is_refused(key)).take(MAX_FAULTS) {
            let shown = super::fault::quote(key);
            let message = format!("additional properties {shown} not allowed");
            let mut one = self.one(fault.place, keyword, schema, &message);
            one.path = one.path.join(Step::Key(key.clone()));
            // What is said of the map says nothing about the key.
            one.description = None;
            found.push(one);
        }
    }

    /// Adds a fault about the name of a key.
    fn name(&self, fault: &Fault, text: &str, found: &mut Vec<SchemaFault>) {
        let (keyword, schema) = fault.rule;
        let mut about_name = Vec::new();
        self.causes(fault, &mut about_name);
        let why: Vec<&str> = about_name.iter().map(|fault| fault.message.as_str()).collect();
        let mut one =
            self.one(fault.place, keyword, schema, &format!("{text}: {}", why.join(", ")));
        let is_named = |key: &&Arc<str>| text.ends_with(&format!(" {}", super::fault::quote(key)));
        let own = self.places.path(fault.place);
        let mut keys = self.map_at(&own).into_iter().flat_map(Map::keys);
        if let Some(key) = keys.find(is_named) {
            one.path = one.path.join(Step::Key(key.clone()));
        }
        one.description = None;
        found.push(one);
    }

    /// Adds the faults of the alternative that was meant, or one fault with all of them.
    fn alternatives(&self, fault: &Fault, text: &str, found: &mut Vec<SchemaFault>) {
        let here = self.outer(self.places.path(fault.place));
        let mut all = Vec::new();
        for cause in &fault.causes {
            let mut one = Vec::new();
            stack::with_room(|| self.fault(cause, &mut one));
            all.push(one);
        }
        let is_kind =
            |fault: &SchemaFault| matches!(fault.keyword, "type" | "const" | "enum" | "false");
        let fits = |n_below: usize| {
            let is_far = |fault: &SchemaFault| {
                is_kind(fault)
                    && fault.path.0.len() <= here.0.len() + n_below
                    && (n_below == 0 || matches!(fault.keyword, "const" | "enum"))
            };
            let near: Vec<usize> = (0..all.len()).filter(|n| !all[*n].iter().any(is_far)).collect();
            near
        };
        let meant = match fits(0).as_slice() {
            [only] => Some(*only),
            [_, _, ..] => match fits(1).as_slice() {
                [only] if fits(0).contains(only) => Some(*only),
                _ => None,
            },
            [] => None,
        };
        if let Some(meant) = meant {
            found.append(&mut all[meant]);
            return;
        }
        let (keyword, schema) = fault.rule;
        let mut whole = self.one(fault.place, keyword, schema, text);
        let types: BTreeSet<&'static str> =
            all.iter().flatten().flat_map(|fault| fault.types.iter().copied()).collect();
        whole.types = types.into_iter().collect();
        whole.choices = all.iter().flatten().flat_map(|fault| fault.choices.clone()).collect();
        whole.alternatives = all;
        found.push(whole);
    }

    fn map_at(&self, own: &ValuePath) -> Option<&Map> {
        if own.0.is_empty() { Some(self.values) } else { own.find(self.values)?.as_map() }
    }

    fn outer(&self, own: ValuePath) -> ValuePath {
        let mut path = self.at.clone();
        path.0.extend(own.0);
        path
    }

    fn location(&self, schema: &Schema, keyword: &str) -> String {
        let root = &self.compiled.roots[schema.root];
        let url = root.url.strip_prefix(super::SCHEMA_URL).unwrap_or(&root.url);
        let keyword = if keyword == "false" { String::new() } else { format!("/{keyword}") };
        format!("{url}#{}{keyword}", root.doc.pointer(schema.node))
    }

    fn description(&self, schema: SchemaId) -> Option<String> {
        let schema = &self.compiled.schemas[schema];
        let doc = &self.compiled.roots[schema.root].doc;
        let map = doc.map(schema.node)?;
        let text = |key| map.get(key).and_then(|node| doc.string(*node)).map(Arc::clone);
        let found = text("description").or_else(|| text("title"))?;
        Some(found.trim().to_owned()).filter(|text| !text.is_empty())
    }
}
