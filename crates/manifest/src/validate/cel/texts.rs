//! The functions of texts: those of the standard library, of `ext.Strings`, and Kubernetes' `find`.

use std::fmt::Write as _;

use super::functions::{error, known_or_none, regex, shown};
use super::value::{Result, Stop, Value, no_overload};

/// Calls a function of a text; nothing for one that is not known.
pub(super) fn of_text<'a>(name: &str, text: &str, rest: &[Value<'a>]) -> Result<Option<Value<'a>>> {
    let value = match (name, rest) {
        ("contains", [Value::Text(part)]) => Value::Bool(text.contains(part.as_ref())),
        ("startsWith", [Value::Text(part)]) => Value::Bool(text.starts_with(part.as_ref())),
        ("endsWith", [Value::Text(part)]) => Value::Bool(text.ends_with(part.as_ref())),
        ("matches", [Value::Text(pattern)]) => Value::Bool(regex(pattern)?.is_match(text)),
        ("lowerAscii", []) => Value::text(text.to_ascii_lowercase()),
        ("upperAscii", []) => Value::text(text.to_ascii_uppercase()),
        ("trim", []) => Value::text(text.trim()),
        ("reverse", []) => Value::text(text.chars().rev().collect::<String>()),
        ("charAt", [Value::Int(at)]) => {
            let n = text.chars().count();
            match usize::try_from(*at) {
                Ok(at) if at == n => Value::text(""),
                Ok(at) if at < n => Value::text(text.chars().skip(at).take(1).collect::<String>()),
                _ => return Err(error(format!("index out of range: {at}"))),
            }
        }
        ("indexOf" | "lastIndexOf", [Value::Text(part), from @ ..]) => {
            index_of_text(text, part, from, name == "lastIndexOf")?
        }
        ("substring", [Value::Int(from), to @ ..]) => {
            let n = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
            let to = match to {
                [] => n,
                [Value::Int(to)] => *to,
                _ => return Err(no_overload()),
            };
            if *from < 0 || *from > n || to < 0 || to > n || *from > to {
                return Err(error(format!("index out of range: {from}")));
            }
            let skipped = usize::try_from(*from).unwrap_or_default();
            let taken = usize::try_from(to - from).unwrap_or_default();
            Value::text(text.chars().skip(skipped).take(taken).collect::<String>())
        }
        ("replace", [Value::Text(from), Value::Text(to)]) => replaced(text, from, to, usize::MAX)?,
        ("replace", [Value::Text(from), Value::Text(to), Value::Int(n)]) => {
            replaced(text, from, to, usize::try_from(*n).unwrap_or(usize::MAX))?
        }
        ("split", [Value::Text(by), limit @ ..]) => {
            let limit = match limit {
                [] => -1,
                [Value::Int(limit)] => *limit,
                _ => return Err(no_overload()),
            };
            Value::list(split(text, by, limit))
        }
        ("find", [Value::Text(pattern)]) => {
            Value::text(regex(pattern)?.find(text).map_or("", |found| found.as_str()))
        }
        ("findAll", [Value::Text(pattern), limit @ ..]) => {
            let limit = match limit {
                [] => usize::MAX,
                [Value::Int(limit)] => usize::try_from(*limit).unwrap_or(usize::MAX),
                _ => return Err(no_overload()),
            };
            let regex = regex(pattern)?;
            let found = regex.find_iter(text).take(limit);
            Value::list(found.map(|found| Value::text(found.as_str())).collect())
        }
        ("format", [arguments]) => {
            let arguments = arguments.items()?.ok_or_else(no_overload)?;
            Value::text(formatted(text, &arguments)?)
        }
        _ => return known_or_none(name),
    };
    Ok(Some(value))
}

/// How long a text may get that others are put into, in bytes.
pub(super) const MAX_REPLACED: usize = 4 << 20;

fn replaced<'a>(text: &str, from: &str, to: &str, limit: usize) -> Result<Value<'a>> {
    let n = if from.is_empty() { text.len() + 1 } else { text.len() / from.len() };
    if n.min(limit).saturating_mul(to.len()).saturating_add(text.len()) > MAX_REPLACED {
        return Err(Stop::Budget);
    }
    Ok(Value::text(text.replacen(from, to, limit)))
}

fn split<'a>(text: &str, by: &str, limit: i64) -> Vec<Value<'a>> {
    let parts: Vec<String> = if by.is_empty() {
        text.chars().map(String::from).collect()
    } else {
        text.split(by).map(str::to_owned).collect()
    };
    let Ok(limit) = usize::try_from(limit) else {
        return parts.into_iter().map(Value::text).collect();
    };
    if limit == 0 {
        return Vec::new();
    }
    let mut kept: Vec<Value<'a>> = parts.iter().take(limit - 1).map(Value::text).collect();
    if parts.len() >= limit {
        kept.push(Value::text(parts[limit - 1..].join(by)));
    }
    kept
}

fn index_of_text<'a>(
    text: &str,
    part: &str,
    from: &[Value<'a>],
    is_last: bool,
) -> Result<Value<'a>> {
    let n = text.chars().count();
    let (begin, end) = match from {
        [] => (0, n),
        [Value::Int(at)] => {
            let at = usize::try_from(*at).ok().filter(|at| *at <= n);
            let at = at.ok_or_else(|| error("index out of range"))?;
            if is_last { (0, (at + part.chars().count()).min(n)) } else { (at, n) }
        }
        _ => return Err(no_overload()),
    };
    let byte = |index: usize| text.char_indices().nth(index).map_or(text.len(), |(at, _)| at);
    let (begin_byte, end_byte) = (byte(begin), byte(end));
    let within = &text[begin_byte..end_byte];
    let found = if is_last { within.rfind(part) } else { within.find(part) };
    let index = found.map_or(-1, |at| {
        i64::try_from(text[..begin_byte + at].chars().count()).unwrap_or(i64::MAX)
    });
    Ok(Value::Int(index))
}

/// Fills in `%s` and its like.
fn formatted(text: &str, arguments: &[Value<'_>]) -> Result<String> {
    let mut made = String::new();
    let mut rest = text.chars().peekable();
    let mut arguments = arguments.iter();
    while let Some(c) = rest.next() {
        if made.len() > MAX_REPLACED {
            return Err(Stop::Budget);
        }
        if c != '%' {
            made.push(c);
            continue;
        }
        if rest.peek() == Some(&'%') {
            rest.next();
            made.push('%');
            continue;
        }
        let mut precision = None;
        if rest.peek() == Some(&'.') {
            rest.next();
            let mut digits = String::new();
            while let Some(digit) = rest.next_if(char::is_ascii_digit) {
                digits.push(digit);
            }
            precision = digits.parse::<usize>().ok().filter(|n| *n <= 100);
        }
        let value = arguments.next().ok_or_else(|| error("index out of range: format"))?;
        match (rest.next(), value) {
            (Some('s'), value) => made.push_str(&clause(value)?),
            (Some('d'), Value::Int(value)) => {
                let _ = write!(made, "{value}");
            }
            (Some('d'), Value::Uint(value)) => {
                let _ = write!(made, "{value}");
            }
            (Some('f'), Value::Double(value)) => {
                let _ = write!(made, "{value:.*}", precision.unwrap_or(6));
            }
            (Some('b'), Value::Int(value)) => {
                let _ = write!(made, "{value:b}");
            }
            (Some('x'), Value::Int(value)) => {
                let _ = write!(made, "{value:x}");
            }
            (Some('X'), Value::Int(value)) => {
                let _ = write!(made, "{value:X}");
            }
            (Some('o'), Value::Int(value)) => {
                let _ = write!(made, "{value:o}");
            }
            (clause, _) => {
                let clause = clause.map(String::from).unwrap_or_default();
                return Err(Stop::Unknown(format!("the clause %{clause}")));
            }
        }
    }
    Ok(made)
}

/// Writes a value for `%s`.
fn clause(value: &Value<'_>) -> Result<String> {
    if let Some(text) = shown(value) {
        return Ok(text);
    }
    if let Some(items) = value.items()? {
        let parts: Result<Vec<String>> = items.iter().map(clause).collect();
        return Ok(format!("[{}]", parts?.join(", ")));
    }
    match value {
        Value::Null => Ok("null".to_owned()),
        Value::Type(name) => Ok((*name).to_owned()),
        _ => Err(Stop::Unknown("a map in a text".to_owned())),
    }
}
