//! What changes between two sets of objects, by object and by field, and what a cluster makes of it.
//!
//! ```
//! use pintle_manifest::diff::{DiffOptions, Document, diff};
//!
//! let old = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 1}\n";
//! let new = "kind: Deployment\napiVersion: apps/v1\nmetadata: {name: web}\nspec: {replicas: 3}\n";
//! let (old, new) = (Document::of("old.yaml", 1, old), Document::of("new.yaml", 1, new));
//! let diff = diff(&[old], &[new], &DiffOptions::default())?;
//! assert_eq!(diff.objects[0].fields[0].path.to_string(), "spec.replicas");
//! assert_eq!(diff.objects[0].effects[0].to_string(), "scales from 1 to 3");
//! # Ok::<(), pintle_manifest::diff::ReadError>(())
//! ```
//!
//! Objects are the same if group, kind, namespace and name are. What a document looks like does not count: order of keys,
//! comments, quotes, line endings of the file, `500m` for `0.5`. Neither does what a server does not tell apart in typed
//! fields: null or an empty list for a field that is not there.
//!
//! Items of lists are told apart as in a server-side apply, by the types of Kubernetes: containers by name, ports by number
//! and protocol. Their order does not count outside of templates of Pods; in one it does, since a template in another order
//! is another template and its Pods are replaced. Lists without such keys keep their order, but for those that are sets in
//! all but name: rules of roles and of network policies, requirements of selectors, access modes.
//!
//! Secrets are masked: data of Secrets, and what keys, names of variables and texts tell to be one.

mod align;
mod compare;
mod effect;
mod lines;
mod objects;
mod reach;
mod report;

pub use effect::{Effect, EffectKind};
pub use lines::{Line, Side, TextChange};
pub use objects::{Document, Origin, ReadError};
pub use report::{Colour, MAX_MARKDOWN, json, markdown, text, text_change};

use pintle_yaml::Value;
use pintle_yaml::secret::{MASK, without_secrets};

use crate::field::{FieldPath, FieldPattern};
use crate::validate::{Identity, Minor};

/// How sets of objects are compared.
#[derive(Debug, Clone)]
pub struct DiffOptions {
    /// the namespace of objects that name none
    pub namespace: String,
    /// fields that are not compared
    pub ignored: Vec<FieldPattern>,
    /// the version of Kubernetes whose types count
    pub minor: Minor,
}

impl Default for DiffOptions {
    fn default() -> Self {
        Self { namespace: "default".to_owned(), ignored: Vec::new(), minor: Minor::NEWEST }
    }
}

/// What changes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Diff {
    /// the objects that change: those of the new side in its order, then those that go
    pub objects: Vec<ObjectDiff>,
    /// how many objects stay as they are
    pub n_same: usize,
}

/// What changes about one object.
#[derive(Debug, Clone, PartialEq)]
pub struct ObjectDiff {
    /// in short
    pub change: Change,
    /// which object it is; on the new side, if it is there
    pub identity: Identity,
    /// when it runs, if it is a hook: `pre-install,pre-upgrade`
    pub hook: Option<String>,
    /// where it stands on the old side
    pub old: Option<Origin>,
    /// where it stands on the new side
    pub new: Option<Origin>,
    /// what a cluster makes of it
    pub effects: Vec<Effect>,
    /// the fields that change, in the order of their text
    pub fields: Vec<FieldChange>,
    /// the object that comes or goes, secrets masked
    pub whole: Option<Value>,
}

/// What happens to an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// it comes
    Added,
    /// it goes
    Removed,
    /// fields change
    Changed,
    /// one goes, and one that is nearly the same comes
    Renamed {
        /// the one that goes
        from: Identity,
    },
}

impl Change {
    /// Gives the word for it: `added`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
            Self::Renamed { .. } => "renamed",
        }
    }
}

/// What changes about a field.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldChange {
    /// which field
    pub path: FieldPath,
    /// how it changes, secrets masked
    pub delta: Delta,
    /// whether its value is a secret
    pub is_secret: bool,
}

/// How a field changes.
#[derive(Debug, Clone, PartialEq)]
pub enum Delta {
    /// it comes
    Added(Value),
    /// it goes
    Removed(Value),
    /// it has another value
    Changed {
        /// the value it had
        old: Value,
        /// the value it has
        new: Value,
    },
    /// it is a text of many lines, some of which change
    Text(TextChange),
    /// its items are in another order
    Reordered {
        /// their names, or their values, in the old order
        old: Vec<String>,
        /// the same in the new order
        new: Vec<String>,
    },
}

impl Diff {
    /// Tells whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    /// Counts the objects that come, go, change and get another name.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts { same: self.n_same, ..Counts::default() };
        for object in &self.objects {
            *match object.change {
                Change::Added => &mut counts.added,
                Change::Removed => &mut counts.removed,
                Change::Changed => &mut counts.changed,
                Change::Renamed { .. } => &mut counts.renamed,
            } += 1;
        }
        counts
    }
}

/// How many objects come, go, change, get another name, and stay.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// come
    pub added: usize,
    /// go
    pub removed: usize,
    /// change
    pub changed: usize,
    /// get another name
    pub renamed: usize,
    /// stay as they are
    pub same: usize,
}

/// Compares two texts line by line; secrets that lines show are masked.
pub fn compare_texts(old: &str, new: &str) -> TextChange {
    lines::compare(old, new, &|text| without_secrets(text, &mut |_| MASK.to_owned()))
}

/// Compares two sets of documents.
///
/// # Errors
///
/// [`ReadError`] for the first document that is no YAML. Documents that are the same on both sides, byte for byte, are
/// not read.
pub fn diff(
    old: &[Document<'_>],
    new: &[Document<'_>],
    options: &DiffOptions,
) -> Result<Diff, ReadError> {
    objects::compare(old, new, options)
}
