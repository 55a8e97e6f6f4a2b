//! Places of values in the documents they were read from.
//!
//! The values are those that reading a file gives; the tree of the file is walked beside them, through aliases and merge
//! keys, and only ever asked where something stands. A value that is found nowhere has the place of what it is in.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use pintle_yaml::{Map, Node, NodeKind, Style, Tree, Value, parse};

use super::marks::{Marks, Site, SiteId};
use super::{Text, TraceError};
use crate::load::{Documents, documents_of, read_values};
use crate::stack;
use crate::value_path::{Step, ValuePath};
use crate::values::merge_maps;

/// The most entries of documents that are looked at for one source.
const MAX_STEPS: usize = 4_000_000;

/// The deepest chain of merge keys that is followed.
const MAX_MERGES: usize = 64;

/// Where values were converted from: places by the paths of values, for values that stand in no file themselves.
#[derive(Debug, Clone, Default)]
pub struct ForeignPlaces {
    /// the files
    pub texts: Vec<Text>,
    /// the number of the file, where the key stands, where the value stands
    pub places: HashMap<ValuePath, ForeignPlace>,
}

/// A place in one of several files: its number, where the key stands, where the value stands.
pub type ForeignPlace = (usize, Option<Range<usize>>, Range<usize>);

/// Where the key of an entry stands, and its value.
type Entries<'t, 'a> = HashMap<Arc<str>, (Range<usize>, Node<'t, 'a>)>;

/// Puts marks on the values of one source.
pub(super) struct Placer<'m> {
    pub(super) marks: &'m mut Marks,
    pub(super) layer: usize,
    pub(super) text: usize,
    /// where in the text the document begins
    pub(super) base: usize,
    pub(super) n_steps: usize,
}

/// Where a value is looked for.
#[derive(Clone)]
pub(super) struct Spot<'t, 'a> {
    pub(super) key: Option<Range<usize>>,
    pub(super) node: Option<Node<'t, 'a>>,
    /// where it is taken to be without a node
    pub(super) span: Option<Range<usize>>,
}

impl Spot<'_, '_> {
    pub(super) const NOWHERE: Self = Self { key: None, node: None, span: None };
}

impl<'m> Placer<'m> {
    pub(super) fn new(marks: &'m mut Marks, layer: usize, text: usize) -> Self {
        Self { marks, layer, text, base: 0, n_steps: 0 }
    }

    /// Marks a value at a spot.
    pub(super) fn mark(
        &mut self,
        value: &Value,
        spot: &Spot<'_, '_>,
        around: Option<(SiteId, Step)>,
    ) -> Result<Value, TraceError> {
        self.n_steps += 1;
        if self.n_steps > MAX_STEPS {
            return Err(TraceError::TooLarge);
        }
        let at = |range: Range<usize>| self.base + range.start..self.base + range.end;
        let site = Site {
            layer: self.layer,
            around,
            text: self.text,
            key: spot.key.clone().map(at),
            span: spot.node.map(Node::span).or(spot.span.clone()).map(at),
            value: value.clone(),
            depth: 0,
        };
        let id = self.marks.add(site)?;
        Ok(match value {
            Value::List(items) => {
                let node = spot.node.map(Node::target);
                let nodes: Vec<_> = node.into_iter().flat_map(Node::items).collect();
                let mut marked = Vec::with_capacity(items.len());
                for (n, item) in items.iter().enumerate() {
                    let spot = Spot { key: None, node: nodes.get(n).copied(), span: None };
                    let around = Some((id, Step::Index(n)));
                    marked.push(stack::with_room(|| self.mark(item, &spot, around))?);
                }
                self.marks.list(id, marked)
            }
            Value::Map(map) => {
                let found = match spot.node {
                    Some(node) => self.entries(node.target(), map)?,
                    None => HashMap::new(),
                };
                let mut marked = Vec::with_capacity(map.len());
                for (key, value) in map.iter() {
                    let spot = found.get(&**key).map_or(Spot::NOWHERE, |(key, node)| Spot {
                        key: Some(key.clone()),
                        node: Some(*node),
                        span: None,
                    });
                    let around = Some((id, Step::Key(key.clone())));
                    let value = stack::with_room(|| self.mark(value, &spot, around))?;
                    marked.push((key.clone(), value));
                }
                Marks::map(id, marked.into_iter()).into()
            }
            _ => Marks::scalar(id),
        })
    }

    /// Finds the entry of a mapping that each key of `map` comes from, the last of several that may be.
    fn entries<'t, 'a>(
        &mut self,
        node: Node<'t, 'a>,
        map: &Map,
    ) -> Result<Entries<'t, 'a>, TraceError> {
        let mut found = HashMap::new();
        self.collect(node, map, &mut found, 0)?;
        Ok(found)
    }

    fn collect<'t, 'a>(
        &mut self,
        node: Node<'t, 'a>,
        map: &Map,
        found: &mut Entries<'t, 'a>,
        depth: usize,
    ) -> Result<(), TraceError> {
        for (key_node, value_node) in node.entries() {
            self.n_steps += 1;
            if self.n_steps > MAX_STEPS || depth > MAX_MERGES {
                return Err(TraceError::TooLarge);
            }
            if matches!(key_node.kind(), NodeKind::Scalar("<<", Style::Plain)) {
                let merged = value_node.target();
                match merged.kind() {
                    // Of several the first wins, so it comes last.
                    NodeKind::Sequence => {
                        let all: Vec<_> = merged.items().collect();
                        for one in all.into_iter().rev() {
                            stack::with_room(|| self.collect(one.target(), map, found, depth + 1))?;
                        }
                    }
                    _ => stack::with_room(|| self.collect(merged, map, found, depth + 1))?,
                }
                continue;
            }
            let Some(key) = key_text(key_node, map) else { continue };
            if map.get(&key).is_some_and(|value| may_be(value_node, value)) {
                found.insert(key, (key_node.span(), value_node));
            }
        }
        Ok(())
    }
}

/// Gives a key as values have it: what is no string has become one.
fn key_text(node: Node<'_, '_>, map: &Map) -> Option<Arc<str>> {
    let NodeKind::Scalar(text, style) = node.target().kind() else { return None };
    if style != Style::Plain || map.contains_key(text) {
        return Some(text.into());
    }
    match node.to_value().ok()? {
        Value::String(text) => Some(text),
        value => pintle_yaml::json::to_string(&value, pintle_yaml::json::Layout::Raw)
            .ok()
            .map(Into::into),
    }
}

/// Tells whether a node may stand for a value: scalars are compared, of lists and maps only the kind.
fn may_be(node: Node<'_, '_>, value: &Value) -> bool {
    match (node.target().kind(), value) {
        (NodeKind::Sequence, Value::List(_)) | (NodeKind::Mapping, Value::Map(_)) => true,
        (NodeKind::Scalar(text, _), Value::String(known)) if *text == **known => true,
        (NodeKind::Scalar(..), value) => node.to_value().is_ok_and(|read| read == *value),
        _ => false,
    }
}

/// Marks the values of a file, document by document; `None` if they are not what reading it gives.
pub(super) fn mark_file(
    marks: &mut Marks,
    layer: usize,
    (name, data): (&str, &[u8]),
    documents: Documents,
    known: Option<&Map>,
) -> Result<Map, TraceError> {
    let read;
    let known = if let Some(known) = known {
        known
    } else {
        read = read_values(data, documents).unwrap_or_default();
        &read
    };
    let data = data.strip_prefix(b"\xef\xbb\xbf").unwrap_or(data);
    let (plain, ranges) = documents_of(data, documents);
    let text = String::from_utf8(plain.into_owned()).unwrap_or_default();
    let id = marks.add_text(Text::new(name, &*text));
    let mut placer = Placer::new(marks, layer, id);
    let mut whole = Map::new();
    let mut check = Map::new();
    for range in ranges {
        let Some(part) = text.get(range.clone()) else { break };
        let Ok(tree) = parse(part) else { break };
        let Ok(Value::Map(map)) = tree.to_value() else { continue };
        placer.base = range.start;
        let marked = placer.mark(&map.clone().into(), &spot(&tree), None)?;
        if let Value::Map(marked) = marked {
            whole = merge_maps(&whole, &marked);
            check = merge_maps(&check, &map);
        }
    }
    if check == *known {
        return Ok(whole);
    }
    // A chart's values may have been changed since they were read, or be in another encoding: then only the file is known.
    match Placer::new(marks, layer, id).mark(&known.clone().into(), &Spot::NOWHERE, None)? {
        Value::Map(map) => Ok(map),
        _ => Ok(Map::new()),
    }
}

/// Gives the spot of a document's root.
pub(super) fn spot<'t, 'a>(tree: &'t Tree<'a>) -> Spot<'t, 'a> {
    Spot { key: None, node: tree.root(), span: None }
}

/// Marks values that were converted: each has the place of the nearest path around it that has one.
pub(super) fn mark_foreign(
    marks: &mut Marks,
    layer: usize,
    known: &Map,
    foreign: &ForeignPlaces,
) -> Result<Map, TraceError> {
    let first = marks.texts.len();
    for text in &foreign.texts {
        marks.add_text(text.clone());
    }
    let n_sites = marks.sites.len();
    let mut placer = Placer::new(marks, layer, first);
    let marked = placer.mark(&known.clone().into(), &Spot::NOWHERE, None)?;
    for id in n_sites..marks.sites.len() {
        let site = SiteId::try_from(id).unwrap_or(SiteId::MAX);
        let mut path = marks.path(site);
        let is_itself = foreign.places.contains_key(&path);
        let found = loop {
            if let Some(found) = foreign.places.get(&path) {
                break Some(found.clone());
            }
            if path.0.pop().is_none() {
                break None;
            }
        };
        if let Some((text, key, span)) = found {
            let site = &mut marks.sites[id];
            site.text = first + text;
            site.key = key.filter(|_| is_itself);
            site.span = Some(span);
        }
    }
    match marked {
        Value::Map(map) => Ok(map),
        _ => Ok(Map::new()),
    }
}
