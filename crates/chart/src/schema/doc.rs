//! A schema document: JSON whose numbers keep the text they were written in.
//!
//! Messages show the numbers of `enum` and `const` as the schema writes them, and limits are compared
//! as decimals, so a float would not do. Nodes lie in one list, so that a deep document is no deep tree.

use std::sync::Arc;

use pintle_yaml::{Value, json};
use rustc_hash::FxHashMap;

use crate::stack;

/// The place of a node in its document.
pub(super) type NodeId = usize;

/// One value of a document.
#[derive(Debug)]
pub(super) enum Node {
    Null,
    Bool(bool),
    Number(Box<str>),
    String(Arc<str>),
    List(Vec<NodeId>),
    Map(Entries),
}

/// A document. Its root is node 0.
#[derive(Debug)]
pub(super) struct Doc {
    nodes: Vec<Node>,
    /// the list or map each node is in; the root is in itself
    parents: Vec<NodeId>,
}

impl Doc {
    /// The root of every document.
    pub(super) const ROOT: NodeId = 0;

    /// Makes the document that takes everything.
    pub(super) fn permissive() -> Self {
        Self { nodes: vec![Node::Bool(true)], parents: vec![Self::ROOT] }
    }

    /// Reads JSON; `None` if it is none. Tells also whether there are numbers that may be too large for a float.
    pub(super) fn read(text: &str) -> Option<(Self, bool)> {
        let doc = Self { nodes: Vec::new(), parents: Vec::new() };
        let mut reader = Reader {
            bytes: text.as_bytes(),
            text,
            at: 0,
            doc,
            words: FxHashMap::default(),
            has_odd_numbers: false,
        };
        reader.document()?;
        Some((reader.doc, reader.has_odd_numbers))
    }

    /// Reads one of the documents that this crate carries.
    pub(super) fn read_own(text: &str) -> Self {
        Self::read(text).map_or_else(Self::permissive, |(doc, _)| doc)
    }

    pub(super) fn node(&self, id: NodeId) -> &Node {
        self.nodes.get(id).unwrap_or(&Node::Null)
    }

    pub(super) fn map(&self, id: NodeId) -> Option<&Entries> {
        match self.node(id) {
            Node::Map(map) => Some(map),
            _ => None,
        }
    }

    pub(super) fn list(&self, id: NodeId) -> Option<&[NodeId]> {
        match self.node(id) {
            Node::List(items) => Some(items),
            _ => None,
        }
    }

    pub(super) fn string(&self, id: NodeId) -> Option<&Arc<str>> {
        match self.node(id) {
            Node::String(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn bool(&self, id: NodeId) -> Option<bool> {
        match self.node(id) {
            Node::Bool(b) => Some(*b),
            _ => None,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Gives the list or map a node is in, unless it is the root.
    pub(super) fn parent(&self, id: NodeId) -> Option<NodeId> {
        if id == Self::ROOT { None } else { self.parents.get(id).copied() }
    }

    /// Gives the JSON pointer to a node.
    pub(super) fn pointer(&self, id: NodeId) -> String {
        let mut tokens = Vec::new();
        let mut id = id;
        while let Some(parent) = self.parent(id) {
            tokens.push(match self.node(parent) {
                Node::Map(map) => map
                    .iter()
                    .find(|(_, value)| *value == id)
                    .map_or_else(String::new, |e| escape(e.0)),
                Node::List(items) => {
                    items.iter().position(|item| *item == id).unwrap_or_default().to_string()
                }
                _ => String::new(),
            });
            id = parent;
        }
        tokens.iter().rev().fold(String::new(), |pointer, token| pointer + "/" + token)
    }

    /// Finds a node by a JSON pointer from another node.
    pub(super) fn find(&self, from: NodeId, pointer: &str) -> Result<NodeId, Lost> {
        let mut id = from;
        for token in pointer.split('/').skip(1) {
            let token = unescape(token).ok_or(Lost::Malformed)?;
            id = match self.node(id) {
                Node::Map(map) => map.get(&token).copied(),
                // Go reads signs and leading zeros, too.
                Node::List(items) => token
                    .parse::<i64>()
                    .ok()
                    .and_then(|index| items.get(usize::try_from(index).ok()?).copied()),
                _ => None,
            }
            .ok_or(Lost::NotFound)?;
        }
        Ok(id)
    }
}

/// Why a JSON pointer leads nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lost {
    Malformed,
    NotFound,
}

/// Writes a key as a token of a JSON pointer.
pub(super) fn escape(token: &str) -> String {
    token.replace('~', "~0").replace('/', "~1")
}

fn unescape(token: &str) -> Option<String> {
    let mut parts = token.split('~');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.as_bytes().first() {
            Some(b'0') => text.push('~'),
            Some(b'1') => text.push('/'),
            _ => return None,
        }
        text.push_str(&part[1..]);
    }
    Some(text)
}

/// The keys of a map in byte order, each with the node of its value. A clone shares them.
#[derive(Debug, Clone)]
pub(super) struct Entries(Arc<[(Arc<str>, NodeId)]>);

impl Entries {
    /// Takes entries as they were written: of equal keys the last one counts.
    fn new(mut entries: Vec<(Arc<str>, NodeId)>) -> Self {
        if !entries.is_sorted_by(|a, b| a.0 < b.0) {
            entries.reverse();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            entries.dedup_by(|later, kept| later.0 == kept.0);
        }
        Self(entries.into())
    }

    pub(super) fn get(&self, key: &str) -> Option<&NodeId> {
        // Most schemas have a handful of keywords: texts of another length are passed over without a look.
        const FEW: usize = 12;
        if self.0.len() <= FEW {
            return self.0.iter().find(|entry| *entry.0 == *key).map(|entry| &entry.1);
        }
        self.0.binary_search_by(|entry| (*entry.0).cmp(key)).ok().map(|at| &self.0[at].1)
    }

    pub(super) fn contains_key(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&Arc<str>, NodeId)> {
        self.0.iter().map(|(key, id)| (key, *id))
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &Arc<str>> {
        self.0.iter().map(|(key, _)| key)
    }

    pub(super) fn values(&self) -> impl Iterator<Item = NodeId> {
        self.0.iter().map(|(_, id)| *id)
    }
}

/// A list or map that is being read.
enum Open {
    List(NodeId, Vec<NodeId>),
    /// the entries, and the key whose value comes next
    Map(NodeId, Vec<(Arc<str>, NodeId)>, Arc<str>),
}

struct Reader<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    doc: Doc,
    /// the keys and short words met so far, which a schema repeats all over
    words: FxHashMap<&'t str, Arc<str>>,
    has_odd_numbers: bool,
}

impl Reader<'_> {
    /// Reads the whole text; `None` if it is not JSON.
    fn document(&mut self) -> Option<()> {
        let mut open: Vec<Open> = Vec::new();
        loop {
            let id = self.begin(&open);
            let byte = self.next_byte()?;
            if open.len() == json::MAX_DEPTH && matches!(byte, b'{' | b'[') {
                return None;
            }
            match byte {
                b'{' => {
                    self.at += 1;
                    if self.next_byte()? == b'}' {
                        self.at += 1;
                        self.doc.nodes[id] = Node::Map(Entries::new(Vec::new()));
                    } else {
                        let key = self.key()?;
                        open.push(Open::Map(id, Vec::new(), key));
                        continue;
                    }
                }
                b'[' => {
                    self.at += 1;
                    if self.next_byte()? == b']' {
                        self.at += 1;
                        self.doc.nodes[id] = Node::List(Vec::new());
                    } else {
                        open.push(Open::List(id, Vec::new()));
                        continue;
                    }
                }
                _ => self.doc.nodes[id] = self.scalar()?,
            }
            // The value may end lists and maps, which then are the value.
            let mut ended = id;
            loop {
                match open.pop() {
                    None => return self.skip_space().is_none().then_some(()),
                    Some(Open::List(list, mut items)) => {
                        items.push(ended);
                        match self.next_byte()? {
                            b',' => open.push(Open::List(list, items)),
                            b']' => {
                                self.doc.nodes[list] = Node::List(items);
                                ended = list;
                            }
                            _ => return None,
                        }
                    }
                    Some(Open::Map(map, mut entries, key)) => {
                        entries.push((key, ended));
                        match self.next_byte()? {
                            b',' => {
                                self.at += 1;
                                self.next_byte()?;
                                let key = self.key()?;
                                open.push(Open::Map(map, entries, key));
                                break;
                            }
                            b'}' => {
                                self.doc.nodes[map] = Node::Map(Entries::new(entries));
                                ended = map;
                            }
                            _ => return None,
                        }
                    }
                }
                self.at += 1;
                if self.bytes[self.at - 1] == b',' {
                    break;
                }
            }
        }
    }

    /// Makes room for a node within the innermost list or map.
    fn begin(&mut self, open: &[Open]) -> NodeId {
        let outer = match open.last() {
            None => Doc::ROOT,
            Some(Open::List(id, _) | Open::Map(id, ..)) => *id,
        };
        self.doc.nodes.push(Node::Null);
        self.doc.parents.push(outer);
        self.doc.nodes.len() - 1
    }

    fn skip_space(&mut self) -> Option<u8> {
        loop {
            match self.bytes.get(self.at)? {
                b' ' | b'\t' | b'\r' | b'\n' => self.at += 1,
                byte => return Some(*byte),
            }
        }
    }

    fn next_byte(&mut self) -> Option<u8> {
        self.skip_space()
    }

    /// Reads a key and its colon.
    fn key(&mut self) -> Option<Arc<str>> {
        let key = self.string()?;
        (self.next_byte()? == b':').then(|| self.at += 1)?;
        Some(key)
    }

    fn scalar(&mut self) -> Option<Node> {
        let rest = &self.bytes[self.at..];
        let (node, len) = match rest.first()? {
            b'"' => return self.string().map(Node::String),
            b't' => (Node::Bool(true), rest.starts_with(b"true").then_some(4)?),
            b'f' => (Node::Bool(false), rest.starts_with(b"false").then_some(5)?),
            b'n' => (Node::Null, rest.starts_with(b"null").then_some(4)?),
            _ => {
                let len = self.number_len()?;
                (Node::Number(self.text[self.at..self.at + len].into()), len)
            }
        };
        self.at += len;
        Some(node)
    }

    /// Gives the length of the number that begins here.
    fn number_len(&mut self) -> Option<usize> {
        const MAX_PLAIN_DIGITS: usize = 100;
        let rest = &self.bytes[self.at..];
        let digits_at = |at: usize| rest[at..].iter().take_while(|b| b.is_ascii_digit()).count();
        let some_digits_at = |at: usize| Some(digits_at(at)).filter(|n| *n > 0);
        let sign = usize::from(rest.first() == Some(&b'-'));
        // A number has one leading zero at most.
        let mut len = sign + if rest.get(sign) == Some(&b'0') { 1 } else { some_digits_at(sign)? };
        if rest.get(len) == Some(&b'.') {
            len += 1 + some_digits_at(len + 1)?;
        }
        if matches!(rest.get(len), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(rest.get(len + 1), Some(b'+' | b'-')));
            len += 1 + sign + some_digits_at(len + 1 + sign)?;
            self.has_odd_numbers = true;
        }
        self.has_odd_numbers |= len > MAX_PLAIN_DIGITS;
        Some(len)
    }

    fn string(&mut self) -> Option<Arc<str>> {
        const MAX_WORD: usize = 24;
        // So few that none can be chosen to be slow to find.
        const MAX_WORDS: usize = 1_000;
        let quoted = &self.text[self.at..];
        let inner = quoted.strip_prefix('"')?;
        let is_end = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
        let len = inner.bytes().position(|byte| is_end(&byte))?;
        match inner.as_bytes()[len] {
            b'"' => {}
            b'\\' => return self.escaped_string(quoted),
            _ => return None,
        }
        self.at += len + 2;
        let text = &inner[..len];
        if len > MAX_WORD || (self.words.len() >= MAX_WORDS && !self.words.contains_key(text)) {
            return Some(text.into());
        }
        Some(Arc::clone(self.words.entry(text).or_insert_with(|| text.into())))
    }

    /// Reads the string that `quoted` begins with.
    fn escaped_string(&mut self, quoted: &str) -> Option<Arc<str>> {
        let bytes = quoted.as_bytes();
        let mut len = 1;
        while *bytes.get(len)? != b'"' {
            len += if bytes[len] == b'\\' { 2 } else { 1 };
        }
        len += 1;
        self.at += len;
        match json::from_str(quoted.get(..len)?).ok()? {
            Value::String(text) => Some(text),
            _ => None,
        }
    }
}

/// Gives the value a node stands for; numbers become floats.
pub(super) fn value_of(doc: &Doc, node: NodeId) -> Value {
    match doc.node(node) {
        Node::Null => Value::Null,
        Node::Bool(b) => Value::Bool(*b),
        Node::Number(text) => Value::Float(text.parse().unwrap_or_default()),
        Node::String(text) => Value::String(text.clone()),
        Node::List(items) => {
            Value::list(items.iter().map(|id| stack::with_room(|| value_of(doc, *id))).collect())
        }
        Node::Map(map) => map
            .iter()
            .map(|(key, id)| (key.clone(), stack::with_room(|| value_of(doc, id))))
            .collect::<pintle_yaml::Map>()
            .into(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Doc, Lost, Node};

    #[test]
    fn what_is_json_is_a_document() {
        let words = [
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"a\"",
            "\"\\u0041\"",
            "\"\\x\"",
            "\"\t\"",
            "-0.5e+1",
            "01",
            "-",
            "true",
            "nul",
            " ",
            "\"",
        ];
        let mut state = 1_u32;
        for _ in 0..200_000 {
            let mut text = String::new();
            for _ in 0..=state % 9 {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                text.push_str(words[(state >> 16) as usize % words.len()]);
            }
            let is_json = pintle_yaml::json::from_str(&text).is_ok();
            match Doc::read(&text) {
                Some((_, true)) => {}
                read => assert_eq!(read.is_some(), is_json, "{text}"),
            }
        }
        let deep = "[".repeat(10_001) + &"]".repeat(10_001);
        assert!(Doc::read(&deep).is_none() && Doc::read(&deep[1..20_001]).is_some());
    }

    #[test]
    fn documents_are_found_their_way_through_by_pointers() {
        let doc = Doc::read_own(r#"{"a/b": [1.0, {"~": "x\n\u00e9"}], "n": null, "": {"k": 1e3}}"#);
        let at = |pointer: &str| doc.find(Doc::ROOT, pointer).map(|id| doc.node(id));
        assert!(matches!(at("/a~1b/0"), Ok(Node::Number(text)) if &**text == "1.0"));
        assert!(matches!(at("/a~1b/1/~0"), Ok(Node::String(text)) if &**text == "x\n\u{e9}"));
        assert!(matches!(at("//k"), Ok(Node::Number(text)) if &**text == "1e3"));
        assert!(matches!(at(""), Ok(Node::Map(_))));
        assert!(matches!(at("/a~1b/2"), Err(Lost::NotFound)));
        assert!(matches!(at("/a~2b"), Err(Lost::Malformed)));
        let id = doc.find(Doc::ROOT, "/a~1b/1/~0").unwrap();
        assert_eq!(doc.pointer(id), "/a~1b/1/~0");
    }
}
