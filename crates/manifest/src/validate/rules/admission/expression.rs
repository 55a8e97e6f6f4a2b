//! Expressions of CEL in webhooks and policies: what they may name, and what they come to.
//!
//! A type is told only where it is certain; what is not certain passes.
//!
//! Source: `pkg/admission/plugin/cel/compile.go` of apiserver.

use cel::common::ast::{EntryExpr, Expr, IdedExpr, LiteralValue, operators};

use crate::validate::at::{At, quoted};
use crate::validate::cel::{Environment, NotCompiled, Program};
use crate::validate::custom::patterns;

/// What an expression may name besides `object`, `oldObject`, `request` and `namespaceObject`.
#[derive(Debug, Clone, Default)]
pub(super) struct Declared<'a> {
    pub(super) has_params: bool,
    pub(super) has_authorizer: bool,
    /// `Object` and `JSONPatch`
    pub(super) has_patches: bool,
    /// the variables that come before, and what they come to; none where there is no `variables`
    pub(super) variables: Option<Vec<(&'a str, Type)>>,
}

/// Gives what an expression comes to, as far as that is certain.
///
/// # Errors
///
/// Why no API server would compile it.
pub(in crate::validate::rules) fn certain_type(program: &Program) -> Result<Type, String> {
    let declared = Declared::default();
    let mut typist = Typist { declared: &declared, bound: Vec::new(), may_be_mixed: false };
    typist.type_of(program.expression())
}

/// What an expression must come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    Anything,
    Bool,
    Text,
    TextOrNull,
    /// a list of `JSONPatch`
    Patches,
    /// an `Object`
    Configuration,
}

/// What an expression comes to, as far as that is certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::validate::rules) enum Type {
    Unknown,
    /// certainly nothing that is known before it runs
    Dyn,
    Bool,
    Int,
    Uint,
    Double,
    Text,
    Bytes,
    Null,
    /// a list that certainly holds no patches
    List,
    Map,
    Timestamp,
    Authorizer,
    Variables,
    Struct(&'static Fields),
}

/// A struct that expressions can name.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::validate::rules) struct Fields {
    name: &'static str,
    fields: &'static [(&'static str, Type)],
}

const TEXT: Type = Type::Text;
const TEXTS: Type = Type::List;

static KIND: Fields = Fields {
    name: "kubernetes.GroupVersionKind",
    fields: &[("group", TEXT), ("version", TEXT), ("kind", TEXT)],
};
static RESOURCE: Fields = Fields {
    name: "kubernetes.GroupVersionResource",
    fields: &[("group", TEXT), ("version", TEXT), ("resource", TEXT)],
};
static USER: Fields = Fields {
    name: "kubernetes.UserInfo",
    fields: &[("username", TEXT), ("uid", TEXT), ("groups", TEXTS), ("extra", Type::Map)],
};
static REQUEST: Fields = Fields {
    name: "kubernetes.AdmissionRequest",
    fields: &[
        ("kind", Type::Struct(&KIND)),
        ("resource", Type::Struct(&RESOURCE)),
        ("subResource", TEXT),
        ("requestKind", Type::Struct(&KIND)),
        ("requestResource", Type::Struct(&RESOURCE)),
        ("requestSubResource", TEXT),
        ("name", TEXT),
        ("namespace", TEXT),
        ("operation", TEXT),
        ("userInfo", Type::Struct(&USER)),
        ("dryRun", Type::Bool),
        ("options", Type::Dyn),
    ],
};
static NAMESPACE_SPEC: Fields =
    Fields { name: "kubernetes.NamespaceSpec", fields: &[("finalizers", TEXTS)] };
static NAMESPACE_STATUS: Fields = Fields {
    name: "kubernetes.NamespaceStatus",
    fields: &[("conditions", Type::List), ("phase", TEXT)],
};
static NAMESPACE_METADATA: Fields = Fields {
    name: "kubernetes.NamespaceMetadata",
    fields: &[
        ("name", TEXT),
        ("generateName", TEXT),
        ("namespace", TEXT),
        ("labels", Type::Map),
        ("annotations", Type::Map),
        ("UID", TEXT),
        ("creationTimestamp", Type::Timestamp),
        ("deletionGracePeriodSeconds", Type::Int),
        ("deletionTimestamp", Type::Timestamp),
        ("generation", Type::Int),
        ("resourceVersion", TEXT),
        ("finalizers", TEXTS),
    ],
};
static NAMESPACE: Fields = Fields {
    name: "kubernetes.Namespace",
    fields: &[
        ("metadata", Type::Struct(&NAMESPACE_METADATA)),
        ("spec", Type::Struct(&NAMESPACE_SPEC)),
        ("status", Type::Struct(&NAMESPACE_STATUS)),
    ],
};

/// Checks an expression and gives what it comes to.
pub(super) fn check(at: At<'_>, text: &str, declared: &Declared<'_>, wanted: Wanted) -> Type {
    let program = match Program::compile(text, Environment::Admission) {
        Ok(program) => program,
        Err(NotCompiled::TooLarge) => return Type::Unknown,
        Err(NotCompiled::Refused(fault)) => {
            at.invalid_as(&quoted(text), &format!("compilation failed: ERROR: {fault}"));
            return Type::Unknown;
        }
    };
    let mut typist = Typist { declared, bound: Vec::new(), may_be_mixed: false };
    match typist.type_of(program.expression()) {
        Ok(found) => {
            if let Some(names) = wanted.misses(found) {
                let found = found.name();
                let detail = format!("must evaluate to {names} but got {found}");
                at.invalid_as(&quoted(text), &detail);
            }
            found
        }
        Err(fault) => {
            at.invalid_as(&quoted(text), &format!("compilation failed: ERROR: {fault}"));
            Type::Unknown
        }
    }
}

impl Wanted {
    /// Names what is wanted, if something else is certainly there.
    fn misses(self, found: Type) -> Option<&'static str> {
        let (fits, names) = match self {
            Self::Anything => return None,
            Self::Bool => (found == Type::Bool, "bool"),
            Self::Text => (found == Type::Text, "string"),
            Self::TextOrNull => {
                (matches!(found, Type::Text | Type::Null), "one of [string null_type]")
            }
            Self::Patches => (false, "list(JSONPatch)"),
            Self::Configuration => (false, "Object"),
        };
        (!fits && found != Type::Unknown).then_some(names)
    }
}

impl Type {
    /// Tells whether it is, or may be, another.
    pub(in crate::validate::rules) fn may_be(self, other: Self) -> bool {
        self == other || matches!(self, Self::Unknown | Self::Dyn)
    }

    /// Gives CEL's name.
    pub(in crate::validate::rules) fn name(self) -> &'static str {
        match self {
            Self::Unknown | Self::Dyn => "dyn",
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Uint => "uint",
            Self::Double => "double",
            Self::Text => "string",
            Self::Bytes => "bytes",
            Self::Null => "null_type",
            Self::List => "list",
            Self::Map => "map",
            Self::Timestamp => "google.protobuf.Timestamp",
            Self::Authorizer => "kubernetes.authorization.Authorizer",
            Self::Variables => "kubernetes.variables",
            Self::Struct(fields) => fields.name,
        }
    }

    /// Gives what can be compared with each other; nothing for what may be compared with anything.
    fn class(self) -> Option<u8> {
        match self {
            Self::Bool => Some(0),
            Self::Int | Self::Uint | Self::Double => Some(1),
            Self::Text => Some(2),
            Self::Bytes => Some(3),
            Self::List => Some(4),
            Self::Map => Some(5),
            Self::Struct(_) => Some(6),
            _ => None,
        }
    }

    fn is_number(self) -> bool {
        self.class() == Self::Int.class()
    }

    /// Tells whether the type has no parts, so that two of them are told apart by it alone.
    fn is_simple(self) -> bool {
        self == Self::Dyn || self.class().is_some_and(|class| class <= 3)
    }

    fn may_be_bool(self) -> bool {
        matches!(self, Self::Bool | Self::Dyn | Self::Unknown | Self::Null)
    }
}

/// Finds the types of an expression, whose depth was bounded when it was read.
struct Typist<'d, 'e> {
    declared: &'d Declared<'d>,
    bound: Vec<(&'e str, Type)>,
    /// whether a list may hold values of several types here, as the arguments of a format
    may_be_mixed: bool,
}

impl<'e> Typist<'_, 'e> {
    fn type_of(&mut self, expression: &'e IdedExpr) -> Result<Type, String> {
        Ok(match &expression.expr {
            Expr::Unspecified => Type::Unknown,
            Expr::Literal(literal) => literal_type(literal),
            Expr::Ident(name) => self.variable(name)?,
            Expr::Select(select) => {
                let operand = self.type_of(&select.operand)?;
                let field = self.field(operand, &select.field)?;
                if select.test { Type::Bool } else { field }
            }
            Expr::List(list) => {
                let elements = list.elements.iter().map(|element| self.type_of(element));
                let types = elements.collect::<Result<Vec<_>, _>>()?;
                self.of_one_type(&types)?;
                let is_open = |found: &Type| matches!(found, Type::Unknown | Type::Dyn);
                if types.iter().any(is_open) { Type::Unknown } else { Type::List }
            }
            Expr::Map(map) => {
                let (mut keys, mut values) = (Vec::new(), Vec::new());
                for entry in &map.entries {
                    if let EntryExpr::MapEntry(entry) = &entry.expr {
                        keys.push(self.type_of(&entry.key)?);
                        values.push(self.type_of(&entry.value)?);
                    }
                }
                self.of_one_type(&keys)?;
                self.of_one_type(&values)?;
                Type::Map
            }
            Expr::Struct(made) => {
                for entry in &made.entries {
                    if let EntryExpr::StructField(field) = &entry.expr {
                        self.type_of(&field.value)?;
                    }
                }
                Type::Unknown
            }
            Expr::Comprehension(made) => {
                self.type_of(&made.iter_range)?;
                let initial = self.type_of(&made.accu_init)?;
                let before = self.bound.len();
                self.bound.push((&made.iter_var, Type::Unknown));
                self.bound.extend(made.iter_var2.as_deref().map(|name| (name, Type::Unknown)));
                let accumulated = if initial == Type::Bool { initial } else { Type::Unknown };
                self.bound.push((&made.accu_var, accumulated));
                self.type_of(&made.loop_cond)?;
                self.type_of(&made.loop_step)?;
                let result = self.type_of(&made.result);
                self.bound.truncate(before);
                result?
            }
            Expr::Call(call) => return self.call(call),
        })
    }

    /// Refuses values of several types in one list or map.
    fn of_one_type(&self, types: &[Type]) -> Result<(), String> {
        let mut simple = types.iter().filter(|found| found.is_simple());
        let Some(first) = simple.next() else { return Ok(()) };
        match simple.find(|found| *found != first) {
            Some(other) if !self.may_be_mixed => {
                let (first, other) = (first.name(), other.name());
                Err(format!("expected type '{first}' but found '{other}'"))
            }
            _ => Ok(()),
        }
    }

    fn variable(&self, name: &str) -> Result<Type, String> {
        let name = name.trim_start_matches('.');
        if let Some((_, found)) = self.bound.iter().rev().find(|(bound, _)| *bound == name) {
            return Ok(*found);
        }
        let declared = self.declared;
        let (is_declared, found) = match name {
            "object" | "oldObject" => (true, Type::Dyn),
            "request" => (true, Type::Struct(&REQUEST)),
            "namespaceObject" => (true, Type::Struct(&NAMESPACE)),
            "params" => (declared.has_params, Type::Dyn),
            "authorizer" => (declared.has_authorizer, Type::Authorizer),
            "variables" => (declared.variables.is_some(), Type::Variables),
            "Object" | "JSONPatch" | "jsonpatch" => (declared.has_patches, Type::Unknown),
            _ => (true, Type::Unknown),
        };
        if is_declared {
            return Ok(found);
        }
        Err(format!("undeclared reference to '{name}' (in container '')"))
    }

    fn field(&self, operand: Type, field: &str) -> Result<Type, String> {
        let undefined = || format!("undefined field '{field}'");
        match operand {
            Type::Dyn => Ok(Type::Dyn),
            Type::Struct(fields) => {
                let found = fields.fields.iter().find(|(name, _)| *name == field);
                found.map(|(_, found)| *found).ok_or_else(undefined)
            }
            Type::Variables => {
                let variables = self.declared.variables.iter().flatten();
                let mut found = variables.filter(|(name, _)| *name == field);
                found.next_back().map(|(_, found)| *found).ok_or_else(undefined)
            }
            Type::Bool | Type::Int | Type::Uint | Type::Double | Type::Text | Type::Bytes => {
                Err(format!("type '{}' does not support field selection", operand.name()))
            }
            _ => Ok(Type::Unknown),
        }
    }

    fn call(&mut self, call: &'e cel::common::ast::CallExpr) -> Result<Type, String> {
        let name = call.func_name.as_str();
        let binds_names = call.target.is_some()
            && matches!(
                (name, call.args.len()),
                ("optMap" | "optFlatMap" | "sortBy", 2)
                    | ("all" | "exists" | "exists_one" | "existsOne", 3)
                    | ("transformList" | "transformMap" | "transformMapEntry", 3 | 4)
            );
        if binds_names {
            // The names that these bind are of unknown type, and so is all that is made of them.
            return Ok(Type::Unknown);
        }
        let before = self.may_be_mixed;
        self.may_be_mixed |= name == "format";
        let target = call.target.as_deref().map(|target| self.type_of(target)).transpose()?;
        let types: Result<Vec<_>, _> = call.args.iter().map(|part| self.type_of(part)).collect();
        self.may_be_mixed = before;
        let types = types?;
        if name == "matches"
            && let Some(Expr::Literal(LiteralValue::String(pattern))) =
                call.args.first().map(|part| &part.expr)
            && let Err(fault) = patterns::compile(pattern.inner())
            // One that is too large to be compiled here is not wrong for that.
            && fault.starts_with("regex parse error")
        {
            return Err("invalid matches argument".to_owned());
        }
        let no_overload = || {
            let names: Vec<_> = target.iter().chain(&types).map(|found| found.name()).collect();
            format!("found no matching overload for '{name}' applied to '({})'", names.join(", "))
        };
        let differ = || match types[..] {
            [left, right] => {
                left.class().zip(right.class()).is_some_and(|(left, right)| left != right)
            }
            _ => false,
        };
        match name {
            operators::LOGICAL_AND | operators::LOGICAL_OR | operators::LOGICAL_NOT => {
                if !types.iter().all(|found| found.may_be_bool()) {
                    return Err(no_overload());
                }
                Ok(Type::Bool)
            }
            operators::EQUALS | operators::NOT_EQUALS => {
                let are_numbers = types.iter().all(|found| found.is_number());
                if differ() || are_numbers && types.first() != types.last() {
                    return Err(no_overload());
                }
                Ok(Type::Bool)
            }
            operators::LESS
            | operators::LESS_EQUALS
            | operators::GREATER
            | operators::GREATER_EQUALS => {
                if differ() {
                    Err(no_overload())
                } else {
                    Ok(Type::Bool)
                }
            }
            operators::ADD | operators::SUBSTRACT | operators::MULTIPLY | operators::DIVIDE => {
                if differ() {
                    return Err(no_overload());
                }
                Ok(match types[..] {
                    [left, right] if left == right && left.class().is_some_and(|c| c != 4) => left,
                    _ => Type::Unknown,
                })
            }
            operators::CONDITIONAL => match types[..] {
                [condition, _, _] if !condition.may_be_bool() => Err(no_overload()),
                [_, left, right] if left == right => Ok(left),
                _ => Ok(Type::Unknown),
            },
            operators::INDEX => Ok(match types[..] {
                [Type::Dyn, _] => Type::Dyn,
                _ => Type::Unknown,
            }),
            "startsWith" | "endsWith" | "contains" if target.is_none() => Err(no_overload()),
            operators::IN | "startsWith" | "endsWith" | "contains" | "matches" => Ok(Type::Bool),
            "size" => match target.iter().chain(&types).collect::<Vec<_>>()[..] {
                [of] if !of.is_number() && *of != Type::Bool => Ok(Type::Int),
                _ => Err(no_overload()),
            },
            "string" | "int" | "bool" if target.is_none() && types.len() != 1 => Err(no_overload()),
            "string" if target.is_none() => Ok(Type::Text),
            "int" if target.is_none() => Ok(Type::Int),
            "bool" if target.is_none() => Ok(Type::Bool),
            _ => Ok(Type::Unknown),
        }
    }
}

fn literal_type(literal: &LiteralValue) -> Type {
    match literal {
        LiteralValue::Boolean(_) => Type::Bool,
        LiteralValue::Int(_) => Type::Int,
        LiteralValue::UInt(_) => Type::Uint,
        LiteralValue::Double(_) => Type::Double,
        LiteralValue::String(_) => Type::Text,
        LiteralValue::Bytes(_) => Type::Bytes,
        LiteralValue::Null => Type::Null,
    }
}
