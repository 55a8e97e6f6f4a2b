//! The functions every template may call: `and`, `index`, `printf` and the others of Go's own.
//!
//! Arguments come checked against the parameter types. Where Go's function takes a `reflect.Value`, nil
//! comes as it is.
//!
//! Source: Go's `text/template/funcs.go`.

#![expect(clippy::unnecessary_wraps, reason = "every body has the type `Native`")]

use std::borrow::Cow;

use crate::func::{Env, FuncError, Function};
use crate::printf::{append_formatted, append_operands, sprint, sprintln};
use crate::value::compare::{eq, le, lt};
use crate::value::number::is_print;
use crate::value::print::{append_argument, type_text};
use crate::value::truth::is_true;
use crate::value::{Kind, List, Str, Type, UintType, Value};

type Result = std::result::Result<Value, FuncError>;

const ANY: &[Type] = &[Type::Any];
const REFLECT: &[Type] = &[Type::Reflect];
const REFLECT_2: &[Type] = &[Type::Reflect, Type::Reflect];
const FORMAT: &[Type] = &[Type::String, Type::Any];

/// Go's builtin functions, in alphabetical order.
///
/// `and`, `or` and `call` are executed by `exec`, which evaluates no more arguments than it must and knows
/// how the function to call was written; their bodies serve whoever calls them with all arguments at hand.
pub(crate) static BUILTINS: &[Function] = &[
    Function::variadic("and", REFLECT_2, and),
    Function::variadic("call", REFLECT_2, call),
    Function::variadic("eq", REFLECT_2, equal),
    Function::new("ge", REFLECT_2, greater_or_equal),
    Function::new("gt", REFLECT_2, greater),
    Function::variadic("html", ANY, html),
    Function::variadic("index", REFLECT_2, index),
    Function::variadic("js", ANY, js),
    Function::new("le", REFLECT_2, less_or_equal),
    Function::new("len", REFLECT, len),
    Function::new("lt", REFLECT_2, less),
    Function::new("ne", REFLECT_2, not_equal),
    Function::new("not", REFLECT, not),
    Function::variadic("or", REFLECT_2, or),
    Function::variadic("print", ANY, print),
    Function::variadic("printf", FORMAT, printf),
    Function::variadic("println", ANY, println),
    Function::variadic("slice", REFLECT_2, slice),
    Function::variadic("urlquery", ANY, urlquery),
];

fn refuse<T>(text: impl Into<String>) -> std::result::Result<T, FuncError> {
    Err(FuncError::new(text))
}

fn first_or_last(args: &[Value], wanted: bool) -> Value {
    let found = args.iter().find(|arg| is_true(arg) == wanted);
    found.or(args.last()).cloned().unwrap_or(Value::Nil)
}

fn and(_: &mut Env<'_, '_>, args: &[Value]) -> Result {
    Ok(first_or_last(args, false))
}

fn or(_: &mut Env<'_, '_>, args: &[Value]) -> Result {
    Ok(first_or_last(args, true))
}

fn not(_: &mut Env<'_, '_>, args: &[Value]) -> Result {
    Ok(Value::Bool(!is_true(&args[0])))
}

fn call(_: &mut Env<'_, '_>, args: &[Value]) -> Result {
    match &args[0] {
        Value::Nil => refuse("call of nil"),
        value => {
            let text = String::from_utf8_lossy(&sprint(&args[..1])).into_owned();
            refuse(format!("non-function {text} of type {}", type_text(value)))
        }
    }
}

fn equal(_: &mut Env<'_, '_>, args: &[Value]) -> Result {
    if args.len() == 1 {
        return refuse("missing argument for comparison");
    }
    for arg in &args[1..] {
        if eq(&args[0], arg)? {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}

fn not_equal(_: &mut Env<'_, '_>, args: &[Value]) -> Result {
    Ok(Value::Bool(!eq(&args[0], &args[1])?))
}

fn less(_: &mut Env<'_, '_>, args: &[Value]) -> Result {
    Ok(Value::Bool(lt(&args[0], &args[1])?))
}

fn less_or_equal(_: &mut Env<'_, '_>, args: &[Value]) -> Result {
    Ok(Value::Bool(le(&args[0], &args[1])?))
}

fn greater(_: &mut Env<'_, '_>, args: &[Value]) -> Result {
    Ok(Value::Bool(!le(&args[0], &args[1])?))
}

fn greater_or_equal(_: &mut Env<'_, '_>, args: &[Value]) -> Result {
    Ok(Value::Bool(!lt(&args[0], &args[1])?))
}

fn print(_: &mut Env<'_, '_>, args: &[Value]) -> Result {
    Ok(Value::string(sprint(args)))
}

fn println(_: &mut Env<'_, '_>, args: &[Value]) -> Result {
    Ok(Value::string(sprintln(args)))
}

fn printf(env: &mut Env<'_, '_>, args: &[Value]) -> Result {
    let format = args[0].as_bytes().unwrap_or_default();
    let text = env.text(|out| {
        append_formatted(out, format, &args[1..]);
        Ok::<_, FuncError>(())
    })?;
    Ok(Value::String(text))
}

/// Gives what a value of a host's named basic, slice or map type is made of, and other values as they are.
fn underlying(value: &Value) -> Cow<'_, Value> {
    match value {
        Value::Object(object) => object.underlying().map_or(Cow::Borrowed(value), Cow::Owned),
        _ => Cow::Borrowed(value),
    }
}

/// Gives the type of what a value is, or points to, for Go's errors.
fn pointed_type(value: &Value) -> Cow<'static, str> {
    let name = type_text(value);
    if value.kind() == Kind::Ptr
        && let Some(pointee) = name.strip_prefix('*')
    {
        return Cow::Owned(pointee.to_owned());
    }
    name
}

fn len(env: &mut Env<'_, '_>, args: &[Value]) -> Result {
    let length = match &*underlying(&args[0]) {
        Value::String(s) => s.len(),
        Value::List(list) => list.len(),
        Value::Map(map) => map.len(),
        Value::Nil if env.is_typed_nil(0) => return refuse("len of nil pointer"),
        // What Go's reflection says in its panic.
        Value::Nil => return refuse("reflect: call of reflect.Value.Type on zero Value"),
        _ => return refuse(format!("len of type {}", pointed_type(&args[0]))),
    };
    Ok(Value::int(i64::try_from(length).unwrap_or(i64::MAX)))
}

fn index(_: &mut Env<'_, '_>, args: &[Value]) -> Result {
    let mut item = args[0].clone();
    if item.is_nil() {
        return refuse("index of untyped nil");
    }
    for key in &args[1..] {
        item = index_once(&item, key)?;
    }
    Ok(item)
}

fn index_once(item: &Value, key: &Value) -> Result {
    match &*underlying(item) {
        Value::Nil => refuse("index of nil pointer"),
        Value::String(s) => match s.as_bytes().get(checked_index(key, s.len())?) {
            Some(byte) => Ok(Value::Uint(UintType::Uint8, u64::from(*byte))),
            // Go lets the length itself pass its check, and then panics.
            None => refuse("reflect: string index out of range"),
        },
        Value::List(list) => match list.get(checked_index(key, list.len())?) {
            Some(element) => Ok(element.clone()),
            None => refuse("reflect: slice index out of range"),
        },
        Value::Map(map) => match key {
            Value::String(key) => Ok(map.get(key).unwrap_or_else(|| map.element().zero())),
            Value::Nil => refuse("value is nil; should be of type string"),
            _ => refuse(format!("value has type {}; should be string", type_text(key))),
        },
        _ => refuse(format!("can't index item of type {}", pointed_type(item))),
    }
}

/// Gives an index into something of length `length`; the length itself is let through, as in Go.
fn checked_index(key: &Value, length: usize) -> std::result::Result<usize, FuncError> {
    let number = match &*underlying(key) {
        Value::Int(_, n) => *n,
        Value::Uint(_, n) => n.cast_signed(),
        Value::Nil => return refuse("cannot index slice/array with nil"),
        _ => return refuse(format!("cannot index slice/array with type {}", type_text(key))),
    };
    match usize::try_from(number) {
        Ok(idx) if idx <= length => Ok(idx),
        _ => refuse(format!("index out of range: {number}")),
    }
}

fn slice(env: &mut Env<'_, '_>, args: &[Value]) -> Result {
    let indexes = &args[1..];
    let item = underlying(&args[0]);
    if item.is_nil() {
        return refuse("slice of untyped nil");
    }
    if indexes.len() > 3 {
        return refuse(format!("too many slice indexes: {}", indexes.len()));
    }
    let length = match &*item {
        Value::String(_) if indexes.len() == 3 => return refuse("cannot 3-index slice a string"),
        Value::String(s) => s.len(),
        Value::List(list) => list.len(),
        _ => return refuse(format!("can't slice item of type {}", pointed_type(&args[0]))),
    };
    // Slices here have no room behind them: capacity is length.
    let mut bounds = [0, length, length];
    for (n, (bound, key)) in bounds.iter_mut().zip(indexes).enumerate() {
        // `index` looks through an interface, this does not.
        if env.is_interface(n + 1) {
            return refuse("cannot index slice/array with type interface {}");
        }
        *bound = checked_index(key, length)?;
    }
    let [from, to, capacity] = bounds;
    if from > to {
        return refuse(format!("invalid slice index: {from} > {to}"));
    }
    if to > capacity {
        return refuse(format!("invalid slice index: {to} > {capacity}"));
    }
    Ok(match &*item {
        Value::String(s) => Value::string(&s.as_bytes()[from..to]),
        Value::List(list) if list.is_nil() => Value::List(list.clone()),
        Value::List(list) => Value::List(List::of(list.element(), &list[from..to])),
        _ => Value::Nil,
    })
}

/// Gives the text of a function's operands as actions write them: what `html`, `js` and `urlquery` escape.
fn text_of(args: &[Value]) -> Str {
    if let [Value::String(s)] = args {
        return s.clone();
    }
    let mut out = Vec::new();
    // What is missing becomes a string, and so needs no space beside it.
    let args: Vec<Value> = args
        .iter()
        .map(|arg| match arg {
            Value::Nil => Value::string(crate::value::print::NO_VALUE),
            _ => arg.clone(),
        })
        .collect();
    append_operands(&mut out, &args, append_argument);
    Str::from(out)
}

fn html(_: &mut Env<'_, '_>, args: &[Value]) -> Result {
    let text = text_of(args);
    let escape = |byte: u8| match byte {
        0 => Some("\u{fffd}"),
        b'"' => Some("&#34;"),
        b'\'' => Some("&#39;"),
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        _ => None,
    };
    if !text.as_bytes().iter().any(|&byte| escape(byte).is_some()) {
        return Ok(Value::String(text));
    }
    let mut out = Vec::with_capacity(text.len() + 16);
    for &byte in text.as_bytes() {
        match escape(byte) {
            Some(entity) => out.extend_from_slice(entity.as_bytes()),
            None => out.push(byte),
        }
    }
    Ok(Value::string(out))
}

fn js(_: &mut Env<'_, '_>, args: &[Value]) -> Result {
    let text = text_of(args);
    let mut out = Vec::with_capacity(text.len() + 16);
    for chunk in text.as_bytes().utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\\' => out.extend_from_slice(br"\\"),
                '\'' => out.extend_from_slice(br"\'"),
                '"' => out.extend_from_slice(br#"\""#),
                '<' | '>' | '&' | '=' | '\0'..='\x1f' => append_js_escape(&mut out, c),
                _ if c.is_ascii() || is_print(u32::from(c)) => {
                    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                }
                _ => append_js_escape(&mut out, c),
            }
        }
        // U+FFFD, which Go takes a bad byte for, is printable: the byte stays as it is.
        out.extend_from_slice(chunk.invalid());
    }
    Ok(Value::string(out))
}

fn append_js_escape(out: &mut Vec<u8>, c: char) {
    out.extend_from_slice(format!("\\u{:04X}", u32::from(c)).as_bytes());
}

fn urlquery(_: &mut Env<'_, '_>, args: &[Value]) -> Result {
    let text = text_of(args);
    let mut out = Vec::with_capacity(text.len() + 16);
    for &byte in text.as_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(byte),
            b' ' => out.push(b'+'),
            _ => {
                let digits = b"0123456789ABCDEF";
                let escaped =
                    [b'%', digits[usize::from(byte >> 4)], digits[usize::from(byte & 0xf)]];
                out.extend_from_slice(&escaped);
            }
        }
    }
    Ok(Value::string(out))
}
