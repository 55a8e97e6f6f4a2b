//! Texts parsed together: one arena and one list of names for all of them.

use std::sync::Arc;
use std::sync::atomic::AtomicU8;

use crate::ast::{Arena, Callee, Node, NodeId, Number, Source, Template};
use crate::error::ParseError;
use crate::func::{self, FuncMap};
use crate::intern::{Interner, Literals, Symbol};
use crate::lexer::Keywords;
use crate::token::TokenKind;

use super::{MAX_TEXT, Parser};

/// What the texts parsed so far are made of.
///
/// Most names recur in every text, and a list that grows for all texts grows seldom.
#[derive(Debug)]
pub(crate) struct Batch<'f> {
    functions: &'f FuncMap,
    pub(super) keywords: Keywords,
    pub(super) nodes: Vec<Node>,
    pub(super) children: Vec<NodeId>,
    pub(super) idents: Vec<Symbol>,
    pub(super) numbers: Vec<Number>,
    pub(super) literals: Literals,
    pub(super) interner: Interner,
    /// what is known of names, by symbol; of those that were never asked for, nothing
    facts: Vec<Facts>,
    /// how many bytes the finished texts have together, an end counted with each
    length: usize,
    /// the finished texts
    texts: Vec<Text>,
    /// the finished templates, in the order in which they end; a text's own is its last
    roots: Vec<Root>,
    /// nodes whose parent is not finished
    pub(super) pending: Vec<NodeId>,
    /// variables declared at the moment, those of outer templates first
    pub(super) variables: Vec<Symbol>,
}

/// A finished text.
#[derive(Debug)]
struct Text {
    /// what the caller knows it by
    number: usize,
    name: Symbol,
    bytes: Arc<[u8]>,
}

/// A finished template.
#[derive(Debug)]
struct Root {
    name: Symbol,
    list: NodeId,
    is_empty: bool,
    /// where in [`Batch::texts`] its text is
    text: usize,
}

/// What is known of the function of a name.
#[derive(Debug, Clone, Copy, Default)]
enum Lookup {
    /// nothing: it was not looked up
    #[default]
    Pending,
    /// that there is none, or what it is
    Done(Option<Callee>),
}

/// What is known of a name.
#[derive(Debug, Clone, Copy, Default)]
struct Facts {
    function: Lookup,
    /// where in [`Batch::roots`] the last template of that name is
    root: Option<usize>,
}

impl<'f> Batch<'f> {
    /// How many nodes the text of a `tpl` call has, or fewer.
    const FEW: usize = 16;

    /// Begins a batch whose texts may call `functions` and Go's builtins.
    pub(crate) fn new(functions: &'f FuncMap) -> Self {
        let word = |word, keyword| match functions.id(word) {
            Some(_) => TokenKind::Identifier,
            None => keyword,
        };
        let keywords = Keywords {
            r#break: word("break", TokenKind::Break),
            r#continue: word("continue", TokenKind::Continue),
        };
        Self {
            functions,
            keywords,
            nodes: Vec::with_capacity(Self::FEW),
            children: Vec::with_capacity(Self::FEW),
            idents: Vec::new(),
            numbers: Vec::new(),
            literals: Literals::new(),
            interner: Interner::new(),
            facts: Vec::new(),
            length: 0,
            texts: Vec::new(),
            roots: Vec::new(),
            pending: Vec::new(),
            variables: Vec::new(),
        }
    }

    /// Makes room for what texts of `n_bytes` have, so that lists need not move while they grow. What is not used is only
    /// reserved: the system gives memory when it is touched.
    pub(super) fn reserve(&mut self, n_bytes: usize) {
        const BYTES_PER_NODE: usize = 12;
        const MAX_NODES: usize = 1 << 20;
        let n_nodes = (n_bytes / BYTES_PER_NODE).min(MAX_NODES);
        self.nodes.reserve(n_nodes);
        self.children.reserve(n_nodes);
    }

    /// Tells whether a text can still be added: nodes are numbered by 32 bits.
    pub(crate) fn has_room_for(&self, text: &[u8]) -> bool {
        self.texts.is_empty() || self.length + text.len() < MAX_TEXT
    }

    /// Parses a text, which the caller knows by `number`, into its templates. The batch must have room for it.
    ///
    /// # Errors
    ///
    /// The first error of the text, in Go's words. The batch is then of no use any more.
    pub(crate) fn parse(
        &mut self,
        number: usize,
        name: &str,
        bytes: Arc<[u8]>,
    ) -> Result<(), ParseError> {
        let symbol = self.interner.intern(name);
        Parser::new(self, name, symbol, &bytes).parse()?;
        self.length += bytes.len() + 1;
        self.texts.push(Text { number, name: symbol, bytes });
        Ok(())
    }

    /// Gives all templates, in the order in which they end, text by text: with the number of the text.
    pub(crate) fn finish(mut self) -> impl Iterator<Item = (usize, Template)> + use<> {
        trim(&mut self.nodes);
        trim(&mut self.children);
        trim(&mut self.idents);
        let arena = Arc::new(Arena {
            nodes: self.nodes,
            children: self.children,
            hints: self.idents.iter().map(|_| AtomicU8::default()).collect(),
            idents: self.idents,
            numbers: self.numbers,
            strings: self.literals.finish(),
            names: self.interner.finish(),
        });
        let source = |text: Text| {
            let parse_name = Arc::clone(arena.names.get(text.name));
            let source = Source { parse_name, text: text.bytes, arena: Arc::clone(&arena) };
            (text.number, Arc::new(source))
        };
        let sources: Vec<_> = self.texts.into_iter().map(source).collect();
        self.roots.into_iter().map(move |root| {
            let (number, source) = &sources[root.text];
            let template = Template {
                name: Arc::clone(arena.names.get(root.name)),
                source: Arc::clone(source),
                root: root.list,
                is_empty: root.is_empty,
            };
            (*number, template)
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
        if let Lookup::Done(callee) = self.facts(name).function {
            return callee;
        }
        let callee = func::resolve(self.functions, self.interner.get(name));
        self.facts(name).function = Lookup::Done(callee);
        callee
    }

    /// Adds a template of the text being parsed. One with a body cannot be defined twice in a text, and is refused:
    /// false.
    pub(super) fn add_root(&mut self, name: Symbol, list: NodeId, is_empty: bool) -> bool {
        let text = self.texts.len();
        let next = self.roots.len();
        let known = self.facts(name).root.replace(next);
        let root = Root { name, list, is_empty, text };
        let Some(known) = known.filter(|known| self.roots[*known].text == text) else {
            self.roots.push(root);
            return true;
        };
        self.facts(name).root = Some(known);
        if self.roots[known].is_empty {
            self.roots[known] = root;
        } else if !is_empty {
            return false;
        }
        true
    }
}

/// Gives back what memory a finished list does not need, where it is worth the call.
fn trim<T>(list: &mut Vec<T>) {
    const WORTH_A_CALL: usize = 1 << 10;
    if list.capacity() - list.len() >= WORTH_A_CALL {
        list.shrink_to_fit();
    }
}
