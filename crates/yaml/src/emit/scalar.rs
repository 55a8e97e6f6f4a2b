//! Strings: what is in them, the style that follows from it, and writing in that style.
//!
//! Source: `yaml_emitter_analyze_scalar`, `yaml_emitter_select_scalar_style` and the writers below them in
//! `emitterc.go` of goyaml v2 and v3. Two oddities of theirs are kept: characters beyond U+FFFF are not printable,
//! and every character of a text that begins with a byte order mark is escaped.

use std::borrow::Cow;

use super::{Emitter, Layout, plain};

/// The column after which a space becomes a line break. goyaml v3 does not fold.
const FOLD_AFTER: usize = 80;

/// What [`Analysis::of`] must look at: all other bytes are plain wherever they are.
const CLASS: [u8; 256] = {
    let mut class = [0; 256];
    let mut byte = 0;
    while byte < 0x20 {
        class[byte] = CONTROL;
        byte += 1;
    }
    class[0x7f] = CONTROL;
    class[b'\t' as usize] = TAB;
    class[b'\n' as usize] = BREAK;
    class[b'\r' as usize] = BREAK;
    class[b' ' as usize] = SPACE;
    class[b':' as usize] = COLON;
    class[b'#' as usize] = HASH;
    class[0xc2] = MULTI;
    class[0xe2] = MULTI;
    class[0xef] = MULTI;
    byte = 0xf0;
    while byte < 0x100 {
        class[byte] = CONTROL;
        byte += 1;
    }
    class
};
/// not printable by itself, whatever follows
const CONTROL: u8 = 1;
const TAB: u8 = 2;
const BREAK: u8 = 3;
const SPACE: u8 = 4;
const COLON: u8 = 5;
const HASH: u8 = 6;
/// the first byte of a longer character, some of which are breaks or not printable
const MULTI: u8 = 7;

/// What is in a string.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "they are independent, as they are in goyaml")]
pub(super) struct Analysis {
    /// there is a line break as goyaml has them: also U+0085, U+2028 and U+2029
    pub(super) has_break: bool,
    has_line_feed: bool,
    /// a break other than a line feed that stays in single quotes: U+2028, U+2029
    has_odd_break: bool,
    plain_allowed: bool,
    single_quotes_allowed: bool,
    block_allowed: bool,
}

impl Analysis {
    pub(super) fn of(text: &str, layout: Layout) -> Self {
        let bytes = text.as_bytes();
        let Some(&first) = bytes.first() else {
            // Only the quotes of a string that would be null are ever written around an empty text.
            return Self {
                has_break: false,
                has_line_feed: false,
                has_odd_break: false,
                plain_allowed: true,
                single_quotes_allowed: true,
                block_allowed: false,
            };
        };
        let is_blank_at = |at: usize| bytes.get(at).is_none_or(|byte| matches!(byte, b' ' | b'\t'));
        let mut has_indicator = bytes.starts_with(b"---") || bytes.starts_with(b"...");
        has_indicator |= match first {
            b'#' | b',' | b'[' | b']' | b'{' | b'}' | b'&' | b'*' | b'!' | b'|' | b'>' | b'\''
            | b'"' | b'%' | b'@' | b'`' => true,
            b'?' | b':' | b'-' => is_blank_at(1),
            _ => false,
        };
        let mut has_line_feed = false;
        let mut has_break = false;
        let mut has_odd_break = false;
        let mut has_special = false;
        let mut has_tab = false;
        let mut has_space_break = false;
        let mut has_break_space = false;
        // The ends of the last break and of the last space, to see what stands next to what.
        let mut break_end = usize::MAX;
        let mut space_end = usize::MAX;
        let mut next = 0;
        // Most bytes are plain, and are passed over as fast as can be.
        while let Some(n_plain) =
            bytes[next..].iter().position(|byte| CLASS[usize::from(*byte)] != 0)
        {
            let at = next + n_plain;
            next = at + 1;
            let byte = bytes[at];
            match CLASS[usize::from(byte)] {
                CONTROL => has_special = true,
                TAB => has_tab = true,
                SPACE => {
                    has_break_space |= break_end == at;
                    space_end = at + 1;
                }
                BREAK => {
                    has_break = true;
                    has_line_feed |= byte == b'\n';
                    has_special |= byte == b'\r';
                    has_space_break |= space_end == at;
                    break_end = at + 1;
                }
                COLON => has_indicator |= is_blank_at(at + 1),
                HASH => has_indicator |= at > 0 && matches!(bytes[at - 1], b' ' | b'\t'),
                _ => {
                    let width = break_width(bytes, at);
                    if width > 0 {
                        has_break = true;
                        // U+0085 is a break, and not printable.
                        has_special |= width == 2;
                        has_odd_break |= width == 3;
                        has_space_break |= space_end == at;
                        break_end = at + width;
                    } else {
                        has_special |= !is_printable(bytes, at);
                    }
                }
            }
        }
        let has_break_outside =
            matches!(first, b'\n' | b'\r') || break_width(bytes, 0) > 0 || break_end == bytes.len();
        let has_space_outside = first == b' ' || space_end == bytes.len();
        let is_escaped = has_space_break || has_special;
        let tab_matters = has_tab && layout == Layout::Pretty;
        let is_special = is_escaped || has_tab && layout == Layout::V2;
        Self {
            has_break,
            has_line_feed,
            has_odd_break,
            plain_allowed: !(is_special
                || tab_matters
                || has_break
                || has_indicator
                || has_break_outside
                || has_space_outside),
            single_quotes_allowed: !(is_special || tab_matters || has_break_space),
            block_allowed: !(is_special || space_end == bytes.len()),
        }
    }
}

/// Gives the width of the line break at `at`, or 0 if there is none.
fn break_width(bytes: &[u8], at: usize) -> usize {
    match bytes.get(at..).unwrap_or_default() {
        [b'\n' | b'\r', ..] => 1,
        [0xc2, 0x85, ..] => 2,
        [0xe2, 0x80, 0xa8 | 0xa9, ..] => 3,
        _ => 0,
    }
}

/// Tells whether goyaml writes the character at `at` as it is, even between double quotes.
fn is_printable(bytes: &[u8], at: usize) -> bool {
    match bytes[at..] {
        [b'\n' | b' '..=b'~', ..] => true,
        [0xc2, second, ..] => second >= 0xa0,
        [0xef, second, third, ..] => !matches!((second, third), (0xbb, 0xbf) | (0xbf, 0xbe | 0xbf)),
        [first, ..] => (0xc3..=0xee).contains(&first),
        [] => false,
    }
}

/// Encodes as goyaml does: standard base64, in lines of 70 when there is more than one.
pub(super) fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const LINE: usize = 70;
    let n_chars = bytes.len().div_ceil(3) * 4;
    let mut out = String::with_capacity(n_chars + n_chars / LINE + 1);
    let mut column = 0;
    for chunk in bytes.chunks(3) {
        let group = chunk.iter().fold(0, |group, byte| group << 8 | usize::from(*byte))
            << (8 * (3 - chunk.len()));
        for n in 0..4 {
            let is_padding = n > chunk.len();
            let sextet = group >> (18 - 6 * n) & 0x3f;
            out.push(if is_padding { '=' } else { char::from(ALPHABET[sextet]) });
            column += 1;
            if column == LINE {
                out.push('\n');
                column = 0;
            }
        }
    }
    if n_chars >= LINE && column > 0 {
        out.push('\n');
    }
    out
}

impl Emitter {
    /// Writes a string in the style that follows from what is in it, as a key before a colon if `is_simple_key`.
    pub(super) fn write_string(&mut self, text: &str, analysis: Analysis, is_simple_key: bool) {
        if analysis.has_line_feed {
            if analysis.block_allowed && !is_simple_key {
                self.write_literal(text, analysis.has_odd_break);
            } else {
                self.write_double_quoted(text, is_simple_key);
            }
        } else if !plain::is_string(text, self.layout) {
            self.write_double_quoted(text, is_simple_key);
        } else if analysis.plain_allowed {
            self.write_plain(text, is_simple_key);
        } else if analysis.single_quotes_allowed {
            self.write_single_quoted(text, is_simple_key, analysis.has_odd_break);
        } else {
            self.write_double_quoted(text, is_simple_key);
        }
    }

    /// Writes bytes that are not UTF-8, as [`Layout::Pretty`] does.
    pub(super) fn write_binary(&mut self, bytes: &[u8], is_simple_key: bool) {
        self.write_space();
        self.out.extend_from_slice(b"!!binary");
        self.whitespace = false;
        self.indention = false;
        let encoded = base64(bytes);
        if encoded.contains('\n') {
            self.write_literal(&encoded, false);
        } else {
            self.write_plain(&encoded, is_simple_key);
        }
    }

    /// Gives the column at which the next lines of a scalar begin.
    fn scalar_indent(&self) -> usize {
        self.stack.last().map_or(2, |frame| frame.indent + 2)
    }

    /// Counts the characters on the current line.
    fn column(&self) -> usize {
        n_chars(&self.out[self.line_start..])
    }

    /// Tells whether a text of `n_bytes` may reach the column where lines fold.
    fn may_fold(&self, n_bytes: usize, is_simple_key: bool) -> bool {
        self.layout == Layout::V2
            && !is_simple_key
            && self.out.len() - self.line_start + n_bytes > FOLD_AFTER
    }

    fn write_plain(&mut self, text: &str, is_simple_key: bool) {
        self.write_space();
        self.write_on_line(text.as_bytes(), is_simple_key);
        self.whitespace = false;
        self.indention = false;
    }

    /// Writes text without breaks, a line break for each single space beyond the column.
    fn write_folded(&mut self, text: &[u8]) {
        let mut column = self.column();
        let mut written = 0;
        let mut previous_space = None;
        for at in memchr::memchr_iter(b' ', text) {
            let follows_space = at > 0 && previous_space == Some(at - 1);
            previous_space = Some(at);
            column += n_chars(&text[written..at]);
            self.out.extend_from_slice(&text[written..at]);
            let may_break = at > 0 && at + 1 < text.len() && text[at + 1] != b' ';
            if column > FOLD_AFTER && may_break && !follows_space {
                self.fold();
                column = self.out.len() - self.line_start;
            } else {
                self.out.push(b' ');
                column += 1;
            }
            written = at + 1;
        }
        self.out.extend_from_slice(&text[written..]);
    }

    /// Breaks the line within a scalar.
    fn fold(&mut self) {
        self.write_break();
        self.out.resize(self.out.len() + self.scalar_indent(), b' ');
    }

    fn write_single_quoted(&mut self, text: &str, is_simple_key: bool, has_odd_break: bool) {
        self.write_space();
        self.out.push(b'\'');
        let mut text = Cow::Borrowed(text);
        if memchr::memchr(b'\'', text.as_bytes()).is_some() {
            text = Cow::Owned(text.replace('\'', "''"));
        }
        if has_odd_break {
            self.write_with_odd_breaks(text.as_bytes(), is_simple_key);
        } else {
            self.write_on_line(text.as_bytes(), is_simple_key);
        }
        self.out.push(b'\'');
        self.whitespace = false;
        self.indention = false;
    }

    /// Writes text between single quotes that has U+2028 or U+2029: these begin a new line to goyaml, which indents it.
    fn write_with_odd_breaks(&mut self, text: &[u8], is_simple_key: bool) {
        let mut rest = text;
        loop {
            let end = (0..rest.len()).find(|at| break_width(rest, *at) > 0).unwrap_or(rest.len());
            let (part, after) = rest.split_at(end);
            self.write_on_line(part, is_simple_key);
            if after.is_empty() {
                return;
            }
            rest = after;
            while let width @ 1.. = break_width(rest, 0) {
                self.out.extend_from_slice(&rest[..width]);
                self.line_start = self.out.len();
                rest = &rest[width..];
            }
            if !rest.is_empty() {
                self.out.resize(self.out.len() + self.scalar_indent(), b' ');
            }
        }
    }

    /// Writes text without breaks.
    fn write_on_line(&mut self, text: &[u8], is_simple_key: bool) {
        if self.may_fold(text.len(), is_simple_key) {
            self.write_folded(text);
        } else {
            self.out.extend_from_slice(text);
        }
    }

    fn write_double_quoted(&mut self, text: &str, is_simple_key: bool) {
        self.write_space();
        self.out.push(b'"');
        let bytes = text.as_bytes();
        let escapes_all = bytes.starts_with(b"\xef\xbb\xbf");
        let may_fold = self.layout == Layout::V2 && !is_simple_key;
        let mut column = self.column();
        let mut follows_space = false;
        for (at, c) in text.char_indices() {
            let is_escaped = escapes_all
                || matches!(c, '"' | '\\')
                || !is_printable(bytes, at)
                || break_width(bytes, at) > 0;
            if is_escaped {
                let before = self.out.len();
                self.write_escape(c);
                column += self.out.len() - before;
                follows_space = false;
            } else if c == ' ' {
                if may_fold
                    && !follows_space
                    && column > FOLD_AFTER
                    && at > 0
                    && at + 1 < bytes.len()
                {
                    self.fold();
                    column = self.out.len() - self.line_start;
                    if bytes[at + 1] == b' ' {
                        self.out.push(b'\\');
                        column += 1;
                    }
                } else {
                    self.out.push(b' ');
                    column += 1;
                }
                follows_space = true;
            } else {
                self.out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                column += 1;
                follows_space = false;
            }
        }
        self.out.push(b'"');
        self.whitespace = false;
        self.indention = false;
    }

    fn write_escape(&mut self, c: char) {
        const HEX: &[u8; 16] = b"0123456789ABCDEF";
        self.out.push(b'\\');
        let short = match c {
            '\0' => b'0',
            '\x07' => b'a',
            '\x08' => b'b',
            '\t' => b't',
            '\n' => b'n',
            '\x0b' => b'v',
            '\x0c' => b'f',
            '\r' => b'r',
            '\x1b' => b'e',
            '"' => b'"',
            '\\' => b'\\',
            '\u{85}' => b'N',
            '\u{a0}' => b'_',
            '\u{2028}' => b'L',
            '\u{2029}' => b'P',
            _ => {
                let (letter, n_digits) = match u32::from(c) {
                    0..=0xff => (b'x', 2),
                    0x100..=0xffff => (b'u', 4),
                    _ => (b'U', 8),
                };
                self.out.push(letter);
                for n in (0..n_digits).rev() {
                    self.out.push(HEX[(u32::from(c) >> (4 * n) & 0xf) as usize]);
                }
                return;
            }
        };
        self.out.push(short);
    }

    fn write_literal(&mut self, text: &str, has_odd_break: bool) {
        let bytes = text.as_bytes();
        self.write_space();
        self.out.push(b'|');
        if bytes[0] == b' ' || break_width(bytes, 0) > 0 {
            self.out.push(b'2');
        }
        let mut last = text.chars().rev().map(is_break_char);
        match (last.next(), last.next()) {
            (Some(true), Some(false)) => {}
            (Some(true), _) => self.out.push(b'+'),
            _ => self.out.push(b'-'),
        }
        self.write_break();
        let indent = self.scalar_indent();
        let mut rest = bytes;
        while !rest.is_empty() {
            let (end, width) = if has_odd_break {
                let end = (0..rest.len()).find(|at| break_width(rest, *at) > 0);
                end.map_or((rest.len(), 0), |end| (end, break_width(rest, end)))
            } else {
                memchr::memchr(b'\n', rest).map_or((rest.len(), 0), |end| (end, 1))
            };
            if end > 0 {
                self.out.resize(self.out.len() + indent, b' ');
                self.out.extend_from_slice(&rest[..end + width]);
            } else {
                self.out.extend_from_slice(&rest[..width]);
            }
            self.indention = width > 0;
            if width > 0 {
                self.line_start = self.out.len();
            }
            rest = &rest[end + width..];
        }
        self.whitespace = true;
    }
}

fn is_break_char(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn n_chars(bytes: &[u8]) -> usize {
    // Continuation bytes are 0x80 to 0xbf, which as signed bytes are the least.
    bytes.iter().filter(|byte| byte.cast_signed() >= -0x40).count()
}
