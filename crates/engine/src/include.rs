//! `include` and `tpl`: templates executed from within templates, with Helm's limit on nesting.
//!
//! Source: `includeFun` and `tplFun` in `pkg/engine/engine.go`, Helm v4.

use std::sync::Arc;

use pintle_gotmpl::value::number::quote;
use pintle_gotmpl::{Env, FuncError, Function, Str, TemplateSet, Type, Value};

use crate::render::{NO_VALUE, host, without_no_value};

/// How often one name may be included within itself, plus one.
const MAX_INCLUDE_DEPTH: usize = 1000;

/// How many compiled `tpl` texts a render keeps at once.
const MAX_COMPILED: usize = 10_000;

/// The name of Helm's root template, under which the text of a `tpl` call is parsed.
pub(crate) const ROOT_NAME: &str = "gotpl";

pub(crate) const FUNCTIONS: &[Function] = &[
    Function::new("include", &[Type::String, Type::Any], include),
    Function::new("tpl", &[Type::String, Type::Any], tpl),
];

/// `include NAME DATA`: executes a named template and gives its output as a string.
fn include(env: &mut Env<'_, '_>, args: &[Value]) -> Result<Value, FuncError> {
    let [Value::String(name), data] = args else { unreachable!("the signature was checked") };
    let host = host(env);
    let making = match data {
        Value::Map(map) => match host.memo.begin(env.templates(), name, map) {
            Ok(text) => return Ok(Value::String(text)),
            Err(making) => making,
        },
        _ => None,
    };
    {
        let mut included = host.included.borrow_mut();
        let times = |included: &[Str]| included.iter().filter(|other| *other == name).count();
        if included.len() > MAX_INCLUDE_DEPTH && times(&included) > MAX_INCLUDE_DEPTH {
            return Err(FuncError::new(format!(
                "rendering template has a nested reference name: {}: unable to execute template",
                name.to_str_lossy()
            )));
        }
        included.push(name.clone());
    }
    let output = env.execute(name, data);
    host.included.borrow_mut().pop();
    let output = output?;
    if let Some(making) = making {
        host.memo.end(making, &output);
    }
    Ok(Value::String(output))
}

/// `tpl TEXT DATA`: executes a string as a template that sees all others.
fn tpl(env: &mut Env<'_, '_>, args: &[Value]) -> Result<Value, FuncError> {
    let [Value::String(text), data] = args else { unreachable!("the signature was checked") };
    if memchr::memmem::find(text.as_bytes(), b"{{").is_none() {
        return Ok(Value::String(clean(text)));
    }
    let quoted = || quote(text.as_bytes());
    let set = compile(env, text)
        .map_err(|error| FuncError::new(format!("cannot parse template {}: {error}", quoted())))?;
    match env.execute_in(&set, ROOT_NAME, data) {
        Ok(output) => Ok(Value::String(clean(&output))),
        Err(error) => Err(FuncError {
            message: format!("error during tpl function execution for {}", quoted()),
            cause: Some(Box::new(error)),
        }),
    }
}

/// Parses a `tpl` text, or finds it where an earlier call of this render has put it.
fn compile(env: &Env<'_, '_>, text: &Str) -> Result<Arc<TemplateSet>, pintle_gotmpl::ParseError> {
    let host = host(env);
    let parent = env.templates();
    let key = (std::ptr::from_ref(parent) as usize, text.clone());
    if let Some(set) = host.compiled.borrow().get(&key) {
        return Ok(Arc::clone(set));
    }
    let mut set = parent.overlay();
    set.parse_main(ROOT_NAME, text.as_bytes())?;
    let set = Arc::new(set);
    // The address is that of a set which is being executed: the root's, or one that this very map holds.
    let mut compiled = host.compiled.borrow_mut();
    if compiled.len() >= MAX_COMPILED {
        compiled.clear();
    }
    compiled.insert(key, Arc::clone(&set));
    Ok(set)
}

fn clean(text: &Str) -> Str {
    if memchr::memmem::find(text.as_bytes(), NO_VALUE).is_none() {
        return text.clone();
    }
    without_no_value(text.as_bytes().to_vec()).into()
}
