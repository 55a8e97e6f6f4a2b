//! Running the tests of a release: hooks of the event `test`.
//!
//! Source: `pkg/action/release_testing.go`, Helm v4.

use super::hooks::order;
use super::{Actor, Options};
use crate::Error;
use crate::release::{Hook, Release};

/// Runs the tests of a release.
#[derive(Debug, Clone, Default)]
pub struct Test {
    /// what all actions have
    pub options: Options,
    /// which tests run
    pub filter: Filter,
}

/// Which tests run, by their names.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// only these, if there are any
    pub include: Vec<String>,
    /// not these
    pub exclude: Vec<String>,
}

impl Filter {
    /// Tells whether a hook is one of those that run.
    pub fn takes(&self, hook: &Hook) -> bool {
        let is_in = |names: &[String]| names.contains(&hook.name);
        !is_in(&self.exclude) && (self.include.is_empty() || is_in(&self.include))
    }
}

impl Test {
    /// Runs the tests, calls `meanwhile` when they are done and still there, and cleans up after them.
    ///
    /// # Errors
    ///
    /// With the error of a test that failed comes the release, with what became of each.
    pub async fn run<F: Future<Output = ()>>(
        &self,
        actor: &Actor,
        name: &str,
        meanwhile: impl FnOnce(Release, Option<String>) -> F,
    ) -> Result<(), Error> {
        let mut release = actor.storage.last(name).await?.release;
        let hooks = std::mem::take(&mut release.hooks);
        let (run, skipped): (Vec<Hook>, Vec<Hook>) =
            hooks.into_iter().partition(|hook| self.filter.takes(hook));
        release.hooks = run;
        let places = order(&release.hooks, "test");
        let work = async {
            let result = actor.run_hooks_only(&mut release, "test", &self.options).await;
            (result, release)
        };
        let (result, mut release) = tokio::select! {
            done = work => done,
            () = actor.stop.come() => return Err(Error::Canceled),
        };
        let n_skipped = skipped.len();
        release.hooks.splice(0..0, skipped);
        actor.record(&release).await;
        let failed = result.as_ref().err().map(|(_, error)| error.to_string());
        meanwhile(release.clone(), failed).await;
        release.hooks.drain(..n_skipped);
        actor.clean_hooks(&release, &places, &result, &self.options).await?;
        result.map_err(|(_, error)| error)
    }
}
