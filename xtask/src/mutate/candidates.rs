//! All changes that could be made in an object, by what stands in it.

use std::collections::BTreeSet;
use std::net::IpAddr;

use serde_json::{Value as Json, json};

use super::change::Change;
use super::place::Place;
use super::{Fault, values};

/// Maps whose keys are the user's.
const FREE: &[&str] = &[
    "annotations",
    "binaryData",
    "capacity",
    "cargo",
    "data",
    "default",
    "defaultRequest",
    "hard",
    "labels",
    "limits",
    "matchLabels",
    "max",
    "maxLimitRequestRatio",
    "min",
    "nodeSelector",
    "parameters",
    "podFixed",
    "requests",
    "stringData",
    "volumeAttributes",
];

/// Keys whose values are names.
const NAMES: &[&str] = &[
    "attacher",
    "claimName",
    "container",
    "containerName",
    "controller",
    "deviceClassName",
    "driver",
    "driverName",
    "externalName",
    "generateName",
    "group",
    "handler",
    "host",
    "hostname",
    "hostnames",
    "hosts",
    "ingressClassName",
    "key",
    "keys",
    "loadBalancerClass",
    "metadata.name",
    "name",
    "namespace",
    "nodeName",
    "plural",
    "policyName",
    "priorityClassName",
    "provisioner",
    "request",
    "resourceClaimName",
    "resourceNames",
    "runtimeClassName",
    "schedulerName",
    "searches",
    "secretName",
    "service",
    "serviceAccountName",
    "serviceName",
    "signerName",
    "singular",
    "storageClassName",
    "subdomain",
    "topologyKey",
    "volumeName",
    "conditionType",
    "audience",
    "matchName",
    "matchPattern",
];

/// Maps of quantities.
const QUANTITIES: &[&str] = &[
    "capacity",
    "default",
    "defaultRequest",
    "hard",
    "limits",
    "max",
    "maxLimitRequestRatio",
    "min",
    "podFixed",
    "requests",
];

/// Keys whose values are quantities, wherever they are.
const QUANTITY: &[&str] = &[
    "averageValue",
    "capacity",
    "divisor",
    "maximumVolumeSize",
    "sizeLimit",
    "storage",
    "bodySizeLimit",
];

/// Keys whose values are paths.
const PATHS: &[&str] = &[
    "devicePath",
    "localhostProfile",
    "mountPath",
    "path",
    "subPath",
    "subPathExpr",
    "terminationMessagePath",
    "workingDir",
    "nonResourceURLs",
];

/// Keys whose values are expressions.
const EXPRESSIONS: &[&str] = &["expression", "messageExpression", "rule", "valueExpression"];

/// Keys whose values are paths of fields.
const JSON_PATHS: &[&str] =
    &["fieldPath", "jsonPath", "labelSelectorPath", "specReplicasPath", "statusReplicasPath"];

/// Keys by which the items of a list are told apart.
const ITEM_KEYS: &[&str] = &[
    "containerPort",
    "devicePath",
    "ip",
    "key",
    "mountPath",
    "name",
    "nodePort",
    "path",
    "port",
    "topologyKey",
    "type",
];

/// Keys of pairs whose order counts, besides `min…` and `max…`.
const PAIRS: &[(&str, &str)] =
    &[("requests", "limits"), ("port", "endPort"), ("minimum", "maximum")];

/// Lists all changes that could be made in an object.
pub(crate) fn candidates(object: &Json) -> Vec<Fault> {
    let mut found = Candidates { object, faults: Vec::new(), words: BTreeSet::new() };
    found.inside(object, &Place::default(), false);
    found.faults
}

struct Candidates<'a> {
    object: &'a Json,
    faults: Vec<Fault>,
    /// What is there already: several rules may think of one change.
    words: BTreeSet<String>,
}

impl Candidates<'_> {
    /// Keeps a change that makes another object.
    fn add(&mut self, place: &Place, change: Change) {
        let fault = Fault { place: place.clone(), change };
        if fault.apply(self.object).is_some()
            && self.words.insert(format!("{place} {}", fault.change.word()))
        {
            self.faults.push(fault);
        }
    }

    fn set(&mut self, place: &Place, why: &'static str, values: Vec<Json>) {
        for value in values {
            self.add(place, Change::Set(why, value));
        }
    }

    /// Goes through what a value has within.
    fn inside(&mut self, value: &Json, place: &Place, is_free: bool) {
        match value {
            Json::Object(map) => {
                let mut keys: Vec<&String> = map.keys().collect();
                keys.sort();
                for key in keys {
                    // The kind tells the server and us what to look at: it is the question, not the object.
                    if *place == Place::default() && matches!(key.as_str(), "apiVersion" | "kind") {
                        continue;
                    }
                    let at = place.key(key);
                    if !is_free {
                        self.add(&at, Change::Misspelt);
                        self.add(&at, Change::Capital);
                    }
                    self.at(&map[key], &at);
                }
                self.map(map, place, is_free);
            }
            Json::Array(items) => {
                for (number, item) in items.iter().enumerate() {
                    let at = place.item(number);
                    self.add(&at, Change::Duplicate);
                    self.at(item, &at);
                    self.items(items, number, &at);
                }
            }
            _ => {}
        }
    }

    /// Takes up the changes of one value, and of what is in it.
    fn at(&mut self, value: &Json, place: &Place) {
        self.add(place, Change::Removed);
        self.add(place, Change::Set("null", Json::Null));
        let other = match value {
            Json::String(_) => vec![json!({"a": 1}), json!(["a"]), json!(7), json!(true)],
            Json::Number(_) => vec![json!("text"), json!({}), json!(true), json!([1])],
            Json::Bool(_) => values::truths(),
            Json::Object(_) => vec![json!("text"), json!(["x"]), json!(3), json!(false)],
            Json::Array(_) => vec![json!({"x": 1}), json!("text"), json!(0), json!([[]])],
            Json::Null => vec![json!(3)],
        };
        self.set(place, "type", other);
        let empty = match value {
            Json::String(_) => json!(""),
            Json::Object(_) => json!({}),
            Json::Array(_) => json!([]),
            _ => Json::Null,
        };
        if !empty.is_null() {
            self.set(place, "empty", vec![empty]);
        }
        match value {
            Json::String(text) => self.text(text, place),
            Json::Number(_) => self.set(place, "number", values::numbers()),
            Json::Array(items) if items.len() > 1 => self.add(place, Change::Reversed),
            _ => {}
        }
        self.by_key(value, place);
        let is_free = !place.is_item() && FREE.contains(&place.last_key()) && all_leaves(value);
        self.inside(value, place, is_free);
    }

    /// Takes up the changes of a map as a whole.
    fn map(&mut self, map: &serde_json::Map<String, Json>, place: &Place, is_free: bool) {
        let last = place.last_key();
        if is_free {
            let keys = match last {
                "data" | "stringData" | "binaryData" => values::data_keys(),
                name if QUANTITIES.contains(&name) => values::resource_keys(),
                _ => values::label_keys(),
            };
            let mut names: Vec<&String> = map.keys().collect();
            names.sort();
            for name in names.into_iter().take(2) {
                for key in keys.iter().filter_map(Json::as_str) {
                    self.add(&place.key(name), Change::Renamed(key.to_owned()));
                }
            }
            return;
        }
        self.add(place, Change::Unknown);
        for (neighbours, key, value) in values::rivals() {
            if neighbours.iter().any(|name| map.contains_key(*name)) && !map.contains_key(key) {
                self.add(place, Change::Added(key.to_owned(), value));
            }
        }
        for (mark, key, value) in values::intruders() {
            let is_here = if mark == "metadata" { last == mark } else { map.contains_key(mark) };
            if is_here && !map.contains_key(key) {
                self.add(place, Change::Added(key.to_owned(), value));
            }
        }
        let mut keys: Vec<&String> = map.keys().collect();
        keys.sort();
        for key in keys {
            let most = key.strip_prefix("min").map(|rest| format!("max{rest}"));
            if let Some(most) = most.filter(|most| map.contains_key(most)) {
                self.add(place, Change::Swapped(key.clone(), most));
            }
        }
        for (least, most) in PAIRS {
            if map.contains_key(*least) && map.contains_key(*most) {
                self.add(place, Change::Swapped((*least).to_owned(), (*most).to_owned()));
            }
        }
    }

    /// Takes up the changes that make an item like one before it.
    fn items(&mut self, items: &[Json], number: usize, place: &Place) {
        for key in ITEM_KEYS {
            let Some(value) = items[number].get(key) else { continue };
            let before = items[..number]
                .iter()
                .position(|item| item.get(key).is_some_and(|other| other != value));
            if let Some(before) = before {
                self.add(&place.key(key), Change::Same(before));
            }
        }
    }

    /// Takes up the changes of a text by how it looks.
    fn text(&mut self, text: &str, place: &Place) {
        self.set(place, "text", values::texts());
        let is_word = text.len() > 1 && text.bytes().all(|b| b.is_ascii_alphanumeric());
        if is_word && text.starts_with(|first: char| first.is_ascii_uppercase()) {
            let lower = text.to_lowercase();
            self.set(place, "enum", vec![json!("Bogus"), json!(lower), json!(format!("{text} "))]);
        }
        if text.parse::<IpAddr>().is_ok() {
            self.set(place, "ip", values::ips());
        }
        if text.split_once('/').is_some_and(|(ip, _)| ip.parse::<IpAddr>().is_ok()) {
            self.set(place, "cidr", values::cidrs());
        }
        if text.ends_with('%') {
            self.set(place, "percent", values::percents());
        }
        if text.starts_with("http://") || text.starts_with("https://") {
            self.set(place, "url", values::urls());
        }
        if text.len() >= 20 && text.as_bytes()[4] == b'-' && text.as_bytes()[10] == b'T' {
            self.set(place, "time", values::times());
        }
        let unit = text.trim_start_matches(|c: char| c.is_ascii_digit());
        if unit.len() < text.len() && matches!(unit, "ms" | "s" | "m" | "h" | "d") {
            self.set(place, "duration", values::durations());
        }
        if text.starts_with('/') {
            self.set(place, "path", values::paths());
        }
    }

    /// Takes up the changes of a value by the keys that lead to it.
    fn by_key(&mut self, value: &Json, place: &Place) {
        if value.is_object() || value.is_array() {
            return;
        }
        let key = place.last_key().to_owned();
        let keys: Vec<&str> = place.keys().collect();
        let above = keys.len().checked_sub(2).map_or("", |at| keys[at]);
        let is = |list: &[&str]| list.contains(&key.as_str());
        if matches!(above, "labels" | "matchLabels" | "nodeSelector") {
            self.set(place, "label", values::label_values());
        }
        if QUANTITIES.contains(&above) || is(QUANTITY) || key == "value" && above == "target" {
            self.set(place, "quantity", values::quantities());
        }
        let is_secret = self.object["kind"] == "Secret" && above == "data";
        if is_secret || matches!(above, "binaryData") || is(&["caBundle", "request"]) {
            self.set(place, "base64", values::base64());
        }
        let ends_with_port = key.ends_with("port") || key.ends_with("Port");
        if ends_with_port || key == "number" || above == "ports" && value.is_number() {
            self.set(place, "port", values::ports());
        }
        if is(&["maxSurge", "maxUnavailable", "minAvailable"]) {
            self.set(place, "percent", values::percents());
        }
        if key.ends_with("Mode") || key == "mode" {
            self.set(place, "mode", if value.is_number() { values::modes() } else { Vec::new() });
        }
        if !value.is_string() {
            return;
        }
        if is(NAMES) {
            self.set(place, "name", values::names());
        }
        if is(PATHS) {
            self.set(place, "path", values::paths());
        }
        if is(EXPRESSIONS) {
            self.set(place, "expression", values::expressions());
        }
        if is(JSON_PATHS) {
            self.set(place, "json-path", values::json_paths());
        }
        match key.as_str() {
            "schedule" => self.set(place, "schedule", values::schedules()),
            "timeZone" => self.set(place, "zone", values::zones()),
            "image" => self.set(place, "text", values::images()),
            "operator" => self.set(place, "selector", values::operators()),
            "apiVersion" | "version" | "apiVersions" | "apiGroup" | "apiGroups" | "group" => {
                self.set(place, "version", values::versions());
            }
            _ => {}
        }
        let words = values::WORDS.iter().find(|(name, _)| *name == key);
        let types = values::TYPES.iter().find(|(name, _)| key == "type" && *name == above);
        for (_, words) in words.into_iter().chain(types) {
            self.set(place, "enum", words.iter().map(|word| json!(word)).collect());
        }
    }
}

/// Tells whether a map has only plain values, as those do whose keys are the user's.
fn all_leaves(value: &Json) -> bool {
    value
        .as_object()
        .is_some_and(|map| map.values().all(|value| !value.is_object() && !value.is_array()))
}
