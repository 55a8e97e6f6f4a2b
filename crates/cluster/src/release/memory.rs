//! Records in this program's memory, which end with it: `HELM_DRIVER=memory`.
//!
//! Source: `pkg/storage/driver/memory.go`, Helm v4.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Holder, Release, Stored};
use crate::Error;

/// Where records without a namespace are.
const DEFAULT_NAMESPACE: &str = "default";

/// Records in memory; clones share them.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    records: Arc<Mutex<BTreeMap<Key, Stored>>>,
}

type Key = (String, String, u32);

impl Memory {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<Key, Stored>> {
        // What was written before a panic elsewhere is whole.
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a record.
    ///
    /// # Errors
    ///
    /// [`Error::ReleaseExists`].
    pub fn create(&self, release: &Release, holder: Option<&Holder>) -> Result<Stored, Error> {
        let (key, stored) = entry(release, holder);
        let mut records = self.lock();
        if records.contains_key(&key) {
            return Err(Error::ReleaseExists);
        }
        records.insert(key, stored.clone());
        Ok(stored)
    }

    pub(super) fn update(
        &self,
        release: &Release,
        holder: Option<&Holder>,
    ) -> Result<Stored, Error> {
        let (key, stored) = entry(release, holder);
        let mut records = self.lock();
        let place = records.get_mut(&key).ok_or(Error::ReleaseNotFound)?;
        *place = stored.clone();
        Ok(stored)
    }

    pub(super) fn hold(&self, namespace: &str, name: &str, version: u32, holder: &Holder) -> bool {
        let key = (namespace.to_owned(), name.to_owned(), version);
        let mut records = self.lock();
        let Some(stored) = records.get_mut(&key) else { return false };
        stored.holder = Some(holder.clone());
        true
    }

    pub(super) fn get(&self, namespace: &str, name: &str, version: u32) -> Result<Stored, Error> {
        let key = (namespace.to_owned(), name.to_owned(), version);
        self.lock().get(&key).cloned().ok_or(Error::ReleaseNotFound)
    }

    pub(super) fn delete(&self, namespace: &str, name: &str, version: u32) -> Result<(), Error> {
        let key = (namespace.to_owned(), name.to_owned(), version);
        self.lock().remove(&key).map(drop).ok_or(Error::ReleaseNotFound)
    }

    /// Gives the records of a namespace, or of all; of one name, or of all.
    pub(super) fn all(&self, namespace: &str, name: Option<&str>) -> Vec<Stored> {
        let records = self.lock();
        let found = records.iter().filter(|((in_namespace, called, _), _)| {
            (namespace.is_empty() || namespace == in_namespace)
                && name.is_none_or(|name| name == called)
        });
        found.map(|(_, stored)| stored.clone()).collect()
    }
}

fn entry(release: &Release, holder: Option<&Holder>) -> (Key, Stored) {
    let namespace = match release.namespace.as_str() {
        "" => DEFAULT_NAMESPACE,
        namespace => namespace,
    };
    let key = (namespace.to_owned(), release.name.clone(), release.version);
    let stored = Stored {
        release: release.clone(),
        holder: holder.cloned(),
        labels: release.labels.clone(),
        resource_version: String::new(),
    };
    (key, stored)
}
