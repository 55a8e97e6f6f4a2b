//! What the conversion of a service needs of the project around it.

use std::collections::BTreeMap;

use crate::objects::Objects;
use crate::report::Report;
use crate::source::{Options, Project};
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
