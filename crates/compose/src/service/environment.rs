//! Variables of the container: `env_file`, and `environment` over it.

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use super::{Draft, Service};
use crate::context::Context;
use crate::env_file::{self, Format};
use crate::error::Problem;
use crate::merge::pairs_to_map;
use crate::node::{Kind, Node};
use crate::path;
use crate::source::{FileError, SourceFile};
use crate::words::escape;

pub(super) fn convert(service: Service<'_>, draft: &mut Draft, context: &mut Context<'_>) {
    let mut env = Env::default();
    if let Some(files) = service.get("env_file") {
        let single = [files];
        let items = files.list().map_or_else(|| single.to_vec(), |items| items.iter().collect());
        for item in items {
            for (name, value) in file(service, item, context) {
                env.set(name, value);
            }
        }
    }
    if let Some(environment) = service.get("environment") {
        let mut environment = Cow::Borrowed(environment);
        if environment.map().is_none() {
            pairs_to_map(environment.to_mut(), &['=']);
        }
        for entry in environment.map().map_or(&[][..], |map| &map.0) {
            let value = match &entry.value.kind {
                Kind::Null => context.variables.get(&entry.key).map(str::to_owned),
                _ => entry.value.scalar_text(),
            };
            if let Some(value) = value {
                env.set(entry.key.to_string(), value);
            } else {
                let name = &entry.key;
                let text = format!(
                    "{name} has no value, and is left out: give one with `--env {name}=VALUE`"
                );
                service.note(context, entry.place, "environment", &text);
                env.remove(name);
            }
            if entry.key.is_empty() {
                let help = "write NAME=value";
                service.wrong(context, entry.place, "environment", "a variable has no name", help);
            }
        }
    }
    draft.env =
        env.pairs.into_iter().filter_map(|(name, value)| Some((name, escape(value?)))).collect();
}

/// Variables in the order in which they are first named.
#[derive(Default)]
struct Env {
    pairs: Vec<(String, Option<String>)>,
    known: FxHashMap<String, usize>,
}

impl Env {
    fn set(&mut self, name: String, value: String) {
        if let Some(&at) = self.known.get(&name) {
            self.pairs[at].1 = Some(value);
        } else {
            self.known.insert(name.clone(), self.pairs.len());
            self.pairs.push((name, Some(value)));
        }
    }

    fn remove(&mut self, name: &str) {
        if let Some(&at) = self.known.get(name) {
            self.pairs[at].1 = None;
        }
    }
}

/// Reads one environment file: a path, or a map of `path`, `required` and `format`.
fn file(service: Service<'_>, item: &Node, context: &mut Context<'_>) -> Vec<(String, String)> {
    let written = item.get("path").unwrap_or(item);
    let Some(text) = written.scalar_text() else { return Vec::new() };
    let is_required = item.get("required").and_then(Node::bool).unwrap_or(true);
    let format = match item.get("format").and_then(Node::str) {
        None => Format::Dotenv,
        Some("raw") => Format::Raw,
        Some(other) => {
            let reason = format!("`{other}` is no format");
            service.wrong(
                context,
                item.place,
                "env_file",
                &reason,
                "leave it out, or write `format: raw`",
            );
            return Vec::new();
        }
    };
    let Some(path) = path::join(context.report.folder(written.place), &text) else {
        let reason = format!("the file {text} lies outside the project's folder");
        let reason = service.about("env_file", &reason);
        let help = "copy it into the project, and name it by its path there";
        context.report.error(written.place, Problem::File, reason, help);
        return Vec::new();
    };
    match context.project.read(&path) {
        Ok(bytes) => {
            let name = context.project.display_name(&path);
            let file = SourceFile { name, content: bytes };
            let Some(id) = context.report.add_source(&file, path::folder(&path)) else {
                return Vec::new();
            };
            env_file::read(&mut context.report, id, format, &context.variables)
        }
        Err(FileError::NotFound) if !is_required => Vec::new(),
        Err(error) => {
            let reason = format!("the file {text} cannot be read: {error}");
            let reason = service.about("env_file", &reason);
            let help = "paths start from the folder of the Compose file; `required: false` lets it be missing";
            context.report.error(written.place, Problem::File, reason, help);
            Vec::new()
        }
    }
}
