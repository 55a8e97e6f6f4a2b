//! Values as fixtures write them, and the host types that Go's recorder has, too.

use std::any::Any;
use std::borrow::Cow;
use std::rc::Rc;

use pintle_gotmpl::value::number::{parse_float, unquote};
use pintle_gotmpl::{IntType, Kind, List, Map, Object, Str, Type, UintType, Value};

/// A struct, or a pointer to one.
#[derive(Debug)]
struct Struct {
    type_name: &'static str,
    kind: Kind,
    fields: Vec<(&'static str, Value)>,
    display: Option<Str>,
}

impl Object for Struct {
    fn type_name(&self) -> Cow<'static, str> {
        Cow::Borrowed(self.type_name)
    }

    fn kind(&self) -> Kind {
        self.kind
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        self.fields.clone()
    }

    fn display(&self) -> Option<Str> {
        self.display.clone()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A named type made of a basic one.
#[derive(Debug)]
struct Named {
    type_name: &'static str,
    underlying: Value,
    display: Option<Str>,
}

impl Object for Named {
    fn type_name(&self) -> Cow<'static, str> {
        Cow::Borrowed(self.type_name)
    }

    fn kind(&self) -> Kind {
        self.underlying.kind()
    }

    fn underlying(&self) -> Option<Value> {
        Some(self.underlying.clone())
    }

    fn display(&self) -> Option<Str> {
        self.display.clone()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// Reads values with a space between them.
pub(crate) fn parse_values(text: &str) -> Vec<Value> {
    let mut values = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (value, after) = parse_value(rest);
        values.push(value);
        rest = after.strip_prefix(' ').unwrap_or(after);
    }
    values
}

/// Reads one value and gives what follows.
pub(crate) fn parse_value(text: &str) -> (Value, &str) {
    let end = text.find(['"', '[', '{', ',', ' ', ']', '}']).unwrap_or(text.len());
    let (head, rest) = text.split_at(end);
    if let Some((kind, number)) = head.split_once(':') {
        return (parse_number(kind, number), rest);
    }
    let value = match head {
        "nil" => Value::Nil,
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        "nilstrings" => Value::List(List::nil(&Type::String)),
        "nilbytes" => Value::List(List::nil(&Type::Uint(UintType::Uint8))),
        "nillist" => Value::List(List::nil(&Type::Any)),
        _ => match rest.as_bytes()[0] {
            b'"' => {
                let (bytes, rest) = parse_quoted(rest);
                return (text_value(head, bytes), rest);
            }
            b'{' if !head.ends_with("point") => return parse_map(head, &rest[1..]),
            _ => return parse_sequence(head, &rest[1..]),
        },
    };
    (value, rest)
}

/// Reads a quoted string and gives what follows.
pub(crate) fn parse_quoted(text: &str) -> (Vec<u8>, &str) {
    let mut end = 1;
    while text.as_bytes()[end] != b'"' {
        end += if text.as_bytes()[end] == b'\\' { 2 } else { 1 };
    }
    let (quoted, rest) = text.split_at(end + 1);
    (unquote(quoted).unwrap(), rest)
}

fn text_value(head: &str, bytes: Vec<u8>) -> Value {
    let label = |type_name, kind| {
        let text = Value::string(bytes.clone());
        let display = Some(Str::from([b"label ", &bytes[..]].concat()));
        Value::Object(Rc::new(Struct { type_name, kind, fields: vec![("Text", text)], display }))
    };
    match head {
        "" => Value::string(bytes),
        "bytes" => {
            let items: Vec<Value> =
                bytes.iter().map(|&byte| Value::Uint(UintType::Uint8, byte.into())).collect();
            Value::List(List::of(&Type::Uint(UintType::Uint8), items))
        }
        "word" => Value::Object(Rc::new(Named {
            type_name: "main.word",
            underlying: Value::string(bytes),
            display: None,
        })),
        "label" => label("main.label", Kind::Struct),
        "&label" => label("*main.label", Kind::Ptr),
        _ => panic!("not a text: {head}"),
    }
}

fn parse_map<'a>(head: &str, mut rest: &'a str) -> (Value, &'a str) {
    let ty = match head {
        "" => &Type::MAP,
        "smap" => &Type::STRING_MAP,
        "values" => &Type::Named("main.values"),
        _ => panic!("not a map: {head}"),
    };
    let map = Map::of(ty, pintle_gotmpl::Entries::new());
    while !rest.starts_with('}') {
        let (key, after) = parse_quoted(rest);
        let (value, after) = parse_value(after.strip_prefix(": ").unwrap());
        map.insert(key, value);
        rest = after.strip_prefix(", ").unwrap_or(after);
    }
    (Value::Map(map), &rest[1..])
}

fn parse_sequence<'a>(head: &str, mut rest: &'a str) -> (Value, &'a str) {
    let mut items = Vec::new();
    while !rest.starts_with([']', '}']) {
        let (item, after) = parse_value(rest);
        items.push(item);
        rest = after.strip_prefix(", ").unwrap_or(after);
    }
    let point = |type_name, kind| {
        let fields = vec![("X", items[0].clone()), ("Y", items[1].clone())];
        Value::Object(Rc::new(Struct { type_name, kind, fields, display: None }))
    };
    let value = match head {
        "" => Value::list(items),
        "strings" => Value::List(List::of(&Type::String, items)),
        "ints" => Value::List(List::of(&Type::INT, items)),
        "point" => point("main.point", Kind::Struct),
        "&point" => point("*main.point", Kind::Ptr),
        _ => panic!("not a sequence: {head}"),
    };
    (value, &rest[1..])
}

fn parse_number(kind: &str, text: &str) -> Value {
    let int = |ty| Value::Int(ty, text.parse().unwrap());
    let uint = |ty| Value::Uint(ty, text.parse().unwrap());
    match kind {
        "int" => int(IntType::Int),
        "int8" => int(IntType::Int8),
        "int16" => int(IntType::Int16),
        "int32" => int(IntType::Int32),
        "int64" => int(IntType::Int64),
        "uint" => uint(UintType::Uint),
        "uint8" => uint(UintType::Uint8),
        "uint16" => uint(UintType::Uint16),
        "uint32" => uint(UintType::Uint32),
        "uint64" => uint(UintType::Uint64),
        "span" => Value::Object(Rc::new(Named {
            type_name: "main.span",
            underlying: int(IntType::Int64),
            display: Some(Str::from(format!("span {text}"))),
        })),
        "float64" => Value::Float(parse_float(text).unwrap()),
        "complex128" => {
            let text = text.strip_suffix('i').unwrap_or(text);
            match text.rfind(['+', '-']).filter(|&at| at > 0 && !text[..at].ends_with('e')) {
                Some(at) => {
                    Value::Complex(text[..at].parse().unwrap(), text[at..].parse().unwrap())
                }
                None if text == "0" => Value::Complex(0.0, 0.0),
                None => Value::Complex(0.0, text.parse().unwrap()),
            }
        }
        _ => panic!("not a number: {kind}"),
    }
}
