//! Writing records: each write may be sent twice and counts once, since what was meant to be written is compared with what
//! is there.

use std::collections::BTreeMap;

use http::Method;
use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::encode::encode;
use super::holder::{HOLDER, RENEWED};
use super::parts;
use super::storage::{Driver, MAX_DATA, Storage, Stored, key, object, version};
use super::wire::{METADATA, Sent, SentData, SentMetadata, wrap};
use super::{Holder, Release, Status};
use crate::Error;
use crate::client::Call;

/// The type of Secrets that hold records.
const TYPE: &str = "helm.sh/release.v1";

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
                    (stored.release.version, stored.release.info.status == Status::Deployed)
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
