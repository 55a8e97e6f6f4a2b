//! Walking lists, text and actions, and the controls `if`, `with`, `range` and `template`.
//!
//! Source: the `walk` functions of Go's `text/template/exec.go`.

use super::notes::{Notes, Nothing};
use super::{Failure, MAX_TEMPLATE_DEPTH, Operand, State, on_deep_stack};
use crate::ast::{Branch, NodeId, NodeKind, Template};
use crate::intern::Symbol;
use crate::trace::Step;
use crate::value::{IntType, UintType, Value, number, print, truth};

/// What a walk asks the loops around it to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    /// nothing
    Next,
    /// to end, by `{{break}}`
    Break,
    /// to take the next turn, by `{{continue}}`
    Continue,
}

/// How a `range` treats its variables.
#[derive(Debug, Clone, Copy)]
struct Loop<'t> {
    declared: &'t [Symbol],
    /// `=`: the variables are those of an outer scope
    is_assign: bool,
    list: NodeId,
}

impl<'a> State<'a> {
    /// Executes the current template from its root, with its own `$`.
    pub(super) fn walk_template_body(&mut self, dot: &Operand) -> Result<(), Failure> {
        if self.run.tracer.is_some() {
            return self.trace_template_body(dot);
        }
        self.walk_body::<Nothing>(dot, ())
    }

    /// Does so, with notes.
    pub(super) fn walk_body<N: Notes>(
        &mut self,
        dot: &Operand,
        sources: N::Sources,
    ) -> Result<(), Failure> {
        self.declare::<N>(Symbol::DOLLAR, dot.clone(), sources);
        let result = self.walk_list::<N>(dot, self.template.root);
        self.end_scope::<N>(self.first_variable);
        result.map(|_| ())
    }

    fn end_scope<N: Notes>(&mut self, mark: usize) {
        self.run.variables.truncate(mark);
        N::end_scope(self, mark);
    }

    /// Walks a list with another dot.
    fn walk_list_of<N: Notes>(
        &mut self,
        dot: &Operand,
        sources: N::Sources,
        list: NodeId,
    ) -> Result<Flow, Failure> {
        let outer = N::set_dot(self, sources);
        let flow = self.walk_list::<N>(dot, list);
        N::set_dot(self, outer);
        flow
    }

    fn walk_list<N: Notes>(&mut self, dot: &Operand, list: NodeId) -> Result<Flow, Failure> {
        let NodeKind::List(children) = self.arena.node(list).kind else {
            return Ok(Flow::Next);
        };
        for child in self.arena.children(children) {
            let flow = self.walk::<N>(dot, *child)?;
            if flow != Flow::Next {
                return Ok(flow);
            }
        }
        Ok(Flow::Next)
    }

    fn walk<N: Notes>(&mut self, dot: &Operand, node: NodeId) -> Result<Flow, Failure> {
        self.node = node;
        N::begin_node(self);
        let start = self.run.out.len();
        match self.arena.node(node).kind {
            NodeKind::Text(span) => {
                self.run.out.extend_from_slice(span.of(&self.source().text));
                N::wrote(self, start, node, N::Sources::default());
                self.check_output()?;
            }
            NodeKind::Action(pipe) => {
                let mut value = Value::Nil;
                let sources = self.eval_pipeline::<N>(dot, pipe, &mut value)?;
                if !self.declares(pipe) {
                    self.node = node;
                    let printed = self.print_value(&value);
                    N::wrote(self, start, node, sources);
                    printed?;
                }
            }
            NodeKind::If(branch) => {
                return on_deep_stack(|| self.walk_if_or_with::<N>(dot, branch, false));
            }
            NodeKind::With(branch) => {
                return on_deep_stack(|| self.walk_if_or_with::<N>(dot, branch, true));
            }
            NodeKind::Range(branch) => return on_deep_stack(|| self.walk_range::<N>(dot, branch)),
            NodeKind::Template { name, pipe } => self.walk_template::<N>(dot, name, pipe)?,
            NodeKind::Break => return Ok(Flow::Break),
            NodeKind::Continue => return Ok(Flow::Continue),
            _ => {
                let shown = self.source().print(node);
                return self.fail(format!("unknown node: {shown}"));
            }
        }
        Ok(Flow::Next)
    }

    /// Tells whether a pipeline sets variables, so that nothing is printed.
    fn declares(&self, pipe: NodeId) -> bool {
        matches!(self.arena.node(pipe).kind, NodeKind::Pipe { declared, .. } if declared.len > 0)
    }

    pub(super) fn print_value(&mut self, value: &Value) -> Result<(), Failure> {
        match value {
            Value::String(text) => self.run.out.extend_from_slice(text.as_bytes()),
            _ => print::append_output(&mut self.run.out, value),
        }
        self.check_output()
    }

    fn walk_if_or_with<N: Notes>(
        &mut self,
        dot: &Operand,
        branch: Branch,
        is_with: bool,
    ) -> Result<Flow, Failure> {
        let (node, mark) = (self.node, self.run.variables.len());
        let mut inner = Operand::NONE;
        let sources = self.eval_pipeline::<N>(dot, branch.pipe, &mut inner.value)?;
        let outer = N::enter(self, node, &sources);
        let flow = if truth::is_true(&inner.value) {
            if is_with {
                self.walk_list_of::<N>(&inner, sources, branch.list)
            } else {
                self.walk_list::<N>(dot, branch.list)
            }
        } else if let Some(else_list) = branch.else_list {
            self.walk_list::<N>(dot, else_list)
        } else {
            Ok(Flow::Next)
        };
        N::leave(self, outer);
        self.end_scope::<N>(mark);
        flow
    }

    fn walk_range<N: Notes>(&mut self, dot: &Operand, branch: Branch) -> Result<Flow, Failure> {
        let (node, mark) = (self.node, self.run.variables.len());
        let mut value = Value::Nil;
        let sources = self.eval_pipeline::<N>(dot, branch.pipe, &mut value)?;
        let source = self.source();
        let (declared, is_assign) = match source.node(branch.pipe).kind {
            NodeKind::Pipe { declared, is_assign, .. } => (source.idents(declared), is_assign),
            _ => (&[][..], false),
        };
        let turns = Loop { declared, is_assign, list: branch.list };
        let outer = N::enter(self, node, &sources);
        let has_run = self.range_over::<N>(&value, &sources, turns)?;
        let flow = match branch.else_list {
            Some(else_list) if !has_run => self.walk_list::<N>(dot, else_list)?,
            _ => Flow::Next,
        };
        N::leave(self, outer);
        self.end_scope::<N>(mark);
        Ok(flow)
    }

    /// Takes a turn for each element, and tells whether there was one.
    fn range_over<N: Notes>(
        &mut self,
        value: &Value,
        sources: &N::Sources,
        turns: Loop<'a>,
    ) -> Result<bool, Failure> {
        match value {
            Value::Nil => Ok(false),
            Value::Int(ty, end) => {
                let ty: IntType = *ty;
                self.check_one_variable(value, turns)?;
                let numbers = 0..(*end).max(0);
                self.range_integers::<N, _>(numbers, sources, turns, |n| Value::Int(ty, n))
            }
            Value::Uint(ty, end) => {
                let ty: UintType = *ty;
                self.check_one_variable(value, turns)?;
                self.range_integers::<N, _>(0..*end, sources, turns, |n| Value::Uint(ty, n))
            }
            Value::List(list) => {
                let is_interface = super::field::is_interface(list.element());
                for (index, element) in (0..).zip(list.items()) {
                    let step = || Step::Index(usize::try_from(index).unwrap_or(usize::MAX));
                    let from = N::step(self, value, sources, step);
                    let element = Operand { value: element.clone(), is_interface };
                    let index = || Operand::concrete(Value::int(index));
                    if self.turn::<N>(index, &element, from, turns)? {
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
                    let from = N::step(self, value, sources, || Step::Key(key.clone()));
                    let element = Operand { value: element, is_interface };
                    let key = || Operand::concrete(Value::String(key));
                    if self.turn::<N>(key, &element, from, turns)? {
                        break;
                    }
                }
                Ok(has_run)
            }
            _ => {
                if let Value::Object(object) = value
                    && let Some(underlying) = object.underlying()
                {
                    if matches!(underlying, Value::Int(..) | Value::Uint(..)) {
                        self.check_one_variable(value, turns)?;
                    }
                    return self.range_over::<N>(&underlying, sources, turns);
                }
                let shown = print::display(value);
                let shown = String::from_utf8_lossy(&shown);
                self.fail(format!("range can't iterate over {shown}"))
            }
        }
    }

    fn check_one_variable(&self, value: &Value, turns: Loop<'a>) -> Result<(), Failure> {
        if turns.declared.len() < 2 {
            return Ok(());
        }
        let shown = print::display(value);
        let shown = String::from_utf8_lossy(&shown);
        self.fail(format!("can't use {shown} to iterate over more than one variable"))
    }

    fn range_integers<N: Notes, T>(
        &mut self,
        numbers: impl Iterator<Item = T>,
        sources: &N::Sources,
        turns: Loop<'a>,
        value: impl Fn(T) -> Value,
    ) -> Result<bool, Failure> {
        let mut has_run = false;
        for n in numbers {
            has_run = true;
            let element = Operand::concrete(value(n));
            if self.turn::<N>(|| Operand::NONE, &element, sources.clone(), turns)? {
                break;
            }
        }
        Ok(has_run)
    }

    /// Takes one turn, and tells whether the loop is to end.
    fn turn<N: Notes>(
        &mut self,
        index: impl FnOnce() -> Operand,
        element: &Operand,
        from: N::Sources,
        turns: Loop<'a>,
    ) -> Result<bool, Failure> {
        self.step()?;
        let mark = self.run.variables.len();
        // A key comes from where its value is.
        let from = N::of(self, &element.value, from);
        match *turns.declared {
            [] => {}
            [only] if turns.is_assign => {
                self.assign::<N>(only, element.clone(), from.clone())?;
            }
            [first, second, ..] if turns.is_assign => {
                self.assign::<N>(first, index(), from.clone())?;
                self.assign::<N>(second, element.clone(), from.clone())?;
            }
            [_] => self.set_variable::<N>(mark - 1, element.clone(), from.clone()),
            [_, _, ..] => {
                self.set_variable::<N>(mark - 1, element.clone(), from.clone());
                self.set_variable::<N>(mark - 2, index(), from.clone());
            }
        }
        let flow = self.walk_list_of::<N>(element, from, turns.list);
        self.end_scope::<N>(mark);
        Ok(flow? == Flow::Break)
    }

    fn walk_template<N: Notes>(
        &mut self,
        dot: &Operand,
        name: Symbol,
        pipe: Option<NodeId>,
    ) -> Result<(), Failure> {
        let node = self.node;
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
        let mut sources = N::Sources::default();
        if let Some(pipe) = pipe {
            sources = self.eval_pipeline::<N>(dot, pipe, &mut inner.value)?;
        }
        let outer = N::enter_template(self, node, sources);
        let result = self.enter(template, &inner);
        N::leave(self, outer);
        result
    }

    /// Executes another template of the set in place.
    pub(super) fn enter(&mut self, template: &'a Template, dot: &Operand) -> Result<(), Failure> {
        let outer = (self.template, self.node, self.first_variable);
        self.begin(template);
        self.first_variable = self.run.variables.len();
        self.depth += 1;
        self.run.n_templates += 1;
        let result = on_deep_stack(|| self.walk_template_body(dot));
        self.run.n_templates -= 1;
        self.depth -= 1;
        self.begin(outer.0);
        (_, self.node, self.first_variable) = outer;
        result
    }
}
