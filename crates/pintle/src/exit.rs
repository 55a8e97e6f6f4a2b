//! How the program ends.

use std::process::ExitCode;

/// What the program tells its caller by ending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// everything went well
    Success = 0,
    /// something did not; standard error says what
    Failure = 1,
    /// something changes, and `--exit-code` asked
    Changes = 2,
    /// nobody reads standard output any more: what a shell shows for a program that SIGPIPE ended
    BrokenPipe = 141,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
