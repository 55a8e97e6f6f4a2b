//! Whether an object fits the structs that an API server decodes it into, field by field.
//!
//! Go's JSON decoder is strict about types, keeps a zero where there is null, and in a strict API server knows no
//! field that the struct has not. What OpenAPI calls required is not asked here: the rules know better.
//!
//! Source: `sigs.k8s.io/json`; the decoders of `Quantity`, `IntOrString`, `Time` and `JSONSchemaPropsOr…`.

use std::fmt::Write as _;

use base64::alphabet;
use base64::engine::{Engine as _, GeneralPurpose, GeneralPurposeConfig};
use pintle_yaml::near;

use super::at::{At, quoted};
use super::finding::Code;
use super::quantity;
use super::time::{self, Precision};
use super::types::{Shape, TypeId, Types};
use crate::document::{Content, Entry, Node};

/// Reports what an API server would not decode. Gives whether all values have the type of their field.
pub(super) fn decode(at: At<'_>, types: &'static Types, id: TypeId) -> bool {
    let mut decoder = Decoder { types, fits: true, is_lenient: false };
    decoder.object(at, id);
    decoder.fits
}

/// Reports what an API server would not decode of a field that holds a struct; null will do.
pub(super) fn decode_value(at: At<'_>, types: &'static Types, id: TypeId) -> bool {
    let mut decoder = Decoder { types, fits: true, is_lenient: false };
    decoder.value(at, Shape::Struct(id));
    decoder.fits
}

struct Decoder {
    types: &'static Types,
    fits: bool,
    /// whether fields may be unknown
    is_lenient: bool,
}

impl Decoder {
    fn object(&mut self, at: At<'_>, id: TypeId) {
        let kind = self.types.get(id);
        for entry in at.node().map(Node::entries).unwrap_or_default() {
            match kind.field(&entry.key) {
                Some(field) => {
                    let shape = field.shape;
                    if !is_plainly(shape, &entry.value) {
                        self.value(at.field(field.name, entry), shape);
                    }
                }
                None if self.is_lenient => {}
                None => unknown(at, entry, kind.names()),
            }
        }
    }

    fn value(&mut self, at: At<'_>, shape: Shape) {
        let Some(node) = at.node() else { return };
        match (shape, &node.content) {
            (_, Content::Null)
            | (Shape::Any, _)
            | (Shape::Text | Shape::IntOrString, Content::String(_))
            | (Shape::Bool | Shape::SchemaOrBool, Content::Bool(_))
            | (Shape::Int64, Content::Int(_))
            | (Shape::Double | Shape::Quantity, Content::Int(_) | Content::Float(_))
            // These read themselves, and take what they do not know for nothing.
            | (
                Shape::SchemaOrList | Shape::SchemaOrStrings,
                Content::Bool(_) | Content::Int(_) | Content::Float(_) | Content::String(_),
            ) => {}
            (Shape::Struct(id), Content::Map(_)) => self.object(at, id),
            (Shape::List(inner), Content::List(_)) => {
                let inner = self.types.inner(inner);
                at.items().for_each(|item| self.value(item, inner));
            }
            (Shape::Map(inner), Content::Map(_)) => {
                let inner = self.types.inner(inner);
                for entry in node.entries() {
                    if !is_plainly(inner, &entry.value) {
                        self.value(at.entry(entry), inner);
                    }
                }
            }
            (Shape::Int32 | Shape::IntOrString, Content::Int(value))
                if i32::try_from(*value).is_ok() => {}
            (Shape::Quantity, Content::String(text)) => {
                if let Err(error) = quantity::parse(quantity::trimmed(text)) {
                    self.broken(at, error);
                }
            }
            (Shape::Bytes, Content::String(text)) => {
                if let Err(error) = base64(text) {
                    self.broken(at, &error);
                }
            }
            (Shape::Time | Shape::MicroTime, Content::String(text)) => {
                let is_micro = shape == Shape::MicroTime;
                let precision = if is_micro { Precision::Micros } else { Precision::Seconds };
                if let Err(error) = time::check(text, precision) {
                    self.broken(at, &error);
                }
            }
            (
                Shape::SchemaOrBool | Shape::SchemaOrList | Shape::SchemaOrStrings,
                Content::Map(_),
            ) => {
                if let Some(id) = self.types.id("apiextensions.v1.JSONSchemaProps") {
                    self.leniently(|decoder| decoder.object(at, id));
                }
            }
            // Go takes a list of numbers for bytes, too.
            (Shape::Bytes, Content::List(items)) if items.iter().all(is_byte) => {}
            (Shape::SchemaOrList, Content::List(_)) => {
                let each = |item| self.value(item, Shape::SchemaOrBool);
                at.items().for_each(each);
            }
            (Shape::SchemaOrStrings, Content::List(_)) => {
                at.items().for_each(|item| self.value(item, Shape::Text));
            }
            _ => self.mismatch(at, node, shape),
        }
    }

    /// Decodes what reads itself: there fields may be unknown, as such types do not tell.
    fn leniently(&mut self, decode: impl FnOnce(&mut Self)) {
        let was_lenient = std::mem::replace(&mut self.is_lenient, true);
        decode(self);
        self.is_lenient = was_lenient;
    }

    fn mismatch(&mut self, at: At<'_>, node: &Node<'_>, shape: Shape) {
        let found = match &node.content {
            Content::Null => "null".to_owned(),
            Content::Bool(_) => "bool".to_owned(),
            Content::Int(value) if matches!(shape, Shape::Int32 | Shape::IntOrString) => {
                format!("number {value}")
            }
            Content::Float(value) if matches!(shape, Shape::Int32 | Shape::Int64) => {
                format!("number {value}")
            }
            Content::Int(_) | Content::Float(_) => "number".to_owned(),
            Content::String(_) => "string".to_owned(),
            Content::List(_) => "array".to_owned(),
            Content::Map(_) => "object".to_owned(),
        };
        let wanted = self.type_name(shape);
        self.broken(at, &format!("cannot unmarshal {found} into a field of type {wanted}"));
    }

    fn broken(&mut self, at: At<'_>, message: &str) {
        self.fits = false;
        at.report(&Code::WRONG_TYPE, message);
    }

    /// Gives Go's name of a shape, as far as OpenAPI tells.
    fn type_name(&self, shape: Shape) -> String {
        match shape {
            Shape::Text => "string".to_owned(),
            Shape::Bool => "bool".to_owned(),
            Shape::Int32 => "int32".to_owned(),
            Shape::Int64 => "int64".to_owned(),
            Shape::Double => "float64".to_owned(),
            Shape::Bytes => "[]uint8".to_owned(),
            Shape::Time => "v1.Time".to_owned(),
            Shape::MicroTime => "v1.MicroTime".to_owned(),
            Shape::Quantity => "resource.Quantity".to_owned(),
            Shape::IntOrString => "intstr.IntOrString".to_owned(),
            Shape::Any => "interface {}".to_owned(),
            Shape::SchemaOrBool => "v1.JSONSchemaPropsOrBool".to_owned(),
            Shape::SchemaOrList => "v1.JSONSchemaPropsOrArray".to_owned(),
            Shape::SchemaOrStrings => "v1.JSONSchemaPropsOrStringArray".to_owned(),
            Shape::Struct(id) => {
                let name = self.types.get(id).name;
                let without_group = name.split_once('.').map_or(name, |(_, rest)| rest);
                without_group.to_owned()
            }
            Shape::List(inner) => format!("[]{}", self.type_name(self.types.inner(inner))),
            Shape::Map(inner) => format!("map[string]{}", self.type_name(self.types.inner(inner))),
        }
    }
}

/// Tells whether a value fits a shape at first sight, so that no path need be known.
fn is_plainly(shape: Shape, node: &Node<'_>) -> bool {
    matches!(
        (shape, &node.content),
        (_, Content::Null)
            | (Shape::Any, _)
            | (Shape::Text | Shape::IntOrString, Content::String(_))
            | (Shape::Bool, Content::Bool(_))
            | (Shape::Int64, Content::Int(_))
    )
}

/// Reports a field that a type does not have, with those that it has and may be meant.
fn unknown(at: At<'_>, entry: &Entry<'_>, names: impl Iterator<Item = &'static str>) {
    let around = at.decoded_path();
    let dot = if around.is_empty() { "" } else { "." };
    let path = format!("{around}{dot}{}", entry.key);
    let mut message = format!("unknown field {}", quoted(&path));
    if let [nearest, ..] = near::of(&entry.key, names)[..] {
        let _ = write!(message, "; did you mean {}?", quoted(nearest));
    }
    at.report_field(&Code::UNKNOWN_FIELD, path, message, entry.offset);
}

fn is_byte(node: &Node<'_>) -> bool {
    match node.content {
        Content::Null => true,
        Content::Int(value) => u8::try_from(value).is_ok(),
        _ => false,
    }
}

/// Base64 as Go reads it: the bits behind the last byte may be anything.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
);

/// Reads base64 as Go does: line breaks are no part of it.
///
/// # Errors
///
/// Go's words.
pub(super) fn base64(text: &str) -> Result<Vec<u8>, String> {
    let decoded = if text.contains(['\r', '\n']) {
        let joined: String = text.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
        BASE64.decode(joined.as_bytes())
    } else {
        BASE64.decode(text.as_bytes())
    };
    decoded
        .map_err(|_| format!("illegal base64 data at input byte {}", illegal_at(text.as_bytes())))
}

/// Tells where Go stops reading base64 that has a fault.
fn illegal_at(text: &[u8]) -> usize {
    let is_digit = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    let behind_breaks = |mut at: usize| {
        while matches!(text.get(at), Some(b'\r' | b'\n')) {
            at += 1;
        }
        at
    };
    // How many digits of a group of four were read.
    let mut n_read = 0;
    for (at, byte) in text.iter().enumerate() {
        match byte {
            digit if is_digit(*digit) => n_read = (n_read + 1) % 4,
            b'\r' | b'\n' => {}
            b'=' if n_read == 3 => return behind_breaks(at + 1),
            b'=' if n_read == 2 => {
                let second = behind_breaks(at + 1);
                return match text.get(second) {
                    None => text.len(),
                    Some(b'=') => behind_breaks(second + 1),
                    Some(_) => second - 1,
                };
            }
            _ => return at,
        }
    }
    text.len() - n_read
}
