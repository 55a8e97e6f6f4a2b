//! Template text to tokens: text and actions, trim markers, comments.
//!
//! A token is a range of bytes. Which line it is on, only an error asks.
//!
//! Source: Go's `text/template/parse/lex.go`.

use std::sync::LazyLock;

use memchr::memmem::{self, Finder};

use crate::literal::decode_rune;
use crate::token::{Span, Token, TokenKind};
use crate::unicode;
use crate::value::number;

const LEFT_DELIM: &[u8] = b"{{";
const RIGHT_DELIM: &[u8] = b"}}";
const LEFT_COMMENT: &[u8] = b"/*";
const RIGHT_COMMENT: &[u8] = b"*/";
/// A trim marker and the space that must be next to it.
const TRIM_MARKER_LEN: usize = 2;

/// A letter, digit or underscore.
const NAME: u8 = 1;
/// A letter or underscore.
const LETTER: u8 = 16;
/// Space, as actions know it.
const SPACE: u8 = 2;
/// What may follow a name, beside space, `}}` and the end of the text.
const TERMINATOR: u8 = 4;
/// What means something, or may mean something, in a string between quotes.
const QUOTED: u8 = 8;

/// The classes of each byte.
static CLASSES: [u8; 256] = {
    let mut classes = [QUOTED; 256];
    let mut byte = 0_u8;
    while byte < 0x80 {
        classes[byte as usize] = match byte {
            b'_' | b'a'..=b'z' | b'A'..=b'Z' => NAME | LETTER,
            b'0'..=b'9' => NAME,
            b'\n' => SPACE | QUOTED,
            b' ' | b'\t' | b'\r' => SPACE,
            b'.' | b',' | b'|' | b':' | b')' | b'(' => TERMINATOR,
            b'"' | b'\'' | b'\\' => QUOTED,
            _ => 0,
        };
        byte += 1;
    }
    classes
};

static LEFT_DELIM_FINDER: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(LEFT_DELIM));

/// Reads tokens one by one.
#[derive(Debug)]
pub(crate) struct Lexer<'s> {
    /// the last token that was read
    token: Token,
    input: &'s [u8],
    pos: usize,
    /// whether `{{` was found at `pos` when the text before it was read
    is_at_delim: bool,
    inside_action: bool,
    /// where the last action begins
    action_start: usize,
    paren_depth: u32,
    /// why the lexer gave up, once it did
    error: String,
    keywords: Keywords,
}

/// What `break` and `continue` are: keywords, or names of functions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Keywords {
    pub(crate) r#break: TokenKind,
    pub(crate) r#continue: TokenKind,
}

impl<'s> Lexer<'s> {
    /// Starts at the beginning of a text.
    pub(crate) fn new(input: &'s [u8], keywords: Keywords) -> Self {
        Self {
            token: Token::NONE,
            input,
            pos: 0,
            is_at_delim: false,
            inside_action: false,
            action_start: 0,
            paren_depth: 0,
            error: String::new(),
            keywords,
        }
    }

    /// Gives the message of the error token.
    pub(crate) fn error(&self) -> &str {
        &self.error
    }

    /// Gives where the action begins that the last token is of, if it is of one.
    pub(crate) fn action_start(&self) -> Option<u32> {
        self.inside_action.then(|| span(self.action_start, self.pos).start)
    }

    /// Gives the last token that was read.
    pub(crate) fn token(&self) -> Token {
        self.token
    }

    /// Reads the next token.
    pub(crate) fn advance(&mut self) {
        if self.inside_action || self.text() {
            self.action();
        }
    }

    /// Makes a token that ends at `end`, where the next one begins.
    fn take(&mut self, kind: TokenKind, start: usize, end: usize) {
        self.pos = end;
        self.token.kind = kind;
        self.token.span = span(start, end);
    }

    /// Gives up: an error token that begins at `start`, and nothing after it.
    #[cold]
    fn fail(&mut self, start: usize, message: impl Into<String>) {
        self.error = message.into();
        self.take(TokenKind::Error, start, self.input.len());
    }

    /// Reads text up to the next action, past any comments; tells whether instead an action begins here.
    ///
    /// Go has a token for `{{`; nothing in the grammar asks for it.
    #[inline(never)]
    fn text(&mut self) -> bool {
        self.token.is_spaced = false;
        loop {
            let start = self.pos;
            let delim = if self.is_at_delim {
                start
            } else if let Some(length) = LEFT_DELIM_FINDER.find(&self.input[start..]) {
                start + length
            } else {
                let end = self.input.len();
                let kind = if start < end { TokenKind::Text } else { TokenKind::Eof };
                self.take(kind, start, end);
                return false;
            };
            let inside = delim + LEFT_DELIM.len();
            let trims = has_left_trim_marker(&self.input[inside..]);
            let end = if trims { trimmed_end(&self.input[..delim], start) } else { delim };
            self.is_at_delim = start < end;
            if self.is_at_delim {
                self.take(TokenKind::Text, start, end);
                self.pos = delim;
                return false;
            }
            let inside = if trims { inside + TRIM_MARKER_LEN } else { inside };
            if !self.input[inside..].starts_with(LEFT_COMMENT) {
                self.pos = inside;
                self.inside_action = true;
                self.action_start = delim;
                self.paren_depth = 0;
                return true;
            }
            if let Err(message) = self.comment(inside) {
                self.fail(inside, message);
                return false;
            }
        }
    }

    /// Passes over a comment and its `}}`.
    fn comment(&mut self, start: usize) -> Result<(), &'static str> {
        let body = start + LEFT_COMMENT.len();
        let length = memmem::find(&self.input[body..], RIGHT_COMMENT).ok_or("unclosed comment")?;
        let end = body + length + RIGHT_COMMENT.len();
        let rest = &self.input[end..];
        if has_right_trim_marker(rest) && rest[TRIM_MARKER_LEN..].starts_with(RIGHT_DELIM) {
            self.pos = past_spaces(self.input, end + TRIM_MARKER_LEN + RIGHT_DELIM.len());
        } else if rest.starts_with(RIGHT_DELIM) {
            self.pos = end + RIGHT_DELIM.len();
        } else {
            return Err("comment ends before closing delimiter");
        }
        Ok(())
    }

    /// Reads a token of an action, and the space before it.
    fn action(&mut self) {
        let from = self.pos;
        let start = past_spaces(self.input, from);
        self.token.is_spaced = from < start;
        let Some(first) = self.input.get(start).copied() else {
            return self.fail(start, "unclosed action");
        };
        let (kind, name) = if self.begins_word(first, start) {
            (TokenKind::Identifier, start)
        } else if first == b'.'
            && self.input.get(start + 1).is_some_and(|next| !next.is_ascii_digit())
        {
            (TokenKind::Field, start + 1)
        } else if first == b'$' {
            (TokenKind::Variable, start + 1)
        } else if self.input[start..].starts_with(RIGHT_DELIM) {
            return self.right_delim(from, start, start);
        } else {
            return self.mark(first, from, start);
        };
        let end = self.name_end(name);
        if !self.is_terminator(end) {
            return self.bad_character(start, end);
        }
        let kind = match kind {
            TokenKind::Identifier => self.word(&self.input[start..end]),
            TokenKind::Field if name == end => TokenKind::Dot,
            kind => kind,
        };
        self.take(kind, start, end);
    }

    /// Tells whether a keyword, a constant or a function's name begins at `at`.
    fn begins_word(&self, first: u8, at: usize) -> bool {
        CLASSES[usize::from(first)] & LETTER != 0
            || first >= 0x80 && is_alphanumeric(decode_rune(&self.input[at..]).0)
    }

    /// Reads the token at `start` that is no name; `from` is where the space before it begins.
    #[inline(never)]
    fn mark(&mut self, first: u8, from: usize, start: usize) {
        let next = self.input.get(start + 1).copied();
        let (kind, end) = match first {
            b'-' if from < start && self.input[start + 1..].starts_with(RIGHT_DELIM) => {
                return self.right_delim(from, start - 1, start + 1);
            }
            b'.' | b'+' | b'-' | b'0'..=b'9' => return self.number(start),
            b'"' => {
                return self.quoted(TokenKind::String, start, "unterminated quoted string");
            }
            b'`' => {
                return self.quoted(TokenKind::RawString, start, "unterminated raw quoted string");
            }
            b'\'' => {
                let unterminated = "unterminated character constant";
                return self.quoted(TokenKind::CharConstant, start, unterminated);
            }
            b'(' => {
                self.paren_depth += 1;
                (TokenKind::LeftParen, start + 1)
            }
            b')' => {
                if self.paren_depth == 0 {
                    return self.fail(start, "unexpected right paren");
                }
                self.paren_depth -= 1;
                (TokenKind::RightParen, start + 1)
            }
            b'|' => (TokenKind::Pipe, start + 1),
            b'=' => (TokenKind::Assign, start + 1),
            b':' if next == Some(b'=') => (TokenKind::Declare, start + 2),
            b':' => return self.fail(start, "expected :="),
            b' '..=b'~' => (TokenKind::Char, start + 1),
            _ => {
                let rune = describe_rune(decode_rune(&self.input[start..]).0);
                let message = format!("unrecognized character in action: {rune}");
                return self.fail(start, message);
            }
        };
        self.take(kind, start, end);
    }

    /// Reads `}}` at `start`; `marker` is where its trim marker begins, else the same, and `from` where the space
    /// before it begins.
    fn right_delim(&mut self, from: usize, marker: usize, start: usize) {
        // The space of a trim marker is no space between tokens.
        self.token.is_spaced = from < marker;
        if self.paren_depth > 0 {
            return self.fail(marker, "unclosed left paren");
        }
        self.take(TokenKind::RightDelim, start, start + RIGHT_DELIM.len());
        if marker < start {
            self.pos = past_spaces(self.input, self.pos);
        }
        self.inside_action = false;
    }

    /// Gives what a word is: a keyword, a constant or a function's name.
    fn word(&self, word: &[u8]) -> TokenKind {
        match TokenKind::of_keyword(word) {
            Some(TokenKind::Break) => self.keywords.r#break,
            Some(TokenKind::Continue) => self.keywords.r#continue,
            Some(keyword) => keyword,
            None => TokenKind::Identifier,
        }
    }

    #[cold]
    fn bad_character(&mut self, start: usize, at: usize) {
        let stop = describe_rune(decode_rune(&self.input[at..]).0);
        self.fail(start, format!("bad character {stop}"));
    }

    /// Passes over letters, digits and underscores.
    fn name_end(&self, start: usize) -> usize {
        let mut end = start;
        loop {
            match self.input.get(end) {
                Some(byte) if CLASSES[usize::from(*byte)] & NAME != 0 => end += 1,
                Some(0x80..) => return self.name_end_beyond_ascii(end),
                _ => return end,
            }
        }
    }

    /// As [`Lexer::name_end`], from a character that is not ASCII.
    #[cold]
    fn name_end_beyond_ascii(&self, start: usize) -> usize {
        let mut end = start;
        while let (rune, width @ 1..) = decode_rune(&self.input[end..])
            && is_alphanumeric(rune)
        {
            end += width;
        }
        end
    }

    /// Tells whether a name may end here.
    fn is_terminator(&self, at: usize) -> bool {
        match self.input.get(at) {
            None => true,
            Some(byte) if CLASSES[usize::from(*byte)] & (SPACE | TERMINATOR) != 0 => true,
            Some(byte) => *byte == b'}' && self.input.get(at + 1) == Some(&b'}'),
        }
    }

    /// Reads to the closing quote; the parser judges the escapes.
    fn quoted(&mut self, kind: TokenKind, start: usize, unterminated: &str) {
        let Some((length, is_plain)) = quoted_len(&self.input[start..]) else {
            return self.fail(start, unterminated);
        };
        self.take(kind, start, start + length);
        self.token.is_plain = is_plain;
    }

    fn number(&mut self, start: usize) {
        let digits = self.input[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let end = start + digits;
        let is_decimal = digits == 1 || digits > 1 && self.input[start] != b'0';
        if is_decimal && self.is_terminator(end) && self.input.get(end) != Some(&b'.') {
            return self.take(TokenKind::Number, start, end);
        }
        let (mut end, mut is_well_formed) = self.scan_number(start);
        let mut kind = TokenKind::Number;
        if is_well_formed && matches!(self.input.get(end), Some(b'+' | b'-')) {
            kind = TokenKind::Complex;
            (end, is_well_formed) = self.scan_number(end);
            is_well_formed &= self.input[end - 1] == b'i';
        }
        if is_well_formed {
            return self.take(kind, start, end);
        }
        let text = number::quote(&self.input[start..end]);
        self.fail(start, format!("bad number syntax: {text}"));
    }

    /// Gives the end of what looks like a number, and whether it may end there; the parser judges it.
    fn scan_number(&self, start: usize) -> (usize, bool) {
        const DECIMAL: &[u8] = b"0123456789_";
        const HEX: &[u8] = b"0123456789abcdefABCDEF_";
        let mut end = start;
        let mut accept = |valid: &[u8]| {
            let is_accepted = self.input.get(end).is_some_and(|byte| valid.contains(byte));
            end += usize::from(is_accepted);
            is_accepted
        };
        accept(b"+-");
        let mut digits = DECIMAL;
        if accept(b"0") {
            if accept(b"xX") {
                digits = HEX;
            } else if accept(b"oO") {
                digits = b"01234567_";
            } else if accept(b"bB") {
                digits = b"01_";
            }
        }
        while accept(digits) {}
        if accept(b".") {
            while accept(digits) {}
        }
        if digits == DECIMAL && accept(b"eE") || digits == HEX && accept(b"pP") {
            accept(b"+-");
            while accept(DECIMAL) {}
        }
        accept(b"i");
        let rest = &self.input[end..];
        let (rune, width) = decode_rune(rest);
        if !rest.is_empty() && is_alphanumeric(rune) {
            return (end + width, false);
        }
        (end, true)
    }
}

/// Gives the length of the quoted string a text begins with, and whether it stands for what is between its quotes, as
/// it is; `None` if it does not end.
pub(crate) fn quoted_len(text: &[u8]) -> Option<(usize, bool)> {
    let (quote, body) = text.split_first()?;
    if *quote == b'`' {
        let length = memchr::memchr(b'`', body)?;
        // Go drops carriage returns.
        return Some((length + 2, memchr::memchr(b'\r', &body[..length]).is_none()));
    }
    let mut is_plain = true;
    let mut at = 0;
    loop {
        while CLASSES[usize::from(*body.get(at)?)] & QUOTED == 0 {
            at += 1;
        }
        match body[at] {
            b'\n' => return None,
            // A newline cannot be escaped, and ends the search in the next turn.
            b'\\' if *body.get(at + 1)? != b'\n' => at += 2,
            byte if byte == *quote => return Some((at + 2, is_plain)),
            b'"' | b'\'' => {
                at += 1;
                continue;
            }
            _ => at += 1,
        }
        is_plain = false;
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a text is shorter than 4 GiB")]
fn span(start: usize, end: usize) -> Span {
    Span { start: start as u32, end: end as u32 }
}

fn is_space(byte: u8) -> bool {
    CLASSES[usize::from(byte)] & SPACE != 0
}

/// Gives where spaces that begin at `at` end.
fn past_spaces(text: &[u8], mut at: usize) -> usize {
    while text.get(at).is_some_and(|byte| is_space(*byte)) {
        at += 1;
    }
    at
}

/// Gives where a text that begins at `start` ends without the spaces at its end.
fn trimmed_end(text: &[u8], start: usize) -> usize {
    let kept = text[start..].iter().rposition(|byte| !is_space(*byte));
    kept.map_or(start, |last| start + last + 1)
}

fn has_left_trim_marker(text: &[u8]) -> bool {
    matches!(text, [b'-', space, ..] if is_space(*space))
}

fn has_right_trim_marker(text: &[u8]) -> bool {
    matches!(text, [space, b'-', ..] if is_space(*space))
}

fn is_alphanumeric(rune: char) -> bool {
    rune == '_' || unicode::is_letter(rune) || unicode::is_digit(rune)
}

/// Gives a character as Go's `%#U`: `U+0040 '@'`; one that cannot be printed only by its number.
fn describe_rune(rune: char) -> String {
    let code = u32::from(rune);
    if number::is_print(code) { format!("U+{code:04X} '{rune}'") } else { format!("U+{code:04X}") }
}
