//! Parsed templates to look at, for those who ask what a template does without running it.
//!
//! ```
//! use std::sync::Arc;
//!
//! use pintle_gotmpl::syntax::Syntax;
//! use pintle_gotmpl::{FuncMap, TemplateSet};
//!
//! let mut set = TemplateSet::new(Arc::new(FuncMap::new()));
//! set.parse("a", "x{{ .port }}")?;
//! let Some(Syntax::List(nodes)) = set.syntax("a").map(|node| node.kind()) else { unreachable!() };
//! let kinds: Vec<_> = nodes.map(|node| node.kind()).collect();
//! assert!(matches!(kinds[..], [Syntax::Text(b"x"), Syntax::Action(_)]));
//! # Ok::<(), pintle_gotmpl::ParseError>(())
//! ```

use crate::ast::{Branch, Children, Idents, NodeId, NodeKind, Source};
use crate::template::TemplateSet;

/// A node of a parsed template.
#[derive(Debug, Clone, Copy)]
pub struct Node<'t> {
    source: &'t Source,
    id: NodeId,
}

/// What a node is. A pipeline is always a [`Syntax::Pipe`] of [`Syntax::Command`]s of operands.
#[derive(Debug, Clone)]
pub enum Syntax<'t> {
    /// nodes one after the other
    List(Nodes<'t>),
    /// text outside of actions
    Text(&'t [u8]),
    /// `{{ pipeline }}`
    Action(Node<'t>),
    /// `{{ if pipeline }}`
    If(Control<'t>),
    /// `{{ with pipeline }}`
    With(Control<'t>),
    /// `{{ range pipeline }}`
    Range(Control<'t>),
    /// `{{ template "name" pipeline }}`
    Template {
        /// the name of the other template
        name: &'t str,
        /// its dot
        pipe: Option<Node<'t>>,
    },
    /// `{{ break }}` or `{{ continue }}`
    Jump,
    /// `$x := a | b`
    Pipe {
        /// `=` rather than `:=`
        is_assign: bool,
        /// the variables, with their dollar signs
        declared: Names<'t>,
        /// what is piped
        commands: Nodes<'t>,
    },
    /// operands: what is called, and its arguments
    Command(Nodes<'t>),
    /// the name of a function
    Function(&'t str),
    /// `.a.b`
    Field(Names<'t>),
    /// `$x.a.b`
    Variable {
        /// the variable, with its dollar sign
        name: &'t str,
        /// `a` and `b`
        fields: Names<'t>,
    },
    /// `(pipeline).a.b`
    Chain {
        /// what is in parentheses
        operand: Node<'t>,
        /// `a` and `b`
        fields: Names<'t>,
    },
    /// `.`
    Dot,
    /// the bytes a string literal stands for
    String(&'t [u8]),
    /// any other literal
    Literal,
}

/// `if`, `with` or `range`.
#[derive(Debug, Clone, Copy)]
pub struct Control<'t> {
    /// its pipeline
    pub pipe: Node<'t>,
    /// what stands up to `else` or `end`
    pub body: Node<'t>,
    /// what stands behind `else`
    pub otherwise: Option<Node<'t>>,
}

/// Nodes in order.
#[derive(Debug, Clone)]
pub struct Nodes<'t> {
    source: &'t Source,
    ids: std::slice::Iter<'t, NodeId>,
}

impl<'t> Iterator for Nodes<'t> {
    type Item = Node<'t>;

    fn next(&mut self) -> Option<Node<'t>> {
        self.ids.next().map(|id| Node { source: self.source, id: *id })
    }
}

/// Names in order.
#[derive(Debug, Clone)]
pub struct Names<'t> {
    source: &'t Source,
    run: Idents,
}

impl<'t> Iterator for Names<'t> {
    type Item = &'t str;

    fn next(&mut self) -> Option<&'t str> {
        let symbol = *self.source.idents(self.run).first()?;
        self.run = Idents { start: self.run.start + 1, len: self.run.len - 1 };
        Some(self.source.name(symbol))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let len = self.run.len as usize;
        (len, Some(len))
    }
}

impl ExactSizeIterator for Names<'_> {}

impl<'t> Node<'t> {
    /// Gives the name of the text that the node stands in.
    pub fn parse_name(self) -> &'t str {
        &self.source.parse_name
    }

    /// Gives where the node is in its text, in bytes: where Go says it is, which for `.a.b` is the last dot but
    /// those of a chain.
    pub fn offset(self) -> usize {
        self.source.node(self.id).offset as usize
    }

    /// Gives what the node is.
    pub fn kind(self) -> Syntax<'t> {
        match self.source.node(self.id).kind {
            NodeKind::List(run) => Syntax::List(self.nodes(run)),
            NodeKind::Text(span) => Syntax::Text(span.of(&self.source.text)),
            NodeKind::Action(pipe) => Syntax::Action(self.other(pipe)),
            NodeKind::If(branch) => Syntax::If(self.control(branch)),
            NodeKind::With(branch) => Syntax::With(self.control(branch)),
            NodeKind::Range(branch) => Syntax::Range(self.control(branch)),
            NodeKind::Template { name, pipe } => Syntax::Template {
                name: self.source.name(name),
                pipe: pipe.map(|pipe| self.other(pipe)),
            },
            NodeKind::Break | NodeKind::Continue => Syntax::Jump,
            NodeKind::Pipe { is_assign, declared, commands } => Syntax::Pipe {
                is_assign,
                declared: self.names(declared),
                commands: self.nodes(commands),
            },
            NodeKind::Command(operands) => Syntax::Command(self.nodes(operands)),
            NodeKind::Identifier { name, .. } => Syntax::Function(self.source.name(name)),
            NodeKind::Field(fields) => Syntax::Field(self.names(fields)),
            NodeKind::Variable { name, fields } => {
                Syntax::Variable { name: self.source.name(name), fields: self.names(fields) }
            }
            NodeKind::Chain { operand, fields } => {
                Syntax::Chain { operand: self.other(operand), fields: self.names(fields) }
            }
            NodeKind::Dot => Syntax::Dot,
            NodeKind::String(index) => Syntax::String(self.source.string(index).as_bytes()),
            NodeKind::Nil | NodeKind::Bool(_) | NodeKind::Number(_) => Syntax::Literal,
        }
    }

    fn other(self, id: NodeId) -> Self {
        Self { id, ..self }
    }

    fn nodes(self, run: Children) -> Nodes<'t> {
        Nodes { source: self.source, ids: self.source.children(run).iter() }
    }

    fn names(self, run: Idents) -> Names<'t> {
        Names { source: self.source, run }
    }

    fn control(self, branch: Branch) -> Control<'t> {
        Control {
            pipe: self.other(branch.pipe),
            body: self.other(branch.list),
            otherwise: branch.else_list.map(|list| self.other(list)),
        }
    }
}

impl TemplateSet {
    /// Gives the list of nodes that a template is.
    pub fn syntax(&self, name: &str) -> Option<Node<'_>> {
        let template = self.get(name)?;
        Some(Node { source: &template.source, id: template.root })
    }
}
