//! `include`: other Compose files as parts of a project.
//!
//! An included file is loaded on its own, with paths from its own folder, and with variables of its own below those around
//! it. What it has may not be there already.
//!
//! Source: the Compose Specification, chapter *Include*.

use crate::error::Problem;
use crate::load::{Loader, put_over, set};
use crate::node::{Kind, Map, Node};
use crate::path;
use crate::report::Place;
use crate::variables::Variables;

/// How deep files may include each other.
pub(crate) const MAX_DEPTH: usize = 16;

/// What is put into the model of the file that includes.
const SECTIONS: [&str; 5] = ["services", "networks", "volumes", "configs", "secrets"];

/// Puts what a model includes into it.
pub(crate) fn resolve(loader: &mut Loader<'_>, model: &mut Node, variables: &Variables) {
    let Kind::Map(map) = &mut model.kind else { return };
    let Some(include) = map.take("include") else { return };
    let Kind::List(items) = include.value.kind else {
        if !include.value.is_null() {
            let reason = format!("`include` is a list, and this is {}", include.value.type_name());
            loader.report.error(
                include.value.place,
                Problem::Schema,
                reason,
                "write `include: [FILE]`",
            );
        }
        return;
    };
    for item in items {
        let Some(part) = part(loader, &item, variables) else { continue };
        put(loader, map, part, item.place);
    }
}

/// Loads one item of `include`.
fn part(loader: &mut Loader<'_>, item: &Node, variables: &Variables) -> Option<Node> {
    let paths = match &item.kind {
        Kind::Text(_) => vec![item],
        Kind::Map(_) => {
            if let Some(path) = item.get("path") {
                path.list().map_or_else(|| vec![path], |paths| paths.iter().collect())
            } else {
                let help = "write `path: FILE`";
                loader.report.error(item.place, Problem::Schema, "`include` names no path", help);
                return None;
            }
        }
        _ => {
            let reason = format!("`include` takes paths, and this is {}", item.type_name());
            loader.report.error(item.place, Problem::Schema, reason, "write the path of a file");
            return None;
        }
    };
    let mut files = Vec::new();
    for written in paths {
        let text = written.str().unwrap_or_default();
        files.push((path_of(loader, written, text)?, written.place));
    }
    let first = files.first()?.0.clone();
    let folder = match item.get("project_directory") {
        Some(written) => path_of(loader, written, written.str().unwrap_or_default())?,
        None => path::folder(&first).to_owned(),
    };
    let mut own = variables.clone();
    match item.get("env_file") {
        Some(written) => {
            let list = written.list().map_or_else(|| vec![written], |items| items.iter().collect());
            // The last file wins, and it is read first because what is set stays.
            for written in list.into_iter().rev() {
                let path = path_of(loader, written, written.str().unwrap_or_default())?;
                if loader.source.project.read(&path).is_err() {
                    let reason = format!("the environment file {path} cannot be read");
                    loader.report.error(written.place, Problem::File, reason, "");
                    continue;
                }
                loader.env_defaults(&path, &mut own);
            }
        }
        None if !folder.is_empty() => loader.env_defaults(&format!("{folder}/.env"), &mut own),
        None => {}
    }
    let mut model: Option<Node> = None;
    for (path, place) in files {
        check(loader, &path, place)?;
        let id = loader.project_file(&path, &folder, place)?;
        loader.including.push(path);
        let documents = loader.documents(id, &own);
        loader.including.pop();
        for next in documents {
            put_over(&mut model, next);
        }
    }
    model
}

/// Refuses a circle, and files that include each other too deep.
fn check(loader: &mut Loader<'_>, path: &str, place: Place) -> Option<()> {
    let given = loader
        .source
        .files
        .iter()
        .any(|file| file.name == loader.source.project.display_name(path));
    if given || loader.including.iter().any(|known| known == path) {
        let chain = loader.including.join(" → ");
        let arrow = if chain.is_empty() { "" } else { " → " };
        let reason = format!("files include each other in a circle: {chain}{arrow}{path}");
        loader.report.error(place, Problem::Structure, reason, "remove one of the includes");
        return None;
    }
    if loader.including.len() >= MAX_DEPTH {
        let reason = format!("files include each other deeper than {MAX_DEPTH} levels");
        loader.report.error(place, Problem::Limit, reason, "");
        return None;
    }
    Some(())
}

/// Gives a path from the project's folder.
fn path_of(loader: &mut Loader<'_>, written: &Node, text: &str) -> Option<String> {
    let is_remote = text.contains("://") || text.starts_with("git@") || text.starts_with("oci:");
    if is_remote {
        let reason = format!("{text} is not a file: nothing is fetched");
        let help = "fetch it first, and include the file";
        loader.report.error(written.place, Problem::Structure, reason, help);
        return None;
    }
    let joined = path::join(loader.report.folder(written.place), text)
        .filter(|path| !path.is_empty() || text == ".");
    if joined.is_none() {
        let reason = format!("the path `{text}` lies outside the project's folder");
        let help = "copy what it names into the project, and name it by its path there";
        loader.report.error(written.place, Problem::Structure, reason, help);
    }
    joined
}

/// Puts an included model into the one around it.
fn put(loader: &mut Loader<'_>, map: &mut Map, part: Node, place: Place) {
    let Kind::Map(mut part) = part.kind else { return };
    for section in SECTIONS {
        let Some(entry) = part.take(section) else { continue };
        let Kind::Map(included) = entry.value.kind else { continue };
        if map.get(section).is_none() {
            let empty = Node::new(entry.value.place, Kind::Map(Map::default()));
            set(map, &section.into(), entry.place, empty);
        }
        let Some(Node { kind: Kind::Map(own), .. }) = map.get_mut(section) else { continue };
        for entry in included.0 {
            match own.entry(&entry.key) {
                None => own.0.push(entry),
                // A shared network, or one that is declared alike on both sides, is one network.
                Some(known) if is_same(&known.value, &entry.value) => {}
                Some(known) => {
                    let (known, key) = (known.place, &entry.key);
                    let reason = format!("`{section}.{key}` is in an included file as well");
                    let help = "rename one of the two, or change the included one by a list: `path: [FILE, OVERRIDE]`";
                    let place = if known.file == place.file { known } else { place };
                    loader.report.error(place, Problem::Structure, reason, help);
                }
            }
        }
    }
}

/// Tells whether two trees say the same.
fn is_same(a: &Node, b: &Node) -> bool {
    match (&a.kind, &b.kind) {
        (Kind::List(a), Kind::List(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_same(a, b))
        }
        (Kind::Map(a), Kind::Map(b)) => {
            a.0.len() == b.0.len()
                && a.0.iter().all(|entry| {
                    b.entry(&entry.key).is_some_and(|other| is_same(&entry.value, &other.value))
                })
        }
        (Kind::Null, Kind::Null) => true,
        (Kind::Null, Kind::Map(map)) | (Kind::Map(map), Kind::Null) => map.0.is_empty(),
        _ => a.scalar_text().is_some() && a.scalar_text() == b.scalar_text(),
    }
}
