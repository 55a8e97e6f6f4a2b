//! Rendering: execute all templates but the partials, in Helm's order.
//!
//! Source: `render` in `pkg/engine/engine.go`, Helm v4.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use pintle_chart::Chart;
use pintle_chart::schema::CheckedValues;
use pintle_gotmpl::{Env, FuncError, Str, TemplateSet};
use rustc_hash::FxHashMap;

use crate::compile::Cache;
use crate::context::Contexts;
use crate::execute::Files;
use crate::memo::Memo;
use crate::world::World;
use crate::{Release, Settings, TemplateError, Warning};

/// What Go prints for a value that is not there; Helm deletes it from all output, even where a user wrote it.
pub(crate) const NO_VALUE: &[u8] = b"<no value>";

/// What the functions of one render share; templates carry it as their host.
#[derive(Debug)]
pub(crate) struct Host {
    /// the world outside, unless it is out of reach
    world: Option<Arc<dyn World>>,
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
    pub(crate) fn new(world: Option<Arc<dyn World>>, lint: bool, memo: Memo) -> Self {
        Self {
            world,
            lint,
            memo,
            included: RefCell::default(),
            compiled: RefCell::default(),
            notices: RefCell::default(),
        }
    }

    /// Gives what there is to say to the user.
    pub(crate) fn into_notices(self) -> Vec<Notice> {
        self.notices.into_inner()
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
///
/// # Errors
///
/// Where it is out of reach; that file is then executed by another thread.
pub(crate) fn world<'a>(env: &Env<'_, 'a>) -> Result<&'a dyn World, FuncError> {
    let host = host(env);
    host.memo.note_effect();
    host.world.as_deref().ok_or_else(|| "the world is out of reach".into())
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
        chart,
        values: values.values(),
        profile: &settings.profile,
        release,
        capabilities: &settings.capabilities,
        guards: settings.guards,
    };
    let mut notices = Vec::new();
    let files = Files { compiled: &compiled, contexts, world: &settings.world };
    let files = files.execute(&mut notices);
    warnings.extend(notices.into_iter().map(Warning::Notice));
    files
}

/// Deletes what Go printed for missing values.
pub(crate) fn without_no_value(out: Vec<u8>) -> Vec<u8> {
    if memchr::memchr(NO_VALUE[0], &out).is_none() {
        return out;
    }
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
