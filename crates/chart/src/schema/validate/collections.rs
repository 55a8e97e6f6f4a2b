//! The keywords of maps and lists: properties, items, their number, and what depends on them.
//!
//! Source: `objValidate` and `arrValidate` in `validator.go` of santhosh-tekuri/jsonschema v6.

use std::sync::Arc;

use pintle_yaml::{Map, Value};

use super::equal::duplicates;
use super::{Check, place};
use crate::schema::compile::{Additional, Dependency, Items, SchemaId};
use crate::schema::fault::{Step, quote, quote_all};
use crate::schema::number::count;

impl<'v> Check<'_, '_, 'v> {
    fn missing(map: &Map, wanted: &[Arc<str>]) -> Option<String> {
        let missing: Vec<_> =
            wanted.iter().filter(|key| !map.contains_key(key)).map(|key| &**key).collect();
        (!missing.is_empty()).then(|| quote_all(missing))
    }

    pub(super) fn object(&mut self, map: &'v Map) {
        let schema = self.schema;
        self.bounds(
            ("minProperties", "maxProperties"),
            map.len(),
            schema.min_properties,
            schema.max_properties,
        );
        if let Some(missing) = Self::missing(map, &schema.required) {
            let is_one = schema.required.iter().filter(|key| !map.contains_key(key)).count() == 1;
            let word = if is_one { "property" } else { "properties" };
            self.add("required", || format!("missing {word} {missing}"));
        }
        if self.is_done() {
            return;
        }
        for (property, dependency) in &schema.dependencies {
            if !map.contains_key(property) {
                continue;
            }
            match dependency {
                Dependency::Properties(wanted) => self.depends(map, property, wanted),
                Dependency::Schema(inner) => {
                    let fault = self.same(*inner, None, false);
                    self.faults.extend(fault);
                }
            }
        }
        let mut not_allowed = Vec::new();
        for (key, value) in map.iter() {
            if self.is_done() {
                return;
            }
            let mut is_evaluated = false;
            if let Some(inner) = schema.properties.get(key) {
                is_evaluated = true;
                self.add_part(*inner, value, Step::Key(key.clone()));
            }
            for (pattern, inner) in &schema.pattern_properties {
                if pattern.regex.is_match(key) {
                    is_evaluated = true;
                    self.add_part(*inner, value, Step::Key(key.clone()));
                }
            }
            if !is_evaluated {
                is_evaluated = schema.additional_properties.is_said();
                match schema.additional_properties {
                    Additional::None => not_allowed.push(&**key),
                    Additional::Schema(inner) => {
                        self.add_part(inner, value, Step::Key(key.clone()));
                    }
                    Additional::Unsaid | Additional::All => {}
                }
            }
            if is_evaluated {
                self.unevaluated.properties.remove(&**key);
            }
        }
        if !not_allowed.is_empty() {
            self.add("additionalProperties", || {
                format!("additional properties {} not allowed", quote_all(not_allowed))
            });
        }
        if let Some(inner) = schema.property_names {
            self.property_names(map, inner);
        }
        for (property, inner) in &schema.dependent_schemas {
            if map.contains_key(property) {
                let fault = self.same(*inner, None, false);
                self.faults.extend(fault);
            }
        }
        for (property, wanted) in &schema.dependent_required {
            if map.contains_key(property) {
                self.depends(map, property, wanted);
            }
        }
    }

    fn depends(&mut self, map: &Map, property: &str, wanted: &[Arc<str>]) {
        if let Some(missing) = Self::missing(map, wanted) {
            self.add("dependentRequired", || {
                format!("properties {missing} required, if {} exists", quote(property))
            });
        }
    }

    /// Checks names as values of their own. Helm's library loses the place here; this one is right.
    fn property_names(&mut self, map: &Map, schema: SchemaId) {
        let place = self.validator.places.leave_all();
        let mut found = Vec::new();
        for key in map.keys() {
            self.validator.n_values += 1;
            let name = Value::String(key.clone());
            if let Err(causes) = self.validator.whole(&name, schema, self.is_quiet) {
                found.push((key, causes));
            }
        }
        self.validator.places.back(place);
        for (key, causes) in found {
            self.add_with("propertyNames", causes, || {
                format!("invalid propertyName {}", quote(key))
            });
        }
    }

    pub(super) fn array(&mut self, items: &'v [Value]) {
        let schema = self.schema;
        self.bounds(("minItems", "maxItems"), items.len(), schema.min_items, schema.max_items);
        if schema.unique_items
            && let Some((first, second)) = duplicates(items)
        {
            self.add("uniqueItems", || {
                format!("items at {} and {} are equal", place(first), place(second))
            });
        }
        let mut n_evaluated = 0;
        if schema.version < 2020 {
            match &schema.items {
                Items::Unsaid => {}
                Items::Each(inner) => {
                    self.items(items, 0, *inner);
                    n_evaluated = items.len();
                }
                Items::Places(inner) => {
                    n_evaluated = inner.len().min(items.len());
                    for (n, (item, inner)) in items.iter().zip(inner).enumerate() {
                        self.add_part(*inner, item, Step::Index(n));
                    }
                }
            }
            match schema.additional_items {
                Additional::None if n_evaluated < items.len() => {
                    let n = place(items.len() - n_evaluated);
                    self.add("additionalItems", || {
                        format!("last {n} additionalItem(s) not allowed")
                    });
                }
                Additional::Schema(inner) => self.items(items, n_evaluated, inner),
                _ => {}
            }
        } else {
            for (n, (item, inner)) in items.iter().zip(&schema.prefix_items).enumerate() {
                n_evaluated = n + 1;
                self.add_part(*inner, item, Step::Index(n));
            }
            if let Some(inner) = schema.rest_items {
                self.items(items, n_evaluated, inner);
            }
        }
        if let Some(inner) = schema.contains {
            self.contains(items, inner);
        }
    }

    fn items(&mut self, items: &[Value], from: usize, schema: SchemaId) {
        for (n, item) in items.iter().enumerate().skip(from) {
            self.add_part(schema, item, Step::Index(n));
        }
    }

    fn contains(&mut self, items: &[Value], schema: SchemaId) {
        let mut faults = Vec::new();
        let mut matched = Vec::new();
        for (n, item) in items.iter().enumerate() {
            if let Some(fault) = self.part(schema, item, Step::Index(n)) {
                faults.push(fault);
                continue;
            }
            matched.push(n);
            if self.schema.version >= 2020 {
                self.unevaluated.items.remove(&n);
            }
        }
        let n_matched = i64::try_from(matched.len()).unwrap_or(i64::MAX);
        let found = || {
            let places: Vec<_> = matched.iter().map(ToString::to_string).collect();
            format!("matched {} items at {}", count(n_matched), places.join(" "))
        };
        match self.schema.min_contains {
            Some(min) if n_matched < min => {
                let wanted =
                    format!("min {} items required to match contains schema, but", count(min));
                self.add_with("minContains", faults, || match n_matched {
                    0 => format!("{wanted} none matched"),
                    _ => format!("{wanted} {}", found()),
                });
            }
            None if n_matched == 0 => {
                self.add_with("contains", faults, || "no items match contains schema".to_owned());
            }
            _ => {}
        }
        if let Some(max) = self.schema.max_contains.filter(|max| n_matched > *max) {
            self.add("maxContains", || {
                let max = count(max);
                format!("max {max} items required to match contains schema, but {}", found())
            });
        }
    }
}
