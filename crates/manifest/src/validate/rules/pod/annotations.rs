//! Annotations of pods that mean something to Kubernetes.
//!
//! Source: `ValidatePodSpecificAnnotations`, `validateSeccompAnnotationsAndFields` and
//! `validateAppArmorAnnotationsAndFieldsMatchOnCreate` in `pkg/apis/core/validation/validation.go`.

use super::Whole;
use crate::validate::at::{At, quoted};

const MIRROR: &str = "kubernetes.io/config.mirror";
const DELETION_COST: &str = "controller.kubernetes.io/pod-deletion-cost";
const SECCOMP_OF_POD: &str = "seccomp.security.alpha.kubernetes.io/pod";
const SECCOMP: &str = "container.seccomp.security.alpha.kubernetes.io/";
const APP_ARMOR: &str = "container.apparmor.security.beta.kubernetes.io/";

/// Checks the annotations of a pod or a template that mean something.
pub(super) fn annotations(at: At<'_>, whole: &Whole<'_>) {
    for (key, value) in at.texts() {
        if !key.contains("kubernetes.io/") {
            continue;
        }
        let place = at.near_key(key);
        match key {
            MIRROR if whole.spec.get("nodeName").text().is_empty() => at.key(key).invalid_as(
                &quoted(value),
                "must set spec.nodeName if mirror pod annotation is set",
            ),
            DELETION_COST if !is_cost(value) => {
                at.key(key).invalid_as(&quoted(value), "must be a 32bit integer");
            }
            SECCOMP_OF_POD => seccomp(place.child(key), value),
            _ if key.starts_with(SECCOMP) => seccomp(place.child(key), value),
            _ => {
                if let Some(container) = key.strip_prefix(APP_ARMOR) {
                    app_armor(at.key(key), container, value, whole);
                }
            }
        }
    }
}

/// Tells whether Kubernetes reads a text as what a pod costs to delete.
fn is_cost(text: &str) -> bool {
    let begins = text.starts_with(|c: char| c == '-' || ('1'..='9').contains(&c)) || text == "0";
    begins && text.parse::<i32>().is_ok()
}

fn seccomp(at: At<'_>, profile: &str) {
    match profile.strip_prefix("localhost/") {
        _ if matches!(profile, "runtime/default" | "docker/default" | "unconfined") => {}
        Some(path) => {
            if path.starts_with('/') {
                at.invalid_as(&quoted(path), "must be a relative path");
            }
            if super::volume::has_backsteps(path) {
                at.invalid_as(&quoted(path), "must not contain '..'");
            }
        }
        None => at.invalid_as(&quoted(profile), "must be a valid seccomp profile"),
    }
}

fn app_armor(at: At<'_>, container: &str, profile: &str, whole: &Whole<'_>) {
    if !whole.containers().any(|at| at.get("name").text() == container) {
        at.invalid_as(&quoted(container), "container not found");
    }
    if !matches!(profile, "" | "runtime/default" | "unconfined")
        && !profile.starts_with("localhost/")
    {
        let text = format!("invalid AppArmor profile name: {}", quoted(profile));
        at.invalid_as(&quoted(profile), &text);
    }
}

/// Checks that annotations say the same as the fields that came after them.
pub(super) fn match_fields(whole: &Whole<'_>) {
    let annotations = whole.metadata.get("annotations");
    if !annotations.texts().any(|(key, _)| {
        key.starts_with(SECCOMP) || key.starts_with(APP_ARMOR) || key == SECCOMP_OF_POD
    }) {
        return;
    }
    let find = |name: &str| annotations.texts().find(|(key, _)| *key == name).map(|(_, v)| v);
    let of_pod = whole.spec.get("securityContext");
    if let Some(annotation) = find(SECCOMP_OF_POD) {
        let profile = of_pod.get("seccompProfile");
        says_the_same(profile, profile, annotation, "seccomp");
    }
    for container in whole.containers() {
        let name = container.get("name").text();
        let context = container.get("securityContext");
        if let Some(annotation) = find(&format!("{SECCOMP}{name}")) {
            let profile = context.get("seccompProfile");
            says_the_same(profile, profile, annotation, "seccomp");
        }
        let Some(annotation) = find(&format!("{APP_ARMOR}{name}")) else { continue };
        let own = context.get("appArmorProfile");
        if whole.is_for_windows() || !own.is_set() && whole.is_pod && is_profile(annotation) {
            // What a pod's annotation says becomes the field.
            continue;
        }
        let profile = if own.is_set() { own } else { of_pod.get("appArmorProfile") };
        says_the_same(profile, own, annotation, "apparmor");
    }
}

/// Tells whether a profile of `AppArmor` in an annotation becomes a field.
fn is_profile(annotation: &str) -> bool {
    let path = annotation.strip_prefix("localhost/");
    matches!(annotation, "runtime/default" | "unconfined")
        || path.is_some_and(|path| !path.is_empty() && path.trim() == path)
}

/// Checks one field against its annotation; faults are called by the path of `place`.
fn says_the_same(profile: At<'_>, place: At<'_>, annotation: &str, what: &str) {
    if !profile.is_set() {
        return;
    }
    let is_same = match profile.get("type").text() {
        "Unconfined" => annotation == "unconfined",
        "RuntimeDefault" => {
            annotation == "runtime/default" || what == "seccomp" && annotation == "docker/default"
        }
        "Localhost" => match annotation.strip_prefix("localhost/") {
            Some(path) => {
                let local = profile.get("localhostProfile");
                if !local.is_set() || local.text() != path {
                    place
                        .get("localhostProfile")
                        .forbidden(&format!("{what} profile in annotation and field must match"));
                }
                true
            }
            None => false,
        },
        _ => true,
    };
    if !is_same {
        place.get("type").forbidden(&format!("{what} type in annotation and field must match"));
    }
}
