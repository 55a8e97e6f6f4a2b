//! What must hold for any input: one function for each target, called by the fuzzer and by the test that replays
//! `fixtures/fuzz`.
//!
//! A check panics if its input shows a fault.

pub mod archive;
mod bytes;
pub mod exec;
pub mod lexer;
pub mod parser;
pub mod strvals;
pub mod yaml_read;
pub mod yaml_write;
