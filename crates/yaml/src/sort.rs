//! The order of keys in written YAML: goyaml's natural order.

use std::cmp::Ordering;

/// Compares two keys as goyaml v2 does when it writes a map: digits by number, letters after the rest.
pub fn compare(_a: &str, _b: &str) -> Ordering {
    unreachable!("being built")
}
