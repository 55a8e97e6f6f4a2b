//! Models that surely fit the schema, told without the engine that has the words for those that do not.
//!
//! Compiling the schema for that engine costs more than everything else a conversion does; this walks the schema as it lies
//! in the program. What is rare is left to the engine: this then says nothing.

use super::Numbers;
use super::tape::{Sort, TOKENS, Token, USER, keyword, pattern, types};
use crate::node::{Kind, Map, Node};

/// The longest list whose items are compared each with each.
const MAX_COMPARED: usize = 64;

/// Tells whether a model surely fits the schema; `false` says nothing.
pub(super) fn fits(model: &Node, numbers: Numbers) -> bool {
    Walk { numbers }.schema(0, model) == Some(true)
}

struct Walk {
    numbers: Numbers,
}

/// What a schema says of the entries of a map.
#[derive(Default)]
struct Entries {
    properties: Option<usize>,
    patterns: Option<usize>,
    is_closed: bool,
}

impl Walk {
    /// Tells whether a value fits a schema; nothing if that is not for this walk to say.
    fn schema(&self, schema: usize, node: &Node) -> Option<bool> {
        if schema == USER
            && self.numbers == Numbers::OfUsersAsText
            && matches!(node.kind, Kind::Int(_))
        {
            return Some(true);
        }
        let mut entries = Entries::default();
        for (key, value) in members(schema) {
            let fits = match (TOKENS[key].means, &node.kind) {
                (keyword::TYPE, kind) => TOKENS[value].means & types_of(kind) != 0,
                (keyword::REF, _) => self.schema(usize::from(TOKENS[value].means), node)?,
                (keyword::ONE_OF, _) => self.one_of(value, node)?,
                (keyword::ENUM, Kind::Text(word)) => has_text(value, word),
                (keyword::ENUM, _) => false,
                (keyword::PROPERTIES, _) => {
                    entries.properties = Some(value);
                    true
                }
                (keyword::PATTERN_PROPERTIES, _) => {
                    entries.patterns = Some(value);
                    true
                }
                (keyword::ADDITIONAL_PROPERTIES, _) => {
                    entries.is_closed = true;
                    true
                }
                (keyword::REQUIRED, Kind::Map(map)) => {
                    items(value).all(|name| has_key(map, TOKENS[name]))
                }
                (keyword::ITEMS, Kind::List(list)) => self.all(value, list)?,
                (keyword::UNIQUE_ITEMS, Kind::List(list)) => {
                    TOKENS[value].sort != Sort::True || are_different(list)?
                }
                (keyword::MINIMUM, Kind::Int(n)) => limit(value) <= *n,
                (keyword::MAXIMUM, Kind::Int(n)) => limit(value) >= *n,
                (keyword::MINIMUM | keyword::MAXIMUM, Kind::Float(_)) => return None,
                _ => true,
            };
            if !fits {
                return Some(false);
            }
        }
        match &node.kind {
            Kind::Map(map) => self.entries(&entries, map),
            _ => Some(true),
        }
    }

    fn one_of(&self, schemas: usize, node: &Node) -> Option<bool> {
        let mut n_fitting = 0;
        for schema in items(schemas) {
            n_fitting += usize::from(self.schema(schema, node)?);
        }
        Some(n_fitting == 1)
    }

    fn all(&self, schema: usize, list: &[Node]) -> Option<bool> {
        for item in list {
            if !self.schema(schema, item)? {
                return Some(false);
            }
        }
        Some(true)
    }

    fn entries(&self, entries: &Entries, map: &Map) -> Option<bool> {
        for entry in &map.0 {
            let name = entry.key.as_bytes();
            let mut is_known = false;
            let property = entries
                .properties
                .and_then(|properties| members(properties).find(|(key, _)| TOKENS[*key].is(name)));
            if let Some((_, schema)) = property {
                is_known = true;
                if !self.schema(schema, &entry.value)? {
                    return Some(false);
                }
            }
            for (key, schema) in entries.patterns.into_iter().flat_map(members) {
                if is_match(TOKENS[key], name) {
                    is_known = true;
                    if !self.schema(schema, &entry.value)? {
                        return Some(false);
                    }
                }
            }
            if entries.is_closed && !is_known {
                return Some(false);
            }
        }
        Some(true)
    }
}

/// Gives the keys of a map of the schema, each with its value.
fn members(map: usize) -> impl Iterator<Item = (usize, usize)> {
    let end = usize::from(TOKENS[map].after);
    let mut key = map + 1;
    std::iter::from_fn(move || {
        let member = (key < end).then_some((key, key + 1))?;
        key = usize::from(TOKENS[key + 1].after);
        Some(member)
    })
}

/// Gives the items of a list of the schema.
fn items(list: usize) -> impl Iterator<Item = usize> {
    let end = usize::from(TOKENS[list].after);
    let mut next = list + 1;
    std::iter::from_fn(move || {
        let item = (next < end).then_some(next)?;
        next = usize::from(TOKENS[item].after);
        Some(item)
    })
}

/// Gives the types that a value is of.
fn types_of(kind: &Kind) -> u16 {
    match kind {
        Kind::Null => types::NULL,
        Kind::Bool(_) => types::BOOLEAN,
        Kind::Int(_) => types::INTEGER | types::NUMBER,
        Kind::Float(x) if x.fract() == 0.0 => types::INTEGER | types::NUMBER,
        Kind::Float(_) => types::NUMBER,
        Kind::Text(_) => types::STRING,
        Kind::List(_) => types::ARRAY,
        Kind::Map(_) => types::OBJECT,
    }
}

fn limit(value: usize) -> i64 {
    TOKENS[value].means.cast_signed().into()
}

fn has_key(map: &Map, name: Token) -> bool {
    map.0.iter().any(|entry| name.is(entry.key.as_bytes()))
}

fn has_text(list: usize, word: &str) -> bool {
    items(list).any(|item| TOKENS[item].is(word.as_bytes()))
}

fn is_match(key: Token, name: &[u8]) -> bool {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    match key.means {
        pattern::EXTENSION => name.starts_with(b"x-"),
        pattern::NAME => !name.is_empty() && name.iter().all(is_word),
        pattern::LETTERS => !name.is_empty() && name.iter().all(u8::is_ascii_lowercase),
        pattern::ANYTHING => name.iter().any(|byte| *byte != b'\n'),
        pattern::LINE => !name.is_empty() && !name.contains(&b'\n'),
        _ => false,
    }
}

/// Tells whether no two items are equal; nothing if they are many, or of a kind that takes more to compare.
fn are_different(list: &[Node]) -> Option<bool> {
    let is_simple = |item: &Node| matches!(item.kind, Kind::Text(_) | Kind::Int(_));
    if list.len() > MAX_COMPARED || !list.iter().all(is_simple) {
        return None;
    }
    let are_equal = |a: &Node, b: &Node| match (&a.kind, &b.kind) {
        (Kind::Text(a), Kind::Text(b)) => a == b,
        (Kind::Int(a), Kind::Int(b)) => a == b,
        _ => false,
    };
    Some((1..list.len()).all(|n| list[..n].iter().all(|earlier| !are_equal(earlier, &list[n]))))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::{Numbers, check_telling};
    use super::*;
    use crate::node::{Dialect, Entry, read};
    use crate::report::{Place, Report};

    /// Every this many changes of a model are tried, so that the test takes a second.
    const STRIDE: usize = 5;

    /// Gives the documents of all fixtures.
    fn models() -> Vec<Node> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/compose");
        let mut models = Vec::new();
        for case in std::fs::read_dir(folder).unwrap() {
            for file in std::fs::read_dir(case.unwrap().path()).unwrap() {
                let path = file.unwrap().path();
                let is_yaml = path.extension().is_some_and(|end| end == "yaml" || end == "yml");
                let Ok(text) = std::fs::read_to_string(&path) else { continue };
                if is_yaml && text.len() < 10_000 {
                    let mut report = Report::default();
                    let file = report.add_file(String::new(), text, String::new());
                    let documents = read(&mut report, file, Dialect::Compose);
                    models.extend(documents.unwrap_or_default());
                }
            }
        }
        models
    }

    fn engine_takes(model: &Node) -> bool {
        let mut report = Report::default();
        check_telling(model, Numbers::OfUsersAsText, &mut report);
        !report.has_errors()
    }

    fn is_agreed(model: &Node) -> bool {
        let walk = Walk { numbers: Numbers::OfUsersAsText };
        model.map().is_none()
            || walk.schema(0, model).is_none_or(|fits| fits == engine_takes(model))
    }

    /// Gives what a value may be changed to: something of each type, more, less, or the same twice.
    fn changes(node: &Node) -> Vec<Kind> {
        let place = Place::start_of(0);
        let mut changes = vec![
            Kind::Null,
            Kind::Bool(true),
            Kind::Int(-1),
            Kind::Int(101),
            Kind::Float(0.5),
            Kind::Float(2.0),
            Kind::Text("".into()),
            Kind::Text("text".into()),
            Kind::List(vec![]),
            Kind::List(vec![Node::new(place, Kind::Bool(false))]),
            Kind::Map(Map::default()),
        ];
        match &node.kind {
            Kind::List(items) => {
                changes.push(Kind::List([&items[..], items].concat()));
                for other in [Kind::Text("other".into()), Kind::Int(80), Kind::Null] {
                    changes.push(Kind::List([&items[..], &[Node::new(place, other)]].concat()));
                }
            }
            Kind::Map(map) => {
                for key in ["other", "x-other", "", "a b", "ABC", "\n"] {
                    for kind in [Kind::Null, Kind::Text("text".into()), Kind::Map(Map::default())] {
                        let mut map = map.clone();
                        let value = Node::new(place, kind);
                        map.0.retain(|entry| &*entry.key != key);
                        map.0.push(Entry { key: key.into(), place, value });
                        changes.push(Kind::Map(map));
                    }
                }
                for n in 0..map.0.len() {
                    let mut map = map.clone();
                    map.0.remove(n);
                    changes.push(Kind::Map(map));
                }
            }
            _ => {}
        }
        changes
    }

    /// Gives the node with a number, counted as they stand.
    fn nth<'n>(node: &'n mut Node, n: &mut usize) -> Option<&'n mut Node> {
        if *n == 0 {
            return Some(node);
        }
        *n -= 1;
        match &mut node.kind {
            Kind::List(items) => items.iter_mut().find_map(|item| nth(item, n)),
            Kind::Map(map) => map.0.iter_mut().find_map(|entry| nth(&mut entry.value, n)),
            _ => None,
        }
    }

    #[test]
    fn fixtures_are_what_the_engine_says_whatever_is_changed_in_them() {
        let (mut n_models, mut n_told, mut n_changes) = (0, 0, 0);
        for mut model in models() {
            assert!(is_agreed(&model), "{model:?}");
            n_models += 1;
            n_told += usize::from(fits(&model, Numbers::OfUsersAsText));
            for number in 0.. {
                let Some(node) = nth(&mut model, &mut number.clone()) else { break };
                let original = node.clone();
                for change in changes(&original) {
                    n_changes += 1;
                    if n_changes % STRIDE != 0 {
                        continue;
                    }
                    nth(&mut model, &mut number.clone()).unwrap().kind = change;
                    assert!(is_agreed(&model), "{model:?}");
                }
                *nth(&mut model, &mut number.clone()).unwrap() = original;
            }
        }
        assert!(n_models >= 80 && n_told > 60, "{n_models} {n_told}");
    }
}
