//! The walk through two values at once.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use pintle_yaml::Value;
use pintle_yaml::secret::MASK;

use super::align::{Stretch, align};
use super::{Delta, FieldChange, lines};
use crate::document::{Content, Node};
use crate::field::{FieldPath, FieldPattern, Step};
use crate::place::{Place, Schema, shown, with_room};
use crate::validate::quantity;
use crate::validate::types::{Merge, Shape};

/// A walk through an old and a new object.
pub(super) struct Walk<'w> {
    schema: Schema,
    ignored: Vec<&'w FieldPattern>,
    path: Vec<Step>,
    digests: HashMap<*const (), Digest>,
    pub(super) changes: Vec<FieldChange>,
}

/// What tells values apart: two that mean the same have the same one.
type Digest = (u64, u64);

/// Up to how many entries a map is searched one by one.
const FEW_ENTRIES: usize = 16;

/// Up to how many items on each side are tried as pairs.
const MAX_PAIRED: usize = 64;

impl<'w> Walk<'w> {
    pub(super) fn new(schema: Schema, ignored: Vec<&'w FieldPattern>) -> Self {
        Self { schema, ignored, path: Vec::new(), digests: HashMap::new(), changes: Vec::new() }
    }

    /// Compares two values of one place.
    pub(super) fn compare(&mut self, old: Option<&Node<'_>>, new: Option<&Node<'_>>, at: Place) {
        let (old, new) = (present(old, at), present(new, at));
        if old.is_none() && new.is_none() || self.is_ignored() {
            return;
        }
        match (old, new) {
            (Some(old), Some(new)) => match (&old.content, &new.content) {
                (Content::Map(_), Content::Map(_)) => self.maps(old, new, at),
                (Content::List(a), Content::List(b)) => self.lists(a, b, at),
                (a, b) if is_same_scalar(a, b, at.shape) => {}
                (Content::String(a), Content::String(b))
                    if (a.contains('\n') || b.contains('\n'))
                        && !at.is_secret(old)
                        && !at.is_secret(new) =>
                {
                    let masked = |text: &str| at.without_secrets(text, &mut |_| MASK.to_owned());
                    self.push(Delta::Text(lines::compare(a, b, &masked)), false);
                }
                _ => {
                    let is_secret = at.is_secret(old) || at.is_secret(new);
                    let (old, new) =
                        (self.shown(old, at, is_secret), self.shown(new, at, is_secret));
                    self.push(Delta::Changed { old, new }, is_secret);
                }
            },
            (Some(old), None) => {
                self.push(Delta::Removed(self.shown(old, at, false)), at.is_secret(old));
            }
            (None, Some(new)) => {
                self.push(Delta::Added(self.shown(new, at, false)), at.is_secret(new));
            }
            (None, None) => {}
        }
    }

    fn is_ignored(&self) -> bool {
        self.ignored.iter().any(|pattern| pattern.matches(&self.path))
    }

    fn push(&mut self, delta: Delta, is_secret: bool) {
        self.changes.push(FieldChange { path: FieldPath(self.path.clone()), delta, is_secret });
    }

    fn shown(&self, node: &Node<'_>, at: Place, is_secret: bool) -> Value {
        if is_secret && !matches!(node.content, Content::Map(_) | Content::List(_) | Content::Null)
        {
            return Value::string(MASK);
        }
        shown(self.schema, at, node, &mut |_| MASK.to_owned())
    }

    fn within(&mut self, step: Step, old: Option<&Node<'_>>, new: Option<&Node<'_>>, at: Place) {
        self.path.push(step);
        with_room(|| self.compare(old, new, at));
        self.path.pop();
    }

    fn maps(&mut self, old: &Node<'_>, new: &Node<'_>, at: Place) {
        let (in_old, in_new) = (Entries::of(old), Entries::of(new));
        for entry in old.entries() {
            let new_value = in_new.get(&entry.key);
            // Either side may say that the value is a secret.
            let mut place = self.schema.entry(at, old, &entry.key);
            if new_value.is_some() && !place.is_secret(&entry.value) {
                place = self.schema.entry(at, new, &entry.key);
            }
            self.within(Step::Key(entry.key.to_string()), Some(&entry.value), new_value, place);
        }
        for entry in new.entries().iter().filter(|entry| in_old.get(&entry.key).is_none()) {
            let place = self.schema.entry(at, new, &entry.key);
            self.within(Step::Key(entry.key.to_string()), None, Some(&entry.value), place);
        }
    }

    fn lists(&mut self, old: &[Node<'_>], new: &[Node<'_>], at: Place) {
        if let Some(names) = Names::of(old, new, at) {
            self.named(old, new, at, &names);
        } else if at.is_orderless && !at.is_in_template {
            self.bags(old, new, at);
        } else {
            self.sequences(old, new, at);
        }
    }

    /// Compares lists whose items have names.
    fn named(&mut self, old: &[Node<'_>], new: &[Node<'_>], at: Place, names: &Names) {
        let places: HashMap<&str, usize> =
            names.new.iter().enumerate().map(|(j, name)| (&**name, j)).collect();
        let mut taken = vec![false; new.len()];
        let mut kept = Vec::new();
        for (i, name) in names.old.iter().enumerate() {
            let partner = places.get(&**name).copied();
            if let Some(j) = partner {
                taken[j] = true;
                kept.push(j);
            }
            let place = self.schema.item(at, None);
            self.within(Step::Item(name.clone()), Some(&old[i]), partner.map(|j| &new[j]), place);
        }
        for (j, name) in names.new.iter().enumerate().filter(|(j, _)| !taken[*j]) {
            let place = self.schema.item(at, None);
            self.within(Step::Item(name.clone()), None, Some(&new[j]), place);
        }
        if names.has_order && !kept.is_sorted() {
            let old = kept.iter().map(|j| names.new[*j].clone()).collect();
            kept.sort_unstable();
            let new = kept.iter().map(|j| names.new[*j].clone()).collect();
            self.push(Delta::Reordered { old, new }, false);
        }
    }

    /// Compares lists in which order does not count.
    fn bags(&mut self, old: &[Node<'_>], new: &[Node<'_>], at: Place) {
        let place = self.schema.item(at, None);
        let mut counts: HashMap<Digest, Vec<usize>> = HashMap::new();
        for (j, item) in new.iter().enumerate().rev() {
            counts.entry(self.digest(item, place)).or_default().push(j);
        }
        let mut taken = vec![false; new.len()];
        let mut left = Vec::new();
        for (i, item) in old.iter().enumerate() {
            match counts.get_mut(&self.digest(item, place)).and_then(Vec::pop) {
                Some(j) => taken[j] = true,
                None => left.push(i),
            }
        }
        let come: Vec<usize> = (0..new.len()).filter(|j| !taken[*j]).collect();
        self.pairs(old, new, &left, &come, at);
    }

    /// Compares lists in which order counts.
    fn sequences(&mut self, old: &[Node<'_>], new: &[Node<'_>], at: Place) {
        if old.len() == 1 && new.len() == 1 {
            let place = self.item_place(at, old, new, 0, 0);
            self.within(Step::Index(0), old.first(), new.first(), place);
            return;
        }
        let place = self.schema.item(at, None);
        let a: Vec<Digest> = old.iter().map(|item| self.digest(item, place)).collect();
        let b: Vec<Digest> = new.iter().map(|item| self.digest(item, place)).collect();
        if a == b {
            return;
        }
        if a.len() == b.len() && is_permutation(&a, &b) {
            let name = |(n, item): (usize, &Node<'_>), list: &[Node<'_>]| {
                let place = self.schema.item(at, n.checked_sub(1).and_then(|n| list.get(n)));
                name_of(&shown(self.schema, place, item, &mut |_| MASK.to_owned()))
            };
            let delta = Delta::Reordered {
                old: old.iter().enumerate().map(|item| name(item, old)).collect(),
                new: new.iter().enumerate().map(|item| name(item, new)).collect(),
            };
            self.push(delta, false);
            return;
        }
        for Stretch { old: gone, new: come, is_same } in align(&a, &b) {
            if !is_same {
                let (gone, come): (Vec<usize>, Vec<usize>) = (gone.collect(), come.collect());
                self.pairs(old, new, &gone, &come, at);
            }
        }
    }

    /// Compares items without partners: those that are most alike with each other, if they are not too many.
    fn pairs(
        &mut self,
        old: &[Node<'_>],
        new: &[Node<'_>],
        gone: &[usize],
        come: &[usize],
        at: Place,
    ) {
        let place = self.schema.item(at, None);
        let mut partners: HashMap<usize, usize> = HashMap::new();
        let are_maps =
            |list: &[Node<'_>], of: &[usize]| of.iter().all(|n| !list[*n].entries().is_empty());
        let is_few = gone.len() <= MAX_PAIRED && come.len() <= MAX_PAIRED;
        if gone.len().max(come.len()) > 1 && is_few && are_maps(old, gone) && are_maps(new, come) {
            let mut scores = Vec::new();
            for i in gone {
                for j in come {
                    scores.push((self.likeness(&old[*i], &new[*j], place), *i, *j));
                }
            }
            // The most alike first; of equals, those that stand first.
            scores.sort_by_key(|(score, i, j)| (Reverse(*score), *i, *j));
            let mut taken = Vec::new();
            for (score, i, j) in scores {
                if score > 0 && !partners.contains_key(&i) && !taken.contains(&j) {
                    partners.insert(i, j);
                    taken.push(j);
                }
            }
        } else {
            partners.extend(gone.iter().copied().zip(come.iter().copied()));
        }
        let taken: HashSet<usize> = gone.iter().filter_map(|i| partners.get(i).copied()).collect();
        for i in gone {
            let partner = partners.get(i).copied();
            let place = self.item_place(at, old, new, *i, partner.unwrap_or(usize::MAX));
            let index = Step::Index(partner.unwrap_or(*i));
            self.within(index, old.get(*i), partner.and_then(|j| new.get(j)), place);
        }
        for j in come.iter().filter(|j| !taken.contains(j)) {
            let place = self.item_place(at, old, new, usize::MAX, *j);
            self.within(Step::Index(*j), None, new.get(*j), place);
        }
    }

    /// Gives the place of two items: a secret if one of them is.
    fn item_place(
        &self,
        at: Place,
        old: &[Node<'_>],
        new: &[Node<'_>],
        i: usize,
        j: usize,
    ) -> Place {
        let before =
            |list, n: usize| -> Option<&Node<'_>> { <[Node<'_>]>::get(list, n.checked_sub(1)?) };
        let place = self.schema.item(at, before(old, i));
        match old.get(i) {
            Some(item) if place.is_secret(item) => place,
            _ => self.schema.item(at, before(new, j)),
        }
    }

    /// Tells how much two maps have in common.
    fn likeness(&mut self, old: &Node<'_>, new: &Node<'_>, at: Place) -> usize {
        let in_new = Entries::of(new);
        let mut score = 0;
        for entry in old.entries() {
            let Some(value) = in_new.get(&entry.key) else { continue };
            let place = self.schema.entry(at, old, &entry.key);
            let is_same = self.digest(&entry.value, place) == self.digest(value, place);
            score += if is_same { 4 } else { 1 };
        }
        score
    }

    /// Gives what tells a value from others of its place.
    fn digest(&mut self, node: &Node<'_>, at: Place) -> Digest {
        let address = std::ptr::from_ref(node).cast::<()>();
        if let Some(known) = self.digests.get(&address) {
            return *known;
        }
        let mut hashers = (DefaultHasher::new(), DefaultHasher::new());
        hashers.1.write_u8(1);
        let mut write = |part: &dyn Fn(&mut DefaultHasher)| {
            part(&mut hashers.0);
            part(&mut hashers.1);
        };
        match &node.content {
            Content::Null => write(&|hasher| hasher.write_u8(0)),
            Content::Bool(value) => write(&|hasher| (1_u8, value).hash(hasher)),
            scalar @ (Content::Int(_) | Content::String(_))
                if quantity_of(scalar, at.shape).is_some() =>
            {
                let quantity = quantity_of(scalar, at.shape);
                write(&|hasher| (2_u8, quantity).hash(hasher));
            }
            Content::Int(value) => write(&|hasher| (3_u8, value).hash(hasher)),
            Content::Float(value) => write(&|hasher| (4_u8, value.to_bits()).hash(hasher)),
            Content::String(text) => write(&|hasher| (5_u8, text).hash(hasher)),
            Content::List(items) => {
                let place = self.schema.item(at, None);
                let mut digests: Vec<Digest> =
                    items.iter().map(|item| with_room(|| self.digest(item, place))).collect();
                let is_free = matches!(at.merge, Merge::By(_)) || at.is_orderless;
                if is_free && !at.is_in_template {
                    digests.sort_unstable();
                }
                write(&|hasher| (6_u8, &digests).hash(hasher));
            }
            Content::Map(entries) => {
                let mut digests = Vec::with_capacity(entries.len());
                for entry in entries {
                    let place = self.schema.entry(at, node, &entry.key);
                    if let Some(value) = present(Some(&entry.value), place) {
                        digests.push((&entry.key, with_room(|| self.digest(value, place))));
                    }
                }
                digests.sort_unstable();
                write(&|hasher| (7_u8, &digests).hash(hasher));
            }
        }
        let digest = (hashers.0.finish(), hashers.1.finish());
        self.digests.insert(address, digest);
        digest
    }
}

/// Leaves out what a server does not tell from a field that is not there.
fn present<'a, 'n>(node: Option<&'a Node<'n>>, at: Place) -> Option<&'a Node<'n>> {
    node.filter(|node| match (&node.content, at.shape) {
        (_, Shape::Any) => true,
        (Content::Null, _) => false,
        (Content::List(items), Shape::List(_)) => !items.is_empty(),
        (Content::Map(entries), Shape::Map(_)) => !entries.is_empty(),
        _ => true,
    })
}

fn is_same_scalar(old: &Content<'_>, new: &Content<'_>, shape: Shape) -> bool {
    old == new
        || matches!((quantity_of(old, shape), quantity_of(new, shape)), (Some(old), Some(new)) if old == new)
}

fn quantity_of(scalar: &Content<'_>, shape: Shape) -> Option<quantity::Quantity> {
    match scalar {
        _ if shape != Shape::Quantity => None,
        Content::Int(value) => Some(quantity::Quantity::whole(*value)),
        Content::Float(value) => quantity::parse(&value.to_string()).ok(),
        Content::String(text) => quantity::parse(text).ok(),
        _ => None,
    }
}

fn is_permutation(a: &[Digest], b: &[Digest]) -> bool {
    let sorted = |digests: &[Digest]| {
        let mut digests = digests.to_vec();
        digests.sort_unstable();
        digests
    };
    sorted(a) == sorted(b)
}

/// The longest name of an item that has none of its own, in bytes.
const MAX_NAME: usize = 60;

/// Gives a short text that tells an item from others.
fn name_of(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.to_string(),
        Value::Map(map) if map.get("name").and_then(Value::as_str).is_some() => {
            map.get("name").and_then(Value::as_str).unwrap_or_default().to_owned()
        }
        other => {
            pintle_yaml::json::to_string(other, pintle_yaml::json::Layout::Raw).unwrap_or_default()
        }
    };
    let cut = text.floor_char_boundary(MAX_NAME);
    if cut < text.len() { format!("{}…", &text[..cut]) } else { text }
}

/// The entries of a map, to be found by key.
enum Entries<'a, 'n> {
    Few(&'a Node<'n>),
    Many(HashMap<&'a str, &'a Node<'n>>),
}

impl<'a, 'n> Entries<'a, 'n> {
    fn of(map: &'a Node<'n>) -> Self {
        if map.entries().len() <= FEW_ENTRIES {
            return Self::Few(map);
        }
        Self::Many(map.entries().iter().map(|entry| (entry.key.as_ref(), &entry.value)).collect())
    }

    fn get(&self, key: &str) -> Option<&'a Node<'n>> {
        match self {
            Self::Few(map) => map.get(key),
            Self::Many(map) => map.get(key).copied(),
        }
    }
}

/// What items of two lists are told apart by.
struct Names {
    old: Vec<String>,
    new: Vec<String>,
    has_order: bool,
}

impl Names {
    /// Finds names that each item has, and no two of one list.
    fn of(old: &[Node<'_>], new: &[Node<'_>], at: Place) -> Option<Self> {
        let has_order = match (at.merge, at.shape) {
            (Merge::By(_), _) => at.is_in_template,
            (Merge::Atomic, Shape::Any) => !at.is_orderless,
            _ => return None,
        };
        let keys = if let Merge::By(keys) = at.merge { keys } else { "name" };
        let names = |list: &[Node<'_>]| -> Option<Vec<String>> {
            let names: Vec<String> =
                list.iter().map(|item| name(item, keys)).collect::<Option<_>>()?;
            let mut sorted: Vec<&String> = names.iter().collect();
            sorted.sort_unstable();
            sorted.windows(2).all(|pair| pair[0] != pair[1]).then_some(names)
        };
        Some(Self { old: names(old)?, new: names(new)?, has_order })
    }
}

/// Gives the name of an item: its values of the keys.
fn name(item: &Node<'_>, keys: &str) -> Option<String> {
    let mut name = String::new();
    for (n, key) in keys.split(',').enumerate() {
        if n > 0 {
            name.push('/');
        }
        match item.get(key).map(|value| &value.content) {
            Some(Content::String(text)) => name.push_str(text),
            Some(Content::Int(value)) => name.push_str(&value.to_string()),
            // A server sets this key before it tells items apart by it.
            None | Some(Content::Null) if key == "protocol" => name.push_str("TCP"),
            _ => return None,
        }
    }
    Some(name)
}
