//! Template text to tokens: text and actions, trim markers, comments.
//!
//! Source: Go's `text/template/parse/lex.go`.

use memchr::memchr_iter;
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

/// Reads tokens one by one.
#[derive(Debug)]
pub(crate) struct Lexer<'s> {
    input: &'s [u8],
    pos: usize,
    /// where the token being read starts
    start: usize,
    /// the line of `pos`, from 1
    line: u32,
    /// the line of `start`
    start_line: u32,
    paren_depth: i32,
    inside_action: bool,
    left_delim: Finder<'static>,
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
            start: 0,
            line: 1,
            start_line: 1,
            paren_depth: 0,
            inside_action: false,
            left_delim: Finder::new(LEFT_DELIM),
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
        if self.inside_action { self.inside_action() } else { self.text() }
    }

    fn rest(&self) -> &'s [u8] {
        &self.input[self.pos..]
    }

    fn peek_byte(&self) -> Option<u8> {
        self.input.get(self.pos).copied()
    }

    /// Gives the next character without taking it; `None` at the end.
    fn peek(&self) -> Option<char> {
        let rest = self.rest();
        if rest.is_empty() { None } else { Some(decode_rune(rest).0) }
    }

    /// Takes the next character.
    fn next(&mut self) -> Option<char> {
        let rest = self.rest();
        if rest.is_empty() {
            return None;
        }
        let (rune, width) = decode_rune(rest);
        self.pos += width;
        if rune == '\n' {
            self.line += 1;
        }
        Some(rune)
    }

    fn count_lines(&mut self, from: usize) {
        let lines = memchr_iter(b'\n', &self.input[from..self.pos]).count();
        self.line += u32::try_from(lines).expect("a text is shorter than 4 GiB");
    }

    /// Ends the token being read.
    fn token(&mut self, kind: TokenKind) -> Token {
        let token = Token { kind, span: span(self.start, self.pos), line: self.start_line };
        self.start = self.pos;
        self.start_line = self.line;
        token
    }

    /// Forgets what was read since the last token, counting its lines.
    fn ignore(&mut self) {
        self.count_lines(self.start);
        self.start = self.pos;
        self.start_line = self.line;
    }

    /// Gives up: an error token, and nothing after it.
    fn fail(&mut self, message: impl Into<String>) -> Token {
        let token = Token {
            kind: TokenKind::Error,
            span: span(self.start, self.pos),
            line: self.start_line,
        };
        self.error = message.into();
        self.pos = self.input.len();
        self.start = self.pos;
        token
    }

    /// Reads text up to the next action, past any comments.
    fn text(&mut self) -> Token {
        loop {
            let Some(length) = self.left_delim.find(self.rest()) else {
                self.pos = self.input.len();
                if self.pos > self.start {
                    self.count_lines(self.start);
                    return self.token(TokenKind::Text);
                }
                return self.token(TokenKind::Eof);
            };
            if length > 0 {
                self.pos += length;
                let trimmed = if has_left_trim_marker(&self.rest()[LEFT_DELIM.len()..]) {
                    trailing_spaces(&self.input[self.start..self.pos])
                } else {
                    0
                };
                self.pos -= trimmed;
                self.count_lines(self.start);
                let token = self.token(TokenKind::Text);
                self.pos += trimmed;
                self.ignore();
                if token.span.start < token.span.end {
                    return token;
                }
            }
            if let Some(token) = self.open_delim() {
                return token;
            }
        }
    }

    /// Reads `{{`, or a whole comment, for which there is no token.
    fn open_delim(&mut self) -> Option<Token> {
        self.pos += LEFT_DELIM.len();
        let marker = if has_left_trim_marker(self.rest()) { TRIM_MARKER_LEN } else { 0 };
        if self.rest()[marker..].starts_with(LEFT_COMMENT) {
            self.pos += marker;
            self.ignore();
            return self.comment();
        }
        let token = self.token(TokenKind::LeftDelim);
        self.inside_action = true;
        self.pos += marker;
        self.ignore();
        self.paren_depth = 0;
        Some(token)
    }

    /// Passes over a comment and its `}}`; a token only if it is malformed.
    fn comment(&mut self) -> Option<Token> {
        self.pos += LEFT_COMMENT.len();
        let Some(length) = memmem::find(self.rest(), RIGHT_COMMENT) else {
            return Some(self.fail("unclosed comment"));
        };
        self.pos += length + RIGHT_COMMENT.len();
        let Some(trim) = self.right_delim_ahead() else {
            return Some(self.fail("comment ends before closing delimiter"));
        };
        if trim {
            self.pos += TRIM_MARKER_LEN;
        }
        self.pos += RIGHT_DELIM.len();
        if trim {
            self.pos += leading_spaces(self.rest());
        }
        self.ignore();
        None
    }

    /// Tells whether `}}` is next, and if so whether it trims.
    fn right_delim_ahead(&self) -> Option<bool> {
        let rest = self.rest();
        if has_right_trim_marker(rest) && rest[TRIM_MARKER_LEN..].starts_with(RIGHT_DELIM) {
            return Some(true);
        }
        rest.starts_with(RIGHT_DELIM).then_some(false)
    }

    fn right_delim(&mut self, trim: bool) -> Token {
        if trim {
            self.pos += TRIM_MARKER_LEN;
            self.ignore();
        }
        self.pos += RIGHT_DELIM.len();
        let token = self.token(TokenKind::RightDelim);
        if trim {
            self.pos += leading_spaces(self.rest());
            self.ignore();
        }
        self.inside_action = false;
        token
    }

    fn inside_action(&mut self) -> Token {
        if let Some(trim) = self.right_delim_ahead() {
            if self.paren_depth == 0 {
                return self.right_delim(trim);
            }
            return self.fail("unclosed left paren");
        }
        let Some(rune) = self.peek() else {
            return self.fail("unclosed action");
        };
        match rune {
            ' ' | '\t' | '\r' | '\n' => return self.space(),
            '.' if self.input.get(self.pos + 1).is_some_and(|next| !next.is_ascii_digit()) => {
                self.pos += 1;
                return self.field_or_variable(TokenKind::Field);
            }
            '.' | '+' | '-' | '0'..='9' => return self.number(),
            _ if is_alphanumeric(rune) => return self.identifier(),
            _ => {}
        }
        self.next();
        match rune {
            '=' => self.token(TokenKind::Assign),
            ':' => {
                if self.next() == Some('=') {
                    self.token(TokenKind::Declare)
                } else {
                    self.fail("expected :=")
                }
            }
            '|' => self.token(TokenKind::Pipe),
            '"' => self.quoted('"', TokenKind::String, "unterminated quoted string"),
            '`' => self.raw_quoted(),
            '$' => {
                if self.at_terminator() {
                    self.token(TokenKind::Variable)
                } else {
                    self.field_or_variable(TokenKind::Variable)
                }
            }
            '\'' => self.quoted('\'', TokenKind::CharConstant, "unterminated character constant"),
            '(' => {
                self.paren_depth += 1;
                self.token(TokenKind::LeftParen)
            }
            ')' => {
                self.paren_depth -= 1;
                if self.paren_depth < 0 {
                    return self.fail("unexpected right paren");
                }
                self.token(TokenKind::RightParen)
            }
            '\u{20}'..='\u{7E}' => self.token(TokenKind::Char),
            _ => self.fail(format!("unrecognized character in action: {}", describe_rune(rune))),
        }
    }

    /// Reads a run of spaces, leaving the one that belongs to a trim marker.
    fn space(&mut self) -> Token {
        let length = leading_spaces(self.rest());
        self.pos += length;
        let last = &self.input[self.pos - 1..];
        if has_right_trim_marker(last) && last[TRIM_MARKER_LEN..].starts_with(RIGHT_DELIM) {
            self.pos -= 1;
            if length == 1 {
                return self.right_delim(true);
            }
        }
        self.count_lines(self.start);
        self.token(TokenKind::Space)
    }

    fn identifier(&mut self) -> Token {
        let stop = self.alphanumerics();
        let word = &self.input[self.start..self.pos];
        if !self.at_terminator() {
            return self.fail(format!("bad character {}", describe_stop(stop)));
        }
        let kind = match TokenKind::of_keyword(word) {
            Some(TokenKind::Break) if !self.break_is_keyword => TokenKind::Identifier,
            Some(TokenKind::Continue) if !self.continue_is_keyword => TokenKind::Identifier,
            Some(keyword) => keyword,
            None if word == b"true" || word == b"false" => TokenKind::Bool,
            None => TokenKind::Identifier,
        };
        self.token(kind)
    }

    /// Reads the name after `.` or `$`.
    fn field_or_variable(&mut self, kind: TokenKind) -> Token {
        if self.at_terminator() {
            let alone =
                if kind == TokenKind::Variable { TokenKind::Variable } else { TokenKind::Dot };
            return self.token(alone);
        }
        let stop = self.alphanumerics();
        if !self.at_terminator() {
            return self.fail(format!("bad character {}", describe_stop(stop)));
        }
        self.token(kind)
    }

    /// Passes over letters, digits and underscores, and gives what stopped it.
    fn alphanumerics(&mut self) -> Option<char> {
        loop {
            match self.peek_byte() {
                Some(byte) if byte == b'_' || byte.is_ascii_alphanumeric() => self.pos += 1,
                Some(0x80..) => {
                    let (rune, width) = decode_rune(self.rest());
                    if !is_alphanumeric(rune) {
                        return Some(rune);
                    }
                    self.pos += width;
                }
                Some(byte) => return Some(char::from(byte)),
                None => return None,
            }
        }
    }

    /// Tells whether a name may end here.
    fn at_terminator(&self) -> bool {
        match self.peek_byte() {
            None | Some(b' ' | b'\t' | b'\r' | b'\n' | b'.' | b',' | b'|' | b':' | b')' | b'(') => {
                true
            }
            Some(_) => self.rest().starts_with(RIGHT_DELIM),
        }
    }

    /// Reads to the closing quote; the parser judges the escapes.
    fn quoted(&mut self, quote: char, kind: TokenKind, unterminated: &str) -> Token {
        loop {
            match self.next() {
                Some('\\') => {
                    if matches!(self.next(), None | Some('\n')) {
                        return self.fail(unterminated);
                    }
                }
                None | Some('\n') => return self.fail(unterminated),
                Some(rune) if rune == quote => return self.token(kind),
                Some(_) => {}
            }
        }
    }

    fn raw_quoted(&mut self) -> Token {
        match memchr::memchr(b'`', self.rest()) {
            Some(length) => {
                let from = self.pos;
                self.pos += length + 1;
                self.count_lines(from);
                self.token(TokenKind::RawString)
            }
            None => self.fail("unterminated raw quoted string"),
        }
    }

    fn number(&mut self) -> Token {
        let mut well_formed = self.scan_number();
        let mut kind = TokenKind::Number;
        if well_formed && matches!(self.peek_byte(), Some(b'+' | b'-')) {
            kind = TokenKind::Complex;
            well_formed = self.scan_number() && self.input[self.pos - 1] == b'i';
        }
        if well_formed {
            return self.token(kind);
        }
        let text = number::quote(&self.input[self.start..self.pos]);
        self.fail(format!("bad number syntax: {text}"))
    }

    /// Passes over what looks like a number; the parser judges it.
    fn scan_number(&mut self) -> bool {
        const DECIMAL: &[u8] = b"0123456789_";
        const HEX: &[u8] = b"0123456789abcdefABCDEF_";
        self.accept(b"+-");
        let mut digits = DECIMAL;
        if self.accept(b"0") {
            if self.accept(b"xX") {
                digits = HEX;
            } else if self.accept(b"oO") {
                digits = b"01234567_";
            } else if self.accept(b"bB") {
                digits = b"01_";
            }
        }
        self.accept_run(digits);
        if self.accept(b".") {
            self.accept_run(digits);
        }
        if digits == DECIMAL && self.accept(b"eE") || digits == HEX && self.accept(b"pP") {
            self.accept(b"+-");
            self.accept_run(DECIMAL);
        }
        self.accept(b"i");
        if self.peek().is_some_and(is_alphanumeric) {
            self.next();
            return false;
        }
        true
    }

    fn accept(&mut self, valid: &[u8]) -> bool {
        let accepted = self.peek_byte().is_some_and(|byte| valid.contains(&byte));
        self.pos += usize::from(accepted);
        accepted
    }

    fn accept_run(&mut self, valid: &[u8]) {
        while self.accept(valid) {}
    }
}

fn span(start: usize, end: usize) -> Span {
    const WHY: &str = "a text is shorter than 4 GiB";
    Span { start: u32::try_from(start).expect(WHY), end: u32::try_from(end).expect(WHY) }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

fn leading_spaces(text: &[u8]) -> usize {
    text.iter().take_while(|byte| is_space(**byte)).count()
}

fn trailing_spaces(text: &[u8]) -> usize {
    text.iter().rev().take_while(|byte| is_space(**byte)).count()
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

/// As [`describe_rune`]; Go's number for the end of the text is -1.
fn describe_stop(rune: Option<char>) -> String {
    rune.map_or_else(|| "U+FFFFFFFFFFFFFFFF".to_owned(), describe_rune)
}
