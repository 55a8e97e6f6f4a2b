//! An input as a source of choices. At its end all choices are zero.

use pintle_yaml::{Map, Value};

/// The deepest list or map that is made.
const MAX_DEPTH: u32 = 6;

/// Reads an input from its beginning.
#[derive(Debug)]
pub(crate) struct Bytes<'a>(pub(crate) &'a [u8]);

impl<'a> Bytes<'a> {
    /// Takes a byte.
    pub(crate) fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    /// Takes a number of 64 bits.
    fn word(&mut self) -> u64 {
        (0..8).fold(0, |word, _| word << 8 | u64::from(self.byte()))
    }

    /// Takes up to a byte of zero, and that.
    pub(crate) fn part(&mut self) -> &'a [u8] {
        let end = self.0.iter().position(|byte| *byte == 0).unwrap_or(self.0.len());
        let part = &self.0[..end];
        self.0 = self.0.get(end + 1..).unwrap_or_default();
        part
    }

    /// Takes a text: what is not UTF-8 is read as Latin-1.
    pub(crate) fn text(&mut self) -> String {
        let part = self.part();
        match std::str::from_utf8(part) {
            Ok(text) => text.to_owned(),
            Err(_) => part.iter().map(|byte| char::from(*byte)).collect(),
        }
    }

    /// Makes a value. Its numbers are finite.
    pub(crate) fn value(&mut self) -> Value {
        self.value_at(0)
    }

    fn value_at(&mut self, depth: u32) -> Value {
        let choice = self.byte();
        let n_items = choice >> 4;
        match choice % 8 {
            1 if depth < MAX_DEPTH => {
                Value::list((0..n_items).map(|_| self.value_at(depth + 1)).collect())
            }
            2 | 3 if depth < MAX_DEPTH => {
                let entries = (0..n_items).map(|_| (self.text(), self.value_at(depth + 1)));
                Value::Map(entries.collect::<Map>())
            }
            4 => Value::Bool(n_items % 2 == 1),
            5 => Value::Int(self.word().cast_signed() >> (n_items * 4)),
            6 => {
                let float = f64::from_bits(self.word());
                Value::Float(if float.is_finite() { float } else { f64::from(n_items) / 8.0 })
            }
            7 if n_items == 0 => Value::Null,
            _ => Value::string(self.text()),
        }
    }
}
