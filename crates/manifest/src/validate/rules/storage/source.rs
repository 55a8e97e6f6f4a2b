//! Where the data of a persistent volume lie: exactly one of the kinds of storage there are.
//!
//! Source: `ValidatePersistentVolumeSpec` in `pkg/apis/core/validation/validation.go`, and the functions that it calls.

use crate::validate::at::At;
use crate::validate::names::{dns_label, dns_subdomain};
use crate::validate::rules::pod::volume;

/// What a kind of storage is, and what Kubernetes asks of it.
struct Source {
    /// the field that it is given in
    name: &'static str,
    /// what Kubernetes calls that field in its reports, where it errs
    reported: &'static str,
    check: fn(At<'_>),
}

macro_rules! sources {
    ($($name:literal $($reported:literal)? => $check:expr,)*) => {
        [$(Source { name: $name, reported: sources!(@ $name $($reported)?), check: $check }),*]
    };
    (@ $name:literal) => { $name };
    (@ $name:literal $reported:literal) => { $reported };
}

/// The kinds, in Kubernetes' order.
static SOURCES: [Source; 22] = sources! {
    "hostPath" => volume::host_path,
    "gcePersistentDisk" "persistentDisk" => volume::gce_disk,
    "awsElasticBlockStore" => volume::aws_disk,
    "glusterfs" => glusterfs,
    "flocker" => volume::flocker,
    "nfs" => volume::nfs,
    "rbd" => volume::rbd,
    "quobyte" => volume::quobyte,
    "cephfs" => volume::ceph_fs,
    "iscsi" => |at| {
        volume::iscsi(at);
        if at.get("secretRef").is_set() {
            require(at.get("secretRef"), &["name"]);
        }
    },
    "cinder" => |at| {
        require(at, &["volumeID"]);
        secret(at, "secretRef");
    },
    "fc" => volume::fibre_channel,
    "flexVolume" => volume::flex_volume,
    "azureFile" => |at| {
        require(at, &["secretName", "shareName"]);
        let namespace = at.get("secretNamespace");
        if namespace.is_set() && namespace.text().is_empty() {
            namespace.required("");
        }
    },
    "vsphereVolume" => |at| require(at, &["volumePath"]),
    "photonPersistentDisk" => |at| require(at, &["pdID"]),
    "portworxVolume" => |at| require(at, &["volumeID"]),
    "azureDisk" => volume::azure_disk,
    "scaleIO" => |at| require(at, &["gateway", "system", "volumeName"]),
    "local" => |at| {
        require(at, &["path"]);
        volume::no_backsteps(at.get("path"), at.get("path").text());
    },
    "storageos" => storageos,
    "csi" => csi,
};

/// Checks that a volume has one kind of storage, and that; `name` is the volume's.
pub(super) fn check(spec: At<'_>, name: &str) {
    let mut n_sources = 0;
    for source in &SOURCES {
        let at = spec.get(source.name);
        if !at.is_set() {
            continue;
        }
        // Kubernetes forgets to count before one of them.
        if n_sources > 0 && source.name != "flexVolume" {
            let reported = if source.name == "cephfs" { "cephFS" } else { source.name };
            at.called(spec.get(reported)).forbidden("may not specify more than 1 volume type");
            continue;
        }
        n_sources += 1;
        (source.check)(at.called(spec.get(source.reported)));
        if source.name == "iscsi" {
            iscsi_names(at, name);
        }
    }
    if n_sources == 0 {
        spec.required("must specify a volume type");
    }
}

/// Tells whether a kind of storage is the one that counts.
pub(super) fn is_set(spec: At<'_>, name: &str) -> bool {
    let first = SOURCES.iter().find(|source| spec.get(source.name).is_set());
    first.is_some_and(|source| source.name == name)
}

/// Tells whether the kind of storage once took mount options from an annotation.
pub(super) fn takes_mount_options(spec: At<'_>) -> bool {
    let takes = [
        "gcePersistentDisk",
        "awsElasticBlockStore",
        "glusterfs",
        "nfs",
        "rbd",
        "quobyte",
        "iscsi",
        "cinder",
        "cephfs",
        "azureFile",
        "vsphereVolume",
        "azureDisk",
        "photonPersistentDisk",
    ];
    takes.into_iter().any(|name| spec.get(name).is_set())
}

fn require(at: At<'_>, names: &[&'static str]) {
    for name in names {
        if at.get(name).text().is_empty() {
            at.get(name).required("");
        }
    }
}

/// Checks the name and namespace of a secret, if one is named.
fn secret(at: At<'_>, name: &'static str) {
    if at.get(name).is_set() {
        require(at.get(name), &["name", "namespace"]);
    }
}

fn glusterfs(at: At<'_>) {
    require(at, &["endpoints", "path"]);
    let namespace = at.get("endpointsNamespace");
    if !namespace.is_set() {
        return;
    }
    if namespace.text().is_empty() {
        let detail = "if the endpointnamespace is set, it must be a valid namespace name";
        namespace.invalid(detail);
    } else {
        namespace.invalid_each(dns_label(namespace.text()));
    }
}

/// Checks how long the names of a volume and of its portal are together.
fn iscsi_names(at: At<'_>, name: &str) {
    let portal = at.get("targetPortal");
    if at.get("initiatorName").is_set() && name.len() + 1 + portal.text().len() > 64 {
        portal.called(at.get("targetportal")).invalid(
            "Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.",
        );
    }
}

fn storageos(at: At<'_>) {
    let (name, namespace) = (at.get("volumeName"), at.get("volumeNamespace"));
    if name.text().is_empty() {
        name.required("");
    } else {
        name.invalid_each(dns_label(name.text()));
    }
    if !namespace.text().is_empty() {
        namespace.invalid_each(dns_label(namespace.text()));
    }
    secret(at, "secretRef");
}

fn csi(at: At<'_>) {
    volume::csi_driver_name(at.get("driver"));
    require(at, &["volumeHandle"]);
    for name in [
        "controllerPublishSecretRef",
        "controllerExpandSecretRef",
        "nodePublishSecretRef",
        "nodeExpandSecretRef",
    ] {
        let secret = at.get(name);
        if !secret.is_set() {
            continue;
        }
        require(secret, &["name", "namespace"]);
        let (name, namespace) = (secret.get("name"), secret.get("namespace"));
        if !name.text().is_empty() {
            name.invalid_each(dns_subdomain(name.text()));
        }
        if !namespace.text().is_empty() {
            namespace.invalid_each(dns_label(namespace.text()));
        }
    }
}
