//! Merging of chart values.
//!
//! Helm calls this *coalescing*: the nearer values win, maps merge key by key, lists and scalars are
//! replaced whole, and an explicit `null` removes the default it meets. A chart's values then go
//! down to the charts it carries, under their names, and `global` goes down to all of them.
//!
//! Trees are shared, not copied: what no default adds to stays the very map it was.
//!
//! Source: `CoalesceValues` and `MergeValues` in `pkg/chart/common/util/coalesce.go`, Helm v4.

use std::fmt::{self, Write as _};
use std::sync::Arc;

use pintle_yaml::{Map, Value};

use crate::Chart;
use crate::quote::Quoted;
use crate::show::{Shown, ShownAsBool};
use crate::stack;

/// The key whose values every chart below sees.
const GLOBAL: &str = "global";

/// In what versions of Helm differ when they coalesce. The default is Helm 4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CoalesceRules {
    /// Nulls among a chart's defaults are dropped; else they are values and stay.
    pub drops_null_defaults: bool,
    /// whose the list of dependencies is of a chart that is carried under several aliases
    pub aliases: Aliases,
}

impl Default for CoalesceRules {
    fn default() -> Self {
        Self { drops_null_defaults: true, aliases: Aliases::Apart }
    }
}

/// Whose the list of dependencies is of a chart that is carried under several aliases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aliases {
    /// each copy has its own
    Apart,
    /// all copies share it: what one renames is renamed for the others
    Together,
}

/// The values of a chart and all charts below it, ready to be checked and rendered.
///
/// Helm shares parts of `global` between a chart and the charts it carries, so that templates which
/// change them with `set` change them for both: entries of `global` that are no maps, and within
/// each map of it all entries the carrying chart has too. The trees here are equal in those places.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Coalesced {
    /// the values
    pub values: Map,
    /// what Helm logs meanwhile, sorted: Go walks maps in no order
    pub warnings: Vec<String>,
    /// the defaults that a null of the user removed, as `chart.key.key`, sorted
    pub removed: Vec<String>,
}

/// Values that cannot be coalesced, in Helm's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CoalesceError {
    /// something other than a map under the name of a chart that is carried
    #[error("type mismatch on {chart}: {shown}")]
    TypeMismatch {
        /// the name
        chart: String,
        /// what is there, as Go's `%t` shows it
        shown: String,
    },
    /// `import-values` that put a table into itself, or multiply tables beyond a limit of ours;
    /// Helm has no limit, and crashes
    #[error("import-values of chart {chart} make values too large: the limit is {maximum} {limit}")]
    ImportLimit {
        /// the chart that imports
        chart: String,
        /// what is limited: `entries`, `levels`
        limit: &'static str,
        /// the largest amount allowed
        maximum: usize,
    },
}

/// Coalesces the user's values with the defaults of a chart and of all charts below it.
///
/// # Errors
///
/// [`CoalesceError::TypeMismatch`].
pub fn coalesce(
    chart: &Chart,
    values: &Map,
    rules: CoalesceRules,
) -> Result<Coalesced, CoalesceError> {
    run(chart, values, Mode::Coalesce, rules)
}

/// Merges as [`coalesce`] does, but keeps every null: for values that will be coalesced later.
///
/// # Errors
///
/// [`CoalesceError::TypeMismatch`].
pub fn merge(
    chart: &Chart,
    values: &Map,
    rules: CoalesceRules,
) -> Result<Coalesced, CoalesceError> {
    run(chart, values, Mode::Merge, rules)
}

fn run(
    chart: &Chart,
    values: &Map,
    mode: Mode,
    rules: CoalesceRules,
) -> Result<Coalesced, CoalesceError> {
    let mut walk = Walk { rules, ..Walk::default() };
    let mut values = values.clone();
    walk.chart(chart, &mut values, Place::ROOT, mode)?;
    if walk.has_leaked {
        share_globals(chart, &mut values);
    }
    let Walk { mut warnings, mut removed, .. } = walk;
    warnings.sort();
    removed.sort();
    removed.dedup();
    Ok(Coalesced { values, warnings, removed })
}

/// Fills a table up from defaults as [`coalesce`] does; `map` wins. Gives the warnings too.
pub fn coalesce_tables(map: &Map, defaults: &Map, rules: CoalesceRules) -> (Map, Vec<String>) {
    let mut walk = Walk { rules, ..Walk::default() };
    let filled = walk.tables(map, defaults, Place::ROOT, Mode::Coalesce);
    (filled.unwrap_or_else(|| map.clone()), walk.warnings)
}

/// What becomes of nulls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// They remove what they meet.
    Coalesce,
    /// They are values.
    Merge,
}

/// Where a walk is: chart names, then keys. Only warnings make a text of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    outer: Option<&'a Place<'a>>,
    key: &'a str,
}

impl<'a> Place<'a> {
    pub(crate) const ROOT: &'static Place<'static> = &Place { outer: None, key: "" };

    pub(crate) fn of(outer: &'a Place<'a>, key: &'a str) -> Self {
        Self { outer: Some(outer), key }
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut keys = vec![self.key];
        let mut place = self;
        while let Some(outer) = place.outer {
            keys.push(outer.key);
            place = outer;
        }
        // Helm joins only what is not empty so far.
        let mut is_empty = true;
        for key in keys.iter().rev() {
            if !is_empty {
                f.write_char('.')?;
            }
            f.write_str(key)?;
            is_empty &= key.is_empty();
        }
        Ok(())
    }
}

/// Says that a default table meets something else.
pub(crate) fn cannot_overwrite_table(place: Place<'_>, default: &Value) -> String {
    let default = Shown(default);
    format!("warning: cannot overwrite table with non table for {place} ({default})")
}

/// Says that a default that is no table meets one.
pub(crate) fn destination_is_table(place: Place<'_>, default: &Value) -> String {
    let default = Shown(default);
    format!("warning: destination for {place} is a table. Ignoring non-table value ({default})")
}

#[derive(Debug, Default)]
struct Walk {
    rules: CoalesceRules,
    warnings: Vec<String>,
    removed: Vec<String>,
    /// Whether a chart's values got into the `global` of the chart that carries it.
    has_leaked: bool,
}

impl Walk {
    fn chart(
        &mut self,
        chart: &Chart,
        values: &mut Map,
        outer: &Place<'_>,
        mode: Mode,
    ) -> Result<(), CoalesceError> {
        let place = Place::of(outer, chart.name());
        self.defaults(chart, values, &place, mode);
        for dependency in &chart.dependencies {
            let name = dependency.name();
            let mut inner = match values.get(name) {
                None => Map::new(),
                Some(Value::Map(map)) => map.clone(),
                Some(other) => {
                    let (chart, shown) = (name.to_owned(), ShownAsBool(other).to_string());
                    return Err(CoalesceError::TypeMismatch { chart, shown });
                }
            };
            self.globals(&mut inner, values, &place);
            stack::with_room(|| self.chart(dependency, &mut inner, &place, mode))?;
            self.has_leaked |= lift_globals(values, &inner);
            replace(values, name, inner);
        }
        Ok(())
    }

    /// Fills `values` up with the defaults of one chart.
    fn defaults(&mut self, chart: &Chart, values: &mut Map, place: &Place<'_>, mode: Mode) {
        let drops_nulls = mode == Mode::Coalesce && self.rules.drops_null_defaults;
        if values.is_empty() {
            *values = if drops_nulls { without_nulls(&chart.values) } else { chart.values.clone() };
            return;
        }
        for (key, default) in chart.values.iter() {
            match (values.get(key), default) {
                (None, Value::Null) if drops_nulls => {}
                (None, Value::Map(map)) if drops_nulls => {
                    values.insert(key.clone(), without_nulls(map).into());
                }
                (None, default) => {
                    values.insert(key.clone(), default.clone());
                }
                (Some(Value::Null), default) if mode == Mode::Coalesce => {
                    if !default.is_null() {
                        self.removed.push(Place::of(place, key).to_string());
                    }
                    values.remove(key);
                }
                (Some(Value::Map(map)), Value::Map(defaults)) => {
                    let is_chart = chart.dependencies.iter().any(|d| d.name() == &**key);
                    let mode = if is_chart { Mode::Merge } else { mode };
                    let cleaned = mode == Mode::Coalesce && self.rules.drops_null_defaults;
                    let defaults = if cleaned { without_nulls(defaults) } else { defaults.clone() };
                    if let Some(merged) = self.tables(map, &defaults, &Place::of(place, key), mode)
                    {
                        values.insert(key.clone(), merged.into());
                    }
                }
                (Some(Value::Map(_)), default) if !default.is_null() => {
                    let place = Place::of(place, key);
                    self.warnings.push(format!("warning: skipped value for {place}: Not a table."));
                }
                (Some(_), _) => {}
            }
        }
    }

    /// Brings the `global` of a chart down to one that it carries.
    fn globals(&mut self, inner: &mut Map, outer: &Map, place: &Place<'_>) {
        let mut globals = match inner.get(GLOBAL) {
            None => Map::new(),
            Some(Value::Map(map)) => map.clone(),
            Some(_) => {
                let text = "warning: skipping globals because destination global is not a table.";
                return self.warnings.push(text.to_owned());
            }
        };
        let given = match outer.get(GLOBAL) {
            None => Map::new(),
            Some(Value::Map(map)) => map.clone(),
            Some(_) => {
                let text = "warning: skipping globals because source global is not a table.";
                return self.warnings.push(text.to_owned());
            }
        };
        for (key, value) in given.iter() {
            match (value, globals.get(key)) {
                (Value::Map(map), Some(Value::Map(own))) => {
                    // The carrying chart's entries win; what is null is seen to later.
                    let merged = self.tables(map, own, &Place::of(place, key), Mode::Merge);
                    replace(&mut globals, key, merged.unwrap_or_else(|| map.clone()));
                }
                (Value::Map(_), Some(_)) => self.warnings.push(format!(
                    "Conflict: cannot merge map onto non-map for {}. Skipping.",
                    Quoted(key)
                )),
                (value, Some(Value::Map(_))) if !matches!(value, Value::Map(_)) => {
                    self.warnings.push(format!("key {key} is table. Skipping"));
                }
                (value, own) => {
                    if own.is_none_or(|own| !is_same(own, value)) {
                        globals.insert(key.clone(), value.clone());
                    }
                }
            }
        }
        replace(inner, GLOBAL, globals);
    }

    /// Fills `map` up from `defaults`; `None` says that nothing changed.
    fn tables(&mut self, map: &Map, defaults: &Map, place: &Place<'_>, mode: Mode) -> Option<Map> {
        if map.is_same(defaults) || defaults.is_empty() {
            return None;
        }
        if map.is_empty() {
            return Some(defaults.clone());
        }
        let mut merged: Option<Map> = None;
        for (key, default) in defaults.iter() {
            let place = Place::of(place, key);
            match (map.get(key), default) {
                (None, default) => {
                    let merged = merged.get_or_insert_with(|| map.clone());
                    merged.insert(key.clone(), default.clone());
                }
                (Some(Value::Null), default) => {
                    if mode == Mode::Coalesce && !default.is_null() {
                        self.removed.push(place.to_string());
                        merged.get_or_insert_with(|| map.clone()).remove(key);
                    }
                }
                (Some(Value::Map(own)), Value::Map(default)) => {
                    let filled = stack::with_room(|| self.tables(own, default, &place, mode));
                    if let Some(filled) = filled {
                        let merged = merged.get_or_insert_with(|| map.clone());
                        merged.insert(key.clone(), filled.into());
                    }
                }
                (Some(_), default @ Value::Map(_)) => {
                    self.warnings.push(cannot_overwrite_table(place, default));
                }
                (Some(Value::Map(_)), default) if !default.is_null() => {
                    self.warnings.push(destination_is_table(place, default));
                }
                (Some(_), _) => {}
            }
        }
        merged
    }
}

/// Gives a map without the nulls in it and in its maps; those in lists stay.
fn without_nulls(map: &Map) -> Map {
    fn cleaned(map: &Map) -> Option<Map> {
        let mut clean: Option<Map> = None;
        for (key, value) in map.iter() {
            match value {
                Value::Null => {
                    clean.get_or_insert_with(|| map.clone()).remove(key);
                }
                Value::Map(inner) => {
                    if let Some(inner) = stack::with_room(|| cleaned(inner)) {
                        clean.get_or_insert_with(|| map.clone()).insert(key.clone(), inner.into());
                    }
                }
                _ => {}
            }
        }
        clean
    }
    cleaned(map).unwrap_or_else(|| map.clone())
}

/// Puts the parts of `global` that a carried chart shares back into the chart that carries it, and
/// tells whether that changed anything.
///
/// Go only copies the tables of `global`, not what is in them, so a carried chart's defaults for
/// `global.a.b.c` become visible above, where `global.a.b` is a table.
fn lift_globals(outer: &mut Map, inner: &Map) -> bool {
    let (Some(Value::Map(above)), Some(Value::Map(below))) = (outer.get(GLOBAL), inner.get(GLOBAL))
    else {
        return false;
    };
    let Some(shared) = with_shared_tables(above, below) else { return false };
    outer.insert(GLOBAL, shared.into());
    true
}

/// Brings what became of the shared parts of `global` down to all charts.
fn share_globals(chart: &Chart, values: &mut Map) {
    let Some(Value::Map(above)) = values.get(GLOBAL).cloned() else { return };
    for dependency in &chart.dependencies {
        let Some(Value::Map(inner)) = values.get(dependency.name()) else { continue };
        let mut inner = inner.clone();
        if let Some(Value::Map(below)) = inner.get(GLOBAL)
            && let Some(shared) = with_shared_tables(below, &above)
        {
            inner.insert(GLOBAL, shared.into());
        }
        stack::with_room(|| share_globals(dependency, &mut inner));
        replace(values, dependency.name(), inner);
    }
}

/// Gives `globals` with the tables in its tables taken from `other`; `None` says nothing changed.
fn with_shared_tables(globals: &Map, other: &Map) -> Option<Map> {
    let mut shared: Option<Map> = None;
    for (key, table) in globals.iter() {
        let (Value::Map(table), Some(Value::Map(other))) = (table, other.get(key)) else {
            continue;
        };
        let mut changed: Option<Map> = None;
        for (key, value) in table.iter() {
            if let (Value::Map(map), Some(Value::Map(other))) = (value, other.get(key))
                && !map.is_same(other)
            {
                let changed = changed.get_or_insert_with(|| table.clone());
                changed.insert(key.clone(), other.clone().into());
            }
        }
        if let Some(changed) = changed {
            shared.get_or_insert_with(|| globals.clone()).insert(key.clone(), changed.into());
        }
    }
    shared
}

/// Sets a key to a map, unless it is that very map already.
fn replace(values: &mut Map, key: &str, map: Map) {
    if !matches!(values.get(key), Some(Value::Map(own)) if own.is_same(&map)) {
        values.insert(key, map.into());
    }
}

/// Tells whether two values are plainly the same, without a look into lists and maps.
fn is_same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Map(a), Value::Map(b)) => a.is_same(b),
        (Value::List(a), Value::List(b)) => Arc::ptr_eq(a, b),
        (Value::Map(_) | Value::List(_), _) | (_, Value::Map(_) | Value::List(_)) => false,
        (a, b) => a == b,
    }
}
