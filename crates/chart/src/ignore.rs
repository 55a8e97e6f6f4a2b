//! `.helmignore`: which files of a chart folder are not part of the chart.
//!
//! One pattern a line; `#` begins a comment, a trailing `/` matches folders only, a leading `/` or a slash within ties
//! the pattern to the chart's root, otherwise it meets the last element of the path. Patterns are read in order and
//! the first that decides ends it. `!` does not bring a file back: it ignores everything the pattern does *not* match.
//!
//! Source: `pkg/ignore/rules.go`, Helm v4; `Match` in `path/filepath/match.go`, Go.

use std::cell::Cell;
use std::iter::Peekable;
use std::str::Chars;

use crate::path;

/// The name of the file, at the root of the chart.
pub const FILE_NAME: &str = ".helmignore";

/// The longest line of the file, in bytes.
pub const MAX_LINE_LEN: usize = 64 * 1024;

/// What every chart ignores: files of `templates/` whose names begin with a dot.
const DEFAULT_RULE: &str = "templates/.?*";

/// What becomes of the slashes a pattern begins with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LeadingSlashes {
    /// one goes when the pattern is read; no path begins with another one
    #[default]
    One,
    /// one more goes each time the rule is asked: as many paths are asked in vain as there are slashes to spare
    OneEachTime,
}

/// What a chart ignores.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    rules: Vec<Rule>,
    leading_slashes: LeadingSlashes,
}

/// A pattern that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PatternError {
    /// `**`, which Helm does not have
    #[error("double-star (**) syntax is not supported")]
    DoubleStar,
    /// a bracket or an escape that does not end
    #[error("syntax error in pattern")]
    Syntax,
    /// a line longer than [`MAX_LINE_LEN`]
    #[error("bufio.Scanner: token too long")]
    LineTooLong,
}

#[derive(Debug, Clone)]
struct Rule {
    /// whether the rule ignores what the pattern does not match
    negated: bool,
    /// whether only folders count
    folders_only: bool,
    /// whether the pattern meets the whole path, and not its last element
    whole_path: bool,
    /// how many more times it is asked in vain, for the slashes it still has
    slashes_left: Cell<usize>,
    /// `None` when nothing matches: what is left without `!` and `/` is no pattern
    pattern: Option<Pattern>,
}

impl Rules {
    /// Reads the lines of a `.helmignore`.
    ///
    /// # Errors
    ///
    /// The first line that cannot be used.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        Self::parse_with(text, LeadingSlashes::One)
    }

    /// Reads the lines of a `.helmignore`, and tells what becomes of slashes at the start of one.
    ///
    /// # Errors
    ///
    /// As [`Rules::parse`].
    pub fn parse_with(text: &str, leading_slashes: LeadingSlashes) -> Result<Self, PatternError> {
        let mut rules = Self { leading_slashes, ..Self::default() };
        for line in text.strip_prefix('\u{feff}').unwrap_or(text).split('\n') {
            if line.len() >= MAX_LINE_LEN {
                return Err(PatternError::LineTooLong);
            }
            rules.add(line)?;
        }
        Ok(rules)
    }

    /// Adds what every chart ignores: `templates/.?*`.
    #[must_use]
    pub fn with_defaults(mut self) -> Self {
        let added = self.add(DEFAULT_RULE);
        debug_assert!(added.is_ok(), "the default is a pattern");
        self
    }

    /// Adds one line.
    ///
    /// # Errors
    ///
    /// A line that cannot be used.
    pub fn add(&mut self, line: &str) -> Result<(), PatternError> {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            return Ok(());
        }
        if line.contains("**") {
            return Err(PatternError::DoubleStar);
        }
        // Helm tries each pattern on this name, and Go finds what is wrong with it only where the name leads it.
        let (chunks, is_whole) = parse_chunks(line);
        if !is_whole && match_all_but_last(&chunks, "abc").is_some() {
            return Err(PatternError::Syntax);
        }
        let (negated, line) = strip(line, |line| line.strip_prefix('!'));
        let (folders_only, line) = strip(line, |line| line.strip_suffix('/'));
        let (rooted, mut line) = strip(line, |line| line.strip_prefix('/'));
        let mut slashes_left = 0;
        if rooted && self.leading_slashes == LeadingSlashes::OneEachTime {
            let bare = line.trim_start_matches('/');
            slashes_left = line.len() - bare.len();
            line = bare;
        }
        self.rules.push(Rule {
            negated,
            folders_only,
            whole_path: rooted || line.contains('/'),
            slashes_left: Cell::new(slashes_left),
            pattern: Pattern::parse(line).ok(),
        });
        Ok(())
    }

    /// Tells whether the file or folder at `path`, from the chart's root with `/`, is ignored.
    pub fn ignores(&self, path: &str, is_folder: bool) -> bool {
        if matches!(path, "" | "." | "./") {
            return false;
        }
        let name = path::base(path);
        for rule in &self.rules {
            let counts = is_folder || !rule.folders_only;
            let is_match = counts && rule.matches(path, name);
            if is_match != rule.negated {
                return true;
            }
        }
        false
    }
}

impl Rule {
    fn matches(&self, path: &str, base: &str) -> bool {
        if let Some(left) = self.slashes_left.get().checked_sub(1) {
            self.slashes_left.set(left);
            return false;
        }
        let name = if self.whole_path { path } else { base };
        self.pattern.as_ref().is_some_and(|pattern| pattern.matches(name))
    }
}

fn strip<'a>(line: &'a str, what: impl FnOnce(&'a str) -> Option<&'a str>) -> (bool, &'a str) {
    what(line).map_or((false, line), |rest| (true, rest))
}

/// A pattern of Go's `filepath.Match`: `*`, `?`, `[a-z]`, `[^a-z]`, `\x`.
#[derive(Debug, Clone)]
pub struct Pattern {
    /// what stands between the stars: one more than there are stars, where several stars in a row are one
    chunks: Vec<Vec<Token>>,
    plain: Option<Plain>,
}

/// A pattern that needs no search, as most are.
#[derive(Debug, Clone)]
enum Plain {
    /// this text
    Is(Box<str>),
    /// a star, then this text
    Ends(Box<str>),
    /// this text, then a star
    Begins(Box<str>),
}

impl Plain {
    fn of(chunks: &[Vec<Token>]) -> Option<Self> {
        let text = |chunk: &[Token]| -> Option<Box<str>> {
            let chars = chunk.iter().map(|token| match token {
                Token::Char(c) => Some(*c),
                Token::AnyChar | Token::Class { .. } => None,
            });
            chars.collect::<Option<String>>().map(Into::into)
        };
        match chunks {
            [whole] => text(whole).map(Self::Is),
            [first, last] if first.is_empty() => text(last).map(Self::Ends),
            [first, last] if last.is_empty() => text(first).map(Self::Begins),
            _ => None,
        }
    }

    fn matches(&self, name: &str) -> bool {
        let starred = match self {
            Self::Is(text) => return name == &**text,
            Self::Ends(text) => name.strip_suffix(&**text),
            Self::Begins(text) => name.strip_prefix(&**text),
        };
        starred.is_some_and(|starred| !starred.contains('/'))
    }
}

#[derive(Debug, Clone)]
enum Token {
    Char(char),
    AnyChar,
    Class { negated: bool, ranges: Vec<(char, char)> },
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    ///
    /// [`PatternError::Syntax`]
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let (chunks, is_whole) = parse_chunks(text);
        let plain = Plain::of(&chunks);
        if is_whole { Ok(Self { chunks, plain }) } else { Err(PatternError::Syntax) }
    }

    /// Tells whether the whole of `name` matches; `*` and `?` do not match `/`.
    pub fn matches(&self, name: &str) -> bool {
        if let Some(plain) = &self.plain {
            return plain.matches(name);
        }
        let Some(rest) = match_all_but_last(&self.chunks, name) else { return false };
        let [stars @ .., last] = &*self.chunks else { return false };
        match (stars.len(), last.is_empty()) {
            (0, _) => match_chunk(last, rest).is_some_and(str::is_empty),
            (_, true) => !rest.contains('/'),
            (_, false) => star_ends(rest)
                .any(|end| match_chunk(last, &rest[end..]).is_some_and(str::is_empty)),
        }
    }
}

/// Reads a pattern up to its end, or to what is wrong with it; tells which. There is always one chunk.
fn parse_chunks(text: &str) -> (Vec<Vec<Token>>, bool) {
    let mut chunks = vec![Vec::new()];
    let mut chars = text.chars().peekable();
    let mut after_star = false;
    while let Some(c) = chars.next() {
        if c == '*' {
            if !after_star {
                chunks.push(Vec::new());
            }
            after_star = true;
            continue;
        }
        after_star = false;
        match parse_token(c, &mut chars) {
            Ok(token) => chunks.last_mut().expect("there is always one").push(token),
            Err(_) => return (chunks, false),
        }
    }
    (chunks, true)
}

fn parse_token(first: char, chars: &mut Peekable<Chars<'_>>) -> Result<Token, PatternError> {
    match first {
        '?' => Ok(Token::AnyChar),
        '\\' => chars.next().map(Token::Char).ok_or(PatternError::Syntax),
        '[' => {
            let negated = chars.next_if_eq(&'^').is_some();
            let mut ranges = Vec::new();
            while ranges.is_empty() || chars.next_if_eq(&']').is_none() {
                let low = class_char(chars)?;
                let is_range = chars.next_if_eq(&'-').is_some();
                let high = if is_range { class_char(chars)? } else { low };
                ranges.push((low, high));
            }
            Ok(Token::Class { negated, ranges })
        }
        _ => Ok(Token::Char(first)),
    }
}

/// Matches all chunks but the last, each as early as it can, and gives what is behind them.
///
/// The first place that fits is as good as any later one: what a later star has to meet only grows shorter.
fn match_all_but_last<'a>(chunks: &[Vec<Token>], name: &'a str) -> Option<&'a str> {
    let [first, middle @ .., _] = chunks else { return Some(name) };
    middle.iter().try_fold(match_chunk(first, name)?, |rest, chunk| {
        star_ends(rest).find_map(|end| match_chunk(chunk, &rest[end..]))
    })
}

/// Gives the places a star at the beginning of `text` may end at.
fn star_ends(text: &str) -> impl Iterator<Item = usize> {
    let length = text.find('/').unwrap_or(text.len());
    text[..length].char_indices().map(|(idx, _)| idx).chain([length])
}

/// Matches the beginning of `text` and gives what is behind it.
fn match_chunk<'a>(chunk: &[Token], text: &'a str) -> Option<&'a str> {
    let mut chars = text.chars();
    for token in chunk {
        let c = chars.next()?;
        let is_match = match token {
            Token::Char(expected) => c == *expected,
            Token::AnyChar => c != '/',
            Token::Class { negated, ranges } => {
                ranges.iter().any(|&(low, high)| (low..=high).contains(&c)) != *negated
            }
        };
        if !is_match {
            return None;
        }
    }
    Some(chars.as_str())
}

/// Reads one end of a range; there must be something behind it.
fn class_char(chars: &mut Peekable<Chars<'_>>) -> Result<char, PatternError> {
    let c = match chars.next() {
        None | Some('-' | ']') => return Err(PatternError::Syntax),
        Some('\\') => chars.next().ok_or(PatternError::Syntax)?,
        Some(c) => c,
    };
    if chars.peek().is_some() { Ok(c) } else { Err(PatternError::Syntax) }
}
