//! Which charts take part, and what their carrier imports from them.
//!
//! Before values are coalesced for rendering, Helm goes through the `dependencies` of each chart:
//! a chart is copied under its alias, tags and conditions switch charts off, and `import-values`
//! lift values of a chart into the defaults of the one that carries it. What is switched off is
//! gone from the chart afterwards, and a carrier's defaults hold those of its charts.
//!
//! Source: `ProcessDependencies` in `pkg/chart/v2/util/dependencies.go`, Helm v4, and
//! `ProcessDependenciesWithMerge` in `pkg/chartutil/dependencies.go`, Helm v3.

mod shared;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use pintle_yaml::{Map, Value};

use self::shared::{Copied, SharedLists};
use crate::coalesce::{
    Aliases, CoalesceError, CoalesceRules, Place, cannot_overwrite_table, coalesce,
    destination_is_table, merge,
};
use crate::quote::Quoted;
use crate::semver::{Constraint, Version};
use crate::show::Shown;
use crate::stack;
use crate::{Chart, Dependency};

/// The largest number of values that importing may make of the values of one chart.
///
/// Tables that are imported several times, one into the other, could else multiply without end.
pub const MAX_IMPORTED_ENTRIES: usize = 4_000_000;

/// The deepest level of values that importing may make.
pub const MAX_IMPORTED_DEPTH: usize = 20_000;

/// What Helm logs while it processes dependencies.
///
/// Displays in the words of Helm 3; [`ProcessWarning::attributes`] gives those of Helm 4.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ProcessWarning {
    /// what coalescing has to say, in the same words in all versions
    Coalesce(String),
    /// a condition that leads to something other than a boolean
    ConditionNotBool {
        /// the path of the condition
        path: String,
        /// the chart it switches
        chart: String,
    },
    /// a tag that is something other than a boolean
    TagNotBool {
        /// the tag
        tag: String,
        /// the chart it switches
        chart: String,
    },
    /// an import from something that is no table
    ImportMissing {
        /// the chart to import from, where Helm says it: not for names below `exports`
        chart: Option<String>,
        /// the key that is no table
        key: String,
    },
}

impl fmt::Display for ProcessWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Coalesce(text) => f.write_str(text),
            Self::ConditionNotBool { path, chart } => write!(
                f,
                "Warning: Condition path '{path}' for chart {chart} returned non-bool value"
            ),
            Self::TagNotBool { tag, chart } => {
                write!(f, "Warning: Tag '{tag}' for chart {chart} returned non-bool value")
            }
            Self::ImportMissing { chart: Some(chart), key } => {
                let key = Quoted(key);
                write!(
                    f,
                    "Warning: ImportValues missing table from chart {chart}: {key} is not a table"
                )
            }
            Self::ImportMissing { chart: None, key } => {
                let key = Quoted(key);
                write!(f, "Warning: ImportValues missing table: {key} is not a table")
            }
        }
    }
}

impl ProcessWarning {
    /// Gives message and attributes as Helm 4 logs them; `None` for what it logs as plain text.
    pub fn attributes(&self) -> Option<(&'static str, Vec<(&'static str, String)>)> {
        Some(match self {
            Self::Coalesce(_) => return None,
            Self::ConditionNotBool { path, chart } => {
                ("returned non-bool value", vec![("path", path.clone()), ("chart", chart.clone())])
            }
            Self::TagNotBool { tag, chart } => {
                ("returned non-bool value", vec![("tag", tag.clone()), ("chart", chart.clone())])
            }
            Self::ImportMissing { chart, key } => {
                let error = ("error", format!("{} is not a table", Quoted(key)));
                match chart {
                    Some(chart) => (
                        "ImportValues missing table from chart",
                        vec![("chart", chart.clone()), error],
                    ),
                    None => ("ImportValues missing table", vec![error]),
                }
            }
        })
    }
}

/// Switches the charts that `chart` carries on and off by the user's values, and imports values.
///
/// Gives what Helm logs meanwhile, sorted.
///
/// # Errors
///
/// [`CoalesceError`], when values do not fit the charts or imports have no end. The chart may then
/// be processed in part.
pub fn process_dependencies(
    chart: &mut Chart,
    values: &Map,
    rules: CoalesceRules,
) -> Result<Vec<ProcessWarning>, CoalesceError> {
    run(chart, values, rules, Switching::Judged).map(|process| process.warnings)
}

/// How a chart that another one carries was switched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Switch {
    /// the path of the carrier's values, each key with a dot behind it; empty for the outermost chart
    pub(crate) path: String,
    /// the chart, by the name it goes by there
    pub(crate) name: String,
    pub(crate) is_on: bool,
    /// the path of the value that decided, from the outermost chart's values; none without one
    pub(crate) by: Option<String>,
}

/// Processes dependencies as [`process_dependencies`] does, and tells how each chart was switched.
pub(crate) fn process_telling(
    chart: &mut Chart,
    values: &Map,
    rules: CoalesceRules,
) -> Result<Vec<Switch>, CoalesceError> {
    match run(chart, values, rules, Switching::Told(Vec::new()))?.switching {
        Switching::Told(switches) => Ok(switches),
        Switching::Judged | Switching::Given(_) => Ok(Vec::new()),
    }
}

/// Processes dependencies with charts switched as they were before, whatever the values say.
pub(crate) fn process_as(
    chart: &mut Chart,
    values: &Map,
    rules: CoalesceRules,
    switches: &[Switch],
) -> Result<(), CoalesceError> {
    let switches = switches.iter().map(|switch| switch.is_on).collect();
    run(chart, values, rules, Switching::Given(switches)).map(drop)
}

fn run(
    chart: &mut Chart,
    values: &Map,
    rules: CoalesceRules,
    switching: Switching,
) -> Result<Process, CoalesceError> {
    let shared = SharedLists::default();
    let mut process = Process { rules, warnings: Vec::new(), shared, switching };
    let copied = process.switch(chart, values, "", Vec::new())?;
    process.import(chart, &copied)?;
    if rules.aliases == Aliases::Together {
        process.shared.write_back(chart, &copied);
    }
    process.warnings.sort();
    Ok(process)
}

/// What switches charts.
enum Switching {
    /// tags and conditions
    Judged,
    /// tags and conditions; what they came to is noted
    Told(Vec<Switch>),
    /// what was noted, in the same order
    Given(VecDeque<bool>),
}

struct Process {
    rules: CoalesceRules,
    warnings: Vec<ProcessWarning>,
    shared: SharedLists,
    switching: Switching,
}

impl Process {
    fn heard(&mut self, warnings: Vec<String>) {
        self.warnings.extend(warnings.into_iter().map(ProcessWarning::Coalesce));
    }

    /// Takes away what is switched off, from the top down. `path` leads to the chart's own values, `origin` to where it
    /// stood before anything was copied.
    fn switch(
        &mut self,
        chart: &mut Chart,
        values: &Map,
        path: &str,
        origin: Vec<usize>,
    ) -> Result<Copied, CoalesceError> {
        if !chart.metadata.lists_dependencies {
            return Ok(Copied { origin, ..Copied::default() });
        }
        let are_shared = self.rules.aliases == Aliases::Together;
        if are_shared {
            self.shared.rename(&origin, &mut chart.metadata.dependencies);
        }
        let sources = name_dependencies(chart);
        let coalesced = coalesce(chart, values, self.rules)?;
        self.heard(coalesced.warnings);
        let values = coalesced.values;
        let mut off = BTreeSet::new();
        let mut requests = std::mem::take(&mut chart.metadata.dependencies);
        for request in &mut requests {
            request.enabled = self.is_on(request, &values, path);
            if !request.enabled {
                off.insert(request.name.clone());
            }
        }
        if are_shared {
            self.shared.switch(&origin, &requests);
        }
        let is_on = |request: &Dependency| !off.contains(&request.name);
        let entries = (0..requests.len()).filter(|entry| is_on(&requests[*entry])).collect();
        requests.retain(is_on);
        // A list that is empty now is none for what follows.
        chart.metadata.lists_dependencies = !requests.is_empty();
        chart.metadata.dependencies = requests;
        let all = std::mem::take(&mut chart.dependencies);
        let mut carried = Vec::new();
        for (mut chart_below, source) in all.into_iter().zip(sources) {
            if off.contains(chart_below.name()) {
                continue;
            }
            // All charts look into the values of the outermost one, along their path.
            let path = format!("{path}{}.", chart_below.name());
            let origin = [&origin[..], &[source]].concat();
            carried
                .push(stack::with_room(|| self.switch(&mut chart_below, &values, &path, origin))?);
            chart.dependencies.push(chart_below);
        }
        Ok(Copied { origin, entries, carried })
    }

    /// Tells whether a chart is on.
    fn is_on(&mut self, request: &Dependency, values: &Map, path: &str) -> bool {
        if let Switching::Given(switches) = &mut self.switching
            && let Some(is_on) = switches.pop_front()
        {
            return is_on;
        }
        let is_tagged = self.is_tagged(request, values);
        let condition = self.condition(request, values, path);
        let is_on = condition.map_or(is_tagged, |(is_on, _)| is_on);
        if let Switching::Told(switches) = &mut self.switching {
            let tag = || {
                let tags = values.get("tags").and_then(Value::as_map)?;
                let is_why = |tag: &&String| tags.get(tag) == Some(&Value::Bool(is_on));
                request.tags.iter().find(is_why).map(|tag| format!("tags.{tag}"))
            };
            let by = condition.map(|(_, by)| format!("{path}{by}")).or_else(tag);
            let (path, name) = (path.to_owned(), request.name.clone());
            switches.push(Switch { path, name, is_on, by });
        }
        is_on
    }

    /// Tells whether tags leave a chart on: one that is true does, and so does having none.
    fn is_tagged(&mut self, request: &Dependency, values: &Map) -> bool {
        let Some(Value::Map(tags)) = values.get("tags") else { return true };
        let (mut has_true, mut has_false) = (false, false);
        for tag in &request.tags {
            match tags.get(tag) {
                None => {}
                Some(Value::Bool(true)) => has_true = true,
                Some(Value::Bool(false)) => has_false = true,
                Some(_) => self.warnings.push(ProcessWarning::TagNotBool {
                    tag: tag.clone(),
                    chart: request.name.clone(),
                }),
            }
        }
        has_true || !has_false
    }

    /// Gives what the first condition says that leads to a boolean, and that condition.
    fn condition<'r>(
        &mut self,
        request: &'r Dependency,
        values: &Map,
        path: &str,
    ) -> Option<(bool, &'r str)> {
        for condition in request.condition.trim().split(',').filter(|text| !text.is_empty()) {
            match value_at(values, &format!("{path}{condition}")) {
                None => {}
                Some(Value::Bool(switch)) => return Some((*switch, condition)),
                Some(_) => self.warnings.push(ProcessWarning::ConditionNotBool {
                    path: condition.to_owned(),
                    chart: request.name.clone(),
                }),
            }
        }
        None
    }

    /// Lifts values of charts into the defaults of their carriers, from the bottom up.
    fn import(&mut self, chart: &mut Chart, copied: &Copied) -> Result<(), CoalesceError> {
        let below = copied.carried.iter().map(Some).chain(std::iter::repeat(None));
        for (carried, copied) in chart.dependencies.iter_mut().zip(below) {
            let unknown = Copied::default();
            stack::with_room(|| self.import(carried, copied.unwrap_or(&unknown)))?;
        }
        if !chart.metadata.lists_dependencies {
            return Ok(());
        }
        if self.rules.aliases == Aliases::Together {
            self.shared.import(copied, &mut chart.metadata.dependencies);
        }
        let merged = merge(chart, &Map::new(), self.rules)?;
        self.heard(merged.warnings);
        if chart.metadata.dependencies.iter().all(|request| request.import_values.is_empty()) {
            chart.values = merged.values;
            return Ok(());
        }
        let mut imports = Imports { imported: Table::default(), warnings: Vec::new() };
        let tables = table(&merged.values);
        let outcome = imports.of_chart(chart, &tables);
        dismantle(tables);
        dismantle(imports.imported);
        chart.values = outcome.map_err(|Limit { what, maximum }| {
            let chart = chart.metadata.name.clone();
            CoalesceError::ImportLimit { chart, limit: what, maximum }
        })?;
        self.warnings.append(&mut imports.warnings);
        Ok(())
    }
}

/// Gives each asked-for chart its name, and lets those that are not asked for go first. Tells where each of them was.
fn name_dependencies(chart: &mut Chart) -> Vec<usize> {
    let mut sources = Vec::new();
    let carried = std::mem::take(&mut chart.dependencies);
    let versions: Vec<_> =
        carried.iter().map(|chart| Version::parse(&chart.metadata.version).ok()).collect();
    let ranges: Vec<_> =
        chart.metadata.dependencies.iter().map(|r| Constraint::parse(&r.version).ok()).collect();
    let fits = |request: usize, name: &str, chart: usize| {
        let (range, version) = (&ranges[request], &versions[chart]);
        carried[chart].name() == name
            && matches!((range, version), (Some(range), Some(version)) if range.check(version))
    };
    let requests = &mut chart.metadata.dependencies;
    for (n, unasked) in carried.iter().enumerate() {
        if !requests.iter().enumerate().any(|(r, request)| fits(r, &request.name, n)) {
            chart.dependencies.push(unasked.clone());
            sources.push(n);
        }
    }
    for (r, request) in requests.iter_mut().enumerate() {
        let found = (0..carried.len()).find(|&n| fits(r, &request.name, n));
        if let Some(n) = found {
            let mut named = carried[n].clone();
            if !request.alias.is_empty() {
                named.metadata.name.clone_from(&request.alias);
            }
            chart.dependencies.push(named);
            sources.push(n);
        }
        if !request.alias.is_empty() {
            request.name.clone_from(&request.alias);
        }
    }
    sources
}

/// Gives the value at a path of dots, unless it is a table.
fn value_at<'a>(values: &'a Map, path: &str) -> Option<&'a Value> {
    let (tables, key) = path.rsplit_once('.').map_or((None, path), |(t, key)| (Some(t), key));
    let mut table = values;
    for name in tables.into_iter().flat_map(|tables| tables.split('.')) {
        table = table.get(name)?.as_map()?;
    }
    table.get(key).filter(|value| value.as_map().is_none())
}

/// A table as Go has it: whoever holds it sees what others do to it.
///
/// Imported tables are not copied by Helm. They stay part of the chart's values, so that a second
/// import into the same place changes what the first one came from.
type Table = Rc<RefCell<BTreeMap<Arc<str>, Node>>>;

#[derive(Clone)]
enum Node {
    Table(Table),
    /// Anything but a map.
    Leaf(Value),
}

/// A limit that was exceeded.
struct Limit {
    what: &'static str,
    maximum: usize,
}

fn table(values: &Map) -> Table {
    let entries = values.iter().map(|(key, value)| {
        let node = match value {
            Value::Map(inner) => Node::Table(stack::with_room(|| table(inner))),
            other => Node::Leaf(other.clone()),
        };
        (key.clone(), node)
    });
    Rc::new(RefCell::new(entries.collect()))
}

fn map(table: &Table, entries: &mut usize, depth: usize) -> Result<Map, Limit> {
    check_depth(depth)?;
    let table = table.borrow();
    *entries += table.len();
    if *entries > MAX_IMPORTED_ENTRIES {
        return Err(Limit { what: "entries", maximum: MAX_IMPORTED_ENTRIES });
    }
    let mut values = Vec::with_capacity(table.len());
    for (key, node) in table.iter() {
        let value = match node {
            Node::Table(inner) => stack::with_room(|| map(inner, entries, depth + 1))?.into(),
            Node::Leaf(value) => value.clone(),
        };
        values.push((key.clone(), value));
    }
    Ok(values.into_iter().collect())
}

/// Takes tables apart one by one: they may be deep, and hold themselves.
fn dismantle(table: Table) {
    let mut tables = vec![table];
    while let Some(table) = tables.pop() {
        let entries = std::mem::take(&mut *table.borrow_mut());
        tables.extend(entries.into_values().filter_map(|node| match node {
            Node::Table(table) => Some(table),
            Node::Leaf(_) => None,
        }));
    }
}

fn check_depth(depth: usize) -> Result<(), Limit> {
    if depth > MAX_IMPORTED_DEPTH {
        return Err(Limit { what: "levels", maximum: MAX_IMPORTED_DEPTH });
    }
    Ok(())
}

struct Imports {
    imported: Table,
    warnings: Vec<ProcessWarning>,
}

impl Imports {
    /// Gives the chart's values, with what it imports where they have nothing.
    fn of_chart(&mut self, chart: &mut Chart, values: &Table) -> Result<Map, Limit> {
        for request in &mut chart.metadata.dependencies {
            self.of_dependency(request, values)?;
        }
        let mut entries = 0;
        // The chart's own values are copied, what it imports is not: a table that stands there twice changes twice.
        let own = table(&map(values, &mut entries, 0)?);
        map(&self.imported, &mut entries, 0)?;
        let imported = self.imported.clone();
        let merged =
            self.merge(&own, &imported, Place::ROOT, 0).and_then(|()| map(&own, &mut 0, 0));
        dismantle(own);
        merged
    }

    /// Imports what one dependency offers, and writes each import out as child and parent.
    fn of_dependency(&mut self, request: &mut Dependency, values: &Table) -> Result<(), Limit> {
        let mut written_out = Vec::new();
        for import in std::mem::take(&mut request.import_values) {
            let (child, parent, chart) = match &import {
                Value::Map(import) => {
                    let text = |key| Shown(import.get(key).unwrap_or(&Value::Null)).to_string();
                    (text("child"), text("parent"), Some(request.name.clone()))
                }
                Value::String(name) => (format!("exports.{name}"), ".".to_owned(), None),
                _ => continue,
            };
            written_out.push(
                [("child", Value::string(&*child)), ("parent", Value::string(&*parent))]
                    .into_iter()
                    .collect::<Map>()
                    .into(),
            );
            match table_at(values, &format!("{}.{child}", request.name)) {
                Ok(found) => {
                    // Go replaces an empty map by another one.
                    let found = if found.borrow().is_empty() { Table::default() } else { found };
                    self.merge(&self.imported.clone(), &below(&parent, found), Place::ROOT, 0)?;
                }
                Err(key) => self.warnings.push(ProcessWarning::ImportMissing { chart, key }),
            }
        }
        request.import_values = written_out;
        Ok(())
    }

    /// Merges `from` into `into`, which wins. Nulls of `into` get into `from`, as in Helm.
    fn merge(
        &mut self,
        into: &Table,
        from: &Table,
        place: &Place<'_>,
        depth: usize,
    ) -> Result<(), Limit> {
        check_depth(depth)?;
        if Rc::ptr_eq(into, from) {
            return Ok(());
        }
        for (key, node) in into.borrow().iter() {
            if let Node::Leaf(Value::Null) = node {
                from.borrow_mut().insert(key.clone(), node.clone());
            }
        }
        let entries: Vec<_> =
            from.borrow().iter().map(|(key, node)| (key.clone(), node.clone())).collect();
        for (key, node) in entries {
            let own = into.borrow().get(&key).cloned();
            let place = Place::of(place, &key);
            match (own, node) {
                (None, node) => {
                    into.borrow_mut().insert(key, node);
                }
                (Some(Node::Table(own)), Node::Table(node)) => {
                    stack::with_room(|| self.merge(&own, &node, &place, depth + 1))?;
                }
                (Some(Node::Leaf(_)), Node::Table(node)) => {
                    let shown = map(&node, &mut 0, depth)?.into();
                    let warning = cannot_overwrite_table(place, &shown);
                    self.warnings.push(ProcessWarning::Coalesce(warning));
                }
                (Some(Node::Table(_)), Node::Leaf(node)) if !node.is_null() => {
                    let warning = destination_is_table(place, &node);
                    self.warnings.push(ProcessWarning::Coalesce(warning));
                }
                (Some(_), Node::Leaf(_)) => {}
            }
        }
        Ok(())
    }
}

/// Finds a table by a path of dots, or gives the key that is none.
fn table_at(values: &Table, path: &str) -> Result<Table, String> {
    let mut table = values.clone();
    for key in path.split('.') {
        let inner = match table.borrow().get(key) {
            Some(Node::Table(inner)) => inner.clone(),
            _ => return Err(key.to_owned()),
        };
        table = inner;
    }
    Ok(table)
}

/// Puts a table below a path of dots; the path `.` is where it is.
fn below(path: &str, table: Table) -> Table {
    if path == "." {
        return table;
    }
    path.rsplit('.').fold(table, |table, key| {
        Rc::new(RefCell::new(BTreeMap::from([(key.into(), Node::Table(table))])))
    })
}
