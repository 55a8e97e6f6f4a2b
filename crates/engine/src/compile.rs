//! The templates of a chart and of the charts below it: gathered, put in Helm's order and parsed.
//!
//! Source: `allTemplates` and `sortTemplates` in `pkg/engine/engine.go`, Helm v4.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

use pintle_chart::Chart;
use pintle_gotmpl::{MissingKey, Str, TemplateSet};
use rustc_hash::FxHashMap;

use crate::{Profile, TemplateError, funcs, include, values};

/// How many sets of compiled templates are kept: one for each choice of enabled subcharts.
const MAX_KEPT: usize = 16;

/// One template that is executed.
#[derive(Debug)]
pub(crate) struct Entry {
    /// the path from the outermost chart: `web/charts/db/templates/service.yaml`
    pub(crate) path: Str,
    /// the chart's templates folder: `web/charts/db/templates`
    pub(crate) base_path: Str,
    /// the length of its text, in bytes
    pub(crate) len: usize,
    /// which chart of the tree it belongs to, outer charts counted before those they carry
    pub(crate) chart: usize,
}

/// All templates of a tree of charts, parsed.
#[derive(Debug)]
pub(crate) struct Compiled {
    /// the templates by path and by what they define
    pub(crate) set: TemplateSet,
    /// those to execute, in order
    pub(crate) entries: Vec<Entry>,
    /// whether a template was seen to write to a map of a context
    pub(crate) writes_to_contexts: AtomicBool,
}

/// What sets one tree of charts apart: where each chart stands, and the address of its first template.
type Key = Vec<(String, usize)>;

/// Compiled templates of earlier renders.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    kept: Mutex<FxHashMap<Key, Arc<Compiled>>>,
}

impl Cache {
    /// Gives the templates of a tree of charts, parsed now or before.
    ///
    /// All trees given to one cache are made of the same chart, by taking dependencies away or giving them other names.
    pub(crate) fn get(
        &self,
        chart: &Chart,
        profile: &Profile,
    ) -> Result<Arc<Compiled>, TemplateError> {
        let mut key = Key::new();
        identify(chart, "", &mut key);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(compiled) = kept.get(&key) {
            return Ok(Arc::clone(compiled));
        }
        let compiled = Arc::new(compile(chart, profile)?);
        if kept.len() >= MAX_KEPT {
            kept.clear();
        }
        kept.insert(key, Arc::clone(&compiled));
        Ok(compiled)
    }
}

/// Writes a tree's key down. Files are shared, so their address tells charts of one name apart.
fn identify(chart: &Chart, parent: &str, key: &mut Key) {
    let path = format!("{parent}/{}", chart.name());
    let first = chart.templates.first().map_or(0, |file| file.data.as_ptr() as usize);
    for dependency in &chart.dependencies {
        identify(dependency, &path, key);
    }
    key.push((path, first));
}

/// A template's text and where it belongs.
struct Source<'c> {
    path: String,
    /// how many folders the path has
    depth: usize,
    base_path: Str,
    text: &'c Arc<[u8]>,
    chart: usize,
}

fn compile(chart: &Chart, profile: &Profile) -> Result<Compiled, TemplateError> {
    let mut sources = Vec::new();
    gather(chart, None, &mut 0, &mut sources);
    // A path that occurs twice stands for the file that came last: `dedup` keeps the first.
    sources.reverse();
    // The deepest come first, so that a chart's own definitions replace those of the charts it carries.
    sources.sort_by(|a, b| b.depth.cmp(&a.depth).then_with(|| b.path.cmp(&a.path)));
    sources.dedup_by(|later, kept| later.path == kept.path);
    let mut functions = funcs::table(profile.functions);
    functions.extend(include::FUNCTIONS);
    values::add_methods(&mut functions, profile.values_package);
    let mut set = TemplateSet::new(Arc::new(functions))
        .with_name(include::ROOT_NAME)
        .with_missing_key(MissingKey::Zero);
    let texts: Vec<_> =
        sources.iter().map(|source| (source.path.as_str(), Arc::clone(source.text))).collect();
    set.parse_all(&texts).map_err(TemplateError::parse)?;
    let entries = sources
        .into_iter()
        .filter(|source| !is_partial(&source.path))
        .map(|source| Entry {
            path: source.path.into(),
            base_path: source.base_path,
            len: source.text.len(),
            chart: source.chart,
        })
        .collect();
    Ok(Compiled { set, entries, writes_to_contexts: AtomicBool::new(false) })
}

/// Gathers the templates of the charts below, then those of the chart. A library chart has only its partials.
fn gather<'c>(
    chart: &'c Chart,
    parent: Option<&str>,
    next_chart: &mut usize,
    sources: &mut Vec<Source<'c>>,
) {
    let number = *next_chart;
    *next_chart += 1;
    let full_path = match parent {
        None => chart.name().to_owned(),
        Some(parent) => format!("{parent}/charts/{}", chart.name()),
    };
    for dependency in &chart.dependencies {
        gather(dependency, Some(&full_path), next_chart, sources);
    }
    let base_path = Str::from(format!("{full_path}/templates"));
    for template in &chart.templates {
        if chart.is_library() && !is_partial(&template.name) {
            continue;
        }
        let path = format!("{full_path}/{}", template.name);
        sources.push(Source {
            depth: path.matches('/').count(),
            path,
            base_path: base_path.clone(),
            text: template.data.shared(),
            chart: number,
        });
    }
}

/// Tells whether a template only defines others: its base name begins with `_`.
fn is_partial(path: &str) -> bool {
    path.rsplit('/').next().is_some_and(|base| base.starts_with('_'))
}
