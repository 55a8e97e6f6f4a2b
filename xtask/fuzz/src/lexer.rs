//! Tokens of templates: in order, within the text, and the same from wherever one begins between actions.

use pintle_gotmpl::inspect::{Class, Lexeme, tokens};
use pintle_gotmpl::{FuncMap, TemplateSet};

/// Checks what the lexer makes of a text.
///
/// # Panics
///
/// If the lexer is at fault.
pub fn check(text: &[u8]) {
    let (all, error) = lex(text);
    let mut at = 0;
    for token in &all {
        check_token(text, token, at);
        at = token.span.end;
    }
    assert!(all.len() <= text.len() + 1, "more tokens than bytes");
    if let Some(message) = &error {
        assert!(!message.is_empty(), "an error without words");
        let mut set = TemplateSet::new(FuncMap::new().into());
        let is_refused = set.parse("text", text).is_err();
        assert!(is_refused, "the parser takes what the lexer refuses: {message}");
    }
    check_from_the_middle(text, &all, error.as_deref());
}

fn lex(text: &[u8]) -> (Vec<Lexeme>, Option<String>) {
    let mut all = Vec::new();
    let error = tokens(text, |token| all.push(token));
    (all, error)
}

/// Checks a token that follows one that ends at `from`.
fn check_token(text: &[u8], token: &Lexeme, from: usize) {
    let span = token.span.clone();
    assert!(from <= span.start && span.start <= span.end && span.end <= text.len(), "{token:?}");
    let is_empty = span.is_empty();
    let content = &text[span.clone()];
    match token.class {
        Class::Text => {
            assert!(!is_empty && token.action_start.is_none(), "{token:?}");
            assert!(!content.windows(2).any(|two| two == b"{{"), "{token:?}");
        }
        Class::Inside | Class::Close => {
            assert!(!is_empty, "{token:?}");
            assert!(token.class == Class::Inside || content == b"}}", "{token:?}");
            let start = token.action_start.filter(|start| *start <= span.start);
            if let Some(start) = start {
                assert!(text[start..].starts_with(b"{{"), "{token:?}");
                let between = &text[from.max(start + 2)..span.start];
                let is_known = |byte: &u8| b" \t\r\n-".contains(byte);
                assert!(between.iter().all(is_known), "{token:?}");
            }
        }
        Class::End => assert_eq!(span, text.len()..text.len(), "{token:?}"),
        Class::Failure => {}
    }
}

/// Checks that what stands before an action or a text does not matter to it.
fn check_from_the_middle(text: &[u8], all: &[Lexeme], error: Option<&str>) {
    let is_free = |token: &Lexeme| token.class == Class::Text;
    let half = all.len() / 2;
    let Some(n_before) = all[half..].iter().position(is_free).map(|at| at + half) else { return };
    let start = all[n_before].span.start;
    let (again, error_again) = lex(&text[start..]);
    assert_eq!(error_again.as_deref(), error, "from {start}");
    assert_eq!(again.len(), all.len() - n_before, "from {start}");
    for (token, first) in again.iter().zip(&all[n_before..]) {
        let span = token.span.start + start..token.span.end + start;
        assert_eq!((token.kind, span), (first.kind, first.span.clone()), "from {start}");
        assert_eq!(token.is_spaced, first.is_spaced, "from {start}");
    }
}
