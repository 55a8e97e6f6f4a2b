//! Places in values that templates look at: a tree of keys, from the values of the outermost chart down.
//!
//! The values of a chart below stand under its name, and `global` is one place for all charts.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// How many places there may be before the reads of a chart count as unknown.
const MAX_PLACES: usize = 200_000;

/// How deep a place may be; what is deeper counts as read whole at this depth.
const MAX_DEPTH: usize = 64;

/// How many places one value may be read at before it counts as read whole.
const MAX_SPOTS: usize = 64;

/// The number of a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct PlaceId(u32);

/// One step down.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Step {
    /// to a key
    Key(Arc<str>),
    /// to any entry of a map, or any item of a list
    Each,
}

#[derive(Debug, Default)]
struct Place {
    /// the place around, and the step from there; none for the outermost
    outer: Option<(PlaceId, Step)>,
    depth: usize,
    inner: HashMap<Step, PlaceId>,
    /// set where the values of a chart are: the names other than its own of the charts below
    aliases: Option<HashMap<Arc<str>, Arc<str>>>,
    is_whole: bool,
    is_printed: bool,
    is_open: bool,
}

/// The places that are known so far.
#[derive(Debug)]
pub(crate) struct Places {
    places: Vec<Place>,
    /// whether there were too many
    pub(crate) is_full: bool,
}

impl Places {
    /// The values of the outermost chart.
    pub(crate) const ROOT: PlaceId = PlaceId(0);

    pub(super) fn new() -> Self {
        Self { places: vec![Place::default()], is_full: false }
    }

    fn get(&self, id: PlaceId) -> &Place {
        &self.places[id.0 as usize]
    }

    fn get_mut(&mut self, id: PlaceId) -> &mut Place {
        &mut self.places[id.0 as usize]
    }

    /// Says that a chart's values are here; `aliases` lead to the names of charts below.
    pub(super) fn set_chart(&mut self, id: PlaceId, aliases: HashMap<Arc<str>, Arc<str>>) {
        self.get_mut(id).aliases = Some(aliases);
    }

    /// Tells whether a chart's values are here.
    pub(crate) fn is_chart(&self, id: PlaceId) -> bool {
        self.get(id).aliases.is_some()
    }

    /// Goes one step down, and notes that somebody did.
    pub(super) fn step(&mut self, id: PlaceId, step: Step) -> PlaceId {
        let (id, step) = self.resolve(id, step);
        if let Some(inner) = self.get(id).inner.get(&step) {
            return *inner;
        }
        let depth = self.get(id).depth + 1;
        if depth > MAX_DEPTH || self.places.len() >= MAX_PLACES {
            self.is_full |= self.places.len() >= MAX_PLACES;
            self.get_mut(id).is_whole = true;
            return id;
        }
        let inner = PlaceId(u32::try_from(self.places.len()).expect("there are not as many"));
        let outer = Some((id, step.clone()));
        self.places.push(Place { outer, depth, ..Place::default() });
        self.get_mut(id).inner.insert(step, inner);
        inner
    }

    /// Goes down to a key.
    pub(super) fn key(&mut self, id: PlaceId, key: &str) -> PlaceId {
        self.step(id, Step::Key(key.into()))
    }

    /// Finds the one place for what has several names.
    fn resolve(&self, id: PlaceId, step: Step) -> (PlaceId, Step) {
        let (Some(aliases), Step::Key(key)) = (&self.get(id).aliases, &step) else {
            return (id, step);
        };
        if &**key == "global" {
            return (Self::ROOT, step);
        }
        match aliases.get(key) {
            Some(name) => (id, Step::Key(Arc::clone(name))),
            None => (id, step),
        }
    }

    /// Notes that everything here is read.
    pub(super) fn set_whole(&mut self, id: PlaceId) {
        self.get_mut(id).is_whole = true;
    }

    /// Notes that what is here is printed as Go prints it.
    pub(super) fn set_printed(&mut self, id: PlaceId) {
        self.get_mut(id).is_printed = true;
    }

    /// Notes that keys may come here which no file names.
    pub(super) fn set_open(&mut self, id: PlaceId) {
        self.get_mut(id).is_open = true;
    }

    /// Tells whether keys may come here which no file names.
    pub(crate) fn is_open(&self, id: PlaceId) -> bool {
        self.get(id).is_open
    }

    /// Gives the steps from the outermost place, and where each leads.
    pub(crate) fn path(&self, id: PlaceId) -> Vec<(&Step, PlaceId)> {
        let mut path = Vec::new();
        let mut at = id;
        while let Some((outer, step)) = &self.get(at).outer {
            path.push((step, at));
            at = *outer;
        }
        path.reverse();
        path
    }
}

/// Several places that one value of a file may be read at: under its key, and as any entry.
#[derive(Debug, Clone)]
pub(crate) struct Spots<'p> {
    places: &'p Places,
    ids: Vec<PlaceId>,
    /// whether there are too many
    is_vague: bool,
}

impl<'p> Spots<'p> {
    /// Begins at the values of the outermost chart.
    pub(crate) fn root(places: &'p Places) -> Self {
        Self { places, ids: vec![Places::ROOT], is_vague: false }
    }

    /// Goes down to a key.
    pub(crate) fn key(&self, key: &str) -> Self {
        self.step(&Step::Key(key.into()))
    }

    /// Goes down to the items of a list.
    pub(crate) fn item(&self) -> Self {
        self.step(&Step::Each)
    }

    fn step(&self, step: &Step) -> Self {
        let mut ids = Vec::new();
        for id in &self.ids {
            let (id, step) = self.places.resolve(*id, step.clone());
            let inner = &self.places.get(id).inner;
            ids.extend(inner.get(&step));
            if step != Step::Each {
                ids.extend(inner.get(&Step::Each));
            }
        }
        ids.sort_unstable();
        ids.dedup();
        let is_vague = self.is_vague || ids.len() > MAX_SPOTS;
        ids.truncate(MAX_SPOTS);
        Self { places: self.places, ids, is_vague }
    }

    /// Tells whether no template looks here.
    pub(crate) fn is_unread(&self) -> bool {
        self.ids.is_empty() && !self.is_vague
    }

    /// Tells whether all within is read, as far as can be told: what is looked at and not into may be used anyhow.
    pub(crate) fn is_whole(&self) -> bool {
        self.is_vague
            || self.ids.iter().any(|id| {
                let place = self.places.get(*id);
                place.is_whole || (place.inner.is_empty() && place.aliases.is_none())
            })
    }

    /// Tells whether a template hands all within on, so that keys without a value are seen.
    pub(crate) fn is_handed_on(&self) -> bool {
        self.ids.iter().any(|id| self.places.get(*id).is_whole)
    }

    /// Gives the keys that are read here one by one; nothing if any may be read, or none is.
    pub(crate) fn names(&self) -> Option<BTreeSet<&'p str>> {
        if self.is_unread() || self.is_whole() {
            return None;
        }
        let steps = self.ids.iter().flat_map(|id| self.places.get(*id).inner.keys());
        let is_open = self.ids.iter().any(|id| self.places.is_open(*id));
        let names = steps.map(|step| match step {
            Step::Key(key) if !is_open => Some(&**key),
            Step::Key(_) | Step::Each => None,
        });
        names.collect()
    }

    /// Tells whether what is here is printed as Go prints it.
    pub(crate) fn is_printed(&self) -> bool {
        self.ids.iter().any(|id| self.places.get(*id).is_printed)
    }
}
