//! The claim that the runs of a namespace share, mounted where runners work.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{
    PersistentVolumeClaim, PersistentVolumeClaimSpec, PersistentVolumeClaimVolumeSource, Volume,
    VolumeMount, VolumeResourceRequirements,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use pintle_manifest::validate::quantity;

use super::Layer;
use super::labels::{AGENT_RUN, SHARED_WORKSPACE, of_chart};
use super::sources::Sources;
use super::volumes::Volumes;
use crate::Reason;

/// The volume's name.
const VOLUME: &str = "workspace";

/// Where it is mounted.
const FOLDER: &str = "/workspace";

/// Mounts the claim, unless the run puts something of its own in its place.
pub(super) fn mount(sources: &Sources<'_>, volumes: &mut Volumes<'_>) {
    let settings = &sources.settings.workspaces;
    if !settings.enabled {
        return;
    }
    let field = "agentRun.workspaces";
    if volumes.has_volume(VOLUME) {
        volumes.note_lost(VOLUME, Layer::Settings, field);
        return;
    }
    if volumes.has_mount_at(FOLDER) {
        let message = "a volume of the run is mounted there, and the shared workspace is not";
        sources.notes.warn(format!("{FOLDER}: {message}"));
        return;
    }
    let is_read_only = settings.default.read_only;
    if is_read_only {
        sources.notes.warn(
            "agentRun.workspaces.default.readOnly: run.json and the run's status are mounted below /workspace, \
             which must hold them already, and runners cannot write there",
        );
    }
    let claim = PersistentVolumeClaimVolumeSource {
        claim_name: claim_name(sources),
        read_only: is_read_only.then_some(true),
    };
    let volume = Volume {
        name: VOLUME.to_owned(),
        persistent_volume_claim: Some(claim),
        ..Volume::default()
    };
    let mount = VolumeMount {
        name: VOLUME.to_owned(),
        mount_path: FOLDER.to_owned(),
        read_only: is_read_only.then_some(true),
        ..VolumeMount::default()
    };
    volumes.add(Layer::Settings, field, volume, mount);
}

fn claim_name(sources: &Sources<'_>) -> String {
    sources.chart.suffixed("agentrun-workspace")
}

/// What a claim may be mounted as.
const ACCESS_MODES: [&str; 4] =
    ["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"];

/// Makes the claim.
pub(super) fn claim(sources: &Sources<'_>) -> Option<PersistentVolumeClaim> {
    let settings = &sources.settings.workspaces;
    if !settings.enabled {
        return None;
    }
    let default = &settings.default;
    let field = "agentRun.workspaces.default";
    let size = default.size.trim();
    let is_amount = quantity::parse(size).is_ok_and(|size| size > quantity::Quantity::ZERO);
    if !is_amount {
        let message = format!("{size:?} is no size");
        let help = "a quantity above nothing, such as 10Gi";
        sources.notes.fault_with_help(Reason::Invalid, &format!("{field}.size"), message, help);
    }
    for (index, mode) in default.access_modes.iter().enumerate() {
        if !ACCESS_MODES.contains(&mode.as_str()) {
            let field = format!("{field}.accessModes[{index}]");
            let message = format!("must be one of {}", ACCESS_MODES.join(", "));
            sources.notes.fault(Reason::Invalid, &field, message);
        }
    }
    if default.access_modes.is_empty() {
        let field = format!("{field}.accessModes");
        sources.notes.fault(Reason::Invalid, &field, "must not be empty");
    }
    let mut labels = settings.labels.clone();
    labels.extend(of_chart(&sources.chart, sources.release));
    labels.insert(AGENT_RUN.to_owned(), SHARED_WORKSPACE.to_owned());
    let annotations = Some(settings.annotations.clone()).filter(|it| !it.is_empty());
    let requests = BTreeMap::from([("storage".to_owned(), Quantity(size.to_owned()))]);
    let class = Some(default.storage_class_name.clone()).filter(|class| !class.is_empty());
    Some(PersistentVolumeClaim {
        metadata: ObjectMeta {
            name: Some(claim_name(sources)),
            namespace: Some(sources.namespace.to_owned()),
            labels: Some(labels),
            annotations,
            ..ObjectMeta::default()
        },
        spec: Some(PersistentVolumeClaimSpec {
            access_modes: Some(default.access_modes.clone()),
            resources: Some(VolumeResourceRequirements { requests: Some(requests), limits: None }),
            storage_class_name: class,
            ..PersistentVolumeClaimSpec::default()
        }),
        ..PersistentVolumeClaim::default()
    })
}
