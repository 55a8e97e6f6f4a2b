//! Comparison by kind: what `eq`, `lt` and their like make of two values, and Go's `reflect.DeepEqual`.
//!
//! Source: Go's `text/template/funcs.go` and `reflect/deepequal.go`.

use std::rc::Rc;

use rustc_hash::FxHashSet;

use super::print::type_text;
use super::{Kind, List, Map, Object, Str, Value};
use crate::func::FuncError;
use crate::printf::sprintf;

/// Stack that one level of a comparison may need before more is taken, and how much is taken then, in bytes.
const STACK_RED_ZONE: usize = 64 << 10;
const STACK_SEGMENT: usize = 1 << 20;

/// A value as comparison sees it: by kind, whatever its type is called.
enum Basic<'a> {
    Bool(bool),
    Complex(f64, f64),
    Int(i64),
    Float(f64),
    String(&'a [u8]),
    Named(Str),
    Uint(u64),
    /// nil, a slice, a map, a struct, a pointer, a function
    Other,
}

impl Basic<'_> {
    fn of(value: &Value) -> Basic<'_> {
        match value {
            Value::Bool(b) => Basic::Bool(*b),
            Value::Int(_, n) => Basic::Int(*n),
            Value::Uint(_, n) => Basic::Uint(*n),
            Value::Float(x) => Basic::Float(*x),
            Value::Complex(re, im) => Basic::Complex(*re, *im),
            Value::String(s) => Basic::String(s.as_bytes()),
            Value::Nil | Value::List(_) | Value::Map(_) => Basic::Other,
            Value::Object(object) => match object.underlying() {
                Some(Value::Bool(b)) => Basic::Bool(b),
                Some(Value::Int(_, n)) => Basic::Int(n),
                Some(Value::Uint(_, n)) => Basic::Uint(n),
                Some(Value::Float(x)) => Basic::Float(x),
                Some(Value::Complex(re, im)) => Basic::Complex(re, im),
                Some(Value::String(s)) => Basic::Named(s),
                _ => Basic::Other,
            },
        }
    }

    fn bytes(&self) -> Option<&[u8]> {
        match self {
            Basic::String(bytes) => Some(bytes),
            Basic::Named(text) => Some(text.as_bytes()),
            _ => None,
        }
    }
}

fn incompatible(a: &Value, b: &Value) -> FuncError {
    let text = format!("incompatible types for comparison: {} and {}", type_text(a), type_text(b));
    FuncError::new(text)
}

/// Tells whether two values are equal, as `eq` sees it.
///
/// # Errors
///
/// Go's text: `incompatible types for comparison: …` for two kinds, `non-comparable type …` for maps and
/// slices. Nil may be compared with anything.
#[expect(clippy::float_cmp, reason = "eq compares floats as Go's == does")]
pub fn eq(a: &Value, b: &Value) -> Result<bool, FuncError> {
    let (basic_a, basic_b) = (Basic::of(a), Basic::of(b));
    if let (Some(a), Some(b)) = (basic_a.bytes(), basic_b.bytes()) {
        return Ok(a == b);
    }
    match (basic_a, basic_b) {
        (Basic::Bool(a), Basic::Bool(b)) => Ok(a == b),
        (Basic::Int(a), Basic::Int(b)) => Ok(a == b),
        (Basic::Uint(a), Basic::Uint(b)) => Ok(a == b),
        (Basic::Int(int), Basic::Uint(uint)) | (Basic::Uint(uint), Basic::Int(int)) => {
            Ok(u64::try_from(int) == Ok(uint))
        }
        (Basic::Float(a), Basic::Float(b)) => Ok(a == b),
        (Basic::Complex(a, ai), Basic::Complex(b, bi)) => Ok(a == b && ai == bi),
        (Basic::Other, Basic::Other) => eq_other(a, b),
        _ if a.is_nil() || b.is_nil() => Ok(false),
        _ => Err(incompatible(a, b)),
    }
}

fn eq_other(a: &Value, b: &Value) -> Result<bool, FuncError> {
    let is_nil = |value: &Value| match value {
        Value::Nil => true,
        Value::List(list) => list.is_nil(),
        _ => false,
    };
    if !a.is_nil() && !b.is_nil() && a.kind() != b.kind() {
        // Go puts value and type of the second one the other way round.
        let values =
            [a.clone(), Value::string(type_text(a)), Value::string(type_text(b)), b.clone()];
        let text = sprintf(b"non-comparable types %s: %s, %s: %v", &values);
        return Err(FuncError::new(String::from_utf8_lossy(&text)));
    }
    if is_nil(a) || is_nil(b) {
        return Ok(is_nil(a) == is_nil(b));
    }
    match (a, b) {
        (Value::Object(a), Value::Object(b)) if is_comparable(&**b) => {
            Ok(Rc::ptr_eq(a, b) || (b.kind() == Kind::Struct && same_struct(&**a, &**b)))
        }
        _ => {
            let text =
                sprintf(b"non-comparable type %s: %s", &[b.clone(), Value::string(type_text(b))]);
            Err(FuncError::new(String::from_utf8_lossy(&text)))
        }
    }
}

fn is_comparable(object: &dyn Object) -> bool {
    match object.kind() {
        Kind::Ptr => true,
        Kind::Struct => object.fields().iter().all(|(_, value)| match value {
            Value::List(_) | Value::Map(_) => false,
            Value::Object(object) => is_comparable(&**object),
            _ => true,
        }),
        _ => false,
    }
}

/// Tells whether two structs of the host are equal, as far as they show what is in them.
fn same_struct(a: &dyn Object, b: &dyn Object) -> bool {
    let (fields_a, fields_b) = (a.fields(), b.fields());
    a.type_name() == b.type_name()
        && a.display() == b.display()
        && fields_a.len() == fields_b.len()
        && fields_a.iter().zip(&fields_b).all(|((_, a), (_, b))| deep_equal(a, b))
}

/// Tells whether `a` is less than `b`, as `lt` sees it.
///
/// # Errors
///
/// Go's text: `invalid type for comparison` unless both are numbers or strings, `incompatible types for
/// comparison: …` for two kinds.
pub fn lt(a: &Value, b: &Value) -> Result<bool, FuncError> {
    let (basic_a, basic_b) = (Basic::of(a), Basic::of(b));
    if let (Some(a), Some(b)) = (basic_a.bytes(), basic_b.bytes()) {
        return Ok(a < b);
    }
    match (basic_a, basic_b) {
        (Basic::Int(a), Basic::Int(b)) => Ok(a < b),
        (Basic::Uint(a), Basic::Uint(b)) => Ok(a < b),
        (Basic::Int(a), Basic::Uint(b)) => Ok(u64::try_from(a).is_ok_and(|a| a < b) || a < 0),
        (Basic::Uint(a), Basic::Int(b)) => Ok(u64::try_from(b).is_ok_and(|b| a < b)),
        (Basic::Float(a), Basic::Float(b)) => Ok(a < b),
        (Basic::Other, _)
        | (_, Basic::Other)
        | (Basic::Bool(_), Basic::Bool(_))
        | (Basic::Complex(..), Basic::Complex(..)) => {
            Err(FuncError::new("invalid type for comparison"))
        }
        _ => Err(incompatible(a, b)),
    }
}

/// Tells whether `a` is less than or equal to `b`, as `le` sees it.
///
/// # Errors
///
/// As [`lt`].
pub fn le(a: &Value, b: &Value) -> Result<bool, FuncError> {
    Ok(lt(a, b)? || eq(a, b)?)
}

/// Tells whether two values are deeply equal, types included: Go's `reflect.DeepEqual`.
///
/// NaN differs from itself, except inside one and the same map or slice. Maps that contain themselves are
/// compared as far as they go.
pub fn deep_equal(a: &Value, b: &Value) -> bool {
    DeepComparison::default().values(a, b)
}

/// A deep comparison under way.
#[derive(Default)]
struct DeepComparison {
    /// the pairs of shared containers already met: equal, or the comparison will fail elsewhere
    seen: FxHashSet<(usize, usize)>,
}

impl DeepComparison {
    #[expect(clippy::float_cmp, reason = "DeepEqual compares floats as Go's == does")]
    fn values(&mut self, a: &Value, b: &Value) -> bool {
        match (a, b) {
            (Value::Nil, Value::Nil) => true,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Int(type_a, a), Value::Int(type_b, b)) => type_a == type_b && a == b,
            (Value::Uint(type_a, a), Value::Uint(type_b, b)) => type_a == type_b && a == b,
            (Value::Float(a), Value::Float(b)) => a == b,
            (Value::Complex(a, ai), Value::Complex(b, bi)) => a == b && ai == bi,
            (Value::String(a), Value::String(b)) => a == b,
            (Value::List(a), Value::List(b)) => self.lists(a, b),
            (Value::Map(a), Value::Map(b)) => self.maps(a, b),
            (Value::Object(a), Value::Object(b)) => Rc::ptr_eq(a, b) || self.objects(&**a, &**b),
            _ => false,
        }
    }

    /// Notes a pair of containers; false if it was met before.
    fn is_new(&mut self, a: (usize, bool), b: (usize, bool)) -> bool {
        // Only what is shared can be met twice.
        !(a.1 || b.1) || self.seen.insert((a.0, b.0))
    }

    fn lists(&mut self, a: &List, b: &List) -> bool {
        if a.element() != b.element() || a.is_nil() != b.is_nil() || a.len() != b.len() {
            return false;
        }
        let (id_a, id_b) = (a.identity(), b.identity());
        if a.is_empty() || id_a.0 == id_b.0 || !self.is_new(id_a, id_b) {
            return true;
        }
        stacker::maybe_grow(STACK_RED_ZONE, STACK_SEGMENT, || {
            a.iter().zip(b.iter()).all(|(a, b)| self.values(a, b))
        })
    }

    fn maps(&mut self, a: &Map, b: &Map) -> bool {
        if a.ty() != b.ty() || a.len() != b.len() {
            return false;
        }
        if a.same(b) || !self.is_new(a.identity(), b.identity()) {
            return true;
        }
        let (entries_a, entries_b) = (a.entries(), b.entries());
        stacker::maybe_grow(STACK_RED_ZONE, STACK_SEGMENT, || {
            entries_a
                .iter()
                .zip(entries_b.iter())
                .all(|((key_a, a), (key_b, b))| key_a == key_b && self.values(a, b))
        })
    }

    fn objects(&mut self, a: &dyn Object, b: &dyn Object) -> bool {
        if a.type_name() != b.type_name() || a.kind() != b.kind() {
            return false;
        }
        match (a.underlying(), b.underlying()) {
            (Some(a), Some(b)) => self.values(&a, &b),
            (None, None) => {
                let (fields_a, fields_b) = (a.fields(), b.fields());
                a.kind() != Kind::Func
                    && a.display() == b.display()
                    && fields_a.len() == fields_b.len()
                    && stacker::maybe_grow(STACK_RED_ZONE, STACK_SEGMENT, || {
                        fields_a.iter().zip(&fields_b).all(|((_, a), (_, b))| self.values(a, b))
                    })
            }
            _ => false,
        }
    }
}
