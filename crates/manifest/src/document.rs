//! A document of a manifest as a tree with places: what an API server would be sent, and where each part of it stands.
//!
//! The text goes through YAML to JSON by the rules of the crate `yaml`; a number without a fraction is an integer, as
//! JSON has no other kind of number.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use pintle_yaml::{Error, EventKind, MAX_DEPTH, NodeKind, Parser, Resolved, Scalar, Style, Value};

/// A document.
#[derive(Debug, Clone, PartialEq)]
pub struct Document<'a> {
    /// what is at the top; null if there is nothing
    pub root: Node<'a>,
    /// the offsets of keys that stood before in the same map, in bytes; the last of a name counts
    pub repeated: Vec<u32>,
}

/// A value in a document.
#[derive(Debug, Clone, PartialEq)]
pub struct Node<'a> {
    /// where it begins in the document's text, in bytes
    pub offset: u32,
    /// what it is
    pub content: Content<'a>,
}

/// What a [`Node`] is.
#[derive(Debug, Clone, PartialEq)]
pub enum Content<'a> {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// a number that JSON would write without a point
    Int(i64),
    /// any other number
    Float(f64),
    /// a string
    String(Cow<'a, str>),
    /// a list
    List(Vec<Node<'a>>),
    /// a map, in the order of its text; no name occurs twice
    Map(Vec<Entry<'a>>),
}

/// A key of a map, and its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry<'a> {
    /// the key
    pub key: Cow<'a, str>,
    /// where the key begins in the document's text, in bytes
    pub offset: u32,
    /// the value
    pub value: Node<'a>,
}

impl<'a> Document<'a> {
    /// Reads the first document of a text, of at most 256 MiB.
    ///
    /// # Errors
    ///
    /// As [`pintle_yaml::from_str`], and for a text with more than [`MAX_DEPTH`] lists and maps within each other.
    pub fn read(text: &'a str) -> Result<Self, Error> {
        match Reader::new(text).document() {
            Some(document) => Ok(document),
            None => Self::read_slowly(text),
        }
    }

    /// Reads what has anchors, tags, merges or odd keys, or is no YAML.
    fn read_slowly(text: &'a str) -> Result<Self, Error> {
        let value = pintle_yaml::from_str(text)?;
        let tree = pintle_yaml::parse(text)?;
        let mut repeated = Vec::new();
        let root = of_value(&value, tree.root(), Around { offset: 0, depth: 0 }, &mut repeated)?;
        repeated.sort_unstable();
        Ok(Self { root, repeated })
    }
}

impl<'a> Node<'a> {
    /// Gives the value of a key, if this is a map that has it.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }

    /// Gives the entries of a map; anything else has none.
    pub fn entries(&self) -> &[Entry<'a>] {
        match &self.content {
            Content::Map(entries) => entries,
            _ => &[],
        }
    }

    /// Gives the items of a list; anything else has none.
    pub fn items(&self) -> &[Self] {
        match &self.content {
            Content::List(items) => items,
            _ => &[],
        }
    }

    /// Gives the text, if this is a string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.content {
            Content::String(text) => Some(text),
            _ => None,
        }
    }

    /// Copies the value, so that it needs no text.
    pub(crate) fn to_owned_node(&self) -> Node<'static> {
        let content = match &self.content {
            Content::Null => Content::Null,
            Content::Bool(value) => Content::Bool(*value),
            Content::Int(value) => Content::Int(*value),
            Content::Float(value) => Content::Float(*value),
            Content::String(text) => Content::String(Cow::Owned(text.to_string())),
            Content::List(items) => Content::List(items.iter().map(Self::to_owned_node).collect()),
            Content::Map(entries) => Content::Map(
                entries
                    .iter()
                    .map(|entry| Entry {
                        key: Cow::Owned(entry.key.to_string()),
                        offset: entry.offset,
                        value: entry.value.to_owned_node(),
                    })
                    .collect(),
            ),
        };
        Node { offset: self.offset, content }
    }

    /// Tells whether this is null.
    pub fn is_null(&self) -> bool {
        self.content == Content::Null
    }
}

/// Reads a plain document out of events; gives nothing for what is not plain.
struct Reader<'a> {
    parser: Parser<'a>,
    open: Vec<Open<'a>>,
    repeated: Vec<u32>,
}

/// A collection that has begun.
enum Open<'a> {
    List(u32, Vec<Node<'a>>),
    Map(u32, Vec<Entry<'a>>, Option<(Cow<'a, str>, u32)>),
}

/// Up to how many entries a map is searched one by one for a name.
const FEW_ENTRIES: usize = 16;

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        Self { parser: Parser::new(text), open: Vec::new(), repeated: Vec::new() }
    }

    fn document(mut self) -> Option<Document<'a>> {
        loop {
            let Some(event) = self.parser.next() else {
                let root = Node { offset: 0, content: Content::Null };
                return Some(Document { root, repeated: self.repeated });
            };
            let event = event.ok()?;
            let offset = u32::try_from(event.span.start).ok()?;
            let content = match event.kind {
                EventKind::DocumentStart => continue,
                EventKind::DocumentEnd | EventKind::Alias(_) => return None,
                EventKind::Scalar(scalar) => {
                    if !scalar.properties.is_empty() {
                        return None;
                    }
                    if self.take_key(&scalar, offset)? {
                        continue;
                    }
                    of_scalar(scalar)?
                }
                EventKind::SequenceStart(properties) => {
                    self.begin(Open::List(offset, Vec::new()), properties.is_empty())?;
                    continue;
                }
                EventKind::MappingStart(properties) => {
                    self.begin(Open::Map(offset, Vec::new(), None), properties.is_empty())?;
                    continue;
                }
                EventKind::SequenceEnd | EventKind::MappingEnd => {
                    let node = match self.open.pop()? {
                        Open::List(offset, items) => Node { offset, content: Content::List(items) },
                        Open::Map(offset, entries, _) => {
                            let entries = without_repeated(entries, &mut self.repeated);
                            Node { offset, content: Content::Map(entries) }
                        }
                    };
                    if let Some(document) = self.put(node) {
                        return self.whole(document);
                    }
                    continue;
                }
            };
            if let Some(root) = self.put(Node { offset, content }) {
                return self.whole(root);
            }
        }
    }

    /// Ends the document, if nothing is wrong behind it.
    fn whole(mut self, root: Node<'a>) -> Option<Document<'a>> {
        match self.parser.next()?.ok()?.kind {
            EventKind::DocumentEnd => {
                self.repeated.sort_unstable();
                Some(Document { root, repeated: self.repeated })
            }
            _ => None,
        }
    }

    fn begin(&mut self, open: Open<'a>, is_plain: bool) -> Option<()> {
        let is_key = matches!(self.open.last(), Some(Open::Map(_, _, None)));
        if !is_plain || is_key || self.open.len() >= MAX_DEPTH {
            return None;
        }
        self.open.push(open);
        Some(())
    }

    /// Takes a scalar for a key, if one is due; a key that is no plain string is for the other reader.
    fn take_key(&mut self, scalar: &Scalar<'a>, offset: u32) -> Option<bool> {
        let Some(Open::Map(_, _, key @ None)) = self.open.last_mut() else {
            return Some(false);
        };
        let is_string = scalar.style != Style::Plain
            || scalar.text != "<<" && Resolved::of_plain(&scalar.text) == Resolved::String;
        is_string.then(|| {
            *key = Some((scalar.text.clone(), offset));
            true
        })
    }

    /// Puts a value where it belongs; gives it back if that is the top.
    fn put(&mut self, node: Node<'a>) -> Option<Node<'a>> {
        match self.open.last_mut() {
            None => return Some(node),
            Some(Open::List(_, items)) => items.push(node),
            Some(Open::Map(_, entries, key)) => {
                if let Some((key, offset)) = key.take() {
                    entries.push(Entry { key, offset, value: node });
                }
            }
        }
        None
    }
}

/// Drops entries whose name comes once more, and notes where that is.
fn without_repeated<'a>(entries: Vec<Entry<'a>>, repeated: &mut Vec<u32>) -> Vec<Entry<'a>> {
    let is_repeated = if entries.len() <= FEW_ENTRIES {
        let before = |at: usize| entries[..at].iter().any(|entry| entry.key == entries[at].key);
        (0..entries.len()).any(before)
    } else {
        let mut names = HashSet::with_capacity(entries.len());
        !entries.iter().all(|entry| names.insert(entry.key.as_ref()))
    };
    if !is_repeated {
        return entries;
    }
    let mut kept: Vec<Entry<'a>> = Vec::with_capacity(entries.len());
    let mut places = HashMap::new();
    for entry in entries {
        if let Some(&at) = places.get(&entry.key) {
            repeated.push(entry.offset);
            kept[at] = entry;
        } else {
            places.insert(entry.key.clone(), kept.len());
            kept.push(entry);
        }
    }
    kept
}

fn of_scalar(scalar: Scalar<'_>) -> Option<Content<'_>> {
    if scalar.style != Style::Plain {
        return Some(Content::String(scalar.text));
    }
    Some(match Resolved::of_plain(&scalar.text) {
        Resolved::Null => Content::Null,
        Resolved::Bool(value) => Content::Bool(value),
        Resolved::Int(value) => Content::Int(value),
        #[expect(clippy::cast_precision_loss, reason = "no integer type of the API is as large")]
        Resolved::Uint(value) => Content::Float(value as f64),
        Resolved::Float(value) if value.is_finite() => of_float(value),
        // JSON has no such number, which is for the other reader to say.
        Resolved::Float(_) => return None,
        Resolved::String => Content::String(scalar.text),
    })
}

/// The size from which Go writes a float in JSON with an exponent.
const MIN_EXPONENT_FORM: f64 = 1e21;

/// Makes a number of a float; one without a fraction is written as an integer in JSON.
fn of_float<'a>(value: f64) -> Content<'a> {
    #[expect(clippy::cast_precision_loss, reason = "the bounds are exact as floats")]
    let fits = value >= i64::MIN as f64 && value < i64::MAX as f64;
    if value.fract() == 0.0 && value.abs() < MIN_EXPONENT_FORM && fits {
        #[expect(clippy::cast_possible_truncation, reason = "it has no fraction, and fits")]
        return Content::Int(value as i64);
    }
    Content::Float(value)
}

/// What a value stands in.
#[derive(Clone, Copy)]
struct Around {
    /// where that begins
    offset: u32,
    /// how many lists and maps it is
    depth: usize,
}

/// Gives a value the places of the tree it came from, as far as they are known.
fn of_value<'a>(
    value: &Value,
    place: Option<pintle_yaml::Node<'_, 'a>>,
    around: Around,
    repeated: &mut Vec<u32>,
) -> Result<Node<'a>, Error> {
    if around.depth > MAX_DEPTH {
        return Err(Error::Limit { limit: "nesting", maximum: MAX_DEPTH });
    }
    // OK because a text has at most 256 MiB.
    let offset_of =
        |node: pintle_yaml::Node<'_, 'a>| u32::try_from(node.span().start).unwrap_or(u32::MAX);
    let offset = place.map_or(around.offset, offset_of);
    let inside = |offset| Around { offset, depth: around.depth + 1 };
    let place = place.map(pintle_yaml::Node::target);
    let content = match value {
        Value::Null => Content::Null,
        Value::Bool(value) => Content::Bool(*value),
        Value::Int(value) => Content::Int(*value),
        Value::Float(value) => of_float(*value),
        Value::String(text) => Content::String(Cow::Owned(text.to_string())),
        Value::List(items) => {
            let mut places = place.into_iter().flat_map(pintle_yaml::Node::items);
            let item = |item| of_value(item, places.next(), inside(offset), repeated);
            Content::List(items.iter().map(item).collect::<Result<_, _>>()?)
        }
        Value::Map(map) => {
            let mut keys = HashMap::new();
            for (key, node) in place.into_iter().flat_map(pintle_yaml::Node::entries) {
                if let NodeKind::Scalar(text, _) = key.target().kind()
                    && keys.insert(text, (offset_of(key), node)).is_some()
                    && text != "<<"
                {
                    repeated.push(offset_of(key));
                }
            }
            let entry = |(key, value): (&Arc<str>, &Value)| {
                let known = keys.get(key.as_ref()).copied();
                let at = known.map_or(offset, |(at, _)| at);
                let value = of_value(value, known.map(|(_, node)| node), inside(at), repeated)?;
                Ok(Entry { key: Cow::Owned(key.to_string()), offset: at, value })
            };
            Content::Map(map.iter().map(entry).collect::<Result<_, Error>>()?)
        }
    };
    Ok(Node { offset, content })
}

/// Gives the key that begins at an offset, without its quotes.
pub(crate) fn key_at(text: &str, offset: usize) -> &str {
    let line = text.get(offset..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    match line.chars().next() {
        Some(quote @ ('"' | '\'')) => line[1..].split(quote).next().unwrap_or_default(),
        _ => line.split_once(": ").map_or(line, |(key, _)| key).trim_end().trim_end_matches(':'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_given_without_quotes() {
        assert_eq!(key_at("a: 1\nb.c/d:e: 2\n", 5), "b.c/d:e");
        assert_eq!(key_at("a:\r\n  b: 1\n", 0), "a");
        assert_eq!(key_at(r#"{"x: y": 1, 'z': 2}"#, 1), "x: y");
        assert_eq!(key_at(r#"{"x: y": 1, 'z': 2}"#, 12), "z");
        assert_eq!(key_at("a", 9), "");
    }
}
