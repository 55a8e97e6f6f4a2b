//! Names of services, networks and volumes as Kubernetes takes them, and names that are close to each other.

use pintle_chart::near::distance;

/// The longest name of a service or a volume.
pub(crate) const MAX_NAME: usize = 63;

/// The longest name of a network, which becomes part of a label.
pub(crate) const MAX_NETWORK_NAME: usize = 55;

/// Makes a DNS label of a name: lower case, `_` and `.` become `-`, none at either end. The name may be too long still.
pub(crate) fn dns_label(name: &str) -> String {
    let label: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' })
        .collect();
    label.trim_matches('-').to_owned()
}

/// Tells whether a name may stand in a DNS record of the chart.
pub(crate) fn is_dns_name(name: &str) -> bool {
    let is_start = |c: char| c.is_ascii_alphanumeric() || c == '_';
    name.len() <= 253
        && name.starts_with(is_start)
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c))
}

/// The longest mistyped name that others are looked for, in bytes.
const MAX_MISTYPED: usize = 64;

/// Gives the known name that is closest to a mistyped one, if one is close.
pub(crate) fn nearest<'n>(name: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let allowed = (name.len() / 3).clamp(1, 3);
    if name.len() > MAX_MISTYPED {
        return None;
    }
    known
        .into_iter()
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_labels() {
        assert_eq!(dns_label("My_Svc.v1"), "my-svc-v1");
        assert_eq!(dns_label("_db_"), "db");
        assert_eq!(dns_label("__"), "");
        assert!(is_dns_name("My_Svc.v1") && !is_dns_name("-x") && !is_dns_name("a b"));
    }

    #[test]
    fn mistyped_names_are_found() {
        assert_eq!(nearest("enviroment", ["environment", "expose"]), Some("environment"));
        assert_eq!(nearest("foo", ["environment", "expose"]), None);
    }
}
