//! Volumes of files from several sources, and files about the pod itself.
//!
//! Source: `validateProjectionSources` and `validateDownwardAPIVolumeSource` in
//! `pkg/apis/core/validation/validation.go`.

use super::env::{field_reference, resource_reference};
use super::volume::{file_mode, key_to_path, non_reserved_path, signer_name};
use crate::validate::at::{At, quoted};
use crate::validate::meta;
use crate::validate::names::{dns_subdomain, in_range};
use crate::validate::seen::Seen;

/// The fields of a pod that a file can hold.
const FILE_FIELDS: [&str; 5] = [
    "metadata.annotations",
    "metadata.labels",
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
];

/// Checks a volume of files about the pod.
pub(super) fn downward_api(at: At<'_>) {
    file_mode(at.get("defaultMode"));
    for item in at.get("items").items() {
        // Kubernetes leaves `items[…]` out of these paths.
        downward_file(item.called(at));
    }
}

fn downward_file(at: At<'_>) {
    let path = at.get("path");
    if path.text().is_empty() {
        path.required("");
    }
    non_reserved_path(path, path.text());
    let (field, resource) = (at.get("fieldRef"), at.get("resourceFieldRef"));
    if field.is_set() {
        field_reference(field, &FILE_FIELDS);
        if resource.is_set() {
            let text = "fieldRef and resourceFieldRef can not be specified simultaneously";
            at.invalid_as("\"resource\"", text);
        }
    } else if resource.is_set() {
        resource_reference(resource, true);
    } else {
        at.required("one of fieldRef and resourceFieldRef is required");
    }
    file_mode(at.get("mode"));
}

/// Checks a volume of files from several sources.
pub(super) fn projected(at: At<'_>) {
    file_mode(at.get("defaultMode"));
    let mut paths = Paths { volume: at, seen: Seen::default() };
    for source in at.get("sources").items() {
        let mut n_sources = 0;
        let mut given = |name| {
            let of_source = source.get(name);
            n_sources += usize::from(of_source.is_set());
            Some(of_source).filter(|at| at.is_set())
        };
        for name in ["secret", "configMap"] {
            if let Some(at) = given(name) {
                keys(at, &mut paths);
            }
        }
        if let Some(at) = given("downwardAPI") {
            for item in at.get("items").items() {
                downward_file(item.called(at));
                paths.note(item.get("path").text(), item.get("path").text());
            }
        }
        if let Some(at) = given("serviceAccountToken") {
            token(at, paths.volume);
        }
        // Older versions drop these two.
        if source.minor().number() >= 37 {
            if let Some(at) = given("clusterTrustBundle") {
                trust_bundle(at, &mut paths);
            }
            if let Some(at) = given("podCertificate") {
                certificate(at, &mut paths);
            }
        }
        if n_sources > 1 {
            source.forbidden("may not specify more than 1 volume type per source");
        }
    }
}

/// The paths of the files of a volume.
struct Paths<'a> {
    volume: At<'a>,
    seen: Seen<'a>,
}

impl<'a> Paths<'a> {
    /// Refuses a path that another source gave; faults show a text of the source's.
    fn note(&mut self, path: &'a str, shown: &str) {
        if !path.is_empty() && !self.seen.note(path) {
            self.volume.invalid_as(&quoted(shown), "conflicting duplicate paths");
        }
    }
}

/// Checks the keys of a secret or config map.
fn keys<'a>(at: At<'a>, paths: &mut Paths<'a>) {
    let name = at.get("name");
    if name.text().is_empty() {
        name.required("");
    }
    for item in at.get("items").items() {
        key_to_path(item);
        paths.note(item.get("path").text(), name.text());
    }
}

fn token(at: At<'_>, volume: At<'_>) {
    let expiration = at.get("expirationSeconds");
    if let Some(seconds) = expiration.integer() {
        if seconds < 600 {
            expiration.invalid("may not specify a duration less than 10 minutes");
        }
        if seconds > 1 << 32 {
            expiration.invalid("may not specify a duration larger than 2^32 seconds");
        }
    }
    // Kubernetes leaves the source out of this path.
    let path = at.get("path").called(volume.get("path"));
    if path.text().is_empty() {
        path.required("");
    } else {
        non_reserved_path(path, path.text());
    }
}

fn trust_bundle<'a>(at: At<'a>, paths: &mut Paths<'a>) {
    let (name, signer) = (at.get("name"), at.get("signerName"));
    let selector = at.get("labelSelector");
    match (name.is_set(), signer.is_set()) {
        (true, true) => at.invalid("only one of name and signerName may be used"),
        (true, false) => {
            if name.text().is_empty() {
                name.required("must be a valid object name");
            }
            let own_part = name.text().rsplit_once(':').map_or(name.text(), |(_, name)| name);
            for fault in dns_subdomain(own_part) {
                name.invalid(&format!("not a valid clustertrustbundlename: {fault}"));
            }
            if selector.is_set() {
                selector.invalid("labelSelector must be unset if name is specified");
            }
        }
        (false, true) => {
            signer_name(signer);
            meta::label_selector(selector);
        }
        (false, false) => at.required("either name or signerName must be specified"),
    }
    let path = at.get("path");
    if path.text().is_empty() {
        path.required("");
    }
    non_reserved_path(path, path.text());
    paths.note(path.text(), path.text());
}

/// How long a certificate of a pod can last, in seconds, and one of Kubernetes' own signers.
const MAX_EXPIRATION: i64 = 91 * 24 * 60 * 60;
const MAX_OWN_EXPIRATION: i64 = 24 * 60 * 60;

/// The kinds of keys that a certificate can be for.
const KEY_TYPES: [&str; 6] =
    ["RSA3072", "RSA4096", "ECDSAP256", "ECDSAP384", "ECDSAP521", "ED25519"];

fn certificate<'a>(at: At<'a>, paths: &mut Paths<'a>) {
    let signer = at.get("signerName");
    signer_name(signer);
    let key_type = at.get("keyType");
    if !KEY_TYPES.contains(&key_type.text()) {
        key_type.unsupported(&KEY_TYPES);
    }
    let expiration = at.get("maxExpirationSeconds");
    if let Some(seconds) = expiration.integer() {
        let domain = signer.text().split('/').next().unwrap_or_default();
        let is_own = domain == "kubernetes.io" || domain.ends_with(".kubernetes.io");
        let most = if is_own { MAX_OWN_EXPIRATION } else { MAX_EXPIRATION };
        if !in_range(seconds, 3600, i64::MAX).is_empty() {
            expiration.invalid("if provided, maxExpirationSeconds must be >= 3600");
        }
        if seconds > most {
            let text = format!("if provided, maxExpirationSeconds must be <= {most}");
            expiration.invalid(&text);
        }
    }
    let mut has_path = false;
    for name in ["credentialBundlePath", "keyPath", "certificateChainPath"] {
        let path = at.get(name);
        if !path.text().is_empty() {
            has_path = true;
            non_reserved_path(path, path.text());
            paths.note(path.text(), path.text());
        }
    }
    if !has_path {
        at.required(
            "specify at least one of credentialBundlePath, keyPath, and certificateChainPath",
        );
    }
}
