//! Pipelines: declarations, commands and their operands.
//!
//! Source: `pipeline`, `command`, `operand` and `term` of Go's `text/template/parse/parse.go`.

use super::{MAX_PAREN_DEPTH, Parsed, Parser};
use crate::ast::{Idents, Literal, NodeId, NodeKind};
use crate::exec::on_deep_stack;
use crate::func;
use crate::intern::Symbol;
use crate::literal;
use crate::token::{Token, TokenKind};
use crate::value::number;

impl Parser<'_> {
    /// Parses declarations and commands up to `end`, which it takes.
    pub(super) fn pipeline(&mut self, context: &str, end: TokenKind) -> Parsed<NodeId> {
        let offset = self.peek_non_space().span.start;
        let (declared, is_assign) = self.declarations(context)?;
        let mark = self.pending.len();
        loop {
            let token = self.next_non_space();
            match token.kind {
                kind if kind == end => break,
                TokenKind::Bool
                | TokenKind::CharConstant
                | TokenKind::Complex
                | TokenKind::Dot
                | TokenKind::Field
                | TokenKind::Identifier
                | TokenKind::Number
                | TokenKind::Nil
                | TokenKind::RawString
                | TokenKind::String
                | TokenKind::Variable
                | TokenKind::LeftParen => {
                    self.back_up();
                    let command = self.command()?;
                    self.pending.push(command);
                }
                _ => return Err(self.unexpected(token, context)),
            }
        }
        self.check_pipeline(&self.pending[mark..], context)?;
        let commands = self.take_pending(mark);
        Ok(self.add(offset, NodeKind::Pipe { is_assign, declared, commands }))
    }

    /// Parses `$x :=`, `$x =` and, for `range`, `$i, $x :=`.
    fn declarations(&mut self, context: &str) -> Parsed<(Idents, bool)> {
        let mut declared = [None::<Symbol>; 2];
        let mut n_declared = 0;
        let mut is_assign = false;
        while self.peek_non_space().kind == TokenKind::Variable {
            let variable = self.next();
            // `$x foo` needs three tokens to be told from a declaration, and its space back.
            let after_variable = self.peek();
            let next = self.peek_non_space();
            let is_comma = next.kind == TokenKind::Char && self.token_text(next) == b",";
            if !is_comma && !matches!(next.kind, TokenKind::Assign | TokenKind::Declare) {
                if after_variable.kind == TokenKind::Space {
                    self.back_up_3(variable, after_variable);
                } else {
                    self.back_up_2(variable);
                }
                break;
            }
            self.next_non_space();
            let symbol = self.interner.intern(self.token_name(variable));
            self.tree.variables.push(symbol);
            declared[n_declared] = Some(symbol);
            n_declared += 1;
            if !is_comma {
                is_assign = next.kind == TokenKind::Assign;
                break;
            }
            if context != "range" || n_declared >= 2 {
                return Err(self.error(format!("too many declarations in {context}")));
            }
            match self.peek_non_space().kind {
                TokenKind::Variable | TokenKind::RightDelim | TokenKind::RightParen => {}
                _ => return Err(self.error("range can only initialize variables")),
            }
        }
        let declared: Vec<Symbol> = declared.into_iter().flatten().collect();
        Ok((self.add_idents(&declared), is_assign))
    }

    /// Refuses an empty pipeline, and a literal where a function must be.
    fn check_pipeline(&self, commands: &[NodeId], context: &str) -> Parsed<()> {
        if commands.is_empty() {
            return Err(self.error(format!("missing value for {context}")));
        }
        for (i, command) in commands.iter().enumerate().skip(1) {
            let NodeKind::Command(args) = self.nodes[command.0 as usize].kind else {
                continue;
            };
            let first = self.children[args.start as usize];
            if matches!(
                self.nodes[first.0 as usize].kind,
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

    /// Parses operands up to `|`, which it takes, or to the pipeline's end.
    fn command(&mut self) -> Parsed<NodeId> {
        let offset = self.peek_non_space().span.start;
        let mark = self.pending.len();
        loop {
            self.peek_non_space();
            if let Some(operand) = self.operand()? {
                self.pending.push(operand);
            }
            let token = self.next();
            match token.kind {
                TokenKind::Space => {}
                TokenKind::RightDelim | TokenKind::RightParen => {
                    self.back_up();
                    break;
                }
                TokenKind::Pipe => break,
                _ => return Err(self.unexpected(token, "operand")),
            }
        }
        if self.pending.len() == mark {
            return Err(self.error("empty command"));
        }
        let args = self.take_pending(mark);
        Ok(self.add(offset, NodeKind::Command(args)))
    }

    /// Parses a term and the fields after it.
    ///
    /// A chain of fields has the position of its second field, as in Go: its node is made anew there.
    fn operand(&mut self) -> Parsed<Option<NodeId>> {
        let Some(term) = self.term()? else {
            return Ok(None);
        };
        let first = self.peek();
        if first.kind != TokenKind::Field {
            return Ok(Some(term));
        }
        let offset = first.span.start;
        let node = self.nodes[term.0 as usize];
        let mut fields: Vec<Symbol> = match node.kind {
            NodeKind::Field(idents) => {
                self.idents[idents.start as usize..][..idents.len as usize].to_vec()
            }
            _ => Vec::new(),
        };
        while self.peek().kind == TokenKind::Field {
            let field = self.next();
            fields.push(self.interner.intern(&self.token_name(field)[1..]));
        }
        let kind = match node.kind {
            NodeKind::Field(_) => NodeKind::Field(self.add_idents(&fields)),
            NodeKind::Variable { name, .. } => {
                NodeKind::Variable { name, fields: self.add_idents(&fields) }
            }
            NodeKind::Bool(_)
            | NodeKind::String(_)
            | NodeKind::Number(_)
            | NodeKind::Nil
            | NodeKind::Dot => {
                let shown = number::quote(self.literal_text(node.kind));
                return Err(self.error(format!("unexpected . after term {shown}")));
            }
            _ => NodeKind::Chain { operand: term, fields: self.add_idents(&fields) },
        };
        Ok(Some(self.add(offset, kind)))
    }

    /// Gives a literal as it is printed back.
    fn literal_text(&self, kind: NodeKind) -> &[u8] {
        match kind {
            NodeKind::Bool(true) => b"true",
            NodeKind::Bool(false) => b"false",
            NodeKind::Nil => b"nil",
            NodeKind::Number(index) => self.numbers[index as usize].text.of(self.text),
            NodeKind::String(index) => self.strings[index as usize].quoted.of(self.text),
            _ => b".",
        }
    }

    fn term(&mut self) -> Parsed<Option<NodeId>> {
        let token = self.next_non_space();
        let kind = match token.kind {
            TokenKind::Identifier => self.function(token)?,
            TokenKind::Dot => NodeKind::Dot,
            TokenKind::Nil => NodeKind::Nil,
            TokenKind::Variable => self.variable(token)?,
            TokenKind::Field => {
                let field = self.interner.intern(&self.token_name(token)[1..]);
                NodeKind::Field(self.add_idents(&[field]))
            }
            TokenKind::Bool => NodeKind::Bool(self.token_text(token) == b"true"),
            TokenKind::CharConstant | TokenKind::Complex | TokenKind::Number => {
                let number = literal::parse_number(token.kind, token.span, self.text)
                    .map_err(|text| self.error(text))?;
                self.numbers.push(number);
                NodeKind::Number(last_index(self.numbers.len()))
            }
            TokenKind::LeftParen => {
                if self.tree.paren_depth >= MAX_PAREN_DEPTH {
                    return Err(self.error("max expression depth exceeded"));
                }
                self.tree.paren_depth += 1;
                let pipe = on_deep_stack(|| {
                    self.pipeline("parenthesized pipeline", TokenKind::RightParen)
                })?;
                self.tree.paren_depth -= 1;
                return Ok(Some(pipe));
            }
            TokenKind::String | TokenKind::RawString => {
                let value =
                    literal::unquote(self.token_text(token)).map_err(|text| self.error(text))?;
                self.strings.push(Literal { quoted: token.span, value: value.into() });
                NodeKind::String(last_index(self.strings.len()))
            }
            _ => {
                self.back_up();
                return Ok(None);
            }
        };
        Ok(Some(self.add(token.span.start, kind)))
    }

    fn function(&mut self, token: Token) -> Parsed<NodeKind> {
        let name = self.token_name(token);
        let Some(callee) = func::resolve(self.functions, name) else {
            let name = number::quote(name.as_bytes());
            return Err(self.error(format!("function {name} not defined")));
        };
        Ok(NodeKind::Identifier { name: self.interner.intern(name), callee })
    }

    fn variable(&mut self, token: Token) -> Parsed<NodeKind> {
        let name = self.interner.intern(self.token_name(token));
        if !self.tree.variables.contains(&name) {
            let name = number::quote(self.interner.get(name).as_bytes());
            return Err(self.error(format!("undefined variable {name}")));
        }
        Ok(NodeKind::Variable { name, fields: Idents { start: 0, len: 0 } })
    }
}

fn last_index(len: usize) -> u32 {
    u32::try_from(len - 1).expect("a literal has a byte of text")
}
