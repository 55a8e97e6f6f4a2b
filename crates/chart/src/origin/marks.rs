//! Marks: numbers in the place of values, by which they are known again wherever merging takes them.
//!
//! A scalar becomes the number of its [`Site`] as a string; a list is known by its body, which clones share; a map gets
//! one entry more, under a key that no document has. Merging asks of values only whether they are maps, lists or nulls,
//! so it treats marked values as it treats those they stand for.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use pintle_yaml::{Map, Value};

use super::{Text, TraceError};
use crate::stack;
use crate::value_path::{Step, ValuePath};

/// The most values of all sources together that are traced.
pub const MAX_SITES: usize = 1_000_000;

/// The most steps that the paths of all values together may have.
const MAX_PATH_STEPS: usize = 20_000_000;

/// How the key begins that a marked map has besides its own: a character that is none.
const MAP_KEY: char = '\u{10FFFF}';

/// The number of a site.
pub(super) type SiteId = u32;

/// Where a value is given.
#[derive(Debug)]
pub(super) struct Site {
    /// the layer that gives it
    pub(super) layer: usize,
    /// the list or map it is in, and the step from there
    pub(super) around: Option<(SiteId, Step)>,
    /// the number of the text
    pub(super) text: usize,
    /// where its key stands
    pub(super) key: Option<Range<usize>>,
    /// where it stands
    pub(super) span: Option<Range<usize>>,
    /// the value
    pub(super) value: Value,
    /// how many steps lead to it
    pub(super) depth: usize,
}

/// All sites, and the texts they are in.
#[derive(Debug, Default)]
pub(super) struct Marks {
    pub(super) sites: Vec<Site>,
    pub(super) texts: Vec<Text>,
    /// the sites of lists, by the address of the body, which is kept so that the address stays its own
    lists: HashMap<usize, (Arc<Vec<Value>>, SiteId)>,
    /// how many steps the paths of all sites have
    n_steps: usize,
}

impl Marks {
    pub(super) fn add_text(&mut self, text: Text) -> usize {
        self.texts.push(text);
        self.texts.len() - 1
    }

    pub(super) fn add(&mut self, mut site: Site) -> Result<SiteId, TraceError> {
        let outer = site.around.as_ref().and_then(|(outer, _)| self.site(*outer));
        site.depth = outer.map_or(0, |outer| outer.depth + 1);
        self.n_steps += site.depth;
        if self.sites.len() >= MAX_SITES || self.n_steps > MAX_PATH_STEPS {
            return Err(TraceError::TooLarge);
        }
        self.sites.push(site);
        Ok(SiteId::try_from(self.sites.len() - 1).unwrap_or(SiteId::MAX))
    }

    pub(super) fn site(&self, id: SiteId) -> Option<&Site> {
        self.sites.get(id as usize)
    }

    /// Gives the path of a site within its layer.
    pub(super) fn path(&self, id: SiteId) -> ValuePath {
        let mut steps = Vec::new();
        let mut around = self.site(id).and_then(|site| site.around.as_ref());
        while let Some((outer, step)) = around {
            steps.push(step.clone());
            around = self.site(*outer).and_then(|site| site.around.as_ref());
        }
        steps.reverse();
        ValuePath(steps)
    }

    /// Gives what a site is in: all values of its document.
    pub(super) fn root(&self, id: SiteId) -> Option<&Value> {
        let mut site = self.site(id)?;
        while let Some((outer, _)) = &site.around {
            site = self.site(*outer)?;
        }
        Some(&site.value)
    }

    /// Marks a scalar.
    pub(super) fn scalar(id: SiteId) -> Value {
        Value::string(id.to_string())
    }

    /// Marks a list whose items are marked.
    pub(super) fn list(&mut self, id: SiteId, items: Vec<Value>) -> Value {
        let body = Arc::new(items);
        self.lists.insert(Arc::as_ptr(&body) as usize, (Arc::clone(&body), id));
        Value::List(body)
    }

    /// Marks a map whose values are marked.
    pub(super) fn map(id: SiteId, entries: impl Iterator<Item = (Arc<str>, Value)>) -> Map {
        let own = (format!("{MAP_KEY}{id}").into(), Self::scalar(id));
        entries.chain([own]).collect()
    }

    /// Gives the site that a marked scalar stands for.
    pub(super) fn site_of_scalar(value: &Value) -> Option<SiteId> {
        value.as_str()?.parse().ok()
    }

    /// Gives the site of a list, unless it was changed since it was marked.
    pub(super) fn site_of_list(&self, items: &Arc<Vec<Value>>) -> Option<SiteId> {
        self.lists.get(&(Arc::as_ptr(items) as usize)).map(|(_, id)| *id)
    }

    /// Gives the sites of all maps that were merged into one.
    pub(super) fn sites_of_map(map: &Map) -> impl Iterator<Item = SiteId> {
        map.keys().rev().map_while(|key| key.strip_prefix(MAP_KEY)).filter_map(|id| id.parse().ok())
    }

    /// Gives a marked value with its nulls as what they are, as merging has to see them; `None` if there are none.
    pub(super) fn with_nulls(&mut self, value: &Value) -> Option<Value> {
        match value {
            Value::String(_) => {
                let site = Self::site_of_scalar(value).and_then(|id| self.site(id));
                site.is_some_and(|site| site.value.is_null()).then_some(Value::Null)
            }
            Value::List(items) => {
                let mut changed: Option<Vec<Value>> = None;
                for (n, item) in items.iter().enumerate() {
                    if let Some(item) = stack::with_room(|| self.with_nulls(item)) {
                        changed.get_or_insert_with(|| items.to_vec())[n] = item;
                    }
                }
                let id = self.site_of_list(items);
                match (changed, id) {
                    (Some(items), Some(id)) => Some(self.list(id, items)),
                    (Some(items), None) => Some(Value::list(items)),
                    (None, _) => None,
                }
            }
            Value::Map(map) => self.map_with_nulls(map).map(Value::Map),
            _ => None,
        }
    }

    pub(super) fn map_with_nulls(&mut self, map: &Map) -> Option<Map> {
        let mut changed: Option<Map> = None;
        for (key, value) in map.iter() {
            if key.starts_with(MAP_KEY) {
                continue;
            }
            if let Some(value) = stack::with_room(|| self.with_nulls(value)) {
                changed.get_or_insert_with(|| map.clone()).insert(key.clone(), value);
            }
        }
        changed
    }
}
