//! What takes notes while a template is executed.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::made::{address, for_each_entry};
use super::{
    Call, CallId, InputId, MAX_NOTES, MAX_SOURCES, MadeId, NodeRef, Scope, ScopeId, Shape, Source,
    Sources, Span, Step, Trace,
};
use crate::ast::{NodeId, NodeKind, Template};
use crate::value::{Str, Value};

/// How much text of calls is noted, in bytes.
const MAX_TEXT: usize = 64 << 20;

/// How deep a value may be that is named.
const MAX_NAMED_DEPTH: usize = 1000;

/// What takes the notes.
#[derive(Debug)]
pub struct Tracer {
    pub(super) trace: Trace,
    pub(super) shapes: fn(&str) -> Shape,
    inputs: FxHashMap<(InputId, Step), InputId>,
    pub(super) named: FxHashMap<usize, InputId>,
    pub(super) made: FxHashMap<usize, MadeId>,
    /// every container that is known by its address, so that no other one gets it
    pub(super) held: Vec<Value>,
    templates: FxHashMap<(usize, u32), u32>,
    pub(super) n_compared: usize,
    /// how much is held of what functions made
    pub(super) n_made: usize,
    text_len: usize,
    /// the template being executed
    template: u32,
    /// what `.` was made of
    pub(crate) dot: Sources,
    /// what the variables were made of, by their places
    pub(crate) variables: Vec<Sources>,
    /// the innermost block
    pub(crate) scope: Option<ScopeId>,
    /// what the data of the next template was made of
    pub(crate) entering: Sources,
    /// the calls that the function being called has made
    pub(crate) calls: Vec<CallId>,
    /// what the action being executed has read
    pub(crate) reads: Vec<Sources>,
}

impl Default for Tracer {
    fn default() -> Self {
        Self::new(|_| Shape::Other)
    }
}

impl Tracer {
    /// Makes a tracer; `shapes` tells how functions make their results, by their names.
    pub fn new(shapes: fn(&str) -> Shape) -> Self {
        Self {
            trace: Trace { is_whole: true, ..Trace::default() },
            shapes,
            inputs: FxHashMap::default(),
            named: FxHashMap::default(),
            made: FxHashMap::default(),
            held: Vec::new(),
            templates: FxHashMap::default(),
            n_compared: 0,
            n_made: 0,
            text_len: 0,
            template: 0,
            dot: Sources::default(),
            variables: Vec::new(),
            scope: None,
            entering: Sources::default(),
            calls: Vec::new(),
            reads: Vec::new(),
        }
    }

    /// Makes an input that no other one leads to.
    pub fn root(&mut self) -> InputId {
        self.add_input(None, Step::Index(0))
    }

    fn add_input(&mut self, parent: Option<InputId>, step: Step) -> InputId {
        let id = self.trace.inputs.len();
        self.trace.inputs.push((parent, step));
        // OK because their number is limited.
        InputId(u32::try_from(id).unwrap_or(u32::MAX))
    }

    /// Gives the input that is one step further.
    pub fn child(&mut self, parent: InputId, step: Step) -> InputId {
        if let Some(id) = self.inputs.get(&(parent, step.clone())) {
            return *id;
        }
        if self.trace.inputs.len() >= MAX_NOTES {
            self.trace.is_whole = false;
            return parent;
        }
        let id = self.add_input(Some(parent), step.clone());
        self.inputs.insert((parent, step), id);
        id
    }

    /// Names a map or list, and those in it. One that has a name keeps it, with all in it.
    pub fn name(&mut self, value: &Value, id: InputId) {
        let mut left = vec![(value.clone(), id, 0)];
        while let Some((value, id, depth)) = left.pop() {
            if !self.name_one(&value, id) || depth > MAX_NAMED_DEPTH {
                continue;
            }
            for_each_entry(&value, |step, child| {
                if address(child).is_some() {
                    left.push((child.clone(), self.child(id, step), depth + 1));
                }
            });
        }
    }

    /// Names a map or list, but not those in it; tells whether it had no name.
    pub fn name_one(&mut self, value: &Value, id: InputId) -> bool {
        let Some(address) = address(value) else { return false };
        if self.named.len() >= MAX_NOTES || self.named.contains_key(&address) {
            return false;
        }
        self.named.insert(address, id);
        self.held.push(value.clone());
        true
    }

    /// Gives the notes.
    pub(crate) fn into_trace(self) -> Trace {
        let last_reads = Sources::join(&self.reads);
        Trace { last_reads, ..self.trace }
    }

    /// Notes that an action reads something.
    pub(crate) fn read(&mut self, sources: &Sources) {
        if self.reads.len() < MAX_SOURCES {
            self.reads.push(sources.clone());
        }
    }

    /// Notes that an action could not read something: what is these steps from what it got to.
    pub(crate) fn not_read<'n>(&mut self, sources: &Sources, names: impl Iterator<Item = &'n str>) {
        let found = match sources.only_input() {
            Some(id) => {
                let id = names.fold(id, |id, name| self.child(id, Step::Key(name.into())));
                Sources::one(Source::Input(id))
            }
            None => sources.clone(),
        };
        self.read(&found);
    }

    /// Begins a template, and gives the one that was being executed.
    pub(crate) fn begin(&mut self, template: &Template) -> u32 {
        let key = (Arc::as_ptr(&template.source).addr(), template.root.0);
        let next = u32::try_from(self.trace.templates.len()).unwrap_or(u32::MAX);
        let templates = &mut self.trace.templates;
        let id = *self.templates.entry(key).or_insert_with(|| {
            templates.push(template.clone());
            next
        });
        std::mem::replace(&mut self.template, id)
    }

    /// Goes on with a template.
    pub(crate) fn resume(&mut self, template: u32) {
        self.template = template;
    }

    fn node(&self, node: NodeId) -> NodeRef {
        NodeRef { template: self.template, node }
    }

    /// Notes a piece of output.
    pub(crate) fn wrote(&mut self, start: usize, end: usize, node: NodeId, sources: Sources) {
        if self.trace.spans.len() >= MAX_NOTES {
            self.trace.is_whole = false;
            return;
        }
        let template = &self.trace.templates[self.template as usize];
        let is_text = matches!(template.source.node(node).kind, NodeKind::Text(_));
        let (node, scope) = (self.node(node), self.scope);
        self.trace.spans.push(Span { start, end, node, is_text, sources, scope });
    }

    /// Enters a block or template, and gives the one around it.
    pub(crate) fn enter(
        &mut self,
        node: NodeId,
        is_template: bool,
        sources: Sources,
    ) -> Option<ScopeId> {
        let parent = self.scope;
        if self.trace.scopes.len() >= MAX_NOTES {
            self.trace.is_whole = false;
            return parent;
        }
        let id = u32::try_from(self.trace.scopes.len()).unwrap_or(u32::MAX);
        self.trace.scopes.push(Scope { parent, node: self.node(node), is_template, sources });
        self.scope = Some(ScopeId(id));
        parent
    }

    /// Gives how many spans there are: what a call adds to them is its own.
    pub(crate) fn n_spans(&self) -> usize {
        self.trace.spans.len()
    }

    /// Ends a call that wrote `text` from `start` on, with the spans since `mark`.
    pub(crate) fn end_call(&mut self, mark: usize, start: usize, text: &Str) {
        let spans = self.trace.spans.split_off(mark.min(self.trace.spans.len()));
        self.text_len += text.len();
        if self.text_len > MAX_TEXT || self.trace.calls.len() >= MAX_NOTES {
            self.trace.is_whole = false;
            return;
        }
        let rebased = spans.into_iter().map(|span| Span {
            start: span.start.saturating_sub(start),
            end: span.end.saturating_sub(start),
            ..span
        });
        let id = CallId(u32::try_from(self.trace.calls.len()).unwrap_or(u32::MAX));
        let sources = Sources::default();
        self.trace.calls.push(Call { text: text.clone(), spans: rebased.collect(), sources });
        self.calls.push(id);
    }

    /// Gives the sources of what is one step into a value.
    pub(crate) fn step(&mut self, value: &Value, sources: &Sources, step: Step) -> Sources {
        let Some(address) = address(value) else {
            return match (value, sources.only_input()) {
                (Value::Nil | Value::Object(_), Some(id)) => {
                    Sources::one(Source::Input(self.child(id, step)))
                }
                _ => sources.clone(),
            };
        };
        let made = self.made.get(&address).map(|id| &self.trace.made[id.0 as usize]);
        if let Some(entry) = made.and_then(|made| made.entries.get(&step)) {
            return entry.clone();
        }
        if let Some(id) = self.named.get(&address).copied() {
            return Sources::one(Source::Input(self.child(id, step)));
        }
        made.map_or_else(|| sources.clone(), |made| made.rest.clone())
    }

    /// Gives the sources of a value: a map or list that is known by itself needs no others.
    pub(crate) fn of(&self, value: &Value, others: Sources) -> Sources {
        let Some(address) = address(value) else { return others };
        // One that has a name and was written to knows its name as well.
        if let Some(id) = self.made.get(&address) {
            return Sources::one(Source::Made(*id));
        }
        self.named.get(&address).map_or(others, |id| Sources::one(Source::Input(*id)))
    }
}
