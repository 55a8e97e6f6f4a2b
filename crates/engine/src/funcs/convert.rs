//! Values to JSON and YAML and back.

use pintle_gotmpl::Function;

/// The functions of this family.
pub(crate) const FUNCTIONS: &[Function] = &[];
