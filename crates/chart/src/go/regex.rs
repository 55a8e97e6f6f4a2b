//! Go's regular expressions.
//!
//! Patterns have Go's syntax and run on `regex-automata`, whose matches are leftmost-first as Go's,
//! and take time linear in the text.
//!
//! Source: Go's `regexp` and `regexp/syntax`.

use regex_automata::meta;

use super::syntax;

/// How large one compiled pattern may become. Go's own limit is 128 MiB; what lies between is
/// refused in Go's words.
const MAX_COMPILED_BYTES: usize = 48 << 20;

/// The native stack that compiling needs for each level of a pattern's tree, generously.
const STACK_PER_LEVEL: usize = 4 << 10;

/// A pattern ready to run.
#[derive(Debug)]
pub struct Regex {
    /// the engine
    pub engine: meta::Regex,
    /// the names of the groups, from group 1; unnamed ones are empty
    pub names: Vec<Vec<u8>>,
}

impl Regex {
    /// Compiles a pattern.
    ///
    /// # Errors
    ///
    /// Go's text, such as ``error parsing regexp: missing closing ): `(` ``.
    pub fn new(pattern: &[u8]) -> Result<Self, String> {
        let parsed = syntax::parse(pattern)?;
        let stack = (512 << 10) + parsed.height as usize * STACK_PER_LEVEL;
        stacker::maybe_grow(stack, 2 * stack, || {
            meta::Regex::builder()
                .configure(
                    meta::Config::new()
                        .nfa_size_limit(Some(MAX_COMPILED_BYTES))
                        .onepass_size_limit(Some(1 << 20)),
                )
                .build_from_hir(&parsed.hir)
                .map_err(|_| syntax::too_large(pattern))
                .map(|engine| Self { engine, names: parsed.names })
        })
    }

    /// Tells whether the pattern is found in UTF-8 text.
    pub fn is_match(&self, text: &str) -> bool {
        self.engine.is_match(text)
    }
}
