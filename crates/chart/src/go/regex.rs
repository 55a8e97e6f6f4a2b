//! Go's regular expressions.
//!
//! Patterns have Go's syntax and run on `regex-automata`, whose matches are leftmost-first as Go's, and take time linear in
//! the text. The largest run on a machine of ours, slower and more compact; so do all others until they have met so
//! much text that building automata for them pays.
//!
//! Source: Go's `regexp` and `regexp/syntax`.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use regex_automata::util::primitives::NonMaxUsize;
use regex_automata::{Input, meta};
use regex_syntax::hir::Hir;

use super::machine::{self, Slots};
use super::small::{Program, Small};
use super::syntax;

/// How large one pattern may become that `regex-automata` compiles.
const MAX_COMPILED_BYTES: usize = 16 << 20;

/// The native stack that compiling needs for each level of a pattern's tree, generously.
const STACK_PER_LEVEL: usize = 4 << 10;

/// The largest pattern, in Go's instructions, that surely stays below [`MAX_COMPILED_BYTES`].
const MAX_SMALL: u64 = 2_000;

/// How much text a pattern meets before automata are built for it, in bytes: building them takes as long as matching some
/// thousand bytes without.
const WORTH_AUTOMATA: usize = 4 << 10;

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
    engine: Engine,
    /// the names of the groups, from group 1; unnamed ones are empty
    pub names: Vec<Vec<u8>>,
}

#[derive(Debug)]
enum Engine {
    Automata(meta::Regex),
    Machine(machine::Program),
    Growing(Box<Growing>),
}

/// The machine for the first texts, and the automata for those behind them.
#[derive(Debug)]
struct Growing {
    program: machine::Program,
    hir: Hir,
    /// the native stack that building automata needs, in bytes
    stack: usize,
    /// how much text the machine has met, in bytes
    n_bytes: AtomicUsize,
    automata: OnceLock<Option<meta::Regex>>,
}

impl Growing {
    /// Gives the automata, if they pay for a text of `n_bytes`.
    fn automata(&self, n_bytes: usize) -> Option<&meta::Regex> {
        let met = self.n_bytes.load(Ordering::Relaxed);
        if met < WORTH_AUTOMATA {
            self.n_bytes.store(met.saturating_add(n_bytes), Ordering::Relaxed);
            if n_bytes < WORTH_AUTOMATA {
                return None;
            }
        }
        let build = || meta::Regex::builder().configure(config()).build_from_hir(&self.hir).ok();
        let build = || stacker::maybe_grow(self.stack, 2 * self.stack, build);
        self.automata.get_or_init(build).as_ref()
    }
}

impl Regex {
    /// Compiles a pattern.
    ///
    /// # Errors
    ///
    /// Go's text, such as ``error parsing regexp: missing closing ): `(` ``. Go's own limit for large ones is 128 MiB; ours is
    /// about a third of that.
    pub fn new(pattern: &[u8]) -> Result<Self, String> {
        let parsed = syntax::parse(pattern)?;
        if parsed.size > MAX_SMALL {
            return Self::of_automata(pattern, parsed, config());
        }
        let stack = stack_for(&parsed);
        stacker::maybe_grow(stack, 2 * stack, || {
            let Some(program) = machine::Program::new(&parsed.hir, parsed.names.len()) else {
                return Self::of_automata(pattern, parsed, config());
            };
            let (n_bytes, automata) = (AtomicUsize::new(0), OnceLock::new());
            let growing = Growing { program, hir: parsed.hir, stack, n_bytes, automata };
            Ok(Self { engine: Engine::Growing(Box::new(growing)), names: parsed.names })
        })
    }

    fn build(pattern: &[u8], config: meta::Config) -> Result<Self, String> {
        Self::of_automata(pattern, syntax::parse(pattern)?, config)
    }

    fn of_automata(
        pattern: &[u8],
        parsed: syntax::Pattern,
        config: meta::Config,
    ) -> Result<Self, String> {
        let stack = stack_for(&parsed);
        stacker::maybe_grow(stack, 2 * stack, || {
            let automata = meta::Regex::builder().configure(config).build_from_hir(&parsed.hir);
            let engine = match automata {
                Ok(engine) => Some(Engine::Automata(engine)),
                Err(_) => {
                    machine::Program::new(&parsed.hir, parsed.names.len()).map(Engine::Machine)
                }
            };
            engine
                .map(|engine| Self { engine, names: parsed.names })
                .ok_or_else(|| syntax::too_large(pattern))
        })
    }

    /// Gives what runs the pattern over `n_bytes` of text.
    fn runner(&self, n_bytes: usize) -> Runner<'_> {
        match &self.engine {
            Engine::Automata(automata) => Runner::Automata(automata),
            Engine::Machine(program) => Runner::Machine(program),
            Engine::Growing(growing) => match growing.automata(n_bytes) {
                Some(automata) => Runner::Automata(automata),
                None => Runner::Machine(&growing.program),
            },
        }
    }

    /// Tells whether the pattern is found in UTF-8 text.
    pub fn is_match(&self, text: &str) -> bool {
        match self.runner(text.len()) {
            Runner::Automata(engine) => engine.is_match(text),
            Runner::Machine(program) => program.find(text, 0, 0).is_some(),
        }
    }

    /// Finds the first match that begins at `from` or behind it: its start and its end.
    pub fn find(&self, text: &str, from: usize) -> Option<(usize, usize)> {
        match self.runner(text.len() - from) {
            Runner::Automata(engine) => {
                let found = engine.find(Input::new(text).range(from..))?;
                Some((found.start(), found.end()))
            }
            Runner::Machine(program) => whole(&program.find(text, from, 2)?),
        }
    }

    /// Finds the first match that begins at `from` or behind it, with where each group starts and ends.
    pub fn captures(&self, text: &str, from: usize, groups: &mut Groups) -> Option<(usize, usize)> {
        let n_slots = 2 * (self.names.len() + 1);
        match self.runner(text.len() - from) {
            Runner::Automata(engine) => {
                groups.found.resize(n_slots, None);
                engine.search_slots(&Input::new(text).range(from..), &mut groups.found)?;
                groups.slots.clear();
                groups.slots.extend(groups.found.iter().map(|slot| slot.map(NonMaxUsize::get)));
            }
            Runner::Machine(program) => groups.slots = program.find(text, from, n_slots)?,
        }
        whole(&groups.slots)
    }

    /// Gives about how many bytes the pattern takes.
    pub fn memory_usage(&self) -> usize {
        match &self.engine {
            Engine::Automata(engine) => engine.memory_usage(),
            Engine::Machine(program) => program.memory_usage(),
            // Automata for patterns of this size take about as much more.
            Engine::Growing(growing) => 8 * growing.program.memory_usage(),
        }
    }
}

/// What runs a pattern.
enum Runner<'r> {
    Automata(&'r meta::Regex),
    Machine(&'r machine::Program),
}

/// Gives the native stack that compiling a pattern needs, in bytes.
fn stack_for(parsed: &syntax::Pattern) -> usize {
    (512 << 10) + parsed.height as usize * STACK_PER_LEVEL
}

/// Where the groups of a match start and end.
#[derive(Debug, Default)]
pub struct Groups {
    slots: Slots,
    found: Vec<Option<NonMaxUsize>>,
}

impl Groups {
    /// Gives where a group starts and ends, if it took part; group 0 is the whole match.
    pub fn get(&self, group: usize) -> Option<(usize, usize)> {
        whole(self.slots.get(2 * group..)?)
    }
}

fn whole(slots: &[Option<usize>]) -> Option<(usize, usize)> {
    match slots {
        [Some(start), Some(end), ..] => Some((*start, *end)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both engines find the same in the same text.
    #[test]
    fn the_machine_matches_as_the_automata_do() {
        let patterns = [
            "a",
            "",
            "a*",
            "(a|ab)(c|bcd)",
            "(a+)(b+)?",
            "x*?y",
            "(|a)+",
            "(a|)*b",
            "(?:a*)*",
            "(a*)+",
            "(a*?)*",
            "^a|b$",
            "(?m)^b$",
            r"\bab\b",
            r"\Ba",
            "[^a]+",
            r"(?i)\pL{2,3}",
            "(a){0,2}b",
            "((a)|(b))*",
            "a{2,}?",
            "(?s).{3}",
            r"[^\x00-\x{10FFFF}]|b",
            "(?:ab|a)(?:c|bcd)?",
            "é+|日?",
        ];
        let texts =
            ["", "a", "ab", "abcd", "baaab", "xxyab b\nb\n", "aaaa", "éé日本a", "AbÉ c", "b\nab"];
        for pattern in patterns {
            let regex = Regex::build(pattern.as_bytes(), config()).unwrap();
            let parsed = syntax::parse(pattern.as_bytes()).unwrap();
            let program = machine::Program::new(&parsed.hir, parsed.names.len()).unwrap();
            let machine = Regex { engine: Engine::Machine(program), names: parsed.names };
            for text in texts {
                for from in (0..=text.len()).filter(|from| text.is_char_boundary(*from)) {
                    let (mut ours, mut theirs) = (Groups::default(), Groups::default());
                    let found = machine.captures(text, from, &mut ours);
                    assert_eq!(
                        found,
                        regex.captures(text, from, &mut theirs),
                        "{pattern} in {text:?}"
                    );
                    assert_eq!(found, machine.find(text, from));
                    if found.is_some() {
                        assert_eq!(ours.slots, theirs.slots, "{pattern} in {text:?} from {from}");
                    }
                }
                assert_eq!(machine.is_match(text), regex.is_match(text), "{pattern} in {text:?}");
            }
        }
    }

    #[test]
    fn large_patterns_are_taken_or_refused_soon() {
        let text = "é".repeat(1_200);
        let letters = Regex::new(br"^\pL{1000}").unwrap();
        assert_eq!(letters.find(&text, 0), Some((0, 2_000)));
        assert!(!Regex::new(br"\pL{1000}$").unwrap().is_match("aé"));
        assert!(Regex::new(br"(?:\pL{500}x?){2}").unwrap().is_match(&text));
        assert!(Regex::new("(?:\\pL{1000})".repeat(2_000).as_bytes()).is_err());
    }
}
