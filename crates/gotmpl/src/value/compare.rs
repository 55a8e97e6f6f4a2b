//! Comparison by kind: what `eq`, `lt` and their like make of two values, and Go's `reflect.DeepEqual`.
//!
//! Source: Go's `text/template/funcs.go` and `reflect/deepequal.go`.

use std::rc::Rc;

use rustc_hash::FxHashSet;

use super::print::type_text;
use super::{Kind, Object, Str, Value};
use crate::func::FuncError;
use crate::printf::sprintf;

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
    let mut comparison = DeepComparison::default();
    if !comparison.values(a, b) {
        return false;
    }
    while let Some((a, b)) = comparison.open.pop() {
        if !comparison.containers(&a, &b) {
            return false;
        }
    }
    true
}

/// A deep comparison under way. Since all parts must be equal, in whatever order they are looked at, what is
/// nested waits in a list: no depth overflows the stack.
#[derive(Default)]
struct DeepComparison {
    /// lists, maps and objects of equal types still to be compared
    open: Vec<(Value, Value)>,
    /// the pairs of shared containers already met: equal, or the comparison will fail elsewhere
    seen: FxHashSet<(usize, usize)>,
}

impl DeepComparison {
    /// Compares what can be compared at once and puts off the rest; false if the values differ.
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
            (Value::List(list_a), Value::List(list_b)) => {
                let (id_a, id_b) = (list_a.identity(), list_b.identity());
                list_a.element() == list_b.element()
                    && list_a.is_nil() == list_b.is_nil()
                    && list_a.len() == list_b.len()
                    && (list_a.is_empty() || id_a.0 == id_b.0 || self.put_off(a, b, id_a, id_b))
            }
            (Value::Map(map_a), Value::Map(map_b)) => {
                map_a.ty() == map_b.ty()
                    && map_a.is_nil() == map_b.is_nil()
                    && map_a.len() == map_b.len()
                    && (map_a.same(map_b) || self.put_off(a, b, map_a.identity(), map_b.identity()))
            }
            (Value::Object(object_a), Value::Object(object_b)) => {
                Rc::ptr_eq(object_a, object_b)
                    || (object_a.type_name() == object_b.type_name()
                        && object_a.kind() == object_b.kind()
                        && self.put_off(a, b, (0, false), (0, false)))
            }
            _ => false,
        }
    }

    /// Puts a pair off, unless it was met before. Only what is shared can be met twice.
    fn put_off(&mut self, a: &Value, b: &Value, id_a: (usize, bool), id_b: (usize, bool)) -> bool {
        let is_shared = id_a.1 || id_b.1;
        if !is_shared || self.seen.insert((id_a.0, id_b.0)) {
            self.open.push((a.clone(), b.clone()));
        }
        true
    }

    /// Compares the parts of two containers of one type and size.
    fn containers(&mut self, a: &Value, b: &Value) -> bool {
        match (a, b) {
            (Value::List(a), Value::List(b)) => {
                a.iter().zip(b.iter()).all(|(a, b)| self.values(a, b))
            }
            (Value::Map(a), Value::Map(b)) => a
                .entries()
                .iter()
                .zip(b.entries().iter())
                .all(|((key_a, a), (key_b, b))| key_a == key_b && self.values(a, b)),
            (Value::Object(a), Value::Object(b)) => self.objects(&**a, &**b),
            _ => false,
        }
    }

    fn objects(&mut self, a: &dyn Object, b: &dyn Object) -> bool {
        match (a.underlying(), b.underlying()) {
            (Some(a), Some(b)) => self.values(&a, &b),
            (None, None) => {
                let (fields_a, fields_b) = (a.fields(), b.fields());
                a.kind() != Kind::Func
                    && a.display() == b.display()
                    && fields_a.len() == fields_b.len()
                    && fields_a.iter().zip(&fields_b).all(|((_, a), (_, b))| self.values(a, b))
            }
            _ => false,
        }
    }
}
