//! What is wrong, and what is worth a look, as it is found.

use std::cell::RefCell;
use std::collections::HashSet;
use std::hash::Hash;

use crate::{Fault, Reason};

/// Faults and warnings of one plan.
#[derive(Debug, Default)]
pub(super) struct Notes {
    faults: RefCell<Found<Fault>>,
    warnings: RefCell<Found<String>>,
}

/// What was found, in order and each once: a run of many steps says the same of each.
#[derive(Debug)]
struct Found<T> {
    list: Vec<T>,
    seen: HashSet<T>,
}

impl<T> Default for Found<T> {
    fn default() -> Self {
        Self { list: Vec::new(), seen: HashSet::new() }
    }
}

impl<T: Clone + Eq + Hash> Found<T> {
    fn add(&mut self, found: T) {
        if self.seen.insert(found.clone()) {
            self.list.push(found);
        }
    }
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
        self.faults.borrow_mut().add(fault);
    }

    /// Adds a warning, unless the same was said.
    pub(super) fn warn(&self, warning: impl Into<String>) {
        self.warnings.borrow_mut().add(warning.into());
    }

    /// Tells whether nothing is wrong so far.
    pub(super) fn is_good(&self) -> bool {
        self.faults.borrow().list.is_empty()
    }

    /// Gives the faults and the warnings.
    pub(super) fn into_parts(self) -> (Vec<Fault>, Vec<String>) {
        (self.faults.into_inner().list, self.warnings.into_inner().list)
    }
}
