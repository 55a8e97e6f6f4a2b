//! Waits until many objects are what they should be, without asking again and again.
//!
//! Each object is asked for once. What is not ready then is watched: one watch per kind and namespace, narrowed where
//! labels or a single name allow. While something is not ready, pods and events of its namespace tell why. Where watching
//! is forbidden, objects are asked for every two seconds. Everything runs inside the future: dropping it ends it all.
//!
//! Source: `pkg/kube/statuswait.go` and `pkg/kube/wait.go` in Helm v4, whose words the errors are.

mod group;
mod rules;
mod run;
mod why;

use std::time::Duration;

use crate::progress::{Reporter, Why};
use crate::{Client, Error, ObjectStatus, Target};

/// How long is waited if nobody says how long.
///
/// Source: `DefaultStatusWatcherTimeout` in `pkg/kube/statuswait.go`.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

/// What objects should become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goal {
    /// ready; jobs have only to begin
    Ready,
    /// ready, and jobs done
    ReadyWithJobs,
    /// what a hook should become: jobs and pods ended well, all else is there
    HookDone,
    /// not there any more
    Gone,
}

/// What counts as ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strategy {
    /// what kstatus says, as Helm 4
    Watcher,
    /// what Helm 3 said
    Legacy,
    /// hooks as [`Strategy::Watcher`]; all else is not waited for
    HookOnly,
}

/// Waits until objects are what they should be, or `timeout` has passed.
///
/// `timeout` counts from the call. Zero is 30 s, and no end with [`Strategy::Legacy`]. An object that failed is not waited
/// for any longer, but the others are.
///
/// # Errors
///
/// [`Error::Waited`] in Helm's words, which names the objects that are not what they should be, in the order of `targets`;
/// and what the API server says to who may not read them.
pub async fn wait(
    client: &Client,
    targets: &[Target],
    goal: Goal,
    strategy: Strategy,
    timeout: Duration,
    reporter: &dyn Reporter,
) -> Result<(), Error> {
    let strategy = match (strategy, goal) {
        (Strategy::HookOnly, Goal::HookDone) => Strategy::Watcher,
        (Strategy::HookOnly, _) => return Ok(()),
        (strategy, _) => strategy,
    };
    let timeout = match strategy {
        _ if !timeout.is_zero() => Some(timeout),
        Strategy::Legacy => None,
        _ => Some(DEFAULT_TIMEOUT),
    };
    let rules = rules::Rules { goal, is_legacy: strategy == Strategy::Legacy };
    let waited: Vec<_> = targets.iter().filter(|target| rules.concern(target)).collect();
    if waited.is_empty() {
        return Ok(());
    }
    reporter.begin(targets);
    let _end = End(reporter);
    run::Run::new(client, &waited, rules, timeout, reporter).finish().await
}

/// Tells a reporter that the wait ended, also if the future is dropped.
struct End<'a>(&'a dyn Reporter);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// The objects that did not become what was waited for.
#[derive(Debug, Clone, PartialEq)]
pub struct Unready {
    /// Helm's words
    pub text: String,
    /// whether time ran out; else something failed for good
    pub has_timed_out: bool,
    /// the objects, in the order they were given
    pub objects: Vec<UnreadyObject>,
}

/// An object that did not become what was waited for.
#[derive(Debug, Clone, PartialEq)]
pub struct UnreadyObject {
    /// its kind
    pub kind: String,
    /// its namespace, if its kind has one
    pub namespace: Option<String>,
    /// its name
    pub name: String,
    /// what state it is in
    pub status: ObjectStatus,
    /// what its pods do, and what events say of it and of them, the newest last
    pub whys: Vec<Why>,
}

impl std::fmt::Display for Unready {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl Unready {
    /// Gives why, in lines: each object with what is known of it.
    pub fn help(&self) -> Option<String> {
        let mut lines = Vec::new();
        for object in &self.objects {
            if object.whys.is_empty() {
                continue;
            }
            let ObjectStatus { state, message } = &object.status;
            let separator = if message.is_empty() { "" } else { ": " };
            lines.push(format!("{} {} {state}{separator}{message}", object.kind, object.name));
            for why in &object.whys {
                lines.push(format!("  {why}"));
                lines.extend(why.output.iter().map(|line| format!("    | {line}")));
            }
        }
        (!lines.is_empty()).then(|| lines.join("\n"))
    }
}
