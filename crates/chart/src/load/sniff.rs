//! What a file seems to be from its first bytes, as browsers guess: `text/plain; charset=utf-8`, `application/zip`.
//!
//! Helm names it when the file is not an archive.
//!
//! Source: <https://mimesniff.spec.whatwg.org>, as `net/http/sniff.go` of Go has it.

/// How many bytes are looked at.
pub(super) const HEAD_LEN: usize = 512;

/// How a gzip file begins.
pub(super) const GZIP: &[u8] = b"\x1f\x8b\x08";

/// Tags of HTML that a page may begin with; a space or `>` must follow.
const HTML_TAGS: [&[u8]; 17] = [
    b"<!DOCTYPE HTML",
    b"<HTML",
    b"<HEAD",
    b"<SCRIPT",
    b"<IFRAME",
    b"<H1",
    b"<DIV",
    b"<FONT",
    b"<TABLE",
    b"<A",
    b"<STYLE",
    b"<TITLE",
    b"<B",
    b"<BODY",
    b"<BR",
    b"<P",
    b"<!--",
];

/// Beginnings, in the order they are tried; `?` in a pattern stands for any byte, since none has one of its own.
const BEGINNINGS: [(&[u8], &str); 33] = [
    (b"%PDF-", "application/pdf"),
    (b"%!PS-Adobe-", "application/postscript"),
    (b"\xfe\xff??", "text/plain; charset=utf-16be"),
    (b"\xff\xfe??", "text/plain; charset=utf-16le"),
    (b"\xef\xbb\xbf?", "text/plain; charset=utf-8"),
    (b"\x00\x00\x01\x00", "image/x-icon"),
    (b"\x00\x00\x02\x00", "image/x-icon"),
    (b"BM", "image/bmp"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"RIFF????WEBPVP", "image/webp"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"FORM????AIFF", "audio/aiff"),
    (b"ID3", "audio/mpeg"),
    (b"OggS\x00", "application/ogg"),
    (b"MThd\x00\x00\x00\x06", "audio/midi"),
    (b"RIFF????AVI ", "video/avi"),
    (b"RIFF????WAVE", "audio/wave"),
    (MP4, "video/mp4"),
    (b"\x1a\x45\xdf\xa3", "video/webm"),
    (b"??????????????????????????????????LP", "application/vnd.ms-fontobject"),
    (b"\x00\x01\x00\x00", "font/ttf"),
    (b"OTTO", "font/otf"),
    (b"ttcf", "font/collection"),
    (b"wOFF", "font/woff"),
    (b"wOF2", "font/woff2"),
    (GZIP, "application/x-gzip"),
    (b"PK\x03\x04", "application/zip"),
    (b"Rar!\x1a\x07\x00", "application/x-rar-compressed"),
    (b"Rar!\x1a\x07\x01\x00", "application/x-rar-compressed"),
    (b"\x00asm", "application/wasm"),
    (b"", TEXT),
];

/// Where the beginning is not a fixed pattern.
const MP4: &[u8] = b"????ftyp";

const TEXT: &str = "text/plain; charset=utf-8";

/// Tells what a file seems to be from its first [`HEAD_LEN`] bytes.
pub(super) fn content_type(head: &[u8]) -> &'static str {
    let text = head.trim_ascii_start();
    if HTML_TAGS.iter().any(|tag| begins_with_tag(text, tag)) {
        return "text/html; charset=utf-8";
    }
    if text.starts_with(b"<?xml") {
        return "text/xml; charset=utf-8";
    }
    let found = BEGINNINGS.iter().find(|(pattern, content_type)| match *content_type {
        "video/mp4" => is_mp4(head),
        TEXT if pattern.is_empty() => is_text(text),
        _ => begins_with(head, pattern),
    });
    found.map_or("application/octet-stream", |(_, content_type)| content_type)
}

fn begins_with(head: &[u8], pattern: &[u8]) -> bool {
    head.len() >= pattern.len()
        && pattern.iter().zip(head).all(|(&expected, &byte)| expected == b'?' || expected == byte)
}

fn begins_with_tag(text: &[u8], tag: &[u8]) -> bool {
    let Some((start, rest)) = text.split_at_checked(tag.len()) else { return false };
    start.eq_ignore_ascii_case(tag) && matches!(rest.first(), Some(b' ' | b'>'))
}

/// Looks for the brand `mp4` in the first box.
fn is_mp4(head: &[u8]) -> bool {
    let Some((size, _)) = head.split_first_chunk() else { return false };
    let size = u32::from_be_bytes(*size) as usize;
    begins_with(head, MP4)
        && size <= head.len()
        && size.is_multiple_of(4)
        && (8..size).step_by(4).any(|at| at != 12 && head[at..].starts_with(b"mp4"))
}

fn is_text(text: &[u8]) -> bool {
    !text.iter().any(|byte| matches!(byte, 0x00..=0x08 | 0x0b | 0x0e..=0x1a | 0x1c..=0x1f))
}
