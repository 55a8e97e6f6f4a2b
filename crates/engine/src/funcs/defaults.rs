//! What to take when a value is empty.

use pintle_gotmpl::Function;

/// The functions of this family.
pub(crate) const FUNCTIONS: &[Function] = &[];
