//! Hooks: objects that run at a point of a release's life, one after the other, and are waited for.
//!
//! Source: `pkg/action/hooks.go`, Helm v4.

use super::{Actor, Options};
use crate::apply::{Propagation, create, delete};
use crate::object::build;
use crate::release::{ApplyMethod, Hook, Release, Time};
use crate::wait::Goal;
use crate::{Error, logs};

const BEFORE_CREATION: &str = "before-hook-creation";
const SUCCEEDED: &str = "hook-succeeded";
const FAILED: &str = "hook-failed";

/// Gives the places of the hooks of an event, in the order in which they run.
pub(super) fn order(hooks: &[Hook], event: &str) -> Vec<usize> {
    let is_of = |hook: &Hook| hook.events.iter().any(|known| known == event);
    let mut places: Vec<usize> = (0..hooks.len()).filter(|n| is_of(&hooks[*n])).collect();
    places.sort_by(|a, b| {
        let key = |n: usize| (hooks[n].weight, hooks[n].name.as_str());
        key(*a).cmp(&key(*b))
    });
    places
}

impl Actor {
    /// Runs the hooks of an event and deletes those whose policy says so.
    ///
    /// # Errors
    ///
    /// That of the first hook that fails; those after it do not run.
    pub(super) async fn run_hooks(
        &self,
        release: &mut Release,
        event: &str,
        options: &Options,
    ) -> Result<(), Error> {
        let places = order(&release.hooks, event);
        let result = self.run_hooks_only(release, event, options).await;
        self.clean_hooks(release, &places, &result, options).await?;
        result.map_err(|(_, error)| error)
    }

    /// Runs the hooks of an event, and leaves them. An error names the place of the hook that failed among those.
    pub(super) async fn run_hooks_only(
        &self,
        release: &mut Release,
        event: &str,
        options: &Options,
    ) -> Result<(), (Option<usize>, Error)> {
        for (n, place) in order(&release.hooks, event).into_iter().enumerate() {
            if release.hooks[place].delete_policies.is_empty() {
                release.hooks[place].delete_policies.push(BEFORE_CREATION.to_owned());
            }
            let hook = release.hooks[place].clone();
            let before = self.delete_hook(release, &hook, BEFORE_CREATION, options).await;
            before.map_err(|error| (None, error))?;
            let targets = build(&self.client, &hook.manifest, &release.namespace).await;
            let targets = targets.map_err(|error| {
                let text =
                    format!("unable to build kubernetes object for {event} hook {}", hook.path);
                (None, error.context(text))
            })?;
            let run = &mut release.hooks[place].last_run;
            (run.started_at, run.completed_at) = (Some(Time::now()), None);
            "Running".clone_into(&mut run.phase);
            self.note(release).await;
            "Unknown".clone_into(&mut release.hooks[place].last_run.phase);
            let method = release.apply_method.unwrap_or(ApplyMethod::ClientSide);
            let created = create(&self.client, &targets, options.apply(method)).await;
            let done = match created {
                Ok(()) => self
                    .wait_for(&targets, Goal::HookDone, options)
                    .await
                    .map_err(|error| (Some(n), error)),
                Err(error) => {
                    let text = format!("warning: Hook {event} {} failed", hook.path);
                    Err((None, error.context(text)))
                }
            };
            let run = &mut release.hooks[place].last_run;
            run.completed_at = Some(Time::now());
            let phase = if done.is_ok() { "Succeeded" } else { "Failed" };
            phase.clone_into(&mut run.phase);
            done?;
        }
        Ok(())
    }

    /// Shows the logs of hooks that ran, and deletes them, as their policies say.
    pub(super) async fn clean_hooks(
        &self,
        release: &Release,
        places: &[usize],
        result: &Result<(), (Option<usize>, Error)>,
        options: &Options,
    ) -> Result<(), Error> {
        let hook = |n: usize| &release.hooks[places[n]];
        match result {
            Ok(()) => {
                for n in (0..places.len()).rev() {
                    self.show_logs(release, hook(n), SUCCEEDED).await;
                    self.delete_hook(release, hook(n), SUCCEEDED, options).await?;
                }
            }
            Err((Some(failed), _)) => {
                self.show_logs(release, hook(*failed), FAILED).await;
                if let Err(error) = self.delete_hook(release, hook(*failed), FAILED, options).await
                {
                    self.reporter
                        .say(&format!("error deleting the hook resource on hook failure: {error}"));
                }
                for n in 0..*failed {
                    self.delete_hook(release, hook(n), SUCCEEDED, options).await?;
                }
            }
            Err((None, _)) => {}
        }
        Ok(())
    }

    async fn delete_hook(
        &self,
        release: &Release,
        hook: &Hook,
        policy: &str,
        options: &Options,
    ) -> Result<(), Error> {
        // A definition that goes takes all objects of its kind with it.
        let has_policy = hook.delete_policies.iter().any(|known| known == policy);
        if hook.kind == "CustomResourceDefinition" || !has_policy {
            return Ok(());
        }
        let targets = build(&self.client, &hook.manifest, &release.namespace).await;
        let targets = targets.map_err(|error| {
            let text = format!("unable to build kubernetes object for deleting hook {}", hook.path);
            error.context(text)
        })?;
        let deleted = delete(&self.client, &targets, Propagation::Background).await;
        deleted.map_err(|errors| Error::Said(crate::error::join(&errors, "; ")))?;
        self.wait_for(&targets, Goal::Gone, options).await
    }

    /// Shows the logs of a hook's containers, if its policy says so. What cannot be shown is told, and no error.
    async fn show_logs(&self, release: &Release, hook: &Hook, policy: &str) {
        if !hook.output_log_policies.iter().any(|known| known == policy) {
            return;
        }
        let selector = match hook.kind.as_str() {
            "Job" => format!("labelSelector=job-name%3D{}", hook.name),
            "Pod" => format!("fieldSelector=metadata.name%3D{}", hook.name),
            _ => return,
        };
        let namespace = namespace_of(hook).unwrap_or_else(|| release.namespace.clone());
        let shown = logs::show(&self.client, &namespace, &selector, &*self.reporter).await;
        if let Err(error) = shown {
            self.reporter.say(&format!("error outputting logs for hook failure: {error}"));
        }
    }
}

fn namespace_of(hook: &Hook) -> Option<String> {
    let objects = crate::object::documents(&hook.manifest).ok()?;
    let namespace = objects.first()?["metadata"]["namespace"].as_str()?;
    (!namespace.is_empty()).then(|| namespace.to_owned())
}
