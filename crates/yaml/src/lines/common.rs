//! The commonest lines of what is only checked: a plain key, alone or with a plain value.
//!
//! Nine of ten lines of a large manifest are these, and nothing of it is kept but its head.

use memchr::memchr3;

use super::{Built, Kind, Level, MAX_LEVELS, Reader, bytes_of};
use crate::Field;

/// The longest key that is looked for here, in bytes.
const MAX_KEY: usize = 64;

/// How much of a value is looked through before a search is called, in bytes.
const SHORT: usize = 24;

/// What a key begins with that is no number, no merge and no infinity.
const KEY_STARTS: [bool; 256] = bytes_of(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_$");

/// What may follow in a key without a second look.
const KEY_BYTES: [bool; 256] =
    bytes_of(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./$");

/// What a plain value begins with that is no infinity.
const VALUE_STARTS: [bool; 256] =
    bytes_of(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_/$(<=^");

/// What may end a plain value, or makes it none.
const VALUE_STOPS: [bool; 256] = bytes_of(b"\n\t:#");

impl Reader<'_, '_> {
    /// Reads a line from what stands in `column` on if it is of this kind, and tells so; else nothing has changed that
    /// matters.
    pub(super) fn common_line(&mut self, column: usize) -> bool {
        if !self.levels.last().is_some_and(|top| matches!(top.built, Built::Nothing)) {
            return false;
        }
        let Some((next_line, has_value)) = self.common_line_end(column) else { return false };
        while let Some(top) = self.levels.last() {
            if top.column < column {
                break;
            }
            if !matches!(top.built, Built::Nothing) {
                return false;
            }
            if top.column == column && top.kind != Kind::Indentless {
                break;
            }
            self.levels.pop();
            if let Some(outer) = self.levels.last_mut() {
                outer.is_awaiting = false;
            }
        }
        let n_levels = self.levels.len();
        match self.levels.last_mut() {
            Some(top) if matches!(top.built, Built::Nothing) => {
                if top.column == column {
                    if top.kind != Kind::Map {
                        return false;
                    }
                    top.is_awaiting = !has_value;
                } else {
                    if !top.is_awaiting || n_levels == MAX_LEVELS {
                        return false;
                    }
                    self.levels.push(Level {
                        column,
                        kind: Kind::Map,
                        is_awaiting: !has_value,
                        how: Field::Skipped,
                        built: Built::Nothing,
                    });
                }
            }
            _ => return false,
        }
        self.at = next_line;
        true
    }

    /// Gives where the line behind this one begins, and whether there is a value on this one.
    fn common_line_end(&mut self, column: usize) -> Option<(usize, bool)> {
        let line = &self.bytes[self.at..];
        let first = *line.first().filter(|byte| KEY_STARTS[usize::from(**byte)])?;
        let len =
            line.iter().take(MAX_KEY).take_while(|byte| KEY_BYTES[usize::from(**byte)]).count();
        let [b':', after, rest @ ..] = line.get(len..)? else { return None };
        // `null` is no key.
        if len == 4 && matches!(first, b'n' | b'N') {
            return None;
        }
        let value_start = self.at + len + 2;
        match (after, rest.first()) {
            (b'\n', _) => return Some((value_start, false)),
            (b' ', Some(byte)) if VALUE_STARTS[usize::from(*byte)] => {}
            _ => return None,
        }
        let short = &rest[..rest.len().min(SHORT)];
        let is_stop = |byte: &u8| VALUE_STOPS[usize::from(*byte)];
        let value_len = if let Some(len) = short.iter().position(is_stop) {
            len
        } else {
            let line_end = self.line_end(value_start + short.len());
            let behind = &self.bytes[value_start + short.len()..line_end];
            if memchr3(b':', b'#', b'\t', behind).is_some() {
                return None;
            }
            line_end - value_start
        };
        if *rest.get(value_len)? != b'\n' {
            return None;
        }
        let next_line = value_start + value_len + 1;
        let indentation_end = self.spaces_end(next_line);
        self.looked_at = (next_line, indentation_end);
        let goes_on = match self.bytes.get(indentation_end) {
            None => false,
            // What follows a comment or an empty line may still belong to the value.
            Some(b'\n' | b'\t' | b'#') => true,
            Some(_) => indentation_end - next_line > column,
        };
        (!goes_on).then_some((next_line, true))
    }
}
