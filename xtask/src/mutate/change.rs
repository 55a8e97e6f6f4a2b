//! What can be done at a place of an object.

use serde_json::{Map, Value as Json};

use super::place::{Place, Step};

/// The name of a field that nothing has.
const UNKNOWN: &str = "zzzUnknown";

/// One change at one place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Change {
    /// A map gets a field that its type does not have.
    Unknown,
    /// The last two letters of a key change places.
    Misspelt,
    /// The first letter of a key becomes a capital.
    Capital,
    /// A key or an item is taken out.
    Removed,
    /// A list gets a copy of an item at its end.
    Duplicate,
    /// A list is turned round.
    Reversed,
    /// The values of the keys `min…` and `max…` change places.
    Swapped(String, String),
    /// The value becomes another. The first is why, such as `port`.
    Set(&'static str, Json),
    /// The key becomes another.
    Renamed(String),
    /// A map gets a key of its type that may not be there as well.
    Added(String, Json),
    /// A value is set to that of the same key in another item of the list.
    Same(usize),
}

/// Why values are set: what stands before the colon of their words.
const REASONS: &[&str] = &[
    "type",
    "null",
    "empty",
    "number",
    "name",
    "label",
    "quantity",
    "port",
    "enum",
    "ip",
    "cidr",
    "schedule",
    "zone",
    "percent",
    "base64",
    "time",
    "duration",
    "path",
    "url",
    "text",
    "expression",
    "json-path",
    "selector",
    "mode",
    "version",
];

impl Change {
    /// Writes the change as one word: what it is, and behind a colon what it is made with.
    pub(crate) fn word(&self) -> String {
        match self {
            Self::Unknown => "unknown".to_owned(),
            Self::Misspelt => "misspelt".to_owned(),
            Self::Capital => "capital".to_owned(),
            Self::Removed => "removed".to_owned(),
            Self::Duplicate => "duplicate".to_owned(),
            Self::Reversed => "reversed".to_owned(),
            Self::Swapped(min, max) => format!("swapped:{min},{max}"),
            Self::Set(why, value) => format!("{why}:{}", short(value)),
            Self::Renamed(key) => format!("renamed:{}", short(&Json::from(key.as_str()))),
            Self::Added(key, value) => format!("added:{key}={}", short(value)),
            Self::Same(item) => format!("same:{item}"),
        }
    }

    /// Reads what [`Change::word`] wrote.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        let (name, with) = word.split_once(':').unwrap_or((word, ""));
        Some(match name {
            "unknown" => Self::Unknown,
            "misspelt" => Self::Misspelt,
            "capital" => Self::Capital,
            "removed" => Self::Removed,
            "duplicate" => Self::Duplicate,
            "reversed" => Self::Reversed,
            "swapped" => {
                let (min, max) = with.split_once(',')?;
                Self::Swapped(min.to_owned(), max.to_owned())
            }
            "renamed" => Self::Renamed(long(with)?.as_str()?.to_owned()),
            "added" => {
                let (key, value) = with.split_once('=')?;
                Self::Added(key.to_owned(), long(value)?)
            }
            "same" => Self::Same(with.parse().ok()?),
            _ => Self::Set(REASONS.iter().find(|reason| **reason == name)?, long(with)?),
        })
    }

    /// Makes the change in an object; nothing where it cannot be made.
    pub(super) fn apply(&self, object: &mut Json, place: &Place) -> Option<()> {
        match self {
            Self::Unknown => {
                place.find(object)?.as_object_mut()?.insert(UNKNOWN.to_owned(), Json::from(1));
            }
            Self::Misspelt => rename(object, place, misspelt)?,
            Self::Capital => rename(object, place, |key| {
                let mut letters = key.chars();
                letters.next().map(|first| first.to_uppercase().chain(letters).collect())
            })?,
            Self::Renamed(name) => rename(object, place, |_| Some(name.clone()))?,
            Self::Removed => {
                let (before, last) = place.split()?;
                match (before.find(object)?, last) {
                    (Json::Object(map), Step::Key(key)) => {
                        map.remove(key)?;
                    }
                    (Json::Array(items), Step::Item(number)) if *number < items.len() => {
                        items.remove(*number);
                    }
                    _ => return None,
                }
            }
            Self::Duplicate => {
                let copy = place.find(object)?.clone();
                let (before, _) = place.split()?;
                before.find(object)?.as_array_mut()?.push(copy);
            }
            Self::Reversed => place.find(object)?.as_array_mut()?.reverse(),
            Self::Swapped(min, max) => {
                let map = place.find(object)?.as_object_mut()?;
                let (least, most) = (map.get(min)?.clone(), map.get(max)?.clone());
                map.insert(min.clone(), most);
                map.insert(max.clone(), least);
            }
            Self::Set(_, value) => *place.find(object)? = value.clone(),
            Self::Added(key, value) => {
                place.find(object)?.as_object_mut()?.insert(key.clone(), value.clone());
            }
            Self::Same(number) => {
                let (item, key) = place.split()?;
                let (list, _) = item.split()?;
                let Step::Key(key) = key else { return None };
                let value = list.item(*number).key(key).find(object)?.clone();
                *place.find(object)? = value;
            }
        }
        Some(())
    }
}

/// Gives the key with its last two letters in the other order, or without the last if they are the same.
fn misspelt(key: &str) -> Option<String> {
    let mut letters: Vec<char> = key.chars().collect();
    let n = letters.len();
    if n < 3 {
        return None;
    }
    letters.swap(n - 1, n - 2);
    if letters[n - 1] == letters[n - 2] {
        letters.pop();
    }
    Some(letters.into_iter().collect())
}

fn rename(object: &mut Json, place: &Place, new: impl Fn(&str) -> Option<String>) -> Option<()> {
    let (before, last) = place.split()?;
    let Step::Key(key) = last else { return None };
    let map = before.find(object)?.as_object_mut()?;
    let name = new(key).filter(|name| !map.contains_key(name))?;
    // The order of keys is kept, for texts in which it shows.
    let old = std::mem::take(map);
    let renamed = |(old, value): (String, Json)| {
        if old == *key { (name.clone(), value) } else { (old, value) }
    };
    *map = old.into_iter().map(renamed).collect::<Map<String, Json>>();
    Some(())
}

/// The shortest row of one letter that is written as a number.
const LEAST_RUN: usize = 24;

/// Writes a value as JSON in one line; a text of one letter many times as that letter and how often.
fn short(value: &Json) -> String {
    if let Some(text) = value.as_str()
        && let Some(first) = text.chars().next()
        && first.is_ascii_alphanumeric()
        && text.len() >= LEAST_RUN
        && text.chars().all(|letter| letter == first)
    {
        return format!("{first}*{}", text.len());
    }
    value.to_string()
}

fn long(text: &str) -> Option<Json> {
    if let Some((letter, n)) = text.split_once('*')
        && letter.len() == 1
        && letter != "\""
    {
        return Some(Json::from(letter.repeat(n.parse().ok()?)));
    }
    serde_json::from_str(text).ok()
}
