//! Walking lists, text and actions, and the controls `if`, `with`, `range` and `template`.
//!
//! Source: the `walk` functions of Go's `text/template/exec.go`.

use super::{Failure, MAX_TEMPLATE_DEPTH, Operand, State, Variable, on_deep_stack};
use crate::ast::{Branch, NodeId, NodeKind, Template};
use crate::intern::Symbol;
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
        self.run.variables.push(Variable { name: Symbol::DOLLAR, operand: dot.clone() });
        let result = self.walk_list(dot, self.template.root);
        self.run.variables.truncate(self.first_variable);
        result.map(|_| ())
    }

    fn walk_list(&mut self, dot: &Operand, list: NodeId) -> Result<Flow, Failure> {
        let NodeKind::List(children) = self.arena.node(list).kind else {
            return Ok(Flow::Next);
        };
        for child in self.arena.children(children) {
            let flow = self.walk(dot, *child)?;
            if flow != Flow::Next {
                return Ok(flow);
            }
        }
        Ok(Flow::Next)
    }

    fn walk(&mut self, dot: &Operand, node: NodeId) -> Result<Flow, Failure> {
        self.node = node;
        match self.arena.node(node).kind {
            NodeKind::Text(span) => {
                self.run.out.extend_from_slice(span.of(&self.source().text));
                self.check_output()?;
            }
            NodeKind::Action(pipe) => {
                let mut value = Value::Nil;
                if !self.eval_pipeline(dot, pipe, &mut value)? {
                    self.node = node;
                    self.print_value(&value)?;
                }
            }
            NodeKind::If(branch) => {
                return on_deep_stack(|| self.walk_if_or_with(dot, branch, false));
            }
            NodeKind::With(branch) => {
                return on_deep_stack(|| self.walk_if_or_with(dot, branch, true));
            }
            NodeKind::Range(branch) => return on_deep_stack(|| self.walk_range(dot, branch)),
            NodeKind::Template { name, pipe } => self.walk_template(dot, name, pipe)?,
            NodeKind::Break => return Ok(Flow::Break),
            NodeKind::Continue => return Ok(Flow::Continue),
            _ => {
                let shown = self.source().print(node);
                return self.fail(format!("unknown node: {shown}"));
            }
        }
        Ok(Flow::Next)
    }

    pub(super) fn print_value(&mut self, value: &Value) -> Result<(), Failure> {
        match value {
            Value::String(text) => self.run.out.extend_from_slice(text.as_bytes()),
            _ => print::append_output(&mut self.run.out, value),
        }
        self.check_output()
    }

    fn walk_if_or_with(
        &mut self,
        dot: &Operand,
        branch: Branch,
        is_with: bool,
    ) -> Result<Flow, Failure> {
        let mark = self.run.variables.len();
        let mut inner = Operand::NONE;
        self.eval_pipeline(dot, branch.pipe, &mut inner.value)?;
        let flow = if truth::is_true(&inner.value) {
            if is_with {
                self.walk_list(&inner, branch.list)
            } else {
                self.walk_list(dot, branch.list)
            }
        } else if let Some(else_list) = branch.else_list {
            self.walk_list(dot, else_list)
        } else {
            Ok(Flow::Next)
        };
        self.run.variables.truncate(mark);
        flow
    }

    fn walk_range(&mut self, dot: &Operand, branch: Branch) -> Result<Flow, Failure> {
        let outer = self.run.variables.len();
        let mut value = Value::Nil;
        self.eval_pipeline(dot, branch.pipe, &mut value)?;
        let source = self.source();
        let (declared, is_assign) = match source.node(branch.pipe).kind {
            NodeKind::Pipe { declared, is_assign, .. } => (source.idents(declared), is_assign),
            _ => (&[][..], false),
        };
        let turns = Loop { declared, is_assign, list: branch.list };
        let has_run = self.range_over(&value, turns)?;
        let flow = match branch.else_list {
            Some(else_list) if !has_run => self.walk_list(dot, else_list)?,
            _ => Flow::Next,
        };
        self.run.variables.truncate(outer);
        Ok(flow)
    }

    /// Takes a turn for each element, and tells whether there was one.
    fn range_over(&mut self, value: &Value, turns: Loop<'a>) -> Result<bool, Failure> {
        match value {
            Value::Nil => Ok(false),
            Value::Int(ty, end) => {
                let ty: IntType = *ty;
                self.check_one_variable(value, turns)?;
                self.range_integers(0..(*end).max(0), turns, |n| Value::Int(ty, n))
            }
            Value::Uint(ty, end) => {
                let ty: UintType = *ty;
                self.check_one_variable(value, turns)?;
                self.range_integers(0..*end, turns, |n| Value::Uint(ty, n))
            }
            Value::List(list) => {
                let is_interface = super::field::is_interface(list.element());
                for (index, element) in (0..).zip(list.items()) {
                    let element = Operand { value: element.clone(), is_interface };
                    if self.turn(|| Operand::concrete(Value::int(index)), &element, turns)? {
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
                    let element = Operand { value: element, is_interface };
                    if self.turn(|| Operand::concrete(Value::String(key)), &element, turns)? {
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
                    return self.range_over(&underlying, turns);
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

    fn range_integers<N>(
        &mut self,
        numbers: impl Iterator<Item = N>,
        turns: Loop<'a>,
        value: impl Fn(N) -> Value,
    ) -> Result<bool, Failure> {
        let mut has_run = false;
        for n in numbers {
            has_run = true;
            if self.turn(|| Operand::NONE, &Operand::concrete(value(n)), turns)? {
                break;
            }
        }
        Ok(has_run)
    }

    /// Takes one turn, and tells whether the loop is to end.
    fn turn(
        &mut self,
        index: impl FnOnce() -> Operand,
        element: &Operand,
        turns: Loop<'a>,
    ) -> Result<bool, Failure> {
        self.step()?;
        let mark = self.run.variables.len();
        match *turns.declared {
            [] => {}
            [only] if turns.is_assign => self.assign(only, element.clone())?,
            [first, second, ..] if turns.is_assign => {
                self.assign(first, index())?;
                self.assign(second, element.clone())?;
            }
            [_] => self.run.variables[mark - 1].operand = element.clone(),
            [_, _, ..] => {
                self.run.variables[mark - 1].operand = element.clone();
                self.run.variables[mark - 2].operand = index();
            }
        }
        let flow = self.walk_list(element, turns.list);
        self.run.variables.truncate(mark);
        Ok(flow? == Flow::Break)
    }

    fn walk_template(
        &mut self,
        dot: &Operand,
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
        if let Some(pipe) = pipe {
            self.eval_pipeline(dot, pipe, &mut inner.value)?;
        }
        self.enter(template, &inner)
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
