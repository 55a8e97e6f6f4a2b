//! What printed each piece of an execution's output, and what each piece was made of.
//!
//! [`crate::TemplateSet::trace`] executes a template as [`crate::TemplateSet::execute`] does, more slowly, and takes notes.
//! Values carry no notes themselves: those of a scalar go beside it from operand to variable to argument; maps and lists
//! are known again by their addresses, however a template came to hold them.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use crate::ast::{NodeId, NodeKind, Template};
use crate::value::{Str, Value};

/// The most sources that one value has.
const MAX_SOURCES: usize = 64;

/// The most spans, scopes, calls and steps that are noted, of each.
const MAX_NOTES: usize = 4 << 20;

/// How much text of calls is noted, in bytes.
const MAX_TEXT: usize = 64 << 20;

/// The most entries that a map or list may have for them to be told apart.
const MAX_ENTRIES: usize = 4096;

/// How deep what a function made is compared with what it was given.
const MAX_COMPARED_DEPTH: usize = 16;

/// How many values are compared so, in one trace.
const MAX_COMPARED: usize = 4 << 20;

/// How deep a value may be that is named.
const MAX_NAMED_DEPTH: usize = 1000;

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
    /// whether nothing was left out for there being too much of it
    pub is_whole: bool,
}

impl Trace {
    /// Gives what wrote the pieces of the output, in order. What an `include` wrote is in its [`Call`].
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// Gives a call.
    pub fn call(&self, id: CallId) -> &Call {
        &self.calls[id.0 as usize]
    }

    /// Gives the sources of an entry of a map or list that was made on the way.
    pub fn entry(&self, id: MadeId, step: &Step) -> &Sources {
        let made = &self.made[id.0 as usize];
        made.entries.get(step).unwrap_or(&made.rest)
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

/// What takes the notes.
#[derive(Debug)]
pub struct Tracer {
    trace: Trace,
    shapes: fn(&str) -> Shape,
    inputs: FxHashMap<(InputId, Step), InputId>,
    named: FxHashMap<usize, InputId>,
    made: FxHashMap<usize, MadeId>,
    /// every container that is known by its address, so that no other one gets it
    held: Vec<Value>,
    templates: FxHashMap<(usize, u32), u32>,
    n_compared: usize,
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
            text_len: 0,
            template: 0,
            dot: Sources::default(),
            variables: Vec::new(),
            scope: None,
            entering: Sources::default(),
            calls: Vec::new(),
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
        self.trace
    }

    /// Begins a template, and gives the one that was being executed.
    pub(crate) fn begin(&mut self, template: &Template) -> u32 {
        let key = (std::sync::Arc::as_ptr(&template.source).addr(), template.root.0);
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
        if let Some(id) = self.named.get(&address) {
            return Sources::one(Source::Input(*id));
        }
        self.made.get(&address).map_or(others, |id| Sources::one(Source::Made(*id)))
    }

    /// Gives the sources of what a function gave.
    pub(crate) fn result(
        &mut self,
        function: &str,
        args: &[Value],
        given: &[Sources],
        result: &Value,
        calls: &[CallId],
    ) -> Sources {
        if !calls.is_empty() {
            let others = Sources::join(&given[..given.len().saturating_sub(1)]);
            for id in calls {
                self.trace.calls[id.0 as usize].sources = others.clone();
            }
            let calls: Vec<Source> =
                calls.iter().take(MAX_SOURCES).map(|id| Source::Call(*id)).collect();
            return Sources(Some(calls.into()));
        }
        let sources = match ((self.shapes)(function), args) {
            (Shape::Lookup, [container, keys @ ..]) => self.look_up(container, given.first(), keys),
            (Shape::LookupLast, [keys @ .., default, container]) => {
                let found = self.look_up(container, given.last(), keys);
                let default_sources = given.get(args.len() - 2);
                if is_same(default, result) {
                    Sources::join(default_sources.into_iter().chain([&found]))
                } else {
                    found
                }
            }
            (Shape::Entries, _) => {
                let pairs = args.chunks(2).zip(given.chunks(2));
                let entries = pairs.filter_map(|(pair, sources)| match (pair, sources) {
                    ([key, value], [_, sources]) => {
                        Some((step_of(key)?, self.of(value, sources.clone())))
                    }
                    _ => None,
                });
                let entries: FxHashMap<_, _> = entries.collect();
                self.make(result, entries, Sources::default())
            }
            (Shape::Items, _) => {
                let items = args.iter().zip(given).enumerate();
                let items = items.map(|(index, (value, sources))| {
                    (Step::Index(index), self.of(value, sources.clone()))
                });
                let items: FxHashMap<_, _> = items.collect();
                self.make(result, items, Sources::default())
            }
            (Shape::Write, [map, key, value]) => {
                if let (Some(step), [map_sources, _, sources]) = (step_of(key), given) {
                    let sources = self.of(value, sources.clone());
                    self.write(map, map_sources, step, sources);
                }
                given.first().cloned().unwrap_or_default()
            }
            (Shape::Last, _) => given.last().cloned().unwrap_or_default(),
            _ => self.other(args, given, result),
        };
        self.of(result, sources)
    }

    fn look_up(&mut self, container: &Value, sources: Option<&Sources>, keys: &[Value]) -> Sources {
        let mut value = container.clone();
        let mut sources = sources.cloned().unwrap_or_default();
        for key in keys {
            let Some(step) = step_of(key) else { break };
            let next = entry(&value, &step).unwrap_or(Value::Nil);
            let stepped = self.step(&value, &sources, step);
            sources = self.of(&next, stepped);
            value = next;
        }
        sources
    }

    /// Gives the sources of what was made of all arguments: first those that it is equal to.
    fn other(&mut self, args: &[Value], given: &[Sources], result: &Value) -> Sources {
        let all = || args.iter().zip(given);
        let equal = all().filter(|(arg, _)| is_same(arg, result));
        let others = all().filter(|(arg, _)| !is_same(arg, result));
        let sources = Sources::join(equal.chain(others).map(|(_, sources)| sources));
        if address(result).is_none_or(|at| self.named.contains_key(&at)) {
            return sources;
        }
        let containers: Vec<(Value, Sources)> = all()
            .filter(|(arg, _)| address(arg).is_some())
            .map(|(arg, sources)| (arg.clone(), sources.clone()))
            .collect();
        if containers.is_empty() { sources } else { self.inherit(result, &containers, sources, 0) }
    }

    /// Finds the entries of what was made in what it was made of.
    fn inherit(
        &mut self,
        result: &Value,
        containers: &[(Value, Sources)],
        rest: Sources,
        depth: usize,
    ) -> Sources {
        if depth > MAX_COMPARED_DEPTH || len(result) > MAX_ENTRIES {
            return rest;
        }
        let mut entries = FxHashMap::default();
        let mut children = Vec::new();
        for_each_entry(result, |step, child| children.push((step, child.clone())));
        for (step, child) in children {
            if address(&child).is_some_and(|at| self.named.contains_key(&at)) {
                let sources = self.of(&child, Sources::default());
                entries.insert(step, sources);
                continue;
            }
            let mut candidates: Vec<(Value, Sources)> = Vec::new();
            for (container, sources) in containers {
                for (found, value) in self.found_in(container, &step, &child) {
                    let stepped = self.step(container, sources, found);
                    let sources = self.of(&value, stepped);
                    candidates.push((value, sources));
                }
            }
            if candidates.is_empty() {
                continue;
            }
            let joined = Sources::join(candidates.iter().map(|(_, sources)| sources));
            let sources = if address(&child).is_some() {
                let inherited = self.inherit(&child, &candidates, joined, depth + 1);
                self.of(&child, inherited)
            } else {
                candidates.swap_remove(0).1
            };
            entries.insert(step, sources);
        }
        self.make(result, entries, rest)
    }

    /// Finds where an entry of what was made stands in what it was made of.
    fn found_in(&mut self, container: &Value, step: &Step, child: &Value) -> Vec<(Step, Value)> {
        if self.n_compared >= MAX_COMPARED {
            return Vec::new();
        }
        self.n_compared += 1;
        match (container, step) {
            (Value::Map(_), Step::Key(_)) => {
                let found = entry(container, step).filter(|value| is_alike(value, child));
                found.map(|value| (step.clone(), value)).into_iter().collect()
            }
            (Value::List(list), Step::Index(_)) => {
                self.n_compared += list.len();
                let place = list.items().iter().position(|item| is_same(item, child));
                let place = place.map(|at| (Step::Index(at), list.items()[at].clone()));
                let same_place = || {
                    entry(container, step)
                        .filter(|value| is_alike(value, child) && address(value).is_some())
                        .map(|value| (step.clone(), value))
                };
                place.or_else(same_place).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    /// Notes a map or list that was made, and gives it as a source.
    fn make(
        &mut self,
        value: &Value,
        entries: FxHashMap<Step, Sources>,
        rest: Sources,
    ) -> Sources {
        let Some(address) = address(value) else { return rest };
        if self.named.contains_key(&address) || self.trace.made.len() >= MAX_NOTES {
            return rest;
        }
        if let Some(id) = self.made.get(&address) {
            self.trace.made[id.0 as usize].entries.extend(entries);
            return Sources::one(Source::Made(*id));
        }
        let id = MadeId(u32::try_from(self.trace.made.len()).unwrap_or(u32::MAX));
        self.trace.made.push(Made { entries, rest });
        self.made.insert(address, id);
        self.held.push(value.clone());
        Sources::one(Source::Made(id))
    }

    /// Notes that a map was written to.
    fn write(&mut self, map: &Value, map_sources: &Sources, step: Step, sources: Sources) {
        let Some(address) = address(map) else { return };
        if !self.made.contains_key(&address) {
            if self.trace.made.len() >= MAX_NOTES {
                return;
            }
            let id = MadeId(u32::try_from(self.trace.made.len()).unwrap_or(u32::MAX));
            let entries = FxHashMap::default();
            self.trace.made.push(Made { entries, rest: map_sources.clone() });
            self.made.insert(address, id);
            self.held.push(map.clone());
        }
        if let Some(id) = self.made.get(&address) {
            let entries = &mut self.trace.made[id.0 as usize].entries;
            if entries.len() < MAX_ENTRIES {
                entries.insert(step, sources);
            }
        }
    }
}

/// Gives what tells a map or list from others while it lives.
fn address(value: &Value) -> Option<usize> {
    match value {
        Value::Map(map) => Some(map.address()),
        Value::List(list) => Some(list.identity().0).filter(|address| *address != 0),
        _ => None,
    }
}

fn len(value: &Value) -> usize {
    match value {
        Value::Map(map) => map.len(),
        Value::List(list) => list.len(),
        _ => 0,
    }
}

fn entry(value: &Value, step: &Step) -> Option<Value> {
    match (value, step) {
        (Value::Map(map), Step::Key(key)) => map.get(key),
        (Value::List(list), Step::Index(index)) => list.get(*index).cloned(),
        _ => None,
    }
}

fn for_each_entry(value: &Value, mut each: impl FnMut(Step, &Value)) {
    match value {
        Value::Map(map) => {
            for (key, child) in map.snapshot() {
                each(Step::Key(key), &child);
            }
        }
        Value::List(list) => {
            for (index, child) in list.items().iter().enumerate() {
                each(Step::Index(index), child);
            }
        }
        _ => {}
    }
}

/// Gives the step that a key or an index makes.
pub(crate) fn step_of(key: &Value) -> Option<Step> {
    match key {
        Value::String(key) => Some(Step::Key(key.clone())),
        Value::Int(_, n) => usize::try_from(*n).ok().map(Step::Index),
        Value::Uint(_, n) => usize::try_from(*n).ok().map(Step::Index),
        _ => None,
    }
}

/// Tells whether two values are the same: equal scalars, or one map or list.
fn is_same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Int(_, a), Value::Int(_, b)) => a == b,
        (Value::Uint(_, a), Value::Uint(_, b)) => a == b,
        (Value::Float(a), Value::Float(b)) => a.to_bits() == b.to_bits(),
        (Value::String(a), Value::String(b)) => a == b,
        _ => address(a).is_some_and(|at| address(b) == Some(at)),
    }
}

/// Tells whether one value may be a copy of the other.
fn is_alike(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Map(_), Value::Map(_)) | (Value::List(_), Value::List(_)) => true,
        (Value::Nil, Value::Nil) => true,
        _ => is_same(a, b),
    }
}
