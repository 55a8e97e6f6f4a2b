//! Upgrading a release: another revision over the one that runs.
//!
//! Source: `pkg/action/upgrade.go`, Helm v4.

use std::collections::HashSet;

use super::recover::remains;
use super::{Actor, Hooks, OnFailure, Options, Rollback, bounded, optional, owner, set};
use crate::apply::{Applied, Apply, Propagation, delete, update};
use crate::error::join;
use crate::object::{build, prepare};
use crate::ownership::{Adoption, find_existing, mark};
use crate::release::{ApplyMethod, Release, Status};
use crate::{Error, Target};

/// What Helm says of a release that another process works on.
const IN_PROGRESS: &str = "another operation (install/upgrade/rollback) is in progress";

/// Makes another revision of a release.
#[derive(Debug, Clone, Default)]
pub struct Upgrade {
    /// what all actions have
    pub options: Options,
    /// whether objects of others are taken over: `--take-ownership`
    pub takes_ownership: bool,
    /// how many revisions are kept, with the new one; 0 keeps all
    pub max_history: usize,
}

/// What an upgrade starts from.
#[derive(Debug, Clone)]
pub struct Base {
    /// the revision whose objects are there
    pub current: Release,
    /// the last revision, whatever became of it
    pub last: Release,
}

impl Base {
    /// Gives how objects are applied if nothing else is said: as for the last revision.
    pub fn apply_method(&self) -> ApplyMethod {
        self.last.apply_method.unwrap_or(ApplyMethod::ClientSide)
    }

    /// Gives the labels of the next revision: those of the last, with others over them; `null` takes one away.
    pub fn labels(
        &self,
        others: &std::collections::BTreeMap<String, String>,
    ) -> std::collections::BTreeMap<String, String> {
        let mut labels = self.last.labels.clone();
        labels.extend(others.iter().map(|(key, value)| (key.clone(), value.clone())));
        labels.retain(|_, value| value != "null");
        labels
    }
}

impl Upgrade {
    /// Finds what is upgraded. What a process that is gone left under way is ended first.
    ///
    /// # Errors
    ///
    /// Helm's words: no such release, or one that another process works on.
    pub async fn base(&self, actor: &Actor, name: &str) -> Result<Base, Error> {
        let none = || Error::Said(format!("{name:?} has no deployed releases"));
        let (last, _) = actor.settle(name).await?.ok_or_else(none)?;
        let last = last.release;
        let status = last.info.status;
        if status.is_pending() {
            return Err(Error::Said(IN_PROGRESS.to_owned()));
        }
        if status == Status::Deployed {
            return Ok(Base { current: last.clone(), last });
        }
        let current = match optional(actor.storage.deployed(name).await)? {
            Some(deployed) => deployed.release,
            None if matches!(status, Status::Failed | Status::Superseded) => last.clone(),
            None => return Err(none()),
        };
        Ok(Base { current, last })
    }

    /// Upgrades to a revision whose content is rendered; its status is set here.
    ///
    /// # Errors
    ///
    /// With the error comes the revision as it was recorded, if it was.
    pub async fn run(
        &self,
        actor: &Actor,
        base: Base,
        mut release: Release,
    ) -> Result<Release, (Option<Box<Release>>, Error)> {
        set(&mut release, Status::PendingUpgrade, "Preparing upgrade");
        let Base { mut current, last } = base;
        let objects = self.objects(actor, &current, &release).await;
        let (mut originals, targets, adopted) = objects.map_err(|error| (None, error))?;
        originals.extend(adopted);
        if last.version != current.version {
            // Revisions after it failed half way: what they made is asked for no longer, either.
            let history = actor.storage.history(&release.name).await;
            let objects =
                history.and_then(|history| remains(&history)).map_err(|error| (None, error))?;
            let more = prepare(&actor.client, objects, &release.namespace).await;
            let known: HashSet<String> = originals.iter().map(Target::key).collect();
            let more = more.unwrap_or_default().into_iter();
            originals.extend(more.filter(|target| !known.contains(&target.key())));
        }
        if let Err(error) = actor.storage.prune(&release.name, self.max_history).await {
            actor.reporter.say(&format!("old revisions could not be removed: {error}"));
        }
        actor.begin(&release).await.map_err(|error| (None, error))?;
        let (name, version) = (release.name.clone(), release.version);
        let mut applied = Applied::default();
        let work = self.perform(actor, &mut release, &originals, &targets, &current, &mut applied);
        match actor.hold(&name, version, work).await {
            Ok(()) => {
                current.info.status = Status::Superseded;
                actor.record(&current).await;
                let words = self.options.described("Upgrade complete");
                set(&mut release, Status::Deployed, bounded(&words));
                actor.record(&release).await;
                Ok(release)
            }
            Err(error) => {
                let error = self.fail(actor, &mut release, &applied, error).await;
                Err((Some(Box::new(release)), error))
            }
        }
    }

    /// Gives the objects that are there, those that are asked for, and those of both that are taken over.
    ///
    /// # Errors
    ///
    /// Helm's words.
    pub async fn objects(
        &self,
        actor: &Actor,
        current: &Release,
        release: &Release,
    ) -> Result<(Vec<Target>, Vec<Target>, Vec<Target>), Error> {
        let originals = build(&actor.client, &current.manifest, &release.namespace).await;
        let originals = originals.map_err(|error| match &error {
            Error::NoMatch { .. } => error.context(
                "current release manifest contains removed kubernetes api(s) for this kubernetes version and it is \
                 therefore unable to build the kubernetes objects for performing the diff. error from kubernetes",
            ),
            _ => error.context("unable to build kubernetes objects from current release manifest"),
        })?;
        let targets = build(&actor.client, &release.manifest, &release.namespace).await;
        let mut targets = targets.map_err(|error| {
            error.context("unable to build kubernetes objects from new release manifest")
        })?;
        mark(&mut targets, owner(release));
        let known: Vec<String> = originals.iter().map(Target::key).collect();
        let new: Vec<&Target> =
            targets.iter().filter(|target| !known.contains(&target.key())).collect();
        let adoption = if self.takes_ownership { Adoption::Any } else { Adoption::OwnOnly };
        let adopted = find_existing(&actor.client, &new, owner(release), adoption).await;
        let adopted = adopted.map_err(|error| error.context("unable to continue with update"))?;
        Ok((originals, targets, adopted))
    }

    async fn perform(
        &self,
        actor: &Actor,
        release: &mut Release,
        originals: &[Target],
        targets: &[Target],
        current: &Release,
        applied: &mut Applied,
    ) -> Result<(), Error> {
        let Options { hooks, .. } = self.options;
        if hooks == Hooks::Run {
            let ran = actor.run_hooks(release, "pre-upgrade", &self.options).await;
            ran.map_err(|error| error.context("pre-upgrade hooks failed"))?;
        }
        let method = release.apply_method.unwrap_or(ApplyMethod::ClientSide);
        let was_client_side =
            current.apply_method.unwrap_or(ApplyMethod::ClientSide) == ApplyMethod::ClientSide;
        let migrates_fields = was_client_side && method == ApplyMethod::ServerSide;
        let apply = Apply { migrates_fields, ..self.options.apply(method) };
        match update(&actor.client, originals, targets, apply).await {
            Ok(done) => *applied = done,
            Err((done, error)) => {
                *applied = done;
                return Err(error);
            }
        }
        actor.wait_for(targets, self.options.goal(), &self.options).await?;
        if hooks == Hooks::Run {
            let ran = actor.run_hooks(release, "post-upgrade", &self.options).await;
            ran.map_err(|error| error.context("post-upgrade hooks failed"))?;
        }
        Ok(())
    }

    /// Records a failure, and cleans up or rolls back as is asked for.
    async fn fail(
        &self,
        actor: &Actor,
        release: &mut Release,
        applied: &Applied,
        error: Error,
    ) -> Error {
        let name = release.name.clone();
        set(release, Status::Failed, bounded(&format!("Upgrade {name:?} failed: {error}")));
        actor.last(actor.record(release)).await;
        if self.options.on_failure == OnFailure::CleanUp && !applied.created.is_empty() {
            let deleted = delete(&actor.client, &applied.created, Propagation::Background).await;
            if let Err(errors) = deleted {
                return Error::Said(format!(
                    "an error occurred while cleaning up resources. original upgrade error: {error}: unable to \
                     cleanup resources: {}",
                    join(&errors, ", ")
                ));
            }
        }
        if self.options.on_failure != OnFailure::RollBack {
            return error;
        }
        self.roll_back(actor, &name, error).await
    }

    async fn roll_back(&self, actor: &Actor, name: &str, error: Error) -> Error {
        let history = match actor.storage.history(name).await {
            Ok(history) => history,
            Err(second) => {
                return Error::Said(format!(
                    "an error occurred while finding last successful release. original upgrade error: {error}: {second}"
                ));
            }
        };
        let ran = |status| matches!(status, Status::Superseded | Status::Deployed);
        let good = history.iter().rev().find(|stored| ran(stored.release.info.status));
        let Some(good) = good else {
            return error.context(
                "unable to find a previously successful release when attempting to rollback. original upgrade error",
            );
        };
        let options = Options {
            on_failure: OnFailure::Keep,
            description: String::new(),
            ..self.options.clone()
        };
        let rollback = Rollback { options, version: good.release.version, ..Rollback::default() };
        let without_stop = Actor { stop: super::Stop::never(), ..actor.clone() };
        match rollback.run(&without_stop, name).await {
            Ok(_) => error.context(format!(
                "release {name} failed, and has been rolled back due to rollback-on-failure being set"
            )),
            Err(second) => Error::Said(format!(
                "an error occurred while rolling back the release. original upgrade error: {error}: {second}"
            )),
        }
    }
}
