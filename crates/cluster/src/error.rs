//! What can go wrong between this program and a cluster.

use std::time::Duration;

use serde::Deserialize;

use crate::wait::Unready;

/// An error of a cluster, or on the way to it.
///
/// Where client-go or the API server has words, the text is theirs: callers search for it.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// there is no usable configuration
    #[error("{0}")]
    Config(String),
    /// no answer came: refused, cut, or a certificate that is not trusted
    #[error("{verb} {url:?}: {reason}", verb = title(method))]
    Connection {
        /// the HTTP method
        method: &'static str,
        /// the whole URL
        url: String,
        /// why, in Go's words where they are known
        reason: String,
    },
    /// the API server's own error
    #[error("{0}")]
    Api(Box<Status>),
    /// an answer that is not what the API promises
    #[error("{url}: {reason}")]
    Answer {
        /// the path that was asked
        url: String,
        /// what is wrong with it
        reason: String,
    },
    /// a manifest that is no list of objects
    #[error("{0}")]
    Manifest(String),
    /// a kind that the cluster does not have
    #[error(
        "resource mapping not found for name: {name:?} namespace: {namespace:?} from \"\": no matches for kind {kind:?} in version {api_version:?}\nensure CRDs are installed first"
    )]
    NoMatch {
        /// `apiVersion` of the object
        api_version: String,
        /// `kind` of the object
        kind: String,
        /// its name
        name: String,
        /// its namespace, empty if it has none
        namespace: String,
    },
    /// what `timeout` was given for took longer
    #[error("context deadline exceeded")]
    TimedOut,
    /// the caller asked to stop
    #[error("context canceled")]
    Canceled,
    /// a sentence before another error
    #[error("{context}: {source}")]
    Context {
        /// what was being done
        context: String,
        /// what went wrong
        source: Box<Error>,
    },
    /// several errors, joined as Go joins them: a line each
    #[error("{}", join(.0, "\n"))]
    Many(Vec<Error>),
    /// a record that is not there
    #[error("release: not found")]
    ReleaseNotFound,
    /// a record that is there already
    #[error("release: already exists")]
    ReleaseExists,
    /// a release of which nothing runs
    #[error("{0:?} has no deployed releases")]
    NoDeployedReleases(String),
    /// a record that is longer than one object may be
    #[error(
        "the record of release {name:?} takes {size} bytes, and one object holds {limit}: make the chart smaller (.helmignore), or split the record over several objects with --chunked, which Helm does not read"
    )]
    RecordTooLarge {
        /// the release
        name: String,
        /// what it takes, in bytes
        size: usize,
        /// what there is place for, in bytes
        limit: usize,
    },
    /// a record that is there, and cannot be read
    #[error("failed to decode data {key:?}: {reason}")]
    Record {
        /// the object that holds it
        key: String,
        /// what is wrong with it
        reason: String,
    },
    /// a sentence of Helm's
    #[error("{0}")]
    Said(String),
    /// a pod or container is not the one that it was: what was in its memory and in its files is lost
    #[error("{0}")]
    Restarted(String),
    /// a file in a container that cannot be read or written
    #[error("{path}: {}", fault.as_str())]
    File {
        /// its path in the container
        path: String,
        /// what is wrong with it
        fault: crate::files::Fault,
    },
    /// objects that did not become what was waited for
    #[error("{0}")]
    Waited(Box<Unready>),
}

/// Gives the HTTP method as Go writes it before a URL: `Get`.
fn title(method: &str) -> String {
    let mut text = method.to_ascii_lowercase();
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

/// Joins the texts of errors.
pub(crate) fn join(errors: &[Error], separator: &str) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join(separator)
}

impl Error {
    /// Puts a sentence before the error.
    #[must_use]
    pub fn context(self, context: impl Into<String>) -> Self {
        Self::Context { context: context.into(), source: Box::new(self) }
    }

    /// Gives the API server's error, if it is one.
    pub fn status(&self) -> Option<&Status> {
        match self {
            Self::Api(status) => Some(status),
            Self::Context { source, .. } => source.status(),
            _ => None,
        }
    }

    pub(crate) fn has_code(&self, code: u16) -> bool {
        self.status().is_some_and(|status| status.code == code)
    }

    /// Tells whether an object is not there.
    pub fn is_not_found(&self) -> bool {
        self.has_code(404)
    }

    /// Tells whether an object is there already.
    pub fn is_already_exists(&self) -> bool {
        self.status().is_some_and(|status| status.reason == "AlreadyExists")
    }

    /// Tells whether an object changed meanwhile, or another manager owns a field.
    pub fn is_conflict(&self) -> bool {
        self.status().is_some_and(|status| status.code == 409 && status.reason == "Conflict")
    }

    /// Tells whether the caller may not do it.
    pub fn is_forbidden(&self) -> bool {
        self.has_code(403)
    }

    /// Gives what helps to see why, in lines: the last events and the last words of containers that crashed.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Waited(unready) => unready.help(),
            Self::Context { source, .. } => source.help(),
            Self::Many(errors) => errors.iter().find_map(Self::help),
            _ => None,
        }
    }

    /// Tells whether time ran out.
    pub fn is_timeout(&self) -> bool {
        match self {
            Self::TimedOut => true,
            Self::Waited(unready) => unready.has_timed_out,
            Self::Context { source, .. } => source.is_timeout(),
            Self::Many(errors) => errors.iter().any(Self::is_timeout),
            _ => false,
        }
    }
}

impl From<Status> for Error {
    fn from(status: Status) -> Self {
        Self::Api(Box::new(status))
    }
}

/// The API server's `Status`, with which it refuses.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Status {
    /// the whole sentence
    pub message: String,
    /// a word for programs, such as `NotFound`
    pub reason: String,
    /// the HTTP status
    pub code: u16,
    /// more for programs
    pub details: Option<StatusDetails>,
}

/// What a [`Status`] is about.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct StatusDetails {
    /// the object's name
    pub name: String,
    /// the object's resource, such as `secrets`
    pub kind: String,
    /// when to ask again
    pub retry_after_seconds: u32,
    /// each field that is wrong
    pub causes: Vec<StatusCause>,
}

/// One field that is wrong.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct StatusCause {
    /// a word for programs, such as `FieldManagerConflict`
    pub reason: String,
    /// the sentence
    pub message: String,
    /// the field's path
    pub field: String,
}

impl std::fmt::Display for Status {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl Status {
    /// Gives the time after which the server wants to be asked again, if it says one.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        let seconds = self.details.as_ref()?.retry_after_seconds;
        (seconds > 0).then(|| Duration::from_secs(seconds.into()))
    }
}
