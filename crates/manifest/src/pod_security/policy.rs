//! What the labels of a namespace ask of its pods.
//!
//! Source: `PolicyToEvaluate` in `api/helpers.go` of `k8s.io/pod-security-admission`, with the defaults of a server that
//! was not told otherwise.

use super::{At, Level, Standard, Version};

/// What happens to a pod that does not meet a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// it is refused
    Enforce,
    /// it is noted in the audit log
    Audit,
    /// whoever makes it is warned
    Warn,
}

/// The levels that the pods of a namespace must meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// the level without which a pod is refused
    pub enforce: Standard,
    /// the level whose lack is noted
    pub audit: Standard,
    /// the level whose lack is a warning
    pub warn: Standard,
}

/// What the labels begin with.
const LABEL: &str = "pod-security.kubernetes.io/";

/// A label of a namespace that says something else than it may.
pub(crate) struct BadLabel<'a> {
    /// where it is
    pub(crate) at: At<'a>,
    /// what it may say, in the server's words
    pub(crate) detail: &'static str,
}

impl Mode {
    /// All there are, in the order in which a server looks at them.
    pub const ALL: [Self; 3] = [Self::Enforce, Self::Audit, Self::Warn];

    /// Gives the name, as labels have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Enforce => "enforce",
            Self::Audit => "audit",
            Self::Warn => "warn",
        }
    }
}

impl Policy {
    /// The policy of a namespace without labels.
    pub const PRIVILEGED: Self = {
        let all = Standard { level: Level::Privileged, version: Version::Latest };
        Self { enforce: all, audit: all, warn: all }
    };

    /// Reads the labels of a namespace; a value that is none is `restricted` where pods are refused, else nothing.
    pub(crate) fn of_labels(labels: At<'_>) -> (Self, Vec<BadLabel<'_>>) {
        let mut policy = Self::PRIVILEGED;
        let mut bad = Vec::new();
        let (mut enforces, mut warns, mut has_warn_version) = (false, false, false);
        for mode in Mode::ALL {
            let level_key = format!("{LABEL}{}", mode.as_str());
            let version_key = format!("{level_key}-version");
            let standard = match mode {
                Mode::Enforce => &mut policy.enforce,
                Mode::Audit => &mut policy.audit,
                Mode::Warn => &mut policy.warn,
            };
            if let Some(text) = labels.text_of(&level_key) {
                let level = Level::named(text);
                let open =
                    if mode == Mode::Enforce { Level::Restricted } else { Level::Privileged };
                standard.level = level.unwrap_or(open);
                enforces |= mode == Mode::Enforce && level.is_some();
                warns |= mode == Mode::Warn;
                if level.is_none() {
                    let detail = "must be one of privileged, baseline, restricted";
                    bad.push(BadLabel { at: labels.key(&level_key), detail });
                }
            }
            if let Some(text) = labels.text_of(&version_key) {
                let version = Version::named(text);
                standard.version = version.unwrap_or(Version::Latest);
                has_warn_version |= mode == Mode::Warn;
                if version.is_none() {
                    let detail = "must be \"latest\" or \"v1.x\"";
                    bad.push(BadLabel { at: labels.key(&version_key), detail });
                }
            }
        }
        // Who is refused shall be told beforehand, where nothing else was said.
        if !warns && enforces && policy.enforce.level > policy.warn.level {
            policy.warn.level = policy.enforce.level;
            if !has_warn_version {
                policy.warn.version = policy.enforce.version;
            }
        }
        (policy, bad)
    }
}
