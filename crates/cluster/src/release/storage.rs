//! Where records are kept: Secrets or `ConfigMaps` named `sh.helm.release.v1.NAME.vREVISION`, as Helm keeps them.
//!
//! Source: `pkg/storage/storage.go` and `pkg/storage/driver`, Helm v4.

use std::collections::BTreeMap;

use super::encode::decode;
use super::parts::{self, Rest};
use super::wire::{METADATA_LIST, Metadata, Object, Page, escape, unwrap};
use super::{Holder, Memory, Release};
use crate::client::Call;
use crate::{Client, Error};

/// How much one Secret or `ConfigMap` may hold, in bytes. Source: `MaxSecretSize` in `k8s.io/api/core/v1`.
pub const MAX_DATA: usize = 1_048_576;

/// The labels that say what a record is. A user's labels may not have these names.
pub const SYSTEM_LABELS: [&str; 6] =
    ["name", "owner", "status", "version", "createdAt", "modifiedAt"];

/// How many records are asked for at once. Each may be [`MAX_DATA`] long.
const PAGE: usize = 100;

/// How often a list is begun anew when its pages were too slow for the server's memory.
const MAX_RESTARTS: usize = 3;

/// What kind of object holds records.
#[derive(Debug, Clone, Default)]
pub enum Driver {
    /// Secrets
    #[default]
    Secrets,
    /// `ConfigMaps`
    ConfigMaps,
    /// nothing but this program's memory
    Memory(Memory),
}

impl Driver {
    /// Gives the driver that `HELM_DRIVER` names.
    pub fn by_name(name: &str) -> Option<Self> {
        match name {
            "" | "secret" | "secrets" => Some(Self::Secrets),
            "configmap" | "configmaps" => Some(Self::ConfigMaps),
            "memory" => Some(Self::Memory(Memory::default())),
            _ => None,
        }
    }
}

/// The records of one namespace, or of all. Clones share what is in memory.
#[derive(Debug, Clone)]
pub struct Storage {
    pub(super) client: Client,
    pub(super) driver: Driver,
    pub(super) namespace: String,
    pub(super) is_chunked: bool,
}

/// A record as it is kept.
#[derive(Debug, Clone)]
pub struct Stored {
    /// the record
    pub release: Release,
    /// who works on it
    pub holder: Option<Holder>,
    /// all labels of the object that holds it: [`SYSTEM_LABELS`], and the user's
    pub labels: BTreeMap<String, String>,
    /// the state of the object that holds it; empty in memory
    pub resource_version: String,
}

/// What a list gives.
#[derive(Debug)]
pub struct Listing<T> {
    /// what was kept of each record
    pub items: Vec<T>,
    /// records that cannot be read, which are passed over
    pub skipped: Vec<Error>,
}

impl Storage {
    /// Keeps records in a namespace; for [`Storage::list`] the empty one stands for all.
    pub fn new(client: Client, driver: Driver, namespace: impl Into<String>) -> Self {
        Self { client, driver, namespace: namespace.into(), is_chunked: false }
    }

    /// Splits records that are too long for one object. Helm does not read those.
    #[must_use]
    pub fn chunked(mut self) -> Self {
        self.is_chunked = true;
        self
    }

    /// Gives the namespace.
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// Reads one revision.
    ///
    /// # Errors
    ///
    /// [`Error::ReleaseNotFound`]; [`Error::Record`] for one that cannot be read; what every request may meet.
    pub async fn get(&self, name: &str, version: u32) -> Result<Stored, Error> {
        if let Driver::Memory(memory) = &self.driver {
            return memory.get(&self.namespace, name, version);
        }
        let key = key(name, version);
        let path = self.path(&key);
        let answer = self.client.send(Call::get(&path)).await;
        let bytes = answer.map_err(|error| {
            if error.is_not_found() {
                return Error::ReleaseNotFound;
            }
            self.told(&format!("get: failed to get {key:?}"), error)
        })?;
        let object = object(&bytes, &path)?;
        let namespace = self.namespace.clone();
        match self.read(&object, &namespace).await {
            Err(error @ Error::Record { .. }) => Err(self.told("get", error)),
            result => result,
        }
    }

    /// Reads all revisions of a release that can be read, oldest first.
    ///
    /// # Errors
    ///
    /// [`Error::ReleaseNotFound`] if there are none at all; what every request may meet.
    pub async fn history(&self, name: &str) -> Result<Vec<Stored>, Error> {
        let selector = format!("name={name},owner=helm");
        let mut found = self.query(name, &selector, |_| true, usize::MAX).await?;
        found.sort_by_key(|stored| stored.release.version);
        Ok(found)
    }

    /// Reads the newest revision of a release. Older ones are not unpacked.
    ///
    /// # Errors
    ///
    /// As [`Storage::history`].
    pub async fn last(&self, name: &str) -> Result<Stored, Error> {
        let selector = format!("name={name},owner=helm");
        let mut found = self.query(name, &selector, |_| true, 1).await?;
        found.pop().ok_or_else(|| Error::Said(format!("no revision for release {name:?}")))
    }

    /// Reads the newest revision of a release that is deployed.
    ///
    /// # Errors
    ///
    /// [`Error::NoDeployedReleases`]; what every request may meet.
    pub async fn deployed(&self, name: &str) -> Result<Stored, Error> {
        let mut found = self.find_deployed(name, 1).await?;
        found.pop().ok_or_else(|| Error::NoDeployedReleases(name.to_owned()))
    }

    /// Reads all revisions of a release that are deployed, oldest first: where two writers met, more than one.
    ///
    /// # Errors
    ///
    /// As [`Storage::deployed`].
    pub async fn deployed_all(&self, name: &str) -> Result<Vec<Stored>, Error> {
        let mut found = self.find_deployed(name, usize::MAX).await?;
        found.sort_by_key(|stored| stored.release.version);
        Ok(found)
    }

    async fn find_deployed(&self, name: &str, limit: usize) -> Result<Vec<Stored>, Error> {
        let selector = format!("name={name},owner=helm,status=deployed");
        let is_deployed = |stored: &Stored| stored.release.info.status == super::Status::Deployed;
        self.query(name, &selector, is_deployed, limit).await.map_err(|error| {
            if matches!(error, Error::ReleaseNotFound) {
                Error::NoDeployedReleases(name.to_owned())
            } else {
                error
            }
        })
    }

    /// Reads up to `limit` of the revisions that a selector names, newest first.
    async fn query(
        &self,
        name: &str,
        selector: &str,
        is_in_memory: impl Fn(&Stored) -> bool,
        limit: usize,
    ) -> Result<Vec<Stored>, Error> {
        if let Driver::Memory(memory) = &self.driver {
            let mut all = memory.all(&self.namespace, Some(name));
            all.retain(is_in_memory);
            if all.is_empty() {
                return Err(Error::ReleaseNotFound);
            }
            all.reverse();
            all.truncate(limit);
            return Ok(all);
        }
        let mut objects = Vec::new();
        let mut next = String::new();
        loop {
            let path = self.list_path(selector, &next);
            let answer = self.client.send(Call::get(&path)).await;
            let bytes =
                answer.map_err(|error| self.told("query: failed to query with labels", error))?;
            let page = page(&bytes, &path)?;
            objects.extend(page.items.into_iter().flatten().map(Object::into_owned));
            next = page.metadata.next;
            if next.is_empty() {
                break;
            }
        }
        if objects.is_empty() {
            return Err(Error::ReleaseNotFound);
        }
        objects.sort_by_key(|object| std::cmp::Reverse(version(&object.metadata)));
        let mut found = Vec::new();
        for object in &objects {
            if found.len() == limit {
                break;
            }
            let namespace = self.namespace.clone();
            match self.read(object, &namespace).await {
                Ok(stored) => found.push(stored),
                // As in Helm, a record that cannot be read is as good as none; but one in parts was whole once.
                Err(Error::Record { .. })
                    if !object.metadata.annotations.contains_key(parts::PARTS) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }

    /// Reads all records, page by page, and keeps what is asked for of each.
    ///
    /// # Errors
    ///
    /// What every request may meet.
    pub async fn list<T>(
        &self,
        mut keep: impl FnMut(Stored) -> Option<T>,
    ) -> Result<Listing<T>, Error> {
        let mut listing = Listing { items: Vec::new(), skipped: Vec::new() };
        if let Driver::Memory(memory) = &self.driver {
            listing.items.extend(memory.all(&self.namespace, None).into_iter().filter_map(keep));
            return Ok(listing);
        }
        let (mut next, mut n_restarts) = (String::new(), 0);
        loop {
            let path = self.list_path("owner=helm", &next);
            let bytes = match self.client.send(Call::get(&path)).await {
                Ok(bytes) => bytes,
                Err(error) if error.has_code(410) && n_restarts < MAX_RESTARTS => {
                    listing = Listing { items: Vec::new(), skipped: Vec::new() };
                    next.clear();
                    n_restarts += 1;
                    continue;
                }
                Err(error) => return Err(self.told("list: failed to list", error)),
            };
            let page = page(&bytes, &path)?;
            for object in page.items.iter().flatten() {
                let namespace = object.metadata.namespace.clone();
                match self.read(object, &namespace).await {
                    Ok(stored) => listing.items.extend(keep(stored)),
                    Err(error @ Error::Record { .. }) => listing.skipped.push(error),
                    Err(error) => return Err(error),
                }
            }
            next = page.metadata.next;
            if next.is_empty() {
                return Ok(listing);
            }
        }
    }

    /// Gives names and labels of what a selector names, without what it holds.
    pub(super) async fn metadata(&self, selector: &str) -> Result<Vec<Metadata>, Error> {
        let (mut found, mut next) = (Vec::new(), String::new());
        loop {
            let path = self.list_path(selector, &next);
            let call = Call { accept: METADATA_LIST, ..Call::get(&path) };
            let bytes = self.client.send(call).await;
            let bytes =
                bytes.map_err(|error| self.told("query: failed to query with labels", error))?;
            let page = page(&bytes, &path)?;
            found.extend(page.items.into_iter().flatten().map(|object| object.metadata));
            next = page.metadata.next;
            if next.is_empty() {
                return Ok(found);
            }
        }
    }

    /// Unpacks a record, with the parts that its head names.
    async fn read(&self, object: &Object<'_>, namespace: &str) -> Result<Stored, Error> {
        let key = &object.metadata.name;
        let broken = |reason: String| Error::Record { key: key.clone(), reason };
        let mut text = unwrap(&object.data, self.is_secret()).map_err(broken)?;
        let annotations = &object.metadata.annotations;
        if let Some(rest) = Rest::read(annotations).map_err(broken)? {
            let text = text.to_mut();
            for number in 1..=rest.n_parts {
                let part = parts::name(key, number, &rest.fingerprint);
                let path = format!("{}/{part}", self.collection_of(namespace));
                let bytes = match self.client.send(Call::get(&path)).await {
                    Ok(bytes) => bytes,
                    Err(error) if error.is_not_found() => {
                        let n = rest.n_parts;
                        return Err(broken(format!(
                            "part {number} of {n} is missing: there is no {part:?}"
                        )));
                    }
                    Err(error) => return Err(error),
                };
                let part = self::object(&bytes, &path)?;
                let more = unwrap(&part.data, self.is_secret()).map_err(broken)?;
                text.extend_from_slice(&more);
            }
        }
        let mut release = decode(&text).map_err(broken)?;
        let labels = object.metadata.labels.clone();
        release.labels = labels.clone();
        release.labels.retain(|name, _| !SYSTEM_LABELS.contains(&name.as_str()));
        let holder = Holder::read(annotations);
        let resource_version = object.metadata.resource_version.clone();
        Ok(Stored { release, holder, labels, resource_version })
    }

    pub(super) fn is_secret(&self) -> bool {
        !matches!(self.driver, Driver::ConfigMaps)
    }

    /// Puts before an error what Helm's driver for Secrets does; the others say nothing.
    pub(super) fn told(&self, context: &str, error: Error) -> Error {
        if self.is_secret() { error.context(context) } else { error }
    }

    pub(super) fn collection(&self) -> String {
        self.collection_of(&self.namespace)
    }

    fn collection_of(&self, namespace: &str) -> String {
        let plural = if self.is_secret() { "secrets" } else { "configmaps" };
        if namespace.is_empty() {
            format!("/api/v1/{plural}")
        } else {
            format!("/api/v1/namespaces/{namespace}/{plural}")
        }
    }

    pub(super) fn path(&self, key: &str) -> String {
        format!("{}/{key}", self.collection())
    }

    fn list_path(&self, selector: &str, next: &str) -> String {
        let (collection, selector) = (self.collection(), escape(selector));
        let mut path = format!("{collection}?labelSelector={selector}&limit={PAGE}");
        if !next.is_empty() {
            path.push_str("&continue=");
            path.push_str(&escape(next));
        }
        path
    }
}

/// Gives the name of the object that holds a revision.
pub(super) fn key(name: &str, version: u32) -> String {
    format!("sh.helm.release.v1.{name}.v{version}")
}

pub(super) fn version(metadata: &Metadata) -> Option<u32> {
    metadata.labels.get("version")?.parse().ok()
}

pub(super) fn object<'a>(bytes: &'a [u8], path: &str) -> Result<Object<'a>, Error> {
    serde_json::from_slice(bytes)
        .map_err(|error| Error::Answer { url: path.to_owned(), reason: error.to_string() })
}

fn page<'a>(bytes: &'a [u8], path: &str) -> Result<Page<'a>, Error> {
    serde_json::from_slice(bytes)
        .map_err(|error| Error::Answer { url: path.to_owned(), reason: error.to_string() })
}
