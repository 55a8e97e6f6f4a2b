//! Lists: make, read, cut, search.
//!
//! Any slice is taken, `[]string` as well as `[]interface {}`; what comes out is `[]interface {}`, but for `slice`, which keeps
//! the type, and `sortAlpha`, which gives `[]string`.
//!
//! Source: `list.go` in Sprig.

use pintle_gotmpl::value::compare::deep_equal;
use pintle_gotmpl::{FuncError, Function, IntType, Kind, List, Str, Type, UintType, Value};
use rustc_hash::FxHashSet;

use super::arguments::{int, slice, string_of};
use super::defaults::is_empty;
use super::limits;
use super::math::{floor_to_int, to_int};
use super::strings::strings_of;

/// The type of what `chunk` gives: a list of lists.
const LIST_TYPE: &Type = &Type::LIST;

/// The functions of this family.
pub(crate) const FUNCTIONS: &[Function] = &[
    Function::variadic("list", &[Type::Any], |_, args| Ok(Value::list(args))),
    Function::variadic("tuple", &[Type::Any], |_, args| Ok(Value::list(args))),
    Function::new("first", &[Type::Any], |_, args| first(&args[0])),
    Function::new("mustFirst", &[Type::Any], |_, args| first(&args[0])),
    Function::new("last", &[Type::Any], |_, args| last(&args[0])),
    Function::new("mustLast", &[Type::Any], |_, args| last(&args[0])),
    Function::new("rest", &[Type::Any], |_, args| rest(&args[0])),
    Function::new("mustRest", &[Type::Any], |_, args| rest(&args[0])),
    Function::new("initial", &[Type::Any], |_, args| initial(&args[0])),
    Function::new("mustInitial", &[Type::Any], |_, args| initial(&args[0])),
    Function::new("append", &[Type::Any, Type::Any], |_, args| push(&args[0], &args[1])),
    Function::new("mustAppend", &[Type::Any, Type::Any], |_, args| push(&args[0], &args[1])),
    Function::new("push", &[Type::Any, Type::Any], |_, args| push(&args[0], &args[1])),
    Function::new("mustPush", &[Type::Any, Type::Any], |_, args| push(&args[0], &args[1])),
    Function::new("prepend", &[Type::Any, Type::Any], |_, args| prepend(&args[0], &args[1])),
    Function::new("mustPrepend", &[Type::Any, Type::Any], |_, args| prepend(&args[0], &args[1])),
    Function::variadic("concat", &[Type::Any], |_, args| concat(args)),
    Function::new("reverse", &[Type::Any], |_, args| reverse(&args[0])),
    Function::new("mustReverse", &[Type::Any], |_, args| reverse(&args[0])),
    Function::new("compact", &[Type::Any], |_, args| compact(&args[0])),
    Function::new("mustCompact", &[Type::Any], |_, args| compact(&args[0])),
    Function::new("uniq", &[Type::Any], |_, args| uniq(&args[0])),
    Function::new("mustUniq", &[Type::Any], |_, args| uniq(&args[0])),
    Function::variadic("without", &[Type::Any, Type::Any], |_, args| without(args)),
    Function::variadic("mustWithout", &[Type::Any, Type::Any], |_, args| without(args)),
    Function::new("has", &[Type::Any, Type::Any], |_, args| has(&args[0], &args[1])),
    Function::new("mustHas", &[Type::Any, Type::Any], |_, args| has(&args[0], &args[1])),
    Function::variadic("slice", &[Type::Any, Type::Any], |_, args| cut(args)),
    Function::variadic("mustSlice", &[Type::Any, Type::Any], |_, args| cut(args)),
    Function::new("chunk", &[Type::INT, Type::Any], |_, args| chunk(int(args, 0), &args[1])),
    Function::new("mustChunk", &[Type::INT, Type::Any], |_, args| chunk(int(args, 0), &args[1])),
    Function::new("sortAlpha", &[Type::Any], |_, args| Ok(sort_alpha(&args[0]))),
];

fn first(list: &Value) -> Result<Value, FuncError> {
    let list = slice(list, "Cannot find first on type")?;
    Ok(list.first().cloned().unwrap_or(Value::Nil))
}

fn last(list: &Value) -> Result<Value, FuncError> {
    let list = slice(list, "Cannot find last on type")?;
    Ok(list.last().cloned().unwrap_or(Value::Nil))
}

/// Gives all but the first item. Of an empty list that is Go's nil slice, which JSON shows as `null`.
fn rest(list: &Value) -> Result<Value, FuncError> {
    let list = slice(list, "Cannot find rest on type")?;
    Ok(list.split_first().map_or_else(nil_list, |(_, rest)| Value::list(rest)))
}

/// Gives all but the last item; as [`rest`], nil of an empty list.
fn initial(list: &Value) -> Result<Value, FuncError> {
    let list = slice(list, "Cannot find initial on type")?;
    Ok(list.split_last().map_or_else(nil_list, |(_, initial)| Value::list(initial)))
}

fn nil_list() -> Value {
    Value::List(List::nil(&Type::Any))
}

fn push(list: &Value, item: &Value) -> Result<Value, FuncError> {
    let list = slice(list, "Cannot push on type")?;
    joined([&list, std::slice::from_ref(item)])
}

fn prepend(list: &Value, item: &Value) -> Result<Value, FuncError> {
    let list = slice(list, "Cannot prepend on type")?;
    joined([std::slice::from_ref(item), &list])
}

fn joined(parts: [&[Value]; 2]) -> Result<Value, FuncError> {
    limits::list_len(parts[0].len() + parts[1].len())?;
    Ok(Value::list(parts.concat()))
}

fn concat(lists: &[Value]) -> Result<Value, FuncError> {
    let mut joined = Vec::new();
    for list in lists {
        let list = slice(list, "Cannot concat type").map_err(|error| {
            if matches!(list, Value::Nil) {
                return error;
            }
            FuncError::new(error.message + " as list")
        })?;
        limits::list_len(joined.len() + list.len())?;
        joined.extend_from_slice(&list);
    }
    Ok(if joined.is_empty() { nil_list() } else { Value::list(joined) })
}

fn reverse(list: &Value) -> Result<Value, FuncError> {
    let list = slice(list, "Cannot find reverse on type")?;
    Ok(Value::list(list.iter().rev().cloned().collect::<Vec<_>>()))
}

fn compact(list: &Value) -> Result<Value, FuncError> {
    let list = slice(list, "Cannot compact on type")?;
    Ok(Value::list(list.iter().filter(|item| !is_empty(item)).cloned().collect::<Vec<_>>()))
}

/// What two items of simple types are compared by: the same exactly if Go's `DeepEqual` holds.
#[derive(PartialEq, Eq, Hash)]
enum Simple<'a> {
    Nil,
    Bool(bool),
    Int(IntType, i64),
    Uint(UintType, u64),
    Float(u64),
    Text(&'a [u8]),
}

impl<'a> Simple<'a> {
    fn of(value: &'a Value) -> Option<Self> {
        Some(match value {
            Value::Nil => Self::Nil,
            Value::Bool(b) => Self::Bool(*b),
            Value::Int(ty, n) => Self::Int(*ty, *n),
            Value::Uint(ty, n) => Self::Uint(*ty, *n),
            // Both zeros are equal, and NaN is not equal to itself.
            Value::Float(x) if x.is_nan() => return None,
            Value::Float(x) => Self::Float((x + 0.0).to_bits()),
            Value::String(text) => Self::Text(text.as_bytes()),
            Value::Complex(..) | Value::List(_) | Value::Map(_) | Value::Object(_) => return None,
        })
    }
}

fn uniq(list: &Value) -> Result<Value, FuncError> {
    let list = slice(list, "Cannot find uniq on type")?;
    let mut simple = FxHashSet::default();
    let mut others: Vec<&Value> = Vec::new();
    let mut unique = Vec::new();
    for item in &*list {
        let is_new = match Simple::of(item) {
            Some(key) => simple.insert(key),
            None if others.iter().any(|other| deep_equal(item, other)) => false,
            None => {
                others.push(item);
                true
            }
        };
        if is_new {
            unique.push(item.clone());
        }
    }
    Ok(Value::list(unique))
}

fn without(args: &[Value]) -> Result<Value, FuncError> {
    let list = slice(&args[0], "Cannot find without on type")?;
    let is_left = |item: &&Value| !args[1..].iter().any(|omitted| deep_equal(omitted, item));
    Ok(Value::list(list.iter().filter(is_left).cloned().collect::<Vec<_>>()))
}

fn has(needle: &Value, haystack: &Value) -> Result<Value, FuncError> {
    if haystack.is_nil() {
        return Ok(Value::Bool(false));
    }
    let haystack = slice(haystack, "Cannot find has on type")?;
    Ok(Value::Bool(haystack.iter().any(|item| deep_equal(needle, item))))
}

/// Cuts a list: `slice list`, `slice list from`, `slice list from to`. Further arguments are ignored.
fn cut(args: &[Value]) -> Result<Value, FuncError> {
    let list = slice(&args[0], "list should be type of slice or array but")?;
    if list.is_empty() {
        return Ok(Value::Nil);
    }
    let start = args.get(1).map_or(0, to_int);
    let end = args.get(2).map_or_else(|| i64::try_from(list.len()).unwrap_or(i64::MAX), to_int);
    let range = usize::try_from(start).ok().zip(usize::try_from(end).ok());
    let items = range.and_then(|(start, end)| list.get(start..end));
    let items = items.ok_or("reflect.Value.Slice: slice index out of bounds")?;
    Ok(Value::List(List::of(list.element(), items)))
}

/// Cuts a list into lists of `size`. Sizes below one do what Sprig's floating arithmetic makes of them.
#[expect(clippy::cast_precision_loss, reason = "Sprig computes with floats, and lists are short")]
fn chunk(size: i64, list: &Value) -> Result<Value, FuncError> {
    const NEGATIVE: &str = "runtime error: makeslice: len out of range";
    let list = slice(list, "Cannot chunk type")?;
    let len = list.len() as f64;
    let n_chunks = floor_to_int(((len - 1.0) / size as f64).floor() + 1.0);
    let n_chunks = limits::list_len(usize::try_from(n_chunks).map_err(|_| NEGATIVE)?)?;
    let mut chunks = Vec::with_capacity(n_chunks);
    let mut rest = &*list;
    for index in 0..n_chunks {
        let mut wanted = size;
        if index + 1 == n_chunks {
            wanted = floor_to_int((len % size as f64).floor());
            if wanted == 0 {
                wanted = size;
            }
        }
        let wanted = usize::try_from(wanted).map_err(|_| NEGATIVE)?;
        let (chunk, after) =
            rest.split_at_checked(wanted).ok_or("reflect: slice index out of range")?;
        chunks.push(Value::list(chunk));
        rest = after;
    }
    Ok(Value::List(List::of(LIST_TYPE, chunks)))
}

/// Gives the texts of a list's items in byte order; anything else gives its own text.
fn sort_alpha(list: &Value) -> Value {
    if list.kind() != Kind::Slice {
        return Value::List(List::strings([string_of(list)]));
    }
    let mut texts: Vec<Str> = strings_of(list);
    texts.sort_unstable();
    Value::List(List::strings(texts))
}
