//! A fault of a value, in the words of kube-openapi.

use crate::document::Node;
use crate::validate::at::{quoted, shown};
use crate::validate::finding::Code;

/// What is wrong with a value.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) code: &'static Code,
    /// the path of the value
    pub(super) field: String,
    pub(super) message: String,
    /// where it is in the text
    pub(super) offset: u32,
}

impl Fault {
    /// Tells whether an API server asks no rules of an object with this fault.
    pub(super) fn hides_rules(&self) -> bool {
        [
            Code::UNSUPPORTED.name,
            Code::REQUIRED.name,
            Code::TOO_LONG.name,
            Code::TOO_MANY.name,
            Code::WRONG_TYPE.name,
        ]
        .contains(&self.code.name)
    }
}

/// The place of a value: its path, and where it is in the text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'p> {
    pub(super) path: &'p str,
    pub(super) offset: u32,
}

impl Place<'_> {
    fn fault(self, code: &'static Code, message: String) -> Fault {
        let field = self.path.strip_prefix('.').unwrap_or(self.path).to_owned();
        Fault { code, field, message, offset: self.offset }
    }

    /// A value has another type.
    pub(super) fn wrong_type(self, wanted: &str, found: &str) -> Fault {
        let (path, found) = (self.path, quoted(found));
        let message =
            format!("Invalid value: {found}: {path} in body must be of type {wanted}: {found}");
        self.fault(&Code::WRONG_TYPE, message)
    }

    /// A property is missing; the place is the property's.
    pub(super) fn required(self) -> Fault {
        self.fault(&Code::REQUIRED, "Required value".to_owned())
    }

    /// A value is none of those that are allowed.
    pub(super) fn unsupported(self, value: &Node<'_>, values: &[Node<'_>]) -> Fault {
        let names: Vec<String> = values
            .iter()
            .map(|value| match value.as_str() {
                Some(text) => quoted(text),
                None => quoted(&shown(Some(value))),
            })
            .collect();
        let message = format!(
            "Unsupported value: {}: supported values: {}",
            shown(Some(value)),
            names.join(", ")
        );
        self.fault(&Code::UNSUPPORTED, message)
    }

    /// A text is too long.
    pub(super) fn too_long(self, maximum: i64) -> Fault {
        self.fault(&Code::TOO_LONG, format!("Too long: may not be more than {maximum} bytes"))
    }

    /// There are too many items or properties.
    pub(super) fn too_many(self, n: usize, maximum: i64) -> Fault {
        let things = if maximum == 1 { "item" } else { "items" };
        let message = format!("Too many: {n}: must have at most {maximum} {things}");
        self.fault(&Code::TOO_MANY, message)
    }

    /// A value breaks a rule; the detail is what the value should do.
    pub(super) fn should(self, value: &str, detail: &str) -> Fault {
        let message = format!("Invalid value: {value}: {} in body should {detail}", self.path);
        self.fault(&Code::INVALID, message)
    }

    /// A value breaks a rule, in other words.
    pub(super) fn invalid(self, value: &str, detail: &str) -> Fault {
        let colon = if detail.is_empty() { "" } else { ": " };
        self.fault(&Code::INVALID, format!("Invalid value: {value}{colon}{detail}"))
    }

    /// An item occurs twice.
    pub(super) fn duplicate(self, value: &str) -> Fault {
        self.fault(&Code::DUPLICATE, format!("Duplicate value: {value}"))
    }

    /// A property that a closed object does not have.
    pub(super) fn unknown(self) -> Fault {
        let message = format!("unknown field {}", quoted(self.path.trim_start_matches('.')));
        self.fault(&Code::UNKNOWN_FIELD, message)
    }

    /// What could not be judged.
    pub(super) fn unchecked(self, reason: &str) -> Fault {
        self.fault(&Code::UNCHECKED_RULE, format!("not checked: {reason}"))
    }
}
