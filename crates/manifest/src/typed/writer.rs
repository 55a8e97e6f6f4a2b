//! Objects of a type as a tree, without a text between: what a writer of JSON would write, and its reader would read.

use std::borrow::Cow;
use std::fmt;

use serde::ser::{
    Error as _, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant,
    SerializeTuple, SerializeTupleStruct, SerializeTupleVariant,
};
use serde::{Serialize, Serializer};

use crate::document::{Content, Entry, Node};

/// A value that no document holds: a key that is no text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteError(String);

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for WriteError {}

impl serde::ser::Error for WriteError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

type Written<T = Node<'static>> = Result<T, WriteError>;

/// Writes values as nodes, all at offset 0: there is no text.
pub(super) struct Writer;

fn node(content: Content<'static>) -> Node<'static> {
    Node { offset: 0, content }
}

fn text(text: &str) -> Node<'static> {
    node(Content::String(Cow::Owned(text.to_owned())))
}

/// A number as JSON's readers take it: what does not fit is a float.
#[expect(clippy::cast_precision_loss, reason = "so large a number has no other form")]
fn unsigned(number: u64) -> Node<'static> {
    node(i64::try_from(number).map_or(Content::Float(number as f64), Content::Int))
}

/// A list or a map in the making; a variant's name stands around it.
pub(super) struct Items {
    items: Vec<Node<'static>>,
    variant: Option<&'static str>,
}

/// A map in the making.
pub(super) struct Entries {
    list: Vec<Entry<'static>>,
    key: Option<Cow<'static, str>>,
    variant: Option<&'static str>,
}

impl Items {
    fn new(variant: Option<&'static str>, length: usize) -> Self {
        Self { items: Vec::with_capacity(length), variant }
    }

    fn add<T: Serialize + ?Sized>(&mut self, value: &T) -> Written<()> {
        self.items.push(value.serialize(Writer)?);
        Ok(())
    }

    fn finish(self) -> Node<'static> {
        around(self.variant, node(Content::List(self.items)))
    }
}

impl Entries {
    fn new(variant: Option<&'static str>, length: usize) -> Self {
        Self { list: Vec::with_capacity(length), key: None, variant }
    }

    fn add<T: Serialize + ?Sized>(&mut self, key: Cow<'static, str>, value: &T) -> Written<()> {
        self.list.push(Entry { key, offset: 0, value: value.serialize(Writer)? });
        Ok(())
    }

    fn finish(self) -> Node<'static> {
        around(self.variant, node(Content::Map(self.list)))
    }
}

/// Puts a variant's name around its value.
fn around(variant: Option<&'static str>, value: Node<'static>) -> Node<'static> {
    match variant {
        None => value,
        Some(name) => {
            let entry = Entry { key: Cow::Borrowed(name), offset: 0, value };
            node(Content::Map(vec![entry]))
        }
    }
}

impl Serializer for Writer {
    type Ok = Node<'static>;
    type Error = WriteError;
    type SerializeSeq = Items;
    type SerializeTuple = Items;
    type SerializeTupleStruct = Items;
    type SerializeTupleVariant = Items;
    type SerializeMap = Entries;
    type SerializeStruct = Entries;
    type SerializeStructVariant = Entries;

    fn serialize_bool(self, value: bool) -> Written {
        Ok(node(Content::Bool(value)))
    }

    fn serialize_i8(self, value: i8) -> Written {
        self.serialize_i64(value.into())
    }

    fn serialize_i16(self, value: i16) -> Written {
        self.serialize_i64(value.into())
    }

    fn serialize_i32(self, value: i32) -> Written {
        self.serialize_i64(value.into())
    }

    fn serialize_i64(self, value: i64) -> Written {
        Ok(node(Content::Int(value)))
    }

    fn serialize_u8(self, value: u8) -> Written {
        self.serialize_i64(value.into())
    }

    fn serialize_u16(self, value: u16) -> Written {
        self.serialize_i64(value.into())
    }

    fn serialize_u32(self, value: u32) -> Written {
        self.serialize_i64(value.into())
    }

    fn serialize_u64(self, value: u64) -> Written {
        Ok(unsigned(value))
    }

    fn serialize_f32(self, value: f32) -> Written {
        self.serialize_f64(value.into())
    }

    fn serialize_f64(self, value: f64) -> Written {
        Ok(node(Content::Float(value)))
    }

    fn serialize_char(self, value: char) -> Written {
        Ok(text(value.encode_utf8(&mut [0; 4])))
    }

    fn serialize_str(self, value: &str) -> Written {
        Ok(text(value))
    }

    fn serialize_bytes(self, value: &[u8]) -> Written {
        let items = value.iter().map(|byte| node(Content::Int(i64::from(*byte))));
        Ok(node(Content::List(items.collect())))
    }

    fn serialize_none(self) -> Written {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Written {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Written {
        Ok(node(Content::Null))
    }

    fn serialize_unit_struct(self, _: &'static str) -> Written {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Written {
        Ok(node(Content::String(Cow::Borrowed(variant))))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Written {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Written {
        Ok(around(Some(variant), value.serialize(self)?))
    }

    fn serialize_seq(self, length: Option<usize>) -> Written<Items> {
        Ok(Items::new(None, length.unwrap_or_default()))
    }

    fn serialize_tuple(self, length: usize) -> Written<Items> {
        Ok(Items::new(None, length))
    }

    fn serialize_tuple_struct(self, _: &'static str, length: usize) -> Written<Items> {
        Ok(Items::new(None, length))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        length: usize,
    ) -> Written<Items> {
        Ok(Items::new(Some(variant), length))
    }

    fn serialize_map(self, length: Option<usize>) -> Written<Entries> {
        Ok(Entries::new(None, length.unwrap_or_default()))
    }

    fn serialize_struct(self, _: &'static str, length: usize) -> Written<Entries> {
        Ok(Entries::new(None, length))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        length: usize,
    ) -> Written<Entries> {
        Ok(Entries::new(Some(variant), length))
    }
}

macro_rules! write_items {
    ($($trait:ident $method:ident),*) => {$(
        impl $trait for Items {
            type Ok = Node<'static>;
            type Error = WriteError;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Written<()> {
                self.add(value)
            }

            fn end(self) -> Written {
                Ok(self.finish())
            }
        }
    )*};
}

write_items!(
    SerializeSeq serialize_element,
    SerializeTuple serialize_element,
    SerializeTupleStruct serialize_field,
    SerializeTupleVariant serialize_field
);

impl SerializeMap for Entries {
    type Ok = Node<'static>;
    type Error = WriteError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Written<()> {
        self.key = Some(match key.serialize(Writer)?.content {
            Content::String(text) => text,
            Content::Int(number) => Cow::Owned(number.to_string()),
            Content::Bool(value) => Cow::Owned(value.to_string()),
            _ => return Err(WriteError::custom("key must be a string")),
        });
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Written<()> {
        let key = self.key.take().ok_or_else(|| WriteError::custom("a value without a key"))?;
        self.add(key, value)
    }

    fn end(self) -> Written {
        Ok(self.finish())
    }
}

macro_rules! write_fields {
    ($($trait:ident),*) => {$(
        impl $trait for Entries {
            type Ok = Node<'static>;
            type Error = WriteError;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                key: &'static str,
                value: &T,
            ) -> Written<()> {
                self.add(Cow::Borrowed(key), value)
            }

            fn end(self) -> Written {
                Ok(self.finish())
            }
        }
    )*};
}

write_fields!(SerializeStruct, SerializeStructVariant);
