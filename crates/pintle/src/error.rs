//! What can go wrong between a chart and its objects.

use pintle_chart::values::ValuesError;
use pintle_engine::TemplateError;

/// What can go wrong between a chart and its objects, in Helm's words.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// the chart cannot be loaded
    #[error("{}", .0.text())]
    Chart(#[from] pintle_chart::Error),
    /// the values cannot be read
    #[error(transparent)]
    Values(#[from] ValuesError),
    /// the chart cannot be rendered with these values
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// the cluster refuses, or cannot be reached
    #[cfg(feature = "cluster")]
    #[error(transparent)]
    Cluster(#[from] pintle_cluster::Error),
    /// a version of Kubernetes that is none
    #[error("invalid kube version '{text}': {reason}")]
    KubeVersion {
        /// what was given
        text: String,
        /// Kubernetes' words
        reason: String,
    },
}
