//! The evaluation of CEL, in bounded steps.
//!
//! Source: the language definition of CEL, and `interpreter` of cel-go where it leaves a choice.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::rc::Rc;

use cel::common::ast::{
    CallExpr, ComprehensionExpr, EntryExpr, Expr, IdedExpr, LiteralValue, SelectExpr, operators,
};

use super::functions;
use super::kubernetes;
use super::value::{Result, Stop, Value, contains, no_overload};

/// How many steps one rule may take: an API server's own limit of cost, in other units.
pub(crate) const MAX_STEPS: usize = 1_000_000;
/// How deep expressions may lie within each other when they are evaluated.
const MAX_EVALUATION_DEPTH: usize = 250;
/// How large one text or list may get that an expression makes, in characters or items.
const MAX_MADE: usize = 4 << 20;
/// How much stack must be left to go on, in bytes.
const RED_ZONE: usize = 128 << 10;
/// How much stack is added where too little is left, in bytes.
const MORE_STACK: usize = 2 << 20;
/// How many bytes are copied in one step.
const BYTES_A_STEP: usize = 256;

/// Evaluates expressions over some variables.
#[derive(Debug)]
pub(crate) struct Evaluator<'a> {
    variables: Vec<(Cow<'a, str>, Value<'a>)>,
    left: usize,
    depth: usize,
}

impl<'a> Evaluator<'a> {
    /// Begins with variables, and as many steps as a rule may take.
    pub(crate) fn new(variables: Vec<(Cow<'a, str>, Value<'a>)>) -> Self {
        Self { variables, left: MAX_STEPS, depth: 0 }
    }

    /// Takes steps.
    pub(super) fn spend(&mut self, n_steps: usize) -> Result<()> {
        let left = self.left.checked_sub(n_steps.saturating_add(1));
        self.left = left.unwrap_or_default();
        left.map(|_| ()).ok_or(Stop::Budget)
    }

    /// Evaluates an expression.
    pub(crate) fn value(&mut self, expression: &'a IdedExpr) -> Result<Value<'a>> {
        self.spend(0)?;
        if self.depth == MAX_EVALUATION_DEPTH {
            return Err(Stop::Budget);
        }
        self.depth += 1;
        let value = stacker::maybe_grow(RED_ZONE, MORE_STACK, || self.expression(&expression.expr));
        self.depth -= 1;
        value
    }

    fn expression(&mut self, expression: &'a Expr) -> Result<Value<'a>> {
        match expression {
            Expr::Literal(literal) => Ok(of_literal(literal)),
            Expr::Ident(name) => self.variable(name),
            Expr::Select(select) => self.select(select),
            Expr::Call(call) => self.call(call),
            Expr::Comprehension(comprehension) => self.comprehension(comprehension),
            Expr::List(list) => {
                let mut items = Vec::with_capacity(list.elements.len());
                for (index, element) in list.elements.iter().enumerate() {
                    let value = self.value(element)?;
                    if list.optional_indices.contains(&index) {
                        let Value::Optional(value) = value else { return Err(no_overload()) };
                        items.extend(value.map(|value| value.as_ref().clone()));
                    } else {
                        items.push(value);
                    }
                }
                Ok(Value::list(items))
            }
            Expr::Map(map) => {
                let mut entries: Vec<(Value<'a>, Value<'a>)> =
                    Vec::with_capacity(map.entries.len());
                for entry in &map.entries {
                    let EntryExpr::MapEntry(entry) = &entry.expr else { continue };
                    let key = self.value(&entry.key)?;
                    let value = self.value(&entry.value)?;
                    let value = match value {
                        Value::Optional(value) if entry.optional => match value {
                            Some(value) => value.as_ref().clone(),
                            None => continue,
                        },
                        value => value,
                    };
                    self.spend(entries.len())?;
                    for (known, _) in &entries {
                        if known.equals(&key)? {
                            return Err(Stop::Error("Failed with repeated key".to_owned()));
                        }
                    }
                    entries.push((key, value));
                }
                Ok(Value::Map(Rc::new(entries)))
            }
            Expr::Struct(made) => Err(Stop::Unknown(format!("the type {}", made.type_name))),
            Expr::Unspecified => Err(Stop::Unknown("an empty expression".to_owned())),
        }
    }

    fn variable(&mut self, name: &str) -> Result<Value<'a>> {
        let found = self.variables.iter().rev().find(|(known, _)| known == name);
        if let Some((_, value)) = found {
            let value = value.clone();
            if let Value::Text(Cow::Owned(text)) = &value {
                self.spend(text.len() / BYTES_A_STEP)?;
            }
            return Ok(value);
        }
        functions::type_named(name)
            .map(Value::Type)
            .ok_or_else(|| Stop::Unknown(format!("undeclared reference to '{name}'")))
    }

    fn select(&mut self, select: &'a SelectExpr) -> Result<Value<'a>> {
        if !select.test
            && let Expr::Select(_) | Expr::Ident(_) = &select.operand.expr
            && let Some(name) = qualified_name(&select.operand.expr, &select.field)
            && self.is_undeclared(&name)
            && let Some(name) = functions::type_named(&name)
        {
            return Ok(Value::Type(name));
        }
        let operand = self.value(&select.operand)?;
        let field = &select.field;
        if let Value::Optional(optional) = &operand {
            let Some(value) = optional else {
                return Ok(if select.test { Value::Bool(false) } else { Value::Optional(None) });
            };
            if select.test {
                return has(value, field).map(Value::Bool);
            }
            return Ok(Value::Optional(get(value, field)?.map(Rc::new)));
        }
        if select.test {
            return has(&operand, field).map(Value::Bool);
        }
        get(&operand, field)?.ok_or_else(|| Stop::Error(format!("no such key: {field}")))
    }

    fn is_undeclared(&self, qualified: &str) -> bool {
        let first = qualified.split('.').next().unwrap_or_default();
        !self.variables.iter().any(|(known, _)| known == first)
    }

    fn call(&mut self, call: &'a CallExpr) -> Result<Value<'a>> {
        let arguments = &call.args;
        match (call.func_name.as_str(), arguments.as_slice()) {
            (operators::LOGICAL_AND, [left, right]) => self.logic(left, right, false),
            (operators::LOGICAL_OR, [left, right]) => self.logic(left, right, true),
            (operators::LOGICAL_AND | operators::LOGICAL_OR, terms) => {
                let stops_at = call.func_name == operators::LOGICAL_OR;
                let mut error = None;
                for term in terms {
                    match self.value(term) {
                        Ok(Value::Bool(value)) if value == stops_at => {
                            return Ok(Value::Bool(value));
                        }
                        Ok(Value::Bool(_)) => {}
                        Ok(_) => error = error.or_else(|| Some(no_overload())),
                        Err(Stop::Error(words)) => error = error.or(Some(Stop::Error(words))),
                        Err(stop) => return Err(stop),
                    }
                }
                error.map_or(Ok(Value::Bool(!stops_at)), Err)
            }
            (operators::CONDITIONAL, [condition, yes, no]) => match self.value(condition)? {
                Value::Bool(true) => self.value(yes),
                Value::Bool(false) => self.value(no),
                _ => Err(no_overload()),
            },
            (operators::NOT_STRICTLY_FALSE, [argument]) => match self.value(argument) {
                Ok(Value::Bool(value)) => Ok(Value::Bool(value)),
                Ok(_) | Err(Stop::Error(_)) => Ok(Value::Bool(true)),
                Err(stop) => Err(stop),
            },
            (operators::OPT_SELECT, [operand, field]) => {
                let operand = self.value(operand)?;
                let field = self.value(field)?;
                let Value::Text(name) = field else { return Err(no_overload()) };
                let value = match &operand {
                    Value::Optional(None) => None,
                    Value::Optional(Some(value)) => get(value, &name)?,
                    value => get(value, &name)?,
                };
                Ok(Value::Optional(value.map(Rc::new)))
            }
            (operators::INDEX | operators::OPT_INDEX, [operand, index]) => {
                let operand = self.value(operand)?;
                let index = self.value(index)?;
                at_index(&operand, &index, call.func_name == operators::OPT_INDEX)
            }
            (name, _) => {
                if let Some(value) = self.special(call)? {
                    return Ok(value);
                }
                self.function(name, call)
            }
        }
    }

    fn logic(
        &mut self,
        left: &'a IdedExpr,
        right: &'a IdedExpr,
        stops_at: bool,
    ) -> Result<Value<'a>> {
        let first = match self.value(left) {
            Ok(Value::Bool(value)) if value == stops_at => return Ok(Value::Bool(value)),
            Ok(Value::Bool(_)) => None,
            Ok(_) => Some(no_overload()),
            Err(Stop::Error(words)) => Some(Stop::Error(words)),
            Err(stop) => return Err(stop),
        };
        match (self.value(right), first) {
            (Ok(Value::Bool(value)), _) if value == stops_at => Ok(Value::Bool(value)),
            (Err(Stop::Error(_)) | Ok(_), Some(error)) => Err(error),
            (Err(stop), _) => Err(stop),
            (Ok(Value::Bool(value)), None) => Ok(Value::Bool(value)),
            (Ok(_), None) => Err(no_overload()),
        }
    }

    /// Evaluates what looks like a call, but binds names; nothing for a plain call.
    fn special(&mut self, call: &'a CallExpr) -> Result<Option<Value<'a>>> {
        let Some(target) = &call.target else { return Ok(None) };
        let name = |expression: &'a IdedExpr| match &expression.expr {
            Expr::Ident(name) => Some(name.as_str()),
            _ => None,
        };
        match (call.func_name.as_str(), call.args.as_slice()) {
            ("optMap" | "optFlatMap", [variable, body]) => {
                let Some(variable) = name(variable) else { return Ok(None) };
                let Value::Optional(optional) = self.value(target)? else {
                    return Err(no_overload());
                };
                let Some(value) = optional else { return Ok(Some(Value::Optional(None))) };
                let bound = (Cow::Borrowed(variable), value.as_ref().clone());
                let value = self.bound(bound, None, body)?;
                Ok(Some(if call.func_name == "optMap" { value.some() } else { value }))
            }
            ("sortBy", [variable, body]) => {
                let Some(variable) = name(variable) else { return Ok(None) };
                let items = self.value(target)?.items()?.ok_or_else(no_overload)?;
                let mut keyed = Vec::with_capacity(items.len());
                for item in items.iter() {
                    let key = self.bound((Cow::Borrowed(variable), item.clone()), None, body)?;
                    keyed.push((key, item.clone()));
                }
                functions::sort(&mut keyed)?;
                Ok(Some(Value::list(keyed.into_iter().map(|(_, item)| item).collect())))
            }
            (
                "all" | "exists" | "exists_one" | "existsOne" | "transformList" | "transformMap"
                | "transformMapEntry",
                [first, second, rest @ .., body],
            ) if rest.len() <= 1 => {
                let (Some(first), Some(second)) = (name(first), name(second)) else {
                    return Ok(None);
                };
                let target = self.value(target)?;
                let filter = rest.first();
                self.over_two(&call.func_name, &target, [first, second], filter, body).map(Some)
            }
            _ => Ok(None),
        }
    }

    fn bound(
        &mut self,
        first: (Cow<'a, str>, Value<'a>),
        second: Option<(Cow<'a, str>, Value<'a>)>,
        body: &'a IdedExpr,
    ) -> Result<Value<'a>> {
        let before = self.variables.len();
        self.variables.push(first);
        self.variables.extend(second);
        let value = self.value(body);
        self.variables.truncate(before);
        value
    }

    /// Goes through indices and items, or keys and values.
    fn over_two(
        &mut self,
        macro_name: &str,
        target: &Value<'a>,
        names: [&'a str; 2],
        filter: Option<&'a IdedExpr>,
        body: &'a IdedExpr,
    ) -> Result<Value<'a>> {
        let mut pairs: Vec<(Value<'a>, Value<'a>)> = Vec::new();
        if let Some(items) = target.items()? {
            let index = |index: usize| Value::Int(i64::try_from(index).unwrap_or(i64::MAX));
            pairs.extend(items.iter().enumerate().map(|(at, item)| (index(at), item.clone())));
        } else {
            for key in target.keys().ok_or_else(no_overload)? {
                let value = target.at(&key)?.ok_or_else(no_overload)?;
                pairs.push((key, value));
            }
        }
        self.spend(pairs.len())?;
        let mut n_true = 0_usize;
        let n_pairs = pairs.len();
        let mut error = None;
        let mut list = Vec::new();
        let mut entries: Vec<(Value<'a>, Value<'a>)> = Vec::new();
        for (key, value) in pairs {
            let bind = |value: Value<'a>, name: &'a str| (Cow::Borrowed(name), value);
            let first = bind(key.clone(), names[0]);
            let second = Some(bind(value, names[1]));
            if let Some(filter) = filter
                && !matches!(self.bound(first.clone(), second.clone(), filter)?, Value::Bool(true))
            {
                continue;
            }
            let made = match self.bound(first, second, body) {
                Err(Stop::Error(words)) if matches!(macro_name, "all" | "exists") => {
                    error = error.or(Some(Stop::Error(words)));
                    continue;
                }
                made => made?,
            };
            match macro_name {
                "transformList" => list.push(made),
                "transformMap" => entries.push((key, made)),
                "transformMapEntry" => match made {
                    Value::Map(made) => entries.extend(made.iter().cloned()),
                    _ => return Err(no_overload()),
                },
                _ => match made {
                    Value::Bool(is_true) => {
                        n_true += usize::from(is_true);
                        if macro_name == "all" && !is_true || macro_name == "exists" && is_true {
                            return Ok(Value::Bool(is_true));
                        }
                    }
                    _ => return Err(no_overload()),
                },
            }
        }
        if let Some(error) = error {
            return Err(error);
        }
        Ok(match macro_name {
            "transformList" => Value::list(list),
            "transformMap" | "transformMapEntry" => Value::Map(Rc::new(entries)),
            "all" => Value::Bool(n_true == n_pairs),
            "exists" => Value::Bool(false),
            _ => Value::Bool(n_true == 1),
        })
    }

    fn comprehension(&mut self, made: &'a ComprehensionExpr) -> Result<Value<'a>> {
        let range = self.value(&made.iter_range)?;
        let items = match range.items()? {
            Some(items) => items,
            None => Rc::new(range.keys().ok_or_else(no_overload)?),
        };
        self.spend(items.len())?;
        let mut result = self.value(&made.accu_init);
        let before = self.variables.len();
        let accumulator: Cow<'a, str> = Cow::Borrowed(&made.accu_var);
        for item in items.iter() {
            // An error stays in the accumulator: a later item may decide in spite of it.
            let (held, error) = match result {
                Ok(value) => (value, None),
                Err(Stop::Error(words)) => (Value::Null, Some(words)),
                Err(stop) => return Err(stop),
            };
            self.variables.push((accumulator.clone(), held));
            self.variables.push((Cow::Borrowed(&made.iter_var), item.clone()));
            let step = match error {
                None => self.step(made),
                Some(words) => self.step_with_error(made, words),
            };
            result = match step {
                Ok(Some(value)) => Ok(value),
                Ok(None) => {
                    let (_, held) = self.variables.swap_remove(before);
                    self.variables.truncate(before);
                    result = Ok(held);
                    break;
                }
                Err(Stop::Error(words)) => Err(Stop::Error(words)),
                Err(other) => return Err(other),
            };
            self.variables.truncate(before);
        }
        self.variables.push((accumulator, result?));
        let value = self.value(&made.result);
        self.variables.truncate(before);
        value
    }

    /// Makes one step, unless the condition says that it is enough.
    fn step(&mut self, made: &'a ComprehensionExpr) -> Result<Option<Value<'a>>> {
        if let Value::Bool(false) = self.value(&made.loop_cond)? {
            return Ok(None);
        }
        self.grow(&made.loop_step).map(Some)
    }

    /// Makes a step after one that failed: `all` and `exists` may still come to a result.
    fn step_with_error(
        &mut self,
        made: &'a ComprehensionExpr,
        words: String,
    ) -> Result<Option<Value<'a>>> {
        if let Expr::Call(call) = &made.loop_step.expr
            && let [_, test] = call.args.as_slice()
            && let operators::LOGICAL_AND | operators::LOGICAL_OR = call.func_name.as_str()
        {
            let decides = call.func_name == operators::LOGICAL_OR;
            match self.value(test) {
                Ok(Value::Bool(value)) if value == decides => return Ok(Some(Value::Bool(value))),
                Err(stop @ (Stop::Budget | Stop::Unknown(_))) => return Err(stop),
                _ => {}
            }
        }
        Err(Stop::Error(words))
    }

    /// Evaluates a step; one that adds to a list adds in place.
    fn grow(&mut self, step: &'a IdedExpr) -> Result<Value<'a>> {
        let Expr::Call(call) = &step.expr else { return self.value(step) };
        match (call.func_name.as_str(), call.args.as_slice()) {
            (operators::CONDITIONAL, [condition, yes, no]) => match self.value(condition)? {
                Value::Bool(true) => self.grow(yes),
                Value::Bool(false) => self.grow(no),
                _ => Err(no_overload()),
            },
            (operators::ADD, [IdedExpr { expr: Expr::Ident(name), .. }, added])
                if matches!(added.expr, Expr::List(_)) =>
            {
                let added = self.value(added)?;
                let held = self.variables.iter_mut().rev().find(|(known, _)| known == name);
                let (Some((_, held)), Some(added)) = (held, added.items()?) else {
                    return Err(no_overload());
                };
                let Value::List(mut items) = std::mem::replace(held, Value::Null) else {
                    return Err(no_overload());
                };
                Rc::make_mut(&mut items).extend(added.iter().cloned());
                self.spend(added.len())?;
                Ok(Value::List(items))
            }
            _ => self.value(step),
        }
    }

    fn function(&mut self, name: &str, call: &'a CallExpr) -> Result<Value<'a>> {
        let mut arguments = Vec::with_capacity(call.args.len() + 1);
        let mut full = Cow::Borrowed(name);
        let mut is_member = false;
        if let Some(target) = &call.target {
            // `sets.contains(a, b)` looks like a call on a value.
            match qualified_name(&target.expr, name) {
                Some(qualified)
                    if self.is_undeclared(&qualified)
                        && (functions::is_global(&qualified) || qualified == "ip.isCanonical") =>
                {
                    full = Cow::Owned(qualified);
                }
                _ => {
                    is_member = true;
                    arguments.push(self.value(target)?);
                }
            }
        }
        for argument in &call.args {
            arguments.push(self.value(argument)?);
        }
        let n_large: usize = match (name, arguments.as_slice()) {
            (operators::EQUALS | operators::NOT_EQUALS | operators::IN, [a, b]) => {
                10 * weight(a, self.left).max(weight(b, self.left))
            }
            _ => arguments.iter().filter_map(Value::size).sum(),
        };
        self.spend(n_large / 10)?;
        let made = match kubernetes::call(&full, is_member, &arguments)? {
            Some(value) => value,
            None => functions::call(&full, is_member, &arguments)?
                .ok_or_else(|| Stop::Unknown(format!("the function '{full}'")))?,
        };
        let n_made = made.size().unwrap_or_default();
        if n_made > MAX_MADE {
            return Err(Stop::Budget);
        }
        self.spend(n_made / 10)?;
        Ok(made)
    }
}

/// Gives how many parts a collection has, and they have, up to a bound; anything else has none.
fn weight(value: &Value<'_>, most: usize) -> usize {
    let each = |sum: usize, value: &Value<'_>| {
        if sum >= most { sum } else { sum + 1 + weight(value, most - sum) }
    };
    match value {
        Value::List(items) => items.iter().fold(0, each),
        Value::Map(entries) => entries.iter().map(|(_, value)| value).fold(0, each),
        Value::Data(data) => data.weight(most),
        _ => 0,
    }
}

/// Gives the dotted name that an expression spells, with a last part.
fn qualified_name(expression: &Expr, last: &str) -> Option<String> {
    match expression {
        Expr::Ident(name) => Some(format!("{name}.{last}")),
        Expr::Select(select) if !select.test => {
            let before = qualified_name(&select.operand.expr, &select.field)?;
            Some(format!("{before}.{last}"))
        }
        _ => None,
    }
}

fn of_literal(literal: &LiteralValue) -> Value<'_> {
    match literal {
        LiteralValue::Boolean(value) => Value::Bool(*value.inner()),
        LiteralValue::Bytes(value) => Value::Bytes(value.inner().into()),
        LiteralValue::Double(value) => Value::Double(*value.inner()),
        LiteralValue::Int(value) => Value::Int(*value.inner()),
        LiteralValue::Null => Value::Null,
        LiteralValue::String(value) => Value::Text(Cow::Borrowed(value.inner())),
        LiteralValue::UInt(value) => Value::Uint(*value.inner()),
    }
}

fn get<'a>(operand: &Value<'a>, field: &str) -> Result<Option<Value<'a>>> {
    match operand {
        Value::Data(data) if !data.is_list() => data.get(field),
        Value::Map(_) => operand.at(&Value::text(field)),
        _ => Err(no_overload()),
    }
}

fn has(operand: &Value<'_>, field: &str) -> Result<bool> {
    match operand {
        Value::Data(data) if !data.is_list() => data.has(field),
        Value::Map(_) => Ok(operand.at(&Value::text(field))?.is_some()),
        _ => Err(no_overload()),
    }
}

fn at_index<'a>(operand: &Value<'a>, index: &Value<'a>, is_optional: bool) -> Result<Value<'a>> {
    let (operand, is_optional, was_optional) = match operand {
        Value::Optional(None) => return Ok(Value::Optional(None)),
        Value::Optional(Some(value)) => (value.as_ref(), true, true),
        value => (value, is_optional, false),
    };
    let found = operand.at(index)?;
    if is_optional || was_optional {
        return Ok(Value::Optional(found.map(Rc::new)));
    }
    found.ok_or_else(|| {
        let is_list = operand.type_name() == "list";
        Stop::Error(match index {
            Value::Int(index) if is_list => format!("index out of bounds: {index}"),
            Value::Text(key) => format!("no such key: {key}"),
            Value::Int(key) => format!("no such key: {key}"),
            _ => "no such key".to_owned(),
        })
    })
}

/// Evaluates an operator on two values; nothing for what is none.
pub(super) fn operator<'a>(name: &str, a: &Value<'a>, b: &Value<'a>) -> Result<Option<Value<'a>>> {
    let ordered = |wanted: fn(Ordering) -> bool| -> Result<Option<Value<'a>>> {
        Ok(Some(Value::Bool(a.compare(b)?.is_some_and(wanted))))
    };
    match name {
        operators::EQUALS => Ok(Some(Value::Bool(a.equals(b)?))),
        operators::NOT_EQUALS => Ok(Some(Value::Bool(!a.equals(b)?))),
        operators::LESS => ordered(Ordering::is_lt),
        operators::LESS_EQUALS => ordered(Ordering::is_le),
        operators::GREATER => ordered(Ordering::is_gt),
        operators::GREATER_EQUALS => ordered(Ordering::is_ge),
        operators::IN | "in" => {
            if let Some(items) = b.items()? {
                return contains(&items, a).map(Value::Bool).map(Some);
            }
            match (b, a) {
                (Value::Data(data), Value::Text(name)) => data.has(name).map(Value::Bool).map(Some),
                (Value::Map(_), _) => Ok(Some(Value::Bool(b.at(a)?.is_some()))),
                _ => Err(no_overload()),
            }
        }
        operators::ADD
        | operators::SUBSTRACT
        | operators::MULTIPLY
        | operators::DIVIDE
        | operators::MODULO => functions::arithmetic(name, a, b).map(Some),
        _ => Ok(None),
    }
}
