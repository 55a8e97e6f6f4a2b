//! `PersistentVolume`, `PersistentVolumeClaim`, and the kinds of `storage.k8s.io`.
//!
//! Source: `pkg/apis/core/validation/validation.go`, `pkg/apis/storage/validation/validation.go`.

use super::Rules;

/// Gives the rules of the kinds of this file.
pub(super) fn rules(_group: &str, _kind: &str) -> Option<Rules> {
    None
}
