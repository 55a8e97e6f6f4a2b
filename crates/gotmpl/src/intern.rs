//! Names of texts parsed together, each kept once: fields, variables, functions and templates; and their string literals.

use std::hash::Hasher;
use std::sync::Arc;

use rustc_hash::FxHasher;

use crate::value::Str;

const FEWER: &str = "there are fewer than 2³² bytes of names";

/// The number of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Symbol(u32);

impl Symbol {
    /// The name `$`, which has the same number everywhere.
    pub(crate) const DOLLAR: Self = Self(0);

    /// Gives the number as an index into a list of facts about names.
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// Finished names, by [`Symbol`].
#[derive(Debug)]
pub(crate) struct Names(Vec<Arc<str>>);

impl Names {
    /// Gives a name.
    pub(crate) fn get(&self, symbol: Symbol) -> &Arc<str> {
        &self.0[symbol.index()]
    }
}

/// Names while texts are being parsed.
#[derive(Debug)]
pub(crate) struct Interner {
    index: Index,
    names: Vec<Arc<str>>,
}

impl Interner {
    /// Makes an interner that knows [`Symbol::DOLLAR`].
    pub(crate) fn new() -> Self {
        let mut interner = Self { index: Index::new(), names: Vec::new() };
        interner.intern("$");
        interner
    }

    /// Gives the symbol of `name`, a new one if it was not seen before.
    pub(crate) fn intern(&mut self, name: &str) -> Symbol {
        self.intern_bytes(name.as_bytes())
    }

    /// As [`Interner::intern`], for bytes that are known to be UTF-8.
    pub(crate) fn intern_bytes(&mut self, name: &[u8]) -> Symbol {
        let next = self.names.len();
        let number = self.index.number(name, next, |known| self.names[known].as_bytes() == name);
        if number == next {
            let name =
                std::str::from_utf8(name).expect("the lexer and the callers take UTF-8 only");
            self.names.push(name.into());
        }
        Symbol(u32::try_from(number).expect(FEWER))
    }

    /// Gives a name.
    pub(crate) fn get(&self, symbol: Symbol) -> &Arc<str> {
        &self.names[symbol.index()]
    }

    /// Gives how many names there are.
    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }

    /// Ends interning.
    pub(crate) fn finish(self) -> Names {
        Names(self.names)
    }
}

/// String literals while texts are being parsed: short ones are kept once.
#[derive(Debug)]
pub(crate) struct Literals {
    index: Index,
    strings: Vec<Str>,
}

impl Literals {
    /// How long a string may be that is looked up among those already there; longer ones hardly ever recur.
    const MAX_SHARED: usize = 64;

    pub(crate) fn new() -> Self {
        Self { index: Index::new(), strings: Vec::new() }
    }

    /// Gives the number of a string.
    pub(crate) fn add(&mut self, value: &[u8]) -> u32 {
        let next = self.strings.len();
        let number = if value.len() > Self::MAX_SHARED {
            next
        } else {
            self.index.number(value, next, |known| self.strings[known].as_bytes() == value)
        };
        if number == next {
            self.strings.push(value.into());
        }
        u32::try_from(number).expect(FEWER)
    }

    /// Gives the strings by number.
    pub(crate) fn finish(self) -> Vec<Str> {
        self.strings
    }
}

/// The numbers of things by their bytes: a table with open addressing.
///
/// Lookups are what parsing does most. Short bytes are compared within the table, as two numbers.
#[derive(Debug)]
struct Index {
    /// a power of two of them, at most half of them taken
    slots: Vec<Slot>,
    n_taken: usize,
}

#[derive(Debug, Clone, Copy)]
struct Slot {
    key: Key,
    /// 0 if the slot is free
    number_plus_1: u32,
}

impl Slot {
    const FREE: Self = Self { key: Key { first: 0, last: 0, len: 0 }, number_plus_1: 0 };
}

impl Index {
    /// How many slots there are at first: the text of a `tpl` call has few names.
    const FIRST_SIZE: usize = 16;

    fn new() -> Self {
        Self { slots: Vec::new(), n_taken: 0 }
    }

    /// Gives the number of the known thing that has these bytes, else `next`, which then has them. `is_same` tells
    /// whether a known thing has them.
    fn number(&mut self, bytes: &[u8], next: usize, is_same: impl Fn(usize) -> bool) -> usize {
        if self.n_taken * 2 >= self.slots.len() {
            self.grow();
        }
        let key = Key::of(bytes);
        let mask = self.slots.len() - 1;
        let mut at = key.place() & mask;
        loop {
            let slot = self.slots[at];
            if slot.number_plus_1 == 0 {
                break;
            }
            let number = slot.number_plus_1 as usize - 1;
            if slot.key == key && (key.is_exact() || is_same(number)) {
                return number;
            }
            at = (at + 1) & mask;
        }
        let number_plus_1 = u32::try_from(next + 1).expect(FEWER);
        self.slots[at] = Slot { key, number_plus_1 };
        self.n_taken += 1;
        next
    }

    #[cold]
    fn grow(&mut self) {
        let slots = vec![Slot::FREE; (self.slots.len() * 4).max(Self::FIRST_SIZE)];
        let old = std::mem::replace(&mut self.slots, slots);
        let mask = self.slots.len() - 1;
        for slot in old.into_iter().filter(|slot| slot.number_plus_1 > 0) {
            let mut at = slot.key.place() & mask;
            while self.slots[at].number_plus_1 > 0 {
                at = (at + 1) & mask;
            }
            self.slots[at] = slot;
        }
    }
}

/// Bytes as two numbers and their length: exact up to 16 bytes, of more a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Key {
    first: u64,
    last: u64,
    len: u32,
}

impl Key {
    const MAX_EXACT: usize = 16;

    #[expect(clippy::cast_possible_truncation, reason = "a text is shorter than 4 GiB")]
    fn of(bytes: &[u8]) -> Self {
        let len = bytes.len() as u32;
        // What both ends have in common, they have twice: with the length, the bytes are still known.
        if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
            let (first, last) = (u64::from_le_bytes(*first), u64::from_le_bytes(*last));
            if bytes.len() <= Self::MAX_EXACT {
                return Self { first, last, len };
            }
            let mut hasher = FxHasher::default();
            hasher.write(bytes);
            return Self { first: hasher.finish(), last, len };
        }
        if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
            let (first, last) = (u32::from_le_bytes(*first), u32::from_le_bytes(*last));
            return Self { first: first.into(), last: last.into(), len };
        }
        let first = bytes.iter().fold(0, |first, byte| first << 8 | u64::from(*byte));
        Self { first, last: 0, len }
    }

    fn is_exact(self) -> bool {
        self.len as usize <= Self::MAX_EXACT
    }

    /// Gives a number whose low bits depend on all of the key.
    #[expect(clippy::cast_possible_truncation, reason = "a part of a hash is a hash")]
    fn place(self) -> usize {
        let mut hasher = FxHasher::default();
        hasher.write_u64(self.first);
        hasher.write_u64(self.last ^ u64::from(self.len));
        hasher.finish() as usize
    }
}
