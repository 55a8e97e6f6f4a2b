//! `unknown-value`: a template reads a key that neither values nor the schema know.
//!
//! A key is known that a file of values has, or a comment of `values.yaml` names, or the schema has among the properties
//! of anything, or that a template adds. A map that is empty, a list and anything that is no map take any key. What is
//! read only to refuse it, or may be something else than values, is passed over, and so is `global`, whose keys are for
//! the charts around to say.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use pintle_chart::Chart;
use pintle_yaml::{Map, Value, json};

use super::Whose;
use super::desk::Desk;
use super::keys::path_of;
use super::table::UNKNOWN_VALUE;
use crate::lint::reads::{PlaceId, Places, Reads, Step};

/// Names that `helm create` gives to what nobody sets as a rule.
const CONVENTIONAL: &[&str] = &["fullnameOverride", "nameOverride", "namespaceOverride"];

/// Looks at what the chart's own templates read. `values` are those it may be rendered with.
pub(super) fn check<'a>(desk: &mut Desk<'a>, chart: &'a Chart, values: &[Map], reads: &Reads) {
    let mut names: HashSet<Arc<str>> = reads.added.iter().cloned().collect();
    for paper in desk.values_papers() {
        if desk.papers[paper].whose == Whose::Chart {
            names_in_comments(desk.papers[paper].text, &mut names);
        }
    }
    if let Some(schema) = &chart.schema {
        names_in_schema(&String::from_utf8_lossy(schema), &mut names);
    }
    let requested = chart.metadata.dependencies.iter();
    names.extend(CONVENTIONAL.iter().copied().map(Arc::from));
    names.extend(requested.flat_map(|request| [&*request.name, &*request.alias]).map(Arc::from));
    let known = Lookup { places: &reads.places, values, names };
    let own = format!("{}/", chart.name());
    let mut sites: Vec<_> = reads.sites.iter().filter(|(_, site)| site.is_sure).collect();
    sites.sort_by_key(|(key, _)| *key);
    let mut told = HashSet::new();
    let mut papers = BTreeMap::new();
    for ((text, offset), site) in sites {
        let Some(name) = text.strip_prefix(&own).filter(|name| name.starts_with("templates/"))
        else {
            continue;
        };
        let missing: Option<Vec<String>> =
            site.places.iter().map(|place| known.missing(*place)).collect();
        let Some(path) = missing.and_then(|paths| paths.into_iter().next()) else { continue };
        if !told.insert(path.clone()) {
            continue;
        }
        let paper = papers.entry(name).or_insert_with(|| {
            let file = chart.templates.iter().find(|file| &*file.name == name)?;
            desk.template(name, &file.data)
        });
        let Some(paper) = *paper else { continue };
        let offset = operand_start(desk.papers[paper].text, *offset);
        let message = format!("neither values nor schema have `{path}`");
        desk.note(&UNKNOWN_VALUE, paper, offset, message);
    }
}

/// What is known of values.
struct Lookup<'k> {
    places: &'k Places,
    values: &'k [Map],
    /// keys that are known wherever they are
    names: HashSet<Arc<str>>,
}

impl Lookup<'_> {
    /// Gives the path to the first key on the way to a place that is not known.
    fn missing(&self, place: PlaceId) -> Option<String> {
        let missing = self.values.iter().map(|values| self.missing_in(values, place));
        missing.reduce(Option::and)?
    }

    fn missing_in(&self, values: &Map, place: PlaceId) -> Option<String> {
        let mut map = values;
        let mut outer = Places::ROOT;
        let mut path = String::new();
        for (step, at) in self.places.path(place) {
            let Step::Key(key) = step else { return None };
            if self.places.is_open(outer) || (outer == Places::ROOT && &**key == "global") {
                return None;
            }
            path = path_of(&path, key);
            outer = at;
            match map.get(key) {
                Some(Value::Map(inner)) if !inner.is_empty() => map = inner,
                Some(_) => return None,
                None if self.names.contains(key) => return None,
                None => return Some(path),
            }
        }
        None
    }
}

/// Finds where the operand begins that Go places at one of its dots.
fn operand_start(text: &str, offset: usize) -> usize {
    let before = text.get(..offset).unwrap_or_default();
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '$');
    before.trim_end_matches(is_name).len()
}

/// Gathers names in the comments of a file: of keys that are commented out, in paths, between backticks.
fn names_in_comments(text: &str, names: &mut HashSet<Arc<str>>) {
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '[' | ']');
    for line in text.lines() {
        let Some((_, comment)) = line.split_once('#') else { continue };
        let mut rest = comment;
        let mut before = ' ';
        while let Some(start) = rest.find(is_name) {
            before = rest[..start].chars().next_back().unwrap_or(before);
            let word = &rest[start..];
            let end = word.find(|c| !is_name(c)).unwrap_or(word.len());
            let (word, behind) = word.split_at(end);
            let is_key = behind.starts_with(':');
            let is_path = word.trim_matches('.').contains('.');
            let is_quoted = matches!(before, '`' | '\'' | '"');
            let is_tagged = comment.contains("@param");
            if is_key || is_path || is_quoted || is_tagged {
                let keys = word.split(['.', '[', ']']).filter(|key| !key.is_empty());
                names.extend(keys.map(Arc::from));
            }
            rest = behind;
            before = ' ';
        }
    }
}

/// Gathers the names of properties that a schema has anywhere.
fn names_in_schema(text: &str, names: &mut HashSet<Arc<str>>) {
    let Ok(schema) = json::from_str(text) else { return };
    let mut open = vec![&schema];
    while let Some(value) = open.pop() {
        match value {
            Value::List(items) => open.extend(items.iter()),
            Value::Map(map) => {
                if let Some(Value::Map(properties)) = map.get("properties") {
                    names.extend(properties.keys().cloned());
                }
                open.extend(map.iter().map(|(_, value)| value));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_name_keys() {
        let text = "a: 1 # see `b`, not c\n# d: 1\n## @param e.f[0].g what it is\n  #  - h: x\n# plain i words\n";
        let mut names = HashSet::new();
        names_in_comments(text, &mut names);
        for known in ["b", "d", "e", "f", "g", "h"] {
            assert!(names.contains(known), "{known}");
        }
        for unknown in ["c", "plain", "i"] {
            assert!(!names.contains(unknown), "{unknown}");
        }
    }

    #[test]
    fn operands_begin_before_their_first_dot() {
        assert_eq!(operand_start("{{ $.Values.a }}", 11), 3);
        assert_eq!(operand_start("{{ (.a).b }}", 7), 7);
    }
}
