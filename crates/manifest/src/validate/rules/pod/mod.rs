//! `Pod`, `PodTemplate`, and the templates of pods that workloads bear.
//!
//! Source: `ValidatePodCreate` and `ValidatePodTemplateSpec` in `pkg/apis/core/validation/validation.go`.

use super::Rules;
use crate::validate::at::At;
use crate::validate::meta;
use crate::validate::names::NameRule;

/// Gives the rules of the kinds of this file.
pub(super) fn rules(group: &str, kind: &str) -> Option<Rules> {
    let check: fn(At<'_>) = match (group, kind) {
        ("", "Pod") => |at| spec(at.get("spec"), at.get("metadata")),
        ("", "PodTemplate") => |at| template(at.get("template")),
        _ => return None,
    };
    Some(Rules { name: NameRule::Subdomain, check })
}

/// Checks a template of pods: its labels and annotations, and its spec.
///
/// Which `restartPolicy` it may have, and whether its labels are selected, is for the kind that bears it to check.
pub(super) fn template(at: At<'_>) {
    meta::template_metadata(at.get("metadata"));
    spec(at.get("spec"), at.get("metadata"));
}

/// Checks the spec of pods; `metadata` is that of the pod or of the template.
pub(super) fn spec(at: At<'_>, _metadata: At<'_>) {
    let containers = at.get("containers");
    if containers.is_empty() {
        containers.required("");
    }
}

/// Gives the restart policy of the spec of pods.
pub(super) fn restart_policy(at: At<'_>) -> &str {
    at.get("restartPolicy").text_or("Always")
}
