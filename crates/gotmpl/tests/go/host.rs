//! The functions and types of a host, the same as in `xtask/oracle/gotmplhost.go`.

#![expect(clippy::unnecessary_wraps, reason = "every body has the type `Native`")]

use std::any::Any;
use std::borrow::Cow;
use std::rc::Rc;

use pintle_gotmpl::printf::sprintf;
use pintle_gotmpl::value::number::quote;
use pintle_gotmpl::{
    Env, FuncError, FuncMap, Function, IntType, Kind, List, Object, Str, Type, UintType, Value,
};

type Result = std::result::Result<Value, FuncError>;

const VALUES: &str = "main.hostValues";
const MACHINE: &str = "*main.hostMachine";

/// Gives the functions that cases of `gotmpl-host` may call.
pub(crate) fn functions() -> FuncMap {
    let mut functions = FuncMap::new();
    functions.extend(&[
        Function::new("showInt", &[Type::INT], show),
        Function::new("showInt8", &[Type::Int(IntType::Int8)], show),
        Function::new("showInt64", &[Type::INT64], show),
        Function::new("showUint8", &[Type::Uint(UintType::Uint8)], show),
        Function::new("showUint64", &[Type::Uint(UintType::Uint64)], show),
        Function::new("showFloat", &[Type::Float64], show),
        Function::new("showBool", &[Type::Bool], show),
        Function::new("showComplex", &[Type::Complex128], show),
        Function::new("showString", &[Type::String], show),
        Function::new("showAny", &[Type::Any], show),
        Function::new("showList", &[Type::LIST], show),
        Function::new("showStrings", &[Type::STRINGS], show),
        Function::new("showMap", &[Type::MAP], show),
        Function::new("showStringMap", &[Type::STRING_MAP], show),
        Function::new("showTwo", &[Type::String, Type::INT], show_two),
        Function::variadic("showInts", &[Type::INT], |_, args| {
            Ok(shown(&Value::List(List::of(&Type::INT, args))))
        }),
        Function::variadic("showMixed", &[Type::String, Type::Float64], show_mixed),
        Function::new("showMachine", &[Type::Named(MACHINE)], |_, _| Ok(Value::string(MACHINE))),
        Function::new("isNilMap", &[Type::MAP], |env, _| Ok(Value::Bool(env.is_typed_nil(0)))),
        Function::new("isNilList", &[Type::LIST], |_, args| {
            Ok(Value::Bool(args[0].as_list().unwrap().is_nil()))
        }),
        Function::new("zero", &[], |_, _| Ok(Value::int(0))),
        Function::new("nothing", &[], |_, _| Ok(Value::Nil)),
        Function::variadic("strings", &[Type::String], |_, args| {
            Ok(Value::List(List::of(&Type::String, args)))
        }),
        Function::variadic("list", &[Type::Any], |_, args| Ok(Value::list(args))),
        Function::new("int64", &[Type::INT], |_, args| match args[0] {
            Value::Int(_, n) => Ok(Value::int64(n)),
            _ => unreachable!(),
        }),
        Function::new("uint8", &[Type::Uint(UintType::Uint8)], |_, args| Ok(args[0].clone())),
        Function::new("stringMap", &[Type::String, Type::String], |_, args| {
            let key = Str::from(args[0].as_bytes().unwrap());
            let entries = [(key, args[1].clone())].into_iter().collect();
            Ok(Value::Map(pintle_gotmpl::Map::of(&Type::STRING_MAP, entries)))
        }),
        Function::new("values", &[Type::MAP], |_, args| {
            Ok(Value::Map(args[0].as_map().unwrap().with_type(&Type::Named(VALUES))))
        }),
        Function::new("machine", &[Type::String], |_, args| {
            Ok(Value::Object(Rc::new(Machine { name: text(&args[0]) })))
        }),
        Function::new("fail", &[Type::String], |_, args| Err(FuncError::new(text(&args[0])))),
        Function::new("panic", &[Type::String], |_, args| Err(FuncError::new(text(&args[0])))),
        Function::new("include", &[Type::String, Type::Any], include),
        Function::new("tpl", &[Type::String, Type::Any], tpl),
    ]);
    functions.add_method(
        VALUES,
        Function::new("Size", &[], |_, args| {
            Ok(Value::int(i64::try_from(args[0].as_map().unwrap().len()).unwrap()))
        }),
    );
    functions.add_method(
        VALUES,
        Function::new("Get", &[Type::String], |_, args| {
            let key = text(&args[1]);
            let found = args[0].as_map().unwrap().get(&key);
            found.ok_or_else(|| FuncError::new(format!("no key {key}")))
        }),
    );
    functions
}

fn text(value: &Value) -> String {
    String::from_utf8_lossy(value.as_bytes().unwrap()).into_owned()
}

fn shown(value: &Value) -> Value {
    Value::string(sprintf(b"%T %v", &[value.clone(), value.clone()]))
}

fn joined(a: &Value, b: &Value) -> Value {
    Value::string([a.as_bytes().unwrap(), b.as_bytes().unwrap()].join(&b' '))
}

fn show(_: &mut Env<'_, '_>, args: &[Value]) -> Result {
    Ok(shown(&args[0]))
}

fn show_two(_: &mut Env<'_, '_>, args: &[Value]) -> Result {
    Ok(joined(&shown(&args[0]), &shown(&args[1])))
}

fn show_mixed(_: &mut Env<'_, '_>, args: &[Value]) -> Result {
    let rest = Value::List(List::of(&Type::Float64, &args[1..]));
    Ok(joined(&shown(&args[0]), &shown(&rest)))
}

fn include(env: &mut Env<'_, '_>, args: &[Value]) -> Result {
    Ok(Value::String(env.execute(text(&args[0]), &args[1])?))
}

fn tpl(env: &mut Env<'_, '_>, args: &[Value]) -> Result {
    let source = text(&args[0]);
    let quoted = quote(source.as_bytes());
    let mut set = env.templates().overlay();
    let name = set.name().to_owned();
    set.parse_main(&name, &source)
        .map_err(|error| FuncError::new(format!("cannot parse template {quoted}: {error}")))?;
    env.execute_in(&set, &name, &args[1]).map(Value::String).map_err(|error| {
        let message = format!("error during tpl function execution for {quoted}");
        FuncError::wrapping(message, error)
    })
}

/// A struct with fields and methods, seen through a pointer.
#[derive(Debug)]
struct Machine {
    name: String,
}

impl Object for Machine {
    fn type_name(&self) -> Cow<'static, str> {
        MACHINE.into()
    }

    fn kind(&self) -> Kind {
        Kind::Ptr
    }

    fn field(&self, name: &str) -> Option<Value> {
        match name {
            "Name" => Some(Value::string(self.name.as_str())),
            "Tags" => Some(Value::List(List::strings(["a", "b"]))),
            "Any" => Some(Value::Nil),
            _ => None,
        }
    }

    fn signature(&self, method: &str) -> Option<(&'static [Type], bool)> {
        match method {
            "Hello" => Some((&[Type::String], false)),
            "Sum" => Some((&[Type::INT, Type::INT], true)),
            "Fail" => Some((&[], false)),
            _ => None,
        }
    }

    fn call(&self, name: &str, args: &[Value]) -> Option<Result> {
        Some(match name {
            "Hello" => Ok(Value::string(format!("{} greets {}", self.name, text(&args[0])))),
            "Sum" => Ok(Value::int(
                args.iter().map(|n| if let Value::Int(_, n) = n { *n } else { 0 }).sum(),
            )),
            "Fail" => Err(FuncError::new("machine is broken")),
            _ => return None,
        })
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
