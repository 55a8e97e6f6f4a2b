//! `StorageClass`, `VolumeAttributesClass`, `CSIDriver`, `CSINode`, `CSIStorageCapacity`, `VolumeAttachment`; and in
//! the modules `claim` and `volume`, `PersistentVolumeClaim` and `PersistentVolume`.
//!
//! Source: `pkg/apis/storage/validation/validation.go`.

mod claim;
mod source;
mod volume;

use std::collections::HashSet;

use super::Rules;
use super::pod::volume::csi_driver_name;
use crate::validate::at::{At, quoted};
use crate::validate::finding::Code;
use crate::validate::meta::{self, not_negative};
use crate::validate::names::{self, NameRule, qualified_name};
use crate::validate::quantity::Quantity;

pub(super) use claim::claim_spec;

/// The most parameters of a class.
const MAX_PARAMETERS: usize = 512;
/// The most bytes of all parameters of a class, and of an attachment's metadata.
const MAX_PARAMETERS_SIZE: usize = 256 << 10;

/// The most bytes of the identifier that a driver has for a node.
const MAX_NODE_ID: usize = 256;

/// Gives the rules of the kinds of this file and its modules.
pub(super) fn rules(group: &str, kind: &str) -> Option<Rules> {
    let check: fn(At<'_>) = match (group, kind) {
        ("", "PersistentVolume") => volume::persistent_volume,
        ("", "PersistentVolumeClaim") => claim::claim,
        ("storage.k8s.io", "StorageClass") => storage_class,
        ("storage.k8s.io", "VolumeAttributesClass") => attributes_class,
        ("storage.k8s.io", "CSIDriver") => csi_driver,
        ("storage.k8s.io", "CSINode") => csi_node,
        ("storage.k8s.io", "CSIStorageCapacity") => storage_capacity,
        ("storage.k8s.io", "VolumeAttachment") => volume_attachment,
        _ => return None,
    };
    Some(Rules { name: NameRule::Subdomain, check })
}

fn storage_class(at: At<'_>) {
    provisioner(at.get("provisioner"));
    parameters(at.get("parameters"));
    let reclaim = at.get("reclaimPolicy");
    if !matches!(reclaim.text(), "" | "Delete" | "Retain") {
        reclaim.unsupported(&["Delete", "Retain"]);
    }
    let binding = at.get("volumeBindingMode");
    let modes = ["Immediate", "WaitForFirstConsumer"];
    if binding.is_set() && !modes.contains(&binding.text()) {
        binding.unsupported(&modes);
    }
    allowed_topologies(at.get("allowedTopologies"));
}

fn attributes_class(at: At<'_>) {
    provisioner(at.get("driverName"));
    let values = at.get("parameters");
    parameters(values);
    if values.is_empty() {
        values.required("must contain at least one key/value pair");
    }
}

fn provisioner(at: At<'_>) {
    if at.text().is_empty() {
        at.required("");
    } else {
        at.invalid_each(qualified_name(&at.text().to_lowercase()));
    }
}

fn parameters(at: At<'_>) {
    if at.len() > MAX_PARAMETERS {
        at.too_long(MAX_PARAMETERS);
        return;
    }
    let mut size = 0;
    for (key, value) in at.texts() {
        if key.is_empty() {
            at.near_key(key).invalid_as(&quoted(key), "field can not be empty.");
        }
        size += key.len() + value.len();
    }
    if size > MAX_PARAMETERS_SIZE {
        at.too_long(MAX_PARAMETERS_SIZE);
    }
}

fn allowed_topologies(at: At<'_>) {
    let mut terms = HashSet::new();
    for term in at.items() {
        let mut keys = HashSet::new();
        let mut whole = Vec::new();
        let expressions = term.get("matchLabelExpressions");
        for expression in expressions.items() {
            let (key, values) = (expression.get("key"), expression.get("values"));
            if values.is_empty() {
                values.required("");
            }
            let mut seen = HashSet::new();
            for value in values.items() {
                if !seen.insert(value.text()) {
                    value.duplicate();
                }
            }
            key.invalid_each(qualified_name(key.text()));
            if !keys.insert(key.text()) {
                key.duplicate();
            }
            let mut seen: Vec<&str> = seen.into_iter().collect();
            seen.sort_unstable();
            // As in Kubernetes, the last expression about a key stands for the others.
            whole.retain(|(known, _)| *known != key.text());
            whole.push((key.text(), seen));
        }
        whole.sort_unstable();
        // Kubernetes compares with as many empty terms as there are terms, so an empty one is never unique.
        if whole.is_empty() || !terms.insert(whole) {
            expressions.report(&Code::DUPLICATE, "Duplicate value: \"\"");
        }
    }
}

fn csi_driver(at: At<'_>) {
    let spec = at.get("spec");
    let policy = spec.get("fsGroupPolicy");
    let policies = ["File", "None", "ReadWriteOnceWithFSType"];
    if policy.is_set() && !policies.contains(&policy.text()) {
        policy.unsupported(&policies);
    }
    let requests = spec.get("tokenRequests");
    let mut audiences = HashSet::new();
    for request in requests.items() {
        let (audience, expiration) = (request.get("audience"), request.get("expirationSeconds"));
        if !audiences.insert(audience.text()) {
            audience
                .report(&Code::DUPLICATE, format!("Duplicate value: {}", quoted(audience.text())));
            continue;
        }
        if expiration.integer().is_some_and(|seconds| seconds < 600) {
            expiration.invalid("may not specify a duration less than 10 minutes");
        }
        if expiration.number() > 1 << 32 {
            expiration.invalid("may not specify a duration larger than 2^32 seconds");
        }
    }
    let lifecycle = spec.get("volumeLifecycleModes");
    for mode in lifecycle.items() {
        if !matches!(mode.text(), "Persistent" | "Ephemeral") {
            let message = format!(
                "Unsupported value: {}: supported values: \"Persistent\", \"Ephemeral\"",
                quoted(mode.text())
            );
            lifecycle.report(&Code::UNSUPPORTED, message);
        }
    }
    let period = spec.get("nodeAllocatableUpdatePeriodSeconds");
    let is_on = spec.minor().number() >= 35;
    if is_on && period.integer().is_some_and(|seconds| seconds < 10) {
        period.invalid("must be greater than or equal to 10 seconds");
    }
    let in_secrets = spec.get("serviceAccountTokenInSecrets");
    if in_secrets.is_set() && requests.is_empty() && spec.minor().number() >= 35 {
        in_secrets
            .invalid("serviceAccountTokenInSecrets is set but no tokenRequests are specified");
    }
}

fn csi_node(at: At<'_>) {
    let mut names = HashSet::new();
    for driver in at.get("spec").get("drivers").items() {
        let (name, id) = (driver.get("name"), driver.get("nodeID"));
        csi_driver_name(name);
        if id.text().is_empty() {
            id.required("");
        }
        if id.text().len() > MAX_NODE_ID {
            id.invalid(&format!("must be {MAX_NODE_ID} characters or less"));
        }
        not_negative(driver.get("allocatable").get("count"));
        if !names.insert(name.text()) {
            name.duplicate();
        }
        let mut keys = HashSet::new();
        for key in driver.get("topologyKeys").items() {
            let key = key.text();
            if key.is_empty() {
                driver.required("");
            }
            if !keys.insert(key) {
                driver.report(&Code::DUPLICATE, format!("Duplicate value: {}", quoted(key)));
            }
            for fault in qualified_name(key) {
                driver.invalid_as(&quoted(key), &fault);
            }
        }
    }
}

fn storage_capacity(at: At<'_>) {
    meta::label_selector(at.get("nodeTopology"));
    let class = at.get("storageClassName");
    class.invalid_each(names::dns_subdomain(class.text()));
    let capacity = at.get("capacity");
    if capacity.quantity().is_some_and(|amount| amount < Quantity::ZERO) {
        capacity.invalid("must be greater than or equal to 0");
    }
}

fn volume_attachment(at: At<'_>) {
    let spec = at.get("spec");
    csi_driver_name(spec.get("attacher"));
    let source = spec.get("source");
    let (inline, name) = (source.get("inlineVolumeSpec"), source.get("persistentVolumeName"));
    let one = "must specify exactly one of inlineVolumeSpec and persistentVolumeName";
    match (inline.is_set(), name.is_set()) {
        (false, false) => source.required(one),
        (true, true) => source.forbidden(one),
        (true, false) => volume::inline_spec(inline),
        (false, true) => {
            if name.text().is_empty() {
                name.required("must specify non empty persistentVolumeName");
            }
        }
    }
    if name.is_set() {
        name.invalid_each(names::dns_subdomain(name.text()));
    }
    let node = spec.get("nodeName");
    node.invalid_each(names::dns_subdomain(node.text()));
}
