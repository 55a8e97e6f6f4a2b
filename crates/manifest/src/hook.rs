//! Hooks: objects that Helm runs at points of a release's life, told by an annotation.
//!
//! Source: `manifestFile.sort` in `manifest_sorter.go` of Helm's release utilities.

use crate::Object;

/// The annotation that makes an object a hook: its events, separated by commas.
pub(crate) const HOOK: &str = "helm.sh/hook";
const WEIGHT: &str = "helm.sh/hook-weight";
const DELETE_POLICY: &str = "helm.sh/hook-delete-policy";
const OUTPUT_LOG_POLICY: &str = "helm.sh/hook-output-log-policy";

/// A point of a release's life at which hooks run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HookEvent {
    /// `pre-install`
    PreInstall,
    /// `post-install`
    PostInstall,
    /// `pre-delete`
    PreDelete,
    /// `post-delete`
    PostDelete,
    /// `pre-upgrade`
    PreUpgrade,
    /// `post-upgrade`
    PostUpgrade,
    /// `pre-rollback`
    PreRollback,
    /// `post-rollback`
    PostRollback,
    /// `test`, once also `test-success`
    Test,
}

impl HookEvent {
    /// Gives the name as annotations have it, such as `pre-install`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PreInstall => "pre-install",
            Self::PostInstall => "post-install",
            Self::PreDelete => "pre-delete",
            Self::PostDelete => "post-delete",
            Self::PreUpgrade => "pre-upgrade",
            Self::PostUpgrade => "post-upgrade",
            Self::PreRollback => "pre-rollback",
            Self::PostRollback => "post-rollback",
            Self::Test => "test",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "pre-install" => Self::PreInstall,
            "post-install" => Self::PostInstall,
            "pre-delete" => Self::PreDelete,
            "post-delete" => Self::PostDelete,
            "pre-upgrade" => Self::PreUpgrade,
            "post-upgrade" => Self::PostUpgrade,
            "pre-rollback" => Self::PreRollback,
            "post-rollback" => Self::PostRollback,
            "test" | "test-success" => Self::Test,
            _ => return None,
        })
    }
}

/// An object that is a hook.
#[derive(Debug, Clone)]
pub struct Hook {
    /// the object
    pub object: Object,
    /// when it runs
    pub events: Vec<HookEvent>,
    /// the order among hooks of one event; a weight that is no integer is 0
    pub weight: i64,
    /// `helm.sh/hook-delete-policy`, lower-cased, split at commas
    pub delete_policies: Vec<String>,
    /// `helm.sh/hook-output-log-policy`, lower-cased, split at commas
    pub output_log_policies: Vec<String>,
}

impl Hook {
    /// Tells whether this hook is a test.
    pub fn is_test(&self) -> bool {
        self.events.contains(&HookEvent::Test)
    }

    /// Makes a hook of an object whose annotation names `events`.
    ///
    /// # Errors
    ///
    /// Gives the annotation back if one of its events is unknown; Helm then drops the object.
    pub(crate) fn new(object: Object) -> Result<Self, String> {
        let events = object.head.annotations.get(HOOK).cloned().unwrap_or_default();
        let parsed: Option<Vec<HookEvent>> =
            words(&events).map(|name| HookEvent::parse(&name)).collect();
        let Some(parsed) = parsed else { return Err(events) };
        let list = |annotation| -> Vec<String> {
            object
                .head
                .annotations
                .get(annotation)
                .map(|text| words(text).collect())
                .unwrap_or_default()
        };
        let weight =
            object.head.annotations.get(WEIGHT).and_then(|text| text.parse().ok()).unwrap_or(0);
        let (delete_policies, output_log_policies) = (list(DELETE_POLICY), list(OUTPUT_LOG_POLICY));
        Ok(Self { object, events: parsed, weight, delete_policies, output_log_policies })
    }
}

fn words(list: &str) -> impl Iterator<Item = String> + '_ {
    list.split(',').map(|word| word.trim().to_lowercase())
}
