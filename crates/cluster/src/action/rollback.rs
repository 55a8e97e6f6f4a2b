//! Rolling a release back: another revision with the content of an older one.
//!
//! Source: `pkg/action/rollback.go`, Helm v4.

use serde_json::Value as Json;

use super::recover::remains;
use super::{Actor, Hooks, OnFailure, Options, bounded, deployed_all, owner, set};
use crate::apply::{Applied, Apply, Propagation, delete, update};
use crate::error::join;
use crate::object::{build, prepare};
use crate::ownership::mark;
use crate::release::{ApplyMethod, Release, Status, Time};
use crate::{Error, Target};

/// Goes back to an older revision.
#[derive(Debug, Clone, Default)]
pub struct Rollback {
    /// what all actions have
    pub options: Options,
    /// the revision to go back to; 0 for the one before the last
    pub version: u32,
    /// how objects are applied; nothing for as that revision's were
    pub method: Option<ApplyMethod>,
    /// how many revisions are kept, with the new one; 0 keeps all
    pub max_history: usize,
}

/// The two revisions of a rollback.
struct Plan {
    current: Release,
    target: Release,
    /// the objects that are there
    objects: Vec<Json>,
}

impl Rollback {
    /// Checks what would be done, and does nothing: `--dry-run`. Gives the revision it would make.
    ///
    /// # Errors
    ///
    /// As [`Rollback::run`] before it records anything.
    pub async fn check(&self, actor: &Actor, name: &str) -> Result<Release, Error> {
        Ok(self.plan(actor, name).await?.target)
    }

    async fn plan(&self, actor: &Actor, name: &str) -> Result<Plan, Error> {
        let (last, _) = actor.settle(name).await?.ok_or(Error::ReleaseNotFound)?;
        let current = last.release;
        let version = match self.version {
            0 => current.version.saturating_sub(1),
            version => version,
        };
        let history = actor.storage.history(name).await?;
        let objects = remains(&history)?;
        let previous = history.into_iter().find(|stored| stored.release.version == version);
        let previous = previous
            .ok_or_else(|| Error::Said(format!("release has no {version} version")))?
            .release;
        let method = self.method.or(previous.apply_method).unwrap_or(ApplyMethod::ClientSide);
        let mut target = Release {
            version: current.version + 1,
            namespace: current.namespace.clone(),
            apply_method: Some(method),
            ..previous
        };
        target.info.first_deployed = current.info.first_deployed;
        target.info.last_deployed = Some(Time::now());
        target.info.deleted = None;
        target.info.rollback_revision = version;
        let words = self.options.described(format!("Rollback to {version}"));
        set(&mut target, Status::PendingRollback, words);
        Ok(Plan { current, target, objects })
    }

    /// Rolls back. Gives the new revision.
    ///
    /// # Errors
    ///
    /// Helm's words.
    pub async fn run(&self, actor: &Actor, name: &str) -> Result<Release, Error> {
        let Plan { mut current, mut target, objects } = self.plan(actor, name).await?;
        if let Err(error) = actor.storage.prune(name, self.max_history).await {
            actor.reporter.say(&format!("old revisions could not be removed: {error}"));
        }
        actor.begin(&target).await?;
        let version = target.version;
        let mut applied = Applied::default();
        let work = self.perform(actor, objects, &mut target, &mut applied);
        let error = match actor.hold(name, version, work).await {
            Ok(()) => {
                for deployed in deployed_all(actor, name).await? {
                    let mut release = deployed.release;
                    release.info.status = Status::Superseded;
                    actor.record(&release).await;
                }
                target.info.status = Status::Deployed;
                actor.record(&target).await;
                return Ok(target);
            }
            Err(error) => error,
        };
        let words = format!("Rollback {name:?} failed: {error}");
        set(&mut target, Status::Failed, bounded(&words));
        current.info.status = Status::Superseded;
        actor
            .last(async {
                actor.record(&current).await;
                actor.record(&target).await;
            })
            .await;
        if self.options.on_failure == OnFailure::CleanUp && !applied.created.is_empty() {
            let deleted = delete(&actor.client, &applied.created, Propagation::Background).await;
            if let Err(errors) = deleted {
                return Err(Error::Said(format!(
                    "an error occurred while cleaning up resources. original rollback error: unable to cleanup \
                     resources: {}",
                    join(&errors, ", ")
                )));
            }
        }
        Err(error)
    }

    async fn perform(
        &self,
        actor: &Actor,
        objects: Vec<Json>,
        target: &mut Release,
        applied: &mut Applied,
    ) -> Result<(), Error> {
        let (originals, targets) = targets(actor, objects, target).await?;
        let Options { hooks, .. } = self.options;
        if hooks == Hooks::Run {
            actor.run_hooks(target, "pre-rollback", &self.options).await?;
        }
        let method = target.apply_method.unwrap_or(ApplyMethod::ClientSide);
        let apply = Apply { migrates_fields: true, ..self.options.apply(method) };
        match update(&actor.client, &originals, &targets, apply).await {
            Ok(done) => *applied = done,
            Err((done, error)) => {
                *applied = done;
                return Err(error);
            }
        }
        let waited = actor.wait_for(&targets, self.options.goal(), &self.options).await;
        waited.map_err(|error| error.context(format!("release {} failed", target.name)))?;
        if hooks == Hooks::Run {
            actor.run_hooks(target, "post-rollback", &self.options).await?;
        }
        Ok(())
    }
}

/// Gives the objects that are there, and those that are asked for.
async fn targets(
    actor: &Actor,
    objects: Vec<Json>,
    target: &Release,
) -> Result<(Vec<Target>, Vec<Target>), Error> {
    let originals = prepare(&actor.client, objects, &target.namespace).await;
    let originals = originals.map_err(|error| {
        error.context("unable to build kubernetes objects from current release manifest")
    })?;
    let targets = build(&actor.client, &target.manifest, &target.namespace).await;
    let mut targets = targets.map_err(|error| {
        error.context("unable to build kubernetes objects from new release manifest")
    })?;
    mark(&mut targets, owner(target));
    Ok((originals, targets))
}
