//! The system prompt of an agent: a text, or a key of a Secret or a `ConfigMap`.

use k8s_openapi::api::core::v1::{
    ConfigMapVolumeSource, EnvVar, KeyToPath, SecretVolumeSource, Volume, VolumeMount,
};
use sha2::{Digest, Sha256};

use super::env::with_value;
use super::names::hex;
use super::sources::Sources;
use crate::Reason;

/// Where a prompt is mounted.
const FOLDER: &str = "/workspace/.codex";

/// The file there.
const PATH: &str = "/workspace/.codex/system-prompt.txt";

/// How many characters a prompt may have that is no reference.
const MAX_INLINE: usize = 16_384;

/// A prompt, as far as it is known.
#[derive(Debug, Default)]
pub(super) struct SystemPrompt<'a> {
    /// the text, where the agent has it
    pub(super) text: Option<&'a str>,
    /// its hash, where the text is known
    pub(super) hash: Option<String>,
    source: Option<Volume>,
}

impl<'a> SystemPrompt<'a> {
    /// Finds the prompt of the agent; a reference wins over a text.
    pub(super) fn of(sources: &Sources<'a>) -> Self {
        let defaults = sources.agent.down(&["spec", "defaults"]);
        let reference = defaults.get("systemPromptRef");
        if reference.is_set() {
            let [kind, name, key] =
                ["kind", "name", "key"].map(|field| reference.get(field).text());
            let (Some(kind), Some(name), Some(key)) = (kind, name, key) else {
                reference.fault("needs kind, name and key");
                return Self::default();
            };
            let items = Some(vec![KeyToPath {
                key: key.to_owned(),
                path: "system-prompt.txt".to_owned(),
                mode: None,
            }]);
            let source = match kind {
                "Secret" => {
                    if !sources.secrets().contains(&name) || !sources.allows_secret(name) {
                        let message = format!("the Secret {name} is not among those of the run");
                        sources.notes.fault_with_help(
                            Reason::SecretNotAllowed,
                            &reference.get("name").path,
                            message,
                            "name it in spec.secrets, and in the agent's spec.security.allowedSecrets",
                        );
                    }
                    let secret_name = Some(name.to_owned());
                    let secret = SecretVolumeSource { secret_name, items, ..Default::default() };
                    Volume { secret: Some(secret), ..Volume::default() }
                }
                "ConfigMap" => {
                    let name = name.to_owned();
                    let config_map = ConfigMapVolumeSource { name, items, ..Default::default() };
                    Volume { config_map: Some(config_map), ..Volume::default() }
                }
                _ => {
                    reference.get("kind").fault("must be Secret or ConfigMap");
                    return Self::default();
                }
            };
            let hash = sources.system_prompt.map(sha256);
            if hash.is_none() {
                sources.notes.warn(
                    "the system prompt is not at hand: its hash is not planned, and the runner cannot compare it",
                );
            }
            return Self { text: None, hash, source: Some(source) };
        }
        let inline = defaults.get("systemPrompt");
        if let Some(text) = inline.raw_text().filter(|text| !text.trim().is_empty()) {
            if text.chars().count() > MAX_INLINE {
                inline.fault(format!("must have at most {MAX_INLINE} characters"));
            }
            return Self { text: Some(text), hash: Some(sha256(text)), source: None };
        }
        if sources.agent.is_set() {
            sources.notes.warn(
                "the agent has neither spec.defaults.systemPrompt nor systemPromptRef: controllers refuse such runs",
            );
        }
        Self::default()
    }

    /// Gives where the prompt is mounted, if it is.
    pub(super) fn path(&self) -> Option<&'static str> {
        self.source.as_ref().map(|_| PATH)
    }

    /// Gives the volume by its name, and how it is mounted.
    pub(super) fn volume(&self, name: String) -> Option<(Volume, VolumeMount)> {
        let source = self.source.clone()?;
        let mount = VolumeMount {
            name: name.clone(),
            mount_path: FOLDER.to_owned(),
            read_only: Some(true),
            ..VolumeMount::default()
        };
        Some((Volume { name, ..source }, mount))
    }

    /// Gives the variables that tell the runner of it.
    pub(super) fn env(&self) -> Vec<EnvVar> {
        let mut env = Vec::new();
        if let Some(path) = self.path() {
            env.push(with_value("CODEX_SYSTEM_PROMPT_PATH", path));
        }
        if let Some(hash) = &self.hash {
            env.push(with_value("CODEX_SYSTEM_PROMPT_EXPECTED_HASH", hash));
            env.push(with_value("CODEX_SYSTEM_PROMPT_REQUIRED", "true"));
        }
        env
    }
}

fn sha256(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}
