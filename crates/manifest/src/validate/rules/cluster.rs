//! What shapes a cluster: namespaces, quotas, limits, priorities, nodes, leases, certificates, flow control.
//!
//! Source: the `validation.go` of each group.

use super::Rules;

/// Gives the rules of the kinds of this file.
pub(super) fn rules(_group: &str, _kind: &str) -> Option<Rules> {
    None
}
