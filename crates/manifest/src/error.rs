//! Why rendered files are no manifests, in Helm's words.

/// A rendered file that cannot be read as Kubernetes objects.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// a document is not YAML
    #[error("YAML parse error on {path}: error converting YAML to JSON: {error}")]
    Yaml {
        /// the template's path
        path: String,
        /// what is wrong; its line counts within the document
        error: pintle_yaml::Error,
        /// the line of the rendered file on which the document begins, from 1
        line: usize,
    },
    /// a document's head is not that of a Kubernetes object
    #[error("YAML parse error on {path}: error unmarshaling JSON: while decoding JSON: {message}")]
    Head {
        /// the template's path
        path: String,
        /// Go's words
        message: String,
        /// the line of the rendered file on which the document begins, from 1
        line: usize,
    },
}
