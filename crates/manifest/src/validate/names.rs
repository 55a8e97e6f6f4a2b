//! What names, labels, keys and ports look like, and what Kubernetes says of those that do not.
//!
//! Each function gives every fault of a text, or nothing.
//!
//! Source: `pkg/util/validation/validation.go` of apimachinery.

use std::borrow::Cow;

/// What is wrong with a text, one sentence each.
pub(crate) type Faults = Vec<Cow<'static, str>>;

/// The most bytes of a DNS label, of a label's value and of the name part of a key.
pub(crate) const MAX_LABEL: usize = 63;
/// The most bytes of a DNS subdomain.
pub(crate) const MAX_SUBDOMAIN: usize = 253;

const LABEL_ERROR: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const SUBDOMAIN_ERROR: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const UNDERSCORE_ERROR: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*')";
const LABEL_1035_ERROR: &str = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const WILDCARD_ERROR: &str = "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const NAME_PART_ERROR: &str = "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const QUALIFIED_ERROR: &str = "a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
const LABEL_VALUE_ERROR: &str = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const IDENTIFIER_ERROR: &str = "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName', regex used for validation is '[A-Za-z_][A-Za-z0-9_]*')";
const RELAXED_ENV_NAME_ERROR: &str = "a valid environment variable name must consist only of printable ASCII characters other than '='";
const CONFIG_KEY_ERROR: &str = "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
const HEADER_ERROR: &str = "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')";
const PERCENT_ERROR: &str = "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";

fn at_most(text: &str, maximum: usize, faults: &mut Faults) {
    if text.len() > maximum {
        faults.push(format!("must be no more than {maximum} characters").into());
    }
}

/// Tells whether a text begins and ends with bytes of one class, and has only bytes of another between them.
fn is_bounded(text: &str, bound: fn(u8) -> bool, inside: fn(u8) -> bool) -> bool {
    let bytes = text.as_bytes();
    let ends = bytes.first().zip(bytes.last());
    ends.is_some_and(|(first, last)| bound(*first) && bound(*last))
        && bytes.iter().all(|byte| inside(*byte))
}

fn is_lower(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

fn is_label(text: &str) -> bool {
    is_bounded(text, is_lower, |byte| is_lower(byte) || byte == b'-')
}

fn is_subdomain(text: &str) -> bool {
    text.split('.').all(is_label)
}

fn is_name_part(text: &str) -> bool {
    let is_alphanumeric = |byte: u8| byte.is_ascii_alphanumeric();
    is_bounded(text, is_alphanumeric, |byte| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
    })
}

/// `IsDNS1123Label`: `my-name`, at most 63 bytes.
pub(crate) fn dns_label(text: &str) -> Faults {
    let mut faults = Faults::new();
    at_most(text, MAX_LABEL, &mut faults);
    if !is_label(text) {
        let has_dots = is_subdomain(text);
        faults.push(if has_dots { "must not contain dots" } else { LABEL_ERROR }.into());
    }
    faults
}

/// `IsDNS1123Subdomain`: `example.com`, at most 253 bytes.
pub(crate) fn dns_subdomain(text: &str) -> Faults {
    let mut faults = Faults::new();
    at_most(text, MAX_SUBDOMAIN, &mut faults);
    if !is_subdomain(text) {
        faults.push(SUBDOMAIN_ERROR.into());
    }
    faults
}

/// `IsDNS1123SubdomainWithUnderscore`: `_service.example.com`, at most 253 bytes.
pub(crate) fn dns_subdomain_with_underscore(text: &str) -> Faults {
    let mut faults = Faults::new();
    at_most(text, MAX_SUBDOMAIN, &mut faults);
    let is_inside = |byte: u8| is_lower(byte) || matches!(byte, b'-' | b'_');
    let is_one =
        |label: &str| is_bounded(label.strip_prefix('_').unwrap_or(label), is_lower, is_inside);
    if !text.split('.').all(is_one) {
        faults.push(UNDERSCORE_ERROR.into());
    }
    faults
}

/// `IsDNS1035Label`: `my-name`, not beginning with a digit.
pub(crate) fn dns_1035_label(text: &str) -> Faults {
    let mut faults = Faults::new();
    at_most(text, MAX_LABEL, &mut faults);
    if !is_label(text) || !text.starts_with(|c: char| c.is_ascii_lowercase()) {
        faults.push(LABEL_1035_ERROR.into());
    }
    faults
}

/// `IsWildcardDNS1123Subdomain`: `*.example.com`.
pub(crate) fn wildcard_subdomain(text: &str) -> Faults {
    let mut faults = Faults::new();
    at_most(text, MAX_SUBDOMAIN, &mut faults);
    if !text.strip_prefix("*.").is_some_and(is_subdomain) {
        faults.push(WILDCARD_ERROR.into());
    }
    faults
}

/// `IsQualifiedName`: `example.com/MyName`, or without the prefix.
pub(crate) fn qualified_name(text: &str) -> Faults {
    let mut faults = Faults::new();
    let mut parts = text.split('/');
    let name = match (parts.next(), parts.next(), parts.next()) {
        (Some(name), None, _) => name,
        (Some(prefix), Some(name), None) => {
            if prefix.is_empty() {
                faults.push("prefix part must be non-empty".into());
            } else {
                let wrong = dns_subdomain(prefix).into_iter();
                faults.extend(wrong.map(|fault| Cow::Owned(format!("prefix part {fault}"))));
            }
            name
        }
        _ => return vec![QUALIFIED_ERROR.into()],
    };
    if name.is_empty() {
        faults.push("name part must be non-empty".into());
    } else if name.len() > MAX_LABEL {
        faults.push(format!("name part must be no more than {MAX_LABEL} characters").into());
    }
    if !is_name_part(name) {
        faults.push(NAME_PART_ERROR.into());
    }
    faults
}

/// `IsValidLabelValue`: empty, or `my_Value.1`, at most 63 bytes.
pub(crate) fn label_value(text: &str) -> Faults {
    let mut faults = Faults::new();
    at_most(text, MAX_LABEL, &mut faults);
    if !text.is_empty() && !is_name_part(text) {
        faults.push(LABEL_VALUE_ERROR.into());
    }
    faults
}

/// `IsCIdentifier`: `my_name`.
pub(crate) fn identifier(text: &str) -> Faults {
    let is_one = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if is_one { Faults::new() } else { vec![IDENTIFIER_ERROR.into()] }
}

fn is_config_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
}

/// What a path must not begin with, as a part of a name that becomes one.
fn parent_faults(text: &str, faults: &mut Faults) {
    match text {
        "." => faults.push("must not be '.'".into()),
        ".." => faults.push("must not be '..'".into()),
        _ if text.starts_with("..") => faults.push("must not start with '..'".into()),
        _ => {}
    }
}

/// `IsRelaxedEnvVarName`: anything printable but `=`.
pub(crate) fn relaxed_env_name(text: &str) -> Faults {
    let mut faults = Faults::new();
    if text.is_empty() {
        faults.push("environment variable name must be non-empty".into());
    }
    if text.bytes().any(|byte| !matches!(byte, b' '..=b'~') || byte == b'=') {
        faults.push(RELAXED_ENV_NAME_ERROR.into());
    }
    faults
}

/// `IsConfigMapKey`: `key.name`, at most 253 bytes.
pub(crate) fn config_key(text: &str) -> Faults {
    let mut faults = Faults::new();
    at_most(text, MAX_SUBDOMAIN, &mut faults);
    if text.is_empty() || !text.bytes().all(is_config_byte) {
        faults.push(CONFIG_KEY_ERROR.into());
    }
    parent_faults(text, &mut faults);
    faults
}

/// `IsValidPortName`: `http-1`, at most 15 bytes.
pub(crate) fn port_name(text: &str) -> Faults {
    let mut faults = Faults::new();
    at_most(text, 15, &mut faults);
    if text.is_empty() || !text.bytes().all(|byte| is_lower(byte) || byte == b'-') {
        faults
            .push("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)".into());
    }
    if !text.bytes().any(|byte| byte.is_ascii_lowercase()) {
        faults.push("must contain at least one letter (a-z)".into());
    }
    if text.contains("--") {
        faults.push("must not contain consecutive hyphens".into());
    }
    if text.starts_with('-') || text.ends_with('-') {
        faults.push("must not begin or end with a hyphen".into());
    }
    faults
}

/// `IsValidPercent`: `93%`.
pub(crate) fn percent(text: &str) -> Faults {
    let digits = text.strip_suffix('%').unwrap_or_default();
    let is_one = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_one { Faults::new() } else { vec![PERCENT_ERROR.into()] }
}

/// `IsHTTPHeaderName`: `X-Header-Name`.
pub(crate) fn header_name(text: &str) -> Faults {
    let is_one =
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if is_one { Faults::new() } else { vec![HEADER_ERROR.into()] }
}

/// `IsInRange`.
pub(crate) fn in_range(value: i64, least: i64, most: i64) -> Faults {
    if (least..=most).contains(&value) {
        return Faults::new();
    }
    vec![format!("must be between {least} and {most}, inclusive").into()]
}

/// `IsValidPortNum`: 1 to 65535.
pub(crate) fn port_number(value: i64) -> Faults {
    in_range(value, 1, 65_535)
}

/// How the objects of a kind are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NameRule {
    /// a DNS subdomain
    Subdomain,
    /// a DNS subdomain, which the server makes up where none is given
    SubdomainOrNone,
    /// a DNS label
    Label,
    /// a DNS label that does not begin with a digit
    Label1035,
    /// anything that can be a part of a path
    PathSegment,
    /// anything
    Any,
}

impl NameRule {
    /// Gives what is wrong with a name, or with the beginning of one that will be completed.
    pub(crate) fn faults(self, name: &str, is_beginning: bool) -> Faults {
        let masked;
        let name = match name.strip_suffix('-') {
            // Only the last two bytes change, as in Kubernetes, which forgets one of them.
            Some(rest) if is_beginning && !rest.is_empty() && self != Self::PathSegment => {
                let mut cut = rest.len() - 1;
                while !rest.is_char_boundary(cut) {
                    cut -= 1;
                }
                masked = format!("{}a", &rest[..cut]);
                &masked
            }
            _ => name,
        };
        match self {
            Self::Subdomain | Self::SubdomainOrNone => dns_subdomain(name),
            Self::Label => dns_label(name),
            Self::Label1035 => dns_1035_label(name),
            Self::PathSegment => path_segment(name, is_beginning),
            Self::Any => Faults::new(),
        }
    }
}

/// `IsValidPathSegmentName`: not `.` or `..`, without `/` and `%`.
fn path_segment(name: &str, is_beginning: bool) -> Faults {
    let mut faults = Faults::new();
    if !is_beginning && matches!(name, "." | "..") {
        return vec![format!("may not be '{name}'").into()];
    }
    for illegal in ['/', '%'] {
        if name.contains(illegal) {
            faults.push(format!("may not contain '{illegal}'").into());
        }
    }
    faults
}
