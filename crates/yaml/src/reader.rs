//! From bytes to readable text: encodings, and characters that no document may have.
//!
//! goyaml decodes 512 bytes at a time and refuses what it cannot decode only when the scanner asks for it, so an
//! earlier mistake in the text is reported first, and what stands behind the first document may be anything. The
//! text here therefore ends where goyaml's last good piece ends, and carries the problem behind it.
//!
//! Source: `readerc.go` of goyaml v2.

/// How many bytes goyaml decodes at a time.
const CHUNK_BYTES: usize = 512;

/// Text that can be scanned.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Input<'a> {
    /// the text without its byte order mark, up to the problem if there is one
    pub(crate) text: &'a str,
    /// how many bytes of byte order mark stand before the text
    pub(crate) offset: usize,
    /// why the text ends before its end
    pub(crate) problem: Option<Problem>,
    pub(crate) is_ascii: bool,
    /// whether U+0085, U+2028 or U+2029 is in the text, which break lines
    pub(crate) has_odd_breaks: bool,
}

/// A byte that cannot be decoded, or a character that is not allowed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Problem {
    pub(crate) message: &'static str,
    /// where, in bytes of the text
    pub(crate) at: usize,
}

impl<'a> Input<'a> {
    /// Looks through UTF-8.
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        let offset = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        let (valid, is_valid) = match std::str::from_utf8(bytes) {
            Ok(text) => (text, true),
            Err(error) => {
                let valid = &bytes[..error.valid_up_to()];
                (std::str::from_utf8(valid).expect("it is valid up to here"), false)
            }
        };
        Self::of_valid(bytes, valid, is_valid, offset)
    }

    /// Looks through text.
    pub(crate) fn of_text(text: &'a str) -> Self {
        let offset = if text.starts_with('\u{feff}') { 3 } else { 0 };
        Self::of_valid(text.as_bytes(), text, true, offset)
    }

    fn of_valid(bytes: &'a [u8], valid: &'a str, is_valid: bool, offset: usize) -> Self {
        let survey = Survey::of(valid);
        let bad = survey.bad.or((!is_valid).then_some(valid.len()));
        let problem = bad.map(|at| Problem { message: name_problem(bytes, at), at });
        let end = problem.map_or(valid.len(), |problem| readable_end(bytes, problem.at));
        Self {
            text: &valid[offset..end.max(offset)],
            offset,
            problem,
            is_ascii: survey.is_ascii,
            has_odd_breaks: survey.has_odd_breaks,
        }
    }

    /// Takes a part of a text that was looked through, and found without odd breaks and problems.
    pub(crate) fn of_part(text: &'a str, is_ascii: bool) -> Self {
        Self { text, offset: 0, problem: None, is_ascii, has_odd_breaks: false }
    }

    fn of_decoded(text: &'a str, problem: Option<Problem>) -> Self {
        let Survey { is_ascii, has_odd_breaks, .. } = Survey::of(text);
        Self { text, offset: 0, problem, is_ascii, has_odd_breaks }
    }
}

/// Gives the input to `read`, decoded if it is UTF-16.
pub(crate) fn with_input<T>(bytes: &[u8], read: impl FnOnce(Input<'_>) -> T) -> T {
    let to_unit: fn([u8; 2]) -> u16 = match bytes {
        [0xff, 0xfe, ..] => u16::from_le_bytes,
        [0xfe, 0xff, ..] => u16::from_be_bytes,
        _ => return read(Input::new(bytes)),
    };
    let (text, problem) = decode_utf16(bytes, to_unit);
    read(Input::of_decoded(&text, problem))
}

/// How many bytes are looked at in one go.
const BLOCK_BYTES: usize = 64;

/// What is in a text, found in one pass.
struct Survey {
    is_ascii: bool,
    has_odd_breaks: bool,
    /// the first character that is not allowed
    bad: Option<usize>,
}

/// Tells whether a byte is none of plain ASCII text. Nearly all blocks have none, and one pass without branches tells so.
fn has_odd_byte(block: &[u8; BLOCK_BYTES]) -> bool {
    let odd = block.iter().fold(0_u8, |odd, &byte| {
        let is_printable = u8::from(byte.wrapping_sub(b' ') <= b'~' - b' ');
        let is_space = u8::from(byte == b'\n') | u8::from(byte == b'\t') | u8::from(byte == b'\r');
        odd | ((is_printable | is_space) ^ 1)
    });
    odd != 0
}

impl Survey {
    fn of(text: &str) -> Self {
        let mut survey = Self { is_ascii: true, has_odd_breaks: false, bad: None };
        let bytes = text.as_bytes();
        let (blocks, rest) = bytes.as_chunks::<BLOCK_BYTES>();
        for (n, block) in blocks.iter().enumerate() {
            let at = n * BLOCK_BYTES;
            if has_odd_byte(block) && survey.look_closer(bytes, at, at + BLOCK_BYTES) {
                return survey;
            }
        }
        survey.look_closer(bytes, bytes.len() - rest.len(), bytes.len());
        survey
    }

    /// Looks at the characters that begin in a part of the text, and tells whether a bad one is among them.
    fn look_closer(&mut self, bytes: &[u8], from: usize, to: usize) -> bool {
        for at in from..to {
            let is_bad = match bytes[at] {
                b'\n' | b'\t' | b'\r' | 0x20..=0x7e => continue,
                0..=0x1f | 0x7f => true,
                0xc2 if bytes[at + 1] == 0x85 => {
                    self.has_odd_breaks = true;
                    false
                }
                0xc2 => bytes[at + 1] < 0xa0,
                0xe2 => {
                    let is_odd = bytes[at + 1] == 0x80 && matches!(bytes[at + 2], 0xa8 | 0xa9);
                    self.has_odd_breaks |= is_odd;
                    false
                }
                // U+FFFE and U+FFFF
                0xef => bytes[at + 1] == 0xbf && bytes[at + 2] >= 0xbe,
                _ => false,
            };
            if is_bad {
                self.bad = Some(at);
                return true;
            }
            self.is_ascii = false;
        }
        false
    }
}

/// Gives how many bytes the character has that `first` begins, or nothing if none can.
fn width(first: u8) -> Option<usize> {
    match first {
        0..=0x7f => Some(1),
        0xc0..=0xdf => Some(2),
        0xe0..=0xef => Some(3),
        0xf0..=0xf7 => Some(4),
        _ => None,
    }
}

/// Says what is wrong with the character at `at`.
fn name_problem(bytes: &[u8], at: usize) -> &'static str {
    let Some(width) = width(bytes[at]) else { return "invalid leading UTF-8 octet" };
    let Some(octets) = bytes.get(at..at + width) else { return "incomplete UTF-8 octet sequence" };
    if octets[1..].iter().any(|octet| octet & 0xc0 != 0x80) {
        return "invalid trailing UTF-8 octet";
    }
    let first = match width {
        1 => octets[0],
        2 => octets[0] & 0x1f,
        3 => octets[0] & 0x0f,
        _ => octets[0] & 0x07,
    };
    let code = octets[1..].iter().fold(u32::from(first), |code, o| code << 6 | u32::from(o & 0x3f));
    let shortest = match width {
        1 => 0,
        2 => 0x80,
        3 => 0x800,
        _ => 0x1_0000,
    };
    if code < shortest {
        "invalid length of a UTF-8 sequence"
    } else if (0xd800..=0xdfff).contains(&code) || code > 0x10_ffff {
        "invalid Unicode character"
    } else {
        "control characters are not allowed"
    }
}

/// Gives where the pieces end that goyaml has decoded before it meets the bad character at `bad`.
fn readable_end(bytes: &[u8], bad: usize) -> usize {
    let width_at = |at: usize| width(bytes[at]).unwrap_or(1);
    if bad + width_at(bad) > bytes.len() {
        return bad;
    }
    let mut start = 0;
    loop {
        let end = start + CHUNK_BYTES;
        if bad + width_at(bad) <= end {
            return start;
        }
        // A character that the piece cuts goes to the next one.
        start = (end.saturating_sub(3)..end)
            .find(|&at| bytes[at] & 0xc0 != 0x80 && at + width_at(at) > end)
            .unwrap_or(end);
    }
}

/// Decodes UTF-16 after its byte order mark, up to where goyaml can read.
fn decode_utf16(bytes: &[u8], to_unit: fn([u8; 2]) -> u16) -> (String, Option<Problem>) {
    let mut text = String::with_capacity(bytes.len());
    let mut chunk_end = CHUNK_BYTES;
    let mut readable = 0;
    let mut at = 2;
    let unit_at = |at: usize| Some(u32::from(to_unit([*bytes.get(at)?, *bytes.get(at + 1)?])));
    let problem = loop {
        if at == bytes.len() {
            break None;
        }
        let (message, at_end) = match unit_at(at) {
            None => ("incomplete UTF-16 character", true),
            Some(unit) if unit & 0xfc00 == 0xdc00 => ("unexpected low surrogate area", false),
            Some(high) if high & 0xfc00 == 0xd800 => match unit_at(at + 2) {
                None => ("incomplete UTF-16 surrogate pair", true),
                Some(low) if low & 0xfc00 != 0xdc00 => ("expected low surrogate area", false),
                Some(low) => {
                    let code = 0x1_0000 + ((high & 0x3ff) << 10) + (low & 0x3ff);
                    if at + 4 > chunk_end {
                        readable = text.len();
                        chunk_end = at + CHUNK_BYTES;
                    }
                    text.push(char::from_u32(code).expect("a surrogate pair is a character"));
                    at += 4;
                    continue;
                }
            },
            Some(unit) => {
                let c = char::from_u32(unit).expect("surrogates are handled above");
                if matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{fffd}') {
                    if at + 2 > chunk_end {
                        readable = text.len();
                        chunk_end = at + CHUNK_BYTES;
                    }
                    text.push(c);
                    at += 2;
                    continue;
                }
                ("control characters are not allowed", false)
            }
        };
        let is_next_chunk = at_end || at + 2 > chunk_end;
        text.truncate(if is_next_chunk { text.len() } else { readable });
        break Some(Problem { message, at: text.len() });
    };
    (text, problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_ends_with_the_last_good_piece() {
        let mut bytes = vec![b'a'; 2000];
        bytes[1500] = 1;
        let input = Input::new(&bytes);
        assert_eq!(input.text.len(), 1024);
        bytes[1500] = b'a';
        bytes.push(0xe2);
        assert_eq!(Input::new(&bytes).text.len(), 2000);
        // `é` across the first boundary makes the second piece begin one byte earlier.
        let mut text = "a".repeat(511) + "é" + &"a".repeat(600);
        text.push('\u{1}');
        assert_eq!(Input::new(text.as_bytes()).text.len(), 511 + 512);
    }
}
