//! `Pod`, `PodTemplate`, and the templates of pods that workloads bear.
//!
//! Source: `ValidatePodCreate`, `ValidatePodTemplateSpec` and `ValidatePodSpec` in
//! `pkg/apis/core/validation/validation.go`; what is dropped without a word is in `pkg/api/pod/util.go`.

mod affinity;
mod annotations;
mod container;
mod env;
mod host;
mod mount;
mod probe;
mod projected;
mod resources;
mod scheduling;
mod security;
pub(super) mod volume;
mod windows;

use super::Rules;
use crate::validate::at::{At, quoted};
use crate::validate::meta;
use crate::validate::names::{NameRule, dns_label, dns_subdomain, in_range, qualified_name};
use crate::validate::seen::Seen;

pub(super) use affinity::node_selector;
pub(super) use resources::{
    container_resource_name, is_extended_resource, is_hugepages, is_overcommit_allowed,
    is_standard_resource, overhead, resource_name, resource_quantity,
};
pub(super) use scheduling::tolerations;

/// Gives the rules of the kinds of this file.
pub(super) fn rules(group: &str, kind: &str) -> Option<Rules> {
    let check: fn(At<'_>) = match (group, kind) {
        ("", "Pod") => pod,
        ("", "PodTemplate") => |at| template(at.get("template")),
        _ => return None,
    };
    Some(Rules { name: NameRule::Subdomain, check })
}

/// What the parts of a spec know of the whole.
struct Whole<'a> {
    /// the spec
    spec: At<'a>,
    /// the metadata of the pod, or of the template
    metadata: At<'a>,
    /// whether it is that of a pod, not of a template of pods
    is_pod: bool,
    /// the templates of claims that are volumes too, if it is of a set
    claims_of_set: Option<At<'a>>,
    /// the volumes without fault, by name, and whether they are claims
    volumes: Seen<'a, bool>,
    /// the names of volumes that this version drops, and their mounts with them
    dropped: Seen<'a>,
    /// the names of the claims of resources
    claims: Seen<'a>,
}

impl<'a> Whole<'a> {
    /// Gives the number behind `1.` of the version.
    fn minor(&self) -> u32 {
        self.spec.minor().number()
    }

    /// Gives how long the pod has to end, in seconds.
    fn grace_period(&self) -> i64 {
        match self.spec.get("terminationGracePeriodSeconds").integer() {
            None => 30,
            Some(period) if period < 0 && self.is_pod => 1,
            Some(period) => period,
        }
    }

    /// Tells whether the pod has users of its own.
    fn has_own_users(&self) -> bool {
        self.spec.get("hostUsers").boolean() == Some(false)
    }

    /// Tells whether the pod is in the network of its node.
    fn is_in_host_network(&self) -> bool {
        self.spec.get("hostNetwork").is_true()
    }

    /// Tells whether the pod is for Windows.
    fn is_for_windows(&self) -> bool {
        self.spec.get("os").get("name").text() == "windows"
    }

    /// Gives all containers, in the order in which Kubernetes goes through them.
    fn containers(&self) -> impl Iterator<Item = At<'a>> + use<'a> {
        let spec = self.spec;
        ["initContainers", "containers", "ephemeralContainers"]
            .into_iter()
            .flat_map(move |name| spec.get(name).items())
    }
}

/// Checks a pod.
fn pod(at: At<'_>) {
    let annotations = at.get("metadata").get("annotations");
    let whole = whole(at.get("spec"), at.get("metadata"), true);
    annotations::annotations(annotations, &whole);
    let whole = spec(whole);
    for name in ["containers", "initContainers"] {
        for container in whole.spec.get(name).items() {
            container::image_has_no_space(container);
        }
    }
    let ephemeral = whole.spec.get("ephemeralContainers");
    if !ephemeral.is_empty() {
        ephemeral.forbidden("cannot be set on create");
    }
    let node_name = whole.spec.get("nodeName");
    if !node_name.text().is_empty() && !whole.spec.get("schedulingGates").is_empty() {
        node_name.forbidden("cannot be set until all schedulingGates have been cleared");
    }
    annotations::match_fields(&whole);
}

/// Checks a template of pods: its labels and annotations, and its spec.
///
/// Which `restartPolicy` it may have, and whether its labels are selected, is for the kind that bears it to check.
pub(super) fn template(at: At<'_>) {
    checked_template(at, whole(at.get("spec"), at.get("metadata"), false));
}

/// Checks the template of a set, whose templates of claims are volumes of the pods, and which names them.
pub(super) fn template_of_set(at: At<'_>, claims: At<'_>) {
    let whole = whole(at.get("spec"), at.get("metadata"), false);
    checked_template(at, Whole { claims_of_set: Some(claims), ..whole });
}

/// Checks the labels and annotations of a template alone.
pub(super) fn template_metadata(at: At<'_>) {
    labels_and_annotations(at, &whole(at.get("spec"), at.get("metadata"), false));
}

fn labels_and_annotations(at: At<'_>, whole: &Whole<'_>) {
    // Kubernetes leaves `metadata` out of these paths.
    meta::labels(whole.metadata.get("labels").called(at.get("labels")));
    let annotations = whole.metadata.get("annotations").called(at.get("annotations"));
    meta::annotations(annotations);
    annotations::annotations(annotations, whole);
}

fn checked_template(at: At<'_>, whole: Whole<'_>) {
    labels_and_annotations(at, &whole);
    let whole = spec(whole);
    annotations::match_fields(&whole);
    let ephemeral = whole.spec.get("ephemeralContainers");
    if !ephemeral.is_empty() {
        ephemeral.forbidden("ephemeral containers not allowed in pod template");
    }
}

/// Gives the restart policy of the spec of pods.
pub(super) fn restart_policy(at: At<'_>) -> &str {
    at.get("restartPolicy").text_or("Always")
}

/// Begins to check a spec.
fn whole<'a>(spec: At<'a>, metadata: At<'a>, is_pod: bool) -> Whole<'a> {
    Whole {
        spec,
        metadata,
        is_pod,
        claims_of_set: None,
        volumes: Seen::default(),
        dropped: Seen::default(),
        claims: Seen::default(),
    }
}

/// The restart policies of pods.
const RESTART_POLICIES: [&str; 3] = ["Always", "OnFailure", "Never"];
/// Where pods look up names.
const DNS_POLICIES: [&str; 4] = ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"];

/// Checks the spec of pods.
fn spec(mut whole: Whole<'_>) -> Whole<'_> {
    let at = whole.spec;
    volume::volumes(&mut whole);
    if whole.minor() >= 34 {
        resource_claims(&mut whole);
    }
    container::containers(&whole);
    container::init_containers(&whole);
    container::ephemeral_containers(&whole);
    if whole.minor() >= 34 {
        resources::pod_resources(&whole);
    }
    host::ports_match(&whole);
    let restart_policy = at.get("restartPolicy");
    if !RESTART_POLICIES.contains(&restart_policy.text_or("Always")) {
        restart_policy.unsupported(&RESTART_POLICIES);
    }
    let dns_policy = at.get("dnsPolicy");
    if !DNS_POLICIES.contains(&dns_policy.text_or("ClusterFirst")) {
        dns_policy.unsupported(&DNS_POLICIES);
    }
    meta::labels(at.get("nodeSelector"));
    security::pod_security_context(&whole);
    affinity::affinity(&whole);
    host::dns_config(at.get("dnsConfig"), dns_policy.text());
    for gate in at.get("readinessGates").items() {
        let condition = gate.get("conditionType");
        condition.invalid_each(qualified_name(condition.text()));
    }
    scheduling::gates(at.get("schedulingGates"));
    scheduling::spread_constraints(&whole);
    windows::host_process(&whole);
    host::own_users(&whole);
    if whole.minor() >= 35 {
        host::hostname_override(&whole);
    }
    names(&whole);
    let deadline = at.get("activeDeadlineSeconds");
    if let Some(seconds) = deadline.integer() {
        deadline.invalid_each(in_range(seconds, 1, i64::from(i32::MAX)));
    }
    scheduling::tolerations(at.get("tolerations"));
    host::aliases(at.get("hostAliases"));
    let preemption = at.get("preemptionPolicy");
    if preemption.is_set() {
        meta::one_of(preemption, &["PreemptLowerPriority", "Never"]);
    }
    let overhead = at.get("overhead");
    if overhead.is_set() {
        resources::overhead(overhead);
    }
    windows::operating_system(&whole);
    if whole.minor() >= 35 {
        env::file_volumes(&whole);
    }
    whole
}

/// Checks what a spec names.
fn names(whole: &Whole<'_>) {
    let at = whole.spec;
    let mut account = at.get("serviceAccountName");
    if account.text().is_empty() {
        account = at.get("serviceAccount").called(account);
    }
    let of_subdomain = [account, at.get("nodeName"), at.get("priorityClassName")];
    for name in of_subdomain.into_iter().filter(|name| !name.text().is_empty()) {
        name.invalid_each(dns_subdomain(name.text()));
    }
    for name in ["hostname", "subdomain"] {
        let name = at.get(name);
        // A set gives its pods other names than these.
        if whole.claims_of_set.is_none() && !name.text().is_empty() {
            name.invalid_each(dns_label(name.text()));
        }
    }
    let runtime_class = at.get("runtimeClassName");
    if runtime_class.is_set() {
        runtime_class.invalid_each(dns_subdomain(runtime_class.text()));
    }
}

/// Checks the claims of resources of a pod, and notes their names.
fn resource_claims(whole: &mut Whole<'_>) {
    let claims = whole.spec.get("resourceClaims");
    if claims.is_empty() {
        return;
    }
    let is_static = whole.is_pod
        && whole.metadata.get("annotations").key("kubernetes.io/config.mirror").node().is_some();
    for claim in claims.items() {
        let name = claim.get("name");
        let is_new = name.text().is_empty() || whole.claims.note(name.text());
        if is_static {
            continue;
        }
        if name.text().is_empty() {
            name.required("");
        } else if !is_new {
            name.duplicate();
        } else {
            name.invalid_each(dns_label(name.text()));
        }
        let sources =
            ["resourceClaimName", "resourceClaimTemplateName"].map(|name| claim.get(name));
        match sources.map(At::is_set) {
            [true, true] => claim.invalid(
                "at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified",
            ),
            [false, false] => claim
                .invalid("must specify one of: `resourceClaimName`, `resourceClaimTemplateName`"),
            _ => {}
        }
        for source in sources.into_iter().filter(|source| source.is_set()) {
            source.invalid_each(dns_subdomain(source.text()));
        }
    }
    if is_static {
        let text = "static pods do not support resource claims";
        whole.metadata.forbidden(text);
    }
}

/// Reports a value that is missing or null as the empty text.
fn invalid_text(at: At<'_>, detail: &str) {
    at.invalid_as(&quoted(at.text()), detail);
}
