//! Faults: valid objects with one change each.
//!
//! [`candidates()`] lists all changes that could be made in an object, [`choose`] takes some of them, of each sort alike, and
//! [`Fault::apply`] makes one. A fault is written as a place and a word ([`Fault::place`], [`Change::word`]) and read from
//! them again, so that what was once judged needs no copy of the object. Nothing is left to chance: a seed gives the same
//! faults everywhere.

mod candidates;
mod change;
mod place;
mod values;

use std::collections::BTreeMap;

use serde_json::Value as Json;

pub(crate) use candidates::candidates;
pub(crate) use change::Change;
pub(crate) use place::Place;

/// One change of an object.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Fault {
    /// Where something is changed.
    pub(crate) place: Place,
    /// What is done there.
    pub(crate) change: Change,
}

impl Fault {
    /// Makes the change; nothing if the place is not there, or the object would stay as it is.
    pub(crate) fn apply(&self, object: &Json) -> Option<Json> {
        let mut changed = object.clone();
        self.change.apply(&mut changed, &self.place)?;
        (changed != *object).then_some(changed)
    }
}

/// How many faults are taken of a sort in a round, where it is not one: objects are wrong like this most
/// often, or few objects can be.
const WEIGHTS: &[(&str, usize)] = &[
    ("cidr", 2),
    ("empty", 2),
    ("enum", 2),
    ("expression", 2),
    ("ip", 2),
    ("json-path", 2),
    ("null", 2),
    ("number", 2),
    ("percent", 2),
    ("removed", 3),
    ("schedule", 6),
    ("text", 2),
    ("time", 2),
    ("type", 2),
    ("url", 2),
    ("zone", 4),
];

/// Takes up to `n` of the faults, of each sort of change alike, by a seed.
pub(crate) fn choose(faults: Vec<Fault>, n: usize, seed: u64) -> Vec<Fault> {
    let mut sorts: BTreeMap<String, Vec<(u64, Fault)>> = BTreeMap::new();
    for fault in faults {
        let word = fault.change.word();
        let draw = mixed(seed, &format!("{word} {}", fault.place));
        // What a change is made with stands behind the colon.
        let sort = word.split(':').next().unwrap_or_default().to_owned();
        sorts.entry(sort).or_default().push((draw, fault));
    }
    for faults in sorts.values_mut() {
        faults.sort_by_key(|(draw, _)| std::cmp::Reverse(*draw));
    }
    let mut chosen = Vec::new();
    while chosen.len() < n && !sorts.is_empty() {
        for (sort, faults) in &mut sorts {
            let weight =
                WEIGHTS.iter().find(|(name, _)| name == sort).map_or(1, |(_, weight)| *weight);
            chosen.extend(std::iter::from_fn(|| faults.pop()).take(weight));
        }
        sorts.retain(|_, faults| !faults.is_empty());
    }
    // The last round may have been too long.
    chosen.truncate(n);
    let mut chosen: Vec<Fault> = chosen.into_iter().map(|(_, fault)| fault).collect();
    chosen.sort_by_cached_key(|fault| (fault.place.to_string(), fault.change.word()));
    chosen
}

/// Gives a number for a text that says nothing of it: FNV-1a, and a mix of its bits.
pub(crate) fn mixed(seed: u64, text: &str) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325 ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for byte in text.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    hash ^= hash >> 32;
    hash = hash.wrapping_mul(0xd6e8_feb8_6659_fd93);
    hash ^ (hash >> 32)
}

/// Gives a checksum of an object, whatever the order of its keys.
pub(crate) fn checksum(object: &Json) -> String {
    let mut text = String::new();
    canonical(object, &mut text);
    format!("{:08x}", mixed(0, &text) & 0xffff_ffff)
}

fn canonical(value: &Json, text: &mut String) {
    match value {
        Json::Object(map) => {
            text.push('{');
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort();
            for key in keys {
                text.push_str(key);
                text.push(':');
                canonical(&map[key], text);
                text.push(',');
            }
            text.push('}');
        }
        Json::Array(items) => {
            text.push('[');
            for item in items {
                canonical(item, text);
                text.push(',');
            }
            text.push(']');
        }
        leaf => text.push_str(&leaf.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pod() -> Json {
        json!({
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": "a", "labels": {"app.example/name": "x"}},
            "spec": {"containers": [{"name": "c", "image": "i", "ports": [{"containerPort": 80}]}]},
        })
    }

    #[test]
    fn every_fault_can_be_written_and_read_again() {
        let object = pod();
        let faults = candidates(&object);
        assert!(faults.len() > 100, "{}", faults.len());
        for fault in faults {
            let place = Place::parse(&fault.place.to_string()).unwrap();
            let again = Fault { place, change: Change::parse(&fault.change.word()).unwrap() };
            assert_eq!(again, fault);
            assert_eq!(again.apply(&object), fault.apply(&object));
        }
    }

    #[test]
    fn a_seed_gives_the_same_faults_and_another_gives_others() {
        let chosen = |seed| choose(candidates(&pod()), 30, seed);
        assert_eq!(chosen(1), chosen(1));
        assert_ne!(chosen(1), chosen(2));
        assert_eq!(chosen(1).len(), 30);
    }

    #[test]
    fn a_checksum_tells_objects_apart() {
        assert_eq!(checksum(&json!({"a": 1, "b": [2]})), checksum(&json!({"b": [2], "a": 1})));
        assert_ne!(checksum(&json!({"a": 1})), checksum(&json!({"a": "1"})));
    }
}
