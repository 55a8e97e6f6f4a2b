//! PEM: DER in base 64 between a `BEGIN` and an `END` line.
//!
//! Source: Go's `encoding/pem/pem.go`, which reads more than it writes: text around a block, headers, wrong blocks before it.

use crate::funcs::encoding::{base64_decode, base64_encode};

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"\n-----END ";
const DASHES: &[u8] = b"-----";

/// How long the lines of base 64 are.
const LINE_LEN: usize = 64;

/// A block: the kind its lines name, and its bytes.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) kind: String,
    pub(super) bytes: Vec<u8>,
}

/// Writes a block.
pub(super) fn encode(kind: &str, bytes: &[u8]) -> String {
    let base64 = base64_encode(bytes);
    let mut out = format!("-----BEGIN {kind}-----\n");
    for line in base64.as_bytes().chunks(LINE_LEN) {
        out.extend(line.iter().map(|byte| char::from(*byte)));
        out.push('\n');
    }
    out + "-----END " + kind + "-----\n"
}

/// Reads the first good block of a text.
pub(super) fn decode(text: &[u8]) -> Option<Block> {
    let mut rest = text;
    loop {
        let end = memchr::memmem::find(rest, END)?;
        let (before, after) = (&rest[..end], &rest[end + END.len()..]);
        if let Some(block) = block(before, after) {
            return Some(block);
        }
        rest = after;
    }
}

/// Reads the block that begins last in `before`; `after` is what follows its `END `.
fn block(before: &[u8], after: &[u8]) -> Option<Block> {
    let begin = memchr::memmem::rfind(before, BEGIN)?;
    if begin > 0 && before[begin - 1] != b'\n' {
        return None;
    }
    let (kind, mut body) = line(&before[begin + BEGIN.len()..]);
    let kind = kind.strip_suffix(DASHES)?;
    while let (header, next) = line(body)
        && header.contains(&b':')
    {
        body = next;
    }
    let trailer = after.strip_prefix(kind)?.strip_prefix(DASHES)?;
    if !line(trailer).0.is_empty() {
        return None;
    }
    let base64: Vec<u8> = body.iter().filter(|byte| !b" \t".contains(byte)).copied().collect();
    let bytes = base64_decode(&base64).ok()?;
    Some(Block { kind: String::from_utf8_lossy(kind).into_owned(), bytes })
}

/// Splits text into its first line, without blanks at its end, and the rest.
fn line(text: &[u8]) -> (&[u8], &[u8]) {
    let (line, rest) = match memchr::memchr(b'\n', text) {
        Some(newline) => (&text[..newline], &text[newline + 1..]),
        None => (text, &[][..]),
    };
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let len = line.iter().rposition(|byte| !b" \t".contains(byte)).map_or(0, |last| last + 1);
    (&line[..len], rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_found_among_other_text() {
        let written = encode("THING", &[1; 100]);
        let texts = [
            written.clone(),
            format!("before\n{written}after"),
            format!("-----BEGIN THING-----\nno base 64!\n-----END THING-----\n{written}"),
            format!("-----BEGIN OTHER-----\n{written}"),
            written.replace('\n', "\r\n"),
            written.replace("THING-----\n", "THING-----\nKey: value\n\n").replacen("Key", "A", 1),
        ];
        for text in texts {
            let block = decode(text.as_bytes()).unwrap();
            assert_eq!((block.kind.as_str(), &block.bytes[..]), ("THING", &[1; 100][..]), "{text}");
        }
        assert!(decode(b"").is_none());
        assert!(decode(b"-----BEGIN A-----\n-----END B-----\n").is_none());
    }
}
