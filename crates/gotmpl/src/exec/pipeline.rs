//! Evaluating pipelines, commands and operands.
//!
//! Source: `evalPipeline`, `evalCommand` and `idealConstant` in Go's `text/template/exec.go`.

use super::{Failure, Operand, State, Variable, on_deep_stack, put, take};
use crate::ast::{Idents, NodeId, NodeKind, Number};
use crate::intern::Symbol;
use crate::value::Value;

impl State<'_> {
    /// Evaluates a pipeline, puts what it gives where nil is, and sets its variables; tells whether it has any.
    ///
    /// What a pipeline gives is never an `interface {}`: nil is no value.
    pub(super) fn eval_pipeline(
        &mut self,
        dot: &Operand,
        pipe: NodeId,
        value: &mut Value,
    ) -> Result<bool, Failure> {
        self.node = pipe;
        let arena = self.arena;
        let NodeKind::Pipe { is_assign, declared, commands } = arena.node(pipe).kind else {
            return Ok(false);
        };
        let mut has_last = false;
        for command in arena.children(commands) {
            let NodeKind::Command(args) = arena.node(*command).kind else {
                continue;
            };
            self.eval_command(dot, *command, arena.children(args), has_last, value)?;
            has_last = true;
        }
        for name in arena.idents(declared) {
            let operand = Operand::concrete(value.clone());
            if is_assign {
                self.assign(*name, operand)?;
            } else {
                self.run.variables.push(Variable { name: *name, operand });
            }
        }
        Ok(declared.len > 0)
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
    pub(super) fn assign(&mut self, name: Symbol, operand: Operand) -> Result<(), Failure> {
        let place = self.variable(name)?;
        self.run.variables[place].operand = operand;
        Ok(())
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
    #[inline]
    fn eval_command(
        &mut self,
        dot: &Operand,
        command: NodeId,
        args: &[NodeId],
        has_last: bool,
        value: &mut Value,
    ) -> Result<(), Failure> {
        let first = args[0];
        let kind = self.arena.node(first).kind;
        let is_alone = args.len() == 1 && !has_last;
        if !matches!(kind, NodeKind::Pipe { .. }) {
            self.node = first;
        }
        match kind {
            NodeKind::Identifier { name, callee } => {
                return self.eval_function(dot, callee, name, command, &args[1..], has_last, value);
            }
            NodeKind::Field(fields)
                if is_alone
                    && self.follow(dot, fields, |found, _| put(value, found.clone())).is_some() =>
            {
                return Ok(());
            }
            NodeKind::Variable { name, fields } if is_alone => {
                let variable = &self.run.variables[self.variable(name)?].operand;
                if fields.len == 0 {
                    put(value, variable.value.clone());
                    return Ok(());
                }
                if self.follow(variable, fields, |found, _| put(value, found.clone())).is_some() {
                    return Ok(());
                }
            }
            _ => {}
        }
        let last = has_last.then(|| take(value));
        *value = self.eval_other_command(dot, first, args, last)?.value;
        Ok(())
    }

    /// Evaluates a command that is no function.
    fn eval_other_command(
        &mut self,
        dot: &Operand,
        first: NodeId,
        args: &[NodeId],
        last: Option<Value>,
    ) -> Result<Operand, Failure> {
        let kind = self.source().node(first).kind;
        match kind {
            NodeKind::Field(fields) => self.eval_fields(dot, dot, first, fields, args, last),
            NodeKind::Chain { operand, fields } => {
                self.eval_chain(dot, first, operand, fields, args, last)
            }
            NodeKind::Variable { name, fields } => {
                self.eval_variable(dot, first, name, fields, args, last)
            }
            _ => {
                self.not_a_function(args, last.is_some())?;
                match kind {
                    NodeKind::Pipe { .. } => self.eval_parenthesized(dot, first),
                    NodeKind::Dot => Ok(dot.clone()),
                    NodeKind::Nil => self.fail("nil is not a command"),
                    _ => self.eval_literal(first),
                }
            }
        }
    }

    /// Evaluates a pipeline within an expression.
    pub(super) fn eval_parenthesized(
        &mut self,
        dot: &Operand,
        pipe: NodeId,
    ) -> Result<Operand, Failure> {
        let mut operand = Operand::NONE;
        on_deep_stack(|| self.eval_pipeline(dot, pipe, &mut operand.value))?;
        Ok(operand)
    }

    /// Evaluates `operand.a.b`.
    pub(super) fn eval_chain(
        &mut self,
        dot: &Operand,
        chain: NodeId,
        operand: NodeId,
        fields: Idents,
        args: &[NodeId],
        last: Option<Value>,
    ) -> Result<Operand, Failure> {
        self.node = operand;
        let kind = self.source().node(operand).kind;
        let receiver = if let NodeKind::Identifier { name, callee } = kind {
            let mut value = Value::Nil;
            self.eval_function(dot, callee, name, operand, &[], false, &mut value)?;
            Operand::result(value)
        } else {
            self.eval_parenthesized(dot, operand)?
        };
        self.eval_fields(dot, &receiver, chain, fields, args, last)
    }

    /// Evaluates `$x` or `$x.a.b`.
    pub(super) fn eval_variable(
        &mut self,
        dot: &Operand,
        node: NodeId,
        name: Symbol,
        fields: Idents,
        args: &[NodeId],
        last: Option<Value>,
    ) -> Result<Operand, Failure> {
        self.node = node;
        let variable = self.run.variables[self.variable(name)?].operand.clone();
        if fields.len == 0 {
            self.not_a_function(args, last.is_some())?;
            return Ok(variable);
        }
        self.eval_fields(dot, &variable, node, fields, args, last)
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
