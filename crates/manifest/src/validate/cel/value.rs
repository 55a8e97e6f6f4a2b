//! The values of CEL: those that expressions make, and views of an object through its schema.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::net::IpAddr;
use std::rc::Rc;

use jiff::Timestamp;

use super::kubernetes::{Amount, Cidr, Semver, Url};
use super::names;
use crate::document::{Content, Node};
use crate::validate::custom::formats::{self, Format};
use crate::validate::custom::schema::{Schema, Type};

/// Why an expression gave no value.
#[derive(Debug, Clone)]
pub(crate) enum Stop {
    /// an error of CEL: a missing key, an overflow, a division by zero
    Error(String),
    /// it took more steps than it may
    Budget,
    /// it uses what is not known here
    Unknown(String),
}

pub(super) type Result<T> = std::result::Result<T, Stop>;

/// A value.
#[derive(Debug, Clone)]
pub(crate) enum Value<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Double(f64),
    Text(Cow<'a, str>),
    Bytes(Rc<[u8]>),
    List(Rc<Vec<Value<'a>>>),
    Map(Rc<Vec<(Value<'a>, Value<'a>)>>),
    /// a list or a map of the object
    Data(Data<'a>),
    /// nanoseconds
    Duration(i64),
    Time(Timestamp),
    Type(&'static str),
    Optional(Option<Rc<Value<'a>>>),
    Url(Rc<Url>),
    Ip(IpAddr),
    Cidr(Cidr),
    Quantity(Amount),
    Semver(Rc<Semver>),
    Format(&'static str),
}

/// A list or a map of the object, as its schema shows it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Data<'a> {
    pub(super) node: &'a Node<'a>,
    pub(super) schema: &'a Schema,
    /// whether it is a whole object, so that it has a kind and a name
    is_object: bool,
}

/// Gives the value of a part of an object.
pub(crate) fn of_node<'a>(
    node: &'a Node<'a>,
    schema: &'a Schema,
    is_object: bool,
) -> Result<Value<'a>> {
    let invalid = |what: &str| Err(Stop::Error(format!("invalid data, expected {what}")));
    if node.is_null() {
        return if schema.nullable {
            Ok(Value::Null)
        } else {
            Err(Stop::Error("invalid data, got null for schema with nullable=false".to_owned()))
        };
    }
    if schema.is_int_or_string() {
        return match &node.content {
            Content::Int(value) => Ok(Value::Int(*value)),
            Content::String(text) => Ok(Value::Text(Cow::Borrowed(text))),
            _ => invalid("XIntOrString value to be either a string or integer"),
        };
    }
    let Some(kind) = schema.types.first() else {
        return Err(Stop::Unknown("a value without a type".to_owned()));
    };
    let is_object = is_object || schema.is_embedded;
    match (kind, &node.content) {
        (Type::Object, Content::Map(_)) | (Type::Array, Content::List(_)) => {
            Ok(Value::Data(Data { node, schema, is_object }))
        }
        (Type::String, Content::String(text)) => of_text(text, schema),
        #[expect(clippy::cast_precision_loss, reason = "CEL shows numbers as doubles")]
        (Type::Number, Content::Int(value)) => Ok(Value::Double(*value as f64)),
        (Type::Number, Content::Float(value)) => Ok(Value::Double(*value)),
        (Type::Integer, Content::Int(value)) => Ok(Value::Int(*value)),
        (Type::Boolean, Content::Bool(value)) => Ok(Value::Bool(*value)),
        (kind, _) => invalid(kind.name()),
    }
}

fn of_text<'a>(text: &'a str, schema: &Schema) -> Result<Value<'a>> {
    let format = schema.rare.as_ref().and_then(|rare| rare.format);
    let invalid = |what: &str| Stop::Error(format!("Invalid {what} {text}"));
    match format {
        Some(Format::Duration) => {
            let nanoseconds = formats::go_duration(text);
            nanoseconds.map(Value::Duration).ok_or_else(|| Stop::Unknown("a time span".to_owned()))
        }
        Some(Format::Date) => {
            let whole = format!("{text}T00:00:00Z");
            whole.parse().map(Value::Time).map_err(|_| invalid("date formatted string"))
        }
        Some(Format::DateTime | Format::PlainDateTime) => {
            text.parse().map(Value::Time).map_err(|_| invalid("date-time formatted string"))
        }
        Some(Format::Byte) => super::functions::base64(text).map(Value::Bytes),
        _ => Ok(Value::Text(Cow::Borrowed(text))),
    }
}

impl<'a> Data<'a> {
    /// Gives the schema of a key, and the key as it stands in the object.
    fn key(self, name: &str) -> Option<(Cow<'_, str>, &'a Schema)> {
        let is_struct = self.is_object || !self.schema.properties.is_empty();
        if !is_struct {
            return self.schema.additional().map(|schema| (Cow::Borrowed(name), schema));
        }
        let name = names::unescape(name);
        if self.is_object {
            match name.as_ref() {
                "apiVersion" | "kind" => return Some((name, super::metadata::text())),
                "metadata" => return Some((name, super::metadata::of(self.schema))),
                _ => {}
            }
        }
        let schema = self.schema.property(&name)?;
        Some((name, schema))
    }

    /// Gives the value of a field or a key, if it is there.
    pub(super) fn get(self, name: &str) -> Result<Option<Value<'a>>> {
        let Some((name, schema)) = self.key(name) else {
            if self.schema.properties.is_empty() && !self.is_object {
                return Ok(None);
            }
            return Err(Stop::Unknown(format!("undefined field '{name}'")));
        };
        match self.node.get(&name) {
            Some(node) => of_node(node, schema, false).map(Some),
            None => Ok(None),
        }
    }

    /// Tells whether a field is there.
    pub(super) fn has(self, name: &str) -> Result<bool> {
        match self.key(name) {
            Some((name, _)) => Ok(self.node.get(&name).is_some()),
            None if self.schema.properties.is_empty() && !self.is_object => Ok(false),
            None => Err(Stop::Unknown(format!("undefined field '{name}'"))),
        }
    }

    pub(super) fn is_list(self) -> bool {
        matches!(self.node.content, Content::List(_))
    }

    /// Gives an item of a list.
    pub(super) fn item(self, index: usize) -> Result<Option<Value<'a>>> {
        let Some(item) = self.node.items().get(index) else { return Ok(None) };
        match &self.schema.items {
            Some(schema) => of_node(item, schema, false).map(Some),
            None => Err(Stop::Unknown("items without a schema".to_owned())),
        }
    }

    /// Gives the keys of a map, as expressions name them.
    pub(super) fn keys(self) -> Vec<Value<'a>> {
        let is_struct = self.is_object || !self.schema.properties.is_empty();
        let entries = self.node.entries().iter();
        entries
            .filter(|entry| !is_struct || self.key(&names::escape(&entry.key)).is_some())
            .map(|entry| {
                Value::Text(if is_struct {
                    names::escape(&entry.key)
                } else {
                    Cow::Borrowed(entry.key.as_ref())
                })
            })
            .collect()
    }

    /// Gives how many parts it has, and they have, up to a bound.
    pub(super) fn weight(self, most: usize) -> usize {
        fn of(node: &Node<'_>, most: usize) -> usize {
            let each = |sum: usize, node: &Node<'_>| {
                if sum >= most { sum } else { sum + 1 + of(node, most - sum) }
            };
            let sum = node.items().iter().fold(0, each);
            node.entries().iter().map(|entry| &entry.value).fold(sum, each)
        }
        of(self.node, most)
    }

    pub(super) fn len(self) -> usize {
        self.node.items().len() + self.node.entries().len()
    }
}

impl Value<'_> {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(Cow::Owned(text.into()))
    }

    pub(super) fn list(items: Vec<Self>) -> Self {
        Self::List(Rc::new(items))
    }

    pub(super) fn some(self) -> Self {
        Self::Optional(Some(Rc::new(self)))
    }

    /// Gives the name of the type.
    pub(super) fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null_type",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Uint(_) => "uint",
            Self::Double(_) => "double",
            Self::Text(_) => "string",
            Self::Bytes(_) => "bytes",
            Self::Data(data) if data.is_list() => "list",
            Self::List(_) => "list",
            Self::Map(_) | Self::Data(_) => "map",
            Self::Duration(_) => "google.protobuf.Duration",
            Self::Time(_) => "google.protobuf.Timestamp",
            Self::Type(_) => "type",
            Self::Optional(_) => "optional_type",
            Self::Url(_) => "kubernetes.URL",
            Self::Ip(_) => "net.IP",
            Self::Cidr(_) => "net.CIDR",
            Self::Quantity(_) => "kubernetes.Quantity",
            Self::Semver(_) => "kubernetes.Semver",
            Self::Format(_) => "kubernetes.NamedFormat",
        }
    }

    /// Gives how much there is: items, keys, characters, bytes.
    pub(super) fn size(&self) -> Option<usize> {
        Some(match self {
            Self::Text(text) => text.chars().count(),
            Self::Bytes(bytes) => bytes.len(),
            Self::List(items) => items.len(),
            Self::Map(entries) => entries.len(),
            Self::Data(data) => data.len(),
            _ => return None,
        })
    }

    /// Gives the items of a list.
    pub(super) fn items(&self) -> Result<Option<Rc<Vec<Self>>>> {
        Ok(match self {
            Self::List(items) => Some(Rc::clone(items)),
            Self::Data(data) if data.is_list() => {
                let mut items = Vec::with_capacity(data.len());
                for index in 0..data.len() {
                    items.extend(data.item(index)?);
                }
                Some(Rc::new(items))
            }
            _ => None,
        })
    }

    /// Gives the keys of a map.
    pub(super) fn keys(&self) -> Option<Vec<Self>> {
        Some(match self {
            Self::Map(entries) => entries.iter().map(|(key, _)| key.clone()).collect(),
            Self::Data(data) if !data.is_list() => data.keys(),
            _ => return None,
        })
    }

    /// Finds the value of a key or the item at an index.
    pub(super) fn at(&self, key: &Self) -> Result<Option<Self>> {
        let index = match key {
            Self::Int(index) => usize::try_from(*index).ok(),
            Self::Uint(index) => usize::try_from(*index).ok(),
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a whole number that is checked"
            )]
            Self::Double(index) if index.fract() == 0.0 && *index >= 0.0 => Some(*index as usize),
            _ => None,
        };
        match self {
            Self::List(items) => Ok(index.and_then(|index| items.get(index)).cloned()),
            Self::Data(data) if data.is_list() => match index {
                Some(index) => data.item(index),
                None => Ok(None),
            },
            Self::Data(data) => match key {
                Self::Text(name) => data.get(name),
                _ => Ok(None),
            },
            Self::Map(entries) => {
                for (known, value) in entries.iter() {
                    if known.equals(key)? {
                        return Ok(Some(value.clone()));
                    }
                }
                Ok(None)
            }
            _ => Err(no_overload()),
        }
    }

    /// Tells whether two values are the same; those of two types are not, but for numbers.
    pub(super) fn equals(&self, other: &Self) -> Result<bool> {
        if let Some(order) = compare_numbers(self, other) {
            return Ok(order == Some(Ordering::Equal));
        }
        Ok(match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Text(a), Self::Text(b)) => a == b,
            (Self::Bytes(a), Self::Bytes(b)) => a == b,
            (Self::Duration(a), Self::Duration(b)) => a == b,
            (Self::Time(a), Self::Time(b)) => a == b,
            (Self::Ip(a), Self::Ip(b)) => a == b,
            (Self::Cidr(a), Self::Cidr(b)) => a == b,
            (Self::Quantity(a), Self::Quantity(b)) => a == b,
            (Self::Semver(a), Self::Semver(b)) => a == b,
            (Self::Url(a), Self::Url(b)) => a == b,
            (Self::Type(a), Self::Type(b)) | (Self::Format(a), Self::Format(b)) => a == b,
            (Self::Optional(a), Self::Optional(b)) => match (a, b) {
                (Some(a), Some(b)) => a.equals(b)?,
                (None, None) => true,
                _ => false,
            },
            _ => return self.equals_collection(other),
        })
    }

    fn equals_collection(&self, other: &Self) -> Result<bool> {
        if let (Some(a), Some(b)) = (self.items()?, other.items()?) {
            if a.len() != b.len() {
                return Ok(false);
            }
            if self.ignores_order() {
                for item in b.iter() {
                    if !contains(&a, item)? {
                        return Ok(false);
                    }
                }
                return Ok(true);
            }
            for (a, b) in a.iter().zip(b.iter()) {
                if !a.equals(b)? {
                    return Ok(false);
                }
            }
            return Ok(true);
        }
        let (Some(keys), Some(others)) = (self.keys(), other.keys()) else { return Ok(false) };
        if keys.len() != others.len() {
            return Ok(false);
        }
        for key in &keys {
            let same = match (self.at(key)?, other.at(key)?) {
                (Some(a), Some(b)) => a.equals(&b)?,
                _ => false,
            };
            if !same {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Tells whether a list is a set, or has keys.
    pub(super) fn ignores_order(&self) -> bool {
        use crate::validate::custom::schema::ListType;
        let Self::Data(data) = self else { return false };
        let list = data.schema.rare.as_ref().map(|rare| &rare.list);
        matches!(list, Some(ListType::Set | ListType::Map(_)))
    }

    /// Orders two values of one type, or two numbers.
    pub(super) fn compare(&self, other: &Self) -> Result<Option<Ordering>> {
        if let Some(order) = compare_numbers(self, other) {
            return Ok(order);
        }
        match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => Ok(Some(a.cmp(b))),
            (Self::Text(a), Self::Text(b)) => Ok(Some(a.cmp(b))),
            (Self::Bytes(a), Self::Bytes(b)) => Ok(Some(a.cmp(b))),
            (Self::Duration(a), Self::Duration(b)) => Ok(Some(a.cmp(b))),
            (Self::Time(a), Self::Time(b)) => Ok(Some(a.cmp(b))),
            _ => Err(no_overload()),
        }
    }
}

/// Tells whether a list has an item.
pub(super) fn contains(items: &[Value<'_>], wanted: &Value<'_>) -> Result<bool> {
    for item in items {
        if item.equals(wanted)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The error of a call with arguments of the wrong types.
pub(super) fn no_overload() -> Stop {
    Stop::Error("no such overload".to_owned())
}

/// Orders two numbers of any type; nothing if one is none, and no order if one is no number at all.
#[expect(clippy::cast_precision_loss, reason = "CEL compares with doubles, too")]
#[expect(clippy::option_option, reason = "no numbers are another thing than numbers without order")]
fn compare_numbers(a: &Value<'_>, b: &Value<'_>) -> Option<Option<Ordering>> {
    use Value::{Double, Int, Uint};
    Some(match (a, b) {
        (Int(a), Int(b)) => Some(a.cmp(b)),
        (Uint(a), Uint(b)) => Some(a.cmp(b)),
        (Int(a), Uint(b)) => Some(i128::from(*a).cmp(&i128::from(*b))),
        (Uint(a), Int(b)) => Some(i128::from(*a).cmp(&i128::from(*b))),
        (Double(a), Double(b)) => a.partial_cmp(b),
        (Int(a), Double(b)) => (*a as f64).partial_cmp(b),
        (Double(a), Int(b)) => a.partial_cmp(&(*b as f64)),
        (Uint(a), Double(b)) => (*a as f64).partial_cmp(b),
        (Double(a), Uint(b)) => a.partial_cmp(&(*b as f64)),
        _ => return None,
    })
}
