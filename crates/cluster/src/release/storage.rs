//! Where records are kept: Secrets or `ConfigMaps` named `sh.helm.release.v1.NAME.vREVISION`, as Helm keeps them.
//!
//! Writes may be sent twice and count once: what was meant to be written is compared with what is there.
//!
//! Source: `pkg/storage/storage.go` and `pkg/storage/driver`, Helm v4.

use std::collections::BTreeMap;

use http::Method;
use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::encode::{decode, encode};
use super::holder::{HOLDER, RENEWED};
use super::parts::{self, Rest};
use super::wire::{
    METADATA, METADATA_LIST, Metadata, Object, Page, Sent, SentData, SentMetadata, escape, unwrap,
    wrap,
};
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

/// The type of Secrets that hold records.
const TYPE: &str = "helm.sh/release.v1";

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
    client: Client,
    driver: Driver,
    namespace: String,
    is_chunked: bool,
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

/// One write of a record.
#[derive(Debug)]
struct Write<'a> {
    method: Method,
    key: &'a str,
    type_: &'static str,
    labels: &'a BTreeMap<String, String>,
    annotations: &'a BTreeMap<String, String>,
    resource_version: Option<&'a str>,
    text: &'a str,
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

    /// Writes a new record.
    ///
    /// # Errors
    ///
    /// [`Error::ReleaseExists`] if there is another of its name and revision, [`Error::RecordTooLarge`], and what every
    /// request may meet.
    pub async fn create(
        &self,
        release: &Release,
        holder: Option<&Holder>,
    ) -> Result<Stored, Error> {
        if let Driver::Memory(memory) = &self.driver {
            return memory.create(release, holder);
        }
        let written = self.write(Method::POST, release, holder, None).await;
        written.map_err(|error| match error {
            Error::ReleaseExists | Error::RecordTooLarge { .. } => error,
            error if error.is_already_exists() => Error::ReleaseExists,
            error => self.told("create: failed to create", error),
        })
    }

    /// Writes a record over what is there; without a holder, nobody works on it any more.
    ///
    /// # Errors
    ///
    /// What every request may meet, also if there is none yet; [`Error::RecordTooLarge`].
    pub async fn update(
        &self,
        release: &Release,
        holder: Option<&Holder>,
    ) -> Result<Stored, Error> {
        self.replace(release, holder, None).await
    }

    /// Writes a record over one that was read, if nobody wrote since.
    ///
    /// # Errors
    ///
    /// As [`Storage::update`]; [`Error::is_conflict`] if somebody did.
    pub async fn update_unchanged(
        &self,
        stored: &Stored,
        release: &Release,
        holder: Option<&Holder>,
    ) -> Result<Stored, Error> {
        self.replace(release, holder, Some(&stored.resource_version)).await
    }

    async fn replace(
        &self,
        release: &Release,
        holder: Option<&Holder>,
        resource_version: Option<&str>,
    ) -> Result<Stored, Error> {
        if let Driver::Memory(memory) = &self.driver {
            return memory.update(release, holder);
        }
        let written = self.write(Method::PUT, release, holder, resource_version).await;
        written.map_err(|error| match error {
            Error::RecordTooLarge { .. } => error,
            error => self.told("update: failed to update", error),
        })
    }

    async fn write(
        &self,
        method: Method,
        release: &Release,
        holder: Option<&Holder>,
        resource_version: Option<&str>,
    ) -> Result<Stored, Error> {
        let key = key(&release.name, release.version);
        let text = encode(release).map_err(|reason| Error::Record { key: key.clone(), reason })?;
        let is_long = text.len() > MAX_DATA;
        if is_long && !self.is_chunked && !self.is_in_parts(&method, &key).await? {
            let (name, size) = (release.name.clone(), text.len());
            return Err(Error::RecordTooLarge { name, size, limit: MAX_DATA });
        }
        let labels = labels(release, &method);
        let mut annotations = annotations(holder);
        let mut head = text.as_str();
        let mut fingerprint = None;
        if is_long {
            let pieces = parts::split(&text);
            pieces.annotate(&mut annotations);
            self.write_parts(&key, &pieces, release).await?;
            head = pieces.head;
            fingerprint = Some(pieces.fingerprint);
        }
        let write = Write {
            method,
            key: &key,
            type_: TYPE,
            labels: &labels,
            annotations: &annotations,
            resource_version,
            text: head,
        };
        let resource_version = self.send(write).await?;
        if self.is_chunked || is_long {
            self.delete_parts(&release.name, release.version, fingerprint.as_deref()).await?;
        }
        let (release, holder) = (release.clone(), holder.cloned());
        Ok(Stored { release, holder, labels, resource_version })
    }

    /// Tells whether a record that is about to be written over is one in parts.
    async fn is_in_parts(&self, method: &Method, key: &str) -> Result<bool, Error> {
        if *method == Method::POST {
            return Ok(false);
        }
        let path = self.path(key);
        let answer = self.client.send(Call { accept: METADATA, ..Call::get(&path) }).await;
        match answer {
            Ok(bytes) => Ok(object(&bytes, &path)?.metadata.annotations.contains_key(parts::PARTS)),
            Err(error) if error.is_not_found() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Sends one object, and gives its state. What is there already as it should be counts as sent.
    async fn send(&self, write: Write<'_>) -> Result<String, Error> {
        let data = SentData { release: wrap(write.text, self.is_secret()) };
        let (name, labels, annotations) = (write.key, write.labels, write.annotations);
        let sent = Sent {
            api_version: "v1",
            kind: if self.is_secret() { "Secret" } else { "ConfigMap" },
            metadata: SentMetadata {
                name,
                labels,
                annotations,
                resource_version: write.resource_version,
            },
            type_: self.is_secret().then_some(write.type_),
            data,
        };
        let body = serde_json::to_vec(&sent)
            .map_err(|error| Error::Record { key: name.to_owned(), reason: error.to_string() })?;
        let is_new = write.method == Method::POST;
        let path = if is_new { self.collection() } else { self.path(name) };
        let call = Call {
            accept: METADATA,
            // What an answer that was lost said is found out by looking.
            is_repeatable: true,
            ..Call::new(write.method, &path, "application/json", body)
        };
        let error = match self.client.send(call).await {
            Ok(bytes) => return Ok(object(&bytes, &path)?.metadata.resource_version),
            Err(error) if error.is_already_exists() || error.is_conflict() => error,
            Err(error) => return Err(error),
        };
        let path = self.path(name);
        let Ok(bytes) = self.client.send(Call::get(&path)).await else { return Err(error) };
        let there = object(&bytes, &path)?;
        let is_ours =
            there.data.release == sent.data.release && there.metadata.annotations == *annotations;
        if is_ours { Ok(there.metadata.resource_version) } else { Err(error) }
    }

    async fn write_parts(
        &self,
        key: &str,
        pieces: &parts::Pieces<'_>,
        release: &Release,
    ) -> Result<(), Error> {
        if pieces.parts.len() > parts::MAX_PARTS {
            let size = pieces.parts.len() * parts::MAX_PIECE;
            let limit = parts::MAX_PARTS * parts::MAX_PIECE;
            return Err(Error::RecordTooLarge { name: release.name.clone(), size, limit });
        }
        let labels = BTreeMap::from([
            ("name".to_owned(), release.name.clone()),
            ("owner".to_owned(), parts::OWNER.to_owned()),
            ("version".to_owned(), release.version.to_string()),
        ]);
        for (number, text) in (1..).zip(&pieces.parts) {
            let name = parts::name(key, number, &pieces.fingerprint);
            let write = Write {
                method: Method::POST,
                key: &name,
                type_: parts::TYPE,
                labels: &labels,
                annotations: &BTreeMap::new(),
                resource_version: None,
                text,
            };
            self.send(write).await?;
        }
        Ok(())
    }

    /// Removes the parts of a record, but those that its head means.
    async fn delete_parts(
        &self,
        name: &str,
        version: u32,
        kept: Option<&str>,
    ) -> Result<(), Error> {
        let selector = format!("name={name},owner={},version={version}", parts::OWNER);
        for found in self.metadata(&selector).await? {
            if kept.is_some_and(|kept| found.name.ends_with(kept)) {
                continue;
            }
            self.remove(&found.name).await?;
        }
        Ok(())
    }

    /// Removes one object; one that is not there counts as removed. Tells whether it was there.
    async fn remove(&self, name: &str) -> Result<bool, Error> {
        let path = self.path(name);
        match self.client.send(Call::new(Method::DELETE, &path, "", Vec::new())).await {
            Ok(_) => Ok(true),
            Err(error) if error.is_not_found() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Says that the holder still works on a record. Gives `false` if it is not the holder any more.
    ///
    /// # Errors
    ///
    /// What every request may meet.
    pub async fn renew(&self, name: &str, version: u32, holder: &Holder) -> Result<bool, Error> {
        if let Driver::Memory(memory) = &self.driver {
            return Ok(memory.hold(&self.namespace, name, version, holder));
        }
        let at =
            |annotation: &str| format!("/metadata/annotations/{}", annotation.replace('/', "~1"));
        let patch = json!([
            {"op": "test", "path": at(HOLDER), "value": holder.identity},
            {"op": "replace", "path": at(RENEWED), "value": holder.renewed_text()},
        ]);
        let sent = self.patch(name, version, "application/json-patch+json", &patch).await;
        match sent {
            Ok(()) => Ok(true),
            // A test that fails makes the whole patch invalid.
            Err(error) if error.is_not_found() || error.has_code(422) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Becomes the holder of a record that was read. Gives `false` if it changed since, as by another who does the same.
    ///
    /// # Errors
    ///
    /// What every request may meet.
    pub async fn take(&self, stored: &Stored, holder: &Holder) -> Result<bool, Error> {
        let (name, version) = (&stored.release.name, stored.release.version);
        if let Driver::Memory(memory) = &self.driver {
            return Ok(memory.hold(&self.namespace, name, version, holder));
        }
        let patch = json!({"metadata": {
            "resourceVersion": stored.resource_version,
            "annotations": annotations(Some(holder)),
        }});
        match self.patch(name, version, "application/merge-patch+json", &patch).await {
            Ok(()) => Ok(true),
            Err(error) if error.is_not_found() => Ok(false),
            // A patch that was sent twice meets its own change.
            Err(error) if error.is_conflict() => {
                Ok(self.get(name, version).await?.holder.as_ref().is_some_and(|there| {
                    there.identity == holder.identity
                        && there.renewed_text() == holder.renewed_text()
                }))
            }
            Err(error) => Err(error),
        }
    }

    async fn patch(
        &self,
        name: &str,
        version: u32,
        content_type: &'static str,
        change: &Json,
    ) -> Result<(), Error> {
        let path = self.path(&key(name, version));
        let body = change.to_string().into_bytes();
        let call = Call { accept: METADATA, ..Call::new(Method::PATCH, &path, content_type, body) };
        self.client.send(call).await.map(drop)
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

    /// Removes one revision: the head first, so that what is left of a removal cut short is no record.
    ///
    /// # Errors
    ///
    /// [`Error::ReleaseNotFound`]; what every request may meet.
    pub async fn delete(&self, name: &str, version: u32) -> Result<(), Error> {
        if let Driver::Memory(memory) = &self.driver {
            return memory.delete(&self.namespace, name, version);
        }
        let was_there = self.remove(&key(name, version)).await?;
        self.delete_parts(name, version, None).await?;
        if was_there { Ok(()) } else { Err(Error::ReleaseNotFound) }
    }

    /// Removes the oldest revisions until no more than `max` are left, but never the newest that is deployed.
    ///
    /// # Errors
    ///
    /// What every request may meet; all removals are tried.
    pub async fn prune(&self, name: &str, max: usize) -> Result<(), Error> {
        let mut revisions: Vec<(u32, bool)> = match &self.driver {
            Driver::Memory(memory) => memory
                .all(&self.namespace, Some(name))
                .iter()
                .map(|stored| {
                    (stored.release.version, stored.release.info.status == super::Status::Deployed)
                })
                .collect(),
            _ => self
                .metadata(&format!("name={name},owner=helm"))
                .await?
                .iter()
                .filter_map(|found| {
                    let is_deployed = found.labels.get("status").is_some_and(|s| s == "deployed");
                    Some((version(found)?, is_deployed))
                })
                .collect(),
        };
        revisions.sort_unstable();
        let running = revisions.iter().rev().find(|(_, is_deployed)| *is_deployed).copied();
        let n_surplus = revisions.len().saturating_sub(max);
        let old = revisions.into_iter().filter(|revision| Some(*revision) != running);
        let mut errors = Vec::new();
        for (version, _) in old.take(n_surplus) {
            match self.delete(name, version).await {
                Ok(()) | Err(Error::ReleaseNotFound) => {}
                Err(error) => errors.push(error),
            }
        }
        match errors.len() {
            0 => Ok(()),
            1 => Err(errors.remove(0)),
            n => {
                Err(errors.remove(0).context(format!("encountered {n} deletion errors. First is")))
            }
        }
    }

    /// Gives names and labels of what a selector names, without what it holds.
    async fn metadata(&self, selector: &str) -> Result<Vec<Metadata>, Error> {
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

    fn is_secret(&self) -> bool {
        !matches!(self.driver, Driver::ConfigMaps)
    }

    /// Puts before an error what Helm's driver for Secrets does; the others say nothing.
    fn told(&self, context: &str, error: Error) -> Error {
        if self.is_secret() { error.context(context) } else { error }
    }

    fn collection(&self) -> String {
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

    fn path(&self, key: &str) -> String {
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
fn key(name: &str, version: u32) -> String {
    format!("sh.helm.release.v1.{name}.v{version}")
}

fn version(metadata: &Metadata) -> Option<u32> {
    metadata.labels.get("version")?.parse().ok()
}

/// Gives the labels of a record: the user's, and what it is.
fn labels(release: &Release, method: &Method) -> BTreeMap<String, String> {
    let mut labels = release.labels.clone();
    let when = if *method == Method::POST { "createdAt" } else { "modifiedAt" };
    let now = Timestamp::now().as_second().to_string();
    for (name, value) in [
        (when, now),
        ("name", release.name.clone()),
        ("owner", "helm".to_owned()),
        ("status", release.info.status.to_string()),
        ("version", release.version.to_string()),
    ] {
        labels.insert(name.to_owned(), value);
    }
    labels
}

fn annotations(holder: Option<&Holder>) -> BTreeMap<String, String> {
    holder.map_or_else(BTreeMap::new, |holder| {
        BTreeMap::from([
            (HOLDER.to_owned(), holder.identity.clone()),
            (RENEWED.to_owned(), holder.renewed_text()),
        ])
    })
}

fn object<'a>(bytes: &'a [u8], path: &str) -> Result<Object<'a>, Error> {
    serde_json::from_slice(bytes)
        .map_err(|error| Error::Answer { url: path.to_owned(), reason: error.to_string() })
}

fn page<'a>(bytes: &'a [u8], path: &str) -> Result<Page<'a>, Error> {
    serde_json::from_slice(bytes)
        .map_err(|error| Error::Answer { url: path.to_owned(), reason: error.to_string() })
}
