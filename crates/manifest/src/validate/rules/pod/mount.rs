//! Where containers find the volumes of their pod: as directories or as devices.
//!
//! Source: `ValidateVolumeMounts` and `ValidateVolumeDevices` in `pkg/apis/core/validation/validation.go`.

use super::volume::{descending_path, has_backsteps};
use super::{Whole, invalid_text};
use crate::validate::at::At;
use crate::validate::seen::Seen;

/// How mounts within a volume are seen from outside.
const PROPAGATIONS: [&str; 3] = ["Bidirectional", "HostToContainer", "None"];
/// Whether a volume that can only be read has mounts within that can only be read.
const RECURSIONS: [&str; 3] = ["Disabled", "Enabled", "IfPossible"];

/// Checks the volumes that a container mounts.
pub(super) fn mounts(container: At<'_>, whole: &Whole<'_>) {
    let at = container.get("volumeMounts");
    if at.is_empty() {
        return;
    }
    let (device_names, device_paths) = of_all(container.get("volumeDevices"), "devicePath");
    let mut paths = Seen::default();
    let mounts = at.items().filter(|mount| !whole.dropped.has(mount.get("name").text()));
    for (number, mount) in mounts.enumerate() {
        // Those of dropped volumes are dropped, so others may have other numbers than in the object.
        let mount = mount.called(at.index(number));
        let (name, path) = (mount.get("name"), mount.get("mountPath"));
        if name.text().is_empty() {
            name.required("");
        }
        if !whole.volumes.has(name.text()) {
            name.not_found();
        }
        if path.text().is_empty() {
            path.required("");
        }
        if !paths.note(path.text()) {
            invalid_text(path, "must be unique");
        }
        if device_names.has(name.text()) {
            invalid_text(name, "must not already exist in volumeDevices");
        }
        if device_paths.has(path.text()) {
            invalid_text(path, "must not already exist as a path in volumeDevices");
        }
        // Kubernetes leaves the index out of most of the paths that follow.
        let (below, expression) = (mount.get("subPath"), mount.get("subPathExpr"));
        if !below.text().is_empty() {
            descending_path(below.called(at.get("subPath")), below.text());
        }
        if !expression.text().is_empty() {
            if !below.text().is_empty() {
                expression.invalid("subPathExpr and subPath are mutually exclusive");
            }
            descending_path(expression.called(at.get("subPathExpr")), expression.text());
        }
        let propagation = mount.get("mountPropagation");
        if propagation.is_set() {
            let propagation = propagation.called(at.get("mountPropagation"));
            if !PROPAGATIONS.contains(&propagation.text()) {
                propagation.unsupported(&PROPAGATIONS);
            }
            let is_privileged = || container.get("securityContext").get("privileged").is_true();
            if propagation.text() == "Bidirectional" && !is_privileged() {
                propagation.forbidden(
                    "Bidirectional mount propagation is available only to privileged containers",
                );
            }
        }
        let recursive = mount.get("recursiveReadOnly");
        if recursive.is_set() {
            recursive_read_only(mount, recursive.called(at.get("recursiveReadOnly")));
        }
    }
}

fn recursive_read_only(mount: At<'_>, at: At<'_>) {
    match at.text() {
        "Disabled" => {}
        "Enabled" | "IfPossible" => {
            if !mount.get("readOnly").is_true() {
                at.forbidden("may only be specified when readOnly is true");
            }
            if !matches!(mount.get("mountPropagation").text(), "" | "None") {
                at.forbidden(
                    "may only be specified when mountPropagation is None or not specified",
                );
            }
        }
        _ => at.unsupported(&RECURSIONS),
    }
}

/// Gives the names and the paths of mounts or devices.
fn of_all<'a>(at: At<'a>, path: &'static str) -> (Seen<'a>, Seen<'a>) {
    let (mut names, mut paths) = (Seen::default(), Seen::default());
    for item in at.items() {
        names.note(item.get("name").text());
        paths.note(item.get(path).text());
    }
    (names, paths)
}

/// Checks the volumes that a container has as devices.
pub(super) fn devices(container: At<'_>, whole: &Whole<'_>) {
    let at = container.get("volumeDevices");
    if at.is_empty() {
        return;
    }
    let (mount_names, mount_paths) = of_all(container.get("volumeMounts"), "mountPath");
    let (mut names, mut paths) = (Seen::default(), Seen::default());
    for device in at.items() {
        let (name, path) = (device.get("name"), device.get("devicePath"));
        if name.text().is_empty() {
            name.required("");
        } else if !names.note(name.text()) {
            name.invalid("must be unique");
        }
        match whole.volumes.get(name.text()) {
            None => name.not_found(),
            Some(true) => {}
            Some(false) => invalid_text(
                name,
                "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode",
            ),
        }
        if path.text().is_empty() {
            path.required("");
        }
        if paths.has(path.text()) {
            invalid_text(path, "must be unique");
        }
        if has_backsteps(path.text()) {
            path.invalid("can not contain backsteps ('..')");
        } else {
            paths.note(path.text());
        }
        if mount_names.has(name.text()) {
            invalid_text(name, "must not already exist in volumeMounts");
        }
        if mount_paths.has(path.text()) {
            invalid_text(path, "must not already exist as a path in volumeMounts");
        }
    }
}
