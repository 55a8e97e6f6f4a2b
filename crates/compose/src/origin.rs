//! Where converted values come from in the files of a project.
//!
//! Each value of a service knows which keys of Compose it may come from; the first of them that the service has is taken
//! for its place, and within it what goes by the same name or stands at the same place of a list.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use pintle_chart::origin::{ForeignPlaces, Text};
use pintle_chart::value_path::{Step, ValuePath};
use pintle_yaml::{Node as YamlNode, Tree, parse};

use crate::error::ComposeErrors;
use crate::node::{Entry, Kind, Map, Node};
use crate::output::{Out, OutMap};
use crate::project::{Shown, convert_showing};
use crate::report::Place;
use crate::source::{Options, Source};

/// The keys of a service that each of its values may come from.
const SERVICE_VALUES: &[(&str, &[&str])] = &[
    ("runtimeClassName", &["runtime"]),
    ("image", &["image", "build"]),
    ("imagePullPolicy", &["pull_policy"]),
    ("command", &["entrypoint", "command"]),
    ("args", &["command", "entrypoint"]),
    ("workingDir", &["working_dir"]),
    ("additionalDnsRecords", &["container_name", "hostname", "networks", "links"]),
    ("env", &["environment", "env_file"]),
    ("ports", &["ports", "expose"]),
    ("volumes", &["volumes", "tmpfs", "shm_size", "configs", "secrets"]),
    ("volumeMounts", &["volumes", "tmpfs", "shm_size", "configs", "secrets"]),
    ("readinessProbe", &["healthcheck"]),
    ("resources", &["deploy", "mem_limit", "mem_reservation", "cpus", "cpu_count", "cpu_quota"]),
    (
        "securityContext",
        &["privileged", "user", "group_add", "cap_add", "cap_drop", "read_only", "security_opt"],
    ),
    ("nodeSelector", &["platform"]),
    ("networkIsolated", &["network_mode"]),
    ("networks", &["networks", "network_mode"]),
    ("labels", &["labels"]),
    ("annotations", &["annotations", "labels"]),
];

/// Keys that stand for one value deep within a service.
const DEEP_VALUES: &[(&[&str], &str)] = &[
    (&["resources", "limits", "memory"], "mem_limit"),
    (&["resources", "requests", "memory"], "mem_reservation"),
    (&["resources", "limits", "cpu"], "cpus"),
    (&["securityContext", "capabilities", "add"], "cap_add"),
    (&["securityContext", "capabilities", "drop"], "cap_drop"),
    (&["securityContext", "readOnlyRootFilesystem"], "read_only"),
    (&["securityContext", "privileged"], "privileged"),
    (&["securityContext", "runAsUser"], "user"),
    (&["securityContext", "runAsGroup"], "user"),
];

/// Gives the places of all values.
pub(crate) fn places(
    source: Source<'_>,
    options: &Options,
) -> Result<ForeignPlaces, ComposeErrors> {
    let mut places = ForeignPlaces::default();
    convert_showing(source, options, |shown| places = collect(&shown))?;
    Ok(places)
}

fn collect(shown: &Shown<'_>) -> ForeignPlaces {
    let files = &shown.report.files;
    let mut finder = Finder {
        spans: files.iter().map(|file| spans(&file.text)).collect(),
        found: ForeignPlaces {
            texts: files.iter().map(|file| Text::new(&file.name, &*file.text)).collect(),
            places: HashMap::new(),
        },
    };
    if !files.is_empty() {
        finder.found.places.insert(ValuePath::default(), (0, None, 0..0));
    }
    for (section, out) in shown.values {
        let path = ValuePath::of_keys([&**section]);
        if let ("services", Out::Map(services)) = (&**section, out) {
            finder.services(shown, &path, services);
            continue;
        }
        let sources: &[&str] = match &**section {
            "additionalResources" => &["secrets", "configs"],
            section => &[section],
        };
        let extension = || {
            let extensions = ["x-k8s", "x-inspect_k8s_sandbox"];
            let extension = extensions.iter().find_map(|key| shown.top.entry(key))?;
            extension.value.map()?.entry(&snake_case(section))
        };
        let found = sources.iter().find_map(|key| shown.top.entry(key)).or_else(extension);
        if let Some(entry) = found {
            finder.entry(&path, entry);
            finder.alike(&path, &entry.value, out);
        }
    }
    finder.found
}

/// Gives the spans of all nodes of a text by where they begin, the innermost of several.
fn spans(text: &str) -> HashMap<usize, Range<usize>> {
    fn walk(node: YamlNode<'_, '_>, spans: &mut HashMap<usize, Range<usize>>) {
        spans.insert(node.span().start, node.span());
        for item in node.items() {
            walk(item, spans);
        }
        for (key, value) in node.entries() {
            walk(key, spans);
            walk(value, spans);
        }
    }
    let mut spans = HashMap::new();
    // OK to recurse: what nests deeper than a Compose file may was refused before.
    let tree = parse(text).ok();
    if let Some(root) = tree.as_ref().and_then(Tree::root) {
        walk(root, &mut spans);
    }
    spans
}

/// Writes a key of the chart as an extension of Compose spells it: `allowCIDR` is `allow_cidr`.
fn snake_case(key: &str) -> String {
    let mut snake = String::new();
    let mut was_lower = false;
    for c in key.chars() {
        if c.is_ascii_uppercase() && was_lower {
            snake.push('_');
        }
        was_lower = c.is_ascii_lowercase();
        snake.push(c.to_ascii_lowercase());
    }
    snake
}

struct Finder {
    spans: Vec<HashMap<usize, Range<usize>>>,
    found: ForeignPlaces,
}

impl Finder {
    fn span(&self, place: Place) -> Option<Range<usize>> {
        let offset = place.offset as usize;
        let known = self.spans.get(place.file as usize)?.get(&offset).cloned();
        Some(known.unwrap_or(offset..offset))
    }

    /// Notes where a value stands, and its key if it has one.
    fn note(&mut self, path: ValuePath, key: Option<Place>, value: Place) {
        let Some(span) = self.span(value) else { return };
        let key = key.filter(|key| key.file == value.file).and_then(|key| self.span(key));
        self.found.places.insert(path, (value.file as usize, key, span));
    }

    fn entry(&mut self, path: &ValuePath, entry: &Entry) {
        self.note(path.clone(), Some(entry.place), entry.value.place);
    }

    fn services(&mut self, shown: &Shown<'_>, path: &ValuePath, services: &OutMap) {
        if let Some(first) = shown.services.0.first() {
            self.note(path.clone(), None, first.place);
        }
        for entry in &shown.services.0 {
            let (Some(new_name), Some(map)) = (shown.names.get(&*entry.key), entry.value.map())
            else {
                continue;
            };
            let path = path.join(Step::Key(new_name.as_str().into()));
            self.entry(&path, entry);
            let Some((_, Out::Map(values))) = services.iter().find(|(name, _)| name == new_name)
            else {
                continue;
            };
            for (key, out) in values {
                self.service_value(&path, map, key, out);
            }
        }
    }

    fn service_value(&mut self, service: &ValuePath, map: &Map, key: &str, out: &Out) {
        let path = service.join(Step::Key(key.into()));
        let sources = SERVICE_VALUES.iter().find(|(known, _)| *known == key);
        let sources = sources.map_or(&[][..], |(_, sources)| sources);
        let mut found = sources.iter().filter_map(|source| map.entry(source));
        if let Some(entry) = found.next() {
            self.entry(&path, entry);
            if key == "env" {
                self.environment(&path, &entry.value, out);
            } else {
                self.alike(&path, &entry.value, out);
            }
        }
        for (deep, source) in DEEP_VALUES.iter().filter(|(deep, _)| deep[0] == key) {
            let inner = ValuePath::of_keys(deep[1..].iter().copied());
            if let Some(entry) = map.entry(source).filter(|_| has(out, &inner)) {
                let mut path = path.clone();
                path.0.extend(inner.0);
                self.entry(&path, entry);
                let value = deep_value(out, &deep[1..]).unwrap_or(out);
                self.alike(&path, &entry.value, value);
            }
        }
        if let Some(limits) = map.get("deploy").and_then(|deploy| deploy.get("resources"))
            && key == "resources"
        {
            for (section, source) in [("limits", "limits"), ("requests", "reservations")] {
                let Some(source) = limits.map().and_then(|limits| limits.entry(source)) else {
                    continue;
                };
                let path = path.join(Step::Key(section.into()));
                self.entry(&path, source);
                for (key, source_key) in [("memory", "memory"), ("cpu", "cpus")] {
                    if let Some(entry) = source.value.map().and_then(|map| map.entry(source_key)) {
                        self.entry(&path.join(Step::Key(key.into())), entry);
                    }
                }
            }
        }
    }

    /// Finds each variable by its name.
    fn environment(&mut self, path: &ValuePath, source: &Node, out: &Out) {
        let Out::List(items) = out else { return };
        for (n, item) in items.iter().enumerate() {
            let Out::Map(item) = item else { continue };
            let Some((_, Out::Text(name))) = item.iter().find(|(key, _)| key == "name") else {
                continue;
            };
            let path = path.join(Step::Index(n));
            match &source.kind {
                Kind::Map(map) => {
                    if let Some(entry) = map.entry(name) {
                        self.note(path.clone(), Some(entry.place), entry.place);
                        self.note(path.join(Step::Key("name".into())), None, entry.place);
                        self.entry(&path.join(Step::Key("value".into())), entry);
                    }
                }
                Kind::List(written) => {
                    let is_it = |item: &&Node| {
                        item.str().is_some_and(|text| text.split('=').next() == Some(name))
                    };
                    if let Some(item) = written.iter().find(is_it) {
                        self.note(path, None, item.place);
                    }
                }
                _ => {}
            }
        }
    }

    /// Finds what has the same name, or stands at the same place of a list as long.
    fn alike(&mut self, path: &ValuePath, source: &Node, out: &Out) {
        match (&source.kind, out) {
            (Kind::List(written), Out::List(items)) if written.len() == items.len() => {
                for (n, (written, item)) in written.iter().zip(items).enumerate() {
                    let path = path.join(Step::Index(n));
                    self.note(path.clone(), None, written.place);
                    self.alike(&path, written, item);
                }
            }
            (Kind::Map(map), Out::Map(entries)) => {
                for (key, out) in entries {
                    if let Some(entry) = map.entry(key) {
                        let path = path.join(Step::Key(Arc::from(&**key)));
                        self.entry(&path, entry);
                        self.alike(&path, &entry.value, out);
                    }
                }
            }
            _ => {}
        }
    }
}

fn deep_value<'o>(out: &'o Out, keys: &[&str]) -> Option<&'o Out> {
    let Some((first, rest)) = keys.split_first() else { return Some(out) };
    let Out::Map(entries) = out else { return None };
    deep_value(&entries.iter().find(|(key, _)| key == first)?.1, rest)
}

fn has(out: &Out, path: &ValuePath) -> bool {
    let keys: Vec<&str> = path
        .0
        .iter()
        .filter_map(|step| match step {
            Step::Key(key) => Some(&**key),
            Step::Index(_) => None,
        })
        .collect();
    deep_value(out, &keys).is_some()
}
