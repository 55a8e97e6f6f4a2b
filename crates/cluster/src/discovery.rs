//! Which kinds a cluster has, and where.
//!
//! Two requests tell all, as servers from 1.26 on answer them aggregated.

use std::collections::HashMap;

use serde::Deserialize;

/// How an API server calls the objects of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// the name in paths, such as `deployments`
    pub plural: String,
    /// whether objects are in namespaces
    pub is_namespaced: bool,
}

/// The kinds of a cluster.
#[derive(Debug, Clone, Default)]
pub struct Discovery {
    resources: HashMap<(String, String), Resource>,
    versions: Vec<String>,
}

/// What the server says of its kinds when it is asked for all at once.
#[derive(Debug, Deserialize)]
pub(crate) struct Aggregated {
    #[serde(default)]
    items: Vec<Group>,
}

#[derive(Debug, Deserialize)]
struct Group {
    #[serde(default)]
    metadata: Named,
    #[serde(default)]
    versions: Vec<Version>,
}

#[derive(Debug, Default, Deserialize)]
struct Named {
    #[serde(default)]
    name: String,
}

#[derive(Debug, Deserialize)]
struct Version {
    version: String,
    #[serde(default)]
    resources: Vec<Kind>,
}

#[derive(Debug, Deserialize)]
struct Kind {
    #[serde(rename = "resource")]
    plural: String,
    #[serde(default, rename = "responseKind")]
    response: ResponseKind,
    #[serde(default)]
    scope: String,
}

#[derive(Debug, Default, Deserialize)]
struct ResponseKind {
    #[serde(default)]
    kind: String,
}

/// What older servers say of one group and version.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ResourceList {
    group_version: String,
    #[serde(default)]
    resources: Vec<OldKind>,
}

#[derive(Debug, Deserialize)]
struct OldKind {
    name: String,
    kind: String,
    #[serde(default)]
    namespaced: bool,
}

impl Discovery {
    /// Adds what an aggregated answer says.
    pub(crate) fn add(&mut self, answer: Aggregated) {
        for group in answer.items {
            for version in group.versions {
                let api_version = if group.metadata.name.is_empty() {
                    version.version
                } else {
                    format!("{}/{}", group.metadata.name, version.version)
                };
                self.add_version(&api_version);
                for kind in version.resources {
                    let resource =
                        Resource { plural: kind.plural, is_namespaced: kind.scope == "Namespaced" };
                    self.add_kind(&api_version, kind.response.kind, resource);
                }
            }
        }
    }

    /// Adds what an older server says of one group and version.
    pub(crate) fn add_list(&mut self, list: ResourceList) {
        self.add_version(&list.group_version);
        for kind in list.resources {
            // What has a slash is a part of another, such as its status.
            if !kind.name.contains('/') {
                let resource = Resource { plural: kind.name, is_namespaced: kind.namespaced };
                self.add_kind(&list.group_version, kind.kind, resource);
            }
        }
    }

    fn add_version(&mut self, api_version: &str) {
        self.versions.push(api_version.to_owned());
    }

    fn add_kind(&mut self, api_version: &str, kind: String, resource: Resource) {
        if !kind.is_empty() {
            self.resources.entry((api_version.to_owned(), kind)).or_insert(resource);
        }
    }

    /// Gives what the cluster calls a kind, if it has it.
    pub fn resource(&self, api_version: &str, kind: &str) -> Option<&Resource> {
        self.resources.get(&(api_version.to_owned(), kind.to_owned()))
    }

    /// Gives what a chart sees as `.Capabilities.APIVersions`: each version, and each kind of each, in order.
    pub fn api_versions(&self) -> Vec<String> {
        let mut all = self.versions.clone();
        let kinds = self.resources.keys();
        all.extend(kinds.map(|(api_version, kind)| format!("{api_version}/{kind}")));
        all.sort();
        all.dedup();
        all
    }
}
