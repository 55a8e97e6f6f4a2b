//! Volumes of pods: their names and their sources.
//!
//! Source: `ValidateVolumes` and `validateVolumeSource` in `pkg/apis/core/validation/validation.go`.

use super::{Whole, container, invalid_text, projected};
use crate::document::Node;
use crate::validate::at::{At, quoted};
use crate::validate::meta;
use crate::validate::names::{dns_label, dns_subdomain, in_range};
use crate::validate::quantity::Quantity;
use crate::validate::rules::storage;
use crate::validate::seen::Seen;

/// Where a volume can come from, in the order in which Kubernetes looks, and what is asked of it.
///
/// The second name is that of the path in faults, where it differs from the field's.
const SOURCES: [Source; 29] = [
    Source::of("hostPath", host_path),
    Source::of("gitRepo", git_repo),
    Source { in_paths: "persistentDisk", ..Source::of("gcePersistentDisk", gce_disk) },
    Source::of("awsElasticBlockStore", aws_disk),
    Source::of("secret", secret),
    Source::of("nfs", nfs),
    Source::of("iscsi", iscsi),
    Source::of("glusterfs", |at| require(at, &["endpoints", "path"])),
    Source::of("flocker", flocker),
    Source::of("persistentVolumeClaim", |at| require(at, &["claimName"])),
    Source::of("rbd", rbd),
    Source::of("cinder", cinder),
    Source { when_second: "cephFS", ..Source::of("cephfs", ceph_fs) },
    Source::of("quobyte", quobyte),
    Source { when_second: "downwarAPI", ..Source::of("downwardAPI", projected::downward_api) },
    Source::of("fc", fibre_channel),
    Source::of("flexVolume", flex_volume),
    Source::of("configMap", config_map),
    Source::of("azureFile", |at| require(at, &["secretName", "shareName"])),
    Source::of("vsphereVolume", |at| require(at, &["volumePath"])),
    Source::of("photonPersistentDisk", |at| require(at, &["pdID"])),
    Source::of("portworxVolume", |at| require(at, &["volumeID"])),
    Source::of("azureDisk", azure_disk),
    Source::of("storageos", storage_os),
    Source::of("projected", projected::projected),
    Source::of("scaleIO", |at| require(at, &["gateway", "system", "volumeName"])),
    Source::of("csi", csi),
    Source::of("ephemeral", ephemeral),
    Source::of("image", |_| {}),
];

struct Source {
    name: &'static str,
    in_paths: &'static str,
    when_second: &'static str,
    check: fn(At<'_>),
}

impl Source {
    const fn of(name: &'static str, check: fn(At<'_>)) -> Self {
        Self { name, in_paths: name, when_second: name, check }
    }
}

/// Checks the volumes of a pod, and notes those without fault.
pub(super) fn volumes(whole: &mut Whole<'_>) {
    let volumes = whole.spec.get("volumes");
    let pod_name = if whole.is_pod { whole.metadata.get("name").text() } else { "" };
    let drops_images = whole.minor() < 35;
    let (of_claims, n_claims) = claims_of_set(whole);
    let mut n_volumes = n_claims;
    for (index, mut volume) in volumes.items().enumerate() {
        let mut name = volume.get("name");
        if of_claims.has(name.text()) {
            continue;
        }
        if drops_images && volume.get("image").is_set() {
            whole.dropped.note(name.text());
            continue;
        }
        if n_volumes != index {
            // Claims come first and images are dropped, so the others have other numbers than in the object.
            volume = volume.called(volumes.index(n_volumes));
            name = volume.get("name");
        }
        n_volumes += 1;
        let n_findings = volume.n_findings();
        source(volume, whole, pod_name);
        if name.text().is_empty() {
            name.required("");
        } else {
            name.invalid_each(dns_label(name.text()));
        }
        if whole.volumes.has(name.text()) {
            name.duplicate();
        }
        if volume.n_findings() == n_findings {
            whole.volumes.insert(name.text(), is_claim(volume));
        }
    }
    if !pod_name.is_empty() {
        claims_are_not_created(volumes, pod_name);
    }
}

/// Tells whether a volume is a claim, or one is made for it.
fn is_claim(volume: At<'_>) -> bool {
    let is_given =
        |name| volume.node().and_then(|node| node.get(name)).is_some_and(|n| !n.is_null());
    is_given("persistentVolumeClaim") || is_given("ephemeral")
}

/// Notes the templates of claims of a set as volumes. Gives their names, and how many there are.
fn claims_of_set<'a>(whole: &mut Whole<'a>) -> (Seen<'a>, usize) {
    let (mut names, mut n_names) = (Seen::default(), 0);
    let volumes = whole.spec.get("volumes");
    for claim in whole.claims_of_set.into_iter().flat_map(At::items) {
        let name = claim.get("metadata").get("name");
        if !names.note(name.text()) {
            continue;
        }
        let volume = volumes.index(n_names);
        n_names += 1;
        let name = name.called(volume.get("name"));
        if name.text().is_empty() {
            name.called(volume.get("persistentVolumeClaim").get("claimName")).required("");
            name.required("");
            continue;
        }
        let faults = dns_label(name.text());
        if faults.is_empty() {
            whole.volumes.insert(name.text(), true);
        }
        name.invalid_each(faults);
    }
    (names, n_names)
}

/// Refuses to use a claim that is made for an ephemeral volume of the same pod.
fn claims_are_not_created(volumes: At<'_>, pod_name: &str) {
    let mut created = Seen::default();
    for volume in volumes.items().filter(|volume| volume.get("ephemeral").is_set()) {
        created.note(volume.get("name").text());
    }
    if created.is_empty() {
        return;
    }
    for volume in volumes.items() {
        let claim = volume.get("persistentVolumeClaim").get("claimName");
        let of_pod = claim.text().strip_prefix(pod_name).and_then(|rest| rest.strip_prefix('-'));
        if of_pod.is_some_and(|volume| created.has(volume)) {
            claim.invalid("must not reference a PVC that gets created for an ephemeral volume");
        }
    }
}

/// Checks where a volume comes from; one that says nothing is an empty directory.
fn source(volume: At<'_>, whole: &Whole<'_>, pod_name: &str) {
    let mut has_source = false;
    let empty_dir = volume.get("emptyDir");
    if empty_dir.is_set() {
        has_source = true;
        let limit = empty_dir.get("sizeLimit");
        if limit.quantity().is_some_and(|limit| limit < Quantity::ZERO) {
            limit.forbidden("SizeLimit field must be a valid resource quantity");
        }
    }
    for source in &SOURCES {
        let is_given = |node: &Node<'_>| node.get(source.name).is_some_and(|node| !node.is_null());
        if !volume.node().is_some_and(is_given) {
            continue;
        }
        let at = volume.get(source.name);
        if has_source {
            let at = at.called(volume.get(source.when_second));
            at.forbidden("may not specify more than 1 volume type");
        } else {
            has_source = true;
            (source.check)(at.called(volume.get(source.in_paths)));
            match source.name {
                "image" => image(at, whole),
                "ephemeral" if !pod_name.is_empty() => created_claim(volume, pod_name),
                _ => {}
            }
        }
        if source.name == "iscsi" {
            initiator_and_portal(volume);
        }
    }
}

/// Asks for texts.
fn require(at: At<'_>, names: &[&'static str]) {
    for name in names {
        let at = at.get(name);
        if at.text().is_empty() {
            at.required("");
        }
    }
}

/// Checks the mode of files.
pub(super) fn file_mode(at: At<'_>) {
    if at.integer().is_some_and(|mode| !(0..=0o777).contains(&mode)) {
        at.invalid("must be a number between 0 and 0777 (octal), both inclusive");
    }
}

/// Checks a path that must stay below where it begins: relative, and without `..`.
pub(super) fn descending_path(at: At<'_>, path: &str) {
    if path.starts_with('/') {
        at.invalid("must be a relative path");
    }
    no_backsteps(at, path);
}

/// Refuses a path with a `..` in it.
pub(in crate::validate::rules) fn no_backsteps(at: At<'_>, path: &str) {
    if has_backsteps(path) {
        at.invalid("must not contain '..'");
    }
}

/// Tells whether a path has a `..` in it.
pub(super) fn has_backsteps(path: &str) -> bool {
    path.split('/').any(|part| part == "..")
}

/// Checks a path that must stay below where it begins, and not begin with two points.
pub(super) fn non_reserved_path(at: At<'_>, path: &str) {
    descending_path(at, path);
    if path.starts_with("..") && !path.starts_with("../") {
        at.invalid("must not start with '..'");
    }
}

/// Checks which file a key of a secret or config map becomes.
pub(super) fn key_to_path(at: At<'_>) {
    require(at, &["key", "path"]);
    non_reserved_path(at.get("path"), at.get("path").text());
    file_mode(at.get("mode"));
}

/// Checks a directory of the node.
pub(in crate::validate::rules) fn host_path(at: At<'_>) {
    let path = at.get("path");
    if path.text().is_empty() {
        path.required("");
        return;
    }
    no_backsteps(path, path.text());
    let supported = [
        "",
        "BlockDevice",
        "CharDevice",
        "Directory",
        "DirectoryOrCreate",
        "File",
        "FileOrCreate",
        "Socket",
    ];
    let kind = at.get("type");
    if !supported.contains(&kind.text()) {
        kind.unsupported(&supported);
    }
}

fn git_repo(at: At<'_>) {
    require(at, &["repository"]);
    descending_path(at.get("directory"), at.get("directory").text());
}

fn partition(at: At<'_>) {
    if !(0..=255).contains(&at.number()) {
        at.invalid("must be between 1 and 255, inclusive");
    }
}

/// Checks a disk of Google.
pub(in crate::validate::rules) fn gce_disk(at: At<'_>) {
    require(at, &["pdName"]);
    partition(at.get("partition"));
}

/// Checks a disk of Amazon.
pub(in crate::validate::rules) fn aws_disk(at: At<'_>) {
    require(at, &["volumeID"]);
    partition(at.get("partition"));
}

fn secret(at: At<'_>) {
    require(at, &["secretName"]);
    file_mode(at.get("defaultMode"));
    at.get("items").items().for_each(key_to_path);
}

fn config_map(at: At<'_>) {
    require(at, &["name"]);
    file_mode(at.get("defaultMode"));
    at.get("items").items().for_each(key_to_path);
}

/// Checks a directory of NFS.
pub(in crate::validate::rules) fn nfs(at: At<'_>) {
    require(at, &["server", "path"]);
    let path = at.get("path");
    if !path.text().starts_with('/') {
        invalid_text(path, "must be an absolute path");
    }
}

/// Checks a disk of iSCSI.
pub(in crate::validate::rules) fn iscsi(at: At<'_>) {
    require(at, &["targetPortal", "iqn"]);
    if !at.get("iqn").text().is_empty() {
        initiator(at.get("iqn"));
    }
    let lun = at.get("lun");
    if lun.is_set() {
        lun.invalid_each(in_range(lun.number(), 0, 255));
    }
    let asks = ["chapAuthDiscovery", "chapAuthSession"].iter().any(|name| at.get(name).is_true());
    if asks && !at.get("secretRef").is_set() {
        at.get("secretRef").required("");
    }
    let name = at.get("initiatorName");
    if name.is_set() {
        initiator(name.called(at.get("initiatorname")));
    }
}

/// Checks the name of an initiator or target of iSCSI.
fn initiator(at: At<'_>) {
    let name = at.text();
    let is_valid = match name.get(..3) {
        Some("iqn") => is_iqn(name),
        Some("eui") => is_hexadecimal_name(name, 16),
        Some("naa") => is_hexadecimal_name(name, 32),
        _ => {
            at.invalid("must be valid format starting with iqn, eui, or naa");
            return;
        }
    };
    if !is_valid {
        at.invalid("must be valid format");
    }
}

/// Tells whether a name ends like `iqn.2001-04.com.example:storage`.
fn is_iqn(name: &str) -> bool {
    // Kubernetes does not ask that the text begins so, hence every beginning is tried.
    name.match_indices("iqn.").any(|(at, _)| {
        let rest = &name.as_bytes()[at + 4..];
        let date = |from: usize, to: usize| {
            rest.get(from..to).is_some_and(|part| part.iter().all(u8::is_ascii_digit))
        };
        let is_dated = date(0, 4) && date(5, 7) && rest.get(4) == Some(&b'-');
        let host = rest.get(8..).unwrap_or_default();
        let n_host = host
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'))
            .count();
        let path = host.get(n_host + 1..).unwrap_or_default();
        let is_inside = |byte: &u8| {
            !matches!(byte, b',' | b';' | b'*' | b'&' | b'$' | b'|') && !byte.is_ascii_whitespace()
        };
        is_dated
            && rest.get(7) == Some(&b'.')
            && n_host > 0
            && host.get(n_host) == Some(&b':')
            && !path.is_empty()
            && path.iter().all(is_inside)
    })
}

fn is_hexadecimal_name(name: &str, length: usize) -> bool {
    let rest = name.as_bytes().get(4..).unwrap_or_default();
    rest.len() == length && rest.iter().all(u8::is_ascii_alphanumeric)
}

fn initiator_and_portal(volume: At<'_>) {
    let (name, iscsi) = (volume.get("name"), volume.get("iscsi"));
    let length = name.text().len() + 1 + iscsi.get("targetPortal").text().len();
    if iscsi.get("initiatorName").is_set() && length > 64 {
        invalid_text(
            name,
            "Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.",
        );
    }
}

/// Checks a data set of Flocker.
pub(in crate::validate::rules) fn flocker(at: At<'_>) {
    let name = at.get("datasetName");
    match (name.text().is_empty(), at.get("datasetUUID").text().is_empty()) {
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

/// Checks an image of Ceph.
pub(in crate::validate::rules) fn rbd(at: At<'_>) {
    ceph_fs(at);
    require(at, &["image"]);
}

/// Checks a file system of Ceph.
pub(in crate::validate::rules) fn ceph_fs(at: At<'_>) {
    if at.get("monitors").is_empty() {
        at.get("monitors").required("");
    }
}

fn secret_reference(at: At<'_>) {
    if at.is_set() {
        require(at, &["name"]);
    }
}

fn cinder(at: At<'_>) {
    require(at, &["volumeID"]);
    secret_reference(at.get("secretRef"));
}

/// Checks a volume of Quobyte.
pub(in crate::validate::rules) fn quobyte(at: At<'_>) {
    let text = "must be a host:port pair or multiple pairs separated by commas";
    let (registry, tenant) = (at.get("registry"), at.get("tenant"));
    if registry.text().is_empty() {
        registry.required(text);
    } else if tenant.text().len() >= 65 {
        tenant.required("must be a UUID and may not exceed a length of 64 characters");
    } else if !registry.text().split(',').all(is_host_and_port) {
        registry.invalid(text);
    }
    require(at, &["volume"]);
}

/// Tells whether Go splits a text into a host and a port.
fn is_host_and_port(text: &str) -> bool {
    let Some((host, port)) = text.rsplit_once(':') else { return false };
    let host = match host.strip_prefix('[') {
        Some(host) => match host.strip_suffix(']') {
            Some(host) => host,
            None => return false,
        },
        None if host.contains(':') => return false,
        None => host,
    };
    !host.contains(['[', ']']) && !port.contains(['[', ']'])
}

/// Checks a disk behind Fibre Channel.
pub(in crate::validate::rules) fn fibre_channel(at: At<'_>) {
    let (names, identifiers, lun) = (at.get("targetWWNs"), at.get("wwids"), at.get("lun"));
    match (names.is_empty(), identifiers.is_empty()) {
        (true, true) => names.required("must specify either targetWWNs or wwids, but not both"),
        (false, false) => {
            names.invalid("targetWWNs and wwids can not be specified simultaneously");
        }
        _ => {}
    }
    if !names.is_empty() {
        match lun.integer() {
            None => lun.required("lun is required if targetWWNs is specified"),
            Some(value) => lun.invalid_each(in_range(value, 0, 255)),
        }
    }
}

/// Checks a volume of a driver on the node.
pub(in crate::validate::rules) fn flex_volume(at: At<'_>) {
    require(at, &["driver"]);
    for (key, option) in at.get("options").entries() {
        let namespace = key.split_once('/').map_or(key, |(namespace, _)| namespace);
        let namespace = format!(".{}", namespace.to_lowercase());
        if namespace.ends_with(".kubernetes.io") || namespace.ends_with(".k8s.io") {
            let text = "kubernetes.io and k8s.io namespaces are reserved";
            option.invalid_as(&quoted(key), text);
        }
    }
}

/// Checks a disk of Azure.
pub(in crate::validate::rules) fn azure_disk(at: At<'_>) {
    require(at, &["diskName", "diskURI"]);
    let (caching, kind, uri) = (at.get("cachingMode"), at.get("kind"), at.get("diskURI"));
    let supported = ["None", "ReadOnly", "ReadWrite"];
    if caching.is_set() && !supported.contains(&caching.text()) {
        caching.unsupported(&supported);
    }
    let supported = ["Dedicated", "Managed", "Shared"];
    if kind.is_set() && !supported.contains(&kind.text()) {
        kind.unsupported(&supported);
    }
    // A disk of no kind is a shared one.
    if kind.text() == "Managed" {
        if !uri.text().starts_with("/subscriptions/") {
            uri.unsupported(&[
                "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}",
            ]);
        }
    } else if !uri.text().starts_with("https://") {
        uri.unsupported(&[
            "https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd",
        ]);
    }
}

fn storage_os(at: At<'_>) {
    require(at, &["volumeName"]);
    for name in ["volumeName", "volumeNamespace"] {
        let name = at.get(name);
        if !name.text().is_empty() {
            name.invalid_each(dns_label(name.text()));
        }
    }
    secret_reference(at.get("secretRef"));
}

fn csi(at: At<'_>) {
    csi_driver_name(at.get("driver"));
    let secret = at.get("nodePublishSecretRef");
    if secret.is_set() {
        let name = secret.get("name");
        if name.text().is_empty() {
            name.required("");
        } else {
            name.called(at.get("name")).invalid_each(dns_subdomain(name.text()));
        }
    }
}

/// Checks the name of a driver of volumes.
pub(in crate::validate::rules) fn csi_driver_name(at: At<'_>) {
    let name = at.text();
    if name.is_empty() {
        at.required("");
        if at.minor().number() >= 35 {
            return;
        }
    }
    if name.len() > 63 {
        at.too_long(63);
    }
    at.invalid_each(dns_subdomain(&name.to_lowercase()));
}

fn ephemeral(at: At<'_>) {
    let template = at.get("volumeClaimTemplate");
    if !template.is_set() {
        template.required("");
        return;
    }
    meta::claim_metadata(template.get("metadata"));
    storage::claim_spec(template.get("spec"));
}

/// Checks the name of the claim that is made for an ephemeral volume.
fn created_claim(volume: At<'_>, pod_name: &str) {
    let name = volume.get("name");
    if name.text().is_empty() {
        return;
    }
    let claim = format!("{pod_name}-{}", name.text());
    for fault in dns_subdomain(&claim) {
        name.invalid(&format!("PVC name {}: {fault}", quoted(&claim)));
    }
}

fn image(at: At<'_>, whole: &Whole<'_>) {
    let reference = at.get("reference");
    if (whole.is_pod || whole.minor() >= 37) && reference.text().is_empty() {
        reference.required("");
    }
    container::pull_policy(at.get("pullPolicy"));
}

/// Checks the name of a signer of certificates: `example.com/signer`.
pub(in crate::validate::rules) fn signer_name(at: At<'_>) {
    let name = at.text();
    if name.is_empty() {
        at.required("");
        return;
    }
    let mut parts = name.split('/');
    let (Some(domain), Some(path), None) = (parts.next(), parts.next(), parts.next()) else {
        at.invalid(
            "must be a fully qualified domain and path of the form 'example.com/signer-name'",
        );
        return;
    };
    if domain.len() > 253 {
        at.too_long(253);
    }
    let said = |label: &str, fault: &str| format!("validating label {}: {fault}", quoted(label));
    for (part, of_part) in [(domain, dns_label as fn(&str) -> _), (path, dns_subdomain)] {
        let wrong = part.split('.').find(|label| !of_part(label).is_empty());
        for (label, fault) in
            wrong.into_iter().flat_map(|label| of_part(label).into_iter().map(move |f| (label, f)))
        {
            at.invalid_as(&quoted(part), &said(label, &fault));
        }
        if part == domain && !domain.contains('.') {
            at.invalid_as(
                &quoted(domain),
                "should be a domain with at least two segments separated by dots",
            );
        }
    }
    if name.len() > 571 {
        at.too_long(571);
    }
}
