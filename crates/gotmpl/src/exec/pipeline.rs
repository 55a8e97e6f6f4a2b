//! Evaluating pipelines, commands and operands.
//!
//! Source: `evalPipeline`, `evalCommand` and `idealConstant` in Go's `text/template/exec.go`.

use super::{Failure, Operand, State, Variable, on_deep_stack};
use crate::ast::{Idents, NodeId, NodeKind, Number};
use crate::intern::Symbol;
use crate::value::Value;

impl State<'_> {
    /// Evaluates a pipeline and sets its variables. What a pipeline gives is never an `interface {}`: nil is
    /// no value.
    pub(super) fn eval_pipeline(&mut self, dot: &Operand, pipe: NodeId) -> Result<Value, Failure> {
        self.node = pipe;
        let source = self.source();
        let NodeKind::Pipe { is_assign, declared, commands } = source.node(pipe).kind else {
            return Ok(Value::Nil);
        };
        let mut last: Option<Value> = None;
        for command in source.children(commands) {
            let NodeKind::Command(args) = source.node(*command).kind else {
                continue;
            };
            last = Some(self.eval_command(dot, *command, source.children(args), last)?.value);
        }
        let value = last.unwrap_or(Value::Nil);
        for name in source.idents(declared) {
            let operand = Operand::concrete(value.clone());
            if is_assign {
                self.assign(*name, operand)?;
            } else {
                self.run.variables.push(Variable { name: *name, operand });
            }
        }
        Ok(value)
    }

    /// Gives the place of the innermost variable of that name.
    ///
    /// The parser has seen its declaration, but the run may not have: `and` and `or` skip operands.
    fn variable(&self, name: Symbol) -> Result<usize, Failure> {
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
    fn not_a_function(&self, args: &[NodeId], last: Option<&Value>) -> Result<(), Failure> {
        if args.len() > 1 || last.is_some() {
            let shown = self.source().print(args[0]);
            return self.fail(format!("can't give argument to non-function {shown}"));
        }
        Ok(())
    }

    /// Evaluates a command; `last` is what the one before it gave.
    fn eval_command(
        &mut self,
        dot: &Operand,
        command: NodeId,
        args: &[NodeId],
        last: Option<Value>,
    ) -> Result<Operand, Failure> {
        let first = args[0];
        let source = self.source();
        let kind = source.node(first).kind;
        match kind {
            NodeKind::Field(fields) => {
                self.node = first;
                self.eval_fields(dot, dot, first, fields, args, last)
            }
            NodeKind::Chain { operand, fields } => {
                self.eval_chain(dot, first, operand, fields, args, last)
            }
            NodeKind::Identifier { name, callee } => {
                self.node = first;
                self.eval_function(dot, callee, name, command, &args[1..], last)
            }
            NodeKind::Pipe { .. } => {
                self.not_a_function(args, last.as_ref())?;
                self.eval_parenthesized(dot, first)
            }
            NodeKind::Variable { name, fields } => {
                self.eval_variable(dot, first, name, fields, args, last)
            }
            _ => {
                self.node = first;
                self.not_a_function(args, last.as_ref())?;
                match kind {
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
        on_deep_stack(|| self.eval_pipeline(dot, pipe)).map(Operand::concrete)
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
            self.eval_function(dot, callee, name, operand, &[], None)?
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
        let variable = &self.run.variables[self.variable(name)?].operand;
        if fields.len == 0 {
            self.not_a_function(args, last.as_ref())?;
            return Ok(variable.clone());
        }
        if let Some(found) = self.follow(variable, fields, args, last.as_ref()) {
            return Ok(found);
        }
        let variable = variable.clone();
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
