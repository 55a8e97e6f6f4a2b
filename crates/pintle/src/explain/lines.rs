//! Where rendered lines come from, as far back as the user's own text: templates, values keys, and what set those.

use pintle_chart::origin::{Origin, Origins};
use pintle_chart::process::process_dependencies;
use pintle_chart::value_path::ValuePath;
use pintle_engine::lint::codes::{Allowances, Comments};
use pintle_engine::origin::{Frame, Input, Line};
use pintle_engine::{Release, Renderer};
use pintle_yaml::Location;

use super::template::{Charts, Found};
use crate::call::Call;
use crate::print::Failure;
use crate::user_values::Given;

/// Where a rendered line comes from.
#[derive(Debug, Clone, Default)]
pub(crate) struct Printed {
    /// what printed it, the file's own template first, the one that wrote the line last
    pub(crate) templates: Vec<TemplateLine>,
    /// what is printed in it: of one action the nearest first
    pub(crate) values: Vec<Fed>,
    /// what decided whether it is printed, the nearest first
    pub(crate) guards: Vec<Fed>,
}

/// A place in a template that printed something.
#[derive(Debug, Clone)]
pub(crate) struct TemplateLine {
    /// where, with the path of the file as the user knows it; nothing for the text of a `tpl` call, which stands in a value
    pub(crate) location: Option<Location>,
    /// the action as Go prints it, or the line of the template's text
    pub(crate) action: String,
    /// names of the codes that comments there allow
    pub(crate) allowed: Vec<&'static str>,
}

/// Something that a template has read.
#[derive(Debug, Clone)]
pub(crate) struct Fed {
    /// the key, or the name of one of Helm's objects: `image.tag`, `.Release.Name`
    pub(crate) name: String,
    /// the key's path; nothing for one of Helm's objects
    pub(crate) path: Option<ValuePath>,
    /// what set it: a file, an argument, a chart; nothing for a key that nothing sets
    pub(crate) origin: Option<Origin>,
}

/// A release that was rendered.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Subject<'r> {
    /// what rendered it
    pub(crate) renderer: &'r Renderer,
    /// what stands before the paths of the chart's files
    pub(crate) path: &'r str,
    /// the user's values
    pub(crate) given: &'r Given,
    /// the release
    pub(crate) release: &'r Release,
}

/// Finds where lines of a render come from, in their order; nothing for one that no template printed.
///
/// # Errors
///
/// Values that do not fit the chart, or are too many: not after a render that succeeded, but for the last.
pub(crate) fn printed(
    call: &Call,
    subject: Subject<'_>,
    lines: &[Line],
) -> Result<Vec<Option<Printed>>, Failure> {
    if lines.is_empty() {
        return Ok(Vec::new());
    }
    let Subject { renderer, path, given, release } = subject;
    let found = renderer.origins(&given.values, release, lines)?;
    let chart = renderer.chart();
    let origins = super::trace(call, chart, path, given)?;
    let mut processed = chart.clone();
    process_dependencies(&mut processed, &given.values, call.profile.coalesce)?;
    let charts = Charts { loaded: chart, processed: &processed, folder: path };
    let found = found.into_iter().map(|origin| {
        let origin = origin?;
        let fed = |inputs: &[Input]| inputs.iter().map(|input| Fed::of(input, &origins)).collect();
        Some(Printed {
            templates: origin.frames.iter().map(|frame| template_line(frame, charts)).collect(),
            values: fed(&origin.values),
            guards: fed(&origin.guards),
        })
    });
    Ok(found.collect())
}

fn template_line(frame: &Frame, charts: Charts<'_>) -> TemplateLine {
    let found = Found::of(&frame.template, frame.offset, charts);
    let mut allowed = Vec::new();
    let location = found.map(|found| {
        let location = Location::of(found.path, &found.text, frame.offset);
        allowed.extend(Allowances::read(&found.text, Comments::Template).on(location.line));
        location
    });
    TemplateLine { location, action: frame.action.clone(), allowed }
}

impl Fed {
    fn of(input: &Input, origins: &Origins) -> Self {
        match input {
            Input::Value(path) => {
                Self { name: path.to_string(), path: Some(path.clone()), origin: origins.of(path) }
            }
            other => Self { name: other.to_string(), path: None, origin: None },
        }
    }
}
