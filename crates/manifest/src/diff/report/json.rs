//! The report for programs.

use pintle_yaml::json::{self, Layout};
use pintle_yaml::{Map, Value};

use crate::diff::{Change, Counts, Delta, Diff, FieldChange, ObjectDiff, Origin, Side};
use crate::validate::Identity;

/// Writes what changes as JSON: `summary` counts objects, `objects` lists those that change.
pub fn json(diff: &Diff) -> String {
    let Counts { added, removed, changed, renamed, same } = diff.counts();
    let summary = [
        ("added", number(added)),
        ("changed", number(changed)),
        ("removed", number(removed)),
        ("renamed", number(renamed)),
        ("unchanged", number(same)),
    ];
    let whole = [
        ("objects", Value::list(diff.objects.iter().map(object).collect())),
        ("summary", map(summary)),
    ];
    // No value has a number that JSON has not: they were read by the rules of JSON.
    json::to_string(&map(whole), Layout::Pretty).unwrap_or_default() + "\n"
}

fn map<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Map::from_iter(entries).into()
}

fn number(count: usize) -> Value {
    Value::Int(i64::try_from(count).unwrap_or(i64::MAX))
}

fn object(object: &ObjectDiff) -> Value {
    let effects = object.effects.iter().map(|effect| {
        map([
            ("code", Value::string(effect.kind.name())),
            ("message", Value::string(effect.text.as_str())),
        ])
    });
    let mut entries = Map::from_iter([
        ("change", Value::string(object.change.name())),
        ("effects", Value::list(effects.collect())),
        ("fields", Value::list(object.fields.iter().map(field).collect())),
    ]);
    name(&object.identity, &mut entries);
    let mut add = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            entries.insert(key, value);
        }
    };
    add("hook", object.hook.as_deref().map(Value::string));
    add("old", object.old.as_ref().map(origin));
    add("new", object.new.as_ref().map(origin));
    add("object", object.whole.clone());
    if let Change::Renamed { from } = &object.change {
        let mut was = Map::new();
        name(from, &mut was);
        add("was", Some(was.into()));
    }
    entries.into()
}

fn name(identity: &Identity, entries: &mut Map) {
    let Identity { api_version, kind, namespace, name } = identity;
    for (key, text) in
        [("apiVersion", api_version), ("kind", kind), ("namespace", namespace), ("name", name)]
    {
        entries.insert(key, Value::string(text.as_str()));
    }
}

fn origin(origin: &Origin) -> Value {
    map([("line", number(origin.line)), ("source", Value::string(origin.source.as_str()))])
}

fn field(field: &FieldChange) -> Value {
    let mut entries = Map::from_iter([
        ("path", Value::string(field.path.to_string())),
        ("secret", Value::Bool(field.is_secret)),
    ]);
    let strings = |texts: &[String]| {
        Value::list(texts.iter().map(|text| Value::string(text.as_str())).collect())
    };
    let (change, old, new) = match &field.delta {
        Delta::Added(new) => ("added", None, Some(new.clone())),
        Delta::Removed(old) => ("removed", Some(old.clone()), None),
        Delta::Changed { old, new } => ("changed", Some(old.clone()), Some(new.clone())),
        Delta::Reordered { old, new } => ("reordered", Some(strings(old)), Some(strings(new))),
        Delta::Text(change) => {
            let line = |line: &crate::diff::Line| {
                let side = match line.side {
                    Side::Old => "old",
                    Side::New => "new",
                    Side::Both => "both",
                };
                map([
                    ("line", number(line.number)),
                    ("side", Value::string(side)),
                    ("text", Value::string(line.text.as_str())),
                ])
            };
            entries.insert("lines", Value::list(change.lines.iter().map(line).collect()));
            if change.only_line_endings {
                entries.insert("onlyLineEndings", Value::Bool(true));
            }
            ("changed", None, None)
        }
    };
    entries.insert("change", Value::string(change));
    for (key, value) in [("old", old), ("new", new)] {
        if let Some(value) = value {
            entries.insert(key, value);
        }
    }
    entries.into()
}
