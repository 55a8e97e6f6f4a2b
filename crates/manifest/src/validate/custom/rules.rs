//! The rules of `x-kubernetes-validations`, asked of a new object.
//!
//! Source: `pkg/apiserver/schema/cel` of apiextensions-apiserver.

use std::borrow::Cow;

use super::faults::{Fault, Place};
use super::schema::{Rule, Schema};
use super::values::push_index;
use crate::document::Node;
use crate::validate::at::{quoted, shown};
use crate::validate::cel::{Environment, Evaluator, NotCompiled, Program, Stop, Value, of_node};
use crate::validate::finding::Code;
use crate::validate::types::Minor;

/// How many rules are asked about one object.
const MAX_ASKED: usize = 20_000;
/// How many rules of one object may come to no end.
const MAX_ENDLESS: usize = 2;
/// The version from which faults show values instead of their types.
const SHOWS_VALUES: u32 = 35;
/// How long an evaluated message may be, in bytes.
const MAX_MESSAGE: usize = 5 << 10;

/// A rule and its message, compiled.
#[derive(Debug)]
pub(crate) struct Compiled {
    rule: Result<Program, NotCompiled>,
    message: Option<Program>,
    is_of_changes: bool,
}

impl Rule {
    fn compiled(&self) -> &Compiled {
        self.compiled.get_or_init(|| {
            let rule = Program::compile(&self.text, Environment::Rule);
            let is_of_changes = rule.as_ref().is_ok_and(|rule| rule.names("oldSelf"));
            let message = (!self.message_expression.is_empty())
                .then(|| Program::compile(&self.message_expression, Environment::Rule).ok());
            Compiled { rule, message: message.flatten(), is_of_changes }
        })
    }
}

/// Asks the rules of an object.
pub(super) fn faults<'a>(
    schema: &'a Schema,
    node: &'a Node<'a>,
    minor: Minor,
    is_object: bool,
) -> Vec<Fault> {
    let mut judge =
        Judge { minor, path: String::new(), faults: Vec::new(), left: MAX_ASKED, n_endless: 0 };
    judge.value(schema, schema, node, is_object);
    judge.faults
}

struct Judge {
    minor: Minor,
    path: String,
    faults: Vec<Fault>,
    left: usize,
    n_endless: usize,
}

impl Judge {
    /// Asks the rules of one schema of a value that another one describes: they differ within `allOf`.
    fn value<'a>(
        &mut self,
        asked: &'a Schema,
        schema: &'a Schema,
        node: &'a Node<'a>,
        is_object: bool,
    ) {
        if !asked.has_rules || node.is_null() || self.n_endless >= MAX_ENDLESS {
            return;
        }
        let is_object = is_object || schema.is_embedded;
        for rule in asked.rules() {
            self.rule(rule, schema, node, is_object);
        }
        for part in asked.rare.iter().flat_map(|rare| &rare.all_of) {
            self.value(part, schema, node, is_object);
        }
        let before = self.path.len();
        for entry in node.entries() {
            let named = asked.property(&entry.key).zip(schema.property(&entry.key));
            if named.is_none() {
                self.path.extend(["[", &entry.key, "]"]);
            } else {
                if before > 0 {
                    self.path.push('.');
                }
                self.path.push_str(&entry.key);
            }
            let parts = named.or_else(|| asked.additional().zip(schema.additional()));
            if let Some((asked, schema)) = parts {
                self.value(asked, schema, &entry.value, false);
            }
            self.path.truncate(before);
        }
        if let (Some(asked), Some(schema)) = (&asked.items, &schema.items) {
            for (index, item) in node.items().iter().enumerate() {
                push_index(&mut self.path, index);
                self.value(asked, schema, item, false);
                self.path.truncate(before);
            }
        }
    }

    fn rule<'a>(
        &mut self,
        rule: &'a Rule,
        schema: &'a Schema,
        node: &'a Node<'a>,
        is_object: bool,
    ) {
        let compiled = rule.compiled();
        if rule.text.is_empty() || compiled.is_of_changes && !rule.optional_old_self {
            return;
        }
        let place = Place { path: &self.path, offset: node.offset };
        let words = if rule.message.is_empty() { &rule.text } else { &rule.message };
        if self.left == 0 {
            return;
        }
        self.left -= 1;
        let program = match &compiled.rule {
            Ok(program) => program,
            Err(NotCompiled::Refused(reason)) => {
                let reason = reason.lines().next().unwrap_or_default();
                let reason = format!("the rule {}: {reason}", quoted(&rule.text));
                self.faults.push(place.unchecked(&reason));
                return;
            }
            Err(NotCompiled::TooLarge) => {
                self.faults.push(place.unchecked("a rule is too long"));
                return;
            }
        };
        let value = of_node(node, schema, is_object);
        let ask = |program: &'a Program| {
            let mut variables = vec![(Cow::Borrowed("self"), value.clone()?)];
            if rule.optional_old_self {
                variables.push((Cow::Borrowed("oldSelf"), Value::Optional(None)));
            }
            Evaluator::new(variables).value(program.expression())
        };
        let shown_value = if self.minor.number() < SHOWS_VALUES {
            quoted(schema.types.first().map_or("", |kind| kind.name()))
        } else if node.entries().is_empty() && node.items().is_empty() {
            shown(Some(node))
        } else {
            String::new()
        };
        match ask(program) {
            Ok(Value::Bool(true)) => {}
            Ok(Value::Bool(false)) => {
                let message = compiled.message.as_ref().and_then(|message| match ask(message) {
                    Ok(Value::Text(text)) => {
                        let text = text.trim();
                        let fits = !text.is_empty() && text.len() <= MAX_MESSAGE;
                        (fits && !text.contains('\n')).then(|| text.to_owned())
                    }
                    _ => None,
                });
                let message = message.unwrap_or_else(|| {
                    if rule.message.is_empty() {
                        format!("failed rule: {}", rule.text)
                    } else {
                        rule.message.to_string()
                    }
                });
                let fault = broken(rule, schema, place, &shown_value, &message);
                self.faults.push(fault);
            }
            Err(Stop::Error(reason)) if reason != "no such overload" => {
                let detail = format!("{reason} evaluating rule: {words}");
                self.faults.push(place.invalid(&shown_value, &detail));
            }
            Ok(_) | Err(Stop::Error(_)) => {
                let reason = format!("the rule {}", quoted(&rule.text));
                self.faults.push(place.unchecked(&reason));
            }
            Err(Stop::Budget) => {
                self.n_endless += 1;
                let reason = format!("the rule {} takes too long", quoted(&rule.text));
                self.faults.push(place.unchecked(&reason));
            }
            Err(Stop::Unknown(what)) => {
                let reason = format!("the rule {}: {what} is not known", quoted(&rule.text));
                self.faults.push(place.unchecked(&reason));
            }
        }
    }
}

/// Makes the fault of a rule that was broken.
fn broken(rule: &Rule, schema: &Schema, place: Place<'_>, value: &str, message: &str) -> Fault {
    let below = normalized(&rule.field_path, schema);
    let path = match (place.path, below.as_str()) {
        (path, "") => path.to_owned(),
        ("", below) => below.trim_start_matches('.').to_owned(),
        (path, below) => format!("{path}{below}"),
    };
    let place = Place { path: &path, ..place };
    let fault = match rule.reason.as_ref() {
        "FieldValueDuplicate" => place.duplicate(value),
        _ => place.invalid(value, message),
    };
    match rule.reason.as_ref() {
        "FieldValueForbidden" => {
            Fault { code: &Code::FORBIDDEN, message: format!("Forbidden: {message}"), ..fault }
        }
        "FieldValueRequired" => {
            Fault { code: &Code::REQUIRED, message: format!("Required value: {message}"), ..fault }
        }
        _ if value.is_empty() => Fault { message: format!("Invalid value: {message}"), ..fault },
        _ => fault,
    }
}

/// Writes the path of a rule as paths are written: `.a['b']` is `.a.b` for a field, `.a[b]` for a key.
fn normalized(path: &str, schema: &Schema) -> String {
    let mut written = String::new();
    let mut at = Some(schema);
    let mut rest = path;
    while !rest.is_empty() {
        let (name, is_quoted);
        if let Some(behind) = rest.strip_prefix("['") {
            let Some((found, behind)) = behind.split_once("']") else { break };
            (name, is_quoted, rest) = (found, true, behind);
        } else {
            let plain = rest.strip_prefix('.').unwrap_or(rest);
            let end = plain.find(['.', '[']).unwrap_or(plain.len());
            (name, is_quoted) = (&plain[..end], false);
            rest = &plain[end..];
            if name.is_empty() {
                break;
            }
        }
        let property = at.and_then(|schema| schema.property(name));
        if is_quoted && property.is_none() {
            written.extend(["[", name, "]"]);
        } else {
            written.extend([".", name]);
        }
        at = property.or_else(|| at.and_then(Schema::additional));
    }
    written
}
