//! Names of objects, as Kubernetes allows them for each kind.
//!
//! Source: `validateMetadataNameFunc` in `rules/template.go`; `pkg/api/validate/content` of `k8s.io/apimachinery`.

use pintle_gotmpl::value::number::quote;

use crate::release_name::is_subdomain;

/// The longest label of DNS, in bytes.
const MAX_LABEL: usize = 63;

/// The longest name of DNS, in bytes.
const MAX_SUBDOMAIN: usize = 253;

/// Checks the name of an object of some kind.
pub(super) fn check(kind: &str, name: &str) -> Result<(), String> {
    let faults = match kind.to_lowercase().as_str() {
        "service" => dns_1035_label(name),
        "namespace" => label(name),
        "certificatesigningrequest" => Vec::new(),
        "role" | "clusterrole" | "rolebinding" | "clusterrolebinding" => path_segment(name),
        _ => subdomain(name),
    };
    let quoted = quote(name);
    let mut faults =
        faults.into_iter().map(|fault| format!("metadata.name: Invalid value: {quoted}: {fault}"));
    let all = match (faults.next(), faults.next()) {
        (None, _) => return Ok(()),
        (Some(one), None) => one,
        (Some(one), Some(two)) => format!("[{one}, {two}]"),
    };
    Err(format!("object name does not conform to Kubernetes naming requirements: {quoted}: {all}"))
}

fn too_long(name: &str, maximum: usize) -> Option<String> {
    (name.len() > maximum).then(|| format!("must be no more than {maximum} characters"))
}

fn subdomain(name: &str) -> Vec<String> {
    let wrong = (!is_subdomain(name)).then(|| {
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must \
         start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is \
         '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
            .to_owned()
    });
    too_long(name, MAX_SUBDOMAIN).into_iter().chain(wrong).collect()
}

fn label(name: &str) -> Vec<String> {
    let wrong = match is_subdomain(name) {
        true if !name.contains('.') => None,
        true => Some("must not contain dots".to_owned()),
        false => Some(
            "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start \
             and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is \
             '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
                .to_owned(),
        ),
    };
    too_long(name, MAX_LABEL).into_iter().chain(wrong).collect()
}

fn dns_1035_label(name: &str) -> Vec<String> {
    let is_label = is_subdomain(name)
        && !name.contains('.')
        && name.starts_with(|first: char| first.is_ascii_lowercase());
    let wrong = (!is_label).then(|| {
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic \
         character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation \
         is '[a-z]([-a-z0-9]*[a-z0-9])?')"
            .to_owned()
    });
    too_long(name, MAX_LABEL).into_iter().chain(wrong).collect()
}

fn path_segment(name: &str) -> Vec<String> {
    if name == "." || name == ".." {
        return vec![format!("may not be '{name}'")];
    }
    let forbidden = ["/", "%"].into_iter().filter(|part| name.contains(part));
    forbidden.map(|part| format!("may not contain '{part}'")).collect()
}
