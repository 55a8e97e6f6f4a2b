//! `extends`: a service that begins with another one.
//!
//! Source: the Compose Specification, `extends`.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::error::Problem;
use crate::load::{Loader, services_mut};
use crate::merge::merge_service;
use crate::node::{Kind, Map, Node};
use crate::path;
use crate::report::Place;
use crate::variables::Variables;

/// How many services may extend each other in a row.
pub(crate) const MAX_DEPTH: usize = 32;

/// Puts the services that those of a model extend below them.
pub(crate) fn resolve(loader: &mut Loader<'_>, model: &mut Node, variables: &Variables) {
    let Some(services) = services_mut(model) else { return };
    if !services.0.iter().any(|entry| entry.value.get("extends").is_some()) {
        return;
    }
    let file = services
        .0
        .first()
        .map_or("", |entry| loader.report.files[entry.place.file as usize].name.as_str());
    let file = file.to_owned();
    let mut extender = Extender {
        loader,
        variables,
        read: FxHashMap::default(),
        chain: Vec::new(),
        done: FxHashMap::default(),
    };
    let all = services.clone();
    for entry in &mut services.0 {
        if let Some(whole) = extender.service(&file, &all, &entry.key) {
            entry.value = whole;
        }
    }
}

struct Extender<'l, 'a, 'v> {
    loader: &'l mut Loader<'a>,
    variables: &'v Variables,
    /// the services of other files, by path; nothing for those that cannot be read
    read: FxHashMap<String, Option<Map>>,
    /// the services on the way, with their files
    chain: Vec<(String, Arc<str>)>,
    done: FxHashMap<(String, Arc<str>), Node>,
}

impl Extender<'_, '_, '_> {
    /// Gives a service with all it extends.
    fn service(&mut self, file: &str, services: &Map, name: &Arc<str>) -> Option<Node> {
        let id = (file.to_owned(), Arc::clone(name));
        if let Some(done) = self.done.get(&id) {
            return Some(done.clone());
        }
        let mut own = services.entry(name)?.value.clone();
        let Kind::Map(map) = &mut own.kind else { return Some(own) };
        let Some(extends) = map.take("extends").filter(|entry| !entry.value.is_null()) else {
            return Some(own);
        };
        let place = extends.value.place;
        let (base_name, base_file) = if let Kind::Text(name) = &extends.value.kind {
            (Arc::clone(name), None)
        } else {
            let service = extends.value.get("service").and_then(Node::str);
            let Some(service) = service else {
                self.error(place, "`extends` names no service", "write `extends: {service: NAME}`");
                return Some(own);
            };
            (Arc::from(service), extends.value.get("file"))
        };
        self.chain.push(id.clone());
        let base = self.base(file, services, &base_name, base_file, place);
        self.chain.pop();
        let whole = match base {
            Some(mut base) => {
                merge_service(&mut base, own);
                base
            }
            None => own,
        };
        self.done.insert(id, whole.clone());
        Some(whole)
    }

    fn base(
        &mut self,
        file: &str,
        services: &Map,
        name: &Arc<str>,
        other: Option<&Node>,
        place: Place,
    ) -> Option<Node> {
        let Some(written) = other else {
            self.check(file, name, place)?;
            if services.entry(name).is_none() {
                let reason =
                    format!("`extends` names the service {name}, which this file does not have");
                self.error(place, &reason, "add `file:` if it stands in another one");
                return None;
            }
            return self.service(file, services, name);
        };
        let text = written.scalar_text()?;
        let Some(path) = path::join(self.loader.report.folder(written.place), &text) else {
            let reason = format!("the file {text} lies outside the project's folder");
            self.error(
                written.place,
                &reason,
                "copy it into the project, and name it by its path there",
            );
            return None;
        };
        let shown = self.loader.source.project.display_name(&path);
        self.check(&shown, name, place)?;
        if !self.read.contains_key(&path) {
            let services = self.other_file(&path, written.place);
            self.read.insert(path.clone(), services);
        }
        let services = self.read.get(&path)?.clone()?;
        if services.entry(name).is_none() {
            let reason = format!("the file {text} has no service {name}");
            self.error(place, &reason, "name one that it has");
            return None;
        }
        self.service(&shown, &services, name)
    }

    fn other_file(&mut self, path: &str, from: Place) -> Option<Map> {
        let id = self.loader.project_file(path, path::folder(path), from)?;
        let documents = self.loader.read(id, self.variables)?;
        let mut services = Map::default();
        for mut document in documents {
            if crate::version_one::check(&document, &mut self.loader.report) {
                return None;
            }
            if let Some(more) = services_mut(&mut document) {
                services.0.append(&mut more.0);
            }
        }
        Some(services)
    }

    /// Refuses a circle, and a chain that is too long.
    fn check(&mut self, file: &str, name: &Arc<str>, place: Place) -> Option<()> {
        let at = self.chain.iter().position(|(known, service)| known == file && service == name);
        if let Some(at) = at {
            let mut names: Vec<&str> = self.chain[at..].iter().map(|(_, name)| &**name).collect();
            names.push(name);
            let reason = format!("services extend each other in a circle: {}", names.join(" → "));
            self.error(
                place,
                &reason,
                "put what they share into a service that extends none of them",
            );
            return None;
        }
        if self.chain.len() >= MAX_DEPTH {
            let reason = format!("more than {MAX_DEPTH} services extend each other in a row");
            self.loader.report.error(place, Problem::Limit, reason, "");
            return None;
        }
        Some(())
    }

    fn error(&mut self, place: Place, reason: &str, help: &str) {
        self.loader.report.error(place, Problem::Structure, reason, help);
    }
}
