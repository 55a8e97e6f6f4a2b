//! One Compose file over another.
//!
//! Maps merge key by key, lists are appended, everything else is replaced. Commands and the test of a health check are
//! replaced whole; what is unique by a key (ports, volumes, secrets, configs, devices) is replaced by that key; what may be a
//! list or a map (environment, labels and their like) merges as a map. `!reset` removes, `!override` replaces.
//!
//! Source: the Compose Specification, chapter *Merge*; package `override` of compose-go.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::node::{Entry, Kind, Map, Node, Tag};

/// How one place of the tree merges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rule {
    /// maps by key, lists end to end, else replaced
    Default,
    Replaced,
    /// a list of `KEY=value` is a map; the character stands between
    Pairs,
    /// a list of names is a map of nothing
    Names,
    /// a list of names is a map of `condition: service_started`
    Dependencies,
    /// a text is a list of one
    OneOrMany,
    /// a text is a map with this key
    TextIs(&'static str),
    Unique(Unique),
    /// merged only if both have the same driver
    Logging,
}

/// What makes an item of a list unique.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unique {
    Target,
    Port,
    /// itself
    Whole,
}

/// Merges `over` into `under`, both whole files.
pub(crate) fn merge(under: &mut Node, over: Node) {
    merge_at(under, over, &mut Vec::new());
}

/// Merges `over` into `under`, both services.
pub(crate) fn merge_service(under: &mut Node, over: Node) {
    let mut path = vec![Arc::from("services"), Arc::from("")];
    merge_at(under, over, &mut path);
}

/// Removes what `!reset` removes, where there was nothing to merge with.
pub(crate) fn drop_reset(node: &mut Node) {
    match &mut node.kind {
        Kind::Map(map) => {
            map.0.retain(|entry| entry.value.tag != Tag::Reset);
            for entry in &mut map.0 {
                drop_reset(&mut entry.value);
            }
        }
        Kind::List(items) => {
            items.retain(|item| item.tag != Tag::Reset);
            for item in items {
                drop_reset(item);
            }
        }
        _ => {}
    }
}

fn merge_at(under: &mut Node, mut over: Node, path: &mut Vec<Arc<str>>) {
    if over.tag == Tag::Override || over.is_null() {
        if over.tag == Tag::Override || path.len() > 2 {
            *under = over;
        }
        return;
    }
    let rule = rule(path);
    match rule {
        Rule::Replaced => {
            *under = over;
            return;
        }
        Rule::Pairs => {
            let separators: &[char] = if path.last().is_some_and(|key| &**key == "extra_hosts") {
                &['=', ':']
            } else {
                &['=']
            };
            pairs_to_map(under, separators);
            pairs_to_map(&mut over, separators);
        }
        Rule::Names | Rule::Dependencies => {
            names_to_map(under, rule);
            names_to_map(&mut over, rule);
        }
        Rule::OneOrMany => {
            to_list(under);
            to_list(&mut over);
        }
        Rule::TextIs(key) => {
            text_to_map(under, key);
            text_to_map(&mut over, key);
        }
        Rule::Logging => {
            let driver = |node: &Node| node.get("driver").and_then(Node::scalar_text);
            if let Some(chosen) = driver(&over)
                && driver(under).is_some_and(|before| before != chosen)
            {
                *under = over;
                return;
            }
        }
        Rule::Default | Rule::Unique(_) => {}
    }
    let place = over.place;
    match (&mut under.kind, over.kind) {
        (Kind::Map(under), Kind::Map(over)) => merge_maps(under, over, path),
        (Kind::List(under), Kind::List(over)) => {
            let unique = if let Rule::Unique(unique) = rule { unique } else { Unique::Whole };
            merge_lists(under, over, unique);
        }
        (under_kind, over) => {
            *under_kind = over;
            under.place = place;
        }
    }
}

fn merge_maps(under: &mut Map, over: Map, path: &mut Vec<Arc<str>>) {
    let mut known: FxHashMap<Arc<str>, usize> =
        under.0.iter().enumerate().map(|(at, entry)| (Arc::clone(&entry.key), at)).collect();
    for mut entry in over.0 {
        let Some(&at) = known.get(&entry.key) else {
            if entry.value.tag != Tag::Reset {
                drop_reset(&mut entry.value);
                known.insert(Arc::clone(&entry.key), under.0.len());
                under.0.push(entry);
            }
            continue;
        };
        if entry.value.tag == Tag::Reset {
            // The places of the others stay; what is marked goes when all are merged.
            under.0[at].value.tag = Tag::Reset;
            continue;
        }
        path.push(Arc::clone(&entry.key));
        under.0[at].place = entry.place;
        merge_at(&mut under.0[at].value, entry.value, path);
        path.pop();
    }
    under.0.retain(|entry| entry.value.tag != Tag::Reset);
}

fn merge_lists(under: &mut Vec<Node>, over: Vec<Node>, unique: Unique) {
    let mut known: FxHashMap<String, usize> = FxHashMap::default();
    for (at, item) in under.iter().enumerate() {
        known.insert(key_of(item, unique), at);
    }
    for item in over {
        let key = key_of(&item, unique);
        match known.get(&key) {
            Some(&at) if !key.is_empty() => under[at] = item,
            _ => {
                known.insert(key, under.len());
                under.push(item);
            }
        }
    }
}

/// Gives what an item is unique by; nothing for what is always appended.
fn key_of(item: &Node, unique: Unique) -> String {
    let text = item.scalar_text();
    let field = |name: &str| item.get(name).and_then(Node::scalar_text).unwrap_or_default();
    match unique {
        Unique::Whole => text.unwrap_or_default(),
        Unique::Target => match text {
            Some(text) => {
                let mut parts = text.split(':');
                let first = parts.next().unwrap_or_default();
                parts.next().unwrap_or(first).to_owned()
            }
            None if item.get("target").is_some() => field("target"),
            None => field("source"),
        },
        Unique::Port => {
            if let Some(text) = text {
                text
            } else {
                let protocol = match field("protocol") {
                    text if text.is_empty() => "tcp".to_owned(),
                    text => text,
                };
                format!(
                    "{}:{}:{}/{protocol}",
                    field("host_ip"),
                    field("published"),
                    field("target")
                )
            }
        }
    }
}

fn rule(path: &[Arc<str>]) -> Rule {
    let mut keys = path.iter().map(|key| &**key);
    let (Some(section), Some(_)) = (keys.next(), keys.next()) else { return Rule::Default };
    let rest: Vec<&str> = keys.collect();
    match (section, rest.as_slice()) {
        ("services", ["command" | "entrypoint"] | ["healthcheck", "test"] | ["ulimits", _]) => {
            Rule::Replaced
        }
        (
            "services",
            ["environment" | "annotations" | "labels" | "sysctls" | "extra_hosts"]
            | ["build", "args" | "labels" | "additional_contexts" | "ssh"]
            | ["deploy", "labels"],
        )
        | ("networks" | "volumes" | "secrets" | "configs", ["labels"]) => Rule::Pairs,
        ("services", ["networks"]) => Rule::Names,
        ("services", ["depends_on"]) => Rule::Dependencies,
        ("services", ["env_file" | "dns" | "dns_search" | "tmpfs" | "label_file"]) => {
            Rule::OneOrMany
        }
        ("services", ["build"]) => Rule::TextIs("context"),
        ("services", ["extends"]) => Rule::Replaced,
        ("services", ["ports"]) => Rule::Unique(Unique::Port),
        ("services", ["volumes" | "secrets" | "configs" | "devices"]) => {
            Rule::Unique(Unique::Target)
        }
        ("services", ["logging"]) => Rule::Logging,
        _ => Rule::Default,
    }
}

/// Makes a map of a list of `KEY=value`; a key alone has no value.
pub(crate) fn pairs_to_map(node: &mut Node, separators: &[char]) {
    let Kind::List(items) = &mut node.kind else { return };
    if !items.iter().all(|item| item.scalar_text().is_some()) {
        return;
    }
    let mut map = Map::default();
    let mut known: FxHashMap<Arc<str>, usize> = FxHashMap::default();
    for item in std::mem::take(items) {
        let text = item.scalar_text().unwrap_or_default();
        let (key, value) = match text.split_once(separators) {
            Some((key, value)) => (Arc::from(key), Node::text(item.place, value)),
            None => (Arc::from(&*text), Node::new(item.place, Kind::Null)),
        };
        if let Some(&at) = known.get(&key) {
            map.0[at].value = value;
        } else {
            known.insert(Arc::clone(&key), map.0.len());
            map.0.push(Entry { key, place: item.place, value });
        }
    }
    node.kind = Kind::Map(map);
}

fn names_to_map(node: &mut Node, rule: Rule) {
    let Kind::List(items) = &mut node.kind else { return };
    let mut map = Map::default();
    for item in std::mem::take(items) {
        let key: Arc<str> = item.scalar_text().unwrap_or_default().into();
        let mut value = Node::new(item.place, Kind::Null);
        if rule == Rule::Dependencies {
            let condition = Node::text(item.place, "service_started");
            let entry = Entry { key: "condition".into(), place: item.place, value: condition };
            value.kind = Kind::Map(Map(vec![entry]));
        }
        if map.entry(&key).is_none() {
            map.0.push(Entry { key, place: item.place, value });
        }
    }
    node.kind = Kind::Map(map);
}

fn to_list(node: &mut Node) {
    if matches!(node.kind, Kind::Text(_)) {
        let place = node.place;
        let kind = std::mem::replace(&mut node.kind, Kind::Null);
        node.kind = Kind::List(vec![Node::new(place, kind)]);
    }
}

fn text_to_map(node: &mut Node, key: &str) {
    if matches!(node.kind, Kind::Text(_)) {
        let place = node.place;
        let kind = std::mem::replace(&mut node.kind, Kind::Null);
        let entry = Entry { key: key.into(), place, value: Node::new(place, kind) };
        node.kind = Kind::Map(Map(vec![entry]));
    }
}
