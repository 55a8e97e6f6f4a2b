//! A schema document: JSON whose numbers keep the text they were written in.
//!
//! Messages show the numbers of `enum` and `const` as the schema writes them, and limits are compared
//! as decimals, so a float would not do. Nodes lie in one list, so that a deep document is no deep tree.

use std::collections::BTreeMap;
use std::sync::Arc;

use pintle_yaml::Value;

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
    Map(BTreeMap<Arc<str>, NodeId>),
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

    /// Reads JSON that is known to be good.
    pub(super) fn read(text: &str) -> Self {
        let doc = Self { nodes: Vec::new(), parents: Vec::new() };
        let mut reader = Reader { bytes: text.as_bytes(), text, at: 0, doc };
        reader.document();
        reader.doc
    }

    pub(super) fn node(&self, id: NodeId) -> &Node {
        self.nodes.get(id).unwrap_or(&Node::Null)
    }

    pub(super) fn map(&self, id: NodeId) -> Option<&BTreeMap<Arc<str>, NodeId>> {
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
                    .find(|(_, value)| **value == id)
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
                Node::Map(map) => map.get(&*token).copied(),
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

struct Reader<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    doc: Doc,
}

impl Reader<'_> {
    fn document(&mut self) {
        // The lists and maps that are open, each map with the key whose value comes next.
        let mut open: Vec<(NodeId, Option<Arc<str>>)> = Vec::new();
        while self.at < self.bytes.len() {
            let start = self.at;
            self.at += 1;
            let node = match self.bytes[start] {
                b'{' => Node::Map(BTreeMap::new()),
                b'[' => Node::List(Vec::new()),
                b'}' | b']' => {
                    open.pop();
                    continue;
                }
                b'"' => {
                    let text = self.string(start);
                    match open.last_mut() {
                        Some((id, key @ None)) if matches!(self.doc.nodes[*id], Node::Map(_)) => {
                            *key = Some(text);
                            continue;
                        }
                        _ => Node::String(text),
                    }
                }
                b't' | b'f' | b'n' | b'-' | b'0'..=b'9' => self.word(start),
                _ => continue,
            };
            let id = self.doc.nodes.len();
            let is_open = matches!(node, Node::Map(_) | Node::List(_));
            self.doc.nodes.push(node);
            self.doc.parents.push(open.last().map_or(Doc::ROOT, |(outer, _)| *outer));
            if let Some((outer, key)) = open.last_mut() {
                match (&mut self.doc.nodes[*outer], key.take()) {
                    (Node::Map(map), Some(key)) => {
                        map.insert(key, id);
                    }
                    (Node::List(items), _) => items.push(id),
                    _ => {}
                }
            }
            if is_open {
                open.push((id, None));
            }
        }
    }

    fn word(&mut self, start: usize) -> Node {
        let is_part = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.');
        while self.bytes.get(self.at).is_some_and(is_part) {
            self.at += 1;
        }
        match &self.text[start..self.at] {
            "true" => Node::Bool(true),
            "false" => Node::Bool(false),
            "null" => Node::Null,
            number => Node::Number(number.into()),
        }
    }

    fn string(&mut self, start: usize) -> Arc<str> {
        let mut has_escapes = false;
        while let Some(&byte) = self.bytes.get(self.at) {
            self.at += 1;
            match byte {
                b'"' => break,
                b'\\' => {
                    has_escapes = true;
                    self.at += 1;
                }
                _ => {}
            }
        }
        let end = self.at.min(self.bytes.len());
        if has_escapes {
            let value = pintle_yaml::json::from_str(&self.text[start..end]);
            value.ok().and_then(|value| value.as_str().map(Arc::from)).unwrap_or_default()
        } else {
            self.text[start + 1..end.max(start + 2) - 1].into()
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
            .map(|(key, id)| (key.clone(), stack::with_room(|| value_of(doc, *id))))
            .collect::<pintle_yaml::Map>()
            .into(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Doc, Lost, Node};

    #[test]
    fn documents_are_found_their_way_through_by_pointers() {
        let doc = Doc::read(r#"{"a/b": [1.0, {"~": "x\n\u00e9"}], "n": null, "": {"k": 1e3}}"#);
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
