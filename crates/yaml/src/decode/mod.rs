//! From a tree to a value, step by step as goyaml and `sigs.k8s.io/yaml` go.
//!
//! goyaml first makes Go values, whose maps may have any scalar as a key: errors of tags, merges and aliases come
//! from there. Then every key must become a string, then JSON is written, which has no infinities. An error of an
//! earlier step comes first, wherever in the document it is. Where the order of a Go map decides which of several
//! errors of one step is given, it is the first in the document here.
//!
//! Source: the second half of `decode.go` of goyaml v2, `yaml.go` of `sigs.k8s.io/yaml`.

mod gosyntax;

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::sync::Arc;

use crate::compose::{Field, Fields, MAX_DEPTH, as_value, key_text};
use crate::parser::Scalar;
use crate::resolve::{Resolved, TAG_PREFIX};
use crate::tree::{Content, NodeId, Tree};
use crate::{Error, Map, Value, json};

/// Up to this many nodes, 99 in 100 may come from aliases.
const SMALL_DOCUMENT_NODES: u32 = 400_000;

/// From this many nodes on, 10 in 100 may come from aliases.
const LARGE_DOCUMENT_NODES: u32 = 4_000_000;

/// After this many bytes of complaints about keys that are set twice, no more are made; Go has no such limit.
const MAX_COMPLAINT_BYTES: usize = 1 << 20;

/// What goyaml makes of a node.
#[derive(Debug, Clone)]
enum GoValue {
    Scalar(GoScalar),
    List(Vec<GoValue>),
    Map(GoMap),
}

#[derive(Debug, Clone)]
enum GoScalar {
    /// null, a boolean or a number
    Resolved(Resolved),
    String(Arc<str>),
    /// binary data that is not UTF-8
    Bytes(Arc<[u8]>),
}

/// A map whose keys are scalars, in the order in which they were first set.
#[derive(Debug, Clone, Default)]
struct GoMap {
    entries: Vec<(GoScalar, GoValue)>,
    places: HashMap<KeyId, usize>,
    /// for each entry how many were set before it was set last
    ages: Vec<usize>,
    n_set: usize,
}

/// What makes keys equal in Go: their type and value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum KeyId {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(u64),
    String(Arc<str>),
    Bytes(Arc<[u8]>),
}

impl GoScalar {
    /// Gives what the key is equal to; nothing for NaN, which equals nothing.
    fn key_id(&self) -> Option<KeyId> {
        match self {
            Self::String(text) => Some(KeyId::String(text.clone())),
            Self::Bytes(bytes) => Some(KeyId::Bytes(bytes.clone())),
            Self::Resolved(resolved) => match *resolved {
                Resolved::Null | Resolved::String => Some(KeyId::Null),
                Resolved::Bool(b) => Some(KeyId::Bool(b)),
                Resolved::Int(n) => Some(KeyId::Int(n)),
                Resolved::Uint(n) => Some(KeyId::Uint(n)),
                // Adding zero makes both zeros one.
                Resolved::Float(x) => (!x.is_nan()).then(|| KeyId::Float((x + 0.0).to_bits())),
            },
        }
    }
}

impl GoMap {
    fn contains(&self, key: &GoScalar) -> bool {
        key.key_id().is_some_and(|id| self.places.contains_key(&id))
    }

    fn set(&mut self, key: GoScalar, value: GoValue) {
        let age = self.n_set;
        self.n_set += 1;
        if let Some(id) = key.key_id() {
            if let Some(&place) = self.places.get(&id) {
                // Go takes the later key, too: of the zeros it may be the other one.
                self.entries[place] = (key, value);
                self.ages[place] = age;
                return;
            }
            self.places.insert(id, self.entries.len());
        }
        self.entries.push((key, value));
        self.ages.push(age);
    }

    /// Gives the entries in the order in which they were last set: of keys that are one in JSON, such as 1 and 1.0, the
    /// last one counts. Go takes any of them.
    fn by_age(&self) -> Vec<&(GoScalar, GoValue)> {
        if self.n_set == self.entries.len() {
            return self.entries.iter().collect();
        }
        let mut order: Vec<_> = (0..self.entries.len()).collect();
        order.sort_unstable_by_key(|place| self.ages[*place]);
        order.into_iter().map(|place| &self.entries[place]).collect()
    }
}

/// Makes a value of a tree.
pub(crate) struct Decoder<'t, 'a> {
    tree: &'t Tree<'a>,
    is_strict: bool,
    /// scalars that are strings, so that aliases share them
    strings: HashMap<NodeId, Arc<str>>,
    /// the aliases that are being expanded
    active: HashSet<NodeId>,
    n_decoded: u32,
    n_aliased: u32,
    depth: usize,
    /// keys that were set twice, if that matters
    duplicates: String,
    first_duplicate: usize,
}

impl<'t, 'a> Decoder<'t, 'a> {
    pub(crate) fn new(tree: &'t Tree<'a>, is_strict: bool) -> Self {
        Self {
            tree,
            is_strict,
            strings: HashMap::new(),
            active: HashSet::new(),
            // goyaml counts the document as well.
            n_decoded: 1,
            n_aliased: 0,
            depth: 0,
            duplicates: String::new(),
            first_duplicate: 0,
        }
    }

    /// Gives a node and what is in it as a value.
    pub(crate) fn document(
        mut self,
        root: NodeId,
        fields: Option<Fields<'_>>,
    ) -> Result<Value, Error> {
        let go_value = self.decode(root)?;
        if !self.duplicates.is_empty() {
            let message = format!("unmarshal errors:{}", self.duplicates);
            return Err(Error::Yaml { message, offset: self.first_duplicate });
        }
        let offset = self.tree.nodes[root].span.start;
        let mut converter = Converter { fields, path: Vec::new(), problem: None };
        let value = converter.value(&go_value, Field::Any);
        if let Some(message) = converter.problem {
            return Err(Error::Json { message, offset });
        }
        match first_not_finite(&value) {
            Some(number) => {
                let message = format!("json: unsupported value: {number}");
                Err(Error::Json { message, offset })
            }
            None => Ok(pruned(value, fields)),
        }
    }

    fn error<T>(&self, message: impl Into<String>, id: NodeId) -> Result<T, Error> {
        Err(Error::Yaml { message: message.into(), offset: self.tree.nodes[id].span.start })
    }

    /// Counts a node, and fails if too many come from aliases or the tree is too deep.
    fn enter(&mut self, id: NodeId) -> Result<(), Error> {
        self.n_decoded += 1;
        self.n_aliased += u32::from(!self.active.is_empty());
        if self.n_aliased > 100
            && self.n_decoded > 1000
            && f64::from(self.n_aliased) / f64::from(self.n_decoded)
                > allowed_alias_ratio(self.n_decoded)
        {
            return self.error("document contains excessive aliasing", id);
        }
        if self.depth == MAX_DEPTH {
            return Err(Error::Limit { limit: "nesting depth", maximum: MAX_DEPTH });
        }
        self.depth += 1;
        Ok(())
    }

    fn decode(&mut self, id: NodeId) -> Result<GoValue, Error> {
        self.enter(id)?;
        let tree = self.tree;
        let value = match &tree.nodes[id].content {
            Content::Scalar(scalar) => GoValue::Scalar(self.scalar(id, scalar)?),
            Content::Sequence(items) => {
                let items = items.iter().map(|item| self.decode(*item));
                GoValue::List(items.collect::<Result<_, _>>()?)
            }
            Content::Mapping(entries) => {
                let mut map = GoMap::default();
                self.mapping(entries, &mut map)?;
                GoValue::Map(map)
            }
            Content::Alias(name, target) => {
                self.begin_alias(id, name)?;
                let value = self.decode(*target)?;
                self.active.remove(&id);
                value
            }
        };
        self.depth -= 1;
        Ok(value)
    }

    fn begin_alias(&mut self, id: NodeId, name: &str) -> Result<(), Error> {
        if self.active.insert(id) {
            Ok(())
        } else {
            self.error(format!("anchor '{name}' value contains itself"), id)
        }
    }

    fn scalar(&mut self, id: NodeId, scalar: &Scalar<'_>) -> Result<GoScalar, Error> {
        let text = &*scalar.text;
        let resolved = match scalar.properties.tag() {
            None if scalar.is_implicit() => Resolved::of_plain(text),
            None => Resolved::String,
            Some(tag) if tag.strip_prefix(TAG_PREFIX) == Some("binary") => {
                return match decode_base64(text).map(String::from_utf8) {
                    Some(Ok(text)) => Ok(GoScalar::String(text.into())),
                    Some(Err(error)) => Ok(GoScalar::Bytes(error.into_bytes().into())),
                    None => self.error("!!binary value contains invalid base64 data", id),
                };
            }
            Some(tag) => match Resolved::of_tagged(tag, text) {
                Ok(resolved) => resolved,
                Err(message) => return self.error(message, id),
            },
        };
        Ok(match resolved {
            Resolved::String => {
                GoScalar::String(self.strings.entry(id).or_insert_with(|| text.into()).clone())
            }
            resolved => GoScalar::Resolved(resolved),
        })
    }

    /// Sets the entries of a mapping in a map, in their order; a merge sets what it brings where it stands.
    fn mapping(&mut self, entries: &[NodeId], map: &mut GoMap) -> Result<(), Error> {
        for pair in entries.chunks_exact(2) {
            let (key_id, value_id) = (pair[0], pair[1]);
            if self.is_merge(key_id) {
                self.merge(value_id, map)?;
                continue;
            }
            let key = match self.decode(key_id)? {
                GoValue::Scalar(key) => key,
                key => {
                    let message = format!("invalid map key: {}", gosyntax::write(&key));
                    return self.error(message, key_id);
                }
            };
            let value = self.decode(value_id)?;
            if self.is_strict && map.contains(&key) {
                self.complain(key, key_id, value_id);
            } else {
                map.set(key, value);
            }
        }
        Ok(())
    }

    /// Notes that a key is set twice.
    fn complain(&mut self, key: GoScalar, key_id: NodeId, value_id: NodeId) {
        if self.duplicates.is_empty() {
            self.first_duplicate = self.tree.nodes[key_id].span.start;
        }
        if self.duplicates.len() < MAX_COMPLAINT_BYTES {
            let line = self.tree.nodes[value_id].line + 1;
            let key = gosyntax::write(&GoValue::Scalar(key));
            write!(self.duplicates, "\n  line {line}: key {key} already set in map")
                .expect("a string takes all that is written");
        }
    }

    fn is_merge(&self, id: NodeId) -> bool {
        match &self.tree.nodes[id].content {
            Content::Scalar(scalar) if &*scalar.text == "<<" => {
                let tag = scalar.properties.tag();
                scalar.is_implicit()
                    || tag.is_some_and(|tag| tag.strip_prefix(TAG_PREFIX) == Some("merge"))
            }
            _ => false,
        }
    }

    /// Sets in a map what a merge brings: a mapping, an alias of one, or a list of these, of which the first wins.
    fn merge(&mut self, id: NodeId, map: &mut GoMap) -> Result<(), Error> {
        let tree = self.tree;
        match &tree.nodes[id].content {
            Content::Sequence(items) => {
                items.iter().rev().try_for_each(|item| self.merge_one(*item, map))
            }
            _ => self.merge_one(id, map),
        }
    }

    fn merge_one(&mut self, id: NodeId, map: &mut GoMap) -> Result<(), Error> {
        let tree = self.tree;
        match &tree.nodes[id].content {
            Content::Mapping(entries) => {
                self.enter(id)?;
                self.mapping(entries, map)?;
                self.depth -= 1;
                Ok(())
            }
            Content::Alias(name, target)
                if matches!(tree.nodes[*target].content, Content::Mapping(_)) =>
            {
                self.enter(id)?;
                self.begin_alias(id, name)?;
                self.merge_one(*target, map)?;
                self.active.remove(&id);
                self.depth -= 1;
                Ok(())
            }
            _ => self.error("map merge requires map or sequence of maps as the value", id),
        }
    }
}

fn allowed_alias_ratio(n_decoded: u32) -> f64 {
    let range = f64::from(LARGE_DOCUMENT_NODES - SMALL_DOCUMENT_NODES);
    match n_decoded {
        ..=SMALL_DOCUMENT_NODES => 0.99,
        LARGE_DOCUMENT_NODES.. => 0.10,
        _ => 0.99 - 0.89 * (f64::from(n_decoded - SMALL_DOCUMENT_NODES) / range),
    }
}

/// Makes JSON's values of Go's.
struct Converter<'f> {
    fields: Option<Fields<'f>>,
    path: Vec<Arc<str>>,
    /// the first key that cannot be one
    problem: Option<String>,
}

impl Converter<'_> {
    fn value(&mut self, go_value: &GoValue, how: Field) -> Value {
        match go_value {
            GoValue::Scalar(GoScalar::String(text)) => Value::String(text.clone()),
            GoValue::Scalar(GoScalar::Bytes(bytes)) => Value::string(json::replace_invalid(bytes)),
            GoValue::Scalar(GoScalar::Resolved(resolved)) => {
                as_value(*resolved, how).unwrap_or_default()
            }
            GoValue::List(items) => {
                Value::list(items.iter().map(|item| self.value(item, how.of_items())).collect())
            }
            GoValue::Map(map) => {
                let entries = map.by_age().into_iter().map(|(key, value)| {
                    let key = self.key(key, value);
                    self.path.push(key.clone());
                    let value = self.value(value, self.ask());
                    self.path.pop();
                    (key, value)
                });
                Value::Map(entries.collect::<Map>())
            }
        }
    }

    fn key(&mut self, key: &GoScalar, value: &GoValue) -> Arc<str> {
        let resolved = match key {
            GoScalar::String(text) => return text.clone(),
            GoScalar::Bytes(bytes) => return json::replace_invalid(bytes).into(),
            GoScalar::Resolved(resolved) => *resolved,
        };
        if let Some(text) = key_text(resolved) {
            return text.into();
        }
        if self.problem.is_none() {
            let go_type = if resolved == Resolved::Null { "%!s(<nil>)" } else { "uint64" };
            let key = gosyntax::write(&GoValue::Scalar(key.clone()));
            let value = gosyntax::write(value);
            self.problem =
                Some(format!("unsupported map key of type: {go_type}, key: {key}, value: {value}"));
        }
        "".into()
    }

    fn ask(&self) -> Field {
        let Some(fields) = self.fields else { return Field::Any };
        match fields(&self.path.iter().map(|key| &**key).collect::<Vec<_>>()) {
            Field::Skipped => Field::Any,
            how => how,
        }
    }
}

/// Finds the first number that JSON does not have, in the order in which Go writes JSON.
fn first_not_finite(value: &Value) -> Option<&'static str> {
    match value {
        Value::Float(x) if x.is_nan() => Some("NaN"),
        Value::Float(x) if x.is_infinite() => Some(if *x > 0.0 { "+Inf" } else { "-Inf" }),
        Value::List(items) => items.iter().find_map(first_not_finite),
        Value::Map(map) => map.iter().find_map(|(_, value)| first_not_finite(value)),
        _ => None,
    }
}

/// Takes the fields away that are skipped.
fn pruned(value: Value, fields: Option<Fields<'_>>) -> Value {
    fn prune(value: Value, fields: Fields<'_>, path: &[&str]) -> Value {
        match value {
            Value::List(items) => {
                Value::list(items.iter().map(|item| prune(item.clone(), fields, path)).collect())
            }
            Value::Map(map) => {
                let kept = map.iter().filter_map(|(key, value)| {
                    let path = [path, &[&**key]].concat();
                    let is_kept = fields(&path) != Field::Skipped;
                    is_kept.then(|| (key.clone(), prune(value.clone(), fields, &path)))
                });
                Value::Map(kept.collect())
            }
            value => value,
        }
    }
    match fields {
        Some(fields) => prune(value, fields, &[]),
        None => value,
    }
}

/// Decodes base 64 as Go's standard encoding does: padded, line breaks skipped, spare bits ignored.
fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let mut data = Vec::with_capacity(text.len() / 4 * 3);
    let mut bits: u32 = 0;
    let mut n_digits = 0;
    let mut n_padding = 0;
    for byte in text.bytes().filter(|byte| !matches!(byte, b'\n' | b'\r')) {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' if n_digits >= 2 && n_digits + n_padding < 4 => {
                n_padding += 1;
                continue;
            }
            _ => return None,
        };
        if n_padding > 0 {
            return None;
        }
        bits = bits << 6 | u32::from(digit);
        n_digits += 1;
        if n_digits == 4 {
            data.extend_from_slice(&bits.to_be_bytes()[1..]);
            n_digits = 0;
        }
    }
    match (n_digits, n_padding) {
        (0, 0) => {}
        (2, 2) => data.push((bits << 12).to_be_bytes()[1]),
        (3, 1) => data.extend_from_slice(&(bits << 6).to_be_bytes()[1..3]),
        _ => return None,
    }
    Some(data)
}
