//! Where runs put what they make: variables for the runner's uploader, which wants all of them or none.

use super::Layer;
use super::env::{Env, from_secret, with_value};
use super::sources::Sources;
use super::volumes::{Volumes, empty};
use crate::Reason;
use crate::settings::ArtifactProvider;

/// The region of a store that names none.
const REGION: &str = "us-east-1";

/// The volume of a folder for artifacts.
const VOLUME: &str = "artifacts";

/// Adds what the provider of artifacts needs.
pub(super) fn add(sources: &Sources<'_>, env: &mut Env<'_>, volumes: &mut Volumes<'_>) {
    let artifacts = &sources.settings.artifacts;
    if !artifacts.enabled {
        return;
    }
    let field = "agentRun.artifacts";
    let layer = &Layer::Settings;
    match artifacts.provider {
        ArtifactProvider::S3 => add_s3(sources, env),
        ArtifactProvider::Gcs | ArtifactProvider::Azure => {
            let name = artifacts.provider.as_str();
            env.add(
                layer,
                &format!("{field}.provider"),
                with_value("AGENTS_ARTIFACTS_PROVIDER", name),
            );
            sources.notes.warn(format!(
                "{field}.provider {name}: runners have no uploader for it; only its name is published"
            ));
        }
        ArtifactProvider::Filesystem => {
            let place = format!("{field}.filesystem.basePath");
            let path = artifacts.filesystem.base_path.trim_end_matches('/');
            let is_climbing = path.split('/').any(|part| part == "..");
            if !path.starts_with('/') || is_climbing || path.contains(':') {
                let message = "must be an absolute path, not the root, and without '..' and ':'";
                sources.notes.fault(Reason::Invalid, &place, message);
                return;
            }
            env.add(layer, &place, with_value("AGENTS_ARTIFACTS_PROVIDER", "filesystem"));
            env.add(layer, &place, with_value("AGENTS_ARTIFACTS_BASE_PATH", path));
            if !volumes.has_mount_at(path) && !volumes.has_volume(VOLUME) {
                let mount = k8s_openapi::api::core::v1::VolumeMount {
                    name: VOLUME.to_owned(),
                    mount_path: path.to_owned(),
                    ..Default::default()
                };
                volumes.add(layer.clone(), &place, empty(VOLUME), mount);
            }
        }
    }
}

fn add_s3(sources: &Sources<'_>, env: &mut Env<'_>) {
    let s3 = &sources.settings.artifacts.s3;
    let top = "agentRun.artifacts.s3";
    for (key, text) in [("bucket", &s3.bucket), ("secretRef.name", &s3.secret_ref.name)] {
        if text.is_empty() {
            let message = "must be given where artifacts go to a store that speaks S3";
            sources.notes.fault(Reason::Invalid, &format!("{top}.{key}"), message);
        }
    }
    let region = if s3.region.is_empty() { REGION } else { &s3.region };
    let endpoint = match s3.endpoint.as_str() {
        "" => format!("https://s3.{region}.amazonaws.com"),
        endpoint => endpoint.to_owned(),
    };
    let is_secure = !endpoint.starts_with("http://");
    let mut add =
        |key: &str, variable| env.add(&Layer::Settings, &format!("{top}.{key}"), variable);
    let secret = &s3.secret_ref;
    add("endpoint", with_value("AGENTS_ARTIFACTS_ENDPOINT", &endpoint));
    add(
        "secretRef",
        from_secret("AGENTS_ARTIFACTS_ACCESS_KEY_ID", &secret.name, &secret.access_key_id_key),
    );
    add(
        "secretRef",
        from_secret(
            "AGENTS_ARTIFACTS_SECRET_ACCESS_KEY",
            &secret.name,
            &secret.secret_access_key_key,
        ),
    );
    add("bucket", with_value("AGENTS_ARTIFACTS_BUCKET", &s3.bucket));
    add("region", with_value("AGENTS_ARTIFACTS_REGION", region));
    let is_secure = if is_secure { "true" } else { "false" };
    add("endpoint", with_value("AGENTS_ARTIFACTS_SECURE", is_secure));
}
