//! What the conversion of a service needs of the project around it.

use std::collections::BTreeMap;

use crate::error::Problem;
use crate::objects::Objects;
use crate::report::{Place, Report};
use crate::source::{MAX_FILE_BYTES, Options, Project, SourceFile};
use crate::variables::Variables;

/// The project, as far as it is known before its services are converted.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    pub(crate) report: Report,
    pub(crate) options: &'a Options,
    pub(crate) project: &'a dyn Project,
    pub(crate) variables: Variables,
    /// names of services in the values, by their names in the Compose file
    pub(crate) services: BTreeMap<String, String>,
    /// services that are left out, because no profile of theirs is active
    pub(crate) inactive: Vec<String>,
    /// further DNS names, by names in the values
    pub(crate) aliases: BTreeMap<String, Vec<String>>,
    /// names of networks in the values; `default` is always there
    pub(crate) networks: BTreeMap<String, String>,
    /// whether any service names a network
    pub(crate) has_networks: bool,
    /// names of volumes in the values
    pub(crate) volumes: BTreeMap<String, String>,
    /// configs and secrets
    pub(crate) objects: Objects,
}

impl Context<'_> {
    /// Takes a file's bytes as text; nothing if they are too many or no text.
    pub(crate) fn add(&mut self, file: &SourceFile, folder: &str) -> Option<u32> {
        let text = std::str::from_utf8(&file.content).ok().filter(|text| !text.contains('\0'));
        if let Some(text) = text.filter(|text| text.len() <= MAX_FILE_BYTES) {
            return Some(self.report.add_file(file.name.clone(), text, folder.to_owned()));
        }
        let id = self.report.add_file(file.name.clone(), String::new(), folder.to_owned());
        let (problem, reason) = match text {
            Some(_) => (Problem::Limit, format!("the file is larger than {MAX_FILE_BYTES} bytes")),
            None => (Problem::File, "the file is not UTF-8 text".to_owned()),
        };
        self.report.error(Place::start_of(id), problem, reason, "");
        None
    }
}
