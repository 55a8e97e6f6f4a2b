//! What the program says: collected while a command runs, written when it is done.
//!
//! Standard error goes first, so that warnings stand before a long render, then standard output in one piece, then
//! the failure. A reader that goes away is no failure of ours.

use std::io::{self, ErrorKind, Write};

use crate::exit::Exit;
use crate::log::Log;

/// What a command has said so far.
#[derive(Debug)]
pub(crate) struct Output {
    /// for standard output
    pub(crate) out: Vec<u8>,
    /// for standard error
    pub(crate) err: Vec<u8>,
    /// how Helm writes to its log
    pub(crate) log: Log,
}

/// Why a command failed, as it stands behind `Error: `.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure(pub(crate) String);

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

impl Output {
    /// Begins with nothing said.
    pub(crate) fn new(log: Log) -> Self {
        Self { out: Vec::new(), err: Vec::new(), log }
    }

    /// Adds text to standard output.
    pub(crate) fn print(&mut self, text: impl AsRef<[u8]>) {
        self.out.extend_from_slice(text.as_ref());
    }

    /// Adds a long text to standard output, without copying it if it is the first.
    pub(crate) fn print_whole(&mut self, text: String) {
        if self.out.is_empty() {
            self.out = text.into_bytes();
        } else {
            self.out.extend_from_slice(text.as_bytes());
        }
    }

    /// Adds a line to standard error.
    pub(crate) fn complain(&mut self, line: &str) {
        self.err.extend_from_slice(line.as_bytes());
        self.err.push(b'\n');
    }

    /// Writes everything.
    pub(crate) fn write(self, result: Result<(), Failure>) -> Exit {
        // Nothing can be said about standard error that cannot be written to.
        let _ = io::stderr().lock().write_all(&self.err);
        let mut stdout = io::stdout().lock();
        let written = stdout.write_all(&self.out).and_then(|()| stdout.flush());
        let result = match written {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => return Exit::BrokenPipe,
            Err(error) => Err(Failure(format!("cannot write to standard output: {error}"))),
            Ok(()) => result,
        };
        match result {
            Ok(()) => Exit::Success,
            Err(Failure(text)) => {
                let _ = writeln!(io::stderr().lock(), "Error: {text}");
                Exit::Failure
            }
        }
    }
}
