//! The project as a whole: names first, then each service, then what they share.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::context::Context;
use crate::error::{ComposeErrors, Problem};
use crate::load::Loader;
use crate::names::{MAX_NAME, MAX_NETWORK_NAME, dns_label};
use crate::node::{Kind, Map, Node};
use crate::objects::{self, Objects, Sort};
use crate::output::{Out, OutMap};
use crate::report::{Place, Report};
use crate::schema::{self, Numbers};
use crate::service::{self, Service, network};
use crate::source::{Options, Source};
use crate::table::{Fate, TOP};
use crate::{Converted, extension, output, profiles};

/// The most services of a project.
pub const MAX_SERVICES: usize = 1_000;

/// Converts a project by our own rules.
pub(crate) fn convert(source: Source<'_>, options: &Options) -> Result<Converted, ComposeErrors> {
    convert_showing(source, options, |_| ())
}

/// A project that was converted, and what it was converted from.
pub(crate) struct Shown<'s> {
    pub(crate) report: &'s Report,
    pub(crate) top: &'s Map,
    /// the active services
    pub(crate) services: &'s Map,
    /// names of services in the values, by their names in the Compose file
    pub(crate) names: &'s BTreeMap<String, String>,
    pub(crate) values: &'s OutMap,
}

/// Converts a project as [`convert`] does, and shows what it was converted from.
pub(crate) fn convert_showing(
    source: Source<'_>,
    options: &Options,
    show: impl FnOnce(Shown<'_>),
) -> Result<Converted, ComposeErrors> {
    let mut loader = Loader::new(source);
    let variables = loader.variables(options);
    let model = loader.given_files(&variables);
    let mut report = loader.report;
    let Some(model) = model else {
        if !report.has_errors() {
            let file = report.add_file("compose.yaml".to_owned(), String::new(), String::new());
            let place = Place::start_of(file);
            report.error(place, Problem::Schema, "there is no Compose file", "give one");
        }
        return finish(report, &OutMap::new());
    };
    schema::check(&model, Numbers::OfUsersAsText, &mut report);
    let Kind::Map(mut top) = model.kind else { return finish(report, &OutMap::new()) };
    let Some(mut services) = take_services(&mut top, model.place, &mut report) else {
        return finish(report, &OutMap::new());
    };
    let inactive = profiles::select(&mut services, &options.profiles, &mut report);
    if services.0.len() > MAX_SERVICES {
        let reason = format!("there are more than {MAX_SERVICES} services");
        report.error(services.0[MAX_SERVICES].place, Problem::Limit, reason, "split the project");
        services.0.truncate(MAX_SERVICES);
    }
    let mut context = Context {
        report,
        options,
        project: source.project,
        variables,
        services: BTreeMap::new(),
        inactive,
        aliases: BTreeMap::new(),
        networks: BTreeMap::new(),
        has_networks: false,
        volumes: BTreeMap::new(),
        objects: Objects::default(),
    };
    let values = values(&top, &services, &mut context);
    show(Shown {
        report: &context.report,
        top: &top,
        services: &services,
        names: &context.services,
        values: &values,
    });
    finish(context.report, &values)
}

fn finish(report: Report, values: &OutMap) -> Result<Converted, ComposeErrors> {
    let notes = report.finish()?;
    Ok(Converted { notes, text: output::text(values) })
}

fn take_services(top: &mut Map, place: Place, report: &mut Report) -> Option<Map> {
    match top.take("services").map(|entry| entry.value) {
        Some(Node { kind: Kind::Map(services), .. }) if !services.0.is_empty() => Some(services),
        Some(Node { kind: Kind::Map(_) | Kind::Null, place, .. }) => {
            report.error(
                place,
                Problem::Schema,
                "there are no services",
                "add one: `services: {NAME: {image: IMAGE}}`",
            );
            None
        }
        // The schema says what is wrong.
        Some(_) => None,
        None => {
            report.error(
                place,
                Problem::Schema,
                "there is no key `services`",
                "put all services under it",
            );
            None
        }
    }
}

fn values(top: &Map, services: &Map, context: &mut Context<'_>) -> OutMap {
    name_services(services, context);
    name_volumes(top, context);
    context.has_networks = services.0.iter().any(|entry| {
        let has = |node: &Node| match &node.kind {
            Kind::List(items) => !items.is_empty(),
            Kind::Map(map) => !map.0.is_empty(),
            _ => false,
        };
        entry.value.get("networks").is_some_and(has)
    });
    name_networks(top, context);
    for (key, sort) in [("configs", Sort::Config), ("secrets", Sort::Secret)] {
        if let Some(section) = top.get(key).and_then(Node::map) {
            objects::read(sort, section, context);
        }
    }
    let names = context.services.clone();
    let all: Vec<Service<'_>> = services
        .0
        .iter()
        .filter_map(|entry| {
            let map = entry.value.map()?;
            let new_name = names.get(&*entry.key)?;
            Some(Service { name: &entry.key, new_name, place: entry.place, map })
        })
        .collect();
    network::aliases(&all, context);
    let mut converted = OutMap::new();
    for service in &all {
        converted.push((
            service.new_name.to_owned().into(),
            Out::Map(service::convert(*service, context)),
        ));
    }
    for name in context.options.images.keys() {
        if !context.services.contains_key(name) {
            let reason = format!("an image is given for {name}, which is no service");
            context.report.error(
                Place::start_of(0),
                Problem::Reference,
                reason,
                "check the name behind `--image`",
            );
        }
    }
    let used = used_networks(&converted);
    let mut values: OutMap = vec![("services".into(), Out::Map(converted))];
    let section = |names: Vec<String>| {
        Out::Map(names.into_iter().map(|name| (name.into(), Out::Map(OutMap::new()))).collect())
    };
    if !used.is_empty() {
        values.push(("networks".into(), section(used)));
    }
    if let Some(volumes) = top.get("volumes").and_then(Node::map) {
        let names = volumes.0.iter().filter_map(|entry| context.volumes.get(&*entry.key).cloned());
        let names: Vec<String> = names.collect();
        if !names.is_empty() {
            values.push(("volumes".into(), section(names)));
        }
    }
    if let Some((_, extension)) = extension::find(top, &mut context.report) {
        extension::top(extension, &mut values, &mut context.report);
    }
    let objects = context.objects.out();
    if !objects.is_empty() {
        values.push(("additionalResources".into(), Out::List(objects)));
    }
    for rule in TOP.iter().filter(|rule| rule.fate == Fate::Noted) {
        if let Some(entry) = top.entry(rule.key).filter(|entry| !entry.value.is_null()) {
            let text = format!("`{}` has no effect: {}", rule.key, rule.words);
            context.report.note(entry.place, text);
        }
    }
    values
}

/// Gives each service its name: a DNS label, and `default` for one of several.
fn name_services(services: &Map, context: &mut Context<'_>) {
    let default = default_service(services);
    for entry in &services.0 {
        let new_name = match &default {
            Some(name) if *name == entry.key => {
                let text = format!(
                    "the service {} is named default, where evaluations look for it; others find it as {} still",
                    entry.key, entry.key
                );
                context.report.note(entry.place, text);
                "default".to_owned()
            }
            _ => dns_label(&entry.key),
        };
        let known = context.services.iter().find(|(_, known)| **known == new_name);
        if let Some((other, _)) = known {
            let reason = format!(
                "the services {other} and {} have one name in Kubernetes: {new_name}",
                entry.key
            );
            context.report.error(entry.place, Problem::Value, reason, "rename one of them");
        }
        if new_name.is_empty() || new_name.len() > MAX_NAME {
            let reason = format!("`{}` is no name for a service in Kubernetes", entry.key);
            let help = format!("choose one with up to {MAX_NAME} letters, digits and `-`");
            context.report.error(entry.place, Problem::Value, reason, help);
        }
        context.services.insert(entry.key.to_string(), new_name);
    }
}

/// Finds the service that is to be named `default`: none if one is, or if there is only one.
fn default_service(services: &Map) -> Option<Arc<str>> {
    if services.entry("default").is_some() {
        return None;
    }
    let marked = services
        .0
        .iter()
        .find(|entry| entry.value.get("x-default").and_then(Node::bool) == Some(true));
    let first = services.0.first().filter(|_| services.0.len() > 1);
    marked.or(first).map(|entry| Arc::clone(&entry.key))
}

/// Something declared at the top level, by its kind and the name it was given.
#[derive(Clone, Copy)]
struct Declared<'n> {
    /// `volumes` or `networks`
    kind: &'static str,
    name: &'n str,
}

impl Declared<'_> {
    fn refuse(self, context: &mut Context<'_>, place: Place, reason: &str, help: &str) {
        let reason = format!("`{}.{}`: {reason}", self.kind, self.name);
        context.report.error(place, Problem::Refused, reason, help);
    }

    fn refuse_external(self, context: &mut Context<'_>, place: Place) {
        self.refuse(context, place, "nothing outside the release is used", "remove `external`");
    }

    /// Gives the name in the release; refuses one of more than `max_len` bytes, and one that is taken.
    fn rename(
        self,
        context: &mut Context<'_>,
        place: Place,
        max_len: usize,
        taken: fn(&Context<'_>, &str) -> bool,
    ) -> String {
        let new_name = dns_label(self.name);
        if new_name.is_empty() || new_name.len() > max_len || taken(context, &new_name) {
            let reason = "the name, in lower case and with `-`, is empty, too long or taken";
            self.refuse(context, place, reason, "choose another name");
        }
        new_name
    }
}

fn name_volumes(top: &Map, context: &mut Context<'_>) {
    let Some(volumes) = top.get("volumes").and_then(Node::map) else { return };
    for entry in &volumes.0 {
        let declared = Declared { kind: "volumes", name: &entry.key };
        let new_name = declared.rename(context, entry.place, MAX_NAME, |context, name| {
            context.volumes.values().any(|known| known == name)
        });
        for setting in entry.value.map().map_or(&[][..], |map| &map.0) {
            let value = &setting.value;
            match &*setting.key {
                _ if value.is_null() => {}
                "driver" if value.str() == Some("local") => {}
                "external" if value.bool() == Some(false) => {}
                "external" => declared.refuse_external(context, setting.place),
                "driver" | "driver_opts" if value.map().is_none_or(|map| !map.0.is_empty()) => {
                    let help = "remove it; a values file of its own can set `volumes.NAME.spec`, the claim's";
                    declared.refuse(
                        context,
                        setting.place,
                        "which storage a claim gets depends on the cluster",
                        help,
                    );
                }
                "name" | "labels" => {
                    let text = format!(
                        "`volumes.{}.{}` has no effect: the claim is named after the release",
                        entry.key, setting.key
                    );
                    context.report.note(setting.place, text);
                }
                _ => {}
            }
        }
        let text = format!(
            "`volumes.{}`: the claim begins empty, and hides what an image has where it is mounted",
            entry.key
        );
        context.report.note(entry.place, text);
        context.volumes.insert(entry.key.to_string(), new_name);
    }
}

fn name_networks(top: &Map, context: &mut Context<'_>) {
    let declared = top.get("networks").and_then(Node::map).map_or(&[][..], |map| &map.0);
    for entry in declared {
        let declared = Declared { kind: "networks", name: &entry.key };
        let new_name = declared.rename(context, entry.place, MAX_NETWORK_NAME, |context, name| {
            context.networks.values().any(|known| known == name)
        });
        for setting in entry.value.map().map_or(&[][..], |map| &map.0) {
            let value = &setting.value;
            let is_empty_map = value.map().is_some_and(|map| map.0.is_empty());
            match &*setting.key {
                _ if value.is_null() || is_empty_map || setting.key.starts_with("x-") => {}
                "internal" => {}
                "driver" if matches!(value.str(), Some("bridge" | "default" | "")) => {}
                "driver" => {
                    let reason = "only the driver bridge has an equivalent";
                    declared.refuse(
                        context,
                        value.place,
                        reason,
                        "write `driver: bridge`, or leave it out",
                    );
                }
                "external" if value.bool() == Some(false) => {}
                "external" => declared.refuse_external(context, setting.place),
                "ipam" if has_addresses(value) => {
                    declared.refuse(
                        context,
                        setting.place,
                        "pods do not choose their addresses",
                        "remove it; services find each other by name",
                    );
                }
                other => {
                    let text = format!("`networks.{}.{other}` has no effect", entry.key);
                    context.report.note(setting.place, text);
                }
            }
        }
        context.networks.insert(entry.key.to_string(), new_name);
    }
    context.networks.entry("default".to_owned()).or_insert_with(|| "default".to_owned());
}

/// Tells whether a network's address management says more than its driver.
fn has_addresses(ipam: &Node) -> bool {
    ipam.get("config").and_then(Node::list).is_some_and(|config| !config.is_empty())
}

/// Gives the networks that services are in, in the order in which they are first named.
fn used_networks(services: &OutMap) -> Vec<String> {
    let mut used: Vec<String> = Vec::new();
    for (_, service) in services {
        let Out::Map(service) = service else { continue };
        let Some((_, Out::List(networks))) = service.iter().find(|(key, _)| key == "networks")
        else {
            continue;
        };
        for network in networks {
            if let Out::Text(name) = network
                && !used.contains(name)
            {
                used.push(name.clone());
            }
        }
    }
    used
}
