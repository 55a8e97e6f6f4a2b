//! Whether the pods of a release meet the pod security levels that its namespaces ask for.
//!
//! A server refuses a pod; of a workload it only warns, and then nobody can make its pods.
//!
//! Source: `admission/admission.go` of `k8s.io/pod-security-admission`.

use std::collections::HashMap;

use super::Release;
use crate::pod_security::{Level, Pod, Policy};
use crate::validate::finding::Code;

/// Checks all pods, and all workloads of Kubernetes' own kinds.
pub(super) fn check(release: &Release<'_>) {
    let namespaces = release.objects.iter().filter(|object| {
        object.group.is_empty() && object.kind == "Namespace" && !object.name.is_empty()
    });
    let policies: HashMap<&str, Policy> = namespaces
        .map(|object| (object.name, Policy::of_labels(object.at.get("metadata").get("labels")).0))
        .filter(|(_, policy)| *policy != Policy::PRIVILEGED)
        .collect();
    if policies.is_empty() {
        return;
    }
    for object in &release.objects {
        let Some(policy) = policies.get(object.namespace) else { continue };
        let Some(pod) = Pod::of_object(object.at) else { continue };
        let standards =
            [(policy.enforce, !pod.is_template), (policy.warn, false), (policy.audit, false)];
        // What one level says, the next need not say again.
        let mut said = Vec::new();
        for (standard, is_refused) in standards {
            if standard.level == Level::Privileged {
                continue;
            }
            for violation in pod.violations(standard) {
                let is_new = !said.iter().any(|(check, detail)| {
                    *check == violation.check && *detail == violation.detail
                });
                if !is_new {
                    continue;
                }
                let (code, verb) = if is_refused {
                    (&Code::POD_SECURITY, "violates")
                } else {
                    (&Code::POD_SECURITY_WARNING, "would violate")
                };
                let message = format!("{verb} PodSecurity \"{standard}\": {violation}");
                let field = violation.fields.into_iter().next().unwrap_or_default();
                let offset = u32::try_from(violation.offset).unwrap_or(u32::MAX);
                object.at.report_field(code, field, message, offset);
                said.push((violation.check, violation.detail));
            }
        }
    }
}
