//! Tokens of the template language, and the words parse errors use for them.
//!
//! Source: `item` in Go's `text/template/parse/lex.go`.

use crate::value::number;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// the lexer gave up; its message says why
    Error,
    /// `true` or `false`
    Bool,
    /// a printable ASCII character with no other meaning, such as `,`
    Char,
    /// `'a'`
    CharConstant,
    /// `1+2i`
    Complex,
    /// `=`
    Assign,
    /// `:=`
    Declare,
    /// the end of the text
    Eof,
    /// `.Name`
    Field,
    /// a function's name
    Identifier,
    /// `(`
    LeftParen,
    /// a number, imaginary ones included
    Number,
    /// `|`
    Pipe,
    /// a string in back quotes
    RawString,
    /// `}}`
    RightDelim,
    /// `)`
    RightParen,
    /// a string in double quotes
    String,
    /// text outside of actions
    Text,
    /// `$` or `$name`
    Variable,
    /// `block`
    Block,
    /// `break`
    Break,
    /// `continue`
    Continue,
    /// `.` alone
    Dot,
    /// `define`
    Define,
    /// `else`
    Else,
    /// `end`
    End,
    /// `if`
    If,
    /// `nil`
    Nil,
    /// `range`
    Range,
    /// `template`
    Template,
    /// `with`
    With,
}

impl TokenKind {
    /// Gives the keyword or constant a word is, if it is one.
    pub(crate) fn of_keyword(word: &[u8]) -> Option<Self> {
        Some(match word {
            b"block" => Self::Block,
            b"break" => Self::Break,
            b"continue" => Self::Continue,
            b"define" => Self::Define,
            b"else" => Self::Else,
            b"end" => Self::End,
            b"false" | b"true" => Self::Bool,
            b"if" => Self::If,
            b"nil" => Self::Nil,
            b"range" => Self::Range,
            b"template" => Self::Template,
            b"with" => Self::With,
            _ => return None,
        })
    }

    /// Tells whether an operand can begin with the token.
    pub(crate) fn begins_operand(self) -> bool {
        matches!(
            self,
            Self::Bool
                | Self::CharConstant
                | Self::Complex
                | Self::Dot
                | Self::Field
                | Self::Identifier
                | Self::Number
                | Self::Nil
                | Self::RawString
                | Self::String
                | Self::Variable
                | Self::LeftParen
        )
    }

    fn is_keyword(self) -> bool {
        matches!(
            self,
            Self::Block
                | Self::Break
                | Self::Continue
                | Self::Dot
                | Self::Define
                | Self::Else
                | Self::End
                | Self::If
                | Self::Nil
                | Self::Range
                | Self::Template
                | Self::With
        )
    }
}

/// A range of bytes in the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Span {
    /// Gives the bytes the span covers.
    pub(crate) fn of(self, source: &[u8]) -> &[u8] {
        &source[self.start as usize..self.end as usize]
    }
}

/// One token: its kind and its bytes.
///
/// Go has tokens of space, too. Here a token says whether there was one before it, which is all the grammar asks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    /// whether space stands between the token and the one before it
    pub(crate) is_spaced: bool,
    /// of a string: whether it stands for what is between its quotes, as it is
    pub(crate) is_plain: bool,
    pub(crate) span: Span,
}

impl Token {
    /// The token of a lexer that has read nothing yet.
    pub(crate) const NONE: Self = Self {
        kind: TokenKind::Eof,
        is_spaced: false,
        is_plain: false,
        span: Span { start: 0, end: 0 },
    };

    /// Gives the token as parse errors show it; an error token is shown as `error`, the lexer's message.
    pub(crate) fn describe(self, source: &[u8], error: &str) -> String {
        const SHOWN: usize = 10;
        if self.kind == TokenKind::Eof {
            return "EOF".to_owned();
        }
        if self.kind == TokenKind::Error {
            return error.to_owned();
        }
        let text = self.span.of(source);
        if self.kind.is_keyword() {
            return format!("<{}>", String::from_utf8_lossy(text));
        }
        if text.len() > SHOWN {
            return format!("{}...", number::quote(first_runes(text, SHOWN)));
        }
        number::quote(text)
    }
}

/// Gives the first `n` characters of `text`; an invalid byte counts as one.
fn first_runes(text: &[u8], n: usize) -> &[u8] {
    let mut end = 0;
    for _ in 0..n {
        if end >= text.len() {
            break;
        }
        end += crate::literal::decode_rune(&text[end..]).1;
    }
    &text[..end]
}
