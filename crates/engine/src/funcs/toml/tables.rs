//! The tables of a TOML document while it is read: which keys are taken, and by what.
//!
//! Source: `addContext`, `setValue` and `setType` in `parse.go` of BurntSushi/toml. What may be defined again, and with which
//! words it is refused, follows from its two notes about keys: made implicitly by a longer key, and made an array.

use std::collections::BTreeMap;

use pintle_gotmpl::value::number::quote;
use pintle_gotmpl::{List, Type, Value};
use rustc_hash::FxHashSet;

/// A key of several parts: `a."b c".d`.
pub(super) type Key = Vec<String>;

/// What a key holds.
enum Node {
    /// a value, also an array or an inline table in one
    Value(Value),
    Table(Table),
    /// an array of tables; the last one is open
    Tables(Vec<Table>),
}

type Table = BTreeMap<String, Node>;

/// All tables, and the one that keys are added to.
#[derive(Default)]
pub(super) struct Tables {
    root: Table,
    /// the full key of the open table
    pub(super) context: Key,
    /// keys that only a longer key has made
    implicit: FxHashSet<Vec<u8>>,
    /// keys that hold an array in brackets
    arrays: FxHashSet<Vec<u8>>,
}

impl Tables {
    /// Opens a table, or one more of an array of tables, and those above it.
    pub(super) fn open(&mut self, key: &[String], in_array: bool) -> Result<(), String> {
        let Some((last, parents)) = key.split_last() else { return Ok(()) };
        let mut table = &mut self.root;
        for (n, part) in parents.iter().enumerate() {
            if !table.contains_key(part) {
                self.implicit.insert(key_text(&parents[..=n]));
                table.insert(part.clone(), Node::Table(Table::new()));
            }
            table = match table.get_mut(part) {
                Some(Node::Table(table)) => table,
                Some(Node::Tables(tables)) => tables.last_mut().ok_or_else(String::new)?,
                _ => {
                    let key = shown(&parents[..=n]);
                    return Err(format!("Key '{key}' was already created as a hash."));
                }
            };
        }
        parents.clone_into(&mut self.context);
        if in_array {
            let node = table.entry(last.clone()).or_insert_with(|| Node::Tables(Vec::new()));
            let Node::Tables(tables) = node else {
                let key = shown(key);
                return Err(format!(
                    "Key '{key}' was already created and cannot be used as an array."
                ));
            };
            tables.push(Table::new());
        } else {
            self.set(last, None)?;
        }
        self.context.push(last.clone());
        Ok(())
    }

    /// Opens a table that a longer key makes.
    pub(super) fn open_implicitly(&mut self, key: &[String]) -> Result<(), String> {
        self.implicit.insert(key_text(key));
        self.open(key, false)
    }

    /// Notes that a longer key has made this one.
    pub(super) fn note_implicit(&mut self, key: &[String]) {
        self.implicit.insert(key_text(key));
    }

    /// Notes what the value of a key in the open table is. Without a key, the open table itself is meant.
    pub(super) fn note_type(&mut self, key: &str, is_array: bool) {
        let mut full = self.context.clone();
        if !key.is_empty() || full.is_empty() {
            full.push(key.to_owned());
        }
        let text = key_text(&full);
        if is_array {
            self.arrays.insert(text);
        } else {
            self.arrays.remove(&text);
        }
    }

    /// Sets a key of the open table; no value is a table.
    pub(super) fn set(&mut self, key: &str, value: Option<Value>) -> Result<(), String> {
        let mut table = &mut self.root;
        for (n, part) in self.context.iter().enumerate() {
            table = match table.get_mut(part) {
                Some(Node::Table(table)) => table,
                Some(Node::Tables(tables)) => tables.last_mut().ok_or_else(String::new)?,
                _ => {
                    let key = shown(&self.context[..=n]);
                    return Err(format!("Key '{key}' has already been defined."));
                }
            };
        }
        let node = || value.map_or_else(|| Node::Table(Table::new()), Node::Value);
        let Some(taken) = table.get_mut(key) else {
            table.insert(key.to_owned(), node());
            return Ok(());
        };
        let mut full = self.context.clone();
        full.push(key.to_owned());
        let text = key_text(&full);
        if !self.implicit.remove(&text) {
            return Err(format!("Key '{}' has already been defined.", shown(&full)));
        }
        if self.arrays.contains(&text) {
            *taken = node();
        }
        Ok(())
    }

    /// Gives the name of the innermost key for an error text.
    pub(super) fn current(&self, key: &str) -> String {
        match (key.is_empty(), self.context.is_empty()) {
            (true, _) => shown(&self.context),
            (false, true) => key.to_owned(),
            (false, false) => format!("{}.{key}", shown(&self.context)),
        }
    }

    /// Gives the finished document.
    pub(super) fn into_value(self) -> Value {
        into_value(self.root)
    }
}

fn into_value(table: Table) -> Value {
    Value::map(table.into_iter().map(|(key, node)| {
        let value = match node {
            Node::Value(value) => value,
            Node::Table(table) => into_value(table),
            Node::Tables(tables) => {
                let tables: Vec<Value> = tables.into_iter().map(into_value).collect();
                Value::List(List::of(&Type::MAP, tables))
            }
        };
        (key, value)
    }))
}

/// Shows a key as `BurntSushi` does: parts that are not bare are quoted.
pub(super) fn shown(key: &[String]) -> String {
    String::from_utf8(key_text(key)).unwrap_or_default()
}

/// Shows a key between quotes: `%q`.
pub(super) fn quoted(key: &[String]) -> String {
    quote(key_text(key))
}

fn key_text(key: &[String]) -> Vec<u8> {
    let mut text = Vec::new();
    for (n, part) in key.iter().enumerate() {
        if n > 0 {
            text.push(b'.');
        }
        if is_bare_key(part.as_bytes()) {
            text.extend_from_slice(part.as_bytes());
        } else {
            super::write::write_quoted(&mut text, part.as_bytes());
        }
    }
    text
}

/// Tells whether a key needs no quotes.
pub(super) fn is_bare_key(key: &[u8]) -> bool {
    let is_bare = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    !key.is_empty() && key.iter().all(is_bare)
}
