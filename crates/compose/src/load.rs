//! From files to one model: read, interpolate, include, extend, merge.

use std::sync::Arc;

use crate::error::Problem;
use crate::node::{Dialect, Kind, Map, Node, read};
use crate::report::{Place, Report};
use crate::source::{FileError, Options, Source, SourceFile};
use crate::variables::Variables;
use crate::{env_file, extends, include, interpolate, merge, path, version_one};

/// The most files of one project.
pub(crate) const MAX_FILES: usize = 256;

/// What loading knows while it goes through the files of a project.
#[derive(Debug)]
pub(crate) struct Loader<'a> {
    pub(crate) source: Source<'a>,
    pub(crate) report: Report,
    /// the Compose files that are being included, outermost first
    pub(crate) including: Vec<String>,
}

impl<'a> Loader<'a> {
    pub(crate) fn new(source: Source<'a>) -> Self {
        Self { source, report: Report::default(), including: Vec::new() }
    }

    /// Reads the variables that the options and the project's `.env` give.
    pub(crate) fn variables(&mut self, options: &Options) -> Variables {
        let mut given = Variables::default();
        for (name, value) in &options.environment {
            given.set(name, value);
        }
        let mut variables = given.clone();
        if options.env_files.is_empty() {
            self.env_defaults(".env", &mut variables);
        }
        for file in &options.env_files {
            let Some(id) = self.report.add_source(file, "") else { continue };
            for (name, value) in
                env_file::read(&mut self.report, id, env_file::Format::Dotenv, &variables)
            {
                if given.get(&name).is_none() {
                    variables.set(name, value);
                }
            }
        }
        variables
    }

    /// Adds the variables of an environment file of the project, if it is there, below those that are set.
    pub(crate) fn env_defaults(&mut self, path: &str, variables: &mut Variables) {
        match self.source.project.read(path) {
            Ok(content) => {
                let name = self.source.project.display_name(path);
                let file = SourceFile { name, content };
                let Some(id) = self.report.add_source(&file, path::folder(path)) else { return };
                let pairs =
                    env_file::read(&mut self.report, id, env_file::Format::Dotenv, variables);
                let mut own = Variables::default();
                for (name, value) in &pairs {
                    own.set(name, value);
                }
                for (name, _) in pairs {
                    let value = own.get(&name).unwrap_or_default().to_owned();
                    variables.set_default(name, value);
                }
            }
            Err(FileError::NotFound) => {}
            Err(error) => {
                let name = self.source.project.display_name(path);
                let id = self.report.add_file(name, String::new(), String::new());
                let reason = format!("the file cannot be read: {error}");
                self.report.error(Place::start_of(id), Problem::File, reason, "");
            }
        }
    }

    /// Loads the files a caller gave, merged.
    pub(crate) fn given_files(&mut self, variables: &Variables) -> Option<Node> {
        let mut model: Option<Node> = None;
        for file in self.source.files {
            let Some(id) = self.report.add_source(file, "") else { continue };
            for next in self.documents(id, variables) {
                put_over(&mut model, next);
            }
        }
        model
    }

    /// Reads a Compose file of the project for `include` and `extends`; the number of the file, if it is there.
    pub(crate) fn project_file(&mut self, path: &str, folder: &str, from: Place) -> Option<u32> {
        if self.report.files.len() >= MAX_FILES {
            let reason = format!("the project has more than {MAX_FILES} files");
            self.report.error(from, Problem::Limit, reason, "");
            return None;
        }
        match self.source.project.read(path) {
            Ok(content) => {
                let name = self.source.project.display_name(path);
                self.report.add_source(&SourceFile { name, content }, folder)
            }
            Err(error) => {
                let reason = format!("the file {path} cannot be read: {error}");
                let help = "paths start from the folder of the file they stand in";
                self.report.error(from, Problem::File, reason, help);
                None
            }
        }
    }

    /// Gives the documents of a file, interpolated, each with what it includes and extends.
    pub(crate) fn documents(&mut self, file: u32, variables: &Variables) -> Vec<Node> {
        let documents = self.read(file, variables).unwrap_or_default();
        let mut good = Vec::new();
        for mut next in documents {
            if next.is_null() {
                continue;
            }
            if next.map().is_none() {
                let reason = format!("a Compose file is a map, and this is {}", next.type_name());
                self.report.error(next.place, Problem::Schema, reason, "begin it with `services:`");
                continue;
            }
            if version_one::check(&next, &mut self.report) {
                continue;
            }
            extends::resolve(self, &mut next, variables);
            include::resolve(self, &mut next, variables);
            good.push(next);
        }
        if good.is_empty() && !self.report.has_errors() {
            let place = Place::start_of(file);
            self.report.error(
                place,
                Problem::Schema,
                "the file is empty",
                "begin it with `services:`",
            );
        }
        good
    }

    /// Gives the documents of a file, interpolated.
    pub(crate) fn read(&mut self, file: u32, variables: &Variables) -> Option<Vec<Node>> {
        let mut documents = read(&mut self.report, file, Dialect::Compose)?;
        let mut named = None;
        for document in &mut documents {
            // The project's name is a variable of its own.
            let name = document.get("name").and_then(Node::str).filter(|name| !name.contains('$'));
            if let Some(name) = name
                && variables.get("COMPOSE_PROJECT_NAME").is_none()
            {
                let mut with_name = variables.clone();
                with_name.set("COMPOSE_PROJECT_NAME", name);
                named = Some(with_name);
            }
            interpolate::tree(document, named.as_ref().unwrap_or(variables), &mut self.report);
        }
        Some(documents)
    }
}

/// Merges a document over what there is, if there is anything.
pub(crate) fn put_over(model: &mut Option<Node>, mut next: Node) {
    match model {
        None => {
            merge::drop_reset(&mut next);
            *model = Some(next);
        }
        Some(model) => merge::merge(model, next),
    }
}

/// Gives the services of a model for writing.
pub(crate) fn services_mut(model: &mut Node) -> Option<&mut Map> {
    let Kind::Map(map) = &mut model.kind else { return None };
    match &mut map.get_mut("services")?.kind {
        Kind::Map(services) => Some(services),
        _ => None,
    }
}

/// Sets an entry of a map, at the end if it is new.
pub(crate) fn set(map: &mut Map, key: &Arc<str>, place: Place, value: Node) {
    match map.get_mut(key) {
        Some(there) => *there = value,
        None => map.0.push(crate::node::Entry { key: Arc::clone(key), place, value }),
    }
}
