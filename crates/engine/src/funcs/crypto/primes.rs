//! Large random primes, for RSA and DSA keys.
//!
//! Written here because the `rsa` crate has an open advisory (RUSTSEC-2023-0071) and no stable release without it, `ring` makes
//! no RSA keys, and `aws-lc-rs` brings a C library and takes no seed. What is left of the advisory's concern, timing, does not
//! arise: a key is made and used once, within one render, and nobody measures it from afar.
//!
//! Source: FIPS 186-5, appendices A.1.3 and B.3.1.

use num_bigint::BigUint;
use sha2::{Digest, Sha256};

use crate::world::World;

/// How many random bases a number must pass in the test of Miller and Rabin: as many as in Go, for DSA's prime of 256 bits.
const N_ROUNDS: usize = 64;

/// How many bases suffice from 512 bits on, where liars are rarer: FIPS asks for 5 with primes of 1024 bits.
const N_ROUNDS_LARGE: usize = 5;

/// Small primes are those below this number: candidates they divide are dropped before the costly test.
const SMALL_PRIMES_END: usize = 1 << 15;

/// How far from a random start a prime is looked for before there is another start.
const SEARCH_LEN: u32 = 1 << 14;

/// Random bytes that follow from a seed drawn once, so that a search in another thread draws nothing from the world.
#[derive(Clone)]
pub(super) struct Random {
    seed: [u8; 32],
    n_blocks: u64,
}

impl Random {
    /// Draws a seed from a world.
    pub(super) fn new(world: &dyn World) -> Self {
        let mut seed = [0; 32];
        world.fill_random(&mut seed);
        Self { seed, n_blocks: 0 }
    }

    fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            let block = Sha256::new()
                .chain_update(self.seed)
                .chain_update(self.n_blocks.to_le_bytes())
                .finalize();
            chunk.copy_from_slice(&block[..chunk.len()]);
            self.n_blocks += 1;
        }
    }

    /// Gives a number of `n_bits`, a multiple of 8, whose first bit is set.
    fn number(&mut self, n_bits: usize) -> Vec<u8> {
        let mut bytes = vec![0; n_bits / 8];
        self.fill(&mut bytes);
        bytes[0] |= 0x80;
        bytes
    }

    /// Gives a number from 1 to `end` less one.
    pub(super) fn below(&mut self, end: &BigUint) -> BigUint {
        let n_bytes = usize::try_from(end.bits().div_ceil(8)).unwrap_or_default();
        // The first byte keeps as many bits as `end` has there, so that every second number fits.
        let spare = u32::try_from(n_bytes as u64 * 8 - end.bits()).unwrap_or_default();
        let mut bytes = vec![0; n_bytes];
        loop {
            self.fill(&mut bytes);
            if let Some(first) = bytes.first_mut() {
                *first &= 0xff >> spare;
            }
            let number = BigUint::from_bytes_be(&bytes);
            if number.bits() > 0 && number < *end {
                return number;
            }
        }
    }
}

/// Where primes are looked for.
pub(super) struct Primes {
    /// the odd primes below [`SMALL_PRIMES_END`]
    small: Vec<u32>,
}

impl Primes {
    /// Prepares to look for primes.
    pub(super) fn new() -> Self {
        let mut composite = vec![false; SMALL_PRIMES_END];
        let mut small = Vec::new();
        for number in (3..SMALL_PRIMES_END).step_by(2) {
            if !composite[number] {
                small.extend(u32::try_from(number));
                for multiple in (number * number..SMALL_PRIMES_END).step_by(2 * number) {
                    composite[multiple] = true;
                }
            }
        }
        Self { small }
    }

    /// Gives two random primes as [`Primes::for_rsa`] does, looked for at the same time.
    ///
    /// Each search takes as long as most charts take to render, and draws only from a seed of its own.
    pub(super) fn pair_for_rsa(&self, world: &dyn World, n_bits: usize) -> (BigUint, BigUint) {
        let (first, second) = (Random::new(world), Random::new(world));
        let search = |random: &Random| self.for_rsa(&mut random.clone(), n_bits);
        std::thread::scope(|scope| {
            let other = std::thread::Builder::new().spawn_scoped(scope, || search(&first));
            let second_prime = search(&second);
            // Where there are no threads, the searches come one after the other.
            let first_prime = other.ok().and_then(|other| other.join().ok());
            (first_prime.unwrap_or_else(|| search(&first)), second_prime)
        })
    }

    /// Gives a random prime of `n_bits`, a multiple of 8, whose first two bits are set, so that the product of two has twice
    /// as many bits.
    fn for_rsa(&self, random: &mut Random, n_bits: usize) -> BigUint {
        loop {
            let mut bytes = random.number(n_bits);
            bytes[0] |= 0xc0;
            if let Some(last) = bytes.last_mut() {
                *last |= 1;
            }
            let start = BigUint::from_bytes_be(&bytes);
            let remainders: Vec<u32> =
                self.small.iter().map(|prime| remainder(&start, *prime)).collect();
            for step in (0..SEARCH_LEN).step_by(2) {
                let divided = |(prime, remainder): (&u32, &u32)| (remainder + step) % prime == 0;
                if self.small.iter().zip(&remainders).any(divided) {
                    continue;
                }
                let candidate = &start + step;
                if candidate.bits() == n_bits as u64 && is_prime(&candidate, random) {
                    return candidate;
                }
            }
        }
    }

    /// Gives two primes of 2048 and 256 bits, such that the second divides the first less one.
    pub(super) fn for_dsa(&self, random: &mut Random) -> (BigUint, BigUint) {
        const P_BITS: usize = 2048;
        const Q_BITS: usize = 256;
        loop {
            let q = BigUint::from_bytes_be(&random.number(Q_BITS)) | BigUint::from(1_u8);
            if self.has_small_divisor(&q) || !is_prime(&q, random) {
                continue;
            }
            let step = &q * 2_u8;
            for _ in 0..4 * P_BITS {
                let start = BigUint::from_bytes_be(&random.number(P_BITS));
                let p = &start - &start % &step + 1_u8;
                if p.bits() == P_BITS as u64 && !self.has_small_divisor(&p) && is_prime(&p, random)
                {
                    return (p, q);
                }
            }
        }
    }

    fn has_small_divisor(&self, number: &BigUint) -> bool {
        self.small.iter().any(|prime| remainder(number, *prime) == 0)
    }
}

/// Tells whether an odd number, large and without small divisors, is a prime: it is wrong less often than memory fails.
fn is_prime(number: &BigUint, random: &mut Random) -> bool {
    let one = BigUint::from(1_u8);
    let less_one = number - 1_u8;
    let twos = less_one.trailing_zeros().unwrap_or_default();
    let odd = &less_one >> twos;
    let passes = |base: &BigUint| {
        let mut power = base.modpow(&odd, number);
        if power == one || power == less_one {
            return true;
        }
        for _ in 1..twos {
            power = &power * &power % number;
            if power == less_one {
                return true;
            }
        }
        false
    };
    let n_rounds = if number.bits() < 512 { N_ROUNDS } else { N_ROUNDS_LARGE };
    passes(&BigUint::from(2_u8)) && (0..n_rounds).all(|_| passes(&random.below(&less_one)))
}

fn remainder(number: &BigUint, prime: u32) -> u32 {
    u32::try_from(number % prime).unwrap_or_default()
}
