//! Case: upper, lower, title, and the cases of names: `camelcase`, `snakecase`, `kebabcase`.
//!
//! Source: Go's `strings`; `wordutils.go` in Masterminds/goutils; `convert.go` in huandu/xstrings v1.5.0.

use crate::funcs::unicode::{
    is_digit, is_letter, is_lower, is_number, is_punctuation, is_title, is_upper, map_runes,
    push_rune, runes, to_lower, to_title, to_upper,
};

/// Gives a text in upper case.
pub(super) fn upper(text: &[u8]) -> Vec<u8> {
    if text.is_ascii() { text.to_ascii_uppercase() } else { map_runes(text, to_upper) }
}

/// Gives a text in lower case.
pub(super) fn lower(text: &[u8]) -> Vec<u8> {
    if text.is_ascii() { text.to_ascii_lowercase() } else { map_runes(text, to_lower) }
}

/// Begins each word with a capital and leaves the rest as it is: Go's `strings.Title`.
pub(super) fn title(text: &[u8]) -> Vec<u8> {
    let mut before = ' ';
    map_runes(text, |rune| {
        let begins_word = ends_word(std::mem::replace(&mut before, rune));
        if begins_word { to_title(rune) } else { rune }
    })
}

fn ends_word(rune: char) -> bool {
    if rune.is_ascii() {
        return !rune.is_ascii_alphanumeric() && rune != '_';
    }
    !is_letter(rune) && !is_digit(rune) && rune.is_whitespace()
}

/// Begins each word between white space with a small letter.
pub(super) fn untitle(text: &[u8]) -> Vec<u8> {
    let mut begins_word = true;
    map_runes(text, |rune| {
        if rune.is_whitespace() {
            begins_word = true;
            rune
        } else if std::mem::take(&mut begins_word) {
            to_lower(rune)
        } else {
            rune
        }
    })
}

/// Swaps the case of letters; a small letter that begins a word becomes a title letter.
pub(super) fn swap(text: &[u8]) -> Vec<u8> {
    let mut is_after_space = true;
    map_runes(text, |rune| {
        if is_upper(rune) || is_title(rune) {
            is_after_space = false;
            to_lower(rune)
        } else if is_lower(rune) {
            if std::mem::take(&mut is_after_space) { to_title(rune) } else { to_upper(rune) }
        } else {
            is_after_space = rune.is_whitespace();
            rune
        }
    })
}

fn is_connector(rune: char) -> bool {
    rune == '-' || rune == '_' || rune.is_whitespace()
}

/// Joins words to one name that begins each with a capital: `http_server` becomes `HttpServer`.
///
/// Connectors at the beginning stay, and of several in a row all but the last one; so does one at the end.
pub(super) fn pascal(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = runes(text).map(|(rune, _)| rune).peekable();
    let mut last = loop {
        let Some(rune) = rest.next() else { return out };
        if !is_connector(rune) {
            break rune;
        }
        if rest.peek().is_none() {
            // The whole text is connectors, and the last one is counted twice.
            push_rune(&mut out, rune);
            push_rune(&mut out, rune);
            return out;
        }
        push_rune(&mut out, rune);
    };
    // Whether the letters of this word have been capitals so far, so that the next one is made small.
    let mut is_in_capitals = is_upper(last);
    last = to_upper(last);
    for mut rune in rest {
        if is_connector(last) {
            if is_connector(rune) {
                push_rune(&mut out, last);
            } else {
                is_in_capitals = is_upper(rune);
                rune = to_upper(rune);
            }
        } else {
            if is_in_capitals {
                if is_upper(rune) {
                    rune = to_lower(rune);
                } else {
                    is_in_capitals = false;
                }
            }
            push_rune(&mut out, last);
        }
        last = rune;
    }
    push_rune(&mut out, last);
    out
}

/// What kind of characters a word is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum WordKind {
    /// nothing, or only bytes that are no character
    Invalid,
    Number,
    /// begins with a capital, which other capitals or small letters follow
    Upper,
    /// small letters, and letters without case
    Alphabet,
    Connector,
    Punctuation,
    Other,
}

/// A piece of a name.
#[derive(Debug, Clone, Copy)]
struct Word<'a> {
    kind: WordKind,
    text: &'a [u8],
}

impl Word<'_> {
    /// Tells whether a connector is to stand before this word if it begins a new part of the name.
    fn wants_connector(self) -> bool {
        !matches!(self.kind, WordKind::Connector | WordKind::Punctuation)
    }

    fn is_number_or_alphabet(self) -> bool {
        matches!(self.kind, WordKind::Number | WordKind::Alphabet)
    }

    fn write(self, out: &mut Vec<u8>, connector: u8) {
        if !matches!(self.kind, WordKind::Upper | WordKind::Connector) {
            return out.extend_from_slice(self.text);
        }
        for (rune, _) in runes(self.text) {
            if is_connector(rune) {
                out.push(connector);
            } else {
                push_rune(out, if is_upper(rune) { to_lower(rune) } else { rune });
            }
        }
    }
}

/// Writes a name in small letters with a connector between its words: `HTTPServer2xx` becomes `http_server_2xx`.
///
/// A number belongs to the letters after it, if they are small, and else to the word before it.
pub(super) fn lower_with(text: &[u8], connector: u8) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + text.len() / 4);
    let mut words = Words { rest: text };
    let mut word = words.next_word();
    while !words.rest.is_empty() {
        let last = word;
        if last.kind != WordKind::Connector {
            last.write(&mut out, connector);
        }
        word = words.next_word();
        match last.kind {
            WordKind::Number => {
                word = words.write_run(word, &mut out, connector);
                if word.kind != WordKind::Invalid && word.wants_connector() {
                    out.push(connector);
                }
            }
            WordKind::Connector => last.write(&mut out, connector),
            WordKind::Punctuation => {}
            _ if word.kind != WordKind::Number => {
                if word.wants_connector() {
                    out.push(connector);
                }
            }
            _ if words.rest.is_empty() => {}
            _ => {
                let number = word;
                word = words.next_word();
                if word.kind == WordKind::Alphabet {
                    out.push(connector);
                    number.write(&mut out, connector);
                    word = words.write_run(word, &mut out, connector);
                    if word.kind != WordKind::Invalid && word.wants_connector() {
                        out.push(connector);
                    }
                } else {
                    number.write(&mut out, connector);
                    if word.wants_connector() {
                        out.push(connector);
                    }
                }
            }
        }
    }
    word.write(&mut out, connector);
    out
}

/// The words of a name that are still to be read.
struct Words<'a> {
    rest: &'a [u8],
}

impl<'a> Words<'a> {
    /// Writes words as long as they are numbers and small letters, and gives the one after.
    fn write_run(&mut self, mut word: Word<'a>, out: &mut Vec<u8>, connector: u8) -> Word<'a> {
        while word.is_number_or_alphabet() {
            word.write(out, connector);
            word = self.next_word();
        }
        word
    }

    /// Takes the next word off. Bytes that are no character belong to the word they are in.
    fn next_word(&mut self) -> Word<'a> {
        let (first, mut len) = next_valid(self.rest);
        let Some(first) = first else { return self.take(WordKind::Invalid, len) };
        let kind = if is_connector(first) {
            WordKind::Connector
        } else if is_punctuation(first) {
            WordKind::Punctuation
        } else if is_upper(first) {
            WordKind::Upper
        } else if is_alphabet(first) {
            WordKind::Alphabet
        } else if is_number(first) {
            WordKind::Number
        } else {
            WordKind::Other
        };
        match kind {
            WordKind::Connector => len = self.run(len, is_connector),
            WordKind::Punctuation => len = self.run(len, is_punctuation),
            WordKind::Alphabet => len = self.run(len, is_small),
            WordKind::Number => len = self.run(len, is_number),
            WordKind::Other => {
                len = self.run(len, |rune| {
                    !is_connector(rune)
                        && !is_alphabet(rune)
                        && !is_number(rune)
                        && !is_punctuation(rune)
                });
            }
            WordKind::Upper => match next_valid(&self.rest[len..]).0 {
                Some(second) if is_upper(second) => {
                    let before_last = len;
                    len = self.run(len, is_upper);
                    // Of "HTTPStatus" the last capital belongs to the next word.
                    if next_valid(&self.rest[len..]).0.is_some_and(is_alphabet) {
                        len = self.without_last(before_last, len);
                    }
                }
                Some(second) if is_alphabet(second) => len = self.run(len, is_small),
                Some(_) => {}
                None => len = self.rest.len(),
            },
            WordKind::Invalid => {}
        }
        self.take(kind, len)
    }

    fn take(&mut self, kind: WordKind, len: usize) -> Word<'a> {
        let (text, rest) = self.rest.split_at(len);
        self.rest = rest;
        Word { kind, text }
    }

    /// Gives where the characters from `start` on that are of a kind end.
    fn run(&self, start: usize, is_of_kind: impl Fn(char) -> bool) -> usize {
        let mut end = start;
        while end < self.rest.len() {
            let (rune, width) = next_valid(&self.rest[end..]);
            if rune.is_some_and(|rune| !is_of_kind(rune)) {
                break;
            }
            end += width;
        }
        end
    }

    /// Gives where the last character between `start` and `end` begins.
    fn without_last(&self, start: usize, end: usize) -> usize {
        let mut at = start;
        let mut last = start;
        while at < end {
            last = at;
            at += next_valid(&self.rest[at..end]).1;
        }
        last
    }
}

/// Gives the first character and how many bytes it and what comes before it take; none if there is none, with all bytes.
fn next_valid(text: &[u8]) -> (Option<char>, usize) {
    let mut len = 0;
    for (rune, width) in runes(text) {
        len += width;
        if rune != char::REPLACEMENT_CHARACTER {
            return (Some(rune), len);
        }
    }
    (None, len)
}

/// Tells whether a character is a letter that is no capital.
fn is_small(rune: char) -> bool {
    is_alphabet(rune) && !is_upper(rune)
}

/// Tells whether a character is a letter of an alphabet: not one of the common or rarer Chinese characters.
fn is_alphabet(rune: char) -> bool {
    let is_chinese = matches!(
        rune,
        '\u{4e00}'..='\u{9fcc}' | '\u{3400}'..='\u{4d85}' | '\u{20000}'..='\u{2b81d}'
    );
    is_letter(rune) && !is_chinese
}
