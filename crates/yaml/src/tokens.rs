//! The tokens of a text with their places: for what stands between them, such as comments.
//!
//! ```
//! use pintle_yaml::tokens::{Kind, Tokens};
//!
//! let text = "a: 1 # one\n";
//! let scalars: Result<Vec<_>, _> = Tokens::new(text)
//!     .filter(|token| token.as_ref().is_ok_and(|token| token.kind == Kind::Scalar))
//!     .map(|token| token.map(|token| &text[token.span]))
//!     .collect();
//! assert_eq!(scalars?, ["a", "1"]);
//! # Ok::<(), pintle_yaml::Error>(())
//! ```

use std::ops::Range;

use crate::Error;
use crate::reader::Input;
use crate::scanner::{Scanner, Style, TokenKind};

/// What a [`Token`] is, in the words of goyaml.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// the end of the text
    StreamEnd,
    /// `%YAML` or `%TAG`
    Directive,
    /// `---`
    DocumentStart,
    /// `...`
    DocumentEnd,
    /// a block sequence begins: no text of its own
    BlockSequenceStart,
    /// a block mapping begins: no text of its own
    BlockMappingStart,
    /// the innermost block collection ends: no text of its own
    BlockEnd,
    /// `[`
    FlowSequenceStart,
    /// `]`
    FlowSequenceEnd,
    /// `{`
    FlowMappingStart,
    /// `}`
    FlowMappingEnd,
    /// `-`
    BlockEntry,
    /// `,`
    FlowEntry,
    /// `?`, or no text where a key begins without it
    Key,
    /// `:`
    Value,
    /// `*name`
    Alias,
    /// `&name`
    Anchor,
    /// `!tag`
    Tag,
    /// a scalar on one line or more, without quotes or with them
    Scalar,
    /// a scalar behind `|` or `>`
    BlockScalar,
}

/// A token and where it stands, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// what it is
    pub kind: Kind,
    /// where in the text
    pub span: Range<usize>,
}

/// The tokens of all documents of a text, in order; the last is [`Kind::StreamEnd`].
#[derive(Debug)]
pub struct Tokens<'a> {
    scanner: Scanner<'a>,
    is_done: bool,
}

impl<'a> Tokens<'a> {
    /// Begins to read a text.
    pub fn new(text: &'a str) -> Self {
        Self { scanner: Scanner::new(Input::new(text.as_bytes())), is_done: false }
    }

    fn read(&mut self) -> Result<Token, Error> {
        self.scanner.peek()?;
        let token = self.scanner.take();
        let offset = self.scanner.offset();
        let kind = match token.kind {
            TokenKind::StreamEnd => Kind::StreamEnd,
            TokenKind::VersionDirective(..) | TokenKind::TagDirective(_) => Kind::Directive,
            TokenKind::DocumentStart => Kind::DocumentStart,
            TokenKind::DocumentEnd => Kind::DocumentEnd,
            TokenKind::BlockSequenceStart => Kind::BlockSequenceStart,
            TokenKind::BlockMappingStart => Kind::BlockMappingStart,
            TokenKind::BlockEnd => Kind::BlockEnd,
            TokenKind::FlowSequenceStart => Kind::FlowSequenceStart,
            TokenKind::FlowSequenceEnd => Kind::FlowSequenceEnd,
            TokenKind::FlowMappingStart => Kind::FlowMappingStart,
            TokenKind::FlowMappingEnd => Kind::FlowMappingEnd,
            TokenKind::BlockEntry => Kind::BlockEntry,
            TokenKind::FlowEntry => Kind::FlowEntry,
            TokenKind::Key => Kind::Key,
            TokenKind::Value => Kind::Value,
            TokenKind::Alias(_) => Kind::Alias,
            TokenKind::Anchor(_) => Kind::Anchor,
            TokenKind::Tag(_) => Kind::Tag,
            TokenKind::Scalar(_, Style::Literal | Style::Folded) => Kind::BlockScalar,
            TokenKind::Scalar(..) => Kind::Scalar,
        };
        Ok(Token { kind, span: token.start + offset..token.end + offset })
    }
}

impl Iterator for Tokens<'_> {
    type Item = Result<Token, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_done {
            return None;
        }
        let token = self.read();
        self.is_done = !matches!(&token, Ok(token) if token.kind != Kind::StreamEnd);
        Some(token)
    }
}
