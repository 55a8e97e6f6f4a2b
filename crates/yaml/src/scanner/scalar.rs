//! Scalars: plain, quoted, and in blocks.
//!
//! What stands on one line is borrowed from the text; only folding, escapes and blocks make new text.

use std::borrow::Cow;

use super::{MAX_KEY_CHARS, PossibleKey, Scanner, Style, TokenKind};
use crate::error::Fault;

/// How many line breaks were met between two pieces of a scalar, and what they fold to.
#[derive(Default)]
struct Fold {
    /// the first break, as it is kept: a line feed, U+2028 or U+2029
    first: &'static str,
    rest: String,
}

impl Fold {
    fn add(&mut self, line_break: &'static str) {
        if self.first.is_empty() {
            self.first = line_break;
        } else {
            self.rest.push_str(line_break);
        }
    }

    /// One line feed becomes a space, of more the first goes; other breaks stay.
    fn fold_into(&mut self, out: &mut String) {
        if self.first != "\n" {
            out.push_str(self.first);
        } else if self.rest.is_empty() {
            out.push(' ');
        }
        out.push_str(&self.rest);
        self.first = "";
        self.rest.clear();
    }
}

/// What happens to the line breaks at the end of a block.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Chomp {
    /// `-`: they go
    Strip,
    /// one stays
    Clip,
    /// `+`: they stay
    Keep,
}

/// Bytes that may end a plain scalar in a block.
const BLOCK_STOPS: [bool; 256] = stops(b"\0 \t\n\r:\xc2\xe2");

/// Bytes that may end a plain scalar in a flow collection.
const FLOW_STOPS: [bool; 256] = stops(b"\0 \t\n\r:\xc2\xe2,?[]{}");

const fn stops(bytes: &[u8]) -> [bool; 256] {
    let mut stops = [false; 256];
    let mut n = 0;
    while n < bytes.len() {
        stops[bytes[n] as usize] = true;
        n += 1;
    }
    stops
}

impl<'a> Scanner<'a> {
    pub(super) fn fetch_plain(&mut self) -> Result<(), Fault> {
        let mut piece_end = self.plain_end();
        if self.is_key_allowed && self.input.problem.is_none() && self.byte(piece_end) == b':' {
            let text = &self.input.text[self.at..piece_end];
            if self.fetch_simple_key(text, Style::Plain, piece_end)? {
                return Ok(());
            }
        }
        self.save_key()?;
        self.is_key_allowed = false;
        let (start, line) = (self.at, self.line);
        let mut text: Cow<'a, str> = Cow::Borrowed("");
        let mut end = start;
        let mut fold = Fold::default();
        let mut has_break = false;
        loop {
            self.need(self.at, 4)?;
            if self.byte(self.at) == b'#' || self.is_at_document_indicator() {
                break;
            }
            if piece_end > self.at {
                let piece = &self.input.text[self.at..piece_end];
                // goyaml looks at four characters wherever a word begins.
                if self.input.problem.is_some()
                    && let Some(blank) = piece.rfind([' ', '\t'])
                {
                    self.need(self.at + blank + 1, 4)?;
                }
                if has_break {
                    fold.fold_into(text.to_mut());
                    text.to_mut().push_str(piece);
                    has_break = false;
                } else {
                    text = Cow::Borrowed(piece);
                }
                self.pass(piece_end);
                end = piece_end;
                self.need(self.at, 2)?;
            }
            // What stands here ends the scalar or is blank; blanks within a line were part of the piece.
            while matches!(self.byte(self.at), b' ' | b'\t') {
                self.at += 1;
            }
            let mut break_len = self.break_len(self.at);
            if break_len == 0 {
                self.need(self.at, if self.at > piece_end { 4 } else { 1 })?;
                break;
            }
            while break_len > 0 {
                self.need(self.at, 2)?;
                fold.add(self.kept_break());
                has_break = true;
                self.pass_break(break_len);
                while matches!(self.byte(self.at), b' ' | b'\t') {
                    if self.byte(self.at) == b'\t' && self.column() < self.floor {
                        return Err(self.error("found a tab character that violates indentation"));
                    }
                    self.at += 1;
                }
                self.need(self.at, 1)?;
                break_len = self.break_len(self.at);
            }
            if self.flow_depth == 0 && self.column() < self.floor {
                break;
            }
            piece_end = self.plain_end();
        }
        // A key may begin on a line that ended the scalar.
        if has_break {
            self.is_key_allowed = true;
        }
        let kind = TokenKind::Scalar(text, Style::Plain);
        self.queue.push_back(super::Token { kind, start, end, line });
        Ok(())
    }

    /// Puts a scalar that a colon follows into the queue as a key, unless it is too long for one.
    ///
    /// This is what [`Scanner::save_key`] and the colon would make of it, without a token that waits.
    fn fetch_simple_key(&mut self, text: &'a str, style: Style, end: usize) -> Result<bool, Fault> {
        if end - self.at > MAX_KEY_CHARS {
            return Ok(false);
        }
        self.drop_key()?;
        let place = self.place();
        let token = self.n_taken + self.queue.len();
        self.keys[self.flow_depth] =
            PossibleKey { is_possible: false, is_required: false, token, place };
        self.indent(TokenKind::BlockMappingStart, None, place)?;
        self.is_key_allowed = false;
        self.push(TokenKind::Key, self.at, self.line);
        self.pass(end);
        self.push(TokenKind::Scalar(Cow::Borrowed(text), style), place.at, self.line);
        self.push_indicator(TokenKind::Value, 1);
        Ok(true)
    }

    /// Gives where the part of a plain scalar ends that is on this line, without the blanks behind it.
    fn plain_end(&self) -> usize {
        let stops = if self.flow_depth == 0 { &BLOCK_STOPS } else { &FLOW_STOPS };
        let is_content = |at| match self.byte(at) {
            b':' => !self.is_blank_or_end(at + 1),
            0xc2 | 0xe2 => !self.is_break(at),
            byte => !stops[usize::from(byte)],
        };
        let mut at = self.at;
        loop {
            at += self.bytes[at..].iter().take_while(|byte| !stops[usize::from(**byte)]).count();
            let word_end = at;
            while matches!(self.byte(at), b' ' | b'\t') {
                at += 1;
            }
            // A comment begins only behind a blank.
            if !is_content(at) || (at > word_end && self.byte(at) == b'#') {
                return word_end;
            }
            at += 1;
        }
    }

    pub(super) fn fetch_single_quoted(&mut self) -> Result<(), Fault> {
        self.fetch_quoted(b'\'', Style::SingleQuoted)
    }

    pub(super) fn fetch_double_quoted(&mut self) -> Result<(), Fault> {
        self.fetch_quoted(b'"', Style::DoubleQuoted)
    }

    fn fetch_quoted(&mut self, quote: u8, style: Style) -> Result<(), Fault> {
        let simple_end = self.simple_quoted_end(quote);
        if let Some(end) = simple_end
            && self.is_key_allowed
            && self.byte(end + 1) == b':'
            && self.is_blank_or_end(end + 2)
        {
            let text = &self.input.text[self.at + 1..end];
            if self.fetch_simple_key(text, style, end + 1)? {
                return Ok(());
            }
        }
        self.save_key()?;
        self.is_key_allowed = false;
        let (start, line) = (self.at, self.line);
        self.at += 1;
        let text = match simple_end {
            Some(end) => {
                let text = Cow::Borrowed(&self.input.text[self.at..end]);
                self.pass(end);
                text
            }
            None => Cow::Owned(self.scan_quoted(quote)?),
        };
        self.need(self.at, 1)?;
        self.at += 1;
        self.push(TokenKind::Scalar(text, style), start, line);
        Ok(())
    }

    /// Gives where the closing quote is, if the text is on one line and has no escapes.
    fn simple_quoted_end(&self, quote: u8) -> Option<usize> {
        if self.input.problem.is_some() {
            return None;
        }
        let rest = &self.bytes[self.at + 1..];
        let len = match quote {
            b'"' => memchr::memchr2(b'"', b'\\', rest).filter(|len| rest[*len] == b'"')?,
            _ => memchr::memchr(b'\'', rest).filter(|len| rest.get(len + 1) != Some(&b'\''))?,
        };
        let end = self.at + 1 + len;
        // The quote is looked for first, because a line may be as long as the document.
        let has_break = memchr::memchr2(b'\n', b'\r', &rest[..len]).is_some()
            || (self.input.has_odd_breaks && (self.at + 1..end).any(|at| self.is_break(at)));
        (!has_break).then_some(end)
    }

    /// Reads a quoted scalar up to its closing quote.
    fn scan_quoted(&mut self, quote: u8) -> Result<String, Fault> {
        let mut text = String::new();
        let mut fold = Fold::default();
        loop {
            self.need(self.at, 4)?;
            if self.is_at_document_indicator() {
                return Err(self.error("found unexpected document indicator"));
            }
            if self.at == self.bytes.len() {
                return Err(self.error("found unexpected end of stream"));
            }
            let is_line_joined = self.scan_quoted_words(quote, &mut text)?;
            self.need(self.at, 1)?;
            if self.byte(self.at) == quote {
                return Ok(text);
            }
            let blanks_start = self.at;
            let mut has_break = is_line_joined;
            loop {
                while matches!(self.byte(self.at), b' ' | b'\t') {
                    self.at += 1;
                }
                let break_len = self.break_len(self.at);
                if break_len == 0 {
                    self.need(self.at, 1)?;
                    break;
                }
                self.need(self.at, 2)?;
                if has_break {
                    fold.rest.push_str(self.kept_break());
                } else {
                    fold.add(self.kept_break());
                    has_break = true;
                }
                self.pass_break(break_len);
            }
            if has_break {
                fold.fold_into(&mut text);
            } else {
                text.push_str(&self.input.text[blanks_start..self.at]);
            }
        }
    }

    /// Reads up to a blank, a line break or the closing quote, and tells whether an escaped line break came last.
    fn scan_quoted_words(&mut self, quote: u8, text: &mut String) -> Result<bool, Fault> {
        loop {
            let start = self.at;
            let mut at = start;
            loop {
                match self.byte(at) {
                    b' ' | b'\t' | b'\n' | b'\r' | 0 => break,
                    b'\\' if quote == b'"' => break,
                    byte if byte == quote => break,
                    0xc2 | 0xe2 if self.is_break(at) => break,
                    _ => at += 1,
                }
            }
            text.push_str(&self.input.text[start..at]);
            self.pass(at);
            self.need(at, if at > start { 2 } else { 1 })?;
            match self.byte(at) {
                b'\'' if quote == b'\'' && self.byte(at + 1) == b'\'' => {
                    text.push('\'');
                    self.at += 2;
                }
                b'\\' if quote == b'"' => {
                    let break_len = self.break_len(at + 1);
                    if break_len > 0 {
                        self.need(at, 3)?;
                        self.at += 1;
                        self.pass_break(break_len);
                        return Ok(true);
                    }
                    self.scan_escape(text)?;
                }
                _ => return Ok(false),
            }
            self.need(self.at, 2)?;
        }
    }

    /// Reads a backslash and what it stands for.
    fn scan_escape(&mut self, text: &mut String) -> Result<(), Fault> {
        let (c, n_digits) = match self.byte(self.at + 1) {
            b'0' => ('\0', 0),
            b'a' => ('\x07', 0),
            b'b' => ('\x08', 0),
            b't' | b'\t' => ('\t', 0),
            b'n' => ('\n', 0),
            b'v' => ('\x0b', 0),
            b'f' => ('\x0c', 0),
            b'r' => ('\r', 0),
            b'e' => ('\x1b', 0),
            byte @ (b' ' | b'"' | b'\'' | b'\\') => (char::from(byte), 0),
            b'N' => ('\u{85}', 0),
            b'_' => ('\u{a0}', 0),
            b'L' => ('\u{2028}', 0),
            b'P' => ('\u{2029}', 0),
            b'x' => ('\0', 2),
            b'u' => ('\0', 4),
            b'U' => ('\0', 8),
            _ => return Err(self.error("found unknown escape character")),
        };
        self.at += 2;
        if n_digits == 0 {
            text.push(c);
            return Ok(());
        }
        self.need(self.at, n_digits)?;
        let digits = self.bytes.get(self.at..self.at + n_digits).unwrap_or(b"?");
        let mut code: u32 = 0;
        for &byte in digits {
            let Some(digit) = char::from(byte).to_digit(16) else {
                return Err(self.error("did not find expected hexdecimal number"));
            };
            code = code << 4 | digit;
        }
        let Some(c) = char::from_u32(code) else {
            return Err(self.error("found invalid Unicode character escape code"));
        };
        text.push(c);
        self.at += n_digits;
        Ok(())
    }

    pub(super) fn fetch_block_scalar(&mut self, is_literal: bool) -> Result<(), Fault> {
        self.drop_key()?;
        self.is_key_allowed = true;
        let (start, line) = (self.at, self.line);
        self.at += 1;
        let (chomp, increment) = self.scan_block_header()?;
        self.skip_rest_of_line()?;
        let mut end = self.at;
        let mut indent = match increment {
            0 => 0,
            _ => self.floor.saturating_sub(1) + increment,
        };
        let mut text = String::new();
        let mut fold = Fold::default();
        self.scan_block_breaks(&mut indent, &mut fold.rest, &mut end)?;
        let mut was_blank = false;
        while self.at - self.line_start == indent && self.at < self.bytes.len() {
            let is_blank = matches!(self.bytes[self.at], b' ' | b'\t');
            if !is_literal && fold.first == "\n" && !was_blank && !is_blank {
                fold.fold_into(&mut text);
            } else {
                text.push_str(fold.first);
                text.push_str(&fold.rest);
                fold.first = "";
                fold.rest.clear();
            }
            was_blank = is_blank;
            let line_end = self.line_end(self.at);
            text.push_str(&self.input.text[self.at..line_end]);
            self.pass(line_end);
            self.need(line_end, 2)?;
            let break_len = self.break_len(line_end);
            if break_len > 0 {
                fold.first = self.kept_break();
                self.pass_break(break_len);
            }
            self.scan_block_breaks(&mut indent, &mut fold.rest, &mut end)?;
        }
        if chomp != Chomp::Strip {
            text.push_str(fold.first);
        }
        if chomp == Chomp::Keep {
            text.push_str(&fold.rest);
        }
        let style = if is_literal { Style::Literal } else { Style::Folded };
        let kind = TokenKind::Scalar(Cow::Owned(text), style);
        self.queue.push_back(super::Token { kind, start, end, line });
        Ok(())
    }

    /// Gives what a scalar keeps of the line break here.
    fn kept_break(&self) -> &'static str {
        match (self.byte(self.at), self.byte(self.at + 2)) {
            (0xe2, 0xa8) => "\u{2028}",
            (0xe2, _) => "\u{2029}",
            _ => "\n",
        }
    }

    /// Reads the indicators behind `|` and `>`, in any order, and gives the indentation as 0 if there is none.
    fn scan_block_header(&mut self) -> Result<(Chomp, usize), Fault> {
        let mut chomp = None;
        let mut increment = 0;
        loop {
            self.need(self.at, 1)?;
            match self.byte(self.at) {
                b'+' if chomp.is_none() => chomp = Some(Chomp::Keep),
                b'-' if chomp.is_none() => chomp = Some(Chomp::Strip),
                b'0' if increment == 0 => {
                    return Err(self.error("found an indentation indicator equal to 0"));
                }
                digit @ b'1'..=b'9' if increment == 0 => increment = usize::from(digit - b'0'),
                _ => return Ok((chomp.unwrap_or(Chomp::Clip), increment)),
            }
            self.at += 1;
        }
    }

    /// Goes on behind indentation and empty lines; finds the indentation if it is not known, which 0 means.
    fn scan_block_breaks(
        &mut self,
        indent: &mut usize,
        breaks: &mut String,
        end: &mut usize,
    ) -> Result<(), Fault> {
        let mut deepest = 0;
        *end = self.at;
        loop {
            let limit = if *indent == 0 { usize::MAX } else { self.line_start + *indent };
            while self.at < limit && self.byte(self.at) == b' ' {
                self.at += 1;
            }
            deepest = deepest.max(self.at - self.line_start);
            if self.at < limit && self.byte(self.at) == b'\t' {
                return Err(
                    self.error("found a tab character where an indentation space is expected")
                );
            }
            self.need(self.at, 1)?;
            let break_len = self.break_len(self.at);
            if break_len == 0 {
                break;
            }
            self.need(self.at, 2)?;
            breaks.push_str(self.kept_break());
            self.pass_break(break_len);
            *end = self.at;
        }
        if *indent == 0 {
            *indent = deepest.max(self.floor).max(1);
        }
        Ok(())
    }
}
