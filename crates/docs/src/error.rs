//! What can go wrong when a chart is documented.

use pintle_yaml::Location;
use thiserror::Error;

/// Why a page, or a schema, could not be made.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DocsError {
    /// a file of the chart is no text, or no YAML
    #[error("{place}: {message}")]
    Values {
        /// where
        place: Location,
        /// what is wrong, in goyaml's words where it has some
        message: String,
    },
    /// a style of badges is no word
    #[error("{0:?} is no style of badges: letters, digits and - make one")]
    BadgeStyle(String),
    /// a dependency is there, and cannot be read
    #[error("{0}")]
    Dependency(String),
    /// a page's template does not parse, or fails
    #[error("{0}")]
    Template(String),
    /// the values, or what they come to, are too large
    #[error("values.yaml: {limit} exceeded: the limit is {maximum}")]
    Limit {
        /// what is limited
        limit: &'static str,
        /// how much of it may be
        maximum: usize,
    },
    /// a README has been written by hand, and does not say where the page goes
    #[error(
        "{readme} was not written by this program: put the lines {begin} and {end} around the part to replace, or use \
         --overwrite",
        begin = crate::readme::BEGIN,
        end = crate::readme::END
    )]
    HandWritten {
        /// the file
        readme: String,
    },
    /// a README has a line that begins the part, but none that ends it
    #[error("{place}: no line {end} follows", end = crate::readme::END)]
    Open {
        /// where the part begins
        place: Location,
    },
    /// a `# @schema` comment is no schema
    #[error("{place}: {message}")]
    Schema {
        /// where the comment is
        place: Location,
        /// what is wrong with it
        message: String,
    },
}

impl DocsError {
    /// Puts the folder of a chart before the name of its file, so that the place can be opened.
    #[must_use]
    pub fn within(mut self, folder: &str) -> Self {
        if let Self::Values { place, .. } | Self::Schema { place, .. } = &mut self {
            place.file = format!("{folder}/{}", place.file);
        }
        self
    }
}
