//! Rendering: execute all templates but the partials, in Helm's order.
//!
//! Source: `render` in `pkg/engine/engine.go`, Helm v4.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use pintle_chart::Chart;
use pintle_chart::schema::CheckedValues;
use pintle_gotmpl::{Entries, Env, Map, Str, TemplateSet, Value};
use rustc_hash::FxHashMap;

use crate::compile::{Cache, Compiled};
use crate::context::Contexts;
use crate::memo::Memo;
use crate::world::World;
use crate::{Guards, Profile, Release, Settings, TemplateError, Warning};

/// What Go prints for a value that is not there; Helm deletes it from all output, even where a user wrote it.
pub(crate) const NO_VALUE: &[u8] = b"<no value>";

/// What the functions of one render share; templates carry it as their host.
#[derive(Debug)]
pub(crate) struct Host {
    world: Arc<dyn World>,
    /// whether `required` and `fail` only take notes
    pub(crate) lint: bool,
    /// the names that are being included, the innermost last
    pub(crate) included: RefCell<Vec<Str>>,
    /// texts of `tpl` compiled by this render, by the address of the set they see and their text
    pub(crate) compiled: RefCell<FxHashMap<(usize, Str), Arc<TemplateSet>>>,
    pub(crate) memo: Memo,
    notices: RefCell<Vec<Notice>>,
}

impl Host {
    /// Begins a render.
    pub(crate) fn new(world: Arc<dyn World>, lint: bool, memo: Memo) -> Self {
        Self {
            world,
            lint,
            memo,
            included: RefCell::default(),
            compiled: RefCell::default(),
            notices: RefCell::default(),
        }
    }

    /// Takes a note for the user.
    pub(crate) fn notice(&self, notice: Notice) {
        self.memo.note_effect();
        self.notices.borrow_mut().push(notice);
    }
}

/// Something a render has to say that is no failure.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Notice {
    /// `required` met nil in a lint render
    RequiredIsNil {
        /// the chart's text
        message: String,
    },
    /// `required` met an empty string in a lint render
    RequiredIsEmpty {
        /// the chart's text
        message: String,
    },
    /// `fail` was called in a lint render
    Failed {
        /// the chart's text
        message: String,
    },
    /// an object was dropped, since its hook annotation names an unknown event
    UnknownHook {
        /// the annotation
        annotation: String,
    },
}

/// Gives what the functions of this render share.
pub(crate) fn host<'a>(env: &Env<'_, 'a>) -> &'a Host {
    env.host().downcast_ref().expect("only this module executes templates, always with a `Host`")
}

/// Gives the world of the render that a function was called in.
pub(crate) fn world<'a>(env: &Env<'_, 'a>) -> &'a dyn World {
    let host = host(env);
    host.memo.note_effect();
    &*host.world
}

/// Executes every template of a chart and of the charts below it that is no partial; gives the files by path.
///
/// The chart's dependencies have been processed. Notices go into `warnings`, even if a template fails.
///
/// # Errors
///
/// [`TemplateError`] for the first template that does not parse, in Helm's order of parsing, or that fails.
pub(crate) fn render(
    chart: &Chart,
    values: &CheckedValues,
    release: &Release,
    settings: &Settings,
    cache: &Cache,
    warnings: &mut Vec<Warning>,
) -> Result<BTreeMap<String, String>, TemplateError> {
    let compiled = cache.get(chart, &settings.profile)?;
    let contexts = Contexts {
        profile: &settings.profile,
        release,
        capabilities: &settings.capabilities,
        guards: settings.guards,
    };
    let contexts = contexts
        .make(chart, values.values())
        .map_err(|error| TemplateError::TooDeep(error.to_string()))?;
    let memo = Memo::new(&contexts, &compiled.set);
    let host = Host::new(Arc::clone(&settings.world), settings.guards == Guards::Notice, memo);
    let files = execute_all(&compiled, &contexts, &host, &settings.profile);
    warnings.extend(host.notices.into_inner().into_iter().map(Warning::Notice));
    files
}

fn execute_all(
    compiled: &Compiled,
    contexts: &[Map],
    host: &Host,
    profile: &Profile,
) -> Result<BTreeMap<String, String>, TemplateError> {
    let template_type = profile.values_package.values_type();
    let mut files = BTreeMap::new();
    for entry in &compiled.entries {
        let context = &contexts[entry.chart];
        let template = Entries::from_iter([
            ("Name", Value::String(entry.path.clone())),
            ("BasePath", Value::String(entry.base_path.clone())),
        ]);
        host.memo.begin_file(context, Map::watched(template_type, template));
        let path = entry.path.to_str_lossy();
        let mut out = Vec::new();
        compiled
            .set
            .execute(&path, &Value::Map(context.clone()), host, &mut out)
            .map_err(|error| TemplateError::execute(&path, error, profile.errors))?;
        files.insert(path.into_owned(), into_text(without_no_value(out)));
    }
    Ok(files)
}

/// Deletes what Go printed for missing values.
pub(crate) fn without_no_value(out: Vec<u8>) -> Vec<u8> {
    let finder = memchr::memmem::Finder::new(NO_VALUE);
    if finder.find(&out).is_none() {
        return out;
    }
    let mut kept = Vec::with_capacity(out.len());
    let mut begin = 0;
    while let Some(found) = finder.find(&out[begin..]) {
        kept.extend_from_slice(&out[begin..begin + found]);
        begin += found + NO_VALUE.len();
    }
    kept.extend_from_slice(&out[begin..]);
    kept
}

/// Manifests are text; bytes that are none become U+FFFD.
fn into_text(out: Vec<u8>) -> String {
    String::from_utf8(out)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}
