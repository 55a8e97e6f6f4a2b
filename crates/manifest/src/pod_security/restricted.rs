//! The checks that the level `restricted` has besides those of the baseline.
//!
//! Source: `policy/check_*.go` of `k8s.io/pod-security-admission`.

use std::collections::BTreeSet;

use super::baseline::{
    adding, confines, not_included, not_set_to, other_seccomp_profiles, proc_mount,
};
use super::words::{Setters, named, plural, quoted_set};
use super::{At, Blame, Pod, Rule};

/// The checks, sorted by name.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "allowPrivilegeEscalation",
        since: 8,
        instead_of: None,
        check: allow_privilege_escalation,
    },
    Rule {
        name: "capabilities_restricted",
        since: 22,
        instead_of: Some("capabilities_baseline"),
        check: capabilities,
    },
    Rule {
        name: "procMount_restricted",
        since: 35,
        instead_of: Some("procMount"),
        check: proc_mount,
    },
    Rule {
        name: "restrictedVolumes",
        since: 0,
        instead_of: Some("hostPathVolumes"),
        check: volumes,
    },
    Rule { name: "runAsNonRoot", since: 0, instead_of: None, check: run_as_non_root },
    Rule { name: "runAsUser", since: 23, instead_of: None, check: run_as_user },
    Rule {
        name: "seccompProfile_restricted",
        since: 19,
        instead_of: Some("seccompProfile_baseline"),
        check: seccomp_profile,
    },
];

/// The version from which on pods for Windows are let through where a field means nothing to them.
const KNOWS_WINDOWS: u32 = 25;

/// The version from which on pods with users of their own may be root.
const KNOWS_OWN_USERS: u32 = 35;

fn allow_privilege_escalation(pod: Pod<'_>, version: u32) -> Option<Blame<'_>> {
    if version >= KNOWS_WINDOWS && pod.is_for_windows() {
        return None;
    }
    let mut setters = Setters::default();
    for container in pod.containers() {
        let place = container.get("securityContext").get("allowPrivilegeEscalation");
        if place.boolean() != Some(false) {
            setters.add(Some(container.get("name").text()), place);
        }
    }
    let who = setters.containers();
    (!setters.is_empty()).then_some(Blame {
        reason: "allowPrivilegeEscalation != false",
        detail: format!("{who} must set securityContext.allowPrivilegeEscalation=false"),
        places: setters.places,
    })
}

fn capabilities(pod: Pod<'_>, version: u32) -> Option<Blame<'_>> {
    if version >= KNOWS_WINDOWS && pod.is_for_windows() {
        return None;
    }
    let mut keeping = Setters::default();
    for container in pod.containers() {
        let drop = container.get("securityContext").get("capabilities").get("drop");
        if !drop.items().any(|capability| capability.text() == "ALL") {
            keeping.add(Some(container.get("name").text()), drop);
        }
    }
    let (adding, added) = adding(pod, &["NET_BIND_SERVICE"]);
    let mut details = Vec::new();
    if !keeping.is_empty() {
        let who = keeping.containers();
        details.push(format!("{who} must set securityContext.capabilities.drop=[\"ALL\"]"));
    }
    if !adding.is_empty() {
        details.push(not_included(&adding, &added));
    }
    let detail = details.join("; ");
    let places: Vec<At<'_>> = keeping.places.into_iter().chain(adding.places).collect();
    (!places.is_empty()).then_some(Blame { reason: "unrestricted capabilities", detail, places })
}

/// The sources of volumes that any pod may have.
const SOURCES: [&str; 9] = [
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "image",
    "persistentVolumeClaim",
    "projected",
    "secret",
];

/// The sources that it may not, in the order in which one is named where there are several.
const OTHER_SOURCES: [&str; 21] = [
    "hostPath",
    "gcePersistentDisk",
    "awsElasticBlockStore",
    "gitRepo",
    "nfs",
    "iscsi",
    "glusterfs",
    "rbd",
    "flexVolume",
    "cinder",
    "cephfs",
    "flocker",
    "fc",
    "azureFile",
    "vsphereVolume",
    "quobyte",
    "azureDisk",
    "photonPersistentDisk",
    "portworxVolume",
    "scaleIO",
    "storageos",
];

fn volumes(pod: Pod<'_>, _: u32) -> Option<Blame<'_>> {
    let mut names = Vec::new();
    let mut sources = BTreeSet::new();
    let mut places = Vec::new();
    for volume in pod.spec.get("volumes").items() {
        if SOURCES.iter().any(|source| volume.get(source).is_set()) {
            continue;
        }
        // A volume without a source is an empty folder.
        let source = OTHER_SOURCES.into_iter().find(|source| volume.get(source).is_set());
        let Some(source) = source else { continue };
        names.push(volume.get("name").text());
        sources.insert(source);
        places.push(volume.get(source));
    }
    if names.is_empty() {
        return None;
    }
    let who = named("volume", "volumes", &names);
    let uses = plural("uses", "use", names.len());
    let what = plural("restricted volume type", "restricted volume types", sources.len());
    let detail = format!("{who} {uses} {what} {}", quoted_set(&sources));
    Some(Blame { reason: "restricted volume types", detail, places })
}

fn run_as_non_root(pod: Pod<'_>, version: u32) -> Option<Blame<'_>> {
    if version >= KNOWS_OWN_USERS && pod.has_own_users() {
        return None;
    }
    let of_pod = pod.spec.get("securityContext").get("runAsNonRoot").boolean();
    let (mut denying, mut silent) = (Setters::default(), Setters::default());
    for (name, context) in pod.contexts() {
        let place = context.get("runAsNonRoot");
        match place.boolean() {
            Some(false) => denying.add(name, place),
            None if of_pod != Some(true) && name.is_some() => silent.add(name, place),
            _ => {}
        }
    }
    let reason = "runAsNonRoot != true";
    if !denying.is_empty() {
        let detail = format!("{} must not set securityContext.runAsNonRoot=false", denying.all());
        return Some(Blame { reason, detail, places: denying.places });
    }
    let who = silent.containers();
    let detail = format!("pod or {who} must set securityContext.runAsNonRoot=true");
    (!silent.is_empty()).then_some(Blame { reason, detail, places: silent.places })
}

fn run_as_user(pod: Pod<'_>, version: u32) -> Option<Blame<'_>> {
    if version >= KNOWS_OWN_USERS && pod.has_own_users() {
        return None;
    }
    let mut setters = Setters::default();
    for (name, context) in pod.contexts() {
        let place = context.get("runAsUser");
        if place.integer() == Some(0) {
            setters.add(name, place);
        }
    }
    let detail = format!("{} must not set runAsUser=0", setters.all());
    let places = setters.places;
    (!places.is_empty()).then_some(Blame { reason: "runAsUser=0", detail, places })
}

fn seccomp_profile(pod: Pod<'_>, version: u32) -> Option<Blame<'_>> {
    if version >= KNOWS_WINDOWS && pod.is_for_windows() {
        return None;
    }
    let (setters, types) = other_seccomp_profiles(pod);
    let reason = "seccompProfile";
    if !setters.is_empty() {
        let detail = not_set_to(&setters, &types);
        return Some(Blame { reason, detail, places: setters.places });
    }
    let of_pod = pod.spec.get("securityContext").get("seccompProfile");
    if confines(of_pod.get("type").text()) {
        return None;
    }
    let mut silent = Setters::default();
    for container in pod.containers() {
        let profile = container.get("securityContext").get("seccompProfile");
        if !profile.is_set() {
            silent.add(Some(container.get("name").text()), profile.get("type"));
        }
    }
    let who = silent.containers();
    let kinds = "\"RuntimeDefault\" or \"Localhost\"";
    let detail = format!("pod or {who} must set securityContext.seccompProfile.type to {kinds}");
    (!silent.is_empty()).then_some(Blame { reason, detail, places: silent.places })
}
