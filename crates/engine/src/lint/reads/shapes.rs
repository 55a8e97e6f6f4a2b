//! What is known of the values in templates: each is a number, equal ones have one.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::places::PlaceId;

/// How many things one value may be before nothing is known of it.
const MAX_ALTERNATIVES: usize = 16;

/// How deep maps and lists may nest before nothing is known of them.
const MAX_DEPTH: u32 = 24;

/// The number of a [`Shape`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct ShapeId(u32);

/// What is known of a value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Shape {
    /// nothing, and it is not of the values
    Opaque,
    /// a text
    Text(Arc<str>),
    /// a text that begins and ends like this
    Like(Arc<str>, Arc<str>),
    /// the built-in objects of a chart: a template's dot
    Objects(usize),
    /// `.Subcharts` of a chart
    Subcharts(usize),
    /// `.Template` in a chart
    Template(usize),
    /// `.Chart` of a chart
    About(usize),
    /// what the values have at a place
    Value(PlaceId),
    /// a map made by a template
    Dict(Arc<BTreeMap<Arc<str>, ShapeId>>),
    /// a list made by a template, of such items
    List(ShapeId),
    /// one of these
    Any(Arc<[ShapeId]>),
}

/// All shapes there are.
#[derive(Debug)]
pub(super) struct Shapes {
    shapes: Vec<(Shape, u32)>,
    numbers: HashMap<Shape, ShapeId>,
}

impl Shapes {
    /// The number of [`Shape::Opaque`].
    pub(super) const OPAQUE: ShapeId = ShapeId(0);

    pub(super) fn new() -> Self {
        let mut shapes = Self { shapes: Vec::new(), numbers: HashMap::new() };
        shapes.add(Shape::Opaque);
        shapes
    }

    pub(super) fn get(&self, id: ShapeId) -> &Shape {
        &self.shapes[id.0 as usize].0
    }

    fn depth(&self, id: ShapeId) -> u32 {
        self.shapes[id.0 as usize].1
    }

    /// Gives the number of a shape; one that nests too deep becomes opaque.
    pub(super) fn add(&mut self, shape: Shape) -> ShapeId {
        if let Some(id) = self.numbers.get(&shape) {
            return *id;
        }
        let inner = match &shape {
            Shape::Dict(entries) => entries.values().map(|id| self.depth(*id) + 1).max(),
            Shape::List(item) => Some(self.depth(*item) + 1),
            Shape::Any(ids) => ids.iter().map(|id| self.depth(*id)).max(),
            _ => None,
        };
        let depth = inner.unwrap_or_default();
        if depth > MAX_DEPTH {
            return Self::OPAQUE;
        }
        let id = ShapeId(u32::try_from(self.shapes.len()).expect("there are not as many"));
        self.shapes.push((shape.clone(), depth));
        self.numbers.insert(shape, id);
        id
    }

    /// Gives the shape of what is one of several; nothing if they are too many.
    pub(super) fn any(&mut self, ids: impl IntoIterator<Item = ShapeId>) -> Option<ShapeId> {
        let mut all = Vec::new();
        for id in ids {
            match self.get(id) {
                Shape::Opaque => {}
                Shape::Any(inner) => all.extend_from_slice(inner),
                _ => all.push(id),
            }
        }
        all.sort_unstable();
        all.dedup();
        match all[..] {
            [] => Some(Self::OPAQUE),
            [only] => Some(only),
            _ if all.len() > MAX_ALTERNATIVES => None,
            _ => Some(self.add(Shape::Any(all.into()))),
        }
    }

    /// Gives what a value may be, one by one.
    pub(super) fn alternatives(&self, id: ShapeId) -> Vec<ShapeId> {
        match self.get(id) {
            Shape::Any(ids) => ids.to_vec(),
            _ => vec![id],
        }
    }

    /// Gives a text.
    pub(super) fn text(&mut self, text: &str) -> ShapeId {
        self.add(Shape::Text(text.into()))
    }
}
