//! Go's regular expressions.
//!
//! Patterns have Go's syntax and run on `regex-automata`, whose matches are leftmost-first as Go's,
//! and take time linear in the text.
//!
//! Source: Go's `regexp` and `regexp/syntax`.

use std::sync::OnceLock;

use regex_automata::meta;

use super::small::{Program, Small};
use super::syntax;

/// How large one compiled pattern may become. Go's own limit is 128 MiB; what lies between is
/// refused in Go's words.
const MAX_COMPILED_BYTES: usize = 48 << 20;

/// The native stack that compiling needs for each level of a pattern's tree, generously.
const STACK_PER_LEVEL: usize = 4 << 10;

/// The largest pattern, in Go's instructions, that surely stays below [`MAX_COMPILED_BYTES`].
const MAX_SMALL: u64 = 2_000;

/// A pattern that was read, and is compiled when it first meets a text.
///
/// Reading costs little and finds all that Go complains of; compiling costs a thousand times as much, and most patterns of a
/// schema never meet a text.
#[derive(Debug)]
pub struct LazyRegex {
    pattern: Box<[u8]>,
    compiled: OnceLock<Compiled>,
}

#[derive(Debug)]
enum Compiled {
    /// with the engine for long texts
    Small(Program, OnceLock<Option<Regex>>),
    Full(Option<Regex>),
}

impl LazyRegex {
    /// Reads a pattern.
    ///
    /// # Errors
    ///
    /// As [`Regex::new`].
    pub fn new(pattern: &[u8]) -> Result<Self, String> {
        let compiled = OnceLock::new();
        if Small::parse(pattern).is_none() && syntax::parse(pattern)?.size > MAX_SMALL {
            let regex = Regex::build(pattern, light())?;
            compiled.get_or_init(|| Compiled::Full(Some(regex)));
        }
        Ok(Self { pattern: pattern.into(), compiled })
    }

    /// Takes a pattern that [`is_small`] was asked about, without reading it again.
    pub(crate) fn of_small(pattern: &[u8]) -> Self {
        Self { pattern: pattern.into(), compiled: OnceLock::new() }
    }

    /// Tells whether the pattern is found in UTF-8 text.
    pub fn is_match(&self, text: &str) -> bool {
        let full = || Regex::build(&self.pattern, light()).ok();
        let compiled = self.compiled.get_or_init(|| {
            let small = Small::parse(&self.pattern).map(|small| small.program());
            small.map_or_else(
                || Compiled::Full(full()),
                |program| Compiled::Small(program, OnceLock::new()),
            )
        });
        let regex = match compiled {
            Compiled::Small(program, regex) => match program.is_match(text) {
                Some(is_match) => return is_match,
                None => regex.get_or_init(full),
            },
            Compiled::Full(regex) => regex,
        };
        regex.as_ref().is_some_and(|regex| regex.is_match(text))
    }
}

/// Tells whether a pattern can be read, and is so small that it surely can be compiled.
pub(crate) fn is_small(pattern: &[u8]) -> bool {
    Small::parse(pattern).is_some()
        || syntax::parse(pattern).is_ok_and(|parsed| parsed.size <= MAX_SMALL)
}

/// What all engines keep to.
fn config() -> meta::Config {
    meta::Config::new()
        .nfa_size_limit(Some(MAX_COMPILED_BYTES))
        // Patterns meet short texts: building a whole automaton costs more than it saves.
        .dfa(false)
        .onepass_size_limit(Some(1 << 20))
}

/// For patterns that meet a text or two, of some dozen bytes each: the engines that need no more than the program itself.
fn light() -> meta::Config {
    config().hybrid(false).onepass(false).auto_prefilter(false)
}

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
        Self::build(pattern, config())
    }

    fn build(pattern: &[u8], config: meta::Config) -> Result<Self, String> {
        let parsed = syntax::parse(pattern)?;
        let stack = (512 << 10) + parsed.height as usize * STACK_PER_LEVEL;
        stacker::maybe_grow(stack, 2 * stack, || {
            meta::Regex::builder()
                .configure(config)
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
