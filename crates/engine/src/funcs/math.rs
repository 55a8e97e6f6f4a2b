//! Numbers: whole, floating and decimal.

use pintle_gotmpl::Function;

/// The functions of this family.
pub(crate) const FUNCTIONS: &[Function] = &[];
