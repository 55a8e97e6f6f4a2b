//! Regular expressions of Go's `regexp`, made with the crate `regex`.
//!
//! Both have the syntax of RE2; what differs is written anew: `\d`, `\w`, `\s` and `\b` mean ASCII in Go, and inside
//! of brackets `[`, `&`, `~` and `-` have no second meaning.

use std::fmt::Write as _;

use regex::{Regex, RegexBuilder};

/// How much memory a compiled expression may take, in bytes.
const MAX_SIZE: usize = 2 << 20;
/// How long an expression may be, in bytes.
const MAX_LENGTH: usize = 64 << 10;
/// How deep groups may lie within each other.
const MAX_NESTING: u32 = 100;

/// Compiles an expression of Go's.
///
/// # Errors
///
/// One that is none, or that would need more memory than it may take.
pub(crate) fn compile(pattern: &str) -> Result<Regex, String> {
    if pattern.len() > MAX_LENGTH {
        return Err(format!("the expression is longer than {MAX_LENGTH} bytes"));
    }
    RegexBuilder::new(&translate(pattern))
        .size_limit(MAX_SIZE)
        .dfa_size_limit(MAX_SIZE)
        .nest_limit(MAX_NESTING)
        .build()
        .map_err(|error| error.to_string())
}

/// Tells what is wrong with an expression that Go would not read either.
pub(crate) fn syntax_error(pattern: &str) -> Option<String> {
    let Err(regex::Error::Syntax(words)) = Regex::new(&translate(pattern)) else { return None };
    let reason = words.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
    let of_both =
        ["look-around", "unclosed", "unopened", "repetition operator missing", "backreferences"];
    of_both.into_iter().any(|known| reason.contains(known)).then_some(reason)
}

/// Writes an expression of Go's as the crate reads it.
fn translate(pattern: &str) -> String {
    let mut text = String::with_capacity(pattern.len() + 16);
    let mut rest = pattern.chars().peekable();
    // whether this is within brackets, and how many characters of them came
    let mut class: Option<usize> = None;
    while let Some(c) = rest.next() {
        let place = class;
        if let Some(n) = &mut class {
            *n += 1;
        }
        match (c, place) {
            ('\\', _) => match rest.next() {
                Some('d') => text.push_str(if place.is_some() { "0-9" } else { "[0-9]" }),
                Some('D') => text.push_str("[^0-9]"),
                Some('w') => {
                    text.push_str(if place.is_some() { "0-9A-Za-z_" } else { "[0-9A-Za-z_]" });
                }
                Some('W') => text.push_str("[^0-9A-Za-z_]"),
                Some('s') => {
                    text.push_str(if place.is_some() { r"\t\n\f\r " } else { r"[\t\n\f\r ]" });
                }
                Some('S') => text.push_str(r"[^\t\n\f\r ]"),
                Some('b') if place.is_none() => text.push_str(r"(?-u:\b)"),
                Some('Q') => {
                    let mut quoted = String::new();
                    while let Some(c) = rest.next() {
                        if c == '\\' && rest.peek() == Some(&'E') {
                            rest.next();
                            break;
                        }
                        quoted.push(c);
                    }
                    text.push_str(&regex::escape(&quoted));
                }
                Some(digits @ '0'..='7') => {
                    let mut code = digits.to_digit(8).unwrap_or_default();
                    for _ in 0..2 {
                        match rest.peek().and_then(|c| c.to_digit(8)) {
                            Some(digit) => {
                                code = code * 8 + digit;
                                rest.next();
                            }
                            None => break,
                        }
                    }
                    let _ = write!(text, r"\x{{{code:x}}}");
                }
                Some(c) => text.extend(['\\', c]),
                None => text.push('\\'),
            },
            ('[', None) => {
                class = Some(0);
                text.push('[');
                if rest.peek() == Some(&'^') {
                    rest.next();
                    text.push('^');
                }
            }
            // `[:alpha:]` is the same in both.
            ('[', Some(_)) if rest.peek() == Some(&':') => {
                text.push('[');
                for c in rest.by_ref() {
                    text.push(c);
                    if c == ']' {
                        break;
                    }
                }
            }
            (']', Some(0)) => text.push_str(r"\]"),
            (']', Some(_)) => {
                class = None;
                text.push(']');
            }
            ('[' | '&' | '~', Some(_)) => text.extend(['\\', c]),
            ('-', Some(_)) if rest.peek() == Some(&']') || place == Some(0) => text.push_str(r"\-"),
            _ => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_those_of_ascii_and_brackets_mean_themselves() {
        let matches = |pattern, text| compile(pattern).unwrap().is_match(text);
        assert!(matches(r"^\d+$", "12"));
        assert!(!matches(r"^\d+$", "\u{661}"));
        assert!(matches(r"^[\w.-]+$", "a_b.c-9"));
        assert!(matches(r"^[]a]+$", "]a"));
        assert!(matches(r"^[[a&&~]+$", "[a&~"));
        assert!(matches(r"^[a-]+$", "a-"));
        assert!(matches(r"^\Qa.b\E$", "a.b"));
        assert!(matches(r"^[[:alpha:]]+$", "ab"));
        assert!(matches(r"\bweb\b", "a web b"));
    }

    #[test]
    fn what_would_need_too_much_memory_is_refused() {
        assert!(compile(r"((a{1000}){1000}){1000}").is_err());
        assert!(compile(&"(".repeat(100_000)).is_err());
    }
}
