//! Which values the templates of a chart read, told without running them.
//!
//! Every pipeline is walked with what is known of its dot and its variables: `.Values.a.b` through `with`, `range`,
//! variables, `index`, `dig`, maps made by `dict`, and templates that are included with any of these. What is handed to
//! `toYaml`, printed or given to a function that is not known is read whole; what is only looked at counts as read whole
//! too, unless somebody looks into it. So a place that is not read here is read by no template, as far as texts that are
//! templates themselves (`tpl`) can be told: those in templates, in values and in the chart's files are walked as well.
//!
//! A chart for which this takes too long counts as reading everything.

mod calls;
mod places;
mod shapes;
mod walk;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use pintle_chart::{Chart, File};
use pintle_gotmpl::TemplateSet;
use pintle_yaml::Value;

pub(super) use places::{PlaceId, Places, Spots, Step};

use crate::Profile;
use crate::compile::{Cache, Entry};
use shapes::Shape;
use walk::{Found, Use, Walk};

/// How many texts of values and files are walked as templates; of more, reads count as unknown.
const MAX_TEXTS: usize = 5_000;

/// How often all templates are walked again when they have changed what they look into.
const MAX_ROUNDS: usize = 3;

/// A chart of the tree.
#[derive(Debug)]
struct ChartPart {
    name: Arc<str>,
    /// where its values are
    place: PlaceId,
    /// its templates folder: `web/charts/db/templates`
    base_path: Arc<str>,
    /// the charts below, by number
    below: Vec<usize>,
}

/// Where a template reads values.
#[derive(Debug)]
pub(super) struct Site {
    /// what it may read
    pub(super) places: Vec<PlaceId>,
    /// whether it surely reads one of them when it runs
    pub(super) is_sure: bool,
}

impl Default for Site {
    fn default() -> Self {
        Self { places: Vec::new(), is_sure: true }
    }
}

/// What the templates of a chart, and of the charts below it, read.
#[derive(Debug)]
pub(super) struct Reads {
    pub(super) places: Places,
    /// by the name of the template file, from the outermost chart's name on, and the offset in it
    pub(super) sites: HashMap<(Arc<str>, usize), Site>,
    /// names of keys that templates add
    pub(super) added: Vec<Arc<str>>,
}

impl Reads {
    /// Finds out what a chart reads; nothing if its templates do not parse, or there is too much of them.
    ///
    /// `values` are texts of the user's that may be templates.
    pub(super) fn of(chart: &Chart, values: &Value, profile: &Profile) -> Option<Self> {
        let compiled = Cache::default().get(chart, profile).ok()?;
        let mut found = Found::new();
        let mut charts = Vec::new();
        number(chart, None, Places::ROOT, &mut charts, &mut found);
        for _ in 0..MAX_ROUNDS {
            let n_put = found.put.clone();
            walk_entries(&compiled.set, &compiled.entries, &charts, &mut found);
            walk_texts(&compiled.set, chart, values, &charts, &mut found);
            if found.is_lost || found.put == n_put {
                break;
            }
            found.again();
        }
        if found.is_lost || found.places.is_full {
            return None;
        }
        let added = found.put.keys().cloned().collect();
        Some(Self { places: found.places, sites: found.sites, added })
    }
}

/// Which keys of its values the templates of a chart read, and those of the charts below it.
#[derive(Debug)]
pub struct ValueReads(Reads);

impl ValueReads {
    /// Finds out what a chart reads; nothing if its templates do not parse, or there is too much of them.
    pub fn of(chart: &Chart, profile: &Profile) -> Option<Self> {
        Reads::of(chart, &Value::Map(chart.values.clone()), profile).map(Self)
    }

    /// Gives the keys that templates read one by one of the map at a path of keys; nothing if they may read any, or read
    /// none.
    pub fn keys<K: AsRef<str>>(&self, path: &[K]) -> Option<BTreeSet<&str>> {
        let root = Spots::root(&self.0.places);
        path.iter().fold(root, |spots, key| spots.key(key.as_ref())).names()
    }
}

/// Numbers the charts of a tree as compiling does, and notes what `Chart.yaml` reads.
fn number(
    chart: &Chart,
    outer: Option<&str>,
    place: PlaceId,
    charts: &mut Vec<ChartPart>,
    found: &mut Found,
) -> usize {
    let number_of_chart = charts.len();
    let path = match outer {
        None => chart.name().to_owned(),
        Some(outer) => format!("{outer}/charts/{}", chart.name()),
    };
    charts.push(ChartPart {
        name: chart.name().into(),
        place,
        base_path: format!("{path}/templates").into(),
        below: Vec::new(),
    });
    let requests = &chart.metadata.dependencies;
    let aliases = requests.iter().filter(|request| !request.alias.is_empty());
    let aliases =
        aliases.map(|request| (Arc::from(&*request.alias), Arc::from(&*request.name))).collect();
    found.places.set_chart(place, aliases);
    for request in requests {
        let inner = found.places.key(place, &request.name);
        for condition in request.condition.split(',').filter(|path| !path.is_empty()) {
            condition.trim().split('.').fold(place, |place, key| found.places.key(place, key));
        }
        let tags = found.places.key(Places::ROOT, "tags");
        request.tags.iter().for_each(|tag| _ = found.places.key(tags, tag));
        if chart.dependency(&request.name).is_none() {
            // What it reads cannot be told.
            found.places.set_whole(inner);
            let global = found.places.key(place, "global");
            found.places.set_whole(global);
            found.places.set_whole(tags);
        }
        for import in &request.import_values {
            let text = |key| import.as_map().and_then(|import| import.get(key)?.as_str());
            let child = match import {
                Value::String(name) => format!("exports.{name}"),
                _ => text("child").unwrap_or_default().to_owned(),
            };
            let child = child.split('.').fold(inner, |place, key| found.places.key(place, key));
            found.places.set_whole(child);
        }
    }
    // The chart that carries this one may import what it exports, and has a condition that switches it.
    for key in ["exports", "enabled"] {
        let read = found.places.key(place, key);
        found.places.set_whole(read);
    }
    for below in &chart.dependencies {
        let inner = found.places.key(place, below.name());
        let below = number(below, Some(&path), inner, charts, found);
        charts[number_of_chart].below.push(below);
    }
    number_of_chart
}

fn walk_entries(set: &TemplateSet, entries: &[Entry], charts: &[ChartPart], found: &mut Found) {
    for entry in entries {
        let dot = found.shapes.add(Shape::Objects(entry.chart));
        let name = String::from_utf8_lossy(entry.path.as_bytes());
        Walk { set, charts, found, is_sure: true }.template(&name, dot);
    }
}

/// Walks the texts that templates hand to `tpl`.
fn walk_texts(
    set: &TemplateSet,
    chart: &Chart,
    user: &Value,
    charts: &[ChartPart],
    found: &mut Found,
) {
    let mut n_walked = 0;
    loop {
        if found.has_other_texts && !found.has_gathered {
            found.has_gathered = true;
            let mut next = 0;
            gather(chart, &mut next, found);
            let dot = found.shapes.add(Shape::Objects(0));
            texts_of(user, dot, found);
        }
        if found.texts.len() > MAX_TEXTS {
            found.is_lost = true;
        }
        if found.is_lost {
            return;
        }
        let Some((text, dot)) = found.texts.get(n_walked).cloned() else { return };
        n_walked += 1;
        let name = format!("tpl {n_walked}");
        let mut inner = set.overlay();
        match inner.parse_main(&name, text.as_bytes()) {
            Ok(()) => {
                Walk { set: &inner, charts, found, is_sure: false }.template(&name, dot);
            }
            Err(_) => mentioned(&text, dot, charts, found),
        }
    }
}

/// Gathers texts that may be templates from values and files of a chart and those below it, numbered as they are.
fn gather(chart: &Chart, next: &mut usize, found: &mut Found) {
    let dot = found.shapes.add(Shape::Objects(*next));
    *next += 1;
    texts_of(&Value::Map(chart.values.clone()), dot, found);
    let is_document = |file: &&File| file.name.ends_with(".md") || file.name.starts_with("crds/");
    for file in chart.files.iter().filter(|file| !is_document(file)) {
        if let Ok(text) = std::str::from_utf8(&file.data) {
            add_text(text, dot, found);
        }
    }
    for below in &chart.dependencies {
        gather(below, next, found);
    }
}

fn texts_of(value: &Value, dot: shapes::ShapeId, found: &mut Found) {
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        match value {
            Value::String(text) => add_text(text, dot, found),
            Value::List(items) => open.extend(items.iter()),
            Value::Map(map) => open.extend(map.iter().map(|(_, value)| value)),
            _ => {}
        }
    }
}

fn add_text(text: &str, dot: shapes::ShapeId, found: &mut Found) {
    if text.contains("{{") && found.texts.len() <= MAX_TEXTS {
        found.texts.push((text.into(), dot));
    }
}

/// Takes the paths that a text mentions for read whole, where it is no template that could be walked.
fn mentioned(text: &str, dot: shapes::ShapeId, charts: &[ChartPart], found: &mut Found) {
    const VALUES: &str = ".Values.";
    let Shape::Objects(chart) = *found.shapes.get(dot) else { return };
    for (at, _) in text.match_indices(VALUES) {
        let rest = &text[at + VALUES.len()..];
        let is_end = |c: char| !(c.is_alphanumeric() || c == '_' || c == '.');
        let path = &rest[..rest.find(is_end).unwrap_or(rest.len())];
        let keys = path.split('.').filter(|key| !key.is_empty());
        let place = keys.fold(charts[chart].place, |place, key| found.places.key(place, key));
        let value = found.shapes.add(Shape::Value(place));
        let set = TemplateSet::new(Arc::default());
        Walk { set: &set, charts, found, is_sure: false }.consume(value, Use::Any);
    }
}
