//! The world a program runs in: its clock, its random source, and names if it may resolve them.

use std::net::ToSocketAddrs;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use pintle_engine::World;

/// The machine's own clock, time zone and randomness; no cluster, and no names unless asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Host {
    resolves_names: bool,
}

impl Host {
    /// Lets templates resolve host names: `--enable-dns`.
    #[must_use]
    pub fn with_dns(self) -> Self {
        Self { resolves_names: true }
    }
}

impl World for Host {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn local_time_zone(&self) -> TimeZone {
        TimeZone::system()
    }

    /// # Panics
    ///
    /// If the system has no random source.
    fn fill_random(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the system gives random bytes");
    }

    fn resolve_host(&self, name: &str) -> Option<String> {
        if !self.resolves_names {
            return None;
        }
        // A port is asked for and thrown away: the standard library resolves only pairs.
        (name, 0).to_socket_addrs().ok()?.next().map(|address| address.ip().to_string())
    }
}
