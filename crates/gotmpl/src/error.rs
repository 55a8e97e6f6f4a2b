//! What can go wrong when a template is parsed or executed, in Go's words.

use std::fmt;
use std::sync::Arc;

use crate::func::FuncError;
use crate::value::number;

/// A template that does not parse: `template: NAME:LINE: MESSAGE`.
#[derive(Debug, Clone, thiserror::Error)]
#[error("template: {template}:{line}: {message}")]
pub struct ParseError {
    /// the name under which the text was parsed
    pub template: String,
    /// the line, from 1
    pub line: usize,
    /// Go's words for what is wrong
    pub message: String,
    /// where in the text, as a byte offset
    pub offset: usize,
}

/// A template that failed while it ran.
///
/// `Display` is Go's text: `template: NAME:LINE:COLUMN: executing "NAME" at <NODE>: MESSAGE`. Without a
/// place it is `template: NAME: MESSAGE`, or the bare message if there is no name either, as Go prints for a
/// template that is not there.
///
/// If a function failed, `cause` says which and why, and a function that failed because a template did
/// (`include`) has that template's error as its own cause: a chain, printed outermost first. Each link holds
/// only its own words, so a chain of any depth takes little memory, and it is printed and dropped without
/// recursion.
#[derive(Clone)]
pub struct ExecError {
    /// the file whose text was executed: what the tree was parsed under
    pub parse_name: Arc<str>,
    /// the template being executed: a `define`'s name, or the file's own
    pub name: Arc<str>,
    /// where, if the failure belongs to a node
    pub place: Option<Place>,
    /// Go's words for what is wrong; `error calling NAME` if `cause` goes on from there
    pub message: String,
    /// the function call that failed, if one did
    pub cause: Option<Arc<CallError>>,
}

/// The place of a failing node.
#[derive(Debug, Clone)]
pub struct Place {
    /// the line, from 1
    pub line: usize,
    /// the byte column, from 0, as Go counts
    pub column: usize,
    /// the node as Go prints it back between `<` and `>`
    pub node: String,
    /// where in the text, as a byte offset
    pub offset: usize,
}

/// A function that failed within a template: `error calling FUNCTION: …`.
#[derive(Debug, Clone)]
pub struct CallError {
    /// the function's name
    pub function: String,
    /// its error
    pub error: FuncError,
}

impl ExecError {
    /// Makes an error that is only a text, with neither place nor template.
    pub(crate) fn bare(message: String) -> Self {
        Self { parse_name: "".into(), name: "".into(), place: None, message, cause: None }
    }

    /// Gives the error of the template that the failing function executed, if it did: the next link.
    pub fn inner(&self) -> Option<&ExecError> {
        self.cause.as_deref()?.error.cause.as_deref()
    }

    /// Writes this link's own words.
    fn fmt_link(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Some(place) => write!(
                f,
                "template: {}:{}:{}: executing {} at <{}>: {}",
                self.parse_name,
                place.line,
                place.column,
                number::quote(self.name.as_bytes()),
                place.node,
                self.message
            ),
            None if self.parse_name.is_empty() => f.write_str(&self.message),
            None => write!(f, "template: {}: {}", self.parse_name, self.message),
        }
    }
}

/// Writes a chain that starts with a function's error.
fn fmt_func_chain(error: &FuncError, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str(&error.message)?;
    let Some(inner) = &error.cause else {
        return Ok(());
    };
    if !error.message.is_empty() {
        f.write_str(": ")?;
    }
    fmt_exec_chain(inner, f)
}

/// Writes a chain that starts with a template's error.
fn fmt_exec_chain(error: &ExecError, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut link = error;
    loop {
        link.fmt_link(f)?;
        let Some(call) = &link.cause else {
            return Ok(());
        };
        write!(f, ": {}", call.error.message)?;
        let Some(inner) = &call.error.cause else {
            return Ok(());
        };
        if !call.error.message.is_empty() {
            f.write_str(": ")?;
        }
        link = inner;
    }
}

impl fmt::Display for ExecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt_exec_chain(self, f)
    }
}

impl fmt::Debug for ExecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not derived: a chain of many includes would recurse as deep as it is long.
        f.debug_tuple("ExecError").field(&self.to_string()).finish()
    }
}

impl std::error::Error for ExecError {}

impl Drop for ExecError {
    fn drop(&mut self) {
        // One link after the other: dropping a chain of thousands of includes must not recurse.
        let mut next = self.cause.take();
        while let Some(mut call) = next.and_then(Arc::into_inner) {
            next = call.error.cause.take().and_then(|mut inner| inner.cause.take());
        }
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error calling {}: {}", self.function, self.error)
    }
}

impl std::error::Error for CallError {}

impl fmt::Display for FuncError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt_func_chain(self, f)
    }
}

impl std::error::Error for FuncError {}
