//! Failures of templates as reports: the line of the template, and the values that reached it.

use std::ops::Range;

use pintle_chart::origin::{Origins, Text};
use pintle_chart::value_path::{Step, ValuePath};
use pintle_chart::{Chart, near};
use pintle_engine::Frame;
use pintle_yaml::Value;

use super::draw::{Place, Report};
use super::show;

/// The most templates on the way that are shown.
const MAX_FRAMES: usize = 6;

/// The most values that are shown.
const MAX_VALUES: usize = 12;

/// A chart whose templates may fail.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Charts<'c> {
    /// as it was loaded
    pub(crate) loaded: &'c Chart,
    /// with its dependencies processed: charts go by their aliases
    pub(crate) processed: &'c Chart,
    /// what stands before the paths of its files
    pub(crate) folder: &'c str,
}

/// Makes a report of a failure. `read` is what the action that failed has read of the values.
pub(crate) fn report(
    frames: &[Frame],
    charts: Charts<'_>,
    origins: &Origins,
    read: &[ValuePath],
    shows_secrets: bool,
) -> Option<Report> {
    let innermost = frames.last()?;
    let outermost = frames.first()?;
    let mut report = Report { title: innermost.message.clone(), ..Report::default() };
    let mut is_first = true;
    for frame in frames.iter().rev() {
        let Some(found) = Found::of(&frame.template, frame.offset, charts) else { continue };
        let text = Text::new(found.path, &*found.text);
        let span = span_of(frame, &found.text);
        let label = if is_first { String::new() } else { "on the way from here".to_owned() };
        if report.places.len() < MAX_FRAMES {
            report.places.push(Place::new(&text, span.clone(), label, &[]));
        }
        is_first = false;
    }
    if report.places.is_empty() {
        return None;
    }
    let below = chart_path(&outermost.template, charts.processed);
    let is_on_the_way =
        |path: &&ValuePath| read.iter().any(|other| other != *path && other.0.starts_with(&path.0));
    for path in read.iter().filter(|path| !is_on_the_way(path)).take(MAX_VALUES) {
        tell(path, &below, origins, shows_secrets, &mut report);
    }
    Some(report)
}

/// A template that was found in its chart.
pub(super) struct Found<'c> {
    pub(super) path: String,
    pub(super) text: std::borrow::Cow<'c, str>,
}

impl<'c> Found<'c> {
    /// Finds the file of a template by its path from the outermost chart, and checks that `offset` is in it; nothing for a
    /// text that stands in no file, such as that of `tpl`.
    pub(super) fn of(template: &str, offset: usize, charts: Charts<'c>) -> Option<Self> {
        let mut rest = template.strip_prefix(charts.processed.name())?.strip_prefix('/')?;
        let mut chart = charts.processed;
        let mut loaded = Some(charts.loaded);
        let mut path = charts.folder.to_owned();
        while let Some(below) = rest.strip_prefix("charts/") {
            let (name, inner) = below.split_once('/')?;
            chart = chart.dependency(name)?;
            rest = inner;
            // The folder has the chart's own name, not its alias.
            let requests = loaded.map_or(&[][..], |loaded| &loaded.metadata.dependencies);
            let request = requests.iter().find(|request| request.alias == name);
            let name = request.map_or(name, |request| &request.name);
            loaded = loaded.and_then(|loaded| loaded.dependency(name));
            path.push_str("/charts/");
            path.push_str(name);
        }
        let file = chart.templates.iter().find(|file| *file.name == *rest)?;
        let text = file.text();
        if offset > text.len() || !text.is_char_boundary(offset) {
            return None;
        }
        Some(Self { path: format!("{path}/{rest}"), text })
    }
}

/// Gives where the values of a template's chart are.
fn chart_path(template: &str, chart: &Chart) -> ValuePath {
    let mut keys = Vec::new();
    let mut rest = template.strip_prefix(chart.name()).unwrap_or_default();
    while let Some(below) = rest.strip_prefix("/charts/") {
        let Some((name, _)) = below.split_once('/') else { break };
        keys.push(name);
        rest = &below[name.len()..];
    }
    ValuePath::of_keys(keys)
}

/// Gives the part of a template that failed: the node where it can be found around its offset, else a word.
fn span_of(frame: &Frame, text: &str) -> Range<usize> {
    let offset = frame.offset;
    let line_start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
    if frame.node.is_empty() {
        // A text that does not parse: the line, without the space around it.
        let line = text[line_start..].split('\n').next().unwrap_or_default();
        let start = line_start + (line.len() - line.trim_start().len());
        return start..line_start + line.trim_end().len();
    }
    let before = &text[..text.len().min(offset + frame.node.len())];
    let before = &text[..text.floor_char_boundary(before.len())];
    if let Some(start) = before[line_start..].rfind(&frame.node) {
        let start = line_start + start;
        if (start..=start + frame.node.len()).contains(&offset) {
            return start..start + frame.node.len();
        }
    }
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '$');
    let len = text[offset..].find(|c| !is_word(c)).unwrap_or(text.len() - offset);
    offset..offset + len.max(1).min(text.len() - offset)
}

/// Says what is at a path of values and where it was set, or how far the path leads. `below` is where the values of the
/// template's own chart are.
fn tell(
    path: &ValuePath,
    below: &ValuePath,
    origins: &Origins,
    shows_secrets: bool,
    report: &mut Report,
) {
    let values = origins.values();
    let part = |n: usize| ValuePath(path.0[..n].to_vec());
    let name = |path: &ValuePath| {
        let own = path.0.strip_prefix(below.0.as_slice()).unwrap_or(&path.0);
        format!(".Values.{}", ValuePath(own.to_vec()))
    };
    let shown = name(path);
    let n_steps = path.0.len();
    let n_there = (1..=n_steps).take_while(|n| part(*n).find(values).is_some()).count();
    let there = part(n_there);
    let origin = || origins.of(&there).map_or(String::new(), |origin| format!(", from {origin}"));
    if n_there == n_steps {
        let Some(value) = there.find(values) else { return };
        let text = show::value(value, &there, values, shows_secrets);
        report.notes.push(format!("{shown} is {text}{}", origin()));
        return;
    }
    let around = match there.find(values) {
        None if there.0.is_empty() => Some(values),
        Some(Value::Map(map)) => Some(map),
        Some(Value::List(items)) if matches!(path.0[n_there], Step::Index(_)) => {
            let (name, n_items) = (name(&there), items.len());
            let items = if n_items == 1 { "item" } else { "items" };
            report
                .notes
                .push(format!("{shown} is not there: {name} has {n_items} {items}{}", origin()));
            return;
        }
        Some(other) => {
            let text = show::value(other, &there, values, shows_secrets);
            let name = name(&there);
            report
                .notes
                .push(format!("{shown} is not there: {name} is {text}{}, and no map", origin()));
            return;
        }
        None => None,
    };
    let Step::Key(missing) = &path.0[n_there] else { return };
    let here = if n_there <= below.0.len() {
        "no layer gives it a value".to_owned()
    } else {
        format!("{} has no key `{missing}`{}", name(&there), origin())
    };
    report.notes.push(format!("{shown} is not there: {here}"));
    let nulls = origins.history(&part(n_there + 1));
    for touch in nulls.iter().filter(|touch| touch.value.is_null()) {
        report.notes.push(format!("{} is null in {}", touch.path, touch.origin));
    }
    let known = around.into_iter().flat_map(pintle_yaml::Map::keys).map(|key| &**key);
    let near = near::of(missing, known);
    if !near.is_empty() {
        let words: Vec<String> = near.iter().map(|key| format!("`{key}`")).collect();
        report.help.push(format!("there is {}: is it meant by `{missing}`?", words.join(" and ")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_are_found_around_their_offsets() {
        let text = "a: {{ .Values.a.b }} {{ .Values.a.b }}\nb: {{ if }}";
        let span = |offset, node: &str| {
            let (template, message) = (String::new(), String::new());
            let frame = Frame { template, offset, node: node.to_owned(), message };
            span_of(&frame, text)
        };
        assert_eq!(span(13, ".Values.a.b"), 6..17);
        assert_eq!(span(24, ".Values.a.b"), 24..35);
        assert_eq!(span(6, "(.Values.a.b)"), 6..17);
        assert_eq!(span(45, ""), 39..50);
    }
}
