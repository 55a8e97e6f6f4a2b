//! Kinds that Kubernetes has deprecated, or removed.
//!
//! The table is that of the client Helm is built with; the oracle records it. Source: `rules/deprecations.go`;
//! `APILifecycleDeprecated` and its sisters in `k8s.io/api`.

use crate::KubeVersion;

/// A line for each kind: its version and name, the release that deprecated it, the one that removed it or `0.0`, and what to
/// use instead, if anything.
const KINDS: &str = include_str!("deprecations.txt");

/// Tells that a kind is deprecated in a version of Kubernetes, if it is.
pub(super) fn check(
    api_version: &str,
    kind: &str,
    kube_version: &KubeVersion,
) -> Result<(), String> {
    let line = KINDS.lines().find_map(|line| {
        let line = line.strip_prefix(api_version)?.strip_prefix(' ')?;
        line.strip_prefix(kind)?.strip_prefix(' ')
    });
    let Some(line) = line else { return Ok(()) };
    let mut words = line.splitn(3, ' ');
    let (Some(deprecated), Some(removed)) = (words.next(), words.next()) else { return Ok(()) };
    let current = (number(&kube_version.major), number(&kube_version.minor));
    if release(deprecated) > current && current != (0, 0) {
        return Ok(());
    }
    let mut text = format!("{api_version} {kind} is deprecated in v{deprecated}+");
    if removed != "0.0" {
        text.push_str(", unavailable in v");
        text.push_str(removed);
        text.push('+');
    }
    if let Some(replacement) = words.next() {
        text.push_str("; use ");
        text.push_str(replacement);
    }
    Err(text)
}

fn release(text: &str) -> (u32, u32) {
    let (major, minor) = text.split_once('.').unwrap_or((text, "0"));
    (number(major), number(minor))
}

fn number(text: &str) -> u32 {
    text.parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_the_recorded_one() {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
        let path = format!("{root}/snapshots/go-1.26/deprecations/kinds.txt");
        assert_eq!(KINDS, std::fs::read_to_string(path).unwrap());
    }

    #[test]
    fn a_kind_is_deprecated_from_a_release_on() {
        let version =
            |text| KubeVersion::parse(text, crate::KubeVersionRules::NumbersOnly).unwrap();
        let check = |text| check("batch/v1beta1", "CronJob", &version(text));
        assert_eq!(check("1.20"), Ok(()));
        assert_eq!(
            check("1.21").unwrap_err(),
            "batch/v1beta1 CronJob is deprecated in v1.21+, unavailable in v1.25+; use batch/v1 CronJob"
        );
    }
}
