//! Kubernetes objects of a render: split rendered files into documents, read their heads, tell hooks from the
//! rest, put both in the order in which a cluster takes them, and say what changes between two sets of them.
//!
//! The documents keep the template's own bytes; nothing is serialised anew.
//!
//! ```
//! use pintle_manifest::{Objects, Rules, SplitRules, INSTALL_ORDER};
//!
//! let rules = Rules { split: SplitRules::LINE_START, order: INSTALL_ORDER, head_type: "util.SimpleHead" };
//! let files = [("c/templates/a.yaml", "kind: Pod\n---\nkind: Namespace\n")];
//! let objects = Objects::sort(files, &rules)?;
//! let kinds: Vec<&str> = objects.manifests.iter().map(|object| object.head.kind.as_str()).collect();
//! assert_eq!(kinds, ["Namespace", "Pod"]);
//! # Ok::<(), pintle_manifest::Error>(())
//! ```

#![cfg_attr(not(test), warn(clippy::disallowed_methods))]

pub mod diff;
pub mod document;
mod error;
mod field;
mod head;
mod hook;
mod object;
mod order;
mod place;
pub mod pod_security;
pub mod snapshot;
mod split;
pub mod typed;
pub mod validate;

pub use error::Error;
pub use field::{FieldPath, FieldPattern, PatternError, Step};
pub use head::Head;
pub use hook::{Hook, HookEvent};
pub use object::{Object, Objects, Rules};
pub use order::{
    INSTALL_ORDER, INSTALL_ORDER_WITHOUT_WEBHOOKS, UNINSTALL_ORDER,
    UNINSTALL_ORDER_WITHOUT_WEBHOOKS, sort_by_kind,
};
pub use split::{SplitRules, split};
