//! Whether the fields that a rule names are those of its schema, as far as that is plain.

use std::borrow::Cow;

use cel::common::ast::{Expr, IdedExpr, operators};

use super::names;
use super::{Program, parts};
use crate::validate::custom::schema::{Schema, Type};

/// Finds a field that a rule names and its schema does not have.
pub(crate) fn undefined_field(program: &Program, schema: &Schema) -> Option<String> {
    let mut finder = Finder { bound: vec![("self", Some(schema))], found: None };
    finder.expression(program.expression());
    finder.found
}

struct Finder<'e> {
    /// names and the schemas of their values, where they are known
    bound: Vec<(&'e str, Option<&'e Schema>)>,
    found: Option<String>,
}

impl<'e> Finder<'e> {
    /// Goes through an expression. Gives the schema of its value, if it is known.
    fn expression(&mut self, expression: &'e IdedExpr) -> Option<&'e Schema> {
        match &expression.expr {
            Expr::Ident(name) => {
                let bound = self.bound.iter().rev().find(|(known, _)| known == name);
                bound.and_then(|(_, schema)| *schema)
            }
            Expr::Select(select) => {
                let operand = self.expression(&select.operand)?;
                self.field(operand, &select.field)
            }
            Expr::Call(call) if call.func_name == operators::INDEX => {
                let [operand, index] = call.args.as_slice() else { return None };
                let operand = self.expression(operand);
                self.expression(index);
                element(operand?)
            }
            Expr::Comprehension(made) => {
                let range = self.expression(&made.iter_range);
                self.expression(&made.accu_init);
                let item = range.filter(|range| range.types == [Type::Array]).and_then(element);
                let before = self.bound.len();
                self.bound.push((&made.accu_var, None));
                self.bound
                    .push((&made.iter_var, if made.iter_var2.is_none() { item } else { None }));
                if let Some(second) = &made.iter_var2 {
                    self.bound.push((second, None));
                }
                for part in [&made.loop_cond, &made.loop_step, &made.result] {
                    self.expression(part);
                }
                self.bound.truncate(before);
                None
            }
            Expr::Call(call) if call.args.len() > 1 && call.target.is_some() => {
                // What macros bind is not told from what functions take: names are not looked at.
                let target = call.target.as_deref()?;
                self.expression(target);
                let before = self.bound.len();
                for argument in &call.args {
                    if let Expr::Ident(name) = &argument.expr {
                        self.bound.push((name, None));
                    }
                }
                call.args.iter().for_each(|argument| {
                    self.expression(argument);
                });
                self.bound.truncate(before);
                None
            }
            _ => {
                for part in parts(expression) {
                    self.expression(part);
                }
                None
            }
        }
    }

    fn field(&mut self, schema: &'e Schema, name: &str) -> Option<&'e Schema> {
        if schema.types != [Type::Object] || schema.is_embedded || schema.properties.is_empty() {
            return schema.additional();
        }
        let plain: Cow<'_, str> = names::unescape(name);
        if let Some(property) = schema.property(&plain) {
            return Some(property);
        }
        if !matches!(plain.as_ref(), "metadata" | "kind" | "apiVersion") && self.found.is_none() {
            self.found = Some(name.to_owned());
        }
        None
    }
}

/// Gives the schema of what a list or a map holds.
fn element(schema: &Schema) -> Option<&Schema> {
    schema.items.as_deref().or_else(|| schema.additional())
}
