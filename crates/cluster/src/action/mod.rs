//! What is done with releases: install, upgrade, roll back, uninstall, test.
//!
//! Each step is recorded before it is done, with the one who does it, so that whoever comes after a process that was killed
//! finds what to finish or to undo.
//!
//! Source: `pkg/action`, Helm v4.

mod hooks;
mod install;
mod recover;
mod rollback;
mod test;
mod uninstall;
mod upgrade;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::sleep;

pub use install::{Install, install_definitions};
pub use recover::Interrupted;
pub use rollback::Rollback;
pub use test::{Filter, Test};
pub use uninstall::{KindOrder, Uninstall, Uninstalled};
pub use upgrade::{Base, Upgrade};

use crate::apply::{Apply, Change, Validation};
use crate::lease::{self, RENEWAL};
use crate::ownership::Owner;
use crate::progress::Reporter;
use crate::release::{ApplyMethod, Holder, Release, Status, Storage, Stored};
use crate::wait::{Goal, Strategy, wait};
use crate::{Client, Error, Target};

/// How long a last record may take to be written when the caller wants to stop.
const FAREWELL: Duration = Duration::from_secs(5);

/// The longest description of a revision, in characters. Source: `MaxDescriptionLength` in Helm v4.
pub const MAX_DESCRIPTION: usize = 512;

/// Whether hooks run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Hooks {
    /// they do
    #[default]
    Run,
    /// they do not: `--no-hooks`
    Skip,
}

/// What an action does when it fails.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OnFailure {
    /// what is there stays, and the record says so
    #[default]
    Keep,
    /// objects that the action made are deleted: `--cleanup-on-fail`
    CleanUp,
    /// all goes back to what ran before: `--rollback-on-failure`
    RollBack,
}

/// What actions have in common.
#[derive(Debug, Clone)]
pub struct Options {
    /// whether hooks run
    pub hooks: Hooks,
    /// how readiness is told
    pub strategy: Strategy,
    /// whether Jobs are waited for, too
    pub waits_for_jobs: bool,
    /// how long each thing that is waited for may take
    pub timeout: Duration,
    /// what is done to objects that are there
    pub change: Change,
    /// whether the server refuses fields that it does not know
    pub validation: Validation,
    /// what a failure leads to
    pub on_failure: OnFailure,
    /// the sentence that the record gets in place of Helm's
    pub description: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            hooks: Hooks::Run,
            strategy: Strategy::HookOnly,
            waits_for_jobs: false,
            timeout: Duration::from_mins(5),
            change: Change::Merge,
            validation: Validation::Strict,
            on_failure: OnFailure::Keep,
            description: String::new(),
        }
    }
}

impl Options {
    fn apply(&self, method: ApplyMethod) -> Apply {
        Apply { method, change: self.change, validation: self.validation, ..Apply::default() }
    }

    fn goal(&self) -> Goal {
        if self.waits_for_jobs { Goal::ReadyWithJobs } else { Goal::Ready }
    }

    fn described(&self, words: impl Into<String>) -> String {
        if self.description.is_empty() { words.into() } else { self.description.clone() }
    }
}

/// Tells actions when their caller wants them to end.
#[derive(Debug, Clone)]
pub struct Stop(Option<watch::Receiver<bool>>);

impl Stop {
    /// Gives one that never comes.
    pub fn never() -> Self {
        Self(None)
    }

    /// Gives one that comes when `true` is sent.
    pub fn on(receiver: watch::Receiver<bool>) -> Self {
        Self(Some(receiver))
    }

    async fn come(&self) {
        let Some(mut receiver) = self.0.clone() else { return std::future::pending().await };
        if receiver.wait_for(|stop| *stop).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Does things with the releases of one namespace.
#[derive(Clone)]
pub struct Actor {
    /// the cluster
    pub client: Client,
    /// the records
    pub storage: Storage,
    /// who is told what happens
    pub reporter: Arc<dyn Reporter>,
    /// when to end
    pub stop: Stop,
    holder: Arc<str>,
}

impl std::fmt::Debug for Actor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Actor").field("client", &self.client).finish_non_exhaustive()
    }
}

impl Actor {
    /// Makes one of its parts.
    pub fn new(client: Client, storage: Storage, reporter: Arc<dyn Reporter>, stop: Stop) -> Self {
        Self { client, storage, reporter, stop, holder: lease::identity().into() }
    }

    fn holder(&self) -> Holder {
        Holder::now(&*self.holder)
    }

    /// Gives the last revision of a release, if there is any.
    async fn find_last(&self, name: &str) -> Result<Option<Stored>, Error> {
        optional(self.storage.last(name).await)
    }

    /// Writes a first record, as one who works on it.
    async fn begin(&self, release: &Release) -> Result<(), Error> {
        self.storage.create(release, Some(&self.holder())).await.map(drop)
    }

    /// Writes what became of a release, and lets go of it. A failure is told, and no reason to fail.
    async fn record(&self, release: &Release) {
        if let Err(error) = self.storage.update(release, None).await {
            self.reporter.say(&format!("failed to record the release: {error}"));
        }
    }

    /// Writes how far a release is, and keeps hold of it.
    async fn note(&self, release: &Release) {
        if let Err(error) = self.storage.update(release, Some(&self.holder())).await {
            self.reporter.say(&format!("failed to record the release: {error}"));
        }
    }

    /// Does something while this process holds a release: it renews, and ends if the caller wants it, or another took over.
    async fn hold<T>(
        &self,
        name: &str,
        version: u32,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let renewing = async {
            loop {
                sleep(RENEWAL).await;
                let renewed = self.storage.renew(name, version, &self.holder()).await;
                // Whoever deletes or takes the record over is the one who works on it now.
                if renewed.is_ok_and(|is_ours| !is_ours) {
                    let text = format!("another process took over revision {version} of {name}");
                    return Error::Said(text);
                }
            }
        };
        tokio::select! {
            biased;
            result = work => result,
            () = self.stop.come() => Err(Error::Canceled),
            error = renewing => Err(error),
        }
    }

    /// Does something last, in bounded time: the caller may be waiting for the end.
    async fn last<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::time::timeout(FAREWELL, work).await.ok()
    }

    async fn wait_for(
        &self,
        targets: &[Target],
        goal: Goal,
        options: &Options,
    ) -> Result<(), Error> {
        wait(&self.client, targets, goal, options.strategy, options.timeout, &*self.reporter).await
    }
}

/// Takes a record that is not there for nothing.
fn optional(result: Result<Stored, Error>) -> Result<Option<Stored>, Error> {
    match result {
        Ok(stored) => Ok(Some(stored)),
        Err(Error::ReleaseNotFound | Error::NoDeployedReleases(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Gives all revisions of a release that are deployed; there may be none.
async fn deployed_all(actor: &Actor, name: &str) -> Result<Vec<Stored>, Error> {
    match actor.storage.deployed_all(name).await {
        Err(Error::ReleaseNotFound | Error::NoDeployedReleases(_)) => Ok(Vec::new()),
        result => result,
    }
}

fn owner(release: &Release) -> Owner<'_> {
    Owner { name: &release.name, namespace: &release.namespace }
}

/// Sets what became of a release.
fn set(release: &mut Release, status: Status, description: impl Into<String>) {
    release.info.status = status;
    release.info.description = description.into();
}

/// Shortens a description to what Helm takes.
fn bounded(text: &str) -> String {
    text.chars().take(MAX_DESCRIPTION).collect()
}
