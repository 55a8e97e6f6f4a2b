//! `Deployment`, `StatefulSet`, `DaemonSet`, `ReplicaSet`, `ReplicationController`.
//!
//! Source: `pkg/apis/apps/validation/validation.go`.

use super::Rules;

/// Gives the rules of the kinds of this file.
pub(super) fn rules(_group: &str, _kind: &str) -> Option<Rules> {
    None
}
