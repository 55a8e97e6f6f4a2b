//! What the program says: collected while a command runs, written when it is done.
//!
//! Standard error goes first, so that warnings stand before a long render, then standard output in one piece, then
//! the failure. A reader that goes away is no failure of ours.

use std::fmt;
use std::io::{self, BufWriter, ErrorKind, Write};

use crate::exit::Exit;
use crate::log::Log;

/// What a command has said so far.
#[derive(Debug)]
pub(crate) struct Output {
    /// for standard output
    out: Vec<u8>,
    /// what follows `out`
    parts: Option<Parts>,
    /// for standard error
    pub(crate) err: Vec<u8>,
    /// how Helm writes to its log
    pub(crate) log: Log,
    /// how the program ends if nothing fails
    pub(crate) exit: Exit,
}

/// A long text for standard output, which is never in memory as a whole: it gives its parts to what it is called with.
struct Parts(Box<WriteParts>);

type WriteParts = dyn FnOnce(&mut dyn FnMut(&str));

impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Parts")
    }
}

/// How much of a long text is written at once, in bytes.
const BUFFER: usize = 64 << 10;

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
        Self { out: Vec::new(), parts: None, err: Vec::new(), log, exit: Exit::Success }
    }

    /// Adds text to standard output.
    pub(crate) fn print(&mut self, text: impl AsRef<[u8]>) {
        if let Some(Parts(write)) = self.parts.take() {
            write(&mut |part| self.out.extend_from_slice(part.as_bytes()));
        }
        self.out.extend_from_slice(text.as_ref());
    }

    /// Adds a long text to standard output, without copying it if it is the first.
    pub(crate) fn print_whole(&mut self, text: String) {
        if self.out.is_empty() && self.parts.is_none() {
            self.out = text.into_bytes();
        } else {
            self.print(text);
        }
    }

    /// Adds a long text to standard output, which is made while it is written.
    pub(crate) fn print_parts(&mut self, write: impl FnOnce(&mut dyn FnMut(&str)) + 'static) {
        self.print("");
        self.parts = Some(Parts(Box::new(write)));
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
        let mut written = stdout.write_all(&self.out);
        if let Some(Parts(write)) = self.parts {
            let mut buffer = BufWriter::with_capacity(BUFFER, &mut stdout);
            write(&mut |part| {
                if written.is_ok() {
                    written = buffer.write_all(part.as_bytes());
                }
            });
            written = written.and_then(|()| buffer.flush());
        }
        let written = written.and_then(|()| stdout.flush());
        let result = match written {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => return Exit::BrokenPipe,
            Err(error) => Err(Failure(format!("cannot write to standard output: {error}"))),
            Ok(()) => result,
        };
        match result {
            Ok(()) => self.exit,
            Err(Failure(text)) => {
                let _ = writeln!(io::stderr().lock(), "Error: {text}");
                Exit::Failure
            }
        }
    }
}
