//! What printed each piece of an execution's output, and what each piece was made of.
//!
//! [`crate::TemplateSet::trace`] executes a template as [`crate::TemplateSet::execute`] does, more slowly, and takes notes.
//! Values carry no notes themselves: those of a scalar go beside it from operand to variable to argument; maps and lists
//! are known again by their addresses, however a template came to hold them.

mod made;
mod tracer;

use std::rc::Rc;

use rustc_hash::FxHashMap;

use crate::ast::{NodeId, NodeKind, Template};
use crate::value::Str;

pub(crate) use made::Before;
pub use tracer::Tracer;

/// The most sources that one value has.
const MAX_SOURCES: usize = 32;

/// The most spans, scopes, calls and steps that are noted, of each.
const MAX_NOTES: usize = 1 << 20;

/// Something that a template can read: a root that the host named, or a step from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct InputId(u32);

/// What an `include` or `tpl` wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CallId(u32);

/// A map or list that a function made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MadeId(u32);

/// A block or a `{{template}}` that output was written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScopeId(u32);

/// One step into a value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Step {
    /// to the value of a key
    Key(Str),
    /// to an item of a list, from 0
    Index(usize),
}

/// Something that a value was made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// something that was read
    Input(InputId),
    /// the text of an `include` or `tpl`
    Call(CallId),
    /// a map or list that was made on the way
    Made(MadeId),
}

/// What a value was made of, the nearest first.
#[derive(Debug, Clone, Default)]
pub struct Sources(Option<Rc<[Source]>>);

impl Sources {
    pub(crate) fn one(source: Source) -> Self {
        Self(Some(Rc::new([source])))
    }

    /// Joins sources; each is kept once, where it is the nearest.
    pub(crate) fn join<'s>(all: impl IntoIterator<Item = &'s Self>) -> Self {
        let mut all = all.into_iter().filter(|sources| sources.0.is_some());
        let Some(first) = all.next() else { return Self::default() };
        let mut joined: Option<Vec<Source>> = None;
        for sources in all {
            let joined = joined.get_or_insert_with(|| first.to_vec());
            for source in sources.iter() {
                if joined.len() < MAX_SOURCES && !joined.contains(source) {
                    joined.push(*source);
                }
            }
        }
        joined.map_or_else(|| first.clone(), |joined| Self(Some(joined.into())))
    }

    /// Gives the source, if there is only one and it was read.
    fn only_input(&self) -> Option<InputId> {
        match **self {
            [Source::Input(id)] => Some(id),
            _ => None,
        }
    }
}

impl std::ops::Deref for Sources {
    type Target = [Source];

    fn deref(&self) -> &[Source] {
        self.0.as_deref().unwrap_or_default()
    }
}

/// A node of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NodeRef {
    template: u32,
    node: NodeId,
}

/// A piece of output and what wrote it.
#[derive(Debug, Clone)]
pub struct Span {
    /// where it begins in the output, in bytes
    pub start: usize,
    /// where it ends
    pub end: usize,
    /// the text or action that wrote it
    pub node: NodeRef,
    /// whether that is text, which stands in the template as it was written
    pub is_text: bool,
    /// what it was made of
    pub sources: Sources,
    /// the innermost block around it
    pub scope: Option<ScopeId>,
}

/// A block or a `{{template}}` that output was written in.
#[derive(Debug, Clone)]
pub struct Scope {
    /// the one around it
    pub parent: Option<ScopeId>,
    /// the `if`, `with`, `range` or `template`
    pub node: NodeRef,
    /// whether it is a `template`, and not a block
    pub is_template: bool,
    /// what its pipeline was made of
    pub sources: Sources,
}

/// What an `include` or `tpl` wrote.
#[derive(Debug, Clone)]
pub struct Call {
    /// its output, before other functions got it
    pub text: Str,
    /// what wrote the pieces of it
    pub spans: Vec<Span>,
    /// what it was given beside its data: for `tpl`, the text
    pub sources: Sources,
}

/// A map or list that a function made.
#[derive(Debug)]
struct Made {
    entries: FxHashMap<Step, Sources>,
    /// what the other entries were made of
    rest: Sources,
}

/// Where a node stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodePlace {
    /// the name of the text that it was parsed in
    pub parse_name: String,
    /// the name of the template that it is in
    pub name: String,
    /// the line, from 1
    pub line: usize,
    /// the byte column, from 0, as Go counts
    pub column: usize,
    /// where in the text, as a byte offset
    pub offset: usize,
    /// the action as Go prints it, a block without what is in it, or the line of the text
    pub node: String,
}

/// How a function makes its result of its arguments, as far as it matters which of them is in which part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// it gives what is in the first argument at the keys that follow: `index`, `get`
    Lookup,
    /// it gives what is in the last argument at the keys that come first, but for the one before the last: `dig`
    LookupLast,
    /// it makes a map of keys and values in turns: `dict`
    Entries,
    /// it makes a list of its arguments: `list`
    Items,
    /// it writes to the first argument, at the second, the third: `set`
    Write,
    /// it writes to the first argument what is in the others: `merge`
    Merge,
    /// it gives the first argument that is set: `coalesce`
    FirstSet,
    /// it gives the last argument if that is set, else the one before: `default`
    LastSet,
    /// it gives the last argument: `required`
    Last,
    /// all arguments are in all of it, unless a part of it is found in one of them
    Other,
}

/// The notes of one execution.
#[derive(Debug, Default)]
pub struct Trace {
    inputs: Vec<(Option<InputId>, Step)>,
    calls: Vec<Call>,
    made: Vec<Made>,
    scopes: Vec<Scope>,
    templates: Vec<Template>,
    spans: Vec<Span>,
    last_reads: Sources,
    /// whether nothing was left out for there being too much of it
    pub is_whole: bool,
}

impl Trace {
    /// Gives what wrote the pieces of the output, in order. What an `include` wrote is in its [`Call`].
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// Gives what was read by the action that was executed last: of an execution that failed, the one that failed.
    pub fn last_reads(&self) -> &Sources {
        &self.last_reads
    }

    /// Gives a call.
    pub fn call(&self, id: CallId) -> &Call {
        &self.calls[id.0 as usize]
    }

    /// Gives the sources of an entry of a map or list that was made, or written to, if it is known by itself.
    pub fn entry(&self, id: MadeId, step: &Step) -> Option<&Sources> {
        self.made[id.0 as usize].entries.get(step)
    }

    /// Gives the sources of the entries of a map or list that are not known by themselves.
    pub fn rest(&self, id: MadeId) -> &Sources {
        &self.made[id.0 as usize].rest
    }

    /// Gives all sources of a map or list that was made on the way.
    pub fn made(&self, id: MadeId) -> Sources {
        let made = &self.made[id.0 as usize];
        let mut entries: Vec<_> = made.entries.iter().collect();
        entries.sort_by(|(a, _), (b, _)| match (a, b) {
            (Step::Key(a), Step::Key(b)) => a.cmp(b),
            (Step::Index(a), Step::Index(b)) => a.cmp(b),
            (Step::Key(_), Step::Index(_)) => std::cmp::Ordering::Greater,
            (Step::Index(_), Step::Key(_)) => std::cmp::Ordering::Less,
        });
        Sources::join(entries.into_iter().map(|(_, sources)| sources).chain([&made.rest]))
    }

    /// Gives the scopes from one outwards.
    pub fn scopes(&self, innermost: Option<ScopeId>) -> impl Iterator<Item = &Scope> {
        let get = |id: ScopeId| &self.scopes[id.0 as usize];
        std::iter::successors(innermost.map(get), move |scope| scope.parent.map(get))
    }

    /// Gives the root of an input, and the steps from it.
    pub fn path(&self, id: InputId) -> (InputId, Vec<&Step>) {
        let mut steps = Vec::new();
        let mut id = id;
        while let (Some(parent), step) = &self.inputs[id.0 as usize] {
            steps.push(step);
            id = *parent;
        }
        steps.reverse();
        (id, steps)
    }

    /// Gives the text that a node was parsed in.
    pub fn source_text(&self, node: NodeRef) -> &[u8] {
        &self.templates[node.template as usize].source.text
    }

    /// Gives where a node stands, or the byte `skip` of it if it is text.
    pub fn place(&self, node: NodeRef, skip: usize) -> NodePlace {
        let NodeRef { template, node } = node;
        let template = &self.templates[template as usize];
        let source = &template.source;
        let mut offset = source.node(node).offset;
        let kind = source.node(node).kind;
        let shown = match kind {
            NodeKind::Text(span) => {
                // Trimmed text begins behind its node's place.
                offset = span.start.saturating_add(u32::try_from(skip).unwrap_or(u32::MAX));
                offset = offset.min(u32::try_from(source.text.len()).unwrap_or(u32::MAX));
                let at = offset as usize;
                let start = memchr::memrchr(b'\n', &source.text[..at]).map_or(0, |at| at + 1);
                let end = memchr::memchr(b'\n', &source.text[at..]).map(|len| at + len);
                let line = &source.text[start..end.unwrap_or(source.text.len())];
                crate::value::lossy(line).trim().to_owned()
            }
            NodeKind::If(branch) => format!("{{{{if {}}}}}", source.print(branch.pipe)),
            NodeKind::With(branch) => format!("{{{{with {}}}}}", source.print(branch.pipe)),
            NodeKind::Range(branch) => format!("{{{{range {}}}}}", source.print(branch.pipe)),
            _ => source.print(node),
        };
        let (line, column) = source.line_and_column(offset);
        NodePlace {
            parse_name: source.parse_name.to_string(),
            name: template.name.to_string(),
            line,
            column,
            offset: offset as usize,
            node: shown,
        }
    }
}
