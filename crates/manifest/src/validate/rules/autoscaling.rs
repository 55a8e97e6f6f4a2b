//! `HorizontalPodAutoscaler` and `PodDisruptionBudget`.
//!
//! Source: `pkg/apis/autoscaling/validation` and `pkg/apis/policy/validation`.

use super::Rules;

/// Gives the rules of the kinds of this file.
pub(super) fn rules(_group: &str, _kind: &str) -> Option<Rules> {
    None
}
