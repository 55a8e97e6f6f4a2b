//! Calls: argument counts and types by Go's rules, `and`, `or` and `call`.
//!
//! A literal takes the parameter's type; any other value must have it already.
//!
//! Source: `evalCall`, `evalArg` and `validateType` in Go's `text/template/exec.go`, `call` in `funcs.go`.

use super::field::type_name;
use super::notes::{Notes, Nothing};
use super::{Failure, MAX_SPARE, Operand, State, put, take};
use crate::ast::{Callee, NodeId, NodeKind};
use crate::builtins::BUILTINS;
use crate::func::{Env, FuncError, Function};
use crate::intern::Symbol;
use crate::value::{IntType, Kind, Map, Object, Type, UintType, Value, print, truth};

/// The parameters of a call.
#[derive(Debug, Clone, Copy)]
struct Params<'t> {
    name: &'t str,
    types: &'static [Type],
    variadic: bool,
}

impl<'t> Params<'t> {
    fn of(function: &'t Function) -> Self {
        Self { name: function.name, types: function.params, variadic: function.variadic }
    }
}

impl Params<'_> {
    /// Gives the type that argument `index` must have.
    #[inline]
    fn ty(&self, index: usize) -> &'static Type {
        let last = self.types.len().saturating_sub(1);
        self.types.get(index.min(last)).unwrap_or(&Type::Any)
    }
}

impl State<'_> {
    /// Calls a function by what its name was resolved to. `node` is what an error of the function belongs to.
    ///
    /// `value` holds the last argument if there is one beside `args`, else nil; then it holds the result. `last` is what that
    /// argument was made of.
    #[expect(
        clippy::too_many_arguments,
        reason = "Go's evalFunction has the same, in fewer structs"
    )]
    pub(super) fn eval_function<N: Notes>(
        &mut self,
        dot: &Operand,
        callee: Callee,
        name: Symbol,
        node: NodeId,
        args: &[NodeId],
        last: Option<N::Sources>,
        value: &mut Value,
    ) -> Result<N::Sources, Failure> {
        let templates = self.templates;
        let function = match callee {
            Callee::Host(id) => templates.functions().get(id),
            Callee::Builtin(index) => &BUILTINS[index as usize],
            Callee::And | Callee::Or => {
                return self.eval_and_or::<N>(dot, callee == Callee::Or, name, args, last, value);
            }
            Callee::Call => {
                let last_value = last.is_some().then(|| take(value));
                *value = self.eval_call_builtin(dot, node, args, last_value)?.value;
                return Ok(last.unwrap_or_default());
            }
        };
        let params = Params::of(function);
        let mut values = self.spare_args();
        let last = last.map(|sources| (&mut *value, sources));
        let (interfaces, given) = self.eval_args::<N>(dot, params, args, last, &mut values)?;
        self.interfaces = interfaces;
        self.run.n_steps += copied(&values);
        let running = N::begin_function(self, function.name, &values, given);
        let result = (function.body)(&mut Env { state: self }, &values);
        let sources = N::end_function(self, function.name, &values, running, result.as_ref().ok());
        self.give_back(values);
        match result {
            Ok(result) => {
                put(value, result);
                self.check_length(value)?;
                Ok(sources)
            }
            Err(error) => self.failed(function.name, node, error),
        }
    }

    /// Calls a method of a named map type on `receiver`.
    pub(super) fn eval_map_method(
        &mut self,
        dot: &Operand,
        function: &Function,
        receiver: Value,
        node: NodeId,
        args: &[NodeId],
        last: Option<Value>,
    ) -> Result<Operand, Failure> {
        let mut values = self.spare_args();
        values.push(receiver);
        let mut last = last;
        let last = last.as_mut().map(|last| (last, ()));
        (self.interfaces, ()) =
            self.eval_args::<Nothing>(dot, Params::of(function), args, last, &mut values)?;
        self.run.n_steps += copied(&values);
        let result = (function.body)(&mut Env { state: self }, &values);
        self.give_back(values);
        self.called(function.name, node, result)
    }

    /// Calls a method of a host's object, if it has one of that name.
    pub(super) fn eval_method(
        &mut self,
        dot: &Operand,
        object: &dyn Object,
        name: &str,
        node: NodeId,
        args: &[NodeId],
        last: Option<Value>,
    ) -> Result<Option<Operand>, Failure> {
        let signature = object.signature(name);
        let mut values = self.spare_args();
        let mut last = last;
        if let Some((types, variadic)) = signature {
            let params = Params { name, types, variadic };
            if let Some(text) = object.bad_results(name) {
                self.check_count(params, args.len(), last.is_some())?;
                return self.fail(text.to_owned());
            }
            let last = last.as_mut().map(|last| (last, ()));
            self.eval_args::<Nothing>(dot, params, args, last, &mut values)?;
        } else {
            let at = self.node;
            for arg in args {
                self.push_arg::<Nothing>(dot, &Type::Any, *arg, &mut values)?;
            }
            values.extend(last);
            self.node = at;
        }
        let result = object.call(name, &values);
        self.give_back(values);
        result.map(|result| self.called(name, node, result)).transpose()
    }

    fn called(
        &mut self,
        name: &str,
        node: NodeId,
        result: Result<Value, FuncError>,
    ) -> Result<Operand, Failure> {
        match result {
            Ok(value) => {
                self.check_length(&value)?;
                Ok(Operand::result(value))
            }
            Err(error) => self.failed(name, node, error),
        }
    }

    #[cold]
    fn failed<T>(&mut self, name: &str, node: NodeId, error: FuncError) -> Result<T, Failure> {
        self.node = node;
        self.fail_calling(name, error)
    }

    /// Checks that a string is not too long.
    #[inline]
    fn check_length(&self, value: &Value) -> Result<(), Failure> {
        let maximum = self.templates.limits().output;
        match value {
            Value::String(text) if text.len() > maximum => self.too_long(maximum),
            _ => Ok(()),
        }
    }

    #[cold]
    fn too_long(&self, maximum: usize) -> Result<(), Failure> {
        self.fail(format!("exceeded maximum string size ({maximum} bytes)"))
    }

    /// Gives an empty list; a call of a function is too frequent for an allocation each time.
    fn spare_args(&mut self) -> Vec<Value> {
        self.run.spare_args.pop().unwrap_or_default()
    }

    fn give_back(&mut self, mut values: Vec<Value>) {
        values.clear();
        if values.capacity() <= MAX_SPARE {
            self.run.spare_args.push(values);
        }
    }

    #[inline]
    fn check_count(
        &self,
        params: Params<'_>,
        n_args: usize,
        has_last: bool,
    ) -> Result<(), Failure> {
        let n_in = n_args + usize::from(has_last);
        let n_params = params.types.len();
        let is_right = if params.variadic { n_in + 1 >= n_params } else { n_in == n_params };
        if is_right { Ok(()) } else { self.wrong_count(params, n_args, n_in) }
    }

    #[cold]
    fn wrong_count(&self, params: Params<'_>, n_args: usize, n_in: usize) -> Result<(), Failure> {
        let name = params.name;
        if params.variadic {
            let n_fixed = params.types.len() - 1;
            return self.fail(format!(
                "wrong number of args for {name}: want at least {n_fixed} got {n_args}"
            ));
        }
        let want = params.types.len();
        self.fail(format!("wrong number of args for {name}: want {want} got {n_in}"))
    }

    /// Evaluates arguments onto `values`, moves the last one there, and gives the bits of those held by an `interface {}`, and
    /// what they were made of.
    fn eval_args<N: Notes>(
        &mut self,
        dot: &Operand,
        params: Params<'_>,
        args: &[NodeId],
        last: Option<(&mut Value, N::Sources)>,
        values: &mut Vec<Value>,
    ) -> Result<(u64, N::Given), Failure> {
        self.check_count(params, args.len(), last.is_some())?;
        let mut interfaces = 0;
        let mut given = N::Given::default();
        for (index, arg) in args.iter().enumerate() {
            let (is_interface, sources) =
                self.push_arg::<N>(dot, params.ty(index), *arg, values)?;
            interfaces |= interface_bit(is_interface, index);
            N::give(&mut given, sources);
        }
        if let Some((last, sources)) = last {
            let ty = params.ty(args.len());
            let is_fit = fits(last, false, ty);
            values.push(take(last));
            let is_interface = !is_fit && self.convert_last(values, false, ty)?;
            interfaces |= interface_bit(is_interface, args.len());
            N::give(&mut given, sources);
        }
        Ok((interfaces, given))
    }

    /// Evaluates an operand for a parameter of type `ty` onto `values`; tells whether it is held by an `interface {}`, and
    /// what it was made of.
    fn push_arg<N: Notes>(
        &mut self,
        dot: &Operand,
        ty: &'static Type,
        node: NodeId,
        values: &mut Vec<Value>,
    ) -> Result<(bool, N::Sources), Failure> {
        let mut sources = N::Sources::default();
        self.node = node;
        let is_interface = match self.arena.node(node).kind {
            NodeKind::Dot => {
                sources = self.read_dot::<N>();
                push(values, dot.clone())
            }
            NodeKind::Nil => {
                if !can_be_nil(ty) {
                    return self.fail(format!("cannot assign nil to {ty}"));
                }
                return Ok((push(values, nil_of(ty)), sources));
            }
            NodeKind::Field(fields) => {
                let found = self.follow::<N, _>(dot, fields, |value, is_interface| {
                    values.push(value.clone());
                    is_interface
                });
                if let Some(is_interface) = found {
                    is_interface
                } else {
                    let receiver = (dot, N::dot(self));
                    let found = self.eval_fields::<N>(dot, receiver, node, fields, &[], None)?;
                    sources = found.1;
                    push(values, found.0)
                }
            }
            NodeKind::Variable { name, fields } => {
                let variable = &self.run.variables[self.variable(name)?].operand;
                if fields.len == 0 && !N::ARE_TAKEN {
                    values.push(variable.value.clone());
                    variable.is_interface
                } else {
                    let found = self.follow::<N, _>(variable, fields, |value, is_interface| {
                        values.push(value.clone());
                        is_interface
                    });
                    if let Some(is_interface) = found {
                        is_interface
                    } else {
                        let found = self.eval_variable::<N>(dot, node, name, fields, &[], None)?;
                        sources = found.1;
                        push(values, found.0)
                    }
                }
            }
            NodeKind::Pipe { .. } => {
                let found = self.eval_parenthesized::<N>(dot, node)?;
                sources = found.1;
                push(values, found.0)
            }
            NodeKind::Identifier { name, callee } => {
                let mut value = Value::Nil;
                sources =
                    self.eval_function::<N>(dot, callee, name, node, &[], None, &mut value)?;
                push(values, Operand::result(value))
            }
            NodeKind::Chain { operand, fields } => {
                let found = self.eval_chain::<N>(dot, node, operand, fields, &[], None)?;
                sources = found.1;
                push(values, found.0)
            }
            NodeKind::String(index) if matches!(ty, Type::String | Type::Any | Type::Reflect) => {
                values.push(Value::String(self.arena.string(index).clone()));
                return Ok((false, sources));
            }
            NodeKind::Number(index)
                if *ty == Type::INT
                    && let Some(n) = self.arena.number(index).int =>
            {
                values.push(Value::int(n));
                return Ok((false, sources));
            }
            _ => return Ok((push(values, self.eval_typed_literal(ty, node)?), sources)),
        };
        if values.last().is_some_and(|value| fits(value, is_interface, ty)) {
            return Ok((is_interface, sources));
        }
        Ok((self.convert_last(values, is_interface, ty)?, sources))
    }

    /// Gives a literal the type that is asked for.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_lossless,
        reason = "Go's SetInt and SetUint truncate to the parameter's size"
    )]
    fn eval_typed_literal(&mut self, ty: &'static Type, node: NodeId) -> Result<Operand, Failure> {
        let source = self.source();
        let kind = source.node(node).kind;
        let number =
            if let NodeKind::Number(index) = kind { Some(source.number(index)) } else { None };
        let (value, wanted) = match *ty {
            Type::Any | Type::Reflect => return self.eval_literal(node),
            Type::Bool => (
                match kind {
                    NodeKind::Bool(value) => Some(Value::Bool(value)),
                    _ => None,
                },
                "bool",
            ),
            Type::String => (
                match kind {
                    NodeKind::String(index) => Some(Value::String(source.string(index).clone())),
                    _ => None,
                },
                "string",
            ),
            Type::NamedInt(_) => {
                (number.and_then(|number| number.int).map(Value::int64), "integer")
            }
            Type::Int(ty) => {
                let int = number.and_then(|number| number.int).map(|n| match ty {
                    IntType::Int | IntType::Int64 => n,
                    IntType::Int32 => n as i32 as i64,
                    IntType::Int16 => n as i16 as i64,
                    IntType::Int8 => n as i8 as i64,
                });
                (int.map(|n| Value::Int(ty, n)), "integer")
            }
            Type::Uint(ty) => {
                let uint = number.and_then(|number| number.uint).map(|n| match ty {
                    UintType::Uint | UintType::Uint64 => n,
                    UintType::Uint32 => n as u32 as u64,
                    UintType::Uint16 => n as u16 as u64,
                    UintType::Uint8 => n as u8 as u64,
                });
                (uint.map(|n| Value::Uint(ty, n)), "unsigned integer")
            }
            Type::Float64 => (number.and_then(|n| n.float).map(Value::Float), "float"),
            Type::Complex128 => {
                (number.and_then(|n| n.complex).map(|(re, im)| Value::Complex(re, im)), "complex")
            }
            Type::Slice(_) | Type::Map(_) | Type::Named(_) => {
                let shown = source.print(node);
                return self.fail(format!("can't handle {shown} for arg of type {ty}"));
            }
        };
        if let Some(value) = value {
            return Ok(Operand::concrete(value));
        }
        let shown = source.print(node);
        self.fail(format!("expected {wanted}; found {shown}"))
    }

    /// Gives the last value the type `ty`, if that can be; tells whether it is then held by an `interface {}`.
    fn convert_last(
        &mut self,
        values: &mut Vec<Value>,
        is_interface: bool,
        ty: &'static Type,
    ) -> Result<bool, Failure> {
        let value = values.pop().unwrap_or(Value::Nil);
        let operand = self.convert(Operand { value, is_interface }, ty)?;
        values.push(operand.value);
        Ok(operand.is_interface)
    }

    /// Gives a value the type `ty`, if that can be.
    fn convert(&mut self, operand: Operand, ty: &'static Type) -> Result<Operand, Failure> {
        if operand.is_none() {
            if can_be_nil(ty) {
                return Ok(nil_of(ty));
            }
            return self.fail(format!("invalid value; expected {ty}"));
        }
        if let (Value::Object(object), Type::Any) = (&operand.value, ty)
            && let Some(value) = object.in_interface()
        {
            return Ok(Operand { value, ..operand });
        }
        if matches!(ty, Type::Any | Type::Reflect) {
            return Ok(operand);
        }
        if operand.value.is_nil() {
            return self.fail(format!("wrong type for value; expected {ty}; got interface {{}}"));
        }
        match assign(operand.value, ty) {
            Ok(value) => Ok(Operand::concrete(value)),
            Err(value) => {
                let got = type_name(&Operand::concrete(value));
                self.fail(format!("wrong type for value; expected {ty}; got {got}"))
            }
        }
    }

    /// Evaluates `and` and `or`, which stop at the operand that decides and give it.
    fn eval_and_or<N: Notes>(
        &mut self,
        dot: &Operand,
        stop_at: bool,
        name: Symbol,
        args: &[NodeId],
        last: Option<N::Sources>,
        value: &mut Value,
    ) -> Result<N::Sources, Failure> {
        let name = self.source().name(name);
        let params = Params { name, types: &[Type::Reflect, Type::Reflect], variadic: true };
        self.check_count(params, args.len(), last.is_some())?;
        let mut values = self.spare_args();
        // Those that were passed over decided as well.
        let mut passed = N::Given::default();
        let mut sources = None;
        for (index, arg) in args.iter().enumerate() {
            let (_, of_arg) = self.push_arg::<N>(dot, &Type::Reflect, *arg, &mut values)?;
            let is_last = index + 1 == args.len() && last.is_none();
            if let Some(found) = values.pop()
                && (is_last || truth::is_true(&found) == stop_at)
            {
                *value = found;
                sources = Some(of_arg);
                break;
            }
            N::give(&mut passed, of_arg);
        }
        self.give_back(values);
        let sources = N::join(sources.or(last).unwrap_or_default(), &passed);
        Ok(N::of(self, value, sources))
    }

    /// Evaluates `call`: its first operand must be a function, and is named in errors as it is written.
    fn eval_call_builtin(
        &mut self,
        dot: &Operand,
        node: NodeId,
        args: &[NodeId],
        last: Option<Value>,
    ) -> Result<Operand, Failure> {
        const NAME: &str = "call";
        let params = Params { name: NAME, types: &[Type::Reflect, Type::Reflect], variadic: true };
        let callee_name = match (args.first(), &last) {
            (Some(first), _) => self.source().print(*first),
            (None, Some(Value::String(text))) => text.to_str_lossy().into_owned(),
            (None, Some(Value::Nil)) => "<invalid Value>".to_owned(),
            (None, Some(value)) => format!("<{} Value>", print::type_text(value)),
            (None, None) => String::new(),
        };
        let mut values = self.spare_args();
        let mut last = last;
        let last = last.as_mut().map(|last| (last, ()));
        self.eval_args::<Nothing>(dot, params, args, last, &mut values)?;
        let result = match values.first() {
            None | Some(Value::Nil) => Err(FuncError::new("call of nil")),
            Some(Value::Object(object)) if object.kind() == Kind::Func => {
                object.call("", &values[1..]).unwrap_or_else(|| Err(FuncError::new("call of nil")))
            }
            Some(value) => {
                let ty = print::type_text(value);
                Err(FuncError::new(format!("non-function {callee_name} of type {ty}")))
            }
        };
        self.give_back(values);
        self.called(NAME, node, result)
    }
}

/// Appends a value, and tells whether it is held by an `interface {}`.
fn push(values: &mut Vec<Value>, operand: Operand) -> bool {
    values.push(operand.value);
    operand.is_interface
}

/// Tells whether Go's nil can be a value of a type. Of a host's types, pointers, slices and maps say so by
/// their name.
fn can_be_nil(ty: &Type) -> bool {
    match *ty {
        Type::Any | Type::Reflect | Type::Slice(_) | Type::Map(_) => true,
        Type::Named(name) => name.starts_with(['*', '[']) || name.starts_with("map["),
        _ => false,
    }
}

/// Gives the nil of a type. A nil map is marked, since it is an empty one otherwise.
fn nil_of(ty: &'static Type) -> Operand {
    Operand { value: ty.zero(), is_interface: matches!(ty, Type::Map(_)) }
}

/// Gives the bit of an argument that is held by an `interface {}`, or is a nil map.
#[inline]
fn interface_bit(is_interface: bool, index: usize) -> u64 {
    if index < 64 { u64::from(is_interface) << index } else { 0 }
}

/// Tells whether a value can be passed as a `ty` just as it is: what nearly every argument is.
#[inline]
fn fits(value: &Value, is_interface: bool, ty: &Type) -> bool {
    match ty {
        Type::Any => match value {
            Value::Nil => is_interface,
            Value::Object(_) => false,
            _ => true,
        },
        Type::Reflect => is_interface || !value.is_nil(),
        Type::String => matches!(value, Value::String(_)),
        Type::Int(want) => matches!(value, Value::Int(have, _) if have == want),
        _ => false,
    }
}

/// Gives `value` as a `ty`, or gives it back: what Go calls assignable, and a pointer where what it points to is.
fn assign(value: Value, ty: &'static Type) -> Result<Value, Value> {
    let fits = match (&value, *ty) {
        (Value::Bool(_), Type::Bool)
        | (Value::Float(_), Type::Float64)
        | (Value::Complex(..), Type::Complex128)
        | (Value::String(_), Type::String) => true,
        (Value::Int(have, _), Type::Int(want)) => *have == want,
        (Value::Uint(have, _), Type::Uint(want)) => *have == want,
        (Value::List(list), Type::Slice(element)) => *list.element() == *element,
        (Value::Map(map), Type::Map(element)) => {
            if map.ty() == ty {
                return Ok(value);
            }
            return assign_map(map, element, ty).ok_or(value);
        }
        // Only the host knows whether a name is that of a map type, which would take any unnamed map of its make: a host
        // that takes those says so with `Type::Map`.
        (Value::Map(map), Type::Named(_)) => map.ty() == ty,
        (Value::Object(object), Type::Named(name) | Type::NamedInt(name)) => {
            let have = object.type_name();
            *have == *name || have.strip_prefix('*').is_some_and(|pointee| pointee == name)
        }
        (Value::Object(object), Type::Slice(element)) => match object.underlying() {
            Some(Value::List(list)) if *list.element() == *element => {
                return Ok(Value::List(list));
            }
            _ => false,
        },
        (Value::Object(object), Type::Map(element)) => match object.underlying() {
            Some(Value::Map(map)) => {
                return assign_map(&map, element, ty).ok_or(value);
            }
            _ => false,
        },
        _ => false,
    };
    if fits { Ok(value) } else { Err(value) }
}

/// Gives a named map as the unnamed type it is made of.
fn assign_map(map: &Map, element: &Type, ty: &'static Type) -> Option<Value> {
    (map.element() == element).then(|| Value::Map(map.with_type(ty)))
}

/// Gives how many steps a call counts for, beyond the call itself: functions copy lists, and a loop that appends to one
/// would otherwise take quadratic time within the limit.
fn copied(values: &[Value]) -> u64 {
    const ITEMS_PER_STEP: usize = 16;
    let steps = values.iter().map(|value| match value {
        Value::List(list) => list.len() / ITEMS_PER_STEP,
        _ => 0,
    });
    steps.sum::<usize>() as u64
}
