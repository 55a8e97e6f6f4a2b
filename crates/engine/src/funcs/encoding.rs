//! Base 64, base 32 and checksums.

use pintle_gotmpl::Function;

/// The functions of this family.
pub(crate) const FUNCTIONS: &[Function] = &[];
