//! From tokens to events: what a document is made of, in order.
//!
//! [`Parser`] is an iterator; a document is read with as much memory as it is deep. Nothing is resolved: a scalar is
//! text and a style, an alias is a name.
//!
//! Source: `parserc.go` of goyaml v2.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use crate::Error;
use crate::error::Fault;
use crate::reader::Input;
use crate::scanner::{Scanner, Style, Token, TokenKind};

/// A step through a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event<'a> {
    /// what it is
    pub kind: EventKind<'a>,
    /// where in the text, in bytes; an event without text of its own is an empty range
    pub span: Range<usize>,
    /// the line on which it begins, from 0
    pub line: usize,
}

/// What an [`Event`] is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventKind<'a> {
    /// a document begins
    DocumentStart,
    /// a document ends
    DocumentEnd,
    /// a scalar
    Scalar(Scalar<'a>),
    /// a sequence begins
    SequenceStart(Properties<'a>),
    /// the innermost sequence ends
    SequenceEnd,
    /// a mapping begins; its keys and values follow in turn
    MappingStart(Properties<'a>),
    /// the innermost mapping ends
    MappingEnd,
    /// a node with this anchor stands here once more
    Alias(&'a str),
}

/// A scalar before it is resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scalar<'a> {
    /// the text, its escapes and folds undone
    pub text: Cow<'a, str>,
    /// how it is written
    pub style: Style,
    /// its anchor and tag
    pub properties: Properties<'a>,
}

impl Scalar<'_> {
    /// Tells whether the text alone says what the scalar is: it is plain and has no tag, or it has the tag `!`.
    pub fn is_implicit(&self) -> bool {
        match self.properties.tag() {
            None => self.style == Style::Plain,
            Some(tag) => tag == "!",
        }
    }
}

/// The anchor and the tag of a node; most have none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Properties<'a>(Option<Box<Named<'a>>>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Named<'a> {
    anchor: Option<&'a str>,
    tag: Option<String>,
}

impl<'a> Properties<'a> {
    /// Gives the name that aliases call the node by.
    pub fn anchor(&self) -> Option<&'a str> {
        self.0.as_ref()?.anchor
    }

    /// Gives the tag in full: `tag:yaml.org,2002:str` for `!!str`.
    pub fn tag(&self) -> Option<&str> {
        self.0.as_ref()?.tag.as_deref()
    }

    /// Tells whether there is neither.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }
}

/// The events of all documents of a text.
///
/// ```
/// use pintle_yaml::{EventKind, Parser};
///
/// let mut texts = Vec::new();
/// for event in Parser::new("a: [b, 'c']") {
///     if let EventKind::Scalar(scalar) = event?.kind {
///         texts.push(scalar.text);
///     }
/// }
/// assert_eq!(texts, ["a", "b", "c"]);
/// # Ok::<(), pintle_yaml::Error>(())
/// ```
#[derive(Debug)]
pub struct Parser<'a> {
    scanner: Scanner<'a>,
    state: State,
    open: Vec<Open>,
    /// the handles of the document's `%TAG` directives, and what they stand for
    tag_prefixes: HashMap<&'a str, String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// before the first document
    Start,
    /// before another document
    Next,
    /// before a document's content, which is there
    Root,
    /// behind `---`
    Content,
    /// inside a document, or at its end if nothing is open
    Inside,
    /// behind the last document, or an error
    End,
}

/// A collection that has begun, and what comes next in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    /// items with a `-` each
    BlockSequence,
    /// the same at the indentation of the mapping around it, which no token ends
    IndentlessSequence,
    BlockMappingKey,
    BlockMappingValue,
    FlowSequenceFirst,
    FlowSequence,
    /// `[a: b]`: a mapping of one entry
    PairKey,
    PairValue,
    PairEnd,
    FlowMappingFirst,
    FlowMappingKey,
    FlowMappingValue,
    /// a key without a colon: its value is empty
    FlowMappingNoValue,
}

/// Where a node stands, which decides what it may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Where {
    Flow,
    Block,
    /// in a block mapping, where a sequence need not be indented
    BlockMapping,
}

impl<'a> Parser<'a> {
    /// Begins to read a text.
    pub fn new(text: &'a str) -> Self {
        Self::of_input(Input::new(text.as_bytes()))
    }

    /// Begins to read bytes, as [`Self::new`]; UTF-16 is refused here, [`crate::from_slice`] decodes it.
    pub fn from_slice(bytes: &'a [u8]) -> Self {
        Self::of_input(Input::new(bytes))
    }

    pub(crate) fn of_input(input: Input<'a>) -> Self {
        Self {
            scanner: Scanner::new(input),
            state: State::Start,
            open: Vec::new(),
            tag_prefixes: HashMap::new(),
        }
    }

    /// Gives the next event, or nothing behind the last document.
    pub(crate) fn next_event(&mut self) -> Result<Option<Event<'a>>, Fault> {
        match self.state {
            State::Start => self.document_start(true),
            State::Next => self.document_start(false),
            State::Root => {
                self.state = State::Inside;
                self.node(Where::Block).map(Some)
            }
            State::Content => {
                self.state = State::Inside;
                let token = self.scanner.peek()?;
                match token.kind {
                    TokenKind::VersionDirective(..)
                    | TokenKind::TagDirective(_)
                    | TokenKind::DocumentStart
                    | TokenKind::DocumentEnd
                    | TokenKind::StreamEnd => {
                        let (at, line) = (token.start, token.line);
                        Ok(Some(self.empty_scalar(at, line)))
                    }
                    _ => self.node(Where::Block).map(Some),
                }
            }
            State::Inside => match self.open.last().copied() {
                None => self.document_end().map(Some),
                Some(open) => self.entry(open).map(Some),
            },
            State::End => Ok(None),
        }
    }

    fn document_start(&mut self, is_first: bool) -> Result<Option<Event<'a>>, Fault> {
        let mut token = self.scanner.peek()?;
        if !is_first {
            while matches!(token.kind, TokenKind::DocumentEnd) {
                token = self.scanner.take_and_peek()?;
            }
        }
        let (start, line) = (token.start, token.line);
        match token.kind {
            TokenKind::StreamEnd => {
                self.state = State::End;
                return Ok(None);
            }
            TokenKind::VersionDirective(..)
            | TokenKind::TagDirective(_)
            | TokenKind::DocumentStart => {}
            _ if is_first => {
                self.state = State::Root;
                return Ok(Some(self.event(EventKind::DocumentStart, start, start, line)));
            }
            _ => {}
        }
        self.process_directives()?;
        let token = self.scanner.peek()?;
        let (at, end, at_line) = (token.start, token.end, token.line);
        if !matches!(token.kind, TokenKind::DocumentStart) {
            return Err(self.error("did not find expected <document start>", at, at_line));
        }
        self.scanner.take();
        self.state = State::Content;
        Ok(Some(self.event(EventKind::DocumentStart, start, end, line)))
    }

    fn document_end(&mut self) -> Result<Event<'a>, Fault> {
        let token = self.scanner.peek()?;
        let (start, line) = (token.start, token.line);
        let mut end = start;
        if matches!(token.kind, TokenKind::DocumentEnd) {
            end = token.end;
            self.scanner.take();
        }
        self.tag_prefixes.clear();
        self.state = State::Next;
        Ok(self.event(EventKind::DocumentEnd, start, end, line))
    }

    fn process_directives(&mut self) -> Result<(), Fault> {
        let mut has_version = false;
        loop {
            let token = self.scanner.peek()?;
            let (at, line) = (token.start, token.line);
            match token.kind {
                TokenKind::VersionDirective(major, minor) => {
                    if has_version {
                        return Err(self.error("found duplicate %YAML directive", at, line));
                    }
                    if (major, minor) != (1, 1) {
                        return Err(self.error("found incompatible YAML document", at, line));
                    }
                    has_version = true;
                    self.scanner.take();
                }
                TokenKind::TagDirective(ref directive) => {
                    let handle = directive.0;
                    if self.tag_prefix(handle).is_some() {
                        return Err(self.error("found duplicate %TAG directive", at, line));
                    }
                    if let TokenKind::TagDirective(directive) = self.scanner.take().kind {
                        self.tag_prefixes.insert(handle, directive.1);
                    }
                }
                _ => return Ok(()),
            }
        }
    }

    fn tag_prefix(&self, handle: &str) -> Option<&str> {
        self.tag_prefixes.get(handle).map(String::as_str)
    }

    /// Reads a node: its anchor and tag, and a scalar, an alias or the beginning of a collection.
    fn node(&mut self, place: Where) -> Result<Event<'a>, Fault> {
        let token = self.scanner.peek()?;
        let (start, line) = (token.start, token.line);
        if let TokenKind::Alias(name) = token.kind {
            let end = self.scanner.take().end;
            return Ok(self.event(EventKind::Alias(name), start, end, line));
        }
        let properties = match token.kind {
            TokenKind::Anchor(_) | TokenKind::Tag(_) => self.properties()?,
            _ => Properties::default(),
        };
        let token = self.scanner.peek()?;
        let end = token.end;
        let (kind, open) = match token.kind {
            TokenKind::Scalar(..) => {
                let TokenKind::Scalar(text, style) = self.scanner.take().kind else {
                    unreachable!("a scalar was peeked");
                };
                let kind = EventKind::Scalar(Scalar { text, style, properties });
                return Ok(self.event(kind, start, end, line));
            }
            TokenKind::BlockEntry if place == Where::BlockMapping => {
                // The entry itself is read with the first item.
                self.open.push(Open::IndentlessSequence);
                return Ok(self.event(EventKind::SequenceStart(properties), start, end, line));
            }
            TokenKind::FlowSequenceStart => {
                (EventKind::SequenceStart(properties), Open::FlowSequenceFirst)
            }
            TokenKind::FlowMappingStart => {
                (EventKind::MappingStart(properties), Open::FlowMappingFirst)
            }
            TokenKind::BlockSequenceStart if place != Where::Flow => {
                (EventKind::SequenceStart(properties), Open::BlockSequence)
            }
            TokenKind::BlockMappingStart if place != Where::Flow => {
                (EventKind::MappingStart(properties), Open::BlockMappingKey)
            }
            _ if !properties.is_empty() => {
                let scalar = Scalar { text: Cow::Borrowed(""), style: Style::Plain, properties };
                return Ok(self.event(EventKind::Scalar(scalar), start, start, line));
            }
            _ => {
                let (at, line) = (token.start, token.line);
                return Err(self.error("did not find expected node content", at, line));
            }
        };
        self.scanner.take();
        self.open.push(open);
        Ok(self.event(kind, start, end, line))
    }

    /// Reads an anchor, a tag, or both in any order.
    fn properties(&mut self) -> Result<Properties<'a>, Fault> {
        let mut anchor = None;
        let mut tag = None;
        loop {
            match self.scanner.peek()?.kind {
                TokenKind::Anchor(name) if anchor.is_none() => {
                    anchor = Some(name);
                    self.scanner.take();
                }
                TokenKind::Tag(_) if tag.is_none() => tag = Some(self.scanner.take()),
                _ => break,
            }
        }
        let tag = tag.map(|token| self.full_tag(token)).transpose()?;
        Ok(Properties(Some(Box::new(Named { anchor, tag }))))
    }

    fn full_tag(&self, token: Token<'a>) -> Result<String, Fault> {
        let TokenKind::Tag(tag) = token.kind else {
            unreachable!("only tags are given here");
        };
        let (handle, suffix) = *tag;
        match (self.tag_prefix(handle), handle) {
            (_, "") => Ok(suffix),
            (Some(prefix), _) => Ok(format!("{prefix}{suffix}")),
            (None, "!") => Ok(format!("!{suffix}")),
            (None, "!!") => Ok(format!("tag:yaml.org,2002:{suffix}")),
            _ => Err(self.error("found undefined tag handle", token.start, token.line)),
        }
    }

    /// Reads what comes next in the innermost collection.
    fn entry(&mut self, open: Open) -> Result<Event<'a>, Fault> {
        match open {
            Open::BlockSequence => self.block_sequence_entry(),
            Open::IndentlessSequence => self.indentless_sequence_entry(),
            Open::BlockMappingKey => self.block_mapping_key(),
            Open::BlockMappingValue => self.block_mapping_value(),
            Open::FlowSequenceFirst => self.flow_sequence_entry(true),
            Open::FlowSequence => self.flow_sequence_entry(false),
            Open::PairKey => self.pair_key(),
            Open::PairValue => self.pair_value(),
            Open::PairEnd => {
                let token = self.scanner.peek()?;
                let (at, line) = (token.start, token.line);
                self.open.pop();
                Ok(self.event(EventKind::MappingEnd, at, at, line))
            }
            Open::FlowMappingFirst => self.flow_mapping_key(true),
            Open::FlowMappingKey => self.flow_mapping_key(false),
            Open::FlowMappingValue => self.flow_mapping_value(),
            Open::FlowMappingNoValue => {
                let token = self.scanner.peek()?;
                let (at, line) = (token.start, token.line);
                self.become_open(Open::FlowMappingKey);
                Ok(self.empty_scalar(at, line))
            }
        }
    }

    fn block_sequence_entry(&mut self) -> Result<Event<'a>, Fault> {
        let token = self.scanner.peek()?;
        let (start, end, line) = (token.start, token.end, token.line);
        match token.kind {
            TokenKind::BlockEntry => match self.scanner.take_and_peek()?.kind {
                TokenKind::BlockEntry | TokenKind::BlockEnd => Ok(self.empty_scalar(end, line)),
                _ => self.node(Where::Block),
            },
            TokenKind::BlockEnd => Ok(self.close(EventKind::SequenceEnd)),
            _ => Err(self.error("did not find expected '-' indicator", start, line)),
        }
    }

    fn indentless_sequence_entry(&mut self) -> Result<Event<'a>, Fault> {
        let token = self.scanner.peek()?;
        let (start, end, line) = (token.start, token.end, token.line);
        if !matches!(token.kind, TokenKind::BlockEntry) {
            self.open.pop();
            return Ok(self.event(EventKind::SequenceEnd, start, start, line));
        }
        match self.scanner.take_and_peek()?.kind {
            TokenKind::BlockEntry | TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => {
                Ok(self.empty_scalar(end, line))
            }
            _ => self.node(Where::Block),
        }
    }

    fn block_mapping_key(&mut self) -> Result<Event<'a>, Fault> {
        let token = self.scanner.peek()?;
        let (start, end, line) = (token.start, token.end, token.line);
        match token.kind {
            TokenKind::Key => {
                self.become_open(Open::BlockMappingValue);
                match self.scanner.take_and_peek()?.kind {
                    TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => {
                        Ok(self.empty_scalar(end, line))
                    }
                    _ => self.node(Where::BlockMapping),
                }
            }
            TokenKind::BlockEnd => Ok(self.close(EventKind::MappingEnd)),
            _ => Err(self.error("did not find expected key", start, line)),
        }
    }

    fn block_mapping_value(&mut self) -> Result<Event<'a>, Fault> {
        self.become_open(Open::BlockMappingKey);
        let token = self.scanner.peek()?;
        let (start, end, line) = (token.start, token.end, token.line);
        if !matches!(token.kind, TokenKind::Value) {
            return Ok(self.empty_scalar(start, line));
        }
        match self.scanner.take_and_peek()?.kind {
            TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => {
                Ok(self.empty_scalar(end, line))
            }
            _ => self.node(Where::BlockMapping),
        }
    }

    fn flow_sequence_entry(&mut self, is_first: bool) -> Result<Event<'a>, Fault> {
        let mut token = self.scanner.peek()?;
        if !is_first && !matches!(token.kind, TokenKind::FlowSequenceEnd) {
            if !matches!(token.kind, TokenKind::FlowEntry) {
                let (at, line) = (token.start, token.line);
                return Err(self.error("did not find expected ',' or ']'", at, line));
            }
            token = self.scanner.take_and_peek()?;
        }
        match token.kind {
            TokenKind::FlowSequenceEnd => Ok(self.close(EventKind::SequenceEnd)),
            TokenKind::Key => {
                let token = self.scanner.take();
                self.become_open(Open::FlowSequence);
                self.open.push(Open::PairKey);
                let kind = EventKind::MappingStart(Properties::default());
                Ok(self.event(kind, token.start, token.end, token.line))
            }
            _ => {
                self.become_open(Open::FlowSequence);
                self.node(Where::Flow)
            }
        }
    }

    fn pair_key(&mut self) -> Result<Event<'a>, Fault> {
        self.become_open(Open::PairValue);
        let token = self.scanner.peek()?;
        let (end, line) = (token.end, token.line);
        match token.kind {
            TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowSequenceEnd => {
                // An oddity: the token is taken here, so that what follows it is not what should.
                self.scanner.take();
                Ok(self.empty_scalar(end, line))
            }
            _ => self.node(Where::Flow),
        }
    }

    fn pair_value(&mut self) -> Result<Event<'a>, Fault> {
        self.become_open(Open::PairEnd);
        let mut token = self.scanner.peek()?;
        let (at, line) = (token.start, token.line);
        if matches!(token.kind, TokenKind::Value) {
            token = self.scanner.take_and_peek()?;
            if !matches!(token.kind, TokenKind::FlowEntry | TokenKind::FlowSequenceEnd) {
                return self.node(Where::Flow);
            }
        }
        Ok(self.empty_scalar(at, line))
    }

    fn flow_mapping_key(&mut self, is_first: bool) -> Result<Event<'a>, Fault> {
        let mut token = self.scanner.peek()?;
        if !is_first && !matches!(token.kind, TokenKind::FlowMappingEnd) {
            if !matches!(token.kind, TokenKind::FlowEntry) {
                let (at, line) = (token.start, token.line);
                return Err(self.error("did not find expected ',' or '}'", at, line));
            }
            token = self.scanner.take_and_peek()?;
        }
        match token.kind {
            TokenKind::FlowMappingEnd => Ok(self.close(EventKind::MappingEnd)),
            TokenKind::Key => {
                self.become_open(Open::FlowMappingValue);
                let token = self.scanner.take_and_peek()?;
                let (at, line) = (token.start, token.line);
                match token.kind {
                    TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowMappingEnd => {
                        Ok(self.empty_scalar(at, line))
                    }
                    _ => self.node(Where::Flow),
                }
            }
            _ => {
                self.become_open(Open::FlowMappingNoValue);
                self.node(Where::Flow)
            }
        }
    }

    fn flow_mapping_value(&mut self) -> Result<Event<'a>, Fault> {
        self.become_open(Open::FlowMappingKey);
        let mut token = self.scanner.peek()?;
        if matches!(token.kind, TokenKind::Value) {
            token = self.scanner.take_and_peek()?;
            if !matches!(token.kind, TokenKind::FlowEntry | TokenKind::FlowMappingEnd) {
                return self.node(Where::Flow);
            }
        }
        let (at, line) = (token.start, token.line);
        Ok(self.empty_scalar(at, line))
    }

    /// Says what comes next in the innermost collection.
    fn become_open(&mut self, open: Open) {
        *self.open.last_mut().expect("an entry is in a collection") = open;
    }

    /// Ends the innermost collection with the token that was peeked.
    fn close(&mut self, kind: EventKind<'a>) -> Event<'a> {
        self.open.pop();
        let token = self.scanner.take();
        self.event(kind, token.start, token.end, token.line)
    }

    fn empty_scalar(&self, at: usize, line: usize) -> Event<'a> {
        let properties = Properties::default();
        let scalar = Scalar { text: Cow::Borrowed(""), style: Style::Plain, properties };
        self.event(EventKind::Scalar(scalar), at, at, line)
    }

    fn event(&self, kind: EventKind<'a>, start: usize, end: usize, line: usize) -> Event<'a> {
        let offset = self.scanner.offset();
        // OK because a token never ends before it begins; a node with properties begins with them.
        Event { kind, span: start + offset..end.max(start) + offset, line }
    }

    fn error(&self, message: &str, at: usize, line: usize) -> Fault {
        self.scanner.parse_error(message, at, line)
    }
}

impl<'a> Iterator for Parser<'a> {
    type Item = Result<Event<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let event = self.next_event().transpose();
        if matches!(event, Some(Err(_))) {
            self.state = State::End;
        }
        event.map(|event| event.map_err(Error::from))
    }
}
