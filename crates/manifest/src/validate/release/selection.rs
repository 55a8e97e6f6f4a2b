//! What objects select by labels, and whether the release makes any of it.

use std::collections::{HashMap, HashSet};

use super::{Budget, Object, Release};
use crate::document::Content;
use crate::validate::at::At;
use crate::validate::finding::Code;
use crate::validate::meta;
use crate::validate::types::Types;

/// The pods of a release, and its services, which are selected as well.
pub(super) struct Workloads<'a> {
    pods: Labelled<'a>,
    services: Labelled<'a>,
    /// namespaces with objects of whose kind it is not known whether pods are made of them
    uncertain: HashSet<&'a str>,
}

/// Things with labels, found by these.
struct Labelled<'a> {
    things: Vec<Thing<'a>>,
    by_label: HashMap<(&'a str, &'a str, &'a str), Vec<usize>>,
    /// the keys of labels, by namespace
    keys: HashSet<(&'a str, &'a str)>,
    namespaces: HashMap<&'a str, Vec<usize>>,
}

struct Thing<'a> {
    labels: At<'a>,
    /// the names of the ports of a pod's containers
    ports: Vec<&'a str>,
}

impl<'a> Workloads<'a> {
    /// Gathers what can be selected.
    pub(super) fn new(objects: &[Object<'a>], types: &Types) -> Self {
        let (mut pods, mut services) = (Labelled::new(), Labelled::new());
        let mut uncertain = HashSet::new();
        for object in objects {
            if let Some((metadata, spec)) = pod_of(object) {
                pods.add(object.namespace, metadata.get("labels"), port_names(spec));
            } else if object.group.is_empty() && object.kind == "Service" {
                let labels = object.at.get("metadata").get("labels");
                services.add(object.namespace, labels, Vec::new());
            } else if may_make_pods(object, types) {
                uncertain.insert(object.namespace);
            }
        }
        Self { pods, services, uncertain }
    }
}

impl<'a> Labelled<'a> {
    fn new() -> Self {
        Self {
            things: Vec::new(),
            by_label: HashMap::new(),
            keys: HashSet::new(),
            namespaces: HashMap::new(),
        }
    }

    fn add(&mut self, namespace: &'a str, labels: At<'a>, ports: Vec<&'a str>) {
        let number = self.things.len();
        for (key, value) in labels.texts() {
            self.by_label.entry((namespace, key, value)).or_default().push(number);
            self.keys.insert((namespace, key));
        }
        self.namespaces.entry(namespace).or_default().push(number);
        self.things.push(Thing { labels, ports });
    }

    /// Gives those of a namespace that a label selector selects; nothing if that takes too long.
    fn selected(
        &self,
        budget: &Budget,
        namespace: &str,
        wanted: At<'a>,
        is_selected: impl Fn(At<'a>) -> bool,
    ) -> Option<Vec<&Thing<'a>>> {
        // The label that the fewest have leaves the fewest to compare.
        let rarest = wanted
            .texts()
            .map(|(key, value)| self.by_label.get(&(namespace, key, value)))
            .map(|found| found.map_or(&[][..], Vec::as_slice))
            .min_by_key(|found| found.len());
        let all = || self.namespaces.get(namespace).map_or(&[][..], Vec::as_slice);
        let candidates = rarest.unwrap_or_else(all);
        if !budget.spend(candidates.len()) {
            return None;
        }
        let things = candidates.iter().filter_map(|number| self.things.get(*number));
        Some(things.filter(|thing| is_selected(thing.labels)).collect())
    }

    fn is_empty_in(&self, namespace: &str) -> bool {
        !self.namespaces.contains_key(namespace)
    }
}

/// Gives the metadata and the spec of the pods that an object makes.
pub(super) fn pod_of<'a>(object: &Object<'a>) -> Option<(At<'a>, At<'a>)> {
    let (top, spec) = (object.at, object.at.get("spec"));
    let found = match (object.group, object.kind) {
        ("", "Pod") => top,
        ("", "PodTemplate") => top.get("template"),
        ("batch", "CronJob") => spec.get("jobTemplate").get("spec").get("template"),
        _ => {
            // Kinds that are like Kubernetes' own call it the same: rollouts, sandboxes.
            let has_containers = |at: &At<'_>| !at.get("spec").get("containers").is_empty();
            [spec.get("template"), spec.get("podTemplate")].into_iter().find(has_containers)?
        }
    };
    Some((found.get("metadata"), found.get("spec")))
}

/// Tells whether an object is of a kind of which pods may be made, unseen.
fn may_make_pods(object: &Object<'_>, types: &Types) -> bool {
    let api_version = object.at.get("apiVersion").text();
    let is_harmless = matches!(
        object.kind,
        "ServiceMonitor"
            | "PodMonitor"
            | "PrometheusRule"
            | "Probe"
            | "ScrapeConfig"
            | "AlertmanagerConfig"
            | "SandboxTemplate"
            | "SandboxWarmPool"
            | "SandboxClaim"
    ) || matches!(
        object.group,
        "cert-manager.io"
            | "cilium.io"
            | "gateway.networking.k8s.io"
            | "external-secrets.io"
            | "bitnami.com"
            | "secrets.hashicorp.com"
            | "traefik.io"
            | "networking.istio.io"
            | "security.istio.io"
            | "route.openshift.io"
            | "security.openshift.io"
            | "autoscaling.k8s.io"
            | "keda.sh"
            | "kyverno.io"
    );
    !is_harmless && types.kind(api_version, object.kind).is_none()
}

/// Tells whether a label is put on pods by the controller that makes them, of Kubernetes or of a custom resource.
///
/// A controller labels its pods with keys of its own group: that no pod of the release has the key is no fault.
fn is_added_later(release: &Release<'_>, namespace: &str, key: &str) -> bool {
    let is_of_custom_resource = || {
        let group = key.split_once('/').map_or("", |(group, _)| group);
        release.definitions.has_group(group)
            && !release.workloads.pods.keys.contains(&(namespace, key))
    };

    let prefixes = [
        "statefulset.kubernetes.io/",
        "apps.kubernetes.io/",
        "batch.kubernetes.io/",
        "topology.kubernetes.io/",
    ];
    prefixes.iter().any(|prefix| key.starts_with(prefix))
        || matches!(
            key,
            "pod-template-hash"
                | "pod-template-generation"
                | "controller-revision-hash"
                | "controller-uid"
                | "job-name"
        )
        || is_of_custom_resource()
}

/// Gives the keys that a label selector asks for.
fn keys_of(selector: At<'_>) -> impl Iterator<Item = &str> {
    let keys = selector.get("matchLabels").texts().map(|(key, _)| key);
    let expressions = selector.get("matchExpressions").items();
    keys.chain(expressions.map(|expression| expression.get("key").text()))
}

/// Checks what an object selects.
pub(super) fn check<'a>(release: &Release<'a>, object: &Object<'a>) {
    let spec = object.at.get("spec");
    match (object.group, object.kind) {
        ("", "Service") => service(release, object, spec),
        ("networking.k8s.io", "NetworkPolicy") => {
            pods(release, object, spec.get("podSelector"));
        }
        ("policy", "PodDisruptionBudget") => pods(release, object, spec.get("selector")),
        ("cilium.io", "CiliumNetworkPolicy") => {
            let others = object.at.get("specs");
            for spec in std::iter::once(spec).chain(others.items()) {
                endpoints(release, object, spec.get("endpointSelector"));
            }
        }
        ("monitoring.coreos.com", "ServiceMonitor") if looks_at_own_namespace(object, spec) => {
            services(release, object, spec.get("selector"));
        }
        ("monitoring.coreos.com", "PodMonitor") if looks_at_own_namespace(object, spec) => {
            pods(release, object, spec.get("selector"));
        }
        _ => {}
    }
}

fn looks_at_own_namespace(object: &Object<'_>, spec: At<'_>) -> bool {
    let selector = spec.get("namespaceSelector");
    let names = selector.get("matchNames");
    selector.get("any").is_true()
        || names.is_empty()
        || names.items().any(|name| name.text() == object.namespace)
}

/// Tells whether all pods of a namespace are known, and there are some.
fn are_known(release: &Release<'_>, namespace: &str) -> bool {
    let Workloads { pods, uncertain, .. } = &release.workloads;
    !pods.is_empty_in(namespace) && !uncertain.contains(namespace)
}

fn service<'a>(release: &Release<'a>, object: &Object<'a>, spec: At<'a>) {
    let selector = spec.get("selector");
    if selector.is_empty()
        || selector.texts().any(|(key, _)| is_added_later(release, object.namespace, key))
        || !are_known(release, object.namespace)
    {
        return;
    }
    let is_selected = |labels: At<'a>| {
        selector.texts().all(|(key, value)| {
            labels.node().and_then(|node| node.get(key)).and_then(|node| node.as_str())
                == Some(value)
        })
    };
    let found =
        release.workloads.pods.selected(&release.budget, object.namespace, selector, is_selected);
    match found {
        None => {}
        Some(found) if found.is_empty() => nothing(selector, "pod"),
        Some(found) => target_ports(release, spec, &found),
    }
}

/// Gives the names of the ports of a pod.
fn port_names(pod: At<'_>) -> Vec<&str> {
    let containers = pod.get("containers").items().chain(pod.get("initContainers").items());
    let names = containers
        .flat_map(|container| container.get("ports").items().map(|port| port.get("name").text()));
    names.filter(|name| !name.is_empty()).collect()
}

/// Reports ports by name that no pod has which a service selects.
fn target_ports(release: &Release<'_>, service: At<'_>, pods: &[&Thing<'_>]) {
    let n_names: usize = pods.iter().map(|pod| pod.ports.len() + 1).sum();
    for port in service.get("ports").items() {
        let target = port.get("targetPort");
        let Some(Content::String(name)) = target.node().map(|node| &node.content) else { continue };
        if name.is_empty() || !release.budget.spend(n_names) {
            continue;
        }
        if !pods.iter().any(|pod| pod.ports.contains(&name.as_ref())) {
            target.report(
                &Code::MISSING_PORT,
                format!("no pod that the service selects has a port \"{name}\""),
            );
        }
    }
}

fn pods<'a>(release: &Release<'a>, object: &Object<'a>, selector: At<'a>) {
    if meta::is_empty_selector(selector)
        || keys_of(selector).any(|key| is_added_later(release, object.namespace, key))
        || !are_known(release, object.namespace)
    {
        return;
    }
    let found = release.workloads.pods.selected(
        &release.budget,
        object.namespace,
        selector.get("matchLabels"),
        |labels| meta::selects(selector, labels),
    );
    if found.is_some_and(|found| found.is_empty()) {
        nothing(selector, "pod");
    }
}

fn services<'a>(release: &Release<'a>, object: &Object<'a>, selector: At<'a>) {
    let Workloads { services, uncertain, .. } = &release.workloads;
    if meta::is_empty_selector(selector)
        || services.is_empty_in(object.namespace)
        || uncertain.contains(object.namespace)
    {
        return;
    }
    let labels = selector.get("matchLabels");
    let found = services.selected(&release.budget, object.namespace, labels, |labels| {
        meta::selects(selector, labels)
    });
    if found.is_some_and(|found| found.is_empty()) {
        nothing(selector, "Service");
    }
}

/// Checks a selector of Cilium's, whose keys say where a label comes from.
fn endpoints<'a>(release: &Release<'a>, object: &Object<'a>, selector: At<'a>) {
    let is_plain = |key: &str| !key.contains(':') && !key.starts_with("io.kubernetes.pod.");
    let mut keys = keys_of(selector);
    if keys.all(is_plain) {
        pods(release, object, selector);
    }
}

fn nothing(selector: At<'_>, what: &str) {
    selector.report(
        &Code::SELECTS_NOTHING,
        format!("no {what} of the release has these labels, so that nothing of it is selected"),
    );
}
