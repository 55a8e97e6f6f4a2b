//! From a line of a file's output to what wrote it.
//!
//! An action's sources are known as a whole. Which of them is in which of its lines is told by what the line shows: its
//! place in the YAML that was printed, or the line of an included text that it equals.

use std::cell::{Cell, RefCell};
use std::cmp::Reverse;
use std::ops::Range;
use std::rc::Rc;

use pintle_chart::Chart;
use pintle_chart::value_path::Step;
use pintle_gotmpl::trace::{self, Call, InputId, NodeRef, Scope, Source, Span, Trace};
use pintle_gotmpl::value::lossy;
use pintle_yaml::{Map as Values, Value as Yaml};
use rustc_hash::FxHashMap;

use super::{Frame, Input, Notes, Origin, input, yaml_lines};
use crate::include::ROOT_NAME;

/// How deep includes are followed.
const MAX_DEPTH: usize = 200;

/// The most values, and the most guards, that a line has.
const MAX_INPUTS: usize = 64;

/// How many sources are looked at for a line; 64 bytes of text that is looked through count as one.
const MAX_LOOKS: usize = 1 << 20;

/// How many sources are looked at for all lines of a file that are asked for.
const MAX_LOOKS_IN_FILE: usize = 1 << 26;

/// How much text may be known by its lines at a time, in bytes.
const MAX_CACHED: usize = 16 << 20;

/// How many steps of a path are passed over: a map that was made for the occasion has keys of its own.
const MAX_DROPPED: usize = 4;

/// How sure it is that a source is in a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// it is not seen there
    Elsewhere,
    /// it is there if anywhere, but does not show
    Unseen,
    /// its text is seen there
    Seen,
    /// its very line or key is there
    Exact,
}

/// What a source has to say about a line.
#[derive(Debug)]
struct Candidate {
    rank: Rank,
    origin: Origin,
}

impl Candidate {
    fn of(rank: Rank, input: Option<Input>) -> Self {
        let values = input.into_iter().collect();
        Self { rank, origin: Origin { values, ..Origin::default() } }
    }
}

/// A line that an action printed.
#[derive(Debug, Clone, Copy)]
struct Shown<'t> {
    /// all that was printed
    printed: &'t [u8],
    /// which line of it, from 0
    line: usize,
    /// what is on the line, without space around it
    text: &'t [u8],
    /// whether there are no other lines
    is_single: bool,
}

impl<'t> Shown<'t> {
    /// Takes a part of one line of what was printed.
    fn of(printed: &'t [u8], part: Range<usize>) -> Self {
        let line = memchr::memchr_iter(b'\n', &printed[..part.start]).count();
        let is_single = memchr::memchr(b'\n', printed.trim_ascii()).is_none();
        Self { printed, line, text: printed[part].trim_ascii(), is_single }
    }
}

/// The steps to what each line shows, by the text they are lines of.
type Paths = Rc<Option<Vec<Rc<[Step]>>>>;

/// Finds lines of one file.
pub(super) struct Finder<'n> {
    trace: &'n Trace,
    text: &'n [u8],
    root: InputId,
    chart: &'n Chart,
    values: &'n Values,
    starts: Vec<usize>,
    paths: RefCell<FxHashMap<(usize, usize), Paths>>,
    /// how much text `paths` is of, in bytes
    n_cached: Cell<usize>,
    /// how many looks are left for the line
    left: Cell<usize>,
    /// how many looks are left for the file
    left_in_file: Cell<usize>,
}

impl<'n> Finder<'n> {
    pub(super) fn new(notes: &'n Notes, chart: &'n Chart, values: &'n Values) -> Self {
        let Notes { trace, text, values: root } = notes;
        let starts = std::iter::once(0).chain(memchr::memchr_iter(b'\n', text).map(|at| at + 1));
        let starts = starts.collect();
        Self {
            trace,
            text,
            root: *root,
            chart,
            values,
            starts,
            paths: RefCell::default(),
            n_cached: Cell::new(0),
            left: Cell::new(MAX_LOOKS),
            left_in_file: Cell::new(MAX_LOOKS_IN_FILE),
        }
    }

    /// Finds where a line comes from; lines are counted from 1.
    pub(super) fn find(&self, line: usize) -> Option<Origin> {
        let start = *self.starts.get(line.checked_sub(1)?)?;
        let end = self.starts.get(line).map_or(self.text.len(), |next| next - 1);
        let left = MAX_LOOKS.min(self.left_in_file.get());
        self.left.set(left);
        let mut origin = self.piece(self.text, self.trace.spans(), start..end, None, 0)?;
        self.left_in_file.set(self.left_in_file.get() - (left - self.left.get()));
        let Origin { values, guards, .. } = &mut origin;
        guards.retain(|guard| !values.contains(guard));
        Some(origin)
    }

    /// Takes a look at something of this length, if there is one left.
    fn looks(&self, len: usize) -> bool {
        let left = self.left.get().checked_sub(1 + len / 64);
        self.left.set(left.unwrap_or(0));
        left.is_some()
    }

    /// Gives what the last action read.
    pub(super) fn last_reads(&self) -> Vec<Input> {
        let mut found = Vec::new();
        self.leaves(self.trace.last_reads(), &mut found, 0);
        found
    }

    /// Finds where a part of a line of an execution's output comes from.
    fn piece(
        &self,
        text: &[u8],
        spans: &[Span],
        range: Range<usize>,
        call: Option<&Call>,
        depth: usize,
    ) -> Option<Origin> {
        let first = spans.partition_point(|span| span.end < range.start);
        let on_line = || spans[first..].iter().take_while(|span| span.start <= range.end);
        let part = |span: &Span| span.start.max(range.start)..span.end.min(range.end);
        let is_seen =
            |span: &&Span| text.get(part(span)).is_some_and(|part| !part.trim_ascii().is_empty());
        let mut actions: Vec<&Span> =
            on_line().filter(|span| !span.is_text).filter(is_seen).collect();
        let written = on_line().filter(|span| span.is_text).filter(is_seen).last();
        if actions.is_empty()
            && let Some(written) = written
        {
            actions = self.silent(on_line(), written, part(written));
        }
        let main = actions
            .iter()
            .find(|span| !span.sources.is_empty())
            .or(actions.first())
            .copied()
            .or(written)
            .or_else(|| on_line().find(|span| !part(span).is_empty()))
            .or_else(|| on_line().next())?;
        let mut origin = Origin::default();
        let scopes: Vec<&Scope> = self.trace.scopes(main.scope).take(MAX_DEPTH).collect();
        for scope in scopes.iter().rev().filter(|scope| scope.is_template) {
            origin.frames.push(self.frame(scope.node, 0));
        }
        let own = part(main);
        let blank = text.get(own.clone()).map_or(0, |own| own.len() - own.trim_ascii_start().len());
        let place = self.frame(main.node, own.start + blank - main.start);
        let tpl = call.filter(|call| place.template == ROOT_NAME && !call.sources.is_empty());
        let tpl_line = place.line - 1;
        origin.frames.push(place);
        let mut actions_values = Vec::new();
        for span in actions {
            if !self.looks(0) {
                break;
            }
            let Some(printed) = text.get(span.start..span.end) else { continue };
            let part = part(span);
            let part =
                part.start.max(span.start) - span.start..part.end.max(span.start) - span.start;
            let part = if part.start <= part.end { part } else { 0..0 };
            let found = self.told(&span.sources, Shown::of(printed, part), depth);
            if std::ptr::eq(span, main) {
                origin.frames.extend(found.frames);
                extend(&mut origin.guards, found.guards);
            }
            extend(&mut actions_values, found.values);
        }
        extend(&mut origin.values, actions_values);
        if let Some(call) = tpl {
            let printed = self.trace.source_text(main.node);
            let start = memchr::memchr_iter(b'\n', printed).nth(tpl_line.wrapping_sub(1));
            let start = if tpl_line == 0 { 0 } else { start.map_or(0, |at| at + 1) };
            let end = memchr::memchr(b'\n', &printed[start..]).map_or(printed.len(), |n| start + n);
            let found = self.told(&call.sources, Shown::of(printed, start..end), depth);
            extend(&mut origin.values, found.values);
        }
        for scope in scopes.iter().filter(|scope| !scope.is_template) {
            self.leaves(&scope.sources, &mut origin.guards, depth);
        }
        Some(origin)
    }

    /// Gives the actions that printed nothing on a line of text: those written on the text's own line.
    fn silent<'s>(
        &self,
        spans: impl Iterator<Item = &'s Span>,
        text: &Span,
        part: Range<usize>,
    ) -> Vec<&'s Span> {
        let mut spans = spans.filter(|span| !span.is_text && !span.sources.is_empty()).peekable();
        if spans.peek().is_none() {
            return Vec::new();
        }
        let place = self.trace.place(text.node, part.end.saturating_sub(text.start + 1));
        let is_on_it = |span: &&Span| {
            let other = self.trace.place(span.node, 0);
            (&other.parse_name, other.line) == (&place.parse_name, place.line)
        };
        spans.filter(is_on_it).take(1).collect()
    }

    fn frame(&self, node: NodeRef, skip: usize) -> Frame {
        let place = self.trace.place(node, skip);
        Frame {
            template: place.parse_name,
            name: place.name,
            line: place.line,
            column: place.column,
            offset: place.offset,
            action: place.node,
        }
    }

    /// Tells which sources are in a line that was made of them.
    fn told(&self, sources: &[Source], shown: Shown<'_>, depth: usize) -> Origin {
        let mut candidates = self.candidates(sources, None, shown, depth);
        let best = candidates.iter().map(|candidate| candidate.rank).max();
        if !shown.is_single && best >= Some(Rank::Seen) {
            candidates.retain(|candidate| candidate.rank >= Rank::Seen);
        }
        candidates.sort_by_key(|candidate| Reverse(candidate.rank));
        let mut origin = Origin::default();
        for candidate in candidates {
            let Origin { frames, values, guards } = candidate.origin;
            if origin.frames.is_empty() {
                origin.frames = frames;
            }
            extend(&mut origin.values, values);
            extend(&mut origin.guards, guards);
        }
        origin
    }

    fn candidates(
        &self,
        sources: &[Source],
        steps: Option<&[Step]>,
        shown: Shown<'_>,
        depth: usize,
    ) -> Vec<Candidate> {
        if depth > MAX_DEPTH {
            return Vec::new();
        }
        let paths = if steps.is_none() { self.paths_of(shown.printed) } else { Rc::new(None) };
        let by_line = (*paths).as_ref().and_then(|paths| paths.get(shown.line));
        let steps = steps.or(by_line.map(|steps| &**steps)).unwrap_or_default();
        let mut found = Vec::new();
        for source in sources {
            if !self.looks(0) {
                break;
            }
            match *source {
                Source::Input(id) => found.push(self.of_input(id, steps, shown)),
                Source::Call(id) => found.push(self.of_call(id, shown, depth)),
                Source::Made(id) => {
                    let entry = (0..steps.len().min(MAX_DROPPED)).find_map(|n| {
                        let step = engine_step(&steps[n]);
                        Some((n, self.trace.entry(id, &step)?))
                    });
                    if let Some((n, sources)) = entry {
                        let rest = Some(&steps[n + 1..]);
                        let mut inner = self.candidates(sources, rest, shown, depth + 1);
                        for candidate in &mut inner {
                            // The entry is there, be it seen or not.
                            candidate.rank = candidate.rank.max(Rank::Seen);
                        }
                        found.append(&mut inner);
                    } else {
                        let rest = self.trace.rest(id);
                        let all = if rest.is_empty() { self.trace.made(id) } else { rest.clone() };
                        found.append(&mut self.candidates(&all, Some(steps), shown, depth + 1));
                    }
                }
            }
        }
        found
    }

    fn of_input(&self, id: InputId, steps: &[Step], shown: Shown<'_>) -> Candidate {
        let (root, from_root) = self.trace.path(id);
        let mut path: Vec<Step> = from_root.into_iter().map(chart_step).collect();
        if root != self.root {
            return Candidate::of(Rank::Seen, self.input(false, path));
        }
        let value = self.value_at(&path);
        let rank = match value {
            Some(value @ (Yaml::Map(_) | Yaml::List(_))) => {
                let into = (0..steps.len().min(MAX_DROPPED))
                    .map(|n| &steps[n..])
                    .find(|steps| steps[0].into_value(value).is_some());
                match into {
                    Some(steps) => {
                        let mut value = value;
                        for step in steps {
                            let Some(next) = step.into_value(value) else { break };
                            path.push(step.clone());
                            value = next;
                        }
                        Rank::Exact
                    }
                    None if shown.is_single => Rank::Unseen,
                    None => Rank::Elsewhere,
                }
            }
            Some(value) if is_seen(value, shown.text) => Rank::Seen,
            _ if shown.is_single => Rank::Unseen,
            _ => Rank::Elsewhere,
        };
        Candidate::of(rank, self.input(true, path))
    }

    fn value_at(&self, path: &[Step]) -> Option<&'n Yaml> {
        let (first, rest) = path.split_first()?;
        let Step::Key(key) = first else { return None };
        rest.iter().try_fold(self.values.get(key)?, |value, step| step.into_value(value))
    }

    fn input(&self, is_value: bool, steps: Vec<Step>) -> Option<Input> {
        input(is_value, steps.into_iter(), self.chart, self.values)
    }

    fn of_call(&self, id: trace::CallId, shown: Shown<'_>, depth: usize) -> Candidate {
        let call = self.trace.call(id);
        let text = call.text.as_bytes();
        if self.looks(text.len() + shown.printed.len())
            && let Some((line, rank)) = matching_line(text, shown)
            && let Some(origin) = self.piece(text, &call.spans, line, Some(call), depth + 1)
        {
            return Candidate { rank, origin };
        }
        let mut origin = Origin::default();
        for span in &call.spans {
            self.leaves(&span.sources, &mut origin.values, depth + 1);
        }
        self.leaves(&call.sources, &mut origin.values, depth + 1);
        let rank = if shown.is_single { Rank::Unseen } else { Rank::Elsewhere };
        Candidate { rank, origin }
    }

    /// Adds all that sources were made of, with what decided over the lines of calls.
    fn leaves(&self, sources: &[Source], out: &mut Vec<Input>, depth: usize) {
        for source in sources {
            if depth > MAX_DEPTH || out.len() >= MAX_INPUTS || !self.looks(0) {
                return;
            }
            match *source {
                Source::Input(id) => {
                    let (root, steps) = self.trace.path(id);
                    let steps = steps.into_iter().map(chart_step).collect();
                    extend(out, self.input(root == self.root, steps));
                }
                Source::Made(id) => self.leaves(&self.trace.made(id), out, depth + 1),
                Source::Call(id) => {
                    for span in &self.trace.call(id).spans {
                        if out.len() >= MAX_INPUTS || !self.looks(0) {
                            return;
                        }
                        self.leaves(&span.sources, out, depth + 1);
                        for scope in self.trace.scopes(span.scope).take(MAX_DEPTH) {
                            self.leaves(&scope.sources, out, depth + 1);
                        }
                    }
                }
            }
        }
    }

    /// Gives the steps to what each line of a text shows.
    fn paths_of(&self, text: &[u8]) -> Paths {
        let key = (text.as_ptr().addr(), text.len());
        if let Some(paths) = self.paths.borrow().get(&key) {
            return Rc::clone(paths);
        }
        if text.len() > yaml_lines::MAX_TEXT || !self.looks(text.len() * 4) {
            return Rc::default();
        }
        if self.n_cached.get() + text.len() > MAX_CACHED {
            self.paths.borrow_mut().clear();
            self.n_cached.set(0);
        }
        self.n_cached.set(self.n_cached.get() + text.len());
        let paths = Rc::new(yaml_lines::paths(&lossy(text)));
        self.paths.borrow_mut().insert(key, Rc::clone(&paths));
        paths
    }
}

/// Adds what is not there yet.
fn extend(inputs: &mut Vec<Input>, more: impl IntoIterator<Item = Input>) {
    for input in more {
        if inputs.len() < MAX_INPUTS && !inputs.contains(&input) {
            inputs.push(input);
        }
    }
}

fn chart_step(step: &trace::Step) -> Step {
    match step {
        trace::Step::Key(key) => Step::Key(key.to_str_lossy().into()),
        trace::Step::Index(index) => Step::Index(*index),
    }
}

fn engine_step(step: &Step) -> trace::Step {
    match step {
        Step::Key(key) => trace::Step::Key((&**key).into()),
        Step::Index(index) => trace::Step::Index(*index),
    }
}

/// Tells whether a line shows a scalar.
fn is_seen(value: &Yaml, line: &[u8]) -> bool {
    let contains =
        |whole: &[u8], part: &[u8]| !part.is_empty() && memchr::memmem::find(whole, part).is_some();
    match value {
        Yaml::Bool(value) => contains(line, value.to_string().as_bytes()),
        Yaml::Int(value) => contains(line, value.to_string().as_bytes()),
        Yaml::Float(value) => contains(line, value.to_string().as_bytes()),
        Yaml::String(text) => {
            let text = text.trim().as_bytes();
            contains(line, text) || (text.contains(&b'\n') && contains(text, line))
        }
        _ => false,
    }
}

/// Finds the line of a text that a line shows: the equal one, if there are several the one as far behind its likes; else
/// one that has it within, or is within it.
fn matching_line(text: &[u8], shown: Shown<'_>) -> Option<(Range<usize>, Rank)> {
    if shown.text.is_empty() {
        return None;
    }
    let n_before = || {
        let lines = shown.printed.split(|byte| *byte == b'\n').take(shown.line);
        lines.filter(|line| line.trim_ascii() == shown.text).count()
    };
    let mut equal = Vec::new();
    let mut near: Option<(usize, Range<usize>)> = None;
    let mut start = 0;
    for line in text.split(|byte| *byte == b'\n') {
        let range = start..start + line.len();
        start = range.end + 1;
        let line = line.trim_ascii();
        if line == shown.text {
            equal.push(range);
        } else if !line.is_empty() && equal.is_empty() {
            let (long, short) =
                if line.len() > shown.text.len() { (line, shown.text) } else { (shown.text, line) };
            if near.as_ref().is_none_or(|(len, _)| short.len() > *len)
                && memchr::memmem::find(long, short).is_some()
            {
                near = Some((short.len(), range));
            }
        }
    }
    if let Some(last) = equal.len().checked_sub(1) {
        return Some((equal.swap_remove(n_before().min(last)), Rank::Exact));
    }
    near.map(|(_, range)| (range, Rank::Seen))
}
