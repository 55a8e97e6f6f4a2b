//! What a release may be called.
//!
//! Source: `ValidateReleaseName` in `pkg/chart/v2/util/validate_name.go`, Helm v4.

use crate::Release;

/// The longest name, in bytes: what charts append to it must fit a label of DNS, which takes 63.
pub(crate) const MAX_RELEASE_NAME: usize = 53;

/// The expression that Helm's text shows for names.
pub(crate) const NAME_EXPRESSION: &str =
    r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";

/// A name that no release may have, in Helm's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// an empty one
    #[error("no name provided")]
    Missing,
    /// one with other characters, or a longer one
    #[error(
        "invalid release name, must match regex {NAME_EXPRESSION} and the length must not be longer than 53"
    )]
    Invalid,
}

impl Release {
    /// Checks that a release may be called so: parts of lower-case letters, digits and dashes, with dots between them.
    ///
    /// # Errors
    ///
    /// [`NameError`].
    pub fn check_name(name: &str) -> Result<(), NameError> {
        match name {
            "" => Err(NameError::Missing),
            _ if name.len() > MAX_RELEASE_NAME || !is_subdomain(name) => Err(NameError::Invalid),
            _ => Ok(()),
        }
    }
}

/// Tells whether a name is made of labels of DNS, of whatever length, with dots between them.
pub(crate) fn is_subdomain(name: &str) -> bool {
    let is_end = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    name.split('.').all(|label| {
        let bytes = label.as_bytes();
        bytes.iter().all(|byte| is_end(byte) || *byte == b'-')
            && bytes.first().is_some_and(is_end)
            && bytes.last().is_some_and(is_end)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_labels_with_dots_between_them() {
        for good in ["a", "web-1", "a.b", "0", &"x".repeat(53)] {
            assert_eq!(Release::check_name(good), Ok(()));
        }
        assert_eq!(Release::check_name(""), Err(NameError::Missing));
        for bad in ["A", "-a", "a-", "a..b", "a_b", "a.-b", &"x".repeat(54)] {
            assert_eq!(Release::check_name(bad), Err(NameError::Invalid), "{bad}");
        }
    }
}
