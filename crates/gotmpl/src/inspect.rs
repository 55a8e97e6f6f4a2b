//! What the lexer makes of a text: for fuzzers, and no part of the API.

use std::ops::Range;

use crate::lexer::{Keywords, Lexer};
use crate::token::TokenKind;

/// A token, as far as it can be told without the parser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lexeme {
    /// what it is
    pub class: Class,
    /// the number of its kind: equal for tokens of one kind
    pub kind: u8,
    /// where it is in the text, in bytes
    pub span: Range<usize>,
    /// where the action begins that it is of, if it is of one
    pub action_start: Option<usize>,
    /// whether there is space before it
    pub is_spaced: bool,
}

/// The part that a token has in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// text outside of actions
    Text,
    /// a token of an action
    Inside,
    /// `}}`
    Close,
    /// the end of the text
    End,
    /// the lexer gave up
    Failure,
}

/// Calls `each` with the tokens of a text up to its end or the first error, and gives the message of that.
pub fn tokens(text: &[u8], mut each: impl FnMut(Lexeme)) -> Option<String> {
    let keywords = Keywords { r#break: TokenKind::Break, r#continue: TokenKind::Continue };
    let mut lexer = Lexer::new(text, keywords);
    loop {
        lexer.advance();
        let token = lexer.token();
        let class = match token.kind {
            TokenKind::Text => Class::Text,
            TokenKind::RightDelim => Class::Close,
            TokenKind::Eof => Class::End,
            TokenKind::Error => Class::Failure,
            _ => Class::Inside,
        };
        each(Lexeme {
            class,
            kind: token.kind as u8,
            span: token.span.start as usize..token.span.end as usize,
            action_start: lexer.action_start().map(|start| start as usize),
            is_spaced: token.is_spaced,
        });
        match class {
            Class::End => return None,
            Class::Failure => return Some(lexer.error().to_owned()),
            _ => {}
        }
    }
}
