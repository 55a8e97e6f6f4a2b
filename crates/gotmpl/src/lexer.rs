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
/// Space, as actions know it.
const SPACE: u8 = 2;
/// What may follow a name, beside space, `}}` and the end of the text.
const TERMINATOR: u8 = 4;

/// The classes of each byte.
static CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0_u8;
    while byte < 0x80 {
        classes[byte as usize] = match byte {
            b'_' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => NAME,
            b' ' | b'\t' | b'\r' | b'\n' => SPACE,
            b'.' | b',' | b'|' | b':' | b')' | b'(' => TERMINATOR,
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
    input: &'s [u8],
    pos: usize,
    /// whether `{{` was found at `pos` when the text before it was read
    is_at_delim: bool,
    inside_action: bool,
    paren_depth: u32,
    /// why the lexer gave up, once it did
    error: String,
    /// whether `break` and `continue` are keywords: not if the host has functions of that name
    break_is_keyword: bool,
    continue_is_keyword: bool,
}

impl<'s> Lexer<'s> {
    /// Starts at the beginning of a text.
    pub(crate) fn new(input: &'s [u8], break_is_keyword: bool, continue_is_keyword: bool) -> Self {
        Self {
            input,
            pos: 0,
            is_at_delim: false,
            inside_action: false,
            paren_depth: 0,
            error: String::new(),
            break_is_keyword,
            continue_is_keyword,
        }
    }

    /// Gives the message of the error token.
    pub(crate) fn error(&self) -> &str {
        &self.error
    }

    /// Reads the next token.
    pub(crate) fn next_token(&mut self) -> Token {
        if self.inside_action { self.action() } else { self.text() }
    }

    /// Ends a token at `end`, where the next one begins.
    fn token(&mut self, kind: TokenKind, start: usize, end: usize) -> Token {
        self.pos = end;
        Token { kind, is_spaced: false, is_plain: false, span: span(start, end) }
    }

    /// Gives up: an error token that begins at `start`, and nothing after it.
    #[cold]
    fn fail(&mut self, start: usize, message: impl Into<String>) -> Token {
        self.error = message.into();
        let end = self.input.len();
        self.token(TokenKind::Error, start, end)
    }

    /// Reads text up to the next action, past any comments.
    fn text(&mut self) -> Token {
        loop {
            let start = self.pos;
            let delim = if self.is_at_delim {
                start
            } else if let Some(length) = LEFT_DELIM_FINDER.find(&self.input[start..]) {
                start + length
            } else {
                let end = self.input.len();
                let kind = if start < end { TokenKind::Text } else { TokenKind::Eof };
                return self.token(kind, start, end);
            };
            let inside = delim + LEFT_DELIM.len();
            let trims = has_left_trim_marker(&self.input[inside..]);
            let end = if trims { trimmed_end(&self.input[..delim], start) } else { delim };
            self.is_at_delim = start < end;
            if self.is_at_delim {
                let token = self.token(TokenKind::Text, start, end);
                self.pos = delim;
                return token;
            }
            let inside = if trims { inside + TRIM_MARKER_LEN } else { inside };
            if !self.input[inside..].starts_with(LEFT_COMMENT) {
                let token = self.token(TokenKind::LeftDelim, delim, delim + LEFT_DELIM.len());
                self.pos = inside;
                self.inside_action = true;
                self.paren_depth = 0;
                return token;
            }
            if let Err(message) = self.comment(inside) {
                return self.fail(inside, message);
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
    fn action(&mut self) -> Token {
        let from = self.pos;
        let start = past_spaces(self.input, from);
        let mut token = self.spaced(from, start);
        // The space of a trim marker is no space between tokens.
        let is_marked = token.kind == TokenKind::RightDelim && token.span.start as usize > start;
        token.is_spaced = start - usize::from(is_marked) > from;
        token
    }

    /// Reads the token at `start`, before which there is space since `from`.
    fn spaced(&mut self, from: usize, start: usize) -> Token {
        let Some(first) = self.input.get(start) else {
            return self.fail(start, "unclosed action");
        };
        let next = self.input.get(start + 1).copied();
        match *first {
            b'.' if next.is_some_and(|next| !next.is_ascii_digit()) => {
                self.name(TokenKind::Field, TokenKind::Dot, start)
            }
            b'$' => self.name(TokenKind::Variable, TokenKind::Variable, start),
            b'_' | b'a'..=b'z' | b'A'..=b'Z' => self.word(start),
            b'}' if next == Some(b'}') => self.right_delim(start, start),
            b'-' if from < start && self.input[start + 1..].starts_with(RIGHT_DELIM) => {
                self.right_delim(start - 1, start + 1)
            }
            b'.' | b'+' | b'-' | b'0'..=b'9' => self.number(start),
            b'"' => self.quoted(TokenKind::String, start, "unterminated quoted string"),
            b'`' => self.quoted(TokenKind::RawString, start, "unterminated raw quoted string"),
            b'(' => {
                self.paren_depth += 1;
                self.token(TokenKind::LeftParen, start, start + 1)
            }
            b')' => {
                if self.paren_depth == 0 {
                    return self.fail(start, "unexpected right paren");
                }
                self.paren_depth -= 1;
                self.token(TokenKind::RightParen, start, start + 1)
            }
            b'|' => self.token(TokenKind::Pipe, start, start + 1),
            b'=' => self.token(TokenKind::Assign, start, start + 1),
            b':' if next == Some(b'=') => self.token(TokenKind::Declare, start, start + 2),
            b':' => self.fail(start, "expected :="),
            b'\'' => self.quoted(TokenKind::CharConstant, start, "unterminated character constant"),
            b' '..=b'~' => self.token(TokenKind::Char, start, start + 1),
            _ => {
                let rune = decode_rune(&self.input[start..]).0;
                if is_alphanumeric(rune) {
                    return self.word(start);
                }
                let rune = describe_rune(rune);
                self.fail(start, format!("unrecognized character in action: {rune}"))
            }
        }
    }

    /// Reads `}}` at `start`; `marker` is where its trim marker begins, or the same.
    fn right_delim(&mut self, marker: usize, start: usize) -> Token {
        if self.paren_depth > 0 {
            return self.fail(marker, "unclosed left paren");
        }
        let token = self.token(TokenKind::RightDelim, start, start + RIGHT_DELIM.len());
        if marker < start {
            self.pos = past_spaces(self.input, self.pos);
        }
        self.inside_action = false;
        token
    }

    /// Reads a keyword, a constant or a function's name.
    fn word(&mut self, start: usize) -> Token {
        let end = self.name_end(start);
        if !self.is_terminator(end) {
            return self.bad_character(start, end);
        }
        let word = &self.input[start..end];
        let kind = match TokenKind::of_keyword(word) {
            Some(TokenKind::Break) if !self.break_is_keyword => TokenKind::Identifier,
            Some(TokenKind::Continue) if !self.continue_is_keyword => TokenKind::Identifier,
            Some(keyword) => keyword,
            None if word == b"true" || word == b"false" => TokenKind::Bool,
            None => TokenKind::Identifier,
        };
        self.token(kind, start, end)
    }

    /// Reads `.` or `$` and the name after it; without a name it is `alone`.
    fn name(&mut self, kind: TokenKind, alone: TokenKind, start: usize) -> Token {
        let end = self.name_end(start + 1);
        if !self.is_terminator(end) {
            return self.bad_character(start, end);
        }
        let kind = if end == start + 1 { alone } else { kind };
        self.token(kind, start, end)
    }

    #[cold]
    fn bad_character(&mut self, start: usize, at: usize) -> Token {
        let stop = describe_rune(decode_rune(&self.input[at..]).0);
        self.fail(start, format!("bad character {stop}"))
    }

    /// Passes over letters, digits and underscores.
    fn name_end(&self, start: usize) -> usize {
        let mut end = start;
        loop {
            while self.is(NAME, end) {
                end += 1;
            }
            if self.input.get(end).is_none_or(u8::is_ascii) {
                return end;
            }
            let (rune, width) = decode_rune(&self.input[end..]);
            if !is_alphanumeric(rune) {
                return end;
            }
            end += width;
        }
    }

    /// Tells whether a name may end here.
    fn is_terminator(&self, at: usize) -> bool {
        match self.input.get(at) {
            None => true,
            Some(byte) if CLASSES[usize::from(*byte)] & (SPACE | TERMINATOR) != 0 => true,
            Some(byte) => *byte == b'}' && self.input.get(at + 1) == Some(&b'}'),
        }
    }

    /// Tells whether the byte at `at` is of a class.
    fn is(&self, class: u8, at: usize) -> bool {
        self.input.get(at).is_some_and(|byte| CLASSES[usize::from(*byte)] & class != 0)
    }

    /// Reads to the closing quote; the parser judges the escapes.
    fn quoted(&mut self, kind: TokenKind, start: usize, unterminated: &str) -> Token {
        match quoted_len(&self.input[start..]) {
            Some((length, is_plain)) => {
                let token = self.token(kind, start, start + length);
                Token { is_plain, ..token }
            }
            None => self.fail(start, unterminated),
        }
    }

    fn number(&mut self, start: usize) -> Token {
        let (mut end, mut is_well_formed) = self.scan_number(start);
        let mut kind = TokenKind::Number;
        if is_well_formed && matches!(self.input.get(end), Some(b'+' | b'-')) {
            kind = TokenKind::Complex;
            (end, is_well_formed) = self.scan_number(end);
            is_well_formed &= self.input[end - 1] == b'i';
        }
        if is_well_formed {
            return self.token(kind, start, end);
        }
        let text = number::quote(&self.input[start..end]);
        self.fail(start, format!("bad number syntax: {text}"))
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
        let byte = *body.get(at)?;
        at += 1;
        if byte == *quote {
            return Some((at + 1, is_plain));
        }
        match byte {
            b'\n' => return None,
            b'\\' => {
                is_plain = false;
                // A newline cannot be escaped, and ends the search in the next turn.
                at += usize::from(*body.get(at)? != b'\n');
            }
            0x80.. => is_plain = false,
            _ => {}
        }
    }
}

fn span(start: usize, end: usize) -> Span {
    const WHY: &str = "a text is shorter than 4 GiB";
    Span { start: u32::try_from(start).expect(WHY), end: u32::try_from(end).expect(WHY) }
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
