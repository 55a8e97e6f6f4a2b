//! Types and kinds of values.
//!
//! Source: `reflect.go` in Sprig.

use pintle_gotmpl::value::compare::deep_equal;
use pintle_gotmpl::value::print::type_name;
use pintle_gotmpl::{Function, Type, Value};

use super::arguments::bytes;

/// The functions of this family.
pub(crate) const FUNCTIONS: &[Function] = &[
    Function::new("typeOf", &[Type::Any], |_, args| Ok(Value::string(type_name(&args[0])))),
    Function::new("typeIs", &[Type::String, Type::Any], |_, args| {
        Ok(Value::Bool(bytes(args, 0) == type_name(&args[1]).as_bytes()))
    }),
    Function::new("typeIsLike", &[Type::String, Type::Any], |_, args| {
        let name = type_name(&args[1]);
        let (name, wanted) = (name.as_bytes(), bytes(args, 0));
        Ok(Value::Bool(name == wanted || name.strip_prefix(b"*") == Some(wanted)))
    }),
    Function::new("kindOf", &[Type::Any], |_, args| Ok(Value::string(args[0].kind().name()))),
    Function::new("kindIs", &[Type::String, Type::Any], |_, args| {
        Ok(Value::Bool(bytes(args, 0) == args[1].kind().name().as_bytes()))
    }),
    Function::new("deepEqual", &[Type::Any, Type::Any], |_, args| {
        Ok(Value::Bool(deep_equal(&args[0], &args[1])))
    }),
];
