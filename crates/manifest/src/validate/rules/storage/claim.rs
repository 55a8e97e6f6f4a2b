//! `PersistentVolumeClaim`, and the templates of claims.
//!
//! Source: `ValidatePersistentVolumeClaimSpec` in `pkg/apis/core/validation/validation.go`; what is dropped before, in
//! `pkg/api/persistentvolumeclaim/util.go`.

use crate::validate::at::{At, quoted};
use crate::validate::meta;
use crate::validate::names::{dns_label, dns_subdomain};
use crate::validate::quantity::Quantity;

/// Checks a claim.
pub(super) fn claim(at: At<'_>) {
    let spec = at.get("spec");
    let (source, reference) = (spec.get("dataSource"), spec.get("dataSourceRef"));
    let group = source.get("apiGroup").text();
    let is_known = match source.get("kind").text() {
        "PersistentVolumeClaim" => group.is_empty(),
        "VolumeSnapshot" => group == "snapshot.storage.k8s.io",
        _ => false,
    };
    // Sources in other namespaces are dropped, since the feature is off.
    let has_reference = reference.is_set() && reference.get("namespace").text().is_empty();
    common(spec);
    if has_reference {
        // Where only one of both fields is given, the other becomes its copy.
        let is_both = source.is_set();
        data_source(if is_both { source } else { reference.called(spec.get("dataSource")) });
        data_source(reference);
        if is_both {
            same_source(spec, source, reference);
        }
    } else if is_known {
        data_source(source);
        data_source(source.called(spec.get("dataSourceRef")));
    }
}

/// Checks the spec of a claim that a template of claims bears: nothing is dropped from it.
pub(crate) fn claim_spec(at: At<'_>) {
    common(at);
    let (source, reference) = (at.get("dataSource"), at.get("dataSourceRef"));
    for source in [source, reference] {
        if source.is_set() {
            data_source(source);
        }
    }
    if !reference.is_set() {
        return;
    }
    let namespace = reference.get("namespace");
    if namespace.text().is_empty() {
        if source.is_set() {
            same_source(at, source, reference);
        }
        return;
    }
    namespace.invalid_each(dns_label(namespace.text()));
    if source.is_set() {
        let detail = "may not be specified when dataSourceRef.namespace is specified";
        at.invalid_as(&quoted(&source.path()), detail);
    }
}

fn common(at: At<'_>) {
    let modes = at.get("accessModes");
    if modes.is_empty() {
        modes.required("at least 1 access mode is required");
    }
    meta::label_selector(at.get("selector"));
    access_modes(modes);
    let resources = at.get("resources");
    let requested = resources.get("requests").key("storage");
    let storage = requested.called(resources.key("storage"));
    match requested.quantity() {
        None => storage.required(""),
        Some(amount) if amount <= Quantity::ZERO => storage.invalid("must be greater than zero"),
        Some(_) => {}
    }
    class_name(at.get("storageClassName"));
    volume_mode(at.get("volumeMode"));
    if at.minor().number() >= 34 {
        class_name(at.get("volumeAttributesClassName"));
    }
}

fn class_name(at: At<'_>) {
    if !at.text().is_empty() {
        at.invalid_each(dns_subdomain(at.text()));
    }
}

/// Refuses a mode of a volume that there is not.
pub(super) fn volume_mode(at: At<'_>) {
    if at.is_set() && !matches!(at.text(), "Block" | "Filesystem") {
        at.unsupported(&["Block", "Filesystem"]);
    }
}

/// Checks the modes of access of a claim or a volume.
pub(super) fn access_modes(at: At<'_>) {
    let known = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];
    let (mut is_one_pod, mut is_other) = (false, false);
    for mode in at.items() {
        match mode.text() {
            "ReadWriteOncePod" => is_one_pod = true,
            text if known.contains(&text) => is_other = true,
            _ => mode.called(at).unsupported(&known),
        }
    }
    if is_one_pod && is_other {
        at.forbidden("may not use ReadWriteOncePod with other access modes");
    }
}

fn data_source(at: At<'_>) {
    for name in ["name", "kind"] {
        if at.get(name).text().is_empty() {
            at.get(name).required("");
        }
    }
    let (group, kind) = (at.get("apiGroup"), at.get("kind").text());
    if !group.text().is_empty() {
        group.invalid_each(dns_subdomain(group.text()));
    } else if kind != "PersistentVolumeClaim" {
        let detail = "must be 'PersistentVolumeClaim' when referencing the default apiGroup";
        at.invalid_as(&quoted(kind), detail);
    }
}

fn same_source(spec: At<'_>, source: At<'_>, reference: At<'_>) {
    // A group that is empty is not the same as none.
    let same = |name| source.get(name).text() == reference.get(name).text();
    let is_set = |at: At<'_>| at.get("apiGroup").is_set();
    let same_group = is_set(source) == is_set(reference) && same("apiGroup");
    if !same_group || !same("kind") || !same("name") {
        spec.invalid_as(&quoted(&source.path()), "must match dataSourceRef");
    }
}
