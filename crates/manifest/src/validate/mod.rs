//! Whether a cluster takes objects: what an API server checks when it creates them, without one.
//!
//! ```
//! use pintle_manifest::validate::{Minor, Validator};
//!
//! let text = "apiVersion: v1\nkind: Service\nmetadata: {name: Web}\nspec: {prots: []}\n";
//! let inspected = Validator::new(Minor::near(34)).inspect(text);
//! let found: Vec<String> = inspected[0].findings.iter().map(ToString::to_string).collect();
//! assert_eq!(found[0], "spec.prots: unknown field \"spec.prots\"; did you mean \"ports\"?");
//! ```
//!
//! An object goes through `decode` (its fields and their types, from `types`), `meta` (its metadata) and the rules of
//! its kind (`rules`); texts are Kubernetes' own.

pub(crate) mod at;
mod cel;
mod custom;
mod decode;
mod finding;
mod ip;
mod lifecycle;
mod meta;
mod names;
pub mod quantity;
pub mod release;
mod rules;
mod seen;
mod time;
pub(crate) mod types;

pub use custom::{DefinitionError, Definitions};
pub use finding::{CODES, Code, Finding, Severity};
pub use types::Minor;

use std::sync::Arc;

use at::{At, Check};
use release::{Member, Target};
use types::Types;

use crate::document::{Content, Document, Node, key_at};

/// Judges objects as an API server of one version does.
#[derive(Debug, Clone)]
pub struct Validator {
    minor: Minor,
    definitions: Arc<Definitions>,
}

/// An object that was judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspected {
    /// which object it is
    pub identity: Identity,
    /// whether its kind is known; of another only the metadata is judged
    pub is_known: bool,
    /// what is wrong with it, in the order in which it was found
    pub findings: Vec<Finding>,
}

/// What names an object; a part that is missing is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    /// `apps/v1`
    pub api_version: String,
    /// `Deployment`
    pub kind: String,
    /// the namespace that the object itself names
    pub namespace: String,
    /// `metadata.name`, or `metadata.generateName`
    pub name: String,
}

impl Inspected {
    /// Tells whether a cluster refuses the object.
    pub fn is_refused(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity() == Severity::Error)
    }
}

impl Validator {
    /// Makes a judge with the types and rules of a version.
    pub fn new(minor: Minor) -> Self {
        Self { minor, definitions: Arc::default() }
    }

    /// Makes custom resources be judged by these definitions, besides those that are always known.
    #[must_use]
    pub fn with_definitions(self, definitions: Definitions) -> Self {
        Self { definitions: Arc::new(definitions), ..self }
    }

    /// Judges the objects of one document: none for a blank one, several for a `List`.
    ///
    /// A document that is no YAML gives one object without a name, and that finding.
    pub fn inspect(&self, text: &str) -> Vec<Inspected> {
        match Document::read(text) {
            Ok(document) => self.inspect_document(text, &document, &mut Vec::new()),
            Err(error) => vec![not_yaml(&error)],
        }
    }

    /// Judges the objects of a document that was read from a text.
    pub fn inspect_read(&self, text: &str, document: &Document<'_>) -> Vec<Inspected> {
        self.inspect_document(text, document, &mut Vec::new())
    }

    /// Judges the objects of a release, each and then all together: what the documents give, in their order.
    ///
    /// Objects that name no namespace go to the one that is given.
    pub fn inspect_release(&self, texts: &[&str], namespace: &str) -> Vec<Vec<Inspected>> {
        let documents: Vec<_> = texts.iter().map(|text| Document::read(text)).collect();
        let mut members = Vec::new();
        let mut places = Vec::new();
        let mut inspected = Vec::with_capacity(texts.len());
        for (text, document) in texts.iter().zip(&documents) {
            inspected.push(match document {
                Ok(document) => {
                    let mut nodes = Vec::new();
                    let found = self.inspect_document(text, document, &mut nodes);
                    let document_number = inspected.len();
                    places.extend((0..nodes.len()).map(|number| (document_number, number)));
                    members.extend(nodes.into_iter().map(Member::new));
                    found
                }
                Err(error) => vec![not_yaml(error)],
            });
        }
        let target = Target { namespace, minor: self.minor, definitions: &self.definitions };
        for (member, finding) in release::check(&members, target) {
            let (document, object) = places[member];
            inspected[document][object].findings.push(finding);
        }
        inspected
    }

    /// Judges the objects of a document that was read, and gives what each says.
    fn inspect_document<'a>(
        &self,
        text: &str,
        document: &'a Document<'a>,
        nodes: &mut Vec<&'a Node<'a>>,
    ) -> Vec<Inspected> {
        let mut inspected = Vec::new();
        if !document.root.is_null() {
            self.inspect_node(&document.root, &mut inspected, nodes);
        }
        if let Some(first) = inspected.first_mut() {
            for offset in &document.repeated {
                first.findings.push(repeated_key(text, *offset));
            }
        }
        inspected
    }

    fn inspect_node<'a>(
        &self,
        node: &'a Node<'a>,
        inspected: &mut Vec<Inspected>,
        nodes: &mut Vec<&'a Node<'a>>,
    ) {
        let types = Types::of(self.minor);
        let identity = identity(node);
        let known = types.kind(&identity.api_version, &identity.kind);
        if known.is_none() && identity.kind.ends_with("List") && node.get("items").is_some() {
            for item in node.get("items").map(Node::items).unwrap_or_default() {
                self.inspect_node(item, inspected, nodes);
            }
            return;
        }
        let check = Check::new(self.minor);
        let at = check.top(node);
        let mut is_known = known.is_some();
        if says_its_kind(at) {
            match known {
                Some(kind) => {
                    lifecycle::api_version(at, &identity.api_version, &identity.kind);
                    if decode::decode(at, types, kind.id) {
                        let group = identity.api_version.rsplit_once('/');
                        let group = group.map_or("", |(group, _)| group);
                        let rules = rules::of(group, &identity.kind);
                        let kind_at_hand =
                            meta::Traits::of(self.minor, group, &identity.kind, kind.is_namespaced);
                        meta::metadata(at.get("metadata"), rules.name, kind_at_hand);
                        (rules.check)(at);
                        lifecycle::fields(at, group, &identity.kind);
                    }
                }
                None => is_known = custom::inspect(at, &self.definitions, &identity),
            }
            if !is_known {
                meta::metadata(at.get("metadata"), names::NameRule::Any, meta::Traits::CUSTOM);
                let Identity { api_version, kind, .. } = &identity;
                if !lifecycle::removed(at, types, api_version, kind) {
                    let message = format!("no schema for {kind} of {api_version}");
                    at.get("kind").report(&Code::UNKNOWN_KIND, message);
                }
            }
        }
        nodes.push(node);
        inspected.push(Inspected { identity, is_known, findings: check.into_findings() });
    }
}

/// Reports an object without a kind or an API version, in the words of apimachinery.
fn says_its_kind(at: At<'_>) -> bool {
    if !at.node().is_some_and(|node| matches!(node.content, Content::Map(_))) {
        at.report(&Code::NO_KIND, "the document is no object: it is no map");
        return false;
    }
    for (name, words) in [("kind", "Kind"), ("apiVersion", "apiVersion")] {
        let at = at.get(name);
        if at.text().is_empty() {
            at.report(&Code::NO_KIND, format!("Object '{words}' is missing"));
            return false;
        }
    }
    true
}

impl Identity {
    /// Gives the API group: `apps` of `apps/v1`, nothing of `v1`.
    pub fn group(&self) -> &str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }
}

/// Tells whether objects of a kind are known to lie in no namespace.
pub(crate) fn is_cluster_wide(minor: Minor, identity: &Identity) -> bool {
    let known = Types::of(minor).kind(&identity.api_version, &identity.kind);
    known.is_some_and(|kind| !kind.is_namespaced)
}

/// Reads what names an object.
pub(crate) fn identity(node: &Node<'_>) -> Identity {
    let text = |node: Option<&Node<'_>>, key: &str| {
        let value = node.and_then(|node| node.get(key)).and_then(Node::as_str);
        value.unwrap_or_default().to_owned()
    };
    let metadata = node.get("metadata");
    let mut name = text(metadata, "name");
    if name.is_empty() {
        name = text(metadata, "generateName");
    }
    Identity {
        api_version: text(Some(node), "apiVersion"),
        kind: text(Some(node), "kind"),
        namespace: text(metadata, "namespace"),
        name,
    }
}

fn not_yaml(error: &pintle_yaml::Error) -> Inspected {
    let finding = Finding {
        code: &Code::NOT_YAML,
        field: String::new(),
        message: error.without_line(),
        offset: error.offset().unwrap_or_default(),
    };
    Inspected { identity: Identity::default(), is_known: false, findings: vec![finding] }
}

fn repeated_key(text: &str, offset: u32) -> Finding {
    let offset = offset as usize;
    Finding {
        code: &Code::DUPLICATE_KEY,
        field: key_at(text, offset).to_owned(),
        message: "the key occurs twice in its map, and the last one counts".to_owned(),
        offset,
    }
}
