//! The entries of a map, kept in the order in which templates range over them.

use std::collections::{BTreeMap, btree_map};
use std::slice;
use std::sync::atomic::AtomicU8;
use std::sync::atomic::Ordering::Relaxed;

use super::{Str, Value};

/// From how many entries on a map is a tree: inserting into the middle of a row costs more than looking a tree through.
const TREE_FROM: usize = 65;

/// Up to how many entries are looked through one by one.
const SCANNED: usize = 12;

/// The entries of a map, in the byte order of their keys: the order in which Go templates range.
#[derive(Debug, Clone)]
pub struct Entries(Repr);

#[derive(Debug, Clone)]
enum Repr {
    /// up to 64 entries, sorted
    Row(Vec<(Str, Value)>),
    Tree(BTreeMap<Str, Value>),
}

impl Default for Entries {
    fn default() -> Self {
        Self::new()
    }
}

impl Entries {
    /// Makes no entries.
    pub fn new() -> Self {
        Self(Repr::Row(Vec::new()))
    }

    /// Makes no entries, with room for some.
    pub fn with_capacity(n_entries: usize) -> Self {
        if n_entries < TREE_FROM {
            Self(Repr::Row(Vec::with_capacity(n_entries)))
        } else {
            Self(Repr::Tree(BTreeMap::new()))
        }
    }

    /// Gives the value at `key`.
    #[inline]
    pub fn get(&self, key: &[u8]) -> Option<&Value> {
        match &self.0 {
            Repr::Row(row) => find(row, key).map(|at| &row[at].1),
            Repr::Tree(tree) => tree.get(key),
        }
    }

    /// Gives the value at `key`, looking first where an earlier look found it in a map of the same make.
    #[inline]
    pub(crate) fn get_near(&self, key: &[u8], hint: &AtomicU8) -> Option<&Value> {
        match &self.0 {
            Repr::Row(row) => {
                let guess = usize::from(hint.load(Relaxed));
                if let Some((found, value)) = row.get(guess)
                    && found.as_bytes() == key
                {
                    return Some(value);
                }
                let at = find(row, key)?;
                // OK because a row has fewer than 65 entries.
                hint.store(u8::try_from(at).unwrap_or_default(), Relaxed);
                Some(&row[at].1)
            }
            Repr::Tree(tree) => tree.get(key),
        }
    }

    /// Sets `key`, and gives what was there.
    pub fn insert(&mut self, key: Str, value: Value) -> Option<Value> {
        match &mut self.0 {
            Repr::Row(row) => {
                // Most maps are made from sorted entries.
                if row.last().is_none_or(|(last, _)| *last < key) {
                    row.push((key, value));
                } else {
                    match row.binary_search_by(|(found, _)| found.as_bytes().cmp(key.as_bytes())) {
                        Ok(at) => return Some(std::mem::replace(&mut row[at].1, value)),
                        Err(at) => row.insert(at, (key, value)),
                    }
                }
                if row.len() == TREE_FROM {
                    self.0 = Repr::Tree(std::mem::take(row).into_iter().collect());
                }
                None
            }
            Repr::Tree(tree) => tree.insert(key, value),
        }
    }

    /// Takes `key` away, and gives what was there.
    pub fn remove(&mut self, key: &[u8]) -> Option<Value> {
        match &mut self.0 {
            Repr::Row(row) => find(row, key).map(|at| row.remove(at).1),
            Repr::Tree(tree) => tree.remove(key),
        }
    }

    /// Tells whether `key` is there.
    pub fn contains_key(&self, key: &[u8]) -> bool {
        self.get(key).is_some()
    }

    /// Gives the number of entries.
    #[inline]
    pub fn len(&self) -> usize {
        match &self.0 {
            Repr::Row(row) => row.len(),
            Repr::Tree(tree) => tree.len(),
        }
    }

    /// Tells whether there are none.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Gives the entries in key order.
    pub fn iter(&self) -> Iter<'_> {
        match &self.0 {
            Repr::Row(row) => Iter::Row(row.iter()),
            Repr::Tree(tree) => Iter::Tree(tree.iter()),
        }
    }

    /// Gives the keys in order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &Str> + ExactSizeIterator {
        self.iter().map(|(key, _)| key)
    }

    /// Gives the values in key order.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &Value> + ExactSizeIterator {
        self.iter().map(|(_, value)| value)
    }

    /// Does something to each value.
    pub fn for_each_value_mut(&mut self, change: impl FnMut(&mut Value)) {
        match &mut self.0 {
            Repr::Row(row) => row.iter_mut().map(|(_, value)| value).for_each(change),
            Repr::Tree(tree) => tree.values_mut().for_each(change),
        }
    }
}

#[inline]
fn find(row: &[(Str, Value)], key: &[u8]) -> Option<usize> {
    if row.len() <= SCANNED {
        row.iter().position(|(found, _)| found.as_bytes() == key)
    } else {
        row.binary_search_by(|(found, _)| found.as_bytes().cmp(key)).ok()
    }
}

impl<K: Into<Str>> FromIterator<(K, Value)> for Entries {
    /// Of two entries of one key the later one stays.
    fn from_iter<I: IntoIterator<Item = (K, Value)>>(iter: I) -> Self {
        let mut row: Vec<(Str, Value)> =
            iter.into_iter().map(|(key, value)| (key.into(), value)).collect();
        if !row.is_sorted_by(|(a, _), (b, _)| a < b) {
            row.sort_by(|(a, _), (b, _)| a.cmp(b));
            row.dedup_by(|later, kept| {
                let is_same = later.0 == kept.0;
                if is_same {
                    std::mem::swap(later, kept);
                }
                is_same
            });
        }
        Self(if row.len() < TREE_FROM {
            Repr::Row(row)
        } else {
            Repr::Tree(row.into_iter().collect())
        })
    }
}

impl<'e> IntoIterator for &'e Entries {
    type Item = (&'e Str, &'e Value);
    type IntoIter = Iter<'e>;

    fn into_iter(self) -> Iter<'e> {
        self.iter()
    }
}

/// The entries of a map in key order.
#[derive(Clone)]
pub enum Iter<'e> {
    #[doc(hidden)]
    Row(slice::Iter<'e, (Str, Value)>),
    #[doc(hidden)]
    Tree(btree_map::Iter<'e, Str, Value>),
}

impl std::fmt::Debug for Iter<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Iter").field("len", &self.len()).finish_non_exhaustive()
    }
}

impl<'e> Iterator for Iter<'e> {
    type Item = (&'e Str, &'e Value);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Row(row) => row.next().map(|(key, value)| (key, value)),
            Self::Tree(tree) => tree.next(),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match self {
            Self::Row(row) => row.size_hint(),
            Self::Tree(tree) => tree.size_hint(),
        }
    }
}

impl DoubleEndedIterator for Iter<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        match self {
            Self::Row(row) => row.next_back().map(|(key, value)| (key, value)),
            Self::Tree(tree) => tree.next_back(),
        }
    }
}

impl ExactSizeIterator for Iter<'_> {}
