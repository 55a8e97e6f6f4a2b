//! Where values come from: the file and the line, the `--set` argument, the default of a chart.
//!
//! Nothing here merges values. Every value of every source gets a mark (`marks`), and the functions that merge,
//! process dependencies and coalesce for a render run once more on the marks; what they put where tells where the value
//! there comes from. What the layers did to one key ([`Origins::history`]) is found in the same way: layer by layer, alone
//! and on top of those before it. A mark only counts if its value is the value that a render sees.
//!
//! ```
//! use pintle_chart::origin::{Origins, Question};
//! use pintle_chart::value_path::ValuePath;
//! use pintle_chart::values::Sources;
//! use pintle_chart::{Chart, File};
//!
//! let chart = Chart::from_files(vec![
//!     File::new("Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n"),
//!     File::new("values.yaml", "image:\n  tag: v1\nreplicas: 1\n"),
//! ])?;
//! let sources = Sources { set: vec!["replicas=3".to_owned()], ..Sources::default() };
//! let origins = Origins::trace(&Question::new(&chart, &sources), &mut |_| Ok(Vec::new()))?;
//! let origin = |path| origins.of(&ValuePath::parse(path).unwrap()).unwrap().to_string();
//! assert_eq!(origin("image.tag"), "web/values.yaml:2:8");
//! assert_eq!(origin("replicas"), "--set replicas");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod broken;
mod history;
mod layers;
mod marks;
mod places;
mod text;

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use pintle_yaml::{Location, Map, Value};

use crate::coalesce::{CoalesceError, CoalesceRules, coalesce};
use crate::load::Documents;
use crate::process::process_telling;
use crate::secret::is_secret_value;
use crate::set::{ReadFile, SetFlag};
use crate::value_path::{Step, ValuePath};
use crate::values::{Sources, ValueRules, ValuesError};
use crate::{Chart, stack};

pub use broken::place_of;
pub use history::{Effect, Touch};
use layers::{Layer, Layers, Source};
pub use marks::MAX_SITES;
use marks::{Marks, SiteId};
pub use places::{ForeignPlace, ForeignPlaces};
pub use text::Text;

/// What is asked when values are traced: the chart as it was loaded, and what the user gave.
#[derive(Debug, Clone)]
pub struct Question<'a> {
    /// the chart, before its dependencies are processed
    pub chart: &'a Chart,
    /// what stands before the paths of the chart's files: the path of its folder
    pub chart_path: String,
    /// which documents of the chart's `values.yaml` count
    pub documents: Documents,
    /// the user's values
    pub sources: &'a Sources,
    /// how the user's values are read
    pub values: ValueRules,
    /// how values are coalesced
    pub coalesce: CoalesceRules,
    /// files of `sources` whose values were converted from others, by their place in the list
    pub foreign: BTreeMap<usize, ForeignPlaces>,
}

impl<'a> Question<'a> {
    /// Asks by the rules of Helm 4; files of the chart are named by its name.
    pub fn new(chart: &'a Chart, sources: &'a Sources) -> Self {
        Self {
            chart,
            chart_path: chart.name().to_owned(),
            documents: Documents::All,
            sources,
            values: ValueRules::default(),
            coalesce: CoalesceRules::default(),
            foreign: BTreeMap::new(),
        }
    }
}

/// Values that cannot be traced.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TraceError {
    /// the user's values cannot be read
    #[error(transparent)]
    Values(#[from] ValuesError),
    /// values do not fit the charts
    #[error(transparent)]
    Coalesce(#[from] CoalesceError),
    /// more values than are traced, aliases expanded
    #[error("values are too many or too deep to be traced: the limit is {MAX_SITES}")]
    TooLarge,
}

/// Where a value comes from. Shows as `prod.yaml:3:7`, `--set image.tag`, `web/values.yaml:2:8 (global)`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// a values file
    File(Location),
    /// a Compose file that was converted
    Compose(Location),
    /// an argument of the family of `--set`
    Set {
        /// the flag
        flag: SetFlag,
        /// the argument
        argument: String,
        /// where the key stands in it, in bytes
        key: Range<usize>,
        /// where the value stands in it, in bytes
        value: Range<usize>,
    },
    /// `values.yaml` of a chart
    ChartDefault {
        /// the chart: its name, and those of the charts that carry it before it, with dots between
        chart: String,
        /// where
        location: Location,
    },
    /// `global` of a chart that carries this one
    Global(Box<Origin>),
    /// `import-values`
    Imported {
        /// what was imported, from the outermost chart
        from: ValuePath,
        /// where that comes from
        origin: Box<Origin>,
    },
}

impl Origin {
    /// Gives the place in a file, or in the argument of `--set`.
    pub fn location(&self) -> Option<&Location> {
        match self {
            Self::File(location)
            | Self::Compose(location)
            | Self::ChartDefault { location, .. } => Some(location),
            Self::Set { .. } => None,
            Self::Global(origin) | Self::Imported { origin, .. } => origin.location(),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(location)
            | Self::Compose(location)
            | Self::ChartDefault { location, .. } => location.fmt(f),
            Self::Set { flag, argument, key, .. } => {
                let name = flag.name();
                // A key in JSON stands in quotes.
                let key = argument.get(key.clone()).unwrap_or_default().trim().trim_matches('"');
                match key {
                    "" => f.write_str(name),
                    key => write!(f, "{name} {key}"),
                }
            }
            Self::Global(origin) => write!(f, "{origin} (global)"),
            Self::Imported { from, origin } => write!(f, "{origin} (imported from {from})"),
        }
    }
}

/// Where a value stands in a text, for those who show the text.
#[derive(Debug, Clone)]
pub struct Spotted<'o> {
    /// where it comes from
    pub origin: Origin,
    /// the text
    pub text: &'o Text,
    /// its number among [`Origins::texts`]
    pub text_number: usize,
    /// where its key stands, in bytes, if it has one there
    pub key: Option<Range<usize>>,
    /// where the value stands, in bytes, if it is known
    pub value: Option<Range<usize>>,
}

/// How a chart that another one carries was switched on or off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Switched {
    /// where the chart's values are
    pub chart: ValuePath,
    /// whether the chart takes part
    pub is_on: bool,
    /// the value that decided: of a condition or a tag; nothing for a chart that is on without one
    pub by: Option<ValuePath>,
}

/// The values that a render sees, with where each comes from.
#[derive(Debug)]
pub struct Origins {
    marks: Marks,
    layers: Layers,
    values: Map,
    marked: Map,
    switched: Vec<Switched>,
}

impl Origins {
    /// Traces the values of a chart. `read` is asked for the files that `--set-file` names.
    ///
    /// # Errors
    ///
    /// [`TraceError`]
    pub fn trace(question: &Question<'_>, read: ReadFile<'_>) -> Result<Self, TraceError> {
        let user = question.sources.merge(question.values, &mut *read)?;
        let mut chart = layers::skeleton(question.chart);
        let switches = process_telling(&mut chart, &user, question.coalesce)?;
        let values = coalesce(&chart, &user, question.coalesce)?.values;
        let told = switches.iter().map(|switch| Switched {
            chart: ValuePath::of_keys(
                switch.path.split_terminator('.').chain([switch.name.as_str()]),
            ),
            is_on: switch.is_on,
            by: switch.by.as_ref().map(|by| ValuePath::of_keys(by.split('.'))),
        });
        let told = told.collect();
        let mut marks = Marks::default();
        let layers = Layers::new(question, switches, &mut marks, read)?;
        let marked = layers.final_marks()?;
        Ok(Self { marks, layers, values, marked, switched: told })
    }

    /// Gives the values that a render sees, before they are checked.
    pub fn values(&self) -> &Map {
        &self.values
    }

    /// Tells how the charts that this one carries were switched.
    pub fn switched(&self) -> &[Switched] {
        &self.switched
    }

    /// Gives where the value at a path comes from: for a map, the nearest layer that has it.
    pub fn of(&self, path: &ValuePath) -> Option<Origin> {
        let id = self.site_of(path)?;
        Some(self.origin(id, path))
    }

    /// Gives where the value at a path stands, with the text it stands in.
    pub fn spot(&self, path: &ValuePath) -> Option<Spotted<'_>> {
        let id = self.site_of(path)?;
        self.spotted(id, path)
    }

    /// Gives all texts that values come from.
    pub fn texts(&self) -> &[Text] {
        &self.marks.texts
    }

    /// Gives where values stand in a text that may be secrets, in bytes.
    pub fn secrets_in(&self, text_number: usize) -> Vec<Range<usize>> {
        let mut secrets = Vec::new();
        for (id, site) in self.marks.sites.iter().enumerate() {
            let (Some(span), true) = (&site.span, site.text == text_number) else { continue };
            let id = SiteId::try_from(id).unwrap_or(SiteId::MAX);
            let (path, root) = (self.marks.path(id), self.marks.root(id));
            if is_secret_value(&site.value, &path, root.and_then(Value::as_map)) {
                secrets.push(span.clone());
            }
        }
        secrets
    }

    /// Gives each scalar of the values with its path and where it comes from, in order; empty lists and maps, too.
    pub fn leaves(&self) -> Vec<(ValuePath, &Value, Option<Origin>)> {
        let mut leaves = Vec::new();
        self.walk(&self.values, &mut ValuePath::default(), &mut leaves);
        leaves
    }

    fn walk<'o>(
        &'o self,
        map: &'o Map,
        path: &mut ValuePath,
        leaves: &mut Vec<(ValuePath, &'o Value, Option<Origin>)>,
    ) {
        for (key, value) in map.iter() {
            path.0.push(Step::Key(key.clone()));
            stack::with_room(|| self.walk_value(value, path, leaves));
            path.0.pop();
        }
    }

    fn walk_value<'o>(
        &'o self,
        value: &'o Value,
        path: &mut ValuePath,
        leaves: &mut Vec<(ValuePath, &'o Value, Option<Origin>)>,
    ) {
        match value {
            Value::Map(map) if !map.is_empty() => self.walk(map, path, leaves),
            Value::List(items) if !items.is_empty() => {
                for (index, item) in items.iter().enumerate() {
                    path.0.push(Step::Index(index));
                    stack::with_room(|| self.walk_value(item, path, leaves));
                    path.0.pop();
                }
            }
            value => leaves.push((path.clone(), value, self.of(path))),
        }
    }

    fn site_of(&self, path: &ValuePath) -> Option<SiteId> {
        if path.0.is_empty() {
            return self.nearest(Marks::sites_of_map(&self.marked));
        }
        let (value, marked) = (path.find(&self.values)?, path.find(&self.marked));
        match (value, marked) {
            (Value::Null, _) => self.null_site(path),
            (Value::Map(map), Some(Value::Map(marked))) => {
                let is_it = |id: &SiteId| {
                    !map.is_empty()
                        || self.marks.site(*id).is_some_and(|site| is_empty(&site.value))
                };
                self.nearest(Marks::sites_of_map(marked).filter(is_it))
            }
            (Value::List(items), Some(Value::List(marked))) if items.len() == marked.len() => {
                let changed = || self.nearest(marked.iter().filter_map(Marks::site_of_scalar));
                self.marks.site_of_list(marked).or_else(changed)
            }
            (value, Some(marked @ Value::String(_))) => {
                let id = Marks::site_of_scalar(marked)?;
                (self.marks.site(id)?.value == *value).then_some(id)
            }
            _ => None,
        }
    }

    /// Gives the site of the last null that was given at a path.
    fn null_site(&self, path: &ValuePath) -> Option<SiteId> {
        let touches = self.layers.touches(&self.marks, path);
        let is_null = |id: &SiteId| self.marks.site(*id).is_some_and(|site| site.value.is_null());
        touches.into_iter().rev().map(|(_, id, _)| id).find(is_null)
    }

    /// Of several sites gives the one of the nearest layer.
    fn nearest(&self, sites: impl Iterator<Item = SiteId>) -> Option<SiteId> {
        sites.max_by_key(|id| self.marks.site(*id).map(|site| (site.layer, *id)))
    }

    fn spotted(&self, id: SiteId, path: &ValuePath) -> Option<Spotted<'_>> {
        let site = self.marks.site(id)?;
        let text = self.marks.texts.get(site.text)?;
        let origin = self.origin(id, path);
        let (key, value) = (site.key.clone(), site.span.clone());
        Some(Spotted { origin, text, text_number: site.text, key, value })
    }

    /// Gives the location of a site: that of the value, or of what it is in.
    fn location(&self, id: SiteId) -> Location {
        let mut next = Some(id);
        while let Some(site) = next.and_then(|id| self.marks.site(id)) {
            let text = self.marks.texts.get(site.text);
            if let (Some(span), Some(text)) = (&site.span, text) {
                // What begins on a line of its own is known by its key.
                let key = site.key.as_ref().map_or(span.start, |key| key.start);
                let is_block = match &site.value {
                    Value::Map(map) => !map.is_empty(),
                    Value::List(items) => !items.is_empty(),
                    _ => false,
                };
                let is_below = is_block
                    && text.text.get(key..span.start).is_some_and(|text| text.contains('\n'));
                return text.location(if is_below { key } else { span.start });
            }
            next = site.around.as_ref().map(|(outer, _)| *outer);
        }
        let text = self.marks.site(id).and_then(|site| self.marks.texts.get(site.text));
        Location {
            file: text.map(|text| text.name.clone()).unwrap_or_default(),
            line: 1,
            column: 1,
        }
    }

    /// Gives where a site is, as seen from a path that its value got to.
    fn origin(&self, id: SiteId, path: &ValuePath) -> Origin {
        let Some((site, layer)) =
            self.marks.site(id).and_then(|site| Some((site, self.layers.all.get(site.layer)?)))
        else {
            return Origin::File(self.location(id));
        };
        let origin = match &layer.source {
            Source::Defaults { chart } => {
                Origin::ChartDefault { chart: chart.join("."), location: self.location(id) }
            }
            Source::File => Origin::File(self.location(id)),
            Source::Compose => Origin::Compose(self.location(id)),
            Source::Set { flag, argument } => {
                let whole = 0..argument.len();
                let mut around = Some(id);
                let mut key = None;
                while let Some(site) = around.and_then(|id| self.marks.site(id)) {
                    key = site.key.clone().or(key);
                    around = site.around.as_ref().map(|(outer, _)| *outer);
                }
                Origin::Set {
                    flag: *flag,
                    argument: argument.clone(),
                    key: key.unwrap_or(0..0),
                    value: site.span.clone().unwrap_or(whole),
                }
            }
        };
        Self::inherited(layer, self.marks.path(id), path, origin)
    }

    /// Says how a value got from the path it was given at to another one, if it did.
    fn inherited(layer: &Layer, own: ValuePath, path: &ValuePath, origin: Origin) -> Origin {
        let chart: &[String] = match &layer.source {
            Source::Defaults { chart } => &chart[1..],
            _ => &[],
        };
        // A chart may go by an alias, so only the number of charts above counts.
        let is_direct = path.0.len() >= chart.len() && own.0.starts_with(&path.0[chart.len()..]);
        if is_direct {
            return origin;
        }
        let is_global = |step: &Step| matches!(step, Step::Key(key) if &**key == "global");
        let mut globals = path.0.iter().enumerate().filter(|(_, step)| is_global(step));
        if own.0.first().is_some_and(is_global) && globals.any(|(n, _)| path.0[n..] == own.0) {
            return Origin::Global(Box::new(origin));
        }
        let steps = chart.iter().map(|name| Step::Key(name.as_str().into())).chain(own.0);
        Origin::Imported { from: ValuePath(steps.collect()), origin: Box::new(origin) }
    }
}

fn is_empty(value: &Value) -> bool {
    value.as_map().is_some_and(Map::is_empty)
}
