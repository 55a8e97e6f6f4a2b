//! Failures of templates as reports: the line of the template, and the values that reached it.

use std::collections::BTreeSet;
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

/// The farthest that the end of an action is looked for, in bytes.
const MAX_ACTION: usize = 4_096;

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

/// Makes a report of a failure.
pub(crate) fn report(
    frames: &[Frame],
    charts: Charts<'_>,
    origins: &Origins,
    shows_secrets: bool,
) -> Option<Report> {
    let innermost = frames.last()?;
    let outermost = frames.first()?;
    let mut report = Report { title: innermost.message.clone(), ..Report::default() };
    let mut read = BTreeSet::new();
    let mut is_first = true;
    for frame in frames.iter().rev() {
        let Some(found) = Found::of(frame, charts) else { continue };
        let text = Text::new(found.path, &*found.text);
        let span = span_of(frame, &found.text);
        let label = if is_first { String::new() } else { "on the way from here".to_owned() };
        if report.places.len() < MAX_FRAMES {
            report.places.push(Place::new(&text, span.clone(), label, &[]));
        }
        // What is read around a template that failed is only on the way.
        if is_first {
            let action = action_around(&found.text, &span);
            read.extend(paths_in(found.text.get(action.clone()).unwrap_or_default()));
            for action in blocks_around(&found.text, action.start) {
                read.extend(paths_in(found.text.get(action).unwrap_or_default()));
            }
        }
        is_first = false;
    }
    if report.places.is_empty() {
        return None;
    }
    let below = chart_path(&outermost.template, charts.processed);
    for keys in read.into_iter().take(MAX_VALUES) {
        tell(&keys, &below, origins, shows_secrets, &mut report);
    }
    Some(report)
}

/// A template that was found in its chart.
struct Found<'c> {
    path: String,
    text: std::borrow::Cow<'c, str>,
}

impl<'c> Found<'c> {
    /// Finds the file of a frame; nothing if the text that failed stands in no file, such as that of `tpl`.
    fn of(frame: &Frame, charts: Charts<'c>) -> Option<Self> {
        let mut rest = frame.template.strip_prefix(charts.processed.name())?.strip_prefix('/')?;
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
        if frame.offset > text.len() || !text.is_char_boundary(frame.offset) {
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

/// Gives the action that a part of a template is in, or the part itself.
fn action_around(text: &str, span: &Range<usize>) -> Range<usize> {
    let from = text.floor_char_boundary(span.start.saturating_sub(MAX_ACTION));
    let to = text.floor_char_boundary(span.end + MAX_ACTION);
    let start = text[from..span.end].rfind("{{").map(|at| from + at);
    let end = text[span.end..to].find("}}").map(|at| span.end + at);
    match (start, end) {
        (Some(start), Some(end)) => start..end,
        _ => span.clone(),
    }
}

/// Gives the actions of `range` and `with` whose blocks an offset is in: what `.` stands for comes from them.
fn blocks_around(text: &str, offset: usize) -> Vec<Range<usize>> {
    let mut open: Vec<(bool, Range<usize>)> = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find("{{").map(|start| at + start) {
        let end = text[start..].find("}}").map_or(text.len(), |end| start + end);
        if start >= offset {
            break;
        }
        let inside = text[start + 2..end.max(start + 2)].trim_start_matches('-').trim_start();
        let word = inside.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        match word {
            "range" | "with" => open.push((true, start..end)),
            "if" | "define" | "block" => open.push((false, start..end)),
            "end" => drop(open.pop()),
            _ => {}
        }
        at = end;
    }
    open.into_iter().filter(|(changes_dot, _)| *changes_dot).map(|(_, action)| action).collect()
}

/// Finds the values that an action reads by name: `.Values.a.b`, `$.Values.a`, `index .Values "a" "b"`.
fn paths_in(action: &str) -> Vec<Vec<String>> {
    let mut paths = Vec::new();
    for (at, word) in action.match_indices(".Values") {
        let before = action[..at].chars().next_back();
        let mut rest = &action[at + word.len()..];
        if rest.starts_with(|c: char| c.is_alphanumeric() || c == '_')
            || before.is_some_and(|c| c.is_alphanumeric() || c == '_')
        {
            continue;
        }
        let mut keys = Vec::new();
        while let Some(name) = rest.strip_prefix('.') {
            let len = name.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(name.len());
            if len == 0 {
                break;
            }
            keys.push(name[..len].to_owned());
            rest = &name[len..];
        }
        let command = action[..at].rsplit(['(', '|', '{']).next().unwrap_or_default();
        if command.trim_start_matches('-').trim_start().starts_with("index ") {
            while let Some(text) = rest.trim_start().strip_prefix('"') {
                let Some((key, after)) = text.split_once('"') else { break };
                keys.push(key.to_owned());
                rest = after;
            }
        }
        if !keys.is_empty() {
            paths.push(keys);
        }
    }
    paths
}

/// Says what is at a path of values and where it was set, or how far the path leads.
fn tell(
    keys: &[String],
    below: &ValuePath,
    origins: &Origins,
    shows_secrets: bool,
    report: &mut Report,
) {
    let shown = format!(".Values.{}", keys.join("."));
    let values = origins.values();
    let path = |n: usize| {
        let mut path = below.clone();
        path.0.extend(keys[..n].iter().map(|key| Step::Key(key.as_str().into())));
        path
    };
    let n_there = (1..=keys.len()).take_while(|n| path(*n).find(values).is_some()).count();
    let there = path(n_there);
    let origin = || origins.of(&there).map_or(String::new(), |origin| format!(", from {origin}"));
    if n_there == keys.len() {
        let Some(value) = there.find(values) else { return };
        let text = show::value(value, &there, values, shows_secrets);
        report.notes.push(format!("{shown} is {text}{}", origin()));
        return;
    }
    let missing = &keys[n_there];
    let around = match there.find(values) {
        None if there.0.is_empty() => Some(values),
        Some(Value::Map(map)) => Some(map),
        Some(other) => {
            let text = show::value(other, &there, values, shows_secrets);
            let parent = keys[..n_there].join(".");
            report.notes.push(format!(
                "{shown} is not there: .Values.{parent} is {text}{}, and no map",
                origin()
            ));
            return;
        }
        None => None,
    };
    let here = if n_there == 0 {
        "no layer gives it a value".to_owned()
    } else {
        format!(".Values.{} has no key `{missing}`{}", keys[..n_there].join("."), origin())
    };
    report.notes.push(format!("{shown} is not there: {here}"));
    let nulls = origins.history(&path(n_there + 1));
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
    fn values_are_found_by_how_they_are_read() {
        let paths = |action| {
            let paths = paths_in(action).into_iter().map(|keys| keys.join("/"));
            paths.collect::<Vec<_>>().join(" ")
        };
        assert_eq!(paths("{{ .Values.a.b | default $.Values.c_1 "), "a/b c_1");
        assert_eq!(paths("{{- if (index .Values \"x-y\" \"z\") "), "x-y/z");
        assert_eq!(paths("{{ toYaml .Values.list.Values.a "), "list/Values/a");
        assert_eq!(paths("{{ .Values | toYaml }}{{ .Valuesa.b }}{{ x.Values.a "), "");
    }

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
        assert_eq!(action_around(text, &(24..35)), 21..36);
        let text = "{{range .a}}{{if .b}}{{end}}{{with .c}}{{ .d }}";
        assert_eq!(blocks_around(text, 39), [0..10, 28..37]);
    }
}
