//! Characters as Go's `unicode` package sees them: one character maps to one, and categories are exact.
//!
//! Rust's own mappings may give several characters (`ß` to `SS`), and its classes take more than one category. Rust knows newer
//! characters than Go 1.26 with Unicode 15; their case is Rust's.

use std::sync::LazyLock;

use regex_syntax::hir::{Class, HirKind};

/// A general category, or several.
type Category = LazyLock<Vec<(char, char)>>;

static LETTER: Category = LazyLock::new(|| ranges(r"\p{L}"));
static UPPER: Category = LazyLock::new(|| ranges(r"\p{Lu}"));
static LOWER: Category = LazyLock::new(|| ranges(r"\p{Ll}"));
static TITLE: Category = LazyLock::new(|| ranges(r"\p{Lt}"));
static DIGIT: Category = LazyLock::new(|| ranges(r"\p{Nd}"));
static PUNCTUATION: Category = LazyLock::new(|| ranges(r"\p{P}"));

/// Gives the first and last character of each run of a class.
fn ranges(class: &str) -> Vec<(char, char)> {
    match regex_syntax::parse(class).expect("the class is valid").into_kind() {
        HirKind::Class(Class::Unicode(class)) => {
            class.iter().map(|range| (range.start(), range.end())).collect()
        }
        _ => unreachable!("a class of characters parses to one"),
    }
}

fn is_in(category: &[(char, char)], rune: char) -> bool {
    let after = category.partition_point(|(first, _)| *first <= rune);
    after > 0 && rune <= category[after - 1].1
}

/// Tells whether a character is in category L.
pub(super) fn is_letter(rune: char) -> bool {
    rune.is_ascii_alphabetic() || (!rune.is_ascii() && is_in(&LETTER, rune))
}

/// Tells whether a character is in category Lu.
pub(super) fn is_upper(rune: char) -> bool {
    rune.is_ascii_uppercase() || (!rune.is_ascii() && is_in(&UPPER, rune))
}

/// Tells whether a character is in category Ll.
pub(super) fn is_lower(rune: char) -> bool {
    rune.is_ascii_lowercase() || (!rune.is_ascii() && is_in(&LOWER, rune))
}

/// Tells whether a character is in category Lt.
pub(super) fn is_title(rune: char) -> bool {
    !rune.is_ascii() && is_in(&TITLE, rune)
}

/// Tells whether a character is in category Nd.
pub(super) fn is_digit(rune: char) -> bool {
    rune.is_ascii_digit() || (!rune.is_ascii() && is_in(&DIGIT, rune))
}

/// Tells whether a character is in category P.
pub(super) fn is_punctuation(rune: char) -> bool {
    is_in(&PUNCTUATION, rune)
}

/// Gives the one upper-case character of a character.
pub(super) fn to_upper(rune: char) -> char {
    match rune {
        '\u{1f80}'..='\u{1f87}' | '\u{1f90}'..='\u{1f97}' | '\u{1fa0}'..='\u{1fa7}' => {
            char::from_u32(u32::from(rune) + 8).unwrap_or(rune)
        }
        '\u{1fb3}' => '\u{1fbc}',
        '\u{1fc3}' => '\u{1fcc}',
        '\u{1ff3}' => '\u{1ffc}',
        _ => only(rune.to_uppercase()).unwrap_or(rune),
    }
}

/// Gives the one lower-case character of a character.
pub(super) fn to_lower(rune: char) -> char {
    match rune {
        '\u{130}' => 'i',
        _ => only(rune.to_lowercase()).unwrap_or(rune),
    }
}

/// Gives the one title-case character of a character.
pub(super) fn to_title(rune: char) -> char {
    match rune {
        '\u{1c4}'..='\u{1c6}' => '\u{1c5}',
        '\u{1c7}'..='\u{1c9}' => '\u{1c8}',
        '\u{1ca}'..='\u{1cc}' => '\u{1cb}',
        '\u{1f1}'..='\u{1f3}' => '\u{1f2}',
        '\u{10d0}'..='\u{10fa}' | '\u{10fd}'..='\u{10ff}' => rune,
        _ => to_upper(rune),
    }
}

fn only(mut mapped: impl Iterator<Item = char>) -> Option<char> {
    let first = mapped.next();
    if mapped.next().is_none() { first } else { None }
}

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
