//! Fields and methods: `.a.b`, on maps, objects and whatever else a chain meets.
//!
//! Source: `evalFieldChain` and `evalField` in Go's `text/template/exec.go`.

use std::borrow::Cow;

use super::notes::Notes;
use super::{Failure, Operand, State};
use crate::ast::{Idents, NodeId};
use crate::func::Function;
use crate::intern::Symbol;
use crate::template::MissingKey;
use crate::trace::Step;
use crate::value::{Kind, Map, Object, Type, Value, number, print};

/// Tells whether elements of a type are held by an `interface {}`.
pub(super) fn is_interface(element: &Type) -> bool {
    matches!(element, Type::Any)
}

/// Gives a value's type as errors name it.
pub(super) fn type_name(operand: &Operand) -> Cow<'static, str> {
    if operand.is_interface {
        return Cow::Borrowed("interface {}");
    }
    print::type_text(&operand.value)
}

impl<'a> State<'a> {
    /// Evaluates a chain of fields on `receiver`. The last field, if it is a method, gets the arguments.
    pub(super) fn eval_fields<N: Notes>(
        &mut self,
        dot: &Operand,
        (receiver, mut sources): (&Operand, N::Sources),
        node: NodeId,
        fields: Idents,
        args: &[NodeId],
        last: Option<(Value, N::Sources)>,
    ) -> Result<(Operand, N::Sources), Failure> {
        let fields = self.source().idents(fields);
        let Some(n_before) = fields.len().checked_sub(1) else {
            N::read(self, &sources);
            return Ok((receiver.clone(), sources));
        };
        let mut reached: Option<Operand> = None;
        for n in 0..n_before {
            let from = (reached.as_ref().unwrap_or(receiver), sources);
            let (next, of_next) = self.eval_next::<N>(dot, from, node, &fields[n..], &[], None)?;
            (reached, sources) = (Some(next), of_next);
        }
        let from = (reached.as_ref().unwrap_or(receiver), sources);
        let args = args.get(1..).unwrap_or_default();
        let mut of_last = N::Given::default();
        let last = last.map(|(last, sources)| {
            N::give(&mut of_last, sources);
            last
        });
        let (found, sources) =
            self.eval_next::<N>(dot, from, node, &fields[n_before..], args, last)?;
        let sources = N::join(sources, &of_last);
        N::read(self, &sources);
        Ok((found, sources))
    }

    /// Evaluates the first of the fields that are left.
    fn eval_next<N: Notes>(
        &mut self,
        dot: &Operand,
        (receiver, sources): (&Operand, N::Sources),
        node: NodeId,
        fields: &[Symbol],
        args: &[NodeId],
        last: Option<Value>,
    ) -> Result<(Operand, N::Sources), Failure> {
        let name = self.source().name(fields[0]);
        match self.eval_field(dot, receiver, name, node, args, last) {
            Ok(next) => {
                let step = || Step::Key(name.into());
                let stepped = N::step(self, &receiver.value, &sources, step);
                let sources = N::of(self, &next.value, stepped);
                Ok((next, sources))
            }
            Err(failure) => {
                N::not_read(self, &sources, fields);
                Err(failure)
            }
        }
    }

    /// Follows fields from map to map, without a copy of those on the way, and gives what is there to `found`, with whether
    /// it is held by an `interface {}`; `None` where it meets anything else, and where notes are taken on the way.
    #[inline]
    pub(super) fn follow<N: Notes, T>(
        &self,
        receiver: &Operand,
        fields: Idents,
        found: impl FnOnce(&Value, bool) -> T,
    ) -> Option<T> {
        match &receiver.value {
            Value::Map(map) if !N::ARE_TAKEN => self.follow_map(map, fields, found),
            _ => None,
        }
    }

    fn follow_map<T>(
        &self,
        map: &Map,
        fields: Idents,
        found: impl FnOnce(&Value, bool) -> T,
    ) -> Option<T> {
        let arena = self.arena;
        let name = arena.name(*arena.idents(fields).first()?);
        if self.find_method(map, name).is_some() {
            return None;
        }
        let entries = map.entries();
        let value = entries.get_near(name.as_bytes(), arena.hint(fields.start))?;
        if fields.len == 1 {
            return Some(found(value, is_interface(map.element())));
        }
        match value {
            Value::Map(map) => {
                let fields = Idents { start: fields.start + 1, len: fields.len - 1 };
                self.follow_map(map, fields, found)
            }
            _ => None,
        }
    }

    /// Gives the method of a named map type.
    #[inline]
    fn find_method(&self, map: &Map, name: &str) -> Option<&'a Function> {
        match map.ty() {
            Type::Named(type_name) => self.templates.functions().method(type_name, name),
            _ => None,
        }
    }

    /// Evaluates one field or method.
    fn eval_field(
        &mut self,
        dot: &Operand,
        receiver: &Operand,
        name: &str,
        node: NodeId,
        args: &[NodeId],
        last: Option<Value>,
    ) -> Result<Operand, Failure> {
        match &receiver.value {
            Value::Nil if receiver.is_interface => {
                self.fail(format!("nil pointer evaluating interface {{}}.{name}"))
            }
            Value::Nil => {
                if self.templates.missing_key() == MissingKey::Error {
                    let name = number::quote(name.as_bytes());
                    return self.fail(format!("nil data; no entry for key {name}"));
                }
                Ok(Operand::NONE)
            }
            Value::Map(map) => {
                if let Some(method) = self.find_method(map, name) {
                    let receiver = receiver.value.clone();
                    return self.eval_map_method(dot, method, receiver, node, args, last);
                }
                self.map_entry(map, name, !args.is_empty() || last.is_some())
            }
            Value::Object(object) => {
                let object = std::rc::Rc::clone(object);
                self.object_member(dot, receiver, &*object, name, node, args, last)
            }
            _ => self.no_such_field(receiver, name),
        }
    }

    fn no_such_field(&self, receiver: &Operand, name: &str) -> Result<Operand, Failure> {
        self.fail(format!("can't evaluate field {name} in type {}", type_name(receiver)))
    }

    fn map_entry(&mut self, map: &Map, name: &str, has_args: bool) -> Result<Operand, Failure> {
        if has_args {
            return self.fail(format!("{name} is not a method but has arguments"));
        }
        let element = map.element();
        if let Some(value) = map.get(name) {
            return Ok(Operand { value, is_interface: is_interface(element) });
        }
        match self.templates.missing_key() {
            MissingKey::Invalid => Ok(Operand::NONE),
            MissingKey::Zero => {
                Ok(Operand { value: element.zero(), is_interface: is_interface(element) })
            }
            MissingKey::Error => {
                let name = number::quote(name.as_bytes());
                self.fail(format!("map has no entry for key {name}"))
            }
        }
    }

    /// Evaluates a method of a host's object, else a field, else a key if it is a map underneath.
    #[expect(clippy::too_many_arguments, reason = "Go's evalField has the same")]
    fn object_member(
        &mut self,
        dot: &Operand,
        receiver: &Operand,
        object: &dyn Object,
        name: &str,
        node: NodeId,
        args: &[NodeId],
        last: Option<Value>,
    ) -> Result<Operand, Failure> {
        let has_args = !args.is_empty() || last.is_some();
        if let Some(result) = self.eval_method(dot, object, name, node, args, last)? {
            return Ok(result);
        }
        match object.kind() {
            Kind::Struct | Kind::Ptr => {
                if let Some(value) = object.field(name) {
                    if has_args {
                        return self.fail(format!(
                            "{name} has arguments but cannot be invoked as function"
                        ));
                    }
                    let is_interface = value.is_nil();
                    return Ok(Operand { value, is_interface });
                }
            }
            Kind::Map => {
                if let Some(Value::Map(map)) = object.underlying() {
                    return self.map_entry(&map, name, has_args);
                }
            }
            _ => {}
        }
        self.no_such_field(receiver, name)
    }
}
