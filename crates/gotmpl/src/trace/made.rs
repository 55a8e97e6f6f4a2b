//! What functions make of their arguments, and which argument is in which part of it.

use rustc_hash::FxHashMap;

use super::tracer::Tracer;
use super::{CallId, MAX_NOTES, MAX_SOURCES, Made, MadeId, Shape, Source, Sources, Step};
use crate::value::Value;

/// The most entries that a map or list may have for them to be told apart.
const MAX_ENTRIES: usize = 4096;

/// How many entries are remembered of maps that a function may write to.
const MAX_COPIED: usize = 1 << 16;

/// How much is held of what functions made: entries, and 64 bytes of their texts count as another.
const MAX_MADE: usize = 2 << 20;

/// How deep what a function made is compared with what it was given.
const MAX_COMPARED_DEPTH: usize = 16;

/// How many values are compared so, in one trace.
const MAX_COMPARED: usize = 4 << 20;

/// What maps held before a function wrote to them, by their addresses.
#[derive(Debug, Default)]
pub(crate) struct Before(FxHashMap<usize, FxHashMap<Step, Value>>);

impl Before {
    fn of(values: &[Value]) -> Self {
        let mut before = Self::default();
        let mut n_entries = 0;
        let mut left: Vec<(Value, usize)> = values.iter().map(|value| (value.clone(), 0)).collect();
        while let Some((value, depth)) = left.pop() {
            let (Value::Map(_), Some(address)) = (&value, address(&value)) else { continue };
            n_entries += len(&value);
            if depth > MAX_COMPARED_DEPTH
                || n_entries > MAX_COPIED
                || before.0.contains_key(&address)
            {
                continue;
            }
            let mut entries = FxHashMap::default();
            for_each_entry(&value, |step, child| {
                left.push((child.clone(), depth + 1));
                entries.insert(step, child.clone());
            });
            before.0.insert(address, entries);
        }
        before
    }
}

impl Tracer {
    /// Notes what a function that is about to be called reads, and what it may write to.
    pub(crate) fn before(
        &mut self,
        function: &str,
        args: &[Value],
        given: &[Sources],
    ) -> Option<Before> {
        match ((self.shapes)(function), args) {
            (Shape::Merge, _) if self.n_compared < MAX_COMPARED => {
                let before = Before::of(args);
                self.n_compared += before.0.values().map(FxHashMap::len).sum::<usize>();
                Some(before)
            }
            (Shape::Lookup, [container, keys @ ..]) => {
                let found = self.look_up(container, given.first(), keys);
                self.read(&found);
                None
            }
            _ => None,
        }
    }

    /// Gives the sources of what a function gave.
    pub(crate) fn result(
        &mut self,
        function: &str,
        (args, given): (&[Value], &[Sources]),
        before: Option<&Before>,
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
            (Shape::Merge, [target, others @ ..]) => {
                let sources = given.first().cloned().unwrap_or_default();
                let others: Vec<_> =
                    others.iter().cloned().zip(given.iter().skip(1).cloned()).collect();
                if let Some(before) = before {
                    self.merge(target, &sources, before, &others, 0);
                }
                let all = Sources::join(given);
                self.of(target, all)
            }
            (Shape::FirstSet, _) => chosen(args.iter().zip(given), result),
            (Shape::LastSet, _) => chosen(args.iter().zip(given).rev(), result),
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

    /// Notes what was written to a map by a merge.
    fn merge(
        &mut self,
        target: &Value,
        target_sources: &Sources,
        before: &Before,
        others: &[(Value, Sources)],
        depth: usize,
    ) {
        let Some(at) = address(target) else { return };
        if depth > MAX_COMPARED_DEPTH || len(target) > MAX_ENTRIES {
            return;
        }
        let mut children = Vec::new();
        for_each_entry(target, |step, child| children.push((step, child.clone())));
        for (step, child) in children {
            let mut candidates = Vec::new();
            for (other, sources) in others.iter().filter(|(other, _)| address(other) != Some(at)) {
                for (found, value) in self.found_in(other, &step, &child) {
                    let stepped = self.step(other, sources, found);
                    candidates.push((value.clone(), self.of(&value, stepped)));
                }
            }
            if candidates.is_empty() {
                continue;
            }
            let was = before.0.get(&at).and_then(|entries| entries.get(&step));
            let is_new = !was.is_some_and(|was| is_same(was, &child));
            let is_known = address(&child).is_some_and(|at| before.0.contains_key(&at));
            if is_new {
                let sources = if address(&child).is_some() && !is_known {
                    let joined = Sources::join(candidates.iter().map(|(_, sources)| sources));
                    self.inherit(&child, &candidates, joined, depth + 1)
                } else {
                    candidates[0].1.clone()
                };
                let sources = self.of(&child, sources);
                self.write(target, target_sources, step.clone(), sources);
            }
            // A map that was there before may have been written to, in whatever map it is now.
            if is_known {
                let sources = self.step(target, target_sources, step);
                self.merge(&child, &sources, before, &candidates, depth + 1);
            }
        }
    }

    /// Finds the entries of what was made in what it was made of.
    fn inherit(
        &mut self,
        result: &Value,
        containers: &[(Value, Sources)],
        rest: Sources,
        depth: usize,
    ) -> Sources {
        let is_too_much = len(result) > MAX_ENTRIES || self.n_compared >= MAX_COMPARED;
        if depth > MAX_COMPARED_DEPTH || is_too_much {
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
    fn make(&mut self, value: &Value, entries: FxHashMap<Step, Sources>, rest: Sources) -> Sources {
        let Some(address) = address(value) else { return rest };
        if self.named.contains_key(&address) {
            return rest;
        }
        if let Some(id) = self.made.get(&address) {
            self.trace.made[id.0 as usize].entries.extend(entries);
            return Sources::one(Source::Made(*id));
        }
        self.hold(value, address, Made { entries, rest: rest.clone() })
            .map_or(rest, |id| Sources::one(Source::Made(id)))
    }

    /// Holds a map or list, so that its address stays its own; nothing if there is too much already.
    fn hold(&mut self, value: &Value, address: usize, made: Made) -> Option<MadeId> {
        let mut size = 1;
        for_each_entry(value, |_, child| {
            size += 1 + child.as_bytes().map_or(0, |text| text.len() / 64);
        });
        if self.n_made + size > MAX_MADE || self.trace.made.len() >= MAX_NOTES {
            self.trace.is_whole = false;
            return None;
        }
        self.n_made += size;
        let id = MadeId(u32::try_from(self.trace.made.len()).unwrap_or(u32::MAX));
        self.trace.made.push(made);
        self.made.insert(address, id);
        self.held.push(value.clone());
        Some(id)
    }

    /// Notes that a map was written to.
    fn write(&mut self, map: &Value, map_sources: &Sources, step: Step, sources: Sources) {
        let Some(address) = address(map) else { return };
        if !self.made.contains_key(&address) {
            let rest = self.of(map, map_sources.clone());
            self.hold(map, address, Made { entries: FxHashMap::default(), rest });
        }
        if let Some(id) = self.made.get(&address) {
            let entries = &mut self.trace.made[id.0 as usize].entries;
            if entries.len() < MAX_ENTRIES {
                entries.insert(step, sources);
            }
        }
    }
}

/// Gives the sources of the argument that a function chose, and of those that it passed over.
fn chosen<'v>(
    arguments: impl Iterator<Item = (&'v Value, &'v Sources)>,
    result: &Value,
) -> Sources {
    let mut passed = Vec::new();
    for (value, sources) in arguments {
        passed.insert(0, sources);
        if is_same(value, result) {
            break;
        }
    }
    Sources::join(passed)
}

/// Gives what tells a map or list from others while it lives.
pub(super) fn address(value: &Value) -> Option<usize> {
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

pub(super) fn for_each_entry(value: &Value, mut each: impl FnMut(Step, &Value)) {
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
fn step_of(key: &Value) -> Option<Step> {
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
        (Value::Map(_), Value::Map(_))
        | (Value::List(_), Value::List(_))
        | (Value::Nil, Value::Nil) => true,
        _ => is_same(a, b),
    }
}
