//! Go's regular expression syntax, read into the tree that the `regex-automata` engines compile.
//!
//! Both sides descend from RE2, but Go's classes `\d \w \s \b` are ASCII, `[` is literal in a class, `$` is the end of the
//! text only, repetitions stop at 1000, and each error has Go's words. Building the tree instead of another pattern text
//! leaves no second syntax to escape into.
//!
//! Source: Go's `regexp/syntax/parse.go`, with the flags of `syntax.Perl`.

use regex_syntax::hir::{
    Capture, Class, ClassUnicode, ClassUnicodeRange, Dot, Hir, HirKind, Look, Repetition,
};

use super::classes::{self, Ranges};
use super::unicode;

/// The most copies of its innermost term a repetition may ask for, nested ones multiplied: Go's own limit.
const MAX_COPIES: u32 = 1000;

/// The deepest tree: Go's own limit.
const MAX_HEIGHT: u32 = 1000;

/// The largest program, in instructions: Go's own limit of 128 MiB with 40 bytes each.
const MAX_SIZE: u64 = (128 << 20) / 40;

/// A pattern as the engines take it.
#[derive(Debug)]
pub(super) struct Pattern {
    /// the tree
    pub(super) hir: Hir,
    /// how many instructions Go would make of it, about
    pub(super) size: u64,
    /// how many levels the tree has, for those who walk it recursively
    pub(super) height: u32,
    /// the names of the groups, from group 1; unnamed ones are empty
    pub(super) names: Vec<Vec<u8>>,
}

/// Reads a pattern.
///
/// # Errors
///
/// Go's text, such as ``error parsing regexp: missing closing ): `(` ``.
pub(super) fn parse(pattern: &[u8]) -> Result<Pattern, String> {
    Parser { pattern, at: 0, flags: Flags::default(), names: Vec::new() }
        .pattern()
        .map_err(|error| error.text())
}

/// What is wrong, and the part of the pattern Go shows for it.
struct SyntaxError<'p> {
    what: &'static str,
    part: &'p [u8],
}

impl SyntaxError<'_> {
    fn text(&self) -> String {
        let part = String::from_utf8_lossy(self.part);
        format!("error parsing regexp: {}: `{part}`", self.what)
    }
}

const INVALID_ESCAPE: &str = "invalid escape sequence";
const INVALID_NAME: &str = "invalid named capture";
const INVALID_PERL: &str = "invalid or unsupported Perl syntax";
const INVALID_RANGE: &str = "invalid character class range";
const INVALID_REPEAT: &str = "invalid nested repetition operator";
const INVALID_REPEAT_COUNT: &str = "invalid repeat count";
const INVALID_UTF8: &str = "invalid UTF-8";
const MISSING_BRACKET: &str = "missing closing ]";
const MISSING_PAREN: &str = "missing closing )";
const MISSING_REPEAT_ARGUMENT: &str = "missing argument to repetition operator";
const TOO_DEEP: &str = "expression nests too deeply";
const TOO_LARGE: &str = "expression too large";
const TRAILING_BACKSLASH: &str = "trailing backslash at end of expression";
const UNEXPECTED_PAREN: &str = "unexpected )";

/// The text of a pattern whose program would be too large.
pub(super) fn too_large(pattern: &[u8]) -> String {
    SyntaxError { what: TOO_LARGE, part: pattern }.text()
}

#[expect(clippy::struct_excessive_bools, reason = "they are Go's `i`, `m`, `s` and `U`")]
#[derive(Clone, Copy, Default)]
struct Flags {
    fold_case: bool,
    multi_line: bool,
    dot_newline: bool,
    non_greedy: bool,
}

/// A part of the tree, with what Go's limits are about.
struct Term {
    hir: Hir,
    shape: Shape,
    /// levels of Go's tree
    height: u32,
    /// instructions of Go's program
    size: u64,
    /// copies of the innermost term
    copies: u32,
}

/// What a part is when it becomes part of a sequence or alternation, which swallow their own kind.
#[derive(Clone, Copy, PartialEq)]
enum Shape {
    Sequence,
    Alternation,
    Other,
}

impl Term {
    fn leaf(hir: Hir) -> Self {
        Self { hir, shape: Shape::Other, height: 1, size: 1, copies: 1 }
    }

    fn join(mut terms: Vec<Self>, shape: Shape) -> Self {
        if terms.len() == 1 {
            return terms.swap_remove(0);
        }
        let mut joined = Self { hir: Hir::empty(), shape, height: 1, size: 0, copies: 1 };
        let mut hirs = Vec::with_capacity(terms.len());
        if shape == Shape::Alternation {
            joined.size = terms.len() as u64 - 1;
        }
        for term in terms {
            let height = if term.shape == shape { term.height } else { term.height + 1 };
            joined.height = joined.height.max(height);
            joined.size = joined.size.saturating_add(term.size);
            joined.copies = joined.copies.max(term.copies);
            hirs.push(term.hir);
        }
        joined.hir = match shape {
            Shape::Alternation => Hir::alternation(keep_order(hirs)),
            Shape::Sequence | Shape::Other => Hir::concat(hirs),
        };
        joined
    }
}

/// Gives one part of a sequence.
fn part(hir: &Hir, at: usize) -> Option<&Hir> {
    match hir.kind() {
        HirKind::Concat(parts) => parts.get(at),
        _ => None,
    }
}

/// Keeps `regex-syntax` from making `a*?b|a*?c` an `a*?(?:b|c)`, which prefers a short `a*?` with `c` to a long one with `b`.
///
/// It takes out what all alternatives begin with. That is right for what matches in one way only, so where something else would
/// be taken out, the last alternative is made to look different: there it becomes an alternation with what never matches.
fn keep_order(mut alternatives: Vec<Hir>) -> Vec<Hir> {
    let Some(last) = alternatives.pop() else { return alternatives };
    for at in 0.. {
        let Some(shared) = part(&last, at) else { break };
        if alternatives.iter().any(|alternative| part(alternative, at) != Some(shared)) {
            break;
        }
        if matches!(shared.kind(), HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_)) {
            continue;
        }
        let different = Hir::alternation(vec![shared.clone(), Hir::fail()]);
        if let HirKind::Concat(mut parts) = last.into_kind() {
            parts[at] = different;
            alternatives.push(Hir::concat(parts));
        }
        return alternatives;
    }
    alternatives.push(last);
    alternatives
}

/// An open group, or the whole pattern.
struct Group {
    /// the flags to go back to after the group
    outer: Flags,
    /// the number, if what the group matches is kept
    capture: Option<u32>,
    /// the alternatives already ended by `|`
    alternatives: Vec<Term>,
    /// the alternative being read
    terms: Vec<Term>,
}

impl Group {
    fn new(outer: Flags, capture: Option<u32>) -> Self {
        Self { outer, capture, alternatives: Vec::new(), terms: Vec::new() }
    }

    fn end_alternative(&mut self) {
        let terms = std::mem::take(&mut self.terms);
        self.alternatives.push(if terms.is_empty() {
            Term::leaf(Hir::empty())
        } else {
            Term::join(terms, Shape::Sequence)
        });
    }

    fn end(mut self) -> Term {
        self.end_alternative();
        let term = Term::join(self.alternatives, Shape::Alternation);
        match self.capture {
            None => term,
            Some(index) => Term {
                hir: Hir::capture(Capture { index, name: None, sub: Box::new(term.hir) }),
                shape: Shape::Other,
                height: term.height + 1,
                size: term.size.saturating_add(2),
                copies: term.copies,
            },
        }
    }
}

/// How often a term is repeated.
#[derive(Clone, Copy)]
struct Times {
    min: u32,
    max: Option<u32>,
    /// whether it was written as `{…}`, which Go counts
    counted: bool,
}

struct Parser<'p> {
    pattern: &'p [u8],
    at: usize,
    flags: Flags,
    names: Vec<Vec<u8>>,
}

impl<'p> Parser<'p> {
    fn pattern(mut self) -> Result<Pattern, SyntaxError<'p>> {
        let mut groups: Vec<Group> = Vec::new();
        let mut group = Group::new(self.flags, None);
        // Where the repetition operator just before this place began.
        let mut last_repeat = None;
        while let Some(&byte) = self.pattern.get(self.at) {
            let repeat_before = last_repeat.take();
            match byte {
                b'(' => {
                    if self.rest().starts_with(b"(?") {
                        let outer = self.flags;
                        match self.perl_group()? {
                            Opening::Flags => {}
                            Opening::Group(capture) => {
                                groups.push(std::mem::replace(
                                    &mut group,
                                    Group::new(outer, capture),
                                ));
                            }
                        }
                    } else {
                        self.at += 1;
                        let capture = self.capture(Vec::new());
                        groups.push(std::mem::replace(
                            &mut group,
                            Group::new(self.flags, Some(capture)),
                        ));
                    }
                }
                b'|' => {
                    self.at += 1;
                    group.end_alternative();
                }
                b')' => {
                    let Some(outer) = groups.pop() else {
                        return Err(self.whole(UNEXPECTED_PAREN));
                    };
                    self.at += 1;
                    self.flags = group.outer;
                    let inner = std::mem::replace(&mut group, outer).end();
                    self.push(&mut group, inner)?;
                }
                b'*' | b'+' | b'?' => {
                    let times = match byte {
                        b'*' => Times { min: 0, max: None, counted: false },
                        b'+' => Times { min: 1, max: None, counted: false },
                        _ => Times { min: 0, max: Some(1), counted: false },
                    };
                    let start = self.at;
                    self.repeat(&mut group, times, start, start + 1, repeat_before)?;
                    last_repeat = Some(start);
                }
                b'{' => match self.repeat_count() {
                    None => {
                        self.at += 1;
                        self.push_literal(&mut group, '{')?;
                    }
                    Some((times, end)) => {
                        let start = self.at;
                        let Some(times) = times else {
                            return Err(SyntaxError {
                                what: INVALID_REPEAT_COUNT,
                                part: &self.pattern[start..end],
                            });
                        };
                        self.repeat(&mut group, times, start, end, repeat_before)?;
                        last_repeat = Some(start);
                    }
                },
                b'[' => {
                    let class = self.class()?;
                    self.push(&mut group, Term::leaf(Hir::class(Class::Unicode(class))))?;
                }
                b'^' | b'$' | b'.' => {
                    self.at += 1;
                    let hir = match (byte, self.flags) {
                        (b'^', Flags { multi_line: false, .. }) => Hir::look(Look::Start),
                        (b'^', _) => Hir::look(Look::StartLF),
                        (b'$', Flags { multi_line: false, .. }) => Hir::look(Look::End),
                        (b'$', _) => Hir::look(Look::EndLF),
                        (_, Flags { dot_newline: true, .. }) => Hir::dot(Dot::AnyChar),
                        _ => Hir::dot(Dot::AnyCharExceptLF),
                    };
                    self.push(&mut group, Term::leaf(hir))?;
                }
                b'\\' => self.backslash(&mut group)?,
                _ => {
                    let rune = self.rune()?;
                    self.push_literal(&mut group, rune)?;
                }
            }
        }
        if !groups.is_empty() {
            return Err(self.whole(MISSING_PAREN));
        }
        let term = group.end();
        self.check(&term)?;
        Ok(Pattern { hir: term.hir, height: term.height, size: term.size, names: self.names })
    }

    fn rest(&self) -> &'p [u8] {
        &self.pattern[self.at..]
    }

    fn whole(&self, what: &'static str) -> SyntaxError<'p> {
        SyntaxError { what, part: self.pattern }
    }

    /// The error about what was read since `start`.
    fn since(&self, start: usize, what: &'static str) -> SyntaxError<'p> {
        SyntaxError { what, part: &self.pattern[start..self.at] }
    }

    fn capture(&mut self, name: Vec<u8>) -> u32 {
        self.names.push(name);
        u32::try_from(self.names.len()).unwrap_or(u32::MAX)
    }

    fn check(&self, term: &Term) -> Result<(), SyntaxError<'p>> {
        if term.size > MAX_SIZE {
            return Err(self.whole(TOO_LARGE));
        }
        if term.height > MAX_HEIGHT {
            return Err(self.whole(TOO_DEEP));
        }
        Ok(())
    }

    fn push(&self, group: &mut Group, term: Term) -> Result<(), SyntaxError<'p>> {
        self.check(&term)?;
        group.terms.push(term);
        Ok(())
    }

    fn push_literal(&self, group: &mut Group, rune: impl Into<u32>) -> Result<(), SyntaxError<'p>> {
        let rune = rune.into();
        let hir = match char::from_u32(rune) {
            // A surrogate, which no text holds.
            None => Hir::fail(),
            Some(c) if self.flags.fold_case => {
                let mut class = ClassUnicode::new([ClassUnicodeRange::new(c, c)]);
                unicode::fold_case(&mut class);
                Hir::class(Class::Unicode(class))
            }
            Some(c) => Hir::literal(c.encode_utf8(&mut [0; 4]).as_bytes()),
        };
        self.push(group, Term::leaf(hir))
    }

    /// Reads one rune.
    fn rune(&mut self) -> Result<char, SyntaxError<'p>> {
        match decode(self.rest()) {
            Some((c, len)) => {
                self.at += len;
                Ok(c)
            }
            None => Err(SyntaxError { what: INVALID_UTF8, part: self.rest() }),
        }
    }

    /// Reads one rune where Go does not look whether the pattern has ended: the end is no rune.
    fn rune_or_end(&mut self) -> Result<Option<char>, SyntaxError<'p>> {
        if self.at == self.pattern.len() { Ok(None) } else { self.rune().map(Some) }
    }

    fn check_utf8(&self, from: usize, to: usize) -> Result<(), SyntaxError<'p>> {
        match std::str::from_utf8(&self.pattern[from..to]) {
            Ok(_) => Ok(()),
            Err(error) => Err(SyntaxError {
                what: INVALID_UTF8,
                part: &self.pattern[from + error.valid_up_to()..to],
            }),
        }
    }

    /// Repeats the last term. The operator begins at `start`, and a `?` after `end` still belongs to it.
    fn repeat(
        &mut self,
        group: &mut Group,
        times: Times,
        start: usize,
        end: usize,
        repeat_before: Option<usize>,
    ) -> Result<(), SyntaxError<'p>> {
        self.at = end;
        let mut greedy = !self.flags.non_greedy;
        if self.rest().first() == Some(&b'?') {
            self.at += 1;
            greedy = !greedy;
        }
        if let Some(before) = repeat_before {
            return Err(self.since(before, INVALID_REPEAT));
        }
        let Some(sub) = group.terms.pop() else {
            return Err(self.since(start, MISSING_REPEAT_ARGUMENT));
        };
        let mut copies = sub.copies;
        if times.counted {
            match times.max {
                Some(0) => copies = 1,
                Some(max) => copies = copies.saturating_mul(max),
                None => copies = copies.saturating_mul(times.min.max(1)),
            }
        }
        let size = match (times.min, times.max) {
            (0, None) => sub.size.saturating_add(2),
            (min, None) => sub.size.saturating_mul(min.into()).saturating_add(1),
            (min, Some(max)) => {
                sub.size.saturating_mul(max.into()).saturating_add(u64::from(max - min))
            }
        };
        let term = Term {
            hir: Hir::repetition(Repetition {
                min: times.min,
                max: times.max,
                greedy,
                sub: Box::new(sub.hir),
            }),
            shape: Shape::Other,
            height: sub.height + 1,
            size: size.max(1),
            copies,
        };
        self.check(&term)?;
        if times.counted
            && (times.min >= 2 || times.max.is_some_and(|max| max >= 2))
            && copies > MAX_COPIES
        {
            return Err(self.since(start, INVALID_REPEAT_COUNT));
        }
        group.terms.push(term);
        Ok(())
    }

    /// Reads `{n}`, `{n,}` or `{n,m}` without taking it: the counts, if Go allows them, and where it ends. Anything else is
    /// no repetition but literal text.
    fn repeat_count(&self) -> Option<(Option<Times>, usize)> {
        let mut at = self.at + 1;
        let min = self.count(&mut at)?;
        let max = if self.pattern.get(at) == Some(&b',') {
            at += 1;
            if self.pattern.get(at) == Some(&b'}') { None } else { Some(self.count(&mut at)?) }
        } else {
            Some(min)
        };
        if self.pattern.get(at) != Some(&b'}') {
            return None;
        }
        let fits = min <= MAX_COPIES && max.is_none_or(|max| min <= max && max <= MAX_COPIES);
        Some((fits.then_some(Times { min, max, counted: true }), at + 1))
    }

    fn count(&self, at: &mut usize) -> Option<u32> {
        let digits = &self.pattern[*at..];
        let len = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if len == 0 || (len > 1 && digits[0] == b'0') {
            return None;
        }
        *at += len;
        let value = digits[..len].iter().fold(0_u32, |value, digit| {
            value.saturating_mul(10).saturating_add(u32::from(digit - b'0'))
        });
        Some(value)
    }

    /// Reads `(?P<name>`, `(?<name>`, `(?flags)` or `(?flags:`.
    fn perl_group(&mut self) -> Result<Opening, SyntaxError<'p>> {
        let start = self.at;
        let rest = self.rest();
        let name_start = if rest.len() > 4 && rest.starts_with(b"(?P<") {
            Some(4)
        } else if rest.len() > 3 && rest.starts_with(b"(?<") {
            Some(3)
        } else {
            None
        };
        if let Some(name_start) = name_start {
            let Some(end) = memchr::memchr(b'>', rest) else {
                self.check_utf8(start, self.pattern.len())?;
                return Err(SyntaxError { what: INVALID_NAME, part: rest });
            };
            let name = &rest[name_start..end];
            self.check_utf8(start + name_start, start + end)?;
            if name.is_empty() || !name.iter().all(|c| c.is_ascii_alphanumeric() || *c == b'_') {
                return Err(SyntaxError { what: INVALID_NAME, part: &rest[..=end] });
            }
            self.at += end + 1;
            return Ok(Opening::Group(Some(self.capture(name.to_vec()))));
        }
        self.at += 2;
        let mut flags = self.flags;
        let mut on = true;
        let mut saw_flag = false;
        while self.at < self.pattern.len() {
            match self.rune()? {
                'i' => flags.fold_case = on,
                'm' => flags.multi_line = on,
                's' => flags.dot_newline = on,
                'U' => flags.non_greedy = on,
                '-' if on => {
                    on = false;
                    saw_flag = false;
                    continue;
                }
                end @ (':' | ')') if on || saw_flag => {
                    self.flags = flags;
                    return Ok(if end == ':' { Opening::Group(None) } else { Opening::Flags });
                }
                _ => break,
            }
            saw_flag = true;
        }
        Err(self.since(start, INVALID_PERL))
    }

    /// Reads what begins with a backslash outside of a class.
    fn backslash(&mut self, group: &mut Group) -> Result<(), SyntaxError<'p>> {
        let start = self.at;
        let look = match self.pattern.get(start + 1) {
            Some(b'A') => Some(Look::Start),
            Some(b'z') => Some(Look::End),
            Some(b'b') => Some(Look::WordAscii),
            Some(b'B') => Some(Look::WordAsciiNegate),
            _ => None,
        };
        if let Some(look) = look {
            self.at += 2;
            return self.push(group, Term::leaf(Hir::look(look)));
        }
        match self.pattern.get(start + 1) {
            Some(b'C') => {
                self.at += 2;
                return Err(self.since(start, INVALID_ESCAPE));
            }
            Some(b'Q') => {
                self.at += 2;
                let end = memchr::memmem::find(self.rest(), br"\E").map(|len| self.at + len);
                let quoted_end = end.unwrap_or(self.pattern.len());
                self.check_utf8(self.at, quoted_end)?;
                while self.at < quoted_end {
                    let rune = self.rune()?;
                    self.push_literal(group, rune)?;
                }
                if let Some(end) = end {
                    self.at = end + 2;
                }
                return Ok(());
            }
            _ => {}
        }
        let mut ranges = Ranges::default();
        if self.class_escape(&mut ranges)? {
            let class = ranges.class(self.flags.fold_case);
            return self.push(group, Term::leaf(Hir::class(Class::Unicode(class))));
        }
        let rune = self.escape()?;
        self.push_literal(group, rune)
    }

    /// Reads an escape that stands for one rune, which may be a surrogate.
    fn escape(&mut self) -> Result<u32, SyntaxError<'p>> {
        let start = self.at;
        self.at += 1;
        if self.at == self.pattern.len() {
            return Err(SyntaxError { what: TRAILING_BACKSLASH, part: b"" });
        }
        let c = self.rune()?;
        let octal = |at: usize| {
            self.pattern.get(at).filter(|c| (b'0'..=b'7').contains(c)).map(|c| u32::from(c - b'0'))
        };
        match c {
            '0'..='7' if c == '0' || octal(self.at).is_some() => {
                let mut value = u32::from(c) - u32::from('0');
                let mut at = self.at;
                while at < start + 4
                    && let Some(digit) = octal(at)
                {
                    value = value * 8 + digit;
                    at += 1;
                }
                self.at = at;
                Ok(value)
            }
            'x' => {
                if let Some(value) = self.hexadecimal()? {
                    return Ok(value);
                }
                Err(self.since(start, INVALID_ESCAPE))
            }
            'a' => Ok(7),
            'f' => Ok(12),
            'n' => Ok(10),
            'r' => Ok(13),
            't' => Ok(9),
            'v' => Ok(11),
            _ if c.is_ascii() && !c.is_ascii_alphanumeric() => Ok(c.into()),
            _ => Err(self.since(start, INVALID_ESCAPE)),
        }
    }

    /// Reads what follows `\x`: two digits, or any number of them in braces.
    fn hexadecimal(&mut self) -> Result<Option<u32>, SyntaxError<'p>> {
        let Some(first) = self.rune_or_end()? else { return Ok(None) };
        if first != '{' {
            let second = self.rune_or_end()?;
            let high = first.to_digit(16);
            let low = second.and_then(|c| c.to_digit(16));
            return Ok(high.zip(low).map(|(high, low)| high * 16 + low));
        }
        let mut value = 0;
        let mut n_digits = 0_usize;
        while let Some(c) = self.rune_or_end()? {
            if c == '}' {
                return Ok((n_digits > 0).then_some(value));
            }
            let Some(digit) = c.to_digit(16) else { return Ok(None) };
            value = value * 16 + digit;
            if value > u32::from(char::MAX) {
                return Ok(None);
            }
            n_digits += 1;
        }
        Ok(None)
    }

    /// Reads `\d`, `\pL` or their like, if that is what comes.
    fn class_escape(&mut self, ranges: &mut Ranges) -> Result<bool, SyntaxError<'p>> {
        let start = self.at;
        let &[b'\\', letter, ..] = self.rest() else { return Ok(false) };
        let perl: &[(char, char)] = match letter.to_ascii_lowercase() {
            b'd' => &[('0', '9')],
            b's' => &[('\t', '\n'), ('\x0c', '\r'), (' ', ' ')],
            b'w' => classes::WORD,
            b'p' => &[],
            _ => return Ok(false),
        };
        self.at += 2;
        let mut negated = letter.is_ascii_uppercase();
        if !perl.is_empty() {
            ranges.add_group(perl, negated, self.flags.fold_case);
            return Ok(true);
        }
        let mut name = self.rest();
        if self.rune_or_end()? == Some('{') {
            let Some(len) = memchr::memchr(b'}', name) else {
                self.check_utf8(start, self.pattern.len())?;
                return Err(SyntaxError { what: INVALID_RANGE, part: &self.pattern[start..] });
            };
            self.check_utf8(self.at, self.at + len - 1)?;
            name = &name[1..len];
            self.at += len;
        } else {
            name = &name[..name.len() - self.rest().len()];
        }
        if let Some(positive) = name.strip_prefix(b"^") {
            negated = !negated;
            name = positive;
        }
        let Some(class) = classes::unicode_class(name) else {
            return Err(self.since(start, INVALID_RANGE));
        };
        ranges.add_class(class, negated, self.flags.fold_case && classes::folds_case(name));
        Ok(true)
    }

    /// Reads `[:name:]` within a class, if that is what comes.
    fn posix_class(&mut self, ranges: &mut Ranges) -> Result<bool, SyntaxError<'p>> {
        let rest = self.rest();
        if rest.len() <= 2 || !rest.starts_with(b"[:") {
            return Ok(false);
        }
        let Some(len) = memchr::memmem::find(&rest[2..], b":]") else { return Ok(false) };
        let start = self.at;
        self.at += len + 4;
        let (negated, name) = match &rest[2..len + 2] {
            [b'^', name @ ..] => (true, name),
            name => (false, name),
        };
        let Some((_, group)) = classes::POSIX.iter().find(|(posix, _)| posix.as_bytes() == name)
        else {
            return Err(self.since(start, INVALID_RANGE));
        };
        ranges.add_group(group, negated, self.flags.fold_case);
        Ok(true)
    }

    /// Reads a class in brackets.
    fn class(&mut self) -> Result<ClassUnicode, SyntaxError<'p>> {
        let class_start = self.at;
        self.at += 1;
        let negated = self.rest().first() == Some(&b'^');
        if negated {
            self.at += 1;
        }
        let mut ranges = Ranges::default();
        let mut first = true;
        while first || self.rest().first() != Some(&b']') {
            first = false;
            if self.posix_class(&mut ranges)? || self.class_escape(&mut ranges)? {
                continue;
            }
            let start = self.at;
            let low = self.class_rune(class_start)?;
            let mut high = low;
            if let &[b'-', next, ..] = self.rest()
                && next != b']'
            {
                self.at += 1;
                high = self.class_rune(class_start)?;
                if high < low {
                    return Err(self.since(start, INVALID_RANGE));
                }
            }
            ranges.add(low, high);
        }
        self.at += 1;
        let mut class = ranges.class(self.flags.fold_case);
        if negated {
            class.negate();
        }
        Ok(class)
    }

    fn class_rune(&mut self, class_start: usize) -> Result<u32, SyntaxError<'p>> {
        match self.rest().first() {
            None => Err(SyntaxError { what: MISSING_BRACKET, part: &self.pattern[class_start..] }),
            Some(b'\\') => self.escape(),
            Some(_) => self.rune().map(u32::from),
        }
    }
}

/// What `(?` opened.
enum Opening {
    /// nothing: only flags were set
    Flags,
    /// a group, with its number if it captures
    Group(Option<u32>),
}

/// Decodes the first rune of non-empty bytes, if it is valid.
fn decode(bytes: &[u8]) -> Option<(char, usize)> {
    let len = match bytes.first()? {
        0..=0x7f => 1,
        0..=0xdf => 2,
        0..=0xef => 3,
        _ => 4,
    };
    let c = std::str::from_utf8(bytes.get(..len)?).ok()?.chars().next()?;
    Some((c, len))
}
