//! Snapshots: what a render comes to as text that is kept, read by people and compared later.
//!
//! A snapshot is YAML: the objects in the order of installation, each under its source and with its keys in order, then
//! the notes. A render that must fail is kept as the words it fails with. Secrets are not kept: a digest in their place
//! tells that they changed, and what varies from render to render is masked.
//!
//! ```
//! use pintle_manifest::diff::Document;
//! use pintle_manifest::snapshot::{Snapshot, SnapshotRules};
//!
//! let rules = SnapshotRules { masks: vec!["metadata.labels.build".parse()?], ..SnapshotRules::default() };
//! let object = "kind: Secret\napiVersion: v1\nmetadata: {name: a, labels: {build: '17'}}\nstringData: {password: x}\n";
//! let text = Snapshot::write(&[Document::of("a.yaml", 1, object)], Some("Ready.\n"), &rules)?;
//! assert_eq!(text, "---\n# Source: a.yaml\napiVersion: v1\nkind: Secret\nmetadata:\n  labels:\n    build: <masked>\n  \
//!     name: a\nstringData:\n  password: <secret 2d711642b726>\n---\nnotes: |\n  Ready.\n");
//! assert_eq!(Snapshot::read("a", &text)?.notes.as_deref(), Some("Ready.\n"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::fmt::Write as _;

use pintle_yaml::secret::without_secrets;
use pintle_yaml::{Location, Map, Value};
use sha2::{Digest, Sha256};

use crate::diff::{Diff, DiffOptions, Document, ReadError, TextChange, compare_texts, diff};
use crate::document::{Document as Tree, Node};
use crate::field::{FieldPattern, Step};
use crate::place::{Schema, shown, with_room};
use crate::validate::{self, Minor};

/// How a snapshot is written.
#[derive(Debug, Clone)]
pub struct SnapshotRules {
    /// fields in whose place [`MASKED`] stands
    pub masks: Vec<FieldPattern>,
    /// what stands in the place of secrets
    pub secrets: Secrets,
    /// the version of Kubernetes whose types count
    pub minor: Minor,
}

impl Default for SnapshotRules {
    fn default() -> Self {
        Self { masks: Vec::new(), secrets: Secrets::Digest, minor: Minor::NEWEST }
    }
}

/// What stands in the place of a masked field.
pub const MASKED: &str = "<masked>";

/// What stands in the place of secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Secrets {
    /// the first digits of a digest, which tell whether they changed: `<secret 2d711642b726>`
    #[default]
    Digest,
    /// `<secret>`
    Masked,
    /// they themselves
    Shown,
}

/// How many digits of a digest are kept.
const DIGITS: usize = 12;

impl Secrets {
    fn replace(self, secret: &str) -> String {
        match self {
            Self::Masked => "<secret>".to_owned(),
            Self::Shown => secret.to_owned(),
            Self::Digest => {
                let mut text = String::from("<secret ");
                for byte in &Sha256::digest(secret)[..DIGITS / 2] {
                    let _ = write!(text, "{byte:02x}");
                }
                text.push('>');
                text
            }
        }
    }
}

/// A snapshot that was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snapshot<'a> {
    /// the objects
    pub documents: Vec<Document<'a>>,
    /// the notes
    pub notes: Option<String>,
    /// the words the render failed with
    pub failure: Option<String>,
}

/// What changes between two snapshots.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SnapshotDiff {
    /// about the objects
    pub objects: Diff,
    /// about the notes
    pub notes: Option<TextChange>,
    /// about the words of a failure; one that comes or goes is a text without the other
    pub failure: Option<TextChange>,
}

impl SnapshotDiff {
    /// Tells whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty() && self.notes.is_none() && self.failure.is_none()
    }
}

impl<'a> Snapshot<'a> {
    /// Writes the snapshot of a render.
    ///
    /// # Errors
    ///
    /// [`ReadError`] for a document that is no YAML.
    pub fn write(
        documents: &[Document<'_>],
        notes: Option<&str>,
        rules: &SnapshotRules,
    ) -> Result<String, ReadError> {
        let mut text = String::new();
        for document in documents {
            let tree = document.read()?;
            if tree.root.is_null() {
                continue;
            }
            let source = document.source.replace(['\n', '\r'], " ");
            let value = rules.value(&tree);
            let yaml = pintle_yaml::to_string(&value).map_err(|error| {
                let location =
                    Location { file: document.source.to_owned(), line: document.line, column: 1 };
                ReadError { location, error }
            })?;
            let _ = write!(text, "---\n# Source: {source}\n{yaml}");
        }
        if let Some(notes) = notes.filter(|notes| !notes.trim().is_empty()) {
            text.push_str("---\n");
            text.push_str(&entry("notes", notes, rules));
        }
        Ok(text)
    }

    /// Writes the snapshot of a render that failed.
    pub fn write_failure(words: &str, rules: &SnapshotRules) -> String {
        format!("---\n{}", entry("failure", words, rules))
    }

    /// Reads a snapshot. Line endings may be those of Windows.
    ///
    /// # Errors
    ///
    /// [`ReadError`] for a document that is no YAML, as an edit by hand may leave it.
    pub fn read(file: &'a str, text: &'a str) -> Result<Self, ReadError> {
        let mut snapshot = Self::default();
        for document in Document::of_file(file, text) {
            let tree = document.read()?;
            let only = match tree.root.entries() {
                [entry] => entry.value.as_str().map(|text| (entry.key.as_ref(), text.to_owned())),
                _ => None,
            };
            match only {
                Some(("notes", notes)) => snapshot.notes = Some(notes),
                Some(("failure", words)) => snapshot.failure = Some(words),
                _ => {
                    let first = document
                        .text
                        .lines()
                        .next()
                        .and_then(|line| line.strip_prefix("# Source: "));
                    let source = first.map_or(file, str::trim_end);
                    // The line of a snapshot is none of the template.
                    snapshot.documents.push(Document { source, line: 0, ..document });
                }
            }
        }
        Ok(snapshot)
    }

    /// Says what changes from this snapshot to another.
    ///
    /// # Errors
    ///
    /// None for snapshots that were read.
    pub fn diff(
        &self,
        new: &Snapshot<'_>,
        options: &DiffOptions,
    ) -> Result<SnapshotDiff, ReadError> {
        let texts = |old: &Option<String>, new: &Option<String>| {
            let text = |side: &Option<String>| side.as_deref().unwrap_or_default().to_owned();
            (old != new).then(|| compare_texts(&text(old), &text(new)))
        };
        Ok(SnapshotDiff {
            objects: diff(&self.documents, &new.documents, options)?,
            notes: texts(&self.notes, &new.notes),
            failure: texts(&self.failure, &new.failure),
        })
    }
}

/// Writes a text under a key, without the secrets that its lines show.
fn entry(key: &str, text: &str, rules: &SnapshotRules) -> String {
    // Blanks at the ends of lines would keep YAML from writing the text line by line, and nobody sees them.
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let mut text = without_secrets(&lines.join("\n"), &mut |secret| rules.secrets.replace(secret));
    text.truncate(text.trim_end().len());
    text.push('\n');
    let map = Map::from_iter([(key, Value::string(text))]);
    // A text can always be written.
    pintle_yaml::to_string(&map.into()).unwrap_or_default()
}

impl SnapshotRules {
    /// Gives a document as it is kept.
    fn value(&self, tree: &Tree<'_>) -> Value {
        let identity = validate::identity(&tree.root);
        let value = self.without_secrets(&tree.root, &identity.api_version, &identity.kind);
        let about = |mask: &&FieldPattern| mask.is_about(&identity.kind, &identity.name);
        let masks: Vec<&FieldPattern> = self.masks.iter().filter(about).collect();
        if masks.is_empty() { value } else { masked(value, &masks, &mut Vec::new()) }
    }

    fn without_secrets(&self, node: &Node<'_>, api_version: &str, kind: &str) -> Value {
        let (schema, place) = Schema::of(self.minor, api_version, kind);
        shown(schema, place, node, &mut |secret| self.secrets.replace(secret))
    }
}

/// Puts masks in the place of fields. Items that have a name are called by it.
fn masked(value: Value, masks: &[&FieldPattern], path: &mut Vec<Step>) -> Value {
    if masks.iter().any(|mask| mask.matches(path)) {
        return Value::string(MASKED);
    }
    let mut within = |step: Step, value: Value| {
        path.push(step);
        let value = with_room(|| masked(value, masks, path));
        path.pop();
        value
    };
    match value {
        Value::Map(map) => map
            .iter()
            .map(|(key, value)| (key.clone(), within(Step::Key(key.to_string()), value.clone())))
            .collect::<Map>()
            .into(),
        Value::List(items) => {
            let item = |(index, item): (usize, &Value)| {
                let name = item.as_map().and_then(|map| map.get("name")).and_then(Value::as_str);
                let step = name.map_or(Step::Index(index), |name| Step::Item(name.to_owned()));
                within(step, item.clone())
            };
            Value::list(items.iter().enumerate().map(item).collect())
        }
        value => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_edited_by_hand_is_compared_by_what_it_means() {
        let stored = "--- \r\n# Source: a.yaml\r\nkind: Pod\r\nmetadata: {name: a}\r\n---\r\nnotes: \"x\\n\"\r\n";
        let fresh = "---\n# Source: a.yaml\nkind: Pod\nmetadata:\n  name: a\n---\nnotes: |\n  x\n";
        let (stored, fresh) =
            (Snapshot::read("s", stored).unwrap(), Snapshot::read("s", fresh).unwrap());
        assert_eq!(stored.documents[0].source, "a.yaml");
        assert!(stored.diff(&fresh, &DiffOptions::default()).unwrap().is_empty());
    }

    #[test]
    fn failures_are_kept_in_their_words_without_secrets() {
        let text =
            Snapshot::write_failure("bad value  \nurl: http://a:b@c/\n", &SnapshotRules::default());
        assert_eq!(text, "---\nfailure: |\n  bad value\n  url: <secret 8b253124745a>\n");
        let stored = Snapshot::read("s", &text).unwrap();
        let change = stored.diff(&Snapshot::default(), &DiffOptions::default()).unwrap();
        assert_eq!(change.failure.unwrap().lines.len(), 2);
    }

    #[test]
    fn what_is_no_yaml_has_a_place() {
        let error = Snapshot::read("s.yaml", "---\na: b\n---\n# c\nd: [e\n").unwrap_err();
        assert!(error.to_string().starts_with("s.yaml:"), "{error}");
    }

    #[test]
    fn masks_reach_items_by_their_names() {
        let masks = vec!["spec.containers[a].env[B].value".parse().unwrap()];
        let rules = SnapshotRules { masks, ..SnapshotRules::default() };
        let pod = "kind: Pod\nspec: {containers: [{name: a, env: [{name: B, value: x}, {name: C, value: x}]}]}\n";
        let text = Snapshot::write(&[Document::of("a", 1, pod)], None, &rules).unwrap();
        assert_eq!(text.matches(MASKED).count(), 1, "{text}");
    }
}
