//! Schema documents, compiled: every schema that can be reached, its references resolved.
//!
//! Compiling follows subschemas and references from the root of a document, see [`Root`].
//! Nothing is fetched: what is not in the document is a metaschema or an error.
//!
//! Source: `compiler.go`, `objcompiler.go` and `draft.go` of
//! santhosh-tekuri/jsonschema v6, whose errors Helm prints.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::doc::{Doc, Entries, Lost, Node, NodeId, escape};
use super::draft::metaschema_document;
use super::fault::schema_location;
use super::format::Format;
use super::number::Decimal;
use super::root::{Root, join, not_loaded, split_fragment};
use crate::go::{regex, url::Url};
use crate::quote::Quoted;

/// The largest number of schemas that are compiled for one document.
pub(super) const MAX_SCHEMAS: usize = 200_000;

/// A schema's place among those compiled.
pub(super) type SchemaId = usize;

/// What is allowed beyond what is named: `additionalProperties`, `additionalItems`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Additional {
    #[default]
    Unsaid,
    All,
    None,
    Schema(SchemaId),
}

impl Additional {
    pub(super) fn is_said(self) -> bool {
        self != Self::Unsaid
    }
}

/// `items` of drafts before 2020-12.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) enum Items {
    #[default]
    Unsaid,
    Each(SchemaId),
    Places(Vec<SchemaId>),
}

/// What the presence of a property asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Dependency {
    Properties(Vec<Arc<str>>),
    Schema(SchemaId),
}

/// A regular expression, with its text.
#[derive(Debug)]
pub(super) struct Pattern {
    pub(super) text: Arc<str>,
    pub(super) regex: regex::LazyRegex,
}

/// One compiled schema; what it does not say is empty.
#[derive(Debug, Default)]
pub(super) struct Schema {
    pub(super) root: usize,
    pub(super) node: NodeId,
    pub(super) version: u16,
    pub(super) resource: SchemaId,
    /// Where the resource that begins here has its dynamic anchors.
    pub(super) dynamic_anchors: BTreeMap<Arc<str>, SchemaId>,
    pub(super) boolean: Option<bool>,
    pub(super) types: Types,
    pub(super) constant: Option<NodeId>,
    pub(super) choices: Option<Vec<NodeId>>,
    pub(super) format: Option<Format>,
    pub(super) reference: Option<SchemaId>,
    pub(super) recursive_reference: Option<SchemaId>,
    pub(super) is_recursive_anchor: bool,
    pub(super) dynamic_reference: Option<(SchemaId, Option<Arc<str>>)>,
    pub(super) dynamic_anchor: Option<Arc<str>>,
    pub(super) all_of: Vec<SchemaId>,
    pub(super) any_of: Vec<SchemaId>,
    pub(super) one_of: Vec<SchemaId>,
    pub(super) not: Option<SchemaId>,
    pub(super) condition: Option<SchemaId>,
    pub(super) then: Option<SchemaId>,
    pub(super) otherwise: Option<SchemaId>,
    pub(super) min_properties: Option<i64>,
    pub(super) max_properties: Option<i64>,
    pub(super) required: Vec<Arc<str>>,
    pub(super) properties: BTreeMap<Arc<str>, SchemaId>,
    pub(super) pattern_properties: Vec<(Pattern, SchemaId)>,
    pub(super) additional_properties: Additional,
    pub(super) property_names: Option<SchemaId>,
    pub(super) dependencies: Vec<(Arc<str>, Dependency)>,
    pub(super) dependent_schemas: BTreeMap<Arc<str>, SchemaId>,
    pub(super) dependent_required: Vec<(Arc<str>, Vec<Arc<str>>)>,
    pub(super) unevaluated_properties: Option<SchemaId>,
    pub(super) min_items: Option<i64>,
    pub(super) max_items: Option<i64>,
    pub(super) unique_items: bool,
    pub(super) items: Items,
    pub(super) additional_items: Additional,
    pub(super) prefix_items: Vec<SchemaId>,
    pub(super) rest_items: Option<SchemaId>,
    pub(super) contains: Option<SchemaId>,
    pub(super) min_contains: Option<i64>,
    pub(super) max_contains: Option<i64>,
    pub(super) unevaluated_items: Option<SchemaId>,
    pub(super) min_length: Option<i64>,
    pub(super) max_length: Option<i64>,
    pub(super) pattern: Option<Pattern>,
    pub(super) minimum: Option<Decimal>,
    pub(super) maximum: Option<Decimal>,
    pub(super) exclusive_minimum: Option<Decimal>,
    pub(super) exclusive_maximum: Option<Decimal>,
    pub(super) multiple_of: Option<Decimal>,
}

impl Schema {
    pub(super) fn evaluates_all_items(&self) -> bool {
        if self.version < 2020 {
            self.additional_items.is_said() || matches!(self.items, Items::Each(_))
        } else {
            self.rest_items.is_some()
        }
    }

    pub(super) fn n_evaluated_items(&self) -> usize {
        match &self.items {
            _ if self.version >= 2020 => self.prefix_items.len(),
            Items::Places(items) => items.len(),
            _ => 0,
        }
    }
}

/// JSON's types, as a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Types(u8);

impl Types {
    /// In the order messages name them.
    const NAMES: [&str; 7] = ["null", "boolean", "number", "integer", "string", "array", "object"];

    pub(super) fn add(&mut self, name: &str) {
        if let Some(place) = Self::NAMES.iter().position(|known| *known == name) {
            self.0 |= 1 << place;
        }
    }

    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(super) fn contains(self, name: &str) -> bool {
        Self::NAMES.iter().position(|known| *known == name).is_some_and(|n| self.0 & (1 << n) != 0)
    }

    pub(super) fn names(self) -> Vec<&'static str> {
        Self::NAMES.into_iter().filter(|name| self.contains(name)).collect()
    }
}

/// A compiled document, and all that it refers to.
#[derive(Debug)]
pub(super) struct Compiled {
    pub(super) roots: Vec<Root>,
    pub(super) schemas: Vec<Schema>,
    /// the schema of the whole document
    pub(super) entry: SchemaId,
    /// URNs that nothing is known of, which take everything
    pub(super) unresolved: BTreeSet<String>,
}

/// Which formats are checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Formats {
    /// those of drafts before 2019-09
    ByDraft,
    /// all, for metaschemas
    Always,
}

/// Compiles a document at a URL.
///
/// # Errors
///
/// Text in the words of Helm's library.
pub(super) fn compile(url: &str, doc: Doc, formats: Formats) -> Result<Compiled, String> {
    let mut compiler = Compiler {
        roots: Vec::new(),
        schemas: Vec::new(),
        ids: FxHashMap::default(),
        unresolved: BTreeSet::new(),
        formats,
    };
    let root = compiler.add_root(url, doc)?;
    let entry = compiler.enqueue(root, Doc::ROOT)?;
    let mut next = 0;
    while next < compiler.schemas.len() {
        compiler.schema(next)?;
        next += 1;
    }
    let Compiler { roots, schemas, unresolved, .. } = compiler;
    Ok(Compiled { roots, schemas, entry, unresolved })
}

struct Compiler {
    roots: Vec<Root>,
    schemas: Vec<Schema>,
    ids: FxHashMap<(usize, NodeId), SchemaId>,
    unresolved: BTreeSet<String>,
    formats: Formats,
}

impl Compiler {
    fn add_root(&mut self, url: &str, doc: Doc) -> Result<usize, String> {
        self.roots.push(Root::new(url, doc)?);
        Ok(self.roots.len() - 1)
    }

    fn load(&mut self, url: &str) -> Result<usize, String> {
        if let Some(root) = self.roots.iter().position(|root| &*root.url == url) {
            return Ok(root);
        }
        if let Some(doc) = metaschema_document(url) {
            return self.add_root(url, Doc::read_own(doc));
        }
        if url.starts_with("urn:") {
            self.unresolved.insert(url.to_owned());
            return self.add_root(url, Doc::permissive());
        }
        Err(not_loaded(url))
    }

    fn enqueue(&mut self, root: usize, node: NodeId) -> Result<SchemaId, String> {
        let next = self.schemas.len();
        let id = *self.ids.entry((root, node)).or_insert(next);
        if id == next {
            if id == MAX_SCHEMAS {
                return Err(format!("schema is too large: the limit is {MAX_SCHEMAS} subschemas"));
            }
            self.schemas.push(Schema { root, node, ..Schema::default() });
        }
        Ok(id)
    }

    /// Resolves a reference that stands in a resource.
    fn resolve(&mut self, root: usize, base: &str, reference: &str) -> Result<SchemaId, String> {
        let (url, fragment) = join(base, reference)?;
        let within = &self.roots[root];
        let (root_id, resource) = if *within.url == *url {
            (root, Doc::ROOT)
        } else if let Some(resource) = within.ids.get(&*url) {
            (root, *resource)
        } else {
            (self.load(&url)?, Doc::ROOT)
        };
        let root = &self.roots[root_id];
        let node = if fragment.is_empty() || fragment.starts_with('/') {
            root.doc.find(resource, &fragment).map_err(|lost| {
                let pointer = root.doc.pointer(resource) + &fragment;
                let location = schema_location(&root.url, &pointer);
                match lost {
                    Lost::Malformed => format!("invalid json-pointer {}", Quoted(&location)),
                    Lost::NotFound => format!("json-pointer in {} not found", Quoted(&location)),
                }
            })?
        } else {
            let resource = &root.resources[&resource];
            *resource.anchors.get(&*fragment).ok_or_else(|| {
                let reference = format!("{}#{}", resource.id, Url::escape_segments(&fragment));
                format!(
                    "anchor in {} not found in schema {}",
                    Quoted(&reference),
                    Quoted(&root.url)
                )
            })?
        };
        self.enqueue(root_id, node)
    }

    /// Compiles one schema; those it names are enqueued.
    fn schema(&mut self, id: SchemaId) -> Result<(), String> {
        let (root_id, node) = (self.schemas[id].root, self.schemas[id].node);
        let root = &mut self.roots[root_id];
        root.adopt(node)?;
        let owner = root.owner(node);
        let resource = &root.resources[&owner];
        let (draft, base) = (resource.draft, resource.id.clone());
        let dynamic: Vec<_> = if draft.version() >= 2020 && owner == node {
            let place = |anchor: &Arc<str>| Some((anchor.clone(), *resource.anchors.get(anchor)?));
            resource.dynamic_anchors.iter().filter_map(place).collect()
        } else {
            Vec::new()
        };
        let mut schema = Schema {
            root: root_id,
            node,
            version: draft.version(),
            resource: self.enqueue(root_id, owner)?,
            ..Schema::default()
        };
        for (anchor, node) in dynamic {
            schema.dynamic_anchors.insert(anchor, self.enqueue(root_id, node)?);
        }
        let keywords = match self.roots[root_id].doc.node(node) {
            Node::Bool(boolean) => {
                schema.boolean = Some(*boolean);
                None
            }
            Node::Map(map) if map.is_empty() => {
                schema.boolean = Some(true);
                None
            }
            Node::Map(map) => Some(map.clone()),
            _ => None,
        };
        if let Some(keywords) = keywords {
            let mut object = Object { compiler: self, root: root_id, node, base, keywords };
            object.compile(&mut schema)?;
        }
        self.schemas[id] = schema;
        Ok(())
    }
}

/// The keywords of one schema, while it is compiled.
struct Object<'c> {
    compiler: &'c mut Compiler,
    root: usize,
    node: NodeId,
    base: Arc<str>,
    keywords: Entries,
}

impl Object<'_> {
    fn compile(&mut self, schema: &mut Schema) -> Result<(), String> {
        let version = schema.version;
        schema.reference = self.reference("$ref")?;
        if version < 2019 && schema.reference.is_some() {
            // What stands beside `$ref` does not count in old drafts.
            return Ok(());
        }
        schema.all_of = self.list("allOf")?;
        schema.any_of = self.list("anyOf")?;
        schema.one_of = self.list("oneOf")?;
        schema.not = self.one("not")?;
        if version < 2020
            && let Some(items) = self.keywords.get("items")
        {
            if self.doc().list(*items).is_some() {
                schema.items = Items::Places(self.list("items")?);
                schema.additional_items = self.additional("additionalItems")?;
            } else if let Some(items) = self.one("items")? {
                schema.items = Items::Each(items);
            }
        }
        schema.properties = self.map("properties")?;
        for (text, id) in self.map("patternProperties")? {
            let pattern = self.pattern("patternProperties", text)?;
            schema.pattern_properties.push((pattern, id));
        }
        schema.additional_properties = self.additional("additionalProperties")?;
        self.dependencies(schema)?;
        self.validation(schema)?;
        if version < 2019 || self.compiler.formats == Formats::Always {
            schema.format = self.text("format").and_then(|name| Format::named(&name));
        }
        if version >= 6 {
            schema.contains = self.one("contains")?;
            schema.property_names = self.one("propertyNames")?;
            schema.constant = self.keywords.get("const").copied();
        }
        if version >= 7 {
            schema.condition = self.one("if")?;
            let outcome = self.keywords.get("if").and_then(|id| self.doc().bool(*id));
            if schema.condition.is_some() && outcome != Some(false) {
                schema.then = self.one("then")?;
            }
            if schema.condition.is_some() && outcome != Some(true) {
                schema.otherwise = self.one("else")?;
            }
        }
        if version >= 2019 {
            schema.recursive_reference = self.reference("$recursiveRef")?;
            schema.is_recursive_anchor = self.is_true("$recursiveAnchor");
            if schema.contains.is_some() {
                schema.min_contains = self.integer("minContains");
                schema.max_contains = self.integer("maxContains");
            }
            schema.dependent_schemas = self.map("dependentSchemas")?;
            schema.unevaluated_items = self.one("unevaluatedItems")?;
            schema.unevaluated_properties = self.one("unevaluatedProperties")?;
        }
        if version >= 2020 {
            if let Some(target) = self.reference("$dynamicRef")? {
                let reference = self.text("$dynamicRef").unwrap_or_default();
                let (_, fragment) = split_fragment(&reference)?;
                let is_anchor = !fragment.is_empty() && !fragment.starts_with('/');
                schema.dynamic_reference = Some((target, is_anchor.then(|| Arc::from(fragment))));
            }
            schema.dynamic_anchor = self.text("$dynamicAnchor");
            schema.prefix_items = self.list("prefixItems")?;
            schema.rest_items = self.one("items")?;
        }
        Ok(())
    }

    fn dependencies(&mut self, schema: &mut Schema) -> Result<(), String> {
        for (property, id) in self.entries("dependencies") {
            let dependency = match self.doc().list(id) {
                Some(names) => Dependency::Properties(self.strings(names)),
                None => Dependency::Schema(self.compiler.enqueue(self.root, id)?),
            };
            schema.dependencies.push((property, dependency));
        }
        if schema.version >= 2019 {
            for (property, id) in self.entries("dependentRequired") {
                if let Some(names) = self.doc().list(id) {
                    let names = self.strings(names);
                    schema.dependent_required.push((property, names));
                }
            }
        }
        Ok(())
    }

    fn validation(&mut self, schema: &mut Schema) -> Result<(), String> {
        if let Some(types) = self.keywords.get("type") {
            match self.doc().node(*types) {
                Node::String(name) => schema.types.add(name),
                Node::List(names) => {
                    self.strings(names).iter().for_each(|name| schema.types.add(name));
                }
                _ => {}
            }
        }
        schema.choices =
            self.keywords.get("enum").and_then(|id| self.doc().list(*id)).map(<[_]>::to_vec);
        schema.multiple_of = self.number("multipleOf");
        schema.maximum = self.number("maximum");
        schema.exclusive_maximum = if self.is_true("exclusiveMaximum") {
            schema.maximum.take()
        } else {
            self.number("exclusiveMaximum")
        };
        schema.minimum = self.number("minimum");
        schema.exclusive_minimum = if self.is_true("exclusiveMinimum") {
            schema.minimum.take()
        } else {
            self.number("exclusiveMinimum")
        };
        schema.min_length = self.integer("minLength");
        schema.max_length = self.integer("maxLength");
        if let Some(text) = self.text("pattern") {
            schema.pattern = Some(self.pattern("pattern", text)?);
        }
        schema.min_items = self.integer("minItems");
        schema.max_items = self.integer("maxItems");
        schema.unique_items = self.is_true("uniqueItems");
        schema.min_properties = self.integer("minProperties");
        schema.max_properties = self.integer("maxProperties");
        if let Some(names) = self.keywords.get("required").and_then(|id| self.doc().list(*id)) {
            schema.required = self.strings(names);
        }
        Ok(())
    }

    fn doc(&self) -> &Doc {
        &self.compiler.roots[self.root].doc
    }

    fn reference(&mut self, keyword: &str) -> Result<Option<SchemaId>, String> {
        let Some(reference) = self.text(keyword) else { return Ok(None) };
        self.compiler.resolve(self.root, &self.base, &reference).map(Some)
    }

    fn one(&mut self, keyword: &str) -> Result<Option<SchemaId>, String> {
        let Some(node) = self.keywords.get(keyword) else { return Ok(None) };
        self.compiler.enqueue(self.root, *node).map(Some)
    }

    fn list(&mut self, keyword: &str) -> Result<Vec<SchemaId>, String> {
        let items = self.keywords.get(keyword).and_then(|id| self.doc().list(*id));
        let items = items.map(<[_]>::to_vec).unwrap_or_default();
        items.into_iter().map(|node| self.compiler.enqueue(self.root, node)).collect()
    }

    fn map(&mut self, keyword: &str) -> Result<BTreeMap<Arc<str>, SchemaId>, String> {
        self.entries(keyword)
            .into_iter()
            .map(|(key, node)| Ok((key, self.compiler.enqueue(self.root, node)?)))
            .collect()
    }

    fn additional(&mut self, keyword: &str) -> Result<Additional, String> {
        match self.keywords.get(keyword).map(|id| self.doc().bool(*id)) {
            Some(Some(true)) => Ok(Additional::All),
            Some(Some(false)) => Ok(Additional::None),
            _ => Ok(self.one(keyword)?.map_or(Additional::Unsaid, Additional::Schema)),
        }
    }

    fn entries(&self, keyword: &str) -> Vec<(Arc<str>, NodeId)> {
        let map = self.keywords.get(keyword).and_then(|id| self.doc().map(*id));
        map.into_iter().flat_map(Entries::iter).map(|(key, id)| (key.clone(), id)).collect()
    }

    fn strings(&self, items: &[NodeId]) -> Vec<Arc<str>> {
        items.iter().filter_map(|id| self.doc().string(*id).cloned()).collect()
    }

    fn text(&self, keyword: &str) -> Option<Arc<str>> {
        self.keywords.get(keyword).and_then(|id| self.doc().string(*id)).cloned()
    }

    fn is_true(&self, keyword: &str) -> bool {
        self.keywords.get(keyword).and_then(|id| self.doc().bool(*id)) == Some(true)
    }

    fn number(&self, keyword: &str) -> Option<Decimal> {
        match self.doc().node(*self.keywords.get(keyword)?) {
            Node::Number(text) => Decimal::parse(text),
            _ => None,
        }
    }

    fn integer(&self, keyword: &str) -> Option<i64> {
        self.number(keyword)?.to_integer()
    }

    fn pattern(&self, keyword: &str, text: Arc<str>) -> Result<Pattern, String> {
        if self.compiler.roots[self.root].patterns.contains(&text) {
            let regex = regex::LazyRegex::of_small(text.as_bytes());
            return Ok(Pattern { text, regex });
        }
        match regex::LazyRegex::new(text.as_bytes()) {
            Ok(regex) => Ok(Pattern { text, regex }),
            Err(error) => {
                let root = &self.compiler.roots[self.root];
                let pointer = root.doc.pointer(self.node) + "/" + &escape(keyword);
                let location = schema_location(&root.url, &pointer);
                let (text, location) = (Quoted(&text), Quoted(&location));
                Err(format!("invalid regex {text} at {location}: {error}"))
            }
        }
    }
}
