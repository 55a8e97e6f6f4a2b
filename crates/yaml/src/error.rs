//! What can be wrong with a document, in goyaml's words.

/// A document that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// what goyaml says, after its `yaml: ` prefix: `line 3: did not find expected key`
    #[error("yaml: {message}")]
    Yaml {
        /// the words, with the line where goyaml gives one
        message: String,
        /// where in the text, as a byte offset
        offset: usize,
    },
    /// what Go's `encoding/json` says, such as `json: unsupported value: +Inf`
    #[error("{message}")]
    Json {
        /// the words
        message: String,
        /// where in the text, as a byte offset
        offset: usize,
    },
    /// a document beyond a limit of ours that Go does not have, or has otherwise
    #[error("yaml: {limit} exceeded: the limit is {maximum}")]
    Limit {
        /// what is limited: `document size`, `nesting depth`, `alias expansion`
        limit: &'static str,
        /// the largest amount allowed
        maximum: usize,
    },
}

impl Error {
    /// Gives where in the text it is, as a byte offset, unless it is about the text as a whole.
    pub fn offset(&self) -> Option<usize> {
        match self {
            Self::Yaml { offset, .. } | Self::Json { offset, .. } => Some(*offset),
            Self::Limit { .. } => None,
        }
    }

    /// Gives what is wrong without the line, for those who tell the place by the offset.
    pub fn without_line(&self) -> String {
        match self {
            Self::Yaml { message, .. } => {
                let behind = message.strip_prefix("line ").and_then(|rest| rest.split_once(": "));
                behind.map_or(message.as_str(), |(_, behind)| behind).to_owned()
            }
            error => error.to_string(),
        }
    }
}

/// An error on its way out of the scanner and the parser, small for the steps that succeed.
#[derive(Debug)]
pub(crate) struct Fault(Box<Error>);

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self(Box::new(error))
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        *fault.0
    }
}
