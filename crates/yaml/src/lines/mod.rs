//! From lines straight to a value, for documents in the form in which nearly all are written.
//!
//! That is: block mappings and sequences, keys on one line each, scalars of all styles, flow collections. Such a
//! document is read line by line, without tokens and events. All else (anchors, tags, tabs where they matter, whatever
//! may be wrong) makes the reader give up, and the document is read by [`crate::compose`] as if nothing had happened:
//! nothing is refused here.

mod common;
mod scalar;

use std::borrow::Cow;
use std::sync::Arc;

use memchr::memchr;

use crate::compose::{Fields, Show, check_key, key_of};
use crate::reader::Input;
use crate::scanner::Style;
use crate::{Field, Map, Value};

/// The deepest nesting that is read here.
const MAX_LEVELS: usize = 200;

/// The longest key that is read here, in bytes: a key may have 1024 characters.
const MAX_KEY_BYTES: usize = 1000;

/// Reads the first document, or gives nothing if it is not in this form.
pub(crate) fn read(input: Input<'_>, fields: Option<Fields<'_>>) -> Option<Value> {
    reader(input, fields, None)?.document()
}

/// Shows fields of the first document, or gives nothing if it is not in this form or a field not of its kind.
pub(crate) fn visit(input: Input<'_>, fields: Fields<'_>, show: Show<'_>) -> Option<()> {
    reader(input, Some(fields), Some(show))?.document().map(drop)
}

fn reader<'a, 'f>(
    input: Input<'a>,
    fields: Option<Fields<'f>>,
    show: Option<Show<'f>>,
) -> Option<Reader<'a, 'f>> {
    let text = input.text;
    let is_odd = input.problem.is_some()
        || input.has_odd_breaks
        || text.starts_with('\u{feff}')
        || memchr(b'\r', text.as_bytes()).is_some();
    if is_odd {
        return None;
    }
    let bytes = text.as_bytes();
    Some(Reader {
        text,
        bytes,
        is_ascii: input.is_ascii,
        at: 0,
        line_start: 0,
        looked_at: (usize::MAX, 0),
        fields,
        show,
        is_odd: false,
        levels: Vec::with_capacity(16),
        built: Vec::new(),
        root: None,
    })
}

/// Says that a document is not in this form.
struct GivesUp;

/// What is kept of a collection.
enum Built<'a> {
    List(Vec<Value>),
    /// the entries, and the key whose value comes next, if that is kept
    Map(Vec<(Arc<str>, Value)>, Option<Cow<'a, str>>),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Map,
    Sequence,
    /// in the column of the mapping around it
    Indentless,
}

/// What stands behind the dashes of a line.
enum Behind {
    Nothing,
    /// something in this column
    Column(usize),
}

/// A block collection that has begun.
#[derive(Clone, Copy)]
struct Level {
    column: usize,
    kind: Kind,
    /// whether the value of the last key or dash has not come yet
    is_awaiting: bool,
    /// how the next value is read
    how: Field,
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
    /// who is shown what would be kept
    show: Option<Show<'f>>,
    /// whether something is missing that was to be shown
    is_odd: bool,
    levels: Vec<Level>,
    /// what is kept of the outermost levels; the others are only checked
    built: Vec<Built<'a>>,
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

impl<'a> Reader<'a, '_> {
    fn document(mut self) -> Option<Value> {
        let mut is_first = true;
        while let Some(column) = self.next_line().ok()? {
            if is_first && column == 0 && self.bytes[self.at..].starts_with(b"---\n") {
                self.at += 4;
            } else if self.is_skipping() {
                self.common_line(column)?;
            } else {
                self.line(column)?;
            }
            is_first = false;
        }
        while !self.levels.is_empty() {
            self.close();
        }
        if self.is_odd {
            return None;
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
        match self.entries(column, Self::sibling_or_first)? {
            Behind::Nothing => Some(()),
            Behind::Column(column) => self.content(column),
        }
    }

    /// Reads the dashes that stand from `column` on, each with what `begin` makes of it; gives what stands behind them.
    #[inline]
    fn entries(
        &mut self,
        column: usize,
        begin: fn(&mut Self, Kind, usize) -> Option<()>,
    ) -> Option<Behind> {
        let mut column = column;
        while self.is_entry() {
            begin(self, Kind::Sequence, column)?;
            self.at += 1;
            self.skip_spaces();
            match self.byte(self.at) {
                b'\t' => return None,
                b'\n' | b'#' => {
                    self.pass_line();
                    return Some(Behind::Nothing);
                }
                _ => {}
            }
            column = self.at - self.line_start;
        }
        Some(Behind::Column(column))
    }

    /// Reads what stands in `column` and is no entry.
    fn content(&mut self, column: usize) -> Option<()> {
        match self.key().ok()? {
            Some((key, style, end)) => {
                self.sibling_or_first(Kind::Map, column)?;
                self.begin_field(key, style)?;
                self.at = end + 1;
                self.field_value()
            }
            None if self.levels.last()?.column < column => self.value(),
            None => None,
        }
    }

    /// Reads what stands behind the colon of a key.
    fn field_value(&mut self) -> Option<()> {
        self.skip_spaces();
        if matches!(self.byte(self.at), b'\n' | b'#') {
            self.pass_line();
            return Some(());
        }
        self.value()
    }

    /// Goes on in the innermost collection if it is in this column, or begins one there.
    fn sibling_or_first(&mut self, kind: Kind, column: usize) -> Option<()> {
        if self.levels.last().is_some_and(|top| top.column == column) {
            self.accept_nothing();
        } else {
            self.open(kind, column)?;
        }
        self.levels.last_mut()?.is_awaiting = true;
        Some(())
    }

    /// Tells whether the innermost collection, or what comes next in it, is only checked.
    fn is_skipping(&self) -> bool {
        self.levels.last().is_some_and(|top| top.how == Field::Skipped)
    }

    /// Takes the value that was awaited.
    fn accept(&mut self, value: Value) {
        let Some(top) = self.levels.last_mut() else {
            self.root = Some(value);
            return;
        };
        top.is_awaiting = false;
        if self.built.len() < self.levels.len() {
            return;
        }
        match self.built.last_mut() {
            Some(Built::List(items)) => items.push(value),
            Some(Built::Map(entries, key)) => {
                if let (Some(key), None) = (key.take(), &self.show) {
                    entries.push((key.into(), value));
                }
            }
            None => {}
        }
    }

    /// Notes that nothing came where a value was awaited.
    fn accept_nothing(&mut self) {
        if let Some(top) = self.levels.last()
            && top.is_awaiting
        {
            self.is_odd |= self.show.is_some() && top.how != Field::Skipped;
            self.accept(Value::Null);
        }
    }

    /// Begins a collection where a value is awaited.
    fn open(&mut self, kind: Kind, column: usize) -> Option<()> {
        let how = match self.levels.last() {
            Some(top) if !top.is_awaiting || self.levels.len() == MAX_LEVELS => return None,
            Some(top) => top.how,
            None if self.root.is_some() => return None,
            None => Field::Any,
        };
        if self.show.is_some() && (how, kind) != (Field::Any, Kind::Map) && how != Field::Skipped {
            return None;
        }
        let how = match (how, kind) {
            (Field::Skipped, _) => Field::Skipped,
            (_, Kind::Map) => {
                self.built.push(Built::Map(Vec::new(), None));
                Field::Any
            }
            (how, _) => {
                self.built.push(Built::List(Vec::new()));
                how.of_items()
            }
        };
        self.levels.push(Level { column, kind, is_awaiting: false, how });
        Some(())
    }

    /// Ends the innermost collection.
    fn close(&mut self) {
        self.accept_nothing();
        let is_kept = self.built.len() == self.levels.len();
        self.levels.pop();
        let value = match if is_kept { self.built.pop() } else { None } {
            None => Value::Null,
            Some(Built::List(items)) => Value::list(items),
            Some(Built::Map(..)) if self.show.is_some() => Value::Null,
            Some(Built::Map(entries, _)) => Value::Map(entries.into_iter().collect::<Map>()),
        };
        self.accept(value);
    }

    /// Notes the key whose value comes next.
    fn begin_field(&mut self, key: &'a str, style: Style) -> Option<()> {
        if self.built.len() < self.levels.len() {
            return check_key(key, style).ok();
        }
        let key = key_of(key, style).ok()?;
        let how = self.ask(&key);
        self.levels.last_mut()?.how = how;
        if let Some(Built::Map(_, place)) = self.built.last_mut()
            && how != Field::Skipped
        {
            *place = Some(key);
        }
        Some(())
    }

    /// Asks how the value of a key is read.
    fn ask(&self, key: &str) -> Field {
        self.fields.map_or(Field::Any, |fields| self.with_path(Some(key), fields))
    }

    /// Shows the string at the key whose value comes next.
    fn show(&mut self, text: &str) {
        if let Some(show) = self.show.take() {
            self.with_path(None, |path| show(path, text));
            self.show = Some(show);
        }
    }

    /// Gives the keys that lead to what comes next, and another one behind them, to `body`.
    fn with_path<T>(&self, last: Option<&str>, body: impl FnOnce(&[&str]) -> T) -> T {
        const MAX_PATH: usize = 8;
        let outer = self.built.iter().filter_map(|built| match built {
            Built::Map(_, key) => key.as_deref(),
            Built::List(_) => None,
        });
        let keys = outer.chain(last);
        if self.built.len() >= MAX_PATH {
            return body(&keys.collect::<Vec<_>>());
        }
        let mut path = [""; MAX_PATH];
        let mut n_keys = 0;
        for (place, key) in path.iter_mut().zip(keys) {
            *place = key;
            n_keys += 1;
        }
        body(&path[..n_keys])
    }
}

#[cfg(test)]
mod tests;
