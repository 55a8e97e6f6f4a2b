//! The environment of containers: variables, and where they come from.
//!
//! Source: `ValidateEnv` and `ValidateEnvFrom` in `pkg/apis/core/validation/validation.go`.

use super::volume::no_backsteps;
use super::{Whole, invalid_text};
use crate::document::Node;
use crate::validate::at::{At, quoted};
use crate::validate::names::{
    NameRule, config_key, dns_label, dns_subdomain, qualified_name, relaxed_env_name,
};
use crate::validate::quantity::{self, Quantity};
use crate::validate::seen::Seen;

/// The fields of a pod that a variable can hold.
const ENV_FIELDS: [&str; 9] = [
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
];

/// The fields of a pod that Kubernetes knows by these names.
const KNOWN_FIELDS: [&str; 14] = [
    "metadata.annotations",
    "metadata.labels",
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.restartPolicy",
    "spec.serviceAccountName",
    "spec.schedulerName",
    "status.phase",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
];

/// The resources of a container that a variable or a file can hold.
const RESOURCES: [&str; 6] = [
    "limits.cpu",
    "limits.ephemeral-storage",
    "limits.memory",
    "requests.cpu",
    "requests.ephemeral-storage",
    "requests.memory",
];

/// Checks the variables of a container.
pub(super) fn env(at: At<'_>) {
    for variable in at.items() {
        let name = variable.get("name");
        if name.text().is_empty() {
            name.required("");
        } else {
            name.invalid_each(relaxed_env_name(name.text()));
        }
        let source = variable.get("valueFrom");
        if source.is_set() {
            value_from(source, !variable.get("value").text().is_empty());
        }
    }
}

fn value_from(at: At<'_>, has_value: bool) {
    let mut n_sources = 0;
    let mut given = |name| {
        let of_source = at.get(name);
        n_sources += usize::from(of_source.is_set());
        Some(of_source).filter(|at| at.is_set())
    };
    if let Some(at) = given("fieldRef") {
        field_reference(at, &ENV_FIELDS);
    }
    if let Some(at) = given("resourceFieldRef") {
        resource_reference(at, false);
    }
    for name in ["configMapKeyRef", "secretKeyRef"] {
        if let Some(at) = given(name) {
            key_reference(at);
        }
    }
    // Older versions drop it.
    let has_files = at.minor().number() >= 35;
    if has_files && let Some(at) = given("fileKeyRef") {
        file_reference(at);
    }
    match n_sources {
        0 if has_files => at.invalid_as(
            "\"\"",
            "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`",
        ),
        0 => at.invalid_as(
            "\"\"",
            "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`",
        ),
        _ if has_value => at.invalid_as("\"\"", "may not be specified when `value` is not empty"),
        1 => {}
        _ => at.invalid_as("\"\"", "may not have more than one field specified at a time"),
    }
}

/// Checks a reference to a field of the pod.
pub(super) fn field_reference(at: At<'_>, supported: &[&str]) {
    let (version, path) = (at.get("apiVersion"), at.get("fieldPath"));
    if path.text().is_empty() {
        path.required("");
        return;
    }
    let said = |text: String| path.invalid(&format!("error converting fieldPath: {text}"));
    let version = version.text_or("v1");
    if version != "v1" {
        said(format!("unsupported pod version: {version}"));
        return;
    }
    match subscripted(path.text()) {
        Some(("metadata.annotations", key)) => {
            for fault in qualified_name(&key.to_lowercase()) {
                at.invalid_as(&quoted(&key.to_lowercase()), &fault);
            }
        }
        Some(("metadata.labels", key)) => {
            for fault in qualified_name(key) {
                at.invalid_as(&quoted(key), &fault);
            }
        }
        Some(_) => said(format!("field label does not support subscript: {}", path.text())),
        None if path.text() == "spec.host" => {
            if !supported.contains(&"spec.nodeName") {
                path.unsupported(supported);
            }
        }
        None if !KNOWN_FIELDS.contains(&path.text()) => {
            said(format!("field label not supported: {}", path.text()));
        }
        None => {
            if !supported.contains(&path.text()) {
                path.unsupported(supported);
            }
        }
    }
}

/// Splits `metadata.labels['key']`.
fn subscripted(path: &str) -> Option<(&str, &str)> {
    let (field, key) = path.strip_suffix("']")?.split_once("['")?;
    (!field.is_empty()).then_some((field, key))
}

/// Checks a reference to what a container asks for; a file must say of which container.
pub(super) fn resource_reference(at: At<'_>, is_of_file: bool) {
    let (container, resource) = (at.get("containerName"), at.get("resource"));
    let name = resource.text();
    let is_hugepages =
        name.starts_with("limits.hugepages-") || name.starts_with("requests.hugepages-");
    if is_of_file && container.text().is_empty() {
        container.required("");
    } else if name.is_empty() {
        resource.required("");
    } else if !RESOURCES.contains(&name) && !is_hugepages {
        resource.unsupported(&RESOURCES);
    }
    let divisor = at.get("divisor");
    if divisor.quantity().is_none_or(|amount| amount == Quantity::ZERO) {
        return;
    }
    let said = |what: &str| {
        let detail = format!(
            "only divisor's values 1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei are supported with the {what} resource"
        );
        divisor.invalid_as(&quoted(name), &detail);
    };
    match name.split_once('.') {
        Some(("limits" | "requests", "cpu")) if !is_written_as(divisor, &["1m", "1"]) => {
            let detail = "only divisor's values 1m and 1 are supported with the cpu resource";
            divisor.invalid_as(&quoted(name), detail);
        }
        Some(("limits" | "requests", "memory")) if !is_size(divisor) => said("memory"),
        Some(("limits" | "requests", "ephemeral-storage")) if !is_size(divisor) => {
            said("local ephemeral storage");
        }
        _ if is_hugepages && !is_size(divisor) => said("hugepages"),
        _ => {}
    }
}

/// Tells whether Kubernetes writes a quantity as one of these texts; what has an exponent keeps it.
fn is_written_as(at: At<'_>, texts: &[&str]) -> bool {
    let Some(amount) = at.quantity() else { return false };
    let is_binary = at.text().ends_with('i');
    let has_exponent = at.text().contains(['e', 'E']) && !at.text().ends_with('E');
    !has_exponent
        && texts.iter().any(|text| {
            let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
            quantity::parse(text) == Ok(amount) && (is_plain || is_binary == text.ends_with('i'))
        })
}

fn is_size(at: At<'_>) -> bool {
    let sizes = ["1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"];
    is_written_as(at, &sizes)
}

/// Checks a reference to a key of a config map or secret.
fn key_reference(at: At<'_>) {
    let (name, key) = (at.get("name"), at.get("key"));
    name.invalid_each(dns_subdomain(name.text()));
    if key.text().is_empty() {
        key.required("");
    } else {
        key.invalid_each(config_key(key.text()));
    }
}

/// Checks a reference to a variable in a file.
fn file_reference(at: At<'_>) {
    let (key, volume, path) = (at.get("key"), at.get("volumeName"), at.get("path"));
    for required in [key, volume, path].into_iter().filter(|at| at.text().is_empty()) {
        required.required("");
    }
    if !key.text().is_empty() {
        key.invalid_each(relaxed_env_name(key.text()));
    }
    if !volume.text().is_empty() {
        volume.invalid_each(dns_label(volume.text()));
    }
    no_backsteps(path, path.text());
}

/// Checks that files of variables lie in empty directories of the pod.
pub(super) fn file_volumes(whole: &Whole<'_>) {
    let mut volumes = Seen::default();
    for container in whole.containers() {
        for variable in container.get("env").items() {
            let source = variable.get("valueFrom");
            if !source.is_set() || !source.get("fileKeyRef").is_set() {
                continue;
            }
            if volumes.is_empty() {
                for volume in whole.spec.get("volumes").items().rev() {
                    volumes.insert(volume.get("name").text(), volume);
                }
            }
            let name = source.get("fileKeyRef").get("volumeName");
            match volumes.get(name.text()) {
                None => name.not_found(),
                Some(volume) if !is_empty_dir(*volume) => {
                    invalid_text(name, "referenced volume must be of type emptyDir");
                }
                Some(_) => {}
            }
        }
    }
}

/// Tells whether a volume is an empty directory: one that names no other source is.
fn is_empty_dir(volume: At<'_>) -> bool {
    let entries = volume.node().map(Node::entries).unwrap_or_default();
    volume.get("emptyDir").is_set()
        || entries.iter().all(|entry| entry.key == "name" || entry.value.is_null())
}

/// Checks what all variables of a container are taken from.
pub(super) fn env_from(at: At<'_>) {
    for source in at.items() {
        let prefix = source.get("prefix");
        if !prefix.text().is_empty() {
            prefix.invalid_each(relaxed_env_name(prefix.text()));
        }
        let mut n_sources = 0;
        for name in ["configMapRef", "secretRef"] {
            let reference = source.get(name);
            if reference.is_set() {
                n_sources += 1;
                let name = reference.get("name");
                if name.text().is_empty() {
                    name.required("");
                } else {
                    name.invalid_each(NameRule::Subdomain.faults(name.text(), true));
                }
            }
        }
        // Kubernetes leaves the index out of these paths.
        match n_sources {
            0 => at.invalid_as("\"\"", "must specify one of: `configMapRef` or `secretRef`"),
            1 => {}
            _ => at.invalid_as("\"\"", "may not have more than one field specified at a time"),
        }
    }
}
