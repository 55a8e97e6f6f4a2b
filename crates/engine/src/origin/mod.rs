//! Where a rendered line comes from: the template lines that printed it, and the values that fed it.
//!
//! Nothing is noted while a chart renders. A line's origin is found when it is asked for, by executing its file once more
//! with a tracer: rendering is a function of its inputs, so the same lines come out again. Only what is random may come out
//! otherwise, and then not as other lines.

mod lines;
mod yaml_lines;

use std::collections::BTreeMap;
use std::fmt;

use pintle_chart::Chart;
use pintle_chart::coalesce::coalesce;
use pintle_chart::process::process_dependencies;
use pintle_chart::schema::CheckedValues;
use pintle_chart::value_path::{Step, ValuePath};
use pintle_gotmpl::trace::{self, InputId, Shape, Trace, Tracer};
use pintle_gotmpl::{Map, Value};
use pintle_yaml::Map as Values;

use crate::context::{Contexts, GLOBAL};
use crate::execute::Files;
use crate::{Release, Renderer, TemplateError};

/// A line of a rendered file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line {
    /// the file: `web/templates/service.yaml`
    pub file: String,
    /// the line, from 1
    pub line: usize,
}

/// Where a rendered line comes from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Origin {
    /// what printed it, the file's own template first, what it included behind it; the last one wrote the line
    pub frames: Vec<Frame>,
    /// what is printed in it, in the order in which it stands there; of one action the nearest first
    pub values: Vec<Input>,
    /// what decided whether it is printed, the nearest first
    pub guards: Vec<Input>,
}

/// A place in a template that printed something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// the template's file, `web/templates/_names.tpl`; for the text of a `tpl` call it is `gotpl`, as in Helm's errors
    pub template: String,
    /// the name of the template: that of a `define`, or of the file
    pub name: String,
    /// the line, from 1
    pub line: usize,
    /// the byte column, from 0, as in Helm's errors
    pub column: usize,
    /// where in the file, as a byte offset
    pub offset: usize,
    /// the action as Go prints it, or the line of the template's text
    pub action: String,
}

/// Something that a template reads. Shows as `.Values.image.tag` or `.Release.Name`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Input {
    /// a value, where the user sets it: those of a chart that this one carries are below its name
    Value(ValuePath),
    /// one of Helm's objects, as it is read: `.Release.Name`
    BuiltIn(String),
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(path) if path.0.is_empty() => f.write_str(".Values"),
            Self::Value(path) => write!(f, ".Values.{path}"),
            Self::BuiltIn(name) => f.write_str(name),
        }
    }
}

impl Renderer {
    /// Finds where lines of rendered files come from, in their order; nothing for a line that no template printed.
    ///
    /// The values and the release are those of the render that gave the lines.
    ///
    /// # Errors
    ///
    /// [`TemplateError`], as the render itself.
    pub fn origins(
        &self,
        values: &Values,
        release: &Release,
        lines: &[Line],
    ) -> Result<Vec<Option<Origin>>, TemplateError> {
        let mut by_file: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (number, line) in lines.iter().enumerate() {
            by_file.entry(&line.file).or_default().push(number);
        }
        let mut found = vec![None; lines.len()];
        if by_file.is_empty() {
            return Ok(found);
        }
        self.trace(values, release, &|path| by_file.contains_key(path), &mut |path, finder| {
            for number in by_file.get(path).into_iter().flatten() {
                found[*number] = finder.find(lines[*number].line);
            }
        })?;
        Ok(found)
    }

    /// Finds what the action read that made a file fail, in the order in which it did.
    ///
    /// # Errors
    ///
    /// [`TemplateError`], as the render itself, for what fails before templates are executed.
    pub fn last_reads(
        &self,
        values: &Values,
        release: &Release,
        file: &str,
    ) -> Result<Vec<Input>, TemplateError> {
        let mut found = Vec::new();
        self.trace(values, release, &|path| path == file, &mut |_, finder| {
            found = finder.last_reads();
        })?;
        Ok(found)
    }

    /// Executes files with a tracer.
    fn trace(
        &self,
        values: &Values,
        release: &Release,
        is_wanted: &dyn Fn(&str) -> bool,
        each: &mut dyn FnMut(&str, &lines::Finder<'_>),
    ) -> Result<(), TemplateError> {
        let settings = self.settings();
        let profile = &settings.profile;
        let mut chart = self.chart().clone();
        process_dependencies(&mut chart, values, profile.coalesce)
            .map_err(TemplateError::Dependencies)?;
        let coalesced = coalesce(&chart, values, profile.coalesce)?;
        // The render has checked them.
        let checked = CheckedValues::unchecked(&coalesced);
        let compiled = self.compiled(&chart)?;
        let contexts = Contexts {
            chart: &chart,
            values: checked.values(),
            profile,
            release,
            capabilities: &settings.capabilities,
            guards: settings.guards,
        };
        let files = Files { compiled: &compiled, contexts, world: &settings.world };
        files.trace(is_wanted, &mut |path, notes| {
            each(path, &lines::Finder::new(&notes, &chart, checked.values()));
        })
    }
}

/// The notes of one file's execution.
#[derive(Debug)]
pub(crate) struct Notes {
    pub(crate) trace: Trace,
    /// what was written, before Helm deletes anything from it
    pub(crate) text: Vec<u8>,
    /// the input that is all values
    pub(crate) values: InputId,
}

/// Makes a tracer that knows the values, and what else contexts have. `context` is that of the file.
pub(crate) fn tracer(contexts: &[Map], context: &Map) -> (Tracer, InputId) {
    let mut tracer = Tracer::new(shape);
    let root = tracer.root();
    if let Some(values) = contexts.first().and_then(|context| context.get("Values")) {
        // What charts share below `global` is named by where the user sets it.
        tracer.name_one(&values, root);
        if let Some(global) = values.as_map().and_then(|values| values.get(GLOBAL)) {
            let global_id = tracer.child(root, trace::Step::Key(GLOBAL.into()));
            tracer.name(&global, global_id);
        }
        if let Value::Map(values) = &values {
            for (key, value) in values.snapshot() {
                let id = tracer.child(root, trace::Step::Key(key));
                tracer.name(&value, id);
            }
        }
    }
    // A chart's context is the same to all its templates, and `.Subcharts` leads to others.
    let own = tracer.root();
    for context in std::iter::once(context).chain(contexts) {
        tracer.name_one(&Value::Map(context.clone()), own);
    }
    for context in std::iter::once(context).chain(contexts) {
        for (key, value) in context.snapshot() {
            let id = tracer.child(own, trace::Step::Key(key));
            tracer.name(&value, id);
        }
    }
    (tracer, root)
}

/// Tells how functions make their results.
fn shape(function: &str) -> Shape {
    match function {
        "index" | "get" | "hasKey" => Shape::Lookup,
        "dig" => Shape::LookupLast,
        "dict" => Shape::Entries,
        "list" | "tuple" => Shape::Items,
        "set" => Shape::Write,
        "merge" | "mustMerge" | "mergeOverwrite" | "mustMergeOverwrite" => Shape::Merge,
        "required" => Shape::Last,
        "default" => Shape::LastSet,
        "coalesce" => Shape::FirstSet,
        _ => Shape::Other,
    }
}

/// Makes an input of a path from a root.
fn input(
    root_is_values: bool,
    steps: impl Iterator<Item = Step>,
    chart: &Chart,
    values: &Values,
) -> Option<Input> {
    let steps: Vec<Step> = steps.collect();
    if root_is_values {
        return Some(Input::Value(as_set(ValuePath(steps), chart, values)));
    }
    if steps.is_empty() {
        return None;
    }
    let names = steps.iter().map(|step| match step {
        Step::Key(key) => format!(".{key}"),
        Step::Index(index) => format!("[{index}]"),
    });
    Some(Input::BuiltIn(names.collect()))
}

/// Gives the path of a value where the user sets it: what a chart sees below `global` is its parent's, if that has it.
fn as_set(path: ValuePath, chart: &Chart, values: &Values) -> ValuePath {
    let mut chart = chart;
    for (n, step) in path.0.iter().enumerate() {
        let Step::Key(key) = step else { return path };
        if &**key == GLOBAL {
            if n == 0 || path.0.len() == n + 1 {
                return path;
            }
            let shared = ValuePath(path.0[n..].to_vec());
            let is_shared =
                shared.find(values).is_some_and(|value| path.find(values) == Some(value));
            return if is_shared { shared } else { path };
        }
        let Some(below) = chart.dependency(key) else { return path };
        chart = below;
    }
    path
}
