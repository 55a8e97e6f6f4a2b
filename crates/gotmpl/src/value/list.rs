//! Go slices.

use std::fmt;
use std::rc::Rc;

use super::{Str, Type, Value, drop_held, take_container};

/// A Go slice: immutable here, since no template function writes into one.
#[derive(Clone)]
pub struct List {
    element: &'static Type,
    /// `None` is Go's nil slice, which JSON shows as `null`
    items: Option<Rc<Vec<Value>>>,
}

impl List {
    /// Makes a `[]interface {}`.
    pub fn new(items: impl Into<Vec<Value>>) -> Self {
        Self { element: &Type::Any, items: Some(Rc::new(items.into())) }
    }

    /// Makes a slice of another element type, such as `[]string`.
    pub fn of(element: &'static Type, items: impl Into<Vec<Value>>) -> Self {
        Self { element, items: Some(Rc::new(items.into())) }
    }

    /// Makes a nil slice.
    pub fn nil(element: &'static Type) -> Self {
        Self { element, items: None }
    }

    /// Makes a `[]string`.
    pub fn strings<S: Into<Str>>(items: impl IntoIterator<Item = S>) -> Self {
        let items: Vec<Value> = items.into_iter().map(|s| Value::String(s.into())).collect();
        Self::of(&Type::String, items)
    }

    /// Gives the element type.
    pub fn element(&self) -> &'static Type {
        self.element
    }

    /// Tells whether this is Go's nil slice.
    pub fn is_nil(&self) -> bool {
        self.items.is_none()
    }

    /// Gives the elements.
    pub fn items(&self) -> &[Value] {
        self.items.as_ref().map_or(&[], |items| items)
    }

    /// Moves the containers out of a list that nobody else holds.
    pub(super) fn take_containers(&mut self, taken: &mut Vec<Value>) {
        if let Some(items) = self.items.as_mut().and_then(Rc::get_mut) {
            for value in items.iter_mut() {
                take_container(value, taken);
            }
        }
    }

    /// Gives what tells this slice from others while it lives, and whether others hold it too.
    pub(crate) fn identity(&self) -> (usize, bool) {
        self.items
            .as_ref()
            .map_or((0, false), |rc| (Rc::as_ptr(rc).addr(), Rc::strong_count(rc) > 1))
    }
}

impl Drop for List {
    #[inline]
    fn drop(&mut self) {
        if let Some(items) = self.items.as_mut().and_then(Rc::get_mut) {
            drop_held(std::mem::take(items), |items, taken| {
                for value in items.iter_mut() {
                    take_container(value, taken);
                }
            });
        }
    }
}

impl std::ops::Deref for List {
    type Target = [Value];

    fn deref(&self) -> &[Value] {
        self.items()
    }
}

impl fmt::Debug for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&Value::List(self.clone()), f)
    }
}
