//! The order in which a cluster takes objects, by kind.
//!
//! Source: `InstallOrder` and `lessByKind` in `kind_sorter.go` of Helm's release utilities.

/// Helm 4's order of installation: the webhooks come last, once what they call may run.
pub const INSTALL_ORDER: &[&str] = &[
    "PriorityClass",
    "Namespace",
    "NetworkPolicy",
    "ResourceQuota",
    "LimitRange",
    "PodSecurityPolicy",
    "PodDisruptionBudget",
    "ServiceAccount",
    "Secret",
    "SecretList",
    "ConfigMap",
    "StorageClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "CustomResourceDefinition",
    "ClusterRole",
    "ClusterRoleList",
    "ClusterRoleBinding",
    "ClusterRoleBindingList",
    "Role",
    "RoleList",
    "RoleBinding",
    "RoleBindingList",
    "Service",
    "DaemonSet",
    "Pod",
    "ReplicationController",
    "ReplicaSet",
    "Deployment",
    "HorizontalPodAutoscaler",
    "StatefulSet",
    "Job",
    "CronJob",
    "IngressClass",
    "Ingress",
    "APIService",
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
];

/// Helm 3's order of installation, to which webhooks are unknown kinds.
pub const INSTALL_ORDER_WITHOUT_WEBHOOKS: &[&str] =
    INSTALL_ORDER.split_at(INSTALL_ORDER.len() - 2).0;

/// The kinds in the order in which Helm 4 removes them; others follow by name.
pub const UNINSTALL_ORDER: &[&str] = &[
    "ValidatingWebhookConfiguration",
    "MutatingWebhookConfiguration",
    "APIService",
    "Ingress",
    "IngressClass",
    "Service",
    "CronJob",
    "Job",
    "StatefulSet",
    "HorizontalPodAutoscaler",
    "Deployment",
    "ReplicaSet",
    "ReplicationController",
    "Pod",
    "DaemonSet",
    "RoleBindingList",
    "RoleBinding",
    "RoleList",
    "Role",
    "ClusterRoleBindingList",
    "ClusterRoleBinding",
    "ClusterRoleList",
    "ClusterRole",
    "CustomResourceDefinition",
    "PersistentVolumeClaim",
    "PersistentVolume",
    "StorageClass",
    "ConfigMap",
    "SecretList",
    "Secret",
    "ServiceAccount",
    "PodDisruptionBudget",
    "PodSecurityPolicy",
    "LimitRange",
    "ResourceQuota",
    "NetworkPolicy",
    "Namespace",
    "PriorityClass",
];

/// Helm 3's order of removal, to which webhooks are unknown kinds.
pub const UNINSTALL_ORDER_WITHOUT_WEBHOOKS: &[&str] = UNINSTALL_ORDER.split_at(2).1;

/// Puts things into an order of kinds; those of one kind stay as they are to each other.
///
/// Source: `lessByKind` in `kind_sorter.go` of Helm's release utilities.
pub fn sort_by_kind<T>(things: &mut [T], order: &[&str], kind: impl Fn(&T) -> &str) {
    things.sort_by_cached_key(|thing| place(kind(thing), order));
}

/// Gives what kinds are sorted by: those of `order` by their place in it, unknown ones behind them by name.
pub(crate) fn place(kind: &str, order: &[&str]) -> (usize, Option<Box<str>>) {
    match order.iter().position(|known| *known == kind) {
        Some(place) => (place, None),
        None => (order.len(), Some(kind.into())),
    }
}
