//! `values.yaml` with its keys in their order, the comments above them, and their places.

use std::collections::HashMap;

use pintle_yaml::{Error, EventKind, Lines, Location, Map, Parser, Resolved, Style, Value};

use crate::DocsError;
use crate::heads::Heads;
use crate::scalar::Plain;

/// The deepest nesting of values that is documented, aliases followed.
pub(crate) const MAX_DEPTH: usize = 500;

/// The most nodes of a default that is written out, aliases followed.
const MAX_DEFAULT_NODES: usize = 1_000_000;

/// The name of the file in messages.
pub(crate) const VALUES_YAML: &str = "values.yaml";

/// A values file.
#[derive(Debug)]
pub(crate) struct Document {
    nodes: Vec<NodeData>,
    /// comments behind something on its line, by line from 1
    line_comments: HashMap<usize, String>,
}

/// The number of a node in its document; the root is the first.
pub(crate) type NodeId = usize;

#[derive(Debug)]
struct NodeData {
    /// the comment above it, its lines as they are
    head: String,
    /// from 1
    line: usize,
    /// in characters, from 1
    column: usize,
    content: Content,
}

/// What a node is.
#[derive(Debug)]
pub(crate) enum Content {
    Scalar {
        /// what it stands for
        plain: Plain,
        /// what it stands for to Helm, which has YAML 1.1
        helm: Resolved,
        /// its text, unresolved
        text: String,
    },
    Sequence(Vec<NodeId>),
    /// keys and values in turn
    Mapping(Vec<NodeId>),
    Alias(NodeId),
}

/// A node of a [`Document`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node<'a> {
    document: &'a Document,
    pub(crate) id: NodeId,
}

/// Gives the text of a file with `\n` at the ends of its lines, as helm-docs reads it.
///
/// # Errors
///
/// Bytes that are no text.
pub(crate) fn text_of(file: &str, bytes: &[u8]) -> Result<String, DocsError> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let valid = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
        DocsError::Values {
            place: Location::of(file, &valid, valid.len()),
            message: "not text in UTF-8".to_owned(),
        }
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n"))
}

impl Document {
    /// Reads the first document of a file whose lines end in `\n`.
    ///
    /// # Errors
    ///
    /// What is no YAML, too deep, or an alias of what it is in.
    pub(crate) fn read(file: &str, text: &str) -> Result<Self, DocsError> {
        let faulty = |error| goyaml_error(file, text, &error);
        let mut heads = Heads::new(text).map_err(faulty)?;
        let mut nodes: Vec<NodeData> = Vec::new();
        let mut open: Vec<NodeId> = Vec::new();
        let mut anchors: HashMap<String, NodeId> = HashMap::new();
        let mut lines = Lines::default();
        for event in Parser::new(text) {
            let event = event.map_err(faulty)?;
            let head = heads.above(&event);
            let at = event.span.start;
            let error = |message: String| DocsError::Values {
                place: Location::of(file, text, at),
                message,
            };
            let (anchor, content) = match event.kind {
                EventKind::DocumentStart => continue,
                EventKind::DocumentEnd => break,
                EventKind::SequenceEnd | EventKind::MappingEnd => {
                    open.pop();
                    continue;
                }
                EventKind::Alias(name) => {
                    let target = *anchors
                        .get(name)
                        .ok_or_else(|| error(format!("unknown anchor '{name}' referenced")))?;
                    if open.contains(&target) {
                        return Err(error(format!("anchor '{name}' value contains itself")));
                    }
                    (None, Content::Alias(target))
                }
                EventKind::Scalar(scalar) => {
                    let plain = Plain::of(&scalar);
                    let is_text = !scalar.is_implicit() || scalar.style != Style::Plain;
                    let helm =
                        if is_text { Resolved::String } else { Resolved::of_plain(&scalar.text) };
                    let anchor = scalar.properties.anchor().map(str::to_owned);
                    (anchor, Content::Scalar { plain, helm, text: scalar.text.into_owned() })
                }
                EventKind::SequenceStart(properties) => {
                    (properties.anchor().map(str::to_owned), Content::Sequence(Vec::new()))
                }
                EventKind::MappingStart(properties) => {
                    (properties.anchor().map(str::to_owned), Content::Mapping(Vec::new()))
                }
            };
            let id = nodes.len();
            if let Some(anchor) = anchor {
                anchors.insert(anchor, id);
            }
            if let Some(&parent) = open.last()
                && let Content::Sequence(children) | Content::Mapping(children) =
                    &mut nodes[parent].content
            {
                children.push(id);
            }
            if matches!(content, Content::Sequence(_) | Content::Mapping(_)) {
                if open.len() >= MAX_DEPTH {
                    return Err(DocsError::Limit { limit: "nesting", maximum: MAX_DEPTH });
                }
                open.push(id);
            }
            let (line, column) = (event.line + 1, lines.go_to(text, at).1);
            nodes.push(NodeData { head, line, column, content });
        }
        let line_comments = heads.line_comments();
        let line_comments =
            line_comments.into_iter().map(|(line, comment)| (line, comment.to_owned())).collect();
        Ok(Self { nodes, line_comments })
    }

    /// Gives the node at the top, unless the text has no document.
    pub(crate) fn root(&self) -> Option<Node<'_>> {
        (!self.nodes.is_empty()).then_some(Node { document: self, id: 0 })
    }

    /// Takes out what a comment with `@ignore` stands above.
    ///
    /// As in helm-docs, keys and values are one list: a comment between a key and its value takes the next key with it.
    /// Source: `removeIgnored` in `pkg/helm/chart_info.go`.
    pub(crate) fn remove_ignored(&mut self) {
        let mut ignored: Vec<bool> =
            self.nodes.iter().map(|node| node.head.contains("@ignore")).collect();
        for node in &mut self.nodes {
            let (children, is_mapping) = match &mut node.content {
                Content::Sequence(children) => (children, false),
                Content::Mapping(children) => (children, true),
                Content::Scalar { .. } | Content::Alias(_) => continue,
            };
            let mut skips_next = false;
            children.retain(|&child| {
                if std::mem::take(&mut skips_next) {
                    return false;
                }
                let is_ignored = std::mem::take(&mut ignored[child]);
                skips_next = is_ignored && is_mapping;
                !is_ignored
            });
            if is_mapping && children.len() % 2 == 1 {
                children.pop();
            }
        }
    }
}

/// Makes an error of goyaml's, which names its place.
fn goyaml_error(file: &str, text: &str, error: &Error) -> DocsError {
    let offset = match error {
        Error::Yaml { offset, .. } => *offset,
        _ => 0,
    };
    DocsError::Values { place: Location::of(file, text, offset), message: error.to_string() }
}

impl<'a> Node<'a> {
    /// Gives the comment above the node, its lines as they are.
    pub(crate) fn head(self) -> &'a str {
        &self.data().head
    }

    /// Gives the comment behind something on the line of the node.
    pub(crate) fn line_comment(self) -> &'a str {
        self.document.line_comments.get(&self.line()).map_or("", String::as_str)
    }

    /// Gives the line on which the node begins, from 1.
    pub(crate) fn line(self) -> usize {
        self.data().line
    }

    /// Gives the column at which the node begins, in characters, from 1.
    pub(crate) fn column(self) -> usize {
        self.data().column
    }

    /// Gives where the node is.
    pub(crate) fn place(self) -> Location {
        Location { file: VALUES_YAML.to_owned(), line: self.line(), column: self.column() }
    }

    /// Gives what the node is, or what it is an alias of.
    pub(crate) fn content(self) -> &'a Content {
        &self.target().data().content
    }

    fn target(self) -> Self {
        match self.data().content {
            // OK because an alias names a node that begins before it, and is none itself: it takes no anchor.
            Content::Alias(id) => Self { id, ..self },
            _ => self,
        }
    }

    /// Gives the items of a sequence.
    pub(crate) fn items(self) -> impl ExactSizeIterator<Item = Self> {
        let ids: &[NodeId] = match self.content() {
            Content::Sequence(ids) => ids,
            _ => &[],
        };
        ids.iter().map(move |&id| Self { id, ..self })
    }

    /// Gives the keys and values of a mapping.
    pub(crate) fn entries(self) -> impl ExactSizeIterator<Item = (Self, Self)> {
        let ids: &[NodeId] = match self.content() {
            Content::Mapping(ids) => ids,
            _ => &[],
        };
        ids.chunks_exact(2)
            .map(move |pair| (Self { id: pair[0], ..self }, Self { id: pair[1], ..self }))
    }

    /// Gives the text of a scalar, unresolved; collections have none.
    pub(crate) fn text(self) -> &'a str {
        match self.content() {
            Content::Scalar { text, .. } => text,
            Content::Sequence(_) | Content::Mapping(_) | Content::Alias(_) => "",
        }
    }

    /// Gives the node as a value, aliases followed; of equal keys the last one counts.
    ///
    /// # Errors
    ///
    /// A value that aliases make too large or too deep.
    pub(crate) fn to_value(self) -> Result<Value, DocsError> {
        let mut n_left = MAX_DEFAULT_NODES;
        self.value_within(MAX_DEPTH, &mut n_left)
    }

    fn value_within(self, depth_left: usize, n_left: &mut usize) -> Result<Value, DocsError> {
        *n_left = n_left
            .checked_sub(1)
            .ok_or(DocsError::Limit { limit: "size of a default", maximum: MAX_DEFAULT_NODES })?;
        let deeper = depth_left
            .checked_sub(1)
            .ok_or(DocsError::Limit { limit: "nesting", maximum: MAX_DEPTH })?;
        Ok(match self.content() {
            Content::Scalar { plain, .. } => plain.into(),
            Content::Sequence(_) => {
                let items = self.items().map(|item| item.value_within(deeper, n_left));
                Value::list(items.collect::<Result<_, _>>()?)
            }
            Content::Mapping(_) => {
                let mut map = Map::new();
                for (key, value) in self.entries() {
                    map.insert(key.text(), value.value_within(deeper, n_left)?);
                }
                Value::Map(map)
            }
            Content::Alias(_) => Value::Null,
        })
    }

    fn data(self) -> &'a NodeData {
        &self.document.nodes[self.id]
    }
}
