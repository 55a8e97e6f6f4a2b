//! Pods for Windows and for Linux: what only one of them can have.
//!
//! Source: `validateWindows`, `validateLinux`, `validateWindowsHostProcessPod` and
//! `validateWindowsSecurityContextOptions` in `pkg/apis/core/validation/validation.go`.

use super::Whole;
use crate::validate::at::At;
use crate::validate::names::dns_subdomain;

const NOT_FOR_WINDOWS: &str = "cannot be set for a windows pod";
const NOT_FOR_LINUX: &str = "windows options cannot be set for a linux pod";

/// What only pods for Linux have in their security context.
const OF_LINUX_PODS: [&str; 11] = [
    "appArmorProfile",
    "seLinuxOptions",
    "seccompProfile",
    "fsGroup",
    "fsGroupChangePolicy",
    "sysctls",
    "runAsUser",
    "runAsGroup",
    "supplementalGroups",
    "supplementalGroupsPolicy",
    "seLinuxChangePolicy",
];

/// What only containers for Linux have in their security context.
const OF_LINUX_CONTAINERS: [&str; 10] = [
    "appArmorProfile",
    "seLinuxOptions",
    "seccompProfile",
    "capabilities",
    "readOnlyRootFilesystem",
    "privileged",
    "allowPrivilegeEscalation",
    "procMount",
    "runAsUser",
    "runAsGroup",
];

/// Checks for which operating system a pod is, and what it has for another.
pub(super) fn operating_system(whole: &Whole<'_>) {
    let at = whole.spec.get("os");
    if !at.is_set() {
        return;
    }
    let name = at.get("name");
    match name.text() {
        "" => name.required(""),
        "linux" => {
            let pod = std::iter::once(whole.spec);
            for part in pod.chain(whole.containers()) {
                let options = part.get("securityContext").get("windowsOptions");
                if options.is_set() {
                    options.forbidden(NOT_FOR_LINUX);
                }
            }
        }
        "windows" => windows(whole),
        _ => name.called(at).unsupported(&["linux", "windows"]),
    }
}

fn windows(whole: &Whole<'_>) {
    let forbid = |at: At<'_>| {
        if at.is_set() {
            at.forbidden(NOT_FOR_WINDOWS);
        }
    };
    let context = whole.spec.get("securityContext");
    for name in OF_LINUX_PODS {
        let at = context.get(name);
        if name != "sysctls" || !at.is_empty() {
            forbid(at);
        }
    }
    for name in ["hostUsers", "shareProcessNamespace"] {
        forbid(whole.spec.get(name));
    }
    for name in ["hostPID", "hostIPC"] {
        if whole.spec.get(name).is_true() {
            whole.spec.get(name).forbidden(NOT_FOR_WINDOWS);
        }
    }
    for container in whole.containers() {
        let context = container.get("securityContext");
        for name in OF_LINUX_CONTAINERS {
            forbid(context.get(name));
        }
    }
}

/// Gives whether a pod or a container is to be a process of the node.
fn host_process_of(at: At<'_>) -> At<'_> {
    at.get("securityContext").get("windowsOptions").get("hostProcess")
}

/// Checks that all containers of a pod are processes of the node, or none is.
pub(super) fn host_process(whole: &Whole<'_>) {
    let of_pod = host_process_of(whole.spec).boolean();
    let (mut n_containers, mut n_host) = (0, 0);
    for container in whole.containers() {
        n_containers += 1;
        let at = host_process_of(container);
        let of_container = at.boolean();
        if let (Some(pod), Some(own)) = (of_pod, of_container)
            && pod != own
        {
            let text =
                format!("pod hostProcess value must be identical if both are specified, was {pod}");
            at.invalid(&text);
        }
        n_host += usize::from(of_container.or(of_pod).unwrap_or_default());
    }
    if n_host == 0 {
        return;
    }
    if n_host != n_containers {
        let text = "If pod contains any hostProcess containers then all containers must be HostProcess containers";
        whole.spec.invalid_as("\"\"", text);
    }
    if !whole.is_in_host_network() {
        let text = "hostNetwork must be true if pod contains any hostProcess containers";
        whole.spec.get("hostNetwork").invalid_as("false", text);
    }
}

/// The most bytes of the specification of credentials, of a domain, and of a user.
const MAX_CREDENTIALS: usize = 64 * 1024;
const MAX_DOMAIN: usize = 256;
const MAX_USER: usize = 104;

/// Checks what is asked of Windows for a pod or a container.
pub(super) fn options(at: At<'_>) {
    if !at.is_set() {
        return;
    }
    let name = at.get("gmsaCredentialSpecName");
    if name.is_set() {
        name.invalid_each(dns_subdomain(name.text()));
    }
    let credentials = at.get("gmsaCredentialSpec");
    if credentials.is_set() {
        match credentials.text().len() {
            0 => credentials.invalid("gmsaCredentialSpec cannot be an empty string"),
            length if length > MAX_CREDENTIALS => {
                credentials.invalid("gmsaCredentialSpec size must be under 64 KiB");
            }
            _ => {}
        }
    }
    let user = at.get("runAsUserName");
    if user.is_set() {
        user_name(user);
    }
}

/// Checks the name of a user of Windows: `DOMAIN\user`, or without the domain.
fn user_name(at: At<'_>) {
    let name = at.text();
    if name.is_empty() {
        at.invalid("runAsUserName cannot be an empty string");
        return;
    }
    if name.bytes().any(|byte| byte.is_ascii_control()) {
        at.invalid("runAsUserName cannot contain control characters");
        return;
    }
    let mut parts = name.split('\\');
    let (domain, user) = match (parts.next(), parts.next(), parts.next()) {
        (Some(user), None, _) => (None, user),
        (Some(domain), Some(user), None) => (Some(domain), user),
        _ => {
            at.invalid("runAsUserName cannot contain more than one backslash");
            return;
        }
    };
    if let Some(domain) = domain {
        if domain.len() >= MAX_DOMAIN {
            at.invalid("runAsUserName's Domain length must be under 256 characters");
        }
        if !is_net_bios(domain) && !is_dns(domain) {
            at.invalid("runAsUserName's Domain doesn't match the NetBios nor the DNS format");
        }
    }
    match user.len() {
        0 => at.invalid("runAsUserName's User cannot be empty"),
        length if length > MAX_USER => {
            at.invalid("runAsUserName's User length must not be longer than 104 characters");
        }
        _ => {}
    }
    if !user.is_empty() && user.bytes().all(|byte| matches!(byte, b'.' | b' ')) {
        at.invalid("runAsUserName's User cannot contain only periods or spaces");
    }
    if user
        .contains(['"', '/', '\\', ':', ';', '|', '=', ',', '+', '*', '?', '<', '>', '@', '[', ']'])
    {
        at.invalid(
            "runAsUserName's User cannot contain the following characters: \"/\\:;|=,+*?<>@[]",
        );
    }
}

fn is_net_bios(domain: &str) -> bool {
    (1..=15).contains(&domain.chars().count())
        && !domain.starts_with('.')
        && !domain.contains(['\\', '/', ':', '*', '?', '"', '<', '>', '|'])
}

fn is_dns(domain: &str) -> bool {
    domain.split('.').all(|label| {
        let bytes = label.as_bytes();
        (1..=63).contains(&bytes.len())
            && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
            && bytes[0] != b'-'
            && bytes[bytes.len() - 1] != b'-'
    })
}
