//! What a render may ask of the world outside: the clock, randomness, name resolution and a cluster.
//!
//! Rendering is a function of the chart, its values, the release, the profile and a [`World`]. The engine asks nothing else
//! of its surroundings, so a render with [`Still`] gives the same bytes each time.

use std::sync::Mutex;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use pintle_gotmpl::Value;
use sha2::{Digest, Sha256};

/// What a render may ask. Every method must answer in bounded time.
pub trait World: Send + Sync + std::fmt::Debug {
    /// Gives the time for `now` and for certificates.
    fn now(&self) -> Timestamp;

    /// Gives the time zone in which `date` prints.
    fn local_time_zone(&self) -> TimeZone;

    /// Fills `bytes` with random bytes, for `rand*`, `uuidv4`, keys and passwords.
    fn fill_random(&self, bytes: &mut [u8]);

    /// Gives an address of a host for `getHostByName`; `None` prints as nothing, as Helm does without `--enable-dns`.
    fn resolve_host(&self, _name: &str) -> Option<String> {
        None
    }

    /// Looks objects up for `lookup`. Without a cluster there is none, and Helm gives an empty map.
    ///
    /// An empty `name` asks for the list of all.
    ///
    /// # Errors
    ///
    /// The text of the API's error; an object that is not there is no error.
    fn lookup(
        &self,
        _api_version: &str,
        _kind: &str,
        _namespace: &str,
        _name: &str,
    ) -> Result<Value, String> {
        Ok(Value::map::<&str>([]))
    }
}

/// A world that stands still: a fixed clock, a seed, no names, no cluster. Same seed, same render.
#[derive(Debug)]
pub struct Still {
    now: Timestamp,
    stream: Mutex<Stream>,
}

/// An endless stream of bytes made from a seed: SHA-256 of seed and block number.
#[derive(Debug)]
struct Stream {
    seed: u64,
    block: u64,
    bytes: [u8; 32],
    used: usize,
}

/// 2000-01-01T00:00:00Z.
const YEAR_2000: Timestamp = Timestamp::constant(946_684_800, 0);

impl Still {
    /// Makes a world whose clock stands at 2000-01-01T00:00:00Z and whose random bytes follow from `seed`.
    pub fn new(seed: u64) -> Self {
        Self::at(YEAR_2000, seed)
    }

    /// Makes a world with another time.
    pub fn at(now: Timestamp, seed: u64) -> Self {
        Self { now, stream: Mutex::new(Stream { seed, block: 0, bytes: [0; 32], used: 32 }) }
    }
}

impl World for Still {
    fn now(&self) -> Timestamp {
        self.now
    }

    fn local_time_zone(&self) -> TimeZone {
        TimeZone::UTC
    }

    fn fill_random(&self, bytes: &mut [u8]) {
        let mut stream = self.stream.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for byte in bytes {
            if stream.used == stream.bytes.len() {
                let mut hash = Sha256::new();
                hash.update(stream.seed.to_le_bytes());
                hash.update(stream.block.to_le_bytes());
                stream.bytes = hash.finalize().into();
                stream.block += 1;
                stream.used = 0;
            }
            *byte = stream.bytes[stream.used];
            stream.used += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_still_world_repeats_itself() {
        let draw = |seed| {
            let mut bytes = [0; 100];
            Still::new(seed).fill_random(&mut bytes);
            bytes
        };
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
    }
}
