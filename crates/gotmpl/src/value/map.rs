//! Go maps with string keys.

use std::cell::{Cell, Ref, RefCell, RefMut};
use std::fmt;
use std::rc::Rc;

use super::{Entries, Str, Type, Value, drop_held, take_container};

/// A handle to a Go map with string keys. Clones are the same map.
#[derive(Clone)]
pub struct Map {
    ty: &'static Type,
    body: Rc<Body>,
}

struct Body {
    entries: RefCell<Entries>,
    /// whether this is Go's nil map, which JSON shows as `null` and nobody can write to
    is_nil: bool,
    /// whether each read counts in [`watched_reads`]
    is_watched: bool,
    /// the generation it was made in
    generation: u32,
}

impl Body {
    fn new(entries: Entries) -> Self {
        let generation = GENERATION.get();
        Self { entries: RefCell::new(entries), is_nil: false, is_watched: false, generation }
    }
}

thread_local! {
    static WRITES: Cell<u64> = const { Cell::new(0) };
    static WATCHED_READS: Cell<u64> = const { Cell::new(0) };
    static GENERATION: Cell<u32> = const { Cell::new(0) };
    static OLD_WRITES: Cell<u64> = const { Cell::new(0) };
}

/// Begins a generation: the maps that this thread has made so far are old from now on.
pub fn begin_generation() {
    GENERATION.set(GENERATION.get().wrapping_add(1));
}

/// Gives how often old maps of this thread were written to: what happened to younger ones, nobody can have kept.
pub fn old_writes() -> u64 {
    OLD_WRITES.get()
}

/// Gives how often maps of this thread were written to.
///
/// Maps are the only values that change, so what a template reads of a value is the same as long as this number is.
pub fn writes() -> u64 {
    WRITES.get()
}

/// Counts a read of a watched map, where something that came from such a read is used again.
pub fn note_watched_read() {
    WATCHED_READS.set(WATCHED_READS.get() + 1);
}

/// Gives how often watched maps of this thread were read.
pub fn watched_reads() -> u64 {
    WATCHED_READS.get()
}

impl Map {
    /// Makes a `map[string]interface {}`.
    pub fn new(entries: Entries) -> Self {
        Self::of(&Type::MAP, entries)
    }

    /// Makes a map of another type: [`Type::STRING_MAP`], or a named one such as `common.Values`.
    pub fn of(ty: &'static Type, entries: Entries) -> Self {
        Self { ty, body: Rc::new(Body::new(entries)) }
    }

    /// Makes a map whose every read counts in [`watched_reads`].
    pub fn watched(ty: &'static Type, entries: Entries) -> Self {
        Self { ty, body: Rc::new(Body { is_watched: true, ..Body::new(entries) }) }
    }

    /// Makes a nil map. Functions that would write to one must fail instead.
    pub fn nil(ty: &'static Type) -> Self {
        Self { ty, body: Rc::new(Body { is_nil: true, ..Body::new(Entries::new()) }) }
    }

    /// Tells whether this is Go's nil map.
    pub fn is_nil(&self) -> bool {
        self.body.is_nil
    }

    /// Gives the map's own type.
    pub fn ty(&self) -> &'static Type {
        self.ty
    }

    /// Gives a clone of the value at `key`.
    pub fn get(&self, key: impl AsRef<[u8]>) -> Option<Value> {
        self.entries().get(key.as_ref()).cloned()
    }

    /// Sets `key` for all who hold this map.
    pub fn insert(&self, key: impl Into<Str>, value: Value) {
        self.entries_mut().insert(key.into(), value);
    }

    /// Takes `key` away for all who hold this map.
    pub fn remove(&self, key: impl AsRef<[u8]>) -> Option<Value> {
        self.entries_mut().remove(key.as_ref())
    }

    /// Tells whether `key` is there, be its value nil or not.
    pub fn contains_key(&self, key: impl AsRef<[u8]>) -> bool {
        self.entries().contains_key(key.as_ref())
    }

    /// Gives the number of entries.
    pub fn len(&self) -> usize {
        self.entries().len()
    }

    /// Tells whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Reads the entries in key order. Do not call back into a template while the guard lives.
    #[inline]
    pub fn entries(&self) -> Ref<'_, Entries> {
        if self.body.is_watched {
            note_watched_read();
        }
        self.body.entries.borrow()
    }

    /// Opens the entries for writing. Do not call back into a template while the guard lives.
    pub fn entries_mut(&self) -> RefMut<'_, Entries> {
        WRITES.set(WRITES.get() + 1);
        if self.body.generation != GENERATION.get() {
            OLD_WRITES.set(OLD_WRITES.get() + 1);
        }
        self.body.entries.borrow_mut()
    }

    /// Gives a snapshot of the entries that later writes do not touch; values are still shared.
    pub fn snapshot(&self) -> Vec<(Str, Value)> {
        self.entries().iter().map(|(k, v)| (k.clone(), v.clone())).collect()
    }

    /// Gives the same map under another type: Go's conversion between map types.
    #[must_use]
    pub fn with_type(&self, ty: &'static Type) -> Self {
        Self { ty, body: Rc::clone(&self.body) }
    }

    /// Tells whether both handles are one map.
    pub fn same(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.body, &other.body)
    }

    /// Gives the type of the values: `interface {}` for a named map type.
    pub fn element(&self) -> &'static Type {
        match self.ty {
            Type::Map(element) => element,
            _ => &Type::Any,
        }
    }

    /// Moves the containers out of a map that nobody else holds.
    pub(super) fn take_containers(&mut self, taken: &mut Vec<Value>) {
        if let Some(body) = Rc::get_mut(&mut self.body) {
            body.entries.get_mut().for_each_value_mut(|value| take_container(value, taken));
        }
    }

    /// Gives what tells this map from others while it lives.
    pub fn address(&self) -> usize {
        Rc::as_ptr(&self.body).addr()
    }

    /// Gives what tells this map from others while it lives, and whether others hold it too.
    pub(crate) fn identity(&self) -> (usize, bool) {
        (self.address(), Rc::strong_count(&self.body) > 1)
    }
}

impl Drop for Map {
    #[inline]
    fn drop(&mut self) {
        if let Some(body) = Rc::get_mut(&mut self.body) {
            drop_held(std::mem::take(body.entries.get_mut()), |entries, taken| {
                entries.for_each_value_mut(|value| take_container(value, taken));
            });
        }
    }
}

impl fmt::Debug for Map {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.body.entries.try_borrow() {
            Ok(_) => fmt::Debug::fmt(&Value::Map(self.clone()), f),
            Err(_) => f.write_str("map (being written)"),
        }
    }
}
