//! The walk through templates: what each pipeline may give, and so which places in values are read.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use pintle_chart::with_room;
use pintle_gotmpl::TemplateSet;
use pintle_gotmpl::syntax::{Control, Names, Node, Syntax};

use super::places::{PlaceId, Places, Step};
use super::shapes::{Shape, ShapeId, Shapes};
use super::{ChartPart, Site};

/// How many nodes of templates are walked, each as often as it is reached, before reads count as unknown.
const MAX_STEPS: usize = 2_000_000;

/// How deep nodes and includes may nest before reads count as unknown.
const MAX_DEPTH: usize = 2_000;

/// How often the body of a loop is walked, at most, until its variables stay what they are.
const MAX_ROUNDS: usize = 3;

/// How many places may be read at one site before nothing is sure about it.
const MAX_PLACES: usize = 64;

/// How many bytes of a text, and how many variables that are passed over, count as a step.
const BYTES_A_STEP: usize = 64;
const VARIABLES_A_STEP: usize = 16;

/// What a value is used for, after which nothing is known of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Use {
    /// anything
    Any,
    /// printed as Go prints it
    Printed,
    /// put where it may be found again, which what is not in the values always is
    Kept,
}

/// What is found out, for all templates together.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) places: Places,
    pub(super) shapes: Shapes,
    /// where values are read, by the name of the text and the offset in it
    pub(super) sites: HashMap<(Arc<str>, usize), Site>,
    /// names that templates give to what they add to maps, and what they add
    pub(super) put: BTreeMap<Arc<str>, ShapeId>,
    /// texts that are templates, with their dots
    pub(super) texts: Vec<(Arc<str>, ShapeId)>,
    /// whether other texts are templates
    pub(super) has_other_texts: bool,
    /// whether these are among the texts
    pub(super) has_gathered: bool,
    /// whether it was too much
    pub(super) is_lost: bool,
    calls: HashSet<(Arc<str>, ShapeId, bool)>,
    used: HashSet<(ShapeId, Use)>,
    n_steps: usize,
    depth: usize,
}

impl Found {
    pub(super) fn new() -> Self {
        Self {
            places: Places::new(),
            shapes: Shapes::new(),
            sites: HashMap::new(),
            put: BTreeMap::new(),
            texts: Vec::new(),
            has_other_texts: false,
            has_gathered: false,
            is_lost: false,
            calls: HashSet::new(),
            used: HashSet::new(),
            n_steps: 0,
            depth: 0,
        }
    }

    /// Counts work as steps.
    pub(super) fn charge(&mut self, n_steps: usize) {
        self.n_steps += n_steps;
        self.is_lost |= self.n_steps > MAX_STEPS;
    }

    /// Forgets which templates were walked, so that what was found in the meantime is seen by all.
    pub(super) fn again(&mut self) {
        self.calls.clear();
    }
}

/// A walk through the templates of one set.
pub(super) struct Walk<'s, 'f> {
    pub(super) set: &'s TemplateSet,
    pub(super) charts: &'f [ChartPart],
    pub(super) found: &'f mut Found,
    /// whether what is read is surely read of what it seems to be
    pub(super) is_sure: bool,
}

/// The dot and the variables of a template that is walked.
#[derive(Debug)]
pub(super) struct Frame {
    dot: ShapeId,
    variables: Vec<(String, ShapeId)>,
}

impl<'s> Walk<'s, '_> {
    /// Walks a template, unless it was walked with such a dot.
    pub(super) fn template(&mut self, name: &str, dot: ShapeId) {
        self.found.charge(name.len() / BYTES_A_STEP);
        if self.found.is_lost || !self.found.calls.insert((name.into(), dot, self.is_sure)) {
            return;
        }
        let Some(root) = self.set.syntax(name) else { return };
        let mut frame = Frame { dot, variables: vec![("$".to_owned(), dot)] };
        self.list(root, &mut frame);
    }

    /// Counts a step down, and takes it if there is room.
    fn deeper(&mut self, step: impl FnOnce(&mut Self)) {
        let found = &mut *self.found;
        found.charge(1);
        found.is_lost |= found.depth > MAX_DEPTH;
        if found.is_lost {
            return;
        }
        found.depth += 1;
        with_room(|| step(self));
        self.found.depth -= 1;
    }

    fn list(&mut self, node: Node<'s>, frame: &mut Frame) {
        self.deeper(|walk| {
            let Syntax::List(nodes) = node.kind() else { return };
            for node in nodes {
                walk.node(node, frame);
            }
        });
    }

    /// Walks what a control holds, in a scope of its own.
    fn body(&mut self, node: Node<'s>, dot: ShapeId, frame: &mut Frame) {
        let n_variables = frame.variables.len();
        let outer = std::mem::replace(&mut frame.dot, dot);
        self.list(node, frame);
        frame.dot = outer;
        frame.variables.truncate(n_variables);
    }

    fn node(&mut self, node: Node<'s>, frame: &mut Frame) {
        self.found.charge(1);
        match node.kind() {
            Syntax::Action(pipe) => {
                let value = self.pipe(pipe, frame);
                if !declares(pipe) {
                    self.consume(value, Use::Printed);
                }
            }
            Syntax::If(control) => {
                let n_variables = frame.variables.len();
                let was_sure = self.is_sure;
                // What is only looked at to refuse it need not be known.
                self.is_sure &= !refuses(control.body);
                self.pipe(control.pipe, frame);
                self.is_sure = was_sure;
                self.body(control.body, frame.dot, frame);
                self.otherwise(control, frame);
                frame.variables.truncate(n_variables);
            }
            Syntax::With(control) => {
                let n_variables = frame.variables.len();
                let was_sure = self.is_sure;
                self.is_sure &= !refuses(control.body);
                let dot = self.pipe(control.pipe, frame);
                self.is_sure = was_sure;
                self.body(control.body, dot, frame);
                self.otherwise(control, frame);
                frame.variables.truncate(n_variables);
            }
            Syntax::Range(control) => self.range(control, frame),
            Syntax::Template { name, pipe } => {
                let dot = pipe.map_or(Shapes::OPAQUE, |pipe| self.pipe(pipe, frame));
                self.deeper(|walk| walk.template(name, dot));
            }
            _ => {}
        }
    }

    fn otherwise(&mut self, control: Control<'s>, frame: &mut Frame) {
        if let Some(list) = control.otherwise {
            self.body(list, frame.dot, frame);
        }
    }

    fn range(&mut self, control: Control<'s>, frame: &mut Frame) {
        let n_variables = frame.variables.len();
        let Syntax::Pipe { declared, commands, .. } = control.pipe.kind() else { return };
        let value = self.commands(commands.collect(), frame);
        let (key, item) = (self.key_of(value), self.item_of(value));
        let declared: Vec<&str> = declared.collect();
        for _ in 0..MAX_ROUNDS {
            self.found.charge(frame.variables.len());
            if self.found.is_lost {
                return;
            }
            let before = frame.variables.clone();
            match declared[..] {
                [only] => frame.variables.push((only.to_owned(), item)),
                [first, second] => {
                    frame.variables.push((first.to_owned(), key));
                    frame.variables.push((second.to_owned(), item));
                }
                _ => {}
            }
            self.body(control.body, item, frame);
            frame.variables.truncate(n_variables);
            if frame.variables == before {
                break;
            }
        }
        self.otherwise(control, frame);
    }

    /// Gives what a pipeline gives, and sets its variables.
    fn pipe(&mut self, pipe: Node<'s>, frame: &mut Frame) -> ShapeId {
        let Syntax::Pipe { is_assign, declared, commands } = pipe.kind() else {
            return Shapes::OPAQUE;
        };
        let value = self.commands(commands.collect(), frame);
        for name in declared {
            if is_assign {
                self.assign(frame, name, value);
            } else {
                frame.variables.push((name.to_owned(), value));
            }
        }
        value
    }

    /// Finds a variable.
    fn variable(&mut self, frame: &Frame, name: &str) -> Option<usize> {
        let at = frame.variables.iter().rposition(|(known, _)| known == name)?;
        self.found.charge((frame.variables.len() - at) / VARIABLES_A_STEP);
        Some(at)
    }

    /// Adds to what a variable may be: what sets it may be passed over.
    fn assign(&mut self, frame: &mut Frame, name: &str, value: ShapeId) {
        let Some(at) = self.variable(frame, name) else { return };
        frame.variables[at].1 = self.either([frame.variables[at].1, value]);
    }

    fn commands(&mut self, commands: Vec<Node<'s>>, frame: &mut Frame) -> ShapeId {
        let mut value = None;
        self.deeper(|walk| {
            let was_sure = walk.is_sure;
            walk.is_sure &= !commands.iter().any(|command| calls(*command, "required"));
            for command in commands {
                value = Some(walk.command(command, value, frame));
            }
            walk.is_sure = was_sure;
        });
        value.unwrap_or(Shapes::OPAQUE)
    }

    fn command(&mut self, command: Node<'s>, piped: Option<ShapeId>, frame: &mut Frame) -> ShapeId {
        let Syntax::Command(operands) = command.kind() else { return Shapes::OPAQUE };
        let operands: Vec<Node<'s>> = operands.collect();
        let Some((first, rest)) = operands.split_first() else { return Shapes::OPAQUE };
        if let Syntax::Function(name) = first.kind() {
            let mut arguments: Vec<ShapeId> =
                rest.iter().map(|operand| self.operand(*operand, frame)).collect();
            arguments.extend(piped);
            let value = self.call(name, &arguments, first.parse_name(), first.offset());
            // What changes a map changes the one in the variable.
            if matches!(
                name,
                "set" | "merge" | "mergeOverwrite" | "mustMerge" | "mustMergeOverwrite"
            ) && let Some(changed) = rest.first()
            {
                match changed.kind() {
                    Syntax::Variable { name, fields } if fields.len() == 0 => {
                        self.assign(frame, name, value);
                    }
                    Syntax::Dot => frame.dot = self.either([frame.dot, value]),
                    _ => {}
                }
            }
            return value;
        }
        let value = self.operand(*first, frame);
        for operand in rest {
            let argument = self.operand(*operand, frame);
            self.consume(argument, Use::Any);
        }
        if let Some(piped) = piped {
            self.consume(piped, Use::Any);
        }
        value
    }

    fn operand(&mut self, node: Node<'s>, frame: &mut Frame) -> ShapeId {
        self.found.charge(1);
        match node.kind() {
            Syntax::Dot => frame.dot,
            Syntax::Field(fields) => self.fields(frame.dot, fields, node),
            Syntax::Variable { name, fields } => {
                let known = self.variable(frame, name);
                let value = known.map_or(Shapes::OPAQUE, |at| frame.variables[at].1);
                self.fields(value, fields, node)
            }
            Syntax::Chain { operand, fields } => {
                let value = self.operand(operand, frame);
                self.fields(value, fields, node)
            }
            Syntax::Pipe { .. } => self.pipe(node, frame),
            Syntax::Function(name) => self.call(name, &[], node.parse_name(), node.offset()),
            Syntax::String(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) => {
                    self.found.charge(text.len() / BYTES_A_STEP);
                    self.found.shapes.text(text)
                }
                Err(_) => Shapes::OPAQUE,
            },
            _ => Shapes::OPAQUE,
        }
    }

    fn fields(&mut self, value: ShapeId, fields: Names<'s>, node: Node<'s>) -> ShapeId {
        let fields: Vec<&str> = fields.collect();
        if fields.is_empty() {
            return value;
        }
        let value = fields.iter().fold(value, |value, name| self.field(value, name));
        self.read(value, node.parse_name(), node.offset());
        value
    }

    /// Notes what is read somewhere.
    pub(super) fn read(&mut self, value: ShapeId, text: &str, offset: usize) {
        let alternatives = self.found.shapes.alternatives(value);
        let places: Vec<PlaceId> = alternatives
            .iter()
            .filter_map(|id| match self.found.shapes.get(*id) {
                Shape::Value(place) => Some(*place),
                _ => None,
            })
            .collect();
        let is_sure = self.is_sure && places.len() == alternatives.len();
        if places.is_empty() && *self.found.shapes.get(value) == Shape::Opaque {
            // Elsewhere, in this loop or call, it may be of the values.
            return;
        }
        let site = self.found.sites.entry((text.into(), offset)).or_default();
        site.is_sure &= is_sure;
        for place in places {
            if site.places.len() == MAX_PLACES {
                site.is_sure = false;
            } else if !site.places.contains(&place) {
                site.places.push(place);
            }
        }
    }

    /// Gives what has one of these shapes.
    pub(super) fn either(&mut self, values: impl IntoIterator<Item = ShapeId>) -> ShapeId {
        let values: Vec<ShapeId> = values.into_iter().collect();
        if let Some(value) = self.found.shapes.any(values.iter().copied()) {
            return value;
        }
        for value in values {
            self.consume(value, Use::Any);
        }
        Shapes::OPAQUE
    }

    /// Does something for each thing a value may be.
    pub(super) fn each(
        &mut self,
        value: ShapeId,
        mut of: impl FnMut(&mut Self, ShapeId) -> ShapeId,
    ) -> ShapeId {
        let alternatives = self.found.shapes.alternatives(value);
        let values: Vec<ShapeId> = alternatives.into_iter().map(|id| of(self, id)).collect();
        self.either(values)
    }

    /// Gives a field of a value.
    pub(super) fn field(&mut self, value: ShapeId, name: &str) -> ShapeId {
        let put = self.found.put.get(name).copied();
        let own = self.each(value, |walk, value| walk.field_of_one(value, name));
        match put {
            Some(put) => self.either([own, put]),
            None => own,
        }
    }

    fn field_of_one(&mut self, value: ShapeId, name: &str) -> ShapeId {
        let found = &mut *self.found;
        let shape = match found.shapes.get(value) {
            Shape::Value(place) => {
                let place = *place;
                if name == "AsMap" && found.places.is_chart(place) {
                    return value;
                }
                Shape::Value(found.places.key(place, name))
            }
            Shape::Dict(entries) => return entries.get(name).copied().unwrap_or(Shapes::OPAQUE),
            Shape::Objects(chart) => {
                let chart = *chart;
                match name {
                    "Values" => Shape::Value(self.charts[chart].place),
                    "Subcharts" => Shape::Subcharts(chart),
                    "Template" => Shape::Template(chart),
                    "Chart" => Shape::About(chart),
                    _ => Shape::Opaque,
                }
            }
            Shape::Subcharts(chart) => {
                let below = self.charts[*chart].below.iter();
                let named = |below: &&usize| &*self.charts[**below].name == name;
                below.copied().find(|below| named(&below)).map_or(Shape::Opaque, Shape::Objects)
            }
            Shape::Template(chart) => {
                let base_path = &self.charts[*chart].base_path;
                match name {
                    "BasePath" => Shape::Text(Arc::clone(base_path)),
                    "Name" => Shape::Like(format!("{base_path}/").into(), "".into()),
                    _ => Shape::Opaque,
                }
            }
            Shape::About(chart) if name == "Name" => {
                Shape::Text(Arc::clone(&self.charts[*chart].name))
            }
            _ => Shape::Opaque,
        };
        self.found.shapes.add(shape)
    }

    /// Gives what is in a value under a key of which something may be known.
    pub(super) fn at_key(&mut self, value: ShapeId, key: ShapeId) -> ShapeId {
        let keys = self.found.shapes.alternatives(key);
        let names: Option<Vec<Arc<str>>> = keys
            .iter()
            .map(|key| match self.found.shapes.get(*key) {
                Shape::Text(name) => Some(Arc::clone(name)),
                _ => None,
            })
            .collect();
        let Some(names) = names else { return self.item_of(value) };
        let values: Vec<ShapeId> = names.iter().map(|name| self.field(value, name)).collect();
        self.either(values)
    }

    /// Gives what any entry of a value is.
    pub(super) fn item_of(&mut self, value: ShapeId) -> ShapeId {
        self.each(value, |walk, value| {
            let found = &mut *walk.found;
            match found.shapes.get(value).clone() {
                Shape::Value(place) => {
                    let place = found.places.step(place, Step::Each);
                    found.shapes.add(Shape::Value(place))
                }
                Shape::Dict(entries) => walk.either(entries.values().copied()),
                Shape::List(item) => item,
                Shape::Objects(_) => {
                    walk.consume(value, Use::Any);
                    Shapes::OPAQUE
                }
                Shape::Subcharts(chart) => {
                    let below = walk.charts[chart].below.clone();
                    let below: Vec<ShapeId> = below
                        .into_iter()
                        .map(|below| walk.found.shapes.add(Shape::Objects(below)))
                        .collect();
                    walk.either(below)
                }
                _ => Shapes::OPAQUE,
            }
        })
    }

    /// Gives what the keys of a value are.
    pub(super) fn key_of(&mut self, value: ShapeId) -> ShapeId {
        self.each(value, |walk, value| {
            let Shape::Dict(entries) = walk.found.shapes.get(value).clone() else {
                return Shapes::OPAQUE;
            };
            let names: Vec<ShapeId> =
                entries.keys().map(|name| walk.found.shapes.text(name)).collect();
            // A key of too many is any text, and keys are not of the values.
            walk.found.shapes.any(names).unwrap_or(Shapes::OPAQUE)
        })
    }

    /// Notes that a value is used, and how.
    pub(super) fn consume(&mut self, value: ShapeId, how: Use) {
        let mut open = vec![(value, how)];
        while let Some((value, how)) = open.pop() {
            if !self.found.used.insert((value, how)) {
                continue;
            }
            let places = &mut self.found.places;
            match self.found.shapes.get(value) {
                Shape::Value(place) if how == Use::Kept && places.is_chart(*place) => {}
                Shape::Value(place) => {
                    places.set_whole(*place);
                    if places.is_chart(*place) {
                        let global = places.key(*place, "global");
                        places.set_whole(global);
                    }
                    if how == Use::Printed {
                        places.set_printed(*place);
                    }
                }
                Shape::Objects(chart) if how != Use::Kept => {
                    let values = Shape::Value(self.charts[*chart].place);
                    open.push((self.found.shapes.add(values), Use::Any));
                }
                Shape::Dict(entries) => {
                    open.extend(entries.values().map(|value| (*value, how)));
                }
                Shape::List(item) => open.push((*item, how)),
                Shape::Any(ids) => open.extend(ids.iter().map(|id| (*id, how))),
                _ => {}
            }
        }
    }
}

/// Tells whether a pipeline sets variables, so that it prints nothing.
fn declares(pipe: Node<'_>) -> bool {
    matches!(pipe.kind(), Syntax::Pipe { declared, .. } if declared.len() > 0)
}

/// Tells whether a command calls a function.
fn calls(command: Node<'_>, function: &str) -> bool {
    let Syntax::Command(mut operands) = command.kind() else { return false };
    matches!(operands.next().map(Node::kind), Some(Syntax::Function(name)) if name == function)
}

/// Tells whether a list does nothing but end the render, or say that it will.
fn refuses(list: Node<'_>) -> bool {
    let Syntax::List(nodes) = list.kind() else { return false };
    let is_fail = |node: Node<'_>| {
        let Syntax::Action(pipe) = node.kind() else { return false };
        let Syntax::Pipe { mut commands, .. } = pipe.kind() else { return false };
        commands.any(|command| calls(command, "fail"))
    };
    nodes.into_iter().any(is_fail)
}
