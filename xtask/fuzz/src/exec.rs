//! Executions of templates: the same each time, within their limits, and the same for a template as it is printed.

use std::any::Any;
use std::cell::LazyCell;
use std::sync::Arc;

use pintle_gotmpl::{
    Env, ExecError, FuncError, FuncMap, Function, Limits, Map, MissingKey, TemplateSet, Type, Value,
};

use super::parser::is_printed_well;

/// So that a loop costs little, and a template in itself needs no more stack than there is.
const LIMITS: Limits = Limits { steps: 300, output: 16 << 10 };

/// The most digits in a row that are looked at: a width of seven is a megabyte of spaces.
const MAX_DIGITS: usize = 3;

/// The most one text or value can add to output that is still within its limit.
const MAX_EXCESS: usize = 2 << 20;

const MAIN: &str = "main";

thread_local! {
    static FUNCTIONS: LazyCell<Arc<FuncMap>> = LazyCell::new(|| functions().into());
}

/// What an execution wrote, and how it ended.
type Outcome = (Vec<u8>, Result<(), ExecError>);

/// Checks how a template is executed. The first byte says what a missing key gives.
///
/// # Panics
///
/// If the execution is at fault.
pub fn check(data: &[u8]) {
    let Some((choice, text)) = data.split_first() else { return };
    if text.split(|byte| !byte.is_ascii_digit()).any(|digits| digits.len() > MAX_DIGITS) {
        return;
    }
    let missing_key = match choice % 3 {
        0 => MissingKey::Invalid,
        1 => MissingKey::Zero,
        _ => MissingKey::Error,
    };
    let empty = TemplateSet::new(FUNCTIONS.with(|functions| Arc::clone(functions)))
        .with_limits(LIMITS)
        .with_missing_key(missing_key);
    let mut set = empty.clone();
    if set.parse_main(MAIN, text).is_err() {
        return;
    }
    let outcome = execute(&set);
    check_outcome(text, &outcome);
    // What was looked up is remembered, which must not show.
    let (again, result_again) = execute(&set);
    assert_eq!(again, outcome.0, "executed twice");
    assert_eq!(words(&result_again), words(&outcome.1), "executed twice");
    if is_printed_well(text) {
        check_form(&set, empty, &outcome);
    }
}

fn execute(set: &TemplateSet) -> Outcome {
    let mut out = Vec::new();
    let result = set.execute(MAIN, &data(), &(), &mut out);
    (out, result)
}

fn words(result: &Result<(), ExecError>) -> Option<String> {
    result.as_ref().err().map(ToString::to_string)
}

fn check_outcome(text: &[u8], (out, result): &Outcome) {
    assert!(out.len() <= LIMITS.output + MAX_EXCESS, "{} bytes of output", out.len());
    let Err(error) = result else { return };
    assert!(!error.message.is_empty(), "an error without words");
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(place) = error.place.as_ref().filter(|_| &*error.parse_name == MAIN) {
            let before = &text[..place.offset];
            let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
            let line = before.split(|byte| *byte == b'\n').count();
            assert_eq!((place.line, place.column), (line, before.len() - line_start), "{error}");
        }
        next = error.inner();
    }
}

/// Checks that templates as they are printed do what they did as they were written.
fn check_form(set: &TemplateSet, empty: TemplateSet, (out, result): &Outcome) {
    let mut printed = empty;
    for name in set.names() {
        let form = set.normal_form(name).expect("it is in the set");
        printed.parse_main(name, form).expect("what is printed parses");
    }
    let (out_again, result_again) = execute(&printed);
    let message =
        |result: &Result<(), ExecError>| result.as_ref().err().map(|error| error.message.clone());
    assert_eq!(message(&result_again), message(result), "as printed");
    // Comments split a text, and it is after each part that the limit of output is looked at.
    let is_full = message(result).is_some_and(|message| message.contains("maximum output size"));
    if is_full {
        return;
    }
    assert_eq!(&out_again, out, "as printed");
}

/// Makes the data: something of each kind.
fn data() -> Value {
    let map =
        Value::map([("a", Value::Float(1.0)), ("b", Value::string("two")), ("c", Value::Nil)]);
    let list = Value::list(vec![
        Value::Float(1.5),
        Value::string("x"),
        map.clone(),
        Value::Nil,
        Value::Bool(true),
    ]);
    Value::map([
        ("m", map),
        ("l", list),
        ("s", Value::string("text {{ .m.a }}")),
        ("b", Value::Bool(false)),
        ("i", Value::int(7)),
        ("f", Value::Float(-0.25)),
        ("n", Value::Nil),
        ("e", Value::map([("e", Value::list(Vec::new()))])),
        ("x", Value::string(b"\xff\xc3\xa9".as_slice())),
    ])
}

/// Gives functions as a host has them: for values, and for templates in templates.
fn functions() -> FuncMap {
    let mut functions = FuncMap::new();
    functions.extend(&[
        Function::variadic("list", &[Type::Any], |_, args| Ok(Value::list(args))),
        Function::variadic("dict", &[Type::Any], |_, args| {
            let pairs = args.chunks_exact(2);
            Ok(Value::map(pairs.map(|pair| (bytes(&pair[0]), pair[1].clone()))))
        }),
        Function::new("set", &[Type::MAP, Type::String, Type::Any], |_, args| {
            let map = map(&args[0])?;
            if map.is_nil() {
                return Err(FuncError::new("assignment to entry in nil map"));
            }
            // A map in itself is printed without end.
            if !matches!(args[2], Value::Map(_) | Value::List(_)) {
                map.insert(bytes(&args[1]), args[2].clone());
            }
            Ok(args[0].clone())
        }),
        Function::new("get", &[Type::MAP, Type::String], |_, args| {
            Ok(map(&args[0])?.get(bytes(&args[1])).unwrap_or(Value::Nil))
        }),
        Function::new("upper", &[Type::String], |_, args| {
            Ok(Value::string(bytes(&args[0]).to_ascii_uppercase()))
        }),
        Function::new("int", &[Type::INT], |_, args| Ok(args[0].clone())),
        Function::new("float", &[Type::Float64], |_, args| Ok(args[0].clone())),
        Function::new("fail", &[Type::String], |_, args| {
            Err(FuncError::new(String::from_utf8_lossy(&bytes(&args[0]))))
        }),
        Function::new("include", &[Type::String, Type::Any], |env, args| {
            let name = String::from_utf8_lossy(&bytes(&args[0])).into_owned();
            Ok(Value::String(env.execute(&name, &args[1])?))
        }),
        Function::new("tpl", &[Type::String, Type::Any], tpl),
    ]);
    functions
}

fn bytes(value: &Value) -> Vec<u8> {
    value.as_bytes().unwrap_or_default().to_vec()
}

fn map(value: &Value) -> Result<&Map, FuncError> {
    value.as_map().ok_or_else(|| FuncError::new("no map"))
}

fn tpl(env: &mut Env<'_, '_>, args: &[Value]) -> Result<Value, FuncError> {
    let _: &dyn Any = env.host();
    let mut set = env.templates().overlay();
    set.parse_main("tpl", bytes(&args[0])).map_err(|error| FuncError::new(error.to_string()))?;
    let result = env.execute_in(&set, "tpl", &args[1]).map(Value::String);
    result.map_err(|error| FuncError::wrapping("tpl", error))
}
