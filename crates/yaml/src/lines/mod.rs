//! From lines straight to a value, for documents in the form in which nearly all are written.
//!
//! That is: block mappings and sequences, keys on one line each, scalars of all styles, flow collections. Such a
//! document is read line by line, without tokens and events. All else (anchors, tags, tabs where they matter, whatever
//! may be wrong) makes the reader give up, and the document is read by [`crate::compose`] as if nothing had happened:
//! nothing is refused here.

mod common;
mod scalar;

use std::sync::Arc;

use memchr::memchr;

use crate::compose::{Fields, check_key, key_of};
use crate::reader::Input;
use crate::scanner::Style;
use crate::{Field, Map, Value};

/// The deepest nesting that is read here.
const MAX_LEVELS: usize = 200;

/// The longest key that is read here, in bytes: a key may have 1024 characters.
const MAX_KEY_BYTES: usize = 1000;

/// Reads the first document, or gives nothing if it is not in this form.
pub(crate) fn read(input: Input<'_>, fields: Option<Fields<'_>>) -> Option<Value> {
    let text = input.text;
    let is_odd = input.problem.is_some()
        || input.has_odd_breaks
        || text.starts_with('\u{feff}')
        || memchr(b'\r', text.as_bytes()).is_some();
    if is_odd {
        return None;
    }
    let bytes = text.as_bytes();
    let levels = Vec::with_capacity(16);
    let looked_at = (usize::MAX, 0);
    let is_ascii = input.is_ascii;
    Reader { text, bytes, is_ascii, at: 0, line_start: 0, looked_at, fields, levels, root: None }
        .document()
}

/// Says that a document is not in this form.
struct GivesUp;

/// What a collection is, and what of it is kept.
enum Built {
    /// nothing: it is only checked
    Nothing,
    List(Vec<Value>),
    /// the entries, and the key whose value comes next
    Map(Vec<(Arc<str>, Value)>, Option<Arc<str>>),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Map,
    Sequence,
    /// in the column of the mapping around it
    Indentless,
}

/// A block collection that has begun.
struct Level {
    column: usize,
    kind: Kind,
    /// whether the value of the last key or dash has not come yet
    is_awaiting: bool,
    /// how the next value is read
    how: Field,
    built: Built,
}

impl Level {
    fn keeps_next(&self) -> bool {
        !matches!(self.built, Built::Nothing) && self.how != Field::Skipped
    }

    /// Takes the value that was awaited.
    #[inline]
    fn accept(&mut self, value: Value) {
        self.is_awaiting = false;
        match &mut self.built {
            Built::Nothing => {}
            Built::List(items) => items.push(value),
            Built::Map(entries, key) => {
                if let Some(key) = key.take() {
                    entries.push((key, value));
                }
            }
        }
    }

    /// Notes that nothing came where a value was awaited.
    fn accept_nothing(&mut self) {
        if self.is_awaiting {
            self.accept(Value::Null);
        }
    }
}

struct Reader<'a, 'f> {
    text: &'a str,
    bytes: &'a [u8],
    is_ascii: bool,
    at: usize,
    line_start: usize,
    /// the start of a line that was looked at before it is read, and where its indentation ends
    looked_at: (usize, usize),
    fields: Option<Fields<'f>>,
    levels: Vec<Level>,
    /// the document, once its outermost collection has ended
    root: Option<Value>,
}

/// Bytes that cannot begin a plain scalar.
const ODD_STARTS: [bool; 256] = bytes_of(b"\n\t ,[]{}#&*!|>'\"%@`");

const fn bytes_of(bytes: &[u8]) -> [bool; 256] {
    let mut set = [false; 256];
    let mut n = 0;
    while n < bytes.len() {
        set[bytes[n] as usize] = true;
        n += 1;
    }
    set
}

impl Reader<'_, '_> {
    fn document(mut self) -> Option<Value> {
        let mut is_first = true;
        while let Some(column) = self.next_line().ok()? {
            if is_first && column == 0 && self.bytes[self.at..].starts_with(b"---\n") {
                self.at += 4;
            } else if !self.common_line(column) {
                self.line(column)?;
            }
            is_first = false;
        }
        while !self.levels.is_empty() {
            self.close();
        }
        Some(self.root.unwrap_or(Value::Null))
    }

    /// Gives a byte, or a line feed behind the end.
    #[inline]
    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(b'\n')
    }

    fn line_end(&self, from: usize) -> usize {
        memchr(b'\n', &self.bytes[from..]).map_or(self.bytes.len(), |len| from + len)
    }

    fn skip_spaces(&mut self) {
        self.at = self.spaces_end(self.at);
    }

    /// Gives where the spaces end that begin at a place: definitions are indented by dozens of them.
    #[inline]
    fn spaces_end(&self, from: usize) -> usize {
        const SPACES: u64 = u64::from_le_bytes([b' '; 8]);
        let mut at = from;
        while let Some(chunk) = self.bytes.get(at..).and_then(<[u8]>::first_chunk) {
            let others = u64::from_le_bytes(*chunk) ^ SPACES;
            if others != 0 {
                return at + (others.trailing_zeros() / 8) as usize;
            }
            at += 8;
        }
        while self.byte(at) == b' ' {
            at += 1;
        }
        at
    }

    fn is_blank(&self, at: usize) -> bool {
        matches!(self.byte(at), b' ' | b'\n' | b'\t')
    }

    /// Goes on to what stands on the next line that is neither blank nor a comment, and gives its column.
    fn next_line(&mut self) -> Result<Option<usize>, GivesUp> {
        loop {
            self.line_start = self.at;
            let (line_start, indentation_end) = self.looked_at;
            self.at =
                if line_start == self.at { indentation_end } else { self.spaces_end(self.at) };
            match self.bytes.get(self.at) {
                None => return Ok(None),
                Some(b'\n') => self.at += 1,
                Some(b'#') => self.pass_line(),
                Some(b'\t') => return Err(GivesUp),
                Some(_) => return Ok(Some(self.at - self.line_start)),
            }
        }
    }

    fn pass_line(&mut self) {
        self.at = (self.line_end(self.at) + 1).min(self.bytes.len());
    }

    /// Goes on behind blanks and a comment to the next line; nothing else may stand there.
    fn end_line(&mut self) -> Option<()> {
        let start = self.at;
        self.skip_spaces();
        match self.byte(self.at) {
            b'\n' => self.at = (self.at + 1).min(self.bytes.len()),
            b'#' if self.at > start => self.pass_line(),
            _ => return None,
        }
        Some(())
    }

    /// Tells whether a plain scalar may begin here.
    fn begins_plain(&self) -> bool {
        match self.bytes[self.at] {
            b'-' | b'?' | b':' => !self.is_blank(self.at + 1),
            byte => !ODD_STARTS[usize::from(byte)],
        }
    }

    fn is_entry(&self) -> bool {
        self.bytes[self.at] == b'-' && self.is_blank(self.at + 1)
    }

    /// Reads a line from what stands in `column` on.
    fn line(&mut self, column: usize) -> Option<()> {
        if column == 0
            && (matches!(self.bytes[self.at..], [b'-', b'-', b'-', ..] | [b'.', b'.', b'.', ..])
                || self.bytes[self.at] == b'%')
        {
            return None;
        }
        let is_entry = self.is_entry();
        while let Some(top) = self.levels.last() {
            if top.column < column {
                break;
            }
            if top.column == column {
                match (top.kind, is_entry) {
                    (Kind::Map, false) | (Kind::Sequence | Kind::Indentless, true) => break,
                    (Kind::Map, true) => {
                        if !top.is_awaiting {
                            return None;
                        }
                        self.open(Kind::Indentless, column)?;
                        break;
                    }
                    (Kind::Sequence, false) => return None,
                    (Kind::Indentless, false) => {}
                }
            }
            self.close();
        }
        self.node(column, is_entry)
    }

    /// Reads what stands in `column`: entries, an entry of a mapping, a scalar.
    fn node(&mut self, column: usize, is_entry: bool) -> Option<()> {
        let mut column = column;
        let mut is_entry = is_entry;
        while is_entry {
            self.sibling_or_first(Kind::Sequence, column)?;
            self.at += 1;
            self.skip_spaces();
            match self.byte(self.at) {
                b'\t' => return None,
                b'\n' | b'#' => {
                    self.pass_line();
                    return Some(());
                }
                _ => {}
            }
            column = self.at - self.line_start;
            is_entry = self.is_entry();
        }
        match self.key().ok()? {
            Some((key, style, end)) => {
                self.sibling_or_first(Kind::Map, column)?;
                self.begin_field(key, style)?;
                self.at = end + 1;
                self.skip_spaces();
                if matches!(self.byte(self.at), b'\n' | b'#') {
                    self.pass_line();
                    return Some(());
                }
                self.value()
            }
            None if self.levels.last()?.column < column => self.value(),
            None => None,
        }
    }

    /// Goes on in the innermost collection if it is in this column, or begins one there.
    fn sibling_or_first(&mut self, kind: Kind, column: usize) -> Option<()> {
        match self.levels.last_mut() {
            Some(top) if top.column == column => top.accept_nothing(),
            _ => self.open(kind, column)?,
        }
        self.levels.last_mut()?.is_awaiting = true;
        Some(())
    }

    /// Begins a collection where a value is awaited.
    fn open(&mut self, kind: Kind, column: usize) -> Option<()> {
        let how = match self.levels.last() {
            Some(top) if !top.is_awaiting || self.levels.len() == MAX_LEVELS => return None,
            Some(top) if top.keeps_next() => Some(top.how),
            Some(_) => None,
            None if self.root.is_some() => return None,
            None => Some(Field::Any),
        };
        let (how, built) = match (how, kind) {
            (None, _) => (Field::Skipped, Built::Nothing),
            (Some(_), Kind::Map) => (Field::Any, Built::Map(Vec::new(), None)),
            (Some(how), _) => (how.of_items(), Built::List(Vec::new())),
        };
        self.levels.push(Level { column, kind, is_awaiting: false, how, built });
        Some(())
    }

    /// Ends the innermost collection.
    fn close(&mut self) {
        let Some(mut level) = self.levels.pop() else { return };
        level.accept_nothing();
        let value = match level.built {
            Built::Nothing => Value::Null,
            Built::List(items) => Value::list(items),
            Built::Map(entries, _) => Value::Map(entries.into_iter().collect::<Map>()),
        };
        match self.levels.last_mut() {
            Some(top) => top.accept(value),
            None => self.root = Some(value),
        }
    }

    /// Notes the key whose value comes next.
    fn begin_field(&mut self, key: &str, style: Style) -> Option<()> {
        let top = self.levels.last_mut()?;
        let Built::Map(_, place) = &mut top.built else {
            return check_key(key, style).ok();
        };
        *place = Some(key_of(key, style).ok()?);
        if let Some(fields) = self.fields {
            let how = self.ask(fields);
            let top = self.levels.last_mut()?;
            top.how = how;
            if let (Field::Skipped, Built::Map(_, place)) = (how, &mut top.built) {
                *place = None;
            }
        }
        Some(())
    }

    fn ask(&self, fields: Fields<'_>) -> Field {
        let keys = self.levels.iter().filter_map(|level| match &level.built {
            Built::Map(_, key) => key.as_deref(),
            _ => None,
        });
        fields(&keys.collect::<Vec<_>>())
    }
}

#[cfg(test)]
mod tests;
