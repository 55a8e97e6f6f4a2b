//! How badges look: a word that shields.io takes.

use std::fmt;

use crate::DocsError;

/// The style of the badges of a page: `flat-square` unless another is asked for.
///
/// ```
/// use pintle_docs::BadgeStyle;
///
/// assert_eq!(BadgeStyle::default().to_string(), "flat-square");
/// assert!(BadgeStyle::new("for-the-badge").is_ok());
/// assert!(BadgeStyle::new("flat&logo={{ .Name }}").is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadgeStyle(String);

impl BadgeStyle {
    /// Takes a word of letters, digits, `-` and `_`; which of them shields.io knows is for shields.io to say.
    ///
    /// # Errors
    ///
    /// What is no such word, and so could end the address of a badge, or be run by a template.
    pub fn new(style: &str) -> Result<Self, DocsError> {
        let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if style.is_empty() || !style.chars().all(is_word) {
            return Err(DocsError::BadgeStyle(style.to_owned()));
        }
        Ok(Self(style.to_owned()))
    }
}

impl Default for BadgeStyle {
    fn default() -> Self {
        Self("flat-square".to_owned())
    }
}

impl fmt::Display for BadgeStyle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
