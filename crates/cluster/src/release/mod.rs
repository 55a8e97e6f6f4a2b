//! Releases as Helm records them.
//!
//! A record is one revision of one release: what was rendered, of what, and what became of it. Helm and this program read
//! and write the same records, so each may go on where the other stopped.
//!
//! Source: `pkg/release/v1` in Helm v4; Helm v3's are the same but for `apply_method` and `rollback_revision`.

mod encode;
mod holder;
mod memory;
mod parts;
mod storage;
mod time;
mod wire;
mod write;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value as Json};

pub use encode::{MAX_JSON, decode, encode};
pub use holder::{HOLDER, Holder, RENEWED};
pub use memory::Memory;
pub use storage::{Driver, Listing, MAX_DATA, SYSTEM_LABELS, Storage, Stored};
pub use time::Time;
pub(crate) use wire::escape;

/// One revision of a release.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Release {
    /// its name
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// what became of it
    #[serde(default)]
    pub info: Info,
    /// the chart, as Helm writes it; several revisions share one
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chart: Option<Arc<RawValue>>,
    /// the user's values
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub config: Option<Map<String, Json>>,
    /// the objects that are no hooks
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub manifest: String,
    /// the hooks
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hooks: Vec<Hook>,
    /// the revision, from 1
    #[serde(default)]
    pub version: u32,
    /// the namespace
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub namespace: String,
    /// how objects were applied; empty is [`ApplyMethod::ClientSide`]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub apply_method: Option<ApplyMethod>,
    /// the user's labels, which stand beside the record, not in it
    #[serde(skip)]
    pub labels: BTreeMap<String, String>,
}

/// Tells whether there are no values: Go writes an empty map as little as none.
#[expect(clippy::ref_option, reason = "serde gives a reference")]
fn is_nothing(config: &Option<Map<String, Json>>) -> bool {
    config.as_ref().is_none_or(Map::is_empty)
}

/// How the objects of a release reach the cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ApplyMethod {
    /// the client compares old, new and live
    #[serde(rename = "csa")]
    ClientSide,
    /// the server merges, and knows who owns which field
    #[serde(rename = "ssa")]
    ServerSide,
}

/// What became of a release.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Info {
    /// when its first revision was made
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "time::maybe")]
    pub first_deployed: Option<Time>,
    /// when this revision was made
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "time::maybe")]
    pub last_deployed: Option<Time>,
    /// when it was uninstalled
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "time::maybe")]
    pub deleted: Option<Time>,
    /// a sentence for people
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// the state
    pub status: Status,
    /// the revision that a rollback went back to; 0 for none
    #[serde(skip_serializing_if = "is_zero")]
    pub rollback_revision: u32,
    /// the rendered `NOTES.txt`
    #[serde(skip_serializing_if = "String::is_empty")]
    pub notes: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// The state of a revision.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// it is what runs
    Deployed,
    /// it was removed, and its record kept
    Uninstalled,
    /// a later revision runs
    Superseded,
    /// it did not come to be
    Failed,
    /// it is being removed
    Uninstalling,
    /// it is being installed
    PendingInstall,
    /// it is being upgraded to
    PendingUpgrade,
    /// it is being rolled back to
    PendingRollback,
    /// nothing is known
    #[default]
    #[serde(other)]
    Unknown,
}

impl Status {
    /// Gives Helm's word, such as `pending-install`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Deployed => "deployed",
            Self::Uninstalled => "uninstalled",
            Self::Superseded => "superseded",
            Self::Failed => "failed",
            Self::Uninstalling => "uninstalling",
            Self::PendingInstall => "pending-install",
            Self::PendingUpgrade => "pending-upgrade",
            Self::PendingRollback => "pending-rollback",
        }
    }

    /// Tells whether something is under way that makes a revision.
    pub fn is_pending(self) -> bool {
        matches!(self, Self::PendingInstall | Self::PendingUpgrade | Self::PendingRollback)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An object that runs at points of a release's life.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Hook {
    /// the object's name
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// the object's kind
    #[serde(skip_serializing_if = "String::is_empty")]
    pub kind: String,
    /// the template it came from
    #[serde(skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// the object
    #[serde(skip_serializing_if = "String::is_empty")]
    pub manifest: String,
    /// when it runs, such as `pre-install`
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<String>,
    /// its last run
    pub last_run: HookExecution,
    /// the order among hooks of one event
    #[serde(skip_serializing_if = "is_no_weight")]
    pub weight: i64,
    /// when it is deleted, such as `before-hook-creation`
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub delete_policies: Vec<String>,
    /// when its logs are shown, such as `hook-failed`
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub output_log_policies: Vec<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_no_weight(number: &i64) -> bool {
    *number == 0
}

/// One run of a hook.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct HookExecution {
    /// when it began
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "time::maybe")]
    pub started_at: Option<Time>,
    /// when it ended
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "time::maybe")]
    pub completed_at: Option<Time>,
    /// how it went: empty, `Unknown`, `Running`, `Succeeded` or `Failed`
    pub phase: String,
}
