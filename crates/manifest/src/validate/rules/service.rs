//! `Service`, `Endpoints`, `EndpointSlice`.
//!
//! Source: `ValidateService` in `pkg/apis/core/validation/validation.go`, `pkg/apis/discovery/validation`.

use super::Rules;

/// Gives the rules of the kinds of this file.
pub(super) fn rules(_group: &str, _kind: &str) -> Option<Rules> {
    None
}
