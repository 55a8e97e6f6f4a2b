//! Nodes back to text: what Go shows between `<` and `>` in an execution error.
//!
//! This is not the source but a normal form of it: single spaces, names of templates requoted.
//!
//! Source: the `String` methods of Go's `text/template/parse/node.go`.

use crate::ast::{Branch, Children, Idents, NodeId, NodeKind, Source};
use crate::exec::on_deep_stack;
use crate::lexer::quoted_len;
use crate::value::number;

impl Source {
    /// Prints a node.
    pub(crate) fn print(&self, id: NodeId) -> String {
        match String::from_utf8(self.print_bytes(id)) {
            Ok(text) => text,
            Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
        }
    }

    /// Prints a node with the bytes of its texts as they are.
    pub(crate) fn print_bytes(&self, id: NodeId) -> Vec<u8> {
        let mut out = Vec::new();
        self.print_to(id, &mut out);
        out
    }

    fn print_to(&self, id: NodeId, out: &mut Vec<u8>) {
        match self.node(id).kind {
            NodeKind::List(list) => {
                for child in self.children(list) {
                    self.print_to(*child, out);
                }
            }
            NodeKind::Text(span) => out.extend_from_slice(span.of(&self.text)),
            NodeKind::Action(pipe) => {
                out.extend_from_slice(b"{{");
                self.print_to(pipe, out);
                out.extend_from_slice(b"}}");
            }
            NodeKind::If(branch) => self.print_branch("if", branch, out),
            NodeKind::With(branch) => self.print_branch("with", branch, out),
            NodeKind::Range(branch) => self.print_branch("range", branch, out),
            NodeKind::Template { name, pipe } => {
                out.extend_from_slice(b"{{template ");
                out.extend_from_slice(number::quote(self.name(name).as_bytes()).as_bytes());
                if let Some(pipe) = pipe {
                    out.push(b' ');
                    self.print_to(pipe, out);
                }
                out.extend_from_slice(b"}}");
            }
            NodeKind::Break => out.extend_from_slice(b"{{break}}"),
            NodeKind::Continue => out.extend_from_slice(b"{{continue}}"),
            NodeKind::Pipe { is_assign, declared, commands } => {
                self.print_pipe(is_assign, declared, commands, out);
            }
            NodeKind::Command(args) => {
                for (i, arg) in self.children(args).iter().enumerate() {
                    if i > 0 {
                        out.push(b' ');
                    }
                    self.print_operand(*arg, out);
                }
            }
            NodeKind::Identifier { name, .. } => out.extend_from_slice(self.name(name).as_bytes()),
            NodeKind::Field(fields) => self.print_fields(fields, out),
            NodeKind::Variable { name, fields } => {
                out.extend_from_slice(self.name(name).as_bytes());
                self.print_fields(fields, out);
            }
            NodeKind::Chain { operand, fields } => {
                self.print_operand(operand, out);
                self.print_fields(fields, out);
            }
            NodeKind::Dot => out.push(b'.'),
            NodeKind::Nil => out.extend_from_slice(b"nil"),
            NodeKind::Bool(true) => out.extend_from_slice(b"true"),
            NodeKind::Bool(false) => out.extend_from_slice(b"false"),
            NodeKind::Number(index) => {
                out.extend_from_slice(self.number(index).text.of(&self.text));
            }
            NodeKind::String(_) => {
                let written = &self.text[self.node(id).offset as usize..];
                let length = quoted_len(written).map_or(written.len(), |(length, _)| length);
                out.extend_from_slice(&written[..length]);
            }
        }
    }

    /// Prints an operand: a pipeline gets its parentheses back.
    fn print_operand(&self, id: NodeId, out: &mut Vec<u8>) {
        if matches!(self.node(id).kind, NodeKind::Pipe { .. }) {
            out.push(b'(');
            on_deep_stack(|| self.print_to(id, out));
            out.push(b')');
        } else {
            self.print_to(id, out);
        }
    }

    fn print_fields(&self, fields: Idents, out: &mut Vec<u8>) {
        for field in self.idents(fields) {
            out.push(b'.');
            out.extend_from_slice(self.name(*field).as_bytes());
        }
    }

    fn print_pipe(&self, is_assign: bool, declared: Idents, commands: Children, out: &mut Vec<u8>) {
        for (i, variable) in self.idents(declared).iter().enumerate() {
            if i > 0 {
                out.extend_from_slice(b", ");
            }
            out.extend_from_slice(self.name(*variable).as_bytes());
        }
        if declared.len > 0 {
            out.extend_from_slice(if is_assign { b" = " } else { b" := " });
        }
        for (i, command) in self.children(commands).iter().enumerate() {
            if i > 0 {
                out.extend_from_slice(b" | ");
            }
            self.print_to(*command, out);
        }
    }

    fn print_branch(&self, keyword: &str, branch: Branch, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{{");
        out.extend_from_slice(keyword.as_bytes());
        out.push(b' ');
        self.print_to(branch.pipe, out);
        out.extend_from_slice(b"}}");
        on_deep_stack(|| self.print_to(branch.list, out));
        if let Some(else_list) = branch.else_list {
            out.extend_from_slice(b"{{else}}");
            on_deep_stack(|| self.print_to(else_list, out));
        }
        out.extend_from_slice(b"{{end}}");
    }
}
