//! Names of objects, and of the chart's.

use std::borrow::Cow;

use sha1::{Digest, Sha1};

use crate::settings::Settings;

/// How long a label's value, and the name of a job, may be.
pub(super) const MAX_LABEL: usize = 63;

/// Makes a name of a base and a suffix: lower case, other signs become `-`; a long one is cut, and ends in a part of its
/// hash, so that two of them differ.
pub(super) fn object_name(base: &str, suffix: &str) -> String {
    let name = format!("{}-{suffix}", lower(base, |c| c == '-'));
    let name = name.trim_matches('-');
    if name.len() <= MAX_LABEL {
        return name.to_owned();
    }
    let hash = Sha1::digest(name.as_bytes());
    let hash = hex(&hash[..4]);
    // OK because only letters of ASCII are left.
    format!("{}-{hash}", &name[..MAX_LABEL - hash.len() - 1])
}

/// Writes bytes as hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Puts a text into lower case, and `-` in the place of each run of other signs than letters, digits and some more.
pub(super) fn lower(text: &str, keeps: impl Fn(char) -> bool) -> String {
    let mut lowered = String::with_capacity(text.len());
    let mut was_other = false;
    for c in text.chars().flat_map(char::to_lowercase) {
        let is_other = !c.is_ascii_lowercase() && !c.is_ascii_digit() && !keeps(c);
        if !is_other {
            lowered.push(c);
        } else if !was_other {
            lowered.push('-');
        }
        was_other = is_other;
    }
    lowered
}

/// The name of the chart that makes what runs share.
pub(super) const CHART: &str = "agents";

/// Its version.
pub(super) const CHART_VERSION: &str = "0.1.0";

/// The version of the controllers that it was made for.
pub(super) const APP_VERSION: &str = "0.9.0";

/// The names that the chart gives what it makes.
#[derive(Debug)]
pub(super) struct ChartNames<'a> {
    /// the chart's own name, or what stands for it
    pub(super) name: Cow<'a, str>,
    /// the prefix of all names
    full: Cow<'a, str>,
}

impl<'a> ChartNames<'a> {
    /// Gives the names of a release.
    pub(super) fn new(settings: &'a Settings, release: &'a str) -> Self {
        let names = &settings.names;
        let name = if names.name_override.is_empty() { CHART } else { &names.name_override };
        let full = match names.fullname_override.as_str() {
            "" if release.contains(name) => Cow::Borrowed(release),
            "" => Cow::Owned(format!("{release}-{name}")),
            over => Cow::Borrowed(over),
        };
        Self { name: cut(Cow::Borrowed(name), MAX_LABEL), full: cut(full, MAX_LABEL) }
    }

    /// Gives the prefix with a suffix, which stays whole where the name is long.
    pub(super) fn suffixed(&self, suffix: &str) -> String {
        let room = (MAX_LABEL - 1).saturating_sub(suffix.len());
        format!("{}-{suffix}", cut(Cow::Borrowed(self.full.as_ref()), room))
    }
}

/// Cuts a name, and the `-` that is then at its end.
fn cut(name: Cow<'_, str>, length: usize) -> Cow<'_, str> {
    let end = name.char_indices().nth(length).map_or(name.len(), |(at, _)| at);
    let is_whole = end == name.len() && !name.ends_with('-');
    if is_whole {
        return name;
    }
    let cut = &name[..end];
    Cow::Owned(cut.strip_suffix('-').unwrap_or(cut).to_owned())
}

/// Tells whether a text is a DNS label.
pub(super) fn is_dns_label(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !text.is_empty()
        && text.len() <= MAX_LABEL
        && text.bytes().all(is_part)
        && !text.starts_with('-')
        && !text.ends_with('-')
}

/// Tells whether a text is the name of most objects: DNS labels with dots between them.
pub(super) fn is_subdomain(text: &str) -> bool {
    text.len() <= 253
        && text.split('.').all(|label| {
            let is_part =
                |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
            !label.is_empty()
                && label.bytes().all(is_part)
                && !label.starts_with('-')
                && !label.ends_with('-')
        })
}

/// Tells whether a text is the name of a variable.
pub(super) fn is_variable(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    !text.is_empty()
        && text.bytes().all(is_part)
        && !text.starts_with(|c: char| c.is_ascii_digit())
        && !matches!(text, "." | "..")
        && !text.starts_with("..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_cut_and_hashed() {
        assert_eq!(object_name("Run_A..b", "job"), "run-a-b-job");
        assert_eq!(object_name("-a-", "job"), "a--job");
        let long = object_name(&"a".repeat(63), "job");
        assert_eq!(long.len(), 63);
        assert!(long.starts_with(&"a".repeat(54)) && long.as_bytes()[54] == b'-');
        assert_ne!(long, object_name(&"a".repeat(63), "spec"));
    }

    #[test]
    fn names_of_the_chart_are_made_as_it_makes_them() {
        let mut settings = Settings::default();
        assert_eq!(ChartNames::new(&settings, "r1").suffixed("runner"), "r1-agents-runner");
        assert_eq!(ChartNames::new(&settings, "my-agents").suffixed("runner"), "my-agents-runner");
        settings.names.fullname_override = "x".repeat(70);
        let name = ChartNames::new(&settings, "r1").suffixed("agentrun-workspace");
        assert_eq!(name, format!("{}-agentrun-workspace", "x".repeat(44)));
    }
}
