//! What is told while objects are waited for.
//!
//! A reporter is called from the task that waits, so it must be quick. What it is given are facts about objects; how they
//! look is for those who print.

use std::time::Duration;

use crate::{ObjectStatus, Target};

/// Is told what happens to objects.
pub trait Reporter: Send + Sync {
    /// An object changed, or one of its pods, or a reason why it is not ready came to light.
    fn object(&self, change: &Change<'_>);

    /// There is something to say about the whole.
    fn say(&self, _text: &str) {}

    /// The wait for these objects begins.
    fn begin(&self, _targets: &[Target]) {}

    /// The wait ended, well or not.
    fn end(&self) {}
}

/// One thing that happened.
#[derive(Debug, Clone)]
pub struct Change<'a> {
    /// since the wait began
    pub elapsed: Duration,
    /// the object that is waited for
    pub target: &'a Target,
    /// what state it is in now
    pub status: &'a ObjectStatus,
    /// whether it is what was waited for
    pub is_done: bool,
    /// whether this is how it was found, before anything happened
    pub is_first: bool,
    /// what came to light, if that is the news
    pub why: Option<&'a Why>,
    /// how many of the objects are done
    pub n_done: usize,
    /// how many objects are waited for
    pub n_total: usize,
}

impl Change<'_> {
    /// Gives the news in one line, such as `12.3s Pod default-0 Pending: FailedScheduling 0/1 nodes are available`, and more
    /// for what a crashed container said. What was ready at once is no news.
    pub fn line(&self) -> Option<String> {
        if self.is_first && self.is_done {
            return None;
        }
        let seconds = self.elapsed.as_secs_f64();
        if let Some(why) = self.why {
            let output = why.output.iter().map(|line| format!("\n    | {line}"));
            return Some(format!("{seconds:.1}s {why}{}", output.collect::<String>()));
        }
        let Target { kind, name, .. } = self.target;
        let ObjectStatus { state, message } = self.status;
        let separator = if message.is_empty() { "" } else { ": " };
        Some(format!("{seconds:.1}s {kind} {name} {state}{separator}{message}"))
    }
}

/// Why an object is not ready: what one of its pods does, or an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    /// the kind of what it is about, such as `Pod`
    pub kind: String,
    /// its name
    pub name: String,
    /// a word for its state, such as `Pending`; empty if it has none
    pub phase: String,
    /// the reason, such as `FailedScheduling`; may be empty
    pub reason: String,
    /// the cluster's sentence
    pub message: String,
    /// what a container that crashed said last, in lines
    pub output: Vec<String>,
}

impl std::fmt::Display for Why {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { kind, name, .. } = self;
        write!(f, "{kind} {name}")?;
        let mut separator = " ";
        for part in [&self.phase, &self.reason, &self.message] {
            if !part.is_empty() {
                write!(f, "{separator}{part}")?;
                separator = if separator == " " { ": " } else { " " };
            }
        }
        Ok(())
    }
}

/// Tells nobody anything.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Reporter for Silent {
    fn object(&self, _change: &Change<'_>) {}
}
