//! The rules of Kubernetes' own kinds, beyond the types of their fields: what `ValidateX` of each kind refuses.
//!
//! A file holds the kinds of one group or of one purpose. [`of`] finds the rules of a kind.

mod admission;
mod autoscaling;
mod batch;
mod cluster;
mod config;
mod definition;
mod network;
mod pod;
mod rbac;
mod service;
mod storage;
mod workload;

use super::at::At;
use super::names::NameRule;

/// What is asked of the objects of a kind.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules {
    /// what their names look like
    pub(super) name: NameRule,
    /// what else is asked, from the top of the object
    pub(super) check: fn(At<'_>),
}

/// Finds the rules of a kind, by its API group and name.
pub(super) fn of(group: &str, kind: &str) -> Rules {
    let families = [
        admission::rules,
        autoscaling::rules,
        batch::rules,
        cluster::rules,
        config::rules,
        definition::rules,
        network::rules,
        pod::rules,
        rbac::rules,
        service::rules,
        storage::rules,
        workload::rules,
    ];
    let found = families.into_iter().find_map(|family| family(group, kind));
    found.unwrap_or(Rules { name: NameRule::Subdomain, check: |_| {} })
}
