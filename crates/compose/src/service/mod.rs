//! One service: each family of its keys adds to a draft, which becomes the service's values.

mod command;
mod environment;
mod health;
mod metadata;
pub(crate) mod network;
mod resources;
mod security;
mod storage;

use crate::context::Context;
use crate::error::Problem;
use crate::node::{Kind, Map, Node};
use crate::output::{Out, OutMap, map, texts};
use crate::report::Place;
use crate::table::{self, Fate};

/// A service of the model.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Service<'n> {
    /// its name in the Compose file
    pub(crate) name: &'n str,
    /// its name in the values
    pub(crate) new_name: &'n str,
    /// where its name stands
    pub(crate) place: Place,
    pub(crate) map: &'n Map,
}

impl<'n> Service<'n> {
    pub(crate) fn get(&self, key: &str) -> Option<&'n Node> {
        self.map.get(key)
    }

    /// Says of one of its keys what there is to say.
    pub(crate) fn about(&self, key: &str, words: &str) -> String {
        format!("`services.{}.{key}`: {words}", self.name)
    }

    /// Says that something about one of its keys is wrong.
    pub(crate) fn refuse(
        &self,
        context: &mut Context<'_>,
        place: Place,
        key: &str,
        reason: &str,
        help: &str,
    ) {
        let reason = self.about(key, reason);
        context.report.error(place, Problem::Refused, reason, help);
    }

    /// Says that a value of one of its keys cannot be read.
    pub(crate) fn wrong(
        &self,
        context: &mut Context<'_>,
        place: Place,
        key: &str,
        reason: &str,
        help: &str,
    ) {
        let reason = self.about(key, reason);
        context.report.error(place, Problem::Value, reason, help);
    }

    /// Says that a key names what is declared nowhere: that `near` may be meant, or how to declare it.
    pub(crate) fn missing(
        &self,
        context: &mut Context<'_>,
        place: Place,
        (key, reason): (&str, &str),
        near: Option<&str>,
        declaration: &str,
    ) {
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("declare it at the top: `{declaration}`"),
        };
        context.report.error(place, Problem::Reference, self.about(key, reason), help);
    }

    pub(crate) fn note(&self, context: &mut Context<'_>, place: Place, key: &str, text: &str) {
        context.report.note(place, self.about(key, text));
    }
}

/// What the keys of a service come to.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub(crate) runtime_class: Option<String>,
    pub(crate) image: Option<String>,
    pub(crate) pull_policy: Option<&'static str>,
    pub(crate) command: Option<Vec<String>>,
    pub(crate) args: Option<Vec<String>>,
    pub(crate) working_dir: Option<String>,
    pub(crate) env: Vec<(String, String)>,
    pub(crate) ports: Vec<(u16, String)>,
    pub(crate) volumes: Vec<Out>,
    pub(crate) mounts: Vec<Out>,
    pub(crate) probe: Option<Out>,
    pub(crate) limits: OutMap,
    pub(crate) requests: OutMap,
    pub(crate) security: OutMap,
    pub(crate) node_selector: OutMap,
    pub(crate) is_isolated: bool,
    pub(crate) networks: Vec<String>,
    pub(crate) labels: OutMap,
    pub(crate) annotations: OutMap,
}

/// Converts a service.
pub(crate) fn convert(service: Service<'_>, context: &mut Context<'_>) -> OutMap {
    for entry in &service.map.0 {
        by_table(service, &entry.key, entry.place, &entry.value, context);
    }
    let mut draft = Draft::default();
    command::convert(service, &mut draft, context);
    environment::convert(service, &mut draft, context);
    health::convert(service, &mut draft, context);
    metadata::convert(service, &mut draft, context);
    network::convert(service, &mut draft, context);
    resources::convert(service, &mut draft, context);
    security::convert(service, &mut draft, context);
    storage::convert(service, &mut draft, context);
    let aliases = context.aliases.get(service.new_name).cloned().unwrap_or_default();
    finish(draft, aliases)
}

/// Refuses or notes a key as the table says; converted keys are left to their families.
fn by_table(
    service: Service<'_>,
    key: &str,
    place: Place,
    value: &Node,
    context: &mut Context<'_>,
) {
    if is_nothing(value) || has_no_effect(key, value) {
        return;
    }
    let Some(rule) = table::of_service(key) else { return };
    match rule.fate {
        Fate::Converted => {}
        Fate::Noted => service.note(context, place, key, &format!("has no effect: {}", rule.words)),
        Fate::Refused => service.refuse(context, place, key, rule.words, rule.instead),
    }
}

/// Tells whether a value asks for nothing.
fn is_nothing(value: &Node) -> bool {
    match &value.kind {
        Kind::Null | Kind::Bool(false) => true,
        Kind::Text(text) => text.is_empty() || &**text == "false",
        Kind::List(items) => items.is_empty(),
        Kind::Map(map) => map.0.is_empty(),
        _ => false,
    }
}

/// Tells whether a value of a refused key is what a pod has anyway.
fn has_no_effect(key: &str, value: &Node) -> bool {
    let harmless: &[&str] = match key {
        "cgroup" => &["private"],
        "ipc" => &["private", "shareable", "none"],
        "isolation" => &["default"],
        "scale" => &["1"],
        "oom_score_adj" | "pids_limit" => &["0", "-1"],
        _ => return false,
    };
    value.scalar_text().is_some_and(|text| harmless.contains(&&*text))
}

fn finish(draft: Draft, aliases: Vec<String>) -> OutMap {
    let mut out = OutMap::new();
    let mut set = |key: &'static str, value: Option<Out>| {
        if let Some(value) = value {
            out.push((key.into(), value));
        }
    };
    let list = |items: Vec<Out>| (!items.is_empty()).then_some(Out::List(items));
    let entries = |entries: OutMap| (!entries.is_empty()).then_some(Out::Map(entries));
    set("runtimeClassName", draft.runtime_class.map(Out::Text));
    set("image", draft.image.map(Out::Text));
    set("imagePullPolicy", draft.pull_policy.map(Out::from));
    set("command", draft.command.map(texts));
    set("args", draft.args.map(texts));
    set("workingDir", draft.working_dir.map(Out::Text));
    set("dnsRecord", Some(Out::Bool(true)));
    set("additionalDnsRecords", (!aliases.is_empty()).then(|| texts(aliases)));
    let env = draft.env.into_iter();
    set(
        "env",
        list(
            env.map(|(name, value)| map([("name", name.into()), ("value", value.into())]))
                .collect(),
        ),
    );
    let ports = draft.ports.into_iter();
    set(
        "ports",
        list(
            ports
                .map(|(port, protocol)| {
                    map([("port", Out::Int(port.into())), ("protocol", protocol.into())])
                })
                .collect(),
        ),
    );
    set("volumes", list(draft.volumes));
    set("volumeMounts", list(draft.mounts));
    set("readinessProbe", draft.probe);
    let mut resources = OutMap::new();
    for (key, section) in [("limits", draft.limits), ("requests", draft.requests)] {
        if !section.is_empty() {
            resources.push((key.into(), Out::Map(section)));
        }
    }
    set("resources", entries(resources));
    set("securityContext", entries(draft.security));
    set("nodeSelector", entries(draft.node_selector));
    set("networkIsolated", draft.is_isolated.then_some(Out::Bool(true)));
    set("networks", (!draft.networks.is_empty()).then(|| texts(draft.networks)));
    set("labels", entries(draft.labels));
    set("annotations", entries(draft.annotations));
    out
}
