//! A document as serde reads it: with the paths of its fields, and a note of those that nobody asked for.

use std::cell::RefCell;
use std::fmt;

use serde::de::value::StrDeserializer;
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, IntoDeserializer, MapAccess, SeqAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::TypedError;
use crate::document::{Content, Entry, Node};

/// Reads a value as a type.
pub(super) fn read<T: DeserializeOwned>(root: &Node<'_>) -> Result<T, TypedError> {
    let unknown = RefCell::new(None);
    let place = Place { around: None, step: Step::Top };
    let reader = Reader { node: root, place: &place, unknown: &unknown };
    let read = T::deserialize(reader);
    if let Some(error) = unknown.into_inner() {
        return Err(error);
    }
    read.map_err(|error| error.0)
}

/// An error on its way up, which learns its place where it comes from.
#[derive(Debug)]
struct Error(TypedError, bool);

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Error {}

impl de::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        let message = message.to_string();
        Self(TypedError { field: String::new(), message, offset: 0 }, false)
    }
}

/// A step on the way to a value, and those before.
struct Place<'p> {
    around: Option<&'p Place<'p>>,
    step: Step<'p>,
}

#[derive(Clone, Copy)]
enum Step<'p> {
    Top,
    Field(&'p str),
    Index(usize),
}

impl Place<'_> {
    /// Whether this is what tells the kind of an object, which types need not keep: theirs is known.
    fn is_head(&self) -> bool {
        matches!(self.step, Step::Field("apiVersion" | "kind"))
            && self.around.is_some_and(|place| matches!(place.step, Step::Top))
    }

    fn path(&self) -> String {
        let mut steps = Vec::new();
        let mut at = Some(self);
        while let Some(place) = at {
            steps.push(place.step);
            at = place.around;
        }
        let mut path = String::new();
        for step in steps.into_iter().rev() {
            match step {
                Step::Top => {}
                Step::Field(name) if path.is_empty() => path.push_str(name),
                Step::Field(name) => path.extend([".", name]),
                Step::Index(index) => path.extend(["[", &index.to_string(), "]"]),
            }
        }
        path
    }
}

#[derive(Clone, Copy)]
struct Reader<'r, 'd> {
    node: &'r Node<'d>,
    place: &'r Place<'r>,
    /// the first field that nobody asked for
    unknown: &'r RefCell<Option<TypedError>>,
}

impl Reader<'_, '_> {
    /// Gives an error the place where it came from, if it has none.
    fn placed(self, error: Error) -> Error {
        if error.1 {
            return error;
        }
        let field = self.place.path();
        Error(TypedError { field, offset: self.node.offset as usize, ..error.0 }, true)
    }

    fn any<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.node.content {
            Content::Null => visitor.visit_unit(),
            Content::Bool(value) => visitor.visit_bool(*value),
            Content::Int(value) => visitor.visit_i64(*value),
            Content::Float(value) => visitor.visit_f64(*value),
            Content::String(text) => visitor.visit_str(text),
            Content::List(items) => visitor.visit_seq(Sequence { reader: self, items, index: 0 }),
            Content::Map(entries) => visitor.visit_map(Mapping { reader: self, entries, index: 0 }),
        }
    }
}

impl<'de> de::Deserializer<'de> for Reader<'_, '_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.any(visitor).map_err(|error| self.placed(error))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let read = match self.node.content {
            Content::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        };
        read.map_err(|error| self.placed(error))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self).map_err(|error| self.placed(error))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let read = match &self.node.content {
            Content::String(text) => {
                let name: StrDeserializer<'_, Error> = text.as_ref().into_deserializer();
                visitor.visit_enum(name)
            }
            _ => Err(de::Error::custom("a name was expected")),
        };
        read.map_err(|error| self.placed(error))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let mut unknown = self.unknown.borrow_mut();
        if unknown.is_none() && !self.place.is_head() {
            *unknown = Some(TypedError {
                field: self.place.path(),
                message: "unknown field".to_owned(),
                offset: self.node.offset as usize,
            });
        }
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string
        bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier
    }
}

struct Sequence<'r, 'd> {
    reader: Reader<'r, 'd>,
    items: &'r [Node<'d>],
    index: usize,
}

impl<'de> SeqAccess<'de> for Sequence<'_, '_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        let Some(node) = self.items.get(self.index) else { return Ok(None) };
        let place = Place { around: Some(self.reader.place), step: Step::Index(self.index) };
        self.index += 1;
        let reader = Reader { node, place: &place, unknown: self.reader.unknown };
        seed.deserialize(reader).map(Some)
    }
}

struct Mapping<'r, 'd> {
    reader: Reader<'r, 'd>,
    entries: &'r [Entry<'d>],
    index: usize,
}

impl<'de> MapAccess<'de> for Mapping<'_, '_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        let Some(entry) = self.entries.get(self.index) else { return Ok(None) };
        let name: StrDeserializer<'_, Error> = entry.key.as_ref().into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let Some(entry) = self.entries.get(self.index) else {
            return Err(de::Error::custom("a value was asked for before its key"));
        };
        self.index += 1;
        let place = Place { around: Some(self.reader.place), step: Step::Field(&entry.key) };
        let reader = Reader { node: &entry.value, place: &place, unknown: self.reader.unknown };
        seed.deserialize(reader)
    }
}
