//! Room on the native stack for walks over deep values.
//!
//! Values come from files that may nest thousands of levels; Go grows its stacks, Rust does not.

/// The least that must be left before one more level, in bytes.
const RED_ZONE: usize = 64 * 1024;

/// What is added when less is left, in bytes.
const SEGMENT: usize = 1024 * 1024;

/// Runs one level of a walk with room for it on the stack.
pub fn with_room<R>(level: impl FnOnce() -> R) -> R {
    stacker::maybe_grow(RED_ZONE, SEGMENT, level)
}
