//! Fields of objects: the path to one, and patterns that many paths match.
//!
//! A path is written `spec.template.spec.containers[web].image`: keys with dots between them, in brackets the name of an
//! item that its list is told apart by, or its place. A key that has signs of its own stands in brackets and quotes:
//! `data["nginx.conf"]`.

use std::fmt;
use std::str::FromStr;

/// One step into an object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// to the value of a key
    Key(String),
    /// to the item with this name: `web`, or `80/TCP` where two fields tell items apart
    Item(String),
    /// to an item by its place, from 0
    Index(usize),
}

/// The steps from an object to one of its fields. The empty path is the object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FieldPath(pub Vec<Step>);

impl FieldPath {
    /// Tells whether the path begins with these keys.
    pub fn is_below(&self, keys: &[&str]) -> bool {
        keys.len() <= self.0.len()
            && keys
                .iter()
                .zip(&self.0)
                .all(|(key, step)| matches!(step, Step::Key(name) if name == key))
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) if is_plain(key) => {
                    if n > 0 {
                        f.write_str(".")?;
                    }
                    f.write_str(key)?;
                }
                Step::Key(key) => write!(f, "[{key:?}]")?,
                Step::Item(name) if is_plain_item(name) => write!(f, "[{name}]")?,
                Step::Item(name) => write!(f, "[{name:?}]")?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

fn is_plain(key: &str) -> bool {
    !key.is_empty()
        && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '$'))
}

fn is_plain_item(name: &str) -> bool {
    let is_sign = |c: char| matches!(c, '_' | '-' | '.' | '/' | ':' | '@');
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || is_sign(c))
}

/// A pattern of fields: `spec.replicas`, `**.image`, `Secret/web-*:data.*`.
///
/// Before a colon stands the kind, and behind a slash the name of the objects that are meant, `*` in it for any letters.
/// In the path, `*` is any key or item, and `**` any number of them; what is in brackets is a key or the name of an item.
/// A pattern that matches a field matches all that is in it.
///
/// ```
/// use pintle_manifest::FieldPattern;
///
/// let pattern: FieldPattern = "Deployment:spec.template.metadata.annotations[checksum/config]".parse()?;
/// assert_eq!(pattern.to_string(), "Deployment:spec.template.metadata.annotations[checksum/config]");
/// assert!("a..b".parse::<FieldPattern>().is_err());
/// # Ok::<(), pintle_manifest::PatternError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldPattern {
    text: String,
    kind: Option<String>,
    name: Option<String>,
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Any,
    AnyNumber,
    /// a key, or an item's name or place
    Word(String),
}

/// A text that is no pattern of fields.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no field: {reason}")]
pub struct PatternError {
    /// the text
    pub text: String,
    /// what is wrong with it, in one clause
    pub reason: &'static str,
}

/// The most steps of a pattern: the path of a field in a manifest that works is not as long.
const MAX_PARTS: usize = 64;

impl FromStr for FieldPattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        let fail = |reason| PatternError { text: text.to_owned(), reason };
        let (object, path) = match text.find([':', '[', '"']) {
            Some(at) if text[at..].starts_with(':') => (Some(&text[..at]), &text[at + 1..]),
            _ => (None, text),
        };
        let (kind, name) = match object.map(|object| object.split_once('/').ok_or(object)) {
            None => (None, None),
            Some(Ok((kind, name))) => (Some(kind), Some(name)),
            Some(Err(kind)) => (Some(kind), None),
        };
        let parts = parts(path.trim()).map_err(fail)?;
        let word =
            |word: Option<&str>| word.map(str::trim).filter(|word| *word != "*").map(str::to_owned);
        Ok(Self { text: text.to_owned(), kind: word(kind), name: word(name), parts })
    }
}

fn parts(path: &str) -> Result<Vec<Part>, &'static str> {
    let mut parts = Vec::new();
    let mut rest = path;
    let mut is_first = true;
    while !rest.is_empty() {
        if parts.len() == MAX_PARTS {
            return Err("it has more than 64 steps");
        }
        if let Some(inside) = rest.strip_prefix('[') {
            let (word, behind) = bracket(inside)?;
            parts.push(if word == "*" { Part::Any } else { Part::Word(word) });
            rest = behind;
        } else {
            let name = match rest.strip_prefix('.') {
                Some(_) if is_first => return Err("it begins with a dot"),
                Some(name) => name,
                None if is_first => rest,
                None => return Err("a dot is missing behind a bracket"),
            };
            let end = name.find(['.', '[']).unwrap_or(name.len());
            parts.push(match &name[..end] {
                "" => return Err("a key has no name"),
                "*" => Part::Any,
                "**" => Part::AnyNumber,
                word => Part::Word(word.to_owned()),
            });
            rest = &name[end..];
        }
        is_first = false;
    }
    if parts.is_empty() { Err("it names none") } else { Ok(parts) }
}

/// Reads what stands in brackets: as it is, or in double quotes with backslashes.
fn bracket(inside: &str) -> Result<(String, &str), &'static str> {
    const OPEN: &str = "a bracket does not close";
    let Some(quoted) = inside.strip_prefix('"') else {
        let (word, behind) = inside.split_once(']').ok_or(OPEN)?;
        return if word.is_empty() {
            Err("brackets hold nothing")
        } else {
            Ok((word.to_owned(), behind))
        };
    };
    let mut word = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Ok((word, quoted[at + 1..].strip_prefix(']').ok_or(OPEN)?)),
            '\\' => word.extend(chars.next().map(|(_, c)| c)),
            c => word.push(c),
        }
    }
    Err(OPEN)
}

impl FieldPattern {
    /// Tells whether the pattern may match fields of an object.
    pub fn is_about(&self, kind: &str, name: &str) -> bool {
        self.kind.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(kind))
            && self.name.as_deref().is_none_or(|wanted| is_like(name, wanted))
    }

    /// Tells whether the pattern matches exactly this field of an object that it is about.
    pub(crate) fn matches(&self, path: &[Step]) -> bool {
        // What is left of the pattern when the path so far was taken, as a set of places.
        let mut places = vec![false; self.parts.len() + 1];
        places[0] = true;
        let skip = |places: &mut Vec<bool>| {
            for (n, part) in self.parts.iter().enumerate() {
                places[n + 1] |= places[n] && *part == Part::AnyNumber;
            }
        };
        skip(&mut places);
        for step in path {
            let mut next = vec![false; places.len()];
            for (n, part) in self.parts.iter().enumerate().filter(|(n, _)| places[*n]) {
                match part {
                    Part::AnyNumber => next[n] = true,
                    Part::Any => next[n + 1] = true,
                    Part::Word(word) => {
                        next[n + 1] |= match step {
                            Step::Key(name) | Step::Item(name) => name == word,
                            Step::Index(index) => word.parse() == Ok(*index),
                        };
                    }
                }
            }
            skip(&mut next);
            places = next;
        }
        places[self.parts.len()]
    }
}

impl fmt::Display for FieldPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Tells whether a name is like a pattern in which `*` stands for any letters.
fn is_like(name: &str, pattern: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else { return false };
    let mut last = None;
    for part in parts {
        if let Some(part) = last.replace(part) {
            let Some(at) = rest.find(part) else { return false };
            rest = &rest[at + part.len()..];
        }
    }
    last.map_or(rest.is_empty(), |last| rest.ends_with(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> Step {
        Step::Key(name.to_owned())
    }

    #[test]
    fn patterns_match_paths() {
        let path = [key("spec"), key("containers"), Step::Item("web".to_owned()), key("image")];
        let matches = |text: &str| text.parse::<FieldPattern>().unwrap().matches(&path);
        assert!(matches("spec.containers[web].image") && matches("**.image") && matches("**"));
        assert!(matches("spec.*.*.image") && matches("spec.**") && matches("spec.**.image.**"));
        assert!(
            !matches("spec.containers")
                && !matches("*.image")
                && !matches("spec.containers[db].image")
        );
        let annotation = [key("metadata"), key("annotations"), key("a/b.c")];
        for text in ["metadata.annotations[a/b.c]", "Pod:metadata.annotations[\"a/b.c\"]"] {
            assert!(text.parse::<FieldPattern>().unwrap().matches(&annotation), "{text}");
        }
    }

    #[test]
    fn patterns_are_about_kinds_and_names() {
        let pattern: FieldPattern = "secret/web-*-tls:data.*".parse().unwrap();
        assert!(pattern.is_about("Secret", "web-a-tls") && !pattern.is_about("Secret", "web-tls"));
        assert!(!pattern.is_about("ConfigMap", "web-a-tls"));
        assert!("*/a:b".parse::<FieldPattern>().unwrap().is_about("X", "a"));
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for text in ["", "a..b", ".a", "a[", "a[]", "a[b]c", "a[\"b]", "Pod:"] {
            assert!(text.parse::<FieldPattern>().is_err(), "{text}");
        }
    }

    #[test]
    fn odd_keys_are_quoted() {
        let path = FieldPath(vec![
            key("data"),
            key("a.b"),
            Step::Index(1),
            Step::Item("80/TCP".to_owned()),
        ]);
        assert_eq!(path.to_string(), "data[\"a.b\"][1][80/TCP]");
    }
}
