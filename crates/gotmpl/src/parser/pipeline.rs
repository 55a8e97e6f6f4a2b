//! Pipelines: declarations, commands and their operands.
//!
//! Source: `pipeline`, `command`, `operand` and `term` of Go's `text/template/parse/parse.go`.

use super::{MAX_PAREN_DEPTH, Parsed, Parser, number_of};
use crate::ast::{Idents, Node, NodeId, NodeKind};
use crate::exec::on_deep_stack;
use crate::literal;
use crate::token::{Token, TokenKind};
use crate::value::number;

/// What a pipeline begins with.
struct Declarations {
    declared: Idents,
    is_assign: bool,
    /// a variable that turned out to be an operand; the token after it was given back
    operand: Option<Token>,
}

impl Parser<'_, '_, '_> {
    /// Parses declarations and commands up to `end`, which it takes.
    pub(super) fn pipeline(&mut self, context: &str, end: TokenKind) -> Parsed<NodeId> {
        let first = self.peek();
        let offset = first.span.start;
        let Declarations { declared, is_assign, mut operand } = if first.kind == TokenKind::Variable
        {
            self.declarations(context)?
        } else {
            Declarations { declared: Idents { start: 0, len: 0 }, is_assign: false, operand: None }
        };
        let mark = self.batch.pending.len();
        loop {
            let first = match operand.take() {
                Some(variable) => variable,
                None => self.next(),
            };
            if first.kind == end {
                break;
            }
            if !first.kind.begins_operand() {
                return Err(self.unexpected(first, context));
            }
            let command = self.command(first)?;
            self.batch.pending.push(command);
        }
        self.check_pipeline(mark, context)?;
        let commands = self.take_pending(mark);
        Ok(self.add(offset, NodeKind::Pipe { is_assign, declared, commands }))
    }

    /// Parses `$x :=`, `$x =` and, for `range`, `$i, $x :=`.
    fn declarations(&mut self, context: &str) -> Parsed<Declarations> {
        let start = number_of(&self.batch.idents);
        let mut is_assign = false;
        let mut operand = None;
        while self.peek().kind == TokenKind::Variable {
            let variable = self.next();
            // Only the token after `$x` tells a declaration from an operand.
            let next = self.peek();
            let is_comma = next.kind == TokenKind::Char && self.token_text(next) == b",";
            if !is_comma && !matches!(next.kind, TokenKind::Assign | TokenKind::Declare) {
                operand = Some(variable);
                break;
            }
            self.next();
            let symbol = self.token_name(variable, 0);
            self.batch.variables.push(symbol);
            self.batch.idents.push(symbol);
            if !is_comma {
                is_assign = next.kind == TokenKind::Assign;
                break;
            }
            if context != "range" || number_of(&self.batch.idents) - start >= 2 {
                return Err(self.error(format!("too many declarations in {context}")));
            }
            match self.peek().kind {
                TokenKind::Variable | TokenKind::RightDelim | TokenKind::RightParen => {}
                _ => return Err(self.error("range can only initialize variables")),
            }
        }
        let declared = Idents { start, len: number_of(&self.batch.idents) - start };
        Ok(Declarations { declared, is_assign, operand })
    }

    /// Refuses an empty pipeline, and a literal where a function must be. The commands are pending since `mark`.
    fn check_pipeline(&mut self, mark: usize, context: &str) -> Parsed<()> {
        let commands = &self.batch.pending[mark..];
        if commands.is_empty() {
            return Err(self.error(format!("missing value for {context}")));
        }
        for (i, command) in commands.iter().enumerate().skip(1) {
            let NodeKind::Command(args) = self.node(*command).kind else {
                continue;
            };
            let first = self.batch.children[args.start as usize];
            if matches!(
                self.node(first).kind,
                NodeKind::Bool(_)
                    | NodeKind::Dot
                    | NodeKind::Nil
                    | NodeKind::Number(_)
                    | NodeKind::String(_)
            ) {
                let stage = i + 1;
                return Err(self.error(format!("non executable command in pipeline stage {stage}")));
            }
        }
        Ok(())
    }

    /// Parses operands, of which `first` begins the first, up to `|`, which it takes, or to the pipeline's end.
    fn command(&mut self, first: Token) -> Parsed<NodeId> {
        let mark = self.batch.pending.len();
        let mut token = first;
        loop {
            let operand = self.operand(token)?;
            self.batch.pending.push(operand);
            token = self.next();
            match token.kind {
                TokenKind::RightDelim | TokenKind::RightParen => {
                    self.back_up();
                    break;
                }
                TokenKind::Pipe => break,
                kind if token.is_spaced && kind.begins_operand() => {}
                _ => return Err(self.unexpected(token, "operand")),
            }
        }
        let args = self.take_pending(mark);
        Ok(self.add(first.span.start, NodeKind::Command(args)))
    }

    /// Parses a term, which begins with `token`, and the fields after it.
    ///
    /// A chain of fields has the position of its second field, as in Go.
    fn operand(&mut self, token: Token) -> Parsed<NodeId> {
        let term = self.term(token)?;
        let mut field = self.peek();
        if field.kind != TokenKind::Field || field.is_spaced {
            return Ok(term);
        }
        let offset = field.span.start;
        let kind = self.node(term).kind;
        let mut fields = match kind {
            // The one name of the term is the last that was added: the run goes on behind it.
            NodeKind::Field(first) => first,
            _ => Idents { start: number_of(&self.batch.idents), len: 0 },
        };
        let mut end = offset;
        while field.kind == TokenKind::Field && !field.is_spaced {
            self.next();
            let name = self.token_name(field, 1);
            self.batch.idents.push(name);
            fields.len += 1;
            end = field.span.end;
            field = self.peek();
        }
        let kind = match kind {
            NodeKind::Field(_) => NodeKind::Field(fields),
            NodeKind::Variable { name, .. } => NodeKind::Variable { name, fields },
            NodeKind::Bool(_)
            | NodeKind::String(_)
            | NodeKind::Number(_)
            | NodeKind::Nil
            | NodeKind::Dot => {
                let shown = number::quote(self.token_text(token));
                // Go has read the space after the chain, but not what follows it.
                let last_read = if field.is_spaced { end } else { field.span.start };
                let message = format!("unexpected . after term {shown}");
                return Err(self.error_at(last_read, message));
            }
            _ => return Ok(self.add(offset, NodeKind::Chain { operand: term, fields })),
        };
        self.batch.nodes[term.0 as usize] = Node { offset, kind };
        Ok(term)
    }

    /// Parses a term that begins with `token`.
    fn term(&mut self, token: Token) -> Parsed<NodeId> {
        let kind = match token.kind {
            TokenKind::Identifier => self.function(token)?,
            TokenKind::Dot => NodeKind::Dot,
            TokenKind::Nil => NodeKind::Nil,
            TokenKind::Variable => self.variable(token)?,
            TokenKind::Field => {
                let start = number_of(&self.batch.idents);
                let name = self.token_name(token, 1);
                self.batch.idents.push(name);
                NodeKind::Field(Idents { start, len: 1 })
            }
            TokenKind::Bool => NodeKind::Bool(self.token_text(token) == b"true"),
            TokenKind::CharConstant | TokenKind::Complex | TokenKind::Number => {
                let number = literal::parse_number(token.kind, token.span, self.text)
                    .map_err(|text| self.error(text))?;
                let index = number_of(&self.batch.numbers);
                self.batch.numbers.push(number);
                NodeKind::Number(index)
            }
            TokenKind::LeftParen => {
                if self.paren_depth >= MAX_PAREN_DEPTH {
                    return Err(self.error("max expression depth exceeded"));
                }
                self.paren_depth += 1;
                let pipe = on_deep_stack(|| {
                    self.pipeline("parenthesized pipeline", TokenKind::RightParen)
                })?;
                self.paren_depth -= 1;
                return Ok(pipe);
            }
            _ => {
                let value = self.unquote(token)?;
                NodeKind::String(self.batch.literals.add(&value))
            }
        };
        Ok(self.add(token.span.start, kind))
    }

    fn function(&mut self, token: Token) -> Parsed<NodeKind> {
        let name = self.token_name(token, 0);
        let Some(callee) = self.batch.callee(name) else {
            let name = number::quote(self.token_text(token));
            return Err(self.error(format!("function {name} not defined")));
        };
        Ok(NodeKind::Identifier { name, callee })
    }

    fn variable(&mut self, token: Token) -> Parsed<NodeKind> {
        let name = self.token_name(token, 0);
        if !self.batch.variables[self.first_variable..].contains(&name) {
            let name = number::quote(self.token_text(token));
            return Err(self.error(format!("undefined variable {name}")));
        }
        Ok(NodeKind::Variable { name, fields: Idents { start: 0, len: 0 } })
    }
}
