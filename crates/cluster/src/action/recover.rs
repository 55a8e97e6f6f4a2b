//! What a process that is gone left under way is ended for it, so that no release stays stuck.

use std::collections::HashSet;
use std::time::Duration;

use serde_json::Value as Json;
use tokio::time::{Instant, sleep};

use super::{Actor, set};
use crate::Error;
use crate::lease::{LEASE, Life, life};
use crate::object::documents;
use crate::release::{Holder, Release, Status, Stored};

/// How the description of a revision begins whose process was gone before it was done.
pub(super) const INTERRUPTED: &str = "Interrupted: ";

/// How often a holder elsewhere is looked at.
const LOOK: Duration = Duration::from_secs(1);

/// Something that was under way when its process went.
#[derive(Debug, Clone)]
pub struct Interrupted {
    /// the revision
    pub release: Release,
    /// what it was doing
    pub was: Status,
}

impl std::fmt::Display for Interrupted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Release { name, version, .. } = &self.release;
        write!(f, "revision {version} of {name} was left {} by a process that is gone", self.was)
    }
}

/// Tells whether a revision was left by a process that is gone.
pub(super) fn is_interrupted(release: &Release) -> bool {
    release.info.status == Status::Failed && release.info.description.starts_with(INTERRUPTED)
}

/// Gives the objects that revisions may have made and nobody removed: those of the one that is deployed, and of all that came
/// after it and did not come to be. Of objects that several have, the newest counts.
///
/// # Errors
///
/// As [`documents`].
pub(super) fn remains(history: &[Stored]) -> Result<Vec<Json>, Error> {
    let is_deployed = |stored: &Stored| stored.release.info.status == Status::Deployed;
    let first = history.iter().rposition(is_deployed).unwrap_or(0);
    let (mut objects, mut known) = (Vec::new(), HashSet::new());
    for stored in history[first..].iter().rev() {
        for object in documents(&stored.release.manifest)? {
            let part = |pointer| {
                object.pointer(pointer).and_then(Json::as_str).unwrap_or_default().to_owned()
            };
            let paths = ["/apiVersion", "/kind", "/metadata/namespace", "/metadata/name"];
            if known.insert(paths.map(part)) {
                objects.push(object);
            }
        }
    }
    Ok(objects)
}

impl Actor {
    /// Gives the last revision, with what a process that is gone left of it marked as failed.
    ///
    /// One that another process works on stays as it is. One whose record names nobody, as Helm's, stays as well: nothing
    /// tells whether that Helm still runs.
    ///
    /// # Errors
    ///
    /// As the storage's.
    pub async fn settle(&self, name: &str) -> Result<Option<(Stored, Option<Interrupted>)>, Error> {
        let Some(last) = self.find_last(name).await? else { return Ok(None) };
        let was = last.release.info.status;
        let is_under_way = was.is_pending() || was == Status::Uninstalling;
        let Some(holder) = last.holder.clone().filter(|_| is_under_way) else {
            return Ok(Some((last, None)));
        };
        if !self.is_gone(&last.release, &holder).await? {
            return Ok(Some((last, None)));
        }
        let mut release = last.release.clone();
        let words = if was == Status::Uninstalling { "an uninstall" } else { was.as_str() };
        set(&mut release, Status::Failed, format!("{INTERRUPTED}{words} whose process is gone"));
        // Two may find it at the same time: one of them ends it, the other starts anew from there.
        let stored = match self.storage.update_unchanged(&last, &release, None).await {
            Err(error) if error.is_conflict() => return Box::pin(self.settle(name)).await,
            stored => stored?,
        };
        let interrupted = Interrupted { release, was };
        self.reporter.say(&format!("{interrupted}: going on from there"));
        Ok(Some((stored, Some(interrupted))))
    }

    /// Tells whether the holder of a revision is gone; looks for a while at one that is elsewhere.
    async fn is_gone(&self, release: &Release, holder: &Holder) -> Result<bool, Error> {
        match life(&holder.identity) {
            Life::Alive => return Ok(false),
            Life::Gone => return Ok(true),
            Life::Elsewhere => {}
        }
        // Clocks differ between machines: what counts is whether it renews while it is looked at.
        let started = Instant::now();
        let mut told = false;
        while started.elapsed() < LEASE {
            tokio::select! {
                () = sleep(LOOK) => {}
                () = self.stop.come() => return Err(Error::Canceled),
            }
            let now = self.storage.get(&release.name, release.version).await?;
            if now.holder.as_ref() != Some(holder) {
                return Ok(false);
            }
            if !std::mem::replace(&mut told, true) {
                let Release { name, version, .. } = release;
                let text = format!(
                    "looking whether the process that works on revision {version} of {name} is gone"
                );
                self.reporter.say(&text);
            }
        }
        Ok(true)
    }
}
