//! What is wrong with a Compose project: every error with its place, its reason and what to write instead.

use std::fmt;

use pintle_yaml::Location;

/// What kind of thing is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// a file that is not there, or cannot be read
    File,
    /// no YAML, or YAML that says a thing twice
    Yaml,
    /// beyond one of our limits
    Limit,
    /// a file in the format of Compose before version 2
    VersionOne,
    /// an interpolation that is malformed, or a required variable that is not set
    Variable,
    /// not what the Compose schema allows
    Schema,
    /// `extends`, `include` or several files that do not fit together
    Structure,
    /// a name that nothing has
    Reference,
    /// a key or a value without an equivalent
    Refused,
    /// a value that cannot be read
    Value,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComposeError {
    /// where
    pub location: Location,
    /// what kind of thing
    pub problem: Problem,
    /// what is wrong, in one clause
    pub reason: String,
    /// what to write instead; empty if there is nothing to say
    pub help: String,
}

impl fmt::Display for ComposeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.location, self.reason)?;
        if self.help.is_empty() { Ok(()) } else { write!(f, "\n  help: {}", self.help) }
    }
}

/// Everything that is wrong with a project, sorted by place; there is at least one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComposeErrors(Vec<ComposeError>);

impl ComposeErrors {
    pub(crate) fn new(errors: Vec<ComposeError>) -> Self {
        Self(errors)
    }

    /// Gives the errors, sorted by file, line and column.
    pub fn errors(&self) -> &[ComposeError] {
        &self.0
    }
}

impl fmt::Display for ComposeErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, error) in self.0.iter().enumerate() {
            if n > 0 {
                f.write_str("\n")?;
            }
            error.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for ComposeErrors {}

/// Something a user should know about a conversion that worked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// what it is about
    pub location: Location,
    /// what there is to know, in one clause
    pub text: String,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.location, self.text)
    }
}
