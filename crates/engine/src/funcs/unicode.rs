//! Go strings as characters, and what Go's `unicode` package says of those.

pub(super) use pintle_chart::go::unicode::{
    is_digit, is_letter, is_lower, is_number, is_punctuation, is_title, is_upper, to_lower,
    to_title, to_upper,
};

/// Gives the characters of a Go string with their widths in bytes; each byte that belongs to none is U+FFFD of width one.
pub(super) fn runes(bytes: &[u8]) -> impl Iterator<Item = (char, usize)> {
    bytes.utf8_chunks().flat_map(|chunk| {
        let valid = chunk.valid().chars().map(|rune| (rune, rune.len_utf8()));
        valid.chain(chunk.invalid().iter().map(|_| (char::REPLACEMENT_CHARACTER, 1)))
    })
}

/// Maps each character of a Go string, as Go's `strings.Map` does.
pub(super) fn map_runes(bytes: &[u8], mut map: impl FnMut(char) -> char) -> Vec<u8> {
    let mut mapped = Vec::with_capacity(bytes.len());
    for (rune, _) in runes(bytes) {
        push_rune(&mut mapped, map(rune));
    }
    mapped
}

/// Appends a character in UTF-8.
pub(super) fn push_rune(out: &mut Vec<u8>, rune: char) {
    out.extend_from_slice(rune.encode_utf8(&mut [0; 4]).as_bytes());
}
