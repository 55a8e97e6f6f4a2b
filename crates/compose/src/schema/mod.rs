//! The Compose schema, and where in the files the things stand that it refuses.
//!
//! What fits, as nearly all models do, `quick` tells by itself. What is wrong with others the engine says, which is `chart`'s
//! and speaks of places in the model; each is looked up in the tree here.

mod quick;
mod tape;

use std::sync::OnceLock;

use pintle_chart::schema::Schema;
use pintle_yaml::{Map as ValueMap, Value};

use crate::error::Problem;
use crate::names::nearest;
use crate::node::{Kind, Node};
use crate::report::{Place, Report};

/// The schema, compiled by whoever needs it first.
static COMPILED: OnceLock<Schema> = OnceLock::new();

fn compiled() -> &'static Schema {
    COMPILED.get_or_init(|| Schema::new(schema().as_bytes()))
}

/// Gives the schema without the members `id`, which mean nothing in its draft.
///
/// The engine checks a schema that has some against all of its draft first: without them this takes 1.0 ms in place of 2.5.
fn schema() -> String {
    let is_kept = |line: &&str| !line.trim_start().starts_with("\"id\": \"");
    tape::SCHEMA.split_inclusive('\n').filter(is_kept).collect()
}

/// Which numbers the schema is to see as texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Numbers {
    /// none
    AsWritten,
    /// those of `user`, which Compose reads as text though the schema does not say so
    OfUsersAsText,
}

/// Checks a model; what is wrong goes into the report.
pub(crate) fn check(model: &Node, numbers: Numbers, report: &mut Report) {
    if !quick::fits(model, numbers) {
        check_telling(model, numbers, report);
    }
}

/// Checks a model with the engine that has words for what is wrong.
fn check_telling(model: &Node, numbers: Numbers, report: &mut Report) {
    let Value::Map(mut values) = value_of(model) else { return };
    if numbers == Numbers::OfUsersAsText {
        users_as_text(&mut values);
    }
    let Err(text) = compiled().check(&values) else { return };
    for fault in faults(&text) {
        say(model, &fault, report);
    }
}

/// One fault at the top of what the engine says, with the words of its deepest causes.
#[derive(Debug, PartialEq, Eq)]
struct Fault {
    pointer: String,
    words: Vec<String>,
}

/// Reads the engine's lines: `- at '/pointer': words`, indented below what they are causes of.
fn faults(text: &str) -> Vec<Fault> {
    let mut lines: Vec<(usize, String, String)> = Vec::new();
    for line in text.lines() {
        let trimmed = line.trim_start();
        let Some((pointer, words)) =
            trimmed.strip_prefix("- at '").and_then(|rest| rest.split_once("': "))
        else {
            continue;
        };
        let pointer = pointer.replace("\\'", "'");
        lines.push((line.len() - trimmed.len(), pointer, words.to_owned()));
    }
    let mut faults = Vec::new();
    collect(&lines, &mut faults);
    faults
}

/// Takes the causes at the end of each branch; of several ways to be right, the one that came furthest was meant.
fn collect(lines: &[(usize, String, String)], faults: &mut Vec<Fault>) {
    let mut at = 0;
    while at < lines.len() {
        let (indent, _, words) = &lines[at];
        let end = (at + 1..lines.len()).find(|&n| lines[n].0 <= *indent).unwrap_or(lines.len());
        let causes = &lines[at + 1..end];
        if causes.is_empty() {
            add(&lines[at], faults);
        } else if words.starts_with("'oneOf' failed") || words.starts_with("'anyOf' failed") {
            let is_leaf = |n: &usize| causes.get(n + 1).is_none_or(|next| next.0 <= causes[*n].0);
            let leaves: Vec<_> = (0..causes.len()).filter(is_leaf).map(|n| &causes[n]).collect();
            let depth = |leaf: &(usize, String, String)| leaf.1.matches('/').count();
            let deepest = leaves.iter().map(|leaf| depth(leaf)).max().unwrap_or(0);
            for leaf in leaves.into_iter().filter(|leaf| depth(leaf) == deepest) {
                add(leaf, faults);
            }
        } else {
            collect(causes, faults);
        }
        at = end;
    }
}

fn add((_, pointer, words): &(usize, String, String), faults: &mut Vec<Fault>) {
    match faults.iter_mut().find(|fault| fault.pointer == *pointer) {
        Some(fault) if !fault.words.contains(words) => fault.words.push(words.clone()),
        Some(_) => {}
        None => faults.push(Fault { pointer: pointer.clone(), words: vec![words.clone()] }),
    }
}

fn say(model: &Node, fault: &Fault, report: &mut Report) {
    let keys: Vec<String> = fault
        .pointer
        .split('/')
        .skip(1)
        .map(|key| key.replace("~1", "/").replace("~0", "~"))
        .collect();
    let Some((place, node)) = find(model, &keys) else {
        report.error(model.place, Problem::Schema, fault.words.join(", or "), "");
        return;
    };
    let path =
        if keys.is_empty() { "the file".to_owned() } else { format!("`{}`", keys.join(".")) };
    let mut others = Vec::new();
    for words in &fault.words {
        let refused = words
            .strip_prefix("additional properties ")
            .and_then(|rest| rest.strip_suffix(" not allowed"));
        let Some(refused) = refused else {
            others.push(words.as_str());
            continue;
        };
        for name in refused.split(", ").map(|name| name.trim_matches('\'')) {
            let entry = node.map().and_then(|map| map.entry(name));
            let place = entry.map_or(place, |entry| entry.place);
            let is_service = keys.len() == 2 && keys[0] == "services";
            let near = if is_service {
                nearest(name, crate::table::SERVICE.iter().map(|rule| rule.key))
            } else if keys.is_empty() {
                nearest(name, crate::table::TOP.iter().map(|rule| rule.key))
            } else {
                None
            };
            let help = near.map_or_else(
                || {
                    "remove it, or put what is yours alone under a key that begins with `x-`"
                        .to_owned()
                },
                |near| format!("did you mean `{near}`?"),
            );
            let reason = format!("{path} has no key `{name}` in the Compose format");
            report.error(place, Problem::Schema, reason, help);
        }
    }
    if !others.is_empty() {
        let reason =
            format!("{path} is not as the Compose format has it: {}", others.join(", or "));
        report.error(place, Problem::Schema, reason, "");
    }
}

/// Finds what a pointer leads to, with the place to show: that of its key, or of itself in a list.
fn find<'n>(model: &'n Node, keys: &[String]) -> Option<(Place, &'n Node)> {
    let mut node = model;
    let mut place = model.place;
    for key in keys {
        match &node.kind {
            Kind::Map(map) => {
                let entry = map.entry(key)?;
                (place, node) = (entry.place, &entry.value);
                if !matches!(node.kind, Kind::Map(_) | Kind::List(_) | Kind::Null) {
                    place = node.place;
                }
            }
            Kind::List(items) => {
                node = items.get(key.parse::<usize>().ok()?)?;
                place = node.place;
            }
            _ => return None,
        }
    }
    Some((place, node))
}

/// Gives a tree as values.
pub(crate) fn value_of(node: &Node) -> Value {
    match &node.kind {
        Kind::Null => Value::Null,
        Kind::Bool(b) => Value::Bool(*b),
        Kind::Int(n) => Value::Int(*n),
        Kind::Float(x) => Value::Float(*x),
        Kind::Text(text) => Value::String(text.clone()),
        Kind::List(items) => Value::list(items.iter().map(value_of).collect()),
        Kind::Map(map) => {
            let entries = map.0.iter().map(|entry| (entry.key.clone(), value_of(&entry.value)));
            Value::Map(entries.collect())
        }
    }
}

fn users_as_text(values: &mut ValueMap) {
    let Some(Value::Map(services)) = values.get_mut("services") else { return };
    for (_, service) in services.iter_mut() {
        let Some(service) = service.as_map_mut() else { continue };
        if let Some(Value::Int(n)) = service.get("user") {
            let text = n.to_string();
            service.insert("user", Value::string(text));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deepest_cause_is_what_was_meant() {
        let text = "- at '/a': 'oneOf' failed, none matched\n  - at '/a': got object, want string\n  \
                    - at '/a/b': got number, want string\n- at '': missing property 'c'\n";
        let fault = |pointer: &str, words: &str| Fault {
            pointer: pointer.to_owned(),
            words: vec![words.to_owned()],
        };
        assert_eq!(
            faults(text),
            [fault("/a/b", "got number, want string"), fault("", "missing property 'c'")]
        );
        let text =
            "- at '/a': validation failed\n  - at '/a': got null, want map\n  - at '/a/b': x\n";
        assert_eq!(faults(text), [fault("/a", "got null, want map"), fault("/a/b", "x")]);
    }
}
