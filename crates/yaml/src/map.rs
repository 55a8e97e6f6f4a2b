//! Maps with string keys: a sorted row of entries while there are few, as in nearly all documents, else a tree.

use std::collections::{BTreeMap, btree_map};
use std::slice;
use std::sync::Arc;

use crate::Value;

/// From how many entries on a map is a tree: inserting into the middle of a row costs more than looking a tree through.
const TREE_FROM: usize = 65;

/// Up to how many entries are looked through one by one.
const SCANNED: usize = 12;

/// A map with string keys, in byte order of the keys.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Map(Arc<Entries>);

#[derive(Debug, Clone)]
enum Entries {
    /// up to 64 entries, sorted
    Row(Vec<(Arc<str>, Value)>),
    Tree(BTreeMap<Arc<str>, Value>),
}

impl Default for Entries {
    fn default() -> Self {
        Self::Row(Vec::new())
    }
}

impl PartialEq for Entries {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl Entries {
    fn len(&self) -> usize {
        match self {
            Self::Row(row) => row.len(),
            Self::Tree(tree) => tree.len(),
        }
    }

    fn iter(&self) -> Iter<'_> {
        match self {
            Self::Row(row) => Iter::Row(row.iter()),
            Self::Tree(tree) => Iter::Tree(tree.iter()),
        }
    }

    fn insert(&mut self, key: Arc<str>, value: Value) -> Option<Value> {
        let row = match self {
            Self::Row(row) => row,
            Self::Tree(tree) => return tree.insert(key, value),
        };
        // Most maps are made in the order of their keys.
        let place = match row.last() {
            Some((last, _)) if *last >= key => row.binary_search_by(|(found, _)| found.cmp(&key)),
            _ => Err(row.len()),
        };
        match place {
            Ok(at) => return Some(std::mem::replace(&mut row[at].1, value)),
            Err(at) => row.insert(at, (key, value)),
        }
        if row.len() == TREE_FROM {
            *self = Self::Tree(std::mem::take(row).into_iter().collect());
        }
        None
    }
}

fn find(row: &[(Arc<str>, Value)], key: &str) -> Option<usize> {
    if row.len() <= SCANNED {
        row.iter().position(|(found, _)| **found == *key)
    } else {
        row.binary_search_by(|(found, _)| (**found).cmp(key)).ok()
    }
}

impl Map {
    /// Makes an empty map.
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives the value at `key`.
    pub fn get(&self, key: &str) -> Option<&Value> {
        match &*self.0 {
            Entries::Row(row) => find(row, key).map(|at| &row[at].1),
            Entries::Tree(tree) => tree.get(key),
        }
    }

    /// Gives the value at `key` for writing.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        if !self.contains_key(key) {
            return None;
        }
        match Arc::make_mut(&mut self.0) {
            Entries::Row(row) => find(row, key).map(|at| &mut row[at].1),
            Entries::Tree(tree) => tree.get_mut(key),
        }
    }

    /// Sets `key`, and gives what was there.
    pub fn insert(&mut self, key: impl Into<Arc<str>>, value: Value) -> Option<Value> {
        Arc::make_mut(&mut self.0).insert(key.into(), value)
    }

    /// Takes `key` away.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        if !self.contains_key(key) {
            return None;
        }
        match Arc::make_mut(&mut self.0) {
            Entries::Row(row) => find(row, key).map(|at| row.remove(at).1),
            Entries::Tree(tree) => tree.remove(key),
        }
    }

    /// Tells whether `key` is there, be its value null or not.
    pub fn contains_key(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// Gives the entries in byte order of the keys.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&Arc<str>, &Value)> + ExactSizeIterator {
        self.0.iter()
    }

    /// Gives the entries for writing.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&Arc<str>, &mut Value)> {
        let (row, tree) = match Arc::make_mut(&mut self.0) {
            Entries::Row(row) => (Some(row), None),
            Entries::Tree(tree) => (None, Some(tree)),
        };
        let row = row.into_iter().flatten().map(|(key, value)| (&*key, value));
        row.chain(tree.into_iter().flatten())
    }

    /// Gives the keys in byte order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &Arc<str>> + ExactSizeIterator {
        self.0.iter().map(|(key, _)| key)
    }

    /// Gives the number of entries.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Tells whether this and `other` share one body, which makes them equal without a look inside.
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Tells whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<K: Into<Arc<str>>> FromIterator<(K, Value)> for Map {
    /// Of two entries of one key the later one stays.
    fn from_iter<I: IntoIterator<Item = (K, Value)>>(entries: I) -> Self {
        let mut row: Vec<(Arc<str>, Value)> =
            entries.into_iter().map(|(key, value)| (key.into(), value)).collect();
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
        Self(Arc::new(if row.len() < TREE_FROM {
            Entries::Row(row)
        } else {
            Entries::Tree(row.into_iter().collect())
        }))
    }
}

/// The entries of a map in byte order of the keys.
#[derive(Clone)]
enum Iter<'m> {
    Row(slice::Iter<'m, (Arc<str>, Value)>),
    Tree(btree_map::Iter<'m, Arc<str>, Value>),
}

impl<'m> Iterator for Iter<'m> {
    type Item = (&'m Arc<str>, &'m Value);

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
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        match self {
            Self::Row(row) => row.next_back().map(|(key, value)| (key, value)),
            Self::Tree(tree) => tree.next_back(),
        }
    }
}

impl ExactSizeIterator for Iter<'_> {}
