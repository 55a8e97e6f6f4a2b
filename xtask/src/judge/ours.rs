//! What `pintle validate` says of an object.

use pintle_manifest::validate::{Minor, Severity, Validator};

/// One finding of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    /// The field, as the API server writes it.
    pub(crate) path: String,
    /// What is said of it.
    pub(crate) message: String,
}

/// Says for what a cluster of a version, such as `1.34.4`, refuses a document, in YAML or JSON.
pub(crate) fn findings(document: &str, kube_version: &str) -> Vec<Finding> {
    let minor = kube_version.split('.').nth(1).and_then(|minor| minor.parse().ok());
    let validator = Validator::new(minor.map_or(Minor::NEWEST, Minor::near));
    let objects = validator.inspect(document).into_iter();
    let errors = objects.flat_map(|object| object.findings);
    errors
        .filter(|finding| finding.severity() == Severity::Error)
        .map(|finding| Finding { path: finding.field, message: finding.message })
        .collect()
}
