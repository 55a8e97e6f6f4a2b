//! The layers that values are made of, from the defaults of the innermost chart to the last `--set-literal`, each marked.

use std::sync::OnceLock;

use pintle_yaml::{Map, Value, parse};

use super::marks::{Marks, SiteId};
use super::places::{Placer, Spot, mark_file, mark_foreign, spot};
use super::{Question, Text, TraceError};
use crate::coalesce::{CoalesceRules, coalesce, merge};
use crate::load::CHART_YAML;
use crate::process::{Switch, process_as};
use crate::set::{ReadFile, SetFlag, parse_marked_into};
use crate::value_path::{Step, ValuePath};
use crate::values::{Sources, ValueRules, ValuesError, merge_maps};
use crate::{Chart, stack};

/// All layers, in the order in which they are put one over the other.
#[derive(Debug)]
pub(super) struct Layers {
    pub(super) all: Vec<Layer>,
    /// the charts without anything but their names, versions and what they ask for
    skeleton: Chart,
    switches: Vec<Switch>,
    coalesce: CoalesceRules,
    values: ValueRules,
    /// what each layer alone gives, once it was asked for
    alone: OnceLock<Vec<Option<Map>>>,
}

/// One layer.
#[derive(Debug)]
pub(super) struct Layer {
    pub(super) source: Source,
    content: Content,
}

/// Where a layer comes from.
#[derive(Debug)]
pub(super) enum Source {
    /// a chart's `values.yaml`: the names of the chart and of those that carry it, outermost first
    Defaults { chart: Vec<String> },
    /// a values file
    File,
    /// a Compose file
    Compose,
    /// an argument
    Set { flag: SetFlag, argument: String },
}

/// What a layer gives, marked.
#[derive(Debug)]
enum Content {
    /// the defaults of the chart at this place in the tree of charts
    Defaults { place: Vec<usize>, map: Twice<Map> },
    /// a map that is merged over what is there
    Whole(Twice<Map>),
    /// a line that sets values, with what is set for each that is met
    Line { flag: SetFlag, line: String, marked: Vec<Twice<Value>> },
}

/// Something marked: with its nulls marked as well, for when it is alone; and with nulls as nulls.
#[derive(Debug, Clone)]
struct Twice<T> {
    alone: T,
    merged: T,
}

/// Makes a chart that has nothing but what values depend on.
pub(super) fn skeleton(chart: &Chart) -> Chart {
    Chart {
        metadata: chart.metadata.clone(),
        values: chart.values.clone(),
        dependencies: chart
            .dependencies
            .iter()
            .map(|chart| stack::with_room(|| skeleton(chart)))
            .collect(),
        ..Chart::default()
    }
}

/// Takes the defaults away from a chart and all below it.
fn without_defaults(chart: &mut Chart) {
    chart.values = Map::new();
    for chart in &mut chart.dependencies {
        stack::with_room(|| without_defaults(chart));
    }
}

impl Layers {
    /// Reads and marks all layers.
    pub(super) fn new(
        question: &Question<'_>,
        switches: Vec<Switch>,
        marks: &mut Marks,
        read: ReadFile<'_>,
    ) -> Result<Self, TraceError> {
        let mut bare = skeleton(question.chart);
        without_defaults(&mut bare);
        let mut layers = Self {
            all: Vec::new(),
            skeleton: bare,
            switches,
            coalesce: question.coalesce,
            values: question.values,
            alone: OnceLock::new(),
        };
        let mut charts = Vec::new();
        collect(
            question.chart,
            &question.chart_path,
            &mut Vec::new(),
            &mut Vec::new(),
            &mut charts,
        );
        // What is deeper gives way to what carries it.
        charts.sort_by_key(|found| std::cmp::Reverse(found.place.len()));
        for Found { chart, name, place, names } in charts {
            let data = chart.raw_file("values.yaml").map_or(&[][..], |file| &file.data);
            let named = (name.as_str(), data);
            let known = Some(&chart.values);
            let map = mark_file(marks, layers.all.len(), named, question.documents, known)?;
            let map = twice(marks, map);
            let source = Source::Defaults { chart: names };
            layers.all.push(Layer { source, content: Content::Defaults { place, map } });
        }
        layers.add_user(question, marks, read)?;
        Ok(layers)
    }

    fn add_user(
        &mut self,
        question: &Question<'_>,
        marks: &mut Marks,
        read: ReadFile<'_>,
    ) -> Result<(), TraceError> {
        let Sources { files, json, set, strings, set_files, literals } = question.sources;
        for (n, file) in files.iter().enumerate() {
            let layer = self.all.len();
            let documents = question.values.documents;
            let named = (file.name.as_str(), &*file.content);
            let (source, map) = match question.foreign.get(&n) {
                None => (Source::File, mark_file(marks, layer, named, documents, None)?),
                Some(foreign) => {
                    let read = crate::load::read_values(&file.content, documents);
                    let map = read.unwrap_or_default();
                    (Source::Compose, mark_foreign(marks, layer, &map, foreign)?)
                }
            };
            let content = Content::Whole(twice(marks, map));
            self.all.push(Layer { source, content });
        }
        let classes = [
            (SetFlag::Json, json),
            (SetFlag::Typed, set),
            (SetFlag::String, strings),
            (SetFlag::File, set_files),
            (SetFlag::Literal, literals),
        ];
        let mut values = self.user(self.all.len());
        for (flag, lines) in classes {
            for line in lines {
                self.add_line(flag, line, &mut values, marks, &mut *read)?;
            }
        }
        Ok(())
    }

    fn add_line(
        &mut self,
        flag: SetFlag,
        line: &str,
        values: &mut Map,
        marks: &mut Marks,
        read: ReadFile<'_>,
    ) -> Result<(), TraceError> {
        let layer = self.all.len();
        let text = marks.add_text(Text::new(flag.name(), line));
        let source = Source::Set { flag, argument: line.to_owned() };
        let object = line.trim();
        if flag == SetFlag::Json && self.values.takes_json_objects && object.starts_with('{') {
            let known = pintle_yaml::json::from_str(object).unwrap_or_default();
            let mut placer = Placer::new(marks, layer, text);
            placer.base = line.len() - line.trim_start().len();
            let tree = parse(object).ok();
            let spot = tree.as_ref().map_or(Spot::NOWHERE, spot);
            let map = match placer.mark(&known, &spot, None)? {
                Value::Map(map) => map,
                _ => Map::new(),
            };
            let map = twice(marks, map);
            *values = merge_maps(values, &map.merged);
            self.all.push(Layer { source, content: Content::Whole(map) });
            return Ok(());
        }
        let mut marked: Vec<Twice<Value>> = Vec::new();
        let mut fault = None;
        let mut mark = |met: crate::set::Met, value: Value| {
            let written = line.get(met.value.clone()).unwrap_or_default();
            let key = line.get(met.key.clone()).unwrap_or_default();
            let tree = if flag == SetFlag::Json { parse(written).ok() } else { None };
            let mut placer = Placer::new(marks, layer, text);
            let root = site_of_key(&mut placer, key, &met);
            let around = match root {
                Ok(around) => around,
                Err(error) => {
                    fault = Some(error);
                    return value;
                }
            };
            placer.base = met.value.start;
            let spot = Spot {
                key: None,
                node: tree.as_ref().and_then(pintle_yaml::Tree::root),
                span: Some(0..written.len()),
            };
            match placer.mark(&value, &spot, around) {
                Ok(alone) => {
                    let merged = marks.with_nulls(&alone).unwrap_or_else(|| alone.clone());
                    marked.push(Twice { alone, merged: merged.clone() });
                    merged
                }
                Err(error) => {
                    fault = Some(error);
                    value
                }
            }
        };
        parse_marked_into(line, flag, values, self.values, read, &mut mark)
            .map_err(|error| ValuesError::Set { flag: flag.name(), error })?;
        if let Some(fault) = fault {
            return Err(fault);
        }
        let content = Content::Line { flag, line: line.to_owned(), marked };
        self.all.push(Layer { source, content });
        Ok(())
    }

    /// Gives the user's values up to a layer, marked.
    fn user(&self, end: usize) -> Map {
        let mut values = Map::new();
        for layer in self.all.iter().take(end) {
            layer.apply(&mut values, self.values, Nulls::Merged);
        }
        values
    }

    /// Gives the marks that a render would see.
    pub(super) fn final_marks(&self) -> Result<Map, TraceError> {
        Ok(self.up_to(self.all.len())?)
    }

    /// Gives what a render would see of the first layers alone.
    pub(super) fn up_to(&self, end: usize) -> Result<Map, crate::coalesce::CoalesceError> {
        let mut chart = self.skeleton.clone();
        for layer in self.all.iter().take(end) {
            layer.give_defaults(&mut chart, Nulls::Merged);
        }
        let user = self.user(end);
        process_as(&mut chart, &user, self.coalesce, &self.switches)?;
        Ok(coalesce(&chart, &user, self.coalesce)?.values)
    }

    /// Gives what one layer alone gives to each path, nulls included.
    fn alone(&self, layer: &Layer) -> Result<Map, crate::coalesce::CoalesceError> {
        let mut chart = self.skeleton.clone();
        layer.give_defaults(&mut chart, Nulls::Marked);
        let mut user = Map::new();
        layer.apply(&mut user, self.values, Nulls::Marked);
        process_as(&mut chart, &user, self.coalesce, &self.switches)?;
        Ok(merge(&chart, &user, self.coalesce)?.values)
    }

    /// Gives the layers that have something at a path or above it that is no map: the layer, the site of what it has,
    /// and how many steps of the path lead there.
    pub(super) fn touches(&self, marks: &Marks, path: &ValuePath) -> Vec<(usize, SiteId, usize)> {
        let mut touches = Vec::new();
        let alone = || self.all.iter().map(|layer| self.alone(layer).ok()).collect();
        for (n, values) in self.alone.get_or_init(alone).iter().enumerate() {
            let Some(values) = values else { continue };
            let of_layer = |id: &SiteId| marks.site(*id).is_some_and(|site| site.layer == n);
            let values = Value::Map(values.clone());
            let mut value = &values;
            let mut n_steps = 0;
            for step in &path.0 {
                let Some(next) = step.into_value(value) else { break };
                value = next;
                n_steps += 1;
            }
            let site = match value {
                Value::String(_) => Marks::site_of_scalar(value),
                // On the way is nothing that would keep the rest of the path from being merged.
                Value::Map(_) | Value::List(_) if n_steps < path.0.len() => match value {
                    Value::List(items) if n_steps > 0 => marks.site_of_list(items),
                    _ => None,
                },
                Value::Map(map) => Marks::sites_of_map(map).find(of_layer),
                Value::List(items) => marks
                    .site_of_list(items)
                    .or_else(|| items.iter().filter_map(Marks::site_of_scalar).find(of_layer)),
                _ => None,
            };
            if let Some(id) = site.filter(of_layer) {
                touches.push((n, id, n_steps));
            }
        }
        touches
    }
}

/// Whether nulls are marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Nulls {
    Marked,
    Merged,
}

impl<T> Twice<T> {
    fn get(&self, nulls: Nulls) -> &T {
        match nulls {
            Nulls::Marked => &self.alone,
            Nulls::Merged => &self.merged,
        }
    }
}

impl Layer {
    /// Puts the layer over the user's values, if it is one of them.
    fn apply(&self, values: &mut Map, rules: ValueRules, nulls: Nulls) {
        match &self.content {
            Content::Defaults { .. } => {}
            Content::Whole(map) => *values = merge_maps(values, map.get(nulls)),
            Content::Line { flag, line, marked } => {
                let mut all = marked.iter();
                let mut mark = |_, value| all.next().map_or(value, |m| m.get(nulls).clone());
                let read = &mut |_: &str| Ok(Vec::new());
                // What cannot be set without the layers before it sets nothing.
                let _ = parse_marked_into(line, *flag, values, rules, read, &mut mark);
            }
        }
    }

    /// Puts the layer into its chart, if it is one's defaults.
    fn give_defaults(&self, chart: &mut Chart, nulls: Nulls) {
        let Content::Defaults { place, map } = &self.content else { return };
        let mut chart = chart;
        for at in place {
            let Some(next) = chart.dependencies.get_mut(*at) else { return };
            chart = next;
        }
        chart.values = map.get(nulls).clone();
    }
}

fn twice(marks: &mut Marks, alone: Map) -> Twice<Map> {
    let merged = marks.map_with_nulls(&alone).unwrap_or_else(|| alone.clone());
    Twice { alone, merged }
}

/// Makes the sites of the keys that lead to a value of a line, so that the value knows its path.
fn site_of_key(
    placer: &mut Placer<'_>,
    key: &str,
    met: &crate::set::Met,
) -> Result<Option<(SiteId, Step)>, TraceError> {
    // A key that no path can be made of has none; the line is known all the same.
    let path = ValuePath::parse(key).unwrap_or_default();
    let mut around = None;
    for (n, step) in path.0.into_iter().enumerate() {
        let key = (n == 0).then(|| met.key.clone());
        let site = super::marks::Site {
            layer: placer.layer,
            around: around.take(),
            text: placer.text,
            key,
            span: Some(met.key.start..met.value.end),
            value: Value::Null,
            depth: 0,
        };
        around = Some((placer.marks.add(site)?, step));
    }
    Ok(around)
}

/// A chart of the tree of charts.
struct Found<'c> {
    chart: &'c Chart,
    /// what its `values.yaml` is called
    name: String,
    place: Vec<usize>,
    names: Vec<String>,
}

/// Gives the name of the folder, or of the archive, that a chart was loaded from.
fn folder_name<'c>(carrier: &'c Chart, chart: &'c Chart) -> &'c str {
    let name = chart.name();
    let chart_yaml = chart.raw_file(CHART_YAML).map(|file| &file.data);
    let mut archive = None;
    for file in &carrier.raw {
        let Some((entry, rest)) = file
            .name
            .strip_prefix("charts/")
            .map(|path| path.split_once('/').unwrap_or((path, "")))
        else {
            continue;
        };
        if rest == CHART_YAML && chart_yaml == Some(&file.data) {
            return entry;
        }
        let is_version =
            |rest: &str| rest.starts_with('-') && crate::path::extension(rest) == ".tgz";
        if rest.is_empty() && entry.strip_prefix(name).is_some_and(is_version) {
            archive = Some(entry);
        }
    }
    archive.unwrap_or(name)
}

fn collect<'c>(
    carrier: &'c Chart,
    folder: &str,
    place: &mut Vec<usize>,
    names: &mut Vec<String>,
    found: &mut Vec<Found<'c>>,
) {
    names.push(carrier.name().to_owned());
    let name = format!("{folder}/values.yaml");
    found.push(Found { chart: carrier, name, place: place.clone(), names: names.clone() });
    for (n, chart) in carrier.dependencies.iter().enumerate() {
        place.push(n);
        let folder = format!("{folder}/charts/{}", folder_name(carrier, chart));
        stack::with_room(|| collect(chart, &folder, place, names, found));
        place.pop();
    }
    names.pop();
}
