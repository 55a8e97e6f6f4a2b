//! Wrapping of a text at spaces.
//!
//! Source: `WrapCustom` in Masterminds/goutils.

use pintle_gotmpl::FuncError;

use crate::funcs::limits;

/// What becomes of a word that is wider than a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LongWords {
    /// it stands on a line of its own
    Keep,
    /// it is cut where the line ends
    Break,
}

/// Wraps a text to lines of `width` bytes, at least one, with `separator` between them, a newline if that is empty.
///
/// Spaces at the beginning of a line are dropped, others stay.
pub(super) fn wrap(
    text: &[u8],
    width: i64,
    separator: &[u8],
    long_words: LongWords,
) -> Result<Vec<u8>, FuncError> {
    let separator = if separator.is_empty() { b"\n" } else { separator };
    let width = usize::try_from(width.max(1)).unwrap_or(usize::MAX);
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while rest.len() > width {
        if rest[0] == b' ' {
            rest = &rest[1..];
            continue;
        }
        let space = memchr::memrchr(b' ', &rest[..=width]);
        let (end, next) = match (space, long_words) {
            (Some(space), _) => (space, space + 1),
            (None, LongWords::Break) => (width, width),
            (None, LongWords::Keep) => match memchr::memchr(b' ', &rest[width..]) {
                Some(space) => (width + space, width + space + 1),
                None => break,
            },
        };
        out.extend_from_slice(&rest[..end]);
        out.extend_from_slice(separator);
        rest = &rest[next..];
        limits::text_len(out.len())?;
    }
    out.extend_from_slice(rest);
    limits::text_len(out.len())?;
    Ok(out)
}
