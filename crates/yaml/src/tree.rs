//! A document as a tree with places: for diagnostics, and for what can only be read with anchors at hand.
//!
//! Nodes live in one list and name each other by number, so that a deep document is built and dropped without
//! recursion.
//!
//! Source: the first half of `decode.go` of goyaml v2.

use std::collections::HashMap;
use std::ops::Range;

use crate::compose::Fields;
use crate::decode::Decoder;
use crate::parser::{EventKind, Parser, Properties, Scalar};
use crate::reader::Input;
use crate::{Error, Style, Value};

/// The first document of a text, with the place of each node.
///
/// ```
/// let tree = pintle_yaml::parse("image:\n  tag: v1\n")?;
/// let tag = tree.root().and_then(|root| root.get("image")).and_then(|image| image.get("tag"));
/// assert_eq!(tag.map(|tag| tag.span()), Some(14..16));
/// # Ok::<(), pintle_yaml::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Tree<'a> {
    pub(crate) nodes: Vec<NodeData<'a>>,
}

/// The number of a node in its tree; the root is the first.
pub(crate) type NodeId = usize;

#[derive(Debug, Clone)]
pub(crate) struct NodeData<'a> {
    pub(crate) span: Range<usize>,
    pub(crate) line: usize,
    pub(crate) content: Content<'a>,
}

#[derive(Debug, Clone)]
pub(crate) enum Content<'a> {
    Scalar(Scalar<'a>),
    Sequence(Vec<NodeId>),
    /// keys and values in turn
    Mapping(Vec<NodeId>),
    Alias(&'a str, NodeId),
}

/// Reads the first document of a text into a tree.
///
/// # Errors
///
/// [`Error::Yaml`] in goyaml's words for a text that is no YAML. What else may be wrong with a document is found when
/// it becomes a value: [`Node::to_value`].
pub fn parse(text: &str) -> Result<Tree<'_>, Error> {
    Tree::of_input(Input::new(text.as_bytes()))
}

impl<'a> Tree<'a> {
    pub(crate) fn of_input(input: Input<'a>) -> Result<Self, Error> {
        let mut parser = Parser::of_input(input);
        let mut builder = Builder { nodes: Vec::new(), open: Vec::new(), anchors: HashMap::new() };
        while let Some(event) = parser.next_event()? {
            let content = match event.kind {
                EventKind::DocumentStart => continue,
                EventKind::DocumentEnd => break,
                EventKind::SequenceEnd | EventKind::MappingEnd => {
                    builder.end(event.span.end);
                    continue;
                }
                EventKind::Alias(name) => {
                    let Some(target) = builder.anchors.get(name) else {
                        let message = format!("unknown anchor '{name}' referenced");
                        return Err(Error::Yaml { message, offset: event.span.start });
                    };
                    Content::Alias(name, *target)
                }
                EventKind::Scalar(scalar) => {
                    builder.anchor(&scalar.properties);
                    Content::Scalar(scalar)
                }
                EventKind::SequenceStart(properties) => {
                    builder.anchor(&properties);
                    Content::Sequence(Vec::new())
                }
                EventKind::MappingStart(properties) => {
                    builder.anchor(&properties);
                    Content::Mapping(Vec::new())
                }
            };
            builder.add(NodeData { span: event.span, line: event.line, content });
        }
        Ok(Self { nodes: builder.nodes })
    }

    /// Gives the node at the top, unless the text has no document.
    pub fn root(&self) -> Option<Node<'_, 'a>> {
        (!self.nodes.is_empty()).then_some(Node { tree: self, id: 0 })
    }

    /// Gives the document as [`crate::from_str`] does.
    ///
    /// # Errors
    ///
    /// As [`crate::from_str`].
    pub fn to_value(&self) -> Result<Value, Error> {
        self.to_value_of(None, false)
    }

    pub(crate) fn to_value_of(
        &self,
        fields: Option<Fields<'_>>,
        is_strict: bool,
    ) -> Result<Value, Error> {
        match self.root() {
            None => Ok(Value::Null),
            Some(root) => Decoder::new(self, is_strict).document(root.id, fields),
        }
    }
}

struct Builder<'a> {
    nodes: Vec<NodeData<'a>>,
    /// the collections that have begun
    open: Vec<NodeId>,
    anchors: HashMap<&'a str, NodeId>,
}

impl<'a> Builder<'a> {
    /// Notes that the next node has this anchor.
    fn anchor(&mut self, properties: &Properties<'a>) {
        if let Some(anchor) = properties.anchor() {
            self.anchors.insert(anchor, self.nodes.len());
        }
    }

    fn add(&mut self, node: NodeData<'a>) {
        let id = self.nodes.len();
        if let Some(&parent) = self.open.last() {
            match &mut self.nodes[parent].content {
                Content::Sequence(children) | Content::Mapping(children) => children.push(id),
                Content::Scalar(_) | Content::Alias(..) => {}
            }
        }
        if matches!(node.content, Content::Sequence(_) | Content::Mapping(_)) {
            self.open.push(id);
        }
        self.nodes.push(node);
    }

    fn end(&mut self, end: usize) {
        if let Some(id) = self.open.pop() {
            let span = &mut self.nodes[id].span;
            span.end = end.max(span.end);
        }
    }
}

/// A node of a [`Tree`].
#[derive(Debug, Clone, Copy)]
pub struct Node<'t, 'a> {
    tree: &'t Tree<'a>,
    id: NodeId,
}

/// What a [`Node`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeKind<'t> {
    /// a scalar: its text, unresolved, and how it is written
    Scalar(&'t str, Style),
    /// a sequence: see [`Node::items`]
    Sequence,
    /// a mapping: see [`Node::entries`]
    Mapping,
    /// a node that stands elsewhere, under this anchor: see [`Node::target`]
    Alias(&'t str),
}

impl<'t, 'a> Node<'t, 'a> {
    /// Gives where the node is in the text, in bytes, its anchor and tag included.
    pub fn span(self) -> Range<usize> {
        self.data().span.clone()
    }

    /// Gives the line on which the node begins, from 0.
    pub fn line(self) -> usize {
        self.data().line
    }

    /// Gives what the node is.
    pub fn kind(self) -> NodeKind<'t> {
        match &self.data().content {
            Content::Scalar(scalar) => NodeKind::Scalar(&scalar.text, scalar.style),
            Content::Sequence(_) => NodeKind::Sequence,
            Content::Mapping(_) => NodeKind::Mapping,
            Content::Alias(name, _) => NodeKind::Alias(name),
        }
    }

    /// Gives the node that an alias stands for; any other node gives itself.
    #[must_use]
    pub fn target(self) -> Self {
        match self.data().content {
            Content::Alias(_, id) => Self { id, ..self },
            _ => self,
        }
    }

    /// Gives the items of a sequence.
    pub fn items(self) -> impl ExactSizeIterator<Item = Self> {
        let ids: &[NodeId] = match &self.data().content {
            Content::Sequence(ids) => ids,
            _ => &[],
        };
        ids.iter().map(move |&id| Self { id, ..self })
    }

    /// Gives the keys and values of a mapping, as they are written: merge keys are entries like others.
    pub fn entries(self) -> impl ExactSizeIterator<Item = (Self, Self)> {
        let ids: &[NodeId] = match &self.data().content {
            Content::Mapping(ids) => ids,
            _ => &[],
        };
        ids.chunks_exact(2)
            .map(move |pair| (Self { id: pair[0], ..self }, Self { id: pair[1], ..self }))
    }

    /// Gives the value of the last entry with this key, written as a scalar in any style.
    pub fn get(self, key: &str) -> Option<Self> {
        let has_key = |node: Self| matches!(node.kind(), NodeKind::Scalar(text, _) if text == key);
        self.entries().filter(|(node, _)| has_key(*node)).last().map(|(_, value)| value)
    }

    /// Gives the node as a value: resolved, aliases expanded, merged, and through JSON.
    ///
    /// # Errors
    ///
    /// As [`crate::from_str`], but for what is no YAML.
    pub fn to_value(self) -> Result<Value, Error> {
        Decoder::new(self.tree, false).document(self.id, None)
    }

    fn data(self) -> &'t NodeData<'a> {
        &self.tree.nodes[self.id]
    }
}
