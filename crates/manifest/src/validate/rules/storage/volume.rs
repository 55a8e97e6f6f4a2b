//! `PersistentVolume`.
//!
//! Source: `ValidatePersistentVolumeSpec` in `pkg/apis/core/validation/validation.go`, and `pv_validation.go` in
//! `pkg/volume/validation`.

use super::claim::{access_modes, volume_mode};
use super::source;
use crate::validate::at::At;
use crate::validate::names::dns_subdomain;
use crate::validate::quantity::Quantity;
use crate::validate::rules::pod;

/// The annotation that mount options were once given by.
const MOUNT_OPTIONS: &str = "volume.beta.kubernetes.io/mount-options";

/// Checks a volume.
pub(super) fn persistent_volume(at: At<'_>) {
    let spec = at.get("spec");
    let modes = spec.get("accessModes");
    if modes.is_empty() {
        modes.required("");
    }
    access_modes(modes);
    capacity(spec.get("capacity"));
    let reclaim = spec.get("persistentVolumeReclaimPolicy");
    if !matches!(reclaim.text(), "" | "Delete" | "Recycle" | "Retain") {
        reclaim.unsupported(&["Delete", "Recycle", "Retain"]);
    }
    let affinity = spec.get("nodeAffinity");
    if affinity.is_set() {
        let required = affinity.get("required");
        if required.is_set() {
            pod::node_selector(required);
        } else {
            required.required("must specify required node constraints");
        }
    }
    source::check(spec, at.get("metadata").get("name").text());
    if source::is_set(spec, "local") && !affinity.is_set() {
        affinity.required("Local volume requires node affinity");
    }
    let path = spec.get("hostPath").get("path").text();
    if reclaim.text() == "Recycle" && is_root(path) {
        reclaim.forbidden("may not be 'recycle' for a hostPath mount of '/'");
    }
    let class = spec.get("storageClassName");
    if !class.text().is_empty() {
        class.invalid_each(dns_subdomain(class.text()));
    }
    volume_mode(spec.get("volumeMode"));
    attributes_class(spec);
    let options = at.get("metadata").get("annotations").key(MOUNT_OPTIONS);
    if options.node().is_some() && !source::takes_mount_options(spec) {
        let annotations = at.get("metadata").get("annotations");
        let options = options.called(annotations.get(MOUNT_OPTIONS));
        options.forbidden("may not specify mount options for this volume type");
    }
}

/// Checks the spec of a volume within an attachment.
pub(super) fn inline_spec(at: At<'_>) {
    let inline = "may not be specified in the context of inline volumes";
    let claim = at.get("claimRef");
    if claim.is_set() {
        claim.forbidden(inline);
    }
    let capacity = at.get("capacity");
    if !capacity.is_empty() {
        capacity.forbidden(inline);
    }
    if !at.get("csi").is_set() {
        at.get("csi").required("has to be specified in the context of inline volumes");
    }
    let modes = at.get("accessModes");
    if modes.is_empty() {
        modes.required("");
    }
    access_modes(modes);
    let reclaim = at.get("persistentVolumeReclaimPolicy");
    if !matches!(reclaim.text(), "" | "Retain") {
        reclaim.forbidden("may only be Retain in the context of inline volumes");
    }
    if at.get("nodeAffinity").is_set() {
        at.get("nodeAffinity").forbidden(inline);
    }
    source::check(at, "");
    if source::is_set(at, "local") {
        at.get("nodeAffinity").required("Local volume requires node affinity");
    }
    let class = at.get("storageClassName");
    if !class.text().is_empty() {
        class.forbidden(inline);
    }
    let mode = at.get("volumeMode");
    if mode.is_set() && mode.text() != "Filesystem" {
        mode.forbidden(
            "may not specify volumeMode other than Filesystem in the context of inline volumes",
        );
    }
}

fn capacity(at: At<'_>) {
    if at.is_empty() {
        at.required("");
    }
    let has_storage = at.node().is_some_and(|node| node.get("storage").is_some());
    if !has_storage || at.len() > 1 {
        at.unsupported(&["storage"]);
    }
    for (_, amount) in at.entries() {
        if amount.quantity() <= Some(Quantity::ZERO) {
            amount.invalid("must be greater than zero");
        }
    }
}

fn attributes_class(spec: At<'_>) {
    let class = spec.get("volumeAttributesClassName");
    // Before 1.34 the field is dropped, unless a feature is turned on.
    if !class.is_set() || spec.minor().number() < 34 {
        return;
    }
    if class.text().is_empty() {
        class.required("an empty string is disallowed");
    } else {
        class.invalid_each(dns_subdomain(class.text()));
    }
    if !spec.get("csi").is_set() {
        spec.get("csi").required("has to be specified when using volumeAttributesClassName");
    }
}

/// Tells whether a path leads to the root of a file system.
fn is_root(path: &str) -> bool {
    let mut depth = 0_usize;
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => depth = depth.saturating_sub(1),
            _ => depth += 1,
        }
    }
    path.starts_with('/') && depth == 0
}
