//! Strings: trimming, cutting, joining, quoting; [`case`] and [`wrap`] have their own files.
//!
//! Strings are bytes: `trunc`, `substr`, `abbrev` and `wrap` count bytes and may cut a character in two.
//!
//! Source: `strings.go` in Sprig; Masterminds/goutils v1.1.1; Go's `strings`.

mod case;
mod wrap;

use memchr::memmem;
use pintle_gotmpl::value::number::append_quote;
use pintle_gotmpl::value::print;
use pintle_gotmpl::{Entries, Env, FuncError, Function, Kind, List, Map, Str, Type, Value};

use super::arguments::{bytes, int, string_of};
use super::limits;
use super::unicode::runes;

/// The functions of this family.
pub(crate) const FUNCTIONS: &[Function] =
    &[
        Function::new("upper", &[Type::String], |_, args| Ok(changed(args, 0, case::upper))),
        Function::new("lower", &[Type::String], |_, args| Ok(changed(args, 0, case::lower))),
        Function::new("title", &[Type::String], |_, args| Ok(changed(args, 0, case::title))),
        Function::new("untitle", &[Type::String], |_, args| Ok(changed(args, 0, case::untitle))),
        Function::new("swapcase", &[Type::String], |_, args| Ok(changed(args, 0, case::swap))),
        Function::new("camelcase", &[Type::String], |_, args| Ok(changed(args, 0, case::pascal))),
        Function::new("snakecase", &[Type::String], |_, args| {
            Ok(changed(args, 0, |text| case::lower_with(text, b'_')))
        }),
        Function::new("kebabcase", &[Type::String], |_, args| {
            Ok(changed(args, 0, |text| case::lower_with(text, b'-')))
        }),
        Function::new("initials", &[Type::String], |_, args| Ok(changed(args, 0, initials))),
        Function::new("nospace", &[Type::String], |_, args| Ok(changed(args, 0, no_space))),
        Function::new("trim", &[Type::String], |_, args| Ok(part(args, 0, trim_space))),
        Function::new("trimAll", &[Type::String, Type::String], |_, args| {
            Ok(part(args, 1, |text| trim_all(text, bytes(args, 0))))
        }),
        Function::new("trimall", &[Type::String, Type::String], |_, args| {
            Ok(part(args, 1, |text| trim_all(text, bytes(args, 0))))
        }),
        Function::new("trimPrefix", &[Type::String, Type::String], |_, args| {
            Ok(part(args, 1, |text| text.strip_prefix(bytes(args, 0)).unwrap_or(text)))
        }),
        Function::new("trimSuffix", &[Type::String, Type::String], |_, args| {
            Ok(part(args, 1, |text| text.strip_suffix(bytes(args, 0)).unwrap_or(text)))
        }),
        Function::new("trunc", &[Type::INT, Type::String], |_, args| {
            Ok(part(args, 1, |text| trunc(text, int(args, 0))))
        }),
        Function::new("substr", &[Type::INT, Type::INT, Type::String], |_, args| {
            let text = substr(bytes(args, 2), int(args, 0), int(args, 1))?;
            Ok(part(args, 2, |_| text))
        }),
        Function::new("abbrev", &[Type::INT, Type::String], |_, args| {
            let width = int(args, 0);
            Ok(changed(
                args,
                1,
                |text| if width < 4 { text.into() } else { abbreviate(text, 0, width) },
            ))
        }),
        Function::new("abbrevboth", &[Type::INT, Type::INT, Type::String], |_, args| {
            let (offset, width) = (int(args, 0), int(args, 1));
            let is_narrow = width < 4 || offset > 0 && width < 7;
            Ok(changed(args, 2, |text| {
                if is_narrow { text.into() } else { abbreviate(text, offset, width) }
            }))
        }),
        Function::new("contains", &[Type::String, Type::String], |_, args| {
            Ok(Value::Bool(memmem::find(bytes(args, 1), bytes(args, 0)).is_some()))
        }),
        Function::new("hasPrefix", &[Type::String, Type::String], |_, args| {
            Ok(Value::Bool(bytes(args, 1).starts_with(bytes(args, 0))))
        }),
        Function::new("hasSuffix", &[Type::String, Type::String], |_, args| {
            Ok(Value::Bool(bytes(args, 1).ends_with(bytes(args, 0))))
        }),
        Function::new("replace", &[Type::String, Type::String, Type::String], |_, args| {
            replace(args)
        }),
        Function::new("repeat", &[Type::INT, Type::String], |_, args| {
            Ok(Value::string(repeat(bytes(args, 1), int(args, 0))?))
        }),
        Function::new("indent", &[Type::INT, Type::String], |env, args| {
            let text = env.text(|out| indent(out, int(args, 0), bytes(args, 1)))?;
            Ok(Value::String(text))
        }),
        Function::new("nindent", &[Type::INT, Type::String], |env, args| {
            let text = env.text(|out| {
                out.push(b'\n');
                indent(out, int(args, 0), bytes(args, 1))
            });
            Ok(Value::String(text?))
        }),
        Function::new("wrap", &[Type::INT, Type::String], |_, args| {
            Ok(Value::string(wrap::wrap(bytes(args, 1), int(args, 0), b"", wrap::LongWords::Keep)?))
        }),
        Function::new("wrapWith", &[Type::INT, Type::String, Type::String], |_, args| {
            let (width, separator) = (int(args, 0), bytes(args, 1));
            Ok(Value::string(wrap::wrap(bytes(args, 2), width, separator, wrap::LongWords::Break)?))
        }),
        Function::new("plural", &[Type::String, Type::String, Type::INT], |_, args| {
            Ok(args[usize::from(int(args, 2) != 1)].clone())
        }),
        Function::variadic("quote", &[Type::Any], |env, args| {
            spaced(env, args, |out, value| match value {
                Value::String(text) => append_quote(out, text),
                _ => append_quote(out, string_of(value)),
            })
        }),
        Function::variadic("squote", &[Type::Any], |env, args| {
            spaced(env, args, |out, value| {
                out.push(b'\'');
                print::append(out, value);
                out.push(b'\'');
            })
        }),
        Function::variadic("cat", &[Type::Any], |env, args| spaced(env, args, print::append)),
        Function::new("toString", &[Type::Any], |_, args| Ok(Value::String(string_of(&args[0])))),
        Function::new("toStrings", &[Type::Any], |_, args| {
            Ok(Value::List(List::strings(strings_of(&args[0]))))
        }),
        Function::new("join", &[Type::String, Type::Any], |_, args| join(args)),
        Function::new("splitList", &[Type::String, Type::String], |_, args| {
            let parts = split(bytes(args, 1), bytes(args, 0), -1)?;
            Ok(Value::List(List::strings(parts)))
        }),
        Function::new("split", &[Type::String, Type::String], |_, args| {
            Ok(numbered(split(bytes(args, 1), bytes(args, 0), -1)?))
        }),
        Function::new("splitn", &[Type::String, Type::INT, Type::String], |_, args| {
            Ok(numbered(split(bytes(args, 2), bytes(args, 0), int(args, 1))?))
        }),
    ];

/// Gives what `change` makes of a string argument.
fn changed(args: &[Value], at: usize, change: impl FnOnce(&[u8]) -> Vec<u8>) -> Value {
    Value::string(change(bytes(args, at)))
}

/// Gives the part of a string argument that `cut` leaves, without a copy if that is all of it.
fn part<'a>(args: &'a [Value], at: usize, cut: impl FnOnce(&'a [u8]) -> &'a [u8]) -> Value {
    let text = bytes(args, at);
    let left = cut(text);
    if left.len() == text.len() { args[at].clone() } else { Value::string(left) }
}

/// Gives the first letter of each word. Bytes are taken for characters, so that other letters than ASCII come out as others.
fn initials(text: &[u8]) -> Vec<u8> {
    let mut initials = String::new();
    let mut is_in_gap = true;
    for letter in text.iter().map(|byte| char::from(*byte)) {
        if letter.is_whitespace() {
            is_in_gap = true;
        } else if std::mem::take(&mut is_in_gap) {
            initials.push(letter);
        }
    }
    initials.into_bytes()
}

/// Takes white space out. As in [`initials`], bytes are taken for characters if there is any.
fn no_space(text: &[u8]) -> Vec<u8> {
    let letters = || text.iter().map(|byte| char::from(*byte));
    if letters().any(char::is_whitespace) {
        letters().filter(|letter| !letter.is_whitespace()).collect::<String>().into_bytes()
    } else {
        text.to_vec()
    }
}

fn trim_space(text: &[u8]) -> &[u8] {
    trim(text, char::is_whitespace)
}

/// Cuts off, at both ends, the characters that are in `cutset`.
fn trim_all<'a>(text: &'a [u8], cutset: &[u8]) -> &'a [u8] {
    let cutset: Vec<char> = runes(cutset).map(|(rune, _)| rune).collect();
    trim(text, |rune| cutset.contains(&rune))
}

fn trim(mut text: &[u8], is_cut: impl Fn(char) -> bool) -> &[u8] {
    while let Some((rune, width)) = first_rune(text) {
        if !is_cut(rune) {
            break;
        }
        text = &text[width..];
    }
    while let Some((rune, width)) = last_rune(text) {
        if !is_cut(rune) {
            break;
        }
        text = &text[..text.len() - width];
    }
    text
}

/// Gives the first character and its width; a byte that belongs to none is U+FFFD of width one.
fn first_rune(text: &[u8]) -> Option<(char, usize)> {
    let first = *text.first()?;
    if first.is_ascii() {
        return Some((char::from(first), 1));
    }
    // No character is longer, and to look at more would take the whole text each time.
    runes(&text[..text.len().min(4)]).next()
}

/// Gives the last character and its width; a byte that belongs to none is U+FFFD of width one.
fn last_rune(text: &[u8]) -> Option<(char, usize)> {
    let last = *text.last()?;
    if last.is_ascii() {
        return Some((char::from(last), 1));
    }
    for width in 2..=text.len().min(4) {
        let tail = &text[text.len() - width..];
        if let Some((rune, rune_width)) = runes(tail).next()
            && rune_width == width
        {
            return Some((rune, width));
        }
    }
    Some((char::REPLACEMENT_CHARACTER, 1))
}

/// Gives the first `width` bytes, or the last if it is negative.
fn trunc(text: &[u8], width: i64) -> &[u8] {
    let length = usize::try_from(width.unsigned_abs()).unwrap_or(usize::MAX);
    if length >= text.len() {
        text
    } else if width < 0 {
        &text[text.len() - length..]
    } else {
        &text[..length]
    }
}

/// Gives the bytes from `start` to `end`; a negative start is the beginning, a negative or too large end the end.
fn substr(text: &[u8], start: i64, end: i64) -> Result<&[u8], FuncError> {
    let len = text.len();
    let out_of_range = |range: String| {
        FuncError::new(format!("runtime error: slice bounds out of range [{range}"))
    };
    let at = |position: i64| usize::try_from(position).ok().filter(|position| *position <= len);
    if start < 0 {
        return match at(end) {
            Some(end) => Ok(&text[..end]),
            None if end < 0 => Err(out_of_range(format!(":{end}]"))),
            None => Err(out_of_range(format!(":{end}] with length {len}"))),
        };
    }
    let end = at(end).unwrap_or(len);
    let range = at(start).and_then(|start| text.get(start..end));
    range.ok_or_else(|| out_of_range(format!("{start}:{end}]")))
}

/// Shortens a text to `width` bytes, of which `...` is part at each end that was cut; `offset` is the first byte to show.
fn abbreviate(text: &[u8], offset: i64, width: i64) -> Vec<u8> {
    const MARK: &[u8] = b"...";
    let len = i64::try_from(text.len()).unwrap_or(i64::MAX);
    if len <= width {
        return text.to_vec();
    }
    // Here 4 <= width < len, and width is at least 7 if the offset is positive.
    let room = width - 3;
    // Go's difference wraps around where the offset is the smallest integer of all.
    let offset = if len.wrapping_sub(offset) < room { len - room } else { offset };
    let at = |position: i64| usize::try_from(position).unwrap_or(0);
    if offset <= 4 {
        return [&text[..at(room)], MARK].concat();
    }
    if offset + room < len {
        return [MARK, &abbreviate(&text[at(offset)..], 0, room)].concat();
    }
    [MARK, &text[at(len - room)..]].concat()
}

/// Replaces each `args[0]` in `args[2]` by `args[1]`. An empty text is found before each character and at the end.
fn replace(args: &[Value]) -> Result<Value, FuncError> {
    let (old, new, text) = (bytes(args, 0), bytes(args, 1), bytes(args, 2));
    if old.is_empty() {
        let n_runes = runes(text).count();
        limits::text_len((n_runes + 1).saturating_mul(new.len()).saturating_add(text.len()))?;
        let mut out = new.to_vec();
        let mut at = 0;
        for (_, width) in runes(text) {
            out.extend_from_slice(&text[at..at + width]);
            out.extend_from_slice(new);
            at += width;
        }
        return Ok(Value::string(out));
    }
    let finder = memmem::Finder::new(old);
    let found: Vec<usize> = finder.find_iter(text).collect();
    if found.is_empty() {
        return Ok(args[2].clone());
    }
    let kept = text.len() - found.len() * old.len();
    let len = limits::text_len(found.len().saturating_mul(new.len()).saturating_add(kept))?;
    let mut out = Vec::with_capacity(len);
    let mut at = 0;
    for start in found {
        out.extend_from_slice(&text[at..start]);
        out.extend_from_slice(new);
        at = start + old.len();
    }
    out.extend_from_slice(&text[at..]);
    Ok(Value::string(out))
}

fn n_repeats(count: i64) -> Result<usize, FuncError> {
    usize::try_from(count).map_err(|_| "strings: negative Repeat count".into())
}

fn repeat(text: &[u8], count: i64) -> Result<Vec<u8>, FuncError> {
    let count = n_repeats(count)?;
    let len = text.len().checked_mul(count).filter(|len| i64::try_from(*len).is_ok());
    limits::text_len(len.ok_or("strings: Repeat output length overflow")?)?;
    Ok(text.repeat(count))
}

/// Appends a text with `spaces` spaces before each line.
fn indent(out: &mut Vec<u8>, spaces: i64, text: &[u8]) -> Result<(), FuncError> {
    const PAD: &[u8] = &[b' '; 32];
    let n_spaces = limits::text_len(n_repeats(spaces)?)?;
    if out.len() + text.len() + n_spaces.saturating_mul(text.len() + 1) > limits::MAX_TEXT_BYTES {
        let n_lines = memchr::memchr_iter(b'\n', text).count() + 1;
        limits::text_len(n_lines.saturating_mul(n_spaces).saturating_add(out.len() + text.len()))?;
    }
    let long_pad;
    let pad = if let Some(pad) = PAD.get(..n_spaces) {
        pad
    } else {
        long_pad = b" ".repeat(n_spaces);
        &long_pad
    };
    let mut begin = 0;
    for newline in memchr::memchr_iter(b'\n', text) {
        out.extend_from_slice(pad);
        out.extend_from_slice(&text[begin..=newline]);
        begin = newline + 1;
    }
    // The empty line after a final newline is a line too.
    out.extend_from_slice(pad);
    out.extend_from_slice(&text[begin..]);
    Ok(())
}

/// Writes all but nil with a space between.
fn spaced(
    env: &mut Env<'_, '_>,
    args: &[Value],
    mut append: impl FnMut(&mut Vec<u8>, &Value),
) -> Result<Value, FuncError> {
    let text = env.text(|out| {
        for (index, value) in args.iter().filter(|value| !value.is_nil()).enumerate() {
            if index > 0 {
                out.push(b' ');
            }
            append(out, value);
            limits::text_len(out.len())?;
        }
        Ok::<_, FuncError>(())
    })?;
    Ok(Value::String(text))
}

/// Gives the texts of a slice's items but nil; another value's own text; none of nil.
pub(super) fn strings_of(value: &Value) -> Vec<Str> {
    let list = match value {
        Value::Nil => return Vec::new(),
        Value::List(list) => list.clone(),
        Value::Object(object) if object.kind() == Kind::Slice => match object.underlying() {
            Some(Value::List(list)) => list,
            _ => return vec![string_of(value)],
        },
        _ => return vec![string_of(value)],
    };
    list.iter().filter(|item| !item.is_nil()).map(string_of).collect()
}

fn join(args: &[Value]) -> Result<Value, FuncError> {
    let separator = bytes(args, 0);
    let texts = strings_of(&args[1]);
    let separators = texts.len().saturating_sub(1).saturating_mul(separator.len());
    let len = texts.iter().fold(separators, |len, text| len.saturating_add(text.len()));
    let mut out = Vec::with_capacity(limits::text_len(len)?);
    for (index, text) in texts.iter().enumerate() {
        if index > 0 {
            out.extend_from_slice(separator);
        }
        out.extend_from_slice(text.as_bytes());
    }
    Ok(Value::string(out))
}

/// Cuts a text at each separator, or between all characters if that is empty, into at most `limit` parts; all if it is negative.
fn split<'a>(text: &'a [u8], separator: &[u8], limit: i64) -> Result<Vec<&'a [u8]>, FuncError> {
    let limit = if limit < 0 { usize::MAX } else { usize::try_from(limit).unwrap_or(usize::MAX) };
    let mut parts = Vec::new();
    if limit == 0 {
        return Ok(parts);
    }
    let mut rest = text;
    if separator.is_empty() {
        for (_, width) in runes(text) {
            if parts.len() + 1 == limit {
                break;
            }
            let (rune, after) = rest.split_at(width);
            parts.push(rune);
            rest = after;
            limits::list_len(parts.len())?;
        }
        if !rest.is_empty() {
            parts.push(rest);
        }
        return Ok(parts);
    }
    let finder = memmem::Finder::new(separator);
    while parts.len() + 1 < limit
        && let Some(at) = finder.find(rest)
    {
        parts.push(&rest[..at]);
        rest = &rest[at + separator.len()..];
        limits::list_len(parts.len())?;
    }
    parts.push(rest);
    Ok(parts)
}

/// Makes a map of parts under the keys `_0`, `_1` and so on.
fn numbered(parts: Vec<&[u8]>) -> Value {
    let entries = parts
        .into_iter()
        .enumerate()
        .map(|(index, part)| (Str::from(format!("_{index}")), Value::string(part)));
    Value::Map(Map::of(&Type::STRING_MAP, entries.collect::<Entries>()))
}
