//! Whether a value fits a schema, as kube-openapi judges, and in its words.
//!
//! An object that fits none of several schemas is told the faults of the one it came nearest to: kube-openapi counts
//! the checks that passed, and so is it done here.
//!
//! Source: `pkg/validation/validate` of kube-openapi.

use std::collections::HashSet;
use std::sync::Arc;

use super::faults::{Fault, Place};
use super::formats::Format;
use super::schema::{Additional, Bound, Rare, Schema, Type};
use crate::document::{Content, Node};
use crate::validate::at::{canonical, quoted, shown};
use crate::validate::types::Minor;

/// How many schemas are asked about one object: hostile ones ask the same value again and again.
const MAX_CHECKS: usize = 2_000_000;
/// How deep schemas are followed; only references get as deep.
const MAX_FOLLOWED: usize = 300;
/// How many faults are kept of one object.
const MAX_FAULTS: usize = 200;

/// Judges a value by a schema, in which references name others; gives what is wrong.
pub(super) fn faults(
    schema: &Schema,
    named: &[Arc<Schema>],
    node: &Node<'_>,
    minor: Minor,
) -> Vec<Fault> {
    let mut judge =
        Judge { named, minor, path: String::new(), left: MAX_CHECKS, depth: 0, unchecked: None };
    let mut faults = Vec::new();
    judge.value(schema, node, &mut faults);
    let mut seen = HashSet::new();
    faults.retain(|fault| seen.insert((fault.field.clone(), fault.message.clone())));
    if let Some(reason) = judge.unchecked {
        // What was found may be an artefact of what was not asked.
        faults = vec![Place { path: "", offset: node.offset }.unchecked(&reason)];
    }
    faults
}

struct Judge<'s> {
    named: &'s [Arc<Schema>],
    minor: Minor,
    path: String,
    left: usize,
    depth: usize,
    /// why not everything was asked
    unchecked: Option<String>,
}

impl<'s> Judge<'s> {
    fn place(&self, node: &Node<'_>) -> Place<'_> {
        Place { path: &self.path, offset: node.offset }
    }

    /// Judges a value; gives how many checks passed.
    fn value(&mut self, schema: &'s Schema, node: &Node<'_>, faults: &mut Vec<Fault>) -> usize {
        if self.left == 0 || self.depth == MAX_FOLLOWED {
            self.unchecked = Some("the schema asks too much of this object".to_owned());
            return 0;
        }
        self.left -= 1;
        self.depth += 1;
        let passed = self.checks(schema, node, faults);
        self.depth -= 1;
        if faults.len() > MAX_FAULTS {
            faults.truncate(MAX_FAULTS);
        }
        passed
    }

    fn checks(&mut self, schema: &'s Schema, node: &Node<'_>, faults: &mut Vec<Fault>) -> usize {
        let rare = schema.rare.as_deref();
        if node.is_null() {
            let mut passed = 0;
            if schema.types.is_empty() || schema.nullable || schema.has_type(Type::Null) {
                passed = 1;
            } else {
                faults.push(self.place(node).wrong_type(&type_names(schema), "null"));
            }
            if let Some(rare) = rare {
                self.one_of_values(rare, node, faults);
            }
            return passed;
        }
        let format = rare.and_then(|rare| rare.format).filter(|format| {
            let only = if let [only] = schema.types[..] { Some(only) } else { None };
            format.is_known(only, self.minor)
        });
        // Each check that was made counts one, and one more if it gives a number of its own.
        let mut passed = 3;
        if !schema.types.is_empty() || format.is_some() {
            passed += 1;
            match wrong_type(schema, format, node) {
                None => passed += 1,
                Some((wanted, found)) => {
                    faults.push(self.place(node).wrong_type(&wanted, found));
                }
            }
        }
        passed += 1;
        if let Some(rare) = rare {
            passed += self.combinations(rare, node, faults);
        }
        match &node.content {
            Content::String(text) => {
                passed += 1;
                if let Some(rare) = rare {
                    self.text(rare, node, text, faults);
                }
                if let Some(format) = format.filter(|format| format.is_of_strings()) {
                    passed += 1;
                    if !format.fits(text) {
                        faults.push(self.place(node).wrong_type(format.name(), text));
                    }
                }
            }
            Content::Int(_) | Content::Float(_) => {
                passed += 2;
                if let Some(rare) = rare {
                    self.number(rare, format, node, faults);
                }
            }
            Content::List(items) => passed += 2 + self.list(schema, node, items, faults),
            Content::Map(_) => passed += 1 + self.map(schema, node, faults),
            Content::Null | Content::Bool(_) => {}
        }
        if let Some(rare) = rare {
            self.one_of_values(rare, node, faults);
        }
        passed
    }

    fn one_of_values(&self, rare: &Rare, node: &Node<'_>, faults: &mut Vec<Fault>) {
        if !rare.values.is_empty() && !rare.values.iter().any(|value| is_value(node, value)) {
            faults.push(self.place(node).unsupported(node, &rare.values));
        }
    }

    fn combinations(&mut self, rare: &'s Rare, node: &Node<'_>, faults: &mut Vec<Fault>) -> usize {
        let mut passed = 0;
        if let Some(reference) = rare.reference
            && let Some(schema) = self.named.get(reference)
        {
            passed += self.value(schema, node, faults);
        }
        if !rare.any_of.is_empty() {
            let mut nearest: Option<(usize, Vec<Fault>)> = None;
            let mut fits = false;
            for schema in &rare.any_of {
                let mut found = Vec::new();
                let n = self.value(schema, node, &mut found);
                if found.is_empty() {
                    passed += n;
                    fits = true;
                    break;
                }
                if nearest.as_ref().is_none_or(|(most, _)| n > *most) {
                    nearest = Some((n, found));
                }
            }
            if !fits {
                let detail =
                    format!("{} must validate at least one schema (anyOf)", quoted(&self.path));
                faults.push(self.place(node).invalid("\"\"", &detail));
                if let Some((n, found)) = nearest {
                    passed += n;
                    faults.extend(found);
                }
            }
        }
        if !rare.one_of.is_empty() {
            passed += self.one_of(&rare.one_of, node, faults);
        }
        if !rare.all_of.is_empty() {
            let mut n_fitting = 0;
            for schema in &rare.all_of {
                let before = faults.len();
                passed += self.value(schema, node, faults);
                n_fitting += usize::from(faults.len() == before);
            }
            if n_fitting != rare.all_of.len() {
                let and_none = if n_fitting == 0 { ". None validated" } else { "" };
                let path = quoted(&self.path);
                let detail = format!("{path} must validate all the schemas (allOf){and_none}");
                faults.push(self.place(node).invalid("\"\"", &detail));
            }
        }
        if let Some(not) = &rare.not {
            let mut found = Vec::new();
            self.value(not, node, &mut found);
            if found.is_empty() {
                let detail = format!("{} must not validate the schema (not)", quoted(&self.path));
                faults.push(self.place(node).invalid("\"\"", &detail));
            }
        }
        passed
    }

    fn one_of(&mut self, schemas: &'s [Schema], node: &Node<'_>, faults: &mut Vec<Fault>) -> usize {
        let mut nearest: Option<(usize, Vec<Fault>)> = None;
        let mut first = None;
        let mut n_fitting = 0;
        for schema in schemas {
            let mut found = Vec::new();
            let n = self.value(schema, node, &mut found);
            if found.is_empty() {
                n_fitting += 1;
                first = first.or(Some(n));
                nearest = None;
            } else if n_fitting == 0 && nearest.as_ref().is_none_or(|(most, _)| n > *most) {
                nearest = Some((n, found));
            }
        }
        if n_fitting == 1 {
            return first.unwrap_or_default();
        }
        let found = if n_fitting == 0 {
            "Found none valid".to_owned()
        } else {
            format!("Found {n_fitting} valid alternatives")
        };
        let path = quoted(&self.path);
        let detail = format!("{path} must validate one and only one schema (oneOf). {found}");
        faults.push(self.place(node).invalid("\"\"", &detail));
        let Some((n, found)) = nearest else { return 0 };
        faults.extend(found);
        n
    }

    fn text(&mut self, rare: &Rare, node: &Node<'_>, text: &str, faults: &mut Vec<Fault>) {
        let length = || i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
        if let Some(maximum) = rare.max_length
            && length() > maximum
        {
            faults.push(self.place(node).too_long(maximum));
            return;
        }
        if let Some(minimum) = rare.min_length
            && length() < minimum
        {
            let detail = format!("be at least {minimum} chars long");
            faults.push(self.place(node).should(&quoted(text), &detail));
            return;
        }
        let Some(pattern) = &rare.pattern else { return };
        match pattern.matches(text) {
            Some(true) => {}
            Some(false) => {
                let detail = format!("match '{}'", pattern.text);
                faults.push(self.place(node).should(&quoted(text), &detail));
            }
            None => {
                self.unchecked =
                    Some(format!("the pattern {} cannot be asked", quoted(&pattern.text)));
            }
        }
    }

    fn number(
        &self,
        rare: &Rare,
        format: Option<Format>,
        node: &Node<'_>,
        faults: &mut Vec<Fault>,
    ) {
        let shown = || shown(Some(node));
        let mut should = |detail: String| {
            faults.push(self.place(node).should(&shown(), &detail));
        };
        if let Some(factor) = rare.multiple_of
            && !is_multiple(node, factor)
        {
            should(format!("be a multiple of {factor}"));
        }
        if let Some(Bound { value, is_exclusive }) = rare.maximum
            && exceeds(node, value, is_exclusive, true)
        {
            let than = if is_exclusive { "be less than" } else { "be less than or equal to" };
            should(format!("{than} {value}"));
        }
        if let Some(Bound { value, is_exclusive }) = rare.minimum
            && exceeds(node, value, is_exclusive, false)
        {
            let than = if is_exclusive { "be greater than" } else { "be greater than or equal to" };
            should(format!("{than} {value}"));
        }
        if let Some(format) = format
            && !format.holds(node)
        {
            let kind =
                if matches!(format, Format::Int32 | Format::Int64) { "integer" } else { "number" };
            let path = &self.path;
            let name = format.name();
            let detail =
                format!("Checked value must be of type {kind} with format {name} in {path}");
            faults.push(self.place(node).invalid("\"\"", &detail));
        }
    }

    fn list(
        &mut self,
        schema: &'s Schema,
        node: &Node<'_>,
        items: &[Node<'_>],
        faults: &mut Vec<Fault>,
    ) -> usize {
        let mut passed = 0;
        if let Some(of_items) = &schema.items {
            let before = self.path.len();
            for (index, item) in items.iter().enumerate() {
                push_index(&mut self.path, index);
                passed += self.value(of_items, item, faults);
                self.path.truncate(before);
            }
        }
        let Some(rare) = schema.rare.as_deref() else { return passed };
        let n = i64::try_from(items.len()).unwrap_or(i64::MAX);
        if let Some(minimum) = rare.min_items
            && n < minimum
        {
            let detail = format!("have at least {minimum} items");
            faults.push(self.place(node).should(&n.to_string(), &detail));
        }
        if let Some(maximum) = rare.max_items
            && n > maximum
        {
            faults.push(self.place(node).too_many(items.len(), maximum));
        }
        if rare.unique_items {
            let mut seen = HashSet::new();
            if !items.iter().all(|item| seen.insert(canonical(item))) {
                let detail = format!("{} in body shouldn't contain duplicates", self.path);
                faults.push(self.place(node).invalid("\"\"", &detail));
            }
        }
        passed
    }

    fn map(&mut self, schema: &'s Schema, node: &Node<'_>, faults: &mut Vec<Fault>) -> usize {
        let entries = node.entries();
        let mut passed = 0;
        if let Some(rare) = schema.rare.as_deref() {
            let n = i64::try_from(entries.len()).unwrap_or(i64::MAX);
            if let Some(minimum) = rare.min_properties
                && n < minimum
            {
                let detail = format!("have at least {minimum} properties");
                faults.push(self.place(node).should(&n.to_string(), &detail));
            }
            if let Some(maximum) = rare.max_properties
                && n > maximum
            {
                faults.push(self.place(node).too_many(entries.len(), maximum));
            }
        }
        let before = self.path.len();
        for entry in entries {
            let below = match schema.property(&entry.key) {
                Some(property) => {
                    if before > 0 {
                        self.path.push('.');
                    }
                    property
                }
                None => match &schema.additional {
                    Additional::Schema(additional) => {
                        self.path.push('.');
                        additional.as_ref()
                    }
                    Additional::Forbidden => {
                        self.path.push('.');
                        self.path.push_str(&entry.key);
                        faults.push(Place { path: &self.path, offset: entry.offset }.unknown());
                        self.path.truncate(before);
                        continue;
                    }
                    Additional::Unsaid | Additional::Any => continue,
                },
            };
            self.path.push_str(&entry.key);
            passed += self.value(below, &entry.value, faults);
            self.path.truncate(before);
        }
        for name in &schema.required {
            if node.get(name).is_none() {
                self.path.push('.');
                self.path.push_str(name);
                faults.push(self.place(node).required());
                self.path.truncate(before);
            }
        }
        passed
    }
}

/// Writes the step to an item.
pub(super) fn push_index(path: &mut String, index: usize) {
    path.push('[');
    path.push_str(&index.to_string());
    path.push(']');
}

fn type_names(schema: &Schema) -> String {
    let names: Vec<&str> = schema.types.iter().map(|kind| kind.name()).collect();
    names.join(",")
}

/// Tells which type a value should have and which it has, if those differ.
fn wrong_type(
    schema: &Schema,
    format: Option<Format>,
    node: &Node<'_>,
) -> Option<(String, &'static str)> {
    let found = Type::of(node);
    let is_whole = matches!(node.content, Content::Float(value) if is_json_integer(value));
    let fits = schema.has_type(found)
        || found == Type::Number && is_whole && schema.has_type(Type::Integer)
        || found == Type::Integer && schema.has_type(Type::Number);
    let is_text = matches!(found, Type::String | Type::Array);
    if let Some(format) = format {
        let of_value = match found {
            Type::Integer => "int64",
            Type::Number => "float64",
            _ => "",
        };
        if !is_text && !fits && of_value != format.name() {
            return Some((format.name().to_owned(), of_value));
        }
        let of_numbers = schema.has_type(Type::Number) || schema.has_type(Type::Integer);
        if is_text && !of_numbers {
            return None;
        }
    }
    (!fits).then(|| (type_names(schema), found.name()))
}

/// Tells whether a value is one of those that are listed; Go converts numbers to the type of what is listed.
#[expect(clippy::cast_precision_loss, clippy::float_cmp, reason = "Go compares so, too")]
fn is_value(node: &Node<'_>, listed: &Node<'_>) -> bool {
    match (&node.content, &listed.content) {
        (Content::Null, _) | (_, Content::Null) => false,
        (Content::Int(value), Content::Float(listed)) => *value as f64 == *listed,
        (Content::Float(value), Content::Int(listed)) => value.trunc() == *listed as f64,
        _ => is_equal(node, listed),
    }
}

/// Tells whether two values are the same; where they stand does not count.
pub(super) fn is_equal(a: &Node<'_>, b: &Node<'_>) -> bool {
    match (&a.content, &b.content) {
        (Content::List(a), Content::List(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_equal(a, b))
        }
        (Content::Map(first), Content::Map(second)) => {
            first.len() == second.len()
                && first
                    .iter()
                    .all(|entry| b.get(&entry.key).is_some_and(|b| is_equal(&entry.value, b)))
        }
        (a, b) => a == b,
    }
}

/// Tells whether a number lies beyond a bound; that of an integer is cut to one.
#[expect(
    clippy::cast_possible_truncation,
    clippy::float_cmp,
    reason = "kube-openapi cuts bounds of integers, and compares so"
)]
fn exceeds(node: &Node<'_>, bound: f64, is_exclusive: bool, is_maximum: bool) -> bool {
    let (is_beyond, is_at) = match node.content {
        Content::Int(value) => {
            let bound = bound as i64;
            (if is_maximum { value > bound } else { value < bound }, value == bound)
        }
        Content::Float(value) => {
            (if is_maximum { value > bound } else { value < bound }, value == bound)
        }
        _ => return false,
    };
    is_beyond || is_exclusive && is_at
}

#[expect(clippy::cast_possible_truncation, reason = "kube-openapi cuts factors of integers")]
fn is_multiple(node: &Node<'_>, factor: f64) -> bool {
    match node.content {
        Content::Int(value) => {
            let factor = factor as i64;
            factor > 0 && value.checked_rem(factor) == Some(0)
        }
        Content::Float(value) if factor > 0.0 => {
            is_json_integer(if factor < 1.0 { 1.0 / factor * value } else { value / factor })
        }
        _ => false,
    }
}

/// The largest integer that JSON's readers agree on.
const MAX_JSON_INTEGER: f64 = 9_007_199_254_740_991.0;
/// How far from an integer a float may be.
const EPSILON: f64 = 1e-9;

/// Tells whether a float counts as an integer.
#[expect(clippy::float_cmp, reason = "a whole number is its own whole part")]
fn is_json_integer(value: f64) -> bool {
    let nearest = value.trunc();
    value.abs() <= MAX_JSON_INTEGER
        && (value == nearest
            || nearest != 0.0 && (value - nearest).abs() / (value.abs() + nearest.abs()) < EPSILON)
}
