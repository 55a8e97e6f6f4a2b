//! Volumes of the pod and where they are mounted, merged by name: what a step says wins over what its run says.

use k8s_openapi::api::core::v1::{
    ConfigMapVolumeSource, EmptyDirVolumeSource, KeyToPath, PersistentVolumeClaimVolumeSource,
    ProjectedVolumeSource, SecretVolumeSource, ServiceAccountTokenProjection, Volume, VolumeMount,
    VolumeProjection,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;

use super::at::At;
use super::names::{is_dns_label, is_subdomain};
use super::report::{Report, to_json};
use super::resources;
use super::sources::Sources;
use super::{Layer, Place};
use crate::Reason;

/// Where the model's client keeps its files unless the chart says otherwise.
pub(super) const CODEX_HOME: &str = "/root/.codex";

struct Mounted {
    volume: Option<Volume>,
    mount: VolumeMount,
    from: Place,
    overrides: Vec<Place>,
}

/// Volumes and mounts in the making.
pub(super) struct Volumes<'a> {
    sources: &'a Sources<'a>,
    mounted: Vec<Mounted>,
}

impl<'a> Volumes<'a> {
    /// Begins with none.
    pub(super) fn new(sources: &'a Sources<'a>) -> Self {
        Self { sources, mounted: Vec::with_capacity(8) }
    }

    /// Adds the volumes of workloads, the strongest first.
    pub(super) fn add_workloads(&mut self, workloads: &[(Layer, At<'a>)]) {
        for (layer, workload) in workloads {
            let mut names = Vec::new();
            for item in workload.get("volumes").items() {
                let Some((volume, mount)) = volume_of(&item) else { continue };
                if names.contains(&volume.name) {
                    item.get("name").fault(format!("another volume is named {:?}", volume.name));
                    continue;
                }
                names.push(volume.name.clone());
                let from = Place { layer: layer.clone(), field: item.path.clone() };
                let same = self.mounted.iter_mut().find(|it| it.mount.name == volume.name);
                if let Some(stronger) = same {
                    stronger.overrides.push(from);
                } else {
                    let overrides = Vec::new();
                    self.mounted.push(Mounted { volume: Some(volume), mount, from, overrides });
                }
            }
        }
        let mut paths: Vec<(&str, &str)> = Vec::new();
        for mounted in &self.mounted {
            let path = mounted.mount.mount_path.trim_end_matches('/');
            if let Some((_, other)) = paths.iter().find(|(other, _)| *other == path) {
                let field = format!("{}.mountPath", mounted.from.field);
                let message = format!("{other} is mounted at {path:?} as well");
                self.sources.notes.fault(Reason::Invalid, &field, message);
            }
            paths.push((path, &mounted.from.field));
        }
    }

    /// Adds a volume of ours.
    pub(super) fn add(&mut self, layer: Layer, field: &str, volume: Volume, mount: VolumeMount) {
        let from = Place { layer, field: field.to_owned() };
        let is_there = |it: &Mounted| it.volume.as_ref().is_some_and(|it| it.name == volume.name);
        let overrides = Vec::new();
        if self.mounted.iter().any(is_there) {
            self.mounted.push(Mounted { volume: None, mount, from, overrides });
        } else {
            self.mounted.push(Mounted { volume: Some(volume), mount, from, overrides });
        }
    }

    /// Tells whether something is mounted at a path.
    pub(super) fn has_mount_at(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        self.mounted.iter().any(|it| it.mount.mount_path.trim_end_matches('/') == path)
    }

    /// Tells whether a volume has this name.
    pub(super) fn has_volume(&self, name: &str) -> bool {
        self.mounted.iter().any(|it| it.mount.name == name)
    }

    /// Adds a lost claim to who has this volume's name.
    pub(super) fn note_lost(&mut self, name: &str, layer: Layer, field: &str) {
        if let Some(stronger) = self.mounted.iter_mut().find(|it| it.mount.name == name) {
            stronger.overrides.push(Place { layer, field: field.to_owned() });
        }
    }

    /// Gives volumes and mounts, and notes where each came from.
    pub(super) fn finish(
        self,
        report: &Report,
        pod: &str,
        container: &str,
    ) -> (Vec<Volume>, Vec<VolumeMount>) {
        let mut volumes = Vec::new();
        let mut mounts = Vec::new();
        for Mounted { volume, mount, from, overrides } in self.mounted {
            if let Some(volume) = volume {
                let field = format!("{pod}.volumes[{}]", volumes.len());
                report.note(&field, &to_json(&volume), from.clone(), overrides.clone());
                volumes.push(volume);
            }
            let field = format!("{container}.volumeMounts[{}]", mounts.len());
            report.note(&field, &to_json(&mount), from, overrides);
            mounts.push(mount);
        }
        (volumes, mounts)
    }
}

/// Makes a volume of what a workload says, and how it is mounted.
fn volume_of(item: &At<'_>) -> Option<(Volume, VolumeMount)> {
    let [name, kind, path] = ["name", "type", "mountPath"].map(|key| item.get(key));
    for required in [&name, &kind, &path] {
        if required.text().is_none() {
            required.fault("must be given");
        }
    }
    let (name_text, kind_text, path_text) = (name.text()?, kind.text()?, path.text()?);
    if !is_dns_label(name_text) {
        name.fault("must be a DNS label: small letters, digits and '-', at most 63");
    }
    let is_climbing = path_text.split('/').any(|part| part == "..");
    if !path_text.starts_with('/') || path_text == "/" || is_climbing || path_text.contains(':') {
        path.fault("must be an absolute path, not the root, and without '..' and ':'");
    }
    let is_read_only = item.get("readOnly").flag() == Some(true);
    let mut volume = Volume { name: name_text.to_owned(), ..Volume::default() };
    match kind_text {
        "emptyDir" => {
            let medium = item.get("medium");
            if medium.text().is_some_and(|text| text != "Memory" && !text.starts_with("HugePages"))
            {
                medium.fault("must be Memory, or HugePages with a size");
            }
            let limit = item.get("sizeLimit");
            volume.empty_dir = Some(EmptyDirVolumeSource {
                medium: medium.text().map(str::to_owned),
                size_limit: limit.text().map(|text| {
                    resources::check_quantity(&limit, text);
                    Quantity(text.to_owned())
                }),
            });
        }
        "pvc" => {
            let claim = item.get("claimName");
            match claim.text() {
                None => claim.fault("a volume of type pvc needs a claim"),
                Some(name) if !is_subdomain(name) => claim.fault("is no name of a claim"),
                Some(_) => {}
            }
            volume.persistent_volume_claim = Some(PersistentVolumeClaimVolumeSource {
                claim_name: claim.text().unwrap_or_default().to_owned(),
                read_only: Some(is_read_only),
            });
        }
        "secret" => {
            let secret = item.get("secretName");
            match secret.text() {
                None => secret.fault("a volume of type secret needs a Secret"),
                Some(name) if !is_subdomain(name) => secret.fault("is no name of a Secret"),
                Some(_) => {}
            }
            volume.secret = Some(SecretVolumeSource {
                secret_name: secret.text().map(str::to_owned),
                ..SecretVolumeSource::default()
            });
        }
        _ => kind.fault("must be emptyDir, pvc or secret"),
    }
    let mount = VolumeMount {
        name: name_text.to_owned(),
        mount_path: path_text.to_owned(),
        read_only: Some(is_read_only),
        ..VolumeMount::default()
    };
    Some((volume, mount))
}

/// A mount of one file.
pub(super) fn file(name: &str, path: &str, key: &str) -> VolumeMount {
    VolumeMount {
        name: name.to_owned(),
        mount_path: path.to_owned(),
        sub_path: Some(key.to_owned()),
        ..VolumeMount::default()
    }
}

/// A volume of a `ConfigMap`.
pub(super) fn config_map(name: &str, config_map: &str) -> Volume {
    let source =
        ConfigMapVolumeSource { name: config_map.to_owned(), ..ConfigMapVolumeSource::default() };
    Volume { name: name.to_owned(), config_map: Some(source), ..Volume::default() }
}

/// A volume of nothing.
pub(super) fn empty(name: &str) -> Volume {
    let source = EmptyDirVolumeSource::default();
    Volume { name: name.to_owned(), empty_dir: Some(source), ..Volume::default() }
}

/// A volume of one key of a Secret.
pub(super) fn secret_key(name: &str, secret: &str, key: &str) -> Volume {
    let item = KeyToPath { key: key.to_owned(), path: key.to_owned(), mode: None };
    let source = SecretVolumeSource {
        secret_name: Some(secret.to_owned()),
        items: Some(vec![item]),
        ..SecretVolumeSource::default()
    };
    Volume { name: name.to_owned(), secret: Some(source), ..Volume::default() }
}

/// The token by which a pod tells others who it is.
#[derive(Debug)]
pub(super) struct IdentityToken<'a> {
    audience: &'a str,
    expiration_seconds: i64,
    /// the folder
    pub(super) folder: &'a str,
}

/// The rights of the token's file: its owner may write, all may read.
const TOKEN_MODE: i32 = 0o644;

impl<'a> IdentityToken<'a> {
    /// Reads what the provider says of it.
    pub(super) fn of(sources: &Sources<'a>) -> Option<Self> {
        let token = sources.provider.down(&["spec", "workload", "serviceAccountToken"]);
        if !token.is_set() {
            return None;
        }
        let audience = token.get("audience");
        let expiration = token.get("expirationSeconds");
        let folder = token.get("mountPath");
        let text = audience.text().filter(|text| text.len() <= 253);
        if text.is_none() {
            audience.fault("must be a text of at most 253 bytes");
        }
        let seconds = expiration.number().filter(|seconds| (600..=3600).contains(seconds));
        if seconds.is_none() {
            expiration.fault("must be from 600 to 3600");
        }
        let is_folder = |path: &&str| {
            path.starts_with('/') && *path != "/" && path.split('/').all(|part| part != "..")
        };
        let path = folder.text().filter(is_folder).map(|path| path.trim_end_matches('/'));
        if path.is_none() {
            folder.fault("must be an absolute path, not the root, and without '..'");
        }
        Some(Self { audience: text?, expiration_seconds: seconds?, folder: path? })
    }

    /// Gives its volume by a name, and how it is mounted.
    pub(super) fn volume(&self, name: &str) -> (Volume, VolumeMount) {
        let token = ServiceAccountTokenProjection {
            audience: Some(self.audience.to_owned()),
            expiration_seconds: Some(self.expiration_seconds),
            path: "token".to_owned(),
        };
        let projection =
            VolumeProjection { service_account_token: Some(token), ..VolumeProjection::default() };
        let source = ProjectedVolumeSource {
            default_mode: Some(TOKEN_MODE),
            sources: Some(vec![projection]),
        };
        let mount = VolumeMount {
            name: name.to_owned(),
            mount_path: self.folder.to_owned(),
            read_only: Some(true),
            ..VolumeMount::default()
        };
        let volume = Volume { name: name.to_owned(), projected: Some(source), ..Volume::default() };
        (volume, mount)
    }
}
