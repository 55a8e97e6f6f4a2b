//! Execution that takes notes of where output comes from: the same walk, with sources beside the values.
//!
//! It stands apart from the other walk, which therefore pays nothing for it. What both do alike they share: fields,
//! conversions, printing, limits.

use super::call::{Params, copied, fits, interface_bit, nil_of};
use super::control::Flow;
use super::{Failure, MAX_TEMPLATE_DEPTH, Operand, State, Variable, on_deep_stack};
use crate::ast::{Branch, Callee, Idents, NodeId, NodeKind};
use crate::builtins::BUILTINS;
use crate::func::{Env, Function};
use crate::intern::Symbol;
use crate::trace::{ScopeId, Sources, Step, Tracer};
use crate::value::{Str, Type, Value, number, print, truth};

/// A value and what it was made of.
type Traced = (Operand, Sources);

/// How a `range` treats its variables.
#[derive(Debug, Clone, Copy)]
struct Loop<'t> {
    declared: &'t [Symbol],
    is_assign: bool,
    list: NodeId,
}

/// A call under way: what is noted until it ends belongs to it.
#[derive(Debug)]
pub(super) struct Begun {
    mark: usize,
    template: u32,
    scope: Option<ScopeId>,
    reads: Vec<Sources>,
}

impl<'a> State<'a> {
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

    /// Executes the current template from its root, with its own `$`.
    pub(super) fn trace_template_body(&mut self, dot: &Operand) -> Result<(), Failure> {
        let (template, root, first_variable) =
            (self.template, self.template.root, self.first_variable);
        let tracer = self.tracer();
        let outer_template = tracer.begin(template);
        let sources = std::mem::take(&mut tracer.entering);
        let sources = tracer.of(&dot.value, sources);
        let outer_dot = std::mem::replace(&mut tracer.dot, sources.clone());
        let outer_scope = tracer.scope;
        self.declare(Symbol::DOLLAR, dot.clone(), sources);
        let result = self.trace_list(dot, root);
        self.end_scope(first_variable);
        let tracer = self.tracer();
        tracer.dot = outer_dot;
        tracer.scope = outer_scope;
        tracer.resume(outer_template);
        result.map(drop)
    }

    fn declare(&mut self, name: Symbol, operand: Operand, sources: Sources) {
        let place = self.run.variables.len();
        self.run.variables.push(Variable { name, operand });
        let variables = &mut self.tracer().variables;
        variables.resize(place, Sources::default());
        variables.push(sources);
    }

    fn set_variable(&mut self, place: usize, (operand, sources): Traced) {
        self.run.variables[place].operand = operand;
        if let Some(variable) = self.tracer().variables.get_mut(place) {
            *variable = sources;
        }
    }

    fn end_scope(&mut self, mark: usize) {
        self.run.variables.truncate(mark);
        self.tracer().variables.truncate(mark);
    }

    fn read_variable(&mut self, name: Symbol) -> Result<Traced, Failure> {
        let place = self.variable(name)?;
        let operand = self.run.variables[place].operand.clone();
        let sources = self.tracer().variables.get(place).cloned().unwrap_or_default();
        Ok((operand, sources))
    }

    /// Gives what `.` was made of where it is itself an operand.
    fn read_dot(&mut self) -> Sources {
        let tracer = self.tracer();
        let sources = tracer.dot.clone();
        tracer.read(&sources);
        sources
    }

    fn dot_sources(&mut self) -> Sources {
        self.tracer().dot.clone()
    }

    fn trace_list(&mut self, dot: &Operand, list: NodeId) -> Result<Flow, Failure> {
        let NodeKind::List(children) = self.arena.node(list).kind else {
            return Ok(Flow::Next);
        };
        for child in self.arena.children(children) {
            let flow = self.trace_node(dot, *child)?;
            if flow != Flow::Next {
                return Ok(flow);
            }
        }
        Ok(Flow::Next)
    }

    fn trace_node(&mut self, dot: &Operand, node: NodeId) -> Result<Flow, Failure> {
        self.node = node;
        self.tracer().reads.clear();
        let start = self.run.out.len();
        match self.arena.node(node).kind {
            NodeKind::Text(span) => {
                self.run.out.extend_from_slice(span.of(&self.source().text));
                let end = self.run.out.len();
                self.tracer().wrote(start, end, node, Sources::default());
                self.check_output()?;
            }
            NodeKind::Action(pipe) => {
                let (value, sources, declares) = self.trace_pipeline(dot, pipe)?;
                if !declares {
                    self.node = node;
                    let printed = self.print_value(&value);
                    let end = self.run.out.len();
                    self.tracer().wrote(start, end, node, sources);
                    printed?;
                }
            }
            NodeKind::If(branch) => {
                return on_deep_stack(|| self.trace_if_or_with(dot, node, branch, false));
            }
            NodeKind::With(branch) => {
                return on_deep_stack(|| self.trace_if_or_with(dot, node, branch, true));
            }
            NodeKind::Range(branch) => {
                return on_deep_stack(|| self.trace_range(dot, node, branch));
            }
            NodeKind::Template { name, pipe } => self.trace_template(dot, node, name, pipe)?,
            NodeKind::Break => return Ok(Flow::Break),
            NodeKind::Continue => return Ok(Flow::Continue),
            _ => {
                let shown = self.source().print(node);
                return self.fail(format!("unknown node: {shown}"));
            }
        }
        Ok(Flow::Next)
    }

    /// Walks a list with another dot.
    fn trace_list_of(
        &mut self,
        dot: &Operand,
        sources: Sources,
        list: NodeId,
    ) -> Result<Flow, Failure> {
        let outer = std::mem::replace(&mut self.tracer().dot, sources);
        let flow = self.trace_list(dot, list);
        self.tracer().dot = outer;
        flow
    }

    fn trace_if_or_with(
        &mut self,
        dot: &Operand,
        node: NodeId,
        branch: Branch,
        is_with: bool,
    ) -> Result<Flow, Failure> {
        let mark = self.run.variables.len();
        let (value, sources, _) = self.trace_pipeline(dot, branch.pipe)?;
        let outer = self.tracer().enter(node, false, sources.clone());
        let flow = if truth::is_true(&value) {
            if is_with {
                self.trace_list_of(&Operand { value, ..Operand::NONE }, sources, branch.list)
            } else {
                self.trace_list(dot, branch.list)
            }
        } else if let Some(else_list) = branch.else_list {
            self.trace_list(dot, else_list)
        } else {
            Ok(Flow::Next)
        };
        self.tracer().scope = outer;
        self.end_scope(mark);
        flow
    }

    fn trace_range(
        &mut self,
        dot: &Operand,
        node: NodeId,
        branch: Branch,
    ) -> Result<Flow, Failure> {
        let mark = self.run.variables.len();
        let (value, sources, _) = self.trace_pipeline(dot, branch.pipe)?;
        let source = self.source();
        let (declared, is_assign) = match source.node(branch.pipe).kind {
            NodeKind::Pipe { declared, is_assign, .. } => (source.idents(declared), is_assign),
            _ => (&[][..], false),
        };
        let turns = Loop { declared, is_assign, list: branch.list };
        let outer = self.tracer().enter(node, false, sources.clone());
        let flow = match self.trace_turns(&value, &sources, turns) {
            Ok(false) => match branch.else_list {
                Some(else_list) => self.trace_list(dot, else_list),
                None => Ok(Flow::Next),
            },
            Ok(true) => Ok(Flow::Next),
            Err(failure) => Err(failure),
        };
        self.tracer().scope = outer;
        self.end_scope(mark);
        flow
    }

    /// Takes a turn for each element, and tells whether there was one.
    fn trace_turns(
        &mut self,
        value: &Value,
        sources: &Sources,
        turns: Loop<'a>,
    ) -> Result<bool, Failure> {
        match value {
            Value::Nil => Ok(false),
            Value::Int(ty, end) => {
                let numbers = (0..(*end).max(0)).map(|n| Value::Int(*ty, n));
                self.trace_numbers(value, numbers, sources, turns)
            }
            Value::Uint(ty, end) => {
                let numbers = (0..*end).map(|n| Value::Uint(*ty, n));
                self.trace_numbers(value, numbers, sources, turns)
            }
            Value::List(list) => {
                let is_interface = super::field::is_interface(list.element());
                for (index, element) in list.items().iter().enumerate() {
                    let from = self.tracer().step(value, sources, Step::Index(index));
                    let element = Operand { value: element.clone(), is_interface };
                    let index = Value::int(i64::try_from(index).unwrap_or(i64::MAX));
                    if self.trace_turn(Operand::concrete(index), (element, from), turns)? {
                        break;
                    }
                }
                Ok(!list.items().is_empty())
            }
            Value::Map(map) => {
                let is_interface = super::field::is_interface(map.element());
                let entries = map.snapshot();
                let has_run = !entries.is_empty();
                for (key, element) in entries {
                    let from = self.tracer().step(value, sources, Step::Key(key.clone()));
                    let element = Operand { value: element, is_interface };
                    let key = Operand::concrete(Value::String(key));
                    if self.trace_turn(key, (element, from), turns)? {
                        break;
                    }
                }
                Ok(has_run)
            }
            _ => {
                if let Value::Object(object) = value
                    && let Some(underlying) = object.underlying()
                {
                    return self.trace_turns(&underlying, sources, turns);
                }
                let shown = print::display(value);
                let shown = String::from_utf8_lossy(&shown);
                self.fail(format!("range can't iterate over {shown}"))
            }
        }
    }

    fn trace_numbers(
        &mut self,
        end: &Value,
        numbers: impl Iterator<Item = Value>,
        sources: &Sources,
        turns: Loop<'a>,
    ) -> Result<bool, Failure> {
        if turns.declared.len() > 1 {
            let shown = print::display(end);
            let shown = String::from_utf8_lossy(&shown);
            return self.fail(format!("can't use {shown} to iterate over more than one variable"));
        }
        let mut has_run = false;
        for number in numbers {
            has_run = true;
            let element = (Operand::concrete(number), sources.clone());
            if self.trace_turn(Operand::NONE, element, turns)? {
                break;
            }
        }
        Ok(has_run)
    }

    /// Takes one turn, and tells whether the loop is to end.
    fn trace_turn(
        &mut self,
        index: Operand,
        (element, from): Traced,
        turns: Loop<'a>,
    ) -> Result<bool, Failure> {
        self.step()?;
        let mark = self.run.variables.len();
        let from = self.tracer().of(&element.value, from);
        // A key comes from where its value is.
        let index = (index, from.clone());
        match *turns.declared {
            [] => {}
            [only] if turns.is_assign => {
                self.trace_assign(only, (element.clone(), from.clone()))?;
            }
            [first, second, ..] if turns.is_assign => {
                self.trace_assign(first, index)?;
                self.trace_assign(second, (element.clone(), from.clone()))?;
            }
            [_] => self.set_variable(mark - 1, (element.clone(), from.clone())),
            [_, _, ..] => {
                self.set_variable(mark - 1, (element.clone(), from.clone()));
                self.set_variable(mark - 2, index);
            }
        }
        let flow = self.trace_list_of(&element, from, turns.list);
        self.end_scope(mark);
        Ok(flow? == Flow::Break)
    }

    fn trace_assign(&mut self, name: Symbol, traced: Traced) -> Result<(), Failure> {
        let place = self.variable(name)?;
        self.set_variable(place, traced);
        Ok(())
    }

    fn trace_template(
        &mut self,
        dot: &Operand,
        node: NodeId,
        name: Symbol,
        pipe: Option<NodeId>,
    ) -> Result<(), Failure> {
        let name = self.source().name(name);
        let Some(template) = self.templates.get(name) else {
            let name = number::quote(name.as_bytes());
            return self.fail(format!("template {name} not defined"));
        };
        let total_limit = MAX_TEMPLATE_DEPTH + super::MAX_NESTED_EXECUTIONS;
        if self.depth == MAX_TEMPLATE_DEPTH || self.run.n_templates >= total_limit {
            return self.fail(format!("exceeded maximum template depth ({MAX_TEMPLATE_DEPTH})"));
        }
        self.step()?;
        let mut inner = Operand::NONE;
        let mut sources = Sources::default();
        if let Some(pipe) = pipe {
            (inner.value, sources, _) = self.trace_pipeline(dot, pipe)?;
        }
        let tracer = self.tracer();
        let outer = tracer.enter(node, true, Sources::default());
        tracer.entering = sources;
        let result = self.enter(template, &inner);
        self.tracer().scope = outer;
        result
    }

    /// Evaluates a pipeline, sets its variables, and tells whether it has any.
    fn trace_pipeline(
        &mut self,
        dot: &Operand,
        pipe: NodeId,
    ) -> Result<(Value, Sources, bool), Failure> {
        self.node = pipe;
        let arena = self.arena;
        let NodeKind::Pipe { is_assign, declared, commands } = arena.node(pipe).kind else {
            return Ok((Value::Nil, Sources::default(), false));
        };
        let mut last: Option<(Value, Sources)> = None;
        for command in arena.children(commands) {
            let NodeKind::Command(args) = arena.node(*command).kind else {
                continue;
            };
            let args = arena.children(args);
            let (operand, sources) = self.trace_command(dot, *command, args, last.take())?;
            let sources = self.tracer().of(&operand.value, sources);
            last = Some((operand.value, sources));
        }
        let (value, sources) = last.unwrap_or((Value::Nil, Sources::default()));
        for name in arena.idents(declared) {
            let traced = (Operand::concrete(value.clone()), sources.clone());
            if is_assign {
                self.trace_assign(*name, traced)?;
            } else {
                self.declare(*name, traced.0, traced.1);
            }
        }
        Ok((value, sources, declared.len > 0))
    }

    fn trace_command(
        &mut self,
        dot: &Operand,
        command: NodeId,
        args: &[NodeId],
        last: Option<(Value, Sources)>,
    ) -> Result<Traced, Failure> {
        let first = args[0];
        let kind = self.arena.node(first).kind;
        if !matches!(kind, NodeKind::Pipe { .. }) {
            self.node = first;
        }
        match kind {
            NodeKind::Identifier { name, callee } => {
                return self.trace_function(dot, callee, name, command, &args[1..], last);
            }
            NodeKind::Field(fields) => {
                let receiver = (dot.clone(), self.dot_sources());
                return self.trace_fields(dot, receiver, first, fields, args, last);
            }
            NodeKind::Chain { operand, fields } => {
                let receiver = self.trace_chain_operand(dot, operand)?;
                return self.trace_fields(dot, receiver, first, fields, args, last);
            }
            NodeKind::Variable { name, fields } => {
                let variable = self.read_variable(name)?;
                if fields.len > 0 {
                    return self.trace_fields(dot, variable, first, fields, args, last);
                }
                self.not_a_function(args, last.is_some())?;
                self.tracer().read(&variable.1);
                return Ok(variable);
            }
            _ => {}
        }
        self.not_a_function(args, last.is_some())?;
        match kind {
            NodeKind::Pipe { .. } => self.trace_parenthesized(dot, first),
            NodeKind::Dot => Ok((dot.clone(), self.read_dot())),
            NodeKind::Nil => self.fail("nil is not a command"),
            _ => Ok((self.eval_literal(first)?, Sources::default())),
        }
    }

    fn trace_parenthesized(&mut self, dot: &Operand, pipe: NodeId) -> Result<Traced, Failure> {
        let (value, sources, _) = on_deep_stack(|| self.trace_pipeline(dot, pipe))?;
        Ok((Operand { value, ..Operand::NONE }, sources))
    }

    fn trace_chain_operand(&mut self, dot: &Operand, operand: NodeId) -> Result<Traced, Failure> {
        self.node = operand;
        match self.source().node(operand).kind {
            NodeKind::Identifier { name, callee } => {
                let (operand, sources) =
                    self.trace_function(dot, callee, name, operand, &[], None)?;
                Ok((Operand::result(operand.value), sources))
            }
            _ => self.trace_parenthesized(dot, operand),
        }
    }

    /// Evaluates a chain of fields. The last field, if it is a method, gets the arguments.
    fn trace_fields(
        &mut self,
        dot: &Operand,
        receiver: Traced,
        node: NodeId,
        fields: Idents,
        args: &[NodeId],
        last: Option<(Value, Sources)>,
    ) -> Result<Traced, Failure> {
        let source = self.source();
        let (mut reached, mut sources) = receiver;
        let fields = source.idents(fields);
        let (mut last, last_sources) = last.map_or((None, None), |(v, s)| (Some(v), Some(s)));
        for (n, field) in fields.iter().enumerate() {
            let name = source.name(*field);
            let is_last = n + 1 == fields.len();
            let args = if is_last { args.get(1..).unwrap_or_default() } else { &[] };
            let last = if is_last { last.take() } else { None };
            let next = match self.eval_field(dot, &reached, name, node, args, last) {
                Ok(next) => next,
                Err(failure) => {
                    let rest = fields[n..].iter().map(|field| source.name(*field));
                    self.tracer().not_read(&sources, rest);
                    return Err(failure);
                }
            };
            let tracer = self.tracer();
            let stepped = tracer.step(&reached.value, &sources, Step::Key(name.into()));
            sources = tracer.of(&next.value, stepped);
            reached = next;
        }
        if let Some(last_sources) = last_sources {
            sources = Sources::join([&sources, &last_sources]);
        }
        self.tracer().read(&sources);
        Ok((reached, sources))
    }

    /// Evaluates an operand for a parameter of type `ty`.
    fn trace_arg(
        &mut self,
        dot: &Operand,
        ty: &'static Type,
        node: NodeId,
    ) -> Result<Traced, Failure> {
        self.node = node;
        let (operand, sources) = match self.arena.node(node).kind {
            NodeKind::Dot => (dot.clone(), self.read_dot()),
            NodeKind::Field(fields) => {
                let receiver = (dot.clone(), self.dot_sources());
                self.trace_fields(dot, receiver, node, fields, &[], None)?
            }
            NodeKind::Variable { name, fields } => {
                let variable = self.read_variable(name)?;
                self.trace_fields(dot, variable, node, fields, &[], None)?
            }
            NodeKind::Pipe { .. } => self.trace_parenthesized(dot, node)?,
            NodeKind::Identifier { name, callee } => {
                let (operand, sources) = self.trace_function(dot, callee, name, node, &[], None)?;
                (Operand::result(operand.value), sources)
            }
            NodeKind::Chain { operand, fields } => {
                let receiver = self.trace_chain_operand(dot, operand)?;
                self.trace_fields(dot, receiver, node, fields, &[], None)?
            }
            NodeKind::Nil => {
                if !super::call::can_be_nil(ty) {
                    return self.fail(format!("cannot assign nil to {ty}"));
                }
                return Ok((nil_of(ty), Sources::default()));
            }
            _ => return Ok((self.eval_typed_literal(ty, node)?, Sources::default())),
        };
        if fits(&operand.value, operand.is_interface, ty) {
            return Ok((operand, sources));
        }
        Ok((self.convert(operand, ty)?, sources))
    }

    fn trace_function(
        &mut self,
        dot: &Operand,
        callee: Callee,
        name: Symbol,
        node: NodeId,
        args: &[NodeId],
        last: Option<(Value, Sources)>,
    ) -> Result<Traced, Failure> {
        let templates = self.templates;
        let function: &Function = match callee {
            Callee::Host(id) => templates.functions().get(id),
            Callee::Builtin(index) => &BUILTINS[index as usize],
            Callee::And | Callee::Or => {
                return self.trace_and_or(dot, callee == Callee::Or, name, args, last);
            }
            Callee::Call => {
                let (value, sources) = last.map_or((None, None), |(v, s)| (Some(v), Some(s)));
                let operand = self.eval_call_builtin(dot, node, args, value)?;
                return Ok((operand, sources.unwrap_or_default()));
            }
        };
        let params = Params::of(function);
        self.check_count(params, args.len(), last.is_some())?;
        let mut values = Vec::with_capacity(args.len() + 1);
        let mut given = Vec::with_capacity(args.len() + 1);
        let mut interfaces = 0;
        for (index, arg) in args.iter().enumerate() {
            let (operand, sources) = self.trace_arg(dot, params.ty(index), *arg)?;
            interfaces |= interface_bit(operand.is_interface, index);
            values.push(operand.value);
            given.push(sources);
        }
        if let Some((value, sources)) = last {
            let ty = params.ty(args.len());
            let mut operand = Operand::concrete(value);
            if !fits(&operand.value, false, ty) {
                operand = self.convert(operand, ty)?;
                interfaces |= interface_bit(operand.is_interface, args.len());
            }
            values.push(operand.value);
            given.push(sources);
        }
        self.interfaces = interfaces;
        self.run.n_steps += copied(&values);
        let tracer = self.tracer();
        tracer.entering = given.last().cloned().unwrap_or_default();
        let outer_calls = std::mem::take(&mut tracer.calls);
        let before = tracer.before(function.name, &values, &given);
        let result = (function.body)(&mut Env { state: self }, &values);
        let tracer = self.tracer();
        let calls = std::mem::replace(&mut tracer.calls, outer_calls);
        tracer.entering = Sources::default();
        match result {
            Ok(result) => {
                let sources = tracer.result(
                    function.name,
                    (&values, &given),
                    before.as_ref(),
                    &result,
                    &calls,
                );
                self.check_length(&result)?;
                Ok((Operand { value: result, ..Operand::NONE }, sources))
            }
            Err(error) => self.failed(function.name, node, error),
        }
    }

    fn trace_and_or(
        &mut self,
        dot: &Operand,
        stop_at: bool,
        name: Symbol,
        args: &[NodeId],
        last: Option<(Value, Sources)>,
    ) -> Result<Traced, Failure> {
        let name = self.source().name(name);
        let params = Params { name, types: &[Type::Reflect, Type::Reflect], variadic: true };
        self.check_count(params, args.len(), last.is_some())?;
        let mut passed = Vec::new();
        let mut found = None;
        for (index, arg) in args.iter().enumerate() {
            let (operand, sources) = self.trace_arg(dot, &Type::Reflect, *arg)?;
            let is_last = index + 1 == args.len() && last.is_none();
            if is_last || truth::is_true(&operand.value) == stop_at {
                found = Some((operand.value, sources));
                break;
            }
            passed.push(sources);
        }
        let (value, sources) = found.or(last).unwrap_or((Value::Nil, Sources::default()));
        // Those that were passed over decided as well.
        let sources = Sources::join([&sources].into_iter().chain(&passed));
        let sources = self.tracer().of(&value, sources);
        Ok((Operand { value, ..Operand::NONE }, sources))
    }
}
