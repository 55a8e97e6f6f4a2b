//! From text to tokens: indentation, indicators, and which scalar is a key.
//!
//! A key is known only when its colon comes, so tokens wait in a queue until the first one can no longer be preceded
//! by a `Key`. goyaml's bookkeeping of possible keys is kept as it is, because its oddities decide which texts it
//! refuses: they are named where they are.
//!
//! Source: `scannerc.go` of goyaml v2.

mod directive;
mod scalar;

use std::borrow::Cow;
use std::collections::VecDeque;

use crate::Error;
use crate::error::Fault;
use crate::reader::{Input, Problem};

/// The deepest nesting of flow collections, and of indentation, as in goyaml.
pub(crate) const MAX_DEPTH: usize = 10_000;

/// The most characters between the beginning of a key and its colon.
const MAX_KEY_CHARS: usize = 1024;

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// without quotes
    Plain,
    /// `'text'`
    SingleQuoted,
    /// `"text"`
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
}

#[derive(Debug, Clone)]
pub(crate) enum TokenKind<'a> {
    StreamEnd,
    VersionDirective(u8, u8),
    /// a handle and what it stands for
    TagDirective(Box<(&'a str, String)>),
    DocumentStart,
    DocumentEnd,
    BlockSequenceStart,
    BlockMappingStart,
    BlockEnd,
    FlowSequenceStart,
    FlowSequenceEnd,
    FlowMappingStart,
    FlowMappingEnd,
    BlockEntry,
    FlowEntry,
    Key,
    Value,
    Alias(&'a str),
    Anchor(&'a str),
    /// a handle and what follows it
    Tag(Box<(&'a str, String)>),
    Scalar(Cow<'a, str>, Style),
}

/// A token and where it stands, in bytes of the input.
#[derive(Debug, Clone)]
pub(crate) struct Token<'a> {
    pub(crate) kind: TokenKind<'a>,
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// the line it begins on, from 0
    pub(crate) line: usize,
}

/// A place where a key may have begun.
#[derive(Debug, Clone, Copy)]
struct PossibleKey {
    is_possible: bool,
    /// whether there is an error if it proves to be none
    is_required: bool,
    /// the number of its first token, counted from the beginning of the stream
    token: usize,
    place: Place,
}

#[derive(Debug, Clone, Copy, Default)]
struct Place {
    at: usize,
    line: usize,
    /// both in characters
    column: usize,
    index: usize,
}

#[derive(Debug)]
pub(crate) struct Scanner<'a> {
    input: Input<'a>,
    bytes: &'a [u8],
    at: usize,
    /// from 0
    line: usize,
    line_start: usize,
    /// how many bytes before `at` do not begin a character, and how many before `line_start`
    n_inner: usize,
    n_inner_at_line: usize,
    queue: VecDeque<Token<'a>>,
    /// whether the first token of the queue is settled
    is_settled: bool,
    n_taken: usize,
    flow_depth: usize,
    /// the column of the innermost block collection plus one, or 0 outside of any
    floor: usize,
    outer_floors: Vec<usize>,
    /// a place for each flow level
    keys: Vec<PossibleKey>,
    /// the tokens that may turn out to begin a key, ascending, each with its flow level
    waiting: VecDeque<(usize, usize)>,
    is_key_allowed: bool,
    /// up to where a second byte order mark has goyaml drop the first character of a line
    bom_end: usize,
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(input: Input<'a>) -> Self {
        // goyaml looks for the mark at the beginning of its buffer, wherever in the buffer it is.
        let bom_end = if input.text.starts_with('\u{feff}') { 512 - input.offset } else { 0 };
        let no_key = PossibleKey {
            is_possible: false,
            is_required: false,
            token: 0,
            place: Place::default(),
        };
        Self {
            input,
            bytes: input.text.as_bytes(),
            at: 0,
            line: 0,
            line_start: 0,
            n_inner: 0,
            n_inner_at_line: 0,
            queue: VecDeque::new(),
            is_settled: false,
            // goyaml counts a token for the beginning of the stream.
            n_taken: 1,
            flow_depth: 0,
            floor: 0,
            outer_floors: Vec::new(),
            keys: vec![no_key],
            waiting: VecDeque::new(),
            is_key_allowed: true,
            bom_end,
        }
    }

    /// Gives the next token and leaves it.
    pub(crate) fn peek(&mut self) -> Result<&Token<'a>, Fault> {
        if !self.is_settled {
            while self.queue.is_empty() || self.is_first_open()? {
                self.fetch()?;
            }
            self.is_settled = true;
        }
        Ok(&self.queue[0])
    }

    /// Takes the token that [`Self::peek`] gave.
    pub(crate) fn take(&mut self) -> Token<'a> {
        self.is_settled = false;
        self.n_taken += 1;
        self.queue.pop_front().expect("a token was peeked")
    }

    /// Takes the token that [`Self::peek`] gave, and gives the next one and leaves it.
    pub(crate) fn take_and_peek(&mut self) -> Result<&Token<'a>, Fault> {
        self.take();
        self.peek()
    }

    /// Makes an error of the parser, whose lines are one less than those of the scanner.
    pub(crate) fn parse_error(&self, message: &str, at: usize, line: usize) -> Fault {
        error(message, line, at + self.input.offset)
    }

    /// How many bytes to add to a place in the input for one in the text.
    pub(crate) fn offset(&self) -> usize {
        self.input.offset
    }

    fn error(&self, message: &str) -> Fault {
        // goyaml leaves out the line if it is the first.
        let line = if self.line == 0 { 0 } else { self.line + 1 };
        error(message, line, self.at + self.input.offset)
    }

    /// Tells whether the first token may turn out to begin a key.
    fn is_first_open(&mut self) -> Result<bool, Fault> {
        while self.waiting.front().is_some_and(|(token, _)| *token < self.n_taken) {
            self.waiting.pop_front();
        }
        match self.waiting.front() {
            Some(&(token, level)) if token == self.n_taken => self.is_key_possible(level),
            _ => Ok(false),
        }
    }

    /// Tells whether a colon here would make a key of what waits on a flow level.
    fn is_key_possible(&mut self, level: usize) -> Result<bool, Fault> {
        let index = self.index();
        let Some(key) = self.keys.get_mut(level).filter(|key| key.is_possible) else {
            return Ok(false);
        };
        if key.place.line == self.line && key.place.index + MAX_KEY_CHARS >= index {
            return Ok(true);
        }
        if key.is_required {
            return Err(self.error("could not find expected ':'"));
        }
        key.is_possible = false;
        Ok(false)
    }

    fn save_key(&mut self) -> Result<(), Fault> {
        if !self.is_key_allowed {
            return Ok(());
        }
        let place = self.place();
        let is_required = self.flow_depth == 0 && self.floor == place.column + 1;
        self.drop_key()?;
        let token = self.n_taken + self.queue.len();
        let level = self.flow_depth;
        self.keys[level] = PossibleKey { is_possible: true, is_required, token, place };
        while self.waiting.back().is_some_and(|(last, _)| *last >= token) {
            self.waiting.pop_back();
        }
        self.waiting.push_back((token, level));
        Ok(())
    }

    fn drop_key(&mut self) -> Result<(), Fault> {
        let key = &mut self.keys[self.flow_depth];
        if key.is_possible {
            if key.is_required {
                return Err(self.error("could not find expected ':'"));
            }
            key.is_possible = false;
            let token = key.token;
            self.forget(token);
        }
        Ok(())
    }

    /// Stops waiting for a token to begin a key.
    fn forget(&mut self, token: usize) {
        if let Ok(found) = self.waiting.binary_search_by_key(&token, |(token, _)| *token) {
            self.waiting.remove(found);
        }
    }

    fn place(&self) -> Place {
        Place { at: self.at, line: self.line, column: self.column(), index: self.index() }
    }

    fn column(&self) -> usize {
        self.at - self.line_start - (self.n_inner - self.n_inner_at_line)
    }

    fn index(&self) -> usize {
        self.at - self.n_inner
    }

    /// Gives a byte, or 0 behind the end: no text contains one.
    #[inline]
    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    /// Gives the length of the line break at a place, or 0 if there is none.
    #[inline]
    fn break_len(&self, at: usize) -> usize {
        match self.byte(at) {
            b'\r' if self.byte(at + 1) == b'\n' => 2,
            b'\n' | b'\r' => 1,
            0xc2 if self.bytes[at + 1] == 0x85 => 2,
            0xe2 if self.bytes[at + 1] == 0x80 && matches!(self.bytes[at + 2], 0xa8 | 0xa9) => 3,
            _ => 0,
        }
    }

    #[inline]
    fn is_break(&self, at: usize) -> bool {
        self.break_len(at) > 0
    }

    /// Tells whether a blank, a line break or the end is at a place.
    fn is_blank_or_end(&self, at: usize) -> bool {
        matches!(self.byte(at), b' ' | b'\t' | 0) || self.is_break(at)
    }

    /// Gives where the line ends that `from` is on.
    fn line_end(&self, from: usize) -> usize {
        let end = self.bytes.len();
        if self.input.has_odd_breaks {
            return (from..end).find(|&at| self.is_break(at)).unwrap_or(end);
        }
        memchr::memchr2(b'\n', b'\r', &self.bytes[from..]).map_or(end, |n| from + n)
    }

    /// Fails if goyaml, asked for `n` characters from a place on, would have to decode what it cannot.
    #[inline]
    fn need(&self, at: usize, n: usize) -> Result<(), Fault> {
        match self.input.problem {
            None => Ok(()),
            Some(problem) => self.need_before(problem, at, n),
        }
    }

    #[cold]
    fn need_before(&self, problem: Problem, at: usize, n: usize) -> Result<(), Fault> {
        let rest = self.input.text.get(at..).unwrap_or("");
        if rest.len() >= 4 * n || rest.chars().count() >= n {
            return Ok(());
        }
        Err(error(problem.message, 0, problem.at))
    }

    /// Goes on to a place on the same line.
    #[inline]
    fn pass(&mut self, to: usize) {
        if !self.input.is_ascii {
            let passed = &self.bytes[self.at..to];
            self.n_inner += passed.iter().filter(|byte| **byte & 0xc0 == 0x80).count();
        }
        self.at = to;
    }

    /// Goes on behind a line break of `len` bytes.
    fn pass_break(&mut self, len: usize) {
        if self.bytes[self.at] >= 0x80 {
            self.n_inner += len - 1;
        }
        self.at += len;
        self.start_line();
    }

    fn start_line(&mut self) {
        self.line += 1;
        self.line_start = self.at;
        self.n_inner_at_line = self.n_inner;
    }

    /// Tells whether three dashes or dots stand here, at the beginning of a line and before a blank.
    fn is_at_document_indicator(&self) -> bool {
        self.at == self.line_start
            && matches!(self.bytes.get(self.at..self.at + 3), Some(b"---" | b"..."))
            && self.is_blank_or_end(self.at + 3)
    }

    /// Puts the token into the queue that begins at `start` and ends here.
    #[inline]
    fn push(&mut self, kind: TokenKind<'a>, start: usize, line: usize) {
        self.queue.push_back(Token { kind, start, end: self.at, line });
    }

    /// Puts a token without text before one that is in the queue or, if it has been taken, at the end.
    fn insert(&mut self, kind: TokenKind<'a>, before: usize, place: Place) {
        let token = Token { kind, start: place.at, end: place.at, line: place.line };
        match before.checked_sub(self.n_taken) {
            Some(position) => self.queue.insert(position, token),
            None => self.queue.push_back(token),
        }
    }

    fn push_indicator(&mut self, kind: TokenKind<'a>, len: usize) {
        let start = self.at;
        self.at += len;
        self.push(kind, start, self.line);
    }

    /// Begins a block collection if the column is deeper than the innermost one.
    fn indent(
        &mut self,
        kind: TokenKind<'a>,
        before: Option<usize>,
        place: Place,
    ) -> Result<(), Fault> {
        if self.flow_depth > 0 || self.floor > place.column {
            return Ok(());
        }
        self.outer_floors.push(self.floor);
        self.floor = place.column + 1;
        if self.outer_floors.len() > MAX_DEPTH {
            return Err(self.error(&format!("exceeded max depth of {MAX_DEPTH}")));
        }
        self.insert(kind, before.unwrap_or(self.n_taken + self.queue.len()), place);
        Ok(())
    }

    /// Ends the block collections that are deeper than `floor`.
    fn dedent(&mut self, floor: usize) {
        while self.flow_depth == 0 && self.floor > floor {
            self.push(TokenKind::BlockEnd, self.at, self.line);
            self.floor = self.outer_floors.pop().expect("each floor was entered");
        }
    }

    /// Puts at least one token into the queue.
    fn fetch(&mut self) -> Result<(), Fault> {
        self.need(self.at, 1)?;
        self.skip_to_token()?;
        self.dedent(self.column() + 1);
        self.need(self.at, 4)?;
        let byte = self.byte(self.at);
        match byte {
            0 => return self.fetch_stream_end(),
            b'%' if self.at == self.line_start => {
                self.leave_blocks()?;
                return self.fetch_directive();
            }
            b'-' | b'.' if self.is_at_document_indicator() => {
                self.leave_blocks()?;
                let is_start = byte == b'-';
                let kind = if is_start { TokenKind::DocumentStart } else { TokenKind::DocumentEnd };
                self.push_indicator(kind, 3);
                return Ok(());
            }
            b'[' => return self.fetch_flow_start(TokenKind::FlowSequenceStart),
            b'{' => return self.fetch_flow_start(TokenKind::FlowMappingStart),
            b']' => return self.fetch_flow_end(TokenKind::FlowSequenceEnd),
            b'}' => return self.fetch_flow_end(TokenKind::FlowMappingEnd),
            b',' => {
                self.drop_key()?;
                self.is_key_allowed = true;
                self.push_indicator(TokenKind::FlowEntry, 1);
                return Ok(());
            }
            b'*' | b'&' => return self.fetch_anchor(byte == b'*'),
            b'!' => return self.fetch_tag(),
            b'|' | b'>' if self.flow_depth == 0 => return self.fetch_block_scalar(byte == b'|'),
            b'\'' => return self.fetch_single_quoted(),
            b'"' => return self.fetch_double_quoted(),
            b'-' | b'?' | b':' => {
                let is_before_blank = self.is_blank_or_end(self.at + 1);
                let is_indicator = is_before_blank || (self.flow_depth > 0 && byte != b'-');
                match byte {
                    b'-' if is_indicator => return self.fetch_block_entry(),
                    b'?' if is_indicator => return self.fetch_key(),
                    b':' if is_indicator => return self.fetch_value(),
                    _ => {}
                }
            }
            b'#' | b'|' | b'>' | b'%' | b'@' | b'`' | b'\t' => {
                return Err(self.error("found character that cannot start any token"));
            }
            _ => {}
        }
        self.fetch_plain()
    }

    /// Goes on behind blanks, comments and line breaks.
    fn skip_to_token(&mut self) -> Result<(), Fault> {
        loop {
            if self.at < self.bom_end && self.at == self.line_start && self.at < self.bytes.len() {
                let c = self.input.text[self.at..].chars().next().expect("there is text left");
                self.pass(self.at + c.len_utf8());
            }
            // A tab may not indent where a key could stand.
            let is_tab_skipped = self.flow_depth > 0 || !self.is_key_allowed;
            while self.byte(self.at) == b' ' || (is_tab_skipped && self.byte(self.at) == b'\t') {
                self.at += 1;
            }
            if self.byte(self.at) == b'#' {
                self.pass(self.line_end(self.at));
            }
            self.need(self.at, 1)?;
            let break_len = self.break_len(self.at);
            if break_len == 0 {
                return Ok(());
            }
            self.need(self.at, 2)?;
            self.pass_break(break_len);
            if self.flow_depth == 0 {
                self.is_key_allowed = true;
            }
        }
    }

    fn fetch_stream_end(&mut self) -> Result<(), Fault> {
        if self.column() != 0 {
            self.start_line();
        }
        self.leave_blocks()?;
        self.push(TokenKind::StreamEnd, self.at, self.line);
        Ok(())
    }

    /// Ends all block collections.
    fn leave_blocks(&mut self) -> Result<(), Fault> {
        self.dedent(0);
        self.drop_key()?;
        self.is_key_allowed = false;
        Ok(())
    }

    fn fetch_flow_start(&mut self, kind: TokenKind<'a>) -> Result<(), Fault> {
        self.save_key()?;
        self.keys.push(PossibleKey {
            is_possible: false,
            is_required: false,
            token: self.n_taken + self.queue.len(),
            place: self.place(),
        });
        self.flow_depth += 1;
        if self.flow_depth > MAX_DEPTH {
            return Err(self.error(&format!("exceeded max depth of {MAX_DEPTH}")));
        }
        self.is_key_allowed = true;
        self.push_indicator(kind, 1);
        Ok(())
    }

    fn fetch_flow_end(&mut self, kind: TokenKind<'a>) -> Result<(), Fault> {
        self.drop_key()?;
        if self.flow_depth > 0 {
            self.flow_depth -= 1;
            let key = self.keys.pop().expect("each flow level has a place for a key");
            // An oddity: if nothing in the collection could have been a key, this is the number of the opening
            // bracket, so that an empty collection at the beginning of the queue is no longer waited for.
            self.forget(key.token);
        }
        self.is_key_allowed = false;
        self.push_indicator(kind, 1);
        Ok(())
    }

    fn fetch_block_entry(&mut self) -> Result<(), Fault> {
        if self.flow_depth == 0 {
            if !self.is_key_allowed {
                return Err(self.error("block sequence entries are not allowed in this context"));
            }
            self.indent(TokenKind::BlockSequenceStart, None, self.place())?;
        }
        self.drop_key()?;
        self.is_key_allowed = true;
        self.push_indicator(TokenKind::BlockEntry, 1);
        Ok(())
    }

    fn fetch_key(&mut self) -> Result<(), Fault> {
        if self.flow_depth == 0 {
            if !self.is_key_allowed {
                return Err(self.error("mapping keys are not allowed in this context"));
            }
            self.indent(TokenKind::BlockMappingStart, None, self.place())?;
        }
        self.drop_key()?;
        self.is_key_allowed = self.flow_depth == 0;
        self.push_indicator(TokenKind::Key, 1);
        Ok(())
    }

    fn fetch_value(&mut self) -> Result<(), Fault> {
        let level = self.flow_depth;
        if self.is_key_possible(level)? {
            let PossibleKey { token, place, .. } = self.keys[level];
            self.insert(TokenKind::Key, token, place);
            self.indent(TokenKind::BlockMappingStart, Some(token), place)?;
            self.keys[level].is_possible = false;
            self.forget(token);
            self.is_key_allowed = false;
        } else {
            if self.flow_depth == 0 {
                if !self.is_key_allowed {
                    return Err(self.error("mapping values are not allowed in this context"));
                }
                self.indent(TokenKind::BlockMappingStart, None, self.place())?;
            }
            self.is_key_allowed = self.flow_depth == 0;
        }
        self.push_indicator(TokenKind::Value, 1);
        Ok(())
    }

    fn fetch_anchor(&mut self, is_alias: bool) -> Result<(), Fault> {
        self.save_key()?;
        self.is_key_allowed = false;
        let (start, line) = (self.at, self.line);
        let end = self.word_end(start + 1);
        self.at = end;
        self.need(self.at, 1)?;
        let ends_well = self.is_blank_or_end(end)
            || matches!(self.bytes[end], b'?' | b':' | b',' | b']' | b'}' | b'%' | b'@' | b'`');
        if end == start + 1 || !ends_well {
            return Err(self.error("did not find expected alphabetic or numeric character"));
        }
        let name = &self.input.text[start + 1..end];
        let kind = if is_alias { TokenKind::Alias(name) } else { TokenKind::Anchor(name) };
        self.push(kind, start, line);
        Ok(())
    }

    /// Gives where the letters, digits, dashes and underscores end that begin at a place.
    fn word_end(&self, from: usize) -> usize {
        let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        from + self.bytes[from..].iter().take_while(|byte| is_word(byte)).count()
    }
}

/// Makes an error with a line, unless that is 0.
fn error(message: &str, line: usize, offset: usize) -> Fault {
    let message = if line == 0 { message.to_owned() } else { format!("line {line}: {message}") };
    Fault::from(Error::Yaml { message, offset })
}
