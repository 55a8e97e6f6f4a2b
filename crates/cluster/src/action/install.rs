//! Installing a release: its first revision.
//!
//! Source: `pkg/action/install.go`, Helm v4.

use super::recover::is_interrupted;
use super::{Actor, Hooks, OnFailure, Options, Uninstall, bounded, optional, owner, set};
use crate::apply::{Apply, Change, Propagation, create, update};
use crate::object::{build, documents};
use crate::ownership::{Adoption, find_existing, mark};
use crate::release::{ApplyMethod, Release, Status, Storage};
use crate::{Client, Error, Target};

/// What Helm says of a name that has a release.
const NAME_IN_USE: &str = "cannot reuse a name that is still in use";

/// Makes the first revision of a release.
#[derive(Debug, Clone, Default)]
pub struct Install {
    /// what all actions have
    pub options: Options,
    /// whether the namespace is made: `--create-namespace`
    pub creates_namespace: bool,
    /// whether an uninstalled or failed release of the name may be there: `--replace`
    pub replaces: bool,
    /// whether objects of others are taken over: `--take-ownership`
    pub takes_ownership: bool,
}

/// Creates the definitions of a chart's `crds/` that are not there, and waits until their kinds are served.
///
/// Each file is its path and its text. Definitions that are there stay as they are.
///
/// # Errors
///
/// Helm's words, with the file.
pub async fn install_definitions(
    client: &Client,
    files: &[(&str, &str)],
    apply: Apply,
) -> Result<(), Error> {
    for (path, text) in files {
        let failed = |error: Error| error.context(format!("failed to install CRD {path}"));
        if documents(text).map_err(failed)?.is_empty() {
            return Err(failed(Error::Said("resources are empty".to_owned())));
        }
        let targets = build(client, text, "").await.map_err(failed)?;
        let mut missing = Vec::new();
        for target in targets {
            if client.find::<serde_json::Value>(&target.path()).await.map_err(failed)?.is_none() {
                missing.push(target);
            }
        }
        match create(client, &missing, apply).await {
            Err(error) if !error.is_already_exists() => return Err(failed(error)),
            _ => {}
        }
    }
    Ok(())
}

impl Install {
    /// Checks that a release of the name may be made, and undoes what an install whose process is gone left of one.
    ///
    /// # Errors
    ///
    /// Helm's words.
    pub async fn check_name(&self, actor: &Actor, name: &str) -> Result<(), Error> {
        let Some((last, interrupted)) = actor.settle(name).await? else { return Ok(()) };
        let history = actor.storage.history(name).await?;
        let is_leftover = history.iter().all(|stored| is_interrupted(&stored.release))
            || interrupted.is_some_and(|it| it.was == Status::Uninstalling);
        if is_leftover {
            let mut options = self.options.clone();
            options.hooks = Hooks::Skip;
            let undo = Uninstall { options, ..Uninstall::default() };
            undo.run(actor, name).await?;
            return Ok(());
        }
        let status = last.release.info.status;
        if self.replaces && matches!(status, Status::Uninstalled | Status::Failed) {
            return Ok(());
        }
        Err(Error::Said(NAME_IN_USE.to_owned()))
    }

    /// Installs a release whose content is rendered; its status and times are set here.
    ///
    /// # Errors
    ///
    /// With the error comes the release as it was recorded, if it was.
    pub async fn run(
        &self,
        actor: &Actor,
        mut release: Release,
    ) -> Result<Release, (Option<Box<Release>>, Error)> {
        let early = |error| (None, error);
        set(&mut release, Status::PendingInstall, "Initial install underway");
        let mut targets = self.targets(actor, &release).await.map_err(early)?;
        mark(&mut targets, owner(&release));
        let adopted = self.adopted(actor, &release, &targets).await.map_err(early)?;
        if self.creates_namespace {
            create_namespace(&actor.client, &release.namespace).await.map_err(early)?;
        }
        if self.replaces {
            supersede_last(&actor.storage, &mut release).await.map_err(early)?;
        }
        actor.begin(&release).await.map_err(|error| (Some(Box::new(release.clone())), error))?;
        let (name, version) = (release.name.clone(), release.version);
        let work = self.perform(actor, &mut release, &targets, &adopted);
        match actor.hold(&name, version, work).await {
            Ok(()) => {
                let words = self.options.described("Install complete");
                set(&mut release, Status::Deployed, bounded(&words));
                actor.record(&release).await;
                Ok(release)
            }
            Err(error) => {
                let error = self.fail(actor, &mut release, error).await;
                Err((Some(Box::new(release)), error))
            }
        }
    }

    /// Gives the objects of a release, ready to be sent.
    async fn targets(&self, actor: &Actor, release: &Release) -> Result<Vec<Target>, Error> {
        build(&actor.client, &release.manifest, &release.namespace).await.map_err(|error| {
            error.context("unable to build kubernetes objects from release manifest")
        })
    }

    async fn adopted(
        &self,
        actor: &Actor,
        release: &Release,
        targets: &[Target],
    ) -> Result<Vec<Target>, Error> {
        let adoption = if self.takes_ownership { Adoption::Any } else { Adoption::OwnOnly };
        let all: Vec<&Target> = targets.iter().collect();
        find_existing(&actor.client, &all, owner(release), adoption)
            .await
            .map_err(|error| error.context("unable to continue with install"))
    }

    /// Checks what an install would meet, and makes nothing: `--dry-run=server`.
    ///
    /// # Errors
    ///
    /// As [`Install::run`] before it records anything.
    pub async fn check(&self, actor: &Actor, release: &Release) -> Result<Vec<Target>, Error> {
        let mut targets = self.targets(actor, release).await?;
        mark(&mut targets, owner(release));
        self.adopted(actor, release, &targets).await?;
        Ok(targets)
    }

    async fn perform(
        &self,
        actor: &Actor,
        release: &mut Release,
        targets: &[Target],
        adopted: &[Target],
    ) -> Result<(), Error> {
        let Options { hooks, .. } = self.options;
        if hooks == Hooks::Run {
            let ran = actor.run_hooks(release, "pre-install", &self.options).await;
            ran.map_err(|error| error.context("failed pre-install"))?;
        }
        let apply = self.options.apply(release.apply_method.unwrap_or(ApplyMethod::ClientSide));
        if adopted.is_empty() {
            // Objects that came since they were looked for are not ours to take fields of.
            let apply = Apply { change: Change::Merge, ..apply };
            create(&actor.client, targets, apply).await?;
        } else {
            let apply = Apply { migrates_fields: true, ..apply };
            let updated = update(&actor.client, adopted, targets, apply).await;
            updated.map_err(|(_, error)| error)?;
        }
        actor.wait_for(targets, self.options.goal(), &self.options).await?;
        if hooks == Hooks::Run {
            let ran = actor.run_hooks(release, "post-install", &self.options).await;
            ran.map_err(|error| error.context("failed post-install"))?;
        }
        Ok(())
    }

    /// Records a failure, or undoes the install if that is asked for.
    async fn fail(&self, actor: &Actor, release: &mut Release, error: Error) -> Error {
        let name = release.name.clone();
        set(release, Status::Failed, bounded(&format!("Release {name:?} failed: {error}")));
        if self.options.on_failure != OnFailure::RollBack {
            if actor.last(actor.record(release)).await.is_none() {
                actor.reporter.say("the release's failure could not be recorded in time");
            }
            return error;
        }
        let options = Options { on_failure: OnFailure::Keep, ..self.options.clone() };
        let undo =
            Uninstall { options, propagation: Propagation::Background, ..Uninstall::default() };
        let without_stop = Actor { stop: super::Stop::never(), ..actor.clone() };
        match undo.run(&without_stop, &name).await {
            Ok(_) => error.context(format!(
                "release {name} failed, and has been uninstalled due to rollback-on-failure being set"
            )),
            Err(second) => Error::Said(format!(
                "an error occurred while uninstalling the release. original install error: {error}: {second}"
            )),
        }
    }
}

/// Makes a namespace, unless it is there.
async fn create_namespace(client: &Client, name: &str) -> Result<(), Error> {
    let namespace = serde_json::json!({
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": name, "labels": {"name": name}},
    });
    let discovery = client.discovery().await?;
    let target = Target::new(namespace, "", &discovery)?;
    match create(client, std::slice::from_ref(&target), Apply::default()).await {
        Err(error) if !error.is_already_exists() => Err(error),
        _ => Ok(()),
    }
}

/// Numbers a release behind the last of its name, which it replaces.
async fn supersede_last(storage: &Storage, release: &mut Release) -> Result<(), Error> {
    let Some(last) = optional(storage.last(&release.name).await)? else { return Ok(()) };
    let mut last = last.release;
    release.version = last.version + 1;
    if last.info.status == Status::Failed {
        return Ok(());
    }
    set(&mut last, Status::Superseded, "superseded by new release");
    storage.update(&last, None).await.map(drop)
}
