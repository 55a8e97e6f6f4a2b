//! What a scalar is to a table: goyaml v3's rules, which are closer to YAML 1.2 than Helm's.
//!
//! `yes` is a string here and a boolean to Helm; a table says what helm-docs says of it.
//!
//! Source: `resolve.go` of goyaml v3.

use pintle_yaml::{Resolved, Scalar, Style, Value};

/// The prefix that `!!` stands for.
const TAG_PREFIX: &str = "tag:yaml.org,2002:";

/// What a scalar is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Plain {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
}

impl Plain {
    /// Reads a scalar as it is written.
    pub(crate) fn of(scalar: &Scalar<'_>) -> Self {
        let text = || Self::Text(scalar.text.clone().into_owned());
        let tag = scalar.properties.tag().filter(|tag| *tag != "!");
        match tag.map(|tag| tag.strip_prefix(TAG_PREFIX).unwrap_or(tag)) {
            None if scalar.style == Style::Plain => resolve(&scalar.text).unwrap_or_else(text),
            Some("null") => Self::Null,
            Some("bool") => match resolve(&scalar.text) {
                Some(Self::Bool(b)) => Self::Bool(b),
                _ => text(),
            },
            Some("int") => match resolve(&scalar.text) {
                Some(Self::Int(n)) => Self::Int(n),
                _ => text(),
            },
            Some("float") => match resolve(&scalar.text) {
                #[expect(clippy::cast_precision_loss, reason = "as Go converts it")]
                Some(Self::Int(n)) => Self::Float(n as f64),
                Some(Self::Float(x)) => Self::Float(x),
                _ => text(),
            },
            _ => text(),
        }
    }

    /// Gives the name that a table has for the type.
    pub(crate) fn type_name(&self) -> &'static str {
        match self {
            Self::Null | Self::Text(_) => "string",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Float(_) => "float",
        }
    }
}

impl From<&Plain> for Value {
    fn from(plain: &Plain) -> Self {
        match plain {
            Plain::Null => Self::Null,
            Plain::Bool(b) => Self::Bool(*b),
            Plain::Int(n) => Self::Int(*n),
            Plain::Float(x) => Self::Float(*x),
            Plain::Text(text) => Self::string(text.as_str()),
        }
    }
}

/// Resolves a plain scalar; gives nothing if it is text.
fn resolve(text: &str) -> Option<Plain> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Some(Plain::Null),
        "true" | "True" | "TRUE" => return Some(Plain::Bool(true)),
        "false" | "False" | "FALSE" => return Some(Plain::Bool(false)),
        _ => {}
    }
    // The words of YAML 1.1 are text; what begins like a number is as in the older goyaml, but for `0o`.
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) {
        return None;
    }
    match Resolved::of_plain(text) {
        Resolved::Int(n) => Some(Plain::Int(n)),
        #[expect(clippy::cast_precision_loss, reason = "no table can say it better")]
        Resolved::Uint(n) => Some(Plain::Float(n as f64)),
        Resolved::Float(x) if x.is_finite() => Some(Plain::Float(x)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_yaml_1_1_are_text() {
        assert_eq!(resolve("yes"), None);
        assert_eq!(resolve("on"), None);
        assert_eq!(resolve("TRUE"), Some(Plain::Bool(true)));
        assert_eq!(resolve("0777"), Some(Plain::Int(511)));
        assert_eq!(resolve("1_000"), Some(Plain::Int(1000)));
        assert_eq!(resolve("1e3"), Some(Plain::Float(1000.0)));
        assert_eq!(resolve("2024-01-02"), None);
        assert_eq!(resolve(".5"), Some(Plain::Float(0.5)));
        assert_eq!(resolve("1.2.3"), None);
    }
}
