//! Why a render failed, in Helm's words.
//!
//! Go's template engine gives one long line per failure. Helm 3 prints it as it is; Helm 4 takes it apart and prints a block
//! for each level of `include`, unless some level is not of a form it knows. Both print the text of `required` and
//! `fail` alone, with the place of the outermost call. Source: `cleanupParseError`, `reformatExecErrorMsg` and
//! `cleanupExecError` in `pkg/engine/engine.go` of Helm v4 and v3.

use pintle_chart::coalesce::CoalesceError;
use pintle_chart::schema::SchemaError;
use pintle_gotmpl::{ExecError, ParseError};

/// What `required` and `fail` put around their text, so that it can be found in a chain of errors.
pub(crate) const MESSAGE_START: &str = "HELM_ERR_START";
/// The end of what [`MESSAGE_START`] begins.
pub(crate) const MESSAGE_END: &str = "HELM_ERR_END";

/// How a Helm version lays out failures of templates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorLayout {
    /// Helm 4: a block of lines for each template on the way
    Lines,
    /// Helm 3: Go's text
    Raw,
}

/// A chart that could not be rendered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateError {
    /// dependencies could not be processed
    #[error("chart dependencies processing failed: {0}")]
    Dependencies(#[source] CoalesceError),
    /// values do not fit the charts
    #[error(transparent)]
    Values(#[from] CoalesceError),
    /// values do not fit the charts' schemas
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// values are nested deeper than templates may hold
    #[error("{0}")]
    TooDeep(String),
    /// a template does not parse
    #[error("{text}")]
    Parse {
        /// Helm's text
        text: String,
        /// the failure as Go has it
        source: ParseError,
    },
    /// a template failed while it ran
    #[error("{text}")]
    Execute {
        /// Helm's text
        text: String,
        /// the failure as Go has it
        source: Box<ExecError>,
    },
    /// what was rendered is no manifest
    #[error(transparent)]
    Manifest(#[from] pintle_manifest::Error),
    /// the chart does not take this version of Kubernetes
    #[error("chart requires kubeVersion: {range} which is incompatible with Kubernetes {version}")]
    KubeVersion {
        /// what `Chart.yaml` asks for
        range: String,
        /// what the render was given
        version: String,
    },
}

/// One template on the way to a failure, for those who show more than Helm's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// the file, by its path from the outermost chart: `web/templates/site.yaml`
    pub template: String,
    /// where in the file, in bytes
    pub offset: usize,
    /// the node that failed, as Go prints it; empty where the file does not parse
    pub node: String,
    /// what Go says about it; what `required` and `fail` say stands for itself
    pub message: String,
}

impl TemplateError {
    /// Gives the templates on the way to a failure, the outermost first; none if no template failed.
    pub fn frames(&self) -> Vec<Frame> {
        match self {
            Self::Parse { source, .. } => vec![Frame {
                template: source.template.clone(),
                offset: source.offset,
                node: String::new(),
                message: source.message.clone(),
            }],
            Self::Execute { source, .. } => {
                let mut frames = Vec::new();
                let mut next = Some(&**source);
                while let Some(error) = next {
                    if let Some(place) = &error.place {
                        let said = error.cause.as_ref().map(|call| call.error.message.as_str());
                        let message = match said {
                            Some(said) if marked_message(said).is_some() => {
                                marked_message(said).unwrap_or_default().to_owned()
                            }
                            Some(said) if !said.is_empty() => format!("{}: {said}", error.message),
                            _ => error.message.clone(),
                        };
                        frames.push(Frame {
                            template: error.parse_name.to_string(),
                            offset: place.offset,
                            node: place.node.clone(),
                            message,
                        });
                    }
                    next = error.inner();
                }
                frames
            }
            _ => Vec::new(),
        }
    }

    /// Words a parse failure as Helm does: the place, and the last clause of Go's text.
    pub(crate) fn parse(source: ParseError) -> Self {
        let file = &source.template;
        let raw = source.to_string();
        let clauses: Vec<&str> = raw.split(": ").collect();
        let text = match clauses[..] {
            [_] => format!("parse error in ({file}): {raw}"),
            [_, place, .., last] => format!("parse error at ({place}): {last}"),
            [_, last] => format!("parse error at ({last}): {last}"),
            [] => raw.clone(),
        };
        Self::Parse { text, source }
    }

    /// Words a failure at run time as Helm does.
    pub(crate) fn execute(file: &str, source: ExecError, layout: ErrorLayout) -> Self {
        let text = exec_text(file, &source, layout);
        Self::Execute { text, source: Box::new(source) }
    }
}

fn exec_text(file: &str, error: &ExecError, layout: ErrorLayout) -> String {
    let raw = error.to_string();
    // A template that is not there is no failure of a template to Go; Helm leaves its text alone.
    if raw.starts_with("template: no template ") {
        return raw;
    }
    let mut tokens = raw.splitn(3, ": ");
    let (Some(_), Some(place), Some(rest)) = (tokens.next(), tokens.next(), tokens.next()) else {
        return format!("execution error in ({file}): {raw}");
    };
    if let Some(message) = marked_message(rest) {
        return format!("execution error at ({place}): {message}");
    }
    match layout {
        ErrorLayout::Raw => raw,
        ErrorLayout::Lines => blocks(error).unwrap_or(raw),
    }
}

/// Gives what `required` or `fail` said, from the first mark to the last.
fn marked_message(text: &str) -> Option<&str> {
    let begin = text.find(MESSAGE_START)? + MESSAGE_START.len();
    let end = text.rfind(MESSAGE_END).filter(|end| *end >= begin)?;
    Some(&text[begin..end])
}

/// One level of a failure, taken apart.
#[derive(Debug, PartialEq, Eq)]
struct Level {
    location: String,
    executing: String,
    message: String,
}

impl Level {
    fn write(&self, out: &mut String) {
        for (part, end) in
            [(&self.location, "\n  "), (&self.executing, "\n    "), (&self.message, "\n")]
        {
            if !part.is_empty() {
                out.push_str(part);
                out.push_str(end);
            }
        }
    }
}

/// Lays a failure out in blocks, or gives nothing if some level is of a form Helm does not know.
fn blocks(error: &ExecError) -> Option<String> {
    let mut levels: Vec<Level> = Vec::new();
    let mut current = Some(error);
    while let Some(error) = current {
        let level = take_apart(&error.to_string())?;
        if levels.last() != Some(&level) {
            levels.push(level);
        }
        if let Some(call) = &error.cause {
            // Words of the function's own stand before what it wraps, so Helm does not know the form.
            if !call.error.message.is_empty() {
                let level = take_apart(&call.error.to_string())?;
                if levels.last() != Some(&level) {
                    levels.push(level);
                }
            }
        }
        current = error.inner();
    }
    let mut out = String::new();
    for level in &levels {
        level.write(&mut out);
    }
    Some(out.trim().to_owned())
}

/// Takes one of Go's error texts apart, if it has one of the three forms Helm knows.
fn take_apart(text: &str) -> Option<Level> {
    let rest = text.strip_prefix("template: ")?;
    let level = |location: &str, executing: String, message: &str| {
        let message = message.split_once(" template:").map_or(message, |(message, _)| message);
        Level { location: location.to_owned(), executing, message: message.to_owned() }
    };
    if rest.starts_with("no template ") {
        return Some(Level {
            location: String::new(),
            executing: String::new(),
            message: text.to_owned(),
        });
    }
    let executing = || {
        let (location, after) = rest.split_once(": executing ")?;
        let (name, after) = after.strip_prefix('"')?.split_once('"')?;
        let (node, message) = after.strip_prefix(" at <")?.split_once(">: ")?;
        Some(level(location, format!("executing \"{name}\" at <{node}>:"), message))
    };
    executing().or_else(|| {
        let (location, message) = rest.rsplit_once(": ")?;
        Some(level(location, String::new(), message))
    })
}
