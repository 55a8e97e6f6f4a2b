//! Waiting for objects: how it ends as real Helm says, and what it does to servers that misbehave.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

mod server;
mod status;
mod watches;
