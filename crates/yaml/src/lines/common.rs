//! The commonest lines of what is only checked: entries, plain keys, values on one line.
//!
//! Nineteen of twenty lines of a manifest are these, and nothing of it is kept but its head.

use super::{Behind, Kind, Level, MAX_LEVELS, Reader, bytes_of};
use crate::Field;

/// The longest key that is looked for here, in bytes.
const MAX_KEY: usize = 64;

/// What a key begins with that is no number, no merge and no infinity.
const KEY_STARTS: [bool; 256] = bytes_of(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_$");

/// What a plain value begins with that is no infinity.
const VALUE_STARTS: [bool; 256] =
    bytes_of(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_/$(<=^");

impl Reader<'_, '_> {
    /// Reads a line of what is only checked, from what stands in `column` on; one that is not of these kinds is read
    /// like any other.
    pub(super) fn common_line(&mut self, column: usize) -> Option<()> {
        let is_entry = self.is_entry();
        self.close_skipped(column, is_entry);
        let top = *self.levels.last()?;
        let is_in_place = if top.column == column {
            self.levels.len() > self.built.len() && is_entry == (top.kind != Kind::Map)
        } else {
            top.column < column && top.how == Field::Skipped && top.is_awaiting
        };
        if !is_in_place {
            return self.line(column);
        }
        let Behind::Column(column) = self.entries(column, Self::begin_skipped)? else {
            return Some(());
        };
        if let Some(colon) = self.common_key() {
            self.begin_skipped(Kind::Map, column)?;
            self.at = colon + 1;
            return match self.bytes[self.at..] {
                [b'\n', ..] => {
                    self.at += 1;
                    Some(())
                }
                [b' ', next, ..] if !matches!(next, b' ' | b'\n' | b'#') => {
                    self.at += 1;
                    if self.common_value(column) { Some(()) } else { self.value() }
                }
                _ => self.field_value(),
            };
        }
        match self.levels.last() {
            // An entry that is a scalar.
            Some(top) if top.column < column && top.kind != Kind::Map => {
                let dash = top.column;
                if self.common_value(dash) { Some(()) } else { self.content(column) }
            }
            _ => self.content(column),
        }
    }

    /// Ends the collections that are only checked and that a line in `column` does not go on with.
    fn close_skipped(&mut self, column: usize, is_entry: bool) {
        let n_levels = self.levels.len();
        while self.levels.len() > self.built.len()
            && let Some(top) = self.levels.last()
            && (top.column > column
                || (top.column == column && top.kind == Kind::Indentless && !is_entry))
        {
            self.levels.pop();
        }
        if self.levels.len() < n_levels
            && let Some(top) = self.levels.last_mut()
        {
            top.is_awaiting = false;
        }
    }

    /// Goes on in the innermost collection if it is in this column, or begins one there, where that is in its place.
    fn begin_skipped(&mut self, kind: Kind, column: usize) -> Option<()> {
        let n_levels = self.levels.len();
        match self.levels.last_mut() {
            Some(top) if top.column == column => top.is_awaiting = true,
            _ if n_levels == MAX_LEVELS => return None,
            _ => self.levels.push(Level { column, kind, is_awaiting: true, how: Field::Skipped }),
        }
        Some(())
    }

    /// Gives where the colon of a common key is that stands here.
    fn common_key(&self) -> Option<usize> {
        let first = self.bytes[self.at];
        if !KEY_STARTS[usize::from(first)] {
            return None;
        }
        let colon = self.find_stop(self.at, [b':', b'#']);
        let len = colon - self.at;
        // `null` is no key.
        let is_key = matches!(self.bytes.get(colon..), Some([b':', b' ' | b'\n', ..]))
            && self.bytes[colon - 1] != b' '
            && len <= MAX_KEY
            && !(len == 4 && matches!(first, b'n' | b'N'));
        is_key.then_some(colon)
    }

    /// Reads a value on one line, if it is of this kind, for a collection in column `outer`; else nothing has changed.
    pub(super) fn common_value(&mut self, outer: usize) -> bool {
        let start = self.at;
        let end = match self.bytes[start] {
            b'"' => self.quoted_end(start, b'"', b'\\'),
            b'\'' => self.quoted_end(start, b'\'', b'\''),
            b'-' if KEY_STARTS[usize::from(self.byte(start + 1))] => self.plain_end(start),
            byte if VALUE_STARTS[usize::from(byte)] => self.plain_end(start),
            _ => None,
        };
        let Some((line_end, is_plain)) = end else { return false };
        let mut at = line_end + 1;
        if is_plain {
            // The next line may belong to it, even behind empty ones.
            loop {
                let indentation_end = self.spaces_end(at);
                self.looked_at = (at, indentation_end);
                match self.bytes.get(indentation_end) {
                    None | Some(b'#') => break,
                    Some(b'\n') => at = indentation_end + 1,
                    Some(b'\t') => return false,
                    Some(_) if indentation_end - at > outer => return false,
                    Some(_) => break,
                }
            }
        }
        self.at = at;
        if let Some(top) = self.levels.last_mut() {
            top.is_awaiting = false;
        }
        true
    }

    /// Gives where the line of a quoted scalar without escapes ends, if nothing follows it.
    fn quoted_end(&self, start: usize, quote: u8, escape: u8) -> Option<(usize, bool)> {
        let stop = self.find_stop(start + 1, [quote, escape]);
        matches!(self.bytes.get(stop..), Some([byte, b'\n', ..]) if *byte == quote)
            .then_some((stop + 1, false))
    }

    /// Gives where the line of a plain scalar ends, if it holds no key and no comment.
    fn plain_end(&self, start: usize) -> Option<(usize, bool)> {
        let mut at = start;
        loop {
            at = self.find_stop(at, [b':', b'#']);
            match *self.bytes.get(at)? {
                b'\n' => return Some((at, true)),
                b':' if !self.is_blank(at + 1) => at += 1,
                b'#' if self.bytes[at - 1] != b' ' => at += 1,
                _ => return None,
            }
        }
    }

    /// Finds the next control character, a line feed among them, or one of two other bytes: eight bytes at a time, since
    /// most are near and a call of a search costs more than the search.
    #[inline]
    fn find_stop(&self, from: usize, others: [u8; 2]) -> usize {
        const ONES: u64 = u64::from_le_bytes([1; 8]);
        const HIGH: u64 = u64::from_le_bytes([0x80; 8]);
        /// Marks the bytes below `limit`, the first one for sure; those behind it may be wrong.
        const fn below(bytes: u64, limit: u64) -> u64 {
            bytes.wrapping_sub(ONES * limit) & !bytes
        }
        let [a, b] = others.map(|byte| ONES * u64::from(byte));
        let mut at = from;
        while let Some(chunk) = self.bytes.get(at..).and_then(<[u8]>::first_chunk) {
            let bytes = u64::from_le_bytes(*chunk);
            let stops =
                (below(bytes, u64::from(b' ')) | below(bytes ^ a, 1) | below(bytes ^ b, 1)) & HIGH;
            if stops != 0 {
                return at + (stops.trailing_zeros() / 8) as usize;
            }
            at += 8;
        }
        while let Some(byte) = self.bytes.get(at)
            && *byte >= b' '
            && !others.contains(byte)
        {
            at += 1;
        }
        at
    }
}
