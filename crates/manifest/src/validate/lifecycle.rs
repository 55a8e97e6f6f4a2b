//! What Kubernetes removed, what it will remove, and what is off unless it is asked for: API versions, and fields.
//!
//! Source: `zz_generated.prerelease-lifecycle.go` of each group of `k8s.io/api`; the deprecation guide for versions that
//! are no longer there; `WarningsOnCreate` of each kind in `pkg/registry`, and `warnings.go` in `pkg/api`.

use super::at::At;
use super::finding::Code;
use super::meta::deprecated;
use super::types::Types;

/// The end of an API version's kinds.
struct End {
    api_version: &'static str,
    /// which kinds, with spaces between them
    kinds: &'static str,
    /// since which minor version of Kubernetes it is deprecated
    deprecated: u32,
    /// since which it is not there, or zero
    removed: u32,
    /// the API version that has the kinds now, or the API version and the kind to use; empty if there is none
    replacement: &'static str,
}

macro_rules! ends {
    ($($api_version:literal $kinds:literal $deprecated:literal $removed:literal $replacement:literal;)*) => {
        &[$(End {
            api_version: $api_version,
            kinds: $kinds,
            deprecated: $deprecated,
            removed: $removed,
            replacement: $replacement,
        }),*]
    };
}

const ENDS: &[End] = ends! {
    "extensions/v1beta1" "DaemonSet Deployment ReplicaSet" 8 16 "apps/v1";
    "extensions/v1beta1" "Ingress" 14 22 "networking.k8s.io/v1";
    "extensions/v1beta1" "NetworkPolicy" 9 16 "networking.k8s.io/v1";
    "extensions/v1beta1" "PodSecurityPolicy" 10 16 "";
    "apps/v1beta1" "ControllerRevision Deployment StatefulSet" 8 16 "apps/v1";
    "apps/v1beta2" "ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet" 9 16 "apps/v1";
    "batch/v2alpha1" "CronJob" 8 21 "batch/v1";
    "batch/v1beta1" "CronJob" 21 25 "batch/v1";
    "autoscaling/v2beta1" "HorizontalPodAutoscaler" 22 25 "autoscaling/v2";
    "autoscaling/v2beta2" "HorizontalPodAutoscaler" 23 26 "autoscaling/v2";
    "policy/v1beta1" "PodDisruptionBudget" 21 25 "policy/v1";
    "policy/v1beta1" "PodSecurityPolicy" 21 25 "";
    "networking.k8s.io/v1beta1" "Ingress IngressClass" 19 22 "networking.k8s.io/v1";
    "networking.k8s.io/v1alpha1" "ClusterCIDR" 28 29 "";
    "networking.k8s.io/v1alpha1" "IPAddress ServiceCIDR" 30 33 "networking.k8s.io/v1";
    "networking.k8s.io/v1beta1" "IPAddress ServiceCIDR" 34 37 "networking.k8s.io/v1";
    "rbac.authorization.k8s.io/v1alpha1" "ClusterRole ClusterRoleBinding Role RoleBinding" 17 22 "rbac.authorization.k8s.io/v1";
    "rbac.authorization.k8s.io/v1beta1" "ClusterRole ClusterRoleBinding Role RoleBinding" 17 22 "rbac.authorization.k8s.io/v1";
    "admissionregistration.k8s.io/v1beta1" "MutatingWebhookConfiguration ValidatingWebhookConfiguration" 16 22 "admissionregistration.k8s.io/v1";
    "admissionregistration.k8s.io/v1alpha1" "ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding" 29 32 "admissionregistration.k8s.io/v1";
    "admissionregistration.k8s.io/v1beta1" "ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding" 31 34 "admissionregistration.k8s.io/v1";
    "admissionregistration.k8s.io/v1alpha1" "MutatingAdmissionPolicy MutatingAdmissionPolicyBinding" 35 38 "";
    "admissionregistration.k8s.io/v1beta1" "MutatingAdmissionPolicy MutatingAdmissionPolicyBinding" 37 40 "admissionregistration.k8s.io/v1";
    "apiextensions.k8s.io/v1beta1" "CustomResourceDefinition" 16 22 "apiextensions.k8s.io/v1";
    "apiregistration.k8s.io/v1beta1" "APIService" 19 22 "apiregistration.k8s.io/v1";
    "auditregistration.k8s.io/v1alpha1" "AuditSink" 18 19 "";
    "authentication.k8s.io/v1beta1" "TokenReview" 19 22 "authentication.k8s.io/v1";
    "authorization.k8s.io/v1beta1" "LocalSubjectAccessReview SelfSubjectAccessReview SelfSubjectRulesReview SubjectAccessReview" 19 22 "authorization.k8s.io/v1";
    "certificates.k8s.io/v1beta1" "CertificateSigningRequest" 19 22 "certificates.k8s.io/v1";
    "certificates.k8s.io/v1alpha1" "ClusterTrustBundle" 34 37 "certificates.k8s.io/v1beta1";
    "certificates.k8s.io/v1beta1" "ClusterTrustBundle PodCertificateRequest" 37 40 "certificates.k8s.io/v1";
    "coordination.k8s.io/v1beta1" "Lease" 19 22 "coordination.k8s.io/v1";
    "coordination.k8s.io/v1alpha1" "LeaseCandidate" 32 32 "coordination.k8s.io/v1alpha2";
    "coordination.k8s.io/v1alpha2" "LeaseCandidate" 35 38 "";
    "coordination.k8s.io/v1beta1" "LeaseCandidate" 36 39 "";
    "discovery.k8s.io/v1beta1" "EndpointSlice" 21 25 "discovery.k8s.io/v1";
    "events.k8s.io/v1beta1" "Event" 22 25 "events.k8s.io/v1";
    "flowcontrol.apiserver.k8s.io/v1alpha1" "FlowSchema PriorityLevelConfiguration" 20 21 "flowcontrol.apiserver.k8s.io/v1";
    "flowcontrol.apiserver.k8s.io/v1beta1" "FlowSchema PriorityLevelConfiguration" 23 26 "flowcontrol.apiserver.k8s.io/v1";
    "flowcontrol.apiserver.k8s.io/v1beta2" "FlowSchema PriorityLevelConfiguration" 26 29 "flowcontrol.apiserver.k8s.io/v1";
    "flowcontrol.apiserver.k8s.io/v1beta3" "FlowSchema PriorityLevelConfiguration" 29 32 "flowcontrol.apiserver.k8s.io/v1";
    "node.k8s.io/v1alpha1" "RuntimeClass" 20 22 "node.k8s.io/v1";
    "node.k8s.io/v1beta1" "RuntimeClass" 22 25 "node.k8s.io/v1";
    "resource.k8s.io/v1beta1" "DeviceClass ResourceClaim ResourceClaimTemplate ResourceSlice" 35 38 "";
    "resource.k8s.io/v1beta2" "DeviceClass ResourceClaim ResourceClaimTemplate ResourceSlice" 36 39 "";
    "resource.k8s.io/v1alpha3" "DeviceTaintRule" 36 39 "";
    "scheduling.k8s.io/v1alpha1" "PriorityClass" 14 22 "scheduling.k8s.io/v1";
    "scheduling.k8s.io/v1beta1" "PriorityClass" 14 22 "scheduling.k8s.io/v1";
    "settings.k8s.io/v1alpha1" "PodPreset" 19 20 "";
    "storage.k8s.io/v1alpha1" "CSIStorageCapacity VolumeAttachment" 21 24 "storage.k8s.io/v1";
    "storage.k8s.io/v1beta1" "CSIDriver StorageClass VolumeAttachment" 19 22 "storage.k8s.io/v1";
    "storage.k8s.io/v1beta1" "CSINode" 17 22 "storage.k8s.io/v1";
    "storage.k8s.io/v1beta1" "CSIStorageCapacity" 24 27 "storage.k8s.io/v1";
    "storage.k8s.io/v1alpha1" "VolumeAttributesClass" 32 35 "storage.k8s.io/v1";
    "storage.k8s.io/v1beta1" "VolumeAttributesClass" 34 37 "storage.k8s.io/v1";
    "storagemigration.k8s.io/v1beta1" "StorageVersionMigration" 37 40 "storagemigration.k8s.io/v1";
    "v1" "ComponentStatus" 19 0 "";
    "v1" "Endpoints" 33 0 "discovery.k8s.io/v1 EndpointSlice";
};

impl End {
    fn of(api_version: &str, kind: &str) -> Option<&'static Self> {
        ENDS.iter().find(|end| {
            end.api_version == api_version && end.kinds.split(' ').any(|ends| ends == kind)
        })
    }

    /// Gives the words about what to use instead.
    fn advice(&self, kind: &str) -> String {
        match self.replacement {
            "" if kind == "PodSecurityPolicy" => {
                "; label namespaces for Pod Security Admission instead".to_owned()
            }
            "" => String::new(),
            replacement if replacement.contains(' ') => format!("; use {replacement}"),
            replacement => format!("; use {replacement} {kind}"),
        }
    }
}

/// Warns of an API version that will go, or that clusters have only where it was turned on.
pub(super) fn api_version(at: At<'_>, api_version: &str, kind: &str) {
    let minor = at.minor().number();
    if let Some(end) = End::of(api_version, kind)
        && end.deprecated <= minor
    {
        let unavailable = match end.removed {
            0 => String::new(),
            removed => format!(", unavailable in v1.{removed}+"),
        };
        deprecated(
            at.get("apiVersion"),
            &format!(
                "{api_version} {kind} is deprecated in v1.{}+{unavailable}{}",
                end.deprecated,
                end.advice(kind)
            ),
        );
    }
    let version = api_version.rsplit('/').next().unwrap_or_default();
    if version.contains("alpha") || version.contains("beta") {
        at.get("apiVersion").report(
            &Code::DISABLED_API,
            format!(
                "{api_version} is off by default; a cluster has it only where it was turned on"
            ),
        );
    }
}

/// Refuses a kind that Kubernetes had, or has in another API version. Gives whether it did.
pub(super) fn removed(at: At<'_>, types: &Types, api_version: &str, kind: &str) -> bool {
    let at = at.get("apiVersion");
    let minor = at.minor().number();
    let missing = format!("no matches for kind \"{kind}\" in version \"{api_version}\"");
    if let Some(end) = End::of(api_version, kind)
        && (1..=minor).contains(&end.removed)
    {
        let advice = end.advice(kind);
        let since = end.removed;
        at.report(&Code::REMOVED_API, format!("{missing}: it was removed in v1.{since}{advice}"));
        return true;
    }
    let Some((group, _)) = api_version.split_once('/') else { return false };
    let others = types.kinds().filter(|(of, known, _)| {
        *known == kind && of.split_once('/').is_some_and(|(of, _)| of == group)
    });
    // A stable version has the shortest name.
    let Some((other, ..)) = others.min_by_key(|(of, ..)| (of.len(), *of)) else { return false };
    at.report(&Code::REMOVED_API, format!("{missing} of v1.{minor}; use {other} {kind}"));
    true
}

/// Warns of fields, labels and annotations that Kubernetes no longer wants.
pub(super) fn fields(at: At<'_>, group: &str, kind: &str) {
    let (metadata, spec) = (at.get("metadata"), at.get("spec"));
    match (group, kind) {
        ("", "Pod") => pod(spec, metadata),
        ("", "PodTemplate") => template(at.get("template")),
        ("", "ReplicationController")
        | ("apps", "Deployment" | "DaemonSet" | "ReplicaSet" | "StatefulSet")
        | ("batch", "Job") => template(spec.get("template")),
        ("batch", "CronJob") => template(spec.get("jobTemplate").get("spec").get("template")),
        ("", "Service") => service(spec, metadata),
        ("", "PersistentVolume") => volume(spec, metadata),
        ("", "PersistentVolumeClaim") => {
            annotation(
                metadata,
                STORAGE_CLASS,
                "deprecated since v1.8; use \"storageClassName\" attribute instead",
            );
        }
        ("storage.k8s.io", "StorageClass") => {
            for term in at.get("allowedTopologies").items() {
                for expression in term.get("matchLabelExpressions").items() {
                    node_label(expression.get("key"), expression.get("key").text());
                }
            }
        }
        ("node.k8s.io", "RuntimeClass") => {
            let selector = at.get("scheduling").get("nodeSelector");
            for (label, at) in selector.entries() {
                node_label(at, label);
            }
        }
        ("networking.k8s.io", "Ingress") if !spec.get("ingressClassName").is_set() => annotation(
            metadata,
            "kubernetes.io/ingress.class",
            "annotation \"kubernetes.io/ingress.class\" is deprecated, please use 'spec.ingressClassName' instead",
        ),
        ("discovery.k8s.io", "EndpointSlice") if at.get("addressType").text() == "FQDN" => {
            deprecated(at.get("addressType"), "FQDN endpoints are deprecated");
        }
        _ => {}
    }
}

/// The annotation that a storage class was once named by.
const STORAGE_CLASS: &str = "volume.beta.kubernetes.io/storage-class";

/// Labels of nodes that have other names now.
const NODE_LABELS: [(&str, &str); 8] = [
    ("beta.kubernetes.io/arch", "deprecated since v1.14; use \"kubernetes.io/arch\" instead"),
    ("beta.kubernetes.io/os", "deprecated since v1.14; use \"kubernetes.io/os\" instead"),
    (
        "failure-domain.beta.kubernetes.io/region",
        "deprecated since v1.17; use \"topology.kubernetes.io/region\" instead",
    ),
    (
        "failure-domain.beta.kubernetes.io/zone",
        "deprecated since v1.17; use \"topology.kubernetes.io/zone\" instead",
    ),
    (
        "beta.kubernetes.io/instance-type",
        "deprecated since v1.17; use \"node.kubernetes.io/instance-type\" instead",
    ),
    ("app.kubernetes.io/created-by", "deprecated since v1.9"),
    (
        "scheduler.alpha.kubernetes.io/preferAvoidPods",
        "deprecated since v1.22; use Taints and Tolerations instead",
    ),
    ("node-role.kubernetes.io/master", "use \"node-role.kubernetes.io/control-plane\" instead"),
];

/// Kinds of volumes that are gone or going.
const VOLUMES: [(&str, &str); 9] = [
    ("photonPersistentDisk", "deprecated in v1.11, non-functional in v1.16+"),
    ("gitRepo", "deprecated in v1.11, and disabled by default in v1.33+"),
    ("scaleIO", "deprecated in v1.16, non-functional in v1.22+"),
    ("flocker", "deprecated in v1.22, non-functional in v1.25+"),
    ("storageos", "deprecated in v1.22, non-functional in v1.25+"),
    ("quobyte", "deprecated in v1.22, non-functional in v1.25+"),
    ("glusterfs", "deprecated in v1.25, non-functional in v1.26+"),
    ("cephfs", "deprecated in v1.28, non-functional in v1.31+"),
    ("rbd", "deprecated in v1.28, non-functional in v1.31+"),
];

/// Annotations of pods that nothing reads any more.
const POD_ANNOTATIONS: [(&str, &str); 3] = [
    (
        "scheduler.alpha.kubernetes.io/critical-pod",
        "non-functional in v1.16+; use the \"priorityClassName\" field instead",
    ),
    (
        "security.alpha.kubernetes.io/sysctls",
        "non-functional in v1.11+; use the \"sysctls\" field instead",
    ),
    (
        "security.alpha.kubernetes.io/unsafe-sysctls",
        "non-functional in v1.11+; use the \"sysctls\" field instead",
    ),
];

const SECCOMP: &str = "non-functional in v1.27+; use the \"seccompProfile\" field instead";
const APPARMOR: &str = "deprecated since v1.30; use the \"appArmorProfile\" field instead";

fn annotation(metadata: At<'_>, key: &str, detail: &str) {
    let annotations = metadata.get("annotations");
    if annotations.node().is_some_and(|node| node.get(key).is_some()) {
        deprecated(annotations.key(key), detail);
    }
}

fn node_label(at: At<'_>, label: &str) {
    if let Some((_, detail)) = NODE_LABELS.iter().find(|(name, _)| *name == label) {
        deprecated(at, detail);
    }
}

/// Warns of the name of a label in a field that holds it.
fn node_label_name(at: At<'_>) {
    if let Some((name, detail)) = NODE_LABELS.iter().find(|(name, _)| *name == at.text()) {
        deprecated(at, &format!("{name} is {detail}"));
    }
}

fn node_selector_term(at: At<'_>) {
    for expression in at.get("matchExpressions").items() {
        node_label_name(expression.get("key"));
    }
}

fn template(at: At<'_>) {
    pod(at.get("spec"), at.get("metadata"));
}

fn pod(spec: At<'_>, metadata: At<'_>) {
    for (label, at) in spec.get("nodeSelector").entries() {
        node_label(at, label);
    }
    let affinity = spec.get("affinity").get("nodeAffinity");
    let required = affinity.get("requiredDuringSchedulingIgnoredDuringExecution");
    required.get("nodeSelectorTerms").items().for_each(node_selector_term);
    for term in affinity.get("preferredDuringSchedulingIgnoredDuringExecution").items() {
        node_selector_term(term.get("preference"));
    }
    for constraint in spec.get("topologySpreadConstraints").items() {
        node_label_name(constraint.get("topologyKey"));
    }
    for volume in spec.get("volumes").items() {
        volumes(volume);
    }
    let annotations = metadata.get("annotations");
    if annotations.is_empty() {
        return;
    }
    for (key, detail) in POD_ANNOTATIONS {
        annotation(metadata, key, detail);
    }
    let security = spec.get("securityContext");
    if !security.get("seccompProfile").is_set() {
        annotation(metadata, "seccomp.security.alpha.kubernetes.io/pod", SECCOMP);
    }
    let has_profile = security.get("appArmorProfile").is_set();
    for list in ["initContainers", "containers"] {
        for container in spec.get(list).items() {
            let (name, security) = (container.get("name").text(), container.get("securityContext"));
            if !security.get("seccompProfile").is_set() {
                let key = format!("container.seccomp.security.alpha.kubernetes.io/{name}");
                annotation(metadata, &key, SECCOMP);
            }
            if !has_profile && !security.get("appArmorProfile").is_set() {
                let key = format!("container.apparmor.security.beta.kubernetes.io/{name}");
                annotation(metadata, &key, APPARMOR);
            }
        }
    }
}

fn volumes(at: At<'_>) {
    for (name, detail) in VOLUMES {
        if at.node().is_some_and(|node| node.get(name).is_some()) {
            deprecated(at.get(name), detail);
        }
    }
}

fn volume(spec: At<'_>, metadata: At<'_>) {
    let class = "deprecated since v1.8; use \"storageClassName\" attribute instead";
    annotation(metadata, STORAGE_CLASS, class);
    let options = "deprecated since v1.31; use \"mountOptions\" attribute instead";
    annotation(metadata, "volume.beta.kubernetes.io/mount-options", options);
    let reclaim = spec.get("persistentVolumeReclaimPolicy");
    if reclaim.text() == "Recycle" {
        deprecated(
            reclaim,
            "The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.",
        );
    }
    let required = spec.get("nodeAffinity").get("required");
    required.get("nodeSelectorTerms").items().for_each(node_selector_term);
    volumes(spec);
}

fn service(spec: At<'_>, metadata: At<'_>) {
    annotation(
        metadata,
        "service.kubernetes.io/topology-aware-hints",
        "annotation service.kubernetes.io/topology-aware-hints is deprecated, please use service.kubernetes.io/topology-mode instead",
    );
    let minor = spec.minor().number();
    let kind = spec.get("type").text_or("ClusterIP");
    let is_headless = kind == "ClusterIP" && spec.get("clusterIP").text() == "None";
    let external = spec.get("externalIPs");
    if minor >= 36 && !external.is_empty() && !is_headless && kind != "ExternalName" {
        let detail =
            "spec.externalIPs is deprecated and may no longer be implemented in some clusters";
        deprecated(external, detail);
    }
    let distribution = spec.get("trafficDistribution");
    if minor >= 35 && distribution.text() == "PreferClose" {
        deprecated(distribution, "\"PreferClose\" is deprecated; use \"PreferSameZone\"");
    }
}

#[cfg(test)]
mod tests {
    use crate::validate::{Minor, Validator};

    fn found(minor: u32, api_version: &str, kind: &str) -> Vec<String> {
        let text = format!("apiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: a}}\n");
        let inspected = Validator::new(Minor::near(minor)).inspect(&text);
        let findings = inspected.iter().flat_map(|inspected| &inspected.findings);
        findings
            .filter(|finding| finding.field == "apiVersion")
            .map(|finding| format!("{}: {}", finding.code.name, finding.message))
            .collect()
    }

    #[test]
    fn versions_that_are_gone_name_what_is_there() {
        for (api_version, kind, text) in [
            (
                "extensions/v1beta1",
                "Ingress",
                "it was removed in v1.22; use networking.k8s.io/v1 Ingress",
            ),
            (
                "policy/v1beta1",
                "PodDisruptionBudget",
                "it was removed in v1.25; use policy/v1 PodDisruptionBudget",
            ),
            (
                "policy/v1beta1",
                "PodSecurityPolicy",
                "it was removed in v1.25; label namespaces for Pod Security Admission instead",
            ),
        ] {
            let missing = format!("no matches for kind \"{kind}\" in version \"{api_version}\"");
            assert_eq!(found(34, api_version, kind), [format!("removed-api: {missing}: {text}")]);
        }
        assert_eq!(
            found(34, "apps/v3", "Deployment"),
            [
                "removed-api: no matches for kind \"Deployment\" in version \"apps/v3\" of v1.34; use apps/v1 Deployment"
            ]
        );
        assert!(found(34, "example.com/v1", "Deployment").is_empty());
    }

    #[test]
    fn versions_that_will_go_or_are_off_are_warned_of() {
        assert_eq!(
            found(34, "v1", "Endpoints"),
            [
                "deprecated-api: v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"
            ]
        );
        assert_eq!(
            found(33, "networking.k8s.io/v1beta1", "IPAddress"),
            [
                "disabled-api: networking.k8s.io/v1beta1 is off by default; a cluster has it only where it was turned on"
            ]
        );
        assert!(found(34, "apps/v1", "Deployment").is_empty());
    }
}
