//! Evaluating pipelines, commands and operands.
//!
//! Source: `evalPipeline`, `evalCommand` and `idealConstant` in Go's `text/template/exec.go`.

use super::notes::Notes;
use super::{Failure, Operand, State, Variable, on_deep_stack, put, take};
use crate::ast::{Idents, NodeId, NodeKind, Number};
use crate::intern::Symbol;
use crate::value::Value;

impl State<'_> {
    /// Evaluates a pipeline, puts what it gives where nil is, and sets its variables; tells what its value was made of.
    ///
    /// What a pipeline gives is never an `interface {}`: nil is no value.
    pub(super) fn eval_pipeline<N: Notes>(
        &mut self,
        dot: &Operand,
        pipe: NodeId,
        value: &mut Value,
    ) -> Result<N::Sources, Failure> {
        self.node = pipe;
        let arena = self.arena;
        let NodeKind::Pipe { is_assign, declared, commands } = arena.node(pipe).kind else {
            return Ok(N::Sources::default());
        };
        let mut last = None;
        for command in arena.children(commands) {
            let NodeKind::Command(args) = arena.node(*command).kind else {
                continue;
            };
            let args = arena.children(args);
            let sources = self.eval_command::<N>(dot, *command, args, last, value)?;
            last = Some(N::of(self, value, sources));
        }
        let sources = last.unwrap_or_default();
        for name in arena.idents(declared) {
            let operand = Operand::concrete(value.clone());
            if is_assign {
                self.assign::<N>(*name, operand, sources.clone())?;
            } else {
                self.declare::<N>(*name, operand, sources.clone());
            }
        }
        Ok(sources)
    }

    /// Declares a variable.
    pub(super) fn declare<N: Notes>(&mut self, name: Symbol, operand: Operand, of: N::Sources) {
        N::declare(self, of);
        self.run.variables.push(Variable { name, operand });
    }

    /// Gives the place of the innermost variable of that name.
    ///
    /// The parser has seen its declaration, but the run may not have: `and` and `or` skip operands.
    #[inline]
    pub(super) fn variable(&self, name: Symbol) -> Result<usize, Failure> {
        let own = &self.run.variables[self.first_variable..];
        match own.iter().rposition(|variable| variable.name == name) {
            Some(index) => Ok(self.first_variable + index),
            None => self.no_variable(name),
        }
    }

    #[cold]
    fn no_variable(&self, name: Symbol) -> Result<usize, Failure> {
        let name = self.source().name(name);
        self.fail(format!("undefined variable: {name}"))
    }

    /// Sets the innermost variable of that name.
    pub(super) fn assign<N: Notes>(
        &mut self,
        name: Symbol,
        operand: Operand,
        sources: N::Sources,
    ) -> Result<(), Failure> {
        let place = self.variable(name)?;
        self.set_variable::<N>(place, operand, sources);
        Ok(())
    }

    /// Sets the variable at a place.
    pub(super) fn set_variable<N: Notes>(
        &mut self,
        place: usize,
        operand: Operand,
        sources: N::Sources,
    ) {
        self.run.variables[place].operand = operand;
        N::assign(self, place, sources);
    }

    /// Refuses arguments of what is no function.
    pub(super) fn not_a_function(&self, args: &[NodeId], has_last: bool) -> Result<(), Failure> {
        if args.len() > 1 || has_last {
            let shown = self.source().print(args[0]);
            return self.fail(format!("can't give argument to non-function {shown}"));
        }
        Ok(())
    }

    /// Evaluates a command. `value` holds what the one before it gave, if there is one, else nil; then what this one gives.
    /// `last` is what that value was made of.
    #[inline]
    fn eval_command<N: Notes>(
        &mut self,
        dot: &Operand,
        command: NodeId,
        args: &[NodeId],
        last: Option<N::Sources>,
        value: &mut Value,
    ) -> Result<N::Sources, Failure> {
        let first = args[0];
        let kind = self.arena.node(first).kind;
        let is_alone = args.len() == 1 && last.is_none() && !N::ARE_TAKEN;
        if !matches!(kind, NodeKind::Pipe { .. }) {
            self.node = first;
        }
        match kind {
            NodeKind::Identifier { name, callee } => {
                let args = &args[1..];
                return self.eval_function::<N>(dot, callee, name, command, args, last, value);
            }
            NodeKind::Field(fields)
                if is_alone
                    && self
                        .follow::<N, _>(dot, fields, |found, _| put(value, found.clone()))
                        .is_some() =>
            {
                return Ok(N::Sources::default());
            }
            NodeKind::Variable { name, fields } if is_alone => {
                let variable = &self.run.variables[self.variable(name)?].operand;
                if fields.len == 0 {
                    put(value, variable.value.clone());
                    return Ok(N::Sources::default());
                }
                let found =
                    self.follow::<N, _>(variable, fields, |found, _| put(value, found.clone()));
                if found.is_some() {
                    return Ok(N::Sources::default());
                }
            }
            _ => {}
        }
        let last = last.map(|sources| (take(value), sources));
        let (operand, sources) = self.eval_other_command::<N>(dot, first, args, last)?;
        *value = operand.value;
        Ok(sources)
    }

    /// Evaluates a command that is no function.
    fn eval_other_command<N: Notes>(
        &mut self,
        dot: &Operand,
        first: NodeId,
        args: &[NodeId],
        last: Option<(Value, N::Sources)>,
    ) -> Result<(Operand, N::Sources), Failure> {
        let kind = self.source().node(first).kind;
        match kind {
            NodeKind::Field(fields) => {
                let receiver = (dot, N::dot(self));
                self.eval_fields::<N>(dot, receiver, first, fields, args, last)
            }
            NodeKind::Chain { operand, fields } => {
                self.eval_chain::<N>(dot, first, operand, fields, args, last)
            }
            NodeKind::Variable { name, fields } => {
                self.eval_variable::<N>(dot, first, name, fields, args, last)
            }
            _ => {
                self.not_a_function(args, last.is_some())?;
                match kind {
                    NodeKind::Pipe { .. } => self.eval_parenthesized::<N>(dot, first),
                    NodeKind::Dot => Ok((dot.clone(), self.read_dot::<N>())),
                    NodeKind::Nil => self.fail("nil is not a command"),
                    _ => Ok((self.eval_literal(first)?, N::Sources::default())),
                }
            }
        }
    }

    /// Gives what `.` was made of where it is itself an operand.
    pub(super) fn read_dot<N: Notes>(&mut self) -> N::Sources {
        let sources = N::dot(self);
        N::read(self, &sources);
        sources
    }

    /// Evaluates a pipeline within an expression.
    pub(super) fn eval_parenthesized<N: Notes>(
        &mut self,
        dot: &Operand,
        pipe: NodeId,
    ) -> Result<(Operand, N::Sources), Failure> {
        let mut operand = Operand::NONE;
        let sources = on_deep_stack(|| self.eval_pipeline::<N>(dot, pipe, &mut operand.value))?;
        Ok((operand, sources))
    }

    /// Evaluates `operand.a.b`.
    pub(super) fn eval_chain<N: Notes>(
        &mut self,
        dot: &Operand,
        chain: NodeId,
        operand: NodeId,
        fields: Idents,
        args: &[NodeId],
        last: Option<(Value, N::Sources)>,
    ) -> Result<(Operand, N::Sources), Failure> {
        self.node = operand;
        let kind = self.source().node(operand).kind;
        let (receiver, sources) = if let NodeKind::Identifier { name, callee } = kind {
            let mut value = Value::Nil;
            let sources =
                self.eval_function::<N>(dot, callee, name, operand, &[], None, &mut value)?;
            (Operand::result(value), sources)
        } else {
            self.eval_parenthesized::<N>(dot, operand)?
        };
        self.eval_fields::<N>(dot, (&receiver, sources), chain, fields, args, last)
    }

    /// Evaluates `$x` or `$x.a.b`.
    pub(super) fn eval_variable<N: Notes>(
        &mut self,
        dot: &Operand,
        node: NodeId,
        name: Symbol,
        fields: Idents,
        args: &[NodeId],
        last: Option<(Value, N::Sources)>,
    ) -> Result<(Operand, N::Sources), Failure> {
        self.node = node;
        let place = self.variable(name)?;
        let variable = self.run.variables[place].operand.clone();
        let sources = N::variable(self, place);
        if fields.len == 0 {
            self.not_a_function(args, last.is_some())?;
            N::read(self, &sources);
            return Ok((variable, sources));
        }
        self.eval_fields::<N>(dot, (&variable, sources), node, fields, args, last)
    }

    /// Evaluates a literal where no type is asked for.
    pub(super) fn eval_literal(&mut self, node: NodeId) -> Result<Operand, Failure> {
        self.node = node;
        let source = self.source();
        let value = match source.node(node).kind {
            NodeKind::Bool(value) => Value::Bool(value),
            NodeKind::String(index) => Value::String(source.string(index).clone()),
            NodeKind::Number(index) => self.ideal(source.number(index))?,
            _ => {
                let shown = source.print(node);
                return self.fail(format!(
                    "can't handle assignment of {shown} to empty interface argument"
                ));
            }
        };
        Ok(Operand::concrete(value))
    }

    fn ideal(&self, number: &Number) -> Result<Value, Failure> {
        if let Some(value) = number.ideal() {
            return Ok(value);
        }
        let text = String::from_utf8_lossy(number.text.of(&self.source().text));
        self.fail(format!("{text} overflows int"))
    }
}
