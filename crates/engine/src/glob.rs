//! Globs of `.Files.Glob`, as `github.com/gobwas/glob` reads them with `/` as its separator.
//!
//! A glob becomes a regular expression, which matches in linear time whatever the pattern.

use regex::bytes::{Regex, RegexBuilder};

/// The largest compiled glob, in bytes of its automaton.
const MAX_COMPILED_SIZE: usize = 1 << 20;

/// A compiled glob.
#[derive(Debug, Clone)]
pub(crate) struct Glob(Regex);

impl Glob {
    /// Compiles a pattern; one that is malformed matches everything, as Helm has it.
    pub(crate) fn new(pattern: &str) -> Self {
        let expression = translate(pattern).unwrap_or_else(|| "(?s:.*)".to_owned());
        let compile = |expression: &str| {
            RegexBuilder::new(&format!("^(?:{expression})$")).size_limit(MAX_COMPILED_SIZE).build()
        };
        let everything = || compile("(?s:.*)").expect("this expression is small and valid");
        Self(compile(&expression).unwrap_or_else(|_| everything()))
    }

    /// Tells whether the whole path matches.
    pub(crate) fn matches(&self, path: &str) -> bool {
        self.0.is_match(path.as_bytes())
    }
}

/// Writes a glob as a regular expression, if it is well-formed.
fn translate(pattern: &str) -> Option<String> {
    let mut out = String::with_capacity(pattern.len() * 2);
    let mut chars = pattern.chars().peekable();
    let mut depth = 0_usize;
    while let Some(c) = chars.next() {
        match c {
            '*' if chars.peek() == Some(&'*') => {
                chars.next();
                out.push_str("(?s:.*)");
            }
            '*' => out.push_str("[^/]*"),
            '?' => out.push_str("[^/]"),
            '{' => {
                depth += 1;
                out.push_str("(?:");
            }
            ',' if depth > 0 => out.push('|'),
            '}' if depth > 0 => {
                depth -= 1;
                out.push(')');
            }
            '[' => out.push_str(&class(&mut chars)?),
            '\\' => {
                if let Some(escaped) = chars.next() {
                    push_literal(&mut out, escaped);
                }
            }
            literal => push_literal(&mut out, literal),
        }
    }
    // An alternative that is never closed ends with the pattern.
    out.push_str(&")".repeat(depth));
    Some(out)
}

/// Reads a character class behind its `[`: one range `a-z`, or a set of characters.
fn class(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<String> {
    let negated = chars.next_if_eq(&'!').is_some();
    let open = if negated { "[^" } else { "[" };
    let mut lookahead = chars.clone();
    let low = lookahead.next()?;
    if lookahead.next() == Some('-') {
        let high = lookahead.next()?;
        (lookahead.next() == Some(']') && high >= low).then_some(())?;
        *chars = lookahead;
        let mut out = String::from(open);
        push_literal(&mut out, low);
        out.push('-');
        push_literal(&mut out, high);
        out.push(']');
        return Some(out);
    }
    let mut out = String::from(open);
    let mut members = 0;
    loop {
        match chars.next()? {
            ']' => break,
            '\\' => push_literal(&mut out, chars.next()?),
            member => push_literal(&mut out, member),
        }
        members += 1;
    }
    out.push(']');
    (members > 0).then_some(out)
}

fn push_literal(out: &mut String, c: char) {
    if c.is_ascii_punctuation() {
        out.push('\\');
    }
    out.push(c);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_match_as_gobwas_has_it() {
        let cases: &[(&str, &str, bool)] = &[
            ("files/*", "files/a.txt", true),
            ("files/*", "files/a/b.txt", false),
            ("files/**", "files/a/b.txt", true),
            ("**.yaml", "a/b.yaml", true),
            ("{a,b}/?.txt", "b/x.txt", true),
            ("{a,b}/?.txt", "c/x.txt", false),
            ("[a-c]x", "bx", true),
            ("[!a-c]x", "bx", false),
            ("[abc]x", "cx", true),
            (r"a\*b", "a*b", true),
            (r"a\*b", "axb", false),
            ("a.b", "axb", false),
            ("[z-a]", "any/thing", true),
            ("{a,b", "b", true),
            ("", "a", false),
            ("é?", "éß", true),
        ];
        for (pattern, path, expected) in cases {
            assert_eq!(Glob::new(pattern).matches(path), *expected, "{pattern} {path}");
        }
    }
}
