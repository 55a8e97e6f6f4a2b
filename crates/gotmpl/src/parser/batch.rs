//! Texts parsed together: one arena and one list of names for all of them.

use std::sync::Arc;
use std::sync::atomic::AtomicU8;

use crate::ast::{Arena, Callee, Node, NodeId, Number, Source, Template};
use crate::error::ParseError;
use crate::func::{self, FuncMap};
use crate::intern::{Interner, Literals, Symbol};

use super::Parser;

/// What the texts parsed so far are made of.
///
/// Most names recur in every text, and a list that grows for all texts grows seldom.
#[derive(Debug)]
pub(crate) struct Batch<'f> {
    functions: &'f FuncMap,
    pub(super) break_is_keyword: bool,
    pub(super) continue_is_keyword: bool,
    pub(super) nodes: Vec<Node>,
    pub(super) children: Vec<NodeId>,
    pub(super) idents: Vec<Symbol>,
    pub(super) numbers: Vec<Number>,
    pub(super) literals: Literals,
    pub(super) interner: Interner,
    /// what is known of names, by symbol; of those that were never asked for, nothing
    facts: Vec<Facts>,
    /// the finished texts: name and bytes
    texts: Vec<(Symbol, Arc<[u8]>)>,
    /// the finished templates, in the order in which they end; a text's own is its last
    roots: Vec<Root>,
    /// nodes whose parent is not finished
    pub(super) pending: Vec<NodeId>,
    /// variables declared at the moment, those of outer templates first
    pub(super) variables: Vec<Symbol>,
}

/// A finished template.
#[derive(Debug)]
pub(super) struct Root {
    pub(super) name: Symbol,
    pub(super) list: NodeId,
    pub(super) is_empty: bool,
    /// the number of its text
    text: usize,
}

/// What is known of a name.
#[derive(Debug, Clone, Copy, Default)]
struct Facts {
    /// what the function of that name is, once it was looked up
    callee: Option<Option<Callee>>,
    /// where in [`Batch::roots`] the last template of that name is
    root: Option<usize>,
}

impl<'f> Batch<'f> {
    /// Begins a batch whose texts may call `functions` and Go's builtins.
    pub(crate) fn new(functions: &'f FuncMap) -> Self {
        let is_free = |keyword| functions.id(keyword).is_none();
        Self {
            functions,
            break_is_keyword: is_free("break"),
            continue_is_keyword: is_free("continue"),
            nodes: Vec::new(),
            children: Vec::new(),
            idents: Vec::new(),
            numbers: Vec::new(),
            literals: Literals::new(),
            interner: Interner::new(),
            facts: Vec::new(),
            texts: Vec::new(),
            roots: Vec::new(),
            pending: Vec::new(),
            variables: Vec::new(),
        }
    }

    /// Parses a text into its templates.
    ///
    /// # Errors
    ///
    /// The first error of the text, in Go's words. The batch is then of no use any more.
    pub(crate) fn parse(&mut self, name: &str, text: Arc<[u8]>) -> Result<(), ParseError> {
        let symbol = self.interner.intern(name);
        Parser::new(self, name, symbol, &text)?.text_of_file().map_err(|error| *error)?;
        self.texts.push((symbol, text));
        Ok(())
    }

    /// Gives all templates, in the order in which they end, text by text.
    pub(crate) fn finish(mut self) -> impl Iterator<Item = Template> {
        self.nodes.shrink_to_fit();
        self.children.shrink_to_fit();
        self.idents.shrink_to_fit();
        let arena = Arc::new(Arena {
            nodes: self.nodes,
            children: self.children,
            hints: self.idents.iter().map(|_| AtomicU8::default()).collect(),
            idents: self.idents,
            numbers: self.numbers,
            strings: self.literals.finish(),
            names: self.interner.finish(),
        });
        let source = |(name, text)| {
            let parse_name = Arc::clone(arena.names.get(name));
            Arc::new(Source { parse_name, text, arena: Arc::clone(&arena) })
        };
        let sources: Vec<_> = self.texts.into_iter().map(source).collect();
        self.roots.into_iter().map(move |root| Template {
            name: Arc::clone(arena.names.get(root.name)),
            source: Arc::clone(&sources[root.text]),
            root: root.list,
            is_empty: root.is_empty,
        })
    }

    fn facts(&mut self, name: Symbol) -> &mut Facts {
        if self.facts.len() <= name.index() {
            self.facts.resize(self.interner.len(), Facts::default());
        }
        &mut self.facts[name.index()]
    }

    /// Gives what a name calls, if it is a function's.
    pub(super) fn callee(&mut self, name: Symbol) -> Option<Callee> {
        if let Some(callee) = self.facts(name).callee {
            return callee;
        }
        let callee = func::resolve(self.functions, self.interner.get(name));
        self.facts(name).callee = Some(callee);
        callee
    }

    /// Adds a template of the text being parsed. One with a body cannot be defined twice in a text.
    ///
    /// # Errors
    ///
    /// The name, if it is such a one.
    pub(super) fn add_root(
        &mut self,
        name: Symbol,
        list: NodeId,
        is_empty: bool,
    ) -> Result<(), Symbol> {
        let text = self.texts.len();
        let next = self.roots.len();
        let known = self.facts(name).root.replace(next);
        let root = Root { name, list, is_empty, text };
        let Some(known) = known.filter(|known| self.roots[*known].text == text) else {
            self.roots.push(root);
            return Ok(());
        };
        self.facts(name).root = Some(known);
        if self.roots[known].is_empty {
            self.roots[known] = root;
        } else if !is_empty {
            return Err(name);
        }
        Ok(())
    }
}
