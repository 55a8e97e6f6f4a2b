//! Who works on a release: two annotations beside its record. Helm knows nothing of them.

use std::collections::BTreeMap;

use jiff::Timestamp;

/// The annotation that says who works on a release.
pub const HOLDER: &str = "pintle.dev/holder";

/// The annotation that says when the holder was last heard of: RFC 3339 with milliseconds.
pub const RENEWED: &str = "pintle.dev/renewed";

/// Who works on a release, and when that was last heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// who: a text that no other holder has
    pub identity: String,
    /// when it was last heard of, by its own clock
    pub renewed: Timestamp,
}

impl Holder {
    /// Makes a holder that is heard of now.
    pub fn now(identity: impl Into<String>) -> Self {
        Self { identity: identity.into(), renewed: Timestamp::now() }
    }

    /// Gives the moment as it is written.
    pub(super) fn renewed_text(&self) -> String {
        format!("{:.3}", self.renewed)
    }

    /// Reads annotations. A moment that cannot be read is the beginning of time: nobody was ever heard of.
    pub(super) fn read(annotations: &BTreeMap<String, String>) -> Option<Self> {
        let identity = annotations.get(HOLDER)?.clone();
        let renewed = annotations.get(RENEWED).and_then(|text| text.parse().ok());
        Some(Self { identity, renewed: renewed.unwrap_or(Timestamp::UNIX_EPOCH) })
    }
}
