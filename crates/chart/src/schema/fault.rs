//! What is wrong with values, as a tree, and how Helm's library prints it.
//!
//! Go walks maps in no order, so the library prints siblings in none; here they are sorted by the
//! place in the values that they are about.
//!
//! Source: `output.go` and `kind/kind.go` of santhosh-tekuri/jsonschema v6.

use std::cmp::Ordering;
use std::fmt::Write as _;

use super::compile::SchemaId;
use super::doc::escape;
use crate::go::url::Url;
use crate::quote::Quoted;
pub(super) use crate::value_path::{Step, ValuePath};

/// The most text that faults are printed with, in bytes; Helm has no limit.
const MAX_TEXT: usize = 16 << 20;

/// A place in a value, among those that faults are about.
pub(super) type PlaceId = usize;

/// The places that faults are about. Each knows the one around it, so that deep ones cost little.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// the place around, how deep this one is, and the step from there; the root is not in the list
    steps: Vec<(PlaceId, usize, Step)>,
    /// the steps to where checking is, with the place if a fault was about it
    current: Vec<(Step, Option<PlaceId>)>,
}

impl Places {
    const ROOT: PlaceId = 0;

    pub(super) fn enter(&mut self, step: Step) {
        self.current.push((step, None));
    }

    pub(super) fn leave(&mut self) {
        self.current.pop();
    }

    /// Goes to the root. What is given back leads here again.
    pub(super) fn leave_all(&mut self) -> Vec<(Step, Option<PlaceId>)> {
        std::mem::take(&mut self.current)
    }

    pub(super) fn back(&mut self, steps: Vec<(Step, Option<PlaceId>)>) {
        self.current = steps;
    }

    /// Gives the place where checking is.
    pub(super) fn here(&mut self) -> PlaceId {
        let known = self.current.iter().rposition(|(_, place)| place.is_some());
        let mut place = known.and_then(|n| self.current[n].1).unwrap_or(Self::ROOT);
        let start = known.map_or(0, |n| n + 1);
        for (depth, (step, id)) in self.current.iter_mut().enumerate().skip(start) {
            self.steps.push((place, depth + 1, step.clone()));
            place = self.steps.len();
            *id = Some(place);
        }
        place
    }

    fn around(&self, place: PlaceId) -> Option<&(PlaceId, usize, Step)> {
        self.steps.get(place.checked_sub(1)?)
    }

    fn compare(&self, a: PlaceId, b: PlaceId) -> Ordering {
        let depth = |place| self.around(place).map_or(0, |(_, depth, _)| *depth);
        let (mut a, mut b) = (a, b);
        // A place comes before those within it.
        let mut order = depth(a).cmp(&depth(b));
        while a != b {
            let (a_depth, b_depth) = (depth(a), depth(b));
            let (a_around, b_around) = (self.around(a), self.around(b));
            if let (Some((_, _, a_step)), Some((_, _, b_step))) = (a_around, b_around)
                && a_depth == b_depth
                && a_step != b_step
            {
                order = a_step.cmp(b_step);
            }
            if a_depth >= b_depth {
                a = a_around.map_or(Self::ROOT, |around| around.0);
            }
            if b_depth >= a_depth {
                b = b_around.map_or(Self::ROOT, |around| around.0);
            }
        }
        order
    }

    /// Gives the path to a place.
    pub(super) fn path(&self, place: PlaceId) -> ValuePath {
        let mut steps = Vec::new();
        let mut place = place;
        while let Some((around, _, step)) = self.around(place) {
            steps.push(step.clone());
            place = *around;
        }
        steps.reverse();
        ValuePath(steps)
    }

    fn pointer(&self, place: PlaceId) -> String {
        let mut tokens = Vec::new();
        let mut place = place;
        while let Some((around, _, step)) = self.around(place) {
            tokens.push(match step {
                Step::Index(index) => index.to_string(),
                Step::Key(key) => escape(key),
            });
            place = *around;
        }
        tokens.iter().rev().fold(String::new(), |pointer, token| pointer + "/" + token)
    }
}

/// Something wrong at one place.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) place: PlaceId,
    pub(super) kind: Kind,
    /// the keyword that is not met, and the schema it is of
    pub(super) rule: (&'static str, SchemaId),
    pub(super) causes: Vec<Fault>,
}

/// What a fault is to those around it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Several faults of one schema; those around take the causes instead where they can.
    Group,
    /// Not shown around a single cause.
    Reference,
    /// Shown.
    Text(String),
}

impl Fault {
    /// Gives the causes of a group, or else the fault itself.
    pub(super) fn ungrouped(self) -> Vec<Self> {
        if self.kind == Kind::Group { self.causes } else { vec![self] }
    }
}

/// Writes faults as a list, `level` levels deep, each line behind a line feed.
pub(super) fn write(out: &mut String, faults: &mut [Fault], places: &Places, level: usize) {
    faults.sort_by(|a, b| places.compare(a.place, b.place));
    for fault in faults {
        if out.len() > MAX_TEXT {
            return;
        }
        let mut inner_level = level + 1;
        if fault.kind == Kind::Reference && fault.causes.len() == 1 {
            inner_level = level;
        } else {
            let text = match &fault.kind {
                Kind::Group | Kind::Reference => "validation failed",
                Kind::Text(text) => text,
            };
            let pointer = places.pointer(fault.place);
            write!(out, "\n{:indent$}- at {}: {text}", "", quote(&pointer), indent = 2 * level)
                .expect("a string takes everything");
        }
        crate::stack::with_room(|| write(out, &mut fault.causes, places, inner_level));
    }
}

/// Gives the URL of a schema.
pub(super) fn schema_location(url: &str, pointer: &str) -> String {
    format!("{url}#{}", Url::escape_segments(pointer))
}

/// Puts text in single quotes as the library does: Go's double quotes, turned round.
pub(super) fn quote(text: &str) -> String {
    let quoted = Quoted(text).to_string();
    let inner = quoted[1..quoted.len() - 1].replace("\\\"", "\"").replace('\'', "\\'");
    format!("'{inner}'")
}

/// Quotes each text and puts commas between.
pub(super) fn quote_all<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    texts.into_iter().map(quote).collect::<Vec<_>>().join(", ")
}
