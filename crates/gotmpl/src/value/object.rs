//! Values of types that the host brings.

use std::any::Any;
use std::borrow::Cow;
use std::fmt;

use super::{Kind, Str, Type, Value};
use crate::func::FuncError;

/// A value of a type that the host brings: a struct, a pointer to one, a named type with methods.
///
/// Only what templates can observe is asked for. Defaults fit a plain struct.
pub trait Object: fmt::Debug {
    /// Gives Go's name of the type: `time.Time`, `*common.Capabilities`.
    fn type_name(&self) -> Cow<'static, str>;

    /// Gives Go's kind.
    fn kind(&self) -> Kind {
        Kind::Struct
    }

    /// Gives an exported field.
    fn field(&self, _name: &str) -> Option<Value> {
        None
    }

    /// Calls an exported method; `None` if the type has no such method.
    fn call(&self, _name: &str, _args: &[Value]) -> Option<Result<Value, FuncError>> {
        None
    }

    /// Gives the parameter types of an exported method and whether it is variadic, if the type has it and
    /// wants its arguments checked before [`Object::call`]; otherwise `call` gets them as they come.
    fn signature(&self, _method: &str) -> Option<(&'static [Type], bool)> {
        None
    }

    /// Gives what Go says of an exported method that no template can call, since it gives more than a value and an error.
    fn bad_results(&self, _method: &str) -> Option<&'static str> {
        None
    }

    /// Gives what `%v` prints, if that is not the fields in braces: a `String()` method, say.
    fn display(&self) -> Option<Str> {
        None
    }

    /// Gives what `%#v` prints, if the type has a `GoString()` method.
    fn go_string(&self) -> Option<Str> {
        None
    }

    /// Gives the fields in their order of declaration, for printing and for JSON. Those with a small first letter are only
    /// printed.
    fn fields(&self) -> Vec<(&'static str, Value)> {
        Vec::new()
    }

    /// Gives the value of the underlying basic, slice or map type, for a named type such as
    /// `time.Duration`; comparison, truth, length, indexing, range and printf verbs use it.
    fn underlying(&self) -> Option<Value> {
        None
    }

    /// Gives what an `interface {}` holds of the object, if that is not the object: what is reached through a pointer has the
    /// methods of the pointer, its copy has not.
    fn in_interface(&self) -> Option<Value> {
        None
    }

    /// Gives what an action prints of a value it reaches through a pointer, if that is not what `%v` prints: a `String()` method
    /// of the pointer's type.
    fn display_through_pointer(&self) -> Option<Str> {
        None
    }

    /// Gives the members `encoding/json` writes of a struct, in its order, if those are not [`Object::fields`] by name.
    fn json_fields(&self) -> Option<Vec<(Cow<'static, str>, Value)>> {
        None
    }

    /// Gives what `encoding/json` says of the object, if it cannot marshal it.
    fn json_error(&self) -> Option<String> {
        None
    }

    /// Gives what `encoding/json` would marshal, if that is no struct.
    fn to_json(&self) -> Option<Value> {
        None
    }

    /// Gives what a copy field by field makes of the object, if that is not the same: fields with a small first letter are lost.
    fn deep_copy(&self) -> Option<Value> {
        None
    }

    /// Gives the object itself, for the host to recognise its own types.
    fn as_any(&self) -> &dyn Any;
}
