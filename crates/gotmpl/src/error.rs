//! What can go wrong when a template is parsed or executed, in Go's words.

use crate::func::FuncError;

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
/// place it is `template: NAME: MESSAGE` or the bare message, as Go prints for a template that is not there.
#[derive(Debug, Clone)]
pub struct ExecError {
    /// the file whose text was executed: what the tree was parsed under
    pub parse_name: String,
    /// the template being executed: a `define`'s name, or the file's own
    pub name: String,
    /// where, if the failure belongs to a node
    pub place: Option<Place>,
    /// Go's words for what is wrong, the text of `cause` included
    pub message: String,
    /// the function call that failed, if one did
    pub cause: Option<Box<CallError>>,
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

impl std::fmt::Display for ExecError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.place {
            Some(place) => write!(
                f,
                "template: {}:{}:{}: executing {:?} at <{}>: {}",
                self.parse_name, place.line, place.column, self.name, place.node, self.message
            ),
            None => write!(f, "template: {}: {}", self.parse_name, self.message),
        }
    }
}

impl std::error::Error for ExecError {}
