//! Webhooks and admission policies.
//!
//! Source: `pkg/apis/admissionregistration/validation/validation.go`.

use super::Rules;

/// Gives the rules of the kinds of this file.
pub(super) fn rules(_group: &str, _kind: &str) -> Option<Rules> {
    None
}
