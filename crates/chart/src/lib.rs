//! placeholder

mod quote;
pub mod semver;
