//! The checks of the level `baseline`.
//!
//! Source: `policy/check_*.go` of `k8s.io/pod-security-admission`.

use std::collections::BTreeSet;

use super::words::{Setters, named, plural, quoted, quoted_set};
use super::{At, Blame, Pod, Rule};
use crate::validate::at::quoted as escaped;

/// The checks, sorted by name.
pub(super) const RULES: &[Rule] = &[
    Rule { name: "appArmorProfile", since: 0, instead_of: None, check: app_armor_profile },
    Rule { name: "capabilities_baseline", since: 0, instead_of: None, check: capabilities },
    Rule { name: "hostNamespaces", since: 0, instead_of: None, check: host_namespaces },
    Rule { name: "hostPathVolumes", since: 0, instead_of: None, check: host_path_volumes },
    Rule { name: "hostPorts", since: 0, instead_of: None, check: host_ports },
    Rule { name: "hostProbesAndHostLifecycle", since: 34, instead_of: None, check: called_hosts },
    Rule { name: "privileged", since: 0, instead_of: None, check: privileged },
    Rule { name: "procMount", since: 0, instead_of: None, check: proc_mount_of_baseline },
    Rule { name: "seLinuxOptions", since: 0, instead_of: None, check: se_linux_options },
    Rule { name: "seccompProfile_baseline", since: 0, instead_of: None, check: seccomp_profile },
    Rule { name: "sysctls", since: 0, instead_of: None, check: sysctls },
    Rule { name: "windowsHostProcess", since: 0, instead_of: None, check: windows_host_process },
];

/// What annotations that choose a container's `AppArmor` profile begin with.
const APP_ARMOR_ANNOTATION: &str = "container.apparmor.security.beta.kubernetes.io/";

fn app_armor_profile(pod: Pod<'_>, _: u32) -> Option<Blame<'_>> {
    let mut setters = Setters::default();
    let mut types = BTreeSet::new();
    for (name, context) in pod.contexts() {
        let profile = context.get("appArmorProfile");
        let kind = profile.get("type");
        if profile.is_set() && !matches!(kind.text(), "RuntimeDefault" | "Localhost") {
            setters.add(name, kind);
            types.insert(kind.text());
        }
    }
    let annotations = pod.metadata.get("annotations");
    let mut forbidden = Vec::new();
    for (key, value) in annotations.texts() {
        let is_allowed =
            value.is_empty() || value == "runtime/default" || value.starts_with("localhost/");
        if key.starts_with(APP_ARMOR_ANNOTATION) && !is_allowed {
            forbidden.push(format!("{key}={}", escaped(value)));
            setters.places.push(annotations.key(key));
        }
    }
    forbidden.sort_unstable();
    let mut parts = setters.parts();
    if !forbidden.is_empty() {
        parts.push(plural("annotation", "annotations", forbidden.len()).to_owned());
    }
    if parts.is_empty() {
        return None;
    }
    let n_values = types.len() + forbidden.len();
    let values = quoted(types.into_iter().chain(forbidden.iter().map(String::as_str)));
    Some(Blame {
        reason: plural("forbidden AppArmor profile", "forbidden AppArmor profiles", n_values),
        detail: format!("{} must not set AppArmor profile type to {values}", parts.join(" and ")),
        places: setters.places,
    })
}

/// What containers may add to their capabilities.
const CAPABILITIES: [&str; 13] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

fn capabilities(pod: Pod<'_>, _: u32) -> Option<Blame<'_>> {
    let (setters, added) = adding(pod, &CAPABILITIES);
    (!setters.is_empty()).then(|| Blame {
        reason: "non-default capabilities",
        detail: not_included(&setters, &added),
        places: setters.places,
    })
}

/// Finds who adds other capabilities than those that are allowed, and which.
pub(super) fn adding<'a>(pod: Pod<'a>, allowed: &[&str]) -> (Setters<'a>, BTreeSet<&'a str>) {
    let mut setters = Setters::default();
    let mut added = BTreeSet::new();
    for container in pod.containers() {
        let add = container.get("securityContext").get("capabilities").get("add");
        let before = added.len();
        let mut is_bad = false;
        for capability in add.items().map(At::text).filter(|name| !allowed.contains(name)) {
            is_bad = true;
            added.insert(capability);
        }
        if is_bad || added.len() > before {
            setters.add(Some(container.get("name").text()), add);
        }
    }
    (setters, added)
}

/// Says which capabilities must not be added.
pub(super) fn not_included(setters: &Setters<'_>, added: &BTreeSet<&str>) -> String {
    let (who, what) = (setters.containers(), quoted_set(added));
    format!("{who} must not include {what} in securityContext.capabilities.add")
}

fn host_namespaces(pod: Pod<'_>, _: u32) -> Option<Blame<'_>> {
    let mut shared = Vec::new();
    let mut places = Vec::new();
    for name in ["hostNetwork", "hostPID", "hostIPC"] {
        let place = pod.spec.get(name);
        if place.is_true() {
            shared.push(format!("{name}=true"));
            places.push(place);
        }
    }
    let detail = shared.join(", ");
    (!shared.is_empty()).then_some(Blame { reason: "host namespaces", detail, places })
}

fn host_path_volumes(pod: Pod<'_>, _: u32) -> Option<Blame<'_>> {
    let mut names = Vec::new();
    let mut places = Vec::new();
    for volume in pod.spec.get("volumes").items() {
        let place = volume.get("hostPath");
        if place.is_set() {
            names.push(volume.get("name").text());
            places.push(place);
        }
    }
    let detail = named("volume", "volumes", &names);
    (!names.is_empty()).then_some(Blame { reason: "hostPath volumes", detail, places })
}

fn host_ports(pod: Pod<'_>, _: u32) -> Option<Blame<'_>> {
    let mut setters = Setters::default();
    let mut places = Vec::new();
    let mut taken = BTreeSet::new();
    // On the network of its node, a pod takes there what its containers listen to; templates are looked at as they are.
    let takes_all = !pod.is_template && pod.spec.get("hostNetwork").is_true();
    for container in pod.containers() {
        let before = places.len();
        for port in container.get("ports").items() {
            let [host, inside] = ["hostPort", "containerPort"].map(|name| port.get(name));
            let place = if takes_all && host.number() == 0 { inside } else { host };
            if place.number() != 0 {
                taken.insert(place.number().to_string());
                places.push(place);
            }
        }
        if places.len() > before {
            setters.add(Some(container.get("name").text()), container);
        }
    }
    if setters.is_empty() {
        return None;
    }
    let uses = plural("uses", "use", setters.n_containers());
    let ports = plural("hostPort", "hostPorts", taken.len());
    let taken: Vec<String> = taken.into_iter().collect();
    let detail = format!("{} {uses} {ports} {}", setters.containers(), taken.join(", "));
    Some(Blame { reason: "hostPort", detail, places })
}

fn called_hosts(pod: Pod<'_>, _: u32) -> Option<Blame<'_>> {
    let mut names = BTreeSet::new();
    let mut hosts = BTreeSet::new();
    let mut places = Vec::new();
    for container in pod.containers() {
        let lifecycle = container.get("lifecycle");
        let callers = [
            container.get("livenessProbe"),
            container.get("readinessProbe"),
            container.get("startupProbe"),
            lifecycle.get("postStart"),
            lifecycle.get("preStop"),
        ];
        for caller in callers {
            for host in ["httpGet", "tcpSocket"].map(|way| caller.get(way).get("host")) {
                if !host.text().is_empty() {
                    names.insert(container.get("name").text());
                    hosts.insert(host.text());
                    places.push(host);
                }
            }
        }
    }
    if places.is_empty() {
        return None;
    }
    let who = plural("container", "containers", names.len());
    let uses = plural("uses", "use", names.len());
    let what = plural("probe or lifecycle host", "probe or lifecycle hosts", hosts.len());
    let detail = format!("{who} {} {uses} {what} {}", quoted_set(&names), quoted_set(&hosts));
    Some(Blame { reason: "probe or lifecycle host", detail, places })
}

fn privileged(pod: Pod<'_>, _: u32) -> Option<Blame<'_>> {
    let mut setters = Setters::default();
    for container in pod.containers() {
        let place = container.get("securityContext").get("privileged");
        if place.is_true() {
            setters.add(Some(container.get("name").text()), place);
        }
    }
    (!setters.is_empty()).then(|| Blame {
        reason: "privileged",
        detail: format!("{} must not set securityContext.privileged=true", setters.containers()),
        places: setters.places,
    })
}

fn proc_mount_of_baseline(pod: Pod<'_>, version: u32) -> Option<Blame<'_>> {
    if version >= 35 && pod.has_own_users() { None } else { proc_mount(pod, version) }
}

/// Finds who unmasks `/proc`.
pub(super) fn proc_mount(pod: Pod<'_>, _: u32) -> Option<Blame<'_>> {
    let mut setters = Setters::default();
    let mut kinds = BTreeSet::new();
    for container in pod.containers() {
        let place = container.get("securityContext").get("procMount");
        if place.is_set() && place.text() != "Default" {
            setters.add(Some(container.get("name").text()), place);
            kinds.insert(place.text());
        }
    }
    let (who, what) = (setters.containers(), quoted_set(&kinds));
    (!setters.is_empty()).then_some(Blame {
        reason: "procMount",
        detail: format!("{who} must not set securityContext.procMount to {what}"),
        places: setters.places,
    })
}

fn se_linux_options(pod: Pod<'_>, version: u32) -> Option<Blame<'_>> {
    let mut setters = Setters::default();
    let mut types = BTreeSet::new();
    let (mut sets_user, mut sets_role) = (false, false);
    for (name, context) in pod.contexts() {
        let options = context.get("seLinuxOptions");
        let [kind, user, role] = ["type", "user", "role"].map(|field| options.get(field));
        let is_known = match kind.text() {
            "" | "container_t" | "container_init_t" | "container_kvm_t" => true,
            "container_engine_t" => version >= 31,
            _ => false,
        };
        let mut bad = Vec::new();
        if !is_known {
            types.insert(kind.text());
            bad.push(kind);
        }
        if !user.text().is_empty() {
            sets_user = true;
            bad.push(user);
        }
        if !role.text().is_empty() {
            sets_role = true;
            bad.push(role);
        }
        let mut bad = bad.into_iter();
        if let Some(first) = bad.next() {
            setters.add(name, first);
            setters.places.extend(bad);
        }
    }
    if setters.is_empty() {
        return None;
    }
    let mut faults = Vec::new();
    if !types.is_empty() {
        faults.push(format!("{} {}", plural("type", "types", types.len()), quoted_set(&types)));
    }
    if sets_user {
        faults.push("user may not be set".to_owned());
    }
    if sets_role {
        faults.push("role may not be set".to_owned());
    }
    let (who, faults) = (setters.all(), faults.join("; "));
    Some(Blame {
        reason: "seLinuxOptions",
        detail: format!("{who} set forbidden securityContext.seLinuxOptions: {faults}"),
        places: setters.places,
    })
}

/// The annotation that once chose a pod's seccomp profile.
const SECCOMP_OF_POD: &str = "seccomp.security.alpha.kubernetes.io/pod";

/// What annotations begin with that once chose a container's.
const SECCOMP_OF_CONTAINER: &str = "container.seccomp.security.alpha.kubernetes.io/";

fn seccomp_profile(pod: Pod<'_>, version: u32) -> Option<Blame<'_>> {
    if version < 19 {
        return seccomp_annotations(pod);
    }
    let (setters, types) = other_seccomp_profiles(pod);
    (!setters.is_empty()).then(|| Blame {
        reason: "seccompProfile",
        detail: not_set_to(&setters, &types),
        places: setters.places,
    })
}

fn seccomp_annotations(pod: Pod<'_>) -> Option<Blame<'_>> {
    let annotations = pod.metadata.get("annotations");
    let of_containers = pod
        .containers()
        .map(|container| format!("{SECCOMP_OF_CONTAINER}{}", container.get("name").text()));
    let mut forbidden = BTreeSet::new();
    let mut places = Vec::new();
    for key in std::iter::once(SECCOMP_OF_POD.to_owned()).chain(of_containers) {
        let Some(value) = annotations.text_of(&key) else { continue };
        let is_allowed = matches!(value, "runtime/default" | "docker/default")
            || value.starts_with("localhost/");
        if !is_allowed && forbidden.insert(format!("{key}={}", escaped(value))) {
            places.push(annotations.key(&key));
        }
    }
    if forbidden.is_empty() {
        return None;
    }
    let what = plural("annotation", "annotations", forbidden.len());
    let forbidden: Vec<String> = forbidden.into_iter().collect();
    let detail = format!("forbidden {what} {}", forbidden.join(", "));
    Some(Blame { reason: "seccompProfile", detail, places })
}

/// Tells whether a type of seccomp profile confines.
pub(super) fn confines(kind: &str) -> bool {
    matches!(kind, "Localhost" | "RuntimeDefault")
}

/// Finds who chooses a seccomp profile that confines nothing, and which.
pub(super) fn other_seccomp_profiles(pod: Pod<'_>) -> (Setters<'_>, BTreeSet<&str>) {
    let mut setters = Setters::default();
    let mut types = BTreeSet::new();
    for (name, context) in pod.contexts() {
        let profile = context.get("seccompProfile");
        let kind = profile.get("type");
        if profile.is_set() && !confines(kind.text()) {
            setters.add(name, kind);
            types.insert(kind.text());
        }
    }
    (setters, types)
}

/// Says which seccomp profiles must not be chosen.
pub(super) fn not_set_to(setters: &Setters<'_>, types: &BTreeSet<&str>) -> String {
    let (who, what) = (setters.all(), quoted_set(types));
    format!("{who} must not set securityContext.seccompProfile.type to {what}")
}

/// The settings of the kernel that a pod may make, with the version that allowed them.
const SYSCTLS: [(u32, &str); 14] = [
    (0, "kernel.shm_rmid_forced"),
    (0, "net.ipv4.ip_local_port_range"),
    (0, "net.ipv4.tcp_syncookies"),
    (0, "net.ipv4.ping_group_range"),
    (0, "net.ipv4.ip_unprivileged_port_start"),
    (27, "net.ipv4.ip_local_reserved_ports"),
    (29, "net.ipv4.tcp_keepalive_time"),
    (29, "net.ipv4.tcp_fin_timeout"),
    (29, "net.ipv4.tcp_keepalive_intvl"),
    (29, "net.ipv4.tcp_keepalive_probes"),
    (32, "net.ipv4.tcp_rmem"),
    (32, "net.ipv4.tcp_wmem"),
    (37, "net.ipv4.tcp_slow_start_after_idle"),
    (37, "net.ipv4.tcp_notsent_lowat"),
];

fn sysctls(pod: Pod<'_>, version: u32) -> Option<Blame<'_>> {
    let mut names = Vec::new();
    let mut places = Vec::new();
    for sysctl in pod.spec.get("securityContext").get("sysctls").items() {
        let name = sysctl.get("name");
        let is_allowed =
            SYSCTLS.iter().any(|(since, known)| *since <= version && *known == name.text());
        if !is_allowed {
            names.push(name.text());
            places.push(name);
        }
    }
    let detail = names.join(", ");
    (!names.is_empty()).then_some(Blame { reason: "forbidden sysctls", detail, places })
}

fn windows_host_process(pod: Pod<'_>, _: u32) -> Option<Blame<'_>> {
    let mut setters = Setters::default();
    for (name, context) in pod.contexts() {
        let place = context.get("windowsOptions").get("hostProcess");
        if place.is_true() {
            setters.add(name, place);
        }
    }
    let who = setters.all();
    (!setters.is_empty()).then_some(Blame {
        reason: "hostProcess",
        detail: format!("{who} must not set securityContext.windowsOptions.hostProcess=true"),
        places: setters.places,
    })
}
