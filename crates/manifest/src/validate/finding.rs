//! What is found wrong: a code, a field, a text, a place.

use std::fmt;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// a cluster takes the object, and it may not do what is meant
    Warning,
    /// a cluster refuses the object
    Error,
}

/// What is wrong with an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// what kind of fault it is; stable
    pub code: &'static Code,
    /// the path of the field as an API server writes it: `spec.containers[0].name`; empty for the whole object
    pub field: String,
    /// what is wrong with it, in an API server's words where it has words: `Required value`
    pub message: String,
    /// where it is in the document's text, in bytes
    pub offset: usize,
}

impl Finding {
    /// Tells how bad it is.
    pub fn severity(&self) -> Severity {
        self.code.severity
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.field.is_empty() {
            write!(f, "{}: ", self.field)?;
        }
        f.write_str(&self.message)
    }
}

/// A kind of fault.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// its stable name: `unknown-field`
    pub name: &'static str,
    /// how bad it is
    pub severity: Severity,
    /// what it means
    pub meaning: &'static str,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $severity:ident $text:literal, $meaning:literal;)*) => {
        impl Code {
            $($(#[$doc])* pub const $name: Self =
                Self { name: $text, severity: Severity::$severity, meaning: $meaning };)*
        }

        /// All kinds of faults there are.
        pub const CODES: &[&Code] = &[$(&Code::$name),*];
    };
}

codes! {
    /// no YAML
    NOT_YAML = Error "not-yaml", "the document cannot be read";
    /// no `kind`, no `apiVersion`
    NO_KIND = Error "no-kind", "the document does not say which object it is";
    /// a kind that the version of Kubernetes does not have
    REMOVED_API = Error "removed-api", "this version of Kubernetes no longer has the API version";
    /// an API version that will go
    DEPRECATED_API = Warning "deprecated-api", "the API version or the field will be removed";
    /// an API version that is off unless asked for
    DISABLED_API = Warning "disabled-api", "clusters have the API version only where it was turned on";
    /// a value that only clusters take which were set up for it
    NOT_BY_DEFAULT = Warning "not-by-default", "a cluster with default settings refuses the value";
    /// a kind that nobody described to us
    UNKNOWN_KIND = Warning "unknown-kind", "no schema for the kind: only its metadata was checked";
    /// a key twice
    DUPLICATE_KEY = Warning "duplicate-key", "a key occurs twice in one map, and the last one counts";
    /// a field the type does not have
    UNKNOWN_FIELD = Error "unknown-field", "the type has no such field";
    /// a value of another type
    WRONG_TYPE = Error "wrong-type", "the value has another type than the field";
    /// `Required value`
    REQUIRED = Error "required", "the field must be given";
    /// `Invalid value`
    INVALID = Error "invalid", "the value breaks a rule of the field";
    /// `Unsupported value`
    UNSUPPORTED = Error "unsupported", "the value is none of those that the field can have";
    /// `Duplicate value`
    DUPLICATE = Error "duplicate", "the value must occur once";
    /// `Not found`
    NOT_FOUND = Error "not-found", "the value names a part of the object that is not there";
    /// `Forbidden`
    FORBIDDEN = Error "forbidden", "the field may not be given here";
    /// `Too long`
    TOO_LONG = Error "too-long", "the value is longer than the field takes";
    /// `Too many`
    TOO_MANY = Error "too-many", "the list or map has more entries than the field takes";
    /// what could not be judged
    UNCHECKED_RULE = Warning "unchecked-rule", "a rule of the kind could not be evaluated, so it was not asked";
    /// two objects of one release with one name
    SAME_IDENTITY = Error "same-identity", "two objects of the release are of one kind, namespace and name";
    /// an object that the release does not make
    MISSING_REFERENCE = Warning "missing-reference", "the release does not make what the object refers to";
    /// a key that is not there
    MISSING_KEY = Warning "missing-key", "the object of the release that is referred to has no such key";
    /// a port that is not there
    MISSING_PORT = Warning "missing-port", "the object of the release that is referred to has no such port";
    /// a selector that fits no object of the release
    SELECTS_NOTHING = Warning "selects-nothing", "no object of the release is selected";
    /// a pod that its namespace refuses
    POD_SECURITY = Error "pod-security", "the pod breaks the pod security level that its namespace of the release enforces";
    /// a pod that its namespace warns of, or that nobody can make of this template
    POD_SECURITY_WARNING = Warning "pod-security-warning", "the pods break a pod security level that their namespace of the release names";
}
