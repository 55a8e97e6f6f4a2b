//! Uninstalling a release: its objects go, and then its records.
//!
//! Source: `pkg/action/uninstall.go`, Helm v4.

use std::fmt::Write as _;

use futures_util::future::join_all;
use pintle_manifest::sort_by_kind;
use serde_json::Value as Json;

use super::recover::remains;
use super::{Actor, Hooks, Options, deployed_all, owner, set};
use crate::apply::{KEEP, Propagation, RESOURCE_POLICY, delete};
use crate::error::join;
use crate::object::{documents, prepare};
use crate::ownership;
use crate::release::{Release, Status, Time};
use crate::wait::Goal;
use crate::{Error, Target};

/// Removes a release.
#[derive(Debug, Clone, Default)]
pub struct Uninstall {
    /// what all actions have
    pub options: Options,
    /// what becomes of objects that belong to deleted ones: `--cascade`
    pub propagation: Propagation,
    /// whether the records stay: `--keep-history`
    pub keeps_history: bool,
    /// how the kinds are ordered
    pub order: KindOrder,
}

/// The order of kinds, the first to go first.
#[derive(Debug, Clone, Copy)]
pub struct KindOrder(pub &'static [&'static str]);

impl Default for KindOrder {
    fn default() -> Self {
        Self(pintle_manifest::UNINSTALL_ORDER)
    }
}

/// What became of a release that was removed.
#[derive(Debug, Clone)]
pub struct Uninstalled {
    /// its last revision
    pub release: Release,
    /// what was kept, and why, in Helm's words; empty if nothing was
    pub kept: String,
}

/// The objects of a release, by what becomes of them.
#[derive(Default)]
struct Sorted {
    owned: Vec<Target>,
    kept: String,
}

impl Uninstall {
    /// Tells what would go, and removes nothing: `--dry-run`.
    ///
    /// # Errors
    ///
    /// Helm's words: there is no such release.
    pub async fn check(&self, actor: &Actor, name: &str) -> Result<Uninstalled, Error> {
        let release = actor.storage.last(name).await?.release;
        let objects = documents(&release.manifest)?;
        let sorted = self.sort(actor, &release, objects).await.unwrap_or_default();
        Ok(Uninstalled { release, kept: sorted.kept })
    }

    /// Removes a release.
    ///
    /// # Errors
    ///
    /// Helm's words. Objects that could not be deleted keep the record, so that it may be tried again.
    pub async fn run(&self, actor: &Actor, name: &str) -> Result<Uninstalled, Error> {
        let missing =
            |error: Error| error.context(format!("uninstall: Release not loaded: {name}"));
        let mut history = actor.storage.history(name).await.map_err(missing)?;
        let objects = remains(&history);
        let last = history.pop().ok_or_else(|| missing(Error::ReleaseNotFound))?;
        let versions: Vec<u32> = history.iter().map(|stored| stored.release.version).collect();
        let mut release = last.release;
        if release.info.status == Status::Uninstalled {
            if self.keeps_history {
                return Err(Error::Said(format!("the release named {name:?} is already deleted")));
            }
            self.purge(actor, name, &versions, release.version).await?;
            return Ok(Uninstalled { release, kept: String::new() });
        }
        release.info.deleted = Some(Time::now());
        set(&mut release, Status::Uninstalling, "Deletion in progress (or silently failed)");
        // Recorded before anything is done: whoever comes after a kill goes on from here.
        actor.note(&release).await;
        let version = release.version;
        let work = self.perform(actor, &mut release, objects);
        let (kept, mut errors) = actor.hold(name, version, work).await?;
        set(&mut release, Status::Uninstalled, self.options.described("Uninstallation complete"));
        if self.keeps_history {
            actor.record(&release).await;
            for deployed in deployed_all(actor, name).await? {
                let mut old = deployed.release;
                old.info.status = Status::Superseded;
                actor.record(&old).await;
            }
        } else if let Err(error) = self.purge(actor, name, &versions, version).await {
            errors.push(error.context("uninstall: Failed to purge the release"));
        }
        if errors.is_empty() {
            return Ok(Uninstalled { release, kept });
        }
        Err(Error::Said(format!(
            "uninstallation completed with {} error(s): {}",
            errors.len(),
            join(&errors, "; ")
        )))
    }

    /// Deletes all records, the last revision's at last: as long as it is there, so is the release.
    async fn purge(
        &self,
        actor: &Actor,
        name: &str,
        versions: &[u32],
        last: u32,
    ) -> Result<(), Error> {
        let each = versions.iter().map(|version| actor.storage.delete(name, *version));
        for result in join_all(each).await {
            ignore_missing(result)?;
        }
        ignore_missing(actor.storage.delete(name, last).await)
    }

    async fn perform(
        &self,
        actor: &Actor,
        release: &mut Release,
        objects: Result<Vec<Json>, Error>,
    ) -> Result<(String, Vec<Error>), Error> {
        if self.options.hooks == Hooks::Run {
            actor.run_hooks(release, "pre-delete", &self.options).await?;
        }
        let failed = || Error::Said(format!("failed to delete release: {}", release.name));
        let sorted = match objects {
            Ok(objects) => self.sort(actor, release, objects).await,
            Err(error) => Err(error),
        };
        let Sorted { owned, kept } = sorted.map_err(|error| {
            actor.reporter.say(&error.to_string());
            failed()
        })?;
        if let Err(errors) = delete(&actor.client, &owned, self.propagation).await {
            actor.reporter.say(&join(&errors, "; "));
            return Err(failed());
        }
        let mut errors = Vec::new();
        if let Err(error) = actor.wait_for(&owned, Goal::Gone, &self.options).await {
            errors.push(error);
        }
        if self.options.hooks == Hooks::Run
            && let Err(error) = actor.run_hooks(release, "post-delete", &self.options).await
        {
            errors.push(error);
        }
        Ok((kept, errors))
    }

    /// Sorts the objects of a release by what becomes of them.
    async fn sort(
        &self,
        actor: &Actor,
        release: &Release,
        mut objects: Vec<Json>,
    ) -> Result<Sorted, Error> {
        let mut kept = String::new();
        sort_by_kind(&mut objects, self.order.0, |object| {
            object["kind"].as_str().unwrap_or_default()
        });
        let stays = |object: &Json| {
            let policy = object["metadata"]["annotations"][RESOURCE_POLICY].as_str();
            policy.is_some_and(|policy| policy.trim().eq_ignore_ascii_case(KEEP))
        };
        let (stay, go): (Vec<Json>, Vec<Json>) = objects.into_iter().partition(stays);
        if !stay.is_empty() {
            kept.push_str("These resources were kept due to the resource policy:\n");
            for object in &stay {
                let text =
                    |pointer| object.pointer(pointer).and_then(Json::as_str).unwrap_or_default();
                let _ = writeln!(kept, "[{}] {}", text("/kind"), text("/metadata/name"));
            }
        }
        let targets = prepare(&actor.client, go, &release.namespace)
            .await
            .map_err(|error| error.context("unable to build kubernetes objects for delete"))?;
        let looked = join_all(targets.into_iter().map(|target| async {
            let live = actor.client.find::<Json>(&target.path()).await;
            (target, live)
        }))
        .await;
        let (mut owned, mut unowned, mut unsure) = (Vec::new(), Vec::new(), Vec::new());
        for (target, live) in looked {
            match live {
                Ok(None) => {}
                Ok(Some(live)) if ownership::check(&live, owner(release)).is_ok() => {
                    owned.push(target);
                }
                Ok(Some(_)) => unowned.push(target),
                Err(error) => unsure.push((target, error)),
            }
        }
        let heading = |n: usize, why: &str, kept: &mut String| {
            if !kept.is_empty() {
                kept.push('\n');
            }
            let _ = writeln!(kept, "{n} resource(s) were not deleted because {why}:");
        };
        if !unowned.is_empty() {
            heading(unowned.len(), "they are not owned by this release", &mut kept);
            for target in &unowned {
                let _ = writeln!(kept, "[{}] {}", target.kind, target.name);
            }
        }
        if !unsure.is_empty() {
            heading(unsure.len(), "their ownership could not be verified", &mut kept);
            for (target, error) in &unsure {
                let _ = writeln!(kept, "[{}] {}: {error}", target.kind, target.name);
            }
        }
        Ok(Sorted { owned, kept })
    }
}

fn ignore_missing(result: Result<(), Error>) -> Result<(), Error> {
    match result {
        Err(Error::ReleaseNotFound) => Ok(()),
        result => result,
    }
}
