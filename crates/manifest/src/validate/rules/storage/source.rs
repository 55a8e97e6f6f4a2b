//! Where the data of a persistent volume lie: exactly one of the kinds of storage there are.
//!
//! Source: `ValidatePersistentVolumeSpec` in `pkg/apis/core/validation/validation.go`, and the functions that it calls.

use super::driver_name;
use crate::validate::at::{At, quoted};
use crate::validate::names::{dns_label, dns_subdomain, in_range};

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
    "hostPath" => host_path,
    "gcePersistentDisk" "persistentDisk" => |at| {
        require(at, &["pdName"]);
        partition(at);
    },
    "awsElasticBlockStore" => |at| {
        require(at, &["volumeID"]);
        partition(at);
    },
    "glusterfs" => glusterfs,
    "flocker" => flocker,
    "nfs" => |at| {
        require(at, &["server", "path"]);
        let path = at.get("path");
        if !path.text().starts_with('/') {
            path.invalid_as(&quoted(path.text()), "must be an absolute path");
        }
    },
    "rbd" => |at| {
        require_some(at, "monitors");
        require(at, &["image"]);
    },
    "quobyte" => quobyte,
    "cephfs" => |at| require_some(at, "monitors"),
    "iscsi" => iscsi,
    "cinder" => |at| {
        require(at, &["volumeID"]);
        secret(at, "secretRef");
    },
    "fc" => fibre_channel,
    "flexVolume" => flex,
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
    "azureDisk" => azure_disk,
    "scaleIO" => |at| require(at, &["gateway", "system", "volumeName"]),
    "local" => |at| {
        require(at, &["path"]);
        no_backsteps(at.get("path"));
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

fn require_some(at: At<'_>, name: &'static str) {
    if at.get(name).is_empty() {
        at.get(name).required("");
    }
}

fn partition(at: At<'_>) {
    let partition = at.get("partition");
    if !(0..=255).contains(&partition.number()) {
        partition.invalid("must be between 1 and 255, inclusive");
    }
}

/// Checks the name and namespace of a secret, if one is named.
fn secret(at: At<'_>, name: &'static str) {
    if at.get(name).is_set() {
        require(at.get(name), &["name", "namespace"]);
    }
}

fn no_backsteps(at: At<'_>) {
    if at.text().split('/').any(|part| part == "..") {
        at.invalid("must not contain '..'");
    }
}

fn host_path(at: At<'_>) {
    let (path, kind) = (at.get("path"), at.get("type"));
    if path.text().is_empty() {
        path.required("");
        return;
    }
    no_backsteps(path);
    let kinds = [
        "",
        "BlockDevice",
        "CharDevice",
        "Directory",
        "DirectoryOrCreate",
        "File",
        "FileOrCreate",
        "Socket",
    ];
    if !kinds.contains(&kind.text()) {
        kind.unsupported(&kinds);
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

fn flocker(at: At<'_>) {
    let (name, id) = (at.get("datasetName"), at.get("datasetUUID"));
    match (name.text().is_empty(), id.text().is_empty()) {
        (true, true) => at.required("one of datasetName and datasetUUID is required"),
        (false, false) => at.invalid_as(
            "\"resource\"",
            "datasetName and datasetUUID can not be specified simultaneously",
        ),
        _ => {}
    }
    if name.text().contains('/') {
        name.invalid("must not contain '/'");
    }
}

fn quobyte(at: At<'_>) {
    let (registry, tenant) = (at.get("registry"), at.get("tenant"));
    let pairs = "must be a host:port pair or multiple pairs separated by commas";
    if registry.text().is_empty() {
        registry.required(pairs);
    } else if tenant.text().len() >= 65 {
        tenant.required("must be a UUID and may not exceed a length of 64 characters");
    } else if !registry.text().split(',').all(is_host_and_port) {
        registry.invalid(pairs);
    }
    require(at, &["volume"]);
}

/// Tells whether Go splits a text into a host and a port; both may be empty.
fn is_host_and_port(text: &str) -> bool {
    let Some((host, port)) = text.rsplit_once(':') else { return false };
    let host = match host.strip_prefix('[') {
        Some(inside) => match inside.strip_suffix(']') {
            Some(host) => host,
            None => return false,
        },
        None if host.contains(':') => return false,
        None => host,
    };
    !host.contains(['[', ']']) && !port.contains(['[', ']'])
}

fn iscsi(at: At<'_>) {
    require(at, &["targetPortal"]);
    let name = at.get("iqn");
    if name.text().is_empty() {
        name.required("");
    } else if !is_iscsi_name(name.text()) {
        name.invalid("must be valid format");
    }
    let lun = at.get("lun");
    lun.invalid_each(in_range(lun.number(), 0, 255));
    let secret = at.get("secretRef");
    let is_secret = at.get("chapAuthDiscovery").is_true() || at.get("chapAuthSession").is_true();
    if is_secret && !secret.is_set() {
        secret.required("");
    }
    if secret.is_set() {
        require(secret, &["name"]);
    }
    let initiator = at.get("initiatorName");
    if initiator.is_set() && !is_iscsi_name(initiator.text()) {
        initiator.called(at.get("initiatorname")).invalid("must be valid format");
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

/// Tells whether a text is a name of an iSCSI target or initiator; what Kubernetes anchors is anchored here.
fn is_iscsi_name(text: &str) -> bool {
    let identifier = |rest: &str, n: usize| {
        let mut chars = rest.chars();
        // Any character may stand between the kind and its digits.
        chars.next().is_some_and(|c| c != '\n')
            && chars.as_str().len() == n
            && chars.all(|c| c.is_ascii_alphanumeric())
    };
    if text.starts_with("iqn") {
        text.match_indices("iqn.")
            .any(|(at, prefix)| is_iscsi_authority(&text[at + prefix.len()..]))
    } else if let Some(rest) = text.strip_prefix("eui") {
        identifier(rest, 16)
    } else {
        text.strip_prefix("naa").is_some_and(|rest| identifier(rest, 32))
    }
}

/// Tells whether a text is a month, a domain and a name: `2001-04.com.example:storage`.
fn is_iscsi_authority(text: &str) -> bool {
    let has_month = text.len() > 8
        && text.bytes().take(8).enumerate().all(|(at, byte)| match at {
            4 => byte == b'-',
            7 => byte == b'.',
            _ => byte.is_ascii_digit(),
        });
    let Some((domain, name)) = text.get(8..).and_then(|rest| rest.split_once(':')) else {
        return false;
    };
    has_month
        && !domain.is_empty()
        && domain.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'))
        && !name.is_empty()
        && !name.contains([',', ';', '*', '&', '$', '|', '\t', '\n', '\x0c', '\r', ' '])
}

fn fibre_channel(at: At<'_>) {
    let (targets, ids, lun) = (at.get("targetWWNs"), at.get("wwids"), at.get("lun"));
    match (targets.is_empty(), ids.is_empty()) {
        (true, true) => targets.required("must specify either targetWWNs or wwids, but not both"),
        (false, false) => {
            targets.invalid("targetWWNs and wwids can not be specified simultaneously");
        }
        _ => {}
    }
    if targets.is_empty() {
        return;
    }
    if lun.is_set() {
        lun.invalid_each(in_range(lun.number(), 0, 255));
    } else {
        lun.required("lun is required if targetWWNs is specified");
    }
}

fn flex(at: At<'_>) {
    require(at, &["driver"]);
    let options = at.get("options");
    for (key, _) in options.texts() {
        let namespace = key.split_once('/').map_or(key, |(namespace, _)| namespace);
        let namespace = format!(".{}", namespace.to_lowercase());
        if namespace.ends_with(".kubernetes.io") || namespace.ends_with(".k8s.io") {
            let detail = "kubernetes.io and k8s.io namespaces are reserved";
            options.key(key).invalid_as(&quoted(key), detail);
        }
    }
}

fn azure_disk(at: At<'_>) {
    require(at, &["diskName", "diskURI"]);
    let (caching, kind, uri) = (at.get("cachingMode"), at.get("kind"), at.get("diskURI"));
    let modes = ["None", "ReadOnly", "ReadWrite"];
    if caching.is_set() && !modes.contains(&caching.text()) {
        caching.unsupported(&modes);
    }
    let kinds = ["Dedicated", "Managed", "Shared"];
    if kind.is_set() && !kinds.contains(&kind.text()) {
        kind.unsupported(&kinds);
    }
    // A disk of no kind is a shared one.
    if kind.text() == "Managed" {
        if !uri.text().starts_with("/subscriptions/") {
            uri.unsupported(&["/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}"]);
        }
    } else if !uri.text().starts_with("https://") {
        uri.unsupported(&[
            "https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd",
        ]);
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
    driver_name(at.get("driver"));
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
