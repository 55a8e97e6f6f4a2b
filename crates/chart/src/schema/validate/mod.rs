//! A value, checked against a compiled schema.
//!
//! Every fault is found, in the tree Helm's library makes of them; where only yes or no matters
//! (`not`, `if`, the rest of a `oneOf`), the tree is not built.
//!
//! Source: `validator.go` of santhosh-tekuri/jsonschema v6.

mod collections;
mod equal;

use std::collections::BTreeSet;

use pintle_yaml::Value;

use equal::equals;

use super::compile::{Compiled, Pattern, Schema, SchemaId};
use super::doc::{Doc, Node, NodeId, escape, value_of};
use super::fault::{Fault, Kind, Places, Step, quote, write};
use super::number::{Decimal, count};
use crate::quote::Quoted;
use crate::stack;

/// The largest number of times a schema is applied to a value in one check.
///
/// Schemas can refer to each other so that the work doubles with each reference.
pub const MAX_STEPS: u64 = 5_000_000;

/// How many schemas around another one can be looked at in the time of one step.
const LOOKS_PER_STEP: u64 = 8;

/// Checks a value.
///
/// # Errors
///
/// What is wrong, as Helm's library prints it: a header, then a list.
pub(super) fn validate(compiled: &Compiled, value: &Value) -> Result<(), String> {
    validate_telling(compiled, value, |_, _| ())
}

/// Checks a value as [`validate`] does, and tells the faults as a tree.
///
/// # Errors
///
/// As [`validate`].
pub(super) fn validate_telling(
    compiled: &Compiled,
    value: &Value,
    tell: impl FnOnce(&[Fault], &Places),
) -> Result<(), String> {
    // What fits, as nearly all values do, fits without a word on the alternatives that were tried in vain.
    if Validator::new(compiled).whole(value, compiled.entry, true).is_ok() {
        return Ok(());
    }
    let mut validator = Validator::new(compiled);
    let mut faults = match validator.whole(value, compiled.entry, false) {
        Ok(()) => return Ok(()),
        Err(faults) => faults,
    };
    if validator.n_steps > MAX_STEPS {
        dismantle(faults);
        return Err(format!("schema takes too long to check: the limit is {MAX_STEPS} steps"));
    }
    let location = validator.location(compiled.entry);
    let mut text = format!("jsonschema validation failed with {}", quote(&location));
    write(&mut text, &mut faults, &validator.places, 0);
    tell(&faults, &validator.places);
    dismantle(faults);
    Err(text)
}

/// Checks a schema against its metaschema.
///
/// # Errors
///
/// As [`validate`].
pub(super) fn validate_schema(meta: &Compiled, doc: &Doc, node: NodeId) -> Result<(), String> {
    validate(meta, &value_of(doc, node))
}

/// Takes faults apart one by one, because they may be nested as deep as the values.
fn dismantle(mut faults: Vec<Fault>) {
    while let Some(mut fault) = faults.pop() {
        faults.append(&mut fault.causes);
    }
}

/// A schema that is being applied, and those around it.
#[derive(Debug, Clone, Copy)]
struct Scope<'s> {
    schema: SchemaId,
    /// the keyword that refers to the schema, if it is not a part of the one around
    reference: Option<&'static str>,
    /// the same number for the same value
    value: u64,
    outer: Option<&'s Scope<'s>>,
}

/// What no keyword has looked at yet, where somebody asks.
#[derive(Debug, Default)]
struct Unevaluated<'v> {
    properties: BTreeSet<&'v str>,
    items: BTreeSet<usize>,
}

impl Unevaluated<'_> {
    fn is_empty(&self) -> bool {
        self.properties.is_empty() && self.items.is_empty()
    }

    fn keep_common(&mut self, other: &Self) {
        self.properties.retain(|key| other.properties.contains(key));
        self.items.retain(|index| other.items.contains(index));
    }
}

struct Validator<'c> {
    compiled: &'c Compiled,
    places: Places,
    n_steps: u64,
    n_values: u64,
}

impl<'c> Validator<'c> {
    fn new(compiled: &'c Compiled) -> Self {
        Self { compiled, places: Places::default(), n_steps: 0, n_values: 0 }
    }

    /// Checks a value from its root.
    fn whole(&mut self, value: &Value, schema: SchemaId, is_quiet: bool) -> Result<(), Vec<Fault>> {
        let scope = Scope { schema, reference: None, value: self.n_values, outer: None };
        match self.check(value, scope, is_quiet, false) {
            Ok(_) => Ok(()),
            Err(fault) => Err(fault.ungrouped()),
        }
    }

    /// Applies one schema to one value.
    fn check<'v>(
        &mut self,
        value: &'v Value,
        scope: Scope<'_>,
        is_quiet: bool,
        someone_asks: bool,
    ) -> Result<Unevaluated<'v>, Fault> {
        let schema = &self.compiled.schemas[scope.schema];
        self.n_steps += 1;
        if self.n_steps > MAX_STEPS {
            let rule = ("", scope.schema);
            return Err(Fault { place: 0, kind: Kind::Group, rule, causes: Vec::new() });
        }
        let unevaluated = unevaluated(value, schema, someone_asks);
        let faults = Vec::new();
        stack::with_room(|| {
            Check { validator: self, value, schema, scope, unevaluated, faults, is_quiet }.run()
        })
    }

    fn location(&self, schema: SchemaId) -> String {
        let schema = &self.compiled.schemas[schema];
        self.compiled.roots[schema.root].location(schema.node)
    }

    /// Gives the keywords that lead to a scope.
    fn keywords(&self, scope: &Scope<'_>) -> String {
        let mut parts = Vec::new();
        let mut scope = *scope;
        while let Some(outer) = scope.outer {
            parts.push(if let Some(keyword) = scope.reference {
                format!("/{}", escape(keyword))
            } else {
                let (inner, outer) = (self.location(scope.schema), self.location(outer.schema));
                inner.get(outer.len()..).unwrap_or_default().to_owned()
            });
            scope = *outer;
        }
        parts.reverse();
        parts.concat()
    }
}

fn unevaluated<'v>(value: &'v Value, schema: &Schema, someone_asks: bool) -> Unevaluated<'v> {
    let mut unevaluated = Unevaluated::default();
    match value {
        Value::Map(map) => {
            let asks = someone_asks || schema.unevaluated_properties.is_some();
            if asks && !schema.additional_properties.is_said() {
                unevaluated.properties = map.keys().map(|key| &**key).collect();
            }
        }
        Value::List(items) => {
            let asks = someone_asks || schema.unevaluated_items.is_some();
            if asks && !schema.evaluates_all_items() {
                unevaluated.items = (schema.n_evaluated_items()..items.len()).collect();
            }
        }
        _ => {}
    }
    unevaluated
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Int(_) | Value::Float(_) => "number",
        Value::String(_) => "string",
        Value::List(_) => "array",
        Value::Map(_) => "object",
    }
}

/// One schema being applied to one value.
struct Check<'a, 'c, 'v> {
    validator: &'a mut Validator<'c>,
    value: &'v Value,
    schema: &'c Schema,
    scope: Scope<'a>,
    unevaluated: Unevaluated<'v>,
    faults: Vec<Fault>,
    is_quiet: bool,
}

impl<'v> Check<'_, '_, 'v> {
    fn run(mut self) -> Result<Unevaluated<'v>, Fault> {
        let schema = self.schema;
        match schema.boolean {
            Some(true) => return Ok(self.unevaluated),
            Some(false) => return Err(self.fault("false", || "false schema".to_owned())),
            None => {}
        }
        let cycle = self.cycle().map(|text| ("$ref", text));
        if let Some((keyword, text)) = cycle.or_else(|| self.kind()) {
            return Err(self.fault(keyword, || text));
        }
        if let Some(target) = schema.reference {
            let fault = self.refer(target, "$ref");
            if schema.version < 2019 {
                return match fault {
                    Some(fault) => Err(fault),
                    None => Ok(self.unevaluated),
                };
            }
            self.faults.extend(fault);
        }
        match self.value {
            Value::Map(map) => self.object(map),
            Value::List(items) => self.array(items),
            Value::String(text) => self.string(text),
            Value::Int(_) | Value::Float(_) => self.number(),
            Value::Null | Value::Bool(_) => {}
        }
        if !self.is_done() {
            if schema.version >= 2019 {
                self.dynamic_references();
            }
            self.combinations();
            if schema.version >= 2019 {
                self.rest();
            }
        }
        match self.faults.len() {
            0 => Ok(self.unevaluated),
            1 => Err(self.faults.remove(0)),
            _ => {
                let place = self.validator.places.here();
                let rule = ("", self.scope.schema);
                Err(Fault { place, kind: Kind::Group, rule, causes: self.faults })
            }
        }
    }

    /// Tells whether the outcome is clear and nothing more is asked.
    fn is_done(&self) -> bool {
        self.is_quiet && !self.faults.is_empty()
    }

    fn fault(&mut self, keyword: &'static str, text: impl FnOnce() -> String) -> Fault {
        let rule = (keyword, self.scope.schema);
        if self.is_quiet {
            return Fault { place: 0, kind: Kind::Group, rule, causes: Vec::new() };
        }
        let place = self.validator.places.here();
        Fault { place, kind: Kind::Text(text()), rule, causes: Vec::new() }
    }

    /// Gives a text, unless nobody will see it.
    fn words(&self, text: impl FnOnce() -> String) -> String {
        if self.is_quiet { String::new() } else { text() }
    }

    fn add(&mut self, keyword: &'static str, text: impl FnOnce() -> String) {
        let fault = self.fault(keyword, text);
        self.faults.push(fault);
    }

    fn add_with(
        &mut self,
        keyword: &'static str,
        causes: Vec<Fault>,
        text: impl FnOnce() -> String,
    ) {
        let fault = self.fault(keyword, text);
        self.faults.push(Fault { causes, ..fault });
    }

    /// Applies another schema to the same value.
    fn same(
        &mut self,
        schema: SchemaId,
        reference: Option<&'static str>,
        is_quiet: bool,
    ) -> Option<Fault> {
        let outer = self.scope;
        let scope = Scope { schema, reference, value: outer.value, outer: Some(&outer) };
        let someone_asks = !self.unevaluated.is_empty();
        match self.validator.check(self.value, scope, self.is_quiet || is_quiet, someone_asks) {
            Ok(unevaluated) => {
                self.unevaluated.keep_common(&unevaluated);
                None
            }
            Err(fault) => Some(fault),
        }
    }

    /// Applies a schema to a part of the value.
    fn part(&mut self, schema: SchemaId, value: &Value, step: Step) -> Option<Fault> {
        let outer = self.scope;
        self.validator.n_values += 1;
        let number = self.validator.n_values;
        let scope = Scope { schema, reference: None, value: number, outer: Some(&outer) };
        self.validator.places.enter(step);
        let fault = self.validator.check(value, scope, self.is_quiet, false).err();
        self.validator.places.leave();
        fault
    }

    fn add_part(&mut self, schema: SchemaId, value: &Value, step: Step) {
        let fault = self.part(schema, value, step);
        self.faults.extend(fault);
    }

    fn cycle(&self) -> Option<String> {
        let mut outer = self.scope.outer;
        while let Some(scope) = outer.filter(|scope| scope.value == self.scope.value) {
            if scope.schema == self.scope.schema {
                return Some(self.words(|| {
                    let (here, there) =
                        (self.validator.keywords(&self.scope), self.validator.keywords(scope));
                    let location = self.validator.location(self.scope.schema);
                    let location = Quoted(&location);
                    format!("both {here} and {there} resolve to {location} causing reference cycle")
                }));
            }
            outer = scope.outer;
        }
        None
    }

    fn doc(&self) -> &Doc {
        &self.validator.compiled.roots[self.schema.root].doc
    }

    /// Checks `type`, `const`, `enum` and `format`: the first that fails is the only one that tells.
    fn kind(&self) -> Option<(&'static str, String)> {
        let (schema, value) = (self.schema, self.value);
        let is = type_of(value);
        if !schema.types.is_empty() && !schema.types.contains(is) {
            let is_integer = is == "number"
                && schema.types.contains("integer")
                && Decimal::of(value).is_some_and(|number| number.is_integer());
            if !is_integer {
                let wanted = || schema.types.names().join(" or ");
                return Some(("type", self.words(|| format!("got {is}, want {}", wanted()))));
            }
        }
        if let Some(constant) = schema.constant
            && !equals(value, self.doc(), constant)
        {
            let words = self.words(|| match display(self.doc(), constant) {
                Some(text) => format!("value must be {text}"),
                None => "'const' failed".to_owned(),
            });
            return Some(("const", words));
        }
        if let Some(choices) = &schema.choices
            && !choices.iter().any(|choice| equals(value, self.doc(), *choice))
        {
            let words = self.words(|| {
                let texts: Option<Vec<_>> =
                    choices.iter().map(|choice| display(self.doc(), *choice)).collect();
                match texts.as_deref() {
                    None => "'enum' failed".to_owned(),
                    Some([text]) => format!("value must be {text}"),
                    Some(texts) => format!("value must be one of {}", texts.join(", ")),
                }
            });
            return Some(("enum", words));
        }
        let (Some(format), Value::String(text)) = (&schema.format, value) else { return None };
        let error = format.check(text).err()?;
        let words = || format!("{} is not valid {}: {error}", quote(text), format.name());
        Some(("format", self.words(words)))
    }

    fn refer(&mut self, target: SchemaId, keyword: &'static str) -> Option<Fault> {
        let fault = self.same(target, Some(keyword), false)?;
        let place = self.validator.places.here();
        let rule = (keyword, self.scope.schema);
        Some(Fault { place, kind: Kind::Reference, rule, causes: fault.ungrouped() })
    }

    fn bounds(&mut self, of: Bounds, len: usize, min: Option<i64>, max: Option<i64>) {
        let len = i64::try_from(len).unwrap_or(i64::MAX);
        let text = |bound: &str, want| format!("{bound}: got {}, want {}", count(len), count(want));
        let (least, most) = of;
        if let Some(min) = min.filter(|min| len < *min) {
            self.add(least, || text(least, min));
        }
        if let Some(max) = max.filter(|max| len > *max) {
            self.add(most, || text(most, max));
        }
    }

    fn string(&mut self, text: &str) {
        let schema = self.schema;
        if schema.min_length.is_some() || schema.max_length.is_some() {
            self.bounds(
                ("minLength", "maxLength"),
                text.chars().count(),
                schema.min_length,
                schema.max_length,
            );
        }
        if let Some(Pattern { text: pattern, regex }) = &schema.pattern
            && !regex.is_match(text)
        {
            self.add("pattern", || {
                format!("{} does not match pattern {}", quote(text), quote(pattern))
            });
        }
    }

    fn number(&mut self) {
        let schema = self.schema;
        let checks: [Limit<'_>; 5] = [
            ("minimum", &schema.minimum, |number, limit| number >= limit),
            ("maximum", &schema.maximum, |number, limit| number <= limit),
            ("exclusiveMinimum", &schema.exclusive_minimum, |number, limit| number > limit),
            ("exclusiveMaximum", &schema.exclusive_maximum, |number, limit| number < limit),
            ("multipleOf", &schema.multiple_of, Decimal::is_multiple_of),
        ];
        if checks.iter().all(|(_, limit, _)| limit.is_none()) {
            return;
        }
        let Some(number) = Decimal::of(self.value) else { return };
        for (keyword, limit, holds) in checks {
            if let Some(limit) = limit.as_ref().filter(|limit| !holds(&number, limit)) {
                self.add(keyword, || format!("{keyword}: got {number}, want {limit}"));
            }
        }
    }

    fn combinations(&mut self) {
        let schema = self.schema;
        if let Some(inner) = schema.not
            && self.same(inner, None, true).is_none()
        {
            self.add("not", || "'not' failed".to_owned());
        }
        let mut faults = Vec::new();
        for inner in &schema.all_of {
            faults.extend(self.same(*inner, None, false));
            if self.is_quiet && !faults.is_empty() {
                break;
            }
        }
        if !faults.is_empty() {
            self.add_with("allOf", faults, || "'allOf' failed".to_owned());
        }
        self.any_of();
        self.one_of();
        if let Some(condition) = schema.condition {
            let holds = self.same(condition, None, true).is_none();
            if let Some(inner) = if holds { schema.then } else { schema.otherwise } {
                let fault = self.same(inner, None, false);
                self.faults.extend(fault);
            }
        }
    }

    fn any_of(&mut self) {
        let mut faults = Vec::new();
        let mut has_matched = false;
        for inner in &self.schema.any_of {
            if let Some(fault) = self.same(*inner, None, false) {
                faults.push(fault);
                continue;
            }
            has_matched = true;
            // The others may still evaluate something that somebody asks for.
            if self.unevaluated.is_empty() {
                break;
            }
        }
        if !has_matched && !self.schema.any_of.is_empty() {
            self.add_with("anyOf", faults, || "'anyOf' failed".to_owned());
        }
    }

    fn one_of(&mut self) {
        let mut faults = Vec::new();
        let mut matched = None;
        for (n, inner) in self.schema.one_of.iter().enumerate() {
            match (self.same(*inner, None, matched.is_some()), matched) {
                (Some(fault), None) => faults.push(fault),
                (Some(_), Some(_)) => {}
                (None, None) => matched = Some(n),
                (None, Some(first)) => {
                    let (first, second) = (place(first), place(n));
                    self.add("oneOf", || {
                        format!("'oneOf' failed, subschemas {first}, {second} matched")
                    });
                    break;
                }
            }
        }
        if matched.is_none() && !self.schema.one_of.is_empty() {
            self.add_with("oneOf", faults, || "'oneOf' failed, none matched".to_owned());
        }
    }

    fn dynamic_references(&mut self) {
        let schemas = &self.validator.compiled.schemas;
        let resource = |scope: &Scope<'_>| &schemas[schemas[scope.schema].resource];
        let mut outward = Vec::new();
        if let Some(target) = self.schema.recursive_reference {
            let mut found = target;
            if schemas[target].is_recursive_anchor {
                self.outermost(|scope| resource(scope).is_recursive_anchor.then_some(scope.schema))
                    .inspect(|place| found = *place);
            }
            outward.push((found, "$recursiveRef"));
        }
        if let Some((target, anchor)) = &self.schema.dynamic_reference {
            let mut found = *target;
            if let Some(anchor) = anchor
                && schemas[*target].dynamic_anchor.as_ref() == Some(anchor)
            {
                self.outermost(|scope| resource(scope).dynamic_anchors.get(anchor).copied())
                    .inspect(|place| found = *place);
            }
            outward.push((found, "$dynamicRef"));
        }
        for (target, keyword) in outward {
            let fault = self.refer(target, keyword);
            self.faults.extend(fault);
        }
    }

    /// Looks through the schemas around this one for what the outermost of them has to offer.
    fn outermost(&mut self, offer: impl Fn(&Scope<'_>) -> Option<SchemaId>) -> Option<SchemaId> {
        let mut found = None;
        let mut n_scopes = 0;
        let mut scope = Some(&self.scope);
        while let Some(outer) = scope {
            found = offer(outer).or(found);
            n_scopes += 1;
            scope = outer.outer;
        }
        // A look is less work than a step, but there may be as many looks as schemas around.
        self.validator.n_steps += n_scopes / LOOKS_PER_STEP;
        found
    }

    /// Applies `unevaluatedProperties` and `unevaluatedItems`.
    fn rest(&mut self) {
        if let (Value::Map(map), Some(inner)) = (self.value, self.schema.unevaluated_properties) {
            for key in std::mem::take(&mut self.unevaluated.properties) {
                if let Some(value) = map.get(key) {
                    self.add_part(inner, value, Step::Key(key.into()));
                }
            }
        }
        if let (Value::List(items), Some(inner)) = (self.value, self.schema.unevaluated_items) {
            for n in std::mem::take(&mut self.unevaluated.items) {
                self.add_part(inner, &items[n], Step::Index(n));
            }
        }
    }
}

/// The keywords that limit a number of things.
type Bounds = (&'static str, &'static str);

/// A keyword that limits numbers, its limit, and what holds between a number and that.
type Limit<'s> = (&'static str, &'s Option<Decimal>, fn(&Decimal, &Decimal) -> bool);

/// Shows a place in a list, or a number of places.
fn place(n: usize) -> String {
    count(i64::try_from(n).unwrap_or(i64::MAX))
}

/// Shows a value of a schema, unless it is a list or a map.
fn display(doc: &Doc, node: NodeId) -> Option<String> {
    match doc.node(node) {
        Node::Null => Some("<nil>".to_owned()),
        Node::Bool(b) => Some(b.to_string()),
        Node::Number(text) => Some((**text).to_owned()),
        Node::String(text) => Some(quote(text)),
        Node::List(_) | Node::Map(_) => None,
    }
}
