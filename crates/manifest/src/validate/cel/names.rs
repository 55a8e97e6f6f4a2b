//! Names of properties as expressions write them: what CEL keeps for itself is written otherwise.
//!
//! Source: `pkg/cel/escaping.go` of k8s.io/apiserver.

use std::borrow::Cow;

use crate::validate::names::identifier;

/// The words that CEL keeps for itself.
const RESERVED: &[&str] = &[
    "true",
    "false",
    "null",
    "in",
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
    "while",
];

/// Characters and what stands for them.
const ESCAPES: &[(&str, &str)] =
    &[("__", "__underscores__"), (".", "__dot__"), ("-", "__dash__"), ("/", "__slash__")];

/// Tells whether a text can be the name of a variable.
pub(crate) fn is_identifier(text: &str) -> bool {
    identifier(text).is_empty() && !RESERVED.contains(&text)
}

/// Writes a name for an expression; one that cannot be written is as it was.
pub(crate) fn escape(name: &str) -> Cow<'_, str> {
    if RESERVED.contains(&name) {
        return Cow::Owned(format!("__{name}__"));
    }
    if !ESCAPES.iter().any(|(plain, _)| name.contains(plain)) {
        return Cow::Borrowed(name);
    }
    let mut escaped = String::with_capacity(name.len() + 8);
    let mut rest = name;
    'next: while let Some(c) = rest.chars().next() {
        for (plain, written) in ESCAPES {
            if let Some(behind) = rest.strip_prefix(plain) {
                escaped.push_str(written);
                rest = behind;
                continue 'next;
            }
        }
        escaped.push(c);
        rest = &rest[c.len_utf8()..];
    }
    Cow::Owned(escaped)
}

/// Reads a name that an expression wrote.
pub(crate) fn unescape(name: &str) -> Cow<'_, str> {
    if !name.contains("__") {
        return Cow::Borrowed(name);
    }
    let inside = name.strip_prefix("__").and_then(|rest| rest.strip_suffix("__"));
    if let Some(inside) = inside
        && RESERVED.contains(&inside)
    {
        return Cow::Owned(inside.to_owned());
    }
    let mut plain_name = String::with_capacity(name.len());
    let mut rest = name;
    'next: while let Some(c) = rest.chars().next() {
        for (plain, written) in ESCAPES {
            if let Some(behind) = rest.strip_prefix(written) {
                plain_name.push_str(plain);
                rest = behind;
                continue 'next;
            }
        }
        plain_name.push(c);
        rest = &rest[c.len_utf8()..];
    }
    Cow::Owned(plain_name)
}
