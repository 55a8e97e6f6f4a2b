//! What is wrong, and what is worth a look, as it is found.

use std::cell::RefCell;

use crate::{Fault, Reason};

/// Faults and warnings of one plan.
#[derive(Debug, Default)]
pub(super) struct Notes {
    faults: RefCell<Vec<Fault>>,
    warnings: RefCell<Vec<String>>,
}

impl Notes {
    /// Adds a fault, unless the same was said.
    pub(super) fn fault(&self, reason: Reason, field: &str, message: impl Into<String>) {
        self.add(Fault { reason, field: field.to_owned(), message: message.into(), help: None });
    }

    /// Adds a fault, and what to write instead.
    pub(super) fn fault_with_help(
        &self,
        reason: Reason,
        field: &str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let (field, message) = (field.to_owned(), message.into());
        self.add(Fault { reason, field, message, help: Some(help.into()) });
    }

    /// Adds a fault that was made elsewhere, unless the same was said.
    pub(super) fn add(&self, fault: Fault) {
        let mut faults = self.faults.borrow_mut();
        if !faults.contains(&fault) {
            faults.push(fault);
        }
    }

    /// Adds a warning, unless the same was said.
    pub(super) fn warn(&self, warning: impl Into<String>) {
        let (warning, mut warnings) = (warning.into(), self.warnings.borrow_mut());
        if !warnings.contains(&warning) {
            warnings.push(warning);
        }
    }

    /// Tells whether nothing is wrong so far.
    pub(super) fn is_good(&self) -> bool {
        self.faults.borrow().is_empty()
    }

    /// Gives the faults and the warnings.
    pub(super) fn into_parts(self) -> (Vec<Fault>, Vec<String>) {
        (self.faults.into_inner(), self.warnings.into_inner())
    }
}
