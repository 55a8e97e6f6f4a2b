//! A schema document, and what was found in it: its resources (`$id`) and anchors.
//!
//! Finding them looks at the places where a draft expects schemas, and no others; a schema that a
//! reference finds elsewhere is adopted later.
//!
//! Source: `roots.go` and `root.go` of santhosh-tekuri/jsonschema v6.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::doc::{Doc, Entries, NodeId};
use super::draft::{Draft, metaschema, metaschema_document};
use super::fault::schema_location;
use super::plain::Look;
use super::validate::validate_schema;
use crate::go::url::Url;
use crate::quote::Quoted;
use crate::stack;

/// A document with what was found in it.
#[derive(Debug)]
pub(super) struct Root {
    pub(super) url: Arc<str>,
    pub(super) doc: Doc,
    pub(super) resources: BTreeMap<NodeId, Resource>,
    /// the resources by their names
    pub(super) ids: HashMap<Arc<str>, NodeId>,
    /// the resource of each node that was looked at as a schema
    owners: Vec<Option<NodeId>>,
    /// patterns that were read already, and are good and small
    pub(super) patterns: FxHashSet<Arc<str>>,
}

/// A part of a document with a name of its own.
#[derive(Debug)]
pub(super) struct Resource {
    pub(super) id: Arc<str>,
    pub(super) draft: Draft,
    pub(super) anchors: BTreeMap<Arc<str>, NodeId>,
    pub(super) dynamic_anchors: BTreeSet<Arc<str>>,
}

impl Root {
    /// Looks through the document at a URL and checks it against the metaschema of its draft.
    ///
    /// # Errors
    ///
    /// Text in the words of Helm's library.
    pub(super) fn new(url: &str, doc: Doc) -> Result<Self, String> {
        let mut root = Self {
            url: url.into(),
            resources: BTreeMap::new(),
            ids: HashMap::new(),
            owners: vec![None; doc.len()],
            patterns: FxHashSet::default(),
            doc,
        };
        root.collect(Doc::ROOT, None, Draft::LATEST)?;
        if metaschema_document(url).is_none() {
            root.check(Doc::ROOT)?;
        }
        Ok(root)
    }

    /// Gives the URL of a node.
    pub(super) fn location(&self, node: NodeId) -> String {
        schema_location(&self.url, &self.doc.pointer(node))
    }

    /// Gives the resource a node is in.
    pub(super) fn owner(&self, node: NodeId) -> NodeId {
        let mut node = node;
        loop {
            if let Some(owner) = self.owners[node] {
                return owner;
            }
            let Some(parent) = self.doc.parent(node) else { return Doc::ROOT };
            node = parent;
        }
    }

    /// Finds resources and anchors at a node and in the subschemas its draft knows.
    fn collect(
        &mut self,
        node: NodeId,
        outer: Option<NodeId>,
        fallback: Draft,
    ) -> Result<(), String> {
        if self.owners[node].is_some() {
            return Ok(());
        }
        let base = match outer {
            Some(outer) => self.resources[&outer].id.clone(),
            None => self.url.clone(),
        };
        let Some(keywords) = self.doc.map(node).cloned() else {
            self.owners[node] = Some(outer.unwrap_or(node));
            if outer.is_none() {
                self.resources.insert(node, Resource::new(base, fallback));
            }
            return Ok(());
        };
        let text = |key: &str| keywords.get(key).and_then(|id| self.doc.string(*id)).cloned();
        let dialect = text("$schema");
        let mut draft = match &dialect {
            None => fallback,
            Some(url) => match Draft::from_url(url) {
                Some(draft) => draft,
                None => unknown_draft(url, &self.url, &self.location(node))?,
            },
        };
        let id_of = |draft: Draft| {
            if draft.version() < 2019 && keywords.contains_key("$ref") {
                return None;
            }
            let id = text(draft.id_keyword())?;
            let id = id.split('#').next().unwrap_or_default();
            (!id.is_empty()).then(|| id.to_owned())
        };
        let mut id = id_of(draft);
        let mut own_draft = dialect.is_some();
        if id.is_none() && outer.is_some() {
            draft = fallback;
            own_draft = false;
            id = id_of(draft);
        }
        let base: Arc<str> = match &id {
            None => base,
            Some(id) => {
                let unreadable =
                    |_| format!("error in parsing id at {}", Quoted(&self.location(node)));
                join(&base, id).map_err(unreadable)?.0.into()
            }
        };
        let owner = match outer {
            Some(outer) if id.is_none() => outer,
            _ => {
                if let Some(other) = self.ids.insert(base.clone(), node) {
                    return Err(format!(
                        "duplicate id {} in {} at {} and {}",
                        Quoted(&base),
                        Quoted(&self.url),
                        Quoted(&self.doc.pointer(node)),
                        Quoted(&self.doc.pointer(other))
                    ));
                }
                let draft = if own_draft { draft } else { fallback };
                self.resources.insert(node, Resource::new(base, draft));
                node
            }
        };
        self.owners[node] = Some(owner);
        self.collect_anchors(&keywords, node, owner)?;
        let inner_draft = self.resources[&owner].draft;
        for subschema in draft.subschemas(&self.doc, &keywords) {
            stack::with_room(|| self.collect(subschema, Some(owner), inner_draft))?;
        }
        Ok(())
    }

    fn collect_anchors(
        &mut self,
        keywords: &Entries,
        node: NodeId,
        owner: NodeId,
    ) -> Result<(), String> {
        let (doc, url) = (&self.doc, &self.url);
        let Some(resource) = self.resources.get_mut(&owner) else { return Ok(()) };
        let version = resource.draft.version();
        let text = |key: &str| keywords.get(key).and_then(|id| doc.string(*id));
        let anchors = &mut resource.anchors;
        let mut add = |anchor: Arc<str>| match anchors.get(&anchor) {
            Some(other) if *other != node => Err(format!(
                "duplicate anchor {} in {} at {} and {}",
                Quoted(&anchor),
                Quoted(url),
                Quoted(&doc.pointer(*other)),
                Quoted(&doc.pointer(node))
            )),
            _ => {
                anchors.insert(anchor, node);
                Ok(())
            }
        };
        if version < 2019 {
            if keywords.contains_key("$ref") {
                return Ok(());
            }
            if let Some(id) = text(resource.draft.id_keyword()) {
                let (_, fragment) = split_fragment(id).map_err(|_| {
                    let location = schema_location(url, &doc.pointer(node));
                    format!("error in parsing anchor at {}", Quoted(&location))
                })?;
                if !fragment.is_empty() && !fragment.starts_with('/') {
                    add(fragment.into())?;
                }
            }
            return Ok(());
        }
        if let Some(anchor) = text("$anchor") {
            add(anchor.clone())?;
        }
        if version >= 2020
            && let Some(anchor) = text("$dynamicAnchor")
        {
            add(anchor.clone())?;
            resource.dynamic_anchors.insert(anchor.clone());
        }
        Ok(())
    }

    /// Takes a node for a schema, if it stands where no draft expects one.
    ///
    /// # Errors
    ///
    /// As [`Root::new`].
    pub(super) fn adopt(&mut self, node: NodeId) -> Result<(), String> {
        if self.owners[node].is_some() {
            return Ok(());
        }
        let owner = self.owner(node);
        let draft = self.resources[&owner].draft;
        self.collect(node, Some(owner), draft)?;
        self.check(node)
    }

    /// Checks a schema against the metaschema of its draft.
    fn check(&mut self, node: NodeId) -> Result<(), String> {
        let draft = self.resources[&self.owner(node)].draft;
        let mut look = Look::new(&self.doc, draft);
        if look.is_surely_good(node) {
            let patterns = look.patterns;
            self.patterns.extend(patterns);
            return Ok(());
        }
        validate_schema(metaschema(draft), &self.doc, node).map_err(|faults| {
            let location = self.location(node);
            format!("{} is not valid against metaschema: {faults}", Quoted(&location))
        })
    }
}

/// Says why a `$schema` is none, where it leads to no draft.
fn unknown_draft(url: &str, root: &str, location: &str) -> Result<Draft, String> {
    let url = url.split('#').next().unwrap_or_default();
    if let Err(error) = Url::parse(url.as_bytes()) {
        return Err(format!("invalid $schema in {}: {error}", Quoted(location)));
    }
    if url == root {
        return Err(format!("draft {} is not supported", Quoted(url)));
    }
    if let Some(text) = metaschema_document(url) {
        let doc = Doc::read_own(text);
        let dialect = doc.map(Doc::ROOT).and_then(|map| doc.string(*map.get("$schema")?));
        return Ok(dialect.and_then(|url| Draft::from_url(url)).unwrap_or(Draft::LATEST));
    }
    if url.starts_with("urn:") {
        return Ok(Draft::LATEST);
    }
    Err(not_loaded(url))
}

impl Resource {
    fn new(id: Arc<str>, draft: Draft) -> Self {
        Self { id, draft, anchors: BTreeMap::new(), dynamic_anchors: BTreeSet::new() }
    }
}

/// Splits a reference into a URL and an unescaped fragment.
pub(super) fn split_fragment(reference: &str) -> Result<(&str, String), String> {
    let (url, fragment) = reference.split_once('#').unwrap_or((reference, ""));
    let fragment = Url::unescape_path(fragment)
        .map_err(|error| format!("error in parsing {}: {error}", Quoted(reference)))?;
    Ok((url, fragment))
}

/// Resolves a reference against the URL around it; the fragment stands apart.
pub(super) fn join(base: &str, reference: &str) -> Result<(String, String), String> {
    let parse = |text: &str| {
        Url::parse(text.as_bytes())
            .map_err(|error| format!("error in parsing {}: {error}", Quoted(text)))
    };
    let base = parse(base)?;
    let (reference, fragment) = split_fragment(reference)?;
    let resolved = base.resolve(&parse(reference)?).text();
    Ok((String::from_utf8_lossy(&resolved).into_owned(), fragment))
}

/// Says that a document is not there.
pub(super) fn not_loaded(url: &str) -> String {
    let scheme = url.split_once(':').map_or("", |(scheme, _)| scheme);
    let reason = match scheme {
        "file" | "http" | "https" => {
            "schemas are read from the chart only, not from files or the network".to_owned()
        }
        _ => format!("no URLLoader registered for {}", Quoted(url)),
    };
    format!("failing loading {}: {reason}", Quoted(url))
}
