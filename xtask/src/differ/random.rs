//! Random numbers that repeat themselves for a seed.

/// A stream of random numbers: `SplitMix64`.
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    /// Makes the stream of one case.
    pub(crate) fn of(seed: u64, domain: &str, number: u64) -> Self {
        // FNV-1a, so that neighbouring seeds and numbers have nothing in common.
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        let bytes = domain.bytes().chain(seed.to_le_bytes()).chain(number.to_le_bytes());
        for byte in bytes {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        Self(hash)
    }

    /// Gives 64 random bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// Gives a number from 0 to below `end`, which is not 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).expect("a length fits 64 bits");
        usize::try_from(self.bits() % end).expect("a number below a length is one")
    }

    /// Gives a number from `first` to `last`.
    pub(crate) fn between(&mut self, first: usize, last: usize) -> usize {
        first + self.below(last - first + 1)
    }

    /// Says yes in so many cases of a hundred.
    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// Picks one of some things.
    pub(crate) fn pick<'t, T: ?Sized>(&mut self, things: &[&'t T]) -> &'t T {
        things[self.below(things.len())]
    }

    /// Draws so many texts and joins them.
    pub(crate) fn joined(
        &mut self,
        first: usize,
        last: usize,
        separator: &str,
        mut draw: impl FnMut(&mut Self) -> String,
    ) -> String {
        let n = self.between(first, last);
        let texts: Vec<String> = (0..n).map(|_| draw(self)).collect();
        texts.join(separator)
    }

    /// Joins so many of some pieces.
    pub(crate) fn soup(&mut self, first: usize, last: usize, pieces: &[&str]) -> String {
        self.joined(first, last, "", |random| random.pick(pieces).to_owned())
    }

    /// Changes a text in one place: takes, doubles, moves or adds a piece.
    pub(crate) fn mutated(&mut self, text: &str, pieces: &[&str]) -> String {
        let mut chars: Vec<char> = text.chars().collect();
        let at = self.below(chars.len() + 1);
        let end = (at + self.between(1, 4)).min(chars.len());
        match self.below(5) {
            0 => {
                chars.drain(at..end);
            }
            1 => {
                let copy: Vec<char> = chars[at..end].to_vec();
                chars.splice(at..at, copy);
            }
            2 => {
                let moved: Vec<char> = chars.drain(at..end).collect();
                let to = self.below(chars.len() + 1);
                chars.splice(to..to, moved);
            }
            _ => {
                let piece = self.pick(pieces);
                chars.splice(at..at, piece.chars());
            }
        }
        chars.into_iter().collect()
    }
}
