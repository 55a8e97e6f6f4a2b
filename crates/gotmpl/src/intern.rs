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
            self.names.push(String::from_utf8_lossy(name).into());
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
    pub(crate) fn finish(mut self) -> Names {
        self.names.shrink_to_fit();
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
    pub(crate) fn finish(mut self) -> Vec<Str> {
        self.strings.shrink_to_fit();
        self.strings
    }
}

/// The numbers of things by their bytes: a table with open addressing.
///
/// Lookups are what parsing does most, and this asks less of each than a general map.
#[derive(Debug)]
struct Index {
    /// a power of two of them, at most half of them taken
    slots: Vec<Slot>,
    n_taken: usize,
}

#[derive(Debug, Clone, Copy)]
struct Slot {
    hash: u32,
    /// 0 if the slot is free
    number_plus_1: u32,
}

impl Index {
    const FIRST_SIZE: usize = 64;

    fn new() -> Self {
        Self { slots: vec![Slot { hash: 0, number_plus_1: 0 }; Self::FIRST_SIZE], n_taken: 0 }
    }

    /// Gives the number of the known thing that has these bytes, as `is_same` tells, else `next`, which is then known.
    fn number(&mut self, bytes: &[u8], next: usize, is_same: impl Fn(usize) -> bool) -> usize {
        let mask = self.slots.len() - 1;
        let hash = hash(bytes);
        let mut at = hash as usize & mask;
        loop {
            let slot = self.slots[at];
            if slot.number_plus_1 == 0 {
                break;
            }
            let number = slot.number_plus_1 as usize - 1;
            if slot.hash == hash && is_same(number) {
                return number;
            }
            at = (at + 1) & mask;
        }
        let number_plus_1 = u32::try_from(next + 1).expect(FEWER);
        self.slots[at] = Slot { hash, number_plus_1 };
        self.n_taken += 1;
        if self.n_taken * 2 > self.slots.len() {
            self.grow();
        }
        next
    }

    #[cold]
    fn grow(&mut self) {
        let free = Slot { hash: 0, number_plus_1: 0 };
        let slots = vec![free; self.slots.len() * 4];
        let old = std::mem::replace(&mut self.slots, slots);
        let mask = self.slots.len() - 1;
        for slot in old.into_iter().filter(|slot| slot.number_plus_1 > 0) {
            let mut at = slot.hash as usize & mask;
            while self.slots[at].number_plus_1 > 0 {
                at = (at + 1) & mask;
            }
            self.slots[at] = slot;
        }
    }
}

/// Gives a hash whose low bits depend on all bytes.
#[expect(clippy::cast_possible_truncation, reason = "half of a hash is a hash")]
fn hash(bytes: &[u8]) -> u32 {
    let mut hasher = FxHasher::default();
    hasher.write(bytes);
    hasher.finish() as u32
}
