//! The objects of one kind in one namespace, which are read and watched together.

use std::collections::HashMap;

use futures_util::future::join_all;
use serde_json::Value as Json;

use super::rules::Rules;
use crate::watch::Source;
use crate::{Client, Error, Target};

/// How many objects are read one by one; more are listed.
const MAX_READS: usize = 16;

/// The label by which the objects of a release are told from those of others.
pub(super) const INSTANCE: &str = "app.kubernetes.io/instance";

/// Objects of one kind in one namespace.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) source: Source,
    /// which of the objects that are waited for are in it, by name
    pub(super) members: HashMap<String, Vec<usize>>,
    pub(super) is_watched: bool,
    /// the version of the list that was read, if one was
    pub(super) version: String,
}

/// What reading a group gave.
#[derive(Debug)]
pub(super) struct Read {
    /// each name with its object, if it is there
    pub(super) objects: Vec<(String, Option<Json>)>,
    /// the version of a list
    pub(super) version: String,
}

impl Group {
    /// Puts objects into groups.
    pub(super) fn of(targets: &[&Target]) -> Vec<Self> {
        let mut groups: Vec<Self> = Vec::new();
        let mut places: HashMap<(String, &str), usize> = HashMap::new();
        for (index, target) in targets.iter().enumerate() {
            let path = target.collection();
            let place = *places.entry((path.clone(), &target.kind)).or_insert_with(|| {
                let source = Source {
                    path,
                    api_version: target.api_version.clone(),
                    kind: target.kind.clone(),
                    is_metadata: Rules::is_metadata(target),
                    ..Source::default()
                };
                let members = HashMap::new();
                groups.push(Self { source, members, is_watched: false, version: String::new() });
                groups.len() - 1
            });
            groups[place].members.entry(target.name.clone()).or_default().push(index);
        }
        groups
    }

    /// Gives the names, in order.
    pub(super) fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = self.members.keys().cloned().collect();
        names.sort_unstable();
        names
    }

    /// Reads all objects.
    pub(super) async fn read(&self, client: &Client) -> Result<Read, Error> {
        let names = self.names();
        if names.len() <= MAX_READS || self.source.is_metadata {
            let reads = names.into_iter().map(|name| async {
                let object = self.source.get(client, &name).await?;
                Ok((name, object))
            });
            let objects = join_all(reads).await.into_iter().collect::<Result<Vec<_>, Error>>()?;
            return Ok(Read { objects, version: String::new() });
        }
        let (all, version) = self.source.list(client).await?;
        let mut by_name: HashMap<String, Json> = all
            .into_iter()
            .filter_map(|object| Some((object["metadata"]["name"].as_str()?.to_owned(), object)))
            .collect();
        let objects = names.into_iter().map(|name| {
            let object = by_name.remove(&name);
            (name, object)
        });
        Ok(Read { objects: objects.collect(), version })
    }

    /// Narrows what is watched to one name, or to the release that all objects belong to.
    pub(super) fn narrow(&mut self, targets: &[&Target]) {
        if let [name] = self.names().as_slice() {
            self.source.fields = format!("metadata.name={name}");
            return;
        }
        let instance = |index: &usize| {
            targets[*index].json.get("metadata")?.get("labels")?.get(INSTANCE)?.as_str()
        };
        let mut instances = self.members.values().flatten().map(instance);
        let Some(Some(first)) = instances.next() else { return };
        if instances.all(|other| other == Some(first)) {
            self.source.labels = format!("{INSTANCE}={first}");
        }
    }
}
