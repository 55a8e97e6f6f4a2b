//! As whom containers run, and what they may do.
//!
//! Source: `ValidateSecurityContext` and `validatePodSpecSecurityContext` in
//! `pkg/apis/core/validation/validation.go`.

use super::Whole;
use super::volume::descending_path;
use super::windows;
use crate::validate::at::At;
use crate::validate::names::in_range;
use crate::validate::seen::Seen;

/// Where profiles come from.
const PROFILES: [&str; 3] = ["Localhost", "RuntimeDefault", "Unconfined"];

/// Checks the number of a user or group.
fn identifier(at: At<'_>) {
    if let Some(number) = at.integer() {
        at.invalid_each(in_range(number, 0, i64::from(i32::MAX)));
    }
}

/// Checks a text that need not be there.
fn optional(at: At<'_>, supported: &[&str]) {
    if at.is_set() && !supported.contains(&at.text()) {
        at.unsupported(supported);
    }
}

/// Checks what a container may do.
pub(super) fn security_context(at: At<'_>, has_users_of_host: bool) {
    if !at.is_set() {
        return;
    }
    identifier(at.get("runAsUser"));
    identifier(at.get("runAsGroup"));
    let proc_mount = at.get("procMount");
    optional(proc_mount, &["Default", "Unmasked"]);
    if has_users_of_host && proc_mount.text() == "Unmasked" {
        proc_mount.invalid("`hostUsers` must be false to use `Unmasked`");
    }
    seccomp(at.get("seccompProfile"));
    if at.get("allowPrivilegeEscalation").boolean() == Some(false) {
        if at.get("privileged").is_true() {
            at.invalid("cannot set `allowPrivilegeEscalation` to false and `privileged` to true");
        }
        let added = at.get("capabilities").get("add");
        for _ in added.items().filter(|capability| capability.text() == "CAP_SYS_ADMIN") {
            at.invalid(
                "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN",
            );
        }
    }
    windows::options(at.get("windowsOptions"));
    app_armor(at.get("appArmorProfile"));
}

/// Checks which calls of the kernel are allowed.
fn seccomp(at: At<'_>) {
    if !at.is_set() {
        return;
    }
    let (kind, path) = (at.get("type"), at.get("localhostProfile"));
    if kind.text().is_empty() {
        kind.required("type is required when seccompProfile is set");
    } else if !PROFILES.contains(&kind.text()) {
        kind.unsupported(&PROFILES);
    }
    match (kind.text() == "Localhost", path.is_set()) {
        (true, false) => path.required("must be set when seccomp type is Localhost"),
        (true, true) => descending_path(path, path.text()),
        (false, true) => path.invalid("can only be set when seccomp type is Localhost"),
        (false, false) => {}
    }
}

/// The most bytes of the name of a profile on the node.
const MAX_PROFILE: usize = 4095;

/// Checks the profile of `AppArmor`.
fn app_armor(at: At<'_>) {
    if !at.is_set() {
        return;
    }
    let (kind, profile) = (at.get("type"), at.get("localhostProfile"));
    match kind.text() {
        "Localhost" => {
            let name = profile.text();
            if profile.is_set() && name.trim() != name {
                profile.invalid("must not be padded with whitespace");
            } else if name.is_empty() {
                profile.required("must be set when AppArmor type is Localhost");
            }
            if name.len() > MAX_PROFILE {
                profile.too_long(MAX_PROFILE);
            }
        }
        "RuntimeDefault" | "Unconfined" => {
            if profile.is_set() {
                profile.invalid("can only be set when AppArmor type is Localhost");
            }
        }
        "" => kind.required("type is required when appArmorProfile is set"),
        _ => kind.unsupported(&PROFILES),
    }
}

/// Checks what all containers of a pod may do.
pub(super) fn pod_security_context(whole: &Whole<'_>) {
    let (spec, at) = (whole.spec, whole.spec.get("securityContext"));
    if spec.get("hostPID").is_true() && spec.get("shareProcessNamespace").is_true() {
        let shared = spec.get("shareProcessNamespace");
        let text = "ShareProcessNamespace and HostPID cannot both be enabled";
        let has_own_path = whole.minor() < 37;
        let place = if has_own_path { at.get("shareProcessNamespace") } else { shared };
        shared.called(place).invalid(text);
    }
    if !at.is_set() {
        return;
    }
    for name in ["fsGroup", "runAsUser", "runAsGroup"] {
        identifier(at.get(name));
    }
    at.get("supplementalGroups").items().for_each(|group| {
        group.invalid_each(in_range(group.number(), 0, i64::from(i32::MAX)));
    });
    sysctls(at.get("sysctls"), whole);
    optional(at.get("fsGroupChangePolicy"), &["Always", "OnRootMismatch"]);
    seccomp(at.get("seccompProfile"));
    windows::options(at.get("windowsOptions"));
    app_armor(at.get("appArmorProfile"));
    optional(at.get("supplementalGroupsPolicy"), &["Merge", "Strict"]);
    let policies: &[&str] =
        if whole.minor() >= 37 { &["MountOption", "Recursive"] } else { &["Recursive"] };
    optional(at.get("seLinuxChangePolicy"), policies);
}

/// The most bytes of the name of a setting of the kernel.
const MAX_SYSCTL: usize = 253;

/// Checks the settings of the kernel.
fn sysctls(at: At<'_>, whole: &Whole<'_>) {
    let mut names = Seen::default();
    for sysctl in at.items() {
        let name = sysctl.get("name");
        let is_new = names.note(name.text());
        if name.text().is_empty() {
            name.required("");
        } else if !is_sysctl(name.text()) {
            name.invalid(
                "must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$",
            );
        } else if !is_new {
            name.duplicate();
        }
        match namespace(name.text()) {
            Namespace::Network if whole.is_in_host_network() => {
                name.invalid("may not be specified when 'hostNetwork' is true");
            }
            Namespace::Processes if whole.spec.get("hostIPC").is_true() => {
                name.invalid("may not be specified when 'hostIPC' is true");
            }
            _ => {}
        }
    }
}

fn is_sysctl(name: &str) -> bool {
    let is_bound = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    name.len() <= MAX_SYSCTL
        && name.split(['.', '/']).all(|part| {
            let bytes = part.as_bytes();
            bytes.first().is_some_and(is_bound)
                && bytes.last().is_some_and(is_bound)
                && bytes.iter().all(|byte| is_bound(byte) || matches!(byte, b'-' | b'_'))
        })
}

/// What a setting of the kernel is about.
enum Namespace {
    Network,
    Processes,
    Other,
}

/// Tells what a setting of the kernel is about; dots and slashes change places if a slash comes first.
fn namespace(name: &str) -> Namespace {
    let has_slashes = name.find(['.', '/']).is_some_and(|at| name.as_bytes()[at] == b'/');
    let swapped: String;
    let mut name = name;
    if has_slashes {
        swapped = name
            .chars()
            .map(|c| match c {
                '.' => '/',
                '/' => '.',
                c => c,
            })
            .collect();
        name = &swapped;
    }
    let name = name.split('*').next().unwrap_or_default();
    match name {
        "kernel.sem"
        | "kernel.shmall"
        | "kernel.shmmax"
        | "kernel.shmmni"
        | "kernel.shm_rmid_forced"
        | "kernel.shm"
        | "kernel.msgmax"
        | "kernel.msgmnb"
        | "kernel.msgmni"
        | "kernel.msg" => Namespace::Processes,
        name if name.starts_with("net.") => Namespace::Network,
        name if name.starts_with("fs.mqueue.") => Namespace::Processes,
        _ => Namespace::Other,
    }
}
