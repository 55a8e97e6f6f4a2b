//! Patterns of the kind that schemas have, matched without an engine.
//!
//! `^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$` and its like meet a text or two of some dozen bytes. Building what makes other
//! matches fast takes a thousand times as long as matching them with the simplest machine there is: this one tries each
//! way through the pattern at most once from each place in the text.
//!
//! Only what Go surely takes is taken: ASCII without flags, word boundaries and classes by name. Of all else nothing is
//! said here.

/// The longest pattern, in bytes.
const MAX_PATTERN_BYTES: usize = 500;

/// The most groups in groups.
const MAX_DEPTH: usize = 20;

/// The most copies of its innermost term a repetition may ask for, nested ones multiplied: Go's own limit.
const MAX_COPIES: u32 = 1000;

/// The largest program, in steps.
const MAX_STEPS: usize = 2_000;

/// The most pairs of step and place that are told apart in one match.
const MAX_PAIRS: usize = 1 << 20;

/// A part of a pattern.
#[derive(Debug, Clone)]
enum Term {
    Set(Set),
    Start,
    End,
    Sequence(Vec<Term>),
    Choice(Vec<Term>),
    Repeat(Box<Term>, u32, Option<u32>),
}

impl Term {
    /// Counts the steps of its program.
    fn n_steps(&self) -> usize {
        match self {
            Self::Set(_) | Self::Start | Self::End => 1,
            Self::Sequence(terms) => terms.iter().map(Self::n_steps).sum(),
            Self::Choice(terms) => terms.iter().map(|term| term.n_steps() + 2).sum(),
            Self::Repeat(term, min, max) => {
                let copies = max.map_or(min.saturating_add(1), |max| max) as usize;
                (term.n_steps() + 2).saturating_mul(copies)
            }
        }
    }
}

/// A set of characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Set {
    ascii: u128,
    /// whether all characters beyond ASCII are in it; else none is
    others: bool,
}

impl Set {
    const EMPTY: Self = Self { ascii: 0, others: false };
    const ANY_BUT_BREAK: Self = Self { ascii: !(1 << b'\n'), others: true };

    fn of(ranges: &[(u8, u8)]) -> Self {
        let mut set = Self::EMPTY;
        for &(low, high) in ranges {
            set.add(low, high);
        }
        set
    }

    fn add(&mut self, low: u8, high: u8) {
        for byte in low..=high {
            self.ascii |= 1 << byte;
        }
    }

    fn negated(self) -> Self {
        Self { ascii: !self.ascii, others: !self.others }
    }
}

/// A pattern that was read.
#[derive(Debug)]
pub(super) struct Small(Term);

impl Small {
    /// Reads a pattern; `None` if it is not of the kind that is known here, or none at all.
    pub(super) fn parse(pattern: &[u8]) -> Option<Self> {
        if pattern.len() > MAX_PATTERN_BYTES
            || !pattern.iter().all(|byte| matches!(byte, b' '..=b'~'))
        {
            return None;
        }
        let mut parser = Parser { pattern, at: 0 };
        let (term, _) = parser.choice(0)?;
        (parser.at == pattern.len() && term.n_steps() < MAX_STEPS).then_some(Self(term))
    }

    /// Makes a program of it.
    pub(super) fn program(&self) -> Program {
        let mut program = Program { steps: Vec::with_capacity(self.0.n_steps() + 1) };
        program.add(&self.0);
        program.push(Step::Match);
        program
    }
}

struct Parser<'p> {
    pattern: &'p [u8],
    at: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<u8> {
        self.pattern.get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let is_here = self.peek() == Some(byte);
        self.at += usize::from(is_here);
        is_here
    }

    /// Reads alternatives up to the end or a closing parenthesis; gives the copies of the innermost term, too.
    fn choice(&mut self, depth: usize) -> Option<(Term, u32)> {
        let mut alternatives = Vec::new();
        let mut copies = 1;
        loop {
            let (term, its_copies) = self.sequence(depth)?;
            alternatives.push(term);
            copies = copies.max(its_copies);
            if !self.take(b'|') {
                break;
            }
        }
        let term =
            if alternatives.len() == 1 { alternatives.pop()? } else { Term::Choice(alternatives) };
        Some((term, copies))
    }

    fn sequence(&mut self, depth: usize) -> Option<(Term, u32)> {
        let mut terms = Vec::new();
        let mut copies = 1;
        while let Some(byte) = self.peek() {
            if matches!(byte, b'|' | b')') {
                break;
            }
            self.at += 1;
            let (term, its_copies) = match byte {
                b'(' => self.group(depth)?,
                b'^' => (Term::Start, 1),
                b'$' => (Term::End, 1),
                b'.' => (Term::Set(Set::ANY_BUT_BREAK), 1),
                b'[' => (Term::Set(self.class()?), 1),
                b'\\' => (Term::Set(self.escape()?), 1),
                b'*' | b'+' | b'?' | b'{' => return None,
                _ => (Term::Set(Set::of(&[(byte, byte)])), 1),
            };
            let (term, its_copies) = self.repeated(term, its_copies)?;
            terms.push(term);
            copies = copies.max(its_copies);
        }
        Some((Term::Sequence(terms), copies))
    }

    fn group(&mut self, depth: usize) -> Option<(Term, u32)> {
        if depth == MAX_DEPTH || (self.take(b'?') && !self.take(b':')) {
            return None;
        }
        let group = self.choice(depth + 1)?;
        self.take(b')').then_some(group)
    }

    /// Reads how often a term is repeated, if it says so.
    fn repeated(&mut self, term: Term, copies: u32) -> Option<(Term, u32)> {
        let (min, max, copies) = match self.peek() {
            Some(b'*') => (0, None, copies),
            Some(b'+') => (1, None, copies),
            Some(b'?') => (0, Some(1), copies),
            Some(b'{') => {
                self.at += 1;
                let min = self.count()?;
                let max = if !self.take(b',') {
                    Some(min)
                } else if self.peek() == Some(b'}') {
                    None
                } else {
                    Some(self.count()?)
                };
                if self.peek() != Some(b'}') || max.is_some_and(|max| max < min || max == 0) {
                    return None;
                }
                (min, max, copies.checked_mul(max.unwrap_or(min).max(1))?)
            }
            _ => return Some((term, copies)),
        };
        self.at += 1;
        // Whether much or little is preferred makes no difference to whether there is a match.
        self.take(b'?');
        let is_odd = copies > MAX_COPIES
            || matches!(term, Term::Start | Term::End)
            || matches!(self.peek(), Some(b'*' | b'+' | b'?' | b'{'));
        (!is_odd).then(|| (Term::Repeat(Box::new(term), min, max), copies))
    }

    fn count(&mut self) -> Option<u32> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        let digits = std::str::from_utf8(&self.pattern[start..self.at]).ok()?;
        let has_leading_zero = digits.len() > 1 && digits.starts_with('0');
        digits.parse().ok().filter(|count| *count <= MAX_COPIES && !has_leading_zero)
    }

    /// Reads a class behind its opening bracket.
    fn class(&mut self) -> Option<Set> {
        let is_negated = self.take(b'^');
        let mut set = Set::EMPTY;
        let mut is_first = true;
        while is_first || self.peek() != Some(b']') {
            is_first = false;
            let low = self.class_member()?;
            if low.ascii.count_ones() != 1 {
                set.ascii |= low.ascii;
                // A range that begins with a class is an error, or two members: Go knows.
                if self.peek() == Some(b'-') {
                    return None;
                }
                continue;
            }
            let is_range = self.peek() == Some(b'-')
                && self.pattern.get(self.at + 1).is_some_and(|b| *b != b']');
            if is_range {
                self.at += 1;
                let high = self.class_member()?;
                if high.ascii.count_ones() != 1 || high.ascii < low.ascii {
                    return None;
                }
                set.add(low.first(), high.first());
            } else {
                set.ascii |= low.ascii;
            }
        }
        self.at += 1;
        Some(if is_negated { set.negated() } else { set })
    }

    fn class_member(&mut self) -> Option<Set> {
        let byte = self.peek()?;
        self.at += 1;
        match byte {
            b'[' => None,
            b'\\' => self.escape().filter(|set| !set.others),
            _ => Some(Set::of(&[(byte, byte)])),
        }
    }

    /// Reads an escape behind its backslash.
    fn escape(&mut self) -> Option<Set> {
        let byte = self.peek()?;
        self.at += 1;
        let class = match byte.to_ascii_lowercase() {
            b'd' => Set::of(&[(b'0', b'9')]),
            b'w' => Set::of(&[(b'0', b'9'), (b'A', b'Z'), (b'_', b'_'), (b'a', b'z')]),
            b's' => Set::of(&[(b'\t', b'\n'), (0x0c, b'\r'), (b' ', b' ')]),
            _ if byte.is_ascii_punctuation() => return Some(Set::of(&[(byte, byte)])),
            _ => return None,
        };
        Some(if byte.is_ascii_uppercase() { class.negated() } else { class })
    }
}

impl Set {
    /// Gives the only member.
    fn first(self) -> u8 {
        u8::try_from(self.ascii.trailing_zeros()).unwrap_or(0)
    }
}

/// A pattern as steps.
#[derive(Debug)]
pub(super) struct Program {
    steps: Vec<Step>,
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Set(Set),
    Start,
    End,
    /// goes on at either
    Split(usize, usize),
    Jump(usize),
    Match,
}

impl Program {
    fn push(&mut self, step: Step) -> usize {
        self.steps.push(step);
        self.steps.len() - 1
    }

    fn add(&mut self, term: &Term) {
        match term {
            Term::Set(set) => self.steps.push(Step::Set(*set)),
            Term::Start => self.steps.push(Step::Start),
            Term::End => self.steps.push(Step::End),
            Term::Sequence(terms) => terms.iter().for_each(|term| self.add(term)),
            Term::Choice(alternatives) => self.add_choice(alternatives),
            Term::Repeat(term, min, max) => self.add_repeat(term, *min, *max),
        }
    }

    fn add_choice(&mut self, alternatives: &[Term]) {
        let mut ends = Vec::new();
        for (n, term) in alternatives.iter().enumerate() {
            if n + 1 == alternatives.len() {
                self.add(term);
                break;
            }
            let split = self.push(Step::Jump(0));
            self.add(term);
            ends.push(self.push(Step::Jump(0)));
            self.steps[split] = Step::Split(split + 1, self.steps.len());
        }
        for end in ends {
            self.steps[end] = Step::Jump(self.steps.len());
        }
    }

    fn add_repeat(&mut self, term: &Term, min: u32, max: Option<u32>) {
        for _ in 0..min {
            self.add(term);
        }
        let Some(max) = max else {
            let split = self.push(Step::Jump(0));
            self.add(term);
            self.push(Step::Jump(split));
            self.steps[split] = Step::Split(split + 1, self.steps.len());
            return;
        };
        let mut splits = Vec::new();
        for _ in min..max {
            splits.push(self.push(Step::Jump(0)));
            self.add(term);
        }
        for split in splits {
            self.steps[split] = Step::Split(split + 1, self.steps.len());
        }
    }

    /// Tells whether the pattern is found in a text; `None` if that is too long for this machine.
    pub(super) fn is_match(&self, text: &str) -> Option<bool> {
        let n_places = text.len() + 1;
        let n_pairs = n_places.checked_mul(self.steps.len()).filter(|n| *n <= MAX_PAIRS)?;
        let mut run =
            Run { steps: &self.steps, text, seen: vec![0; n_pairs.div_ceil(64)], left: Vec::new() };
        let is_anchored = matches!(self.steps.first(), Some(Step::Start));
        let mut starts = (0..n_places).filter(|at| text.is_char_boundary(*at));
        Some(if is_anchored { run.matches_from(0) } else { starts.any(|at| run.matches_from(at)) })
    }
}

struct Run<'p> {
    steps: &'p [Step],
    text: &'p str,
    /// a bit for each step at each place: what was tried once leads nowhere
    seen: Vec<u64>,
    /// what is still to be tried
    left: Vec<(usize, usize)>,
}

impl Run<'_> {
    fn matches_from(&mut self, start: usize) -> bool {
        self.left.push((0, start));
        while let Some((step, at)) = self.left.pop() {
            if self.follows(step, at) {
                return true;
            }
        }
        false
    }

    /// Goes on from a step at a place, and leaves other ways for later.
    fn follows(&mut self, mut step: usize, mut at: usize) -> bool {
        let bytes = self.text.as_bytes();
        loop {
            let pair = at * self.steps.len() + step;
            let (word, bit) = (pair / 64, 1 << (pair % 64));
            if self.seen[word] & bit != 0 {
                return false;
            }
            self.seen[word] |= bit;
            match self.steps[step] {
                Step::Match => return true,
                Step::Start if at != 0 => return false,
                Step::End if at != bytes.len() => return false,
                Step::Start | Step::End => step += 1,
                Step::Jump(to) => step = to,
                Step::Split(to, other) => {
                    self.left.push((other, at));
                    step = to;
                }
                Step::Set(set) => {
                    match bytes.get(at) {
                        Some(byte) if byte.is_ascii() => {
                            if set.ascii & (1 << byte) == 0 {
                                return false;
                            }
                            at += 1;
                        }
                        Some(_) if set.others => {
                            at += 1;
                            while !self.text.is_char_boundary(at) {
                                at += 1;
                            }
                        }
                        _ => return false,
                    }
                    step += 1;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Small;
    use crate::go::regex::Regex;

    const PARTS: [&str; 40] = [
        "a", "b", "c", "-", ".", "^", "$", "|", "(", "(", "(?:", ")", ")", "[", "]", "[a-c]",
        "[^a]", "[-a]", "[a-]", "[]a]", "[\\d_]", "[\\w-.]", "\\d", "\\W", "\\s", "\\.", "\\-",
        "\\b", "*", "+", "?", "{2}", "{0,3}", "{1,}", "{3,1}", "{0}", "{", "}", "(?i)", "é",
    ];

    const TEXTS: [&str; 14] = [
        "",
        "a",
        "b",
        "ab",
        "abc",
        "a-b",
        "aaa",
        "cab.",
        "1a_",
        "é",
        "aéb",
        "a\nb",
        " ",
        "bbbbbbbbac",
    ];

    #[test]
    fn what_is_read_is_read_and_matched_as_the_engines_do() {
        let (mut state, mut n_read) = (1_u64, 0);
        for _ in 0..60_000 {
            let mut pattern = String::new();
            for _ in 0..=state >> 61 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                pattern.push_str(PARTS[usize::try_from(state >> 40).unwrap() % PARTS.len()]);
            }
            let Some(small) = Small::parse(pattern.as_bytes()) else { continue };
            let program = small.program();
            let regex = Regex::new(pattern.as_bytes());
            let regex = regex.unwrap_or_else(|error| panic!("{pattern}: {error}"));
            n_read += 1;
            for text in TEXTS {
                assert_eq!(program.is_match(text), Some(regex.is_match(text)), "{pattern} {text}");
            }
        }
        assert!(n_read > 5_000, "only {n_read}");
    }

    #[test]
    fn long_work_is_left_to_the_engines() {
        let small = Small::parse(b"(?:a{0,20}){0,20}b$").unwrap();
        assert_eq!(small.program().is_match(&"a".repeat(100)), Some(false));
        assert_eq!(small.program().is_match(&"a".repeat(5_000)), None);
        assert!(Small::parse(b"(?:a{0,32}){0,32}").is_none());
        assert!(Small::parse(b"[ab]{1000}[ab]{1000}[ab]{1000}").is_none());
    }
}
