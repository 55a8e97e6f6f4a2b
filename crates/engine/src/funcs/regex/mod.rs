//! Regular expressions: `regexMatch` and its like.
//!
//! Patterns have Go's syntax ([`pintle_chart::go::regex`]) and run on `regex-automata`, whose matches are leftmost-first as Go's. What Go does
//! around a match is kept: where the next search begins, how `$1` expands, what `n` means to a split.
//!
//! Source: `regex.go` in Sprig, `regexp.go` in Go.

#![expect(clippy::unnecessary_wraps, reason = "every body has the type `Native`")]

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::cell::RefCell;
use std::rc::Rc;

use pintle_chart::go::regex::{self as go, Groups};
use pintle_gotmpl::value::number;
use pintle_gotmpl::{Env, FuncError, Function, List, Str, Type, Value};
use rustc_hash::FxHashMap;

use super::limits::{MAX_TEXT_BYTES, list_len, text_len};
use super::unicode::{is_digit, is_letter};

/// How many compiled patterns a thread keeps.
const MAX_KEPT_PATTERNS: usize = 256;

/// How many bytes of compiled patterns a thread keeps.
const MAX_KEPT_BYTES: usize = 32 << 20;

/// The functions of this family.
pub(crate) const FUNCTIONS: &[Function] = &[
    Function::new("regexMatch", &[Type::String, Type::String], |_, args| {
        Ok(compiled(&args[0]).is_ok_and(|regex| regex.is_match(text(&args[1]))).into())
    }),
    Function::new("mustRegexMatch", &[Type::String, Type::String], |_, args| {
        Ok(compiled(&args[0])?.is_match(text(&args[1])).into())
    }),
    Function::new("regexFind", &[Type::String, Type::String], |_, args| {
        find(must_compile(&args[0])?.as_ref(), args)
    }),
    Function::new("mustRegexFind", &[Type::String, Type::String], |_, args| {
        find(compiled(&args[0])?.as_ref(), args)
    }),
    Function::new("regexFindAll", &[Type::String, Type::String, Type::INT], |_, args| {
        find_all(must_compile(&args[0])?.as_ref(), args)
    }),
    Function::new("mustRegexFindAll", &[Type::String, Type::String, Type::INT], |_, args| {
        find_all(compiled(&args[0])?.as_ref(), args)
    }),
    Function::new("regexReplaceAll", REPLACE, |_, args| {
        replace_all(must_compile(&args[0])?.as_ref(), args)
    }),
    Function::new("mustRegexReplaceAll", REPLACE, |_, args| {
        replace_all(compiled(&args[0])?.as_ref(), args)
    }),
    Function::new("regexReplaceAllLiteral", REPLACE, |_, args| {
        replace_all_literal(must_compile(&args[0])?.as_ref(), args)
    }),
    Function::new("mustRegexReplaceAllLiteral", REPLACE, |_, args| {
        replace_all_literal(compiled(&args[0])?.as_ref(), args)
    }),
    Function::new("regexSplit", &[Type::String, Type::String, Type::INT], |_, args| {
        split(must_compile(&args[0])?.as_ref(), args)
    }),
    Function::new("mustRegexSplit", &[Type::String, Type::String, Type::INT], |_, args| {
        split(compiled(&args[0])?.as_ref(), args)
    }),
    Function::new("regexQuoteMeta", &[Type::String], quote_meta),
];

const REPLACE: &[Type] = &[Type::String, Type::String, Type::String];

fn text(value: &Value) -> &[u8] {
    value.as_bytes().unwrap_or_default()
}

fn count(value: &Value) -> i64 {
    match value {
        Value::Int(_, n) => *n,
        _ => 0,
    }
}

fn find(regex: &Regex, args: &[Value]) -> Result<Value, FuncError> {
    let haystack = Haystack::new(text(&args[1]));
    let found = regex.find(&haystack.text, 0).map_or(&[][..], |span| haystack.original(span));
    Ok(Value::string(found))
}

fn find_all(regex: &Regex, args: &[Value]) -> Result<Value, FuncError> {
    let haystack = Haystack::new(text(&args[1]));
    let spans = regex.find_all(&haystack.text, count(&args[2]))?;
    if spans.is_empty() {
        return Ok(List::nil(&Type::String).into());
    }
    Ok(List::strings(spans.into_iter().map(|span| haystack.original(span))).into())
}

fn replace_all(regex: &Regex, args: &[Value]) -> Result<Value, FuncError> {
    let template = text(&args[2]);
    if memchr::memchr(b'$', template).is_none() {
        return replace_all_literal(regex, args);
    }
    let template = Template::parse(template, &regex.regex.names);
    let haystack = Haystack::new(text(&args[1]));
    Ok(Value::string(regex.replace_all(&haystack, |groups, out| {
        template.expand(groups, &haystack, out);
    })?))
}

fn replace_all_literal(regex: &Regex, args: &[Value]) -> Result<Value, FuncError> {
    let replacement = text(&args[2]);
    let haystack = Haystack::new(text(&args[1]));
    Ok(Value::string(regex.replace_all_spans(&haystack, replacement)?))
}

fn split(regex: &Regex, args: &[Value]) -> Result<Value, FuncError> {
    let n = count(&args[2]);
    let bytes = text(&args[1]);
    if n == 0 {
        return Ok(List::nil(&Type::String).into());
    }
    if bytes.is_empty() && !text(&args[0]).is_empty() {
        return Ok(List::strings([""]).into());
    }
    let haystack = Haystack::new(bytes);
    let mut parts = Vec::new();
    let (mut begin, mut end) = (0, 0);
    for (match_start, match_end) in regex.find_all(&haystack.text, n)? {
        if n > 0 && parts.len() + 1 >= usize::try_from(n).unwrap_or(usize::MAX) {
            break;
        }
        end = match_start;
        if match_end != 0 {
            parts.push(haystack.original((begin, end)));
        }
        begin = match_end;
    }
    if end != haystack.text.len() {
        parts.push(haystack.original((begin, haystack.text.len())));
    }
    Ok(List::strings(parts).into())
}

fn quote_meta(_: &mut Env<'_, '_>, args: &[Value]) -> Result<Value, FuncError> {
    let bytes = text(&args[0]);
    let mut quoted = Vec::with_capacity(bytes.len());
    for &byte in bytes {
        if br"\.+*?()|[]{}^$".contains(&byte) {
            quoted.push(b'\\');
        }
        quoted.push(byte);
    }
    Ok(Value::string(quoted))
}

/// A pattern ready to run.
#[derive(Debug)]
struct Regex {
    regex: go::Regex,
}

/// A place in a text: its start and its end.
type Span = (usize, usize);

impl Regex {
    fn new(pattern: &[u8]) -> Result<Self, String> {
        Ok(Self { regex: go::Regex::new(pattern)? })
    }

    fn is_match(&self, haystack: &[u8]) -> bool {
        self.regex.is_match(&Haystack::new(haystack).text)
    }

    fn find(&self, text: &str, from: usize) -> Option<Span> {
        self.regex.find(text, from)
    }

    /// Finds the first `limit` matches, all of them if it is negative. An empty match right after another one is none.
    fn find_all(&self, text: &str, limit: i64) -> Result<Vec<Span>, FuncError> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut found = Vec::new();
        let mut from = 0;
        let mut last_end = None;
        while found.len() < limit && from <= text.len() {
            let Some(span) = self.find(text, from) else { break };
            let empty = span.1 == from;
            if !(empty && last_end == Some(span.0)) {
                found.push(span);
                list_len(found.len())?;
            }
            from = if empty { from + rune_len(text, from).max(1) } else { span.1 };
            last_end = Some(span.1);
        }
        Ok(found)
    }

    /// Replaces all matches by what `append` makes of the groups.
    fn replace_all(
        &self,
        haystack: &Haystack<'_>,
        mut append: impl FnMut(&Groups, &mut Vec<u8>),
    ) -> Result<Vec<u8>, FuncError> {
        Self::replace(
            haystack,
            |from, groups: &mut Groups| self.regex.captures(&haystack.text, from, groups),
            &mut Groups::default(),
            |groups, out| append(groups, out),
        )
    }

    /// Replaces all matches by the same bytes.
    fn replace_all_spans(
        &self,
        haystack: &Haystack<'_>,
        replacement: &[u8],
    ) -> Result<Vec<u8>, FuncError> {
        Self::replace(
            haystack,
            |from, ()| self.find(&haystack.text, from),
            &mut (),
            |(), out| out.extend_from_slice(replacement),
        )
    }

    fn replace<S>(
        haystack: &Haystack<'_>,
        mut search: impl FnMut(usize, &mut S) -> Option<Span>,
        state: &mut S,
        mut append: impl FnMut(&S, &mut Vec<u8>),
    ) -> Result<Vec<u8>, FuncError> {
        let text = &*haystack.text;
        let mut out = Vec::with_capacity(text.len());
        let (mut from, mut last_end) = (0, 0);
        while from <= text.len() {
            let Some((start, end)) = search(from, state) else { break };
            out.extend_from_slice(haystack.original((last_end, start)));
            // An empty match right after another one is none.
            if end > last_end || start == 0 {
                append(state, &mut out);
                text_len(out.len())?;
            }
            last_end = end;
            let next = from + rune_len(text, from);
            from = if next > end {
                next
            } else if from + 1 > end {
                from + 1
            } else {
                end
            };
        }
        out.extend_from_slice(haystack.original((last_end, text.len())));
        Ok(out)
    }
}

/// The length of the rune at a place, 0 at the end.
fn rune_len(text: &str, at: usize) -> usize {
    text[at..].chars().next().map_or(0, char::len_utf8)
}

/// Text to search in. Go takes each byte that is no UTF-8 for one U+FFFD, so that is what is searched.
struct Haystack<'t> {
    bytes: &'t [u8],
    text: Cow<'t, str>,
    /// where each byte of `text` comes from, if `text` is not `bytes`
    origins: Vec<usize>,
}

impl<'t> Haystack<'t> {
    fn new(bytes: &'t [u8]) -> Self {
        if let Ok(text) = std::str::from_utf8(bytes) {
            return Self { bytes, text: text.into(), origins: Vec::new() };
        }
        let mut text = String::with_capacity(bytes.len() + 16);
        let mut origins = Vec::with_capacity(bytes.len() + 16);
        let mut at = 0;
        for chunk in bytes.utf8_chunks() {
            text.push_str(chunk.valid());
            origins.extend(at..at + chunk.valid().len());
            at += chunk.valid().len();
            for _ in chunk.invalid() {
                text.push(char::REPLACEMENT_CHARACTER);
                origins.extend([at; char::REPLACEMENT_CHARACTER.len_utf8()]);
                at += 1;
            }
        }
        origins.push(at);
        Self { bytes, text: text.into(), origins }
    }

    /// Gives the bytes behind a place in the text.
    fn original(&self, (start, end): Span) -> &'t [u8] {
        if self.origins.is_empty() {
            &self.bytes[start..end]
        } else {
            &self.bytes[self.origins[start]..self.origins[end]]
        }
    }
}

/// A replacement with its `$1` and `${name}` read.
struct Template<'r> {
    parts: Vec<Part<'r>>,
}

enum Part<'r> {
    Text(&'r [u8]),
    Group(usize),
    /// a name, with the numbers of all groups that have it: the first one that matched counts
    Named(Vec<usize>),
}

impl<'r> Template<'r> {
    fn parse(template: &'r [u8], names: &[Vec<u8>]) -> Self {
        let mut parts = Vec::new();
        let mut rest = template;
        while let Some(dollar) = memchr::memchr(b'$', rest) {
            parts.push(Part::Text(&rest[..dollar]));
            let after = &rest[dollar + 1..];
            if after.first() == Some(&b'$') {
                parts.push(Part::Text(b"$"));
                rest = &after[1..];
            } else if let Some((name, after)) = reference(after) {
                parts.push(match group_number(name) {
                    Some(number) => Part::Group(number),
                    None => Part::Named(
                        (1..=names.len()).filter(|group| names[group - 1] == name).collect(),
                    ),
                });
                rest = after;
            } else {
                parts.push(Part::Text(b"$"));
                rest = after;
            }
        }
        parts.push(Part::Text(rest));
        Self { parts }
    }

    fn expand(&self, groups: &Groups, haystack: &Haystack<'_>, out: &mut Vec<u8>) {
        for part in &self.parts {
            // More would be refused anyway.
            if out.len() > MAX_TEXT_BYTES {
                return;
            }
            let span = match part {
                Part::Text(text) => {
                    out.extend_from_slice(text);
                    continue;
                }
                Part::Group(number) => groups.get(*number),
                Part::Named(named) => named.iter().find_map(|group| groups.get(*group)),
            };
            if let Some(span) = span {
                out.extend_from_slice(haystack.original(span));
            }
        }
    }
}

/// Reads the name after a `$`: as many letters, digits and `_` as there are, or those in braces.
fn reference(after: &[u8]) -> Option<(&[u8], &[u8])> {
    let (braces, body) = match after.strip_prefix(b"{") {
        Some(body) => (true, body),
        None => (false, after),
    };
    let mut len = 0;
    'chunks: for chunk in body.utf8_chunks() {
        for c in chunk.valid().chars() {
            if !(c == '_' || is_letter(c) || is_digit(c)) {
                break 'chunks;
            }
            len += c.len_utf8();
        }
        if !chunk.invalid().is_empty() {
            break;
        }
    }
    if len == 0 {
        return None;
    }
    let (name, rest) = body.split_at(len);
    if braces { rest.strip_prefix(b"}").map(|rest| (name, rest)) } else { Some((name, rest)) }
}

/// Gives the number a name stands for. A leading zero makes it a name like any other.
fn group_number(name: &[u8]) -> Option<usize> {
    if name.len() > 1 && name[0] == b'0' || name.len() > 9 || !name.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(name.iter().fold(0, |number, digit| number * 10 + usize::from(digit - b'0')))
}

thread_local! {
    static KEPT: RefCell<Kept> = RefCell::default();
}

/// Patterns already compiled in this thread: charts use few of them, often within loops.
#[derive(Default)]
struct Kept {
    patterns: FxHashMap<Str, Rc<Regex>>,
    bytes: usize,
}

/// Compiles a pattern, or finds it compiled.
fn compiled(pattern: &Value) -> Result<Rc<Regex>, String> {
    let Value::String(pattern) = pattern else { return Err("pattern is no string".to_owned()) };
    KEPT.with_borrow_mut(|kept| {
        if let Some(regex) = kept.patterns.get(pattern) {
            return Ok(Rc::clone(regex));
        }
        let regex = Rc::new(Regex::new(pattern.as_bytes())?);
        let bytes = regex.regex.memory_usage() + pattern.len();
        if bytes <= MAX_KEPT_BYTES / 4 {
            if kept.patterns.len() >= MAX_KEPT_PATTERNS || kept.bytes + bytes > MAX_KEPT_BYTES {
                *kept = Kept::default();
            }
            kept.bytes += bytes;
            kept.patterns.insert(pattern.clone(), Rc::clone(&regex));
        }
        Ok(regex)
    })
}

/// Compiles a pattern where Go panics over a bad one.
fn must_compile(pattern: &Value) -> Result<Rc<Regex>, String> {
    compiled(pattern).map_err(|error| {
        let pattern = text(pattern);
        let quoted = match std::str::from_utf8(pattern) {
            Ok(pattern) if can_backquote(pattern) => format!("`{pattern}`"),
            _ => number::quote(pattern),
        };
        format!("regexp: Compile({quoted}): {error}")
    })
}

/// Tells whether Go would show a text in backquotes: one line, without control characters but tabs.
fn can_backquote(text: &str) -> bool {
    text.chars().all(|c| c == '\t' || !(c < ' ' || matches!(c, '`' | '\x7f' | '\u{feff}')))
}
