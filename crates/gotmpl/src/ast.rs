//! The compiled tree: nodes of texts parsed together in one arena, addressed by number.
//!
//! Nothing here borrows or owns another node, so a deep tree is dropped without recursion, and the whole is
//! `Send + Sync`.
//!
//! Source: the node types of Go's `text/template/parse/node.go`.

use std::sync::Arc;
use std::sync::atomic::AtomicU8;

use crate::intern::{Names, Symbol};
use crate::token::Span;
use crate::value::{Str, Value};

/// The number of a node in its [`Arena`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NodeId(pub(crate) u32);

/// A run of nodes in [`Arena::children`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Children {
    pub(crate) start: u32,
    pub(crate) len: u32,
}

/// A run of names in [`Arena::idents`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Idents {
    pub(crate) start: u32,
    pub(crate) len: u32,
}

/// One node and where errors say it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node {
    /// Go's position of the node, a byte offset
    pub(crate) offset: u32,
    pub(crate) kind: NodeKind,
}

/// `if`, `with` or `range`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Branch {
    pub(crate) pipe: NodeId,
    pub(crate) list: NodeId,
    pub(crate) else_list: Option<NodeId>,
}

/// What a function's name was resolved to when the text was parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Callee {
    /// a function of the host, by its id in the [`crate::FuncMap`]
    Host(u32),
    /// Go's, by its place in `BUILTINS`
    Builtin(u32),
    /// Go's `and`, which stops at the first false operand
    And,
    /// Go's `or`, which stops at the first true operand
    Or,
    /// Go's `call`, whose error names its operand as written
    Call,
}

/// What a node is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum NodeKind {
    List(Children),
    Text(Span),
    /// `{{ pipeline }}`
    Action(NodeId),
    If(Branch),
    With(Branch),
    Range(Branch),
    Template {
        name: Symbol,
        pipe: Option<NodeId>,
    },
    Break,
    Continue,
    Pipe {
        /// `=` rather than `:=`
        is_assign: bool,
        declared: Idents,
        commands: Children,
    },
    Command(Children),
    Identifier {
        name: Symbol,
        callee: Callee,
    },
    /// `.a.b`, names without dots
    Field(Idents),
    /// `$x.a.b`: the variable with its dollar sign, then names
    Variable {
        name: Symbol,
        fields: Idents,
    },
    /// an operand followed by `.a.b`
    Chain {
        operand: NodeId,
        fields: Idents,
    },
    Dot,
    Nil,
    Bool(bool),
    /// see [`Source::number`]
    Number(u32),
    /// see [`Source::string`]
    String(u32),
}

/// A number in every type that can hold it, as Go's ideal constants.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Number {
    /// as written
    pub(crate) text: Span,
    pub(crate) int: Option<i64>,
    pub(crate) uint: Option<u64>,
    pub(crate) float: Option<f64>,
    pub(crate) complex: Option<(f64, f64)>,
    /// whether it is written as a float, so that it is one where no type is asked for
    pub(crate) looks_like_float: bool,
}

impl Number {
    /// Gives the number's value where no type is asked for; `None` if it overflows `int`.
    pub(crate) fn ideal(&self) -> Option<Value> {
        if let Some((re, im)) = self.complex {
            return Some(Value::Complex(re, im));
        }
        match self.float {
            Some(float) if self.looks_like_float => Some(Value::Float(float)),
            _ => self.int.map(Value::int),
        }
    }
}

/// The nodes of texts that were parsed together, and what they are made of.
#[derive(Debug)]
pub(crate) struct Arena {
    pub(crate) nodes: Vec<Node>,
    pub(crate) children: Vec<NodeId>,
    pub(crate) idents: Vec<Symbol>,
    /// where each name of `idents` was found in the entries of a map, the last time it was looked up
    pub(crate) hints: Box<[AtomicU8]>,
    pub(crate) numbers: Vec<Number>,
    pub(crate) strings: Vec<Str>,
    pub(crate) names: Names,
}

/// One parsed text: its bytes, and the arena with the nodes of all templates in it.
#[derive(Debug)]
pub(crate) struct Source {
    /// the name the text was parsed under
    pub(crate) parse_name: Arc<str>,
    pub(crate) text: Arc<[u8]>,
    pub(crate) arena: Arc<Arena>,
}

impl Arena {
    /// Gives a node.
    pub(crate) fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    /// Gives the nodes of a run.
    pub(crate) fn children(&self, run: Children) -> &[NodeId] {
        &self.children[run.start as usize..(run.start + run.len) as usize]
    }

    /// Gives the names of a run.
    pub(crate) fn idents(&self, run: Idents) -> &[Symbol] {
        &self.idents[run.start as usize..(run.start + run.len) as usize]
    }

    /// Gives the hint for a name of a run: where it was found the last time.
    pub(crate) fn hint(&self, index: u32) -> &AtomicU8 {
        &self.hints[index as usize]
    }

    /// Gives a number literal.
    pub(crate) fn number(&self, index: u32) -> &Number {
        &self.numbers[index as usize]
    }

    /// Gives what a string literal stands for.
    pub(crate) fn string(&self, index: u32) -> &Str {
        &self.strings[index as usize]
    }

    /// Gives a name.
    pub(crate) fn name(&self, symbol: Symbol) -> &str {
        self.names.get(symbol)
    }
}

impl std::ops::Deref for Source {
    type Target = Arena;

    fn deref(&self) -> &Arena {
        &self.arena
    }
}

impl Source {
    /// Gives the line, from 1, and the byte column, from 0, of an offset.
    ///
    /// Go counts the column of the first line from 0 as well, from the text's start.
    pub(crate) fn line_and_column(&self, offset: u32) -> (usize, usize) {
        let before = &self.text[..offset as usize];
        let line = line_at(&self.text, offset);
        let line_start = memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1);
        (line, before.len() - line_start)
    }
}

/// Gives the line of an offset, from 1.
pub(crate) fn line_at(text: &[u8], offset: u32) -> usize {
    1 + memchr::memchr_iter(b'\n', &text[..offset as usize]).count()
}

/// A template: a name for a list of nodes in a text.
#[derive(Debug, Clone)]
pub(crate) struct Template {
    pub(crate) name: Arc<str>,
    pub(crate) source: Arc<Source>,
    pub(crate) root: NodeId,
    /// nothing but space and comments: does not replace a template that has a body
    pub(crate) is_empty: bool,
}
