//! Strings: case, trimming, cutting, joining.

use pintle_gotmpl::Function;

/// The functions of this family.
pub(crate) const FUNCTIONS: &[Function] = &[];
