//! How much one function call may make. Go has no such limits: there a template like `repeat 1000000000 "x"` takes the memory
//! it asks for.

use pintle_gotmpl::FuncError;

/// The longest text one call may give, in bytes.
pub(super) const MAX_TEXT_BYTES: usize = 64 << 20;

/// The longest list one call may give, in items.
pub(super) const MAX_LIST_ITEMS: usize = 1 << 20;

/// How many items may be in what is merged, copied or written, nested ones included.
pub(super) const MAX_WALK_ITEMS: usize = 1 << 20;

/// How deep lists and maps may be nested in what is merged, copied or written as JSON or YAML; goyaml reads no deeper.
pub(super) const MAX_DEPTH: usize = 10_000;

/// Below this much free stack, in bytes, a walk into nested values goes on elsewhere.
const STACK_RED_ZONE: usize = 64 << 10;

/// How much stack, in bytes, is taken then.
const STACK_SEGMENT: usize = 2 << 20;

/// Gives a length in bytes back, if a text may be that long.
pub(super) fn text_len(len: usize) -> Result<usize, FuncError> {
    if len > MAX_TEXT_BYTES {
        return Err(
            format!("a text of {len} bytes is longer than the limit of {MAX_TEXT_BYTES}").into()
        );
    }
    Ok(len)
}

/// Gives a number of items back, if a list may be that long.
pub(super) fn list_len(len: usize) -> Result<usize, FuncError> {
    if len > MAX_LIST_ITEMS {
        return Err(
            format!("a list of {len} items is longer than the limit of {MAX_LIST_ITEMS}").into()
        );
    }
    Ok(len)
}

/// One walk into nested values. A map that is in two places is walked twice, so that a small program can make a huge tree, and
/// one that contains itself an endless one.
#[derive(Debug, Default)]
pub(super) struct Walk {
    n_items: usize,
    n_bytes: usize,
}

impl Walk {
    /// Enters a list or map of `len` items.
    pub(super) fn enter(&mut self, depth: usize, len: usize) -> Result<(), FuncError> {
        if depth > MAX_DEPTH {
            return Err(format!("values are nested deeper than the limit of {MAX_DEPTH}").into());
        }
        self.n_items = self.n_items.saturating_add(len);
        if self.n_items > MAX_WALK_ITEMS {
            return Err(format!("values have more items than the limit of {MAX_WALK_ITEMS}").into());
        }
        Ok(())
    }

    /// Meets a text of `len` bytes that is to be written.
    pub(super) fn text(&mut self, len: usize) -> Result<(), FuncError> {
        self.n_bytes = self.n_bytes.saturating_add(len);
        text_len(self.n_bytes).map(drop)
    }
}

/// Goes one level deeper into nested values, with stack enough to do so.
pub(super) fn descend<T>(walk: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(STACK_RED_ZONE, STACK_SEGMENT, walk)
}
