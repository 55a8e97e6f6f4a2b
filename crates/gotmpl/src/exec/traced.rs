//! Notes of where output comes from: sources beside the values of a walk.

use super::notes::Notes;
use super::{Failure, Operand, State};
use crate::ast::NodeId;
use crate::intern::Symbol;
use crate::trace::{Before, CallId, ScopeId, Sources, Step, Tracer};
use crate::value::{Str, Value};

/// A call under way: what is noted until it ends belongs to it.
#[derive(Debug)]
pub(super) struct Begun {
    mark: usize,
    template: u32,
    scope: Option<ScopeId>,
    reads: Vec<Sources>,
}

impl State<'_> {
    fn tracer(&mut self) -> &mut Tracer {
        self.run.tracer.get_or_insert_default()
    }

    /// Begins a call that a function makes, if notes are taken.
    pub(super) fn begin_call(&mut self) -> Option<Begun> {
        let template = self.template;
        let tracer = self.run.tracer.as_deref_mut()?;
        let template = tracer.begin(template);
        let mark = tracer.n_spans();
        let reads = tracer.reads.clone();
        Some(Begun { mark, template, scope: tracer.scope.take(), reads })
    }

    /// Ends a call.
    pub(super) fn end_call(&mut self, begun: Begun, start: usize, written: Option<&Str>) {
        let tracer = self.tracer();
        tracer.scope = begun.scope;
        tracer.resume(begun.template);
        if let Some(text) = written {
            tracer.reads = begun.reads;
            tracer.end_call(begun.mark, start, text);
        }
    }

    /// Executes the current template from its root, and takes notes.
    pub(super) fn trace_template_body(&mut self, dot: &Operand) -> Result<(), Failure> {
        let template = self.template;
        let tracer = self.tracer();
        let outer_template = tracer.begin(template);
        let sources = std::mem::take(&mut tracer.entering);
        let sources = tracer.of(&dot.value, sources);
        let outer_dot = std::mem::replace(&mut tracer.dot, sources.clone());
        let outer_scope = tracer.scope;
        let result = self.walk_body::<Origins>(dot, sources);
        let tracer = self.tracer();
        tracer.dot = outer_dot;
        tracer.scope = outer_scope;
        tracer.resume(outer_template);
        result
    }
}

/// A function under way: what its arguments were made of, and what may tell later what its result was.
#[derive(Debug, Default)]
pub(super) struct Running {
    given: Vec<Sources>,
    outer_calls: Vec<CallId>,
    before: Option<Before>,
}

/// Notes of what values were made of, and of what was written.
#[derive(Debug)]
pub(super) struct Origins;

impl Notes for Origins {
    type Sources = Sources;
    type Given = Vec<Sources>;
    type Outer = Option<ScopeId>;
    type Running = Running;

    const ARE_TAKEN: bool = true;

    fn begin_node(state: &mut State<'_>) {
        state.tracer().reads.clear();
    }

    fn wrote(state: &mut State<'_>, start: usize, node: NodeId, sources: Sources) {
        let end = state.run.out.len();
        state.tracer().wrote(start, end, node, sources);
    }

    fn enter(state: &mut State<'_>, node: NodeId, sources: &Sources) -> Option<ScopeId> {
        state.tracer().enter(node, false, sources.clone())
    }

    fn enter_template(state: &mut State<'_>, node: NodeId, sources: Sources) -> Option<ScopeId> {
        let tracer = state.tracer();
        let outer = tracer.enter(node, true, Sources::default());
        tracer.entering = sources;
        outer
    }

    fn leave(state: &mut State<'_>, outer: Option<ScopeId>) {
        state.tracer().scope = outer;
    }

    fn dot(state: &mut State<'_>) -> Sources {
        state.tracer().dot.clone()
    }

    fn set_dot(state: &mut State<'_>, sources: Sources) -> Sources {
        std::mem::replace(&mut state.tracer().dot, sources)
    }

    fn declare(state: &mut State<'_>, sources: Sources) {
        let place = state.run.variables.len();
        let variables = &mut state.tracer().variables;
        // Some may have been declared where no notes were taken.
        variables.resize(place, Sources::default());
        variables.push(sources);
    }

    fn assign(state: &mut State<'_>, place: usize, sources: Sources) {
        if let Some(variable) = state.tracer().variables.get_mut(place) {
            *variable = sources;
        }
    }

    fn variable(state: &mut State<'_>, place: usize) -> Sources {
        state.tracer().variables.get(place).cloned().unwrap_or_default()
    }

    fn end_scope(state: &mut State<'_>, mark: usize) {
        state.tracer().variables.truncate(mark);
    }

    fn of(state: &mut State<'_>, value: &Value, others: Sources) -> Sources {
        state.tracer().of(value, others)
    }

    fn step(
        state: &mut State<'_>,
        value: &Value,
        sources: &Sources,
        step: impl FnOnce() -> Step,
    ) -> Sources {
        state.tracer().step(value, sources, step())
    }

    fn read(state: &mut State<'_>, sources: &Sources) {
        state.tracer().read(sources);
    }

    fn not_read(state: &mut State<'_>, sources: &Sources, fields: &[Symbol]) {
        let source = state.source();
        state.tracer().not_read(sources, fields.iter().map(|field| source.name(*field)));
    }

    fn give(given: &mut Vec<Sources>, sources: Sources) {
        given.push(sources);
    }

    fn join(sources: Sources, others: &Vec<Sources>) -> Sources {
        Sources::join([&sources].into_iter().chain(others))
    }

    fn begin_function(
        state: &mut State<'_>,
        name: &str,
        values: &[Value],
        given: Vec<Sources>,
    ) -> Running {
        let tracer = state.tracer();
        tracer.entering = given.last().cloned().unwrap_or_default();
        let outer_calls = std::mem::take(&mut tracer.calls);
        let before = tracer.before(name, values, &given);
        Running { given, outer_calls, before }
    }

    fn end_function(
        state: &mut State<'_>,
        name: &str,
        values: &[Value],
        running: Running,
        result: Option<&Value>,
    ) -> Sources {
        let tracer = state.tracer();
        let calls = std::mem::replace(&mut tracer.calls, running.outer_calls);
        tracer.entering = Sources::default();
        let Some(result) = result else { return Sources::default() };
        tracer.result(name, (values, &running.given), running.before.as_ref(), result, &calls)
    }
}
